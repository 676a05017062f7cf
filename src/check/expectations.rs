//! A flow in one line judged: tests (§7) and questions.

use super::findings::{nameable, whole_acts};
use super::judge::{Judge, Part, RuleRef, RulingId, Verdict};
use super::situation::kept;
use crate::decide::meaning::{has_dimensions, recipients};
use crate::decide::{Acts, Diagram, Dim, Product};
use crate::model::plans::Expected;
use crate::model::vocabulary::{ANY, Kind, Literal, NameId, form, party, purpose};
use crate::model::{Action, Expectation, FlowLine, NameSet, PolicyId};
use fixedbitset::FixedBitSet;
use std::collections::BTreeMap;

/// Acts of a flow that have one verdict, decided by the same rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The action.
    pub action: Action,
    /// The verdict; `None` is fine.
    pub verdict: Option<Verdict>,
    /// The rules that decide: of what is fine, those that permit.
    pub rules: Vec<RuleRef>,
    /// The fewest sets of facts that settle it.
    pub facts: Vec<Vec<Literal>>,
    /// Duties not fulfilled.
    pub duties: Vec<NameId>,
    /// The acts.
    pub acts: Acts,
}

/// Why an expectation fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// These acts have another verdict.
    Otherwise(Vec<Group>),
    /// The given facts can't hold together.
    ImpossibleFacts,
    /// It is about no act at all.
    NoActs,
}

/// Whether an expectation holds; if not, why.
pub fn judge(judge: &mut Judge, expectation: &Expectation, policy: PolicyId) -> Option<Failure> {
    if holds(judge, expectation, policy) {
        return None;
    }
    let Some(groups) = answer(judge, &expectation.flow, policy) else {
        return Some(Failure::ImpossibleFacts);
    };
    if groups.is_empty() {
        return Some(Failure::NoActs);
    }
    let wrong: Vec<Group> = groups
        .into_iter()
        .filter(|group| !as_expected(&expectation.expected, group.verdict, &group.facts))
        .collect();
    (!wrong.is_empty()).then_some(Failure::Otherwise(wrong))
}

/// Whether an expectation holds, without the words for what does not.
fn holds(judge: &mut Judge, expectation: &Expectation, policy: PolicyId) -> bool {
    let Some((worlds, data)) = asked(judge, &expectation.flow) else {
        return false;
    };
    let expected = &expectation.expected;
    let mut any = false;
    for action in &expectation.flow.actions {
        for one in verdicts(judge, &expectation.flow, policy, *action, &worlds, &data) {
            let mut parts = one.parts.iter();
            if !parts.all(|part| as_expected(expected, Some(part.verdict), &part.facts))
                || !one.fine.is_none() && !as_expected(expected, None, &[])
            {
                return false;
            }
            let some = !one.parts.is_empty() || !one.fine.is_none();
            any |= some;
        }
    }
    any
}

fn as_expected(expected: &Expected, verdict: Option<Verdict>, settle: &[Vec<Literal>]) -> bool {
    match (expected, verdict) {
        (Expected::May, None) => true,
        (Expected::Never, Some(Verdict::Forbidden | Verdict::KeptTooLong)) => true,
        (Expected::Undeclared, Some(Verdict::Undeclared)) => true,
        (Expected::Needs(facts), Some(Verdict::Conditional)) => {
            let mut facts = facts.clone();
            facts.sort_unstable();
            facts.dedup();
            settle.contains(&facts)
        }
        _ => false,
    }
}

/// Every act of a flow with its verdict, grouped; `None` where the given facts are impossible.
pub fn answer(judge: &mut Judge, flow: &FlowLine, policy: PolicyId) -> Option<Vec<Group>> {
    type Signature = (
        Option<Verdict>,
        Vec<RuleRef>,
        Vec<Vec<Literal>>,
        Vec<NameId>,
    );
    let (worlds, data) = asked(judge, flow)?;
    let mut answer = Vec::new();
    for action in &flow.actions {
        let mut groups: BTreeMap<Signature, Diagram> = BTreeMap::new();
        for one in verdicts(judge, flow, policy, *action, &worlds, &data) {
            for part in one.parts {
                let whole = whole_acts(judge, &one.data, &part.acts);
                let signature = (Some(part.verdict), part.rules, part.facts, part.duties);
                add(&mut groups, judge, signature, &whole);
            }
            let ruling = judge.get(one.ruling);
            for (rules, acts) in judge.permitting(&ruling, &one.fine, &worlds) {
                let whole = whole_acts(judge, &one.data, &acts);
                let signature = (None, rules, Vec::new(), Vec::new());
                add(&mut groups, judge, signature, &whole);
            }
        }
        for ((verdict, rules, facts, duties), acts) in groups {
            for acts in nameable(judge, &acts, *action) {
                answer.push(Group {
                    action: *action,
                    verdict,
                    rules: rules.clone(),
                    facts: facts.clone(),
                    duties: duties.clone(),
                    acts,
                });
            }
        }
    }
    Some(answer)
}

/// The worlds and the data of a flow; `None` where the given facts are impossible.
fn asked(judge: &Judge, flow: &FlowLine) -> Option<(Diagram, FixedBitSet)> {
    let given: Vec<Literal> = flow
        .given
        .iter()
        .map(|(literal, _)| *literal)
        .filter(|literal| !(literal.holds && judge.expired.contains(literal.fact.0 as usize)))
        .collect();
    let worlds = judge.worlds(&given);
    let vocabulary = &judge.model.vocabulary;
    let data = match &flow.clauses.data {
        Some(list) => vocabulary.of(Kind::Data).atoms(list),
        None => vocabulary.of(Kind::Data).set(ANY).clone(),
    };
    (!worlds.is_none()).then_some((worlds, data))
}

