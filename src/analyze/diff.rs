//! The exact difference of two policies: acts whose verdict changed, by the rules that changed.

use super::witness;
use crate::check::Judge;
use crate::check::findings::nameable;
use crate::check::wording::describe;
use crate::decide::{Acts, Diagram, Dim};
use crate::model::vocabulary::{Kind, NameId};
use crate::model::{Action, PolicyId, Rule};
use std::collections::{BTreeMap, BTreeSet};

/// What a policy makes of an act, nothing being given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Right in all worlds, no duty.
    Permitted,
    /// Right in all worlds, with a duty in some.
    Bound,
    /// Right in some worlds.
    Conditional,
    /// Right in none, not prohibited in all.
    Undeclared,
    /// Prohibited in all.
    Forbidden,
}

impl Class {
    /// In words.
    pub fn word(self) -> &'static str {
        match self {
            Class::Permitted => "permitted",
            Class::Bound => "bound by a duty",
            Class::Conditional => "conditional",
            Class::Undeclared => "undeclared",
            Class::Forbidden => "forbidden",
        }
    }

    const ALL: [Class; 5] = [
        Class::Permitted,
        Class::Bound,
        Class::Conditional,
        Class::Undeclared,
        Class::Forbidden,
    ];
}

/// Acts that went from one class to another (or to another condition or duty of the same class).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Before.
    pub was: Class,
    /// After.
    pub now: Class,
    /// The acts, by action, as products.
    pub acts: Vec<(Action, Vec<Acts>)>,
    /// One of them as a flow in one line, where one line can say it.
    pub witness: Option<String>,
}

/// A rule that changed (or came, or went), with what that did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The old rule, by position in the old policy.
    pub old: Option<usize>,
    /// The new rule, by position in the new policy. Both `None`: what a policy's header changed.
    pub new: Option<usize>,
    /// What changed.
    pub changes: Vec<Change>,
}

/// The difference of two policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Rows in the order of the new policy, what went last.
    pub rows: Vec<Row>,
    /// An act that the new policy allows where the old one did not, or without a duty that the old
    /// one requires; `None` where it is nowhere looser.
    pub looser: Option<String>,
}

/// What two policies of one model differ in.
pub fn diff(judge: &mut Judge, old: PolicyId, new: PolicyId) -> Difference {
    let sides: Vec<(View, View)> = Action::ALL
        .iter()
        .map(|action| (view(judge, old, *action), view(judge, new, *action)))
        .collect();
    let units = units(judge, old, new);
    let mut left: Vec<Diagram> = sides.iter().map(|(a, b)| changed(judge, a, b)).collect();
    let mut rows = Vec::new();
    for unit in &units {
        let touched: Vec<Diagram> = Action::ALL
            .iter()
            .zip(&left)
            .map(|(action, left)| {
                let old_rule = touches(judge, old, unit.0, *action);
                left.and(&old_rule.or(&touches(judge, new, unit.1, *action)))
            })
            .collect();
        for (left, touched) in left.iter_mut().zip(&touched) {
            *left = left.minus(touched);
        }
        let changes = changes(judge, &sides, &touched);
        if !changes.is_empty() {
            rows.push(Row {
                old: unit.0,
                new: unit.1,
                changes,
            });
        }
    }
    // What no changed rule touches, the headers changed: open and closed, or who yields to whom.
    let changes = changes(judge, &sides, &left);
    if !changes.is_empty() {
        rows.push(Row {
            old: None,
            new: None,
            changes,
        });
    }
    Difference {
        rows,
        looser: looser(judge, &sides),
    }
}

/// What a policy makes of all acts of an action.
struct View {
    /// Acts and worlds in which they are right.
    right: Diagram,
    /// Acts and worlds in which they need a duty.
    needs: BTreeMap<NameId, Diagram>,
    classes: Vec<(Class, Diagram)>,
}

