//! What was found where: findings of a run sorted to the nodes and flows of one plan.

use super::choose::ends;
use super::picture::{Mark, State};
use crate::diag::{Diagnostic, Group, Severity, codes};
use crate::model::plans::NodeKind;
use crate::model::{Action, Model, Plan};
use crate::source::Span;
use std::collections::BTreeSet;

/// How many names a mark has room for; all of them stand in the tooltip.
const NAMED: usize = 5;

/// A node or an edge, by position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Node(usize),
    Edge(usize),
}

/// The findings of a plan.
#[derive(Debug)]
pub struct Found<'a> {
    /// By node.
    nodes: Vec<Vec<&'a Diagnostic>>,
    /// By edge.
    edges: Vec<Vec<&'a Diagnostic>>,
    /// Nodes and edges by place, to look spans up.
    places: Vec<(Span, Place)>,
    /// Externals to which some sharing is undeclared, waived or not.
    pub undeclared: BTreeSet<usize>,
    /// Whether all that could be wrong would have been found.
    pub judged: bool,
    /// Whether several policies judge, so that a finding must say which.
    several: bool,
}

impl<'a> Found<'a> {
    /// Sorts the findings that lie in a plan; those of other plans are passed over.
    pub fn new(model: &Model, plan: &Plan, diags: &'a [Diagnostic]) -> Found<'a> {
        let nodes = plan.nodes.iter().enumerate();
        let edges = plan.edges.iter().enumerate();
        let mut places: Vec<(Span, Place)> = nodes
            .map(|(at, node)| (node.whole(), Place::Node(at)))
            .chain(edges.map(|(at, edge)| (edge.span(), Place::Edge(at))))
            .collect();
        places.sort_unstable();
        let checked = plan.checks.iter().map(|id| model.policy(*id));
        let mut found = Found {
            nodes: vec![Vec::new(); plan.nodes.len()],
            edges: vec![Vec::new(); plan.edges.len()],
            places,
            undeclared: BTreeSet::new(),
            judged: !plan.broken
                && !plan.checks.is_empty()
                && checked.into_iter().all(|policy| !policy.broken),
            several: plan.checks.len() > 1,
        };
        let own = diags
            .iter()
            .filter(|d| d.code.group == Group::Flow && d.severity != Severity::Allow);
        let mut own: Vec<&Diagnostic> = own.collect();
        own.sort_by(|a, b| a.order(b));
        for diagnostic in own {
            match found.place(diagnostic.primary.span) {
                Some(Place::Node(at)) => found.nodes[at].push(diagnostic),
                Some(Place::Edge(at)) => {
                    found.edges[at].push(diagnostic);
                    let to = ends(plan.edge(at)).1;
                    if plan.node(to).kind == NodeKind::External && is_undeclared(diagnostic) {
                        found.undeclared.insert(to);
                    }
                }
                None => {}
            }
        }
        found
    }

    fn place(&self, span: Span) -> Option<Place> {
        let after = self
            .places
            .partition_point(|(own, _)| (own.file, own.start) <= (span.file, span.start));
        let (own, place) = self.places.get(after.checked_sub(1)?)?;
        (own.file == span.file && span.end <= own.end).then_some(*place)
    }

    /// Every finding of the plan.
    pub fn all(&self) -> impl Iterator<Item = &'a Diagnostic> {
        self.nodes.iter().chain(&self.edges).flatten().copied()
    }

    /// Edges that violate or that lie on the path to a violation, and nodes that violate.
    pub fn violating(&self) -> (BTreeSet<usize>, BTreeSet<usize>) {
        let (mut edges, mut nodes) = (BTreeSet::new(), BTreeSet::new());
        for diagnostic in self.all().filter(|d| d.waived.is_none()) {
            let path = diagnostic.flow.iter().flat_map(|flow| &flow.path);
            let spans = path.map(|step| step.span);
            for span in spans.chain([diagnostic.primary.span]) {
                match self.place(span) {
                    Some(Place::Edge(at)) => edges.insert(at),
                    Some(Place::Node(at)) => nodes.insert(at),
                    None => false,
                };
            }
        }
        (edges, nodes)
    }

    /// What is wrong with a node.
    pub fn of_node(&self, at: usize) -> Vec<Mark> {
        self.marks(&self.nodes[at], &[])
    }

