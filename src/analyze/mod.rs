//! Exact answers about policies, on their sets of acts (§9).
//!
//! `limits` finds dead rules, conflicts and contradictory limits, `redundant` rules without which
//! nothing changes, `retention` what may be kept for ever, `unmet` rules that no plan meets; `diff`
//! compares two policies, `ask` answers questions, `trace` follows a datum, `coverage` ties a policy
//! to its `notice`. `witness` puts one act of a set into words.

pub mod ask;
pub mod coverage;
pub mod diff;
pub mod limits;
pub mod mentions;
pub mod notice;
pub mod redundant;
pub mod retention;
pub mod trace;
pub mod unmet;
pub mod witness;

use crate::check::Judge;
use crate::decide::EffectiveRule;
use crate::diag::{Code, Diagnostic, Diags, Severity, codes};
use crate::model::{Action, Model, PolicyId};

/// Every finding about a policy alone; those that are off cost nothing.
pub fn check(
    judge: &mut Judge,
    policy: PolicyId,
    level: &dyn Fn(&Code) -> Severity,
    diags: &mut Diags,
) {
    if !judge.is_whole(policy) {
        diags.push(too_large(judge.model, policy));
        return;
    }
    limits::check(judge, policy, diags);
    retention::check(judge, policy, diags);
    if level(&codes::REDUNDANT_RULE) != Severity::Allow {
        redundant::check(judge, policy, diags);
    }
}

/// Says that a policy is beyond the bound: its flows are judged, its rules are not compared.
fn too_large(model: &Model, policy: PolicyId) -> Diagnostic {
    let known = model.policy(policy);
    Diagnostic::new(
        &codes::POLICY_TOO_LARGE,
        known.span,
        format!("`{}` is too large to compare its rules with each other", known.name),
    )
    .label("its flows are judged all the same, rule by rule")
    .note("dead rules, conflicts, contradictory limits and unlimited retention are not looked for here")
    .help("split it into policies that extend or yield to each other")
}

/// A policy's own rules with what they say of an action.
fn own_rules(judge: &mut Judge, policy: PolicyId, action: Action) -> Vec<EffectiveRule> {
    let decision = judge.decision(policy);
    let rules = decision.of(action).rules.iter();
    rules
        .filter(|rule| rule.policy == policy)
        .cloned()
        .collect()
}

/// What people call a rule: its label, or that it is the one shown.
fn name(model: &Model, policy: PolicyId, rule: usize) -> String {
    match &model.policy(policy).rules[rule].label {
        Some(label) => format!("`{label}`"),
        None => "this rule".to_string(),
    }
}
