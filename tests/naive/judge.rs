//! The verdict on one act under one policy (§4 "Prohibitions win …", §6 of the language page).

use super::rules::{self, Core};
use super::sets::{Act, Names, Retention, Sets, World};
use abide::model::vocabulary::{Date, form, party};
use abide::model::{Action, Clauses, Exception, Model, NameId, PolicyId, Rule};
use abide::syntax::ast::Kind;
use std::collections::BTreeSet;

pub use abide::model::vocabulary::Literal;

/// One act with all that bears on its verdict.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Case {
    pub act: Act,
    /// The data that the datum derives from.
    pub ancestors: Names,
    /// What is given, lasting facts included.
    pub given: BTreeSet<Literal>,
    /// The duties fulfilled.
    pub fulfilled: Names,
}

/// A verdict that is not fine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Verdict {
    pub code: &'static str,
    /// The fewest facts that settle a conditional finding, or release a duty finding.
    pub facts: BTreeSet<BTreeSet<Literal>>,
    /// Of a duty finding: what is not fulfilled.
    pub duties: Names,
}

/// All that judging needs: the sets, the policies, the worlds.
pub struct Judge<'a> {
    pub sets: &'a Sets<'a>,
    pub worlds: Vec<World>,
    pub today: Date,
    model: &'a Model,
    /// By policy: each rule with its core statement.
    cores: Vec<Vec<(&'a Rule, Core)>>,
    /// By policy: the times its limits name, in hours, and one hour more; with it those of the
    /// policies it yields to.
    hours: Vec<BTreeSet<u64>>,
}

/// What holds of an act in one world.
struct Holding {
    right: bool,
    prohibited: bool,
    missing: Names,
}

