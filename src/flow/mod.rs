//! Where data goes: labels spread through a plan's graph until nothing changes (§5).
//!
//! `labels` says what a label is, `graph` turns a plan's edges into moves of labels, `spread` runs
//! them to the fixpoint, `unsourced` finds what nothing brings, `paths` finds the shortest way that
//! brought a label somewhere.

pub mod graph;
pub mod labels;
pub mod paths;
pub mod spread;
pub mod unsourced;

pub use graph::{Graph, Move, build};
pub use labels::{Label, LabelId, Labels, Origin, Purposes};
pub use paths::Paths;
pub use spread::{Spread, spread};
