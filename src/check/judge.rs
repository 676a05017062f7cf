//! Judges: compiled policies, what they rule of a datum, and acts judged by that.

use super::situation::{Open, Relation, Situation, anonymous};
use crate::decide::compile::{ActionDecision, EffectiveRule};
use crate::decide::meaning::standing as standing_acts;
use crate::decide::space::expired;
use crate::decide::{Decision, Diagram, Dim, Space, compile};
use crate::flow::{Asks, LabelId, Labels};
use crate::limits;
use crate::model::rules::AtMost;
use crate::model::vocabulary::{Date, Literal, NameId, purpose};
use crate::model::{Action, Model, NameSet, Plan, PolicyId};
use fixedbitset::FixedBitSet;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// A verdict that is not fine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// A prohibition holds in all worlds.
    Forbidden,
    /// The same of keeping data, where some other time would not be forbidden.
    KeptTooLong,
    /// Right in no world, but not prohibited in all.
    Undeclared,
    /// Right in some worlds only.
    Conditional,
    /// Right in all, and in some a required duty is not fulfilled.
    MissingDuty,
}

/// A rule, by policy and position.
pub type RuleRef = (PolicyId, usize);

/// Acts of one verdict, with what decides it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The verdict.
    pub verdict: Verdict,
    /// The rules that decide.
    pub rules: Vec<RuleRef>,
    /// The fewest sets of facts that settle it (that release the duty).
    pub facts: Vec<Vec<Literal>>,
    /// Duties not fulfilled.
    pub duties: Vec<NameId>,
    /// The acts, their data and facts left out.
    pub acts: Diagram,
}

/// What a policy says of one action on one datum and all it derives from. Data that no rule tells
/// apart have equal rulings.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Ruling {
    pub(super) permits: Diagram,
    pub(super) forbids: Diagram,
    pub(super) closed: Diagram,
    /// What is permitted or needs no permission, and is not forbidden; nothing open counted.
    pub(super) right: Diagram,
    pub(super) needs: BTreeMap<NameId, Diagram>,
    /// Only what each rule says: permits, forbids, lifts, needs.
    pub(super) rules: Vec<EffectiveRule>,
}

/// A ruling, by its number among those of a judge: equal rulings have one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RulingId(usize);

type RulingKey = (PolicyId, Action, NameId, Vec<NameId>);
/// What a policy rules of an action on a datum, by the nodes of its rules' diagrams where it says so.
type Places = (PolicyId, Action, Vec<u32>);
/// What decides the parts: the ruling, the acts, the facts given, the duties fulfilled, what is open.
type PartsKey = (RulingId, Diagram, Vec<Literal>, Vec<NameId>, Open, bool);

/// What judges of one model can share: the policies compiled so far.
#[derive(Debug, Clone)]
pub struct Compiled<'a> {
    model: &'a Model,
    today: Date,
    space: Space,
    policies: BTreeMap<PolicyId, Arc<Decision>>,
}

impl<'a> Compiled<'a> {
    /// Of a model on a day, no policy yet.
    pub fn new(model: &'a Model, today: Date) -> Compiled<'a> {
        Compiled {
            model,
            today,
            space: Space::new(&model.vocabulary, &times(model), today),
            policies: BTreeMap::new(),
        }
    }

    /// A compiled policy.
    pub fn policy(&mut self, policy: PolicyId) -> Arc<Decision> {
        compile(self.model, &self.space, policy, &mut self.policies)
    }

    /// Takes over a policy that was compiled from the same model for the same day.
    pub fn insert(&mut self, policy: PolicyId, decision: Arc<Decision>) {
        self.policies.insert(policy, decision);
    }
}

/// Compiled policies of a model, ready to judge acts; remembers what it judged.
pub struct Judge<'a> {
    /// The model.
    pub model: &'a Model,
    /// The space of acts.
    pub space: Space,
    /// The day judged on.
    pub today: Date,
    /// Facts that no longer hold.
    pub expired: FixedBitSet,
    /// How many labels may spread in a plan.
    pub most_labels: usize,
    compiled: BTreeMap<PolicyId, Arc<Decision>>,
    rulings: Vec<Rc<Ruling>>,
    ruling_of: FxHashMap<RulingKey, RulingId>,
    ruling_at: FxHashMap<Places, RulingId>,
    ruling_ids: FxHashMap<Rc<Ruling>, RulingId>,
    parts: FxHashMap<PartsKey, Rc<Vec<Part>>>,
}