/// The acts of a flow on data that no rule tells apart.
struct Verdicts {
    ruling: RulingId,
    data: FixedBitSet,
    /// Those that are not fine.
    parts: Vec<Part>,
    /// The others.
    fine: Diagram,
}

/// The acts of a flow by one action, with their verdicts.
fn verdicts(
    judge: &mut Judge,
    flow: &FlowLine,
    policy: PolicyId,
    action: Action,
    worlds: &Diagram,
    data: &FixedBitSet,
) -> Vec<Verdicts> {
    if !has_dimensions(action, &flow.clauses) {
        return Vec::new();
    }
    let acts = acts(judge, flow, action);
    let retains = action == Action::Retain;
    let open = judge.space.none();
    let alike = alike(judge, policy, action, data);
    let judged = alike.into_iter().map(|(id, data)| {
        let ruling = judge.get(id);
        let parts = judge.classify(&ruling, &acts, worlds, &flow.fulfilling, &open, retains);
        let fine = parts
            .iter()
            .fold(acts.clone(), |fine, part| fine.minus(&part.acts));
        Verdicts {
            ruling: id,
            data,
            parts,
            fine,
        }
    });
    judged.collect()
}

/// Data by what the policy rules of them: what no rule tells apart is judged once.
fn alike(
    judge: &mut Judge,
    policy: PolicyId,
    action: Action,
    data: &FixedBitSet,
) -> BTreeMap<RulingId, FixedBitSet> {
    let mut alike: BTreeMap<RulingId, FixedBitSet> = BTreeMap::new();
    for datum in data.ones() {
        let ruling = judge.ruling(policy, action, NameId(datum as u32), &[]);
        let all = alike
            .entry(ruling)
            .or_insert_with(|| FixedBitSet::with_capacity(data.len()));
        all.insert(datum);
    }
    alike
}

fn add<K: Ord>(groups: &mut BTreeMap<K, Diagram>, judge: &Judge, signature: K, acts: &Diagram) {
    let all = groups
        .entry(signature)
        .or_insert_with(|| judge.space.none());
    *all = all.or(acts);
}

/// The acts of a flow, its data left out. Left out in the text: actor `us` itself, counterparty of
/// share and sell any third party, form `identifiable`, retention without limit, purposes of
/// collection unknown, the rest any.
pub fn acts(judge: &Judge, flow: &FlowLine, action: Action) -> Diagram {
    let (space, vocabulary) = (&judge.space, &judge.model.vocabulary);
    let clauses = &flow.clauses;
    let parties = vocabulary.of(Kind::Party);
    let lists = [
        (Dim::Subject, &clauses.subject),
        (Dim::Resident, &clauses.resident),
        (Dim::Context, &clauses.context),
        (Dim::Place, &clauses.place),
        (Dim::From, &clauses.from),
        (Dim::To, &clauses.to),
    ];
    let mut acts = Product::new(space).and(purposes(judge, clauses.purpose.as_ref()));
    for (dim, list) in lists {
        if let Some(list) = list {
            acts = acts.names(vocabulary, dim, list);
        }
    }
    acts = match &clauses.actor {
        Some(list) => acts.names(vocabulary, Dim::Actor, list),
        None => {
            let mut us = FixedBitSet::with_capacity(parties.len());
            us.insert(party::US.0 as usize);
            acts.atoms(Dim::Actor, &us)
        }
    };
    acts = match &clauses.form {
        Some(list) => acts.names(vocabulary, Dim::Form, list),
        None => {
            let forms = vocabulary.of(Kind::Form);
            acts.atoms(Dim::Form, forms.set(form::IDENTIFIABLE))
        }
    };
    if action == Action::Retain {
        let time = flow.time.as_ref().map(|(time, after)| {
            let events = vocabulary.of(Kind::Event).atoms(after);
            (time.hours(), events)
        });
        acts = kept(acts, space, &time);
    }
    let counterparty = clauses.with.as_ref().or(clauses.from_party.as_ref());
    if matches!(action, Action::Use | Action::Derive | Action::Retain) {
        acts = acts.digits(space.own_source_digits(false));
    } else if let Some(list) = counterparty {
        acts = acts.names(vocabulary, Dim::Counterparty, list);
    }
    if matches!(action, Action::Share | Action::Sell) {
        // As in a rule, `with any` is any third party.
        let lists: Vec<&NameSet> = counterparty.into_iter().collect();
        acts = acts.atoms(Dim::Counterparty, &recipients(vocabulary, &lists));
    }
    acts.acts()
}

/// Purposes of a flow; those of collection are unknown, but for what `collected-purpose` names.
fn purposes(judge: &Judge, list: Option<&NameSet>) -> Diagram {
    let (space, vocabulary) = (&judge.space, &judge.model.vocabulary);
    let unknown = space.collected(false);
    let Some(list) = list else {
        return unknown;
    };
    let all = space.names(vocabulary, Dim::Purpose, list);
    if list.include.contains(&purpose::COLLECTED) {
        let stated = space.atoms(Dim::Purpose, &vocabulary.of(Kind::Purpose).atoms(list));
        all.and(&space.collected(true)).or(&stated.and(&unknown))
    } else {
        all.and(&unknown)
    }
}
