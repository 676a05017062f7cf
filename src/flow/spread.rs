//! The fixpoint: a row of label bits a node, whole rows moved at once.
//!
//! Nodes are swept in topological order of the graph's strongly connected parts, again and again
//! while a row still grows. Filtering edges let the nodes of one part hold different labels, so
//! parts are an order here, never one row.

use super::graph::{Graph, Move};
use super::labels::{LabelId, Labels};
use fixedbitset::FixedBitSet;
use petgraph::algo::tarjan_scc;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// What every node holds.
#[derive(Debug, Clone)]
pub struct Spread {
    /// By node: the labels that arrive there.
    pub held: Vec<FixedBitSet>,
}

impl Spread {
    /// The labels of the sender that a move carries, before its form or derivation.
    pub fn carried<'a>(
        &'a self,
        labels: &'a Labels,
        step: &'a Move,
    ) -> impl Iterator<Item = LabelId> + 'a {
        let held = step.passes.then(|| self.held[step.from].ones());
        held.into_iter().flatten().filter(|label| {
            step.data
                .as_ref()
                .is_none_or(|data| data.contains(labels.get(*label).data.0 as usize))
        })
    }
}

/// Runs all moves until nothing changes. New labels (of other forms, derived) join `graph.labels`.
pub fn spread(graph: &mut Graph) -> Spread {
    let starts: Vec<(usize, LabelId)> = graph
        .moves
        .iter()
        .flat_map(|step| step.makes.iter().map(|label| (step.edge, *label)))
        .collect();
    spread_from(graph, &starts)
}

/// Runs all moves from these labels alone: each is on its edge. Labels do not depend on each
/// other, so the result for a union of starts is the union of the results.
pub fn spread_from(graph: &mut Graph, starts: &[(usize, LabelId)]) -> Spread {
    let nodes = graph.graph.node_count();
    let mut held = vec![FixedBitSet::new(); nodes];
    let mut new = vec![FixedBitSet::new(); nodes];
    let rank = ranks(graph);
    let mut outgoing: Vec<Vec<usize>> = vec![Vec::new(); nodes];
    for (at, step) in graph.moves.iter().enumerate() {
        if step.passes && step.to.is_some() {
            outgoing[step.from].push(at);
        }
    }
    let mut open: BTreeSet<(usize, usize)> = BTreeSet::new();
    let mut masks = Masks::default();
    let mut results: FxHashMap<(usize, LabelId), Vec<LabelId>> = FxHashMap::default();
    let Graph { moves, labels, .. } = graph;
    for (edge, label) in starts {
        let step = &moves[*edge];
        let Some(to) = step.to else { continue };
        // What a derivation starts from (data that nothing brings) is derived before it arrives;
        // so is what any other edge makes, whose label already has the edge's form.
        let arriving = match &step.derives {
            Some(_) => transform(labels, step, *label),
            None => vec![*label],
        };
        for label in arriving {
            deliver(&held, &mut new, to, label);
        }
        open.insert((rank[to], to));
    }
    while let Some((_, node)) = open.pop_first() {
        let fresh = std::mem::take(&mut new[node]);
        if fresh.is_clear() {
            continue;
        }
        held[node].union_with(&fresh);
        for at in &outgoing[node] {
            let step = &moves[*at];
            let to = step.to.expect("only moves that deliver are listed");
            let mut passing = fresh.clone();
            if let Some(data) = &step.data {
                passing.intersect_with(masks.of(*at, data, labels));
            }
            if step.form.is_some() || step.derives.is_some() {
                for label in passing.ones() {
                    let made = results
                        .entry((*at, label))
                        .or_insert_with(|| transform(labels, step, label));
                    for label in made.iter() {
                        deliver(&held, &mut new, to, *label);
                    }
                }
            } else {
                passing.difference_with(&held[to]);
                new[to].union_with(&passing);
            }
            if !new[to].is_clear() {
                open.insert((rank[to], to));
            }
        }
    }
    Spread { held }
}

/// What becomes of a label on a move: its new form, or the data derived from it.
pub fn transform(labels: &mut Labels, step: &Move, label: LabelId) -> Vec<LabelId> {
    match (&step.derives, step.form) {
        (Some(products), form) => products
            .iter()
            .map(|data| labels.derived(label, *data, form))
            .collect(),
        (None, Some(form)) => vec![labels.reformed(label, form)],
        (None, None) => vec![label],
    }
}

fn deliver(held: &[FixedBitSet], new: &mut [FixedBitSet], to: usize, label: LabelId) {
    if !held[to].contains(label) {
        new[to].grow(label + 1);
        new[to].insert(label);
    }
}

/// For each move that filters: the labels whose data pass, extended as labels come into being.
#[derive(Default)]
struct Masks(FxHashMap<usize, (FixedBitSet, usize)>);

impl Masks {
    fn of(&mut self, step: usize, data: &FixedBitSet, labels: &Labels) -> &FixedBitSet {
        let (mask, known) = self.0.entry(step).or_default();
        mask.grow(labels.labels.len());
        for label in *known..labels.labels.len() {
            if data.contains(labels.get(label).data.0 as usize) {
                mask.insert(label);
            }
        }
        *known = labels.labels.len();
        mask
    }
}

/// Each node's place in a topological order of the strongly connected parts.
fn ranks(graph: &Graph) -> Vec<usize> {
    let mut rank = vec![0; graph.graph.node_count()];
    for (at, part) in tarjan_scc(&graph.graph).into_iter().rev().enumerate() {
        for node in part {
            rank[node.index()] = at;
        }
    }
    rank
}
