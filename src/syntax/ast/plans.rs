//! Plans: nodes, edges and tables.

use super::{Broken, Docs, Duration, Literal, Name, Names, Path, Text, Verb, Waiver};
use crate::source::Span;

/// `plan NAME ["title"] { … }`.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Doc comments before it.
    pub docs: Docs,
    /// Its name.
    pub name: Name,
    /// Its title.
    pub title: Option<Text>,
    /// What is in its braces.
    pub items: Vec<PlanItem>,
    /// From `plan` to the closing brace.
    pub span: Span,
}

/// A statement of a plan.
#[derive(Debug, Clone)]
pub enum PlanItem {
    /// `checks NAME, …`.
    Checks(Box<[Name]>, Span),
    /// A node.
    Node(Box<Node>),
    /// An edge.
    Edge(Box<Edge>),
    /// Nodes or edges in a file of their own.
    Table(Table),
    /// What could not be parsed.
    Broken(Broken),
}

/// `nodes "path"` or `flows "path"`: the rows of a table beside what is written.
#[derive(Debug, Clone)]
pub struct Table {
    /// Doc comments before it.
    pub docs: Docs,
    /// What its rows are.
    pub rows: TableRows,
    /// The path as written.
    pub path: Text,
    /// The statement.
    pub span: Span,
}

/// What the rows of a table are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TableRows {
    /// Nodes.
    Nodes,
    /// Edges.
    Flows,
}

impl TableRows {
    /// The word that the statement begins with.
    pub fn word(self) -> &'static str {
        match self {
            TableRows::Nodes => "nodes",
            TableRows::Flows => "flows",
        }
    }
}

/// Kinds of nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NodeKind {
    /// A data subject.
    Source,
    /// Ours, passes data on.
    System,
    /// Ours, keeps data.
    Store,
    /// Another party.
    External,
}

/// A node of a plan. Which clauses fit which kind is checked when names are looked up.
#[derive(Debug, Clone)]
pub struct Node {
    /// Doc comments.
    pub docs: Docs,
    /// Waivers.
    pub waivers: Box<[Waiver]>,
    /// `source`, `system`, `store`, `external`.
    pub kind: NodeKind,
    /// Its name.
    pub name: Name,
    /// After `:`: the subject of a source, else the party.
    pub role: Option<Names>,
    /// `of S`: whose data an external brings.
    pub of: Option<Names>,
    /// `resident in R`, of a source or after `of`.
    pub resident: Option<Names>,
    /// `in R`.
    pub place: Option<Names>,
    /// `on C`.
    pub context: Option<Names>,
    /// `keeps …`.
    pub keeps: Vec<Keeps>,
    /// `does …`.
    pub does: Vec<Does>,
    /// From the first waiver or the word to the end.
    pub span: Span,
}

/// `keeps D [T [after E]] [for P] [given F, …]`.
#[derive(Debug, Clone)]
pub struct Keeps {
    /// The data.
    pub data: Names,
    /// How long; without it, without limit.
    pub time: Option<Duration>,
    /// After what; without it, `collection`.
    pub after: Option<Names>,
    /// What for.
    pub purpose: Option<Names>,
    /// Facts that hold.
    pub given: Box<[Literal]>,
    /// The statement.
    pub span: Span,
}

/// `does DUTY [within T of E]`.
#[derive(Debug, Clone)]
pub struct Does {
    /// The duty fulfilled.
    pub duty: Path,
    /// How soon after what.
    pub within: Option<(Duration, Names)>,
    /// The statement.
    pub span: Span,
}

/// A step of a plan.
#[derive(Debug, Clone)]
pub struct Edge {
    /// Doc comments.
    pub docs: Docs,
    /// Waivers.
    pub waivers: Box<[Waiver]>,
    /// The sending or acting node.
    pub from: Name,
    /// What it does.
    pub kind: EdgeKind,
    /// `as F`.
    pub form: Option<Names>,
    /// `for P`.
    pub purpose: Option<Names>,
    /// `given F, …`.
    pub given: Box<[Literal]>,
    /// `fulfilling D, …`.
    pub fulfilling: Box<[Path]>,
    /// From the first waiver or the first name to the end.
    pub span: Span,
    /// Without its waivers.
    pub statement: Span,
}

/// The three forms of an edge.
#[derive(Debug, Clone)]
pub enum EdgeKind {
    /// `A -> B : [VERB] D`.
    Arrow {
        /// The receiver.
        to: Name,
        /// `: sell D`.
        verb: Option<Verb>,
        /// What it carries.
        carries: Carries,
    },
    /// `A uses D`.
    Uses(Names),
    /// `A derives X from D`.
    Derives(Names, Names),
}

/// What an arrow carries.
#[derive(Debug, Clone)]
pub enum Carries {
    /// `all`: every label of the sender.
    All(Span),
    /// The data listed.
    Data(Names),
}
