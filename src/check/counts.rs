//! How many findings an edge has, without making them: what is not listed is only counted.
//!
//! What is wrong with a label on an edge is asked once for all edges that are alike. From that the
//! number of findings follows where all data of a finding are wrong in the same way, as they nearly
//! always are; for other edges there is no answer here, and the findings are made.

use super::More;
use super::alike::Suspect;
use super::findings::{Finding, Judged, dims, nameable, signature, whole_acts};
use super::judge::{Judge, Part};
use super::situation::{Open, Relation, Situation, relation};
use super::suspects::{Culprit, Suspects};
use crate::decide::{Diagram, Dim};
use crate::flow::{Graph, LabelId, Labels};
use crate::model::naming::lists;
use crate::model::vocabulary::{Kind, Literal};
use crate::model::{Action, NameId, Plan, PolicyId};
use fixedbitset::FixedBitSet;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// One thing wrong with a label: findings of one group at one place are made of such.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Wrong {
    group: u32,
    datum: u32,
    acts: u32,
}

/// All that is wrong with a label on edges that are alike; `None` where it is no matter of counting.
type Known = Option<Rc<[Wrong]>>;

/// An edge among all that is known of it.
#[derive(Clone, Copy)]
pub struct EdgeAt<'a> {
    /// The policies that judge it.
    pub policies: &'a [PolicyId],
    /// What it stands for.
    pub situations: &'a [Situation],
    /// Its plan.
    pub plan: &'a Plan,
    /// The plan's graph.
    pub graph: &'a Graph,
    /// Its position.
    pub at: usize,
    /// How situations are looked at as a whole.
    pub suspects: &'a Suspects,
}

impl EdgeAt<'_> {
    fn relation(&self, judge: &Judge, label: LabelId) -> Relation {
        let (vocabulary, edge) = (&judge.model.vocabulary, self.plan.edge(self.at));
        relation(vocabulary, self.plan, edge, &self.graph.labels, label)
    }
}

/// What was counted before.
#[derive(Default)]
pub struct Counts {
    known: FxHashMap<(u32, LabelId), Known>,
    /// Groups of findings by what tells them apart, with their codes.
    groups: FxHashMap<(PolicyId, Action, super::findings::Signature), u32>,
    codes: Vec<&'static str>,
    actions: Vec<Action>,
    /// Acts without their data.
    acts: FxHashMap<Diagram, u32>,
    all: Vec<Alike>,
    /// What situations and labels share with rules: by profile, situation, rule, form and origin.
    shared: FxHashMap<(u32, u32, u32, u32, u32), u32>,
    /// The parts of acts that labels decide, and as how many products they read.
    parts: Vec<Diagram>,
    part_ids: FxHashMap<Diagram, u32>,
    part_counts: FxHashMap<(Action, Vec<u32>), usize>,
    /// The group of findings that one rule makes under some facts, where it makes one.
    #[expect(clippy::type_complexity, reason = "a rule, and the facts")]
    ways: FxHashMap<(PolicyId, Action, usize, bool, (Vec<Literal>, Vec<NameId>)), Option<u32>>,
    /// As how many products acts read.
    products: FxHashMap<Vec<u32>, Option<usize>>,
    /// As how many lists data read.
    lists: FxHashMap<Vec<u32>, usize>,
}

impl Counts {
    /// Adds the findings of an edge; whether they could be counted.
    pub fn add(
        &mut self,
        judge: &mut Judge,
        edge: EdgeAt,
        suspect: &Suspect,
        more: &mut More,
    ) -> bool {
        let Some(profile) = suspect.alike else {
            return false;
        };
        let mut wrong: Vec<Wrong> = Vec::new();
        for label in suspect.labels.labels() {
            let known = match self.known.get(&(profile, label)) {
                Some(known) => known.clone(),
                None => {
                    let quick = self.quick(judge, edge, label, profile);
                    let found = quick.or_else(|| self.find(judge, edge, label));
                    self.known.insert((profile, label), found.clone());
                    found
                }
            };
            let Some(known) = known else { return false };
            wrong.extend_from_slice(&known);
        }
        wrong.sort_unstable();
        wrong.dedup();
        let mut counted: Vec<(u32, usize)> = Vec::new();
        for group in wrong.chunk_by(|one, other| one.group == other.group) {
            let mut data: Vec<u32> = Vec::new();
            let mut acts: Option<Vec<u32>> = None;
            for datum in group.chunk_by(|one, other| one.datum == other.datum) {
                data.push(datum[0].datum);
                let own: Vec<u32> = datum.iter().map(|one| one.acts).collect();
                match &acts {
                    None => acts = Some(own),
                    Some(first) if *first == own => {}
                    Some(_) => return false,
                }
            }
            let acts = acts.unwrap_or_default();
            let action = self.actions[group[0].group as usize];
            let Some(products) = self.products(judge, action, group[0].datum, acts) else {
                return false;
            };
            let count = self.lists(judge, data) * products;
            counted.push((group[0].group, count));
        }
        for (group, count) in counted {
            *more.entry(self.codes[group as usize]).or_default() += count;
        }
        true
    }

