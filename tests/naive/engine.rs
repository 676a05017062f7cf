//! What the engine says, in the naive judge's terms: its boxes of acts written out act by act.

use super::findings::{At, Findings, Key, Other};
use super::flow::Way;
use super::judge::Verdict;
use abide::check::{self, Finding, Judge};
use abide::decide::Dim;
use abide::jobs::on;
use abide::model::plans::Plan;
use abide::model::vocabulary::Date;
use abide::model::{Model, NameId};
use rustc_hash::FxHashSet;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Runs the engine; the second result says where its findings break a promise of their own: no two of
/// them should be one, and each shows the shortest way (where `page` has the ways).
pub fn findings(model: &Model, today: Date, page: &Findings) -> (Findings, Vec<String>) {
    let mut found = Findings::default();
    let mut broken = Vec::new();
    let mut judge = check::Judge::new(model, today);
    for (at, plan) in model.plans.iter().enumerate() {
        one_plan(&mut judge, plan, at, page, &mut found, &mut broken);
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
    page: &Findings,
    found: &mut Findings,
    broken: &mut Vec<String>,
) {
    let outcome = check::plans::judge(judge, plan);
    // "Acts of one edge with the same action, verdict and deciding rules are one finding".
    let mut named = FxHashSet::default();
    let mut shown: Vec<(Rc<Verdict>, Vec<Key>, Rc<Way>)> = Vec::new();
    for (number, finding) in outcome.findings.iter().enumerate() {
        let verdict = Rc::new(verdict(finding));
        let edges: Vec<usize> = finding.way.iter().map(|(edge, _)| *edge).collect();
        let way = Rc::new((edges.len(), edges));
        let keys = keys(at, finding);
        if keys.is_empty() {
            broken.push(format!("finding {number} of plan {at} is about no act"));
        }
        let twice = keys
            .iter()
            .filter(|key| !named.insert(((*key).clone(), verdict.clone(), &finding.rules)))
            .count();
        if twice > 0 {
            broken.push(format!(
                "finding {number} of plan {at} names {twice} acts of another"
            ));
        }
        for key in &keys {
            let verdicts = found.acts.entry(key.clone()).or_default();
            let ways = verdicts.entry(verdict.clone()).or_default();
            ways.insert(way.clone());
        }
        shown.push((verdict, keys, way));
    }
    broken.extend(
        shown
            .iter()
            .enumerate()
            .filter_map(|(number, (verdict, keys, way))| {
                let why = wrong_way(page, found, verdict, keys, way)?;
                Some(format!("finding {number} of plan {at} {why}"))
            }),
    );
    // What is not listed is counted, and as often.
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    for finding in &outcome.findings {
        *counts.entry(finding.code().name).or_default() += 1;
    }
    let compiled = judge.compiled();
    let counted = on(3, || {
        check::plans::judge_most(&mut Judge::of(compiled), plan, 0)
    });
    if counted.more != counts || !counted.findings.is_empty() {
        let (more, some) = (counted.more, counts);
        broken.push(format!("plan {at} has {some:?} and counts {more:?}"));
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

/// "shown with the shortest path that brings it there": the way of a label that makes some of the acts,
/// and the shortest where no other finding (of other deciding rules) has the same acts.
fn wrong_way(
    page: &Findings,
    found: &Findings,
    verdict: &Rc<Verdict>,
    keys: &[Key],
    way: &Rc<Way>,
) -> Option<String> {
    let ways: BTreeSet<&Rc<Way>> = keys
        .iter()
        .filter_map(|key| page.acts.get(key)?.get(verdict))
        .flatten()
        .collect();
    let shortest = *ways.first()?;
    if !ways.contains(way) {
        return Some(format!("shows the way {:?}, which is none", way.1));
    }
    let alone = keys.iter().all(|key| found.acts[key][verdict].len() == 1);
    (alone && way != shortest).then(|| format!("shows the way {:?}, not {:?}", way.1, shortest.1))
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
