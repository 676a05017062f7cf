//! Whole rows of labels looked at at once: which could be anything but fine in a situation.
//!
//! A rule that forbids or binds is looked at as the box of all it touches, one that permits as the box
//! it surely covers. What no such box makes suspect is fine; what is suspect is judged exactly, act by
//! act. So nearly all flows of a large plan are settled by a few words of bits each.

use super::judge::Judge;
use super::situation::{Situation, anonymous};
use crate::decide::space::Sides;
use crate::decide::{Decision, Diagram, Dim, Space};
use crate::flow::rows::Bits;
use crate::flow::{LabelId, Labels};
use crate::model::vocabulary::Kind;
use crate::model::{Action, NameId, PolicyId, Vocabulary};
use fixedbitset::FixedBitSet;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The dimensions that labels decide; situations decide the others.
const OF_LABELS: [Dim; 5] = [
    Dim::Data,
    Dim::Form,
    Dim::Subject,
    Dim::Resident,
    Dim::Context,
];

/// A box with the labels in it.
#[derive(Clone)]
struct Reach {
    sides: Sides,
    /// The dimensions that it has a side in and that situations decide.
    of_situations: Vec<Dim>,
    /// The set is this box in some worlds, the same for all its acts.
    exact: bool,
    labels: Bits,
    known: usize,
}

/// What a rule can do.
#[derive(Clone)]
struct Rule {
    forbids: Option<Reach>,
    needs: Option<Reach>,
    duties: Vec<NameId>,
    permits: Option<Reach>,
}

/// Rules that may say something of some situations.
#[derive(Clone)]
struct About {
    rules: Arc<[usize]>,
    /// How many labels these are known to touch and cover or not.
    known: usize,
}

/// The rules of one policy for one action.
#[derive(Clone)]
struct Rules {
    rules: Vec<Rule>,
    /// By the purposes of a situation: those of them that may say something of it.
    by_purposes: FxHashMap<FixedBitSet, About>,
    /// Acts that can need a permission at all.
    closed: Option<Reach>,
}

/// What is suspect, by policy and action.
#[derive(Clone)]
pub struct Suspects {
    policies: Vec<PolicyId>,
    rules: FxHashMap<(PolicyId, Action), Rules>,
    known: Known,
}

/// Labels by their data: few rules are about many data.
#[derive(Default, Clone)]
struct Known {
    of: Vec<Vec<LabelId>>,
    /// Those that derive from other data.
    derived: Vec<LabelId>,
    /// Those with facts that last from collection.
    lasting: Vec<LabelId>,
    count: usize,
}

impl Suspects {
    /// For the policies that a plan checks.
    pub fn new(policies: &[PolicyId]) -> Suspects {
        Suspects {
            policies: policies.to_vec(),
            rules: FxHashMap::default(),
            known: Known::default(),
        }
    }

    /// Makes all labels known that there are so far, and all that [`Suspects::find`] needs to know of a
    /// situation.
    pub fn learn(&mut self, judge: &mut Judge, labels: &Labels, situation: &Situation) {
        self.known.learn(labels);
        let vocabulary = &judge.model.vocabulary;
        for policy in self.policies.clone() {
            let key = (policy, situation.action);
            let rules = self.rules.entry(key).or_insert_with(|| {
                let decision = judge.decision(policy);
                Rules::new(&judge.space, vocabulary, &decision, situation.action)
            });
            rules.learn(vocabulary, labels, &self.known, situation);
        }
    }

    /// The known labels whose acts in a situation could be anything but fine.
    pub fn find(&self, vocabulary: &Vocabulary, labels: &Labels, situation: &Situation) -> Bits {
        let mut all = Bits::default();
        for policy in &self.policies {
            let rules = &self.rules[&(*policy, situation.action)];
            rules.find(vocabulary, self.known.count, situation, &mut all);
        }
        // What lasts from collection may contradict what is given.
        for label in &self.known.lasting {
            if labels.origin(*label).lasting.len() > 1 || !situation.given.is_empty() {
                all.insert(*label);
            }
        }
        all
    }
}

