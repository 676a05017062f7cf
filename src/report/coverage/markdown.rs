//! `markdown`: a table a notice, for the description of a change.

use super::{counted, missing, share, title};
use crate::analyze::coverage::Coverage;
use crate::report::visible;
use std::io::{self, Write};

/// Writes it.
pub fn write(all: &[Coverage], out: &mut dyn Write) -> io::Result<()> {
    for (at, coverage) in all.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        let policies = coverage.policies.join(", ");
        let (share, counted) = (share(&coverage.tally), counted(&coverage.tally));
        writeln!(out, "### {}\n", plain(&coverage.notice.shown))?;
        writeln!(out, "Encoded by {policies}: {share} of {counted}.\n")?;
        writeln!(
            out,
            "| section | sentences | in rules | in notes | titles | missing |"
        )?;
        writeln!(out, "|---|--:|--:|--:|--:|--:|")?;
        for part in &coverage.parts {
            let tally = &part.tally;
            writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} |",
                plain(title(&part.title)),
                tally.sentences(),
                tally.covered,
                tally.noted,
                tally.headings,
                tally.missing
            )?;
        }
        if coverage.tally.missing > 0 {
            writeln!(out, "\nNothing cites:\n")?;
            for part in &coverage.parts {
                for (line, text) in missing(coverage, part) {
                    writeln!(out, "- line {line}: {}", plain(text))?;
                }
            }
        }
    }
    Ok(())
}

/// Text that Markdown takes as it stands.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for c in visible(text).chars() {
        if c.is_ascii_punctuation() && !matches!(c, '.' | ',' | ';' | ':' | '(' | ')' | '/' | '-') {
            plain.push('\\');
        }
        plain.push(if c == '\n' { ' ' } else { c });
    }
    plain
}
