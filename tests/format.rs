//! Laws of the formatter: idempotent, changes no meaning, loses no comment.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read and write files and run the program"
)]

#[path = "shared/layout.rs"]
mod layout;

use layout::{check, formatted, meaning, read, stays};
use proptest::prelude::*;
use std::path::{Path, PathBuf};

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

/// Every place between two words or marks of a text, strings and comments left whole.
fn gaps(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let mut all = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                at += 1;
                while bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at += 1;
            }
            b'/' => at += text[at..].find('\n').unwrap_or(text.len() - at),
            byte if byte.is_ascii_whitespace() => at += 1,
            byte if byte.is_ascii_alphanumeric() => {
                let word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.');
                at += bytes[at..].iter().take_while(|b| word(b)).count();
            }
            b'-' if bytes[at + 1] == b'>' => at += 2,
            _ => at += 1,
        }
        // A bullet is followed by a blank, and a comment goes on to the end of its line.
        let bullet = bytes[at - 1] == b'-';
        let in_word = at < bytes.len() && bytes[at] == b'.';
        let line = text[..at].rsplit('\n').next().unwrap_or_default();
        if !bullet && !in_word && !line.contains("//") {
            all.push(at);
        }
    }
    all.dedup();
    all
}

/// The text with something put in at some of its places.
fn with(text: &str, places: &[usize], what: impl Fn(usize) -> String) -> String {
    let mut out = String::new();
    let mut from = 0;
    for (number, at) in places.iter().enumerate() {
        out.push_str(&text[from..*at]);
        out.push_str(&what(number));
        from = *at;
    }
    out + &text[from..]
}

#[test]
fn a_comment_in_any_place_survives() {
    let text = include_str!("fixtures/language.abide");
    let meant = meaning(&read(text).0);
    for (number, at) in gaps(text).into_iter().enumerate() {
        for mark in [
            format!(" // c{number:03}\n"),
            format!("\n// c{number:03}\n"),
        ] {
            let marked = with(text, &[at], |_| mark.clone());
            let once = formatted(&marked);
            assert_eq!(once.matches(mark.trim()).count(), 1, "{mark}\n{once}");
            assert_eq!(formatted(&once), once, "{mark} wanders");
            let after = meaning(&read(&once).0);
            assert_eq!(meant, after, "{mark}\n{once}");
        }
    }
}

#[test]
fn comments_in_all_places_keep_their_order() {
    let text = include_str!("fixtures/language.abide");
    let places = gaps(text);
    for own_line in [false, true] {
        let lead = if own_line { "\n" } else { " " };
        let marked = with(text, &places, |number| format!("{lead}// c{number:04}\n"));
        let once = formatted(&marked);
        let order: Vec<&str> = once
            .match_indices("// c")
            .map(|(at, _)| &once[at..at + 8])
            .filter(|mark| mark[4..].parse::<u32>().is_ok())
            .collect();
        assert_eq!(order.len(), places.len(), "{once}");
        assert!(order.is_sorted(), "{order:?}\n{once}");
        assert_eq!(formatted(&once), once);
        let (before, after) = (meaning(&read(text).0), meaning(&read(&once).0));
        assert_eq!(before, after, "{once}");
    }
}

#[test]
fn broken_statements_stay_as_they_are() {
    let text = "policy p {\n  may   share\n  never    share a with b\n}\n";
    let once = formatted(text);
    assert!(once.contains("may   share\n"), "{once}");
    assert!(once.contains("never share a with b"), "{once}");
    assert_eq!(formatted(&once), once);
}

/// The words of the language's examples.
fn words() -> Vec<&'static str> {
    include_str!("fixtures/language.abide")
        .split('\n')
        .flat_map(|line| line.split_inclusive(' '))
        .flat_map(|word| [word, "\n"])
        .collect()
}

proptest! {
    /// Words in any order: nothing is lost, and formatting again changes nothing.
    #[test]
    fn nothing_is_lost_of_any_words(text in prop::collection::vec(prop::sample::select(words()), 0..80)) {
        stays(&text.concat());
    }

    /// The examples with some words dropped, doubled or moved.
    #[test]
    fn nothing_is_lost_of_broken_files(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..3), 1..6)
    ) {
        let mut all = words();
        for (place, edit) in edits {
            let at = place.index(all.len());
            match edit {
                0 => {
                    all.remove(at);
                }
                1 => all.insert(at, all[at]),
                _ => {
                    let to = (at * 7 + 13) % all.len();
                    all.swap(at, to);
                }
            }
        }
        stays(&all.concat());
    }

    #[test]
    fn nothing_is_lost_of_any_text(text in any::<String>()) {
        stays(&text);
    }

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
