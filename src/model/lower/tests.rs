//! Tests, and flows of one line.

use super::clauses::{self, Position};
use super::plans::names_nothing;
use super::policies::Policies;
use super::rules::verbs;
use super::scope::Scope;
use crate::diag::{Diagnostic, Diags, codes};
use crate::model::plans::{Expectation, Expected, FlowLine, Test};
use crate::model::rules::{Action, Clauses};
use crate::model::vocabulary::{Kind, NameSet, is_variable};
use crate::syntax::ast::{self, Ast, Item, TestItem};

/// Lowers all tests of the files.
pub(super) fn lower(
    asts: &[&Ast],
    scope: &Scope,
    policies: &Policies,
    diags: &mut Diags,
) -> Vec<Test> {
    let items = asts.iter().flat_map(|ast| &ast.items);
    items
        .filter_map(|item| match item {
            Item::Test(tree) => Some(test(tree, scope, policies, diags)),
            _ => None,
        })
        .collect()
}

fn test(tree: &ast::Test, scope: &Scope, policies: &Policies, diags: &mut Diags) -> Test {
    let mut result = Test {
        title: tree.title.value.to_string(),
        span: tree.title.span,
        policies: Vec::new(),
        expectations: Vec::new(),
        broken: false,
    };
    for name in &tree.policies {
        match policies.find(name, scope, diags) {
            Some(id) if !result.policies.contains(&id) => result.policies.push(id),
            Some(_) => {}
            None => result.broken = true,
        }
    }
    for item in &tree.items {
        let expectation = match item {
            TestItem::Expectation(tree) => expectation(tree, scope, diags),
            TestItem::Broken(_) => None,
        };
        result.broken |= expectation.is_none();
        result.expectations.extend(expectation);
    }
    result
}

fn expectation(tree: &ast::Expectation, scope: &Scope, diags: &mut Diags) -> Option<Expectation> {
    let expected = match &tree.verdict {
        ast::Expected::May => Some(Expected::May),
        ast::Expected::Never => Some(Expected::Never),
        ast::Expected::Undeclared => Some(Expected::Undeclared),
        ast::Expected::Needs(facts) => clauses::literals(facts, scope, diags).map(|literals| {
            Expected::Needs(literals.into_iter().map(|(literal, _)| literal).collect())
        }),
    };
    let flow = flow_line(&tree.flow, scope, diags);
    Some(Expectation {
        expected: expected?,
        flow: flow?,
        span: tree.span,
    })
}

/// A flow of one line.
pub(super) fn flow_line(
    tree: &ast::FlowLine,
    scope: &Scope,
    diags: &mut Diags,
) -> Option<FlowLine> {
    let (_, actions) = verbs(&tree.acts.verbs);
    let clauses = clauses::clauses(
        Some(&tree.acts.data),
        &tree.clauses,
        &actions,
        Position::Line,
        scope,
        diags,
    );
    let clauses = clauses.filter(|clauses| names_something(clauses, scope, diags));
    let time = match tree.time.as_deref() {
        None => Some(None),
        Some((time, _)) if actions != [Action::Retain] => {
            diags.push(
                Diagnostic::new(
                    &codes::MISPLACED_CLAUSE,
                    time.span,
                    format!(
                        "only what is retained has a time, and `{time}` stands with another verb"
                    ),
                )
                .help("write a line with `retain` alone for it"),
            );
            None
        }
        Some((time, events)) => clauses::after(events.as_ref(), time.span, scope, diags)
            .map(|after| Some((*time, after))),
    };
    let given = clauses::literals(&tree.given, scope, diags);
    let fulfilling = clauses::ids(Kind::Duty, &tree.fulfilling, scope, diags);
    Some(FlowLine {
        actions,
        clauses: clauses?,
        time: time?,
        given: given?,
        fulfilling: fulfilling?,
        span: tree.span,
    })
}

/// Whether every list names something: of a flow of nothing any verdict would be true.
fn names_something(clauses: &Clauses, scope: &Scope, diags: &mut Diags) -> bool {
    let lists: [(Kind, &Option<NameSet>); 12] = [
        (Kind::Data, &clauses.data),
        (Kind::Form, &clauses.form),
        (Kind::Subject, &clauses.subject),
        (Kind::Region, &clauses.resident),
        (Kind::Context, &clauses.context),
        (Kind::Party, &clauses.actor),
        (Kind::Party, &clauses.with),
        (Kind::Party, &clauses.from_party),
        (Kind::Region, &clauses.from),
        (Kind::Region, &clauses.to),
        (Kind::Purpose, &clauses.purpose),
        (Kind::Region, &clauses.place),
    ];
    let mut sound = true;
    for (kind, list) in lists {
        let Some(list) = list else { continue };
        let nothing = scope.vocabulary.of(kind).atoms(list).is_clear()
            && !list.include.iter().any(|id| is_variable(kind, *id));
        if nothing {
            diags.push(names_nothing(&codes::EMPTY_TEST, kind, list, scope));
            sound = false;
        }
    }
    sound
}
