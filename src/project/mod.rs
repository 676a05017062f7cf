//! The driver: finds files, runs the phases, applies severities, waivers and marks, once.
//!
//! `baseline` holds findings that are known, `files` finds and reads, `fix` mends, `load` follows includes, `groups` says which files are judged together,
//! `config` finds settings, `run` runs the phases, `judged` judges a model piece by piece, `checked` lists what they judged, `levels` are severities,
//! `marks` the expectations written as `//~`, `evidence` the files that notes name, `inputs` all that a check hangs on, `notices` the texts that policies encode.

pub mod baseline;
pub mod checked;
pub mod config;
pub mod evidence;
pub mod files;
pub mod fix;
pub mod groups;
pub mod inputs;
pub mod judged;
pub mod levels;
pub mod load;
pub mod marks;
pub mod notices;
pub mod run;
pub mod standard;
pub mod vacuity;

pub use checked::Checked;
pub use inputs::Inputs;
pub use judged::Kept;
pub use levels::Levels;
pub use load::{Input, Loaded, Trees, load, load_keeping};
pub use run::{Counts, Outcome, Unlisted, run, run_keeping};
