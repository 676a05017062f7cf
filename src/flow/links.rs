//! The moves that deliver labels, by receiver, in compressed rows; and the order in which nodes are
//! best filled.

use super::graph::{Graph, NOWHERE};
use std::ops::Range;

/// In-edges of all nodes.
#[derive(Debug, Clone, Default)]
pub struct Links {
    /// Where the edges of each node begin; one more than nodes.
    starts: Vec<u32>,
    /// Edges by receiver, in the order of the text.
    edges: Vec<u32>,
    /// The sender of each of those.
    senders: Vec<u32>,
    /// What each of those does to labels.
    changes: Vec<u32>,
}

impl Links {
    /// Sorts the edges of a graph by receiver.
    pub fn new(graph: &Graph) -> Links {
        let nodes = graph.nodes;
        let mut starts = vec![0u32; nodes + 1];
        for edge in 0..graph.len() {
            let (_, to) = graph.ends(edge);
            if to != NOWHERE {
                starts[to as usize + 1] += 1;
            }
        }
        for at in 0..nodes {
            starts[at + 1] += starts[at];
        }
        let count = starts[nodes] as usize;
        let (mut edges, mut senders) = (vec![0; count], vec![0; count]);
        let mut changes = vec![0; count];
        let mut next = starts.clone();
        for edge in 0..graph.len() {
            let (from, to) = graph.ends(edge);
            if to != NOWHERE {
                let place = &mut next[to as usize];
                edges[*place as usize] = edge as u32;
                senders[*place as usize] = from;
                changes[*place as usize] = graph.change(edge);
                *place += 1;
            }
        }
        Links {
            starts,
            edges,
            senders,
            changes,
        }
    }

    /// Of no node yet.
    pub fn empty() -> Links {
        Links {
            starts: vec![0],
            ..Links::default()
        }
    }

    /// Adds the next node with the links that deliver to it, given as sender and what they do; those that
    /// say the same are kept once. Leaves the list empty.
    pub fn push_once(&mut self, arriving: &mut Vec<(u32, u32)>) {
        arriving.sort_unstable();
        arriving.dedup();
        for (from, change) in arriving.drain(..) {
            self.senders.push(from);
            self.changes.push(change);
        }
        self.starts.push(self.senders.len() as u32);
    }

    /// Gives back what is not needed when all is added.
    pub fn shrink(&mut self) {
        self.senders.shrink_to_fit();
        self.changes.shrink_to_fit();
    }

    /// The edges that deliver to a node, each with its sender.
    pub fn arriving(&self, node: usize) -> impl Iterator<Item = (u32, u32)> + '_ {
        let range = self.starts[node] as usize..self.starts[node + 1] as usize;
        let edges = self.edges[range.clone()].iter().copied();
        edges.zip(self.senders[range].iter().copied())
    }

    /// The places of those edges.
    #[inline]
    pub fn range(&self, node: usize) -> Range<usize> {
        self.starts[node] as usize..self.starts[node + 1] as usize
    }

    /// The edge at a place.
    #[inline]
    pub fn edge(&self, at: usize) -> u32 {
        self.edges[at]
    }

    /// What the edge at a place does to labels, and its sender.
    #[inline]
    pub fn link(&self, at: usize) -> (u32, u32) {
        (self.changes[at], self.senders[at])
    }
}

/// Nodes in parts: of each part, all nodes reach each other. What comes before a part in the flow
/// comes before it here.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    /// All nodes, part after part.
    pub nodes: Vec<u32>,
    /// Where each part ends.
    pub ends: Vec<u32>,
}

impl Parts {
    /// The parts in order.
    pub fn iter(&self) -> impl Iterator<Item = &[u32]> {
        (0..self.ends.len()).map(|at| self.get(at))
    }

    /// Puts the nodes of each part in the order of their numbers.
    pub fn sort_each(&mut self) {
        let mut start = 0;
        for end in &self.ends {
            self.nodes[start..*end as usize].sort_unstable();
            start = *end as usize;
        }
    }

    /// Adds the next part. Leaves the list empty.
    pub fn push(&mut self, nodes: &mut Vec<u32>) {
        self.nodes.append(nodes);
        self.ends.push(self.nodes.len() as u32);
    }

    /// A part.
    pub fn get(&self, at: usize) -> &[u32] {
        let start = match at {
            0 => 0,
            at => self.ends[at - 1] as usize,
        };
        &self.nodes[start..self.ends[at] as usize]
    }
}

/// The strongly connected parts of so many nodes by the links whose change counts (Tarjan's algorithm,
/// with a stack of its own, for plans are as deep as people make them). Walking against the flow, it
/// ends a part when all that comes before it is ended: its order is that of the flow.
pub fn parts(links: &Links, nodes: usize, counts: impl Fn(u32) -> bool) -> Parts {
    const DONE: u32 = u32::MAX;
    let mut parts = Parts {
        nodes: Vec::with_capacity(nodes),
        ends: Vec::new(),
    };
    let mut next = 1;
    let mut stack: Vec<u32> = Vec::new();
    // The node, where its links go on, the lowest index it reaches.
    let mut calls: Vec<(u32, u32, u32)> = Vec::new();
    let mut index = vec![0; nodes];
    for root in 0..nodes as u32 {
        if index[root as usize] != 0 {
            continue;
        }
        index[root as usize] = next;
        calls.push((root, links.starts[root as usize], next));
        stack.push(root);
        next += 1;
        while let Some((node, at, low)) = calls.last_mut() {
            if *at < links.starts[*node as usize + 1] {
                let (change, sender) = links.link(*at as usize);
                *at += 1;
                if !counts(change) {
                    continue;
                }
                match index[sender as usize] {
                    0 => {
                        index[sender as usize] = next;
                        calls.push((sender, links.starts[sender as usize], next));
                        stack.push(sender);
                        next += 1;
                    }
                    DONE => {}
                    known => *low = (*low).min(known),
                }
                continue;
            }
            let (node, low) = (*node, *low);
            calls.pop();
            if let Some((_, _, above)) = calls.last_mut() {
                *above = (*above).min(low);
            }
            if low == index[node as usize] {
                loop {
                    let member = stack.pop().expect("a part ends with its root");
                    index[member as usize] = DONE;
                    parts.nodes.push(member);
                    if member == node {
                        break;
                    }
                }
                parts.ends.push(parts.nodes.len() as u32);
            }
        }
    }
    parts
}
