//! Nodes that share a row whatever happens, and the links between them.
//!
//! Nodes that reach each other by edges which pass everything unchanged hold the same labels: they are
//! one group. Most edges of a large plan lie within a group and are left out from then on, and links that
//! do the same between the same groups are kept once. So what is swept again and again is small.

use super::links::{Links, Parts, parts};

/// The groups of a graph's nodes.
#[derive(Debug, Default)]
pub struct Groups {
    /// By node: its group.
    pub of: Vec<u32>,
    /// The nodes of each group.
    pub nodes: Parts,
    /// The links between groups, by receiver.
    pub links: Links,
    /// By group: the changes that it passes to itself, if it does.
    pub own: Parts,
    /// Groups in parts: those of a part reach each other. What comes before a part in the flow comes
    /// before it here.
    pub parts: Parts,
}

/// What a move does to a whole row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// Nothing passes.
    Block,
    /// Everything does, as it is.
    All,
    /// Some data does, as it is.
    Filter(u32),
    /// Labels change.
    Change,
}

impl Groups {
    /// The groups of so many nodes; `ops` tells what each change does.
    pub fn new(nodes: usize, links: &Links, ops: &[Op]) -> Groups {
        let groups = parts(links, nodes, |change| ops[change as usize] == Op::All);
        let count = groups.ends.len();
        let mut of = vec![0; nodes];
        for (number, group) in groups.iter().enumerate() {
            for node in group {
                of[*node as usize] = number as u32;
            }
        }
        let mut own = Parts::default();
        let mut between = Links::empty();
        // Group by group, so that no list of all links is ever made.
        let (mut arriving, mut turning) = (Vec::new(), Vec::new());
        for (to, group) in groups.iter().enumerate() {
            for at in group.iter().flat_map(|node| links.range(*node as usize)) {
                let (change, sender) = links.link(at);
                let from = of[sender as usize];
                match ops[change as usize] {
                    Op::Block => {}
                    _ if from != to as u32 => arriving.push((from, change)),
                    // Within a group only what changes labels adds any.
                    Op::Change => turning.push(change),
                    Op::All | Op::Filter(_) => {}
                }
            }
            between.push_once(&mut arriving);
            turning.sort_unstable();
            turning.dedup();
            own.push(&mut turning);
        }
        between.shrink();
        let links = between;
        let mut parts = parts(&links, count, |_| true);
        // Groups are numbered in the order of the edges between them that pass everything, which suits
        // most of what goes on within a part.
        parts.sort_each();
        Groups {
            of,
            nodes: groups,
            links,
            own,
            parts,
        }
    }
}
