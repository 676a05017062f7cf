//! Tables that plans bring in: CSV with a header, or an object a line, read cell by cell, each with
//! its place.

use super::ast::TableRows;
use super::expected::quoted_list;
use crate::diag::{Diagnostic, Diags, codes};
use crate::source::{FileId, Span};
use csv_core::ReadFieldResult;
use serde_json::value::RawValue;
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
pub type Tables<'t> = BTreeMap<Span, TableText<'t>>;

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
        TableFormat::Csv => csv(table, rows, diags, each),
        TableFormat::JsonLines => json_lines(table, rows, diags, each),
    }
}

// ---- CSV ----

fn csv<'t>(
    table: &TableText<'t>,
    rows: TableRows,
    diags: &mut Diags,
    mut each: impl FnMut(&Row<'_, 't>, &mut Diags) -> bool,
) -> bool {
    let mut reader = CsvRecords::new(table.text);
    let mut record = Vec::new();
    if !reader.next(&mut record) {
        diags.push(no_header(table, rows));
        return false;
    }
    let Some(order) = header(table, rows, &record, diags) else {
        return false;
    };
    let width = record.len();
    let mut cells = vec![Cell::default(); columns(rows).len()];
    let mut sound = true;
    while reader.next(&mut record) {
        let end = record.last().map_or(0, |cell| cell.end);
        if record.len() > width {
            sound = false;
            let extra = &record[width];
            diags.push(
                Diagnostic::new(
                    &codes::BAD_TABLE,
                    span(table.file, extra),
                    format!(
                        "this row has {} cells, and the header names {width} columns",
                        record.len()
                    ),
                )
                .help("a cell that holds commas stands in quotes; names of a list are separated by `;`"),
            );
            continue;
        }
        for (column, from) in order.iter().enumerate() {
            let cell = from.and_then(|from| record.get_mut(from));
            cells[column] = match cell {
                Some(cell) => std::mem::take(cell),
                None => Cell {
                    text: Cow::Borrowed(""),
                    start: end,
                    end,
                },
            };
        }
        // A row of empty cells is what a spreadsheet leaves where rows were deleted.
        if cells.iter().all(|cell| cell.text.is_empty()) {
            continue;
        }
        let row = Row {
            file: table.file,
            cells: &cells,
        };
        if !each(&row, diags) {
            break;
        }
    }
    sound
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

/// The columns that a table can't do without.
fn required(rows: TableRows) -> Vec<(usize, &'static str)> {
    let needed: &[&str] = match rows {
        TableRows::Nodes => &["name", "kind"],
        TableRows::Flows => &["from", "data"],
    };
    let columns = columns(rows).iter().copied().enumerate();
    columns.filter(|(_, name)| needed.contains(name)).collect()
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

/// The records of a CSV text. Lines without quotes, nearly all of them, are split where their commas
/// are; the rest is for the CSV parser.
struct CsvRecords<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> CsvRecords<'t> {
    fn new(text: &'t str) -> CsvRecords<'t> {
        let at = if text.starts_with('\u{feff}') { 3 } else { 0 };
        CsvRecords { text, at }
    }

    /// Puts the cells of the next record that is no empty line into `record`; whether there is one.
    fn next(&mut self, record: &mut Vec<Cell<'t>>) -> bool {
        loop {
            record.clear();
            if self.at >= self.text.len() {
                return false;
            }
            let start = self.at;
            let rest = &self.text.as_bytes()[start..];
            let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end);
            let line = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]);
            if memchr::memchr2(b'"', b'\r', line).is_some() {
                self.quoted(record);
            } else {
                self.at = start + end + 1;
                let mut from = start;
                for comma in memchr::memchr_iter(b',', line) {
                    record.push(trimmed(self.text, from, start + comma));
                    from = start + comma + 1;
                }
                record.push(trimmed(self.text, from, start + line.len()));
            }
            let empty = record.iter().all(|cell| cell.text.is_empty());
            if !empty || record.len() > 1 {
                return true;
            }
        }
    }

    /// Reads a record by the rules of CSV: quotes, doubled quotes, line ends in quotes.
    fn quoted(&mut self, record: &mut Vec<Cell<'t>>) {
        let mut reader = csv_core::Reader::new();
        let mut buffer = [0; 1024];
        let mut value: Vec<u8> = Vec::new();
        let mut from = self.at;
        loop {
            let input = &self.text.as_bytes()[self.at..];
            let (result, read, written) = reader.read_field(input, &mut buffer);
            self.at += read;
            value.extend_from_slice(&buffer[..written]);
            match result {
                ReadFieldResult::OutputFull => {}
                // The input ends here; the parser learns so from an empty one.
                ReadFieldResult::InputEmpty => {}
                ReadFieldResult::End => return,
                ReadFieldResult::Field { record_end } => {
                    let ended = self.at > from
                        && matches!(self.text.as_bytes()[self.at - 1], b',' | b'\n' | b'\r');
                    let to = if ended { self.at - 1 } else { self.at };
                    record.push(unescaped(self.text, from, to, &value));
                    value.clear();
                    from = self.at;
                    if record_end {
                        // The parser stops after `\r` and takes `\n` with what follows.
                        if self.text.as_bytes().get(self.at) == Some(&b'\n')
                            && self.text.as_bytes()[self.at - 1] == b'\r'
                        {
                            self.at += 1;
                        }
                        return;
                    }
                }
            }
        }
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

/// A cell whose quotes the parser undid. Its place is what stands between the quotes.
fn unescaped<'t>(text: &'t str, from: usize, to: usize, value: &[u8]) -> Cell<'t> {
    let raw = trimmed(text, from, to);
    let Some(inner) = raw.text.strip_prefix('"') else {
        return raw;
    };
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    let from = raw.start as usize + 1;
    let cell = trimmed(text, from, from + inner.len());
    let value = String::from_utf8_lossy(value);
    if value.trim() == cell.text {
        return cell;
    }
    Cell {
        text: Cow::Owned(value.trim().to_string()),
        ..cell
    }
}

