//! The output formats: as many results as findings, valid by their schemas, whatever stands in texts
//! and names; and fingerprints that follow a finding wherever it moves.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read schemas and the files that ship"
)]

#[path = "shared/output.rs"]
mod output;

use abide::check::fingerprint;
use abide::diag::{DecidingRule, Diagnostic, FlowFinding, Severity, Step, codes};
use abide::project::checked::What;
use abide::project::run::Settings;
use abide::project::{Input, Levels, Outcome, load, run};
use abide::report::{self, Report};
use abide::source::{SourceMap, Span};
use output::{Schemas, hold, written};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;

/// Names and texts with what formats give a meaning to.
fn nasty() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,12}",
        Just("a:b,c%0A::error::d".to_string()),
        Just("]]></failure>&quot;\u{0}\u{b}\u{ffff}".to_string()),
        Just("[a](b) | `c` <d>\r\n\te".to_string()),
        Just("\u{202e}ümläut 🦀 \u{1b}[31m".to_string()),
    ]
}

/// Findings of every code, at any place, with everything that findings may have.
fn findings() -> impl Strategy<Value = Vec<Sketch>> {
    let one = (
        0..codes::ALL.len(),
        (0u32..60, 0u32..30),
        nasty(),
        0..6usize,
        any::<bool>(),
        prop::option::of(nasty()),
    );
    prop::collection::vec(one, 0..12)
}

type Sketch = (usize, (u32, u32), String, usize, bool, Option<String>);

fn diagnostic(sources: &SourceMap, sketch: &Sketch) -> Diagnostic {
    let (code, (start, length), text, path, error, silence) = sketch;
    let files: Vec<_> = sources.iter().collect();
    let (file, source) = files[*code % files.len()];
    let boundary = |at: u32| {
        let mut at = (at as usize).min(source.text.len());
        while !source.text.is_char_boundary(at) {
            at -= 1;
        }
        at as u32
    };
    let span = Span {
        file,
        start: boundary(*start),
        end: boundary(start + length),
    };
    let mut found = Diagnostic::new(codes::ALL[*code], span, format!("MESSAGE {text}"))
        .label(text.clone())
        .also(span, text.clone())
        .note(text.clone())
        .help(text.clone())
        .fix("mend", vec![(span, text.clone())]);
    found.severity = if *error {
        Severity::Error
    } else {
        Severity::Warning
    };
    match silence {
        Some(reason) if *error => found.waived = Some(reason.clone()),
        Some(_) if *path % 2 == 0 => found.known = true,
        Some(_) => found.expected = true,
        None => {}
    }
    if *path > 0 {
        found.flow = Some(Box::new(FlowFinding {
            plan: text.clone(),
            from: text.clone(),
            rules: vec![DecidingRule {
                label: None,
                span,
                citations: vec![text.clone()],
            }],
            path: (1..*path)
                .map(|_| Step {
                    span,
                    from: text.clone(),
                    to: text.clone(),
                    data: text.clone(),
                    verb: "->",
                })
                .collect(),
            ..FlowFinding::default()
        }));
    }
    found
}

#[test]
fn every_format_has_as_many_results_as_findings() {
    let schemas = Schemas::read();
    let texts = [
        "data a\r\npolicy p {\n\n}\n",
        "",
        "ä🦀\u{202e}\n\n  x: \"\u{0}\"\nno end",
    ];
    let names = ["a.abide", "../my folder/ü,:%.abide", "x/y.abide"];
    proptest!(ProptestConfig::with_cases(200), |(sketches in findings(), show_expected: bool)| {
        let mut sources = SourceMap::default();
        for (name, text) in names.iter().zip(texts) {
            sources.add(Path::new(name), name.to_string(), text.to_string());
        }
        let found: Vec<Diagnostic> =
            sketches.iter().map(|sketch| diagnostic(&sources, sketch)).collect();
        let report = Report { show_expected, ..Report::of(&sources, &[], &found) };
        hold(&report, &schemas);
    });
}

fn checked(path: &str, change: impl Fn(&str) -> String) -> Outcome {
    let text = std::fs::read_to_string(path).expect("it ships");
    let input = Input {
        stdin: Some((path.to_string(), change(&text).into_bytes())),
        ..Input::default()
    };
    let settings = Settings {
        today: "2026-11-24".parse().expect("a date"),
        levels: Levels::default(),
        waivers: true,
        most: None,
    };
    run(load(&input).expect("it loads"), &settings)
}

fn report(outcome: &Outcome) -> Report<'_> {
    Report {
        counts: outcome.counts,
        checked: &outcome.checked,
        show_expected: true,
        ..Report::of(&outcome.sources, &outcome.asts, &outcome.findings)
    }
}

const LAUNCH: &str = "policies/examples/marketing-launch.abide";

