//! Data that an edge names and nothing brings to its sender (§5).
//!
//! Upstream first: a name that another such edge would bring is not reported. Where such edges
//! bring each other their data in a cycle, the first in the text is.

use super::graph::{Graph, NOWHERE, make, unknown_origin};
use super::labels::{LabelId, Labels};
use super::rows::Bits;
use super::spread::{Spread, Sweep, passes, spread, transform};
use crate::model::plans::NodeKind;
use crate::model::vocabulary::Kind;
use crate::model::{Edge, EdgeKind, NameId, NameSet, Plan, Vocabulary};
use fixedbitset::FixedBitSet;
use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// A name on an edge that nothing brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsourced {
    /// The edge.
    pub edge: usize,
    /// The name, as listed there.
    pub name: NameId,
}

/// Spreads a plan's labels; what nothing brings is made up on its edge, of unknown origin, and
/// flows on.
pub fn spread_all(
    vocabulary: &Vocabulary,
    plan: &Plan,
    graph: &mut Graph,
) -> (Spread, Vec<Unsourced>) {
    let base = spread(graph);
    if graph.labels.is_full() {
        return (base, Vec::new());
    }
    let missing = missing(vocabulary, plan, graph, &base);

    if missing.is_empty() {
        return (base, Vec::new());
    }
    drop(base);
    let mut at_node: FxHashMap<u32, Vec<usize>> = FxHashMap::default();
    for (at, one) in missing.iter().enumerate() {
        at_node.entry(one.from).or_default().push(at);
    }
    let origin = graph.labels.origins.intern(unknown_origin(vocabulary));
    let mut reported: Vec<usize> = Vec::new();
    // What comes before a part is settled when it is filled: there upstream ends, and only within a
    // circle can what is missing bring each other its data.
    let mut sweep = Sweep::new(graph);
    sweep.run(|sweep, groups| {
        let part = sweep.nodes(groups);
        let mut here: Vec<usize> = part
            .iter()
            .filter_map(|node| at_node.get(node))
            .flatten()
            .copied()
            .filter(|at| !brings(sweep, &missing[*at]))
            .collect();
        if here.is_empty() {
            return;
        }
        here.sort_unstable();
        let made: Vec<Vec<LabelId>> = here
            .iter()
            .map(|at| made_up(vocabulary, sweep.graph, &missing[*at], origin))
            .collect();
        if sweep.graph.labels.is_full() {
            return;
        }
        let single = is_single(sweep.graph, &part);
        let chosen: Vec<usize> = match single {
            true => (0..here.len()).collect(),
            false => {
                // Many may bring the same to the same node, and want the same of the same.
                let mut known: FxHashMap<(u32, &[LabelId], u32, &FixedBitSet), usize> =
                    FxHashMap::default();
                let mut classes: Vec<Vec<usize>> = Vec::new();
                for (nth, (at, made)) in here.iter().zip(&made).enumerate() {
                    let one = &missing[*at];
                    let (_, to) = sweep.graph.ends[one.edge];
                    let change = sweep.graph.change[one.edge];
                    // Of a derivation what arrives is what it makes.
                    let to = match sweep.graph.changes[change as usize].derives {
                        Some(_) => u32::MAX - change,
                        None => to,
                    };
                    let class =
                        *known
                            .entry((to, made, one.from, &one.data))
                            .or_insert_with(|| {
                                classes.push(Vec::new());
                                classes.len() - 1
                            });
                    classes[class].push(nth);
                }
                let within = Within::new(sweep.graph, &part);
                let reaches: Vec<Vec<usize>> = classes
                    .iter()
                    .map(|class| {
                        let one = &missing[here[class[0]]];
                        let held = within.alone(sweep.graph, one.edge, &made[class[0]]);
                        let labels = &sweep.graph.labels;
                        let reached = |other: &usize| {
                            let other = &missing[here[classes[*other][0]]];
                            let mut held = held.get(&other.from).into_iter().flat_map(Bits::labels);
                            held.any(|label| other.wants(labels, label))
                        };
                        (0..classes.len()).filter(reached).collect()
                    })
                    .collect();
                choose(&reaches, &classes)
            }
        };
        for at in chosen {
            let edge = missing[here[at]].edge;
            reported.push(here[at]);
            sweep.bring(edge, &made[at]);
            let makes = sweep.graph.makes.entry(edge as u32).or_default();
            for label in &made[at] {
                if !makes.contains(label) {
                    makes.push(*label);
                }
            }
        }
        if !single {
            sweep.fill(groups);
        }
    });
    let all = sweep.done();
    reported.sort_unstable();
    let reported = reported.into_iter().map(|at| Unsourced {
        edge: missing[at].edge,
        name: missing[at].name,
    });
    (all, reported.collect())
}

