//! Policies: found by name, lowered each, then given what they take over from one another.

use super::header::{Header, unique_labels};
use super::inherit::{inherit, spread_errors, without_circles};
use super::names::docs;
use super::scope::{Scope, nearest, suggest};
use crate::diag::{Diagnostic, Diags, codes};
use crate::model::PolicyId;
use crate::model::rules::{Action, Policy};
use crate::source::FileId;
use crate::syntax::ast::{self, Ast, Item, Name};
use std::collections::{BTreeMap, BTreeSet};

/// The policies of a model, to be found by name.
pub(super) struct Policies<'t> {
    /// By id.
    trees: Vec<&'t ast::Policy>,
    by_name: BTreeMap<&'t str, Vec<PolicyId>>,
}

/// Lowers all policies of the files; those that see a file with errors in its names are broken too.
pub(super) fn lower(
    asts: &[&Ast],
    policies: &Policies,
    scope: &Scope,
    unsound: &BTreeSet<FileId>,
    diags: &mut Diags,
) -> Vec<Policy> {
    let trees = &policies.trees;
    let mut list: Vec<Policy> = trees.iter().map(|tree| empty(tree)).collect();
    let files: Vec<FileId> = asts.iter().map(|ast| ast.file).collect();
    for ids in policies.by_name.values() {
        let names: Vec<&Name> = ids.iter().map(|id| &trees[id.0 as usize].name).collect();
        for at in clashes("policy", &names, &files, scope, diags) {
            list[ids[at].0 as usize].broken = true;
        }
    }

    let headers: Vec<Header> = trees
        .iter()
        .map(|tree| {
            let mut header = Header::default();
            header.read(&tree.items, &mut Vec::new(), policies, scope, diags);
            header
        })
        .collect();
    for (policy, header) in list.iter_mut().zip(&headers) {
        policy.effective = header.effective.map(|(date, _)| date);
        policy.broken |= header.broken;
        policy.broken |= scope.sight.is_some_and(|sight| {
            let file = policy.span.file;
            unsound.iter().any(|other| sight.visible.sees(file, *other))
        });
        unique_labels(header, policy, diags);
    }

    let extends = without_circles(
        "extends",
        headers
            .iter()
            .map(|header| header.extends.clone())
            .collect(),
        &mut list,
        diags,
    );
    let supersedes = without_circles(
        "supersedes",
        headers
            .iter()
            .map(|header| header.supersedes.clone())
            .collect(),
        &mut list,
        diags,
    );
    for (policy, others) in list.iter_mut().zip(supersedes) {
        policy.supersedes = others.iter().map(|(id, _)| *id).collect();
    }
    inherit(&mut list, &headers, &extends, diags);
    spread_errors(&mut list);
    list
}

impl<'t> Policies<'t> {
    /// All that files declare.
    pub(super) fn of(asts: &[&'t Ast]) -> Policies<'t> {
        let items = asts.iter().flat_map(|ast| &ast.items);
        let trees = items.filter_map(|item| match item {
            Item::Policy(tree) => Some(tree),
            _ => None,
        });
        let trees: Vec<&ast::Policy> = trees.collect();
        let mut by_name: BTreeMap<&str, Vec<PolicyId>> = BTreeMap::new();
        for (at, tree) in trees.iter().enumerate() {
            let same = by_name.entry(&*tree.name.text).or_default();
            same.push(PolicyId(at as u32));
        }
        Policies { trees, by_name }
    }

    /// The file that declares one.
    fn file(&self, id: PolicyId) -> FileId {
        self.trees[id.0 as usize].name.span.file
    }

    /// The policy a name means where it is written; where there is none, says so.
    pub(super) fn find(&self, name: &Name, scope: &Scope, diags: &mut Diags) -> Option<PolicyId> {
        let file = name.span.file;
        let sees = |id: &PolicyId| {
            let other = self.file(*id);
            scope
                .sight
                .is_none_or(|sight| sight.visible.sees(file, other))
        };
        let same = self.by_name.get(&*name.text).map_or(&[][..], Vec::as_slice);
        // Of two that are both in sight the second is an error already.
        if let Some(id) = same.iter().find(|id| sees(id)) {
            return Some(*id);
        }
        let written = &name.text;
        let report = |message: String| Diagnostic::new(&codes::UNKNOWN_NAME, name.span, message);
        if let Some(sight) = scope.sight {
            let mut declaring = sight.elsewhere.declaring_policy(written);
            declaring.extend(same.iter().map(|id| self.file(*id)));
            declaring.retain(|other| !sight.visible.sees(file, *other));
            if !declaring.is_empty() {
                let diagnostic = report(format!(
                    "the policy `{written}` is declared in a file that this one does not include"
                ))
                .label("not in sight here");
                diags.push(sight.elsewhere.offer(diagnostic, file, &declaring));
                return None;
            }
        }
        let near = nearest(
            written,
            self.by_name.iter().flat_map(|(name, ids)| {
                ids.iter()
                    .filter(|id| sees(id))
                    .map(move |_| (&**name, (&**name, None)))
            }),
        );
        let diagnostic = report(format!("no policy is called `{written}`")).label("not declared");
        diags.push(match near.is_empty() {
            true => diagnostic.help("include the file that declares it, or write it"),
            false => suggest(diagnostic, name.span, &near),
        });
        None
    }
}

/// Reports names that some file sees declared more than once; gives the positions of all that
/// clash. Files that never meet may use a name each for its own.
pub(super) fn clashes(
    what: &str,
    names: &[&Name],
    files: &[FileId],
    scope: &Scope,
    diags: &mut Diags,
) -> Vec<usize> {
    let mut found = Vec::new();
    let Some(sight) = scope.sight else {
        return found;
    };
    for (at, name) in names.iter().enumerate() {
        let met = (0..at).find(|first| {
            let first = names[*first];
            files.iter().any(|file| {
                sight.visible.sees(*file, first.span.file)
                    && sight.visible.sees(*file, name.span.file)
            })
        });
        if let Some(met) = met {
            let first = names[met];
            diags.push(
                Diagnostic::new(
                    &codes::DUPLICATE_NAME,
                    name.span,
                    format!("a {what} `{}` is there already", name.text),
                )
                .label("again here")
                .also(first.span, "first here")
                .help("give one of them another name"),
            );
            found.extend([met, at]);
        }
    }
    found
}

fn empty(tree: &ast::Policy) -> Policy {
    Policy {
        name: tree.name.text.to_string(),
        title: tree.title.as_ref().map(|title| title.value.to_string()),
        docs: docs(&tree.docs),
        span: tree.name.span,
        effective: None,
        supersedes: Vec::new(),
        extends: Vec::new(),
        yields_to: Vec::new(),
        closed: Action::ALL.map(Action::closed_by_default),
        rules: Vec::new(),
        broken: false,
    }
}
