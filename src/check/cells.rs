//! Places of what rows of a table share: rows that say the same are kept once, with the places of the first
//! of them, and a finding on another points at its own cell.

use super::findings::At;
use crate::model::Plan;
use crate::source::Span;

/// Where the first edge or node that has some details lies, by their numbers.
pub struct Firsts {
    edges: Vec<Option<u32>>,
    nodes: Vec<Option<u32>>,
}

impl Firsts {
    /// Of a plan.
    pub fn of(plan: &Plan) -> Firsts {
        let mut firsts = Firsts {
            edges: vec![None; plan.edges.details().len()],
            nodes: vec![None; plan.nodes.details().len()],
        };
        for edge in plan.edges.iter() {
            firsts.edges[edge.number() as usize].get_or_insert(edge.span().start);
        }
        for node in plan.nodes.iter() {
            firsts.nodes[node.number() as usize].get_or_insert(node.whole().end);
        }
        firsts
    }

    /// The place of an edge or store that a place in its details means. What rows share is the rest of
    /// their lines, letter by letter, so it lies as far from the start of an edge's cell, or from the end
    /// of a node's line, as it does in the first row.
    pub fn own(&self, plan: &Plan, at: At, span: Span) -> Span {
        let (first, own) = match at {
            At::Edge(at) => {
                let edge = plan.edge(at);
                let first = self.edges[edge.number() as usize];
                (first, (edge.file, edge.span().start))
            }
            At::Store(at) => {
                let node = plan.node(at);
                let first = self.nodes[node.number() as usize];
                (first, (node.file, node.whole().end))
            }
        };
        if own.0 != span.file {
            return span;
        }
        let from = u64::from(first.unwrap_or(own.1));
        let moved = |place: u32| (u64::from(place) + u64::from(own.1)).saturating_sub(from) as u32;
        Span {
            file: span.file,
            start: moved(span.start),
            end: moved(span.end),
        }
    }
}
