//! `text`: a line a section, the sentences that nothing cites below it.

use super::{counted, missing, share, title, total};
use crate::analyze::coverage::Coverage;
use crate::report::visible;
use std::io::{self, Write};

/// Writes it.
pub fn write(all: &[Coverage], out: &mut dyn Write) -> io::Result<()> {
    for coverage in all {
        let notice = &coverage.notice;
        let policies = coverage.policies.join(", ");
        writeln!(out, "{}, encoded by {policies}", visible(&notice.shown))?;
        for part in &coverage.parts {
            let (found, sentences) = (part.tally.found(), part.tally.sentences());
            let title = visible(title(&part.title));
            writeln!(out, "  {found:>4} of {sentences:<4} {title}")?;
            for (line, text) in missing(coverage, part) {
                writeln!(out, "    nothing cites {line}: {}", visible(text))?;
            }
        }
        let (share, counted) = (share(&coverage.tally), counted(&coverage.tally));
        writeln!(out, "  {share} of {counted}\n")?;
    }
    let total = total(all);
    let notices = match all.len() {
        1 => "1 notice".to_string(),
        many => format!("{many} notices"),
    };
    writeln!(
        out,
        "{notices}, {} sentences: {} covered",
        total.sentences(),
        share(&total)
    )
}
