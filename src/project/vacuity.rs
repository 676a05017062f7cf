//! Checks that check nothing: the worst bug a policy tool can have.

use crate::diag::{Diagnostic, Diags, codes};
use crate::model::Model;

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
