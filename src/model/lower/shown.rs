//! What messages call a name: the shortest path that only this name has.

use crate::model::vocabulary::{Hierarchy, NameId};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// How many paths of one length are tried; a hierarchy with more is named from its root.
const MOST_PATHS: usize = 256;

/// Fills in `shown` for every name.
pub(super) fn name_all(hierarchy: &mut Hierarchy) {
    let mut by_name: FxHashMap<String, Vec<NameId>> = FxHashMap::default();
    for (at, info) in hierarchy.names.iter().enumerate() {
        by_name
            .entry(info.name.clone())
            .or_default()
            .push(NameId(at as u32));
    }
    let shared: Vec<NameId> = by_name
        .values()
        .filter(|ids| ids.len() > 1)
        .flatten()
        .copied()
        .collect();
    let found: Vec<(NameId, String)> = shared
        .into_iter()
        .map(|id| (id, clear_path(hierarchy, &by_name, id)))
        .collect();
    for (id, shown) in found {
        hierarchy.names[id.0 as usize].shown = shown;
    }
}

/// The names a path can mean, given those its last segment can mean.
pub(super) fn meant(hierarchy: &Hierarchy, last: &[NameId], before: &[&str]) -> Vec<NameId> {
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

fn clear_path(
    hierarchy: &Hierarchy,
    by_name: &FxHashMap<String, Vec<NameId>>,
    id: NameId,
) -> String {
    let name = |id: NameId| &*hierarchy.names[id.0 as usize].name;
    let shared = &by_name[name(id)];
    // Paths by their first name, with the names from there down; longer ones grow upwards.
    let mut paths: Vec<(NameId, Vec<&str>)> = vec![(id, Vec::new())];
    loop {
        let mut longer: Vec<(NameId, Vec<&str>)> = paths
            .iter()
            .flat_map(|(top, before)| {
                hierarchy.names[top.0 as usize]
                    .parents
                    .iter()
                    .map(move |parent| {
                        let mut path = vec![name(*parent)];
                        path.extend(before);
                        (*parent, path)
                    })
            })
            .collect();
        longer.sort_by(|a, b| a.1.cmp(&b.1).then(a.0.cmp(&b.0)));
        longer.dedup();
        longer.truncate(MOST_PATHS);
        let text = |before: &[&str]| format!("{}.{}", before.join("."), name(id));
        let clear = longer
            .iter()
            .find(|(_, before)| meant(hierarchy, shared, before).len() == 1);
        match (clear, longer.first()) {
            (Some((_, before)), _) => return text(before),
            // The top is reached, and only twins (an error of its own) are still alike.
            (None, None) => {
                return match paths.first() {
                    Some((_, before)) if !before.is_empty() => text(before),
                    _ => name(id).to_string(),
                };
            }
            (None, Some(_)) => paths = longer,
        }
    }
}
