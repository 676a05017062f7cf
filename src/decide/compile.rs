//! A policy as one set for each question: permitted, forbidden, in need of a duty.

use super::diagram::Diagram;
use super::meaning::{data, duties, meaning};
use super::space::{Dim, Space};
use crate::jobs;
use crate::model::vocabulary::{Kind, NameId, party};
use crate::model::{Action, Model, PolicyId};
use fixedbitset::FixedBitSet;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Rules whose sets a thread makes at a time.
const PIECE: usize = 50;

/// A rule where it counts: its sets, within the acts its policy decides.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EffectiveRule {
    /// The policy whose rule it is.
    pub policy: PolicyId,
    /// Its position in that policy's rules.
    pub rule: usize,
    /// Acts it permits.
    pub permits: Diagram,
    /// Acts it forbids.
    pub forbids: Diagram,
    /// Acts it would forbid but for its exceptions.
    pub lifts: Diagram,
    /// Acts that need its duties.
    pub needs: Diagram,
    /// Those duties.
    pub duties: Vec<NameId>,
    /// Data outside of which all these sets are empty: of one datum few rules need a closer look.
    pub data: FixedBitSet,
}

/// What a policy, with those it yields to, says of one action.
#[derive(Debug, Clone)]
pub struct ActionDecision {
    /// Whether all rules could be added up within the space's bound. If not, `permits`, `forbids`
    /// and `needs` are empty, and who judges goes by the rules one by one, with the same answers.
    pub whole: bool,
    /// Acts some rule permits.
    pub permits: Diagram,
    /// Acts some rule forbids.
    pub forbids: Diagram,
    /// Acts that are right only if permitted: ours, where the deciding policy closes the action.
    pub closed: Diagram,
    /// Acts that need a duty, by duty.
    pub needs: BTreeMap<NameId, Diagram>,
    /// Acts it speaks of: that in some world a rule permits or forbids.
    pub speaks: Diagram,
    /// The rules behind it that say something of this action.
    pub rules: Vec<EffectiveRule>,
}

/// A compiled policy.
#[derive(Debug, Clone)]
pub struct Decision {
    /// By `Action as usize`.
    pub actions: Vec<ActionDecision>,
}

impl Decision {
    /// What it says of an action.
    pub fn of(&self, action: Action) -> &ActionDecision {
        &self.actions[action as usize]
    }
}

/// Compiles a policy, and first those it yields to; `done` remembers what was compiled.
pub fn compile(
    model: &Model,
    space: &Space,
    policy: PolicyId,
    done: &mut BTreeMap<PolicyId, Arc<Decision>>,
) -> Arc<Decision> {
    if let Some(decision) = done.get(&policy) {
        return decision.clone();
    }
    let above: Vec<Arc<Decision>> = model
        .policy(policy)
        .yields_to
        .iter()
        .map(|other| compile(model, space, *other, done))
        .collect();
    let own = own_rules(model, space, policy);
    let actions = Action::ALL.iter().zip(own).map(|(action, own)| {
        let above = above.iter().map(|above| above.of(*action));
        yielding(space, own, above)
    });
    let actions = actions.collect();
    let decision = Arc::new(Decision { actions });
    done.insert(policy, decision.clone());
    decision
}

/// What a policy's own rules say, by action.
fn own_rules(model: &Model, space: &Space, id: PolicyId) -> Vec<ActionDecision> {
    let all = &model.policy(id).rules;
    let said = Action::ALL.iter().flat_map(|action| {
        let rules = all.iter().enumerate();
        let of_action = rules.filter(|(_, rule)| rule.actions.contains(action));
        of_action.map(|(at, _)| (*action, at))
    });
    let said: Vec<(Action, usize)> = said.collect();
    let pieces: Vec<&[(Action, usize)]> = said.chunks(PIECE).collect();
    let rules = jobs::share(
        &pieces,
        || (),
        |(), piece| {
            let rules = piece.iter().map(|(action, at)| {
                let rule = effective(model, space, (id, *at), *action);
                (*action, rule)
            });
            rules.collect::<Vec<_>>()
        },
    );
    let mut by_action = Action::ALL.map(|_| Vec::new());
    for (action, rule) in rules.into_iter().flatten() {
        by_action[action as usize].extend(rule);
    }
    let policy = model.policy(id);
    let closed = policy.closed.map(|closed| match closed {
        true => space.atoms(Dim::Actor, model.vocabulary.of(Kind::Party).set(party::US)),
        false => space.none(),
    });
    let actions = by_action.into_iter().zip(closed);
    actions
        .map(|(rules, closed)| added_up(space, rules, closed))
        .collect()
}

