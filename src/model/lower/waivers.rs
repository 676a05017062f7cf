//! Waivers: their codes must be known.

use super::scope::{nearest, suggest};
use crate::diag::{Diagnostic, Diags, codes};
use crate::model::rules::Waiver;
use crate::syntax::ast;

/// The waivers of a statement; those of unknown codes are reported and left out.
pub(super) fn lower(waivers: &[ast::Waiver], diags: &mut Diags) -> Vec<Waiver> {
    let mut result = Vec::new();
    for waiver in waivers {
        if codes::by_name(&waiver.code.text).is_none() {
            diags.push(unknown(waiver));
            continue;
        }
        result.push(Waiver {
            code: waiver.code.text.to_string(),
            code_span: waiver.code.span,
            until: waiver.until.0,
            because: waiver.because.value.to_string(),
            owner: waiver.owner.as_ref().map(|owner| owner.value.to_string()),
            span: waiver.span,
        });
    }
    result
}

fn unknown(waiver: &ast::Waiver) -> Diagnostic {
    let code = &waiver.code;
    let known = codes::ALL.iter().map(|code| (code.name, (code.name, None)));
    let near = nearest(&code.text, known);
    let diagnostic = Diagnostic::new(
        &codes::UNKNOWN_NAME,
        code.span,
        format!("no finding has the code `{}`", code.text),
    )
    .label("this waiver silences nothing");
    if near.is_empty() {
        return diagnostic.help("write the code as a finding shows it in brackets");
    }
    suggest(diagnostic, code.span, &near)
}
