//! Mending what can be mended safely: the edits that findings carry, then the layout.
//!
//! Nothing is written here. Changed texts stand in for files until a check finds no more to mend, so
//! that showing a difference and making it are the same work.

use super::load::{Input, load};
use super::run::{Settings, run};
use crate::diag::{Diagnostic, Diags, Fix, Group, codes};
use crate::format::format;
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::parse;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// A file that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its path as opened.
    pub path: PathBuf,
    /// Its path as people see it.
    pub shown: String,
    /// Its text before.
    pub old: String,
    /// Its text after.
    pub new: String,
}

/// What there is to change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fixed {
    /// Files, in order of path.
    pub changes: Vec<Change>,
    /// How many findings are mended.
    pub findings: usize,
}

/// A fix may bring another into reach; this is how often is looked.
const ROUNDS: usize = 10;

/// Mends what the files asked for hold, in memory.
pub fn fix(input: &Input, settings: &Settings) -> Result<Fixed, String> {
    let mut input = input.clone();
    let mut changes: BTreeMap<PathBuf, Change> = BTreeMap::new();
    let mut refused = BTreeSet::new();
    let mut findings = 0;
    for _ in 0..ROUNDS {
        let loaded = load(&input)?;
        let mut open = loaded.asked.clone();
        open.retain(|file| !refused.contains(&loaded.sources.file(*file).path));
        let outcome = run(loaded, settings);
        open.retain(|file| is_text(*file, &outcome.findings));
        let chosen = chosen(&outcome.findings, &open);
        if chosen.is_empty() {
            break;
        }
        let mut edits: BTreeMap<FileId, Vec<&(Span, String)>> = BTreeMap::new();
        for edit in chosen.iter().flat_map(|fix| &fix.edits) {
            edits.entry(edit.0.file).or_default().push(edit);
        }
        let mut left_out = BTreeSet::new();
        for (file, edits) in &edits {
            let old = &outcome.sources.file(*file).text;
            let new = edited(old, edits);
            if errors(&new) > errors(old) {
                left_out.insert(*file);
                refused.insert(outcome.sources.file(*file).path.clone());
                continue;
            }
            change(&mut input, &mut changes, &outcome.sources, *file, new);
        }
        let made = |fix: &&&Fix| {
            !fix.edits
                .iter()
                .any(|(span, _)| left_out.contains(&span.file))
        };
        findings += chosen.iter().filter(made).count();
    }
    let loaded = load(&input)?;
    for file in &loaded.asked {
        let Some(ast) = loaded.ast(*file) else {
            continue;
        };
        let text = &loaded.sources.file(*file).text;
        if is_text(*file, &loaded.diags) && errors(text) == 0 {
            let new = format(ast, text);
            change(&mut input, &mut changes, &loaded.sources, *file, new);
        }
    }
    Ok(Fixed {
        changes: changes
            .into_values()
            .filter(|change| change.old != change.new)
            .collect(),
        findings,
    })
}

/// Whether a file was read as it is; what replaces bytes that are no text must not be written back.
fn is_text(file: FileId, found: &Diags) -> bool {
    let bad = |d: &Diagnostic| d.code == &codes::INVALID_TEXT && d.primary.span.file == file;
    !found.iter().any(bad)
}

/// The fixes to make now: of findings that count, in files that may be changed, none over another.
/// While something can't be read or understood, nothing else is known for sure: a waiver may silence
/// nothing only because of that.
fn chosen<'a>(findings: &'a Diags, open: &BTreeSet<FileId>) -> Vec<&'a Fix> {
    let unread = |d: &Diagnostic| matches!(d.code.group, Group::Syntax | Group::Names);
    let torn = findings.iter().any(|d| d.counts() && unread(d));
    let mut taken: Vec<Span> = Vec::new();
    let mut chosen: Vec<&Fix> = Vec::new();
    for diagnostic in findings.iter().filter(|d| d.counts()) {
        if torn && !unread(diagnostic) {
            continue;
        }
        let Some(fix) = &diagnostic.fix else {
            continue;
        };
        let free = |span: &Span| {
            open.contains(&span.file)
                && !taken.iter().any(|other| {
                    other.file == span.file && other.start <= span.end && span.start <= other.end
                })
        };
        if fix.edits.iter().all(|(span, _)| free(span)) {
            taken.extend(fix.edits.iter().map(|(span, _)| *span));
            chosen.push(fix);
        }
    }
    chosen
}

/// A text with replacements that do not overlap.
fn edited(text: &str, edits: &[&(Span, String)]) -> String {
    let mut sorted = edits.to_vec();
    sorted.sort_by_key(|(span, _)| span.start);
    let mut new = String::new();
    let mut at = 0;
    for (span, replacement) in sorted {
        let (mut start, mut end) = (span.start as usize, span.end as usize);
        if replacement.is_empty() {
            (start, end) = whole_lines(text, start, end);
        }
        new.push_str(text.get(at..start).unwrap_or_default());
        new.push_str(replacement);
        at = end.max(at);
    }
    new + text.get(at..).unwrap_or_default()
}

/// What is dropped takes its lines along, where nothing else is on them.
fn whole_lines(text: &str, start: usize, end: usize) -> (usize, usize) {
    let from = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let until = text[end..].find('\n').map(|at| end + at + 1);
    match until {
        Some(until)
            if text[from..start].trim().is_empty() && text[end..until].trim().is_empty() =>
        {
            (from, until)
        }
        _ => (start, end),
    }
}

/// How many places of a text do not parse.
fn errors(text: &str) -> usize {
    let mut diags = Vec::new();
    parse(FileId(0), text, &mut diags);
    diags
        .iter()
        .filter(|d| d.code.group == Group::Syntax)
        .count()
}

fn change(
    input: &mut Input,
    changes: &mut BTreeMap<PathBuf, Change>,
    sources: &SourceMap,
    file: FileId,
    new: String,
) {
    let source = sources.file(file);
    let full = super::files::canonical(&source.path);
    let change = changes.entry(full.clone()).or_insert_with(|| Change {
        path: source.path.clone(),
        shown: source.shown.clone(),
        old: source.text.clone(),
        new: String::new(),
    });
    change.new.clone_from(&new);
    input.texts.insert(full, new);
}
