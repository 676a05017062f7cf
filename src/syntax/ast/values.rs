//! Names, lists, dates and lengths of time.

use crate::source::Span;

/// A name as written.
#[derive(Debug, Clone)]
pub struct Name {
    /// The text without backticks.
    pub text: String,
    /// Its place (backticks included).
    pub span: Span,
}

/// A name, or a dotted path that steps through direct parents: `contact-details.name`.
#[derive(Debug, Clone)]
pub struct Path {
    /// At least one.
    pub segments: Vec<Name>,
    /// The whole path.
    pub span: Span,
}

/// A quoted string, escapes undone.
#[derive(Debug, Clone)]
pub struct Text {
    /// The value.
    pub value: String,
    /// With its quotes.
    pub span: Span,
}

/// `///` lines before a declaration, rule or node, each without the marks and one following blank.
pub type Docs = Vec<Text>;

/// Actions as written: the seven verbs and the two groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VerbWord {
    /// `collect`
    Collect,
    /// `use`
    Use,
    /// `derive`
    Derive,
    /// `share`
    Share,
    /// `sell`
    Sell,
    /// `transfer`
    Transfer,
    /// `retain`
    Retain,
    /// `disclose`: share, sell.
    Disclose,
    /// `process`: all.
    Process,
}

/// A verb with its place.
#[derive(Debug, Clone, Copy)]
pub struct Verb {
    /// The word.
    pub word: VerbWord,
    /// Its place.
    pub span: Span,
}

/// `A, B other than C, D`: the set of A and B less that of C and D. Empty `include` means *any*.
#[derive(Debug, Clone)]
pub struct Names {
    /// Before `other than`.
    pub include: Vec<Path>,
    /// After it.
    pub exclude: Vec<Path>,
    /// The whole list.
    pub span: Span,
}

/// A length of time as written: `60 days`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Duration {
    /// How many.
    pub count: u64,
    /// Of what.
    pub unit: Unit,
    /// Its place.
    pub span: Span,
}

/// Units of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Hours.
    Hour,
    /// Days.
    Day,
    /// Weeks.
    Week,
    /// Months: a twelfth of a year of 365 days.
    Month,
    /// Years of 365 days.
    Year,
}

/// `verbs, then data`.
#[derive(Debug, Clone)]
pub struct Acts {
    /// At least one.
    pub verbs: Vec<Verb>,
    /// The data.
    pub data: Names,
}

/// A fact or `not` a fact, in `given` and `needs`.
#[derive(Debug, Clone)]
pub struct Literal {
    /// `not` stands before it.
    pub negated: bool,
    /// The fact.
    pub fact: Path,
    /// With its `not`.
    pub span: Span,
}

impl Duration {
    /// The length in hours, on which the total order rests: a year is 365 days and 12 months.
    pub fn hours(self) -> u64 {
        self.count.saturating_mul(match self.unit {
            Unit::Hour => 1,
            Unit::Day => 24,
            Unit::Week => 24 * 7,
            Unit::Month => 24 * 365 / 12,
            Unit::Year => 24 * 365,
        })
    }
}

impl std::fmt::Display for Duration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let unit = match self.unit {
            Unit::Hour => "hour",
            Unit::Day => "day",
            Unit::Week => "week",
            Unit::Month => "month",
            Unit::Year => "year",
        };
        let plural = if self.count == 1 { "" } else { "s" };
        write!(f, "{} {unit}{plural}", self.count)
    }
}
