//! The baseline: findings that were there when a project began to be checked. They are known; what
//! comes new fails, and so does an entry that no longer occurs, so that the list only shrinks.

use super::files;
use super::levels::Levels;
use super::run::{Outcome, sort};
use crate::check::fingerprint;
use crate::diag::{Diagnostic, Group, Severity, codes, nearest};
use crate::source::{FileId, SourceMap, Span};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The name of the file.
pub const NAME: &str = "abide-baseline.json";

/// One known finding. Its fingerprint says which; the rest is for people.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The file it was found in, from the baseline's folder.
    pub file: String,
    /// Its code.
    pub code: String,
    /// What was said of it.
    pub message: String,
    /// Who it is, wherever it stands.
    pub fingerprint: String,
}

/// A baseline that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    /// Its path.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// The entries, each with its place in the text.
    pub entries: Vec<(Entry, (u32, u32))>,
}

impl Baseline {
    /// One that holds nothing.
    pub fn empty(path: &Path) -> Baseline {
        Baseline {
            path: path.to_path_buf(),
            text: String::new(),
            entries: Vec::new(),
        }
    }
}

/// The baseline that holds for paths: the nearest, looking upwards as far as the repository's root.
pub fn nearest_to(start: &Path) -> Option<PathBuf> {
    files::upwards(start, NAME)
}

/// Reads a baseline: JSON, one entry a line. An error shows its place.
pub fn read(path: &Path) -> Result<Baseline, String> {
    let shown = files::shown(path);
    let text = String::from_utf8(files::read(path)?)
        .map_err(|_| format!("`{shown}` is not UTF-8 text"))?;
    of_text(path, &shown, text)
}

/// The same from its text.
pub fn of_text(path: &Path, shown: &str, text: String) -> Result<Baseline, String> {
    let all: Vec<Entry> = serde_json::from_str(&text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        format!("{shown}:{line}:{column}: {error}; `abide baseline` writes it anew")
    })?;
    let mut entries = Vec::new();
    // Entries come in the order of the text, so each is looked for behind the one before.
    let mut from = 0;
    for entry in all {
        if codes::by_name(&entry.code).is_none() {
            let known = codes::ALL.iter().map(|code| code.name);
            let hint = nearest(&entry.code, known)
                .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            return Err(format!(
                "{shown}: no finding has the code `{}`{hint}",
                entry.code
            ));
        }
        let wanted = format!("\"{}\"", entry.fingerprint);
        let at = text[from..].find(&wanted).map_or(from, |at| from + at);
        from = at;
        let start = text[..at].rfind('\n').map_or(0, |at| at + 1);
        let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
        let line = text[start..end].trim_end().trim_end_matches(',');
        entries.push((entry, (start as u32, (start + line.len()) as u32)));
    }
    Ok(Baseline {
        path: path.to_path_buf(),
        text,
        entries,
    })
}

/// The text of a baseline: sorted, one entry a line, so that changes of it are easy to read and to
/// merge.
pub fn text(entries: &[Entry]) -> String {
    let sorted: BTreeSet<&Entry> = entries.iter().collect();
    let lines: Vec<String> = sorted
        .iter()
        // Text and names alone: this does not fail.
        .filter_map(|entry| serde_json::to_string(entry).ok())
        .collect();
    match lines.is_empty() {
        true => "[]\n".to_string(),
        false => format!("[\n{}\n]\n", lines.join(",\n")),
    }
}

/// Whether a finding can be known beforehand. What keeps a statement from being read or understood
/// can't: what it says would be checked by nobody.
pub fn can_hold(diagnostic: &Diagnostic) -> bool {
    let unread = matches!(diagnostic.code.group, Group::Syntax | Group::Names)
        && diagnostic.severity == Severity::Error;
    !unread && !diagnostic.code.is_limit() && diagnostic.code.group != Group::Waivers
}

/// The entries for all findings that are known already, or count and can be known.
pub fn entries(path: &Path, outcome: &Outcome) -> Vec<Entry> {
    let prints = fingerprint::all(&outcome.asts, &outcome.findings);
    outcome
        .findings
        .iter()
        .zip(prints)
        .filter(|(diagnostic, _)| (diagnostic.counts() || diagnostic.known) && can_hold(diagnostic))
        .map(|(diagnostic, fingerprint)| Entry {
            file: from_folder(path, &outcome.sources, diagnostic.primary.span.file),
            code: diagnostic.code.name.to_string(),
            message: diagnostic.message.clone(),
            fingerprint,
        })
        .collect()
}

/// Sets `known` on the findings that the baseline holds, and adds a finding for each entry that no
/// longer occurs. An entry whose file was not checked, or whose code is off in this run, is left alone.
/// Returns the entries that occur or are left alone.
pub fn apply(
    baseline: &Baseline,
    levels: &Levels,
    asked: &BTreeSet<FileId>,
    outcome: &mut Outcome,
) -> Vec<Entry> {
    let known: BTreeSet<&str> = baseline
        .entries
        .iter()
        .map(|(entry, _)| entry.fingerprint.as_str())
        .collect();
    let (sources, findings) = (&mut outcome.sources, &mut outcome.findings);
    let mut met = BTreeSet::new();
    let prints = fingerprint::all(&outcome.asts, findings);
    for (diagnostic, print) in findings.iter_mut().zip(&prints) {
        if known.contains(print.as_str()) && can_hold(diagnostic) {
            // What is silenced otherwise stays so: it is no less there.
            diagnostic.known = diagnostic.counts();
            met.insert(print.clone());
        }
    }
    let checked: BTreeSet<String> = asked
        .iter()
        .map(|file| from_folder(&baseline.path, sources, *file))
        .collect();
    let folder = baseline.path.parent().unwrap_or(Path::new(""));
    let here = sources.add(
        &baseline.path,
        files::shown(&baseline.path),
        baseline.text.clone(),
    );
    let mut kept = Vec::new();
    for (entry, (start, end)) in &baseline.entries {
        let off = codes::by_name(&entry.code).is_none_or(|c| levels.of(c) == Severity::Allow);
        let elsewhere = !checked.contains(&entry.file) && files::exists(&folder.join(&entry.file));
        if met.contains(&entry.fingerprint) || off || elsewhere {
            kept.push(entry.clone());
            continue;
        }
        let span = Span {
            file: here,
            start: *start,
            end: *end,
        };
        let mut stale = Diagnostic::new(
            &codes::STALE_BASELINE,
            span,
            format!("this finding of `{}` no longer occurs", entry.code),
        )
        .label("known beforehand, and gone")
        .help("`abide baseline --prune` drops such entries");
        stale.severity = levels.of(&codes::STALE_BASELINE);
        if stale.severity != Severity::Allow {
            findings.push(stale);
        }
    }
    sort(sources, findings);
    kept
}

/// The path of a file from the baseline's folder, as it is the same on every machine.
fn from_folder(baseline: &Path, sources: &SourceMap, file: FileId) -> String {
    let folder = baseline.parent().unwrap_or(Path::new(""));
    files::from(folder, &sources.file(file).path)
}
