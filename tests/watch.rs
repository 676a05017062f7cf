//! `--watch`: checks again when files change, also where an editor writes a new file over the old one;
//! what is kept from check to check saves work and changes no report.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read and write files and run the program"
)]

use abide::project::config::{self, Choice};
use abide::project::run::Settings;
use abide::project::{Input, Kept, Levels, Outcome, Trees, load, load_keeping, run, run_keeping};
use abide::report::{self, Report};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use std::cell::Cell;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

const GOOD: &str = "include \"words.abide\"\npolicy p {\n  never share email with mailer\n}\ntest \"t\" for p {\n  never share email with mailer\n}\n";
const WORDS: &str = "data email\nparty mailer\n";

/// Ends the program with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The next last line of a check. A minute is for machines that are busy; it comes at once.
fn checked(lines: &Receiver<String>) -> String {
    loop {
        let line = lines
            .recv_timeout(Duration::from_secs(60))
            .expect("it checks again");
        if line.starts_with("checked ") {
            return line;
        }
    }
}

#[test]
fn changes_are_checked_however_they_are_written() {
    let dir = tempfile::tempdir().expect("a scratch folder");
    let at = |name: &str| dir.path().join(name);
    std::fs::create_dir(at("sub")).expect("a folder");
    std::fs::write(at("words.abide"), WORDS).expect("written");
    std::fs::write(at("a.abide"), GOOD).expect("written");
    let mut child = Command::new(env!("CARGO_BIN_EXE_abide"))
        .args([
            "check",
            "--watch",
            "--isolated",
            "-f",
            "concise",
            "-f",
            "json=out.json",
        ])
        .current_dir(dir.path())
        .env_remove("ABIDE_OUTPUT_FORMAT")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary runs");
    let out = child.stdout.take().expect("piped");
    let _running = Running(child);
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    assert_eq!(
        checked(&lines),
        "checked 1 policy, 0 plans, 0 flows, 1 expectation: no findings"
    );
    // In place.
    std::fs::write(
        at("a.abide"),
        GOOD.replace(
            "  never share email with mailer\n}\nt",
            "  may share email\n}\nt",
        ),
    )
    .expect("written");
    assert!(checked(&lines).contains("1 error"));
    // By a new file that takes the old one's name, twice, so that the second is seen as well.
    for (text, says) in [
        (GOOD.to_string(), "no findings"),
        (GOOD.replace("email", "phone"), "error"),
    ] {
        std::fs::write(at("a.abide~"), text).expect("written");
        std::fs::rename(at("a.abide~"), at("a.abide")).expect("renamed");
        let line = checked(&lines);
        assert!(line.contains(says), "{line}");
    }
    // In a file that is included, and in one that is new, in a folder below.
    std::fs::write(at("words.abide"), "data phone\nparty mailer\n").expect("written");
    assert!(checked(&lines).contains("no findings"));
    std::fs::write(at("sub/b.abide"), "policy q {\n  may\n}\n").expect("written");
    assert!(checked(&lines).contains("error"));
    std::fs::remove_file(at("sub/b.abide")).expect("removed");
    assert!(checked(&lines).contains("no findings"));
    // Evidence that a note names comes and goes; what is in it does not matter.
    let note = "policy n {\n  note \"kept\" evidence \"proof/kept.pdf\"\n}\n";
    std::fs::write(at("sub/n.abide"), note).expect("written");
    assert!(checked(&lines).contains("1 error"));
    std::fs::create_dir(at("sub/proof")).expect("a folder");
    std::fs::write(at("sub/proof/kept.pdf"), [0xff, 0]).expect("written");
    let line = checked(&lines);
    assert!(!line.contains("error"), "{line}");
    std::fs::remove_file(at("sub/proof/kept.pdf")).expect("removed");
    assert!(checked(&lines).contains("1 error"));
}

