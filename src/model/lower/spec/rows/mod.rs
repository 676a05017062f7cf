//! Rows of tables: they mean what the same statements mean, in either format, however often they
//! repeat each other, and on any number of threads.

mod flows;
mod long;
mod nodes;

use super::super::Tables;
use super::{Lowered, WORDS};
use crate::model::lower::{Elsewhere, Visible, lower_knowing};
use crate::model::plans::{Edge, EdgeKind, Plan};
use crate::model::vocabulary::{Literal, NameSet};
use crate::source::{SourceMap, Span};
use crate::syntax::ast::{Item, PlanItem};
use crate::syntax::parse;
use crate::syntax::table::{TableFormat, TableText};
use std::path::Path;

/// Lowers a plan with tables (a path and a text each).
fn lower_with(items: &str, files: &[(&str, &str)]) -> Lowered {
    let text = format!("{WORDS}\npolicy p {{ never use any }}\nplan x {{ checks p\n{items}\n}}");
    let mut sources = SourceMap::default();
    let mut diags = Vec::new();
    let plan = sources.add(Path::new("plan"), "plan".into(), text.clone());
    let ast = parse(plan, &text, &mut diags);
    assert!(diags.is_empty(), "the text does not parse: {diags:#?}");
    // What a table names, its plan's file declares.
    let mut visible = Visible::default();
    let mut tables = Tables::default();
    let statements = ast.items.iter().flat_map(|item| match item {
        Item::Plan(plan) => &plan.items[..],
        _ => &[],
    });
    for statement in statements {
        let PlanItem::Table(table) = statement else {
            continue;
        };
        let path = &*table.path.value;
        let of_path = files.iter().find(|(name, _)| *name == path);
        let Some((_, text)) = of_path else { continue };
        let file = sources.add(Path::new(path), path.to_string(), text.to_string());
        let text = TableText {
            file,
            text,
            format: TableFormat::of(path).expect("a format"),
        };
        tables.texts.insert(table.path.span, text);
        visible.0.insert(file, [file, plan].into());
    }
    let elsewhere = Elsewhere::default();
    let model = lower_knowing(&[&ast], &visible, &elsewhere, &tables, &mut diags);
    Lowered {
        model,
        diags,
        sources,
    }
}

const NODES: &str = "
source person : customer resident in eea
source worker : employee
system console in eea on portal
store box in united-states
external telco : carrier in germany
external ads-shop : adtech
";

/// Names, but for their place.
fn names(set: &NameSet) -> String {
    format!("{:?} but {:?}", set.include, set.exclude)
}

fn maybe(set: &Option<NameSet>) -> Option<String> {
    set.as_ref().map(names)
}

fn facts(given: &[(Literal, Span)]) -> Vec<Literal> {
    given.iter().map(|(literal, _)| *literal).collect()
}

/// What an edge says, but for its places.
fn edge(edge: &Edge) -> String {
    let kind = match &edge.kind {
        EdgeKind::Arrow { verb, data } => format!("{verb:?} {:?}", maybe(data)),
        EdgeKind::Uses { data } => format!("uses {}", names(data)),
        EdgeKind::Derives { product, data } => format!("{} from {}", names(product), names(data)),
    };
    format!(
        "{} {} {kind} {:?} {:?} {:?} {:?}",
        edge.from(),
        edge.to(),
        maybe(&edge.form),
        maybe(&edge.purpose),
        facts(&edge.given),
        edge.fulfilling
    )
}

fn edges(plan: &Plan) -> Vec<String> {
    plan.edges.iter().map(|one| edge(&one)).collect()
}

const INTO: &str = "flows \"flows.csv\"";
