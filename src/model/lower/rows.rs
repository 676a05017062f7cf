//! Rows of tables of flows, read fast: what rows repeat is looked up once.
//!
//! A row is two names and what happens between them, and of the latter a table with millions of rows
//! knows some thousands. A line whose rest is known and whose names are known makes an edge right
//! away; any other is read cell by cell, with its findings, and its rest is known from then on.
//! Large tables are cut at line ends and the parts are read side by side; what comes of it is the
//! same, for a part knows nothing that another finds out.

use super::nodes::Nodes;
use crate::diag::Diags;
use crate::jobs;
use crate::model::plans::{EdgeDetails, EdgeKind, Edges, NodeKind};
use crate::source::Span;
use crate::syntax::ast::TableRows;
use crate::syntax::cells;
use crate::syntax::table::{Header, Line, Lines, Row, TableText};
use rustc_hash::FxHashMap;

/// How many bytes of a table are worth a thread.
const PART: usize = 1 << 18;

/// Lines read before their names are looked up.
const BATCH: usize = 256;

/// What comes of the rows of a table, or of a part of one.
#[derive(Default)]
pub(super) struct Found {
    /// The edges in order.
    pub edges: Edges,
    /// Findings in order.
    pub diags: Diags,
    /// Some row made no edge.
    pub broken: bool,
    /// So much is wrong that the rest was not read.
    pub given_up: bool,
}

/// An edge that was read.
pub(super) struct Read {
    /// The positions of its nodes.
    pub ends: (usize, usize),
    /// Its place.
    pub span: Span,
    /// What happens on it.
    pub details: EdgeDetails,
}

impl Read {
    /// Adds it to other edges; gives the number of its details.
    pub(super) fn add_to(self, edges: &mut Edges) -> u32 {
        edges.push(self.ends, self.span, self.details)
    }
}

/// Reads a row cell by cell.
pub(super) type Slow<'s> = dyn Fn(&Row, &mut Diags) -> Option<Read> + Sync + 's;

/// Reads the rows of a CSV table of flows after its header. `slow` reads one row.
pub(super) fn flows(
    table: &TableText,
    header: &Header,
    nodes: &Nodes,
    most: usize,
    slow: &Slow,
) -> Found {
    let parts = match jobs::threads().min((table.text.len() - header.end) / PART) {
        0 | 1 => vec![(header.end, table.text.len())],
        // In quotes a line end need not end a line.
        _ if memchr::memchr(b'"', table.text.as_bytes()).is_some() => {
            vec![(header.end, table.text.len())]
        }
        several => cut(table.text, header.end, several),
    };
    let read = |(from, to): (usize, usize)| {
        let mut part = Part {
            table,
            header,
            nodes,
            most,
            slow,
            known: FxHashMap::default(),
            found: Found::default(),
        };
        part.read(from, to);
        part.found
    };
    if parts.len() == 1 {
        return read(parts[0]);
    }
    let all = jobs::share(&parts, || (), |(), part| read(*part));
    // Together the parts may find more than is listed of one table: where that ends, only reading on
    // from the start tells.
    if all.iter().map(|found| found.diags.len()).sum::<usize>() >= most {
        return read((header.end, table.text.len()));
    }
    let edges = all.iter().map(|found| found.edges.len()).sum::<usize>();
    let mut all = all.into_iter();
    let mut whole = all.next().unwrap_or_default();
    whole.edges.reserve(edges - whole.edges.len());
    for mut found in all {
        whole.edges.append(found.edges);
        whole.diags.append(&mut found.diags);
        whole.broken |= found.broken;
    }
    whole
}

/// Cuts a text into about equal parts at line ends.
fn cut(text: &str, from: usize, parts: usize) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let size = (text.len() - from) / parts;
    let mut all = Vec::new();
    let mut start = from;
    for at in 1..=parts {
        let wanted = (from + at * size).max(start);
        let end = match at == parts {
            true => text.len(),
            false => {
                memchr::memchr(b'\n', &bytes[wanted..]).map_or(text.len(), |end| wanted + end + 1)
            }
        };
        all.push((start, end));
        start = end;
    }
    all
}

/// What rows can repeat.
struct Rest {
    /// The number of the details.
    number: u32,
    /// An arrow without a verb: it fits any two nodes of which one is no source.
    fits: bool,
}

struct Part<'p, 's> {
    table: &'p TableText<'p>,
    header: &'p Header,
    nodes: &'p Nodes,
    most: usize,
    slow: &'s Slow<'s>,
    known: FxHashMap<&'p str, Rest>,
    found: Found,
}