impl Known {
    fn learn(&mut self, labels: &Labels) {
        for label in self.count..labels.labels.len() {
            let data = labels.get(label).data.0 as usize;
            if self.of.len() <= data {
                self.of.resize(data + 1, Vec::new());
            }
            self.of[data].push(label);
            if !labels.ancestors(label).is_empty() {
                self.derived.push(label);
            }
            if !labels.origin(label).lasting.is_empty() {
                self.lasting.push(label);
            }
        }
        self.count = labels.labels.len();
    }

    /// Of the labels from a number on, those of some data.
    fn of(&self, data: Option<&FixedBitSet>, from: LabelId) -> Vec<LabelId> {
        match data {
            None => (from..self.count).collect(),
            Some(data) => {
                let of = data.ones().filter_map(|datum| self.of.get(datum));
                of.flatten()
                    .copied()
                    .filter(|label| *label >= from)
                    .collect()
            }
        }
    }
}

impl Rules {
    fn new(space: &Space, vocabulary: &Vocabulary, decision: &Decision, action: Action) -> Rules {
        let said = decision.of(action);
        let reach = |set: &Diagram| {
            let product = space.sides(set, vocabulary);
            let exact = |(_, rest): &(Sides, u16)| *rest >= space.first_fact();
            (!set.is_none()).then(|| Reach {
                exact: product.as_ref().is_some_and(exact),
                ..Reach::new(match product {
                    Some((sides, _)) => sides,
                    None => boxed(space, vocabulary, set),
                })
            })
        };
        let rules = said.rules.iter().map(|rule| Rule {
            forbids: reach(&rule.forbids),
            needs: reach(&rule.needs),
            duties: rule.duties.clone(),
            permits: exactly(space, vocabulary, &rule.permits),
        });
        Rules {
            rules: rules.collect(),
            by_purposes: FxHashMap::default(),
            closed: reach(&said.closed),
        }
    }

    /// Makes known which rules may have anything to say of a situation, by its purposes (those are the
    /// same for many situations), and which labels these rules touch and cover.
    fn learn(
        &mut self,
        vocabulary: &Vocabulary,
        labels: &Labels,
        known: &Known,
        situation: &Situation,
    ) {
        let rules = &self.rules;
        let about = self.by_purposes.entry(purposes(situation));
        let about = about.or_insert_with_key(|purposes| {
            let meets = |reach: &Option<Reach>| {
                reach.as_ref().is_some_and(|reach| {
                    let side = reach.side(Dim::Purpose);
                    side.is_none_or(|side| !side.is_disjoint(purposes))
                })
            };
            let all = rules.iter().enumerate();
            let about = all.filter(|(_, rule)| {
                meets(&rule.forbids) || meets(&rule.needs) || meets(&rule.permits)
            });
            About {
                rules: about.map(|(at, _)| at).collect(),
                known: 0,
            }
        });
        if about.known == known.count {
            return;
        }
        about.known = known.count;
        for at in about.rules.iter() {
            let rule = &mut self.rules[*at];
            for reach in [&mut rule.forbids, &mut rule.needs].into_iter().flatten() {
                reach.touch(vocabulary, labels, known);
            }
            if let Some(reach) = &mut rule.permits {
                reach.cover(labels, known);
            }
        }
    }

