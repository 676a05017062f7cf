//! A flow in one line judged: tests (§7) and questions.

use super::findings::{nameable, whole_acts};
use super::judge::{Judge, RuleRef, RulingId, Verdict};
use crate::decide::meaning::{has_dimensions, recipients};
use crate::decide::{Acts, Diagram, Dim};
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
    let Some(groups) = answer(judge, &expectation.flow, policy) else {
        return Some(Failure::ImpossibleFacts);
    };
    if groups.is_empty() {
        return Some(Failure::NoActs);
    }
    let wrong: Vec<Group> = groups
        .into_iter()
        .filter(|group| !as_expected(&expectation.expected, group))
        .collect();
    (!wrong.is_empty()).then_some(Failure::Otherwise(wrong))
}

fn as_expected(expected: &Expected, group: &Group) -> bool {
    match (expected, group.verdict) {
        (Expected::May, None) => true,
        (Expected::Never, Some(Verdict::Forbidden | Verdict::KeptTooLong)) => true,
        (Expected::Undeclared, Some(Verdict::Undeclared)) => true,
        (Expected::Needs(facts), Some(Verdict::Conditional)) => {
            let mut facts = facts.clone();
            facts.sort_unstable();
            facts.dedup();
            group.facts.contains(&facts)
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
    let given: Vec<Literal> = flow
        .given
        .iter()
        .map(|(literal, _)| *literal)
        .filter(|literal| !(literal.holds && judge.expired.contains(literal.fact.0 as usize)))
        .collect();
    let worlds = judge.worlds(&given);
    if worlds.is_none() {
        return None;
    }
    let vocabulary = &judge.model.vocabulary;
    let data = match &flow.clauses.data {
        Some(list) => vocabulary.of(Kind::Data).atoms(list),
        None => vocabulary.of(Kind::Data).set(ANY).clone(),
    };
    let mut answer = Vec::new();
    for action in &flow.actions {
        if !has_dimensions(*action, &flow.clauses) {
            continue;
        }
        let acts = acts(judge, flow, *action);
        let retains = *action == Action::Retain;
        let open = judge.space.none();
        let mut groups: BTreeMap<Signature, Diagram> = BTreeMap::new();
        for (ruling, data) in alike(judge, policy, *action, &data) {
            let ruling = judge.get(ruling);
            let parts = judge.classify(&ruling, &acts, &worlds, &flow.fulfilling, &open, retains);
            let mut fine = acts.clone();
            for part in parts {
                fine = fine.minus(&part.acts);
                let whole = whole_acts(judge, &data, &part.acts);
                let signature = (Some(part.verdict), part.rules, part.facts, part.duties);
                add(&mut groups, judge, signature, &whole);
            }
            for (rules, acts) in judge.permitting(&ruling, &fine, &worlds) {
                let whole = whole_acts(judge, &data, &acts);
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
    let mut acts = space.all();
    if action == Action::Retain {
        acts = acts.and(&match &flow.time {
            Some((time, after)) => space
                .kept(Some(time.hours()))
                .and(&space.atoms(Dim::Event, &vocabulary.of(Kind::Event).atoms(after))),
            None => space.kept(None),
        });
    }
    let mut stated = |dim: Dim, list: &Option<NameSet>| {
        if let Some(list) = list {
            acts = acts.and(&space.names(vocabulary, dim, list));
        }
    };
    stated(Dim::To, &clauses.to);
    stated(Dim::From, &clauses.from);
    stated(Dim::Place, &clauses.place);
    stated(Dim::Context, &clauses.context);
    stated(Dim::Resident, &clauses.resident);
    stated(Dim::Subject, &clauses.subject);
    let mut us = FixedBitSet::with_capacity(parties.len());
    us.insert(party::US.0 as usize);
    acts = acts.and(&match &clauses.actor {
        Some(list) => space.names(vocabulary, Dim::Actor, list),
        None => space.atoms(Dim::Actor, &us),
    });
    acts = acts.and(&match &clauses.form {
        Some(list) => space.names(vocabulary, Dim::Form, list),
        None => {
            let forms = vocabulary.of(Kind::Form);
            space.atoms(Dim::Form, forms.set(form::IDENTIFIABLE))
        }
    });
    acts = acts.and(&purposes(judge, clauses.purpose.as_ref()));
    let counterparty = clauses.with.as_ref().or(clauses.from_party.as_ref());
    match (action, counterparty) {
        (Action::Use | Action::Derive | Action::Retain, _) => acts.and(&space.own_source(false)),
        (Action::Share | Action::Sell, list) => {
            // As in a rule, `with any` is any third party.
            let lists: Vec<&NameSet> = list.into_iter().collect();
            let set = recipients(vocabulary, &lists);
            let acts = acts.and(&space.atoms(Dim::Counterparty, &set));
            match list {
                Some(list) => acts.and(&space.names(vocabulary, Dim::Counterparty, list)),
                None => acts,
            }
        }
        (_, Some(list)) => acts.and(&space.names(vocabulary, Dim::Counterparty, list)),
        _ => acts,
    }
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