#[test]
fn real_findings_are_valid_in_every_format() {
    let schemas = Schemas::read();
    let launch = checked(LAUNCH, str::to_string);
    assert!(launch.findings.len() >= 8);
    hold(&report(&launch), &schemas);
    let torn = checked(LAUNCH, |text| {
        text.replacen("->", "- >", 2) + "\nplan { \u{0} may"
    });
    assert!(torn.findings.iter().any(|d| d.code == &codes::SYNTAX_ERROR));
    hold(&report(&torn), &schemas);
    let binary = checked(LAUNCH, |_| "\u{fffd}(\u{0}".repeat(300));
    hold(&report(&binary), &schemas);
}

/// A clean run is not a run without tests.
#[test]
fn junit_lists_what_held() {
    let clean = checked(
        "policies/examples/number-provisioning.abide",
        str::to_string,
    );
    assert!(clean.findings.iter().all(|d| d.expected));
    let junit = written(report::junit::write, &report(&clean));
    let read = quick_junit::Report::deserialize_from_str(&junit).expect("readable");
    let names: BTreeSet<String> = read
        .test_suites
        .iter()
        .flat_map(|suite| &suite.test_cases)
        .map(|case| format!("{:?} {:?}", case.classname, case.name))
        .collect();
    assert!(
        names
            .iter()
            .any(|name| name.contains("plan number-provisioning")),
        "{names:?}"
    );
    assert!(
        names.iter().any(|name| name.contains("policy ")),
        "{names:?}"
    );
    assert_eq!(read.failures, 0);
    // A plan with findings, and a rule that decides one, do not hold.
    let failing = checked(LAUNCH, |text| text.replace("//~", "// "));
    let junit = written(report::junit::write, &report(&failing));
    assert!(
        !junit.contains("classname=\"plan marketing-launch\""),
        "{junit}"
    );
    let decides: Vec<Span> = failing
        .findings
        .iter()
        .filter_map(|d| d.flow.as_ref())
        .flat_map(|flow| &flow.rules)
        .map(|rule| rule.span)
        .collect();
    let mut deciding = failing
        .checked
        .iter()
        .filter(|one| one.what == What::Rule && one.label.is_some() && decides.contains(&one.span));
    let one = deciding.next().expect("a labelled rule decides");
    let case = format!(
        "name=\"rule {}\" classname=\"policy {}\"",
        one.label.as_deref().unwrap_or_default(),
        one.owner
    );
    assert!(!junit.contains(&case), "{case}");
}

fn fingerprints(outcome: &Outcome) -> BTreeSet<String> {
    fingerprint::all(&outcome.asts, &outcome.findings)
        .into_iter()
        .collect()
}

#[test]
fn fingerprints_follow_a_finding_to_another_line_and_file() {
    let first = checked(LAUNCH, str::to_string);
    let known = fingerprints(&first);
    assert_eq!(
        known.len(),
        first.findings.len(),
        "different flows, different fingerprints"
    );
    let lower = checked(LAUNCH, |text| format!("// moved\n\n\n{text}"));
    assert_eq!(fingerprints(&lower), known);
    // The edges in the opposite order.
    let turned = checked(LAUNCH, turned);
    assert_ne!(
        turned
            .findings
            .iter()
            .map(|d| d.primary.span.start)
            .collect::<Vec<_>>(),
        first
            .findings
            .iter()
            .map(|d| d.primary.span.start)
            .collect::<Vec<_>>()
    );
    assert_eq!(fingerprints(&turned), known);
    // The same plan in a file of another name.
    let text = std::fs::read_to_string(LAUNCH).expect("it ships");
    let elsewhere = Input {
        stdin: Some((
            "policies/examples/moved.abide".to_string(),
            text.into_bytes(),
        )),
        ..Input::default()
    };
    let settings = Settings {
        today: "2026-11-24".parse().expect("a date"),
        levels: Levels::default(),
        waivers: true,
        most: None,
    };
    let moved = run(load(&elsewhere).expect("it loads"), &settings);
    assert_eq!(fingerprints(&moved), known);
}

/// The edges of a plan, each with the comments and marks on its line, last first.
fn turned(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let edge = |line: &&&str| line.contains(" -> ") && !line.trim_start().starts_with("//");
    let edges: Vec<&str> = lines.iter().filter(edge).copied().collect();
    let mut last = edges.iter().rev();
    let turned: Vec<&str> = lines
        .iter()
        .map(|line| match edge(&line) {
            true => last.next().copied().unwrap_or(line),
            false => line,
        })
        .collect();
    turned.join("\n") + "\n"
}

#[test]
fn fingerprints_of_different_findings_differ() {
    let other = checked(LAUNCH, |text| {
        text.replace("marketing-launch", "another-launch")
    });
    let known = fingerprints(&checked(LAUNCH, str::to_string));
    let flows = other.findings.iter().filter(|d| d.flow.is_some()).count();
    let shared = fingerprints(&other).intersection(&known).count();
    assert!(shared <= other.findings.len() - flows, "{shared}");
}
