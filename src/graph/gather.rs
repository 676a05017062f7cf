//! Many nodes drawn as one: a plan of a thousand systems is still a picture of a few parties.
//!
//! Nothing that is wrong gets lost: marks of what is drawn together are counted together, and flows
//! that are right never share a line with flows that are not.

use super::picture::{Edge, Mark, Node, Note, Picture, Shape, State};
use super::words::{count, lines};
use super::{Collapse, MANY, Options};
use crate::model::vocabulary::Kind;
use crate::model::{Model, NameSet, Plan};
use std::collections::BTreeMap;

/// How many names what stands for several nodes or flows has room for.
const NAMED: usize = 3;

/// Draws nodes of one kind and party as one, where options or their number say so. `positions` are
/// the places of the picture's nodes in the plan.
pub fn gather(
    model: &Model,
    plan: &Plan,
    options: &Options,
    positions: &[usize],
    picture: Picture,
) -> Picture {
    let by_region = options.collapse == Collapse::Region;
    let wanted = match options.collapse {
        Collapse::Nothing => false,
        Collapse::Auto => picture.nodes.len() > MANY,
        Collapse::Party | Collapse::Region => true,
    };
    if !wanted {
        return picture;
    }
    let mut known: BTreeMap<(Option<usize>, Shape, String), usize> = BTreeMap::new();
    let mut members: Vec<Vec<usize>> = Vec::new();
    let mut about: Vec<String> = Vec::new();
    let mut of = Vec::with_capacity(picture.nodes.len());
    for (at, node) in picture.nodes.iter().enumerate() {
        let text = part(model, plan, positions[at], by_region);
        let group = *known
            .entry((node.cluster, node.shape, text.clone()))
            .or_insert_with(|| {
                members.push(Vec::new());
                about.push(text);
                members.len() - 1
            });
        members[group].push(at);
        of.push(group);
    }
    let before = (picture.nodes.len(), members.len());
    let mut left_out = picture.left_out;
    if before.0 > before.1 {
        let by = if by_region {
            "kind, party and region"
        } else {
            "kind and party"
        };
        left_out.push(format!(
            "{} each by itself: {} stand for them, one for each {by} (--collapse none draws all)",
            count(before.0, "node"),
            before.1,
        ));
    }
    let mut nodes: Vec<Node> = members
        .iter()
        .zip(&about)
        .map(|(members, about)| one_node(&picture.nodes, members, about))
        .collect();
    let edges = one_edges(&picture.edges, &of, &mut nodes);
    Picture {
        left_out,
        nodes,
        edges,
        ..picture
    }
}

/// The party of a node (of a source, its subjects) and, if asked, where it is.
fn part(model: &Model, plan: &Plan, at: usize, by_region: bool) -> String {
    let vocabulary = &model.vocabulary;
    let node = plan.node(at);
    let show = |kind: Kind, list: &Option<NameSet>| match list {
        Some(list) => vocabulary.show_list(kind, list),
        None => String::new(),
    };
    let mut text = show(Kind::Party, &node.party);
    if node.party.is_none() {
        text = show(Kind::Subject, &node.subject);
    }
    for (word, list) in [("resident in", &node.resident), ("in", &node.place)] {
        if by_region && list.is_some() {
            text += &format!(" {word} {}", show(Kind::Region, list));
        }
    }
    text.trim().to_string()
}

fn one_node(nodes: &[Node], members: &[usize], about: &str) -> Node {
    let first = &nodes[members[0]];
    if members.len() == 1 {
        return first.clone();
    }
    let all = || members.iter().map(|at| &nodes[*at]);
    let what = match first.shape {
        Shape::Person => "source",
        Shape::System => "system",
        Shape::Store => "store",
        Shape::Recipient => "external",
    };
    let names: Vec<&str> = all().map(|node| node.name.as_str()).collect();
    let about = if names.len() <= NAMED {
        lines(&[about.to_string(), names.join(", ")])
    } else {
        about.to_string()
    };
    let notes: Vec<&Note> = all().flat_map(|node| &node.notes).collect();
    let note = notes.iter().map(|note| note.state).min().map(|state| Note {
        text: match notes.len() {
            1 => "1 use or derivation".to_string(),
            many => format!("{many} uses or derivations"),
        },
        marks: together(notes.iter().flat_map(|note| &note.marks)),
        state,
    });
    Node {
        name: count(members.len(), what),
        about,
        notes: note.into_iter().collect(),
        marks: together(all().flat_map(|node| &node.marks)),
        state: all().map(|node| node.state).min().unwrap_or(first.state),
        tooltip: names.join(", "),
        link: None,
        ..first.clone()
    }
}

/// Edges between the same ends and of the same state as one; those within a node become a note.
fn one_edges(edges: &[Edge], of: &[usize], nodes: &mut [Node]) -> Vec<Edge> {
    let mut known: BTreeMap<(usize, usize, State), usize> = BTreeMap::new();
    let mut members: Vec<Vec<usize>> = Vec::new();
    let mut within: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, edge) in edges.iter().enumerate() {
        let (from, to) = (of[edge.from], of[edge.to]);
        if from == to {
            within.entry(from).or_default().push(at);
            continue;
        }
        let group = *known.entry((from, to, edge.state)).or_insert_with(|| {
            members.push(Vec::new());
            members.len() - 1
        });
        members[group].push(at);
    }
    for (node, own) in within {
        let own: Vec<&Edge> = own.iter().map(|at| &edges[*at]).collect();
        let state = own.iter().map(|edge| edge.state).min();
        let state = state.unwrap_or(State::Unjudged);
        let node = &mut nodes[node];
        node.state = node.state.min(state);
        node.notes.push(Note {
            text: format!("{} among them", count(own.len(), "flow")),
            marks: together(own.iter().flat_map(|edge| &edge.marks)),
            state,
        });
    }
    members
        .iter()
        .map(|members| one_edge(edges, members, of))
        .collect()
}

fn one_edge(edges: &[Edge], members: &[usize], of: &[usize]) -> Edge {
    let first = &edges[members[0]];
    let all = || members.iter().map(|at| &edges[*at]);
    let ends = Edge {
        from: of[first.from],
        to: of[first.to],
        ..first.clone()
    };
    if members.len() == 1 {
        return ends;
    }
    let mut data: Vec<&str> = Vec::new();
    for text in all().map(|edge| edge.data.as_str()) {
        if !data.contains(&text) {
            data.push(text);
        }
    }
    let more = if data.len() > NAMED { " and more" } else { "" };
    let tooltips: Vec<String> = all().map(|edge| edge.tooltip.clone()).collect();
    Edge {
        data: format!(
            "{}: {}{more}",
            count(members.len(), "flow"),
            data.iter()
                .take(NAMED)
                .copied()
                .collect::<Vec<_>>()
                .join(", ")
        ),
        details: Vec::new(),
        marks: together(all().flat_map(|edge| &edge.marks)),
        tooltip: lines(&tooltips),
        link: None,
        ..ends
    }
}

/// Marks of one code and state as one, with how often it was found.
fn together<'a>(marks: impl Iterator<Item = &'a Mark>) -> Vec<Mark> {
    let mut all: BTreeMap<(State, &str), usize> = BTreeMap::new();
    for mark in marks {
        *all.entry((mark.state, &mark.code)).or_default() += 1;
    }
    all.into_iter()
        .map(|((state, code), times)| Mark {
            state,
            code: code.to_string(),
            about: match times {
                1 => String::new(),
                _ => format!("{times} times"),
            },
        })
        .collect()
}
