//! `grouped`: findings under the file they are in.

use super::{Report, summary, visible};
use crate::diag::Diagnostic;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Writes each file with its findings below it, then the summary.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut files: BTreeMap<&str, Vec<&Diagnostic>> = BTreeMap::new();
    for diagnostic in report.listed() {
        let file = report.path(diagnostic.primary.span);
        files.entry(file).or_default().push(diagnostic);
    }
    for (file, findings) in files {
        writeln!(out, "{}:", visible(file))?;
        let rows: Vec<[String; 2]> = findings
            .iter()
            .map(|diagnostic| row(report, diagnostic))
            .collect();
        let width = |column: usize| {
            let all = rows.iter().map(|row| row[column].chars().count());
            all.max().unwrap_or(0)
        };
        let (places, codes) = (width(0), width(1));
        for ([place, code], diagnostic) in rows.iter().zip(findings) {
            let message = visible(&diagnostic.message).replace('\n', " ");
            writeln!(out, "  {place:<places$}  {code:<codes$}  {message}")?;
        }
        writeln!(out)?;
    }
    summary::write(report, out)
}

fn row(report: &Report, diagnostic: &Diagnostic) -> [String; 2] {
    let at = report.sources.start(diagnostic.primary.span);
    let expected = if diagnostic.expected { "expected " } else { "" };
    let severity = diagnostic.severity.word();
    [
        format!("{}:{}", at.line, at.column),
        format!("{expected}{severity}[{}]", diagnostic.code.name),
    ]
}
