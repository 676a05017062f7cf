//! Acts split by verdict and by what decides it (§6).

use super::judge::{Judge, Part, RuleRef, Ruling, Verdict};
use crate::decide::compile::EffectiveRule;
use crate::decide::fewest::fewest;
use crate::decide::{Diagram, Dim};
use crate::model::NameId;
use crate::model::vocabulary::Kind;

impl Judge<'_> {
    /// Splits acts (their data fixed by the ruling) by verdict and by what decides it. Those that are
    /// `open` need no permission.
    pub fn classify(
        &self,
        ruling: &Ruling,
        acts: &Diagram,
        worlds: &Diagram,
        fulfilled: &[NameId],
        open: &Diagram,
        retains: bool,
    ) -> Vec<Part> {
        let right = if open.is_none() {
            ruling.right.clone()
        } else {
            let allowed = ruling.permits.or(&ruling.closed.minus(open).not());
            allowed.minus(&ruling.forbids)
        };
        let needed = self.unfulfilled(ruling, fulfilled);
        let sets = [&ruling.forbids, &right, &needed];
        let facts = self.space.first_fact();
        let [forbidden, undeclared, conditional, missing] =
            acts.sort(sets, facts, |[forbids, right, needed]| match () {
                () if forbids.covers(worlds) => Some(0),
                () if !right.meets(worlds) => Some(1),
                () if !right.covers(worlds) => Some(2),
                () if needed.meets(worlds) => Some(3),
                () => None,
            });
        let mut parts = Vec::new();
        self.forbidden(ruling, &forbidden, worlds, retains, &mut parts);
        self.undeclared(ruling, &undeclared, worlds, &mut parts);
        self.conditional(ruling, &conditional, worlds, &right, open, &mut parts);
        if !missing.is_none() {
            let good = right.minus(&needed);
            self.missing(ruling, &missing, worlds, &good, fulfilled, &mut parts);
        }
        parts
    }

    /// Acts that need a duty which no fulfilled one lies under.
    fn unfulfilled(&self, ruling: &Ruling, fulfilled: &[NameId]) -> Diagram {
        ruling
            .needs
            .iter()
            .filter(|(duty, _)| !self.fulfils(fulfilled, **duty))
            .fold(self.space.none(), |all, (_, set)| all.or(set))
    }

    fn fulfils(&self, fulfilled: &[NameId], duty: NameId) -> bool {
        let duties = self.model.vocabulary.of(Kind::Duty);
        fulfilled.iter().any(|done| duties.within(*done, duty))
    }

    fn forbidden(
        &self,
        ruling: &Ruling,
        acts: &Diagram,
        worlds: &Diagram,
        retains: bool,
        parts: &mut Vec<Part>,
    ) {
        if acts.is_none() {
            return;
        }
        let facts = self.space.first_fact();
        let mut groups = vec![(Verdict::Forbidden, acts.clone())];
        if retains {
            // Some other time would not be forbidden: all else as it is.
            let time = self.space.time_bits();
            let event = self.space.bits_of(Dim::Event);
            let whatever = |set: &Diagram| set.some(|b| time.contains(&b) || event.contains(&b));
            let allowed = worlds.minus(&ruling.forbids).some_from(facts);
            let otherwise = whatever(&allowed);
            groups = vec![
                (Verdict::KeptTooLong, acts.and(&otherwise)),
                (Verdict::Forbidden, acts.minus(&otherwise)),
            ];
        }
        for (verdict, acts) in groups {
            // Rules that hold in all worlds decide; where only several together do, those that
            // hold in some.
            let here = acts.and(worlds);
            let always: Vec<_> = self.by_rule(ruling, |rule| {
                if here.disjoint(&rule.forbids) {
                    return self.space.none();
                }
                let escapes = here.minus(&rule.forbids).some_from(facts);
                acts.minus(&escapes)
            });
            for (rules, acts) in partition(&acts, &always) {
                if rules.is_empty() {
                    let here = acts.and(worlds);
                    let sometimes =
                        self.by_rule(ruling, |rule| here.and_some_from(&rule.forbids, facts));
                    for (rules, acts) in partition(&acts, &sometimes) {
                        parts.push(part(verdict, rules, acts));
                    }
                } else {
                    parts.push(part(verdict, rules, acts));
                }
            }
        }
    }

    fn undeclared(&self, ruling: &Ruling, acts: &Diagram, worlds: &Diagram, parts: &mut Vec<Part>) {
        if acts.is_none() {
            return;
        }
        let facts = self.space.first_fact();
        let here = acts.and(worlds);
        let near = self.by_rule(ruling, |rule| {
            let touched = rule.forbids.or(&rule.lifts);
            here.and_some_from(&touched, facts)
        });
        for (rules, acts) in partition(acts, &near) {
            parts.push(part(Verdict::Undeclared, rules, acts));
        }
    }

    fn conditional(
        &self,
        ruling: &Ruling,
        acts: &Diagram,
        worlds: &Diagram,
        right: &Diagram,
        open: &Diagram,
        parts: &mut Vec<Part>,
    ) {
        if acts.is_none() {
            return;
        }
        let facts = self.space.first_fact();
        for (acts, good) in self.by_function(acts, worlds, right) {
            let settle = fewest(&self.space, &self.model.vocabulary, worlds, &good);
            let here = acts.and(worlds);
            let lacks = here
                .minus(&ruling.forbids)
                .and(&ruling.closed.minus(open))
                .minus(&ruling.permits)
                .some_from(facts);
            let decide = self.by_rule(ruling, |rule| {
                let forbids = here.and_some_from(&rule.forbids, facts);
                forbids.or(&lacks.and(&here.and_some_from(&rule.permits, facts)))
            });
            for (rules, acts) in partition(&acts, &decide) {
                parts.push(Part {
                    facts: settle.clone(),
                    ..part(Verdict::Conditional, rules, acts)
                });
            }
        }
    }

    fn missing(
        &self,
        ruling: &Ruling,
        acts: &Diagram,
        worlds: &Diagram,
        good: &Diagram,
        fulfilled: &[NameId],
        parts: &mut Vec<Part>,
    ) {
        let facts = self.space.first_fact();
        let here = acts.and(worlds);
        let missing: Vec<(NameId, Diagram)> = ruling
            .needs
            .iter()
            .filter(|(duty, _)| !self.fulfils(fulfilled, **duty))
            .map(|(duty, set)| (*duty, here.and_some_from(set, facts)))
            .collect();
        for (acts, good) in self.by_function(acts, worlds, good) {
            let release = fewest(&self.space, &self.model.vocabulary, worlds, &good);
            let here = acts.and(worlds);
            let bind = self.by_rule(ruling, |rule| {
                let open = rule
                    .duties
                    .iter()
                    .any(|duty| !self.fulfils(fulfilled, *duty));
                if open {
                    here.and_some_from(&rule.needs, facts)
                } else {
                    self.space.none()
                }
            });
            for (duties, acts) in partition(&acts, &missing) {
                for (rules, acts) in partition(&acts, &bind) {
                    parts.push(Part {
                        facts: release.clone(),
                        duties: duties.clone(),
                        ..part(Verdict::MissingDuty, rules, acts)
                    });
                }
            }
        }
    }

    /// Fine acts by the rules that permit them in some world; none for what needs no permission.
    pub fn permitting(
        &self,
        ruling: &Ruling,
        acts: &Diagram,
        worlds: &Diagram,
    ) -> Vec<(Vec<RuleRef>, Diagram)> {
        let facts = self.space.first_fact();
        let here = acts.and(worlds);
        let permit = self.by_rule(ruling, |rule| here.and_some_from(&rule.permits, facts));
        partition(acts, &permit)
    }

    /// Acts grouped by the worlds in which they are in `good`.
    fn by_function(
        &self,
        acts: &Diagram,
        worlds: &Diagram,
        good: &Diagram,
    ) -> Vec<(Diagram, Diagram)> {
        let facts = self.space.first_fact();
        let mut left = acts.clone();
        let mut groups = Vec::new();
        while let Some(first) = left.first() {
            let act: Vec<(u16, bool)> = (0..facts).map(|bit| (bit, first[bit as usize])).collect();
            let function = good.restrict(&act);
            let differs = left.and(worlds).and_some_from(&good.xor(&function), facts);
            groups.push((left.minus(&differs), function));
            left = left.and(&differs);
        }
        groups
    }

    /// For each rule with something to say, the acts that a function finds for it.
    fn by_rule(
        &self,
        ruling: &Ruling,
        acts: impl Fn(&EffectiveRule) -> Diagram,
    ) -> Vec<(RuleRef, Diagram)> {
        ruling
            .rules
            .iter()
            .map(|rule| ((rule.policy, rule.rule), acts(rule)))
            .filter(|(_, acts)| !acts.is_none())
            .collect()
    }
}

/// Splits acts by which of the sets they lie in.
fn partition<T: Clone>(acts: &Diagram, sets: &[(T, Diagram)]) -> Vec<(Vec<T>, Diagram)> {
    let mut parts = vec![(Vec::new(), acts.clone())];
    for (name, set) in sets {
        let mut next = Vec::new();
        for (names, part) in parts {
            let inside = part.and(set);
            let outside = part.minus(set);
            if !inside.is_none() {
                let mut with = names.clone();
                with.push(name.clone());
                next.push((with, inside));
            }
            if !outside.is_none() {
                next.push((names, outside));
            }
        }
        parts = next;
    }
    parts.retain(|(_, part)| !part.is_none());
    parts
}

fn part(verdict: Verdict, rules: Vec<RuleRef>, acts: Diagram) -> Part {
    Part {
        verdict,
        rules,
        facts: Vec::new(),
        duties: Vec::new(),
        acts,
    }
}
