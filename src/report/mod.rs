//! Findings on paper: one file a format, each total and given the same report.

pub mod concise;
pub mod human;
pub mod json;
pub mod summary;

use crate::diag::{Diagnostic, Diags, Severity};
use crate::project::Counts;
use crate::source::SourceMap;

/// What every format is given.
#[derive(Debug)]
pub struct Report<'a> {
    /// All texts.
    pub sources: &'a SourceMap,
    /// All findings in order, waived and expected ones included.
    pub findings: &'a Diags,
    /// How much was checked.
    pub counts: Counts,
    /// Days until each waiver that silences something ends.
    pub waivers_end_in: &'a [i64],
    /// Whether people also want to see expected findings in full.
    pub show_expected: bool,
    /// Whether the last line is left out.
    pub quiet: bool,
    /// Whether findings are also counted by code.
    pub statistics: bool,
}

impl Report<'_> {
    /// Findings that count: neither waived nor expected.
    pub fn open(&self) -> impl Iterator<Item = &Diagnostic> {
        self.findings
            .iter()
            .filter(|d| d.waived.is_none() && !d.expected)
    }

    /// Findings to show to people.
    pub fn shown(&self) -> impl Iterator<Item = &Diagnostic> {
        self.findings
            .iter()
            .filter(|d| d.waived.is_none() && (!d.expected || self.show_expected))
    }

    /// How many open findings have a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.open().filter(|d| d.severity == severity).count()
    }
}

/// `path:line:col` of a finding.
pub fn place(report: &Report, diagnostic: &Diagnostic) -> String {
    let span = diagnostic.primary.span;
    let at = report.sources.start(span);
    let path = &report.sources.file(span.file).shown;
    format!("{path}:{}:{}", at.line, at.column)
}

/// A text in which nothing can steer the terminal: control characters and marks that turn the
/// direction of writing are spelled out.
pub fn visible(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\t' => c.to_string(),
            _ if steers(c) => format!("\\u{{{:x}}}", c as u32),
            _ => c.to_string(),
        })
        .collect()
}

/// Whether a character could steer a terminal or hide text.
pub fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
