//! How many instructions fixed work takes, counted by valgrind's callgrind: no clock, so that a busy machine
//! changes nothing. A test fails where one grew by more than a tenth of what `tests/instructions.txt` says.
//!
//! `BLESS=1 cargo test --test instructions` accepts what is counted now. Counts hold for one compiler; with
//! another, or without valgrind, the tests say that they were skipped.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "tests read and write files and run programs"
)]

use abide::check;
use abide::diag::Diags;
use abide::format::format;
use abide::model::{Model, lower};
use abide::project::run::Settings;
use abide::project::{Input, Levels, load, run};
use abide::report::{self, Report};
use abide::source::FileId;
use abide::syntax::ast::{Ast, Date};
use abide::syntax::parse;
use libtest_mimic::{Arguments, Failed, Trial};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::hint::black_box;
use std::process::Command;

/// Where the counts are kept.
const RECORD: &str = "tests/instructions.txt";

/// Says to the program, run by valgrind, which work to do.
const WORK: &str = "ABIDE_WORK";

/// Some work: prepared, it is what is counted.
type Prepared = Box<dyn FnOnce() -> usize>;

/// A work by name, with what makes it ready.
type Work = (&'static str, fn() -> Prepared);

/// The works.
const WORKS: [Work; 5] = [
    ("parse", parsing),
    ("format", formatting),
    ("lower-and-compile", compiling),
    ("check", checking),
    ("report", reporting),
];

fn main() {
    if let Some(name) = std::env::var_os(WORK) {
        let (_, prepare) = WORKS
            .into_iter()
            .find(|(known, _)| name == *known)
            .expect("a work");
        println!("{}", counted(prepare()));
        return;
    }
    let compiler = compiler();
    let known = std::fs::read_to_string(RECORD).unwrap_or_default();
    let bless = std::env::var_os("BLESS").is_some();
    let missing = match Command::new("valgrind").arg("--version").output() {
        Err(_) => Some("valgrind is not installed".to_string()),
        Ok(_) if !cfg!(debug_assertions) => {
            Some("counts are of `cargo test` without --release".to_string())
        }
        Ok(_) if known.lines().any(|line| line == compiler) || bless => None,
        Ok(_) => Some(format!(
            "{RECORD} has the counts of another compiler than {compiler}"
        )),
    };
    if let Some(why) = &missing {
        eprintln!("skipped: {why}");
    }
    let arguments = Arguments::from_args();
    if bless && missing.is_none() && !arguments.list {
        record(&compiler);
        return;
    }
    let counts = counts(&known);
    let trials = WORKS.map(|(name, _)| {
        let before = counts.get(name).copied();
        Trial::test(name, move || grown(name, before)).with_ignored_flag(missing.is_some())
    });
    libtest_mimic::run(&arguments, trials.into()).exit();
}

/// Fails where a work takes more than a tenth more than it did.
fn grown(name: &str, before: Option<u64>) -> Result<(), Failed> {
    let Some(before) = before else {
        return Err(format!("{RECORD} has no count of `{name}`: BLESS=1 writes it").into());
    };
    let now = count(name)?;
    if now > before + before / 10 {
        let percent = (now - before) * 100 / before;
        let message = format!(
            "`{name}` takes {now} instructions, {percent} % more than the {before} of {RECORD}; if that is \
             worth it, BLESS=1 accepts it"
        );
        return Err(message.into());
    }
    if now < before - before / 10 {
        eprintln!("`{name}` takes {now} instructions, once {before}: BLESS=1 keeps the gain");
    }
    Ok(())
}

/// Writes what is counted now.
fn record(compiler: &str) {
    let mut text = format!(
        "# Instructions that fixed work takes, by tests/instructions.rs.\n\
         # `BLESS=1 cargo test --test instructions` writes this file.\n{compiler}\n"
    );
    for (name, _) in WORKS {
        let now = count(name).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let _ = writeln!(text, "{name} {now}");
    }
    std::fs::write(RECORD, text).expect("the record is written");
}

fn counts(record: &str) -> BTreeMap<&str, u64> {
    let lines = record.lines().filter_map(|line| line.split_once(' '));
    lines
        .filter_map(|(name, count)| Some((name, count.parse().ok()?)))
        .collect()
}

/// The instructions of a work, and of nothing else that the program does.
fn count(name: &str) -> Result<u64, Failed> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("counts");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--toggle-collect=instructions::counted"])
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(std::env::current_exe()?)
        .env_clear()
        .env(WORK, name)
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let text = std::fs::read_to_string(file)?;
    let total = text.lines().find_map(|line| line.strip_prefix("totals: "));
    match total.and_then(|total| total.trim().parse().ok()) {
        Some(0) | None => Err("callgrind counted nothing".into()),
        Some(total) => Ok(total),
    }
}

/// What the compiler calls itself, and what it builds for.
fn compiler() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output();
    output.map_or("no compiler".to_string(), |output| {
        let version = String::from_utf8_lossy(&output.stdout);
        let (machine, system) = (std::env::consts::ARCH, std::env::consts::OS);
        format!("{}, {machine} {system}", version.trim())
    })
}

