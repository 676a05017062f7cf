//! The texts of notices, read, and the policies that encode each.

use super::config::inside;
use super::files;
use super::levels::nearest;
use super::load::{Input, Loaded};
use crate::analyze::coverage::{self, Encoded};
use crate::analyze::notice::Notice;
use crate::diag::Diags;
use crate::source::FileId;
use crate::syntax::ast::{Ast, Item, Policy, PolicyItem};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A policy with the notice that it encodes.
#[derive(Debug)]
pub struct Named {
    /// The policy's name.
    pub policy: String,
    /// The text, as it lies on disk.
    pub path: PathBuf,
    /// The notice.
    pub notice: Notice,
}

/// A notice with the policies whose citations count for it.
#[derive(Debug)]
pub struct Texts<'a> {
    /// The notice.
    pub notice: &'a Notice,
    /// Its own policies in the order they were named, then those that they extend.
    pub policies: Vec<Encoded<'a>>,
}

/// The notices named on the command line, and those of the settings for other policies. The settings
/// are of the whole project: where only a part of it is read, a policy may be elsewhere.
pub fn named(input: &Input, asts: &[Ast]) -> Result<Vec<(String, PathBuf)>, String> {
    let mut named = input.notices.clone();
    for (policy, placed) in &input.config.notices {
        let known = || {
            asts.iter()
                .flat_map(policies)
                .map(|policy| &*policy.name.text)
        };
        if named.iter().any(|(name, _)| name == policy) {
            continue;
        }
        if known().any(|name| name == policy) {
            let outside = "the notice lies outside the project; copy it into the project, or name it with `--notice`";
            inside(&input.config, &placed.origin, &placed.value, outside)?;
            named.push((policy.clone(), placed.value.clone()));
        } else if input.whole {
            let origin = &placed.origin;
            let hint = nearest(policy, known())
                .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            return Err(format!(
                "{}:{}: there is no policy `{policy}`{hint}",
                origin.file, origin.line
            ));
        }
    }
    Ok(named)
}

/// Reads the notices named. A policy that is in none of the files, or that several declare, is a
/// mistake of whoever named it.
pub fn read(wanted: &[(String, PathBuf)], asts: &[Ast], most: u64) -> Result<Vec<Named>, String> {
    let mut all: Vec<Named> = Vec::new();
    for (policy, path) in wanted {
        let known = || asts.iter().flat_map(policies);
        if !known().any(|known| known.name.text == *policy) {
            let names = known().map(|policy| policy.name.text.as_str());
            return Err(match nearest(policy, names) {
                Some(near) => format!("there is no policy `{policy}`; did you mean `{near}`?"),
                None => format!("there is no policy `{policy}` in these files"),
            });
        }
        if all.iter().any(|named| named.policy == *policy) {
            return Err(format!("policy `{policy}` is given two notices"));
        }
        let bytes = files::read_within(path, most)?
            .ok_or_else(|| files::too_large(&files::shown(path), most))?;
        let text = String::from_utf8(bytes)
            .map_err(|_| format!("`{}` is not UTF-8 text", files::shown(path)))?;
        let markdown = path
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("md") || e.eq_ignore_ascii_case("markdown"));
        all.push(Named {
            policy: policy.clone(),
            path: files::canonical(path),
            notice: Notice::read(&files::shown(path), &text, markdown),
        });
    }
    Ok(all)
}

/// Citations that the notices don't hold, of the policies in some files.
pub fn check(loaded: &Loaded, home: &BTreeSet<FileId>, diags: &mut Diags) {
    for ast in loaded.asts.iter().filter(|ast| home.contains(&ast.file)) {
        for policy in policies(ast) {
            let own = |named: &&Named| named.policy == policy.name.text;
            if let Some(named) = loaded.notices.iter().find(own) {
                coverage::check(&named.notice, policy, diags);
            }
        }
    }
}

/// Every notice named, each text once. A policy that amends another extends it, so what that one
/// cites counts too, unless a text of its own is named for it.
pub fn texts(loaded: &Loaded) -> Vec<Texts<'_>> {
    let mut all: Vec<(&Path, Texts)> = Vec::new();
    for named in &loaded.notices {
        let own = loaded.asts.iter().flat_map(|ast| {
            let same = policies(ast).filter(|policy| policy.name.text == named.policy);
            same.map(|policy| Encoded { policy, own: true })
        });
        match all.iter_mut().find(|(path, _)| *path == named.path) {
            Some((_, text)) => text.policies.extend(own),
            None => all.push((
                &named.path,
                Texts {
                    notice: &named.notice,
                    policies: own.collect(),
                },
            )),
        }
    }
    let by_name: BTreeMap<&str, &Policy> = loaded
        .asts
        .iter()
        .flat_map(policies)
        .map(|policy| (policy.name.text.as_str(), policy))
        .collect();
    for (_, text) in &mut all {
        let mut at = 0;
        while at < text.policies.len() {
            let extended = extended(&text.policies[at].policy.items);
            for policy in extended.iter().filter_map(|name| by_name.get(name)) {
                let known = |other: &Encoded| other.policy.span == policy.span;
                let elsewhere = loaded.notices.iter();
                let mut elsewhere = elsewhere.map(|named| named.policy.as_str());
                if !text.policies.iter().any(known)
                    && !elsewhere.any(|name| name == policy.name.text)
                {
                    text.policies.push(Encoded { policy, own: false });
                }
            }
            at += 1;
        }
    }
    all.into_iter().map(|(_, text)| text).collect()
}

fn policies(ast: &Ast) -> impl Iterator<Item = &Policy> {
    ast.items.iter().filter_map(|item| match item {
        Item::Policy(policy) => Some(policy),
        _ => None,
    })
}

fn extended(items: &[PolicyItem]) -> Vec<&str> {
    let mut all = Vec::new();
    for item in items {
        match item {
            PolicyItem::Extends(names, _) => all.extend(names.iter().map(|n| n.text.as_str())),
            PolicyItem::Section(section) => all.extend(extended(&section.items)),
            _ => {}
        }
    }
    all
}
