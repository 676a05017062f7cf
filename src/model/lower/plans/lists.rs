//! Lists that stand in a plan: they must name something.

use crate::diag::{Diagnostic, Diags, codes};
use crate::model::lower::clauses;
use crate::model::lower::scope::Scope;
use crate::model::vocabulary::{Kind, NameSet, is_variable};
use crate::syntax::ast::Names;

/// A list that stands in a plan: it must name something.
pub(super) fn some(
    kind: Kind,
    names: Option<&Names>,
    scope: &Scope,
    diags: &mut Diags,
) -> Option<NameSet> {
    let list = clauses::list(kind, names?, scope, diags)?;
    let nothing = scope.vocabulary.of(kind).atoms(&list).is_clear()
        && !list.include.iter().any(|id| is_variable(kind, *id));
    if nothing {
        diags.push(names_nothing(&codes::INVALID_EDGE, kind, &list, scope));
        return None;
    }
    Some(list)
}

/// An optional list that must name something where it is there.
pub(super) fn optional(
    kind: Kind,
    names: Option<&Names>,
    scope: &Scope,
    diags: &mut Diags,
) -> Option<Option<NameSet>> {
    match names {
        None => Some(None),
        Some(_) => some(kind, names, scope, diags).map(Some),
    }
}

/// That `other than` takes all away: a flow of nothing would pass every check.
pub(in crate::model::lower) fn names_nothing(
    code: &'static codes::Code,
    kind: Kind,
    list: &NameSet,
    scope: &Scope,
) -> Diagnostic {
    Diagnostic::new(
        code,
        list.span,
        format!(
            "`{}` names nothing: what stands after `other than` takes all away",
            scope.vocabulary.show_list(kind, list)
        ),
    )
    .help("take a name out after `other than`, or add one before it")
}
