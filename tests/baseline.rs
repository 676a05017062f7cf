//! The baseline: adopting the tool is one command, what comes new fails, and so does an entry whose
//! finding is gone.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read and write files and run the program"
)]

#[path = "shared/program.rs"]
mod program;

use program::{err, out, program, write};
use std::path::Path;
use std::process::Output;

fn abide(dir: &Path, args: &[&str]) -> Output {
    let mut command = program();
    command.args(args).current_dir(dir);
    if args[0] != "fmt" {
        command.args(["--today", "2026-11-24"]);
    }
    command.output().expect("the binary runs")
}

fn read(dir: &Path, name: &str) -> String {
    std::fs::read_to_string(dir.join(name)).expect("there")
}

const WORDS: &str = "data email\nparty mailer\nsubject person\npurpose news\npolicy p {\n  never share email with mailer\n  may collect email\n  retain email at most 1 years\n}\n";

/// A plan with so many forbidden flows, each to a node of its own.
fn plan(name: &str, flows: usize) -> String {
    let mut text = format!(
        "include \"words.abide\"\nplan {name} {{\n  checks p\n  source a : person\n  system s\n  a -> s : email for news\n"
    );
    for at in 0..flows {
        text += &format!("  external m{at} : mailer\n  s -> m{at} : email for news\n");
    }
    text + "}\n"
}

fn project(flows: usize) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a scratch folder");
    write(dir.path(), ".git/HEAD", "");
    write(dir.path(), "words.abide", WORDS);
    write(dir.path(), "old.abide", &plan("old", flows));
    dir
}

fn last(output: &Output) -> String {
    out(output).lines().last().unwrap_or_default().to_string()
}

#[test]
fn adopting_is_one_command_and_what_is_new_fails() {
    let dir = project(200);
    let at = dir.path();
    assert_eq!(abide(at, &["check"]).status.code(), Some(1));
    let taken = abide(at, &["baseline"]);
    assert_eq!(taken.status.code(), Some(0), "{}", err(&taken));
    assert_eq!(
        out(&taken),
        "abide-baseline.json: 200 entries, 200 new, 0 gone\n"
    );
    let text = read(at, "abide-baseline.json");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 202, "one a line");
    assert!(lines[1..201].is_sorted());
    assert!(
        lines[1..201]
            .iter()
            .all(|line| line.starts_with("{\"file\":\"old.abide\","))
    );
    assert!(!text.contains(&at.display().to_string()));
    let clean = abide(at, &["check"]);
    assert_eq!(clean.status.code(), Some(0), "{}", out(&clean));
    assert_eq!(
        out(&clean),
        "checked 1 policy, 1 plan, 201 flows: no findings, 200 in the baseline\n"
    );
    // Also from a folder below, and with everything moved to other lines and another file.
    write(at, "sub/x", "");
    assert_eq!(
        abide(&at.join("sub"), &["check", ".."]).status.code(),
        Some(0)
    );
    write(
        at,
        "moved.abide",
        &format!("// moved\n\n{}", read(at, "old.abide")),
    );
    std::fs::remove_file(at.join("old.abide")).expect("removed");
    assert_eq!(abide(at, &["check"]).status.code(), Some(0));
    // One more fails, alone.
    write(at, "new.abide", &plan("new", 1));
    let failing = abide(at, &["check", "-f", "concise"]);
    assert_eq!(failing.status.code(), Some(1));
    assert!(out(&failing).starts_with("new.abide:8:3: error[forbidden-flow]"));
    assert!(
        last(&failing).ends_with("1 error, 200 in the baseline"),
        "{}",
        last(&failing)
    );
    // Auditors see all.
    let audit = abide(at, &["check", "--no-waivers", "-f", "concise"]);
    assert!(last(&audit).ends_with(": 201 errors"), "{}", last(&audit));
}

