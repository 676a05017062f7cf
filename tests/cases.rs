//! Every test that is a file: a case in `tests/cases/KIND/`, the page of every code, every shipped
//! policy. Adding a case is adding a file.
//!
//! | kind | a case is | its `.out` holds |
//! |---|---|---|
//! | `parse` | text, broken or not | what was understood, and the findings |
//! | `fmt` | text in any layout | the one layout |
//! | `check` | files whose lines that raise a finding end in `//~ code …` | what people see |
//! | `report` | a file with findings | every format |
//! | `diff` | commands on the policies that ship | what changed from one notice to the next |
//! | `cli` | files, then commands | what each command prints, and its exit code |
//!
//! In `check` cases marks and findings are matched both ways, here and by the program itself.
//! `BLESS=1 cargo test` rewrites what stands in `.out`; marks are never rewritten.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read and write files and run the program"
)]

#[path = "shared/program.rs"]
mod program;

use abide::diag::{Diagnostic, codes};
use abide::report::{self, Report};
use abide::source::{SourceMap, Span};
use abide::syntax::ast::{Item, PlanItem, PolicyItem, TestItem};
use libtest_mimic::{Arguments, Failed, Trial};
use program::program;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Output;

/// The day on which every case runs.
const TODAY: &str = "2026-11-24";

/// A kind of case: its folder, and what a file in it must show.
struct Kind {
    dir: &'static str,
    run: fn(&Path) -> Result<(), Failed>,
}

const KINDS: &[Kind] = &[
    Kind {
        dir: "tests/cases/parse",
        run: parse_case,
    },
    Kind {
        dir: "tests/cases/fmt",
        run: fmt_case,
    },
    Kind {
        dir: "tests/cases/check",
        run: check_case,
    },
    Kind {
        dir: "tests/cases/report",
        run: report_case,
    },
    Kind {
        dir: "tests/cases/diff",
        run: diff_case,
    },
    Kind {
        dir: "tests/cases/cli",
        run: cli_case,
    },
    Kind {
        dir: "src/diag/docs",
        run: page,
    },
    Kind {
        dir: "policies",
        run: shipped,
    },
];

fn main() {
    let mut trials = Vec::new();
    for kind in KINDS {
        let files = files(Path::new(kind.dir));
        // A kind without a case would pass for ever.
        if files.is_empty() {
            let message = format!("there is no case in {}", kind.dir);
            trials.push(Trial::test(kind.dir, move || Err(message.into())));
        }
        for file in files {
            let run = kind.run;
            let name = file.display().to_string();
            trials.push(Trial::test(name, move || run(&file)));
        }
    }
    let laws: [(&str, Law); 5] = [
        ("layers", layers),
        ("every module says what it is", module_sentences),
        ("every code has a page", every_code_has_a_page),
        ("every format renders every finding", every_format_renders),
        ("every snapshot has its case", every_snapshot_has_its_case),
    ];
    for (name, law) in laws {
        trials.push(Trial::test(name, law));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// What holds of the whole tree, rather than of one file.
type Law = fn() -> Result<(), Failed>;

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    let Ok(entries) = std::fs::read_dir(dir) else {
        return all;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            all.extend(files(&path));
        } else if path
            .extension()
            .is_some_and(|e| e == "abide" || e == "md" || e == "session")
        {
            all.push(path);
        }
    }
    all.sort();
    all
}

