//! The nodes of a plan, of which there may be millions.
//!
//! What a node is it may share with many others, for rows of tables repeat each other: it is kept once, and
//! nodes have its number. All names are one text.

use super::plans::NodeDetails;
use super::shared::Shared;
use crate::source::Span;
use std::ops::Deref;

/// The nodes of a plan, in the order of the text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Nodes {
    /// All names, one after the other.
    names: String,
    /// By node: where its name ends in those.
    ends: Vec<u32>,
    /// By node: its places.
    places: Vec<Places>,
    /// By node: what it is.
    details: Shared<NodeDetails>,
}

/// Where a node is declared, in the file of its details.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Places {
    /// Its name.
    name: (u32, u32),
    /// The whole statement.
    whole: (u32, u32),
}

/// A node with what it is.
#[derive(Debug, Clone, Copy)]
pub struct Node<'n> {
    nodes: &'n Nodes,
    at: usize,
    details: &'n NodeDetails,
}

impl Nodes {
    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The node at a position.
    pub fn get(&self, at: usize) -> Node<'_> {
        Node {
            nodes: self,
            at,
            details: self.details.get(at),
        }
    }

    /// All nodes in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Node<'_>> {
        (0..self.len()).map(|at| self.get(at))
    }

    /// By node: the number of its details.
    pub fn details_of(&self) -> &[u32] {
        self.details.numbers()
    }

    /// What nodes are, by number, in the order of the nodes that have them first.
    pub fn details(&self) -> &[NodeDetails] {
        self.details.all()
    }

    /// Adds a node: its name, the place of that, and the whole statement, both in the file of its details.
    /// Gives their number: what else is the same is added by it (`push_like`).
    pub fn push(&mut self, name: &str, place: Span, whole: Span, details: NodeDetails) -> u32 {
        self.add(name, (place.start, place.end), (whole.start, whole.end));
        self.details.push(details)
    }

    /// Adds a node that is what another is.
    pub fn push_like(&mut self, name: &str, place: (u32, u32), whole: (u32, u32), number: u32) {
        self.add(name, place, whole);
        self.details.push_like(number);
    }

    fn add(&mut self, name: &str, place: (u32, u32), whole: (u32, u32)) {
        self.names.push_str(name);
        self.ends.push(self.names.len() as u32);
        self.places.push(Places { name: place, whole });
    }

    /// Makes room for more nodes.
    pub fn reserve(&mut self, more: usize) {
        self.ends.reserve_exact(more);
        self.places.reserve_exact(more);
        self.details.reserve(more);
    }

    /// Gives back the room that no node took.
    pub fn shrink_to_fit(&mut self) {
        self.names.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.places.shrink_to_fit();
        self.details.shrink_to_fit();
    }

    /// The name of the node at a position.
    pub fn name(&self, at: usize) -> &str {
        &self.names[self.name_begins(at)..self.name_ends(at)]
    }

    /// All names, one after the other.
    pub fn names(&self) -> &str {
        &self.names
    }

    /// Where the name of the node at a position begins in those.
    pub fn name_begins(&self, at: usize) -> usize {
        match at {
            0 => 0,
            at => self.name_ends(at - 1),
        }
    }

    /// Where it ends there.
    pub fn name_ends(&self, at: usize) -> usize {
        self.ends[at] as usize
    }

    /// What a node is, to be changed: other nodes that are the same stay what they are.
    pub fn change(&mut self, at: usize) -> &mut NodeDetails {
        self.details.change(at)
    }
}

impl<'n> Node<'n> {
    /// Its name.
    pub fn name(&self) -> &'n str {
        self.nodes.name(self.at)
    }

    /// The place of its name.
    pub fn span(&self) -> Span {
        self.place(self.nodes.places[self.at].name)
    }

    /// The whole statement: where its waivers hold.
    pub fn whole(&self) -> Span {
        self.place(self.nodes.places[self.at].whole)
    }

    /// What it is.
    pub fn details(&self) -> &'n NodeDetails {
        self.details
    }

    /// The number of that.
    pub fn number(&self) -> u32 {
        self.nodes.details_of()[self.at]
    }

    fn place(&self, (start, end): (u32, u32)) -> Span {
        Span {
            file: self.details.file,
            start,
            end,
        }
    }
}

impl Deref for Node<'_> {
    type Target = NodeDetails;

    fn deref(&self) -> &NodeDetails {
        self.details
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::plans::NodeKind;
    use crate::source::FileId;

    fn details() -> NodeDetails {
        NodeDetails::bare(FileId(0), NodeKind::System)
    }

    fn span(start: u32, end: u32) -> Span {
        Span {
            file: FileId(0),
            start,
            end,
        }
    }

    #[test]
    fn nodes_that_are_the_same_share_it_until_one_changes() {
        let mut nodes = Nodes::default();
        assert!(nodes.is_empty());
        nodes.reserve(4);
        let first = nodes.push("one", span(1, 4), span(0, 9), details());
        nodes.push_like("two", (11, 14), (10, 19), first);
        nodes.push("three", span(21, 26), span(20, 29), details());
        nodes.shrink_to_fit();
        assert_eq!((nodes.len(), nodes.is_empty()), (3, false));
        let read: Vec<_> = nodes
            .iter()
            .map(|node| (node.name(), node.span(), node.whole()))
            .collect();
        assert_eq!(
            read,
            [
                ("one", span(1, 4), span(0, 9)),
                ("two", span(11, 14), span(10, 19)),
                ("three", span(21, 26), span(20, 29)),
            ]
        );
        assert_eq!(nodes.names(), "onetwothree");
        assert_eq!(nodes.details_of(), [0, 0, 1]);

        nodes.change(1).broken = true;
        let broken = |nodes: &Nodes| nodes.iter().map(|node| node.broken).collect::<Vec<_>>();
        assert_eq!(broken(&nodes), [false, true, false]);
        assert_eq!(nodes.details_of(), [0, 2, 1]);
        // What a node has for itself is changed where it is.
        nodes.change(1).broken = false;
        nodes.change(2).broken = true;
        assert_eq!(broken(&nodes), [false, false, true]);
        assert_eq!(
            (nodes.details_of(), nodes.details().len()),
            (&[0, 2, 1][..], 3)
        );
    }
}
