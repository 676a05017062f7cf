//! The last line: what was checked and what came of it.

use super::Report;
use crate::diag::Severity;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// Writes what is wanted below the findings: counts by code, and the last line.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let unlisted = report.unlisted.iter().map(|one| one.count).sum::<usize>();
    let left = report.shown().count() - report.listed().count() + unlisted;
    if left > 0 {
        writeln!(
            out,
            "… and {} (--max-findings 0 shows all)",
            number(left, "more finding", "more findings")
        )?;
    }
    if report.statistics {
        for (count, code, severity) in statistics(report) {
            writeln!(out, "{count:>5}  {:<7}  {code}", severity.word())?;
        }
    }
    if report.quiet {
        return Ok(());
    }
    writeln!(out, "{}", line(report))
}

/// How many open findings each code has, the most frequent first, then by name.
pub fn statistics(report: &Report) -> Vec<(usize, &'static str, Severity)> {
    let mut counts: BTreeMap<(&'static str, Severity), usize> = BTreeMap::new();
    for diagnostic in report.open() {
        *counts
            .entry((diagnostic.code.name, diagnostic.severity))
            .or_default() += 1;
    }
    for one in report.unlisted {
        *counts.entry((one.code.name, one.severity)).or_default() += one.count;
    }
    let mut all: Vec<_> = counts
        .into_iter()
        .map(|((code, severity), count)| (count, code, severity))
        .collect();
    all.sort_by_key(|(count, code, _)| (Reverse(*count), *code));
    all
}

/// `checked 12 policies, 3 plans, 48 flows: 2 errors, 1 warning, 3 waived (1 ends in 9 days)`.
pub fn line(report: &Report) -> String {
    let counts = report.counts;
    let mut checked = vec![
        number(counts.policies, "policy", "policies"),
        number(counts.plans, "plan", "plans"),
        number(counts.flows, "flow", "flows"),
    ];
    if counts.expectations > 0 {
        checked.push(number(counts.expectations, "expectation", "expectations"));
    }
    let mut found = Vec::new();
    let errors = report.count(Severity::Error);
    let warnings = report.count(Severity::Warning);
    if errors > 0 {
        found.push(number(errors, "error", "errors"));
    }
    if warnings > 0 {
        found.push(number(warnings, "warning", "warnings"));
    }
    if found.is_empty() {
        found.push("no findings".to_string());
    }
    let waived = report
        .findings
        .iter()
        .filter(|d| d.waived.is_some())
        .count();
    if waived > 0 {
        let note = ending(report.waivers_end_in);
        found.push(format!("{waived} waived{note}"));
    }
    let known = report.findings.iter().filter(|d| d.known).count();
    if known > 0 {
        found.push(format!("{known} in the baseline"));
    }
    let expected: Vec<_> = report.findings.iter().filter(|d| d.expected).collect();
    if !expected.is_empty() {
        let files: BTreeSet<&str> = expected
            .iter()
            .map(|d| report.sources.file(d.primary.span.file).shown.as_str())
            .collect();
        let files: Vec<&str> = files.into_iter().collect();
        // A few are named; of many, the marks themselves are found sooner than a name in the list.
        let files = match files.len() {
            0..=3 => super::visible(&files.join(", ")),
            many => format!("{many} files"),
        };
        found.push(format!("{} expected (marked in {files})", expected.len()));
    }
    format!("checked {}: {}", checked.join(", "), found.join(", "))
}

/// "1 plan", "2 plans".
pub fn number(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Which of the waivers end within a month, after which what they silence is back.
fn ending(days: &[i64]) -> String {
    let soon: Vec<i64> = days.iter().copied().filter(|days| *days <= 30).collect();
    let (Some(first), Some(last)) = (soon.iter().min(), soon.iter().max()) else {
        return String::new();
    };
    let count = soon.len();
    let verb = if count == 1 { "ends" } else { "end" };
    let when = |days: i64| match days {
        ..=0 => "today".to_string(),
        1 => "in 1 day".to_string(),
        _ => format!("in {days} days"),
    };
    if first == last {
        format!(" ({count} {verb} {})", when(*first))
    } else {
        format!(" ({count} end within 30 days, the first {})", when(*first))
    }
}

#[cfg(test)]
mod tests {
    use super::ending;

    #[test]
    fn waivers_that_end_soon_are_counted_with_their_day() {
        for (days, says) in [
            (&[][..], ""),
            (&[31, 400], ""),
            (&[9, 400], " (1 ends in 9 days)"),
            (&[1], " (1 ends in 1 day)"),
            (&[0], " (1 ends today)"),
            (&[9, 9], " (2 end in 9 days)"),
            (&[29, 9], " (2 end within 30 days, the first in 9 days)"),
            (&[30, 0, 31], " (2 end within 30 days, the first today)"),
        ] {
            assert_eq!(ending(days), says, "{days:?}");
        }
    }
}
