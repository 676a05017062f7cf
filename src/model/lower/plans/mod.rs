//! Plans: what each brings in, in what order.

mod edges;
mod lists;
mod nodes;
mod tables;

pub(super) use lists::names_nothing;

use crate::diag::{Diagnostic, Diags, codes};
use crate::model::lower::names::docs;
use crate::model::lower::nodes::{Asked, Nodes};
use crate::model::lower::policies::{Policies, clashes};
use crate::model::lower::scope::Scope;
use crate::model::plans::{Edges, Plan};
use crate::source::{FileId, Span};
use crate::syntax::ast::{self, Ast, Item, Name, PlanItem, TableRows};
use crate::syntax::table::Tables;
use edges::edge;
use nodes::node;
use std::collections::BTreeMap;
use std::sync::Arc;
use tables::{flows_of_table, nodes_of_table};

/// Lowers all plans of the files.
pub(in crate::model::lower) fn lower(
    asts: &[&Ast],
    scope: &Scope,
    policies: &Policies,
    tables: &Tables,
    diags: &mut Diags,
) -> Vec<Plan> {
    let trees: Vec<&ast::Plan> = asts
        .iter()
        .flat_map(|ast| &ast.items)
        .filter_map(|item| match item {
            Item::Plan(plan) => Some(plan),
            _ => None,
        })
        .collect();
    let files: Vec<FileId> = asts.iter().map(|ast| ast.file).collect();
    let mut same: BTreeMap<&str, Vec<&Name>> = BTreeMap::new();
    for tree in &trees {
        same.entry(&tree.name.text).or_default().push(&tree.name);
    }
    for names in same.values() {
        clashes("plan", names, &files, scope, diags);
    }
    trees
        .iter()
        .map(|tree| plan(tree, scope, policies, tables, diags))
        .collect()
}

fn plan(
    tree: &ast::Plan,
    scope: &Scope,
    policies: &Policies,
    tables: &Tables,
    diags: &mut Diags,
) -> Plan {
    let mut result = Plan {
        name: tree.name.text.to_string(),
        title: tree.title.as_ref().map(|title| title.value.to_string()),
        docs: docs(&tree.docs),
        span: tree.name.span,
        checks: Vec::new(),
        nodes: Arc::default(),
        edges: Arc::default(),
        broken: false,
    };
    let mut known = Nodes::default();
    let mut edges = Edges::default();
    for item in &tree.items {
        match item {
            PlanItem::Checks(names, _) => {
                for name in names {
                    match policies.find(name, scope, diags) {
                        Some(id) if !result.checks.contains(&id) => result.checks.push(id),
                        Some(_) => {}
                        None => result.broken = true,
                    }
                }
            }
            PlanItem::Node(tree) => add_node(&mut result, &mut known, tree, scope, diags),
            PlanItem::Table(table) if table.rows == TableRows::Nodes => {
                let sound = nodes_of_table(&mut result, &mut known, table, tables, scope, diags);
                result.broken |= !sound;
                known.torn |= !sound;
            }
            PlanItem::Table(_) | PlanItem::Edge(_) => {}
            PlanItem::Broken(_) => result.broken = true,
        }
    }
    // Edges may stand before the nodes they name.
    for item in &tree.items {
        match item {
            PlanItem::Edge(tree) => {
                let read = edge(tree, &known, scope, diags);
                let added = read.map(|read| read.add_to(&mut edges));
                result.broken |= added.is_none();
            }
            PlanItem::Table(table) if table.rows == TableRows::Flows => {
                let sound = flows_of_table(&mut edges, &known, table, tables, scope, diags);
                result.broken |= !sound;
            }
            _ => {}
        }
    }
    let mut nodes = known.all;
    nodes.shrink_to_fit();
    edges.shrink_to_fit();
    result.nodes = Arc::new(nodes);
    result.edges = Arc::new(edges);
    result
}

pub(super) fn add_node(
    result: &mut Plan,
    known: &mut Nodes,
    tree: &ast::Node,
    scope: &Scope,
    diags: &mut Diags,
) {
    let (details, unusable) = node(tree, scope, diags);
    let (name, span, kind) = (&tree.name.text, tree.name.span, details.kind);
    result.broken |= details.broken || unusable;
    let added = known.add(name, Asked { kind, unusable }, |all| {
        all.push(name, span, tree.span, details);
    });
    if let Err(first) = added {
        result.broken = true;
        diags.push(again(name, span, first.span));
    }
}

/// That a node has a name that another has already.
pub(super) fn again(name: &str, span: Span, first: Span) -> Diagnostic {
    let message = format!("a node `{name}` is there already");
    Diagnostic::new(&codes::DUPLICATE_NAME, span, message)
        .label("again here")
        .also(first, "first here")
        .help("give one of them another name")
}
