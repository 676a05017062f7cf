//! Rules that undo each other: dead permissions, conflicts, limits that leave nothing.

use super::{name, own_rules, witness};
use crate::check::Judge;
use crate::decide::compile::union;
use crate::decide::{Diagram, Dim, EffectiveRule};
use crate::diag::{Diagnostic, Diags, codes};
use crate::model::vocabulary::{Kind, form};
use crate::model::{Action, PolicyId, Rule, Statement};
use crate::source::Span;
use fixedbitset::FixedBitSet;
use std::collections::{BTreeMap, BTreeSet};

/// Of a rule, the acts of each action that it permits (identifiable ones, where it names no form;
/// and all), forbids and lifts, in any world at first.
struct Sides {
    rule: usize,
    actions: BTreeMap<Action, Side>,
}

#[derive(Clone)]
struct Side {
    /// Data and counterparties it is about: rules that share none need no closer look.
    data: FixedBitSet,
    counterparty: FixedBitSet,
    permits: Diagram,
    permits_all: Diagram,
    forbids: Diagram,
    lifts: Diagram,
}

/// Finds dead rules, conflicts and contradictory limits of a policy.
pub fn check(judge: &mut Judge, policy: PolicyId, diags: &mut Diags) {
    let sides = sides(judge, policy);
    let contradictory = contradictory(judge, policy, &sides, diags);
    let forbidden = forbidden(judge, policy, &sides);
    let touched = |permission: &Sides| {
        let mut actions = permission.actions.iter();
        actions.any(|(action, side)| !side.permits.disjoint(&forbidden[action]))
    };
    for permission in sides.iter().filter(|permission| touched(permission)) {
        let permission = &permission.in_worlds(judge.space.timeless_worlds());
        if !touched(permission) {
            continue;
        }
        let dead = permission
            .actions
            .iter()
            .all(|(action, side)| side.permits.within(&forbidden[action]));
        let against: Vec<&Sides> = sides
            .iter()
            .filter(|other| other.rule != permission.rule)
            .filter(|other| !contradictory.contains(&pair(permission.rule, other.rule)))
            .filter(|other| overlap(permission, other).is_some())
            .collect();
        if dead {
            if !against.is_empty()
                && forbids_nothing_else(judge.space.timeless_worlds(), permission, &sides)
            {
                diags.push(dead_rule(judge, policy, permission, &against));
            }
            continue;
        }
        for other in against {
            let worlds = judge.space.timeless_worlds();
            if !within(permission, other) && !inside(worlds, permission, other) {
                diags.push(conflict(judge, policy, permission, other));
            }
        }
    }
}

/// What all rules together forbid, by action.
fn forbidden(judge: &mut Judge, policy: PolicyId, sides: &[Sides]) -> BTreeMap<Action, Diagram> {
    let decision = judge.decision(policy);
    let forbidden = Action::ALL.into_iter().map(|action| {
        let said = decision.of(action);
        if said.rules.iter().all(|rule| rule.policy == policy) {
            return (action, said.forbids.clone());
        }
        // What others decide does not count here.
        let sets = sides.iter().filter_map(|rule| rule.actions.get(&action));
        let sets = sets.map(|side| &side.forbids).collect();
        // A policy beyond the bound is not looked at here.
        let all = union(&judge.space, sets).unwrap_or_else(|| judge.space.none());
        (action, all)
    });
    forbidden.collect()
}

fn sides(judge: &mut Judge, policy: PolicyId) -> Vec<Sides> {
    let mut all: BTreeMap<usize, Sides> = BTreeMap::new();
    let identifiable = {
        let forms = judge.model.vocabulary.of(Kind::Form);
        judge.space.atoms(Dim::Form, forms.set(form::IDENTIFIABLE))
    };
    for action in Action::ALL {
        for rule in own_rules(judge, policy, action) {
            let EffectiveRule {
                rule: at,
                permits,
                forbids,
                lifts,
                data,
                ..
            } = rule;
            let permits_all = permits;
            let permits = if names_form(&judge.model.policy(policy).rules[at]) {
                permits_all.clone()
            } else {
                permits_all.and(&identifiable)
            };
            let vocabulary = &judge.model.vocabulary;
            let with = |set| judge.space.project(set, Dim::Counterparty, vocabulary);
            let mut counterparty = with(&permits_all);
            counterparty.union_with(&with(&forbids));
            counterparty.union_with(&with(&lifts));
            let side = Side {
                data,
                counterparty,
                permits,
                permits_all,
                forbids,
                lifts,
            };
            let sides = all.entry(at).or_insert_with(|| Sides {
                rule: at,
                actions: BTreeMap::new(),
            });
            sides.actions.insert(action, side);
        }
    }
    all.into_values().collect()
}

