//! Policies over ids, in the shape they were written.

use super::PolicyId;
use super::vocabulary::{NameId, NameSet};
use crate::source::Span;
pub use crate::syntax::ast::{Date, Duration, Unit, VerbWord};

/// The seven actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Take data in.
    Collect,
    /// Use it.
    Use,
    /// Make other data from it.
    Derive,
    /// Give it to another party.
    Share,
    /// Give it for money.
    Sell,
    /// Move it between regions.
    Transfer,
    /// Keep it.
    Retain,
}

impl Action {
    /// All, in the order of the language page.
    pub const ALL: [Action; 7] = [
        Action::Collect,
        Action::Use,
        Action::Derive,
        Action::Share,
        Action::Sell,
        Action::Transfer,
        Action::Retain,
    ];

    /// The verb.
    pub fn word(self) -> &'static str {
        match self {
            Action::Collect => "collect",
            Action::Use => "use",
            Action::Derive => "derive",
            Action::Share => "share",
            Action::Sell => "sell",
            Action::Transfer => "transfer",
            Action::Retain => "retain",
        }
    }

    /// Whether acts of ours that no rule permits are undeclared, unless a policy says otherwise.
    pub fn closed_by_default(self) -> bool {
        matches!(
            self,
            Action::Collect | Action::Use | Action::Share | Action::Sell
        )
    }

    /// The actions of a verb or group, in order.
    pub fn of(word: VerbWord) -> &'static [Action] {
        match word {
            VerbWord::Collect => &[Action::Collect],
            VerbWord::Use => &[Action::Use],
            VerbWord::Derive => &[Action::Derive],
            VerbWord::Share => &[Action::Share],
            VerbWord::Sell => &[Action::Sell],
            VerbWord::Transfer => &[Action::Transfer],
            VerbWord::Retain => &[Action::Retain],
            VerbWord::Disclose => &[Action::Share, Action::Sell],
            VerbWord::Process => &Action::ALL,
        }
    }
}

/// A condition on facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// A fact holds.
    Fact(NameId),
    /// Not so.
    Not(Box<Condition>),
    /// All of them.
    And(Vec<Condition>),
    /// One of them.
    Or(Vec<Condition>),
}

/// `at most T [after E]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtMost {
    /// The longest time.
    pub time: Duration,
    /// After one of these events; `collection` where none is written.
    pub after: NameSet,
}

/// What the clauses of a rule (or of an exception) say; what is `None` was left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Clauses {
    /// The data (always there in a rule, optional in an exception and right of `only`).
    pub data: Option<NameSet>,
    /// `as`
    pub form: Option<NameSet>,
    /// `of S`
    pub subject: Option<NameSet>,
    /// `of … resident in R`
    pub resident: Option<NameSet>,
    /// `on`
    pub context: Option<NameSet>,
    /// `by`
    pub actor: Option<NameSet>,
    /// `with`: the counterparty of share, sell, transfer
    pub with: Option<NameSet>,
    /// `from` where the verbs make it a party: the counterparty of collect
    pub from_party: Option<NameSet>,
    /// `from` where the verbs make it a region (transfer)
    pub from: Option<NameSet>,
    /// `to`
    pub to: Option<NameSet>,
    /// `for`
    pub purpose: Option<NameSet>,
    /// `in`
    pub place: Option<NameSet>,
    /// `when`
    pub when: Option<Condition>,
    /// `at most`
    pub at_most: Option<AtMost>,
}

/// An exception: a rule without its verb.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// What it is about, within the rule around it.
    pub clauses: Clauses,
    /// `unless C`: short for a further exception `when C`.
    pub unless: Option<Condition>,
    /// Exceptions to it.
    pub except: Vec<Exception>,
    /// Phrases of the notice.
    pub citations: Vec<Citation>,
    /// Its place.
    pub span: Span,
}

/// A phrase of the notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    /// The phrase.
    pub text: String,
    /// Its place in the policy.
    pub span: Span,
}

