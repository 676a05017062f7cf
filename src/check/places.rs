//! The places of a plan where something happens, with the acts that happen there.

use super::findings::At;
use super::judge::Judge;
use super::situation::{Open, Relation, Situation, at_node, keeping, of_arrow, of_store, relation};
use crate::flow::rows::Bits;
use crate::flow::spread::transform;
use crate::flow::{Graph, LabelId, Spread};
use crate::model::plans::NodeKind;
use crate::model::vocabulary::Literal;
use crate::model::{Action, EdgeKind, Node, Plan};
use crate::source::Span;

/// An act of a label.
pub struct Act {
    /// What it stands for.
    pub situation: Situation,
    /// The label.
    pub label: LabelId,
    /// The label as it was before, if it is not made here.
    pub before: Option<LabelId>,
    /// What sender and receiver are to its data.
    pub relation: Relation,
}

/// An edge, or a store with its acts of one `keeps`.
pub struct Place {
    /// Which it is.
    pub at: At,
    /// The node whose labels it is about.
    pub node: usize,
    /// Where it is stated.
    pub span: Span,
    /// The facts given there.
    pub given: Vec<(Literal, Span)>,
    /// What happens there.
    pub acts: Vec<(Action, Vec<Act>)>,
}

impl Place {
    /// Those facts.
    pub fn given_literals(&self) -> Vec<Literal> {
        self.given.iter().map(|(literal, _)| *literal).collect()
    }

    /// Where they are given.
    pub fn given_span(&self) -> Span {
        match (self.given.first(), self.given.last()) {
            (Some((_, first)), Some((_, last))) => first.to(*last),
            _ => self.span,
        }
    }
}

/// All that happens in a plan.
pub fn places(judge: &Judge, plan: &Plan, graph: &mut Graph, spread: &Spread) -> Vec<Place> {
    let mut all: Vec<Place> = (0..plan.edges.len())
        .map(|at| edge_place(judge, plan, at, graph, spread, None))
        .collect();
    for (at, node) in stores(plan) {
        all.extend(store_place(judge, at, node, graph, spread));
    }
    all
}

/// The stores that are judged, with their positions: those in which nothing is in error.
pub fn stores(plan: &Plan) -> impl Iterator<Item = (usize, Node<'_>)> {
    let nodes = plan.nodes.iter().enumerate();
    nodes.filter(|(_, node)| node.kind == NodeKind::Store && !node.broken)
}

/// What happens on an edge, to all labels or to `only` some.
pub fn edge_place(
    judge: &Judge,
    plan: &Plan,
    at: usize,
    graph: &mut Graph,
    spread: &Spread,
    only: Option<&Bits>,
) -> Place {
    let vocabulary = &judge.model.vocabulary;
    let edge = plan.edge(at);
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
pub fn store_place(
    judge: &Judge,
    at: usize,
    node: Node,
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
        let situation = of_store(vocabulary, &node, keeps, &literals);
        let acts = spread
            .held(at)
            .filter(|label| {
                keeping(vocabulary, &node, graph.labels.get(*label).data)
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
            span: node.span(),
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
