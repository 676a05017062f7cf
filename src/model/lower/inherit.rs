//! What holds in a policy because of others: what it extends and yields to.

use super::cycles;
use super::header::Header;
use crate::diag::{Diagnostic, Diags, codes};
use crate::model::PolicyId;
use crate::model::rules::{Action, Policy, Rule};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

/// Reports the circles of a relation between policies and takes the relation out of them.
pub(super) fn without_circles(
    word: &str,
    mut related: Vec<Vec<(PolicyId, Span)>>,
    list: &mut [Policy],
    diags: &mut Diags,
) -> Vec<Vec<(PolicyId, Span)>> {
    let mut pairs = Vec::new();
    let mut spans = Vec::new();
    for (at, others) in related.iter().enumerate() {
        for (id, span) in others {
            pairs.push((at, id.0 as usize));
            spans.push(*span);
        }
    }
    for circle in cycles::circles(list.len(), &pairs) {
        let inside: Vec<usize> = (0..pairs.len())
            .filter(|at| circle.contains(&pairs[*at].0) && circle.contains(&pairs[*at].1))
            .collect();
        let few: Vec<(usize, usize)> = inside.iter().map(|at| pairs[*at]).collect();
        if let Some(closing) = (0..inside.len()).min_by_key(|at| spans[inside[*at]]) {
            let steps = cycles::through(&few, closing);
            let chain: Vec<String> = steps
                .iter()
                .map(|at| few[*at].0)
                .chain([few[closing].0])
                .map(|at| format!("`{}`", list[at].name))
                .collect();
            let mut diagnostic = Diagnostic::new(
                &codes::HIERARCHY_CYCLE,
                spans[inside[closing]],
                format!(
                    "a policy can't {} itself: {}",
                    infinitive(word),
                    chain.join(&format!(" {word} "))
                ),
            )
            .help("take one of these out");
            for at in steps.iter().skip(1) {
                let (from, to) = few[*at];
                diagnostic = diagnostic.also(
                    spans[inside[*at]],
                    format!("`{}` {word} `{}`", list[from].name, list[to].name),
                );
            }
            diags.push(diagnostic);
        }
        for at in circle.iter().copied() {
            list[at].broken = true;
            related[at].retain(|(id, _)| !circle.contains(&(id.0 as usize)));
        }
    }
    related
}

fn infinitive(word: &str) -> &str {
    match word {
        "extends" => "extend",
        "supersedes" => "supersede",
        _ => "yield to",
    }
}

/// Gives every policy what holds in it by `extends`: rules, header, and whom it yields to.
pub(super) fn inherit(
    list: &mut [Policy],
    headers: &[Header],
    extends: &[Vec<(PolicyId, Span)>],
    diags: &mut Diags,
) {
    let pairs: Vec<(usize, usize)> = extends
        .iter()
        .enumerate()
        .flat_map(|(at, others)| others.iter().map(move |(id, _)| (id.0 as usize, at)))
        .collect();
    let mut closed: Vec<[Option<(bool, Span)>; 7]> = vec![Default::default(); list.len()];
    let mut yields: Vec<Vec<(PolicyId, Span)>> = vec![Vec::new(); list.len()];
    for at in cycles::order(list.len(), &pairs) {
        let header = &headers[at];
        closed[at] = header.closed;
        yields[at] = header.yields_to.clone();
        let mut rules: Vec<Rule> = Vec::new();
        let mut by_label: BTreeMap<String, (Span, usize)> = BTreeMap::new();
        let mut torn: BTreeSet<usize> = BTreeSet::new();
        for (id, place) in &extends[at] {
            let from = id.0 as usize;
            list[at].effective = list[at].effective.or(list[from].effective);
            if header.yields_to.is_empty() {
                for (other, _) in yields[from].clone() {
                    if yields[at].iter().all(|(known, _)| *known != other) {
                        yields[at].push((other, *place));
                    }
                }
            }
            for action in Action::ALL {
                let slot = action as usize;
                let Some((theirs, said)) = closed[from][slot] else {
                    continue;
                };
                match closed[at][slot] {
                    Some((ours, first)) if ours != theirs && header.closed[slot].is_none() => {
                        // The stricter reading, until the policy says which.
                        closed[at][slot] = Some((true, first));
                        if torn.insert(slot) {
                            diags.push(torn_action(&list[at], action, *place, first, said, theirs));
                        }
                    }
                    Some(_) => {}
                    None => closed[at][slot] = Some((theirs, said)),
                }
            }
            for rule in list[from].rules.clone() {
                if rules.iter().any(|known| known.span == rule.span) {
                    continue;
                }
                if let Some(label) = &rule.label {
                    if header.labels.iter().any(|own| own.text == *label) {
                        continue;
                    }
                    if let Some((first, other)) = by_label.get(label)
                        && *other != from
                    {
                        let diagnostic = two_labels(label, *place, &list[at], *first, rule.span);
                        diags.push(diagnostic);
                        list[at].broken = true;
                    } else {
                        by_label.insert(label.clone(), (rule.span, from));
                    }
                }
                rules.push(rule);
            }
        }
        list[at].broken |= !torn.is_empty();
        rules.extend(header.rules.iter().cloned());
        list[at].rules = rules;
        list[at].extends = extends[at].iter().map(|(id, _)| *id).collect();
        for action in Action::ALL {
            let said = closed[at][action as usize];
            list[at].closed[action as usize] =
                said.map_or(action.closed_by_default(), |(closed, _)| closed);
        }
    }
    let yields = without_circles("yields to", yields, list, diags);
    for (policy, others) in list.iter_mut().zip(yields) {
        policy.yields_to = others.into_iter().map(|(id, _)| id).collect();
    }
}

fn torn_action(
    policy: &Policy,
    action: Action,
    place: Span,
    first: Span,
    second: Span,
    closed: bool,
) -> Diagnostic {
    let verb = action.word();
    let words = ["open", "closed"];
    Diagnostic::new(
        &codes::DUPLICATE_NAME,
        place,
        format!(
            "of the policies that `{}` extends, one opens `{verb}` and one closes it",
            policy.name
        ),
    )
    .also(
        first,
        format!("`{verb}` is {} here", words[!closed as usize]),
    )
    .also(
        second,
        format!("`{verb}` is {} here", words[closed as usize]),
    )
    .help(format!(
        "say here which holds: `open {verb}` or `closed {verb}`"
    ))
}

fn two_labels(label: &str, place: Span, policy: &Policy, first: Span, second: Span) -> Diagnostic {
    Diagnostic::new(
        &codes::DUPLICATE_NAME,
        place,
        format!(
            "the policies that `{}` extends bring two different rules labelled `{label}`",
            policy.name
        ),
    )
    .also(first, "one of them")
    .also(second, "the other")
    .help(format!(
        "write a rule `{label}: …` here that replaces both, or give one of them another label"
    ))
}

/// Marks policies that build on one in error.
pub(super) fn spread_errors(list: &mut [Policy]) {
    loop {
        let mut changed = false;
        for at in 0..list.len() {
            let tainted = !list[at].broken
                && list[at]
                    .extends
                    .iter()
                    .chain(&list[at].yields_to)
                    .any(|id| list[id.0 as usize].broken);
            if tainted {
                list[at].broken = true;
                changed = true;
            }
        }
        if !changed {
            return;
        }
    }
}
