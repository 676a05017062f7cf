//! `gitlab`: a code quality report, which merge requests show beside the changes.

use super::Report;
use crate::check::fingerprint;
use crate::diag::{Diagnostic, Severity};
use serde::Serialize;
use std::io::{self, Write};

#[derive(Debug, Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Debug, Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Debug, Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// Writes one list of all findings that count, and of expected ones where they are wanted.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let fingerprints = fingerprint::all(report.asts, report.findings);
    let issues: Vec<Issue> = report
        .findings
        .iter()
        .zip(fingerprints)
        .filter(|(diagnostic, _)| report.shows(diagnostic))
        .map(|(diagnostic, fingerprint)| issue(report, diagnostic, fingerprint))
        .collect();
    super::machine::pretty(&issues, out)?;
    writeln!(out)
}

fn issue(report: &Report, diagnostic: &Diagnostic, fingerprint: String) -> Issue {
    let span = diagnostic.primary.span;
    Issue {
        description: format!("{}: {}", diagnostic.code.name, diagnostic.message),
        check_name: diagnostic.code.name,
        fingerprint,
        severity: match diagnostic.severity {
            _ if diagnostic.expected => "info",
            Severity::Error => "major",
            Severity::Warning => "minor",
            Severity::Allow => "info",
        },
        location: Location {
            path: report.path(span).to_string(),
            lines: Lines {
                begin: report.sources.start(span).line,
                end: report.sources.end(span).line,
            },
        },
    }
}
