//! Findings as data: a code, a place, why, and what to write instead.
//!
//! A diagnostic is built with its primary label, so none is without a place. Wording is chosen where
//! the finding is made; how it looks is up to `report`.

pub mod codes;
mod near;

use crate::source::Span;
pub use codes::{Code, Group};
pub use near::nearest;
use std::cmp::Ordering;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Not shown.
    Allow,
    /// Shown; fails with `--fail-level warning`.
    Warning,
    /// Shown and fails.
    Error,
}

impl Severity {
    /// The word in every output.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Allow => "allow",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// A place with what is to be said of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What; may be empty.
    pub message: String,
}

/// An edit that mends a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in the imperative.
    pub title: String,
    /// Replacements, in order of place, not overlapping.
    pub edits: Vec<(Span, String)>,
}

/// One step of a path: the edge that data took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The edge.
    pub span: Span,
    /// Its sending or acting node.
    pub from: String,
    /// Its receiving node; the same as `from` for `uses` and `derives`.
    pub to: String,
    /// What passes here, in the language's list syntax.
    pub data: String,
    /// `->`, `uses` or `derives`.
    pub verb: &'static str,
}

/// A rule that decides, as shown to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecidingRule {
    /// Its label, where it has one.
    pub label: Option<String>,
    /// The rule's statement.
    pub span: Span,
    /// Its citations, in order.
    pub citations: Vec<String>,
}

/// What a finding of the flow and test groups says, in the language's own words (§6 of the reference).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FlowFinding {
    /// The plan, or the test's title.
    pub plan: String,
    /// The sending or acting node; empty in a test.
    pub from: String,
    /// The receiving node, where there is one.
    pub to: String,
    /// The action.
    pub action: String,
    /// The data, as a list.
    pub data: String,
    /// The forms, as a list.
    pub forms: String,
    /// The counterparty, as a list; empty where the action has none.
    pub counterparty: String,
    /// The purposes, as a list.
    pub purposes: String,
    /// The place of the data after the act, as a list; empty where the action has none.
    pub place: String,
    /// The data subjects, as a list.
    pub subjects: String,
    /// The policy that judged.
    pub policy: String,
    /// The rules that decide.
    pub rules: Vec<DecidingRule>,
    /// The fewest sets of facts that settle it, as literals.
    pub facts: Vec<Vec<String>>,
    /// Duties not fulfilled.
    pub duties: Vec<String>,
    /// The shortest path from collection to the edge, the edge itself last.
    pub path: Vec<Step>,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What pattern was found.
    pub code: &'static Code,
    /// How bad it is, after configuration.
    pub severity: Severity,
    /// One line: what is wrong, in the user's own names.
    pub message: String,
    /// Where.
    pub primary: Label,
    /// Other places that explain it.
    pub secondary: Vec<Label>,
    /// Why: the path, the rule, the citation.
    pub notes: Vec<String>,
    /// What to write instead.
    pub help: Vec<String>,
    /// An edit that does it.
    pub fix: Option<Fix>,
    /// The data of a finding on flows.
    pub flow: Option<Box<FlowFinding>>,
    /// Set when a waiver silences it: the waiver's reason.
    pub waived: Option<String>,
    /// Set when a mark `//~ code` on its line announces it.
    pub expected: bool,
    /// Set when the baseline holds it.
    pub known: bool,
}

impl Diagnostic {
    /// A finding of a code at a place, with the code's own severity.
    pub fn new(code: &'static Code, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity: code.severity,
            message: message.into(),
            primary: Label {
                span,
                message: String::new(),
            },
            secondary: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
            fix: None,
            flow: None,
            waived: None,
            expected: false,
            known: false,
        }
    }

    /// Says something at the primary place.
    pub fn label(mut self, message: impl Into<String>) -> Diagnostic {
        self.primary.message = message.into();
        self
    }

    /// Points at another place.
    pub fn also(mut self, span: Span, message: impl Into<String>) -> Diagnostic {
        self.secondary.push(Label {
            span,
            message: message.into(),
        });
        self
    }

    /// Adds a reason.
    pub fn note(mut self, note: impl Into<String>) -> Diagnostic {
        self.notes.push(note.into());
        self
    }

    /// Adds what to write instead.
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help.push(help.into());
        self
    }

    /// Adds an edit that mends it.
    pub fn fix(mut self, title: impl Into<String>, edits: Vec<(Span, String)>) -> Diagnostic {
        self.fix = Some(Fix {
            title: title.into(),
            edits,
        });
        self
    }

    /// Whether it counts: neither waived, nor expected, nor in the baseline.
    pub fn counts(&self) -> bool {
        self.waived.is_none() && !self.expected && !self.known
    }

    /// The total order of output: place, code, message, then everything else that can differ.
    pub fn order(&self, other: &Diagnostic) -> Ordering {
        let key = |d: &Diagnostic| {
            (
                d.primary.span,
                d.code.name,
                d.message.clone(),
                d.secondary.clone(),
                d.notes.clone(),
                d.help.clone(),
            )
        };
        (self.primary.span, self.code.name, &self.message)
            .cmp(&(other.primary.span, other.code.name, &other.message))
            .then_with(|| key(self).cmp(&key(other)))
    }
}

/// The list that phases push to; a user's mistake is never an `Err`.
pub type Diags = Vec<Diagnostic>;
