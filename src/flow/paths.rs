//! The shortest way that brought a label to a node: fewest steps, ties by position in the text.

use super::graph::Graph;
use super::labels::LabelId;
use super::spread::{Spread, transform};
use rustc_hash::FxHashMap;
use std::collections::VecDeque;

/// First arrivals of every label at every node.
#[derive(Debug, Clone)]
pub struct Paths {
    /// How a label first came to a node: over which edge, and from which label held before.
    arrival: FxHashMap<(usize, LabelId), (usize, Option<LabelId>)>,
    senders: Vec<usize>,
}

/// A step: the edge, and the label as it leaves the edge.
pub type Way = Vec<(usize, LabelId)>;

impl Paths {
    /// Breadth-first over nodes and labels, edges in the order of the text.
    pub fn new(graph: &mut Graph, spread: &Spread) -> Paths {
        let mut arrival = FxHashMap::default();
        let mut open = VecDeque::new();
        let mut outgoing = vec![Vec::new(); spread.held.len()];
        for (at, step) in graph.moves.iter().enumerate() {
            if step.to.is_some() && step.passes {
                outgoing[step.from].push(at);
            }
        }
        let Graph { moves, labels, .. } = graph;
        for (at, step) in moves.iter().enumerate() {
            let Some(to) = step.to else { continue };
            for made in &step.makes {
                let arriving = match &step.derives {
                    Some(_) => transform(labels, step, *made),
                    None => vec![*made],
                };
                for label in arriving {
                    arrival.entry((to, label)).or_insert_with(|| {
                        open.push_back((to, label));
                        (at, None)
                    });
                }
            }
        }
        while let Some((node, label)) = open.pop_front() {
            for at in &outgoing[node] {
                let step = &moves[*at];
                let passes = step
                    .data
                    .as_ref()
                    .is_none_or(|data| data.contains(labels.get(label).data.0 as usize));
                if !passes {
                    continue;
                }
                let to = step.to.expect("only moves that deliver are listed");
                for made in transform(labels, step, label) {
                    arrival.entry((to, made)).or_insert_with(|| {
                        open.push_back((to, made));
                        (*at, Some(label))
                    });
                }
            }
        }
        Paths {
            arrival,
            senders: moves.iter().map(|step| step.from).collect(),
        }
    }

    /// The way a label came to a node, collection first; empty where it never did.
    pub fn to(&self, node: usize, label: LabelId) -> Way {
        let mut way = Vec::new();
        let mut at = Some((node, label));
        while let Some((node, label)) = at {
            let Some((edge, before)) = self.arrival.get(&(node, label)) else {
                break;
            };
            way.push((*edge, label));
            at = before.map(|before| (self.senders[*edge], before));
        }
        way.reverse();
        way
    }
}
