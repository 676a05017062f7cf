//! Conditions and clauses.

use super::{Duration, Names, Path};
use crate::source::Span;

/// A condition on facts. `not` binds tighter than `and`, `and` than `or`.
#[derive(Debug, Clone)]
pub enum Condition {
    /// A fact.
    Fact(Path),
    /// `not C`.
    Not(Box<Condition>, Span),
    /// Two or more.
    And(Box<[Condition]>),
    /// Two or more.
    Or(Box<[Condition]>),
}

/// A clause, in the order written.
#[derive(Debug, Clone)]
pub struct Clause {
    /// What it says.
    pub kind: ClauseKind,
    /// From its word to its end.
    pub span: Span,
}

/// What a clause says.
#[derive(Debug, Clone)]
pub enum ClauseKind {
    /// `as F`.
    As(Names),
    /// `of S [resident in R]`.
    Of(Names, Option<Box<Names>>),
    /// `on C`.
    On(Names),
    /// `by P`.
    By(Names),
    /// `with P`.
    With(Names),
    /// `from X`: a party for `collect`, a region for `transfer`.
    From(Names),
    /// `to R`.
    To(Names),
    /// `for P`.
    For(Names),
    /// `in R`.
    In(Names),
    /// `when C`.
    When(Box<Condition>),
    /// `at most T [after E]`.
    AtMost(Duration, Option<Box<Names>>),
}
