//! Data that an edge names and nothing brings to its sender (§5).
//!
//! Upstream first: a name that another such edge would bring is not reported. Where such edges
//! bring each other their data in a cycle, the first in the text is.

use super::circles::{Class, choose};
use super::graph::{Graph, NOWHERE, make, unknown_origin};
use super::labels::{LabelId, Labels};
use super::rows::Bits;
use super::spread::{Spread, Sweep, spread, transform};
use crate::model::plans::{EdgeDetails, NodeKind};
use crate::model::vocabulary::Kind;
use crate::model::{EdgeKind, NameId, NameSet, Plan, Vocabulary};
use fixedbitset::FixedBitSet;
use rustc_hash::FxHashMap;
use std::rc::Rc;
use std::sync::Arc;

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
                let classes = classes(sweep.graph, &missing, &here, &made);
                choose(sweep.graph, &part, &classes)
            }
        };
        for at in chosen {
            let edge = missing[here[at]].edge;
            reported.push(here[at]);
            sweep.bring(edge, &made[at]);
            let makes = Arc::make_mut(&mut sweep.graph.makes);
            let makes = makes.entry(edge as u32).or_default();
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
    let change = &graph.changes[graph.change(missing.edge) as usize];
    // Of a derivation it is what it derives from that nothing brings, and that has no `as`.
    let form = change.form.filter(|_| change.derives.is_none());
    if graph.labels.is_full() {
        return Vec::new();
    }
    let made = make(vocabulary, &mut graph.labels, form, &missing.data, origin);
    graph.labels.take(made.len());
    made
}

/// What is missing, by what it would bring where and what is missing there: many may be the same.
fn classes(
    graph: &mut Graph,
    missing: &[Missing],
    here: &[usize],
    made: &[Vec<LabelId>],
) -> Vec<Class> {
    let mut known: FxHashMap<(u32, &[LabelId], u32, &FixedBitSet), usize> = FxHashMap::default();
    let mut classes: Vec<Class> = Vec::new();
    for (nth, (at, made)) in here.iter().zip(made).enumerate() {
        let one = &missing[*at];
        let (_, to) = graph.ends(one.edge);
        let number = graph.change(one.edge);
        // Of a derivation what arrives is what it makes.
        let place = match graph.changes[number as usize].derives {
            Some(_) => u32::MAX - number,
            None => to,
        };
        let class = *known
            .entry((place, made, one.from, &one.data))
            .or_insert_with(|| {
                let change = &graph.changes[number as usize];
                let mut brings: Vec<(u32, LabelId)> = Vec::new();
                for label in made.iter().filter(|_| to != NOWHERE) {
                    let arriving = match &change.derives {
                        Some(_) => transform(&mut graph.labels, change, *label),
                        None => vec![*label],
                    };
                    brings.extend(arriving.into_iter().map(|label| (to, label)));
                }
                classes.push(Class {
                    brings,
                    from: one.from,
                    data: one.data.clone(),
                    members: Vec::new(),
                });
                classes.len() - 1
            });
        classes[class].members.push(nth);
    }
    classes
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
    let details = plan.edges.details().iter();
    let needed: Vec<Option<(&NameSet, bool)>> = details.map(needed).collect();
    let mut lists: Vec<Option<Rc<Vec<Asked>>>> = vec![None; needed.len()];
    // Details that differ in what for they are have the same lists.
    let mut known: FxHashMap<AsWritten, Rc<Vec<Asked>>> = FxHashMap::default();
    let mut all = Vec::new();
    let edges = plan.edges.details_of().iter().zip(plan.edges.ends());
    for (at, (details, (from, _))) in edges.enumerate() {
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
fn needed(edge: &EdgeDetails) -> Option<(&NameSet, bool)> {
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