/// What a rule states.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(
    clippy::large_enum_variant,
    reason = "rules are few; boxes would be in every reader's way"
)]
pub enum Statement {
    /// `may …`
    May {
        /// The acts.
        clauses: Clauses,
        /// `unless C`
        unless: Option<Condition>,
        /// `except …`
        except: Vec<Exception>,
    },
    /// `never …`
    Never {
        /// The acts.
        clauses: Clauses,
        /// `unless C`
        unless: Option<Condition>,
        /// `except …`
        except: Vec<Exception>,
    },
    /// `ACTS about only must_hold …`
    Limit {
        /// Left of `only`.
        about: Clauses,
        /// Right of `only`.
        must_hold: Clauses,
        /// `unless C`
        unless: Option<Condition>,
        /// `except …`
        except: Vec<Exception>,
    },
    /// `retain D clauses at most T [after E]`: `clauses.at_most` is there.
    Retain {
        /// The acts, with the time.
        clauses: Clauses,
        /// `unless C`
        unless: Option<Condition>,
        /// `except …`
        except: Vec<Exception>,
    },
    /// `ACTS clauses requires DUTY, …`
    Requires {
        /// The acts.
        clauses: Clauses,
        /// All needed.
        duties: Vec<NameId>,
        /// `unless C`
        unless: Option<Condition>,
    },
    /// `must DUTY DATA clauses within T of E`
    Must {
        /// The stores and data it is about.
        clauses: Clauses,
        /// The duty.
        duty: NameId,
        /// `unless C`
        unless: Option<Condition>,
        /// How soon.
        within: Duration,
        /// After one of these events.
        event: NameSet,
    },
    /// `processor of D`
    Processor {
        /// The data and clauses.
        clauses: Clauses,
    },
    /// `note "…"`
    Note {
        /// What it says.
        text: String,
        /// A path relative to the policy's file, with its place.
        evidence: Option<(String, Span)>,
    },
}

impl Statement {
    /// Visits every list of clauses, those of exceptions at any depth included.
    pub fn each_clauses<'s>(&'s self, visit: &mut dyn FnMut(&'s Clauses)) {
        let (clauses, more, except): (_, _, &[Exception]) = match self {
            Statement::May {
                clauses, except, ..
            }
            | Statement::Never {
                clauses, except, ..
            }
            | Statement::Retain {
                clauses, except, ..
            } => (clauses, None, except),
            Statement::Limit {
                about,
                must_hold,
                except,
                ..
            } => (about, Some(must_hold), except),
            Statement::Requires { clauses, .. }
            | Statement::Must { clauses, .. }
            | Statement::Processor { clauses } => (clauses, None, &[]),
            Statement::Note { .. } => return,
        };
        visit(clauses);
        more.into_iter().for_each(&mut *visit);
        Exception::each_clauses(except, visit);
    }
}

impl Exception {
    /// Visits the clauses of exceptions at any depth.
    pub fn each_clauses<'e>(except: &'e [Exception], visit: &mut dyn FnMut(&'e Clauses)) {
        for exception in except {
            visit(&exception.clauses);
            Exception::each_clauses(&exception.except, visit);
        }
    }
}

/// A rule of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its label.
    pub label: Option<String>,
    /// Phrases of the notice it was written from.
    pub citations: Vec<Citation>,
    /// Titles of the sections around it, outermost first.
    pub sections: Vec<String>,
    /// Doc comments.
    pub docs: Vec<String>,
    /// Verbs as written; empty for `must` (which is about retaining) and `note`.
    pub verbs: Vec<VerbWord>,
    /// The actions of the verbs, each once, in order; all for `processor`, `Retain` for `must`,
    /// none for `note`.
    pub actions: Vec<Action>,
    /// What it states.
    pub statement: Statement,
    /// The statement's place, without citations and label.
    pub span: Span,
    /// Waivers before it.
    pub waivers: Vec<Waiver>,
}

/// `waive …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// The code.
    pub code: String,
    /// The place of the code.
    pub code_span: Span,
    /// The last day.
    pub until: Date,
    /// Why.
    pub because: String,
    /// Who.
    pub owner: Option<String>,
    /// The statement.
    pub span: Span,
}

/// A policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: Option<String>,
    /// Doc comments.
    pub docs: Vec<String>,
    /// The place of its name.
    pub span: Span,
    /// `effective`
    pub effective: Option<Date>,
    /// `supersedes`, in order: the first is the one it is compared with.
    pub supersedes: Vec<PolicyId>,
    /// `extends`, in order.
    pub extends: Vec<PolicyId>,
    /// `yields to`, in order: its own; where it has none, those of what it extends.
    pub yields_to: Vec<PolicyId>,
    /// Whether acts of ours that no rule permits are undeclared, by `Action as usize`: what
    /// `open` and `closed` say here, else what extended policies say, else the default.
    pub closed: [bool; 7],
    /// Its rules and those of the policies it extends, less those replaced by label; extended
    /// policies' first, each in the order of its text.
    pub rules: Vec<Rule>,
    /// Some statement of it, or of a policy it extends or yields to, is in error.
    pub broken: bool,
}