fn abide(args: &[&str], dir: &Path) -> Output {
    program()
        .args(args)
        .current_dir(dir)
        .env("NO_COLOR", "1")
        .output()
        .expect("the binary runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// `(code, expected)` of every finding.
fn findings(file: &Path, dir: &Path, more: &[&str]) -> Result<Vec<(String, bool)>, Failed> {
    let name = file.to_string_lossy();
    let mut args = vec![
        "check",
        &name,
        "--today",
        TODAY,
        "-f",
        "json",
        "--allow-empty",
    ];
    args.extend(more);
    let output = abide(&args, dir);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("{error}: {}", text(&output.stderr)))?;
    let found = json["findings"].as_array().cloned().unwrap_or_default();
    Ok(found
        .iter()
        .filter(|f| f["waived"] == false)
        .map(|f| {
            let code = f["code"].as_str().unwrap_or_default().to_string();
            (code, f["expected"].as_bool().unwrap_or_default())
        })
        .collect())
}

/// What is understood of a text, broken or not, and what is said of the rest.
fn parse_case(file: &Path) -> Result<(), Failed> {
    let text = std::fs::read_to_string(file)?;
    let mut sources = SourceMap::default();
    let id = sources.add(file, file.display().to_string(), text.clone());
    let mut findings = Vec::new();
    let ast = abide::syntax::parse(id, &text, &mut findings);
    let mut shown = String::new();
    for item in &ast.items {
        shown += &match item {
            Item::Include(include) => format!("include {:?}\n", include.path.value),
            Item::Vocabulary(names) => {
                let known: Vec<&str> = names
                    .entries
                    .iter()
                    .map(|entry| sources.slice(entry.path.span()))
                    .collect();
                format!("{} {}\n", names.kind.word(), known.join(", "))
            }
            Item::Policy(policy) => {
                let broken = |item: &&PolicyItem| matches!(item, PolicyItem::Broken(_));
                let count = policy.items.iter().filter(broken).count();
                kept("policy", &policy.name.text, policy.items.len(), count)
            }
            Item::Plan(plan) => {
                let broken = |item: &&PlanItem| matches!(item, PlanItem::Broken(_));
                let count = plan.items.iter().filter(broken).count();
                kept("plan", &plan.name.text, plan.items.len(), count)
            }
            Item::Test(test) => {
                let broken = |item: &&TestItem| matches!(item, TestItem::Broken(_));
                let count = test.items.iter().filter(broken).count();
                kept("test", &test.title.value, test.items.len(), count)
            }
            Item::Broken(broken) => format!("broken: {:?}\n", sources.slice(broken.span)),
        };
    }
    findings.sort_by(Diagnostic::order);
    let report = report_of(&sources, &findings);
    let mut out = Vec::new();
    report::human::findings(&report, false, &mut out)?;
    snapshot(
        &file.with_extension("out"),
        &format!("{shown}\n{}", self::text(&out)),
    )
}

fn kept(what: &str, name: &str, all: usize, broken: usize) -> String {
    format!("{what} {name}: {} kept, {broken} broken\n", all - broken)
}

/// The one layout, which formatting again does not change.
fn fmt_case(file: &Path) -> Result<(), Failed> {
    let formatted = |text: &str| {
        let ast = abide::syntax::parse(abide::source::FileId(0), text, &mut Vec::new());
        abide::format::format(&ast, text)
    };
    let once = formatted(&std::fs::read_to_string(file)?);
    if formatted(&once) != once {
        return Err(format!("formatting again changes it:\n{once}").into());
    }
    snapshot(&file.with_extension("out"), &once)
}

/// Marks and findings agree both ways, and people see what the snapshot says.
fn check_case(file: &Path) -> Result<(), Failed> {
    let name = file.to_string_lossy();
    let args = ["check", &name, "--today", TODAY, "--allow-empty"];
    let json = abide(&[&args[..], &["-f", "json"]].concat(), Path::new("."));
    let json: serde_json::Value = serde_json::from_slice(&json.stdout)
        .map_err(|error| format!("{error}: {}", text(&json.stderr)))?;
    let found: BTreeSet<(u64, String)> = json["findings"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|f| f["file"] == *name && f["waived"] == false)
        .map(|f| {
            let code = f["code"].as_str().unwrap_or_default().to_string();
            (f["line"].as_u64().unwrap_or_default(), code)
        })
        .collect();
    let marked = marks(&std::fs::read_to_string(file)?);
    let shown = abide(&[&args[..], &["--show-expected"]].concat(), Path::new("."));
    let shown = text(&shown.stdout);
    if found != marked {
        let not_marked: Vec<_> = found.difference(&marked).collect();
        let not_found: Vec<_> = marked.difference(&found).collect();
        return Err(
            format!("not marked: {not_marked:?}\nnot found: {not_found:?}\n{shown}").into(),
        );
    }
    snapshot(&file.with_extension("out"), &shown)
}

/// `(line, code)` of every mark, read from the bare text and not by the program under test.
fn marks(text: &str) -> BTreeSet<(u64, String)> {
    let mut all = BTreeSet::new();
    for (line, number) in text.lines().zip(1u64..) {
        let Some((_, mark)) = line.split_once("//~") else {
            continue;
        };
        let codes = mark.trim_start_matches('^');
        let up = (mark.len() - codes.len()) as u64;
        all.extend(
            codes
                .split_whitespace()
                .map(|code| (number - up, code.to_string())),
        );
    }
    all
}

/// Every format, one after the other; colours are spelled out.
fn report_case(file: &Path) -> Result<(), Failed> {
    let name = file.to_string_lossy();
    let mut shown = String::new();
    for more in [
        &["-f", "full"][..],
        &["-f", "full", "--color", "always"],
        &["-f", "concise", "--statistics"],
        &["-f", "json"],
    ] {
        let args = [&["check", &name, "--today", TODAY][..], more].concat();
        let output = abide(&args, Path::new("."));
        shown += &format!("== {}\n", more.join(" "));
        shown += &text(&output.stdout).replace('\u{1b}', "\u{241b}");
    }
    // The version is not what is tested.
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    snapshot(
        &file.with_extension("out"),
        &shown.replace(&version, "\"version\": \"…\""),
    )
}

/// Files (`//# file: name`), then commands (`$ abide …`), each run in a folder that holds the files.
fn cli_case(file: &Path) -> Result<(), Failed> {
    let case = std::fs::read_to_string(file)?;
    let (commands, files): (Vec<&str>, Vec<&str>) =
        case.lines().partition(|line| line.starts_with("$ abide "));
    if commands.is_empty() {
        return Err("there is no command".into());
    }
    let dir = tempfile::tempdir()?;
    write_files(dir.path(), &files.join("\n"))?;
    let shown = session(&commands, dir.path());
    snapshot(&file.with_extension("out"), &shown)
}

/// Commands (`$ abide …`), run where the policies lie that ship.
fn diff_case(file: &Path) -> Result<(), Failed> {
    let case = std::fs::read_to_string(file)?;
    let commands: Vec<&str> = case.lines().collect();
    let shown = session(&commands, Path::new("."));
    snapshot(&file.with_extension("out"), &shown)
}

fn session(commands: &[&str], dir: &Path) -> String {
    let mut shown = String::new();
    for command in commands {
        let args: Vec<&str> = command.split_whitespace().skip(2).collect();
        let output = abide(&args, dir);
        shown += &format!("{command}\n{}", text(&output.stdout));
        for line in text(&output.stderr).lines() {
            shown += &format!("stderr: {line}\n");
        }
        let code = output.status.code().unwrap_or(-1);
        shown += &format!("exit: {code}\n\n");
    }
    shown
}

fn snapshot(path: &Path, shown: &str) -> Result<(), Failed> {
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, shown)?;
        return Ok(());
    }
    let known = std::fs::read_to_string(path)
        .map_err(|_| format!("{} is missing; BLESS=1 writes it:\n{shown}", path.display()))?;
    if known != shown {
        let diff = similar::TextDiff::from_lines(&known, shown);
        return Err(diff
            .unified_diff()
            .header("known", "now")
            .to_string()
            .into());
    }
    Ok(())
}

