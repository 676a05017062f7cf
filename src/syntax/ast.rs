//! What a file says, before any name is looked up.
//!
//! The tree keeps everything the formatter needs but layout and comments, which stand in a side
//! table (`comments`). A statement that does not parse is kept as [`Broken`] so that nothing is lost.

use crate::source::{FileId, Span};
pub use jiff::civil::Date;

/// One file.
#[derive(Debug, Clone)]
pub struct Ast {
    /// The file parsed.
    pub file: FileId,
    /// Its top-level declarations in order.
    pub items: Vec<Item>,
    /// Every `//` comment (not `///`), in order of place, without its line end.
    pub comments: Vec<Comment>,
}

/// A `//` comment, a side table so that the tree stays about meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// The text with its `//`, trailing blanks removed.
    pub text: String,
    /// Its place.
    pub span: Span,
    /// Whether only blanks stand before it on its line.
    pub own_line: bool,
}

/// Text that no rule of the grammar takes; its error is in the diagnostics.
#[derive(Debug, Clone)]
pub struct Broken {
    /// From the first byte not understood up to where parsing resumed.
    pub span: Span,
}

/// A top-level declaration.
#[derive(Debug, Clone)]
pub enum Item {
    /// `include "path"`.
    Include(Include),
    /// `data …`, `party …`, `fact …`: names of one kind.
    Vocabulary(Vocabulary),
    /// `policy …`.
    Policy(Policy),
    /// `plan …`.
    Plan(Plan),
    /// `test …`.
    Test(Test),
    /// What could not be parsed.
    Broken(Broken),
}

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
    pub entries: Vec<Entry>,
    /// After `is`: parents of every entry.
    pub is: Vec<Path>,
    /// After `excludes`: facts that never hold together with any entry.
    pub excludes: Vec<Path>,
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
    pub children: Vec<Entry>,
    /// The name up to its closing brace.
    pub span: Span,
}

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

/// A condition on facts. `not` binds tighter than `and`, `and` than `or`.
#[derive(Debug, Clone)]
pub enum Condition {
    /// A fact.
    Fact(Path),
    /// `not C`.
    Not(Box<Condition>, Span),
    /// Two or more.
    And(Vec<Condition>),
    /// Two or more.
    Or(Vec<Condition>),
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
    Of(Names, Option<Names>),
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
    When(Condition),
    /// `at most T [after E]`.
    AtMost(Duration, Option<Names>),
}

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
    Section(Section),
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

/// `verbs, then data`.
#[derive(Debug, Clone)]
pub struct Acts {
    /// At least one.
    pub verbs: Vec<Verb>,
    /// The data.
    pub data: Names,
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
    Checks(Vec<Name>, Span),
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
    pub waivers: Vec<Waiver>,
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
    pub given: Vec<Literal>,
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

/// A step of a plan.
#[derive(Debug, Clone)]
pub struct Edge {
    /// Doc comments.
    pub docs: Docs,
    /// Waivers.
    pub waivers: Vec<Waiver>,
    /// The sending or acting node.
    pub from: Name,
    /// What it does.
    pub kind: EdgeKind,
    /// `as F`.
    pub form: Option<Names>,
    /// `for P`.
    pub purpose: Option<Names>,
    /// `given F, …`.
    pub given: Vec<Literal>,
    /// `fulfilling D, …`.
    pub fulfilling: Vec<Path>,
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

/// `test "…" for POLICY, … { … }`.
#[derive(Debug, Clone)]
pub struct Test {
    /// Doc comments.
    pub docs: Docs,
    /// Its title.
    pub title: Text,
    /// The policies, each checked on its own.
    pub policies: Vec<Name>,
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
    Needs(Vec<Literal>),
}

/// A flow in one line: of a test, or of `abide ask`.
#[derive(Debug, Clone)]
pub struct FlowLine {
    /// The acts.
    pub acts: Acts,
    /// Clauses as in a rule (`when` and `at most` do not occur).
    pub clauses: Vec<Clause>,
    /// `T [after E]`, of `retain`.
    pub time: Option<(Duration, Option<Names>)>,
    /// `given F, …`.
    pub given: Vec<Literal>,
    /// `fulfilling D, …`.
    pub fulfilling: Vec<Path>,
    /// Without the verdict.
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
