//! The page being written: lines, blank lines kept, comments in their places.

use crate::source::Span;
use crate::syntax::ast::{Ast, Comment, Docs};

/// Lines so far, and the comments still to be written.
pub struct Page<'a> {
    text: &'a str,
    comments: &'a [Comment],
    next: usize,
    lines: Vec<String>,
    /// Where in the text the last statement ended.
    last: u32,
    /// Whether something was begun in the block that is open.
    fresh: bool,
}

impl<'a> Page<'a> {
    /// An empty page.
    pub fn new(ast: &'a Ast, text: &'a str) -> Page<'a> {
        Page {
            text,
            comments: &ast.comments,
            next: 0,
            lines: Vec::new(),
            last: 0,
            fresh: true,
        }
    }

    /// Begins a top-level statement that starts at a byte; `apart` asks for a blank line before it.
    pub fn begin(&mut self, start: u32, apart: bool) {
        self.begin_at(0, start, apart);
    }

    /// Begins a statement: comments before it, and one blank line where there was one.
    pub fn begin_at(&mut self, indent: usize, start: u32, apart: bool) {
        let mut apart = apart;
        while let Some(comment) = self.pending(start) {
            self.gap(comment.span.start, apart);
            apart = false;
            self.line(indent, comment.text.clone());
            self.last = comment.span.end;
            self.fresh = false;
        }
        self.gap(start, apart);
        self.last = start;
        self.fresh = false;
    }

    /// Ends a statement: comments inside it come before it is left, one on its line trails it.
    pub fn end(&mut self, span: Span) {
        self.last = self.last.max(span.end);
        while let Some(comment) = self.comments.get(self.next) {
            let between = self
                .text
                .get(self.last as usize..comment.span.start as usize);
            let same_line = !comment.own_line && between.is_some_and(|text| !text.contains('\n'));
            if !same_line {
                break;
            }
            if let Some(line) = self.lines.last_mut() {
                if line.contains("//") {
                    break;
                }
                line.push(' ');
                line.push_str(&comment.text);
            }
            self.next += 1;
            self.last = comment.span.end;
        }
    }

    /// Writes comments that stand inside a statement before it, as it is laid out anew.
    pub fn hoist(&mut self, indent: usize, span: Span) {
        while let Some(comment) = self.pending(span.end) {
            self.line(indent, comment.text.clone());
        }
    }

    /// Whether comments stand before a byte that are not written yet.
    pub fn has_comments(&self, before: u32) -> bool {
        self.comments
            .get(self.next)
            .is_some_and(|comment| comment.span.start < before)
    }

    /// A line.
    pub fn line(&mut self, indent: usize, text: impl AsRef<str>) {
        self.lines
            .push(format!("{}{}", " ".repeat(indent), text.as_ref()));
    }

    /// More at the end of the last line.
    pub fn append(&mut self, text: &str) {
        if let Some(line) = self.lines.last_mut() {
            line.push_str(text);
        }
    }

    /// Several lines, the first as it is, each with an indent of its own besides.
    pub fn lines(&mut self, indent: usize, lines: &[String]) {
        for line in lines {
            self.line(indent, line);
        }
    }

    /// Doc comments.
    pub fn docs(&mut self, indent: usize, docs: &Docs) {
        for doc in docs {
            let text = format!("/// {}", doc.value);
            self.line(indent, text.trim_end());
        }
    }

    /// Opens a block that begins at a byte of the text (after its brace).
    pub fn open(&mut self, start: u32) {
        let line_end = self.text[start as usize..]
            .find('\n')
            .map_or(self.text.len(), |at| start as usize + at);
        self.end(Span {
            file: crate::source::FileId(0),
            start,
            end: start,
        });
        self.last = self.last.max(start).max(self.last.min(line_end as u32));
        self.fresh = true;
    }

    /// Closes a block: comments before its end, then the brace.
    pub fn close(&mut self, indent: usize, end: u32) {
        while let Some(comment) = self.pending(end) {
            self.gap(comment.span.start, false);
            self.line(indent + 2, comment.text.clone());
            self.last = comment.span.end;
            self.fresh = false;
        }
        self.line(indent, "}");
        self.last = end;
        self.fresh = false;
    }

    /// The byte after the brace that follows a byte of a heading.
    pub fn brace(&self, from: u32) -> u32 {
        let rest = &self.text[from as usize..];
        rest.find('{').map_or(from, |at| from + at as u32 + 1)
    }

    /// Text as it is, at the left.
    pub fn verbatim(&mut self, span: Span) {
        self.verbatim_at(0, span);
    }

    /// Text as it is, but for the indent of its first line.
    pub fn verbatim_at(&mut self, indent: usize, span: Span) {
        let text = &self.text[span.start as usize..span.end as usize];
        for (at, line) in text.lines().enumerate() {
            let indent = if at == 0 { indent } else { 0 };
            self.line(indent, line.trim_end());
        }
        // Comments inside are part of that text.
        while self.pending(span.end).is_some() {}
        self.end(span);
    }

    /// The text, its lines ended.
    pub fn finish(mut self) -> String {
        let end = self.text.len() as u32;
        while let Some(comment) = self.pending(end + 1) {
            self.gap(comment.span.start, false);
            self.line(0, comment.text.clone());
            self.last = comment.span.end;
            self.fresh = false;
        }
        let mut text = self.lines.join("\n");
        if !text.is_empty() {
            text.push('\n');
        }
        text
    }

    /// The next comment before a byte.
    fn pending(&mut self, before: u32) -> Option<&'a Comment> {
        let comment = self.comments.get(self.next)?;
        if comment.span.start >= before {
            return None;
        }
        self.next += 1;
        Some(comment)
    }

    /// A blank line where the text has one between what came last and a byte, or where it is asked.
    fn gap(&mut self, start: u32, apart: bool) {
        let between = self
            .text
            .get(self.last as usize..start as usize)
            .unwrap_or_default();
        let blank = between
            .split('\n')
            .skip(1)
            .collect::<Vec<_>>()
            .split_last()
            .is_some_and(|(_, lines)| lines.iter().any(|line| line.trim().is_empty()));
        if (blank && !self.fresh || apart) && !self.lines.is_empty() {
            self.lines.push(String::new());
        }
    }
}