    /// Of so many known labels, adds those whose acts in a situation could be anything but fine.
    fn find(&self, vocabulary: &Vocabulary, known: usize, situation: &Situation, all: &mut Bits) {
        let sides = sides(situation);
        let duties = vocabulary.of(Kind::Duty);
        let mut covered = Bits::default();
        for at in self.by_purposes[&purposes(situation)].rules.iter() {
            let rule = &self.rules[*at];
            let forbids = rule.forbids.as_ref();
            if let Some(reach) = forbids.filter(|reach| reach.meets(&sides)) {
                all.add(reach.labels.words());
            }
            let bound = |duty: &NameId| {
                let mut done = situation.fulfilled.iter();
                !done.any(|done| duties.within(*done, *duty))
            };
            let needs = rule.needs.as_ref();
            if let Some(reach) = needs.filter(|reach| reach.meets(&sides))
                && rule.duties.iter().any(bound)
            {
                all.add(reach.labels.words());
            }
            let permits = rule.permits.as_ref();
            if let Some(reach) = permits.filter(|reach| reach.holds(&sides)) {
                covered.add(reach.labels.words());
            }
        }
        let closed = self.closed.as_ref();
        if closed.is_some_and(|reach| reach.meets(&sides)) {
            all.add_missing(&covered, known);
        }
    }
}

/// The purposes of a situation: what is done for, and what it was collected for.
fn purposes(situation: &Situation) -> FixedBitSet {
    let mut purposes = situation.purpose.clone();
    if let Some(collected) = &situation.collected_purpose {
        purposes.union_with(collected);
    }
    purposes
}

/// What a situation could be in each dimension that is its to decide; `None` where the action lacks it.
fn sides(situation: &Situation) -> Sides {
    let mut sides = Sides::default();
    let mut set = |dim: Dim, atoms: FixedBitSet| sides[dim as usize] = Some(atoms);
    set(Dim::Actor, situation.actor.clone());
    set(Dim::Purpose, purposes(situation));
    if let Some(counterparty) = &situation.counterparty {
        set(Dim::Counterparty, counterparty.clone());
    }
    if let Some(place) = &situation.place {
        set(Dim::Place, place.clone());
    }
    if let Some((from, to)) = &situation.regions {
        set(Dim::From, from.clone());
        set(Dim::To, to.clone());
    }
    sides
}

/// The smallest box around a set.
fn boxed(space: &Space, vocabulary: &Vocabulary, set: &Diagram) -> Sides {
    let support = set.support();
    let mut sides = Sides::default();
    for dim in Dim::ALL {
        let bits = space.bits_of(dim);
        if support.iter().any(|bit| bits.contains(bit)) {
            sides[dim as usize] = Some(space.project(set, dim, vocabulary));
        }
    }
    sides
}

/// A set that is a box, whatever the facts, flags and times.
fn exactly(space: &Space, vocabulary: &Vocabulary, set: &Diagram) -> Option<Reach> {
    let (sides, rest) = space.sides(set, vocabulary).filter(|_| !set.is_none())?;
    (rest == space.width()).then(|| Reach::new(sides))
}

/// The one rule of a policy that could make a label of a situation anything but fine.
pub struct Culprit {
    /// Its position among those that the policy has for the action.
    pub rule: usize,
    /// Whether it forbids; else it binds.
    pub forbids: bool,
    /// The acts of the rule in each dimension that it speaks of.
    pub sides: Sides,
}

impl Suspects {
    /// What of a policy makes a label of a situation suspect, where that is nothing or one rule whose
    /// acts are a box, and all else is surely fine.
    pub fn culprit(
        &self,
        judge: &Judge,
        policy: PolicyId,
        labels: &Labels,
        situation: &Situation,
        label: LabelId,
    ) -> Option<Option<Culprit>> {
        let rules = self.rules.get(&(policy, situation.action))?;
        let sides = sides(situation);
        if !labels.ancestors(label).is_empty()
            || !labels.origin(label).lasting.is_empty()
            || situation.collected_purpose.is_some()
        {
            return None;
        }
        let about = rules.by_purposes.get(&purposes(situation))?;
        let duties = judge.model.vocabulary.of(Kind::Duty);
        let mut found: Option<Culprit> = None;
        let mut covered = false;
        for at in about.rules.iter().copied() {
            let rule = &rules.rules[at];
            let fulfils = |duty: &NameId| {
                let mut done = situation.fulfilled.iter();
                done.any(|done| duties.within(*done, *duty))
            };
            let bound = rule.duties.iter().any(|duty| !fulfils(duty));
            let needs = rule.needs.as_ref().filter(|_| bound);
            for (reach, forbids) in [(rule.forbids.as_ref(), true), (needs, false)] {
                let touches = |reach: &&Reach| reach.labels.has(label) && reach.meets(&sides);
                let Some(reach) = reach.filter(touches) else {
                    continue;
                };
                if found.is_some() || !reach.exact {
                    return None;
                }
                found = Some(Culprit {
                    rule: at,
                    forbids,
                    sides: reach.sides.clone(),
                });
            }
            let permits = rule.permits.as_ref();
            covered |= permits.is_some_and(|reach| reach.labels.has(label) && reach.holds(&sides));
        }
        let closed = rules
            .closed
            .as_ref()
            .is_some_and(|reach| reach.meets(&sides));
        (covered || !closed).then_some(found)
    }
}

