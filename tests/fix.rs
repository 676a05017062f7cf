//! `--fix`: what it mends is gone, what it changes reads as before, and nothing else comes in its place.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read and write files and run the program"
)]

#[path = "shared/program.rs"]
mod program;

use abide::diag::Group;
use abide::project::fix::{Fixed, fix};
use abide::project::run::Settings;
use abide::project::{Input, Levels, Outcome, files, load, run};
use program::{abide, err, out};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn settings() -> Settings {
    Settings {
        today: "2026-11-24".parse().expect("a date"),
        levels: Levels::default(),
        waivers: true,
        most: None,
    }
}

/// Files, one of which holds another text.
fn input(paths: &[&str], file: &str, text: &str) -> Input {
    Input {
        paths: paths.iter().map(PathBuf::from).collect(),
        texts: BTreeMap::from([(files::canonical(Path::new(file)), text.to_string())]),
        ..Input::default()
    }
}

fn fixed(input: &Input) -> (Fixed, Outcome) {
    let fixed = fix(input, &settings()).expect("it loads");
    let mut after = input.clone();
    for change in &fixed.changes {
        let full = files::canonical(&change.path);
        after.texts.insert(full, change.new.clone());
    }
    let outcome = run(load(&after).expect("it loads"), &settings());
    let again = fix(&after, &settings()).expect("it loads");
    assert_eq!(again, Fixed::default(), "once is enough");
    (fixed, outcome)
}

/// What keeps statements from being read or understood, without its places.
fn unread(outcome: &Outcome) -> Vec<String> {
    let mut all: Vec<String> = outcome
        .findings
        .iter()
        .filter(|d| matches!(d.code.group, Group::Syntax | Group::Names))
        .map(|d| format!("{}: {}", d.code.name, d.message))
        .collect();
    all.sort();
    all
}

const PLANS: [&str; 4] = [
    "policies/examples/marketing-launch.abide",
    "policies/examples/number-provisioning.abide",
    "policies/examples/usage-analytics.abide",
    "policies/twilio/twilio-2022.abide",
];

/// Where long names stand in a text, outside of comments and strings.
fn names(text: &str) -> Vec<(usize, usize)> {
    let mut all = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if !line.contains("//") && !line.contains('"') {
            let mut start = 0;
            for part in line.split(|c: char| !c.is_ascii_lowercase() && c != '-') {
                if part.len() >= 7 && !part.starts_with('-') {
                    all.push((at + start, at + start + part.len()));
                }
                start += part.len() + 1;
            }
        }
        at += line.len();
    }
    all
}

