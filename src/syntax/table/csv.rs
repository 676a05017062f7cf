//! CSV with a header that says which column is which.

use super::{Cell, Line, Lines, Row, TableText, columns, span, unknown_column};
use crate::diag::{Diagnostic, Diags, codes};
use crate::source::Span;
use crate::syntax::ast::TableRows;
use crate::syntax::expected::quoted_list;
use std::borrow::Cow;

/// Calls a function with every row of a table, in order.
pub(super) fn rows<'t>(
    table: &TableText<'t>,
    rows: TableRows,
    diags: &mut Diags,
    mut each: impl FnMut(&Row<'_, 't>, &mut Diags) -> bool,
) -> bool {
    let Some(header) = Header::read(table, rows, diags) else {
        return false;
    };
    let mut sound = true;
    let lines = Lines::new(table.text, header.end, table.text.len());
    for line in lines {
        let Some(cells) = header.cells(table, &line, rows, diags) else {
            sound = false;
            continue;
        };
        // A row of empty cells is what a spreadsheet leaves where rows were deleted.
        if cells.iter().all(|cell| cell.text.is_empty()) {
            continue;
        }
        if !each(&Row::new(table.file, &cells), diags) {
            break;
        }
    }
    sound
}

/// The header of a CSV table: where its columns stand.
#[derive(Debug)]
pub struct Header {
    /// One past its line.
    pub end: usize,
    width: usize,
    /// For each column its position in the file.
    order: Vec<Option<usize>>,
    /// How many of the columns that tell rows apart (`from` and `to`, or `name`) come first, in order.
    leading: usize,
}

impl Header {
    /// Reads a table's header, or says what is wrong with it.
    pub fn read(table: &TableText, rows: TableRows, diags: &mut Diags) -> Option<Header> {
        let mut lines = Lines::new(table.text, 0, table.text.len());
        let Some(line) = lines.next() else {
            diags.push(no_header(table, rows));
            return None;
        };
        let record = line.cells(table.text);
        let order = header(table, rows, &record, diags)?;
        let identity: &[usize] = match rows {
            TableRows::Nodes => &[0],
            TableRows::Flows => &[0, 1],
        };
        let leads = identity
            .iter()
            .all(|column| order[*column] == Some(*column));
        Some(Header {
            end: lines.at,
            width: record.len(),
            order,
            leading: if leads { identity.len() } else { 0 },
        })
    }

    /// The cells of a line by column, or what is wrong with it.
    pub fn cells<'t>(
        &self,
        table: &TableText<'t>,
        line: &Line<'t>,
        rows: TableRows,
        diags: &mut Diags,
    ) -> Option<Vec<Cell<'t>>> {
        let mut record = line.cells(table.text);
        if let Some(extra) = record.get(self.width) {
            let what = format!(
                "this row has {} cells, and the header names {} columns",
                record.len(),
                self.width
            );
            diags.push(
                Diagnostic::new(&codes::BAD_TABLE, span(table.file, extra), what).help(
                    "a cell that holds commas stands in quotes; names of a list are separated by `;`",
                ),
            );
            return None;
        }
        let end = record.last().map_or(0, |cell| cell.end);
        let column = |column: usize| {
            let cell = self.order[column].and_then(|at| record.get_mut(at));
            cell.map(std::mem::take).unwrap_or(Cell {
                text: Cow::Borrowed(""),
                start: end,
                end,
            })
        };
        Some((0..columns(rows).len()).map(column).collect())
    }

    /// What a plain line says in a column.
    pub fn text<'t>(&self, text: &'t str, line: &Line<'t>, column: usize) -> &'t str {
        let (start, end) = self.place(text, line, column);
        &text[start as usize..end as usize]
    }

    /// Where a plain line says it.
    pub fn place(&self, text: &str, line: &Line, column: usize) -> (u32, u32) {
        let (from, to) = match (self.order[column], &line.quoted) {
            (None, _) => (line.end, line.end),
            (Some(at), None) => line.cell(at),
            (Some(at), Some(cells)) => match cells.get(at) {
                Some(cell) => return (cell.start, cell.end),
                None => (line.end, line.end),
            },
        };
        let bytes = &text.as_bytes()[from..to];
        let left = bytes.len() - bytes.trim_ascii_start().len();
        let kept = bytes.trim_ascii().len();
        ((from + left) as u32, (from + left + kept) as u32)
    }

    /// What a line says besides the columns that tell rows apart; `None` where the line is not plain
    /// or those columns do not lead.
    pub fn rest<'t>(&self, text: &'t str, line: &Line<'t>) -> Option<&'t str> {
        let plain = line.quoted.is_none() && self.leading > 0 && line.commas() < self.width;
        plain.then(|| match line.commas() < self.leading {
            true => "",
            false => &text[line.commas[self.leading - 1] as usize + 1..line.end],
        })
    }
}

/// For each column its position in the file, or what is wrong with the header.
fn header(
    table: &TableText,
    rows: TableRows,
    record: &[Cell],
    diags: &mut Diags,
) -> Option<Vec<Option<usize>>> {
    let known = columns(rows);
    let before = diags.len();
    let mut order: Vec<Option<usize>> = vec![None; known.len()];
    // The first row of a table without a header names none of the columns.
    if !record.iter().any(|cell| known.contains(&&*cell.text)) {
        diags.push(no_header(table, rows));
        return None;
    }
    for (at, cell) in record.iter().enumerate() {
        let place = span(table.file, cell);
        match known.iter().position(|name| *name == cell.text) {
            None => diags.push(unknown_column(rows, &cell.text, place)),
            Some(column) => match order[column] {
                Some(first) => diags.push(
                    Diagnostic::new(
                        &codes::BAD_TABLE,
                        place,
                        format!("the column `{}` is there already", cell.text),
                    )
                    .label("again here")
                    .also(span(table.file, &record[first]), "first here")
                    .help("keep one of them"),
                ),
                None => order[column] = Some(at),
            },
        }
    }
    for (column, name) in required(rows) {
        if order[column].is_none() {
            diags.push(
                Diagnostic::new(
                    &codes::BAD_TABLE,
                    Span::file_start(table.file),
                    format!("this table has no column `{name}`"),
                )
                .help(format!("add `{name}` to the header")),
            );
        }
    }
    (diags.len() == before).then_some(order)
}

fn no_header(table: &TableText, rows: TableRows) -> Diagnostic {
    Diagnostic::new(
        &codes::BAD_TABLE,
        Span::file_start(table.file),
        format!("this table of {} has no header", rows.word()),
    )
    .note(format!("its columns can be {}", quoted_list(columns(rows))))
    .help("name the columns in the first row")
}

/// The columns that a table can't do without.
fn required(rows: TableRows) -> Vec<(usize, &'static str)> {
    let needed: &[&str] = match rows {
        TableRows::Nodes => &["name", "kind"],
        TableRows::Flows => &["from", "data"],
    };
    let columns = columns(rows).iter().copied().enumerate();
    columns.filter(|(_, name)| needed.contains(name)).collect()
}
