//! What messages call a name: the shortest path that only this name has.

use crate::model::vocabulary::{ANY, Hierarchy, NameId};
use crate::syntax::is_reserved;
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// How many paths of one length are tried for a name; where there are more, one is looked for from
/// the root only.
const MOST_PATHS: usize = 64;

/// Fills in `shown` for every name, so that it can be written as it is shown.
pub(super) fn name_all(hierarchy: &mut Hierarchy) {
    for info in hierarchy.names.iter_mut().skip(1) {
        info.shown = written(&info.name).to_string();
    }
    let mut by_name: FxHashMap<String, Vec<NameId>> = FxHashMap::default();
    for (at, info) in hierarchy.names.iter().enumerate() {
        let same = by_name.entry(info.name.clone()).or_default();
        same.push(NameId(at as u32));
    }
    for same in by_name.values().filter(|same| same.len() > 1) {
        for (id, shown) in tell_apart(hierarchy, same) {
            hierarchy.names[id.0 as usize].shown = shown;
        }
    }
}

/// The names a path can mean, given those its last segment can mean.
pub(super) fn meant(hierarchy: &Hierarchy, last: &[NameId], before: &[&str]) -> Vec<NameId> {
    if before.is_empty() {
        return last.to_vec();
    }
    last.iter()
        .copied()
        .filter(|id| {
            let mut trail = BTreeSet::from([*id]);
            for name in before.iter().rev() {
                trail = trail
                    .iter()
                    .flat_map(|at| &hierarchy.names[at.0 as usize].parents)
                    .filter(|parent| hierarchy.names[parent.0 as usize].name == *name)
                    .copied()
                    .collect();
            }
            !trail.is_empty()
        })
        .collect()
}

/// A name as it is written: in backticks where it is a reserved word.
fn written(name: &str) -> Cow<'_, str> {
    match is_reserved(name) {
        true => Cow::Owned(format!("`{name}`")),
        false => Cow::Borrowed(name),
    }
}

/// A path upwards from a name: its top, and the text from there down.
type Upward = (NameId, String);

/// For names that are called the same, a path each that the others do not have.
fn tell_apart(hierarchy: &Hierarchy, same: &[NameId]) -> Vec<(NameId, String)> {
    let name = |id: NameId| match id {
        ANY => Cow::Borrowed("any"),
        _ => written(&hierarchy.names[id.0 as usize].name),
    };
    let parents = |id: NameId| &hierarchy.names[id.0 as usize].parents;
    let mut found: Vec<(NameId, String)> = Vec::new();
    let mut waiting: Vec<NameId> = same.to_vec();
    let mut paths: Vec<(NameId, Vec<Upward>)> = same
        .iter()
        .map(|id| (*id, vec![(*id, name(*id).to_string())]))
        .collect();
    while !waiting.is_empty() {
        let mut cut = false;
        let mut grown = false;
        // All names of the group grow on, also those told apart: their paths are taken.
        for (_, upward) in &mut paths {
            let mut longer: Vec<Upward> = upward
                .iter()
                .flat_map(|(top, text)| {
                    parents(*top)
                        .iter()
                        .map(move |parent| (*parent, format!("{}.{text}", name(*parent))))
                })
                .collect();
            longer.sort_by(|one, other| one.1.cmp(&other.1).then(one.0.cmp(&other.0)));
            longer.dedup();
            cut |= longer.len() > MOST_PATHS;
            longer.truncate(MOST_PATHS);
            grown |= !longer.is_empty();
            *upward = longer;
        }
        if !grown {
            break;
        }
        let mut owners: FxHashMap<&str, BTreeSet<NameId>> = FxHashMap::default();
        for (id, upward) in &paths {
            for (_, text) in upward {
                owners.entry(text).or_default().insert(*id);
            }
        }
        let mut told = BTreeSet::new();
        for (id, upward) in &paths {
            if waiting.binary_search(id).is_err() {
                continue;
            }
            let clear = upward.iter().map(|(_, text)| text).find(|text| {
                owners[&***text].len() == 1
                    && (!cut || {
                        let bare = text.replace('`', "");
                        let segments: Vec<&str> = bare.split('.').collect();
                        let before = &segments[..segments.len() - 1];
                        meant(hierarchy, same, before).len() == 1
                    })
            });
            if let Some(text) = clear {
                found.push((*id, text.clone()));
                told.insert(*id);
            }
        }
        waiting.retain(|id| !told.contains(id));
    }
    // What is left are twins, an error of their own, or beyond the paths tried: from the root.
    for id in waiting {
        let mut text = name(id).to_string();
        let mut at = id;
        while let Some(parent) = parents(at).first() {
            text = format!("{}.{text}", name(*parent));
            at = *parent;
        }
        found.push((id, text));
    }
    found
}