#[test]
fn a_slip_in_a_name_is_mended_and_brings_nothing() {
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(24)
    };
    let mended = std::cell::Cell::new(0);
    let strategy = (
        0..PLANS.len(),
        any::<prop::sample::Index>(),
        1..5usize,
        0..3u8,
    );
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let result = runner.run(&strategy, |(plan, which, place, how)| {
        let file = PLANS[plan];
        let text = std::fs::read_to_string(file).expect("it ships");
        let all = names(&text);
        let (start, _) = all[which.index(all.len())];
        let mut torn = text.clone();
        let letter = start + place;
        match how {
            0 => drop(torn.remove(letter)),
            1 => torn.insert(letter, 'q'),
            _ => torn.replace_range(letter..letter + 1, "x"),
        }
        let input = input(&[file], file, &torn);
        let before = run(load(&input).expect("it loads"), &settings());
        let offered = before.findings.iter().any(|d| {
            d.counts() && d.fix.is_some() && matches!(d.code.group, Group::Syntax | Group::Names)
        });
        let (fixed, after) = fixed(&input);
        let (before, after) = (unread(&before), unread(&after));
        if offered {
            prop_assert!(after.len() < before.len(), "{before:?} {after:?}");
            prop_assert!(fixed.findings > 0);
            mended.set(mended.get() + 1);
        }
        for finding in &after {
            prop_assert!(
                before.contains(finding),
                "{finding} is new; before {before:?}"
            );
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    assert!(mended.get() >= 5, "only {} were mended", mended.get());
}

#[test]
fn idle_waivers_go_and_leave_no_trace() {
    let file = PLANS[1];
    let text = std::fs::read_to_string(file).expect("it ships");
    let waiver = "  waive dead-rule until 2099-01-01 because \"x\" owner \"y\"\n";
    let edges: Vec<usize> = text.match_indices("\n").map(|(at, _)| at + 1).collect();
    let mut tried = 0;
    for at in edges {
        let line = text[at..].lines().next().unwrap_or_default();
        if !line.contains(" -> ") || line.trim_start().starts_with("//") {
            continue;
        }
        tried += 1;
        let mut with = text.clone();
        with.insert_str(at, waiver);
        let (fixed, _) = fixed(&input(&[file], file, &with));
        assert_eq!(fixed.findings, 1, "{line}");
        assert_eq!(fixed.changes.len(), 1, "{line}");
        assert_eq!(fixed.changes[0].new, text, "{line}");
    }
    assert!(tried > 2);
}

#[test]
fn includes_that_are_missing_are_added() {
    let file = PLANS[1];
    let text = std::fs::read_to_string(file).expect("it ships");
    for line in text.lines().filter(|line| line.starts_with("include ")) {
        let without = text.replacen(&format!("{line}\n"), "", 1);
        let input = input(&["policies/twilio", file], file, &without);
        let before = run(load(&input).expect("it loads"), &settings());
        let (_, after) = fixed(&input);
        if !unread(&before).is_empty() {
            assert_eq!(unread(&after), [""; 0], "{line}");
        }
    }
}

const SLIP: &str = "data email\nparty mailer\npolicy p {\n  never share emial with mailer\n}\ntest \"t\" for p { never share email with mailer\n}\n";
const MENDED: &str = "data email\nparty mailer\n\npolicy p {\n  never share email with mailer\n}\n\ntest \"t\" for p {\n  never share email with mailer\n}\n";

#[test]
fn a_difference_shows_first_and_changes_nothing() {
    let dir = tempfile::tempdir().expect("a scratch folder");
    let at = dir.path();
    std::fs::write(at.join("a.abide"), SLIP).expect("written");
    std::fs::write(at.join("latin.abide"), b"data  caf\xe9\n").expect("written");
    let shown = abide(at, &["check", "a.abide", "--fix", "--diff"]);
    assert_eq!(shown.status.code(), Some(1));
    let text = out(&shown);
    assert!(
        text.contains("-  never share emial") && text.contains("+  never share email"),
        "{text}"
    );
    let read = |name: &str| std::fs::read(at.join(name)).expect("there");
    assert_eq!(read("a.abide"), SLIP.as_bytes());
    let made = abide(at, &["check", "a.abide", "--fix"]);
    assert_eq!(made.status.code(), Some(0), "{}", out(&made));
    assert_eq!(err(&made), "abide: mended 1 finding, changed 1 file\n");
    assert_eq!(String::from_utf8_lossy(&read("a.abide")), MENDED);
    let again = abide(at, &["check", "a.abide", "--fix", "--diff"]);
    assert_eq!((again.status.code(), out(&again)), (Some(0), String::new()));
    // What is no text is not written back, by no command.
    let latin = read("latin.abide");
    for args in [&["check", "--fix"][..], &["fmt"]] {
        assert_eq!(abide(at, args).status.code(), Some(1), "{args:?}");
        assert_eq!(read("latin.abide"), latin, "{args:?}");
    }
    for args in [
        &["check", "-", "--fix"][..],
        &["check", "-", "--watch"],
        &["check", "--diff"],
        &["check", "--fix", "--watch"],
    ] {
        assert_eq!(abide(at, args).status.code(), Some(2), "{args:?}");
    }
}

/// What somebody wrote meanwhile is not lost.
#[test]
fn a_file_that_changed_since_it_was_read_is_left_alone() {
    let dir = tempfile::tempdir().expect("a scratch folder");
    let file = dir.path().join("a.abide");
    std::fs::write(&file, "data newer\n").expect("written");
    let says = files::replace(&file, "data  older\n", "data older\n").expect_err("it changed");
    assert!(says.contains("run this again"), "{says}");
    assert_eq!(
        std::fs::read_to_string(&file).expect("there"),
        "data newer\n"
    );
    assert_eq!(files::replace(&file, "data newer\n", "data new\n"), Ok(()));
    assert_eq!(std::fs::read_to_string(&file).expect("there"), "data new\n");
}

/// Statements that do not parse stay, in `fmt` and in `--fix`, and both say so.
#[test]
fn broken_statements_stay_as_they_are() {
    let dir = tempfile::tempdir().expect("a scratch folder");
    let at = dir.path();
    let torn = "data   email\npolicy p {\n   may   share   when   when\n  never   share email\n}\n";
    std::fs::write(at.join("a.abide"), torn).expect("written");
    let fmt = abide(at, &["fmt", "a.abide"]);
    assert_eq!(fmt.status.code(), Some(1));
    assert!(err(&fmt).contains("statements that do not parse are left as they are"));
    let text = std::fs::read_to_string(at.join("a.abide")).expect("there");
    assert!(text.contains("may   share   when   when"), "{text}");
    assert!(
        text.contains("data email\n") && text.contains("  never share email\n"),
        "{text}"
    );
    std::fs::write(at.join("a.abide"), torn).expect("written");
    assert_eq!(abide(at, &["check", "--fix"]).status.code(), Some(1));
    assert_eq!(
        std::fs::read_to_string(at.join("a.abide")).expect("there"),
        torn
    );
}
