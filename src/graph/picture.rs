//! A picture as plain data, and how it is made of a plan and what was found in it.

use super::gather::gather;
use super::marks::Found;
use super::{GroupBy, Options, carried, choose, words};
use crate::diag::Diagnostic;
use crate::model::plans::NodeKind;
use crate::model::vocabulary::{Kind, party};
use crate::model::{Model, Plan};
use crate::source::SourceMap;
use serde::Serialize;
use std::collections::BTreeSet;

/// A picture, in the order of the plan's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Picture {
    /// The plan's name.
    pub plan: String,
    /// What it shows, its counts, and how to read it; one line each.
    pub title: Vec<String>,
    /// What it does not show; one line each.
    pub left_out: Vec<String>,
    /// Boxes around nodes.
    pub clusters: Vec<Cluster>,
    /// Nodes.
    pub nodes: Vec<Node>,
    /// Flows between nodes.
    pub edges: Vec<Edge>,
}

/// A box around nodes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cluster {
    /// Its id.
    pub id: String,
    /// What is in it.
    pub label: String,
    /// Drawn dashed: what is in it should not be there.
    pub dashed: bool,
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// People.
    Person,
    /// A system of ours.
    System,
    /// A store of ours.
    Store,
    /// Someone else.
    Recipient,
}

/// What was found of a node or flow, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It breaks a rule.
    Violation,
    /// It raises a warning.
    Warning,
    /// What it breaks is waived.
    Waived,
    /// Nothing was found, but not everything could be judged.
    Unjudged,
    /// Right.
    Fine,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// How bad it is.
    pub state: State,
    /// The code.
    pub code: String,
    /// What it is about, where that is less than the whole flow.
    pub about: String,
}

/// Something a node does by itself (`uses`, `derives`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// What it does.
    pub text: String,
    /// What is wrong with it.
    pub marks: Vec<Mark>,
    /// The worst of it.
    pub state: State,
}

/// A node, or several drawn as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Node {
    /// An id that does not depend on what else is drawn.
    pub id: String,
    /// Position of its cluster.
    pub cluster: Option<usize>,
    /// What it is.
    pub shape: Shape,
    /// Its name.
    pub name: String,
    /// What it is in words: kind, party, place.
    pub about: String,
    /// What it does by itself.
    pub notes: Vec<Note>,
    /// What is wrong with it.
    pub marks: Vec<Mark>,
    /// The worst of marks and notes.
    pub state: State,
    /// More about it.
    pub tooltip: String,
    /// Where it is written, relative to the working directory.
    pub link: Option<String>,
}

/// A flow, or several drawn as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Edge {
    /// An id that does not depend on what else is drawn.
    pub id: String,
    /// Position of the sender in [`Picture::nodes`].
    pub from: usize,
    /// Position of the receiver.
    pub to: usize,
    /// What it carries.
    pub data: String,
    /// Form, purposes, facts and duties; each with its word.
    pub details: Vec<String>,
    /// What is wrong with it.
    pub marks: Vec<Mark>,
    /// The worst of them.
    pub state: State,
    /// More about it.
    pub tooltip: String,
    /// Where it is written, relative to the working directory.
    pub link: Option<String>,
}

