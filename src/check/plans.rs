//! A plan judged: every act of every label on every edge and in every store.

use super::More;
use super::alike::Alike;
use super::counts::Counts;
use super::findings::{At, Finding, Judged, group};
use super::judge::{Judge, RuleRef};
use super::profiles::Profiles;
use super::situation::{Open, Relation, Situation, at_node, keeping, of_arrow, of_store, relation};
use super::standing::{Unmet, unmet};
use crate::flow::graph::build_with;
use crate::flow::labels::reidentifies;
use crate::flow::rows::{Bits, RowId};
use crate::flow::spread::transform;
use crate::flow::unsourced::{Unsourced, spread_all};
use crate::flow::{Details, Graph, LabelId, Paths, Spread, build};
use crate::jobs;
use crate::model::plans::{NodeDetails, NodeKind};
use crate::model::rules::VerbWord;
use crate::model::vocabulary::{Kind, Literal};
use crate::model::{Action, EdgeKind, Model, Node, Plan, PolicyId};
use crate::source::Span;
use fixedbitset::FixedBitSet;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// What is to be said of a plan, as data.
#[derive(Debug)]
pub struct Outcome {
    /// Whether more labels spread than may: then nothing is judged, and this is all there is to say.
    pub overfull: bool,
    /// The graph with its labels.
    pub graph: Graph,
    /// What each node holds.
    pub spread: Spread,
    /// Acts that are not fine.
    pub findings: Vec<Finding>,
    /// Findings beyond those that were wanted, by code.
    pub more: More,
    /// Standing duties not met.
    pub unmet: Vec<Unmet>,
    /// Names that nothing brings.
    pub unsourced: Vec<Unsourced>,
    /// Edges whose `all` carries nothing.
    pub nothing: Vec<usize>,
    /// Edges that make anonymous data identifiable, with that data.
    pub reidentified: Vec<(usize, FixedBitSet)>,
    /// Places whose given facts can't hold together, or not with what lasts from collection; the
    /// span is that of the facts.
    pub impossible: Vec<(At, Span)>,
    /// Given facts that no longer hold.
    pub expired: Vec<(At, Literal, Span)>,
    /// Edges between nodes of which one states no region, with the nodes that don't.
    pub regions: Vec<(usize, Vec<usize>)>,
}

/// Judges a plan against each policy it checks, each on its own.
pub fn judge(judge: &mut Judge, plan: &Plan) -> Outcome {
    judge_most(judge, plan, usize::MAX, 1)
}

/// The same with as many findings of verdicts as are wanted: more are counted, not kept. So many
/// threads may work on it; what they find is the same for any number.
pub fn judge_most(judge: &mut Judge, plan: &Plan, most: usize, jobs: usize) -> Outcome {
    let vocabulary = &judge.model.vocabulary;
    let policies = unique(&plan.checks);
    let asks = judge.asks(plan);
    let details = Arc::new(Details::new(plan, jobs));
    let (model, late) = (judge.model, &judge.expired);
    let spreading = || {
        let mut graph = build_with(vocabulary, plan, late, asks, details.clone());
        let (spread, unsourced) = spread_all(vocabulary, plan, &mut graph);
        (graph, spread, unsourced)
    };
    // What is alike to rules does not depend on what nodes hold.
    let profiles = || Profiles::new(model, late, plan, &details, asks, 1);
    let ((mut graph, spread, unsourced), profiles) = jobs::both(jobs, spreading, profiles);
    if graph.labels.is_full() {
        return overfull(graph, spread);
    }
    let mut run = Run::new(&policies, most);
    let mut alike = Alike::new(judge, plan, &policies, profiles);
    run.edges(judge, plan, &mut graph, &spread, &mut alike, jobs);
    // Stores whose rows say the same and that hold the same are alike.
    let mut fine: FxHashSet<(*const NodeDetails, RowId)> = FxHashSet::default();
    for (at, node) in plan.nodes.iter().enumerate() {
        if node.kind != NodeKind::Store || node.broken {
            continue;
        }
        let key = (Arc::as_ptr(&node.details), spread.row_of[at]);
        if fine.contains(&key) {
            continue;
        }
        let before = (run.findings.len(), run.impossible.len(), run.more.clone());
        let places = store_place(judge, at, node, &graph, &spread);
        run.places(judge, &mut graph, &spread, &places);
        if before == (run.findings.len(), run.impossible.len(), run.more.clone()) {
            fine.insert(key);
        }
    }
    merge_places(&mut run.impossible);
    let mut duties = Vec::new();
    for policy in &policies {
        duties.extend(unmet(judge, plan, *policy, &graph.labels, &spread));
    }
    Outcome {
        overfull: false,
        findings: run.findings,
        more: run.more,
        unmet: duties,
        unsourced,
        nothing: nothing(plan, &graph, &spread),
        reidentified: reidentified(judge.model, &graph, &spread),
        impossible: run.impossible,
        expired: expired(judge, plan),
        regions: regions(judge.model, plan),
        graph,
        spread,
    }
}

