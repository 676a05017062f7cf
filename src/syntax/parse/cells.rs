//! Cells of tables: what a list, a name or a time means there, read by the grammar's own rules.

use super::{At, Grammar, Pairs, Reader, Rule, is_reserved, only_child};
use crate::diag::{Diagnostic, Diags, codes};
use crate::limits::DEEPEST;
use crate::source::Span;
use crate::syntax::ast::*;
use crate::syntax::cut::Piece;
use pest::Parser;

/// Reads a name.
pub fn name(text: &str, span: Span, diags: &mut Diags) -> Option<Name> {
    // In a cell of its own a name needs no backticks.
    if plain(text) {
        return Some(Name {
            text: text.into(),
            span,
        });
    }
    read(Rule::cell_name, text, span, diags, |at, pair| {
        at.name(&only_child(pair))
    })
}

/// Reads a list, whose names are separated by `;`.
pub fn list(text: &str, span: Span, diags: &mut Diags) -> Option<Names> {
    if let Some(names) = plain_list(text, span) {
        return Some(names);
    }
    let text = separated(text, span, diags)?;
    read(Rule::cell_list, &text, span, diags, |at, pair| {
        at.list(only_child(pair))
    })
}

/// Reads facts, each perhaps with `not`, separated by `;`.
pub fn literals(text: &str, span: Span, diags: &mut Diags) -> Option<Box<[Literal]>> {
    let text = separated(text, span, diags)?;
    read(Rule::cell_literals, &text, span, diags, |at, pair| {
        at.literals(only_child(pair))
    })
}

/// Reads duties, separated by `;`.
pub fn paths(text: &str, span: Span, diags: &mut Diags) -> Option<Box<[Path]>> {
    let text = separated(text, span, diags)?;
    read(Rule::cell_paths, &text, span, diags, |at, pair| {
        at.paths(only_child(pair)).into()
    })
}

/// Reads what a store keeps: what would follow `keeps`, several separated by `;`.
pub fn keeps(text: &str, span: Span, diags: &mut Diags) -> Option<Vec<Keeps>> {
    each(text, span, diags, |part, place, diags| {
        read(Rule::cell_keeps, part, place, diags, |at, pair| {
            at.keeps(pair)
        })
    })
}

/// Reads what a store does: what would follow `does`, several separated by `;`.
pub fn does(text: &str, span: Span, diags: &mut Diags) -> Option<Vec<Does>> {
    each(text, span, diags, |part, place, diags| {
        read(Rule::cell_does, part, place, diags, |at, pair| {
            at.does(pair)
        })
    })
}

/// Reads every part between `;`; all errors are reported, and with any there is no result.
fn each<T>(
    text: &str,
    span: Span,
    diags: &mut Diags,
    read: impl Fn(&str, Span, &mut Diags) -> Option<T>,
) -> Option<Vec<T>> {
    let mut from = 0;
    let mut all = Vec::new();
    let before = diags.len();
    for part in text.split(';') {
        let start = from + (part.len() - part.trim_start().len());
        from += part.len() + 1;
        let part = part.trim();
        let place = within(span, text, start, start + part.len());
        all.extend(read(part, place, diags));
    }
    (diags.len() == before).then_some(all)
}

/// A list of names alone, as nearly all are: the same without the grammar, for tables have millions.
fn plain_list(text: &str, span: Span) -> Option<Names> {
    let separators = memchr::memchr_iter(b';', text.as_bytes()).count();
    let mut include = Vec::with_capacity(separators + 1);
    let mut from = 0;
    for part in text.split(';') {
        let start = from + (part.len() - part.trim_ascii_start().len());
        from += part.len() + 1;
        let part = part.trim_ascii();
        if !plain(part) || is_reserved(part) {
            return None;
        }
        let span = within(span, text, start, start + part.len());
        let text = part.into();
        include.push(Path::new(Name { text, span }, Vec::new()));
    }
    let span = within(
        span,
        text,
        text.len() - text.trim_ascii_start().len(),
        text.trim_ascii_end().len(),
    );
    Some(Names::new(include, Vec::new(), span))
}

/// Whether a text is a name, reserved or not.
pub fn plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.first().is_some_and(u8::is_ascii_lowercase)
        && bytes.last() != Some(&b'-')
        && !text.contains("--")
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')
}

/// A list with commas for its `;`, so that the grammar reads it.
fn separated(text: &str, span: Span, diags: &mut Diags) -> Option<String> {
    if let Some(at) = text.find(',') {
        let place = within(span, text, at, at + 1);
        diags.push(
            Diagnostic::new(
                &codes::SYNTAX_ERROR,
                place,
                "names of a list in a table are separated by `;`",
            )
            .help("write `;` for this comma")
            .fix("write `;`", vec![(place, ";".to_string())]),
        );
        return None;
    }
    Some(text.replace(';', ","))
}

/// The place of a part of a cell; where quotes were undone, that of the cell.
fn within(span: Span, text: &str, from: usize, to: usize) -> Span {
    if (span.end - span.start) as usize != text.len() {
        return span;
    }
    Span {
        start: span.start + from as u32,
        end: span.start + to as u32,
        ..span
    }
}

fn read<T>(
    rule: Rule,
    text: &str,
    span: Span,
    diags: &mut Diags,
    build: impl FnOnce(&mut At, Pairs<'_>) -> T,
) -> Option<T> {
    // Where quotes or escapes were undone, places in the cell don't count from its start.
    let exact = (span.end - span.start) as usize == text.len();
    let mut reader = Reader {
        file: span.file,
        text,
        deepest: DEEPEST,
        errors: Vec::new(),
        more: 0,
        whole: (!exact).then_some(span),
    };
    let result = match Grammar::parse(rule, text) {
        Ok(mut pairs) => {
            let pair = pairs.next().expect("a rule that matched gives a pair");
            let base = span.start as usize;
            let r = &mut reader;
            Some(build(&mut At { r, base }, pair))
        }
        Err(error) => {
            let piece = Piece {
                start: 0,
                end: text.len(),
                docs: Vec::new(),
                fault: None,
            };
            reader.syntax_error(&piece, error);
            for error in &mut reader.errors {
                let at = error.primary.span;
                error.primary.span = within(span, text, at.start as usize, at.end as usize);
            }
            None
        }
    };
    let sound = reader.errors.is_empty();
    diags.append(&mut reader.errors);
    result.filter(|_| sound)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[test]
    fn a_plain_list_reads_as_the_grammar_reads_it() {
        let mut plain = 0;
        for text in [
            "a",
            "a;b",
            "a ; b-c",
            "a;b;a9",
            "order",
            "data",
            "d12; any",
            "a;;b",
            "",
            ";",
            "a b",
            "A",
            "a other than b",
            "a;b.c",
            "-a",
            "a-",
            "a--b",
            "`data`; b",
            "alldata",
            "é",
        ] {
            let span = Span {
                file: FileId(0),
                start: 7,
                end: 7 + text.len() as u32,
            };
            let mut diags = Vec::new();
            let slow = read(
                Rule::cell_list,
                &text.replace(';', ","),
                span,
                &mut diags,
                |at, pair| at.list(only_child(pair)),
            );
            let Some(quick) = plain_list(text, span) else {
                continue;
            };
            plain += 1;
            assert_eq!(
                format!("{quick:?}"),
                format!("{:?}", slow.expect(text)),
                "{text}"
            );
        }
        assert_eq!(plain, 6);
    }
}
