//! What of a notice its policies cite, on paper: one file a format, each given the same coverage.

pub mod html;
pub mod json;
pub mod markdown;
pub mod text;

use crate::analyze::coverage::{Coverage, Status, Tally};

/// A share for people, in percent, rounded down: it says 100 only where nothing is missing.
pub fn share(tally: &Tally) -> String {
    let (found, all) = (tally.found(), tally.sentences().max(1));
    let tenths = found * 1000 / all;
    match tenths % 10 {
        0 => format!("{} %", tenths / 10),
        rest => format!("{}.{rest} %", tenths / 10),
    }
}

/// All notices of a report together.
fn total(all: &[Coverage]) -> Tally {
    let mut total = Tally::default();
    for Coverage { tally, .. } in all {
        total.covered += tally.covered;
        total.noted += tally.noted;
        total.headings += tally.headings;
        total.missing += tally.missing;
    }
    total
}

/// What is counted, in words.
fn counted(tally: &Tally) -> String {
    let sentences = match tally.sentences() {
        1 => "1 sentence".to_string(),
        many => format!("{many} sentences"),
    };
    format!(
        "{sentences}: {} in rules, {} in notes, {} as titles, {} cited by nothing",
        tally.covered, tally.noted, tally.headings, tally.missing
    )
}

/// What people call a section.
fn title(title: &str) -> &str {
    if title.is_empty() {
        "(before the first heading)"
    } else {
        title
    }
}

/// The sentences of a section that nothing cites, each once: line and text.
fn missing<'a>(
    coverage: &'a Coverage,
    part: &'a crate::analyze::coverage::Part,
) -> impl Iterator<Item = (u32, &'a str)> {
    let all = part.sentences.clone();
    all.filter(|at| coverage.notice.sentences[*at].same_as == *at)
        .filter(|at| coverage.status(*at) == Status::Missing)
        .map(|at| &coverage.notice.sentences[at])
        .map(|sentence| (sentence.line, sentence.text.as_str()))
}
