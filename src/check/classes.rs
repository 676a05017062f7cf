//! Which parties and regions rules tell apart: nodes that no rule does are judged once.

use crate::decide::Dim;
use crate::model::rules::Clauses;
use crate::model::vocabulary::{Kind, party};
use crate::model::{Action, Model, NameId, NameSet, Statement};
use fixedbitset::FixedBitSet;
use rustc_hash::FxHashMap;

/// The sides of an act that come from its nodes. A transfer has two regions besides, and nodes that state
/// theirs are told apart by all they say.
pub const SIDES: [Dim; 3] = [Dim::Actor, Dim::Counterparty, Dim::Place];

/// The atoms of one dimension by what the rules for one action can tell apart.
#[derive(Debug, Clone)]
pub struct Classes {
    of: Vec<u32>,
    known: FxHashMap<Vec<u32>, u32>,
}

impl Classes {
    /// By the lists that rules for an action write about a dimension, exceptions included.
    pub fn new(model: &Model, action: Action, dim: Dim) -> Classes {
        let hierarchy = model.vocabulary.of(dim.kind());
        let mut sets: Vec<FixedBitSet> = Vec::new();
        if dim.kind() == Kind::Party {
            for built_in in [party::US, party::DATA_SUBJECT, party::THIRD_PARTY] {
                sets.push(hierarchy.set(built_in).clone());
                // What only `us` itself does is told apart from what those below it do.
                sets.push(FixedBitSet::from_iter([built_in.0 as usize]));
            }
        }
        for rule in model.policies.iter().flat_map(|policy| &policy.rules) {
            if rule.actions.contains(&action) {
                for list in lists(&rule.statement, dim) {
                    let names = list.include.iter().chain(&list.exclude);
                    sets.extend(names.map(|id: &NameId| hierarchy.set(*id).clone()));
                }
            }
        }
        sets.sort_unstable();
        sets.dedup();
        let mut known: FxHashMap<Vec<u32>, u32> = FxHashMap::default();
        let of = (0..hierarchy.len()).map(|atom| {
            let within = sets
                .iter()
                .enumerate()
                .filter(|(_, set)| set.contains(atom));
            let within: Vec<u32> = within.map(|(at, _)| at as u32).collect();
            let next = known.len() as u32;
            *known.entry(within).or_insert(next)
        });
        Classes {
            of: of.collect(),
            known: FxHashMap::default(),
        }
    }

    /// A number that sets share which no rule tells apart: those of one class each, and equal ones.
    pub fn of(&mut self, set: &FixedBitSet) -> u32 {
        let mut classes = set.ones().map(|atom| self.of[atom]);
        let first = classes.next();
        let key = match first {
            Some(first) if classes.all(|class| class == first) => vec![first],
            // No class has such a list: its atoms come after another mark.
            _ => std::iter::once(u32::MAX)
                .chain(set.ones().map(|atom| atom as u32))
                .collect(),
        };
        let next = self.known.len() as u32;
        *self.known.entry(key).or_insert(next)
    }
}

fn lists(statement: &Statement, dim: Dim) -> Vec<&NameSet> {
    let mut all = Vec::new();
    statement.each_clauses(&mut |clauses| of_clauses(clauses, dim, &mut all));
    all
}

fn of_clauses<'c>(clauses: &'c Clauses, dim: Dim, all: &mut Vec<&'c NameSet>) {
    match dim {
        Dim::Actor => all.extend(&clauses.actor),
        Dim::Counterparty => all.extend(clauses.with.iter().chain(&clauses.from_party)),
        Dim::Place => all.extend(&clauses.place),
        _ => {}
    }
}