impl<'a> Judge<'a> {
    /// A judge of a model's policies on a day. Policies are compiled when first asked for.
    pub fn new(model: &'a Model, today: Date) -> Judge<'a> {
        Judge::of(Compiled::new(model, today))
    }

    /// A judge that need not compile what was compiled.
    pub fn of(compiled: Compiled<'a>) -> Judge<'a> {
        Judge {
            model: compiled.model,
            space: compiled.space,
            today: compiled.today,
            expired: expired(&compiled.model.vocabulary, compiled.today),
            most_labels: limits::DEFAULT.labels,
            compiled: compiled.policies,
            rulings: Vec::new(),
            ruling_of: FxHashMap::default(),
            ruling_at: FxHashMap::default(),
            ruling_ids: FxHashMap::default(),
            parts: FxHashMap::default(),
        }
    }

    /// The same where so many labels may spread in a plan.
    pub fn within(self, most_labels: usize) -> Judge<'a> {
        Judge {
            most_labels,
            ..self
        }
    }

    /// What this judge compiled, for another one.
    pub fn compiled(&self) -> Compiled<'a> {
        Compiled {
            model: self.model,
            today: self.today,
            space: self.space.clone(),
            policies: self.compiled.clone(),
        }
    }

    /// The compiled policy.
    pub fn decision(&mut self, policy: PolicyId) -> Arc<Decision> {
        compile(self.model, &self.space, policy, &mut self.compiled)
    }

    /// What the policies that a plan checks, and the plan itself, ask of labels.
    pub fn asks(&mut self, plan: &Plan) -> Asks {
        let listed = |list: &Option<NameSet>| {
            list.as_ref()
                .is_some_and(|list| list.mentions(purpose::COLLECTED))
        };
        let mut asks = Asks {
            most: self.most_labels,
            source: false,
            purposes: plan
                .edges
                .details()
                .iter()
                .any(|edge| listed(&edge.purpose))
                || plan
                    .nodes
                    .iter()
                    .any(|node| node.keeps.iter().any(|keeps| listed(&keeps.purpose))),
        };
        let flags = self.space.flag_bits();
        let (own, collected) = (flags.start, flags.end - 1);
        for policy in &plan.checks {
            let decision = self.decision(*policy);
            let rules = decision.actions.iter().flat_map(|action| &action.rules);
            let mut sets: Vec<Diagram> = Vec::new();
            for rule in rules {
                let said = [&rule.permits, &rule.forbids, &rule.lifts, &rule.needs];
                sets.extend(said.into_iter().filter(|set| !set.is_none()).cloned());
            }
            let vocabulary = &self.model.vocabulary;
            let standing = self.model.policy(*policy).rules.iter();
            sets.extend(standing.filter_map(|rule| standing_acts(&self.space, vocabulary, rule)));
            for set in sets {
                let support = set.support();
                asks.source |= support.contains(&own);
                asks.purposes |= support.contains(&collected);
            }
        }
        asks
    }

    /// Whether a policy's rules could be added up within the bound: analyses of all acts at once
    /// need that, judging single flows does not.
    pub fn is_whole(&mut self, policy: PolicyId) -> bool {
        let decision = self.decision(policy);
        decision.actions.iter().all(|action| action.whole)
    }

