//! What a file says, before any name is looked up.
//!
//! The tree keeps everything the formatter needs but layout and comments, which stand in a side
//! table (`comments`). A statement that does not parse is kept as [`Broken`] so that nothing is lost.

mod clauses;
mod declarations;
mod plans;
mod rules;
mod tests;
mod values;

pub use clauses::*;
pub use declarations::*;
pub use plans::*;
pub use rules::*;
pub use tests::*;
pub use values::*;

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
