//! `json-lines`: the findings of `json`, one a line.

use super::{Report, json};
use std::io::{self, Write};

/// Writes each finding as one line.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for diagnostic in report.findings {
        serde_json::to_writer(&mut *out, &json::finding(report.sources, diagnostic))?;
        writeln!(out)?;
    }
    Ok(())
}
