//! A plan judged: every act of every label on every edge and in every store.

use super::findings::{At, Finding, Judged, group};
use super::judge::{Judge, RuleRef};
use super::situation::{Open, Relation, Situation, at_node, keeping, of_arrow, of_store, relation};
use super::standing::{Unmet, unmet};
use crate::flow::labels::reidentifies;
use crate::flow::spread::transform;
use crate::flow::unsourced::{Unsourced, spread_all};
use crate::flow::{Graph, LabelId, Paths, Spread, build};
use crate::model::plans::NodeKind;
use crate::model::rules::VerbWord;
use crate::model::vocabulary::{Kind, Literal};
use crate::model::{Action, Edge, EdgeKind, Model, Node, Plan, PolicyId};
use crate::source::Span;
use fixedbitset::FixedBitSet;
use std::collections::BTreeSet;

/// What is to be said of a plan, as data.
#[derive(Debug)]
pub struct Outcome {
    /// The graph with its labels.
    pub graph: Graph,
    /// What each node holds.
    pub spread: Spread,
    /// Acts that are not fine.
    pub findings: Vec<Finding>,
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
    let vocabulary = &judge.model.vocabulary;
    let mut graph = build(vocabulary, plan, &judge.expired);
    let (spread, unsourced) = spread_all(vocabulary, plan, &mut graph);
    let places = places(judge, plan, &mut graph, &spread);
    let paths = Paths::new(&mut graph, &spread);
    let mut outcome = Outcome {
        findings: Vec::new(),
        unmet: Vec::new(),
        unsourced,
        nothing: nothing(plan, &graph, &spread),
        reidentified: reidentified(judge.model, &graph, &spread),
        impossible: Vec::new(),
        expired: expired(judge, plan),
        regions: regions(judge.model, plan),
        graph,
        spread,
    };
    // A store is one place whatever its `keeps` give: what they have in common is one finding.
    let mut batches: Vec<Batch> = Vec::new();
    for place in &places {
        if !place.given.is_empty() && judge.worlds(&place.given_literals()).is_none() {
            outcome.impossible.push((place.at, place.given_span()));
            continue;
        }
        let mut contradicted = false;
        for policy in unique(&plan.checks) {
            for (action, acts) in &place.acts {
                let mut judged = Vec::new();
                for act in acts {
                    let labels = &outcome.graph.labels;
                    match judge.parts(policy, &act.situation, labels, act.label, act.relation) {
                        Some(parts) => judged.push(Judged {
                            label: act.label,
                            before: act.before,
                            unlimited: matches!(act.situation.time, Some(None)),
                            parts,
                        }),
                        None => contradicted = true,
                    }
                }
                let of = (policy, place.at, *action);
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
            outcome.impossible.push((place.at, place.given_span()));
        }
    }
    for batch in &batches {
        outcome.findings.extend(group(
            judge,
            &outcome.graph.labels,
            &paths,
            batch.node,
            batch.of,
            &batch.judged,
        ));
    }
    merge_places(&mut outcome.impossible);
    for policy in unique(&plan.checks) {
        let labels = &outcome.graph.labels;
        outcome
            .unmet
            .extend(unmet(judge, plan, policy, labels, &outcome.spread));
    }
    outcome
}

/// The rules that some act of a plan meets: that permit, forbid, lift or bind it in some world.
pub fn met(judge: &mut Judge, plan: &Plan) -> BTreeSet<RuleRef> {
    let vocabulary = &judge.model.vocabulary;
    let mut graph = build(vocabulary, plan, &judge.expired);
    let (spread, _) = spread_all(vocabulary, plan, &mut graph);
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
    met
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
        .map(|at| edge_place(judge, plan, at, graph, spread))
        .collect();
    for (at, node) in plan.nodes.iter().enumerate() {
        if node.kind == NodeKind::Store && !node.broken {
            all.extend(store_place(judge, at, node, graph, spread));
        }
    }
    all
}

fn edge_place(judge: &Judge, plan: &Plan, at: usize, graph: &mut Graph, spread: &Spread) -> Place {
    let vocabulary = &judge.model.vocabulary;
    let edge = &plan.edges[at];
    let given = current(judge, &edge.given);
    let literals: Vec<Literal> = given.iter().map(|(literal, _)| *literal).collect();
    let step = graph.moves[at].clone();
    let held: Vec<LabelId> = spread.carried(&graph.labels, &step).collect();
    // Each label before and after the edge; of those the edge makes, only as it makes them.
    let mut moved: Vec<(Option<LabelId>, LabelId)> = Vec::new();
    for label in &held {
        let after = match step.form {
            Some(form) => graph.labels.reformed(*label, form),
            None => *label,
        };
        moved.push((Some(*label), after));
    }
    moved.extend(step.makes.iter().map(|label| (None, *label)));
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
                .chain(step.makes.iter().map(|label| (None, *label)))
                .collect();
            let uses = sources
                .iter()
                .map(|(before, label)| act(&using, *before, *label))
                .collect();
            let mut derives = Vec::new();
            for (before, label) in &sources {
                for made in transform(labels, &step, *label) {
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
        node: edge.from,
        span: edge.span,
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
        let acts = spread.held[at]
            .ones()
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
    let empty = |edge: &Edge| {
        plan.nodes[edge.from].kind == NodeKind::Source || spread.held[edge.from].is_clear()
    };
    (0..plan.edges.len())
        .filter(|at| graph.moves[*at].data.is_none() && empty(&plan.edges[*at]))
        .collect()
}

fn reidentified(model: &Model, graph: &Graph, spread: &Spread) -> Vec<(usize, FixedBitSet)> {
    let mut all = Vec::new();
    for step in &graph.moves {
        let Some(form) = step.form else { continue };
        let new = graph.labels.forms.get(form);
        let mut data = FixedBitSet::with_capacity(model.vocabulary.of(Kind::Data).len());
        for label in spread.carried(&graph.labels, step) {
            if reidentifies(&model.vocabulary, graph.labels.form(label), new) {
                data.insert(graph.labels.get(label).data.0 as usize);
            }
        }
        if !data.is_clear() {
            all.push((step.edge, data));
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
        let EdgeKind::Arrow { to, .. } = &edge.kind else {
            continue;
        };
        let ends = [edge.from, *to];
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
