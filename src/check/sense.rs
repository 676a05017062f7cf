//! Rules that make no sense on their own: about no act at all, or with exceptions that reach nothing.

use super::judge::Judge;
use crate::decide::meaning::{meaning, standing, unreachable};
use crate::diag::{Diagnostic, Diags, codes};
use crate::model::{Model, PolicyId, Rule, Statement};
use std::collections::BTreeSet;

/// Finds them in a policy.
pub fn check(judge: &mut Judge, policy: PolicyId, diags: &mut Diags) {
    let model = judge.model;
    let heard = heard(judge, policy);
    for (at, rule) in model.policy(policy).rules.iter().enumerate() {
        if !heard.contains(&at) && is_empty(model, judge, rule) {
            diags.push(
                Diagnostic::new(
                    &codes::EMPTY_RULE,
                    rule.span,
                    "this rule is about no act at all",
                )
                .label("what its clauses name has nothing in common")
                .note("an act has one datum, one counterparty and so on; a rule whose clauses exclude each other says nothing")
                .help("widen a clause, or drop the rule"),
            );
            continue;
        }
        for span in unreachable(&judge.space, &model.vocabulary, rule) {
            let own = span == rule.span;
            let mut diagnostic = Diagnostic::new(
                &codes::UNREACHABLE_EXCEPTION,
                span,
                if own {
                    "what `only` or `unless` allows here reaches nothing"
                } else {
                    "this exception reaches nothing"
                },
            )
            .note("an exception never reaches beyond the rule around it: only what both are about is excepted")
            .help("name something that the rule around it covers, or drop the exception");
            if !own {
                diagnostic = diagnostic.also(
                    rule.span,
                    "nothing in this rule is what the exception names",
                );
            }
            diags.push(diagnostic);
        }
    }
}

/// Rules that a compiled policy shows to say something: what is yielded elsewhere does not show.
fn heard(judge: &mut Judge, policy: PolicyId) -> BTreeSet<usize> {
    let decision = judge.decision(policy);
    let worlds = judge.space.timeless_worlds();
    let rules = decision.actions.iter().flat_map(|action| &action.rules);
    rules
        .filter(|rule| rule.policy == policy)
        .filter(|rule| {
            let sets = [&rule.permits, &rule.forbids, &rule.lifts, &rule.needs];
            sets.iter().any(|set| !set.disjoint(worlds))
        })
        .map(|rule| rule.rule)
        .collect()
}

fn is_empty(model: &Model, judge: &Judge, rule: &Rule) -> bool {
    let (space, vocabulary) = (&judge.space, &model.vocabulary);
    let worlds = space.timeless_worlds();
    match &rule.statement {
        Statement::Note { .. } => false,
        Statement::Must { .. } => {
            standing(space, vocabulary, rule).is_none_or(|acts| acts.disjoint(worlds))
        }
        _ => rule.actions.iter().all(|action| {
            let sets = meaning(space, vocabulary, rule, *action);
            [&sets.permits, &sets.forbids, &sets.lifts, &sets.needs]
                .iter()
                .all(|set| set.disjoint(worlds))
        }),
    }
}