impl Reach {
    fn new(sides: Sides) -> Reach {
        let decided = |dim: &Dim| sides[*dim as usize].is_some() && !OF_LABELS.contains(dim);
        Reach {
            of_situations: Dim::ALL.into_iter().filter(decided).collect(),
            sides,
            exact: false,
            labels: Bits::default(),
            known: 0,
        }
    }

    fn side(&self, dim: Dim) -> Option<&FixedBitSet> {
        self.sides[dim as usize].as_ref()
    }

    /// Whether some acts of a situation may be in the box.
    fn meets(&self, sides: &Sides) -> bool {
        let mut dims = self.of_situations.iter();
        dims.all(|dim| match (self.side(*dim), &sides[*dim as usize]) {
            (Some(own), Some(other)) => !own.is_disjoint(other),
            _ => true,
        })
    }

    /// Whether all acts of a situation are, as far as it decides.
    fn holds(&self, sides: &Sides) -> bool {
        let mut dims = self.of_situations.iter();
        dims.all(|dim| match (self.side(*dim), &sides[*dim as usize]) {
            (Some(own), Some(other)) => other.is_subset(own),
            _ => false,
        })
    }

    /// Takes up known labels of which some acts may be in the box; also those that derive from such data.
    fn touch(&mut self, vocabulary: &Vocabulary, labels: &Labels, known: &Known) {
        if self.known == known.count {
            return;
        }
        let anonymous = anonymous(vocabulary);
        let data = self.side(Dim::Data);
        let mut about = known.of(data, self.known);
        if let Some(data) = data {
            let derived = known.derived.iter().copied();
            about.extend(derived.filter(|label| {
                let mut ancestors = labels.ancestors(*label).iter();
                *label >= self.known
                    && !labels.form(*label).is_subset(anonymous)
                    && ancestors.any(|ancestor| data.contains(ancestor.0 as usize))
            }));
        }
        about.retain(|label| {
            OF_LABELS[1..].iter().all(|dim| {
                self.side(*dim)
                    .is_none_or(|side| !side.is_disjoint(of_label(labels, *label, *dim)))
            })
        });
        about.iter().for_each(|label| self.labels.insert(*label));
        self.known = known.count;
    }

    /// Takes up known labels of which all acts are in the box, as far as they decide.
    fn cover(&mut self, labels: &Labels, known: &Known) {
        if self.known == known.count {
            return;
        }
        let mut about = known.of(self.side(Dim::Data), self.known);
        about.retain(|label| {
            OF_LABELS[1..].iter().all(|dim| {
                self.side(*dim)
                    .is_none_or(|side| of_label(labels, *label, *dim).is_subset(side))
            })
        });
        about.iter().for_each(|label| self.labels.insert(*label));
        self.known = known.count;
    }
}

fn of_label(labels: &Labels, label: LabelId, dim: Dim) -> &FixedBitSet {
    let origin = labels.origin(label);
    match dim {
        Dim::Form => labels.form(label),
        Dim::Subject => &origin.subject,
        Dim::Resident => &origin.resident,
        _ => &origin.context,
    }
}