/// What callgrind looks for: counting begins here and ends here.
#[inline(never)]
fn counted(work: Prepared) -> usize {
    black_box(work())
}

fn parsing() -> Prepared {
    let text = text(4);
    Box::new(move || read(&text).items.len())
}

fn formatting() -> Prepared {
    let text = text(2);
    let ast = read(&text);
    Box::new(move || format(&ast, &text).len())
}

fn compiling() -> Prepared {
    let ast = read(&text(1));
    Box::new(move || {
        let model = lowered(&ast);
        let mut judge = check::Judge::new(&model, today());
        model
            .policy_ids()
            .map(|id| judge.decision(id).actions.len())
            .sum()
    })
}

fn checking() -> Prepared {
    let model = lowered(&read(&text(1)));
    Box::new(move || {
        let mut judge = check::Judge::new(&model, today());
        let plans = model.plans.iter();
        plans
            .map(|plan| {
                let outcome = check::plans::judge(&mut judge, plan);
                outcome.findings.len()
            })
            .sum()
    })
}

fn reporting() -> Prepared {
    let input = Input {
        stdin: Some(("work.abide".to_string(), text(1).into_bytes())),
        ..Input::default()
    };
    let settings = Settings {
        today: today(),
        levels: Levels::default(),
        waivers: true,
        most: None,
    };
    let outcome = run(load(&input).expect("it loads"), &settings);
    assert!(outcome.findings.len() > 10, "there is something to report");
    Box::new(move || {
        let report = Report::of(&outcome.sources, &outcome.asts, &outcome.findings);
        let mut out = Vec::new();
        let _ = report::human::write(&report, false, &mut out);
        let _ = report::json::write(&report, &mut out);
        let _ = report::sarif::write(&report, &mut out);
        out.len()
    })
}

fn read(text: &str) -> Ast {
    let mut diags = Diags::new();
    let ast = parse(FileId(0), text, &mut diags);
    assert_eq!(diags, [], "the text parses");
    ast
}

fn lowered(ast: &Ast) -> Model {
    let mut diags = Diags::new();
    let model = lower(&[ast], &Default::default(), &mut diags);
    assert_eq!(diags, [], "the text means something");
    model
}

fn today() -> Date {
    Date::constant(2026, 11, 24)
}

/// Numbers that are the same every time (xorshift, Marsaglia 2003).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

/// A vocabulary with a policy of some rules and a plan of some flows, a few of them wrong; some times.
fn text(times: usize) -> String {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut text = String::new();
    for kind in ["data d", "party q", "purpose p"] {
        let letter = &kind[kind.len() - 1..];
        let group = |at: usize| {
            let below: Vec<String> = (0..4).map(|one| format!("{letter}{at}-{one}")).collect();
            format!("  {letter}{at} {{ {} }}", below.join(", "))
        };
        let groups: Vec<String> = (0..8).map(group).collect();
        let _ = writeln!(text, "{kind} {{\n{}\n}}", groups.join(",\n"));
    }
    let _ = writeln!(text, "lasting fact consent, contract\nsubject customer\n");
    for time in 0..times {
        let _ = writeln!(text, "policy shop{time} {{");
        for at in 0..60 {
            let (d, q, p) = (numbers.below(8), numbers.below(8), numbers.below(8));
            let (d2, p2) = (numbers.below(4), numbers.below(4));
            let _ = match at % 5 {
                0 => writeln!(text, "  may collect, use d{d} for p{p}-{p2}"),
                1 => writeln!(
                    text,
                    "  may share d{d}-{d2} with q{q} for p{p} when consent or contract"
                ),
                2 => writeln!(
                    text,
                    "  never share d{d}-{d2} with q{q} for p{p}-{p2} unless consent"
                ),
                3 => writeln!(
                    text,
                    "  \"what sentence {at} says\"\n  may use d{d} other than d{d}-{d2} for p{p}"
                ),
                _ => writeln!(text, "  retain d{d}-{d2} at most {} months", at + 1),
            };
        }
        let _ = writeln!(
            text,
            "}}\n\nplan orders{time} {{\n  checks shop{time}\n\n  source person : customer"
        );
        for at in 0..30 {
            let _ = match at % 3 {
                0 => writeln!(text, "  external n{at} : q{}", at % 8),
                _ => writeln!(text, "  system n{at}"),
            };
        }
        for at in 0..90 {
            let (from, to) = (numbers.below(30), numbers.below(30));
            let (d, p) = (numbers.below(8), numbers.below(8));
            let _ = match at % 9 {
                0 => writeln!(text, "  person -> n{to} : d{d} for p{p}"),
                1 => writeln!(text, "  n{from} -> n{to} : d{d}-1 for p{p} given consent"),
                _ => writeln!(text, "  n{from} -> n{to} : all for p{p}"),
            };
        }
        text.push_str("}\n");
    }
    text
}
