//! Text to tree: the grammar's side of the language.
//!
//! `token` finds words, strings and marks; `cut` cuts a file where statements begin, so that one
//! broken statement never hides the next; `parse` reads each piece with the grammar and builds the
//! `ast`; `table` reads tables that plans bring in; `expected` says in words what the grammar would
//! have taken.

pub mod ast;
pub(crate) mod cut;
mod expected;
mod parse;
pub mod table;
pub(crate) mod token;

pub use parse::{cells, is_reserved, parse, parse_flow_line, parse_within};