/// Whether other rules forbid all that a rule forbids: a limit whose permission is removed may still
/// be what forbids the rest, and then it is not dead.
fn forbids_nothing_else(worlds: &Diagram, rule: &Sides, sides: &[Sides]) -> bool {
    rule.actions.iter().all(|(action, side)| {
        // Taking away from the small set is cheaper than adding up all that the others forbid.
        let mut rest = side.forbids.and(worlds);
        for other in sides.iter().filter(|other| other.rule != rule.rule) {
            if rest.is_none() {
                break;
            }
            match other.actions.get(action) {
                Some(other) if side.meets(other) => rest = rest.minus(&other.forbids),
                _ => {}
            }
        }
        rest.is_none()
    })
}

/// Whether what a rule permits names a form.
fn names_form(rule: &Rule) -> bool {
    match &rule.statement {
        Statement::May { clauses, .. } => clauses.form.is_some(),
        Statement::Never { except, .. } => except.iter().any(|e| e.clauses.form.is_some()),
        Statement::Limit {
            must_hold, except, ..
        } => must_hold.form.is_some() || except.iter().any(|e| e.clauses.form.is_some()),
        _ => false,
    }
}

impl Sides {
    /// The same with what it permits in these worlds alone: few rules permit what others forbid, and
    /// the worlds of a policy are a large set.
    fn in_worlds(&self, worlds: &Diagram) -> Sides {
        let side = |(action, side): (&Action, &Side)| {
            let permits = side.permits.and(worlds);
            (
                *action,
                Side {
                    permits,
                    ..side.clone()
                },
            )
        };
        Sides {
            rule: self.rule,
            actions: self.actions.iter().map(side).collect(),
        }
    }
}

impl Side {
    /// Whether the two could share an act at all.
    fn meets(&self, other: &Side) -> bool {
        !self.data.is_disjoint(&other.data) && !self.counterparty.is_disjoint(&other.counterparty)
    }
}

fn pair(a: usize, b: usize) -> (usize, usize) {
    (a.min(b), a.max(b))
}

/// The first action in which a permission meets a prohibition, with the acts they share.
fn overlap(permission: &Sides, prohibition: &Sides) -> Option<(Action, Diagram)> {
    permission.actions.iter().find_map(|(action, side)| {
        let other = prohibition.actions.get(action)?;
        if side.permits.is_none() || other.forbids.is_none() || !side.meets(other) {
            return None;
        }
        let shared = side.permits.and(&other.forbids);
        (!shared.is_none()).then_some((*action, shared))
    })
}

/// Whether the permission lies within the prohibition.
fn within(permission: &Sides, prohibition: &Sides) -> bool {
    permission.actions.iter().all(|(action, side)| {
        side.permits.is_none()
            || prohibition
                .actions
                .get(action)
                .is_some_and(|other| side.permits.within(&other.forbids))
    })
}

/// Whether the prohibition lies within the permission, by all its forms: ordinary drafting.
fn inside(worlds: &Diagram, permission: &Sides, prohibition: &Sides) -> bool {
    prohibition.actions.iter().all(|(action, side)| {
        let forbids = side.forbids.and(worlds);
        let permitted = permission.actions.get(action);
        forbids.is_none() || permitted.is_some_and(|other| forbids.within(&other.permits_all))
    })
}