impl<'a> Judge<'a> {
    pub fn new(model: &'a Model, sets: &'a Sets<'a>, today: Date) -> Judge<'a> {
        let mut judge = Judge {
            sets,
            worlds: sets.worlds(today),
            today,
            model,
            cores: model
                .policies
                .iter()
                .map(|policy| {
                    policy
                        .rules
                        .iter()
                        .map(|rule| (rule, rules::core(rule)))
                        .collect()
                })
                .collect(),
            hours: Vec::new(),
        };
        judge.hours = (0..model.policies.len() as u32)
            .map(|policy| judge.critical_hours(PolicyId(policy)))
            .collect();
        judge
    }

    /// The policy and all it yields to, directly or not.
    pub fn with_yielded(&self, policy: PolicyId) -> BTreeSet<PolicyId> {
        let mut found = BTreeSet::new();
        let mut todo = vec![policy];
        while let Some(one) = todo.pop() {
            if found.insert(one) {
                todo.extend(&self.model.policy(one).yields_to);
            }
        }
        found
    }

    /// The verdict, `None` where the act is fine: "Of an act, over the worlds that agree with what is
    /// given, in this order".
    pub fn verdict(&self, policy: PolicyId, case: &Case) -> Option<Verdict> {
        let agreeing: Vec<&World> = self.agreeing(&case.given).collect();
        let same_acts = self.same_acts(policy, case);
        let holding: Vec<Holding> = agreeing
            .iter()
            .map(|world| self.holding(&same_acts, &case.fulfilled, world))
            .collect();
        let right = |at: usize| holding[at].right;
        let fine = |at: usize| holding[at].right && holding[at].missing.is_empty();
        // "a prohibition holds in all those worlds"
        if holding.iter().all(|world| world.prohibited) {
            let code = match case.act.action {
                Action::Retain => self.retention_code(policy, case),
                _ => "forbidden-flow",
            };
            return Some(plain(code));
        }
        // "right in none of them, but not prohibited in all"
        if !holding.iter().any(|world| world.right) {
            return Some(plain("undeclared-flow"));
        }
        // "right in some only"
        if !holding.iter().all(|world| world.right) {
            return Some(Verdict {
                code: "conditional-flow",
                facts: self.fewest_facts(&agreeing, &right),
                duties: Names::new(),
            });
        }
        // "right in all, and in some a required duty is not fulfilled"
        let missing: Names = holding
            .iter()
            .flat_map(|world| &world.missing)
            .copied()
            .collect();
        if !missing.is_empty() {
            return Some(Verdict {
                code: "missing-duty",
                facts: self.fewest_facts(&agreeing, &fine),
                duties: missing,
            });
        }
        None
    }

    /// The worlds that agree with what is given.
    pub fn agreeing(&self, given: &BTreeSet<Literal>) -> impl Iterator<Item = &World> {
        let given = given.clone();
        self.worlds
            .iter()
            .filter(move |world| given.iter().all(|literal| agrees(world, literal)))
    }

    /// The act and "the same act on what it derives from", each with the policy that decides it.
    ///
    /// "an act on X is forbidden, or bound by a duty, also where the same act on what it derives from
    /// would be, until the form is anonymous".
    fn same_acts(&self, policy: PolicyId, case: &Case) -> Vec<(Act, PolicyId)> {
        let mut acts = vec![case.act.clone()];
        if !self.sets.within(Kind::Form, case.act.form, form::ANONYMOUS) {
            acts.extend(case.ancestors.iter().map(|data| Act {
                data: *data,
                ..case.act.clone()
            }));
        }
        acts.into_iter()
            .map(|act| {
                let decider = self.decider(policy, &act);
                (act, decider)
            })
            .collect()
    }

    /// What holds in one world of an act, which is the first of `same_acts`.
    fn holding(&self, same_acts: &[(Act, PolicyId)], fulfilled: &Names, world: &World) -> Holding {
        let prohibited = same_acts.iter().any(|(act, decider)| {
            self.rules_of(*decider)
                .iter()
                .any(|(rule, core)| rules::forbids(self.sets, rule, core, act, world))
        });
        // "it is *permitted* only as an act on X."
        let (act, decider) = &same_acts[0];
        let permitted = self
            .rules_of(*decider)
            .iter()
            .any(|(rule, core)| rules::permits(self.sets, rule, core, act, world));
        // "Acts by us that no rule permits are *undeclared* for closed actions"; "Acts by others …
        // are open"; sharing with a source may be open.
        let by_us = self.sets.within(Kind::Party, act.actor, party::US);
        let closed = self.model.policy(*decider).closed[act.action as usize] && by_us && !act.open;
        let missing = same_acts
            .iter()
            .flat_map(|(act, decider)| {
                self.rules_of(*decider)
                    .iter()
                    .flat_map(|(rule, core)| rules::needs(self.sets, rule, core, act, world))
            })
            .filter(|duty| !self.fulfils(fulfilled, *duty))
            .collect();
        Holding {
            // "*Right* in a world: not prohibited, and permitted if the action is closed."
            right: !prohibited && (permitted || !closed),
            prohibited,
            missing,
        }
    }

    /// "`yields to` several: the first that speaks, with its duties and its open and closed actions
    /// alone".
    fn decider(&self, policy: PolicyId, act: &Act) -> PolicyId {
        for yielded in &self.model.policy(policy).yields_to {
            if self.speaks(*yielded, act) {
                return self.decider(*yielded, act);
            }
        }
        policy
    }

    /// "A policy *speaks* of an act if in some world one of its rules, or of a policy it yields to,
    /// permits or forbids it".
    fn speaks(&self, policy: PolicyId, act: &Act) -> bool {
        let itself = self.worlds.iter().any(|world| {
            self.rules_of(policy).iter().any(|(rule, core)| {
                rules::permits(self.sets, rule, core, act, world)
                    || rules::forbids(self.sets, rule, core, act, world)
            })
        });
        itself
            || self
                .model
                .policy(policy)
                .yields_to
                .iter()
                .any(|yielded| self.speaks(*yielded, act))
    }

    fn rules_of(&self, policy: PolicyId) -> &[(&'a Rule, Core)] {
        &self.cores[policy.0 as usize]
    }

    /// Doing a duty does every duty above it, none below.
    fn fulfils(&self, fulfilled: &Names, duty: NameId) -> bool {
        fulfilled
            .iter()
            .any(|done| self.sets.within(Kind::Duty, *done, duty))
    }

    /// "`retention-too-long` and `retention-unstated` are a forbidden retain that for some other time
    /// would not be forbidden".
    fn retention_code(&self, policy: PolicyId, case: &Case) -> &'static str {
        let events = self.sets.any(Kind::Event);
        let mut times: Vec<Retention> = vec![None];
        for event in events {
            times.extend(
                self.hours[policy.0 as usize]
                    .iter()
                    .map(|hours| Some((*hours, *event))),
            );
        }
        let other_time_is_not_forbidden = times.into_iter().any(|time| {
            let mut other = case.clone();
            other.act.retention = Some(time);
            let same_acts = self.same_acts(policy, &other);
            !self
                .agreeing(&case.given)
                .all(|world| self.holding(&same_acts, &case.fulfilled, world).prohibited)
        });
        match (other_time_is_not_forbidden, case.act.retention) {
            (false, _) => "forbidden-flow",
            (true, Some(None)) => "retention-unstated",
            (true, _) => "retention-too-long",
        }
    }

    /// A time of each length that the policy's limits tell apart: none, each limit, an hour more.
    fn critical_hours(&self, policy: PolicyId) -> BTreeSet<u64> {
        let mut hours = BTreeSet::from([0]);
        for one in self.with_yielded(policy) {
            for rule in &self.model.policy(one).rules {
                each_clauses(rule, &mut |clauses| {
                    if let Some(limit) = &clauses.at_most {
                        hours.extend([limit.time.hours(), limit.time.hours() + 1]);
                    }
                });
            }
        }
        hours
    }

    /// "the fewest facts that settle it: all sets of the least size, less those strictly stronger
    /// than another". `agreeing` are the worlds that agree with what is given.
    fn fewest_facts(
        &self,
        agreeing: &[&World],
        settled: &dyn Fn(usize) -> bool,
    ) -> BTreeSet<BTreeSet<Literal>> {
        let facts = self.sets.vocabulary.of(Kind::Fact).len() as u32;
        let literals: Vec<Literal> = (1..facts)
            .flat_map(|fact| [true, false].map(|holds| (NameId(fact), holds)))
            .map(|(fact, holds)| Literal { fact, holds })
            .collect();
        for size in 1..facts as usize {
            // Which worlds are left by each set of this size that settles it.
            let mut settling: Vec<(BTreeSet<Literal>, BTreeSet<usize>)> = Vec::new();
            for set in subsets(&literals, size) {
                let left: BTreeSet<usize> = (0..agreeing.len())
                    .filter(|at| set.iter().all(|literal| agrees(agreeing[*at], literal)))
                    .collect();
                if !left.is_empty() && left.iter().all(|at| settled(*at)) {
                    settling.push((set, left));
                }
            }
            if !settling.is_empty() {
                return settling
                    .iter()
                    .filter(|(_, left)| {
                        !settling
                            .iter()
                            .any(|(_, other)| left.is_subset(other) && left != other)
                    })
                    .map(|(set, _)| set.clone())
                    .collect();
            }
        }
        BTreeSet::new()
    }
}

/// Every clause list of a rule, exceptions at any depth included.
pub fn each_clauses<'r>(rule: &'r Rule, visit: &mut dyn FnMut(&'r Clauses)) {
    use abide::model::Statement::*;
    fn inner<'r>(exceptions: &'r [Exception], visit: &mut dyn FnMut(&'r Clauses)) {
        for one in exceptions {
            visit(&one.clauses);
            inner(&one.except, visit);
        }
    }
    match &rule.statement {
        May {
            clauses, except, ..
        }
        | Never {
            clauses, except, ..
        }
        | Retain {
            clauses, except, ..
        } => {
            visit(clauses);
            inner(except, visit);
        }
        Limit {
            about,
            must_hold,
            except,
            ..
        } => {
            visit(about);
            visit(must_hold);
            inner(except, visit);
        }
        Requires { clauses, .. } | Must { clauses, .. } | Processor { clauses } => visit(clauses),
        Note { .. } => {}
    }
}

fn plain(code: &'static str) -> Verdict {
    Verdict {
        code,
        facts: BTreeSet::new(),
        duties: Names::new(),
    }
}

fn agrees(world: &World, literal: &Literal) -> bool {
    world.contains(&literal.fact) == literal.holds
}

/// All subsets of a size.
fn subsets(literals: &[Literal], size: usize) -> Vec<BTreeSet<Literal>> {
    if size == 0 {
        return vec![BTreeSet::new()];
    }
    let mut all = Vec::new();
    for (at, first) in literals.iter().enumerate() {
        for mut rest in subsets(&literals[at + 1..], size - 1) {
            rest.insert(*first);
            all.push(rest);
        }
    }
    all
}
