//! One model for a question: all files together, policies found by name.

use super::shared::Paths;
use crate::config::Config;
use crate::diag::{Diags, Severity};
use crate::model::lower::{Elsewhere, lower_knowing};
use crate::model::{Model, PolicyId};
use crate::project::levels::nearest;
use crate::project::{Loaded, run::Settings};
use crate::report::Report;
use crate::source::FileId;
use crate::syntax::ast::{Ast, Item};
use std::collections::BTreeSet;
use std::io::Write;

/// Files loaded and lowered together; errors in them are shown and end the question.
pub struct Asked {
    /// The files.
    pub loaded: Loaded,
    /// Their model.
    pub model: Model,
}

/// Loads and lowers; prints what is in error.
pub fn load(paths: &Paths, config: &Config, settings: &Settings) -> Result<Asked, String> {
    lowered(paths.load(config)?, settings)
}

/// Lowers loaded files together; prints what is in error.
pub fn lowered(mut loaded: Loaded, settings: &Settings) -> Result<Asked, String> {
    let mut diags: Diags = std::mem::take(&mut loaded.diags);
    if loaded.overfull {
        show(&loaded, &diags);
        return Err("the files are beyond a limit, so there is no answer".to_string());
    }
    let asts = spoken(&loaded);
    let (elsewhere, tables) = (Elsewhere::default(), loaded.tables());
    let model = lower_knowing(&asts, &loaded.visible, &elsewhere, &tables, &mut diags);
    diags.retain(|d| settings.levels.of(d.code) == Severity::Error);
    if !diags.is_empty() {
        show(&loaded, &diags);
        return Err("the files have errors, so there is no exact answer".to_string());
    }
    Ok(Asked { loaded, model })
}

/// The files whose names a question may use: those that say something, with all they include. A
/// vocabulary that none of them includes would only make names ambiguous.
fn spoken(loaded: &Loaded) -> Vec<&Ast> {
    let says = |item: &Item| matches!(item, Item::Policy(_) | Item::Plan(_) | Item::Test(_));
    let files: BTreeSet<FileId> = loaded
        .asts
        .iter()
        .filter(|ast| ast.items.iter().any(says))
        .filter_map(|ast| loaded.visible.0.get(&ast.file))
        .flatten()
        .copied()
        .collect();
    let all = loaded.asts.iter();
    all.filter(|ast| files.is_empty() || files.contains(&ast.file))
        .collect()
}

/// Prints findings to standard error.
pub fn show(loaded: &Loaded, diags: &Diags) {
    let report = Report::of(&loaded.sources, &loaded.asts, diags);
    let mut text = Vec::new();
    // Writing to memory does not fail.
    let _ = crate::report::human::findings(&report, false, &mut text);
    let _ = std::io::stderr().write_all(&text);
}

/// A policy by name.
pub fn policy(model: &Model, name: &str) -> Result<PolicyId, String> {
    let found = model.policies.iter().position(|policy| policy.name == name);
    found.map(|at| PolicyId(at as u32)).ok_or_else(|| {
        let known = model.policies.iter().map(|policy| policy.name.as_str());
        match nearest(name, known) {
            Some(near) => format!("there is no policy `{name}`; did you mean `{near}`?"),
            None => format!("there is no policy `{name}` in these files"),
        }
    })
}

/// The policies a question is put to: those named, else those in force, that none supersedes. What
/// others extend or yield to speaks through them.
pub fn policies(model: &Model, names: &[String]) -> Result<Vec<PolicyId>, String> {
    if !names.is_empty() {
        return names.iter().map(|name| policy(model, name)).collect();
    }
    let in_force: Vec<PolicyId> = model
        .policy_ids()
        .filter(|id| {
            let over = |policy: &crate::model::Policy| {
                let mut others = policy.supersedes.iter().chain(&policy.extends);
                others.any(|other| other == id) || policy.yields_to.contains(id)
            };
            !model.policies.iter().any(over)
        })
        .collect();
    if in_force.is_empty() {
        return Err("there is no policy in these files".to_string());
    }
    Ok(in_force)
}
