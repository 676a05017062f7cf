//! Every act of every label on every edge and in every store, with its verdict (§5, §6), and the
//! other findings of a plan.

use super::acts::{Acts, TooMany, each_act};
use super::expectations::holds;
use super::flow::{self, Carried, Flows, Label, Source, Way};
use super::judge::{Judge, Literal, Verdict};
use super::memo::{Memo, Setting};
use super::rules;
use super::sets::{Act, Names, Retention, Sets};
use abide::model::plans::{EdgeKind, Keeps, Node, NodeKind, Plan};
use abide::model::rules::VerbWord;
use abide::model::vocabulary::Date;
use abide::model::{Action, Model, NameId, PolicyId, Statement};
use abide::source::Span;
use abide::syntax::ast::Kind;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Where an act happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum At {
    /// On an edge, by its position in the plan.
    Edge(usize),
    /// In a store, by its node's position.
    Store(usize),
}

/// An act as a finding names it: retention and what variables stood for are not named.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub plan: usize,
    pub policy: PolicyId,
    pub at: At,
    pub action: Action,
    pub data: NameId,
    pub form: NameId,
    pub subject: NameId,
    pub resident: NameId,
    pub context: NameId,
    pub actor: NameId,
    pub counterparty: Option<NameId>,
    pub purpose: NameId,
    pub place: Option<NameId>,
    pub from: Option<NameId>,
    pub to: Option<NameId>,
}

/// A finding that is no verdict.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Other {
    pub plan: usize,
    pub code: &'static str,
    pub at: At,
    /// Of `unmet-standing-duty`.
    pub policy: Option<PolicyId>,
    /// Of `unsourced-data`: the name; of `unmet-standing-duty`: the rule's position in its policy.
    pub what: u32,
}

/// All that is wrong with the plans of a model, and which expectations of its tests fail.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// An act has several verdicts where several labels make it; with each the shortest way of
    /// every such label.
    pub acts: FxHashMap<Key, BTreeMap<Rc<Verdict>, BTreeSet<Rc<Way>>>>,
    pub others: BTreeSet<Other>,
    /// (test, policy, expectation) that does not hold.
    pub failed: BTreeSet<(usize, PolicyId, usize)>,
    /// How many acts were judged.
    pub judged: usize,
}

/// Judges everything; gives up beyond `limit` acts.
pub fn findings(
    model: &Model,
    today: Date,
    limit: usize,
    classes: bool,
) -> Result<Findings, TooMany> {
    let sets = Sets::new(&model.vocabulary);
    let judge = Judge::new(model, &sets, today);
    let mut memos: Vec<Memo> = (0..model.policies.len() as u32)
        .map(|policy| Memo::new(&judge, model, PolicyId(policy), classes))
        .collect();
    let mut found = Findings::default();
    for at in 0..model.plans.len() {
        let mut plan = PlanJudge {
            model,
            judge: &judge,
            memos: &mut memos,
            at,
            plan: &model.plans[at],
            limit,
            found: &mut found,
        };
        plan.judge()?;
    }
    for (test, one) in model.tests.iter().enumerate() {
        for policy in &one.policies {
            for (at, expectation) in one.expectations.iter().enumerate() {
                let memo = &mut memos[policy.0 as usize];
                if !holds(&judge, memo, expectation, limit)? {
                    found.failed.insert((test, *policy, at));
                }
            }
        }
    }
    Ok(found)
}

struct PlanJudge<'p, 'j, 'a> {
    model: &'a Model,
    judge: &'j Judge<'a>,
    memos: &'p mut Vec<Memo<'j, 'a>>,
    at: usize,
    plan: &'a Plan,
    limit: usize,
    found: &'p mut Findings,
}

