//! Looking names up: what a file sees, what a path means, and what to say when it means nothing.

use super::{Elsewhere, Visible};
use crate::diag::{Diagnostic, Diags, codes};
use crate::model::vocabulary::{Kind, NameId, Vocabulary};
use crate::source::{FileId, Span};
use crate::syntax::ast::Path;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// How many candidates a message lists.
const MOST_LISTED: usize = 5;

/// What limits lookup to what a file includes.
#[derive(Clone, Copy)]
pub(super) struct Sight<'a> {
    /// By kind and id, the files that declare a name; none: built in.
    pub declared: &'a [Vec<BTreeSet<FileId>>],
    /// What each file sees.
    pub visible: &'a Visible,
    /// What other files declare.
    pub elsewhere: &'a Elsewhere,
}

/// Lookup in a vocabulary.
pub(super) struct Scope<'a> {
    /// The names.
    pub vocabulary: &'a Vocabulary,
    /// The limit; none for questions asked from outside.
    pub sight: Option<Sight<'a>>,
    index: Vec<FxHashMap<&'a str, Vec<NameId>>>,
    /// What is most like an unknown name: many statements may hold the same slip.
    guesses: Mutex<Guesses<'a>>,
}

/// Names with their places.
type Found<'a> = Vec<(&'a str, Option<Span>)>;

/// By kind, file and what was written.
type Guesses<'a> = FxHashMap<(Kind, FileId, String), Found<'a>>;

impl<'a> Scope<'a> {
    /// Lookup in a vocabulary, limited to what a file sees.
    pub(super) fn new(vocabulary: &'a Vocabulary, sight: Option<Sight<'a>>) -> Scope<'a> {
        let index = vocabulary
            .kinds
            .iter()
            .map(|hierarchy| {
                let mut index: FxHashMap<&str, Vec<NameId>> = FxHashMap::default();
                for (at, info) in hierarchy.names.iter().enumerate() {
                    index
                        .entry(&*info.name)
                        .or_default()
                        .push(NameId(at as u32));
                }
                index
            })
            .collect();
        Scope {
            vocabulary,
            sight,
            index,
            guesses: Mutex::default(),
        }
    }

    /// What a path means; where that is not one name, says so and gives none.
    pub(super) fn find(&self, kind: Kind, path: &Path, diags: &mut Diags) -> Option<NameId> {
        let found = self.meant(kind, path);
        match found[..] {
            [one] => return Some(one),
            [] => diags.push(self.unknown(kind, path)),
            _ => diags.push(self.ambiguous(kind, path, &found)),
        }
        None
    }

    /// All that a path can mean in the file it stands in.
    pub(super) fn meant(&self, kind: Kind, path: &Path) -> Vec<NameId> {
        let mut before: Vec<&str> = path.segments().map(|segment| &*segment.text).collect();
        before.pop();
        let found = super::shown::meant(
            self.vocabulary.of(kind),
            self.called(kind, &path.last().text),
            &before,
        );
        found
            .into_iter()
            .filter(|id| self.sees(path.span().file, kind, *id))
            .collect()
    }

    /// All names of a kind that are called so, seen or not.
    fn called(&self, kind: Kind, name: &str) -> &[NameId] {
        self.index[kind as usize]
            .get(name)
            .map_or(&[], Vec::as_slice)
    }

    /// Whether a file sees a name.
    fn sees(&self, file: FileId, kind: Kind, id: NameId) -> bool {
        self.sight.is_none_or(|sight| {
            let declaring = &sight.declared[kind as usize][id.0 as usize];
            declaring.is_empty() || sight.visible.sees_any(file, declaring)
        })
    }

    /// Says that a path can mean several names.
    fn ambiguous(&self, kind: Kind, path: &Path, found: &[NameId]) -> Diagnostic {
        let hierarchy = self.vocabulary.of(kind);
        let mut shown: Vec<(&str, Option<Span>)> = found
            .iter()
            .map(|id| (hierarchy.shown(*id), hierarchy.names[id.0 as usize].span))
            .collect();
        shown.sort();
        let message = format!(
            "which {} `{}` means is not clear: {}",
            kind.word(),
            text(path),
            or_list(shown.iter().map(|(name, _)| *name)),
        );
        let mut diagnostic = Diagnostic::new(&codes::AMBIGUOUS_NAME, path.span(), message)
            .label("which one?")
            .help(format!(
                "write the path of the one that is meant, such as `{}`",
                shown[0].0
            ));
        for (name, span) in shown.iter().take(MOST_LISTED) {
            if let Some(span) = span {
                diagnostic = diagnostic.also(*span, format!("`{name}`"));
            }
        }
        diagnostic
    }

    /// Says that a path means nothing, and what was likely meant.
    fn unknown(&self, kind: Kind, path: &Path) -> Diagnostic {
        let hierarchy = self.vocabulary.of(kind);
        let file = path.span().file;
        let written = text(path);
        let report = |message: String| Diagnostic::new(&codes::UNKNOWN_NAME, path.span(), message);
        let last = &*path.last().text;

        // The name is there, but not below what the path says.
        let mut same: Vec<(&str, Option<Span>)> = self
            .called(kind, last)
            .iter()
            .filter(|id| self.sees(file, kind, **id))
            .map(|id| (hierarchy.shown(*id), hierarchy.names[id.0 as usize].span))
            .collect();
        same.sort();
        if !same.is_empty() && !path.is_one_name() {
            let above = &written[..written.len() - last.len() - 1];
            let mut diagnostic = report(format!("`{last}` is not directly below `{above}`"));
            for (name, span) in same.iter().take(MOST_LISTED) {
                if let Some(span) = span {
                    diagnostic = diagnostic.also(*span, format!("`{name}` is declared here"));
                }
            }
            return suggest(diagnostic, path.span(), &same);
        }

        // A file that is not included declares it.
        if let Some(sight) = self.sight {
            let mut declaring = sight.elsewhere.declaring(kind, last);
            for id in self.called(kind, last) {
                declaring.extend(&sight.declared[kind as usize][id.0 as usize]);
            }
            declaring.retain(|other| !sight.visible.sees(file, *other));
            if !declaring.is_empty() {
                let diagnostic = report(format!(
                    "the {} `{written}` is declared in a file that this one does not include",
                    kind.word()
                ))
                .label("not in sight here");
                return sight.elsewhere.offer(diagnostic, file, &declaring);
            }
        }

        // It is a name of another kind.
        for other in Kind::ALL {
            let found = self.meant(other, path);
            if let Some(id) = found.first()
                && other != kind
            {
                let info = &self.vocabulary.of(other).names[id.0 as usize];
                let mut diagnostic =
                    report(format!("`{written}` is {}, not {}", a(other), a(kind)))
                        .label(format!("{} is meant here", a(kind)));
                if let Some(span) = info.span {
                    diagnostic = diagnostic.also(span, format!("declared as {} here", a(other)));
                }
                let near = self.nearest(kind, file, &written);
                return match near.is_empty() {
                    true => diagnostic.help(format!("name {} here", a(kind))),
                    false => suggest(diagnostic, path.span(), &near),
                };
            }
        }

        let near = self.nearest(kind, file, &written);
        let diagnostic =
            report(format!("no {} is called `{written}`", kind.word())).label("not declared");
        if near.is_empty() {
            return diagnostic.help(format!(
                "declare it: `{} {last}`, or include the file that does",
                kind.word()
            ));
        }
        suggest(diagnostic, path.span(), &near)
    }

    /// The seen names of a kind that are most like a written one.
    fn nearest(&self, kind: Kind, file: FileId, written: &str) -> Found<'a> {
        let key = (kind, file, written.to_string());
        let guesses = || self.guesses.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = guesses().get(&key) {
            return known.clone();
        }
        let names = self.vocabulary.of(kind).names.iter().enumerate();
        let seen = names.filter(|(at, _)| self.sees(file, kind, NameId(*at as u32)));
        let found = nearest(
            written,
            seen.map(|(_, info)| (&*info.name, (&*info.shown, info.span))),
        );
        guesses().insert(key, found.clone());
        found
    }
}

