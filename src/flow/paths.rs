//! The shortest way that brought a label to a node: fewest steps, ties by position in the text.
//!
//! Ways are looked for one by one, for what is reported alone: from where a label is found, against
//! the flow, until some edge makes it.

use super::graph::Graph;
use super::labels::{Families, LabelId};
use super::spread::{Spread, transform};
use fixedbitset::FixedBitSet;
use rustc_hash::FxHashMap;
use std::ops::Range;

/// A step: the edge, and the label as it leaves the edge.
pub type Way = Vec<(usize, LabelId)>;

/// A label at a node.
type Place = (u32, LabelId);

/// The places from which a target is reached, level by level: all of a level are as many steps away.
#[derive(Debug, Default)]
struct Onward {
    places: Vec<Place>,
    /// By place, its position.
    number: FxHashMap<Place, u32>,
    /// By level but the first, the steps that lead from it to the one before: the edge, the position of
    /// the place it leaves, and of the place it comes to.
    steps: Vec<Vec<(u32, u32, u32)>>,
}

/// Looks for ways in a plan's graph; remembers what edges make of labels.
#[derive(Debug, Default)]
pub struct Paths {
    /// By change and label.
    made: FxHashMap<(u32, LabelId), Vec<LabelId>>,
    families: Families,
    /// The edges that make any label.
    makers: FixedBitSet,
    /// Scratch.
    onward: Onward,
}

impl Paths {
    /// The shortest way that brought one of some labels to a node, collection first; empty where none
    /// ever came.
    pub fn to(
        &mut self,
        graph: &mut Graph,
        spread: &Spread,
        node: usize,
        labels: &[LabelId],
    ) -> Way {
        let mut onward = std::mem::take(&mut self.onward);
        onward.clear();
        if self.makers.is_empty() {
            self.makers = graph.makes.keys().map(|edge| *edge as usize).collect();
        }
        for label in labels {
            onward.number((node as u32, *label));
        }
        let mut search = Search {
            paths: self,
            graph,
            spread,
        };
        let way = search.back(&mut onward).unwrap_or_default();
        self.onward = onward;
        way
    }
}

impl Onward {
    fn clear(&mut self) {
        self.places.clear();
        self.number.clear();
        self.steps.clear();
    }

    /// The position of a place, which is on the last level if it was not met before.
    fn number(&mut self, place: Place) -> u32 {
        let next = self.places.len() as u32;
        let number = *self.number.entry(place).or_insert(next);
        if number == next {
            self.places.push(place);
        }
        number
    }
}

struct Search<'s> {
    paths: &'s mut Paths,
    graph: &'s mut Graph,
    spread: &'s Spread,
}

