//! `json`: every sentence with what cites it, for programs.

use super::total;
use crate::analyze::coverage::{Coverage, Part, Tally, Tie};
use serde::Serialize;
use std::io::{self, Write};

/// The version of this shape; it grows when a field changes its meaning or goes.
pub const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    tool: &'static str,
    version: &'static str,
    summary: Counts,
    notices: Vec<Notice<'a>>,
}

#[derive(Serialize)]
struct Counts {
    sentences: usize,
    covered: usize,
    noted: usize,
    headings: usize,
    missing: usize,
}

#[derive(Serialize)]
struct Notice<'a> {
    file: &'a str,
    policies: &'a [String],
    summary: Counts,
    sections: Vec<Section<'a>>,
}

#[derive(Serialize)]
struct Section<'a> {
    title: &'a str,
    summary: Counts,
    sentences: Vec<Sentence<'a>>,
}

#[derive(Serialize)]
struct Sentence<'a> {
    line: u32,
    text: &'a str,
    status: &'static str,
    cited_by: Vec<Cited<'a>>,
}

#[derive(Serialize)]
struct Cited<'a> {
    policy: &'a str,
    rule: Option<&'a str>,
    file: &'a str,
    line: u32,
    citation: Option<&'a str>,
}

/// Writes it.
pub fn write(all: &[Coverage], out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        schema_version: SCHEMA_VERSION,
        tool: "abide",
        version: env!("CARGO_PKG_VERSION"),
        summary: counts(&total(all)),
        notices: all.iter().map(notice).collect(),
    };
    crate::report::machine::pretty(&document, out)?;
    writeln!(out)
}

fn counts(tally: &Tally) -> Counts {
    Counts {
        sentences: tally.sentences(),
        covered: tally.covered,
        noted: tally.noted,
        headings: tally.headings,
        missing: tally.missing,
    }
}

fn notice(coverage: &Coverage) -> Notice<'_> {
    Notice {
        file: &coverage.notice.shown,
        policies: &coverage.policies,
        summary: counts(&coverage.tally),
        sections: coverage
            .parts
            .iter()
            .map(|p| section(coverage, p))
            .collect(),
    }
}

/// A section; of identical sentences the first stands for all.
fn section<'a>(coverage: &'a Coverage, part: &'a Part) -> Section<'a> {
    let all = &coverage.notice.sentences;
    Section {
        title: &part.title,
        summary: counts(&part.tally),
        sentences: part
            .sentences
            .clone()
            .filter(|at| all[*at].same_as == *at)
            .map(|at| Sentence {
                line: all[at].line,
                text: &all[at].text,
                status: coverage.status(at).word(),
                cited_by: coverage.ties[at].iter().map(cited).collect(),
            })
            .collect(),
    }
}

fn cited(tie: &Tie) -> Cited<'_> {
    Cited {
        policy: &tie.policy,
        rule: tie.label.as_deref(),
        file: &tie.file,
        line: tie.line,
        citation: tie.phrase.as_deref(),
    }
}