/// The first example of a code's page raises exactly that code, the others raise nothing.
fn page(file: &Path) -> Result<(), Failed> {
    let code = file.file_stem().unwrap_or_default().to_string_lossy();
    if abide::diag::codes::by_name(&code).is_none() {
        return Err(format!("no code is called {code}").into());
    }
    let page = std::fs::read_to_string(file)?;
    let blocks = blocks(&page);
    if code == "policy-too-large" {
        // No page is long enough for its example; tests/laws.rs lowers the bound instead.
        return Ok(());
    }
    if blocks.is_empty() {
        return Err("the page has no example".into());
    }
    for (at, block) in blocks.iter().enumerate() {
        let dir = tempfile::tempdir()?;
        write_files(dir.path(), block)?;
        // A code that is off by default is on for its own page.
        let found = findings(Path::new("."), dir.path(), &["-W", &code])?;
        let codes: Vec<&str> = found.iter().map(|(code, _)| code.as_str()).collect();
        let right = if at == 0 {
            !codes.is_empty() && codes.iter().all(|found| *found == code)
        } else {
            codes.is_empty()
        };
        if !right {
            let shown = abide(
                &["check", ".", "--today", TODAY, "--show-expected"],
                dir.path(),
            );
            return Err(format!("example {}: {codes:?}\n{}", at + 1, text(&shown.stdout)).into());
        }
    }
    Ok(())
}