/// What is known in part is not judged.
fn overfull(graph: Graph, spread: Spread) -> Outcome {
    Outcome {
        overfull: true,
        graph,
        spread,
        findings: Vec::new(),
        more: More::new(),
        unmet: Vec::new(),
        unsourced: Vec::new(),
        nothing: Vec::new(),
        reidentified: Vec::new(),
        impossible: Vec::new(),
        expired: Vec::new(),
        regions: Vec::new(),
    }
}

/// Judging under way.
struct Run {
    findings: Vec<Finding>,
    impossible: Vec<(At, Span)>,
    more: More,
    most: usize,
    policies: Vec<PolicyId>,
    paths: Paths,
    counts: Counts,
    /// What edges that are alike add to the count.
    counted: FxHashMap<(u32, Bits), More>,
}

/// What an edge adds where its findings are only counted.
#[derive(Default)]
struct Counted {
    more: More,
    impossible: Vec<(At, Span)>,
}

impl Run {
    fn new(policies: &[PolicyId], most: usize) -> Run {
        Run {
            findings: Vec::new(),
            impossible: Vec::new(),
            more: More::new(),
            most,
            policies: policies.to_vec(),
            paths: Paths::default(),
            counts: Counts::default(),
            counted: FxHashMap::default(),
        }
    }

    /// Whether the findings of an edge are made, not only counted: also where waivers stand, for these
    /// silence findings one by one.
    fn lists(&self, plan: &Plan, at: usize) -> bool {
        self.findings.len() < self.most || !plan.edges[at].waivers.is_empty()
    }

    /// Judges the edges that need a closer look, in their order. Beyond what is listed, order does not
    /// matter: there another thread counts from the end on.
    fn edges(
        &mut self,
        judge: &mut Judge,
        plan: &Plan,
        graph: &mut Graph,
        spread: &Spread,
        alike: &mut Alike,
        jobs: usize,
    ) {
        let candidates = alike.candidates(judge, graph, spread, jobs);
        let left = Mutex::new(candidates.iter().map(|at| *at as usize));
        let left = || left.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = if jobs < 2 || candidates.len() <= self.most {
            for at in candidates.iter() {
                self.edge(judge, plan, graph, spread, alike, *at as usize);
            }
            Vec::new()
        } else {
            let (compiled, most_labels) = (judge.compiled(), judge.most_labels);
            let (mut own_graph, mut own_alike) = (graph.clone(), alike.clone());
            let policies = self.policies.clone();
            let from_start = || {
                while let Some(at) = { left().next() } {
                    self.edge(judge, plan, graph, spread, alike, at);
                }
            };
            let from_end = || {
                let judge = &mut Judge::of(compiled).within(most_labels);
                let mut run = Run::new(&policies, 0);
                let mut counted: Vec<(usize, Counted)> = Vec::new();
                while let Some(at) = { left().next_back() } {
                    if !run.lists(plan, at) {
                        run.edge(judge, plan, &mut own_graph, spread, &mut own_alike, at);
                    }
                    let own = Counted {
                        more: std::mem::take(&mut run.more),
                        impossible: std::mem::take(&mut run.impossible),
                    };
                    counted.push((at, own));
                }
                counted
            };
            jobs::both(jobs, from_start, from_end).1
        };
        // Where less was found than is listed, what was counted is to be listed after all.
        for (at, own) in counted.into_iter().rev() {
            if self.lists(plan, at) {
                self.edge(judge, plan, graph, spread, alike, at);
            } else {
                self.impossible.extend(own.impossible);
                for (code, count) in own.more {
                    *self.more.entry(code).or_default() += count;
                }
            }
        }
    }

