//! What the documents say is so: their examples are run, their links lead somewhere, and pages state
//! the severity that the table of codes has. (The examples of pages are run in `cases`.)
#![allow(
    clippy::disallowed_methods,
    reason = "tests read and write scratch files"
)]

#[path = "shared/program.rs"]
mod program;

use abide::diag::{Severity, codes};
use abide::project::run::Settings;
use abide::project::{Input, Levels, load, run};
use abide::source::FileId;
use abide::syntax::parse;
use program::program;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The day on which every example runs.
const TODAY: &str = "2026-11-24";

const PAGES: &str = "src/diag/docs";

/// Documents that hold whole examples, besides the pages.
const DOCUMENTS: [&str; 7] = [
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "docs/tutorial.md",
    "docs/language.md",
    "docs/commands.md",
    "docs/ci.md",
];

#[test]
fn examples_of_the_documents_raise_what_they_are_marked_with() {
    let mut wrong = Vec::new();
    let mut run = 0;
    for document in DOCUMENTS {
        let text = fs::read_to_string(document).expect(document);
        // Blocks that are parts of one file are run together.
        let parts: String = blocks(&text)
            .filter(|block| block.tag == "abide,part")
            .map(|block| block.text)
            .collect();
        let whole = Block {
            tag: "abide".to_string(),
            line: 0,
            indent: String::new(),
            command: None,
            text: parts,
        };
        let whole = (!whole.text.is_empty()).then_some(whole);
        for example in examples(&text).chain(whole) {
            run += 1;
            for finding in check(&example) {
                wrong.push(format!(
                    "{document}:{}: {}: {}",
                    example.line + finding.line,
                    finding.code,
                    finding.message
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(run > 10, "the documents have lost their examples");
}

#[test]
fn fragments_parse_where_they_would_stand() {
    let wraps = [
        ("", ""),
        ("policy p {\n", "\n}"),
        ("plan p {\n", "\n}"),
        ("test \"t\" for p {\n", "\n}"),
    ];
    let mut wrong = Vec::new();
    for document in DOCUMENTS {
        let text = fs::read_to_string(document).expect(document);
        for block in blocks(&text).filter(|block| block.tag == "abide,fragment") {
            let parses = wraps.iter().any(|(before, after)| {
                let mut diags = Vec::new();
                let text = format!("{before}{}{after}", block.text);
                parse(FileId(0), &text, &mut diags);
                diags.is_empty()
            });
            if !parses {
                wrong.push(format!("{document}:{}", block.line));
            }
        }
    }
    assert!(wrong.is_empty(), "these do not parse: {wrong:?}");
}

#[test]
fn sessions_show_what_the_tool_prints() {
    let mut wrong = Vec::new();
    for document in DOCUMENTS {
        let text = fs::read_to_string(document).expect(document);
        let mut mended = text.clone();
        let mut above: Option<Block> = None;
        for block in blocks(&text) {
            let folder = tempfile::tempdir().expect("a scratch folder");
            let dir = match (block.tag.as_str(), &block.command) {
                ("abide,above", _) => {
                    above = Some(block);
                    continue;
                }
                // More files, or later states of them, beside those above.
                ("abide,more", _) => {
                    let above = above.as_mut().expect("an example above");
                    above.text += &block.text;
                    continue;
                }
                ("console", _) | (_, Some(_)) => Path::new("."),
                ("console,above", _) => {
                    let example = above.as_ref().expect("an example above");
                    write_files(folder.path(), example);
                    folder.path()
                }
                _ => continue,
            };
            let (command, shown) = match &block.command {
                Some(command) => (command.as_str(), block.text.as_str()),
                None => block.text.split_once('\n').expect("a command"),
            };
            let now = session(shown, &output(command, dir));
            if now != shown {
                wrong.push(format!("{document}:{}: prints\n{now}", block.line));
                let fenced = indented(shown, &block.indent);
                let due = indented(&now, &block.indent);
                mended = mended.replace(fenced.trim_end(), due.trim_end());
            }
        }
        if std::env::var_os("BLESS").is_some() {
            fs::write(document, mended).expect(document);
        }
    }
    assert!(
        wrong.is_empty() || std::env::var_os("BLESS").is_some(),
        "BLESS=1 writes them anew\n{}",
        wrong.join("\n")
    );
}

#[test]
fn pages_state_their_group_and_severity() {
    let mut wrong = Vec::new();
    for code in codes::ALL {
        let group = code.group.name();
        let due = match code.severity {
            Severity::Error => format!("An error of the group `{group}`"),
            Severity::Warning => format!("A warning of the group `{group}`"),
            Severity::Allow => format!("Of the group `{group}`, not shown unless asked for"),
        };
        let options = section(code.page, "Options");
        if !options.replace('\n', " ").starts_with(&due) {
            wrong.push(format!("{}.md: Options should begin: {due}", code.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn pages_have_the_same_sections() {
    for code in codes::ALL {
        let headings: Vec<&str> = code
            .page
            .lines()
            .filter(|line| line.starts_with('#'))
            .collect();
        let title = format!("# {}", code.name);
        let due = [
            &title,
            "## Summary",
            "## Why it matters",
            "## Wrong",
            "## Right",
            "## Options",
            "## Related",
        ];
        assert_eq!(headings, due, "{}.md", code.name);
    }
}

#[test]
fn links_lead_somewhere() {
    let mut all: Vec<PathBuf> = DOCUMENTS.iter().map(PathBuf::from).collect();
    for code in codes::ALL {
        all.push(Path::new(PAGES).join(format!("{}.md", code.name)));
    }
    let mut wrong = Vec::new();
    for document in all {
        let text = fs::read_to_string(&document).expect("a document");
        for target in links(&text) {
            if target.contains("://") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let path = match file {
                "" => document.clone(),
                file => document.parent().expect("a folder").join(file),
            };
            let there = path.exists()
                && (anchor.is_empty()
                    || anchors(&fs::read_to_string(&path).expect("text")).contains(anchor));
            if !there {
                wrong.push(format!("{}: {target}", document.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A fenced block of a document.
struct Block {
    tag: String,
    /// The line of its fence, from 1.
    line: usize,
    /// The blanks before its fence, which `text` is without.
    indent: String,
    /// `$ abide …` of a line `<!-- $ abide … -->` before it: what prints this block.
    command: Option<String>,
    text: String,
}

fn blocks(text: &str) -> impl Iterator<Item = Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut indent = None;
    let mut before = "";
    for (at, line) in text.lines().enumerate() {
        let trimmed = line.trim_start();
        match (indent, trimmed.strip_prefix("```")) {
            (None, Some(tag)) => {
                indent = Some(line.len() - trimmed.len());
                found.push(Block {
                    tag: tag.trim().to_string(),
                    line: at + 1,
                    indent: line[..line.len() - trimmed.len()].to_string(),
                    command: before
                        .strip_prefix("<!-- ")
                        .and_then(|rest| rest.strip_suffix(" -->"))
                        .map(str::to_string),
                    text: String::new(),
                });
            }
            (Some(_), Some("")) => indent = None,
            (Some(indent), _) => {
                let block = found.last_mut().expect("an open block");
                block.text += line.get(indent..).unwrap_or("");
                block.text.push('\n');
            }
            (None, None) => {}
        }
        if !trimmed.is_empty() {
            before = trimmed;
        }
    }
    found.into_iter()
}

/// The blocks that are whole files.
fn examples(text: &str) -> impl Iterator<Item = Block> {
    blocks(text).filter(|block| block.tag == "abide")
}

/// The files of an example: after each line `//# file: NAME` the next begins.
fn files(block: &Block) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in block.text.lines() {
        if let Some(name) = line.strip_prefix("//# file: ") {
            files.push((name.to_string(), String::new()));
            continue;
        }
        if files.is_empty() {
            files.push(("example.abide".to_string(), String::new()));
        }
        let (_, text) = files.last_mut().expect("a file");
        text.push_str(line);
        text.push('\n');
    }
    files
}

/// Text as it stands in a block that is indented; what is empty stays empty.
fn indented(text: &str, indent: &str) -> String {
    text.split('\n')
        .map(|line| match line {
            "" => String::new(),
            line => format!("{indent}{line}"),
        })
        .collect::<Vec<_>>()
        .join("\n")
}

fn write_files(folder: &Path, example: &Block) {
    fs::write(folder.join("abide.toml"), "").expect("a root");
    for (name, text) in files(example) {
        fs::write(folder.join(name), text).expect("a file of the example");
    }
}

/// What a command prints, on the day of all examples. `cargo run --release --` stands for the tool.
fn output(command: &str, dir: &Path) -> String {
    let command = command.strip_prefix("$ ").expect("a command after `$ `");
    let args = command
        .strip_prefix("cargo run --release -- ")
        .or(command.strip_prefix("abide "))
        .expect("a command of abide");
    let mut run = program();
    run.args(words(args)).current_dir(dir);
    run.env("NO_COLOR", "1");
    let on_a_day = ["check", "test", "ask", "diff", "trace", "graph"];
    if on_a_day.iter().any(|command| args.starts_with(command)) {
        run.args(["--today", TODAY]);
    }
    let output = run.output().expect("the binary runs");
    String::from_utf8(output.stdout).expect("text")
}

/// The words of a command, of which some stand in quotes.
fn words(command: &str) -> Vec<String> {
    let mut all = Vec::new();
    for (at, part) in command.split('"').enumerate() {
        match at % 2 {
            0 => all.extend(part.split_whitespace().map(str::to_string)),
            _ => all.push(part.to_string()),
        }
    }
    all
}

/// The parts of an output that a session shows: what stands between lines `…` is as many findings
/// as are shown there, beginning with the one that begins alike.
fn session(shown: &str, output: &str) -> String {
    if !shown.contains("…\n") {
        return output.trim_end().to_string() + "\n";
    }
    let all: Vec<&str> = output.trim_end().split("\n\n").collect();
    let parts: Vec<String> = shown
        .trim_end()
        .split("…\n")
        .map(|part| {
            let part = part.trim_end_matches('\n');
            let first = part.lines().next().unwrap_or("");
            let count = part.split("\n\n").count();
            let at = all
                .iter()
                .position(|finding| finding.lines().next() == Some(first))
                // The summary is known by its place, since its numbers change.
                .unwrap_or(all.len() - 1);
            match part {
                "" => String::new(),
                _ => all[at..all.len().min(at + count)].join("\n\n") + "\n",
            }
        })
        .collect();
    parts.join("…\n")
}

struct Found {
    code: String,
    line: usize,
    message: String,
}

/// Runs an example in a folder of its own; what is waived or marked as expected is left out.
fn check(example: &Block) -> Vec<Found> {
    let folder = tempfile::tempdir().expect("a scratch folder");
    write_files(folder.path(), example);
    let settings = Settings {
        today: TODAY.parse().expect("a date"),
        levels: Levels::default(),
        waivers: true,
        most: None,
    };
    let input = Input {
        paths: vec![folder.path().to_path_buf()],
        ..Input::default()
    };
    let outcome = run(load(&input).expect("files that can be read"), &settings);
    outcome
        .findings
        .iter()
        .filter(|finding| finding.waived.is_none() && !finding.expected)
        .map(|finding| Found {
            code: finding.code.name.to_string(),
            line: outcome.sources.start(finding.primary.span).line as usize,
            message: finding.message.clone(),
        })
        .collect()
}

/// What stands below a heading.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let start = format!("\n## {heading}\n\n");
    let text = page.split_once(&start).map_or("", |(_, rest)| rest);
    text.split_once("\n## ").map_or(text, |(own, _)| own)
}

fn links(text: &str) -> Vec<&str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')').map(|(target, _)| target))
        .collect()
}

/// Headings as GitHub makes them anchors.
fn anchors(text: &str) -> BTreeSet<String> {
    text.lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| {
            line.trim_start_matches('#')
                .trim()
                .to_lowercase()
                .chars()
                .filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '-')
                .map(|c| if c == ' ' { '-' } else { c })
                .collect()
        })
        .collect()
}