/// Of names (each with what stands for it) those most like a written one; none where none is like it.
pub(super) fn nearest<'n, T: Ord>(
    written: &str,
    names: impl Iterator<Item = (&'n str, T)>,
) -> Vec<T> {
    let last = written.rsplit('.').next().unwrap_or(written);
    let allowed = match last.len() {
        0..=2 => 0,
        3..=4 => 1,
        5..=7 => 2,
        length => length / 3,
    };
    let mut best = usize::MAX;
    let mut found: Vec<T> = Vec::new();
    let mut contained: Vec<T> = Vec::new();
    for (name, shown) in names {
        if name.len().abs_diff(last.len()) <= allowed {
            let distance = strsim::osa_distance(name, last);
            if distance <= allowed && distance <= best {
                if distance < best {
                    found.clear();
                }
                best = distance;
                found.push(shown);
                continue;
            }
        }
        if holds_words(name, last) || holds_words(last, name) {
            contained.push(shown);
        }
    }
    if found.is_empty() {
        found = contained;
    }
    found.sort();
    found.dedup();
    found
}

/// Whether one name is another with words before or after it: `location-data` holds `location`.
fn holds_words(long: &str, short: &str) -> bool {
    let rest = long
        .strip_prefix(short)
        .map(|rest| rest.starts_with('-'))
        .or_else(|| long.strip_suffix(short).map(|rest| rest.ends_with('-')));
    !short.is_empty() && rest == Some(true)
}

/// Adds what was likely meant; a single guess with the edit that writes it.
pub(super) fn suggest(
    diagnostic: Diagnostic,
    span: Span,
    near: &[(&str, Option<Span>)],
) -> Diagnostic {
    match near {
        [] => diagnostic,
        [(one, _)] => diagnostic
            .help(format!("did you mean `{one}`?"))
            .fix(format!("write `{one}`"), vec![(span, one.to_string())]),
        several => diagnostic.help(format!(
            "did you mean {}?",
            or_list(several.iter().map(|(name, _)| *name))
        )),
    }
}

/// `a`, `b` or `c`; of many the first few.
pub(super) fn or_list<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let mut quoted: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    if quoted.len() > MOST_LISTED {
        let rest = quoted.len() - MOST_LISTED + 1;
        quoted.truncate(MOST_LISTED - 1);
        return format!("{} or {rest} more", quoted.join(", "));
    }
    match quoted.pop() {
        Some(last) if !quoted.is_empty() => format!("{} or {last}", quoted.join(", ")),
        Some(last) => last,
        None => String::new(),
    }
}

/// A path as written, without backticks.
pub(super) fn text(path: &Path) -> String {
    path.segments()
        .map(|segment| &*segment.text)
        .collect::<Vec<_>>()
        .join(".")
}

/// A kind with its article.
pub(super) fn a(kind: Kind) -> String {
    match kind {
        Kind::Data => "data".to_string(),
        Kind::Event => "an event".to_string(),
        other => format!("a {}", other.word()),
    }
}