    /// The same where one rule makes it wrong, and in one way: then that way is known from another label
    /// in the same facts, and the acts are what the situation and the rule share.
    fn quick(
        &mut self,
        judge: &mut Judge,
        edge: EdgeAt,
        label: LabelId,
        profile: u32,
    ) -> Option<Rc<[Wrong]>> {
        let labels = &edge.graph.labels;
        let what = labels.get(label);
        let relation = edge.relation(judge, label);
        if relation.open != Open::Never {
            return None;
        }
        let mut all = Vec::new();
        for policy in edge.policies {
            for (number, situation) in edge.situations.iter().enumerate() {
                let culprit = edge
                    .suspects
                    .culprit(judge, *policy, labels, situation, label)?;
                let Some(culprit) = culprit else { continue };
                let facts = (situation.given.clone(), situation.fulfilled.clone());
                let action = situation.action;
                let key = (*policy, action, culprit.rule, culprit.forbids, facts);
                let group = match self.ways.get(&key) {
                    Some(group) => *group,
                    None => {
                        let parts = judge.parts(*policy, situation, labels, label, relation)?;
                        let group = match &parts[..] {
                            [part] => Some(self.group(*policy, action, label, part, &parts)),
                            _ => None,
                        };
                        self.ways.insert(key, group);
                        group
                    }
                };
                let shared = (
                    profile,
                    number as u32,
                    culprit.rule as u32,
                    what.form,
                    what.origin,
                );
                let acts = match self.shared.get(&shared) {
                    Some(acts) => *acts,
                    None => {
                        let acts = self.shares(judge, situation, labels, label, &culprit);
                        self.all.push(acts);
                        let number = self.all.len() as u32 - 1;
                        self.shared.insert(shared, number);
                        number
                    }
                };
                all.push(Wrong {
                    group: group?,
                    datum: what.data.0,
                    acts,
                });
            }
        }
        Some(all.into())
    }

    /// What a situation, a label and a rule share.
    fn shares(
        &mut self,
        judge: &Judge,
        situation: &Situation,
        labels: &Labels,
        label: LabelId,
        culprit: &Culprit,
    ) -> Alike {
        let vocabulary = &judge.model.vocabulary;
        let origin = labels.origin(label);
        let mut others = 1;
        let mut part = judge.space.all();
        for dim in dims(situation.action).into_iter().rev() {
            let (own, of_label) = match dim {
                Dim::Data | Dim::Event => continue,
                Dim::Form => (Some(labels.form(label)), true),
                Dim::Subject => (Some(&origin.subject), true),
                Dim::Resident => (Some(&origin.resident), true),
                Dim::Context => (Some(&origin.context), true),
                Dim::Purpose => (Some(&situation.purpose), false),
                Dim::Actor => (Some(&situation.actor), false),
                Dim::Counterparty => (situation.counterparty.as_ref(), false),
                Dim::Place => (situation.place.as_ref(), false),
                Dim::From => (situation.regions.as_ref().map(|(from, _)| from), false),
                Dim::To => (situation.regions.as_ref().map(|(_, to)| to), false),
            };
            let Some(own) = own else { continue };
            let mut set = own.clone();
            if let Some(side) = &culprit.sides[dim as usize] {
                set.intersect_with(side);
            }
            if of_label {
                part = part.and(&judge.space.atoms(dim, &set));
            } else {
                others *= lists(vocabulary.of(dim.kind()), &set).len();
            }
        }
        let next = self.parts.len() as u32;
        let part = *self.part_ids.entry(part.clone()).or_insert_with(|| {
            self.parts.push(part);
            next
        });
        Alike::Shared { part, others }
    }

