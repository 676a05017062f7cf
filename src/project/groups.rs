//! Which files are judged together: those that share the files declaring their vocabulary.
//!
//! A file means what it and its includes say, whatever else is checked beside it. Files whose
//! closures hold the same declaring files have the same names, so one model serves them all.

use super::load::Loaded;
use crate::source::FileId;
use crate::syntax::ast::Item;
use std::collections::{BTreeMap, BTreeSet};

/// Files lowered into one model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// All files of the model.
    pub files: BTreeSet<FileId>,
    /// The files whose findings are reported from this model.
    pub home: BTreeSet<FileId>,
}

/// The groups of all loaded files.
pub fn groups(loaded: &Loaded) -> Vec<Group> {
    let declares = |file: &FileId| {
        loaded.ast(*file).is_some_and(|ast| {
            let mut items = ast.items.iter();
            items.any(|item| matches!(item, Item::Vocabulary(_)))
        })
    };
    let mut by_vocabulary: BTreeMap<Vec<FileId>, Group> = BTreeMap::new();
    for (file, seen) in &loaded.visible.0 {
        let vocabulary = seen.iter().copied().filter(declares).collect();
        let group = by_vocabulary.entry(vocabulary).or_insert_with(|| Group {
            files: BTreeSet::new(),
            home: BTreeSet::new(),
        });
        group.home.insert(*file);
        group.files.extend(seen);
    }
    by_vocabulary.into_values().collect()
}
