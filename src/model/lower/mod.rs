//! From trees to the model: looks names up, checks where clauses stand, and drops (never weakens)
//! what is in error.

mod clauses;
mod cycles;
mod elsewhere;
mod faults;
mod header;
mod inherit;
mod names;
mod nodes;
mod places;
mod plans;
mod policies;
mod rows;
mod rules;
mod scope;
mod shown;
mod tables;
mod tests;
mod waivers;

#[cfg(test)]
mod spec;

pub use elsewhere::Elsewhere;

use super::Model;
use super::plans::FlowLine;
use crate::diag::Diags;
use crate::jobs;
use crate::source::FileId;
use crate::syntax::ast::{self, Ast};
use crate::syntax::table::Tables;
use policies::Policies;
use scope::{Scope, Sight};
use std::collections::{BTreeMap, BTreeSet};

/// For each file the files whose names it sees: itself and all it includes, directly or not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Visible(pub BTreeMap<FileId, BTreeSet<FileId>>);

impl Visible {
    /// Whether a file sees what another declares; every file sees itself.
    pub fn sees(&self, file: FileId, other: FileId) -> bool {
        file == other || self.0.get(&file).is_some_and(|seen| seen.contains(&other))
    }

    /// Whether a file sees any of these.
    fn sees_any(&self, file: FileId, others: &BTreeSet<FileId>) -> bool {
        others.iter().any(|other| self.sees(file, *other))
    }
}

/// The model of files that are judged together, given in any order.
pub fn lower(asts: &[&Ast], visible: &Visible, diags: &mut Diags) -> Model {
    let (elsewhere, tables) = (Elsewhere::default(), Tables::default());
    lower_knowing(asts, visible, &elsewhere, &tables, diags)
}

/// As [`lower`], knowing what files outside of the group declare, so that an unknown name can say
/// which file to include, and with the tables that plans bring in.
pub fn lower_knowing(
    asts: &[&Ast],
    visible: &Visible,
    elsewhere: &Elsewhere,
    tables: &Tables,
    diags: &mut Diags,
) -> Model {
    let mut asts = asts.to_vec();
    asts.sort_by_key(|ast| ast.file);
    let mut built = names::build(&asts, visible);
    let mut vocabulary = std::mem::take(&mut built.vocabulary);
    let sight = Sight {
        declared: &built.declared,
        visible,
        elsewhere,
    };
    let found = faults::report(&built, &Scope::new(&vocabulary, Some(sight)), diags);
    vocabulary.excludes = found.excludes;
    vocabulary.until = found.until;
    vocabulary.lasting = found.lasting;
    let mut unsound = found.unsound;
    unsound.extend(asts.iter().filter(|ast| is_torn(ast)).map(|ast| ast.file));

    let scope = Scope::new(&vocabulary, Some(sight));
    let known = Policies::of(&asts);
    let mut in_plans = Diags::new();
    let (policies, plans) = jobs::both(
        || policies::lower(&asts, &known, &scope, &unsound, diags),
        || plans::lower(&asts, &scope, &known, tables, &mut in_plans),
    );
    diags.append(&mut in_plans);
    let tests = tests::lower(&asts, &scope, &known, diags);
    Model {
        policies,
        plans,
        tests,
        vocabulary,
    }
}

/// The flow of one line asked about (`abide ask`), which sees every name of the model.
pub fn lower_flow_line(model: &Model, line: &ast::FlowLine, diags: &mut Diags) -> Option<FlowLine> {
    let scope = Scope::new(&model.vocabulary, None);
    tests::flow_line(line, &scope, diags)
}

/// Whether some of a file's text stands outside of all declarations, so that names may be missing.
fn is_torn(ast: &Ast) -> bool {
    ast.items
        .iter()
        .any(|item| matches!(item, ast::Item::Broken(_)))
}
