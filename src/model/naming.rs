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
    /// several are joined by `, and also`.
    pub fn show_set(&self, kind: Kind, set: &FixedBitSet) -> String {
        let hierarchy = self.of(kind);
        // By name, not by id: ids follow the order of files, which is nothing to show.
        let names = |ids: &[NameId]| {
            let mut shown: Vec<&str> = ids.iter().map(|id| hierarchy.shown(*id)).collect();
            shown.sort_unstable();
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
        all.join(", and also ")
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

#[cfg(test)]
mod laws {
    use super::*;
    use crate::model::vocabulary::{NameInfo, NameSet};
    use crate::source::{FileId, Span};
    use proptest::prelude::*;

    /// A hierarchy in which every name lies below some that come before it.
    fn hierarchy(parents: &[Vec<usize>]) -> Hierarchy {
        let count = parents.len() + 1;
        let mut covers = vec![FixedBitSet::with_capacity(count); count];
        for (at, set) in covers.iter_mut().enumerate() {
            set.insert(at);
        }
        for at in (1..count).rev() {
            for parent in &parents[at - 1] {
                let below = covers[at].clone();
                covers[parent % at].union_with(&below);
            }
            let below = covers[at].clone();
            covers[0].union_with(&below);
        }
        let names = (0..count).map(|at| NameInfo {
            name: format!("n{at}"),
            shown: format!("n{at}"),
            parents: Vec::new(),
            children: Vec::new(),
            description: None,
            docs: Vec::new(),
            span: None,
        });
        Hierarchy {
            names: names.collect(),
            covers,
        }
    }

    fn as_set(list: &NamedList) -> NameSet {
        NameSet {
            include: list.include.clone(),
            exclude: list.exclude.clone(),
            span: Span::file_start(FileId(0)),
        }
    }

    fn dag_and_set() -> impl Strategy<Value = (Hierarchy, FixedBitSet)> {
        let parents = prop::collection::vec(prop::collection::vec(0..64usize, 1..3), 1..14);
        (parents, any::<u16>()).prop_map(|(parents, bits)| {
            let hierarchy = hierarchy(&parents);
            let mut set = FixedBitSet::with_capacity(hierarchy.len());
            for at in 0..hierarchy.len() {
                set.set(at, bits & (1 << at) != 0);
            }
            (hierarchy, set)
        })
    }

    proptest! {
        #[test]
        fn lists_partition_the_set_and_cover_what_they_say((hierarchy, set) in dag_and_set()) {
            let mut rest = set.clone();
            for list in lists(&hierarchy, &set) {
                prop_assert_eq!(&hierarchy.atoms(&as_set(&list)), &list.atoms);
                prop_assert!(list.atoms.is_subset(&rest));
                prop_assert!(!list.atoms.is_clear());
                rest.difference_with(&list.atoms);
            }
            prop_assert!(rest.is_clear());
        }

        /// One list whose names lie within the set's own: no shorter one says the same.
        #[test]
        fn a_single_list_is_the_shortest((hierarchy, set) in dag_and_set()) {
            let found = lists(&hierarchy, &set);
            if let [one] = &found[..] {
                let most = one.include.len() + one.exclude.len();
                let mut reach = FixedBitSet::with_capacity(hierarchy.len());
                for id in &one.include {
                    reach.union_with(hierarchy.set(*id));
                }
                let near: Vec<NameId> = reach.ones().map(|at| NameId(at as u32)).collect();
                // Every choice of fewer names, each before or after `other than`.
                let mut choices = vec![(0, Vec::new(), Vec::new())];
                while let Some((next, include, exclude)) = choices.pop() {
                    if include.len() + exclude.len() >= most.min(4) {
                        continue;
                    }
                    if !include.is_empty() {
                        let list = NamedList {
                            atoms: set.clone(),
                            include: include.clone(),
                            exclude: exclude.clone(),
                        };
                        prop_assert_ne!(&hierarchy.atoms(&as_set(&list)), &set);
                    }
                    for (at, id) in near.iter().enumerate().skip(next) {
                        let mut more = include.clone();
                        more.push(*id);
                        choices.push((at + 1, more, exclude.clone()));
                        let mut less = exclude.clone();
                        less.push(*id);
                        choices.push((at + 1, include.clone(), less));
                    }
                }
            }
        }
    }

    #[test]
    fn sets_read_as_people_write_them() {
        // n1 { n2, n3 { n4 } }, n5
        let hierarchy = hierarchy(&[vec![0], vec![1], vec![1], vec![3], vec![0]]);
        let vocabulary = Vocabulary {
            kinds: vec![hierarchy],
            ..Vocabulary::default()
        };
        let show = |atoms: &[usize]| {
            let set: FixedBitSet = atoms.iter().copied().collect();
            let mut sized = FixedBitSet::with_capacity(6);
            sized.union_with(&set);
            vocabulary.show_set(Kind::Data, &sized)
        };
        assert_eq!(show(&[]), "");
        assert_eq!(show(&[0, 1, 2, 3, 4, 5]), "n0");
        assert_eq!(show(&[1, 2, 3, 4]), "n1");
        assert_eq!(show(&[1, 2]), "n1 other than n3");
        assert_eq!(show(&[2, 5]), "n2, n5");
        assert_eq!(show(&[1, 2, 4]), "n1 other than n3, and also n4");
    }
}