    /// Judges the suspect labels of an edge exactly.
    fn edge(
        &mut self,
        judge: &mut Judge,
        plan: &Plan,
        graph: &mut Graph,
        spread: &Spread,
        alike: &mut Alike,
        at: usize,
    ) {
        let Some(suspect) = alike.suspects(judge, plan, graph, spread, at) else {
            return;
        };
        let suspect = &suspect;
        let list = self.lists(plan, at);
        if !list {
            let Run {
                counts,
                more,
                policies,
                ..
            } = self;
            let situations = alike.situations(suspect);
            if counts.add(
                judge,
                policies,
                situations,
                plan,
                graph,
                at,
                suspect,
                alike.rules(),
                more,
            ) {
                return;
            }
        }
        let key = suspect
            .alike
            .filter(|_| !list)
            .map(|alike| (alike, suspect.labels.clone()));
        if let Some(counts) = key.as_ref().and_then(|key| self.counted.get(key)) {
            for (code, count) in counts {
                *self.more.entry(code).or_default() += count;
            }
            return;
        }
        let before = (self.more.clone(), self.impossible.len());
        let place = edge_place(judge, plan, at, graph, spread, Some(&suspect.labels));
        self.place(judge, graph, spread, &place, list);
        if let Some(key) = key
            && before.1 == self.impossible.len()
        {
            let known = |code| before.0.get(code).copied().unwrap_or(0);
            let added = self
                .more
                .iter()
                .map(|(code, count)| (*code, count - known(code)));
            self.counted
                .insert(key, added.filter(|(_, count)| *count > 0).collect());
        }
    }

    fn place(
        &mut self,
        judge: &mut Judge,
        graph: &mut Graph,
        spread: &Spread,
        place: &Place,
        list: bool,
    ) {
        self.batches(judge, graph, spread, std::slice::from_ref(place), list);
    }

    /// Judges what happens at a store, which is one place whatever its `keeps` give: what they have in
    /// common is one finding.
    fn places(&mut self, judge: &mut Judge, graph: &mut Graph, spread: &Spread, places: &[Place]) {
        let list = self.findings.len() < self.most;
        self.batches(judge, graph, spread, places, list);
    }

    fn batches(
        &mut self,
        judge: &mut Judge,
        graph: &mut Graph,
        spread: &Spread,
        places: &[Place],
        list: bool,
    ) {
        let mut batches: Vec<Batch> = Vec::new();
        for place in places {
            if !place.given.is_empty() && judge.worlds(&place.given_literals()).is_none() {
                self.impossible.push((place.at, place.given_span()));
                continue;
            }
            let mut contradicted = false;
            for policy in &self.policies {
                for (action, acts) in &place.acts {
                    let mut judged = Vec::new();
                    for act in acts {
                        let labels = &graph.labels;
                        match judge.parts(*policy, &act.situation, labels, act.label, act.relation)
                        {
                            Some(parts) => judged.push(Judged {
                                label: act.label,
                                before: act.before,
                                unlimited: matches!(act.situation.time, Some(None)),
                                parts,
                            }),
                            None => contradicted = true,
                        }
                    }
                    let of = (*policy, place.at, *action);
                    match batches.iter_mut().find(|batch| batch.of == of) {
                        Some(batch) => batch.judged.extend(judged),
                        None => batches.push(Batch {
                            of,
                            node: place.node,
                            judged,
                        }),
                    }
                }
            }
            if contradicted {
                self.impossible.push((place.at, place.given_span()));
            }
        }
        for batch in &batches {
            let mut way = |labels: &[LabelId], graph: &mut Graph| match list {
                true => self.paths.to(graph, spread, batch.node, labels),
                false => Vec::new(),
            };
            let found = group(judge, graph, &mut way, batch.of, &batch.judged);
            for finding in found {
                if list {
                    self.findings.push(finding);
                } else {
                    *self.more.entry(finding.code().name).or_default() += 1;
                }
            }
        }
    }
}