/// The labels of data that nothing brings to an edge, before the edge derives from it.
fn made_up(
    vocabulary: &Vocabulary,
    graph: &mut Graph,
    missing: &Missing,
    origin: u32,
) -> Vec<LabelId> {
    let change = &graph.changes[graph.change[missing.edge] as usize];
    // Of a derivation it is what it derives from that nothing brings, and that has no `as`.
    let form = change.form.filter(|_| change.derives.is_none());
    if graph.labels.is_full() {
        return Vec::new();
    }
    let made = make(vocabulary, &mut graph.labels, form, &missing.data, origin);
    graph.labels.take(made.len());
    made
}

struct Missing {
    edge: usize,
    from: u32,
    name: NameId,
    data: Rc<FixedBitSet>,
}

impl Missing {
    fn wants(&self, labels: &Labels, label: LabelId) -> bool {
        self.data.contains(labels.get(label).data.0 as usize)
    }
}

/// A name of a list with what it asks for, as data and as labels.
struct Asked {
    name: NameId,
    data: Rc<FixedBitSet>,
    labels: Bits,
}

/// A list by its names before and after `other than`.
type AsWritten<'l> = (&'l [NameId], &'l [NameId]);

/// Every name that an edge needs its sender to hold, and it does not.
fn missing(vocabulary: &Vocabulary, plan: &Plan, graph: &Graph, base: &Spread) -> Vec<Missing> {
    let brings: Vec<bool> = plan
        .nodes
        .iter()
        .map(|node| matches!(node.kind, NodeKind::Source | NodeKind::External))
        .collect();
    let needed: Vec<Option<(&NameSet, bool)>> = graph
        .details
        .first
        .iter()
        .map(|edge| needed(&plan.edges[*edge as usize]))
        .collect();
    let mut lists: Vec<Option<Rc<Vec<Asked>>>> = vec![None; needed.len()];
    // Details that differ in what for they are have the same lists.
    let mut known: FxHashMap<AsWritten, Rc<Vec<Asked>>> = FxHashMap::default();
    let mut all = Vec::new();
    for (at, (details, (from, _))) in graph.details.of.iter().zip(&graph.ends).enumerate() {
        let Some((list, always)) = needed[*details as usize] else {
            continue;
        };
        if brings[*from as usize] && !always {
            continue;
        }
        let list = lists[*details as usize].get_or_insert_with(|| {
            let same = known.entry((&list.include, &list.exclude));
            let make = || Rc::new(listed(vocabulary, &graph.labels, list));
            same.or_insert_with(make).clone()
        });
        let row = base.row_of[*from as usize];
        for asked in list.iter() {
            if !base.rows.meets(row, &asked.labels) {
                all.push(Missing {
                    edge: at,
                    from: *from,
                    name: asked.name,
                    data: asked.data.clone(),
                });
            }
        }
    }
    all
}

/// The list whose data must arrive at an edge's sender, and whether also at one that brings data.
fn needed(edge: &Edge) -> Option<(&NameSet, bool)> {
    match &edge.kind {
        EdgeKind::Arrow { data, .. } => data.as_ref().map(|list| (list, false)),
        EdgeKind::Uses { data } | EdgeKind::Derives { data, .. } => Some((data, true)),
    }
}

/// The names of a list. A name of which `other than` leaves nothing asks for nothing.
fn listed(vocabulary: &Vocabulary, labels: &Labels, list: &NameSet) -> Vec<Asked> {
    let names = match list.include.is_empty() {
        true => vec![crate::model::vocabulary::ANY],
        false => list.include.clone(),
    };
    let mut all = Vec::new();
    for name in names {
        let one = NameSet {
            include: vec![name],
            exclude: list.exclude.clone(),
            span: list.span,
        };
        let data = vocabulary.of(Kind::Data).atoms(&one);
        if data.is_clear() {
            continue;
        }
        let mut asked = Bits::default();
        for label in 0..labels.labels.len() {
            if data.contains(labels.get(label).data.0 as usize) {
                asked.insert(label);
            }
        }
        all.push(Asked {
            name,
            data: Rc::new(data),
            labels: asked,
        });
    }
    all
}

/// Whether a part is one node that sends nothing to itself.
fn is_single(graph: &Graph, part: &[u32]) -> bool {
    let own = |node: u32| {
        let mut arriving = graph.links.arriving(node as usize);
        arriving.any(|(_, sender)| sender == node)
    };
    matches!(part, [node] if !own(*node))
}

