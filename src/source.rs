//! Where text comes from: files, spans in them, lines and columns.

use std::path::{Path, PathBuf};

/// A file in a [`SourceMap`], by its position there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A half-open range of bytes in one file. Small and `Copy`; spans order by file, then place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file it lies in.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span from the start of `self` to the end of `other`, which lies in the same file.
    pub fn to(self, other: Span) -> Span {
        Span {
            file: self.file,
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// The empty span at the start of a file: for findings about the file as a whole.
    pub fn file_start(file: FileId) -> Span {
        Span {
            file,
            start: 0,
            end: 0,
        }
    }
}

/// A line and column, both 1-based; columns count Unicode scalar values (`utf16` counts UTF-16 units).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Line, from 1.
    pub line: u32,
    /// Column in Unicode scalar values, from 1.
    pub column: u32,
    /// Column in UTF-16 code units, from 1.
    pub utf16: u32,
}

/// One file's text.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// The path as shown to people: relative to the working directory, forward slashes.
    pub shown: String,
    /// The path as opened; empty for standard input.
    pub path: PathBuf,
    /// The text, valid UTF-8 (what was not is reported and replaced when it is read).
    pub text: String,
    line_starts: Vec<u32>,
}

/// Every file of a run, in the order they were added.
#[derive(Debug, Clone, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// Adds a file and returns its id.
    pub fn add(&mut self, path: &Path, shown: String, text: String) -> FileId {
        let line_starts = std::iter::once(0)
            .chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32 + 1))
            .collect();
        self.files.push(SourceFile {
            shown,
            path: path.to_path_buf(),
            text,
            line_starts,
        });
        FileId(self.files.len() as u32 - 1)
    }

    /// The file of an id.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// The first byte of every line of a file.
    pub fn line_starts(&self, id: FileId) -> &[u32] {
        &self.file(id).line_starts
    }

    /// All files with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files
            .iter()
            .enumerate()
            .map(|(at, file)| (FileId(at as u32), file))
    }

    /// The text a span covers.
    pub fn slice(&self, span: Span) -> &str {
        self.file(span.file)
            .text
            .get(span.start as usize..span.end as usize)
            .unwrap_or("")
    }

    /// Line and column of a span's start.
    pub fn start(&self, span: Span) -> Place {
        self.place(span.file, span.start)
    }

    /// Line and column of a span's end (one past its last character).
    pub fn end(&self, span: Span) -> Place {
        self.place(span.file, span.end)
    }

    /// Line and column of a byte.
    pub fn place(&self, file: FileId, byte: u32) -> Place {
        let source = self.file(file);
        let line = source
            .line_starts
            .partition_point(|start| *start <= byte)
            .max(1);
        let from = source.line_starts[line - 1] as usize;
        let mut to = (byte as usize).min(source.text.len());
        while !source.text.is_char_boundary(to) {
            to -= 1;
        }
        let before = &source.text[from.min(to)..to];
        Place {
            line: line as u32,
            column: before.chars().count() as u32 + 1,
            utf16: before.encode_utf16().count() as u32 + 1,
        }
    }
}
