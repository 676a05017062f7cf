//! Expected findings, written where they arise: `//~ code` on the line, `//~^ code` below it.
//!
//! A file that is meant to raise findings (an example, a test case) says so itself. The findings
//! stay findings, but they are expected; a mark without its finding is an error.

use super::levels::{Levels, nearest};
use crate::diag::{Code, Diagnostic, Diags, Severity, codes};
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::ast::Ast;
use std::collections::BTreeSet;

/// A mark: this code on this line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mark {
    file: FileId,
    line: u32,
    code: String,
    span: Span,
}

/// Sets `expected` on the findings that marks announce, and reports marks without a finding. A mark
/// of a code that people chose not to see in this run is left alone.
pub fn apply(asts: &[Ast], sources: &SourceMap, levels: &Levels, diags: &mut Diags) {
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
        let code = codes::by_name(&mark.code);
        if met || code.is_some_and(|code| levels.silences(code)) {
            continue;
        }
        diags.push(unmet(mark, code, levels));
    }
}

/// The files that hold marks.
pub fn files(asts: &[Ast]) -> BTreeSet<FileId> {
    let marked = |ast: &&Ast| {
        ast.comments
            .iter()
            .any(|comment| comment.text.starts_with("//~"))
    };
    asts.iter().filter(marked).map(|ast| ast.file).collect()
}

fn unmet(mark: &Mark, code: Option<&Code>, levels: &Levels) -> Diagnostic {
    let name = &mark.code;
    let found = |message: String| Diagnostic::new(&codes::UNMET_MARK, mark.span, message);
    let Some(code) = code else {
        let known = codes::ALL.iter().map(|code| code.name);
        return found(format!("no finding has the code `{name}`")).help(
            match nearest(name, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "write the code as a finding shows it in brackets".to_string(),
            },
        );
    };
    let diagnostic = found(format!(
        "this line is marked `{name}`, but raises no such finding"
    ));
    if levels.of(code) == Severity::Allow {
        diagnostic.help(format!(
            "this code is looked for only if asked: `-W {name}`"
        ))
    } else {
        diagnostic.help("drop the mark if the finding is mended, or find out what hides it")
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
