//! Includes and declarations of names.

use super::{Date, Docs, Path, Text};
use crate::source::Span;

/// `include "path.abide"` or `include "std:…"`.
#[derive(Debug, Clone)]
pub struct Include {
    /// Doc comments before it.
    pub docs: Docs,
    /// The path as written.
    pub path: Text,
    /// The statement.
    pub span: Span,
}

/// The kinds of names, each its own namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Kinds of data.
    Data,
    /// Data subjects.
    Subject,
    /// Parties: us, data subjects, recipients.
    Party,
    /// Purposes.
    Purpose,
    /// Regions: places and residences.
    Region,
    /// Contexts: products and surfaces of collection.
    Context,
    /// Forms of data: identifiable to anonymous.
    Form,
    /// Facts that may hold of an act.
    Fact,
    /// Events after which time runs.
    Event,
    /// Duties.
    Duty,
}

impl Kind {
    /// All kinds, in the order of their declaration.
    pub const ALL: [Kind; 10] = [
        Kind::Data,
        Kind::Subject,
        Kind::Party,
        Kind::Purpose,
        Kind::Region,
        Kind::Context,
        Kind::Form,
        Kind::Fact,
        Kind::Event,
        Kind::Duty,
    ];

    /// The reserved word that declares it, which is also what people call it.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Data => "data",
            Kind::Subject => "subject",
            Kind::Party => "party",
            Kind::Purpose => "purpose",
            Kind::Region => "region",
            Kind::Context => "context",
            Kind::Form => "form",
            Kind::Fact => "fact",
            Kind::Event => "event",
            Kind::Duty => "duty",
        }
    }
}

/// `[lasting] KIND entry, entry … [is …] [excludes …] [until …]`.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    /// Doc comments before it.
    pub docs: Docs,
    /// `lasting` stood before `fact`.
    pub lasting: Option<Span>,
    /// The kind.
    pub kind: Kind,
    /// What is declared or opened again, with children.
    pub entries: Box<[Entry]>,
    /// After `is`: parents of every entry.
    pub is: Box<[Path]>,
    /// After `excludes`: facts that never hold together with any entry.
    pub excludes: Box<[Path]>,
    /// After `until`: the last day on which the facts can hold.
    pub until: Option<(Date, Span)>,
    /// The statement.
    pub span: Span,
}

/// A name in a vocabulary, with what is below it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Doc comments before it.
    pub docs: Docs,
    /// At the top level a path may name what is opened again; in braces it is one name.
    pub path: Path,
    /// `"…"` after the name.
    pub description: Option<Text>,
    /// In braces.
    pub children: Box<[Entry]>,
    /// The name up to its closing brace.
    pub span: Span,
}
