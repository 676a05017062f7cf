//! The expectations of tests: "a flow in one line" (§7 of the language page).

use super::acts::{Acts, TooMany, each_act};
use super::flow::{self, CollectedFor};
use super::judge::{Judge, Verdict};
use super::memo::{Memo, Setting};
use super::sets::{Names, Retention, Sets};
use abide::model::plans::{Expectation, Expected, FlowLine};
use abide::model::vocabulary::{form, party};
use abide::model::{Action, NameId, NameSet};
use abide::syntax::ast::Kind;
use std::collections::BTreeSet;

/// "An expectation …; it fails unless *all* its acts have that verdict."
pub fn holds(
    judge: &Judge,
    memo: &mut Memo,
    expectation: &Expectation,
    limit: usize,
) -> Result<bool, TooMany> {
    let flow = &expectation.flow;
    let given = flow::given(judge.sets, &flow.given, judge.today);
    // What no world allows is an error, whatever is expected of it.
    if judge.agreeing(&given).next().is_none() {
        return Ok(false);
    }
    let setting = memo.setting(Setting {
        ancestors: Names::new(),
        given,
        fulfilled: flow.fulfilling.iter().copied().collect(),
    });
    let mut any = false;
    for acts in acts(judge.sets, flow) {
        for act in each_act(&acts, limit)? {
            any = true;
            let verdict = memo.verdict(setting, &act);
            if !is_as_expected(&expectation.expected, verdict.as_deref()) {
                return Ok(false);
            }
        }
    }
    // An expectation about no act at all proves nothing.
    Ok(any)
}

fn is_as_expected(expected: &Expected, verdict: Option<&Verdict>) -> bool {
    let Some(verdict) = verdict else {
        return *expected == Expected::May;
    };
    match expected {
        Expected::May => false,
        Expected::Never => matches!(
            verdict.code,
            "forbidden-flow" | "retention-too-long" | "retention-unstated"
        ),
        Expected::Undeclared => verdict.code == "undeclared-flow",
        // "all are conditional, and F is one of the fewest sets"
        Expected::Needs(facts) => {
            verdict.code == "conditional-flow"
                && verdict.facts.contains(&facts.iter().copied().collect())
        }
    }
}

/// "Left out: actor `us` itself, counterparty of share and sell any third party, form `identifiable`,
/// retention without limit, purposes of collection unknown, the rest any."
fn acts(sets: &Sets, flow: &FlowLine) -> Vec<Acts> {
    let clauses = &flow.clauses;
    let mut all = Vec::new();
    for action in flow
        .actions
        .iter()
        .filter(|action| says_something_of(flow, **action))
    {
        let transfer = *action == Action::Transfer;
        for (own_source, counterparty) in counterparties(sets, flow, *action) {
            for data in sets.list_or_any(Kind::Data, clauses.data.as_ref()) {
                let region = |list: &Option<NameSet>| sets.list_or_any(Kind::Region, list.as_ref());
                all.push(Acts {
                    action: *action,
                    data,
                    form: match &clauses.form {
                        Some(list) => sets.list(Kind::Form, list),
                        None => sets.of(Kind::Form, form::IDENTIFIABLE).clone(),
                    },
                    subject: sets.list_or_any(Kind::Subject, clauses.subject.as_ref()),
                    resident: region(&clauses.resident),
                    context: sets.list_or_any(Kind::Context, clauses.context.as_ref()),
                    actor: match &clauses.actor {
                        Some(list) => sets.list(Kind::Party, list),
                        None => Names::from([party::US]),
                    },
                    counterparty: counterparty.clone(),
                    own_source: BTreeSet::from([own_source]),
                    purpose: flow::purposes(sets, clauses.purpose.as_ref(), &CollectedFor::Unknown),
                    place: (!transfer).then(|| region(&clauses.place)),
                    from: transfer.then(|| region(&clauses.from)),
                    to: transfer.then(|| region(&clauses.to)),
                    retention: retention(sets, flow, *action),
                    covered_source: false,
                    to_a_source: false,
                });
            }
        }
    }
    all
}

/// As in a rule, nothing is said of actions that lack a dimension named.
fn says_something_of(flow: &FlowLine, action: Action) -> bool {
    let clauses = &flow.clauses;
    let transfer = action == Action::Transfer;
    let disclose = matches!(action, Action::Share | Action::Sell);
    (clauses.with.is_none() || disclose || transfer)
        && (clauses.from_party.is_none() || action == Action::Collect)
        && (clauses.from.is_none() || transfer)
        && (clauses.to.is_none() || transfer)
        && (clauses.place.is_none() || !transfer)
        && (flow.time.is_none() || action == Action::Retain)
}

/// The counterparties, once as the datum's own source and once not, where it could be either.
fn counterparties(sets: &Sets, flow: &FlowLine, action: Action) -> Vec<(bool, Option<Names>)> {
    let disclose = matches!(action, Action::Share | Action::Sell);
    let list = match action {
        Action::Collect => flow.clauses.from_party.as_ref(),
        Action::Share | Action::Sell | Action::Transfer => flow.clauses.with.as_ref(),
        Action::Use | Action::Derive | Action::Retain => return vec![(false, None)],
    };
    let named_under = |role: NameId| {
        list.is_some_and(|list| {
            let mut names = list.include.iter().chain(&list.exclude);
            names.any(|name| *name == party::ITS_SOURCE || sets.within(Kind::Party, *name, role))
        })
    };
    let by_default = |name: NameId| {
        sets.within(Kind::Party, name, party::THIRD_PARTY)
            || [party::US, party::DATA_SUBJECT]
                .into_iter()
                .any(|role| sets.within(Kind::Party, name, role) && named_under(role))
    };
    [false, true]
        .into_iter()
        .map(|own_source| {
            let names = sets.any(Kind::Party).iter().copied().filter(|name| {
                let listed = |list| sets.covers(Kind::Party, list, *name, own_source);
                list.is_none_or(listed) && (!disclose || by_default(*name))
            });
            (own_source, Some(names.collect()))
        })
        .collect()
}

fn retention(sets: &Sets, flow: &FlowLine, action: Action) -> Option<BTreeSet<Retention>> {
    match (&flow.time, action) {
        (Some((time, after)), Action::Retain) => {
            let events = sets.list(Kind::Event, after);
            Some(
                events
                    .into_iter()
                    .map(|event| Some((time.hours(), event)))
                    .collect(),
            )
        }
        (None, Action::Retain) => Some(BTreeSet::from([None])),
        _ => None,
    }
}