/// The ```` ```abide ```` blocks of a page.
fn blocks(page: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut open: Option<String> = None;
    for line in page.lines() {
        match &mut open {
            None if matches!(line.trim_end(), "```abide" | "```abide,bytes") => {
                open = Some(String::new())
            }
            Some(_) if line.trim_end() == "```" => all.extend(open.take()),
            Some(block) => {
                block.push_str(line);
                block.push('\n');
            }
            None => {}
        }
    }
    all
}

/// A block's files: `//# file: name` begins one, without it the block is `example.abide`.
fn write_files(dir: &Path, block: &str) -> std::io::Result<()> {
    let mut name = "example.abide".to_string();
    let mut files: Vec<(String, String)> = Vec::new();
    let mut body = String::new();
    for line in block.lines() {
        if let Some(next) = line.strip_prefix("//# file: ") {
            if !body.is_empty() {
                files.push((name, std::mem::take(&mut body)));
            }
            name = next.trim().to_string();
        } else {
            body.push_str(line);
            body.push('\n');
        }
    }
    files.push((name, body));
    // `\xe9` stands for a byte that is no text.
    for (name, body) in files {
        let path = dir.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        let mut bytes = Vec::new();
        for (at, part) in body.split("\\xe9").enumerate() {
            if at > 0 {
                bytes.push(0xe9);
            }
            bytes.extend_from_slice(part.as_bytes());
        }
        std::fs::write(path, bytes)?;
    }
    Ok(())
}

/// What ships is clean, or says in marks what it is meant to raise.
fn shipped(file: &Path) -> Result<(), Failed> {
    let name = file.to_string_lossy();
    let output = abide(
        &["check", &name, "--today", TODAY, "--allow-empty"],
        Path::new("."),
    );
    if output.status.code() != Some(0) {
        return Err(text(&output.stdout).into());
    }
    Ok(())
}

fn every_code_has_a_page() -> Result<(), Failed> {
    for code in abide::diag::codes::ALL {
        let path = format!("src/diag/docs/{}.md", code.name);
        if code.page.trim().lines().count() < 5 || !Path::new(&path).exists() {
            return Err(format!("{} has no page", code.name).into());
        }
    }
    Ok(())
}

/// Each layer uses only itself and those below it.
fn layers() -> Result<(), Failed> {
    let layer = |module: &str| match module {
        "jobs" | "limits" | "source" => Some(1),
        "diag" => Some(2),
        "syntax" | "config" => Some(3),
        "format" | "model" => Some(4),
        "decide" | "flow" => Some(5),
        "import" | "check" => Some(6),
        "analyze" => Some(7),
        "project" => Some(8),
        "report" | "graph" => Some(9),
        "lsp" => Some(10),
        "cli" => Some(11),
        _ => None,
    };
    let mut wrong = Vec::new();
    for file in rust_files(Path::new("src")) {
        let relative = file.strip_prefix("src").unwrap_or(&file);
        let first = relative.iter().next().unwrap_or_default().to_string_lossy();
        let Some(own) = layer(first.trim_end_matches(".rs")) else {
            continue;
        };
        for (number, line) in std::fs::read_to_string(&file)?.lines().enumerate() {
            if line.trim_start().starts_with("//") {
                continue;
            }
            // Not only in `use`: a path written out is a use as well.
            for used in line.split("crate::").skip(1) {
                let module = used.split([':', ';', ',', ' ']).next().unwrap_or_default();
                if layer(module).is_none_or(|used| used > own) {
                    wrong.push(format!("{}:{}: {line}", file.display(), number + 1));
                }
            }
        }
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("\n").into())
    }
}

