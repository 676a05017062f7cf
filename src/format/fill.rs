//! Chunks on lines no longer than they should be.

use super::WIDTH;

/// Chunks joined by blanks on one line if they fit behind an indent, else filled line by line,
/// those after the first two deeper. A chunk too long for a line is broken after commas.
pub fn fill(indent: usize, chunks: &[String]) -> Vec<String> {
    fill_by(indent, 2, chunks)
}

/// The same with lines after the first set off by `deeper`.
pub fn fill_by(indent: usize, deeper: usize, chunks: &[String]) -> Vec<String> {
    let whole = chunks.join(" ");
    if indent + whole.chars().count() <= WIDTH && !chunks.iter().any(|c| c.contains('\n')) {
        return vec![whole];
    }
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for chunk in chunks {
        for (at, piece) in pieces(indent, chunk).into_iter().enumerate() {
            let set_off = if lines.is_empty() { 0 } else { deeper };
            let longer = line.chars().count() + 1 + piece.chars().count();
            if line.is_empty() {
                line = piece;
            } else if indent + set_off + longer <= WIDTH {
                line = format!("{line} {piece}");
            } else {
                lines.push(format!("{}{line}", " ".repeat(set_off)));
                // What goes on in a chunk stands deeper than where chunks begin.
                line = if at > 0 { format!("  {piece}") } else { piece };
            }
        }
    }
    let set_off = if lines.is_empty() { 0 } else { deeper };
    lines.push(format!("{}{line}", " ".repeat(set_off)));
    lines
}

/// A chunk, or where it is too long what stands between its commas.
fn pieces(indent: usize, chunk: &str) -> Vec<String> {
    if indent + 2 + chunk.chars().count() <= WIDTH || chunk.contains('"') {
        return vec![chunk.to_string()];
    }
    let parts: Vec<&str> = chunk.split(", ").collect();
    let last = parts.len() - 1;
    parts
        .iter()
        .enumerate()
        .map(|(at, part)| {
            if at < last {
                format!("{part},")
            } else {
                part.to_string()
            }
        })
        .collect()
}
