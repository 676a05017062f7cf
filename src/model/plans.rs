//! Plans and tests over ids, in the shape they were written.

use super::PolicyId;
use super::rules::{Action, Waiver};
use super::vocabulary::{Literal, NameId, NameSet};
use crate::source::{FileId, Span};
pub use crate::syntax::ast::{Duration, NodeKind};
use std::ops::{Deref, DerefMut, Range};
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
    /// Nodes; edges refer to their positions.
    pub nodes: Vec<Node>,
    /// Edges in the order of the text; those that make no sense are left out and reported.
    pub edges: Vec<Edge>,
    /// Some statement of it is in error or names a policy that is not there: it never counts as
    /// checked, and what is missing (`unsourced-data`, no policy) may be the error's fault.
    pub broken: bool,
}

/// A node. What it is it may share with many others: rows of tables repeat each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// The place of its name.
    pub span: Span,
    /// The whole statement: where its waivers hold.
    pub whole: Span,
    /// All else that is said of it.
    pub details: Arc<NodeDetails>,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeDetails {
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

impl Deref for Node {
    type Target = NodeDetails;

    fn deref(&self) -> &NodeDetails {
        &self.details
    }
}

impl DerefMut for Node {
    fn deref_mut(&mut self) -> &mut NodeDetails {
        Arc::make_mut(&mut self.details)
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

/// A step of a plan. Small, for there may be millions; what happens it may share with many others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    from: u32,
    to: u32,
    start: u32,
    end: u32,
    /// All else that is said of it. In details that rows share, places are those of the first.
    pub details: Arc<EdgeDetails>,
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

impl Edge {
    /// An edge between two nodes, by position; of `uses` and `derives` they are one. Its place lies
    /// in the file that the details name.
    pub fn new(from: usize, to: usize, place: Range<u32>, details: Arc<EdgeDetails>) -> Edge {
        Edge {
            from: from as u32,
            to: to as u32,
            start: place.start,
            end: place.end,
            details,
        }
    }

    /// The statement's place, waivers left out; of a row, that of its data.
    pub fn span(&self) -> Span {
        Span {
            file: self.details.file,
            start: self.start,
            end: self.end,
        }
    }

    /// Position of the sending or acting node.
    pub fn from(&self) -> usize {
        self.from as usize
    }

    /// Position of the receiving node; of `uses` and `derives` that of the node itself.
    pub fn to(&self) -> usize {
        self.to as usize
    }
}

impl Deref for Edge {
    type Target = EdgeDetails;

    fn deref(&self) -> &EdgeDetails {
        &self.details
    }
}

impl DerefMut for Edge {
    fn deref_mut(&mut self) -> &mut EdgeDetails {
        Arc::make_mut(&mut self.details)
    }
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