/// The rules that some act of a plan meets: that permit, forbid, lift or bind it in some world. Nothing
/// where more labels spread than may.
pub fn met(judge: &mut Judge, plan: &Plan) -> Option<BTreeSet<RuleRef>> {
    let vocabulary = &judge.model.vocabulary;
    let asks = judge.asks(plan);
    let mut graph = build(vocabulary, plan, &judge.expired, asks);
    let (spread, _) = spread_all(vocabulary, plan, &mut graph);
    if graph.labels.is_full() {
        return None;
    }
    let places = places(judge, plan, &mut graph, &spread);
    let mut met = BTreeSet::new();
    for policy in unique(&plan.checks) {
        let acts = places.iter().flat_map(|place| &place.acts);
        for act in acts.flat_map(|(_, acts)| acts) {
            met.extend(judge.met(
                policy,
                &act.situation,
                &graph.labels,
                act.label,
                act.relation,
            ));
        }
    }
    Some(met)
}

/// An act of a label.
struct Act {
    situation: Situation,
    label: LabelId,
    before: Option<LabelId>,
    relation: Relation,
}

/// What was judged of one action at one edge or store for one policy.
struct Batch {
    of: (PolicyId, At, Action),
    /// The node whose labels it is about.
    node: usize,
    judged: Vec<Judged>,
}

/// An edge, or a store with its acts of one `keeps`.
struct Place {
    at: At,
    /// The node whose labels it is about.
    node: usize,
    span: Span,
    given: Vec<(Literal, Span)>,
    acts: Vec<(Action, Vec<Act>)>,
}

impl Place {
    fn given_literals(&self) -> Vec<Literal> {
        self.given.iter().map(|(literal, _)| *literal).collect()
    }

    fn given_span(&self) -> Span {
        match (self.given.first(), self.given.last()) {
            (Some((_, first)), Some((_, last))) => first.to(*last),
            _ => self.span,
        }
    }
}

fn places(judge: &Judge, plan: &Plan, graph: &mut Graph, spread: &Spread) -> Vec<Place> {
    let mut all: Vec<Place> = (0..plan.edges.len())
        .map(|at| edge_place(judge, plan, at, graph, spread, None))
        .collect();
    for (at, node) in plan.nodes.iter().enumerate() {
        if node.kind == NodeKind::Store && !node.broken {
            all.extend(store_place(judge, at, node, graph, spread));
        }
    }
    all
}