// ---- an object a line ----

fn json_lines<'t>(
    table: &TableText<'t>,
    rows: TableRows,
    diags: &mut Diags,
    mut each: impl FnMut(&Row<'_, 't>, &mut Diags) -> bool,
) -> bool {
    let known = columns(rows);
    let mut sound = true;
    let mut at = if table.text.starts_with('\u{feff}') {
        3
    } else {
        0
    };
    while at < table.text.len() {
        let rest = &table.text[at..];
        let end = memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
        let line = &rest[..end];
        let start = at;
        at += end + 1;
        if line.trim().is_empty() {
            continue;
        }
        let whole = trimmed(table.text, start, start + line.len());
        let mut cells: Vec<Cell> = known
            .iter()
            .map(|_| Cell {
                text: Cow::Borrowed(""),
                start: whole.end,
                end: whole.end,
            })
            .collect();
        match object(line) {
            Err(error) => {
                sound = false;
                let column = error.column().saturating_sub(1).min(line.len());
                diags.push(
                    Diagnostic::new(
                        &codes::BAD_TABLE,
                        Span {
                            file: table.file,
                            start: (start + column) as u32,
                            end: whole.end.max((start + column) as u32),
                        },
                        "this line is no JSON object",
                    )
                    .help("write one object a line: `{\"from\": \"a\", \"to\": \"b\", \"data\": [\"name\"]}`"),
                );
                continue;
            }
            Ok(members) => {
                let before = diags.len();
                for (key, value) in members {
                    let offset = value.get().as_ptr() as usize - line.as_ptr() as usize;
                    let from = start + offset;
                    match known.iter().position(|name| *name == key) {
                        Some(column) => match value_cell(table, value.get(), from) {
                            Ok(cell) => cells[column] = cell,
                            Err(diagnostic) => diags.push(*diagnostic),
                        },
                        None => {
                            let place = Span {
                                file: table.file,
                                start: whole.start,
                                end: from as u32,
                            };
                            diags.push(Diagnostic {
                                fix: None,
                                ..unknown_column(rows, &key, place)
                            });
                        }
                    }
                }
                if diags.len() > before {
                    sound = false;
                    continue;
                }
            }
        }
        let row = Row {
            file: table.file,
            cells: &cells,
        };
        if !each(&row, diags) {
            break;
        }
    }
    sound
}

type Members<'l> = BTreeMap<Cow<'l, str>, &'l RawValue>;

fn object(line: &str) -> serde_json::Result<Members<'_>> {
    serde_json::from_str(line)
}

/// The cell of a value: a string, a list of strings, or null.
fn value_cell<'t>(
    table: &TableText<'t>,
    value: &str,
    from: usize,
) -> Result<Cell<'t>, Box<Diagnostic>> {
    let (from, to) = (from, from + value.len());
    let here = |text: Cow<'t, str>, from: usize, to: usize| Cell {
        text,
        start: from as u32,
        end: to as u32,
    };
    if value == "null" {
        return Ok(here(Cow::Borrowed(""), from, to));
    }
    if let Ok(text) = serde_json::from_str::<String>(value) {
        let raw = trimmed(table.text, from + 1, to - 1);
        return Ok(match text.trim() == raw.text {
            true => raw,
            false => Cell {
                text: Cow::Owned(text.trim().to_string()),
                ..raw
            },
        });
    }
    if let Ok(all) = serde_json::from_str::<Vec<String>>(value) {
        return Ok(here(Cow::Owned(all.join("; ")), from, to));
    }
    Err(Box::new(
        Diagnostic::new(
            &codes::BAD_TABLE,
            Span {
                file: table.file,
                start: from as u32,
                end: to as u32,
            },
            "this is neither a string nor a list of strings",
        )
        .help("write a name, or a list of names"),
    ))
}