/// A project: files that share `words.abide`, one with names and a table of its own, and settings.
const PROJECT: [(&str, &str); 9] = [
    (
        "words.abide",
        "data email, phone, calls { times }
subject customer
party mailer, carrier
purpose service, news
event closure
fact consent
",
    ),
    (
        "base.abide",
        "include \"words.abide\"
policy special {
  open share
  may share calls with carrier
  never share calls with mailer
}
policy shop {
  yields to special
  may collect any for service
  retain email at most 30 days after closure
  waive forbidden-flow until 2027-11-24 because \"pilot\"
  never share email with mailer unless consent
  may share phone with carrier
}
policy branch {
  extends shop
  may use phone for news
  note \"kept\" evidence \"kept.txt\"
}
",
    ),
    (
        "first-plan.abide",
        "include \"base.abide\"
plan first {
  checks shop, branch
  source   buyer : customer
  system   site
  store    list
    keeps email 60 days after closure for service
  external post  : mailer
  external telco : carrier
  buyer -> site : email, phone, calls for service
  site -> list  : email
  site -> post  : email, calls
  waive forbidden-flow until 2027-11-24 because \"pilot\"
  site -> telco : phone, calls
}
",
    ),
    (
        "other-plan.abide",
        "include \"base.abide\"
plan other {
  checks special
  source   buyer : customer
  system   site
  external telco : carrier
  buyer -> site  : calls
  site -> telco : calls
  site -> telco : email //~ undeclared-flow
}
",
    ),
    (
        "own.abide",
        "data name, address
subject reader
party printer
policy press {
  may collect any
  never share name with printer
  may share address with printer
}
plan record {
  checks press
  source   reader  : reader
  system   desk
  external printer : printer
  flows \"rows.csv\"
}
",
    ),
    (
        "rows.csv",
        "from,to,data
reader,desk,name; address
desk,printer,address
desk,printer,name
",
    ),
    (
        "tests.abide",
        "include \"base.abide\"
test \"shop\" for shop, branch {
  may share phone with carrier
  never share email with mailer given not consent
  undeclared share phone with mailer
}
test \"special\" for special {
  never share calls with mailer
}
",
    ),
    ("kept.txt", "kept\n"),
    (
        "abide.toml",
        "[severity]
unused-name = \"warning\"
redundant-rule = \"warning\"
unmet-rule = \"warning\"
",
    ),
];

/// Lines that come into files.
const LINES: [&str; 22] = [
    "// a comment",
    "  may share email with mailer",
    "  never share phone with carrier",
    "  retain email at most 60 days after closure",
    "  retain phone at most 1 year",
    "  open collect",
    "  extends special",
    "  yields to branch",
    "  site -> post : phone for news",
    "  site -> telco : email given consent //~ forbidden-flow",
    "  waive undeclared-flow until 2026-11-24 because \"pilot\"",
    "  checks special",
    "  never share calls with carrier",
    "data fax",
    "party courier",
    "fact consent until 2026-01-01",
    "include \"own.abide\"",
    "policy empty {",
    "}",
    "desk,printer,name; address",
    "unused-name = \"allow\"",
    "forbidden-flow = \"allow\"",
];

