//! What lowering promises, rule by rule, from text.

mod lookup;
mod names;
mod plans;
mod policies;
mod rows;
mod soup;
mod tests;

use super::{Elsewhere, Tables, Visible, lower_knowing};
use crate::diag::{Diagnostic, Diags};
use crate::model::Model;
use crate::model::vocabulary::{Kind, NameId};
use crate::source::{FileId, SourceMap};
use crate::syntax::ast::{Ast, Item};
use crate::syntax::parse;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A vocabulary that most cases share.
const WORDS: &str = "
data personal { contact { email, phone }, usage }
subject customer, employee
party carrier, vendor { adtech }
party us { subsidiary }
purpose routing, marketing { ads }
region eea { germany }, united-states
context portal, api
fact consent, opted-out, local-law
event closure, invoice
duty delete, notify { notify-subject }
";

/// What some files mean, and what is wrong with them.
struct Lowered {
    model: Model,
    diags: Diags,
    sources: SourceMap,
}

/// Lowers files (name and text) that include one another by name.
fn lower_files(files: &[(&str, &str)]) -> Lowered {
    lower_some(files, files.len())
}

/// As [`lower_files`]; only the first few are lowered, the others are known to be elsewhere.
fn lower_some(files: &[(&str, &str)], few: usize) -> Lowered {
    let mut sources = SourceMap::default();
    let mut diags = Diags::new();
    let asts: Vec<Ast> = files
        .iter()
        .map(|(name, text)| {
            let file = sources.add(Path::new(name), name.to_string(), text.to_string());
            parse(file, text, &mut diags)
        })
        .collect();
    assert!(diags.is_empty(), "the text does not parse: {diags:#?}");
    let mut visible: BTreeMap<FileId, BTreeSet<FileId>> = BTreeMap::new();
    for ast in &asts {
        let seen = visible.entry(ast.file).or_default();
        seen.insert(ast.file);
        for item in &ast.items {
            if let Item::Include(include) = item {
                let at = files
                    .iter()
                    .position(|(name, _)| *name == &*include.path.value);
                seen.insert(FileId(at.expect("an included file") as u32));
            }
        }
    }
    for _ in 0..files.len() {
        for file in visible.keys().copied().collect::<Vec<_>>() {
            let more: BTreeSet<FileId> = visible[&file]
                .iter()
                .flat_map(|other| visible[other].clone())
                .collect();
            visible.entry(file).or_default().extend(more);
        }
    }
    let all: Vec<&Ast> = asts.iter().collect();
    let elsewhere = Elsewhere::of(&all, &sources);
    let model = lower_knowing(
        &all[..few],
        &Visible(visible),
        &elsewhere,
        &Tables::default(),
        &mut diags,
    );
    diags.sort_by(|a, b| a.order(b));
    Lowered {
        model,
        diags,
        sources,
    }
}

/// Lowers one text in sight of [`WORDS`].
fn with_words(text: &str) -> Lowered {
    let text = format!("include \"words\"\n{text}");
    lower_files(&[("main", &text), ("words", WORDS)])
}

impl Lowered {
    /// Asserts the findings: each a code and a part of its message, in order of place.
    #[track_caller]
    fn finds(&self, expected: &[(&str, &str)]) -> &Lowered {
        let found: Vec<String> = self
            .diags
            .iter()
            .map(|found| format!("{}: {}", found.code.name, found.message))
            .collect();
        let same = found.len() == expected.len()
            && found.iter().zip(expected).all(|(found, (code, part))| {
                found.starts_with(&format!("{code}: ")) && found.contains(part)
            });
        assert!(same, "found {found:#?}\nexpected {expected:#?}");
        self
    }

    /// The text of the only finding's fix, applied.
    #[track_caller]
    fn fixed(&self) -> String {
        let [one] = &self.diags[..] else {
            panic!("not one finding: {:#?}", self.diags);
        };
        let fix = one.fix.as_ref().expect("a fix");
        let mut text = self.sources.file(one.primary.span.file).text.clone();
        for (span, new) in fix.edits.iter().rev() {
            text.replace_range(span.start as usize..span.end as usize, new);
        }
        text
    }

    fn only(&self) -> &Diagnostic {
        &self.diags[0]
    }

    /// Where the first finding points, and what it says there; the place that it is about comes first.
    fn points(&self) -> Vec<(&str, &str)> {
        let found = self.only();
        let labels = std::iter::once(&found.primary).chain(&found.secondary);
        labels
            .map(|label| (self.sources.slice(label.span), &*label.message))
            .collect()
    }

    /// What a name covers, as shown, sorted.
    #[track_caller]
    fn covers(&self, kind: Kind, shown: &str) -> Vec<&str> {
        let hierarchy = self.model.vocabulary.of(kind);
        let id = self.id(kind, shown);
        let mut names: Vec<&str> = hierarchy
            .set(id)
            .ones()
            .map(|at| hierarchy.shown(NameId(at as u32)))
            .collect();
        names.sort_unstable();
        names
    }

    #[track_caller]
    fn id(&self, kind: Kind, shown: &str) -> NameId {
        let hierarchy = self.model.vocabulary.of(kind);
        let at = hierarchy.names.iter().position(|info| info.shown == shown);
        NameId(at.unwrap_or_else(|| panic!("no {shown}")) as u32)
    }
}
