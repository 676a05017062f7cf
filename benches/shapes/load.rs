//! Files of a plan made a model, as the program does it but without a disk.

use super::Files;
use abide::diag::Diags;
use abide::model::Model;
use abide::model::lower::{Elsewhere, Visible, lower_knowing};
use abide::source::{FileId, Span};
use abide::syntax::ast::{Ast, Item, PlanItem, Text};
use abide::syntax::table::{TableFormat, TableText, Tables};
use std::collections::BTreeMap;

/// The model of a plan whose text was parsed.
pub fn load(ast: &Ast, files: &Files, diags: &mut Diags) -> Model {
    let texts = texts(ast, files);
    let tables = Tables { texts };
    // Tables see what the file that brings them in declares.
    let seen = |file: u32| (FileId(file), [FileId(0), FileId(file)].into());
    let visible = Visible([0, 1, 2].map(seen).into());
    lower_knowing(&[ast], &visible, &Elsewhere::default(), &tables, diags)
}

/// The texts of the tables by the place of the path that names each.
fn texts<'t>(ast: &Ast, files: &'t Files) -> BTreeMap<Span, TableText<'t>> {
    let plans = ast.items.iter().filter_map(|item| match item {
        Item::Plan(plan) => Some(&plan.items),
        _ => None,
    });
    let tables = plans.flatten().filter_map(|item| match item {
        PlanItem::Table(table) => Some(&table.path),
        _ => None,
    });
    let of = |path: &Text| match &*path.value {
        "nodes.csv" => (FileId(1), files.nodes.as_str()),
        _ => (FileId(2), files.flows.as_str()),
    };
    tables
        .map(|path| {
            let (file, text) = of(path);
            let format = TableFormat::Csv;
            (path.span, TableText { file, text, format })
        })
        .collect()
}