fn view(judge: &mut Judge, policy: PolicyId, action: Action) -> View {
    let decision = judge.decision(policy);
    let said = decision.of(action);
    let space = &judge.space;
    let (worlds, facts) = (space.worlds(), space.first_fact());
    let right = said
        .permits
        .or(&said.closed.not())
        .minus(&said.forbids)
        .and(worlds);
    let escapes = worlds.minus(&said.forbids).some_from(facts);
    let somewhere = right.some_from(facts);
    let wrong = worlds.minus(&right).some_from(facts);
    let needed = said
        .needs
        .values()
        .fold(space.none(), |all, set| all.or(set));
    let bound = right.and_some_from(&needed, facts).minus(&wrong);
    let classes = vec![
        (Class::Permitted, somewhere.minus(&wrong).minus(&bound)),
        (Class::Bound, bound),
        (Class::Conditional, somewhere.and(&wrong)),
        (Class::Undeclared, escapes.minus(&somewhere)),
        (Class::Forbidden, escapes.not()),
    ];
    let needs = said
        .needs
        .iter()
        .map(|(duty, set)| (*duty, set.and(&right)))
        .collect();
    View {
        right,
        needs,
        classes,
    }
}

/// Acts whose verdict is another: in some world right in one and not in the other, or bound by a
/// duty in one alone, or of another class.
fn changed(judge: &Judge, old: &View, new: &View) -> Diagram {
    let space = &judge.space;
    let facts = space.first_fact();
    let mut all = old.right.xor(&new.right).some_from(facts);
    let duties: BTreeSet<NameId> = old.needs.keys().chain(new.needs.keys()).copied().collect();
    let none = space.none();
    for duty in duties {
        let before = old.needs.get(&duty).unwrap_or(&none);
        let after = new.needs.get(&duty).unwrap_or(&none);
        all = all.or(&before.xor(after).some_from(facts));
    }
    for ((_, before), (_, after)) in old.classes.iter().zip(&new.classes) {
        all = all.or(&before.xor(after));
    }
    all
}

/// Rules that changed their meaning, old beside new: first those of one label, then those that say
/// the same verbs of the same data in a section of the same title, then what came and what went.
fn units(judge: &mut Judge, old: PolicyId, new: PolicyId) -> Vec<(Option<usize>, Option<usize>)> {
    let old_rules: Vec<Rule> = judge.model.policy(old).rules.clone();
    let new_rules: Vec<Rule> = judge.model.policy(new).rules.clone();
    let same = |judge: &mut Judge, a: usize, b: usize| {
        Action::ALL.iter().all(|action| {
            let before = sets(judge, old, a, *action);
            before == sets(judge, new, b, *action)
        })
    };
    let mut free_old: BTreeSet<usize> = (0..old_rules.len()).collect();
    let mut free_new: BTreeSet<usize> = (0..new_rules.len()).collect();
    // Equal meaning first, wherever the rules stand: moving and renaming change nothing.
    for (b, rule) in new_rules.iter().enumerate() {
        let twin = free_old
            .iter()
            .copied()
            .find(|a| old_rules[*a].actions == rule.actions && same(judge, *a, b));
        if let Some(a) = twin {
            free_old.remove(&a);
            free_new.remove(&b);
        }
    }
    let mut pairs = Vec::new();
    let alike: [fn(&Rule, &Rule) -> bool; 2] = [
        |a, b| a.label.is_some() && a.label == b.label,
        |a, b| a.verbs == b.verbs && !a.verbs.is_empty() && a.sections == b.sections,
    ];
    for alike in alike {
        for b in free_new.clone() {
            let partner = free_old
                .iter()
                .copied()
                .find(|a| alike(&old_rules[*a], &new_rules[b]));
            if let Some(a) = partner {
                free_old.remove(&a);
                free_new.remove(&b);
                pairs.push((Some(a), Some(b)));
            }
        }
    }
    pairs.extend(free_new.into_iter().map(|b| (None, Some(b))));
    pairs.sort_by_key(|(_, b)| *b);
    pairs.extend(free_old.into_iter().map(|a| (Some(a), None)));
    pairs
}

