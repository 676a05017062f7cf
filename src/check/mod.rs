//! Planned flows and tests judged against policies: verdicts as data, then in words.
//!
//! `situation` says what acts an edge or a store stands for, `judge` what a policy rules of a datum,
//! `verdicts` gives every act its verdict, `findings` groups acts into findings, `plans` and
//! `expectations` drive plans and tests, `standing` checks standing duties, `sense` rules that make
//! none, `places` are where a plan's acts happen, `judging` goes through them, `remarks` are what is said of a plan besides
//! verdicts, `wording` says it all to people, `cells` finds places in rows that others share, and `waivers`
//! silences what was waived.

pub mod acts;
pub mod alike;
pub mod cells;
pub mod classes;
pub mod counts;
pub mod expectations;
pub mod findings;
pub mod fingerprint;
pub mod judge;
pub mod judging;
pub mod places;
pub mod plans;
pub mod profiles;
pub mod remarks;
pub mod sense;
pub mod situation;
pub mod standing;
pub mod suspects;
pub mod verdicts;
pub mod waivers;
pub mod wording;

#[cfg(test)]
mod spec;

pub use findings::{At, Finding};
pub use judge::{Compiled, Judge, Part, Verdict};

use crate::diag::Diags;
use crate::model::vocabulary::Date;
use crate::model::{Model, Plan, PolicyId};
use std::collections::BTreeMap;

/// Judges every plan and test of a model and the sense of every rule, on a day.
pub fn check(model: &Model, today: Date, diags: &mut Diags) {
    let mut judge = Judge::new(model, today);
    for id in model.policy_ids() {
        sense::check(&mut judge, id, diags);
        tests(&mut judge, id, diags);
    }
    for at in &model.plans {
        plan(&mut judge, at, usize::MAX, diags);
    }
}

/// Findings that are counted and not listed, by code.
pub type More = BTreeMap<&'static str, usize>;

/// Judges a plan against the policies it checks. As many findings as are wanted are listed, the first
/// in the text; the others are counted.
pub fn plan(judge: &mut Judge, plan: &Plan, most: usize, diags: &mut Diags) -> More {
    let outcome = plans::judge_most(judge, plan, most);
    wording::plan(judge.model, judge, plan, &outcome, most, diags)
}

/// Judges what tests expect of a policy.
pub fn tests(judge: &mut Judge, policy: PolicyId, diags: &mut Diags) {
    let model = judge.model;
    for test in &model.tests {
        if !test.policies.contains(&policy) {
            continue;
        }
        for expectation in &test.expectations {
            if let Some(failure) = expectations::judge(judge, expectation, policy) {
                wording::expectation(model, test, expectation, policy, &failure, diags);
            }
        }
    }
}
