//! Laws of the formatter: idempotent, changes no meaning, loses no comment.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read and write files and run the program"
)]

use abide::format::format;
use abide::source::FileId;
use abide::syntax::ast::Ast;
use abide::syntax::parse;
use proptest::prelude::*;
use std::path::{Path, PathBuf};

fn read(text: &str) -> (Ast, usize) {
    let mut diags = Vec::new();
    let ast = parse(FileId(0), text, &mut diags);
    (ast, diags.len())
}

fn formatted(text: &str) -> String {
    format(&read(text).0, text)
}

/// A tree without places, comments and the order of clauses, which the formatter may change.
fn meaning(ast: &Ast) -> String {
    let text = format!("{:?}", ast.items);
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find("Span {") {
        out.push_str(&rest[..at]);
        let end = rest[at..].find('}').map_or(rest.len(), |end| at + end + 1);
        rest = &rest[end..];
    }
    out + rest
}

fn sorted(text: &str) -> Vec<&str> {
    let mut parts: Vec<&str> = text.split("Clause {").collect();
    parts.sort_unstable();
    parts
}

fn shipped() -> Vec<PathBuf> {
    fn walk(dir: &Path, all: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, all);
            } else if path.extension().is_some_and(|e| e == "abide") {
                all.push(path);
            }
        }
    }
    let mut all = Vec::new();
    walk(Path::new("policies"), &mut all);
    walk(Path::new("tests"), &mut all);
    all.sort();
    assert!(all.len() > 5, "files are found from the crate's root");
    all
}

fn check(name: &str, text: &str) {
    let once = formatted(text);
    let twice = formatted(&once);
    assert_eq!(once, twice, "{name}: formatting again changes it");
    let (before, after) = (read(text), read(&once));
    assert_eq!(before.1, after.1, "{name}: errors come or go\n{once}");
    let (before, after) = (meaning(&before.0), meaning(&after.0));
    assert_eq!(
        sorted(&before),
        sorted(&after),
        "{name}: the meaning changes\n{once}"
    );
    assert!(
        once.lines().all(|line| line == line.trim_end()),
        "{name}: blanks at the end of a line"
    );
}

#[test]
fn every_file_is_stable_and_keeps_its_meaning() {
    for file in shipped() {
        let text = std::fs::read_to_string(&file).expect("the file is there");
        check(&file.display().to_string(), &text);
    }
}

#[test]
fn everything_under_policies_is_formatted() {
    for file in shipped().iter().filter(|file| file.starts_with("policies")) {
        let text = std::fs::read_to_string(file).expect("the file is there");
        assert_eq!(
            formatted(&text),
            text,
            "{}: run `abide fmt`",
            file.display()
        );
    }
}

/// Every place between two tokens of a text.
fn gaps(text: &str) -> Vec<usize> {
    let mut all = Vec::new();
    let mut in_text = false;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        if c == '"' && before != '\\' {
            in_text = !in_text;
        }
        if c == '\n' && !in_text {
            all.push(at);
        }
        before = c;
    }
    all
}

#[test]
fn a_comment_at_any_line_end_survives() {
    for file in shipped() {
        let text = std::fs::read_to_string(&file).expect("the file is there");
        if read(&text).1 > 0 || text.contains("//") && text.len() > 20_000 {
            continue;
        }
        for (number, at) in gaps(&text).into_iter().enumerate() {
            let line = text[..at].rsplit('\n').next().unwrap_or_default();
            if line.contains("//") {
                continue;
            }
            let mark = format!("// here-{number}");
            let marked = format!("{} {mark}{}", &text[..at], &text[at..]);
            let once = formatted(&marked);
            assert!(
                once.contains(&mark),
                "{}: {mark} is lost\n{once}",
                file.display()
            );
            assert_eq!(formatted(&once), once, "{}: {mark} wanders", file.display());
        }
    }
}

#[test]
fn comments_keep_their_order() {
    let text = include_str!("fixtures/language.abide");
    let mut marked = String::new();
    let mut count = 0;
    for line in text.lines() {
        marked.push_str(line);
        if !line.contains("//") && !line.trim().is_empty() {
            marked.push_str(&format!(" // c{count:03}"));
            count += 1;
        }
        marked.push('\n');
    }
    let once = formatted(&marked);
    let order: Vec<&str> = once
        .match_indices("// c")
        .map(|(at, _)| &once[at..at + 7])
        .collect();
    assert_eq!(order.len(), count, "{once}");
    assert!(order.is_sorted(), "{order:?}\n{once}");
}

#[test]
fn broken_statements_stay_as_they_are() {
    let text = "policy p {\n  may   share\n  never    share a with b\n}\n";
    let once = formatted(text);
    assert!(once.contains("may   share\n"), "{once}");
    assert!(once.contains("never share a with b"), "{once}");
    assert_eq!(formatted(&once), once);
}

proptest! {
    /// Layout never matters: the words of a file in any layout give the same file.
    #[test]
    fn layout_never_matters(seed in prop::collection::vec(0..4usize, 400)) {
        let text = include_str!("fixtures/language.abide");
        let plain: String = text
            .lines()
            .filter(|line| !line.contains("//"))
            .flat_map(|line| [line, "\n"])
            .collect();
        let mut other = String::new();
        let mut in_text = false;
        let mut at = 0;
        for c in plain.chars() {
            if c == '"' {
                in_text = !in_text;
            }
            if c.is_whitespace() && !in_text {
                other.push_str([" ", "\n", "\n  ", "\t"][seed[at % seed.len()]]);
                at += 1;
            } else {
                other.push(c);
            }
        }
        let squeeze = |text: &str| {
            let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
            lines.join("\n")
        };
        prop_assert_eq!(squeeze(&formatted(&plain)), squeeze(&formatted(&other)));
    }
}
