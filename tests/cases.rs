//! Every test that is a file: a case in `tests/cases/KIND/NAME.abide` with its snapshot beside it,
//! the page of every code, every shipped policy. Adding a case is adding a file.
//!
//! In `check` cases each line that must raise a finding ends in `//~ code …`; marks and findings
//! are matched both ways. `NAME.out` is what people see; `BLESS=1 cargo test` rewrites it, the marks
//! are never rewritten.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read and write files and run the program"
)]

use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The day on which every case runs.
const TODAY: &str = "2026-11-24";

/// A kind of case: its folder, and what a file in it must show.
struct Kind {
    dir: &'static str,
    run: fn(&Path) -> Result<(), Failed>,
}

const KINDS: &[Kind] = &[
    Kind {
        dir: "tests/cases/check",
        run: check_case,
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
        for file in files(Path::new(kind.dir)) {
            let run = kind.run;
            let name = file.display().to_string();
            trials.push(Trial::test(name, move || run(&file)));
        }
    }
    trials.push(Trial::test("layers", layers));
    trials.push(Trial::test(
        "every module says what it is",
        module_sentences,
    ));
    trials.push(Trial::test("every code has a page", every_code_has_a_page));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    let Ok(entries) = std::fs::read_dir(dir) else {
        return all;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            all.extend(files(&path));
        } else if path.extension().is_some_and(|e| e == "abide" || e == "md") {
            all.push(path);
        }
    }
    all.sort();
    all
}

fn abide(args: &[&str], dir: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_abide"))
        .args(args)
        .current_dir(dir)
        .env_remove("ABIDE_OUTPUT_FORMAT")
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

/// Marks and findings agree, and people see what the snapshot says.
fn check_case(file: &Path) -> Result<(), Failed> {
    let unexpected: Vec<String> = findings(file, Path::new("."), &[])?
        .into_iter()
        .filter(|(_, expected)| !expected)
        .map(|(code, _)| code)
        .collect();
    let name = file.to_string_lossy();
    let output = abide(
        &[
            "check",
            &name,
            "--today",
            TODAY,
            "--show-expected",
            "--allow-empty",
        ],
        Path::new("."),
    );
    let shown = text(&output.stdout);
    if !unexpected.is_empty() {
        return Err(format!("not marked: {unexpected:?}\n{shown}").into());
    }
    snapshot(&file.with_extension("out"), &shown)
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
        "source" => Some(1),
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
            let Some(used) = line.trim_start().strip_prefix("use crate::") else {
                continue;
            };
            let module = used.split([':', ';', ',', ' ']).next().unwrap_or_default();
            if layer(module).is_none_or(|used| used > own) {
                wrong.push(format!("{}:{}: {line}", file.display(), number + 1));
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
