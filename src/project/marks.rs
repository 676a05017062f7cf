//! Expected findings, written where they arise: `//~ code` on the line, `//~^ code` below it.
//!
//! A file that is meant to raise findings (an example, a test case) says so itself. The findings
//! stay findings, but they are expected; a mark without its finding is an error.

use crate::diag::{Diagnostic, Diags, codes};
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::ast::Ast;

/// A mark: this code on this line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mark {
    file: FileId,
    line: u32,
    code: String,
    span: Span,
}

/// Sets `expected` on the findings that marks announce, and reports marks without a finding.
pub fn apply(asts: &[Ast], sources: &SourceMap, diags: &mut Diags) {
    let marks: Vec<Mark> = asts.iter().flat_map(|ast| of_file(ast, sources)).collect();
    let mut met = vec![false; marks.len()];
    for diagnostic in diags.iter_mut().filter(|d| d.waived.is_none()) {
        let span = diagnostic.primary.span;
        let line = sources.start(span).line;
        for (at, mark) in marks.iter().enumerate() {
            if (mark.file, mark.line) == (span.file, line) && mark.code == diagnostic.code.name {
                met[at] = true;
                diagnostic.expected = true;
            }
        }
    }
    for (mark, met) in marks.iter().zip(met) {
        if !met {
            diags.push(
                Diagnostic::new(
                    &codes::UNMET_MARK,
                    mark.span,
                    format!(
                        "this line is marked `{}`, but raises no such finding",
                        mark.code
                    ),
                )
                .help("drop the mark if the finding is mended, or find out what hides it"),
            );
        }
    }
}

fn of_file(ast: &Ast, sources: &SourceMap) -> Vec<Mark> {
    let mut marks = Vec::new();
    for comment in &ast.comments {
        let Some(rest) = comment.text.strip_prefix("//~") else {
            continue;
        };
        let codes = rest.trim_start_matches('^');
        let up = (rest.len() - codes.len()) as u32;
        let line = sources.start(comment.span).line.saturating_sub(up);
        for code in codes.split_whitespace() {
            marks.push(Mark {
                file: ast.file,
                line,
                code: code.to_string(),
                span: comment.span,
            });
        }
    }
    marks
}
