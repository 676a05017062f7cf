//! Acts judged one by one, as a program asks that looks at each of its acts as it happens.
//!
//! All that a policy says of an action is one diagram then, so an act takes one walk; what was asked
//! lately is remembered. An act stands for itself: what a datum derives from is asked by further acts, and
//! that people may have their own data back (§4 of the language) is not known here. Plans know both.
//!
//! ```
//! use abide::check::Judge;
//! use abide::check::acts::{Act, Acts, Said};
//! use abide::decide::Dim;
//! use abide::model::{Action, NameId, PolicyId, lower, vocabulary::Kind};
//! use abide::{source::FileId, syntax::parse};
//!
//! let text = "data email  party mailer  policy p { may share email with mailer }";
//! let mut faults = Vec::new();
//! let tree = parse(FileId(0), text, &mut faults);
//! let model = lower(&[&tree], &Default::default(), &mut faults);
//! assert!(faults.is_empty());
//!
//! let mut judge = Judge::new(&model, "2026-11-24".parse().expect("a day"));
//! let acts = Acts::new(&mut judge, PolicyId(0), Action::Share).expect("one rule fits");
//! let named = |kind, name| {
//!     let names = model.vocabulary.of(kind);
//!     let mut ids = (0..names.len() as u32).map(NameId);
//!     ids.find(|id| names.shown(*id) == name).expect("it is declared")
//! };
//! let act = Act::new(&judge.space).with(&judge.space, Dim::Data, named(Kind::Data, "email"));
//! assert_eq!(acts.of(&act), Said::Undeclared);
//! let mailer = named(Kind::Party, "mailer");
//! let act = act.with(&judge.space, Dim::Counterparty, mailer);
//! assert_eq!(acts.of(&act), Said::Fine);
//! ```

use super::judge::Judge;
use crate::decide::diagram::Classes;
use crate::decide::{Dim, Space};
use crate::model::vocabulary::{ANY, party};
use crate::model::{Action, NameId, PolicyId};
use rustc_hash::FxBuildHasher;
use std::collections::BTreeMap;
use std::hash::BuildHasher;

/// One act in one world: a name in each dimension, and the facts that hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Act(Vec<u64>);

impl Act {
    /// Of us, on `any` in each other dimension, in the world where no fact holds.
    pub fn new(space: &Space) -> Act {
        let mut act = Act(vec![0; usize::from(space.width()).div_ceil(64)]);
        for dim in Dim::ALL {
            let name = match dim {
                Dim::Actor => party::US,
                _ => ANY,
            };
            act.set_name(space, dim, name);
        }
        act.set(&space.kept(None).first_bits());
        act
    }

    /// The same with a name in a dimension. The name is no variable.
    pub fn with(mut self, space: &Space, dim: Dim, name: NameId) -> Act {
        self.set_name(space, dim, name);
        self
    }

    /// The same in a world where a fact holds besides. Laws of facts are the caller's to keep.
    pub fn given(mut self, space: &Space, fact: NameId) -> Act {
        if fact != ANY {
            self.set(&[(space.fact_bit(fact), true)]);
        }
        self
    }

    /// The same with the party that gets the data being whom they came from.
    pub fn to_own_source(mut self, space: &Space) -> Act {
        self.set(&[(space.flag_bits().start, true)]);
        self
    }

    /// The same for what the data were collected for.
    pub fn as_collected(mut self, space: &Space) -> Act {
        self.set(&[(space.flag_bits().end - 1, true)]);
        self
    }

    /// The same of keeping data for so many hours; without this, it is without limit.
    pub fn kept(mut self, space: &Space, hours: u64) -> Act {
        self.set(&space.kept(Some(hours)).first_bits());
        self
    }

    fn set_name(&mut self, space: &Space, dim: Dim, name: NameId) {
        self.set(&space.atom_bits(dim, name));
    }

    fn set(&mut self, bits: &[(u16, bool)]) {
        for (bit, value) in bits {
            let (word, bit) = (usize::from(bit / 64), bit % 64);
            self.0[word] = self.0[word] & !(1 << bit) | u64::from(*value) << bit;
        }
    }
}

/// What a policy says of an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Said<'s> {
    /// A rule forbids it.
    Forbidden,
    /// The action is closed, and no rule permits it.
    Undeclared,
    /// It is right if these duties are fulfilled, each by itself or by one below it.
    Needs(&'s [NameId]),
    /// It is right.
    Fine,
}

/// How many acts are remembered; a power of two.
const REMEMBERED: usize = 1 << 12;

/// What one policy says of one action.
pub struct Acts {
    classes: Classes,
    /// By class: the duties. The first two classes are forbidden and undeclared.
    duties: Vec<Vec<NameId>>,
    /// By hash: an act asked of lately, with its class.
    lately: Vec<Option<(Act, u32)>>,
}

const FORBIDDEN: u32 = 0;
const UNDECLARED: u32 = 1;

impl Acts {
    /// Of a policy and an action; `None` where all it says does not fit in one diagram within the
    /// bound of the judge's space.
    pub fn new(judge: &mut Judge, policy: PolicyId, action: Action) -> Option<Acts> {
        let decision = judge.decision(policy);
        let said = decision.of(action);
        if !said.whole {
            return None;
        }
        let mut sets = vec![&said.forbids, &said.closed, &said.permits];
        sets.extend(said.needs.values());
        let all: Vec<NameId> = said.needs.keys().copied().collect();
        let mut numbers: BTreeMap<Vec<NameId>, u32> = BTreeMap::new();
        let mut duties = vec![Vec::new(), Vec::new()];
        let mut class = |within: &[Option<bool>]| {
            let needs = &within[3..];
            match (within[0], within[1], within[2]) {
                (Some(true), ..) => Some(FORBIDDEN),
                (Some(false), Some(true), Some(false)) => Some(UNDECLARED),
                (Some(false), Some(false), _) | (Some(false), _, Some(true)) => {
                    if needs.iter().any(Option::is_none) {
                        return None;
                    }
                    let needed = all.iter().zip(needs);
                    let needed = needed.filter(|(_, needed)| **needed == Some(true));
                    let needed: Vec<NameId> = needed.map(|(duty, _)| *duty).collect();
                    Some(*numbers.entry(needed).or_insert_with_key(|needed| {
                        duties.push(needed.clone());
                        duties.len() as u32 - 1
                    }))
                }
                _ => None,
            }
        };
        let classes = Classes::new(&sets, judge.space.most_nodes, &mut class)?;
        Some(Acts {
            classes,
            duties,
            lately: vec![None; REMEMBERED],
        })
    }

    /// What is said of an act.
    pub fn of(&self, act: &Act) -> Said<'_> {
        self.said(self.classes.of(&act.0))
    }

    /// The same, remembered: faster where acts come again.
    pub fn again(&mut self, act: &Act) -> Said<'_> {
        let slot = FxBuildHasher.hash_one(act) as usize % REMEMBERED;
        let class = match &self.lately[slot] {
            Some((known, class)) if known == act => *class,
            _ => {
                let class = self.classes.of(&act.0);
                self.lately[slot] = Some((act.clone(), class));
                class
            }
        };
        self.said(class)
    }

    fn said(&self, class: u32) -> Said<'_> {
        match class {
            FORBIDDEN => Said::Forbidden,
            UNDECLARED => Said::Undeclared,
            _ => match &self.duties[class as usize][..] {
                [] => Said::Fine,
                duties => Said::Needs(duties),
            },
        }
    }

    /// Number of nodes of its diagram, a measure of size.
    pub fn size(&self) -> usize {
        self.classes.size()
    }
}
