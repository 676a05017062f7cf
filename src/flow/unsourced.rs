//! Data that an edge names and nothing brings to its sender (§5).
//!
//! Upstream first: a name that another such edge would bring is not reported. Where such edges
//! bring each other their data in a cycle, the first in the text is.

use super::graph::{Graph, make, unknown_origin};
use super::labels::{LabelId, Labels};
use super::spread::{Spread, spread, spread_from};
use crate::model::plans::NodeKind;
use crate::model::vocabulary::Kind;
use crate::model::{EdgeKind, NameId, NameSet, Plan, Vocabulary};
use fixedbitset::FixedBitSet;
use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

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
    let missing: Vec<Missing> = listed(vocabulary, plan)
        .into_iter()
        .filter(|m| !brings(&base, &graph.labels, m))
        .collect();
    if missing.is_empty() {
        return (base, Vec::new());
    }
    // What each would bring to the others, were it there.
    let mut made: Vec<Vec<LabelId>> = Vec::new();
    let mut reaches: Vec<Vec<usize>> = Vec::new();
    for one in &missing {
        let mut step = graph.moves[one.edge].clone();
        // Of a derivation it is what it derives from that nothing brings, and that has no `as`.
        if step.derives.is_some() {
            step.form = None;
        }
        step.makes.clear();
        make(
            vocabulary,
            &mut graph.labels,
            &mut step,
            &one.data,
            unknown_origin(vocabulary),
        );
        let starts: Vec<_> = step.makes.iter().map(|label| (one.edge, *label)).collect();
        let alone = spread_from(graph, &starts);
        reaches.push(
            (0..missing.len())
                .filter(|other| brings(&alone, &graph.labels, &missing[*other]))
                .collect(),
        );
        made.push(step.makes);
    }
    let mut reported = choose(&reaches);
    reported.sort_unstable();
    for at in &reported {
        let step = &mut graph.moves[missing[*at].edge];
        for label in &made[*at] {
            if !step.makes.contains(label) {
                step.makes.push(*label);
            }
        }
    }
    let all = spread(graph);
    let reported = reported
        .into_iter()
        .map(|at| Unsourced {
            edge: missing[at].edge,
            name: missing[at].name,
        })
        .collect();
    (all, reported)
}

struct Missing {
    edge: usize,
    from: usize,
    name: NameId,
    data: FixedBitSet,
}

/// Every name that an edge needs its sender to hold.
fn listed(vocabulary: &Vocabulary, plan: &Plan) -> Vec<Missing> {
    let mut all = Vec::new();
    for (at, edge) in plan.edges.iter().enumerate() {
        let kind = plan.nodes[edge.from].kind;
        let list = match &edge.kind {
            EdgeKind::Arrow { data, .. }
                if !matches!(kind, NodeKind::Source | NodeKind::External) =>
            {
                data.as_ref()
            }
            EdgeKind::Arrow { .. } => None,
            EdgeKind::Uses { data } | EdgeKind::Derives { data, .. } => Some(data),
        };
        let Some(list) = list else { continue };
        let names = if list.include.is_empty() {
            vec![crate::model::vocabulary::ANY]
        } else {
            list.include.clone()
        };
        for name in names {
            let one = NameSet {
                include: vec![name],
                exclude: list.exclude.clone(),
                span: list.span,
            };
            let data = vocabulary.of(Kind::Data).atoms(&one);
            // A name of which `other than` leaves nothing asks for nothing.
            if !data.is_clear() {
                all.push(Missing {
                    edge: at,
                    from: edge.from,
                    name,
                    data,
                });
            }
        }
    }
    all
}

fn brings(spread: &Spread, labels: &Labels, missing: &Missing) -> bool {
    spread.held[missing.from]
        .ones()
        .any(|label| missing.data.contains(labels.get(label).data.0 as usize))
}

/// Which of the missing are reported, by what each would bring to the others.
fn choose(reaches: &[Vec<usize>]) -> Vec<usize> {
    let mut reported = Vec::new();
    let mut left: Vec<usize> = (0..reaches.len()).collect();
    while !left.is_empty() {
        let mut graph = DiGraph::<usize, ()>::new();
        let mut index = vec![None; reaches.len()];
        for one in &left {
            index[*one] = Some(graph.add_node(*one));
        }
        for one in &left {
            for other in &reaches[*one] {
                if let (Some(a), Some(b)) = (index[*one], index[*other]) {
                    graph.update_edge(a, b, ());
                }
            }
        }
        let mut chosen = Vec::new();
        for part in tarjan_scc(&graph) {
            let from_outside = |node: &NodeIndex| {
                graph
                    .neighbors_directed(*node, petgraph::Direction::Incoming)
                    .any(|other| !part.contains(&other))
            };
            if !part.iter().any(from_outside) {
                chosen.extend(part.iter().map(|node| graph[*node]).min());
            }
        }
        left.retain(|one| {
            !chosen.contains(one) && !chosen.iter().any(|by| reaches[*by].contains(one))
        });
        reported.extend(chosen);
    }
    reported
}
