//! What is wrong with a settings file, with its place: one line, then the text with the place marked.

use super::read::Text;
use std::ops::Range;

/// `abide.toml:3:1: message` and the line in question.
pub(super) fn fault(file: &Text, span: Range<usize>, message: &str) -> String {
    let text = file.text;
    let start = floor(text, span.start);
    let end = floor(text, span.end).max(start);
    let from = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let until = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let line = text[..start].matches('\n').count() + 1;
    let column = text[from..start].chars().count();
    let marked = text[start..end.min(until)].chars().count().max(1);
    let number = line.to_string();
    let gutter = " ".repeat(number.len());
    let shown = text[from..until].replace('\t', " ");
    format!(
        "{}:{line}:{}: {message}\n{gutter} |\n{number} | {}\n{gutter} | {}{}",
        file.shown,
        column + 1,
        shown.trim_end(),
        " ".repeat(column),
        "^".repeat(marked)
    )
}

/// The line of a place, from 1.
pub(super) fn line(text: &str, at: usize) -> u32 {
    text[..floor(text, at)].matches('\n').count() as u32 + 1
}

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
