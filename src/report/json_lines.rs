//! `json-lines`: the findings of `json`, one a line.

use super::{Report, json, machine};
use std::io::{self, Write};

/// Writes each finding as one line.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for diagnostic in report.findings {
        machine::line(&json::finding(report.sources, diagnostic), out)?;
        writeln!(out)?;
    }
    Ok(())
}
