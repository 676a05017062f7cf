//! Policies and their rules.

use super::{Acts, Broken, Clause, Condition, Date, Docs, Duration, Name, Names, Path, Text, Verb};
use crate::source::Span;

/// An exception: a rule without its verb.
#[derive(Debug, Clone)]
pub struct Exception {
    /// Citations before it.
    pub citations: Vec<Text>,
    /// The data it names, if it does.
    pub data: Option<Names>,
    /// Its clauses.
    pub clauses: Vec<Clause>,
    /// `unless C`, which stands before `except`.
    pub unless: Option<Condition>,
    /// Exceptions to the exception.
    pub except: Vec<Exception>,
    /// Without its bullet.
    pub span: Span,
}

/// `waive CODE until DATE because "…" [owner "…"]`.
#[derive(Debug, Clone)]
pub struct Waiver {
    /// The code silenced.
    pub code: Name,
    /// The last day on which it silences.
    pub until: (Date, Span),
    /// Why.
    pub because: Text,
    /// Who answers for it.
    pub owner: Option<Text>,
    /// The statement.
    pub span: Span,
}

/// `policy NAME ["title"] { … }`.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Doc comments before it.
    pub docs: Docs,
    /// Its name.
    pub name: Name,
    /// Its title.
    pub title: Option<Text>,
    /// What is in its braces.
    pub items: Vec<PolicyItem>,
    /// From `policy` to the closing brace.
    pub span: Span,
}

/// A statement of a policy.
#[derive(Debug, Clone)]
pub enum PolicyItem {
    /// `effective DATE`.
    Effective(Date, Span),
    /// `supersedes NAME, …`.
    Supersedes(Vec<Name>, Span),
    /// `extends NAME, …`.
    Extends(Vec<Name>, Span),
    /// `yields to NAME, …`.
    YieldsTo(Vec<Name>, Span),
    /// `open VERB, …`.
    Open(Vec<Verb>, Span),
    /// `closed VERB, …`.
    Closed(Vec<Verb>, Span),
    /// `section "…" { … }`.
    Section(Box<Section>),
    /// A rule.
    Rule(Box<Rule>),
    /// What could not be parsed.
    Broken(Broken),
}

/// `section "title" { … }`: groups rules for people.
#[derive(Debug, Clone)]
pub struct Section {
    /// Doc comments before it.
    pub docs: Docs,
    /// Its title.
    pub title: Text,
    /// Rules and nested sections.
    pub items: Vec<PolicyItem>,
    /// From `section` to the closing brace.
    pub span: Span,
}

/// A rule with what stands before it.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Doc comments.
    pub docs: Docs,
    /// Waivers.
    pub waivers: Vec<Waiver>,
    /// Citations.
    pub citations: Vec<Text>,
    /// `label:`.
    pub label: Option<Name>,
    /// What it states.
    pub body: RuleBody,
    /// From the first waiver, citation, label or word to its end (doc comments left out).
    pub span: Span,
    /// The statement alone: from its first word (`never`, a verb, `must`, …) to its end.
    pub statement: Span,
}

/// The statements of a policy.
#[derive(Debug, Clone)]
pub enum RuleBody {
    /// `may ACTS clauses [unless C] [except …]`.
    May(Acts, Vec<Clause>, Option<Condition>, Vec<Exception>),
    /// `never ACTS clauses [unless C] [except …]`.
    Never(Acts, Vec<Clause>, Option<Condition>, Vec<Exception>),
    /// `ACTS about only O [unless C] [except E]`.
    Limit {
        /// The acts.
        acts: Acts,
        /// Clauses left of `only`: what the rule is about.
        about: Vec<Clause>,
        /// The word `only`.
        only: Span,
        /// Data right of `only`, if it names any.
        only_data: Option<Names>,
        /// Clauses right of `only`: what must hold.
        must_hold: Vec<Clause>,
        /// `unless C`.
        unless: Option<Condition>,
        /// `except E`.
        except: Vec<Exception>,
    },
    /// `retain D clauses at most T [after E]`; the `AtMost` clause is among the clauses.
    Retain(Acts, Vec<Clause>, Option<Condition>, Vec<Exception>),
    /// `ACTS clauses requires DUTY, … [unless C]`.
    Requires(Acts, Vec<Clause>, Vec<Path>, Option<Condition>),
    /// `must DUTY DATA clauses [unless C] within T of E`.
    Must {
        /// The duty.
        duty: Path,
        /// The data.
        data: Names,
        /// Clauses.
        clauses: Vec<Clause>,
        /// `unless C`.
        unless: Option<Condition>,
        /// `within T`.
        within: Duration,
        /// `of E`.
        event: Names,
    },
    /// `processor of D clauses`.
    Processor(Names, Vec<Clause>),
    /// `note "…" [evidence "path"]`.
    Note(Text, Option<Text>),
}
