//! Evidence: files of the project that show that a promise is kept, where no rule on flows can.

use super::files;
use super::load::Loaded;
use crate::diag::{Diagnostic, Diags, codes};
use crate::source::{FileId, Span};
use crate::syntax::ast::{Item, PolicyItem, RuleBody, Text};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Evidence that a note names, and whether it was there when the note was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The path as the note writes it.
    pub named: String,
    /// Its place.
    pub span: Span,
    /// The path from the top, links resolved, if it lies in the project.
    pub path: Option<PathBuf>,
    /// Whether that file is there.
    pub there: bool,
}

/// All evidence that notes name. Paths count from the policy's file.
pub fn named(loaded: &Loaded) -> Vec<Evidence> {
    let mut all = Vec::new();
    for item in loaded.asts.iter().flat_map(|ast| &ast.items) {
        if let Item::Policy(policy) = item {
            collect(&policy.items, &mut all);
        }
    }
    all.into_iter().map(|text| look_for(loaded, text)).collect()
}

/// Reports notes of some files whose evidence was not there.
pub fn check(loaded: &Loaded, home: &BTreeSet<FileId>, diags: &mut Diags) {
    let here = |one: &&Evidence| home.contains(&one.span.file);
    for one in loaded.evidence.iter().filter(here) {
        let path = &one.named;
        let message = match one.path {
            None => format!("the evidence `{path}` lies outside the project"),
            Some(_) if !one.there => format!("the evidence `{path}` is not there"),
            Some(_) => continue,
        };
        diags.push(
            Diagnostic::new(&codes::MISSING_EVIDENCE, one.span, message)
                .note("a promise that no rule on flows can show is kept by its evidence: a file of the project")
                .help("add the file, or correct the path, which counts from this policy's file"),
        );
    }
}

/// Looks for a file, unless it lies outside: whether there is one is nothing that a policy can find out.
fn look_for(loaded: &Loaded, text: &Text) -> Evidence {
    let from = loaded.sources.file(text.span.file).path.as_path();
    let target = from.parent().unwrap_or(Path::new("")).join(&*text.value);
    let full = files::canonical(&target);
    let root = files::root_of(from, loaded.common.as_deref());
    let path = full.starts_with(root).then_some(full);
    Evidence {
        named: text.value.to_string(),
        span: text.span,
        there: path.as_deref().is_some_and(files::exists),
        path,
    }
}

fn collect<'a>(items: &'a [PolicyItem], all: &mut Vec<&'a Text>) {
    for item in items {
        match item {
            PolicyItem::Section(section) => collect(&section.items, all),
            PolicyItem::Rule(rule) => {
                if let RuleBody::Note(_, Some(evidence)) = &rule.body {
                    all.push(evidence);
                }
            }
            _ => {}
        }
    }
}
