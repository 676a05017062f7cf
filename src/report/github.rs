//! `github`: workflow commands that GitHub Actions turns into annotations, and a table for the
//! summary of a step.

use super::{Report, place, summary, visible};
use crate::diag::{Diagnostic, Severity};
use std::io::{self, Write};

/// How many findings the table of a step has: GitHub refuses summaries above a megabyte.
const LONGEST_TABLE: usize = 500;

/// Writes a command for each finding, errors first, for only the first ten of a step are shown.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for diagnostic in errors_first(report) {
        writeln!(out, "{}", command(report, diagnostic))?;
    }
    Ok(())
}

/// What a step's summary shows: a table of the findings and the last line, in Markdown.
pub fn step_summary(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "### abide\n\n{}", text(&summary::line(report)))?;
    let findings = errors_first(report);
    if findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n| | code | place | finding |\n|---|---|---|---|")?;
    for diagnostic in findings.iter().take(LONGEST_TABLE) {
        writeln!(
            out,
            "| {} | {} | {} | {} |",
            word(diagnostic),
            diagnostic.code.name,
            text(&place(report, diagnostic)),
            text(&diagnostic.message)
        )?;
    }
    if findings.len() > LONGEST_TABLE {
        writeln!(out, "\n… and {} more", findings.len() - LONGEST_TABLE)?;
    }
    Ok(())
}

fn errors_first<'a>(report: &'a Report) -> Vec<&'a Diagnostic> {
    let mut findings: Vec<&Diagnostic> = report.shown().collect();
    findings.sort_by_key(|d| (d.expected, std::cmp::Reverse(d.severity)));
    findings
}

fn command(report: &Report, diagnostic: &Diagnostic) -> String {
    let span = diagnostic.primary.span;
    let (start, end) = (report.sources.start(span), report.sources.end(span));
    let mut at = format!("line={}", start.line);
    // Columns of several lines would be those of the first line.
    if start.line == end.line {
        at += &format!(
            ",col={},endLine={},endColumn={}",
            start.column, end.line, end.column
        );
    } else {
        at += &format!(",endLine={}", end.line);
    }
    let help = diagnostic.help.iter().map(|help| format!("help: {help}"));
    let message: Vec<String> = std::iter::once(diagnostic.message.clone())
        .chain(help)
        .collect();
    format!(
        "::{} title={},file={},{at}::{}",
        word(diagnostic),
        property(&format!("abide: {}", diagnostic.code.name)),
        property(report.path(span)),
        data(&message.join("\n"))
    )
}

fn word(diagnostic: &Diagnostic) -> &'static str {
    match diagnostic.severity {
        _ if diagnostic.expected => "notice",
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Allow => "notice",
    }
}

/// What stands after the second `::`.
fn data(text: &str) -> String {
    visible(text)
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A value before it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Text in which nothing is Markdown or ends a cell.
fn text(text: &str) -> String {
    let mut escaped = String::new();
    for c in visible(text).chars() {
        match c {
            '\n' | '\t' => escaped.push(' '),
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            '|' | '\\' | '*' | '_' | '[' | ']' | '~' | '@' | '#' => {
                escaped.push('\\');
                escaped.push(c);
            }
            // Names in messages stand in backticks, which may stay what they are.
            _ => escaped.push(c),
        }
    }
    escaped
}
