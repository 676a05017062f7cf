//! Lines of CSV, cut at their commas, each cell with its place.

use super::{Cell, NODE_COLUMNS, trimmed};
use csv_core::ReadFieldResult;
use std::borrow::Cow;

/// No table has more columns than this, and one more.
const MOST_COMMAS: usize = NODE_COLUMNS.len();

/// A line of a CSV text, or a record whose quotes hold line ends.
#[derive(Debug)]
pub struct Line<'t> {
    start: usize,
    pub(super) end: usize,
    /// Where its commas are; of a line with too many the first.
    pub(super) commas: [u32; MOST_COMMAS],
    count: usize,
    /// Its cells where quotes had to be undone.
    pub(super) quoted: Option<Vec<Cell<'t>>>,
}

impl<'t> Line<'t> {
    /// One past its last byte, line ends left out.
    pub fn end(&self) -> usize {
        self.end
    }

    /// How many commas it has.
    pub(super) fn commas(&self) -> usize {
        self.count
    }

    /// The bytes of a cell of a plain line; beyond its last, none.
    pub(super) fn cell(&self, at: usize) -> (usize, usize) {
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
    pub(super) fn cells(&self, text: &'t str) -> Vec<Cell<'t>> {
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
    /// Where the next line begins.
    pub(super) at: usize,
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