/// Draws a plan with what was found in it, as options say.
pub fn draw(
    model: &Model,
    plan: &Plan,
    sources: &SourceMap,
    diags: &[Diagnostic],
    options: &Options,
) -> Picture {
    let found = Found::new(model, plan, diags);
    let carried = carried::carried(model, plan);
    let chosen = choose::choose(model, plan, &found, &carried, options);
    let clusters = Clusters::new(model, plan, &found, options.group_by);
    let mut drawn = vec![None; plan.nodes.len()];
    let mut positions = Vec::new();
    let mut picture = Picture {
        plan: plan.name.clone(),
        title: words::title(model, plan, &found),
        left_out: chosen.left_out,
        clusters: Vec::new(),
        nodes: Vec::new(),
        edges: Vec::new(),
    };
    let mut used: Vec<usize> = Vec::new();
    for (at, node) in plan.nodes.iter().enumerate() {
        if !chosen.nodes[at] {
            continue;
        }
        drawn[at] = Some(picture.nodes.len());
        positions.push(at);
        let cluster = clusters.of[at];
        used.extend(cluster);
        picture.nodes.push(Node {
            id: format!("n{at}"),
            cluster,
            shape: shape(node.kind),
            name: node.name().to_string(),
            about: words::about(model, node),
            notes: Vec::new(),
            marks: found.of_node(at),
            state: found.node_state(at),
            tooltip: words::node_tooltip(model, node, &found.messages_of_node(at)),
            link: words::link(sources, node.span()),
        });
    }
    for (at, edge) in plan.edges.iter().enumerate() {
        let (from, to) = choose::ends(edge);
        let (true, Some(from), Some(to)) = (chosen.edges[at], drawn[from], drawn[to]) else {
            continue;
        };
        let said = words::Flow::new(model, edge, &carried[at]);
        let marks = found.of_edge(at, &said.list);
        let state = found.edge_state(at);
        if let Some(text) = said.note {
            let node = &mut picture.nodes[from];
            node.state = node.state.min(state);
            let messages = found.messages_of_edge(at);
            node.tooltip = words::lines(&[node.tooltip.clone(), text.clone(), messages]);
            node.notes.push(Note { text, marks, state });
            continue;
        }
        picture.edges.push(Edge {
            id: format!("e{at}"),
            from,
            to,
            tooltip: words::lines(&[
                format!(
                    "{} -> {}: {}",
                    picture.nodes[from].name, picture.nodes[to].name, said.data
                ),
                said.details.join("\n"),
                found.messages_of_edge(at),
            ]),
            data: said.data,
            details: said.details,
            marks,
            state,
            link: words::link(sources, edge.span()),
        });
    }
    // Only boxes with something in them are drawn, in their own order.
    used.sort_unstable();
    used.dedup();
    for node in &mut picture.nodes {
        node.cluster = node.cluster.and_then(|own| used.binary_search(&own).ok());
    }
    picture.clusters = used.iter().map(|at| clusters.all[*at].clone()).collect();
    gather(model, plan, options, &positions, picture)
}

fn shape(kind: NodeKind) -> Shape {
    match kind {
        NodeKind::Source => Shape::Person,
        NodeKind::System => Shape::System,
        NodeKind::Store => Shape::Store,
        NodeKind::External => Shape::Recipient,
    }
}

/// All boxes there could be, and the one each node of the plan is in.
struct Clusters {
    all: Vec<Cluster>,
    of: Vec<Option<usize>>,
}

impl Clusters {
    fn new(model: &Model, plan: &Plan, found: &Found, group_by: GroupBy) -> Clusters {
        match group_by {
            GroupBy::Party => Clusters::by_party(model, plan, found),
            GroupBy::Region => Clusters::by_region(model, plan),
        }
    }

    fn by_party(model: &Model, plan: &Plan, found: &Found) -> Clusters {
        let receives: BTreeSet<usize> = plan.edges.iter().map(|e| choose::ends(e).1).collect();
        let parties = model.vocabulary.of(Kind::Party);
        let of: Vec<Option<usize>> = plan
            .nodes
            .iter()
            .enumerate()
            .map(|(at, node)| match node.kind {
                NodeKind::Source => None,
                NodeKind::System | NodeKind::Store => Some(0),
                // An external may be a part of us that is planned elsewhere.
                NodeKind::External
                    if node.party.as_ref().is_some_and(|list| {
                        parties.atoms(list).is_subset(parties.set(party::US))
                    }) =>
                {
                    Some(0)
                }
                NodeKind::External if found.undeclared.contains(&at) => Some(2),
                NodeKind::External => Some(1),
            })
            .collect();
        let all_receive = (0..plan.nodes.len())
            .filter(|at| of[*at] == Some(1))
            .all(|at| receives.contains(&at));
        let cluster = |id: &str, label: String, dashed: bool| Cluster {
            id: id.to_string(),
            label,
            dashed,
        };
        let policies = words::policies(model, plan);
        Clusters {
            all: vec![
                cluster("us", "us".to_string(), false),
                cluster(
                    "recipients",
                    if all_receive {
                        "recipients"
                    } else {
                        "other parties"
                    }
                    .to_string(),
                    false,
                ),
                cluster(
                    "undeclared",
                    format!("undeclared recipients: {policies} does not say they get this"),
                    true,
                ),
            ],
            of,
        }
    }

    fn by_region(model: &Model, plan: &Plan) -> Clusters {
        let mut all: Vec<Cluster> = Vec::new();
        let mut of = Vec::new();
        for node in plan.nodes.iter() {
            if node.kind == NodeKind::Source {
                of.push(None);
                continue;
            }
            let (label, dashed) = match &node.place {
                Some(list) => {
                    let list = model.vocabulary.show_list(Kind::Region, list);
                    (format!("in {list}"), false)
                }
                None => ("no region stated".to_string(), true),
            };
            let at = all.iter().position(|cluster| cluster.label == label);
            of.push(Some(at.unwrap_or_else(|| {
                all.push(Cluster {
                    id: format!("region_{}", all.len()),
                    label,
                    dashed,
                });
                all.len() - 1
            })));
        }
        Clusters { all, of }
    }
}
