//! The eight notices against the policies that encode them: every sentence is cited, and every
//! statement of the inventory lies in one that is.
//!
//! The notices are no part of the project. They are looked for in `../shared/notices` beside it, or in
//! the folder that `ABIDE_NOTICES` names; where they are missing these tests say so and are skipped.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests read files, run the program, and say what they skip"
)]

#[path = "shared/program.rs"]
mod program;

use program::program;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Policies with the text that each encodes.
const ENCODED: [(&str, &str); 12] = [
    ("website-2016", "website-2016"),
    ("developer-2016", "developer-2016"),
    ("authy-2016", "authy-2016"),
    ("cookies-2016", "cookies-2016"),
    ("changes-2016", "changes-2016"),
    ("changes-2016-february", "changes-2016"),
    ("changes-2016-april", "changes-2016"),
    ("changes-2016-may", "changes-2016"),
    ("changes-2016-authy", "changes-2016"),
    ("twilio-2018", "twilio-2018"),
    ("twilio-2020", "twilio-2020"),
    ("twilio-2022", "twilio-2022"),
];

/// Statements whose quote lies in no sentence that is cited, with the reason.
const UNMAPPED: [(&str, &str); 0] = [];

fn folder() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/notices");
    let folder = std::env::var_os("ABIDE_NOTICES").map_or(beside, PathBuf::from);
    let texts = ENCODED.map(|(_, text)| folder.join(format!("{text}.txt")));
    if texts.iter().all(|text| text.is_file()) {
        return Some(folder);
    }
    eprintln!("skipped: the notices are not at hand; ABIDE_NOTICES names their folder");
    None
}

/// What `abide coverage` prints for the policies that ship.
fn coverage(folder: &Path, more: &[&str]) -> std::process::Output {
    let mut command = program();
    command.args(["coverage", "policies/twilio", "--today", "2026-11-24"]);
    for (policy, text) in ENCODED {
        let path = folder.join(format!("{text}.txt"));
        command.args(["--notice", &format!("{policy}={}", path.display())]);
    }
    command.args(more).env("NO_COLOR", "1");
    command.output().expect("the binary runs")
}

fn json(folder: &Path) -> serde_json::Value {
    let output = coverage(folder, &["-f", "json"]);
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn list<'a>(value: &'a serde_json::Value, key: &str) -> &'a [serde_json::Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