#[test]
fn what_is_mended_must_leave_the_baseline() {
    let dir = project(3);
    let at = dir.path();
    abide(at, &["baseline"]);
    write(at, "old.abide", &plan("old", 2));
    let stale = abide(at, &["check", "-f", "concise"]);
    assert_eq!(stale.status.code(), Some(1));
    assert_eq!(
        out(&stale).lines().next(),
        Some(
            "abide-baseline.json:4:1: error[stale-baseline]: this finding of `forbidden-flow` no longer occurs"
        )
    );
    // Where its file was not checked, or its code is off, nothing can be said.
    write(at, "second.abide", &plan("second", 0));
    for args in [&["check", "second.abide"][..], &["check", "-A", "flow"]] {
        assert_eq!(abide(at, args).status.code(), Some(0), "{args:?}");
    }
    // Pruning drops it, and takes in nothing that is new.
    write(at, "new.abide", &plan("new", 1));
    let pruned = abide(at, &["baseline", "--prune"]);
    assert_eq!(
        out(&pruned),
        "abide-baseline.json: 2 entries, 0 new, 1 gone\n"
    );
    let left = abide(at, &["check", "-f", "concise"]);
    assert_eq!(left.status.code(), Some(1));
    assert!(out(&left).starts_with("new.abide:"), "{}", out(&left));
    // Written again, it is the same, whatever was there before.
    abide(at, &["baseline"]);
    let first = read(at, "abide-baseline.json");
    abide(at, &["baseline"]);
    assert_eq!(read(at, "abide-baseline.json"), first);
    std::fs::remove_file(at.join("abide-baseline.json")).expect("removed");
    abide(at, &["baseline"]);
    assert_eq!(read(at, "abide-baseline.json"), first);
    // A file that is gone takes its findings along.
    std::fs::remove_file(at.join("new.abide")).expect("removed");
    assert_eq!(abide(at, &["check"]).status.code(), Some(1));
}

/// What keeps a statement from being read would be checked by nobody.
#[test]
fn errors_of_reading_are_never_known() {
    let dir = project(1);
    let at = dir.path();
    write(at, "torn.abide", "plan x {\n  checks nobody\n  a ->\n}\n");
    let taken = abide(at, &["baseline"]);
    assert_eq!(taken.status.code(), Some(1));
    assert!(
        err(&taken).contains("can't be known beforehand"),
        "{}",
        err(&taken)
    );
    assert!(!read(at, "abide-baseline.json").contains("torn.abide"));
    assert_eq!(abide(at, &["check"]).status.code(), Some(1));
}

#[test]
fn mistakes_in_a_baseline_are_mistakes_of_usage() {
    let dir = project(1);
    let at = dir.path();
    assert_eq!(abide(at, &["baseline", "--prune"]).status.code(), Some(2));
    for text in [
        "{",
        "[{\"code\":1}]",
        "[{\"file\":\"a\",\"code\":\"no-such\",\"message\":\"\",\"fingerprint\":\"\"}]",
    ] {
        write(at, "abide-baseline.json", text);
        let output = abide(at, &["check"]);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(
            err(&output).starts_with("abide: abide-baseline.json:"),
            "{}",
            err(&output)
        );
    }
}

#[test]
fn formats_for_people_stop_and_say_so() {
    let dir = project(1200);
    let at = dir.path();
    for (format, lines) in [("concise", 1002), ("grouped", 1004)] {
        let shown = abide(at, &["check", "-f", format]);
        assert_eq!(shown.status.code(), Some(1));
        assert_eq!(out(&shown).lines().count(), lines, "{format}");
        assert!(out(&shown).contains("\n… and 200 more findings (--max-findings 0 shows all)\n"));
        assert!(last(&shown).ends_with(": 1200 errors"), "{}", last(&shown));
    }
    let all = abide(at, &["check", "-f", "concise", "--max-findings", "0"]);
    assert_eq!(out(&all).lines().count(), 1201);
    let few = abide(at, &["check", "--max-findings", "2"]);
    assert_eq!(out(&few).matches("error[").count(), 2);
    assert!(out(&few).contains("… and 1198 more findings"));
    // Programs get them all.
    let json = abide(at, &["check", "-f", "json-lines", "--max-findings", "2"]);
    assert_eq!(out(&json).lines().count(), 1200);
    write(at, "abide.toml", "[output]\nmax-findings = 3\n");
    let set = abide(at, &["check", "-f", "concise"]);
    assert_eq!(out(&set).lines().count(), 5);
}
