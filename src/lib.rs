//! abide

pub mod diag;
pub mod check;
pub mod decide;
pub mod flow;
pub mod model;
pub mod source;
pub mod syntax;