/// A rule where it counts for an action; nothing where it says nothing of it.
fn effective(
    model: &Model,
    space: &Space,
    (policy, at): (PolicyId, usize),
    action: Action,
) -> Option<EffectiveRule> {
    let rule = &model.policy(policy).rules[at];
    let sets = meaning(space, &model.vocabulary, rule, action);
    let says_nothing = [&sets.permits, &sets.forbids, &sets.lifts, &sets.needs]
        .iter()
        .all(|set| set.is_none());
    (!says_nothing).then(|| EffectiveRule {
        data: data(&model.vocabulary, rule),
        policy,
        rule: at,
        permits: sets.permits,
        forbids: sets.forbids,
        lifts: sets.lifts,
        needs: sets.needs,
        duties: duties(rule).to_vec(),
    })
}

/// What rules of one action say together.
fn added_up(space: &Space, rules: Vec<EffectiveRule>, closed: Diagram) -> ActionDecision {
    let sum = |of: fn(&EffectiveRule) -> &Diagram| union(space, rules.iter().map(of).collect());
    let (permits, (forbids, needs)) = jobs::both(
        || sum(|rule| &rule.permits),
        || (sum(|rule| &rule.forbids), needs(space, &rules)),
    );
    let speaks = match (&permits, &forbids) {
        (Some(permits), Some(forbids)) => permits.or(forbids),
        // What it speaks of is asked for by those who yield to it, and needs no facts.
        _ => rules.iter().fold(space.none(), |all, rule| {
            let said = rule.permits.or(&rule.forbids).and(space.worlds());
            all.or(&said.some_from(space.first_fact()))
        }),
    };
    let whole = permits.is_some() && forbids.is_some() && needs.is_some();
    let (permits, forbids, needs) = match (permits, forbids, needs) {
        (Some(permits), Some(forbids), Some(needs)) => (permits, forbids, needs),
        _ => (space.none(), space.none(), BTreeMap::new()),
    };
    let speaks = speaks.and_some_from(space.worlds(), space.first_fact());
    ActionDecision {
        whole,
        permits,
        forbids,
        closed,
        needs,
        speaks,
        rules,
    }
}

/// The first of the policies yielded to that speaks of an act alone decides it.
fn yielding<'a>(
    space: &Space,
    own: ActionDecision,
    above: impl Iterator<Item = &'a ActionDecision>,
) -> ActionDecision {
    let mut spoken = space.none();
    let mut result = ActionDecision {
        whole: own.whole,
        permits: space.none(),
        forbids: space.none(),
        closed: space.none(),
        needs: BTreeMap::new(),
        speaks: own.speaks.clone(),
        rules: Vec::new(),
    };
    for other in above {
        let here = other.speaks.minus(&spoken);
        take(space, &mut result, other, &here);
        spoken = spoken.or(&other.speaks);
    }
    if spoken.is_none() {
        return own;
    }
    result.speaks = own.speaks.or(&spoken);
    take(space, &mut result, &own, &spoken.not());
    result
}

