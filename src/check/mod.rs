//! Planned flows and tests judged against policies: verdicts as data, then in words.
//!
//! `situation` says what acts an edge or a store stands for, `judge` gives every act its verdict,
//! `findings` groups acts into findings, `plans` and `expectations` drive plans and tests,
//! `standing` checks standing duties, `sense` rules that make none, `wording` says it all to people,
//! and `waivers` silences what was waived.

pub mod expectations;
pub mod findings;
pub mod fingerprint;
pub mod judge;
pub mod plans;
pub mod sense;
pub mod situation;
pub mod standing;
pub mod waivers;
pub mod wording;

pub use findings::{At, Finding};
pub use judge::{Judge, Part, Verdict};

use crate::diag::Diags;
use crate::model::vocabulary::Date;
use crate::model::{Model, PolicyId};

/// Judges every plan and test of a model and the sense of every rule, on a day.
pub fn check(model: &Model, today: Date, diags: &mut Diags) {
    let policies: Vec<PolicyId> = model.policy_ids().collect();
    check_with(&mut Judge::new(model, today), &policies, diags);
}

/// The same with a judge that may go on to other questions; only the rules of `policies` are looked
/// at for their sense.
pub fn check_with(judge: &mut Judge, policies: &[PolicyId], diags: &mut Diags) {
    let model = judge.model;
    sense::check(judge, policies, diags);
    for plan in &model.plans {
        let outcome = plans::judge(judge, plan);
        wording::plan(model, judge, plan, &outcome, diags);
    }
    for test in &model.tests {
        for expectation in &test.expectations {
            for policy in &test.policies {
                let failure = expectations::judge(judge, expectation, *policy);
                if let Some(failure) = failure {
                    wording::expectation(model, test, expectation, *policy, &failure, diags);
                }
            }
        }
    }
}
