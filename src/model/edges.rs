//! The edges of a plan, of which there may be millions.
//!
//! What happens on an edge it may share with many others, for rows of tables repeat each other: it is kept
//! once, and edges have its number. What is asked of all edges lies side by side.

use super::plans::EdgeDetails;
use super::shared::Shared;
use crate::source::Span;
use std::ops::Deref;

/// The edges of a plan, in the order of the text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edges {
    /// By edge: the positions of the two nodes.
    ends: Vec<(u32, u32)>,
    /// By edge: where its place begins and ends, in the file of its details.
    places: Vec<(u32, u32)>,
    /// By edge: what happens on it.
    details: Shared<EdgeDetails>,
}

/// An edge with what happens on it.
#[derive(Debug, Clone, Copy)]
pub struct Edge<'e> {
    edges: &'e Edges,
    at: usize,
    details: &'e EdgeDetails,
}

impl Edges {
    /// How many edges there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The edge at a position.
    pub fn get(&self, at: usize) -> Edge<'_> {
        Edge {
            edges: self,
            at,
            details: self.details.get(at),
        }
    }

    /// All edges in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Edge<'_>> {
        (0..self.len()).map(|at| self.get(at))
    }

    /// By edge: the positions of the sending or acting node and of the receiving one; of `uses` and
    /// `derives` they are one.
    pub fn ends(&self) -> &[(u32, u32)] {
        &self.ends
    }

    /// By edge: the number of its details.
    pub fn details_of(&self) -> &[u32] {
        self.details.numbers()
    }

    /// What happens on edges, by number, in the order of the edges that have them first.
    pub fn details(&self) -> &[EdgeDetails] {
        self.details.all()
    }

    /// Adds an edge between two nodes, by position; of `uses` and `derives` they are one. Its place is in
    /// the file of its details. Gives their number: what else has the same is added by it (`push_like`).
    pub fn push(&mut self, ends: (usize, usize), place: Span, details: EdgeDetails) -> u32 {
        self.add(ends, (place.start, place.end));
        self.details.push(details)
    }

    /// Adds an edge of which the same is said as of another.
    pub fn push_like(&mut self, ends: (usize, usize), place: (u32, u32), number: u32) {
        self.add(ends, place);
        self.details.push_like(number);
    }

    fn add(&mut self, ends: (usize, usize), place: (u32, u32)) {
        self.ends.push((ends.0 as u32, ends.1 as u32));
        self.places.push(place);
    }

    /// Makes room for more edges.
    pub fn reserve(&mut self, more: usize) {
        self.ends.reserve_exact(more);
        self.places.reserve_exact(more);
        self.details.reserve(more);
    }

    /// Gives back the room that no edge took.
    pub fn shrink_to_fit(&mut self) {
        self.ends.shrink_to_fit();
        self.places.shrink_to_fit();
        self.details.shrink_to_fit();
    }

    /// Adds the edges of others after these.
    pub fn append(&mut self, mut others: Edges) {
        self.ends.append(&mut others.ends);
        self.places.append(&mut others.places);
        self.details.append(others.details);
    }

    /// What is said of an edge, to be changed: other edges of which the same is said keep what they have.
    pub fn change(&mut self, at: usize) -> &mut EdgeDetails {
        self.details.change(at)
    }
}

impl<'e> Edge<'e> {
    /// Position of the sending or acting node.
    pub fn from(&self) -> usize {
        self.edges.ends[self.at].0 as usize
    }

    /// Position of the receiving node; of `uses` and `derives` that of the node itself.
    pub fn to(&self) -> usize {
        self.edges.ends[self.at].1 as usize
    }

    /// The statement's place, waivers left out; of a row, that of its data. In details that rows share,
    /// places are those of the first.
    pub fn span(&self) -> Span {
        let (start, end) = self.edges.places[self.at];
        Span {
            file: self.details.file,
            start,
            end,
        }
    }

    /// What happens on it.
    pub fn details(&self) -> &'e EdgeDetails {
        self.details
    }

    /// The number of that.
    pub fn number(&self) -> u32 {
        self.edges.details_of()[self.at]
    }
}

impl Deref for Edge<'_> {
    type Target = EdgeDetails;

    fn deref(&self) -> &EdgeDetails {
        self.details
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{EdgeKind, NameId};
    use crate::source::FileId;

    fn details(file: u32) -> EdgeDetails {
        EdgeDetails {
            file: FileId(file),
            kind: EdgeKind::Arrow {
                verb: None,
                data: None,
            },
            form: None,
            purpose: None,
            given: Vec::new(),
            fulfilling: Vec::new(),
            waivers: Vec::new(),
        }
    }

    fn span(file: u32, start: u32, end: u32) -> Span {
        Span {
            file: FileId(file),
            start,
            end,
        }
    }

    fn read(edges: &Edges) -> Vec<(usize, usize, Span)> {
        let edges = edges.iter();
        edges
            .map(|edge| (edge.from(), edge.to(), edge.span()))
            .collect()
    }

    #[test]
    fn edges_of_several_files_are_put_together() {
        let mut edges = Edges::default();
        assert!(edges.is_empty());
        let first = edges.push((0, 1), span(0, 1, 4), details(0));
        edges.push_like((1, 2), (5, 8), first);
        let mut others = Edges::default();
        others.reserve(2);
        let first = others.push((2, 3), span(1, 2, 3), details(1));
        others.push_like((3, 3), (4, 5), first);
        others.push((3, 0), span(2, 6, 7), details(2));
        others.shrink_to_fit();
        edges.append(others);
        assert_eq!((edges.len(), edges.is_empty()), (5, false));
        assert_eq!(
            read(&edges),
            [
                (0, 1, span(0, 1, 4)),
                (1, 2, span(0, 5, 8)),
                (2, 3, span(1, 2, 3)),
                (3, 3, span(1, 4, 5)),
                (3, 0, span(2, 6, 7)),
            ]
        );
        assert_eq!(edges.details_of(), [0, 0, 1, 1, 2]);
        assert_eq!(edges.ends()[4], (3, 0));
    }

    #[test]
    fn edges_of_which_the_same_is_said_share_it_until_one_changes() {
        let mut edges = Edges::default();
        let first = edges.push((0, 1), span(0, 1, 4), details(0));
        edges.push_like((1, 2), (5, 8), first);
        edges.push((2, 3), span(0, 9, 10), details(0));
        edges.change(0).fulfilling.push(NameId(1));
        let done = |edges: &Edges| {
            edges
                .iter()
                .map(|edge| edge.fulfilling.len())
                .collect::<Vec<_>>()
        };
        assert_eq!(done(&edges), [1, 0, 0]);
        assert_eq!(edges.details_of(), [2, 0, 1]);
        // What an edge has for itself is changed where it is.
        edges.change(0).fulfilling.clear();
        edges.change(1).fulfilling.push(NameId(1));
        assert_eq!(done(&edges), [0, 1, 0]);
        assert_eq!(
            (edges.details_of(), edges.details().len()),
            (&[2, 0, 1][..], 3)
        );
    }
}
