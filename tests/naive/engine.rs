//! What the engine says, in the naive judge's terms: its boxes of acts written out act by act.

use super::findings::{At, Findings, Key, Other};
use super::judge::Verdict;
use abide::check::{self, Finding};
use abide::decide::Dim;
use abide::model::plans::Plan;
use abide::model::vocabulary::Date;
use abide::model::{Model, NameId};
use std::collections::BTreeSet;
use std::rc::Rc;

/// Runs the engine; the second result says where its findings break a promise of their own (acts
/// named twice by findings that are one).
pub fn findings(model: &Model, today: Date) -> (Findings, Vec<String>) {
    let mut found = Findings::default();
    let mut broken = Vec::new();
    let mut judge = check::Judge::new(model, today);
    for (at, plan) in model.plans.iter().enumerate() {
        one_plan(&mut judge, plan, at, &mut found, &mut broken);
    }
    for (at, test) in model.tests.iter().enumerate() {
        for policy in &test.policies {
            for (line, expectation) in test.expectations.iter().enumerate() {
                let failure = check::expectations::judge(&mut judge, expectation, *policy);
                if failure.is_some() {
                    found.failed.insert((at, *policy, line));
                }
            }
        }
    }
    (found, broken)
}

fn one_plan(
    judge: &mut check::Judge,
    plan: &Plan,
    at: usize,
    found: &mut Findings,
    broken: &mut Vec<String>,
) {
    let outcome = check::plans::judge(judge, plan);
    // "Acts of one edge with the same action, verdict and deciding rules are one finding".
    let mut named = BTreeSet::new();
    for (number, finding) in outcome.findings.iter().enumerate() {
        let mut twice = false;
        let verdict = Rc::new(verdict(finding));
        let rules: Vec<String> = finding
            .rules
            .iter()
            .map(|rule| format!("{rule:?}"))
            .collect();
        let keys = keys(at, finding);
        if keys.is_empty() {
            broken.push(format!("finding {number} of plan {at} is about no act"));
        }
        for key in keys {
            if !named.insert((key.clone(), verdict.clone(), rules.clone())) {
                twice = true;
            }
            found.acts.entry(key).or_default().insert(verdict.clone());
        }
        if twice {
            broken.push(format!(
                "finding {number} of plan {at} names acts of another"
            ));
        }
    }
    let mut other = |code: &'static str, place: At, what: u32| {
        found.others.insert(Other {
            plan: at,
            code,
            at: place,
            policy: None,
            what,
        });
    };
    for one in &outcome.unsourced {
        other("unsourced-data", At::Edge(one.edge), one.name.0);
    }
    for edge in &outcome.nothing {
        other("nothing-to-carry", At::Edge(*edge), 0);
    }
    for (edge, _) in &outcome.reidentified {
        other("reidentified-data", At::Edge(*edge), 0);
    }
    for (place, _) in &outcome.impossible {
        other("impossible-facts", self::at(*place), 0);
    }
    for (place, ..) in &outcome.expired {
        other("expired-fact", self::at(*place), 0);
    }
    for (edge, _) in &outcome.regions {
        other("region-unstated", At::Edge(*edge), 0);
    }
    for unmet in &outcome.unmet {
        found.others.insert(Other {
            plan: at,
            code: "unmet-standing-duty",
            at: At::Store(unmet.node),
            policy: Some(unmet.rule.0),
            what: unmet.rule.1 as u32,
        });
    }
}

fn at(place: check::At) -> At {
    match place {
        check::At::Edge(edge) => At::Edge(edge),
        check::At::Store(node) => At::Store(node),
    }
}

fn verdict(finding: &Finding) -> Verdict {
    Verdict {
        code: finding.code().name,
        facts: finding
            .facts
            .iter()
            .map(|set| set.iter().copied().collect())
            .collect(),
        duties: finding.duties.iter().copied().collect(),
    }
}

/// Every act of a finding.
fn keys(plan: usize, finding: &Finding) -> Vec<Key> {
    let of = |dim: Dim| -> Vec<NameId> {
        let set = finding.acts.of(dim);
        set.ones().map(|name| NameId(name as u32)).collect()
    };
    // Empty where the action lacks the dimension.
    let optional = |dim: Dim| -> Vec<Option<NameId>> {
        match of(dim) {
            names if names.is_empty() => vec![None],
            names => names.into_iter().map(Some).collect(),
        }
    };
    let mut keys = vec![];
    for data in of(Dim::Data) {
        for form in of(Dim::Form) {
            for subject in of(Dim::Subject) {
                for resident in of(Dim::Resident) {
                    for context in of(Dim::Context) {
                        for actor in of(Dim::Actor) {
                            for counterparty in optional(Dim::Counterparty) {
                                for purpose in of(Dim::Purpose) {
                                    for place in optional(Dim::Place) {
                                        for from in optional(Dim::From) {
                                            for to in optional(Dim::To) {
                                                keys.push(Key {
                                                    plan,
                                                    policy: finding.policy,
                                                    at: at(finding.at),
                                                    action: finding.action,
                                                    data,
                                                    form,
                                                    subject,
                                                    resident,
                                                    context,
                                                    actor,
                                                    counterparty,
                                                    purpose,
                                                    place,
                                                    from,
                                                    to,
                                                });
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
    keys
}