    /// The acts of a label in a situation that are not fine, by verdict and what decides it. `None`
    /// where the given facts and the label's lasting ones can't hold together.
    pub fn parts(
        &mut self,
        policy: PolicyId,
        situation: &Situation,
        labels: &Labels,
        label: LabelId,
        relation: Relation,
    ) -> Option<Rc<Vec<Part>>> {
        let lasting = labels.origin(label).lasting.iter().map(|fact| Literal {
            fact: *fact,
            holds: true,
        });
        let mut given: Vec<Literal> = situation.given.iter().copied().chain(lasting).collect();
        given.sort_unstable();
        given.dedup();
        let acts = situation.acts(&self.space, labels, label, relation);
        let data = labels.get(label).data;
        let id = self.ruling(policy, situation.action, data, labels.ancestors(label));
        let retains = situation.time.is_some();
        let fulfilled = situation.fulfilled.clone();
        let key = (id, acts, given, fulfilled, relation.open, retains);
        if let Some(known) = self.parts.get(&key) {
            return Some(known.clone());
        }
        let worlds = self.worlds(&key.2);
        if worlds.is_none() {
            return None;
        }
        let open = match relation.open {
            Open::Never => self.space.none(),
            Open::IfOwnSource => self.space.own_source(true),
            Open::Always => self.space.all(),
        };
        let (_, acts, _, fulfilled, _, retains) = &key;
        let ruling = self.rulings[id.0].clone();
        let parts = self.classify(&ruling, acts, &worlds, fulfilled, &open, *retains);
        let parts = Rc::new(parts);
        self.parts.insert(key, parts.clone());
        Some(parts)
    }

    /// The rules that say something of the acts of a label in a situation, in some world.
    pub fn met(
        &mut self,
        policy: PolicyId,
        situation: &Situation,
        labels: &Labels,
        label: LabelId,
        relation: Relation,
    ) -> Vec<RuleRef> {
        let acts = situation.acts(&self.space, labels, label, relation);
        let here = acts.and(&self.worlds(&situation.given));
        let data = labels.get(label).data;
        let id = self.ruling(policy, situation.action, data, labels.ancestors(label));
        let ruling = self.get(id);
        let said = |rule: &EffectiveRule| {
            let sets = [&rule.permits, &rule.forbids, &rule.lifts, &rule.needs];
            sets.iter().any(|set| !set.disjoint(&here))
        };
        let rules = ruling.rules.iter().filter(|rule| said(rule));
        rules.map(|rule| (rule.policy, rule.rule)).collect()
    }

    /// Worlds that agree with what is given.
    pub fn worlds(&self, given: &[Literal]) -> Diagram {
        self.space
            .worlds()
            .and(&self.space.literals(given.iter().copied()))
    }

    /// What a policy says of one action on one datum, and on what it derives from.
    pub fn ruling(
        &mut self,
        policy: PolicyId,
        action: Action,
        data: NameId,
        ancestors: &[NameId],
    ) -> RulingId {
        let key = (policy, action, data, ancestors.to_vec());
        if let Some(known) = self.ruling_of.get(&key) {
            return *known;
        }
        let decision = self.decision(policy);
        let said = decision.of(action);
        let places = (policy, action, places(&self.space, said, data, ancestors));
        if let Some(known) = self.ruling_at.get(&places) {
            self.ruling_of.insert(key, *known);
            return *known;
        }
        let space = &self.space;
        let own = space.atom_bits(Dim::Data, data);
        // Acts on a datum are also forbidden, or bound by a duty, where the same acts on what it
        // derives from would be, until the form is anonymous. They are permitted only as its own.
        let identifying = space
            .atoms(Dim::Form, anonymous(&self.model.vocabulary))
            .not();
        let before: Vec<_> = ancestors
            .iter()
            .map(|ancestor| space.atom_bits(Dim::Data, *ancestor))
            .collect();
        let bound = |set: &Diagram| {
            before.iter().fold(set.restrict(&own), |all, bits| {
                all.or(&set.restrict(bits).and(&identifying))
            })
        };
        let rules: Vec<EffectiveRule> = said
            .rules
            .iter()
            .filter(|rule| is_about(rule, data, ancestors))
            .map(|rule| EffectiveRule {
                permits: rule.permits.restrict(&own),
                forbids: bound(&rule.forbids),
                lifts: bound(&rule.lifts),
                needs: bound(&rule.needs),
                policy: rule.policy,
                rule: rule.rule,
                duties: rule.duties.clone(),
                data: rule.data.clone(),
            })
            .filter(|rule| {
                [&rule.permits, &rule.forbids, &rule.lifts, &rule.needs]
                    .iter()
                    .any(|set| !set.is_none())
            })
            .collect();
        let (permits, forbids, mut needs) = match said.whole {
            true => {
                let needs = said.needs.iter().map(|(duty, set)| (*duty, bound(set)));
                let needs: BTreeMap<NameId, Diagram> = needs.collect();
                (said.permits.restrict(&own), bound(&said.forbids), needs)
            }
            // Of one datum few rules have anything to say, so their sum is small.
            false => sums(space, &rules),
        };
        needs.retain(|_, set| !set.is_none());
        let closed = said.closed.restrict(&own);
        let right = permits.or(&closed.not()).minus(&forbids);
        let ruling = Rc::new(Ruling {
            permits,
            forbids,
            closed,
            right,
            needs,
            rules,
        });
        let id = *self.ruling_ids.entry(ruling.clone()).or_insert_with(|| {
            self.rulings.push(ruling);
            RulingId(self.rulings.len() - 1)
        });
        self.ruling_of.insert(key, id);
        self.ruling_at.insert(places, id);
        id
    }