/// Quotes and blanks as `abide` disregards them, written anew.
fn plain(text: &str) -> String {
    let kept: String = text.chars().filter(|c| !"\"'`‘’“”".contains(*c)).collect();
    kept.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

#[test]
fn every_sentence_of_the_notices_is_cited() {
    let Some(folder) = folder() else { return };
    let output = coverage(&folder, &["--min", "100%"]);
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{out}\n{err}");
    // Not a single citation stands in two sentences, either.
    assert_eq!(err, "");
    assert!(
        out.ends_with("8 notices, 1457 sentences: 100 % covered\n"),
        "{out}"
    );
}

#[test]
fn every_citation_is_short() {
    let Some(folder) = folder() else { return };
    let document = json(&folder);
    let mut count = 0;
    for notice in list(&document, "notices") {
        for sentence in list(notice, "sections")
            .iter()
            .flat_map(|s| list(s, "sentences"))
        {
            for tie in list(sentence, "cited_by") {
                let Some(citation) = tie["citation"].as_str() else {
                    continue;
                };
                let words = citation.split_whitespace().count();
                assert!((3..=8).contains(&words), "{words} words: {tie}");
                // Of a longer sentence only a part is quoted.
                let whole = plain(sentence["text"].as_str().unwrap_or_default());
                let long = whole.split(' ').count() > 8;
                assert!(!long || plain(citation).len() < whole.len(), "{tie}");
                count += 1;
            }
        }
    }
    assert!(count > 1000, "{count}");
}

#[test]
fn statements_of_the_inventory_lie_in_sentences_that_are_cited() {
    let Some(folder) = folder() else { return };
    let document = json(&folder);
    // By notice: the text of its sentences, one after the other, and where each ends.
    let mut notices: BTreeMap<String, Vec<(String, bool)>> = BTreeMap::new();
    for notice in list(&document, "notices") {
        let file = Path::new(notice["file"].as_str().unwrap_or_default());
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let sentences = notices.entry(name.into_owned()).or_default();
        for sentence in list(notice, "sections")
            .iter()
            .flat_map(|s| list(s, "sentences"))
        {
            let text = plain(sentence["text"].as_str().unwrap_or_default());
            sentences.push((text, sentence["status"] != "missing"));
        }
    }
    let inventory =
        std::fs::read_to_string(folder.join("statements.jsonl")).expect("the inventory");
    let (mut all, mut lost) = (0, Vec::new());
    for line in inventory.lines() {
        let statement: serde_json::Value = serde_json::from_str(line).expect("JSON");
        all += 1;
        let quote = plain(statement["quote"].as_str().unwrap_or_default());
        let sentences = &notices[statement["notice"].as_str().unwrap_or_default()];
        if !lies_in_cited(&quote, sentences) {
            lost.push(statement["id"].as_str().unwrap_or_default().to_string());
        }
    }
    assert_eq!(all, 1001);
    let known: Vec<&str> = UNMAPPED.iter().map(|(id, _)| *id).collect();
    assert_eq!(lost, known);
    assert!(lost.len() * 100 <= all, "{} of {all}", lost.len());
}

/// Whether a quote is part of one cited sentence, or is made of cited sentences and parts of them.
fn lies_in_cited(quote: &str, sentences: &[(String, bool)]) -> bool {
    if quote.is_empty() {
        return false;
    }
    let within = |(text, cited): &(String, bool)| *cited && text.contains(quote);
    if sentences.iter().any(within) {
        return true;
    }
    // The quote goes on in the next sentence: its beginning ends one, the rest lies in those after.
    (1..quote.len())
        .filter(|at| quote.is_char_boundary(*at))
        .any(|at| {
            let (head, tail) = (quote[..at].trim_end(), quote[at..].trim_start());
            sentences.iter().enumerate().any(|(row, (text, cited))| {
                *cited && text.ends_with(head) && begins(tail, &sentences[row + 1..])
            })
        })
}

/// Whether sentences one after the other begin with a text, each of them cited.
fn begins(text: &str, sentences: &[(String, bool)]) -> bool {
    match sentences.split_first() {
        _ if text.is_empty() => true,
        Some(((first, true), rest)) => {
            first.starts_with(text)
                || text
                    .strip_prefix(first.as_str())
                    .is_some_and(|text| begins(text.trim_start(), rest))
        }
        _ => false,
    }
}

#[test]
fn the_page_shows_every_sentence_beside_its_rules() {
    let Some(folder) = folder() else { return };
    let output = coverage(&folder, &["-f", "html"]);
    let page = String::from_utf8_lossy(&output.stdout);
    let document = json(&folder);
    let rows = page.matches("<div class=\"row ").count();
    // Of identical sentences each has its row.
    let distinct = document["summary"]["sentences"]
        .as_u64()
        .unwrap_or_default() as usize;
    assert!(rows >= distinct, "{rows} rows, {distinct} sentences");
    for notice in list(&document, "notices") {
        for sentence in list(notice, "sections")
            .iter()
            .flat_map(|s| list(s, "sentences"))
        {
            let text = sentence["text"].as_str().unwrap_or_default();
            let text = text
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;");
            let text = text.replace('"', "&quot;").replace('\'', "&#39;");
            assert!(page.contains(&format!("<p>{text}</p>")), "{text}");
        }
    }
    // Nothing is fetched, and no tag comes out of a notice.
    assert!(!page.contains("<script") && !page.contains(" src=") && !page.contains("<link"));
    for tag in ["div", "section", "p", "pre", "q", "span", "h3"] {
        let open =
            page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
        assert_eq!(open, page.matches(&format!("</{tag}>")).count(), "{tag}");
    }
}

/// Expectations of a notice by verdict: `may`, `never`, `undeclared`, `needs`.
fn expectations(file: &Path) -> [usize; 4] {
    use abide::syntax::ast::{Expected, Item, TestItem};
    let text = std::fs::read_to_string(file).expect("a file of tests");
    let ast = abide::syntax::parse(abide::source::FileId(0), &text, &mut Vec::new());
    let mut counts = [0; 4];
    for item in &ast.items {
        let Item::Test(test) = item else { continue };
        for item in &test.items {
            let TestItem::Expectation(expectation) = item else {
                continue;
            };
            counts[match expectation.verdict {
                Expected::May => 0,
                Expected::Never => 1,
                Expected::Undeclared => 2,
                Expected::Needs(..) => 3,
            }] += 1;
        }
    }
    counts
}

#[test]
fn every_notice_has_expectations_of_all_verdicts() {
    for (name, least) in [
        ("website-2016", 25),
        ("developer-2016", 25),
        ("authy-2016", 25),
        ("cookies-2016", 25),
        ("changes-2016", 10),
        ("twilio-2018", 25),
        ("twilio-2020", 10),
        ("twilio-2022", 25),
    ] {
        let counts =
            expectations(&Path::new("policies/twilio").join(format!("{name}-tests.abide")));
        assert!(counts.iter().sum::<usize>() >= least, "{name}: {counts:?}");
        assert!(counts.iter().all(|count| *count > 0), "{name}: {counts:?}");
    }
}
