//! Tables with a JSON object a line, whose keys are the columns.

use super::{Cell, Row, TableText, columns, trimmed, unknown_column};
use crate::diag::{Diagnostic, Diags, codes};
use crate::source::Span;
use crate::syntax::ast::TableRows;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;

pub(super) fn rows<'t>(
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
                // The column counts bytes, and may lie within a character.
                let column = line.floor_char_boundary(error.column().saturating_sub(1));
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
