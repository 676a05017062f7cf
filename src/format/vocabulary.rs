//! Declarations of names.

use super::WIDTH;
use super::fill::fill_by;
use super::page::Page;
use super::words;
use crate::syntax::ast::{Entry, Vocabulary};

/// A declaration: on one line where it fits, else its names filled and its braces opened.
pub fn write(page: &mut Page, statement: &Vocabulary) {
    page.docs(0, &statement.docs);
    let lasting = if statement.lasting.is_some() {
        "lasting "
    } else {
        ""
    };
    let head = format!("{lasting}{} ", statement.kind.word());
    let tail = tail(statement);
    let inside = page.has_comments(statement.span.end);
    let simple = !inside && statement.entries.iter().all(|entry| !has_docs(entry));
    let whole: Vec<String> = statement.entries.iter().map(inline).collect();
    let line = format!("{head}{}{tail}", whole.join(", "));
    if simple && line.chars().count() <= WIDTH {
        page.line(0, line);
    } else {
        entries(page, 0, &head, &statement.entries, &tail);
    }
    page.end(statement.span);
}

fn tail(statement: &Vocabulary) -> String {
    let mut tail = String::new();
    if !statement.is.is_empty() {
        tail += &format!(" is {}", words::paths(&statement.is));
    }
    if !statement.excludes.is_empty() {
        tail += &format!(" excludes {}", words::paths(&statement.excludes));
    }
    if let Some((until, _)) = statement.until {
        tail += &format!(" until {until}");
    }
    tail
}

fn has_docs(entry: &Entry) -> bool {
    !entry.docs.is_empty() || entry.children.iter().any(has_docs)
}

fn head(entry: &Entry) -> String {
    let name = words::path(&entry.path);
    match &entry.description {
        Some(text) => format!("{name} {}", words::text(text)),
        None => name,
    }
}

fn inline(entry: &Entry) -> String {
    if entry.children.is_empty() {
        return head(entry);
    }
    let below: Vec<String> = entry.children.iter().map(inline).collect();
    format!("{} {{ {} }}", head(entry), below.join(", "))
}

/// Entries over several lines. Short names share a line; a name with its own braces opens them
/// where they do not fit. `lead` is what stands before the first.
fn entries(page: &mut Page, indent: usize, lead: &str, all: &[Entry], tail: &str) {
    let mut run = Run {
        indent,
        deeper: if lead.is_empty() { 0 } else { 2 },
        lead: lead.to_string(),
        chunks: Vec::new(),
        begun: false,
    };
    for (at, entry) in all.iter().enumerate() {
        let comma = if at + 1 == all.len() { tail } else { "," };
        if !entry.docs.is_empty() || page.has_comments(entry.span.start) {
            run.flush(page);
            let set_off = if run.begun { run.deeper } else { 0 };
            page.begin_at(
                indent + set_off,
                super::first(&entry.docs, entry.span),
                false,
            );
            page.docs(indent + set_off, &entry.docs);
        }
        let opens = page.has_comments(entry.span.end) || entry.children.iter().any(has_docs);
        let line = inline(entry);
        if !opens && indent + run.deeper + run.lead.len() + line.chars().count() < WIDTH {
            // What has more to say than its name has a line of its own.
            let alone = !entry.children.is_empty() || entry.description.is_some();
            if alone && run.begun {
                run.flush(page);
            }
            run.chunks.push(format!("{line}{comma}"));
            if alone {
                run.flush(page);
                page.end(entry.span);
            }
            continue;
        }
        run.flush(page);
        let set_off = if run.begun { run.deeper } else { 0 };
        page.line(indent + set_off, format!("{}{} {{", run.lead, head(entry)));
        run.lead.clear();
        run.begun = true;
        page.open(entry.path.span.end);
        entries(page, indent + set_off + 2, "", &entry.children, "");
        page.close(indent + set_off, entry.span.end);
        page.append(comma);
        page.end(entry.span);
    }
    run.flush(page);
}

/// Short names that share lines.
struct Run {
    indent: usize,
    /// How much lines after the first of the whole list are set off.
    deeper: usize,
    lead: String,
    chunks: Vec<String>,
    begun: bool,
}

impl Run {
    fn flush(&mut self, page: &mut Page) {
        if self.chunks.is_empty() {
            return;
        }
        let mut chunks = std::mem::take(&mut self.chunks);
        chunks[0] = format!("{}{}", self.lead, chunks[0]);
        self.lead.clear();
        let (indent, deeper) = if self.begun {
            (self.indent + self.deeper, 0)
        } else {
            (self.indent, self.deeper)
        };
        self.begun = true;
        page.lines(indent, &fill_by(indent, deeper, &chunks));
    }
}
