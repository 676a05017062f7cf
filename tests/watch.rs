//! `--watch`: checks again when files change, also where an editor writes a new file over the old one;
//! what is kept from check to check saves work and changes no report.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read and write files and run the program"
)]

#[path = "shared/program.rs"]
mod program;

use abide::project::baseline::{self, Baseline};
use abide::project::config::{self, Choice};
use abide::project::run::Settings;
use abide::project::{
    Input, Inputs, Kept, Levels, Outcome, Trees, load, load_keeping, run, run_keeping,
};
use abide::report::{self, Report};
use program::program;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use std::cell::Cell;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
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

/// Starts to watch, with the lines that are printed.
fn watching(folder: &Path, args: &[&str]) -> (Running, Receiver<String>) {
    let mut child = program()
        .args(["check", "--watch", "--isolated", "-f", "concise"])
        .args(args)
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary runs");
    let out = child.stdout.take().expect("piped");
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    (Running(child), lines)
}

#[test]
fn changes_are_checked_however_they_are_written() {
    let dir = tempfile::tempdir().expect("a scratch folder");
    let at = |name: &str| dir.path().join(name);
    std::fs::create_dir(at("sub")).expect("a folder");
    std::fs::write(at("words.abide"), WORDS).expect("written");
    std::fs::write(at("a.abide"), GOOD).expect("written");
    let (_running, lines) = watching(dir.path(), &["-f", "json=out.json"]);
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

/// What is looked for elsewhere than in the folder that is checked, and that folder itself.
#[test]
fn what_a_check_hangs_on_elsewhere_is_watched() {
    let dir = tempfile::tempdir().expect("a scratch folder");
    let at = |name: &str| dir.path().join(name);
    let write = |name: &str, text: &str| std::fs::write(at(name), text).expect("written");
    let asked = || {
        std::fs::create_dir(at("asked")).expect("a folder");
        let note = "  note \"kept\" evidence \"../proof/kept.pdf\"\n}\ntest";
        let text = GOOD.replace("}\ntest", note);
        write(
            "asked/a.abide",
            &text.replace("words.abide", "../words/w.abide"),
        );
    };
    asked();
    std::fs::create_dir(at("words")).expect("a folder");
    let (_running, lines) = watching(dir.path(), &["asked"]);
    let errors = |count: usize| {
        let line = checked(&lines);
        let says = match count {
            0 => ": no findings".to_string(),
            1 => ": 1 error".to_string(),
            _ => format!(": {count} errors"),
        };
        assert!(line.contains(&says), "`{line}`, not `{says}`");
    };
    // The include and the evidence are not there, and names are not known.
    let line = checked(&lines);
    assert!(line.contains("errors"), "{line}");
    write("words/w.abide", WORDS);
    errors(1);
    std::fs::create_dir(at("proof")).expect("a folder");
    write("proof/kept.pdf", "");
    errors(0);
    // A folder goes and comes back, and so does what is in it.
    std::fs::remove_dir_all(at("proof")).expect("removed");
    errors(1);
    std::fs::create_dir(at("proof")).expect("a folder");
    write("proof/kept.pdf", "");
    errors(0);
    std::fs::rename(at("proof/kept.pdf"), at("proof/other.pdf")).expect("renamed");
    errors(1);
    std::fs::rename(at("proof"), at("away")).expect("renamed");
    std::fs::rename(at("words"), at("other-words")).expect("renamed");
    let line = checked(&lines);
    assert!(line.contains("errors"), "{line}");
    std::fs::rename(at("other-words"), at("words")).expect("renamed");
    errors(1);
    std::fs::rename(at("away"), at("proof")).expect("renamed");
    std::fs::rename(at("proof/other.pdf"), at("proof/kept.pdf")).expect("renamed");
    errors(0);
    // All that is checked goes and comes back.
    std::fs::remove_dir_all(at("asked")).expect("removed");
    asked();
    write("asked/b.abide", "policy q {\n  may\n}\n");
    while !checked(&lines).contains("error") {}
    std::fs::remove_file(at("asked/b.abide")).expect("removed");
    errors(0);
}

/// A project: files that share `words.abide`, one with names and a table of its own, the text of a notice,
/// evidence, a baseline with an entry that no longer occurs, and settings.
const PROJECT: [(&str, &str); 13] = [
    (
        "words.abide",
        "data email, phone, calls { times }
subject customer
party mailer, carrier
purpose service, news
context leaflet
event closure
fact consent until 2027-01-31
",
    ),
    (
        "base.abide",
        "include \"words.abide\"
include \"yielded.abide\"
policy special {
  yields to law
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
  \"never use\" never use email for news
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
    keeps phone 95 days after closure for service
  external post  : mailer
  external telco : carrier
  buyer -> site : email, phone, calls for service
  site -> list  : email, phone
  site -> post  : email, calls
  waive forbidden-flow until 2027-11-24 because \"pilot\"
  site -> telco : phone, calls
}
",
    ),
    (
        "other-plan.abide",
        "include \"base.abide\"
plan second {
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
policy guest {
  yields to shop
  may use email for news
}
",
    ),
    (
        "yielded.abide",
        "include \"words.abide\"
policy law {
  never sell email unless consent
  retain phone at most 90 days after closure
  extends lenient
}
policy lenient {
  may share email with carrier
}
policy idle {
  may use calls for service
}
",
    ),
    (".gitignore", "yielded.abide\n"),
    ("kept.txt", "kept\n"),
    ("notice.txt", "We never use your address for news.\n"),
    (
        "abide-baseline.json",
        "[
{\"file\":\"a.abide\",\"code\":\"forbidden-flow\",\"message\":\"gone\",\"fingerprint\":\"0\"}
]
",
    ),
    (
        "abide.toml",
        "[severity]
unused-name = \"warning\"
redundant-rule = \"warning\"
unmet-rule = \"warning\"
[notices]
branch = \"notice.txt\"
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
    "  waive unmet-rule until 2026-11-24 because \"pilot\"",
    "  checks special",
    "  never share calls with carrier",
    "  note \"kept\" evidence \"notice.txt\"",
    "data fax",
    "party courier",
    "fact consent until 2026-01-01",
    "include \"own.abide\"",
    "policy empty {",
    "}",
    "desk,printer,name; address",
];

/// Lines that come into settings.
const SETTINGS: [&str; 6] = [
    "unused-name = \"allow\"",
    "forbidden-flow = \"allow\"",
    "redundant-rule = \"error\"",
    "[limits]\nlabels = 2",
    "[limits]\nfindings = 3",
    "exclude = [\"yielded.abide\"]",
];

/// Words of one length: what stands behind them stays where it is.
const WORDS_ALIKE: [(&str, &str); 12] = [
    ("email", "phone"),
    ("phone", "email"),
    ("phone", "calls"),
    ("share", "never"),
    ("never", "share"),
    ("telco", "buyer"),
    ("special", "lenient"),
    ("shop", "law "),
    ("30 days", "99 days"),
    ("99 days", "30 days"),
    ("2027-01", "2026-01"),
    ("2026-01", "2027-01"),
];

/// What becomes another in settings.
const SET: [(&str, &str); 2] = [("\"warning\"", "\"allow\""), ("\"allow\"", "\"warning\"")];

/// A comment that ends a file, with a character, and with a byte that is none and reads like it.
const ENDS: [&[u8]; 2] = ["// \u{fffd}".as_bytes(), b"// \xff"];

/// Days on which waivers and a fact have ended or not.
const DAYS: [&str; 3] = ["2026-11-24", "2026-11-25", "2027-02-01"];

/// One change of one file, by position, at one of its lines; or another day, or more to be listed.
#[derive(Debug, Clone)]
enum Edit {
    Insert(usize, prop::sample::Index, &'static str),
    Drop(usize, prop::sample::Index),
    Double(usize, prop::sample::Index),
    /// Two lines change places.
    Exchange(usize, prop::sample::Index, prop::sample::Index),
    /// In one line, a word becomes another of its length.
    Word(usize, prop::sample::Index, (&'static str, &'static str)),
    /// The last line becomes a comment, and from then on the other.
    End(usize),
    Restore(usize),
    Remove(usize),
    Rename(usize),
    /// `words.abide` becomes a link, and from then on leads elsewhere.
    Lead,
    Day(&'static str),
    Most(Option<usize>),
}

fn edit() -> impl Strategy<Value = Edit> {
    let file = || 0..PROJECT.len();
    // Of a baseline that is none nothing more is said, so those come and go as a whole.
    let text = || prop::sample::select((0..PROJECT.len()).filter(is_text).collect::<Vec<_>>());
    let line = any::<prop::sample::Index>;
    prop_oneof![
        6 => (text(), line(), prop::sample::select(&LINES[..]))
            .prop_map(|(file, line, text)| Edit::Insert(file, line, text)),
        4 => (line(), prop::sample::select(&SETTINGS[..]))
            .prop_map(|(line, text)| Edit::Insert(PROJECT.len() - 1, line, text)),
        3 => (text(), line()).prop_map(|(file, line)| Edit::Drop(file, line)),
        2 => (text(), line()).prop_map(|(file, line)| Edit::Double(file, line)),
        2 => (text(), line(), line()).prop_map(|(file, a, b)| Edit::Exchange(file, a, b)),
        6 => (text(), line(), prop::sample::select(&WORDS_ALIKE[..]))
            .prop_map(|(file, line, words)| Edit::Word(file, line, words)),
        4 => (line(), prop::sample::select(&SET[..]))
            .prop_map(|(line, words)| Edit::Word(PROJECT.len() - 1, line, words)),
        3 => (1..3usize).prop_map(Edit::End),
        6 => file().prop_map(Edit::Restore),
        3 => Just(Edit::Restore(PROJECT.len() - 1)),
        2 => file().prop_map(Edit::Remove),
        1 => file().prop_map(Edit::Rename),
        3 => Just(Edit::Lead),
        1 => prop::sample::select(&DAYS[..]).prop_map(Edit::Day),
        1 => prop::option::of(0..3usize).prop_map(Edit::Most),
    ]
}

fn is_text(file: &usize) -> bool {
    let name = PROJECT[*file].0;
    name.ends_with(".abide") || name.ends_with(".csv") || name == "notice.txt"
}

fn apply(edit: &Edit, asked: &mut Asked) {
    let folder = asked.folder;
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
        Edit::Exchange(file, a, b) => change(file, &|lines| {
            if !lines.is_empty() {
                let count = lines.len();
                lines.swap(a.index(count), b.index(count));
            }
        }),
        Edit::Word(file, line, (old, new)) => change(file, &|lines| {
            let those = lines.iter_mut().filter(|line| line.contains(old));
            let mut those: Vec<&mut String> = those.collect();
            if !those.is_empty() {
                let line = line.index(those.len());
                *those[line] = those[line].replacen(old, new, 1);
            }
        }),
        Edit::End(file) => {
            if let Ok(bytes) = std::fs::read(at(file)) {
                let mut lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
                let first = lines.pop() != Some(ENDS[0]);
                lines.push(ENDS[usize::from(!first)]);
                std::fs::write(at(file), lines.join(&b'\n')).expect("written");
            }
        }
        Edit::Restore(file) => {
            let _ = std::fs::remove_file(at(file));
            std::fs::write(at(file), PROJECT[*file].1).expect("written");
        }
        Edit::Remove(file) => drop(std::fs::remove_file(at(file))),
        Edit::Rename(file) => {
            let other = folder.join(format!("again-{}", PROJECT[*file].0));
            drop(std::fs::rename(at(file), other));
        }
        Edit::Lead => lead(folder),
        Edit::Day(day) => asked.today = day,
        Edit::Most(most) => asked.most = *most,
    }
}

/// Makes the shared vocabulary a link to one of two files with the same text, and then to the other.
#[cfg(unix)]
fn lead(folder: &Path) {
    let link = folder.join("words.abide");
    let second = std::fs::read_link(&link).is_ok_and(|to| to.starts_with("one"));
    let name = if second { "two" } else { "one" };
    for name in ["one", "two"] {
        std::fs::create_dir_all(folder.join(name)).expect("a folder");
        std::fs::write(folder.join(name).join("words.abide"), PROJECT[0].1).expect("written");
    }
    let _ = std::fs::remove_file(&link);
    std::os::unix::fs::symlink(Path::new(name).join("words.abide"), link).expect("a link");
}

#[cfg(not(unix))]
fn lead(_: &Path) {}

fn write_project(folder: &Path) {
    for (name, text) in PROJECT {
        std::fs::write(folder.join(name), text).expect("written");
    }
}

/// What is to be checked, how, and on what day.
#[derive(Clone, Copy)]
struct Asked<'a> {
    folder: &'a Path,
    most: Option<usize>,
    today: &'static str,
}

impl Asked<'_> {
    /// That in full; what is wrong with the settings instead.
    fn of(&self) -> Result<(Input, Settings, Option<Baseline>), String> {
        let config = config::load(&Choice::Nearest(self.folder.to_path_buf()))?;
        let mut levels = Levels::default();
        for (name, severity) in config.severities() {
            levels.set(name, severity)?;
        }
        let settings = Settings {
            today: self.today.parse().expect("a date"),
            levels,
            waivers: true,
            most: self.most,
        };
        let input = Input {
            paths: vec![self.folder.to_path_buf()],
            config,
            ..Input::default()
        };
        let known = baseline::nearest_to(self.folder);
        let known = known.map(|path| baseline::read(&path)).transpose()?;
        Ok((input, settings, known))
    }

    /// What a check with things kept hangs on, and what it tells.
    fn keeping(&self, trees: &mut Trees, kept: &mut Kept) -> Result<(Inputs, String), String> {
        let (input, settings, known) = self.of()?;
        let loaded = load_keeping(&input, Some(trees))?;
        let inputs = Inputs::of(&input.config, &settings, &loaded, known.as_ref());
        let asked = loaded.asked.clone();
        let mut outcome = run_keeping(loaded, &settings, Some(kept));
        if let Some(known) = known {
            baseline::apply(&known, &settings.levels, &asked, &mut outcome);
        }
        Ok((inputs, told(&outcome)))
    }

    /// What a check tells that knows of none before.
    fn anew(&self) -> Result<String, String> {
        let (input, settings, known) = self.of()?;
        let loaded = load(&input)?;
        let asked = loaded.asked.clone();
        let mut outcome = run(loaded, &settings);
        if let Some(known) = known {
            baseline::apply(&known, &settings.levels, &asked, &mut outcome);
        }
        Ok(told(&outcome))
    }
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

#[test]
fn what_is_kept_changes_no_report() {
    let mut config = Config {
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 200;
    }
    if std::env::var_os("PROPTEST_RNG_SEED").is_none() {
        config.rng_seed = RngSeed::Fixed(0);
    }
    let (judged, pieces, same) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let runs = (
        prop::collection::vec(edit(), 1..12),
        prop::option::of(0..3usize),
    );
    let result = TestRunner::new(config).run(&runs, |(edits, most)| {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let folder = scratch.path();
        write_project(folder);
        let mut asked = Asked {
            folder,
            most,
            today: DAYS[0],
        };
        let (mut trees, mut kept) = (Trees::default(), Kept::default());
        let first = asked.keeping(&mut trees, &mut kept).expect("it loads");
        let mut before = (first, asked.most);
        for edit in &edits {
            apply(edit, &mut asked);
            let again = asked.keeping(&mut trees, &mut kept);
            let told = again.as_ref().map(|(_, told)| told.clone());
            prop_assert_eq!(
                told.map_err(String::clone),
                asked.anew(),
                "after {:?}",
                edit
            );
            judged.set(judged.get() + kept.judged);
            pieces.set(pieces.get() + kept.pieces);
            // Where all that a check hangs on is the same, none is done.
            if let Ok(again) = again {
                let (inputs, told) = &before.0;
                if again.0 == *inputs && asked.most == before.1 {
                    prop_assert_eq!(&again.1, told, "after {:?}", edit);
                    same.set(same.get() + 1);
                }
                before = (again, asked.most);
            }
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    let (judged, pieces) = (judged.get(), pieces.get());
    assert!(
        0 < judged && judged < pieces && 0 < same.get(),
        "{judged} of {pieces} pieces were judged, and {} checks were the same",
        same.get()
    );
}

#[test]
fn only_what_changed_is_judged() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let folder = folder.path();
    write_project(folder);
    let asked = Asked {
        folder,
        most: None,
        today: DAYS[0],
    };
    let (mut trees, mut kept) = (Trees::default(), Kept::default());
    let mut judged = |file: &str, old: &str, new: &str| {
        let path = folder.join(file);
        let text = std::fs::read_to_string(&path).expect("it is there");
        std::fs::write(&path, text.replace(old, new)).expect("written");
        asked.keeping(&mut trees, &mut kept).expect("it loads");
        assert_eq!(kept.pieces, 14);
        kept.judged
    };
    // The rules of eight policies, the tests of three, and three plans.
    assert_eq!(judged("own.abide", "", ""), 14);
    assert_eq!(judged("own.abide", "", ""), 0);
    // A row of a table, and a flow.
    assert_eq!(judged("rows.csv", "printer,name", "printer,address"), 1);
    assert_eq!(judged("first-plan.abide", "email, calls", "email"), 1);
    // Of three policies in a file, the last: its rules, its tests, and the plan that checks it.
    assert_eq!(judged("base.abide", "phone for news", "email for news"), 3);
    // What is above it, which others yield to or extend.
    assert_eq!(
        judged("base.abide", "may share calls", "may share times"),
        9
    );
    // Names that all share, and those that one file has.
    assert_eq!(judged("words.abide", "mailer,", "mailer, courier,"), 12);
    assert_eq!(
        judged("own.abide", "name, address", "name, address, town"),
        2
    );
}
