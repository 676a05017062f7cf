//! Text to tree: the grammar's side of the language.

pub mod ast;
