//! Rules that no planned flow ever meets: a promise nobody has planned anything about.

use crate::check::Judge;
use crate::check::judge::RuleRef;
use crate::check::plans;
use crate::diag::{Diagnostic, Diags, codes};
use crate::model::{PolicyId, Statement};
use std::collections::BTreeSet;

/// Finds them in policies that some plan checks.
pub fn check(judge: &mut Judge, diags: &mut Diags) {
    let mut met: BTreeSet<RuleRef> = BTreeSet::new();
    let mut checked: BTreeSet<PolicyId> = BTreeSet::new();
    let model = judge.model;
    for plan in &model.plans {
        checked.extend(&plan.checks);
        // What such a plan meets is not known, and that is said of it.
        let Some(of_plan) = plans::met(judge, plan) else {
            return;
        };
        met.extend(of_plan);
    }
    for policy in checked {
        for (at, rule) in model.policy(policy).rules.iter().enumerate() {
            let judged = !matches!(
                rule.statement,
                Statement::Note { .. } | Statement::Must { .. }
            );
            if judged && !met.contains(&(policy, at)) {
                diags.push(
                    Diagnostic::new(
                        &codes::UNMET_RULE,
                        rule.span,
                        "no planned flow ever meets this rule",
                    )
                    .label("is about nothing that is planned")
                    .help("plan what it is about, or look for a name that is not the one the plans use"),
                );
            }
        }
    }
}
