//! `junit`: findings as failed test cases, with a passing case for each rule, plan and expectation
//! that held, so that a clean run is not a run without tests.

use super::{Report, visible};
use crate::diag::{Diagnostic, Severity};
use crate::project::Checked;
use crate::project::checked::What;
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// One case: its opening tag's attributes and what is in it.
struct Case {
    class: String,
    name: String,
    line: u32,
    outcome: Outcome,
}

enum Outcome {
    Held,
    Failed {
        severity: &'static str,
        message: String,
        text: String,
    },
    Skipped(String),
}

/// Writes a suite for each file.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut suites: BTreeMap<&str, Vec<Case>> = BTreeMap::new();
    for one in report.checked.iter().filter(|one| held(report, one)) {
        suites
            .entry(report.path(one.span))
            .or_default()
            .push(passing(report, one));
    }
    for diagnostic in report.findings {
        suites
            .entry(report.path(diagnostic.primary.span))
            .or_default()
            .push(found(report, diagnostic));
    }
    for cases in suites.values_mut() {
        tell_apart(cases);
    }
    let all = || suites.values().flatten();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites name=\"abide\" tests=\"{}\" failures=\"{}\" errors=\"0\">",
        all().count(),
        all().filter(|case| case.failed()).count()
    )?;
    for (file, cases) in &suites {
        suite(file, cases, out)?;
    }
    writeln!(out, "</testsuites>")
}

impl Case {
    fn failed(&self) -> bool {
        matches!(self.outcome, Outcome::Failed { .. })
    }

    fn skipped(&self) -> bool {
        matches!(self.outcome, Outcome::Skipped(_))
    }
}

fn suite(file: &str, cases: &[Case], out: &mut dyn Write) -> io::Result<()> {
    let file = escaped(file);
    writeln!(
        out,
        "  <testsuite name=\"{file}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">",
        cases.len(),
        cases.iter().filter(|case| case.failed()).count(),
        cases.iter().filter(|case| case.skipped()).count()
    )?;
    for case in cases {
        let attributes = format!(
            "name=\"{}\" classname=\"{}\" file=\"{file}\" line=\"{}\"",
            escaped(&case.name),
            escaped(&case.class),
            case.line
        );
        match &case.outcome {
            Outcome::Held => writeln!(out, "    <testcase {attributes}/>")?,
            Outcome::Failed {
                severity,
                message,
                text,
            } => writeln!(
                out,
                "    <testcase {attributes}>\n      <failure type=\"{severity}\" message=\"{}\">{}</failure>\n    </testcase>",
                escaped(message),
                lines(text)
            )?,
            Outcome::Skipped(why) => writeln!(
                out,
                "    <testcase {attributes}>\n      <skipped message=\"{}\"/>\n    </testcase>",
                escaped(why)
            )?,
        }
    }
    writeln!(out, "  </testsuite>")
}

/// Whether nothing that counts was found in it, and, of a rule, whether it decides no finding.
fn held(report: &Report, one: &Checked) -> bool {
    let within = |span: Span| {
        span.file == one.span.file && one.span.start <= span.start && span.end <= one.span.end
    };
    let decides = |diagnostic: &Diagnostic| {
        one.what == What::Rule
            && diagnostic.flow.as_ref().is_some_and(|flow| {
                let mut rules = flow.rules.iter();
                rules.any(|rule| rule.span == one.span)
            })
    };
    !one.broken
        && !report
            .open()
            .any(|diagnostic| within(diagnostic.primary.span) || decides(diagnostic))
}

fn passing(report: &Report, one: &Checked) -> Case {
    let text = || {
        let words: Vec<&str> = report.sources.slice(one.span).split_whitespace().collect();
        words.join(" ")
    };
    let (class, name) = match one.what {
        What::Rule => {
            let name = one.label.clone().unwrap_or_else(text);
            (format!("policy {}", one.owner), format!("rule {name}"))
        }
        What::Plan => (format!("plan {}", one.owner), "all flows".to_string()),
        What::Expectation => (format!("test {}", one.owner), text()),
    };
    Case {
        class,
        name,
        line: report.sources.start(one.span).line,
        outcome: Outcome::Held,
    }
}

fn found(report: &Report, diagnostic: &Diagnostic) -> Case {
    let outcome = match &diagnostic.waived {
        Some(reason) => Outcome::Skipped(format!("waived: {reason}")),
        None if diagnostic.known => Outcome::Skipped("in the baseline".to_string()),
        None if diagnostic.expected => {
            Outcome::Skipped("expected: a mark announces it".to_string())
        }
        None => Outcome::Failed {
            severity: match diagnostic.severity {
                Severity::Error => "error",
                Severity::Warning | Severity::Allow => "warning",
            },
            message: diagnostic.message.clone(),
            text: details(report, diagnostic),
        },
    };
    Case {
        class: diagnostic.code.name.to_string(),
        name: diagnostic.message.clone(),
        line: report.sources.start(diagnostic.primary.span).line,
        outcome,
    }
}

fn details(report: &Report, diagnostic: &Diagnostic) -> String {
    let mut lines = vec![super::place(report, diagnostic)];
    lines.extend(diagnostic.notes.iter().cloned());
    lines.extend(diagnostic.help.iter().map(|help| format!("help: {help}")));
    lines.join("\n")
}

/// Counts cases that would be taken for one another, since readers keep one of a name.
fn tell_apart(cases: &mut [Case]) {
    let mut taken = BTreeSet::new();
    let mut next: BTreeMap<(String, String), usize> = BTreeMap::new();
    for case in cases {
        let name = case.name.clone();
        while !taken.insert((case.class.clone(), case.name.clone())) {
            let ordinal = next.entry((case.class.clone(), name.clone())).or_insert(1);
            *ordinal += 1;
            case.name = format!("{name} ({ordinal})");
        }
    }
}

/// Text for an element, whose lines stay lines.
fn lines(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(escaped).collect();
    lines.join("\n").replace("&#9;", "\t")
}

/// Text for an attribute: characters that XML does not allow are spelled out.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in visible(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push_str("&#9;"),
            '\u{fffe}' | '\u{ffff}' => escaped += &format!("\\u{{{:x}}}", c as u32),
            _ => escaped.push(c),
        }
    }
    escaped
}
