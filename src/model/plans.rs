//! Plans and tests over ids, in the shape they were written.

use super::PolicyId;
pub use super::edges::{Edge, Edges};
pub use super::nodes::{Node, Nodes};
use super::rules::{Action, Waiver};
use super::vocabulary::{Literal, NameId, NameSet};
use crate::source::{FileId, Span};
pub use crate::syntax::ast::{Duration, NodeKind};
use std::sync::Arc;

/// A plan of data flows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: Option<String>,
    /// Doc comments.
    pub docs: Vec<String>,
    /// The place of its name.
    pub span: Span,
    /// The policies that judge it, each on its own.
    pub checks: Vec<PolicyId>,
    /// Nodes; edges refer to their positions. Copies of a plan share them.
    pub nodes: Arc<Nodes>,
    /// Edges in the order of the text; those that make no sense are left out and reported. Copies of a
    /// plan share them.
    pub edges: Arc<Edges>,
    /// Some statement of it is in error or names a policy that is not there: it never counts as
    /// checked, and what is missing (`unsourced-data`, no policy) may be the error's fault.
    pub broken: bool,
}

impl Plan {
    /// The node at a position.
    pub fn node(&self, at: usize) -> Node<'_> {
        self.nodes.get(at)
    }

    /// The edge at a position.
    pub fn edge(&self, at: usize) -> Edge<'_> {
        self.edges.get(at)
    }

    /// What the node at a position is, to be changed.
    pub fn change_node(&mut self, at: usize) -> &mut NodeDetails {
        Arc::make_mut(&mut self.nodes).change(at)
    }

    /// What happens on the edge at a position, to be changed.
    pub fn change_edge(&mut self, at: usize) -> &mut EdgeDetails {
        Arc::make_mut(&mut self.edges).change(at)
    }
}

/// What a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeDetails {
    /// The file it stands in.
    pub file: FileId,
    /// Its kind.
    pub kind: NodeKind,
    /// Of a source: the data subjects. Of an external: whose data it brings (`of`), if stated.
    pub subject: Option<NameSet>,
    /// Where those subjects live, if stated.
    pub resident: Option<NameSet>,
    /// Of an external: its party. Of a system or store: its party below `us`; `None` is `us` itself.
    pub party: Option<NameSet>,
    /// `in`
    pub place: Option<NameSet>,
    /// `on`
    pub context: Option<NameSet>,
    /// `keeps`, of a store.
    pub keeps: Vec<Keeps>,
    /// `does`, of a store.
    pub does: Vec<Does>,
    /// Doc comments.
    pub docs: Vec<String>,
    /// Waivers before it.
    pub waivers: Vec<Waiver>,
    /// Some clause of it is in error: what it keeps and does is not judged. (Edges that need the
    /// clause are left out.)
    pub broken: bool,
}

#[cfg(test)]
impl NodeDetails {
    /// A node of which nothing but its kind is said.
    pub fn bare(file: FileId, kind: NodeKind) -> NodeDetails {
        NodeDetails {
            file,
            kind,
            subject: None,
            resident: None,
            party: None,
            place: None,
            context: None,
            keeps: Vec::new(),
            does: Vec::new(),
            docs: Vec::new(),
            waivers: Vec::new(),
            broken: false,
        }
    }
}

/// How long a store keeps what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keeps {
    /// The data.
    pub data: NameSet,
    /// How long and after what (`collection` where none is written); `None`: without limit.
    pub time: Option<(Duration, NameSet)>,
    /// What for.
    pub purpose: Option<NameSet>,
    /// Facts given.
    pub given: Vec<(Literal, Span)>,
    /// Its place.
    pub span: Span,
}

/// A duty a store fulfils.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Does {
    /// The duty.
    pub duty: NameId,
    /// How soon after what.
    pub within: Option<(Duration, NameSet)>,
    /// Its place.
    pub span: Span,
}

/// What happens on an edge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EdgeDetails {
    /// The file it stands in.
    pub file: FileId,
    /// What happens.
    pub kind: EdgeKind,
    /// `as`
    pub form: Option<NameSet>,
    /// `for`
    pub purpose: Option<NameSet>,
    /// `given`
    pub given: Vec<(Literal, Span)>,
    /// `fulfilling`
    pub fulfilling: Vec<NameId>,
    /// Waivers before it.
    pub waivers: Vec<Waiver>,
}

/// The three forms of an edge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EdgeKind {
    /// `A -> B : D`; `data` is `None` for `all`.
    Arrow {
        /// `sell` (or `share`) was written.
        verb: Option<Action>,
        /// What it carries.
        data: Option<NameSet>,
    },
    /// `A uses D`.
    Uses {
        /// The data.
        data: NameSet,
    },
    /// `A derives X from D`.
    Derives {
        /// What is made.
        product: NameSet,
        /// What it is made from.
        data: NameSet,
    },
}

/// A test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// Its title.
    pub title: String,
    /// The place of the title.
    pub span: Span,
    /// The policies, each on its own.
    pub policies: Vec<PolicyId>,
    /// What is expected; lines in error are left out and reported.
    pub expectations: Vec<Expectation>,
    /// Some line of it is in error or it names a policy that is not there: it never counts as passed.
    pub broken: bool,
}

/// A flow in one line with its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// The verdict.
    pub expected: Expected,
    /// The flow.
    pub flow: FlowLine,
    /// The line's place.
    pub span: Span,
}

/// The verdict all acts must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// Fine.
    May,
    /// Forbidden.
    Never,
    /// Undeclared.
    Undeclared,
    /// Conditional, these facts being one of the fewest sets.
    Needs(Vec<Literal>),
}

/// A flow in one line. What is `None` was left out (§7 says what that means).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowLine {
    /// The actions of its verbs.
    pub actions: Vec<Action>,
    /// Its data and clauses; `when` and `at_most` are `None`.
    pub clauses: super::rules::Clauses,
    /// How long, after what; of retain.
    pub time: Option<(Duration, NameSet)>,
    /// Facts given.
    pub given: Vec<(Literal, Span)>,
    /// Duties fulfilled.
    pub fulfilling: Vec<NameId>,
    /// Its place.
    pub span: Span,
}
