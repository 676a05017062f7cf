//! Findings on paper: one file a format, each total and given the same report.

pub mod concise;
pub mod coverage;
pub mod github;
pub mod gitlab;
pub mod grouped;
pub mod human;
pub mod json;
pub mod json_lines;
pub mod junit;
pub mod machine;
pub mod sarif;
pub mod summary;

use crate::diag::{Diagnostic, Severity};
use crate::project::{Checked, Counts, Unlisted};
use crate::source::{SourceMap, Span};
use crate::syntax::ast::Ast;

/// What every format is given.
#[derive(Debug, Clone)]
pub struct Report<'a> {
    /// All texts.
    pub sources: &'a SourceMap,
    /// All trees, by file.
    pub asts: &'a [Ast],
    /// All findings in order, waived and expected ones included.
    pub findings: &'a [Diagnostic],
    /// Findings that were counted and are not among them.
    pub unlisted: &'a [Unlisted],
    /// How much was checked.
    pub counts: Counts,
    /// What was checked, one by one.
    pub checked: &'a [Checked],
    /// Days until each waiver that silences something ends.
    pub waivers_end_in: &'a [i64],
    /// Whether people also want to see expected findings in full.
    pub show_expected: bool,
    /// Whether the last line is left out.
    pub quiet: bool,
    /// Whether findings are also counted by code.
    pub statistics: bool,
    /// How many findings formats for people print, if there is a limit.
    pub max_findings: Option<usize>,
}

impl<'a> Report<'a> {
    /// Findings alone, with nothing said of what was checked.
    pub fn of(sources: &'a SourceMap, asts: &'a [Ast], findings: &'a [Diagnostic]) -> Report<'a> {
        Report {
            sources,
            asts,
            findings,
            unlisted: &[],
            counts: Counts::default(),
            checked: &[],
            waivers_end_in: &[],
            show_expected: false,
            quiet: false,
            statistics: false,
            max_findings: None,
        }
    }

    /// The path of a place as people see it.
    pub fn path(&self, span: Span) -> &str {
        &self.sources.file(span.file).shown
    }

    /// Findings that count: neither waived, nor expected, nor in the baseline.
    pub fn open(&self) -> impl Iterator<Item = &Diagnostic> {
        self.findings.iter().filter(|d| d.counts())
    }

    /// Findings to show to people.
    pub fn shown(&self) -> impl Iterator<Item = &Diagnostic> {
        self.findings.iter().filter(|d| self.shows(d))
    }

    /// Whether a finding is shown to people: it counts, or it is expected and they want to see that.
    pub fn shows(&self, diagnostic: &Diagnostic) -> bool {
        diagnostic.waived.is_none()
            && !diagnostic.known
            && (!diagnostic.expected || self.show_expected)
    }

    /// Findings that formats for people print: those to show, up to the limit.
    pub fn listed(&self) -> impl Iterator<Item = &Diagnostic> {
        let most = self.max_findings.unwrap_or(usize::MAX);
        self.shown().take(most)
    }

    /// How many open findings have a severity.
    pub fn count(&self, severity: Severity) -> usize {
        let listed = self.open().filter(|d| d.severity == severity).count();
        let others = self.unlisted.iter().filter(|one| one.severity == severity);
        listed + others.map(|one| one.count).sum::<usize>()
    }
}

/// `path:line:col` of a finding.
pub fn place(report: &Report, diagnostic: &Diagnostic) -> String {
    let span = diagnostic.primary.span;
    let at = report.sources.start(span);
    let path = report.path(span);
    format!("{path}:{}:{}", at.line, at.column)
}

/// A text in which nothing can steer the terminal: control characters and marks that turn the
/// direction of writing are spelled out.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => shown.push(c),
            _ if steers(c) => shown.extend(c.escape_unicode()),
            _ => shown.push(c),
        }
    }
    shown
}

/// Whether a character could steer a terminal or hide text.
pub fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