fn module_sentences() -> Result<(), Failed> {
    for file in rust_files(Path::new("src")) {
        let text = std::fs::read_to_string(&file)?;
        if !text
            .lines()
            .next()
            .is_some_and(|line| line.starts_with("//! "))
        {
            return Err(format!("{} does not begin with what it is", file.display()).into());
        }
    }
    Ok(())
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            all.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            all.push(path);
        }
    }
    all.sort();
    all
}

fn report_of<'a>(sources: &'a SourceMap, findings: &'a [Diagnostic]) -> Report<'a> {
    Report {
        show_expected: true,
        ..Report::of(sources, &[], findings)
    }
}

/// As many results as findings, in every format, whatever the code and wherever it points: past the
/// end, into the middle of a character, backwards, into an empty file.
fn every_format_renders() -> Result<(), Failed> {
    let mut sources = SourceMap::default();
    let texts = [
        "",
        "é\r\n\ttab\u{202e}\u{1b}[31m",
        "no line end",
        "a\n\nb\n",
    ];
    let files: Vec<_> = texts
        .iter()
        .map(|text| {
            sources.add(
                Path::new("x"),
                format!("f{}.abide", text.len()),
                (*text).into(),
            )
        })
        .collect();
    let mut findings = Vec::new();
    for (at, code) in codes::ALL.iter().enumerate() {
        for file in &files {
            for (start, end) in [(0, 0), (0, 1), (1, 2), (3, 900), (5, 2), (900, 901)] {
                let span = |start, end| Span {
                    file: *file,
                    start,
                    end,
                };
                let other = Span {
                    file: files[at % files.len()],
                    start: end,
                    end: start,
                };
                findings.push(
                    Diagnostic::new(
                        code,
                        span(start, end),
                        format!("m{}\nsecond", findings.len()),
                    )
                    .label("a\nb")
                    .also(other, "")
                    .note("note\u{1b}")
                    .help("help"),
                );
            }
        }
    }
    let report = report_of(&sources, &findings);
    let mut out = Vec::new();
    report::concise::write(&report, &mut out)?;
    let concise = text(&out).lines().count() - 1;
    let mut out = Vec::new();
    report::human::write(&report, false, &mut out)?;
    let human = text(&out);
    let full = (0..findings.len())
        .filter(|number| human.contains(&format!("]: m{number}\n")))
        .count();
    let mut out = Vec::new();
    report::json::write(&report, &mut out)?;
    let json: serde_json::Value = serde_json::from_slice(&out)?;
    let json = json["findings"].as_array().map_or(0, Vec::len);
    if human.contains(['\u{1b}', '\u{202e}']) {
        return Err("something in `full` steers the terminal".into());
    }
    if [concise, full, json] != [findings.len(); 3] {
        return Err(format!(
            "of {} findings concise shows {concise}, full {full}, json {json}",
            findings.len()
        )
        .into());
    }
    Ok(())
}

/// A snapshot whose case is gone tests nothing.
fn every_snapshot_has_its_case() -> Result<(), Failed> {
    let mut left: Vec<String> = Vec::new();
    for kind in KINDS.iter().filter(|k| k.dir.starts_with("tests/cases/")) {
        for entry in std::fs::read_dir(kind.dir)?.flatten() {
            let path = entry.path();
            let has_case = ["abide", "session"]
                .iter()
                .any(|end| path.with_extension(end).exists());
            if path.extension().is_some_and(|e| e == "out") && !has_case {
                left.push(path.display().to_string());
            }
        }
    }
    if left.is_empty() {
        Ok(())
    } else {
        Err(format!("no case beside {}", left.join(", ")).into())
    }
}
