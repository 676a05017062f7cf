//! Tables that plans bring in: CSV with a header, or an object a line, read cell by cell, each with
//! its place.

mod csv;
mod json_lines;
mod lines;

pub use csv::Header;
pub use lines::{Line, Lines};

use super::ast::TableRows;
use super::expected::quoted_list;
use crate::diag::{Diagnostic, Diags, codes};
use crate::source::{FileId, Span};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TableFormat {
    /// Commas, quotes, and a header.
    Csv,
    /// A JSON object a line, whose keys are the columns.
    JsonLines,
}

impl TableFormat {
    /// The format that the extension of a path means.
    pub fn of(path: &str) -> Option<TableFormat> {
        let (_, extension) = path.rsplit_once('.')?;
        match extension.to_ascii_lowercase().as_str() {
            "csv" => Some(TableFormat::Csv),
            "jsonl" | "ndjson" => Some(TableFormat::JsonLines),
            _ => None,
        }
    }
}

/// The text of a table.
#[derive(Debug, Clone, Copy)]
pub struct TableText<'t> {
    /// The file it is.
    pub file: FileId,
    /// Its text.
    pub text: &'t str,
    /// How it is written.
    pub format: TableFormat,
}

/// The tables of a run, by the place of the path that names each. A path that is not here could not
/// be read, which is reported where it is tried.
#[derive(Debug, Clone, Default)]
pub struct Tables<'t> {
    /// By the place of the path.
    pub texts: BTreeMap<Span, TableText<'t>>,
}

/// The columns of tables of nodes.
pub const NODE_COLUMNS: [&str; 9] = [
    "name", "kind", "party", "region", "context", "subject", "resident", "keeps", "does",
];

/// The columns of tables of flows.
pub const FLOW_COLUMNS: [&str; 8] = [
    "from",
    "to",
    "action",
    "data",
    "as",
    "for",
    "given",
    "fulfilling",
];

/// What stands in one column of one row, blanks around it left out.
#[derive(Debug, Clone, Default)]
pub struct Cell<'t> {
    /// What it says, quotes undone; empty where nothing is said.
    pub text: Cow<'t, str>,
    /// First byte in the file.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
}

/// A row: a cell for each column there is, in the order of the list of columns, whatever the order
/// in the file.
#[derive(Debug)]
pub struct Row<'r, 't> {
    file: FileId,
    cells: &'r [Cell<'t>],
}

impl<'r, 't> Row<'r, 't> {
    /// The row of cells in the order of the list of columns.
    pub fn new(file: FileId, cells: &'r [Cell<'t>]) -> Row<'r, 't> {
        Row { file, cells }
    }

    /// The cell of a column, by its position in the list of columns.
    pub fn cell(&self, column: usize) -> &'r Cell<'t> {
        &self.cells[column]
    }

    /// The place of a cell; of one that the row leaves out, the end of the row.
    pub fn span(&self, column: usize) -> Span {
        let cell = &self.cells[column];
        Span {
            file: self.file,
            start: cell.start,
            end: cell.end,
        }
    }

    /// The whole row, from its first cell to its last.
    pub fn whole(&self) -> Span {
        let start = self.cells.iter().map(|cell| cell.start).min();
        let end = self.cells.iter().map(|cell| cell.end).max();
        Span {
            file: self.file,
            start: start.unwrap_or(0),
            end: end.unwrap_or(0),
        }
    }
}

/// The columns of a kind of rows.
pub fn columns(rows: TableRows) -> &'static [&'static str] {
    match rows {
        TableRows::Nodes => &NODE_COLUMNS,
        TableRows::Flows => &FLOW_COLUMNS,
    }
}

/// Calls a function with every row of a table, in order; it says whether to go on. Rows that are no
/// rows are reported. Returns whether the table as a whole could be read.
pub fn for_each_row<'t>(
    table: &TableText<'t>,
    rows: TableRows,
    diags: &mut Diags,
    each: impl FnMut(&Row<'_, 't>, &mut Diags) -> bool,
) -> bool {
    match table.format {
        TableFormat::Csv => csv::rows(table, rows, diags, each),
        TableFormat::JsonLines => json_lines::rows(table, rows, diags, each),
    }
}

fn unknown_column(rows: TableRows, name: &str, place: Span) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        &codes::BAD_TABLE,
        place,
        match name {
            "" => "a column of this table has no name".to_string(),
            _ => format!("a table of {} has no column `{name}`", rows.word()),
        },
    )
    .label("not a column")
    .note(format!("its columns can be {}", quoted_list(columns(rows))));
    let plain = name.to_lowercase();
    let near = columns(rows)
        .iter()
        .map(|known| (strsim::osa_distance(known, &plain), *known))
        .filter(|(distance, known)| *distance <= known.len() / 2)
        .min();
    match near {
        Some((_, near)) => diagnostic
            .help(format!("did you mean `{near}`?"))
            .fix(format!("write `{near}`"), vec![(place, near.to_string())]),
        None => diagnostic.help("take the column out, or give it the name of the one it is"),
    }
}

fn span(file: FileId, cell: &Cell) -> Span {
    Span {
        file,
        start: cell.start,
        end: cell.end,
    }
}

/// A cell of plain text, blanks around it left out.
fn trimmed(text: &str, from: usize, to: usize) -> Cell<'_> {
    let raw = &text[from..to];
    let value = raw.trim();
    let start = from + (raw.len() - raw.trim_start().len()).min(raw.len());
    Cell {
        text: Cow::Borrowed(value),
        start: start as u32,
        end: (start + value.len()) as u32,
    }
}