    fn group(
        &mut self,
        policy: PolicyId,
        action: Action,
        label: LabelId,
        part: &Part,
        parts: &Rc<Vec<Part>>,
    ) -> u32 {
        let judged = Judged {
            label,
            before: None,
            unlimited: false,
            parts: parts.clone(),
        };
        let key = (policy, action, signature(&judged, part));
        let next = self.groups.len() as u32;
        let group = *self.groups.entry(key).or_insert(next);
        if group == next {
            self.codes.push(Finding::code_of(part.verdict, false).name);
            self.actions.push(action);
        }
        group
    }

    /// What is wrong with a label.
    fn find(&mut self, judge: &mut Judge, edge: EdgeAt, label: LabelId) -> Known {
        let labels = &edge.graph.labels;
        let vocabulary = &judge.model.vocabulary;
        let relation = edge.relation(judge, label);
        let datum = labels.get(label).data;
        let any = FixedBitSet::from_iter(0..vocabulary.of(Kind::Data).len());
        let mut all = Vec::new();
        for policy in edge.policies {
            for situation in edge.situations {
                let parts = judge.parts(*policy, situation, labels, label, relation)?;
                for part in parts.iter() {
                    let group = self.group(*policy, situation.action, label, part, &parts);
                    let acts = whole_acts(judge, &any, &part.acts);
                    let number = self.all.len() as u32;
                    let acts = *self.acts.entry(acts.clone()).or_insert_with(|| {
                        self.all.push(Alike::Exact(acts));
                        number
                    });
                    all.push(Wrong {
                        group,
                        datum: datum.0,
                        acts,
                    });
                }
            }
        }
        Some(all.into())
    }

    fn lists(&mut self, judge: &Judge, data: Vec<u32>) -> usize {
        if data.len() == 1 {
            return 1;
        }
        let hierarchy = judge.model.vocabulary.of(Kind::Data);
        *self.lists.entry(data).or_insert_with_key(|data| {
            let mut set = FixedBitSet::with_capacity(hierarchy.len());
            for datum in data {
                set.insert(*datum as usize);
            }
            lists(hierarchy, &set).len()
        })
    }

    /// As how many products of names acts read, their data left out; none where that is not known
    /// beforehand.
    fn products(
        &mut self,
        judge: &Judge,
        action: Action,
        datum: u32,
        acts: Vec<u32>,
    ) -> Option<usize> {
        if let Some(known) = self.products.get(&acts) {
            return *known;
        }
        let all = || acts.iter().map(|one| &self.all[*one as usize]);
        let shared: Option<Vec<(u32, usize)>> = all()
            .map(|one| match one {
                Alike::Shared { part, others } => Some((*part, *others)),
                Alike::Exact(..) => None,
            })
            .collect();
        let exact: Option<Vec<&Diagram>> = all()
            .map(|one| match one {
                Alike::Exact(acts) => Some(acts),
                Alike::Shared { .. } => None,
            })
            .collect();
        // Not by its bits: `any` owns several numbers.
        let one = FixedBitSet::from_iter([datum as usize]);
        let datum = judge.space.atoms(Dim::Data, &one);
        let read = |sets: &[&Diagram]| {
            let none = judge.space.none();
            let together = sets.iter().fold(none, |together, set| together.or(set));
            nameable(judge, &together.and(&datum), action).len()
        };
        let count = match (shared, exact) {
            // What the situation decides is the same for all.
            (Some(shared), _) if shared.iter().all(|one| one.1 == shared[0].1) => {
                let mut key: Vec<u32> = shared.iter().map(|one| one.0).collect();
                key.sort_unstable();
                key.dedup();
                let parts = &self.parts;
                let count =
                    *self
                        .part_counts
                        .entry((action, key))
                        .or_insert_with_key(|(_, key)| {
                            let sets: Vec<&Diagram> =
                                key.iter().map(|at| &parts[*at as usize]).collect();
                            read(&sets)
                        });
                Some(count * shared[0].1)
            }
            (_, Some(exact)) => Some(read(&exact)),
            _ => None,
        };
        self.products.insert(acts, count);
        count
    }
}

/// Acts without their data.
enum Alike {
    /// As they are.
    Exact(Diagram),
    /// What a situation and a label share with one rule: the part that is the label's, and as how many
    /// lists the other dimensions read.
    Shared { part: u32, others: usize },
}
