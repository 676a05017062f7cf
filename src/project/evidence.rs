//! Evidence: files of the project that show that a promise is kept, where no rule on flows can.

use super::files;
use super::load::Loaded;
use crate::diag::{Diagnostic, Diags, codes};
use crate::source::{FileId, Span};
use crate::syntax::ast::{Item, PolicyItem, RuleBody, Text};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Reports notes of some files whose evidence is not there.
pub fn check(loaded: &Loaded, home: &BTreeSet<FileId>, diags: &mut Diags) {
    for named in named(loaded).filter(|named| home.contains(&named.span.file)) {
        let path = &named.text.value;
        let message = if !named.is_inside(loaded) {
            format!("the evidence `{path}` lies outside the project")
        } else if !files::exists(&named.full) {
            format!("the evidence `{path}` is not there")
        } else {
            continue;
        };
        diags.push(
            Diagnostic::new(&codes::MISSING_EVIDENCE, named.span, message)
                .note("a promise that no rule on flows can show is kept by its evidence: a file of the project")
                .help("add the file, or correct the path, which counts from this policy's file"),
        );
    }
}

/// All evidence inside the project: its path, and whether it is there.
pub fn found(loaded: &Loaded) -> Vec<(PathBuf, bool)> {
    let inside = named(loaded).filter(|named| named.is_inside(loaded));
    let found = inside.map(|named| {
        let there = files::exists(&named.full);
        (named.full, there)
    });
    found.collect()
}

/// Evidence as a note names it.
struct Named<'a> {
    text: &'a Text,
    span: Span,
    /// The file with the note.
    from: &'a Path,
    /// Where it is looked for: paths count from the policy's file.
    full: PathBuf,
}

impl Named<'_> {
    fn is_inside(&self, loaded: &Loaded) -> bool {
        let root = files::root_of(self.from, loaded.common.as_deref());
        self.full.starts_with(root)
    }
}

fn named(loaded: &Loaded) -> impl Iterator<Item = Named<'_>> {
    let policies = loaded.asts.iter().flat_map(|ast| &ast.items);
    let items = policies.filter_map(|item| match item {
        Item::Policy(policy) => Some(&policy.items),
        _ => None,
    });
    let mut all = Vec::new();
    items.for_each(|items| collect(items, &mut all));
    all.into_iter().map(|text| {
        let from = loaded.sources.file(text.span.file).path.as_path();
        let target = from.parent().unwrap_or(Path::new("")).join(&text.value);
        Named {
            text,
            span: text.span,
            from,
            full: files::canonical(&target),
        }
    })
}

fn collect<'a>(items: &'a [PolicyItem], all: &mut Vec<&'a Text>) {
    for item in items {
        match item {
            PolicyItem::Section(section) => collect(&section.items, all),
            PolicyItem::Rule(rule) => {
                if let RuleBody::Note(_, Some(evidence)) = &rule.body {
                    all.push(evidence);
                }
            }
            _ => {}
        }
    }
}