impl<'p> Part<'p, '_> {
    fn read(&mut self, from: usize, to: usize) {
        // Edges are small, but moving millions of them again and again is not.
        self.found.edges.reserve((to - from) / 40);
        let mut lines = Lines::new(self.table.text, from, to);
        let mut batch: Vec<Line<'p>> = Vec::with_capacity(BATCH);
        let mut names: Vec<&'p str> = Vec::with_capacity(2 * BATCH);
        let mut ends = Vec::new();
        loop {
            batch.clear();
            names.clear();
            while batch.len() < BATCH {
                let Some(line) = lines.next() else { break };
                for column in [0, 1] {
                    names.push(self.header.text(self.table.text, &line, column));
                }
                batch.push(line);
            }
            if batch.is_empty() {
                return;
            }
            self.nodes.find_all(&names, &mut ends);
            for (line, ends) in batch.iter().zip(ends.chunks(2)) {
                let quick = match ends {
                    [Some(from), Some(to)] => self.quick(line, *from, *to),
                    _ => false,
                };
                if !quick {
                    self.slow(line);
                }
                if self.found.diags.len() >= self.most {
                    self.found.given_up = true;
                    return;
                }
            }
        }
    }

    /// Adds the edge of a line of which all is known; whether it is such a line.
    fn quick(&mut self, line: &Line<'p>, from: usize, to: usize) -> bool {
        let rest = self.header.rest(self.table.text, line);
        let Some(rest) = rest.and_then(|rest| self.known.get(rest)) else {
            return false;
        };
        let (sender, receiver) = (self.nodes.asked(from), self.nodes.asked(to));
        let sound = rest.fits
            && !sender.unusable
            && !receiver.unusable
            && (sender.kind, receiver.kind) != (NodeKind::Source, NodeKind::Source);
        if sound {
            let place = self.header.place(self.table.text, line, DATA);
            let edges = &mut self.found.edges;
            edges.push_like((from, to), place, rest.number);
        }
        sound
    }

    /// Reads a line cell by cell; what it repeats is known from then on.
    fn slow(&mut self, line: &Line<'p>) {
        let before = self.found.diags.len();
        let Some(cells) =
            self.header
                .cells(self.table, line, TableRows::Flows, &mut self.found.diags)
        else {
            self.found.broken = true;
            return;
        };
        // A row of empty cells is what a spreadsheet leaves where rows were deleted.
        if cells.iter().all(|cell| cell.text.is_empty()) {
            return;
        }
        let row = Row::new(self.table.file, &cells);
        let Some(edge) = (self.slow)(&row, &mut self.found.diags) else {
            self.found.broken = true;
            return;
        };
        let fits = matches!(edge.details.kind, EdgeKind::Arrow { verb: None, .. });
        let number = edge.add_to(&mut self.found.edges);
        if self.found.diags.len() == before
            && let Some(rest) = self.header.rest(self.table.text, line)
        {
            self.known.entry(rest).or_insert(Rest { number, fits });
        }
    }
}

/// The position of the column `data`.
const DATA: usize = 3;

/// What rows of nodes can repeat.
pub(super) struct KnownNodes<'t> {
    header: Header,
    /// By the rest of a line: the number of the details.
    known: FxHashMap<&'t str, u32>,
}

/// The node of a line of which all but the name is known.
pub(super) struct Quick<'t> {
    /// Its name.
    pub name: &'t str,
    /// The place of that.
    pub place: (u32, u32),
    /// The place of the whole line.
    pub whole: (u32, u32),
    /// The number of its details.
    pub number: u32,
}

impl<'t> KnownNodes<'t> {
    /// For a table with a header.
    pub(super) fn new(header: Header) -> KnownNodes<'t> {
        KnownNodes {
            header,
            known: FxHashMap::default(),
        }
    }

    /// The header.
    pub(super) fn header(&self) -> &Header {
        &self.header
    }

    /// The node of a line of which all but the name is known.
    pub(super) fn quick(&self, table: &TableText<'t>, line: &Line<'t>) -> Option<Quick<'t>> {
        let number = *self.known.get(self.header.rest(table.text, line)?)?;
        let (start, end) = self.header.place(table.text, line, 0);
        let name = &table.text[start as usize..end as usize];
        cells::plain(name).then_some(Quick {
            name,
            place: (start, end),
            whole: (start, line.end() as u32),
            number,
        })
    }

    /// Remembers what a line repeats, by the number of its details.
    pub(super) fn learn(&mut self, table: &TableText<'t>, line: &Line<'t>, number: u32) {
        if let Some(rest) = self.header.rest(table.text, line) {
            self.known.entry(rest).or_insert(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_into_about_equal_parts_at_line_ends() {
        let line = "some,row\n";
        let text = format!("a header\n{}", line.repeat(100));
        let from = "a header\n".len();
        for parts in 1..20 {
            let all = cut(&text, from, parts);
            assert_eq!(all.len(), parts);
            assert_eq!((all[0].0, all[parts - 1].1), (from, text.len()));
            let fair = (text.len() - from) / parts;
            for (at, (start, end)) in all.iter().enumerate() {
                assert!(at == 0 || *start == all[at - 1].1);
                assert!(text[..*start].ends_with('\n') && text[..*end].ends_with('\n'));
                assert!((end - start).abs_diff(fair) <= 2 * line.len(), "{all:?}");
            }
        }
        // A long line leaves nothing to the parts after it.
        let text = format!("{line}{}\n{line}", "long".repeat(100));
        let all = cut(&text, 0, 4);
        assert_eq!(all[1..], [(410, 419), (419, 419), (419, 419)]);
        assert_eq!(all[0], (0, 410));
    }
}
