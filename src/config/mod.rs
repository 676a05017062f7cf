//! `abide.toml`: what a project sets once, so that every run and everybody's run is the same.
//!
//! `raw` is the file as serde reads it, with places; `read` makes it a [`Config`] or says in one place
//! what is wrong; `fault` shows that place. Which file is read, and what it extends, is `project`'s.

mod fault;
pub mod raw;
mod read;

use crate::diag::Severity;
use crate::limits;
use std::collections::BTreeMap;
use std::path::PathBuf;

pub use jiff::civil::Date;
pub use read::{Text, read};

/// Where a value was set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// The file, as people see it.
    pub file: String,
    /// The line in it, from 1.
    pub line: u32,
    /// The bytes in it: the first, and one past the last.
    pub bytes: (u32, u32),
}

/// A settings file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path as people see it.
    pub shown: String,
    /// Its folder and name as opened.
    pub path: PathBuf,
    /// What it says.
    pub text: String,
}

/// A value with the place that set it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Where it was set.
    pub origin: Origin,
}

/// What is left out of folders that are searched.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exclude {
    /// The folder that the patterns count from.
    pub folder: PathBuf,
    /// Patterns as in a `.gitignore`.
    pub patterns: Vec<String>,
}

/// A format, with the file to write where it does not go to standard output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Format {
    /// Its name.
    pub name: String,
    /// The file.
    pub file: Option<PathBuf>,
}

/// A waiver for flows that no statement can carry one for, since they were imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waive {
    /// The code it silences.
    pub code: String,
    /// The last day it silences.
    pub until: Date,
    /// Why.
    pub because: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// What the finding must be about; at least one is set, and all that are set must match.
    pub about: About,
}

/// What a finding is about, as far as a waiver says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// The plan.
    pub plan: Option<String>,
    /// The policy that judged.
    pub policy: Option<String>,
    /// The sending node.
    pub from: Option<String>,
    /// The receiving node.
    pub to: Option<String>,
    /// The data, as the finding lists it.
    pub data: Option<String>,
}

/// Defaults of options on output and failing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Output {
    /// Formats, as `-f` takes them.
    pub formats: Option<Placed<Vec<Format>>>,
    /// `auto`, `always` or `never`.
    pub color: Option<Placed<raw::Color>>,
    /// What makes a run fail.
    pub fail_level: Option<Placed<raw::FailLevel>>,
    /// How many findings formats for people print; 0 is all.
    pub max_findings: Option<Placed<usize>>,
    /// Whether findings are counted by code.
    pub statistics: Option<Placed<bool>>,
    /// Whether expected findings are shown.
    pub show_expected: Option<Placed<bool>>,
}

/// Limits that are set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits {
    /// Bytes of one file.
    pub file_size: Option<Placed<u64>>,
    /// Declared names of a run.
    pub names: Option<Placed<usize>>,
    /// Braces and parentheses in each other.
    pub nesting: Option<Placed<usize>>,
    /// Labels of a plan.
    pub labels: Option<Placed<usize>>,
    /// Findings of a run.
    pub findings: Option<Placed<usize>>,
}

impl Limits {
    /// The limits in force.
    pub fn in_force(&self) -> limits::Limits {
        let or = |set: &Option<Placed<usize>>, usual| set.as_ref().map_or(usual, |p| p.value);
        let usual = limits::DEFAULT;
        limits::Limits {
            file_size: self.file_size.as_ref().map_or(usual.file_size, |p| p.value),
            names: or(&self.names, usual.names),
            nesting: or(&self.nesting, usual.nesting),
            labels: or(&self.labels, usual.labels),
            findings: or(&self.findings, usual.findings),
        }
    }
}

/// A project's settings, checked; what is not set is `None` or empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Config {
    /// The files it was read from: the nearest, then what each extends.
    pub files: Vec<File>,
    /// What is read where the command line names no path.
    pub paths: Option<Placed<Vec<PathBuf>>>,
    /// What is left out.
    pub exclude: Option<Placed<Exclude>>,
    /// Severities by code, group, `all` or `warnings`.
    pub severity: BTreeMap<String, Placed<Severity>>,
    /// The text of the notice that each policy, by name, was written from.
    pub notices: BTreeMap<String, Placed<PathBuf>>,
    /// Waivers.
    pub waive: Vec<Placed<Waive>>,
    /// Defaults of options.
    pub output: Output,
    /// Limits.
    pub limits: Limits,
}

/// The JSON Schema of the file.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(raw::Raw).to_value()
}

impl Config {
    /// These settings, and those of `base` where these say nothing. Tables are joined name by name,
    /// waivers add up, every other value replaces that of the base.
    pub fn over(mut self, base: Config) -> Config {
        self.files.extend(base.files);
        for (name, severity) in base.severity {
            self.severity.entry(name).or_insert(severity);
        }
        for (policy, path) in base.notices {
            self.notices.entry(policy).or_insert(path);
        }
        self.waive.extend(base.waive);
        Config {
            paths: self.paths.or(base.paths),
            exclude: self.exclude.or(base.exclude),
            output: Output {
                formats: self.output.formats.or(base.output.formats),
                color: self.output.color.or(base.output.color),
                fail_level: self.output.fail_level.or(base.output.fail_level),
                max_findings: self.output.max_findings.or(base.output.max_findings),
                statistics: self.output.statistics.or(base.output.statistics),
                show_expected: self.output.show_expected.or(base.output.show_expected),
            },
            limits: Limits {
                file_size: self.limits.file_size.or(base.limits.file_size),
                names: self.limits.names.or(base.limits.names),
                nesting: self.limits.nesting.or(base.limits.nesting),
                labels: self.limits.labels.or(base.limits.labels),
                findings: self.limits.findings.or(base.limits.findings),
            },
            ..self
        }
    }

    /// The severities in the order in which they count: what is said of more codes first, so that
    /// the last word is the closest.
    pub fn severities(&self) -> Vec<(&str, Severity)> {
        let mut all: Vec<_> = self
            .severity
            .iter()
            .map(|(name, placed)| (name.as_str(), placed.value))
            .collect();
        let reach = |name: &str| match name {
            "all" => 0,
            "warnings" => 1,
            _ if crate::diag::codes::by_name(name).is_none() => 2,
            _ => 3,
        };
        all.sort_by_key(|(name, _)| (reach(name), *name));
        all
    }
}
