//! What a run judged, one by one: formats that list what held need more than counts.

use crate::model::{Model, Statement};
use crate::source::{FileId, Span};
use crate::syntax::ast::{Ast, Item};

/// What kind of thing was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A rule of a policy.
    Rule,
    /// A plan.
    Plan,
    /// An expectation of a test.
    Expectation,
}

/// One thing judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Its kind.
    pub what: What,
    /// The policy, plan or test it is or belongs to.
    pub owner: String,
    /// A rule's label, where it has one.
    pub label: Option<String>,
    /// Its whole text; a rule's without citations and label.
    pub span: Span,
    /// Some statement of it, or of what it is judged with, is in error: it cannot be said to hold.
    pub broken: bool,
}

/// Adds what a model judged, in the files at home in it.
pub fn of(model: &Model, asts: &[Ast], home: &impl Fn(FileId) -> bool, all: &mut Vec<Checked>) {
    for policy in model.policies.iter().filter(|p| home(p.span.file)) {
        let own = policy.rules.iter().filter(|rule| {
            rule.span.file == policy.span.file && !matches!(rule.statement, Statement::Note { .. })
        });
        all.extend(own.map(|rule| Checked {
            what: What::Rule,
            owner: policy.name.clone(),
            label: rule.label.clone(),
            span: rule.span,
            broken: policy.broken,
        }));
    }
    for plan in &model.plans {
        let policies = plan.checks.iter().map(|id| model.policy(*id));
        all.push(Checked {
            what: What::Plan,
            owner: plan.name.clone(),
            label: None,
            span: whole(asts, plan.span),
            broken: plan.broken
                || plan.checks.is_empty()
                || policies.clone().any(|policy| policy.broken),
        });
    }
    for test in &model.tests {
        let policies = test.policies.iter().map(|id| model.policy(*id));
        let broken = test.broken || policies.clone().any(|policy| policy.broken);
        all.extend(test.expectations.iter().map(|expectation| Checked {
            what: What::Expectation,
            owner: test.title.clone(),
            label: None,
            span: expectation.span,
            broken,
        }));
    }
    all.sort_by_key(|one| (one.span, one.what));
    all.dedup();
}

/// The whole declaration around the place of a plan's name.
fn whole(asts: &[Ast], name: Span) -> Span {
    let items = asts
        .get(name.file.0 as usize)
        .map_or(&[][..], |ast| &ast.items);
    let plan = items.iter().find_map(|item| match item {
        Item::Plan(plan) if plan.name.span == name => Some(plan.span),
        _ => None,
    });
    plan.unwrap_or(name)
}
