//! Where data goes: labels spread through a plan's graph until nothing changes (§5).
//!
//! `labels` says what a label is, `graph` turns a plan's edges into moves of labels and `links` sorts
//! them by receiver, `groups` are nodes that share what they hold, `rows` keeps sets of labels, `spread`
//! runs all moves to the fixpoint, `unsourced` finds what nothing brings, `paths` finds the shortest way
//! that brought a label somewhere.

mod circles;
pub mod graph;
pub mod groups;
pub mod labels;
pub mod links;
pub mod paths;
pub mod rows;
pub mod spread;
pub mod unsourced;

pub use graph::{Asks, Change, Graph, Step, build};
pub use labels::{Label, LabelId, Labels, Origin, Purposes};
pub use paths::Paths;
pub use spread::{Spread, spread};

#[cfg(test)]
mod spec;
