//! Rules without which no verdict changes. Off by default: notices repeat themselves.

use super::own_rules;
use crate::check::Judge;
use crate::decide::{Diagram, EffectiveRule};
use crate::diag::{Diagnostic, Diags, codes};
use crate::model::{Action, PolicyId, Statement};
use std::collections::BTreeSet;

/// Finds them in a policy, each on its own: of two that say the same, both are found. A policy that
/// another yields to is left alone, for there it matters whether it speaks.
pub fn check(judge: &mut Judge, policy: PolicyId, diags: &mut Diags) {
    let yielded_to = judge
        .model
        .policies
        .iter()
        .any(|other| other.yields_to.contains(&policy));
    if yielded_to {
        return;
    }
    let mut needed = BTreeSet::new();
    for action in Action::ALL {
        let rules = own_rules(judge, policy, action);
        for at in 0..rules.len() {
            if matters(judge, policy, action, &rules, at) {
                needed.insert(rules[at].rule);
            }
        }
    }
    for (at, rule) in judge.model.policy(policy).rules.iter().enumerate() {
        let judged = !matches!(
            rule.statement,
            Statement::Note { .. } | Statement::Must { .. }
        );
        if judged && !needed.contains(&at) {
            diags.push(
                Diagnostic::new(
                    &codes::REDUNDANT_RULE,
                    rule.span,
                    "without this rule no verdict would change",
                )
                .label("other rules say all of it")
                .help("drop it, or keep it where the notice repeats itself"),
            );
        }
    }
}

fn matters(
    judge: &mut Judge,
    policy: PolicyId,
    action: Action,
    rules: &[EffectiveRule],
    at: usize,
) -> bool {
    let closed = judge.decision(policy).of(action).closed.clone();
    let worlds = judge.space.worlds().clone();
    let none = judge.space.none();
    let others = |of: &dyn Fn(&EffectiveRule) -> Diagram| {
        let rest = rules.iter().enumerate().filter(|(other, _)| *other != at);
        rest.fold(none.clone(), |all, (_, rule)| all.or(&of(rule)))
    };
    let rule = &rules[at];
    let forbids = others(&|rule| rule.forbids.clone());
    if !rule.forbids.and(&worlds).within(&forbids) {
        return true;
    }
    let permits = others(&|rule| rule.permits.clone());
    let permitted = rule.permits.and(&worlds).and(&closed).minus(&forbids);
    if !permitted.within(&permits) {
        return true;
    }
    rule.duties.iter().any(|duty| {
        let needs = others(&|other| {
            if other.duties.contains(duty) {
                other.needs.clone()
            } else {
                none.clone()
            }
        });
        !rule.needs.and(&worlds).minus(&forbids).within(&needs)
    })
}