/// Everything a rule says of an action, for comparison: what it permits, forbids and binds, and by
/// which duties.
fn sets(
    judge: &mut Judge,
    policy: PolicyId,
    rule: usize,
    action: Action,
) -> Option<([Diagram; 3], Vec<NameId>)> {
    let decision = judge.decision(policy);
    let mut rules = decision.of(action).rules.iter();
    let rule = rules.find(|known| (known.policy, known.rule) == (policy, rule))?;
    let mut duties = rule.duties.clone();
    duties.sort_unstable();
    let sets = [
        rule.permits.clone(),
        rule.forbids.clone(),
        rule.needs.clone(),
    ];
    Some((sets, duties))
}

fn touches(judge: &mut Judge, policy: PolicyId, rule: Option<usize>, action: Action) -> Diagram {
    let decision = judge.decision(policy);
    let found = decision
        .of(action)
        .rules
        .iter()
        .find(|known| Some(known.rule) == rule && known.policy == policy);
    match found {
        Some(rule) => {
            let said = rule.permits.or(&rule.forbids).or(&rule.needs);
            let all = said.or(&rule.lifts);
            // A rule whose facts can no longer hold touches nothing.
            all.and_some_from(judge.space.worlds(), judge.space.first_fact())
        }
        None => judge.space.none(),
    }
}

fn changes(judge: &Judge, sides: &[(View, View)], touched: &[Diagram]) -> Vec<Change> {
    let mut all = Vec::new();
    for was in Class::ALL {
        for now in Class::ALL {
            let mut acts = Vec::new();
            let mut witness = None;
            for ((action, (old, new)), touched) in Action::ALL.iter().zip(sides).zip(touched) {
                let before = &old.classes[was as usize].1;
                let after = &new.classes[now as usize].1;
                let set = touched.and(before).and(after);
                if set.is_none() {
                    continue;
                }
                if witness.is_none() {
                    let vocabulary = &judge.model.vocabulary;
                    let worlds = judge.space.worlds();
                    // No fact is given: the class is that of the act in all its worlds.
                    witness = witness::line(&judge.space, vocabulary, worlds, *action, &set);
                }
                acts.push((*action, nameable(judge, &unnamed(judge, &set), *action)));
            }
            if !acts.is_empty() {
                all.push(Change {
                    was,
                    now,
                    acts,
                    witness,
                });
            }
        }
    }
    all
}

/// A set without what rows do not name: flags, times, events.
fn unnamed(judge: &Judge, set: &Diagram) -> Diagram {
    let space = &judge.space;
    let (flags, time) = (space.flag_bits(), space.time_bits());
    let event = space.bits_of(Dim::Event);
    set.some(|bit| flags.contains(&bit) || time.contains(&bit) || event.contains(&bit))
}

/// Where the new policy is looser: right in a world where the old one is not, or right without a
/// duty that the old one requires there.
fn looser(judge: &Judge, sides: &[(View, View)]) -> Option<String> {
    let none = judge.space.none();
    for (action, (old, new)) in Action::ALL.iter().zip(sides) {
        let mut gained = new.right.minus(&old.right);
        for (duty, required) in &old.needs {
            let free = new.right.minus(&fulfilled_by(judge, new, *duty, &none));
            gained = gained.or(&free.and(required));
        }
        if !gained.is_none() {
            let line = witness::line(
                &judge.space,
                &judge.model.vocabulary,
                judge.space.worlds(),
                *action,
                &gained,
            );
            // Looser it is, even where no single line says how.
            let named = unnamed(judge, &gained.some_from(judge.space.first_fact()));
            let all = nameable(judge, &named, *action);
            let acts = all
                .first()
                .map(|acts| describe(&judge.model.vocabulary, *action, acts));
            return line.or(acts);
        }
    }
    None
}

/// Acts that need a duty or one below it: doing that fulfils the duty too.
fn fulfilled_by(judge: &Judge, view: &View, duty: NameId, none: &Diagram) -> Diagram {
    let duties = judge.model.vocabulary.of(Kind::Duty);
    view.needs
        .iter()
        .filter(|(other, _)| duties.within(**other, duty))
        .fold(none.clone(), |all, (_, set)| all.or(set))
}