/// Pairs of limits that together forbid all that both are about, though each alone allows some.
fn contradictory(
    judge: &Judge,
    policy: PolicyId,
    sides: &[Sides],
    diags: &mut Diags,
) -> BTreeSet<(usize, usize)> {
    let is_limit = |sides: &&Sides| {
        matches!(
            judge.model.policy(policy).rules[sides.rule].statement,
            Statement::Limit { .. } | Statement::Retain { .. } | Statement::Processor { .. }
        )
    };
    let limits: Vec<&Sides> = sides.iter().filter(is_limit).collect();
    let mut found = BTreeSet::new();
    for (at, a) in limits.iter().enumerate() {
        for b in &limits[at + 1..] {
            let together = a.actions.iter().find_map(|(action, one)| {
                let other = b.actions.get(action)?;
                if !one.meets(other) {
                    return None;
                }
                if one.lifts.disjoint(&other.forbids) || other.lifts.disjoint(&one.forbids) {
                    return None;
                }
                let scope = one.lifts.or(&one.forbids);
                let worlds = judge.space.timeless_worlds();
                let common = scope.and(&other.lifts.or(&other.forbids)).and(worlds);
                let forbidden = one.forbids.or(&other.forbids);
                let empty = common.within(&forbidden)
                    && !common.disjoint(&one.lifts)
                    && !common.disjoint(&other.lifts);
                empty.then_some((*action, common))
            });
            if let Some((action, common)) = together {
                found.insert(pair(a.rule, b.rule));
                diags.push(contradiction(
                    judge,
                    policy,
                    (a.rule, b.rule),
                    action,
                    &common,
                ));
            }
        }
    }
    found
}

fn span(judge: &Judge, policy: PolicyId, rule: usize) -> Span {
    judge.model.policy(policy).rules[rule].span
}

fn words(judge: &Judge, action: Action, set: &Diagram) -> String {
    witness::line(
        &judge.space,
        &judge.model.vocabulary,
        judge.space.timeless_worlds(),
        action,
        set,
    )
    .unwrap_or_default()
}

fn contradiction(
    judge: &Judge,
    policy: PolicyId,
    rules: (usize, usize),
    action: Action,
    common: &Diagram,
) -> Diagnostic {
    let (first, second) = (span(judge, policy, rules.0), span(judge, policy, rules.1));
    Diagnostic::new(
        &codes::CONTRADICTORY_LIMITS,
        second,
        format!(
            "this limit and {} together leave nothing",
            name_or(judge, policy, rules.0, "an earlier one")
        ),
    )
    .label("allows only what the other forbids")
    .also(first, "allows only what this one forbids")
    .note(format!(
        "no such act is allowed, for one: {}",
        words(judge, action, common)
    ))
    .note("each limit must hold: of two `only`, both count")
    .help("join them into one limit with both on its right side, or give each its own data")
}

fn dead_rule(
    judge: &Judge,
    policy: PolicyId,
    permission: &Sides,
    against: &[&Sides],
) -> Diagnostic {
    let own = span(judge, policy, permission.rule);
    let mut diagnostic = Diagnostic::new(
        &codes::DEAD_RULE,
        own,
        "all that this rule permits is forbidden by others",
    )
    .label("permits nothing in the end");
    for other in against.iter().take(3) {
        diagnostic = diagnostic.also(span(judge, policy, other.rule), "forbids it");
    }
    let shared = against.iter().find_map(|other| overlap(permission, other));
    if let Some((action, shared)) = shared {
        diagnostic = diagnostic.note(format!("for one: {}", words(judge, action, &shared)));
    }
    diagnostic
        .note("prohibitions win over permissions of other rules")
        .help("what is meant to be let through belongs into the prohibition: `never … except …`")
}

fn conflict(
    judge: &Judge,
    policy: PolicyId,
    permission: &Sides,
    prohibition: &Sides,
) -> Diagnostic {
    let (action, shared) =
        overlap(permission, prohibition).expect("only pairs that overlap conflict");
    Diagnostic::new(
        &codes::CONFLICT,
        span(judge, policy, permission.rule),
        format!(
            "{} permits what {} forbids",
            name(judge.model, policy, permission.rule),
            name_or(judge, policy, prohibition.rule, "another rule")
        ),
    )
    .label("permits it")
    .also(span(judge, policy, prohibition.rule), "forbids it, and wins")
    .note(format!("for one: {}", words(judge, action, &shared)))
    .help("say it in one of them: `may … except …` if the prohibition is meant to carve it out, `never … except …` if the permission is meant to go first")
}

fn name_or(judge: &Judge, policy: PolicyId, rule: usize, otherwise: &str) -> String {
    match &judge.model.policy(policy).rules[rule].label {
        Some(label) => format!("`{label}`"),
        None => otherwise.to_string(),
    }
}
