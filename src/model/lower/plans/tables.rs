//! Nodes and edges from the rows of tables: most are like others, which are read once.

use super::edges::edge;
use super::{add_node, again};
use crate::diag::{Diagnostic, Diags, codes};
use crate::model::lower::nodes::{Asked, Nodes};
use crate::model::lower::rows::{self, KnownNodes};
use crate::model::lower::scope::Scope;
use crate::model::lower::tables;
use crate::model::plans::{Edges, Plan};
use crate::source::Span;
use crate::syntax::ast;
use crate::syntax::table::{Header, Lines, Row, TableFormat, Tables, for_each_row};

/// Adds the rows of a table of nodes; whether all could be read.
pub(super) fn nodes_of_table(
    result: &mut Plan,
    known: &mut Nodes,
    table: &ast::Table,
    tables: &Tables,
    scope: &Scope,
    diags: &mut Diags,
) -> bool {
    let row =
        |result: &mut Plan, known: &mut Nodes, row: &Row, diags: &mut Diags| match tables::node(
            row, diags,
        ) {
            Some(tree) => add_node(result, known, &tree, scope, diags),
            None => {
                result.broken = true;
                known.torn = true;
            }
        };
    let text = match tables.texts.get(&table.path.span) {
        Some(text) if text.format == TableFormat::Csv => text,
        _ => {
            return each_row(table, tables, diags, |one, diags| {
                row(result, known, one, diags);
            });
        }
    };
    let Some(header) = Header::read(text, table.rows, diags) else {
        return false;
    };
    let most = diags.len() + tables::MOST_FINDINGS;
    let mut seen = KnownNodes::new(header);
    let lines = Lines::new(text.text, seen.header().end, text.text.len());
    let rows = memchr::memchr_iter(b'\n', text.text.as_bytes()).count();
    known.reserve(rows);
    let mut sound = true;
    for line in lines {
        if let Some(node) = seen.quick(text, &line) {
            let asked = Asked {
                kind: known.all.details()[node.number as usize].kind,
                unusable: false,
            };
            let added = known.add(node.name, asked, |all| {
                all.push_like(node.name, node.place, node.whole, node.number);
            });
            if let Err(first) = added {
                let (file, (start, end)) = (text.file, node.place);
                result.broken = true;
                diags.push(again(node.name, Span { file, start, end }, first.span));
            }
        } else {
            let before = (diags.len(), known.all.len());
            match seen.header().cells(text, &line, table.rows, diags) {
                // A row of empty cells is what a spreadsheet leaves where rows were deleted.
                Some(cells) if cells.iter().all(|cell| cell.text.is_empty()) => {}
                Some(cells) => row(result, known, &Row::new(text.file, &cells), diags),
                None => sound = false,
            }
            if before == (diags.len(), known.all.len().wrapping_sub(1)) {
                seen.learn(text, &line, known.all.get(before.1).number());
            }
        }
        if diags.len() >= most {
            diags.push(given_up(table));
            return false;
        }
    }
    sound
}

/// Adds the rows of a table of flows; whether all could be read.
pub(super) fn flows_of_table(
    edges: &mut Edges,
    known: &Nodes,
    table: &ast::Table,
    tables: &Tables,
    scope: &Scope,
    diags: &mut Diags,
) -> bool {
    let slow = |row: &Row, diags: &mut Diags| {
        tables::edge(row, diags).and_then(|tree| edge(&tree, known, scope, diags))
    };
    let text = match tables.texts.get(&table.path.span) {
        Some(text) if text.format == TableFormat::Csv => text,
        _ => {
            let mut sound = true;
            let read = each_row(table, tables, diags, |row, diags| {
                let added = slow(row, diags).map(|read| read.add_to(edges));
                sound &= added.is_some();
            });
            return read && sound;
        }
    };
    let Some(header) = Header::read(text, table.rows, diags) else {
        return false;
    };
    let most = tables::MOST_FINDINGS;
    let mut found = rows::flows(text, &header, known, most, &slow);
    match edges.is_empty() {
        true => *edges = found.edges,
        false => edges.append(found.edges),
    }
    diags.append(&mut found.diags);
    if found.given_up {
        diags.push(given_up(table));
    }
    !found.broken && !found.given_up
}

/// That a table is read no further.
fn given_up(table: &ast::Table) -> Diagnostic {
    Diagnostic::new(
        &codes::BAD_TABLE,
        table.path.span,
        "so much is wrong with this table that it is read no further",
    )
    .help("mend what is listed, and check again")
}

/// Calls a function with every row of a table; whether the table could be read. Findings about one
/// table are listed up to a bound.
fn each_row(
    table: &ast::Table,
    tables: &Tables,
    diags: &mut Diags,
    mut each: impl FnMut(&Row, &mut Diags),
) -> bool {
    let Some(text) = tables.texts.get(&table.path.span) else {
        return false;
    };
    let most = diags.len() + tables::MOST_FINDINGS;
    let sound = for_each_row(text, table.rows, diags, |row, diags| {
        each(row, diags);
        diags.len() < most
    });
    if diags.len() >= most {
        diags.push(given_up(table));
        return false;
    }
    sound
}