fn edge_place(
    judge: &Judge,
    plan: &Plan,
    at: usize,
    graph: &mut Graph,
    spread: &Spread,
    only: Option<&Bits>,
) -> Place {
    let vocabulary = &judge.model.vocabulary;
    let edge = &plan.edges[at];
    let given = current(judge, &edge.given);
    let literals: Vec<Literal> = given.iter().map(|(literal, _)| *literal).collect();
    let step = graph.step(at);
    let change = step.change.clone();
    let makes = step.makes.to_vec();
    let held: Vec<LabelId> = spread.carried(&graph.labels, step).collect();
    // Each label before and after the edge; of those the edge makes, only as it makes them.
    let mut moved: Vec<(Option<LabelId>, LabelId)> = Vec::new();
    for label in &held {
        let after = match change.form {
            Some(form) => graph.labels.reformed(*label, form),
            None => *label,
        };
        moved.push((Some(*label), after));
    }
    moved.extend(makes.iter().map(|label| (None, *label)));
    if let Some(only) = only {
        moved.retain(|(_, label)| only.has(*label));
    }
    let labels = &mut graph.labels;
    let act = |situation: &Situation, before: Option<LabelId>, label: LabelId| Act {
        situation: situation.clone(),
        label,
        before,
        relation: relation(vocabulary, plan, edge, labels, label),
    };
    let acts = match &edge.kind {
        EdgeKind::Arrow { .. } => of_arrow(vocabulary, plan, edge, &literals)
            .into_iter()
            .map(|situation| {
                let acts = moved
                    .iter()
                    .map(|(before, label)| act(&situation, *before, *label))
                    .collect();
                (situation.action, acts)
            })
            .collect(),
        EdgeKind::Uses { .. } => {
            let situation = at_node(vocabulary, plan, edge, Action::Use, &literals);
            let acts = moved
                .iter()
                .map(|(before, label)| act(&situation, *before, *label))
                .collect();
            vec![(Action::Use, acts)]
        }
        EdgeKind::Derives { .. } => {
            let using = at_node(vocabulary, plan, edge, Action::Use, &literals);
            let deriving = at_node(vocabulary, plan, edge, Action::Derive, &literals);
            // What is used has the form it is held in; `as` is the form of what is made.
            let sources: Vec<(Option<LabelId>, LabelId)> = held
                .iter()
                .map(|label| (Some(*label), *label))
                .chain(makes.iter().map(|label| (None, *label)))
                .collect();
            let uses = sources
                .iter()
                .map(|(before, label)| act(&using, *before, *label))
                .collect();
            let mut derives = Vec::new();
            for (before, label) in &sources {
                for made in transform(labels, &change, *label) {
                    derives.push(Act {
                        situation: deriving.clone(),
                        label: made,
                        before: *before,
                        relation: relation(vocabulary, plan, edge, labels, made),
                    });
                }
            }
            vec![(Action::Use, uses), (Action::Derive, derives)]
        }
    };
    Place {
        at: At::Edge(at),
        node: edge.from(),
        span: edge.span(),
        given,
        acts,
    }
}

/// The acts of keeping in a store: one place for each `keeps`, one for what none covers.
fn store_place(
    judge: &Judge,
    at: usize,
    node: &Node,
    graph: &Graph,
    spread: &Spread,
) -> Vec<Place> {
    let vocabulary = &judge.model.vocabulary;
    let relation = Relation {
        own_source: Some(false),
        open: Open::Never,
    };
    let mut places = Vec::new();
    for keeps in node.keeps.iter().map(Some).chain([None]) {
        let given = current(judge, keeps.map_or(&[], |keeps| &keeps.given));
        let literals: Vec<Literal> = given.iter().map(|(literal, _)| *literal).collect();
        let situation = of_store(vocabulary, node, keeps, &literals);
        let acts = spread
            .held(at)
            .filter(|label| {
                keeping(vocabulary, node, graph.labels.get(*label).data)
                    .iter()
                    .any(|one| match (one, keeps) {
                        (Some(one), Some(keeps)) => std::ptr::eq(*one, keeps),
                        (one, keeps) => one.is_none() && keeps.is_none(),
                    })
            })
            .map(|label| Act {
                situation: situation.clone(),
                label,
                before: Some(label),
                relation,
            })
            .collect();
        places.push(Place {
            at: At::Store(at),
            node: at,
            span: node.span,
            given,
            acts: vec![(Action::Retain, acts)],
        });
    }
    places
}

/// Given facts less those that no longer hold, which are reported on their own.
fn current(judge: &Judge, given: &[(Literal, Span)]) -> Vec<(Literal, Span)> {
    given
        .iter()
        .copied()
        .filter(|(literal, _)| !(literal.holds && judge.expired.contains(literal.fact.0 as usize)))
        .collect()
}

fn expired(judge: &Judge, plan: &Plan) -> Vec<(At, Literal, Span)> {
    if judge.expired.is_clear() {
        return Vec::new();
    }
    let late = |(literal, _): &&(Literal, Span)| {
        literal.holds && judge.expired.contains(literal.fact.0 as usize)
    };
    let edges = plan.edges.iter().enumerate().flat_map(|(at, edge)| {
        edge.given
            .iter()
            .filter(late)
            .map(move |(literal, span)| (At::Edge(at), *literal, *span))
    });
    let stores = plan.nodes.iter().enumerate().flat_map(|(at, node)| {
        node.keeps
            .iter()
            .flat_map(|keeps| keeps.given.iter().filter(late))
            .map(move |(literal, span)| (At::Store(at), *literal, *span))
    });
    edges.chain(stores).collect()
}

