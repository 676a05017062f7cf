//! What of a plan is drawn, and in words what is left out.

use super::carried::Carried;
use super::marks::Found;
use super::words::count;
use super::{Direction, Options, named};
use crate::model::vocabulary::Kind;
use crate::model::{Edge, Model, Plan};
use std::collections::VecDeque;

/// What is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// By node.
    pub nodes: Vec<bool>,
    /// By edge.
    pub edges: Vec<bool>,
    /// One line for each reason to leave something out.
    pub left_out: Vec<String>,
}

/// The sender and the receiver of an edge; of `uses` and `derives` both are the acting node.
pub fn ends(edge: Edge) -> (usize, usize) {
    (edge.from(), edge.to())
}

/// Chooses by data, then by what lies around a node, then by what is violated. Where nothing is
/// asked for and something is violated, the paths to violations and one hop around.
pub fn choose(
    model: &Model,
    plan: &Plan,
    found: &Found,
    carried: &[Carried],
    options: &Options,
) -> Chosen {
    let mut chosen = Chosen {
        nodes: vec![true; plan.nodes.len()],
        edges: vec![true; plan.edges.len()],
        left_out: Vec::new(),
    };
    if plan.broken {
        chosen
            .left_out
            .push("statements that are in error: what they say is not drawn".to_string());
    }
    if let Some(data) = &options.data {
        by_data(&mut chosen, model, plan, carried, data);
    }
    if let Some(focus) = &options.focus {
        around(&mut chosen, plan, focus, options);
    }
    let asked = options.data.is_some() || options.focus.is_some();
    let (edges, nodes) = found.violating();
    let any = !edges.is_empty() || !nodes.is_empty();
    if options.violations_only || (any && !asked && !options.all) {
        let mut core = vec![false; plan.nodes.len()];
        for at in &nodes {
            core[*at] = true;
        }
        for at in &edges {
            let (from, to) = ends(plan.edge(*at));
            core[from] = true;
            core[to] = true;
        }
        let (hop, reason) = if options.violations_only {
            (false, "that lead to no violation".to_string())
        } else {
            let reason = "more than one step from every violation and its path (--all draws them)";
            (true, reason.to_string())
        };
        let keep: Vec<bool> = (0..plan.edges.len())
            .map(|at| {
                let (from, to) = ends(plan.edge(at));
                edges.contains(&at) || (hop && (core[from] || core[to]))
            })
            .collect();
        let keep_nodes = touched(plan, &keep, core);
        narrow(&mut chosen, &keep, &keep_nodes, &reason);
    }
    chosen
}

fn by_data(chosen: &mut Chosen, model: &Model, plan: &Plan, carried: &[Carried], data: &str) {
    let hierarchy = model.vocabulary.of(Kind::Data);
    let wanted = named(model, data);
    let keep: Vec<bool> = carried
        .iter()
        .map(|flow| {
            wanted
                .iter()
                .any(|id| !flow.related.is_disjoint(hierarchy.set(*id)))
        })
        .collect();
    let nodes = touched(plan, &keep, vec![false; plan.nodes.len()]);
    let reason = format!("without `{data}` or anything derived from it");
    narrow(chosen, &keep, &nodes, &reason);
}

fn around(chosen: &mut Chosen, plan: &Plan, focus: &str, options: &Options) {
    let Some(start) = plan.nodes.iter().position(|node| node.name() == focus) else {
        let nothing = (vec![false; plan.edges.len()], vec![false; plan.nodes.len()]);
        narrow(
            chosen,
            &nothing.0,
            &nothing.1,
            &format!("for no node is called `{focus}`"),
        );
        return;
    };
    let mut keep = vec![false; plan.edges.len()];
    let mut nodes = vec![false; plan.nodes.len()];
    nodes[start] = true;
    let down = options.direction != Direction::Up;
    let up = options.direction != Direction::Down;
    for (wanted, forward) in [(down, true), (up, false)] {
        if wanted {
            walk(
                plan,
                &chosen.edges,
                start,
                options.depth,
                forward,
                &mut keep,
            );
        }
    }
    let nodes = touched(plan, &keep, nodes);
    let way = match options.direction {
        Direction::Up => "upstream of",
        Direction::Down => "downstream of",
        Direction::Both => "up or downstream of",
    };
    let reason = match options.depth {
        usize::MAX => format!("not {way} `{focus}`"),
        1 => format!("not within one step {way} `{focus}`"),
        depth => format!("not within {depth} steps {way} `{focus}`"),
    };
    narrow(chosen, &keep, &nodes, &reason);
}

/// Keeps the edges that lie within so many steps of a node; what a node does by itself is no step.
fn walk(plan: &Plan, open: &[bool], start: usize, depth: usize, forward: bool, keep: &mut [bool]) {
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); plan.nodes.len()];
    for (at, edge) in plan.edges.iter().enumerate().filter(|(at, _)| open[*at]) {
        let (from, to) = ends(edge);
        next[if forward { from } else { to }].push(at);
    }
    let mut distance = vec![None; plan.nodes.len()];
    distance[start] = Some(0);
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        let here: usize = distance[node].unwrap_or(0);
        for at in &next[node] {
            let (from, to) = ends(plan.edge(*at));
            if from == to {
                keep[*at] = true;
                continue;
            }
            if here >= depth {
                continue;
            }
            keep[*at] = true;
            let other = if forward { to } else { from };
            if distance[other].is_none() {
                distance[other] = Some(here + 1);
                queue.push_back(other);
            }
        }
    }
}

/// Some nodes and those at the ends of edges.
fn touched(plan: &Plan, edges: &[bool], mut nodes: Vec<bool>) -> Vec<bool> {
    for (edge, _) in plan.edges.iter().zip(edges).filter(|(_, keep)| **keep) {
        let (from, to) = ends(edge);
        nodes[from] = true;
        nodes[to] = true;
    }
    nodes
}

/// Drops what is not kept, and says how much that is.
fn narrow(chosen: &mut Chosen, edges: &[bool], nodes: &[bool], reason: &str) {
    let drop = |own: &mut [bool], keep: &[bool]| {
        let mut dropped = 0;
        for (own, keep) in own.iter_mut().zip(keep) {
            dropped += usize::from(*own && !keep);
            *own &= keep;
        }
        dropped
    };
    let nodes = drop(&mut chosen.nodes, nodes);
    let edges = drop(&mut chosen.edges, edges);
    let counts = [(nodes, "node"), (edges, "flow")];
    let parts: Vec<String> = counts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| count(*number, what))
        .collect();
    if !parts.is_empty() {
        chosen
            .left_out
            .push(format!("{} {reason}", parts.join(" and ")));
    }
}
