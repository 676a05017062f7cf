//! A compiler for privacy rules.
//!
//! ```text
//! .abide text ─parse─▶ Ast ─lower─▶ Model ─┬─compile─▶ Decision ─┐
//!                       │                  │                     ├─judge─▶ findings ─▶ reports
//!                       │                  └─build──▶ Graph ─spread─▶ labels ─┘
//!                     format                            └─▶ dot
//! ```
//!
//! A policy denotes a set of acts, a planned flow denotes all acts consistent with what it states;
//! checking is set inclusion. Modules in reading order:

#![forbid(unsafe_code)]

pub mod jobs;

pub mod source;

pub mod limits;

pub mod diag;

pub mod syntax;

pub mod config;

pub mod format;

pub mod model;

pub mod decide;

pub mod flow;

pub mod check;

pub mod analyze;

pub mod project;

pub mod report;

pub mod graph;

pub mod cli;
