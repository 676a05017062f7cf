//! abide

pub mod check;
pub mod decide;
pub mod diag;
pub mod flow;
pub mod model;
pub mod source;
pub mod syntax;
