//! The shortest way that brought a label to a node: fewest steps, ties by position in the text.
//!
//! Ways are looked for one by one, for what is reported alone: from where a label is found, against
//! the flow, until some edge makes it.

use super::graph::Graph;
use super::labels::{Families, LabelId};
use super::spread::{Spread, passes, transform};
use rustc_hash::FxHashMap;

/// A step: the edge, and the label as it leaves the edge.
pub type Way = Vec<(usize, LabelId)>;

/// A label at a node.
type Place = (u32, LabelId);

/// For each place from which a target is reached: in how many steps, and the edges that lead nearer.
type Onward = FxHashMap<Place, (usize, Vec<(u32, Place)>)>;

/// Looks for ways in a plan's graph; remembers what edges make of labels.
#[derive(Debug, Default)]
pub struct Paths {
    /// By change and label.
    made: FxHashMap<(u32, LabelId), Vec<LabelId>>,
    families: Families,
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
        let targets = labels.iter().map(|label| (node as u32, *label));
        let mut search = Search {
            paths: self,
            graph,
            spread,
        };
        search.back(targets.collect()).unwrap_or_default()
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
    fn back(&mut self, targets: Vec<Place>) -> Option<Way> {
        let mut onward = Onward::default();
        for target in &targets {
            onward.insert(*target, (0, Vec::new()));
        }
        let mut level = targets;
        let mut depth = 0;
        while !level.is_empty() {
            let mut starts: Vec<(u32, Place)> = Vec::new();
            let mut next: Vec<Place> = Vec::new();
            for place in &level {
                let into: Vec<(u32, u32)> = self.graph.links.arriving(place.0 as usize).collect();
                for (edge, sender) in into {
                    if self.makes(edge, place.1) {
                        starts.push((edge, *place));
                    }
                    for before in self.before(edge, sender, place.1) {
                        let (at, steps) = onward.entry((sender, before)).or_insert_with(|| {
                            next.push((sender, before));
                            (depth + 1, Vec::new())
                        });
                        if *at == depth + 1 {
                            steps.push((edge, *place));
                        }
                    }
                }
            }
            if let Some((first, _)) = starts.iter().min() {
                let first = *first;
                let at = starts.iter().filter(|(edge, _)| *edge == first);
                let at = at.map(|(_, place)| *place).collect();
                return Some(forward(&onward, first, at));
            }
            level = next;
            depth += 1;
        }
        None
    }

    /// Whether an edge itself makes a label, as it arrives.
    fn makes(&mut self, edge: u32, label: LabelId) -> bool {
        let Some(made) = self.graph.makes.get(&edge) else {
            return false;
        };
        let change = &self.graph.changes[self.graph.change[edge as usize] as usize];
        match &change.derives {
            Some(_) => {
                let made = made.clone();
                made.iter()
                    .any(|one| self.becomes(edge, *one).contains(&label))
            }
            None => made.contains(&label),
        }
    }

    /// The labels at a sender that an edge turns into a label.
    fn before(&mut self, edge: u32, sender: u32, label: LabelId) -> Vec<LabelId> {
        let step = self.graph.step(edge as usize);
        if !step.change.passes {
            return Vec::new();
        }
        let labels = &self.graph.labels;
        if step.change.keeps_labels() {
            let here = self.spread.holds(sender as usize, label) && passes(labels, &step, label);
            return if here { vec![label] } else { Vec::new() };
        }
        // A form leaves all else of a label as it is.
        let passing: Vec<LabelId> = match step.change.derives {
            Some(_) => self.spread.carried(labels, step).collect(),
            None => {
                self.paths.families.learn(labels);
                let family = self.paths.families.of(label).iter().copied();
                let passes = |one: &LabelId| {
                    self.spread.holds(sender as usize, *one) && passes(labels, &step, *one)
                };
                family.filter(passes).collect()
            }
        };
        passing
            .into_iter()
            .filter(|one| self.becomes(edge, *one).contains(&label))
            .collect()
    }

    fn becomes(&mut self, edge: u32, label: LabelId) -> &[LabelId] {
        let graph = &mut *self.graph;
        let change = graph.change[edge as usize];
        self.paths.made.entry((change, label)).or_insert_with(|| {
            let change = &graph.changes[change as usize];
            transform(&mut graph.labels, change, label)
        })
    }
}

/// Of all ways on from some places, the first in the text.
fn forward(onward: &Onward, first: u32, at: Vec<Place>) -> Way {
    let mut edges = vec![first];
    let mut places = vec![at];
    loop {
        let at = places.last().expect("it begins with some");
        let steps = at.iter().flat_map(|place| &onward[place].1);
        let Some(edge) = steps.clone().map(|(edge, _)| *edge).min() else {
            break;
        };
        let next = steps.filter(|(other, _)| *other == edge);
        let next = next.map(|(_, place)| *place).collect();
        edges.push(edge);
        places.push(next);
    }
    // Of the places after each edge, those on one way to one target, found from its end.
    let mut way = Vec::new();
    let mut after: Option<(u32, Place)> = None;
    for (edge, at) in edges.iter().zip(&places).rev() {
        let on_way = |place: &&Place| after.is_none_or(|step| onward[*place].1.contains(&step));
        let place = at.iter().find(on_way).unwrap_or(&at[0]);
        way.push((*edge as usize, place.1));
        after = Some((*edge, *place));
    }
    way.reverse();
    way
}
