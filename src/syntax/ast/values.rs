//! Names, lists, dates and lengths of time.
//!
//! A tree of a large file is mostly these: a name's text stands in its name where it is short, and a path of
//! one name is no list.

use crate::source::Span;
use ecow::EcoString;

/// A name as written.
#[derive(Debug, Clone)]
pub struct Name {
    /// The text without backticks.
    pub text: EcoString,
    /// Its place (backticks included).
    pub span: Span,
}

/// A name, or a dotted path that steps through direct parents: `contact-details.name`.
#[derive(Debug, Clone)]
#[expect(
    clippy::box_collection,
    reason = "few paths have more names: a word says that"
)]
pub struct Path {
    /// The topmost name, nearly always the only one.
    pub first: Name,
    /// The names after it, each a child of the one before.
    rest: Option<Box<Vec<Name>>>,
}

impl Path {
    /// A topmost name and those after it.
    pub fn new(first: Name, rest: Vec<Name>) -> Path {
        let rest = (!rest.is_empty()).then(|| Box::new(rest));
        Path { first, rest }
    }

    /// The names after the first.
    fn rest(&self) -> &[Name] {
        self.rest.as_deref().map_or(&[], Vec::as_slice)
    }

    /// All its names.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &Name> + Clone {
        std::iter::once(&self.first).chain(self.rest())
    }

    /// The name that it leads to.
    pub fn last(&self) -> &Name {
        self.rest().last().unwrap_or(&self.first)
    }

    /// Whether it is one name alone.
    pub fn is_one_name(&self) -> bool {
        self.rest.is_none()
    }

    /// The whole path.
    pub fn span(&self) -> Span {
        Span {
            end: self.last().span.end,
            ..self.first.span
        }
    }
}

/// A quoted string, escapes undone.
#[derive(Debug, Clone)]
pub struct Text {
    /// The value.
    pub value: Box<str>,
    /// With its quotes.
    pub span: Span,
}

/// `///` lines before a declaration, rule or node, each without the marks and one following blank.
pub type Docs = Box<[Text]>;

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

/// `A, B other than C, D`: the set of A and B less that of C and D.
#[derive(Debug, Clone)]
pub struct Names {
    /// The paths before `other than`, then those after it.
    paths: Box<[Path]>,
    /// How many stand before it.
    included: u32,
    /// The whole list.
    pub span: Span,
}

impl Names {
    /// These less those.
    pub fn new(mut include: Vec<Path>, exclude: Vec<Path>, span: Span) -> Names {
        let included = include.len() as u32;
        include.extend(exclude);
        Names {
            paths: include.into(),
            included,
            span,
        }
    }

    /// The paths before `other than`. None means *any*.
    pub fn include(&self) -> &[Path] {
        &self.paths[..self.included as usize]
    }

    /// The paths after it.
    pub fn exclude(&self) -> &[Path] {
        &self.paths[self.included as usize..]
    }
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
    pub verbs: Box<[Verb]>,
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