/// Adds what a decision says of the acts in `here`.
fn take(space: &Space, into: &mut ActionDecision, from: &ActionDecision, here: &Diagram) {
    into.whole &= from.whole;
    into.permits = into.permits.or(&from.permits.and(here));
    into.forbids = into.forbids.or(&from.forbids.and(here));
    into.closed = into.closed.or(&from.closed.and(here));
    for (duty, set) in &from.needs {
        let all = into.needs.entry(*duty).or_insert_with(|| space.none());
        *all = all.or(&set.and(here));
    }
    for rule in &from.rules {
        let part = EffectiveRule {
            permits: rule.permits.and(here),
            forbids: rule.forbids.and(here),
            lifts: rule.lifts.and(here),
            needs: rule.needs.and(here),
            policy: rule.policy,
            rule: rule.rule,
            duties: rule.duties.clone(),
            data: rule.data.clone(),
        };
        let same = into
            .rules
            .iter_mut()
            .find(|known| (known.policy, known.rule) == (rule.policy, rule.rule));
        match same {
            Some(known) => {
                known.permits = known.permits.or(&part.permits);
                known.forbids = known.forbids.or(&part.forbids);
                known.lifts = known.lifts.or(&part.lifts);
                known.needs = known.needs.or(&part.needs);
            }
            None => into.rules.push(part),
        }
    }
}

/// Acts that need a duty, by duty; `None` beyond the bound.
fn needs(space: &Space, rules: &[EffectiveRule]) -> Option<BTreeMap<NameId, Diagram>> {
    let mut by_duty: BTreeMap<NameId, Vec<&Diagram>> = BTreeMap::new();
    for rule in rules {
        for duty in &rule.duties {
            by_duty.entry(*duty).or_default().push(&rule.needs);
        }
    }
    by_duty
        .into_iter()
        .map(|(duty, sets)| Some((duty, union(space, sets)?)))
        .collect()
}

/// The union of sets; `None` where a diagram on the way to it would have more nodes than the space's
/// bound.
pub fn union(space: &Space, mut sets: Vec<&Diagram>) -> Option<Diagram> {
    sets.retain(|set| !set.is_none());
    let nodes: usize = sets.iter().map(|set| set.size()).sum();
    // Most rules are about things of their own. Where one covers many others, walking all at once
    // would tell apart what is the same in the end; then they are added up pairwise, so that diagrams
    // on the way stay small.
    if let Some(all) = Diagram::union(space.width(), &sets, (4 * nodes).min(space.most_nodes)) {
        return Some(all);
    }
    let mut sets: Vec<Diagram> = sets.into_iter().cloned().collect();
    while sets.len() > 1 {
        sets = sets
            .chunks(2)
            .map(|pair| match pair {
                [a, b] => a.or_within(b, space.most_nodes),
                _ => Some(pair[0].clone()),
            })
            .collect::<Option<_>>()?;
    }
    Some(sets.pop().unwrap_or_else(|| space.none()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::lower;
    use crate::source::FileId;
    use crate::syntax::parse;

    /// What a policy says counts as added up only if all policies that it yields to were.
    #[test]
    fn a_policy_is_whole_if_all_that_speak_for_it_are() {
        let large = "never share a with p for u  may share b, c with q for v  never share c for u";
        let text = format!(
            "data a, b, c  party p, q  purpose u, v
             policy small {{ never share any }}
             policy large {{ {large} }}
             policy below-small {{ yields to small  {large} }}
             policy below-large {{ yields to large  never share any }}"
        );
        let mut diags = Vec::new();
        let ast = parse(FileId(0), &text, &mut diags);
        let model = lower(&[&ast], &Default::default(), &mut diags);
        assert!(diags.is_empty(), "{diags:#?}");
        let today = "2026-01-01".parse().expect("a day");
        let mut space = Space::new(&model.vocabulary, &[], today);
        space.most_nodes = 8;
        let mut done = BTreeMap::new();
        let mut whole = |policy| {
            let decision = compile(&model, &space, PolicyId(policy), &mut done);
            decision.of(Action::Share).whole
        };
        assert_eq!([0, 1, 2, 3].map(&mut whole), [true, false, false, false]);
    }
}
