//! Data that nothing brings to the edges of a circle, and that they would bring each other: which of it
//! is reported (§5). Upstream first; in a cycle the first in the text.
//!
//! Edges that would bring the same and lack the same are one class. Classes and what would arrive where
//! are the nodes of one graph, so that a circle of any length is walked, and no pair is looked at.

use super::graph::Graph;
use super::labels::LabelId;
use super::spread::{passes, transform};
use fixedbitset::FixedBitSet;
use petgraph::Direction::Incoming;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// Edges that lack the same data at the same node, and would bring the same if they had it.
pub(super) struct Class {
    /// What they would bring, by node and label.
    pub brings: Vec<(u32, LabelId)>,
    /// The node that lacks the data.
    pub from: u32,
    /// The data.
    pub data: Rc<FixedBitSet>,
    /// Their numbers, in the order of the text.
    pub members: Vec<usize>,
}

/// Which members of classes on a circle of nodes are reported.
pub(super) fn choose(graph: &mut Graph, circle: &[u32], classes: &[Class]) -> Vec<usize> {
    let reach = Reach::new(graph, circle, classes);
    let mut left: Vec<Vec<usize>> = classes.iter().map(|class| class.members.clone()).collect();
    let mut brought = FixedBitSet::with_capacity(reach.next.len());
    let mut reported = Vec::new();
    while left.iter().any(|class| !class.is_empty()) {
        for (class, members) in reach.first(&left) {
            left[class].retain(|other| !members.contains(other));
            for other in reach.from(class, &mut brought) {
                left[other].clear();
            }
            reported.extend(members);
        }
    }
    reported
}

/// Where what classes bring would get to.
struct Reach {
    /// By class: the arrivals that it brings about.
    starts: Vec<Vec<u32>>,
    /// By arrival, of a label at a node: those that it brings about in turn.
    next: Vec<Vec<u32>>,
    /// By arrival: the classes that lack it no more.
    ends: Vec<Vec<u32>>,
}

impl Reach {
    fn new(graph: &mut Graph, circle: &[u32], classes: &[Class]) -> Reach {
        let mut out: FxHashMap<u32, Vec<u32>> = circle.iter().map(|at| (*at, Vec::new())).collect();
        for node in circle {
            for (edge, sender) in graph.links.arriving(*node as usize) {
                if let Some(edges) = out.get_mut(&sender) {
                    edges.push(edge);
                }
            }
        }
        let mut lacking: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
        for (number, class) in classes.iter().enumerate() {
            lacking.entry(class.from).or_default().push(number as u32);
        }
        let mut known: FxHashMap<(u32, LabelId), u32> = FxHashMap::default();
        let mut arrivals: Vec<(u32, LabelId)> = Vec::new();
        let mut number = |arrival, arrivals: &mut Vec<_>| {
            *known.entry(arrival).or_insert_with(|| {
                arrivals.push(arrival);
                arrivals.len() as u32 - 1
            })
        };
        let mut reach = Reach {
            starts: Vec::new(),
            next: Vec::new(),
            ends: Vec::new(),
        };
        for class in classes {
            let starts = class.brings.iter().map(|one| number(*one, &mut arrivals));
            reach.starts.push(starts.collect());
        }
        // What is found is looked at in turn.
        while reach.next.len() < arrivals.len() {
            let (node, label) = arrivals[reach.next.len()];
            let datum = graph.labels.get(label).data.0 as usize;
            let lacks = |class: &&u32| classes[**class as usize].data.contains(datum);
            let here = lacking.get(&node).into_iter().flatten();
            reach.ends.push(here.filter(lacks).copied().collect());
            let mut next = Vec::new();
            for edge in out.get(&node).into_iter().flatten() {
                let step = graph.step(*edge as usize);
                if graph.labels.is_full()
                    || !step.change.passes
                    || !passes(&graph.labels, &step, label)
                {
                    continue;
                }
                let (_, to) = graph.ends(*edge as usize);
                let change = &graph.changes[graph.change(*edge as usize) as usize];
                for label in transform(&mut graph.labels, change, label) {
                    next.push(number((to, label), &mut arrivals));
                }
            }
            next.sort_unstable();
            next.dedup();
            reach.next.push(next);
        }
        reach
    }

    /// Of classes with members left, those to which no other brings anything, with the members that are
    /// reported: of classes that bring each other their data the first in the text, else all.
    fn first(&self, left: &[Vec<usize>]) -> Vec<(usize, Vec<usize>)> {
        let arrivals = self.next.len();
        let alive = |class: &u32| !left[*class as usize].is_empty();
        let number = |class: u32| arrivals as u32 + class;
        let mut flow: DiGraph<(), ()> = DiGraph::default();
        for _ in 0..arrivals + left.len() {
            flow.add_node(());
        }
        for at in 0..arrivals as u32 {
            flow.extend_with_edges(self.next[at as usize].iter().map(|to| (at, *to)));
            let ends = self.ends[at as usize].iter().filter(|class| alive(class));
            flow.extend_with_edges(ends.map(|class| (at, number(*class))));
        }
        for class in (0..left.len() as u32).filter(alive) {
            let starts = self.starts[class as usize].iter();
            flow.extend_with_edges(starts.map(|to| (number(class), *to)));
        }
        // Whether some class comes before a node. The walk of Kosaraju's algorithm has a stack of its
        // own, for plans are as deep as people make them; it ends with the parts where the flow begins.
        let mut after = vec![false; arrivals + left.len()];
        let mut chosen = Vec::new();
        for part in kosaraju_scc(&flow).iter().rev() {
            let classes = part
                .iter()
                .filter_map(|node| (node.index() as u32).checked_sub(arrivals as u32));
            let classes: Vec<u32> = classes.filter(alive).collect();
            let before = part.iter().any(|node| {
                let mut senders = flow.neighbors_directed(*node, Incoming);
                senders.any(|sender| after[sender.index()])
            });
            let here = before || !classes.is_empty();
            part.iter().for_each(|node| after[node.index()] = here);
            if before {
                continue;
            }
            let members = |class: u32| {
                let members = left[class as usize].iter();
                members.map(move |member| (*member, class as usize))
            };
            if part.len() > 1 {
                let first = classes.iter().flat_map(|class| members(*class)).min();
                chosen.extend(first.map(|(member, class)| (class, vec![member])));
            } else {
                chosen.extend(
                    classes
                        .iter()
                        .map(|class| (*class as usize, left[*class as usize].clone())),
                );
            }
        }
        chosen
    }

    /// The classes that a class brings their data, as far as no other did before.
    fn from(&self, class: usize, brought: &mut FixedBitSet) -> Vec<usize> {
        let mut open = self.starts[class].clone();
        let mut reached = Vec::new();
        while let Some(at) = open.pop() {
            if !brought.put(at as usize) {
                open.extend(&self.next[at as usize]);
                reached.extend(self.ends[at as usize].iter().map(|class| *class as usize));
            }
        }
        reached
    }
}
