//! Tests, and flows in one line.

use super::{Acts, Broken, Clause, Docs, Duration, Literal, Name, Names, Path, Text};
use crate::source::Span;

/// `test "…" for POLICY, … { … }`.
#[derive(Debug, Clone)]
pub struct Test {
    /// Doc comments.
    pub docs: Docs,
    /// Its title.
    pub title: Text,
    /// The policies, each checked on its own.
    pub policies: Box<[Name]>,
    /// What is expected, or what could not be parsed.
    pub items: Vec<TestItem>,
    /// From `test` to the closing brace.
    pub span: Span,
}

/// A line of a test.
#[derive(Debug, Clone)]
pub enum TestItem {
    /// An expectation.
    Expectation(Box<Expectation>),
    /// What could not be parsed.
    Broken(Broken),
}

/// A flow in one line with its verdict.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// The verdict all its acts must have.
    pub verdict: Expected,
    /// The flow.
    pub flow: FlowLine,
    /// The whole line.
    pub span: Span,
}

/// The verdict expected of a flow.
#[derive(Debug, Clone)]
pub enum Expected {
    /// `may`: fine.
    May,
    /// `never`: forbidden.
    Never,
    /// `undeclared`.
    Undeclared,
    /// `needs F, …`: conditional, and F one of the fewest sets.
    Needs(Box<[Literal]>),
}

/// A flow in one line: of a test, or of `abide ask`.
#[derive(Debug, Clone)]
pub struct FlowLine {
    /// The acts.
    pub acts: Acts,
    /// Clauses as in a rule (`when` and `at most` do not occur).
    pub clauses: Box<[Clause]>,
    /// `T [after E]`, of `retain`.
    pub time: Option<Box<(Duration, Option<Names>)>>,
    /// `given F, …`.
    pub given: Box<[Literal]>,
    /// `fulfilling D, …`.
    pub fulfilling: Box<[Path]>,
    /// Without the verdict.
    pub span: Span,
}
