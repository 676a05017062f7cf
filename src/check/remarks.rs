//! What is to be said of a plan besides verdicts.

use super::findings::At;
use super::judge::Judge;
use crate::flow::labels::reidentifies;
use crate::flow::rows::Bits;
use crate::flow::{Graph, Spread};
use crate::model::plans::NodeKind;
use crate::model::rules::VerbWord;
use crate::model::vocabulary::{Kind, Literal};
use crate::model::{EdgeKind, Model, Node, Plan, PolicyId};
use crate::source::Span;
use fixedbitset::FixedBitSet;
use std::collections::BTreeSet;

/// Given facts that no longer hold.
pub fn expired(judge: &Judge, plan: &Plan) -> Vec<(At, Literal, Span)> {
    if judge.expired.is_clear() {
        return Vec::new();
    }
    let late = |(literal, _): &&(Literal, Span)| {
        literal.holds && judge.expired.contains(literal.fact.0 as usize)
    };
    let edges = plan.edges.iter().enumerate().flat_map(|(at, edge)| {
        let given = edge.details().given.iter();
        given
            .filter(late)
            .map(move |(literal, span)| (At::Edge(at), *literal, *span))
    });
    let stores = plan.nodes.iter().enumerate().flat_map(|(at, node)| {
        let keeps = node.details().keeps.iter();
        keeps
            .flat_map(|keeps| keeps.given.iter().filter(late))
            .map(move |(literal, span)| (At::Store(at), *literal, *span))
    });
    edges.chain(stores).collect()
}

/// Edges whose `all` carries nothing: from a source, or where nothing arrives.
pub fn nothing(plan: &Plan, graph: &Graph, spread: &Spread) -> Vec<usize> {
    let empty = |(at, node): (usize, Node)| node.kind == NodeKind::Source || spread.is_empty(at);
    let empty: Vec<bool> = plan.nodes.iter().enumerate().map(empty).collect();
    let all: Vec<bool> = graph.changes.iter().map(|one| one.data.is_none()).collect();
    (0..plan.edges.len())
        .filter(|at| all[graph.change(*at) as usize] && empty[graph.sender(*at)])
        .collect()
}

/// Edges that make anonymous data identifiable, with that data.
pub fn reidentified(model: &Model, graph: &Graph, spread: &Spread) -> Vec<(usize, FixedBitSet)> {
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
    if again.iter().all(Option::is_none) {
        return all;
    }
    for at in 0..graph.len() {
        let Some(again) = &again[graph.change(at) as usize] else {
            continue;
        };
        let row = spread.row_of[graph.sender(at)];
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
pub fn regions(model: &Model, plan: &Plan) -> Vec<(usize, Vec<usize>)> {
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
            .any(|node| plan.node(*node).kind == NodeKind::Source)
        {
            continue;
        }
        let mut silent: Vec<usize> = ends
            .into_iter()
            .filter(|node| plan.node(*node).place.is_none())
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
