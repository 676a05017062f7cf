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
#[derive(Debug, Clone, Default)]
pub struct Tables<'t> {
    /// By the place of the path.
    pub texts: BTreeMap<Span, TableText<'t>>,
    /// How many threads may read large ones; what they say is the same for any number.
    pub jobs: usize,
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

/// No table has more columns than this, and one more.
const MOST_COMMAS: usize = NODE_COLUMNS.len();

/// A line of a CSV text, or a record whose quotes hold line ends.
#[derive(Debug)]
pub struct Line<'t> {
    start: usize,
    end: usize,
    /// Where its commas are; of a line with too many the first.
    commas: [u32; MOST_COMMAS],
    count: usize,
    /// Its cells where quotes had to be undone.
    quoted: Option<Vec<Cell<'t>>>,
}

impl<'t> Line<'t> {
    /// One past its last byte, line ends left out.
    pub fn end(&self) -> usize {
        self.end
    }

    fn commas(&self) -> usize {
        self.count
    }

    /// The bytes of a cell of a plain line; beyond its last, none.
    fn cell(&self, at: usize) -> (usize, usize) {
        let known = self.count.min(MOST_COMMAS);
        if at > known {
            return (self.end, self.end);
        }
        let from = match at {
            0 => self.start,
            at => self.commas[at - 1] as usize + 1,
        };
        let to = match at < known {
            true => self.commas[at] as usize,
            false => self.end,
        };
        (from, to)
    }

    /// All its cells.
    fn cells(&self, text: &'t str) -> Vec<Cell<'t>> {
        if let Some(cells) = &self.quoted {
            return cells.clone();
        }
        let mut cells = Vec::with_capacity(self.count + 1);
        let mut from = self.start;
        for comma in memchr::memchr_iter(b',', &text.as_bytes()[self.start..self.end]) {
            cells.push(trimmed(text, from, self.start + comma));
            from = self.start + comma + 1;
        }
        cells.push(trimmed(text, from, self.end));
        cells
    }
}

/// The lines of a CSV text. Those without quotes, nearly all of them, are split where their commas
/// are; the rest is for the CSV parser.
pub struct Lines<'t> {
    text: &'t str,
    at: usize,
    end: usize,
}

impl<'t> Lines<'t> {
    /// The lines of a part of a text, which ends at a line's end.
    pub fn new(text: &'t str, from: usize, to: usize) -> Lines<'t> {
        let at = match text.starts_with('\u{feff}') {
            true => from.max(3),
            false => from,
        };
        Lines { text, at, end: to }
    }

    fn line(&mut self) -> Option<Line<'t>> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        if start >= self.end {
            return None;
        }
        let mut line = Line {
            start,
            end: self.end,
            commas: [0; MOST_COMMAS],
            count: 0,
            quoted: None,
        };
        for (at, byte) in bytes[start..self.end].iter().enumerate() {
            match byte {
                b',' => {
                    if line.count < MOST_COMMAS {
                        line.commas[line.count] = (start + at) as u32;
                    }
                    line.count += 1;
                }
                b'\n' => {
                    line.end = start + at;
                    break;
                }
                b'"' => return Some(self.record(line)),
                _ => {}
            }
        }
        self.at = line.end + 1;
        if bytes[start..line.end].last() == Some(&b'\r') {
            line.end -= 1;
        }
        Some(line)
    }

    /// Reads a record by the rules of CSV: quotes, doubled quotes, line ends in quotes.
    fn record(&mut self, line: Line<'t>) -> Line<'t> {
        let mut reader = csv_core::ReaderBuilder::new()
            .terminator(csv_core::Terminator::CRLF)
            .build();
        let mut buffer = [0; 1024];
        let mut value: Vec<u8> = Vec::new();
        let mut cells = Vec::new();
        let text = self.text;
        let mut from = self.at;
        loop {
            let input = &text.as_bytes()[self.at..self.end];
            let (result, read, written) = reader.read_field(input, &mut buffer);
            self.at += read;
            value.extend_from_slice(&buffer[..written]);
            match result {
                ReadFieldResult::OutputFull => {}
                // The input ends here; the parser learns so from an empty one.
                ReadFieldResult::InputEmpty => {}
                ReadFieldResult::End => break,
                ReadFieldResult::Field { record_end } => {
                    let last = text.as_bytes()[..self.at].last();
                    let ended = self.at > from && matches!(last, Some(b',' | b'\n' | b'\r'));
                    let to = if ended { self.at - 1 } else { self.at };
                    cells.push(unescaped(text, from, to, &value));
                    value.clear();
                    from = self.at;
                    if record_end {
                        // The parser stops after `\r` and takes `\n` with what follows.
                        if last == Some(&b'\r') && text.as_bytes().get(self.at) == Some(&b'\n') {
                            self.at += 1;
                        }
                        break;
                    }
                }
            }
        }
        Line {
            end: self.at,
            count: cells.len().saturating_sub(1),
            quoted: Some(cells),
            ..line
        }
    }
}

impl<'t> Iterator for Lines<'t> {
    type Item = Line<'t>;

    /// The next line that is not blank.
    fn next(&mut self) -> Option<Line<'t>> {
        loop {
            let line = self.line()?;
            let blank = line.quoted.is_none()
                && self.text.as_bytes()[line.start..line.end]
                    .trim_ascii()
                    .is_empty();
            if !blank {
                return Some(line);
            }
        }
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
        if !each(&Row::new(table.file, &cells), diags) {
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