impl Search<'_> {
    /// Goes back level by level: all places from which a target is as many steps away. The first level
    /// on which some edge makes its label ends the search.
    fn back(&mut self, onward: &mut Onward) -> Option<Way> {
        let mut start = 0;
        loop {
            let end = onward.places.len();
            if start == end {
                return None;
            }
            let starts = self.starts(&onward.places, start..end);
            if let Some((first, _)) = starts.iter().min() {
                let at = starts.iter().filter(|(edge, _)| edge == first);
                return Some(forward(onward, *first, at.map(|(_, at)| *at).collect()));
            }
            let mut steps = Vec::new();
            for at in start..end {
                let (node, label) = onward.places[at];
                for link in self.graph.links.range(node as usize) {
                    let (change, sender) = self.graph.links.link(link);
                    let edge = self.graph.links.edge(link);
                    self.before(change, sender, label, |before| {
                        let from = onward.number((sender, before));
                        if from as usize >= end {
                            steps.push((edge, from, at as u32));
                        }
                    });
                }
            }
            onward.steps.push(steps);
            start = end;
        }
    }

    /// The edges that make the label of one of some places and bring it there, each with the position of
    /// the place.
    fn starts(&mut self, places: &[Place], level: Range<usize>) -> Vec<(u32, u32)> {
        let mut starts = Vec::new();
        for at in level {
            let (node, label) = places[at];
            for link in self.graph.links.range(node as usize) {
                let edge = self.graph.links.edge(link);
                if self.paths.makers.contains(edge as usize) {
                    let (change, _) = self.graph.links.link(link);
                    if self.makes(edge, change, label) {
                        starts.push((edge, at as u32));
                    }
                }
            }
        }
        starts
    }

    /// Whether an edge itself makes a label, as it arrives.
    fn makes(&mut self, edge: u32, change: u32, label: LabelId) -> bool {
        let Some(made) = self.graph.makes.get(&edge) else {
            return false;
        };
        match &self.graph.changes[change as usize].derives {
            Some(_) => {
                let made = made.clone();
                made.iter()
                    .any(|one| self.becomes(change, *one).contains(&label))
            }
            None => made.contains(&label),
        }
    }

    /// Hands on the labels at a sender that a change turns into a label.
    fn before(&mut self, number: u32, sender: u32, label: LabelId, mut hand: impl FnMut(LabelId)) {
        let graph = &*self.graph;
        let (labels, change) = (&graph.labels, &graph.changes[number as usize]);
        if !change.passes {
            return;
        }
        let data = change.data.map(|data| &graph.data[data as usize]);
        let passes = |one: LabelId| {
            let listed = |data: &FixedBitSet| data.contains(labels.get(one).data.0 as usize);
            self.spread.holds(sender as usize, one) && data.is_none_or(listed)
        };
        if change.keeps_labels() {
            if passes(label) {
                hand(label);
            }
            return;
        }
        // A form leaves all else of a label as it is.
        let passing: Vec<LabelId> = match change.derives {
            Some(_) => {
                let held = self.spread.held(sender as usize);
                held.filter(|one| passes(*one)).collect()
            }
            None => {
                self.paths.families.learn(labels);
                let family = self.paths.families.of(label).iter().copied();
                family.filter(|one| passes(*one)).collect()
            }
        };
        for one in passing {
            if self.becomes(number, one).contains(&label) {
                hand(one);
            }
        }
    }

    fn becomes(&mut self, change: u32, label: LabelId) -> &[LabelId] {
        let graph = &mut *self.graph;
        self.paths.made.entry((change, label)).or_insert_with(|| {
            let change = &graph.changes[change as usize];
            transform(&mut graph.labels, change, label)
        })
    }
}

/// Of all ways on from some places of the last level, the first in the text.
fn forward(onward: &Onward, first: u32, at: Vec<u32>) -> Way {
    let mut edges = vec![first];
    let mut places = vec![at];
    // By level, from the last on: the steps of the edge taken, from place to place.
    let mut taken: Vec<Vec<(u32, u32)>> = Vec::new();
    let mut on_ways = FixedBitSet::with_capacity(onward.places.len());
    for steps in onward.steps.iter().rev() {
        let at = places.last().expect("it begins with some");
        on_ways.extend(at.iter().map(|place| *place as usize));
        let on = || {
            let all = steps.iter();
            all.filter(|(_, from, _)| on_ways.contains(*from as usize))
        };
        let edge = on().map(|(edge, ..)| *edge).min();
        let edge = edge.expect("places further away lead nearer");
        let of_edge = on().filter(|step| step.0 == edge);
        let pairs: Vec<(u32, u32)> = of_edge.map(|(_, from, to)| (*from, *to)).collect();
        let next = at.iter().flat_map(|place| {
            let on = pairs.iter().filter(move |(from, _)| from == place);
            on.map(|(_, to)| *to)
        });
        let next = next.collect();
        edges.push(edge);
        places.push(next);
        taken.push(pairs);
    }
    // Of the places after each edge, those on one way to one target, found from its end.
    let mut way = Vec::new();
    let last = places.len() - 1;
    let mut place = places[last][0];
    way.push((edges[last] as usize, onward.places[place as usize].1));
    for (at, pairs) in taken.iter().enumerate().rev() {
        let on_way = |from: &&u32| pairs.contains(&(**from, place));
        place = *places[at].iter().find(on_way).unwrap_or(&places[at][0]);
        way.push((edges[at] as usize, onward.places[place as usize].1));
    }
    way.reverse();
    way
}