fn brings(sweep: &Sweep, missing: &Missing) -> bool {
    let labels = &sweep.graph.labels;
    let row = sweep.row(missing.from as usize);
    let mut held = sweep.rows().labels(row);
    held.any(|label| missing.wants(labels, label))
}

/// The moves within a circle, by sender.
struct Within {
    out: FxHashMap<u32, Vec<u32>>,
}

impl Within {
    fn new(graph: &Graph, part: &[u32]) -> Within {
        let mut out: FxHashMap<u32, Vec<u32>> =
            part.iter().map(|node| (*node, Vec::new())).collect();
        for node in part {
            for (edge, sender) in graph.links.arriving(*node as usize) {
                if let Some(edges) = out.get_mut(&sender) {
                    edges.push(edge);
                }
            }
        }
        Within { out }
    }

    /// What nodes of the circle would hold if an edge alone brought these labels.
    fn alone(&self, graph: &mut Graph, edge: usize, made: &[LabelId]) -> FxHashMap<u32, Bits> {
        let mut held: FxHashMap<u32, Bits> = FxHashMap::default();
        let mut open: Vec<(u32, LabelId)> = Vec::new();
        let arrive = |held: &mut FxHashMap<u32, Bits>, open: &mut Vec<_>, to: u32, label| {
            let bits = held.entry(to).or_default();
            if !bits.has(label) {
                bits.insert(label);
                open.push((to, label));
            }
        };
        let (_, to) = graph.ends[edge];
        if to == NOWHERE {
            return held;
        }
        for label in made {
            let change = &graph.changes[graph.change[edge] as usize];
            let arriving = match &change.derives {
                Some(_) => transform(&mut graph.labels, change, *label),
                None => vec![*label],
            };
            for label in arriving {
                arrive(&mut held, &mut open, to, label);
            }
        }
        while let Some((node, label)) = open.pop() {
            if graph.labels.is_full() {
                break;
            }
            for edge in self.out.get(&node).into_iter().flatten() {
                let step = graph.step(*edge as usize);
                if !step.change.passes || !passes(&graph.labels, &step, label) {
                    continue;
                }
                let (_, to) = graph.ends[*edge as usize];
                let change = &graph.changes[graph.change[*edge as usize] as usize];
                for label in transform(&mut graph.labels, change, label) {
                    arrive(&mut held, &mut open, to, label);
                }
            }
        }
        held
    }
}

/// Which of the missing are reported, by what each class of them would bring to the others.
fn choose(reaches: &[Vec<usize>], classes: &[Vec<usize>]) -> Vec<usize> {
    let mut reported = Vec::new();
    let mut left: Vec<Vec<usize>> = classes.to_vec();
    while left.iter().any(|class| !class.is_empty()) {
        let mut graph = DiGraph::<usize, ()>::new();
        let mut index = vec![None; left.len()];
        for (class, members) in left.iter().enumerate() {
            if !members.is_empty() {
                index[class] = Some(graph.add_node(class));
            }
        }
        for (one, others) in reaches.iter().enumerate() {
            for other in others {
                if let (Some(a), Some(b)) = (index[one], index[*other]) {
                    graph.add_edge(a, b, ());
                }
            }
        }
        // Whether a class lies in a part that was looked at before; parts come last first.
        let mut part_of = vec![usize::MAX; graph.node_count()];
        let parts = tarjan_scc(&graph);
        for (at, part) in parts.iter().enumerate() {
            part.iter().for_each(|node| part_of[node.index()] = at);
        }
        let mut chosen: Vec<(usize, usize)> = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            let from_outside = |node: &NodeIndex| {
                graph
                    .neighbors_directed(*node, petgraph::Direction::Incoming)
                    .any(|other| part_of[other.index()] != at)
            };
            if part.iter().any(from_outside) {
                continue;
            }
            let members = part.iter().flat_map(|node| {
                let class = graph[*node];
                left[class].iter().map(move |member| (*member, class))
            });
            let circle = part.len() > 1 || graph.contains_edge(part[0], part[0]);
            match circle {
                // Of a circle the first in the text.
                true => chosen.extend(members.min()),
                false => chosen.extend(members),
            }
        }
        for (member, class) in &chosen {
            left[*class].retain(|other| other != member);
        }
        let mut bringing: Vec<usize> = chosen.iter().map(|(_, class)| *class).collect();
        bringing.sort_unstable();
        bringing.dedup();
        for class in bringing {
            for other in &reaches[class] {
                left[*other].clear();
            }
        }
        reported.extend(chosen.into_iter().map(|(member, _)| member));
    }
    reported
}