/// One change of one file, by position, at one of its lines.
#[derive(Debug, Clone)]
enum Edit {
    Insert(usize, prop::sample::Index, &'static str),
    Drop(usize, prop::sample::Index),
    Double(usize, prop::sample::Index),
    Restore(usize),
    Remove(usize),
    Rename(usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    let file = || 0..PROJECT.len();
    let line = any::<prop::sample::Index>;
    prop_oneof![
        6 => (file(), line(), prop::sample::select(&LINES[..]))
            .prop_map(|(file, line, text)| Edit::Insert(file, line, text)),
        3 => (file(), line()).prop_map(|(file, line)| Edit::Drop(file, line)),
        2 => (file(), line()).prop_map(|(file, line)| Edit::Double(file, line)),
        6 => file().prop_map(Edit::Restore),
        1 => file().prop_map(Edit::Remove),
        1 => file().prop_map(Edit::Rename),
    ]
}

fn apply(edit: &Edit, folder: &Path) {
    let at = |file: &usize| folder.join(PROJECT[*file].0);
    let change = |file: &usize, change: &dyn Fn(&mut Vec<String>)| {
        if let Ok(text) = std::fs::read_to_string(at(file)) {
            let mut lines = text.lines().map(|line| format!("{line}\n")).collect();
            change(&mut lines);
            std::fs::write(at(file), lines.concat()).expect("written");
        }
    };
    match edit {
        Edit::Insert(file, line, text) => change(file, &|lines| {
            lines.insert(line.index(lines.len() + 1), format!("{text}\n"));
        }),
        Edit::Drop(file, line) => change(file, &|lines| {
            if !lines.is_empty() {
                lines.remove(line.index(lines.len()));
            }
        }),
        Edit::Double(file, line) => change(file, &|lines| {
            if !lines.is_empty() {
                let line = line.index(lines.len());
                lines.insert(line, lines[line].clone());
            }
        }),
        Edit::Restore(file) => std::fs::write(at(file), PROJECT[*file].1).expect("written"),
        Edit::Remove(file) => drop(std::fs::remove_file(at(file))),
        Edit::Rename(file) => {
            let other = folder.join(format!("again-{}", PROJECT[*file].0));
            drop(std::fs::rename(at(file), other));
        }
    }
}

fn write_project(folder: &Path) {
    for (name, text) in PROJECT {
        std::fs::write(folder.join(name), text).expect("written");
    }
}

/// What is to be checked, and how; what is wrong with the settings instead.
fn asked(folder: &Path, most: Option<usize>) -> Result<(Input, Settings), String> {
    let config = config::load(&Choice::Nearest(folder.to_path_buf()))?;
    let mut levels = Levels::default();
    for (name, severity) in config.severities() {
        levels.set(name, severity)?;
    }
    let settings = Settings {
        today: "2026-11-24".parse().expect("a date"),
        levels,
        waivers: true,
        jobs: 1,
        most,
    };
    let input = Input {
        paths: vec![folder.to_path_buf()],
        config,
        ..Input::default()
    };
    Ok((input, settings))
}

/// What people and machines are told.
fn told(outcome: &Outcome) -> String {
    let report = Report {
        unlisted: &outcome.unlisted,
        counts: outcome.counts,
        checked: &outcome.checked,
        waivers_end_in: &outcome.waivers_end_in,
        statistics: true,
        ..Report::of(&outcome.sources, &outcome.asts, &outcome.findings)
    };
    let mut out = Vec::new();
    report::json::write(&report, &mut out).expect("memory does not fail");
    report::concise::write(&report, &mut out).expect("memory does not fail");
    report::junit::write(&report, &mut out).expect("memory does not fail");
    String::from_utf8(out).expect("text")
}

/// What a check with things kept tells.
fn told_keeping(
    folder: &Path,
    most: Option<usize>,
    trees: &mut Trees,
    kept: &mut Kept,
) -> Result<String, String> {
    let (input, settings) = asked(folder, most)?;
    let loaded = load_keeping(&input, Some(trees))?;
    Ok(told(&run_keeping(loaded, &settings, Some(kept))))
}

/// What a check tells that knows of none before.
fn told_anew(folder: &Path, most: Option<usize>) -> Result<String, String> {
    let (input, settings) = asked(folder, most)?;
    Ok(told(&run(load(&input)?, &settings)))
}

#[test]
fn what_is_kept_changes_no_report() {
    let mut config = Config {
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 60;
    }
    if std::env::var_os("PROPTEST_RNG_SEED").is_none() {
        config.rng_seed = RngSeed::Fixed(0);
    }
    let (judged, pieces) = (Cell::new(0), Cell::new(0));
    let runs = (
        prop::collection::vec(edit(), 1..12),
        prop::option::of(0..3usize),
    );
    let result = TestRunner::new(config).run(&runs, |(edits, most)| {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let folder = folder.path();
        write_project(folder);
        let (mut trees, mut kept) = (Trees::default(), Kept::default());
        told_keeping(folder, most, &mut trees, &mut kept).expect("it loads");
        for edit in &edits {
            apply(edit, folder);
            let again = told_keeping(folder, most, &mut trees, &mut kept);
            prop_assert_eq!(again, told_anew(folder, most), "after {:?}", edit);
            judged.set(judged.get() + kept.judged);
            pieces.set(pieces.get() + kept.pieces);
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    let (judged, pieces) = (judged.get(), pieces.get());
    assert!(
        0 < judged && judged < pieces,
        "{judged} of {pieces} pieces were judged"
    );
}

#[test]
fn only_what_changed_is_judged() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let folder = folder.path();
    write_project(folder);
    let (mut trees, mut kept) = (Trees::default(), Kept::default());
    let mut judged = |file: &str, old: &str, new: &str| {
        let path = folder.join(file);
        let text = std::fs::read_to_string(&path).expect("it is there");
        std::fs::write(&path, text.replace(old, new)).expect("written");
        told_keeping(folder, None, &mut trees, &mut kept).expect("it loads");
        assert_eq!(kept.pieces, 10);
        kept.judged
    };
    // The rules of four policies, the tests of three, and three plans.
    assert_eq!(judged("own.abide", "", ""), 10);
    assert_eq!(judged("own.abide", "", ""), 0);
    // A row of a table, and a flow.
    assert_eq!(judged("rows.csv", "printer,name", "printer,address"), 1);
    assert_eq!(judged("first-plan.abide", "email, calls", "email"), 1);
    // Of three policies in a file, the last: its rules, its tests, and the plan that checks it.
    assert_eq!(judged("base.abide", "phone for news", "email for news"), 3);
    // What is above it, which others yield to or extend.
    assert_eq!(
        judged("base.abide", "may share calls", "may share times"),
        8
    );
    // Names that all share, and those that one file has.
    assert_eq!(judged("words.abide", "mailer,", "mailer, courier,"), 8);
    assert_eq!(
        judged("own.abide", "name, address", "name, address, town"),
        2
    );
}
