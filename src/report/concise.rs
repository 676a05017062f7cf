//! `concise`: one line a finding.

use super::{Report, place, summary, visible};
use std::io::{self, Write};

/// Writes `path:line:col: error[code]: message` for each finding, then the summary.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for diagnostic in report.listed() {
        let expected = if diagnostic.expected { "expected " } else { "" };
        writeln!(
            out,
            "{}: {expected}{}[{}]: {}",
            visible(&place(report, diagnostic)),
            diagnostic.severity.word(),
            diagnostic.code.name,
            visible(&diagnostic.message).replace('\n', " ")
        )?;
    }
    summary::write(report, out)
}