    /// The ruling of a number.
    pub fn get(&self, id: RulingId) -> Rc<Ruling> {
        self.rulings[id.0].clone()
    }
}

/// What rules permit and forbid together, and what needs each duty.
fn sums(space: &Space, rules: &[EffectiveRule]) -> (Diagram, Diagram, BTreeMap<NameId, Diagram>) {
    let mut needs: BTreeMap<NameId, Diagram> = BTreeMap::new();
    for rule in rules {
        for duty in &rule.duties {
            let all = needs.entry(*duty).or_insert_with(|| space.none());
            *all = all.or(&rule.needs);
        }
    }
    let none = || space.none();
    let permits = rules.iter().fold(none(), |all, rule| all.or(&rule.permits));
    let forbids = rules.iter().fold(none(), |all, rule| all.or(&rule.forbids));
    (permits, forbids, needs)
}

/// Whether a rule may say something of a datum, or of what it derives from.
fn is_about(rule: &EffectiveRule, data: NameId, ancestors: &[NameId]) -> bool {
    let mut all = ancestors.iter().chain([&data]);
    all.any(|one| rule.data.contains(one.0 as usize))
}

/// Where the diagrams of an action's rules lead for a datum and what it derives from: where they lead
/// to the same nodes, the rulings are the same.
fn places(space: &Space, said: &ActionDecision, data: NameId, ancestors: &[NameId]) -> Vec<u32> {
    let own = space.atom_bits(Dim::Data, data);
    let before: Vec<_> = ancestors
        .iter()
        .map(|ancestor| space.atom_bits(Dim::Data, *ancestor))
        .collect();
    let mut places = vec![before.len() as u32, said.closed.reached(&own)];
    let rules = said.rules.iter().enumerate();
    for (at, rule) in rules.filter(|(_, rule)| is_about(rule, data, ancestors)) {
        let start = places.len();
        places.push(rule.permits.reached(&own));
        for set in [&rule.forbids, &rule.lifts, &rule.needs] {
            places.push(set.reached(&own));
            places.extend(before.iter().map(|bits| set.reached(bits)));
        }
        if places[start..].iter().all(|place| *place == 0) {
            places.truncate(start);
        } else {
            places.push(at as u32);
        }
    }
    places
}

/// The hours that rules of a model name in `at most`.
pub fn times(model: &Model) -> Vec<u64> {
    let mut times = Vec::new();
    for rule in model.policies.iter().flat_map(|policy| &policy.rules) {
        rule.statement.each_clauses(&mut |clauses| {
            let at_most = clauses.at_most.iter();
            times.extend(at_most.map(|AtMost { time, .. }| time.hours()));
        });
    }
    times
}
