//! The file as it is written: one field a key. The keys' sentences are those of the JSON Schema.

use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// Settings of a project for `abide`. Paths count from the folder of this file.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "abide.toml")]
pub struct Raw {
    /// Another such file, whose settings hold where this one says nothing.
    #[schemars(with = "Option<String>")]
    pub extend: Option<Spanned<String>>,
    /// Files and folders that are read when the command line names none.
    #[schemars(with = "Option<Vec<String>>")]
    pub paths: Option<Spanned<Vec<String>>>,
    /// Patterns, as in a `.gitignore`, of files and folders that are left out.
    #[schemars(with = "Option<Vec<String>>")]
    pub exclude: Option<Spanned<Vec<String>>>,
    /// The severity of a code, of a group of codes, of `all`, or of all `warnings`. The closest counts.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Level>")]
    pub severity: BTreeMap<Spanned<String>, Spanned<Level>>,
    /// The text of the notice that a policy was written from, by the policy's name.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub notices: BTreeMap<Spanned<String>, Spanned<String>>,
    /// Findings silenced on purpose, where no statement can carry the waiver.
    #[serde(default)]
    #[schemars(with = "Vec<Waive>")]
    pub waive: Vec<Spanned<Waive>>,
    /// Defaults of options.
    #[serde(default)]
    pub output: Output,
    /// How much a run takes in. What is beyond a limit is an error that nothing silences.
    #[serde(default)]
    pub limits: Limits,
}

/// How much a run takes in.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Limits {
    /// Bytes of one file, table or notice.
    #[schemars(with = "Option<u64>", range(max = 4294967279u64))]
    pub file_size: Option<Spanned<u64>>,
    /// Names that the files of a run declare; nodes of plans are not counted.
    #[schemars(with = "Option<usize>")]
    pub names: Option<Spanned<usize>>,
    /// Braces and parentheses in each other.
    #[schemars(with = "Option<usize>", range(max = 64))]
    pub nesting: Option<Spanned<usize>>,
    /// Labels that spread in one plan.
    #[schemars(with = "Option<usize>")]
    pub labels: Option<Spanned<usize>>,
    /// Findings that a run keeps; the others are counted.
    #[schemars(with = "Option<usize>")]
    pub findings: Option<Spanned<usize>>,
}

/// A severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Not reported.
    Allow,
    /// Reported, and fails with `--fail-level warning`.
    Warning,
    /// Reported, and fails.
    Error,
}

/// A waiver. At least one of `plan`, `policy`, `from`, `to` and `data` says what it is about.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Waive {
    /// The code of the findings that it silences.
    #[schemars(with = "String")]
    pub code: Spanned<String>,
    /// The last day on which it does.
    #[schemars(with = "String", extend("format" = "date"))]
    pub until: Spanned<toml::value::Datetime>,
    /// Why.
    #[schemars(with = "String")]
    pub because: Spanned<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Only findings of this plan.
    pub plan: Option<String>,
    /// Only findings of this policy.
    pub policy: Option<String>,
    /// Only flows from this node.
    pub from: Option<String>,
    /// Only flows to this node.
    pub to: Option<String>,
    /// Only flows of this data, as the finding lists it.
    pub data: Option<String>,
}

/// Defaults of options.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Output {
    /// What `-f` takes: FORMAT, or FORMAT=FILE.
    #[schemars(with = "Option<Vec<String>>")]
    pub formats: Option<Spanned<Vec<String>>>,
    /// When to use colours.
    #[schemars(with = "Option<Color>")]
    pub color: Option<Spanned<Color>>,
    /// From which severity on findings fail a run.
    #[schemars(with = "Option<FailLevel>")]
    pub fail_level: Option<Spanned<FailLevel>>,
    /// How many findings formats for people print; 0 is all.
    #[schemars(with = "Option<usize>")]
    pub max_findings: Option<Spanned<usize>>,
    /// Whether findings are also counted by code.
    #[schemars(with = "Option<bool>")]
    pub statistics: Option<Spanned<bool>>,
    /// Whether findings that marks announce are shown.
    #[schemars(with = "Option<bool>")]
    pub show_expected: Option<Spanned<bool>>,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What makes a run fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FailLevel {
    /// Errors.
    Error,
    /// Errors and warnings.
    Warning,
}

impl Color {
    /// The word in the file.
    pub fn word(self) -> &'static str {
        match self {
            Color::Auto => "auto",
            Color::Always => "always",
            Color::Never => "never",
        }
    }
}

impl FailLevel {
    /// The word in the file.
    pub fn word(self) -> &'static str {
        match self {
            FailLevel::Error => "error",
            FailLevel::Warning => "warning",
        }
    }
}
