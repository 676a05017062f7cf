//! Sets of atoms named by the fewest declared names, in the language's own list syntax.

use super::vocabulary::{Hierarchy, Kind, NameId, Vocabulary};
use fixedbitset::FixedBitSet;

/// `include other than exclude`, with the atoms it covers exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedList {
    /// The atoms.
    pub atoms: FixedBitSet,
    /// Names before `other than`: the topmost atoms, for nothing less covers them.
    pub include: Vec<NameId>,
    /// Names after it.
    pub exclude: Vec<NameId>,
}

/// A set as lists that partition it. One list nearly always does; it takes more where a name is in
/// the set, one below it is not, and one below that is again: `other than` would lose the last.
pub fn lists(hierarchy: &Hierarchy, set: &FixedBitSet) -> Vec<NamedList> {
    let mut done = Vec::new();
    let mut rest = set.clone();
    while !rest.is_clear() {
        let mut here = rest.clone();
        loop {
            let tops = topmost(hierarchy, &here);
            let mut extra = FixedBitSet::with_capacity(hierarchy.len());
            for top in &tops {
                extra.union_with(hierarchy.set(*top));
            }
            extra.difference_with(&here);
            let mut lost = FixedBitSet::with_capacity(hierarchy.len());
            for atom in extra.ones() {
                lost.union_with(hierarchy.set(NameId(atom as u32)));
            }
            if lost.is_disjoint(&here) {
                rest.difference_with(&here);
                done.push(NamedList {
                    exclude: topmost(hierarchy, &extra),
                    include: tops,
                    atoms: here,
                });
                break;
            }
            here.difference_with(&lost);
        }
    }
    done
}

impl Vocabulary {
    /// A set of atoms as people write it; empty for the empty set. Where one list can't say it,
    /// several are joined by `and`.
    pub fn show_set(&self, kind: Kind, set: &FixedBitSet) -> String {
        let hierarchy = self.of(kind);
        let names = |ids: &[NameId]| {
            let shown: Vec<&str> = ids.iter().map(|id| hierarchy.shown(*id)).collect();
            shown.join(", ")
        };
        let all: Vec<String> = lists(hierarchy, set)
            .iter()
            .map(|list| {
                if list.exclude.is_empty() {
                    names(&list.include)
                } else {
                    format!(
                        "{} other than {}",
                        names(&list.include),
                        names(&list.exclude)
                    )
                }
            })
            .collect();
        all.join(" and ")
    }
}

/// Atoms of a set that no other atom of it covers, by id.
fn topmost(hierarchy: &Hierarchy, set: &FixedBitSet) -> Vec<NameId> {
    let mut covered = FixedBitSet::with_capacity(hierarchy.len());
    for atom in set.ones() {
        for below in hierarchy.set(NameId(atom as u32)).ones() {
            if below != atom {
                covered.insert(below);
            }
        }
    }
    set.difference(&covered)
        .map(|atom| NameId(atom as u32))
        .collect()
}
