//! Checks that check nothing: the worst bug a policy tool can have.

use crate::analyze::mentions::mentioned;
use crate::diag::{Diagnostic, Diags, codes};
use crate::model::{Model, PolicyId};
use crate::source::{FileId, Span};
use crate::syntax::ast::Kind;
use std::collections::{BTreeMap, BTreeSet};

/// Finds plans, policies and tests that say nothing.
pub fn check(model: &Model, diags: &mut Diags) {
    for plan in model.plans.iter().filter(|plan| !plan.broken) {
        if plan.checks.is_empty() {
            diags.push(
                Diagnostic::new(
                    &codes::UNCHECKED_PLAN,
                    plan.span,
                    format!(
                        "plan `{}` checks no policy, so nothing judges its flows",
                        plan.name
                    ),
                )
                .help("add `checks POLICY` as its first line"),
            );
        }
        if plan.edges.is_empty() {
            diags.push(
                Diagnostic::new(
                    &codes::EMPTY_PLAN,
                    plan.span,
                    format!("plan `{}` has no flow", plan.name),
                )
                .help("write its steps: `sender -> receiver : data for purpose`"),
            );
        }
    }
    for policy in model.policies.iter().filter(|policy| !policy.broken) {
        if policy.rules.is_empty() {
            diags.push(
                Diagnostic::new(
                    &codes::EMPTY_POLICY,
                    policy.span,
                    format!("policy `{}` has no rule", policy.name),
                )
                .help("write its rules, or drop it"),
            );
        }
    }
    for test in model.tests.iter().filter(|test| !test.broken) {
        if test.expectations.is_empty() || test.policies.is_empty() {
            diags.push(
                Diagnostic::new(
                    &codes::EMPTY_TEST,
                    test.span,
                    format!("test \"{}\" expects nothing of any policy", test.title),
                )
                .help("write what is expected: `may share A with B`, `never …`, `undeclared …`, `… needs F`"),
            );
        }
    }
}

/// Finds, over all models of a run, declared names that nothing uses and policies that nothing
/// checks. Only files asked for count: what others include serves more than this run may show. A
/// vocabulary that no policy sees is not yet used, which is no finding.
pub fn unused(models: &[(Model, BTreeSet<FileId>)], asked: &BTreeSet<FileId>, diags: &mut Diags) {
    let mut declared: BTreeMap<Span, (Kind, String)> = BTreeMap::new();
    let mut used = BTreeSet::new();
    let mut policies: BTreeMap<Span, String> = BTreeMap::new();
    let mut checked = BTreeSet::new();
    for (model, _) in models {
        for policy in model.policies.iter().filter(|policy| !policy.broken) {
            policies.insert(policy.span, policy.name.clone());
        }
        let plans = model.plans.iter().flat_map(|plan| &plan.checks);
        let tests = model.tests.iter().flat_map(|test| &test.policies);
        for policy in plans.chain(tests) {
            check_off(model, *policy, &mut checked);
        }
        if model.policies.is_empty() {
            continue;
        }
        for (kind, mentioned) in Kind::ALL.iter().zip(mentioned(model)) {
            for (id, info) in model.vocabulary.of(*kind).names.iter().enumerate() {
                if let Some(span) = info.span {
                    declared.insert(span, (*kind, info.shown.clone()));
                    if mentioned.contains(id) {
                        used.insert(span);
                    }
                }
            }
        }
    }
    for (span, (kind, name)) in declared {
        if asked.contains(&span.file) && !used.contains(&span) {
            diags.push(
                Diagnostic::new(
                    &codes::UNUSED_NAME,
                    span,
                    format!("nothing uses the {} `{name}`", kind.word()),
                )
                .label("no rule, plan or test names it, or anything above or below it")
                .help("drop it, or look for the rule that was meant to name it"),
            );
        }
    }
    for (span, name) in policies {
        if asked.contains(&span.file) && !checked.contains(&span) {
            diags.push(
                Diagnostic::new(
                    &codes::UNCHECKED_POLICY,
                    span,
                    format!("no plan and no test checks policy `{name}`"),
                )
                .label("promises that nothing is held to")
                .help(format!(
                    "add `checks {name}` to a plan, or write a test: `test \"…\" for {name} {{ … }}`"
                )),
            );
        }
    }
}

/// Marks a policy as checked, with those whose rules hold or decide in it.
fn check_off(model: &Model, policy: PolicyId, checked: &mut BTreeSet<Span>) {
    let known = model.policy(policy);
    if checked.insert(known.span) {
        for other in known.extends.iter().chain(&known.yields_to) {
            check_off(model, *other, checked);
        }
    }
}