impl PlanJudge<'_, '_, '_> {
    fn judge(&mut self) -> Result<(), TooMany> {
        let flows = flow::spread(self.judge.sets, self.plan, self.judge.today);
        for (edge, _, name) in &flows.unsourced {
            self.other("unsourced-data", At::Edge(*edge), None, name.0);
        }
        for edge in 0..self.plan.edges.len() {
            self.edge(&flows, edge)?;
        }
        for node in 0..self.plan.nodes.len() {
            if self.plan.node(node).kind == NodeKind::Store {
                self.store(&flows, node)?;
            }
        }
        self.regions_unstated();
        Ok(())
    }

    fn other(&mut self, code: &'static str, at: At, policy: Option<PolicyId>, what: u32) {
        self.found.others.insert(Other {
            plan: self.at,
            code,
            at,
            policy,
            what,
        });
    }

    /// What is given here: reports facts that expired, and facts that no world allows together.
    fn given(&mut self, at: At, written: &[(Literal, Span)]) -> Option<BTreeSet<Literal>> {
        let (sets, today) = (self.judge.sets, self.judge.today);
        let expired =
            |(literal, _): &(Literal, Span)| literal.holds && sets.expired(literal.fact, today);
        if written.iter().any(expired) {
            self.other("expired-fact", at, None, 0);
        }
        let given = flow::given(sets, written, today);
        if self.judge.agreeing(&given).next().is_none() {
            self.other("impossible-facts", at, None, 0);
            return None;
        }
        Some(given)
    }

    /// What holds of a label's acts: what is given, and its lasting facts. "a later edge that denies
    /// it is `impossible-facts`".
    fn with_lasting(
        &mut self,
        at: At,
        given: &BTreeSet<Literal>,
        label: &Label,
    ) -> Option<BTreeSet<Literal>> {
        let mut all = given.clone();
        all.extend(label.lasting.iter().map(|fact| Literal {
            fact: *fact,
            holds: true,
        }));
        if self.judge.agreeing(&all).next().is_none() {
            self.other("impossible-facts", at, None, 0);
            return None;
        }
        Some(all)
    }

    fn edge(&mut self, flows: &Flows, at: usize) -> Result<(), TooMany> {
        let edge = &self.plan.edge(at);
        let place = At::Edge(at);
        let sender = &self.plan.node(edge.from());
        // "`all` carries every label of the sender; from a source, or where nothing arrives, it is an
        // error."
        if let EdgeKind::Arrow { data: None, .. } = edge.kind
            && (sender.kind == NodeKind::Source || flows.held[edge.from()].is_empty())
        {
            self.other("nothing-to-carry", place, None, 0);
        }
        let reidentifies = flows.carried[at].iter().any(|carried| {
            carried
                .before
                .as_ref()
                .is_some_and(|before| flow::reidentifies(self.judge.sets, edge, before))
        });
        if reidentifies {
            self.other("reidentified-data", place, None, 0);
        }
        let Some(given) = self.given(place, &edge.given) else {
            return Ok(());
        };
        let fulfilled: Names = edge.fulfilling.iter().copied().collect();
        for carried in &flows.carried[at] {
            let Some(given) = self.with_lasting(place, &given, &carried.after) else {
                continue;
            };
            let way = flows.way_on(self.plan, at, carried);
            let way = Rc::new(way.expect("what an edge carries came there"));
            for (label, acts) in self.acts_of(at, carried) {
                self.all_acts((place, &way), &label, &acts, &given, &fulfilled)?;
            }
        }
        Ok(())
    }

    /// The table of edges in §5.
    fn acts_of(&self, at: usize, carried: &Carried) -> Vec<(Label, Acts)> {
        let edge = &self.plan.edge(at);
        let sender = &self.plan.node(edge.from());
        match &edge.kind {
            EdgeKind::Uses { .. } => {
                let label = &carried.after;
                vec![(
                    label.clone(),
                    self.acts(Action::Use, label, sender, sender, edge.purpose.as_ref()),
                )]
            }
            // "use of each A and derive of X, for its `for`"
            EdgeKind::Derives { .. } => {
                let before = carried.before.as_ref().expect("deriving passes labels on");
                [(Action::Use, before), (Action::Derive, &carried.after)]
                    .map(|(action, label)| {
                        (
                            label.clone(),
                            self.acts(action, label, sender, sender, edge.purpose.as_ref()),
                        )
                    })
                    .into()
            }
            EdgeKind::Arrow { verb, .. } => {
                let receiver = &self.plan.node(edge.to());
                let label = &carried.after;
                let ours = |node: &Node| matches!(node.kind, NodeKind::System | NodeKind::Store);
                let action = match (sender.kind, receiver.kind) {
                    (NodeKind::Source, _) => Action::Collect,
                    (NodeKind::External, _) if ours(receiver) => Action::Collect,
                    _ if ours(sender) && ours(receiver) => Action::Use,
                    _ => Action::Share,
                };
                let action = match verb {
                    Some(Action::Sell) => Action::Sell,
                    _ => action,
                };
                let mut all = Vec::new();
                // Who acts: "the receiver" of collect and of use between two nodes, "the sender" of
                // share and sell.
                let (actor, other, other_at) = match action {
                    Action::Collect | Action::Use => (receiver, sender, edge.from()),
                    _ => (sender, receiver, edge.to()),
                };
                let mut acts = self.acts(action, label, actor, receiver, edge.purpose.as_ref());
                if action != Action::Use {
                    acts.counterparty = Some(flow::parties(self.judge.sets, other));
                    acts.own_source = self.own_source(label, other_at);
                }
                acts.to_a_source = receiver.kind == NodeKind::Source;
                acts.covered_source = self.covers(receiver, label);
                all.push((label.clone(), acts));
                if let Some((from, to_regions)) = self.transfers(sender, receiver) {
                    let mut acts = self.acts(
                        Action::Transfer,
                        label,
                        sender,
                        receiver,
                        edge.purpose.as_ref(),
                    );
                    acts.counterparty = Some(flow::parties(self.judge.sets, receiver));
                    acts.own_source = self.own_source(label, edge.to());
                    acts.place = None;
                    acts.from = Some(from);
                    acts.to = Some(to_regions);
                    all.push((label.clone(), acts));
                }
                all
            }
        }
    }

    /// "any between two nodes that are no source, with two known regions of which neither contains the
    /// other: also transfer".
    fn transfers(&self, sender: &Node, receiver: &Node) -> Option<(Names, Names)> {
        if sender.kind == NodeKind::Source || receiver.kind == NodeKind::Source {
            return None;
        }
        let regions = |node: &Node| {
            let place = node.place.as_ref()?;
            Some(self.judge.sets.list(Kind::Region, place))
        };
        let (from, to) = (regions(sender)?, regions(receiver)?);
        (!from.is_subset(&to) && !to.is_subset(&from)).then_some((from, to))
    }

    /// Whether the node at the other end is "the very node it was collected from".
    fn own_source(&self, label: &Label, other: usize) -> BTreeSet<bool> {
        let brings = matches!(
            self.plan.node(other).kind,
            NodeKind::Source | NodeKind::External
        );
        match label.source {
            Source::Node(node) => BTreeSet::from([node == other]),
            Source::CouldBeAny if brings => BTreeSet::from([false, true]),
            Source::CouldBeAny => BTreeSet::from([false]),
        }
    }

    /// "or covers its subject and residence".
    fn covers(&self, source: &Node, label: &Label) -> bool {
        let sets = self.judge.sets;
        source.kind == NodeKind::Source
            && label
                .subject
                .is_subset(&sets.list_or_any(Kind::Subject, source.subject.as_ref()))
            && label
                .resident
                .is_subset(&sets.list_or_any(Kind::Region, source.resident.as_ref()))
    }

    /// The acts of a label with what every action has; `place_of` is where the data is afterwards.
    fn acts(
        &self,
        action: Action,
        label: &Label,
        actor: &Node,
        place_of: &Node,
        purposes: Option<&abide::model::NameSet>,
    ) -> Acts {
        let sets = self.judge.sets;
        Acts {
            action,
            data: label.data,
            form: label.form.clone(),
            subject: label.subject.clone(),
            resident: label.resident.clone(),
            context: label.context.clone(),
            actor: flow::parties(sets, actor),
            counterparty: None,
            own_source: BTreeSet::from([false]),
            purpose: flow::purposes(sets, purposes, &label.collected_for),
            place: Some(sets.list_or_any(Kind::Region, place_of.place.as_ref())),
            from: None,
            to: None,
            retention: None,
            covered_source: false,
            to_a_source: false,
        }
    }

    fn store(&mut self, flows: &Flows, at: usize) -> Result<(), TooMany> {
        let node = &self.plan.node(at);
        let place = At::Store(at);
        let fulfilled: Names = node.does.iter().map(|does| does.duty).collect();
        // Each `keeps` is looked at once, so that its own facts are reported once.
        let kept: Vec<(&Keeps, Option<BTreeSet<Literal>>)> = node
            .keeps
            .iter()
            .map(|keeps| (keeps, self.given(place, &keeps.given)))
            .collect();
        for label in &flows.held[at] {
            for (keeps, given) in self.applying(&kept, label.data) {
                let purposes = keeps.and_then(|keeps| keeps.purpose.as_ref());
                let mut acts = self.acts(Action::Retain, label, node, node, purposes);
                acts.retention = Some(match keeps {
                    Some(keeps) => self.retentions(keeps),
                    None => BTreeSet::from([None]),
                });
                self.standing_duties(at, label, &acts)?;
                let given = given.and_then(|given| self.with_lasting(place, &given, label));
                if let Some(given) = given {
                    let way = Rc::new(flows.ways[&(at, label.clone())].clone());
                    self.all_acts((place, &way), label, &acts, &given, &fulfilled)?;
                }
            }
        }
        Ok(())
    }

    /// "Of a store's `keeps` those apply to a datum that no more specific one covers; …; what none
    /// covers is kept without limit." Each with what it gives.
    fn applying<'k>(
        &self,
        kept: &[(&'k Keeps, Option<BTreeSet<Literal>>)],
        data: NameId,
    ) -> Vec<(Option<&'k Keeps>, Option<BTreeSet<Literal>>)> {
        let set = |keeps: &Keeps| self.judge.sets.list(Kind::Data, &keeps.data);
        let covering: Vec<_> = kept
            .iter()
            .filter(|(keeps, _)| set(keeps).contains(&data))
            .collect();
        if covering.is_empty() {
            return vec![(None, Some(BTreeSet::new()))];
        }
        covering
            .iter()
            .filter(|(keeps, _)| {
                !covering.iter().any(|(other, _)| {
                    let (other, this) = (set(other), set(keeps));
                    other.is_subset(&this) && other != this
                })
            })
            .map(|(keeps, given)| (Some(*keeps), given.clone()))
            .collect()
    }

    fn retentions(&self, keeps: &Keeps) -> BTreeSet<Retention> {
        match &keeps.time {
            None => BTreeSet::from([None]),
            Some((time, after)) => self
                .judge
                .sets
                .list(Kind::Event, after)
                .into_iter()
                .map(|event| Some((time.hours(), event)))
                .collect(),
        }
    }

    /// "a standing duty on every store of ours that holds such data".
    fn standing_duties(&mut self, at: usize, label: &Label, acts: &Acts) -> Result<(), TooMany> {
        let sets = self.judge.sets;
        let lasting: BTreeSet<Literal> = label
            .lasting
            .iter()
            .map(|fact| Literal {
                fact: *fact,
                holds: true,
            })
            .collect();
        for policy in self.plan.checks.clone() {
            for (number, rule) in self.model.policy(policy).rules.iter().enumerate() {
                let Statement::Must {
                    clauses,
                    duty,
                    unless,
                    within,
                    event,
                } = &rule.statement
                else {
                    continue;
                };
                let holds_such_data = each_act(acts, self.limit)?.iter().any(|act| {
                    self.judge.agreeing(&lasting).any(|world| {
                        std::iter::once(act.data)
                            .chain(label.ancestors.clone())
                            .any(|data| {
                                let anonymous = sets.within(
                                    Kind::Form,
                                    act.form,
                                    abide::model::vocabulary::form::ANONYMOUS,
                                );
                                let same = Act {
                                    data,
                                    ..act.clone()
                                };
                                (data == act.data || !anonymous)
                                    && rules::must_covers(sets, clauses, unless, &same, world)
                            })
                    })
                });
                let done = self.plan.node(at).does.iter().any(|does| {
                    does.within.as_ref().is_some_and(|(time, after)| {
                        sets.within(Kind::Duty, does.duty, *duty)
                            && time.hours() <= within.hours()
                            && sets
                                .list(Kind::Event, after)
                                .is_subset(&sets.list(Kind::Event, event))
                    })
                });
                if holds_such_data && !done {
                    let number = number as u32;
                    self.other("unmet-standing-duty", At::Store(at), Some(policy), number);
                }
            }
        }
        Ok(())
    }

    /// "Every act of every label on every edge is judged"; "Several policies in `checks`: each is
    /// judged on its own."
    fn all_acts(
        &mut self,
        (at, way): (At, &Rc<Way>),
        label: &Label,
        acts: &Acts,
        given: &BTreeSet<Literal>,
        fulfilled: &Names,
    ) -> Result<(), TooMany> {
        let all = each_act(acts, self.limit)?;
        for policy in self.plan.checks.clone() {
            self.found.judged += all.len();
            if self.found.judged > self.limit {
                return Err(TooMany);
            }
            let memo = &mut self.memos[policy.0 as usize];
            let setting = memo.setting(Setting {
                ancestors: label.ancestors.clone(),
                given: given.clone(),
                fulfilled: fulfilled.clone(),
            });
            for act in &all {
                if let Some(verdict) = memo.verdict(setting, act) {
                    let key = Key {
                        plan: self.at,
                        policy,
                        at,
                        action: act.action,
                        data: act.data,
                        form: act.form,
                        subject: act.subject,
                        resident: act.resident,
                        context: act.context,
                        actor: act.actor,
                        counterparty: act.counterparty,
                        purpose: act.purpose,
                        place: act.place,
                        from: act.from,
                        to: act.to,
                    };
                    let verdicts = self.found.acts.entry(key).or_default();
                    verdicts.entry(verdict).or_default().insert(way.clone());
                }
            }
        }
        Ok(())
    }

    /// "Where a checked policy has a rule that says `transfer`, an edge between two nodes that are no
    /// source, one of which states no region, is a warning."
    fn regions_unstated(&mut self) {
        for policy in self.plan.checks.clone() {
            let says_transfer = self.judge.with_yielded(policy).into_iter().any(|one| {
                self.model
                    .policy(one)
                    .rules
                    .iter()
                    .any(|rule| rule.verbs.contains(&VerbWord::Transfer))
            });
            for (at, edge) in self.plan.edges.iter().enumerate() {
                if !matches!(edge.kind, EdgeKind::Arrow { .. }) {
                    continue;
                }
                let ends = [&self.plan.node(edge.from()), &self.plan.node(edge.to())];
                let no_source = ends.iter().all(|node| node.kind != NodeKind::Source);
                let unstated = ends.iter().any(|node| node.place.is_none());
                if says_transfer && no_source && unstated {
                    self.other("region-unstated", At::Edge(at), None, 0);
                }
            }
        }
    }
}

/// The date the tests take for today.
pub fn today() -> Date {
    abide::syntax::ast::Date::constant(2024, 1, 1)
}