    /// What is wrong with an edge that carries these names.
    pub fn of_edge(&self, at: usize, carries: &[String]) -> Vec<Mark> {
        self.marks(&self.edges[at], carries)
    }

    /// The worst that was found of a node.
    pub fn node_state(&self, at: usize) -> State {
        self.state(&self.nodes[at])
    }

    /// The worst that was found of an edge.
    pub fn edge_state(&self, at: usize) -> State {
        self.state(&self.edges[at])
    }

    /// What was said of a node, a line each.
    pub fn messages_of_node(&self, at: usize) -> String {
        messages(&self.nodes[at])
    }

    /// What was said of an edge, a line each.
    pub fn messages_of_edge(&self, at: usize) -> String {
        messages(&self.edges[at])
    }

    fn state(&self, diags: &[&Diagnostic]) -> State {
        let right = if self.judged {
            State::Fine
        } else {
            State::Unjudged
        };
        diags.iter().map(|d| state(d)).min().unwrap_or(right)
    }

    /// One mark a code, naming what the findings are about unless one is about all.
    fn marks(&self, diags: &[&Diagnostic], carries: &[String]) -> Vec<Mark> {
        let mut all: Vec<(Mark, BTreeSet<String>, bool)> = Vec::new();
        for diagnostic in diags {
            let state = state(diagnostic);
            let mut code = diagnostic.code.name.to_string();
            let mut names = BTreeSet::new();
            if let Some(flow) = &diagnostic.flow {
                if flow.action == Action::Transfer.word() {
                    code += " (transfer)";
                }
                if self.several && !flow.policy.is_empty() {
                    code += &format!(" by {}", flow.policy);
                }
                names.extend(split(&flow.data));
            }
            let whole = names.is_empty() || names.iter().cloned().eq(sorted(carries));
            match all
                .iter_mut()
                .find(|(mark, ..)| mark.code == code && mark.state == state)
            {
                Some((_, known, all_of_it)) => {
                    known.extend(names);
                    *all_of_it |= whole;
                }
                None => {
                    let about = String::new();
                    all.push((Mark { state, code, about }, names, whole));
                }
            }
        }
        all.sort_by_key(|(mark, ..)| mark.state);
        let finish = |(mark, names, whole): (Mark, BTreeSet<String>, bool)| {
            let whole = whole || names.iter().cloned().eq(sorted(carries));
            let mut names: Vec<String> = names.into_iter().collect();
            if names.len() > NAMED {
                let more = names.len() - (NAMED - 1);
                names.truncate(NAMED - 1);
                names.push(format!("{more} more"));
            }
            Mark {
                about: if whole {
                    String::new()
                } else {
                    names.join(", ")
                },
                ..mark
            }
        };
        all.into_iter().map(finish).collect()
    }
}

fn state(diagnostic: &Diagnostic) -> State {
    match (&diagnostic.waived, diagnostic.severity) {
        (Some(_), _) => State::Waived,
        (None, Severity::Error) => State::Violation,
        (None, _) => State::Warning,
    }
}

fn is_undeclared(diagnostic: &Diagnostic) -> bool {
    let gives = |action: &str| {
        [Action::Share, Action::Sell]
            .iter()
            .any(|known| known.word() == action)
    };
    diagnostic.code == &codes::UNDECLARED_FLOW
        && diagnostic
            .flow
            .as_ref()
            .is_some_and(|flow| gives(&flow.action))
}

fn messages(diags: &[&Diagnostic]) -> String {
    let lines: Vec<String> = diags
        .iter()
        .map(|d| match &d.waived {
            Some(reason) => format!("waived ({reason}): {}: {}", d.code.name, d.message),
            None => format!("{}: {}", d.code.name, d.message),
        })
        .collect();
    lines.join("\n")
}

/// The parts of a list that plain names make; a list with `other than` is one part.
fn split(list: &str) -> Vec<String> {
    if list.contains("other than") {
        return vec![list.to_string()];
    }
    list.split(", ")
        .filter(|name| !name.is_empty())
        .map(str::to_string)
        .collect()
}

fn sorted(names: &[String]) -> BTreeSet<String> {
    names.iter().cloned().collect()
}