/// Edges whose `all` carries nothing: from a source, or where nothing arrives.
fn nothing(plan: &Plan, graph: &Graph, spread: &Spread) -> Vec<usize> {
    let empty = |(at, node): (usize, &Node)| node.kind == NodeKind::Source || spread.is_empty(at);
    let empty: Vec<bool> = plan.nodes.iter().enumerate().map(empty).collect();
    let all: Vec<bool> = graph.changes.iter().map(|one| one.data.is_none()).collect();
    (0..plan.edges.len())
        .filter(|at| all[graph.change[*at] as usize] && empty[graph.ends[*at].0 as usize])
        .collect()
}

fn reidentified(model: &Model, graph: &Graph, spread: &Spread) -> Vec<(usize, FixedBitSet)> {
    let vocabulary = &model.vocabulary;
    let labels = &graph.labels;
    // By change: the labels that it would make identifiable again, which nearly always are none.
    let again = graph.changes.iter().map(|change| {
        let new = labels.forms.get(change.form?);
        let listed = change.data.map(|data| &graph.data[data as usize]);
        let mut again = Bits::default();
        for label in 0..labels.labels.len() {
            let datum = labels.get(label).data.0 as usize;
            let passes = change.passes && listed.is_none_or(|data| data.contains(datum));
            if passes && reidentifies(vocabulary, labels.form(label), new) {
                again.insert(label);
            }
        }
        (!again.is_empty()).then_some(again)
    });
    let again: Vec<Option<Bits>> = again.collect();
    let mut all = Vec::new();
    for (at, change) in graph.change.iter().enumerate() {
        let Some(again) = &again[*change as usize] else {
            continue;
        };
        let row = spread.row_of[graph.ends[at].0 as usize];
        let mut data = FixedBitSet::with_capacity(vocabulary.of(Kind::Data).len());
        for label in spread.rows.labels(row).filter(|label| again.has(*label)) {
            data.insert(labels.get(label).data.0 as usize);
        }
        if !data.is_clear() {
            all.push((at, data));
        }
    }
    all
}

/// Edges between two nodes that are no source, of which one states no region, where a checked
/// policy has a rule that says `transfer`.
fn regions(model: &Model, plan: &Plan) -> Vec<(usize, Vec<usize>)> {
    let mut seen = BTreeSet::new();
    if !plan
        .checks
        .iter()
        .any(|policy| says_transfer(model, *policy, &mut seen))
    {
        return Vec::new();
    }
    let mut all = Vec::new();
    for (at, edge) in plan.edges.iter().enumerate() {
        if !matches!(edge.kind, EdgeKind::Arrow { .. }) {
            continue;
        }
        let ends = [edge.from(), edge.to()];
        if ends
            .iter()
            .any(|node| plan.nodes[*node].kind == NodeKind::Source)
        {
            continue;
        }
        let mut silent: Vec<usize> = ends
            .into_iter()
            .filter(|node| plan.nodes[*node].place.is_none())
            .collect();
        silent.dedup();
        if !silent.is_empty() {
            all.push((at, silent));
        }
    }
    all
}

fn says_transfer(model: &Model, policy: PolicyId, seen: &mut BTreeSet<PolicyId>) -> bool {
    let known = model.policy(policy);
    seen.insert(policy)
        && (known
            .rules
            .iter()
            .any(|rule| rule.verbs.contains(&VerbWord::Transfer))
            || known
                .yields_to
                .iter()
                .any(|other| says_transfer(model, *other, seen)))
}

fn merge_places(places: &mut Vec<(At, Span)>) {
    let mut seen = BTreeSet::new();
    places.retain(|(at, span)| seen.insert((*at, *span)));
}

fn unique(policies: &[PolicyId]) -> Vec<PolicyId> {
    let mut seen = BTreeSet::new();
    policies
        .iter()
        .copied()
        .filter(|policy| seen.insert(*policy))
        .collect()
}
