//! Policies and their rules.
//!
//! What few rules have is boxed, so that all rules stay small.

use super::{Acts, Broken, Clause, Condition, Date, Docs, Duration, Name, Names, Path, Text, Verb};
use crate::source::Span;

/// An exception: a rule without its verb.
#[derive(Debug, Clone)]
pub struct Exception {
    /// Citations before it.
    pub citations: Box<[Text]>,
    /// The data it names, if it does.
    pub data: Option<Names>,
    /// Its clauses.
    pub clauses: Box<[Clause]>,
    /// Where it does not hold.
    pub relief: Relief,
    /// Without its bullet.
    pub span: Span,
}

/// `[unless C] [except E]`: where a statement does not hold. Most hold everywhere.
#[derive(Debug, Clone, Default)]
pub struct Relief(Option<Box<Released>>);

/// The condition after `unless`, and what stands after `except`.
type Released = (Option<Box<Condition>>, Box<[Exception]>);

impl Relief {
    /// Of both parts, which may be missing.
    pub fn new(unless: Option<Box<Condition>>, except: Box<[Exception]>) -> Relief {
        let some = unless.is_some() || !except.is_empty();
        Relief(some.then(|| Box::new((unless, except))))
    }

    /// The condition after `unless`.
    pub fn unless(&self) -> Option<&Condition> {
        self.0.as_ref()?.0.as_deref()
    }

    /// What stands after `except`.
    pub fn except(&self) -> &[Exception] {
        self.0.as_ref().map_or(&[], |both| &both.1)
    }
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
    Supersedes(Box<[Name]>, Span),
    /// `extends NAME, …`.
    Extends(Box<[Name]>, Span),
    /// `yields to NAME, …`.
    YieldsTo(Box<[Name]>, Span),
    /// `open VERB, …`.
    Open(Box<[Verb]>, Span),
    /// `closed VERB, …`.
    Closed(Box<[Verb]>, Span),
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
    /// What stands before few rules.
    pub front: Option<Box<Front>>,
    /// Citations.
    pub citations: Box<[Text]>,
    /// What it states.
    pub body: RuleBody,
    /// From the first waiver, citation, label or word to its end (doc comments left out).
    pub span: Span,
    /// The statement alone: from its first word (`never`, a verb, `must`, …) to its end.
    pub statement: Span,
}

impl Rule {
    /// Doc comments.
    pub fn docs(&self) -> &[Text] {
        self.front.as_ref().map_or(&[], |front| &front.docs)
    }

    /// Waivers.
    pub fn waivers(&self) -> &[Waiver] {
        self.front.as_ref().map_or(&[], |front| &front.waivers)
    }

    /// `label:`.
    pub fn label(&self) -> Option<&Name> {
        self.front.as_ref()?.label.as_ref()
    }
}

/// What stands before few rules.
#[derive(Debug, Clone)]
pub struct Front {
    /// Doc comments.
    pub docs: Docs,
    /// Waivers.
    pub waivers: Box<[Waiver]>,
    /// `label:`.
    pub label: Option<Name>,
}

/// The statements of a policy.
#[derive(Debug, Clone)]
pub enum RuleBody {
    /// `may ACTS clauses [unless C] [except …]`.
    May(Acts, Box<[Clause]>, Relief),
    /// `never ACTS clauses [unless C] [except …]`.
    Never(Acts, Box<[Clause]>, Relief),
    /// `ACTS about only O [unless C] [except E]`.
    Limit(Box<Limit>),
    /// `retain D clauses at most T [after E]`; the `AtMost` clause is among the clauses.
    Retain(Acts, Box<[Clause]>, Relief),
    /// `ACTS clauses requires DUTY, … [unless C]`.
    Requires(Box<Requires>),
    /// `must DUTY DATA clauses [unless C] within T of E`.
    Must(Box<Must>),
    /// `processor of D clauses`.
    Processor(Names, Box<[Clause]>),
    /// `note "…" [evidence "path"]`.
    Note(Text, Option<Text>),
}

/// `ACTS about only O [unless C] [except E]`.
#[derive(Debug, Clone)]
pub struct Limit {
    /// The acts.
    pub acts: Acts,
    /// Clauses left of `only`: what the rule is about.
    pub about: Box<[Clause]>,
    /// The word `only`.
    pub only: Span,
    /// Data right of `only`, if it names any.
    pub only_data: Option<Names>,
    /// Clauses right of `only`: what must hold.
    pub must_hold: Box<[Clause]>,
    /// `[unless C] [except E]`.
    pub relief: Relief,
}

/// `ACTS clauses requires DUTY, … [unless C]`.
#[derive(Debug, Clone)]
pub struct Requires {
    /// The acts.
    pub acts: Acts,
    /// Clauses.
    pub clauses: Box<[Clause]>,
    /// The duties.
    pub duties: Box<[Path]>,
    /// `unless C`.
    pub unless: Option<Box<Condition>>,
}

/// `must DUTY DATA clauses [unless C] within T of E`.
#[derive(Debug, Clone)]
pub struct Must {
    /// The duty.
    pub duty: Path,
    /// The data.
    pub data: Names,
    /// Clauses.
    pub clauses: Box<[Clause]>,
    /// `unless C`.
    pub unless: Option<Box<Condition>>,
    /// `within T`.
    pub within: Duration,
    /// `of E`.
    pub event: Names,
}
