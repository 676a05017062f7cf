//! Laws of the analyses of policies, on random ones (§9 of the language).
//!
//! Runs are the same each time; `PROPTEST_CASES=2000` runs more files, `PROPTEST_RNG_SEED=7` others.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read and write files and run the program"
)]

#[allow(dead_code, reason = "the naive judge serves several test binaries")]
mod naive;

use abide::analyze::ask::{self, groups};
use abide::analyze::diff::{Class, Difference, diff};
use abide::analyze::limits;
use abide::check::acts::{self, Said};
use abide::check::findings::dims;
use abide::check::plans::judge_most;
use abide::check::{Judge, Verdict};
use abide::decide::{Diagram, Dim};
use abide::diag::Severity;
use abide::jobs::on;
use abide::model::vocabulary::{Kind, form};
use abide::model::{Action, Model, NameId, PolicyId, Statement, lower};
use abide::source::FileId;
use abide::syntax::parse;
use naive::generate::{self, File};
use naive::judge::{Case, Judge as NaiveJudge, Literal};
use naive::sets::{Act, Sets};
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

/// Runs a law on the models of random files, and counts how often it said something.
fn law(cases: u32, least: usize, law: impl Fn(&Model) -> Result<usize, String>) {
    let mut config = Config {
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..Config::default()
    };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = cases;
    }
    if std::env::var_os("PROPTEST_RNG_SEED").is_none() {
        config.rng_seed = RngSeed::Fixed(0);
    }
    let said = Cell::new(0);
    let result = TestRunner::new(config).run(&generate::file(), |file: File| {
        let mut diags = Vec::new();
        let ast = parse(FileId(0), &file.0, &mut diags);
        let model = lower(&[&ast], &Default::default(), &mut diags);
        if diags.iter().any(|d| d.severity == Severity::Error) {
            return Ok(());
        }
        said.set(said.get() + law(&model).map_err(TestCaseError::fail)?);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    assert!(
        said.get() >= least,
        "the law said something {} times",
        said.get()
    );
}

fn judge(model: &Model) -> Judge<'_> {
    Judge::new(model, naive::findings::today())
}

fn ids(model: &Model) -> impl Iterator<Item = PolicyId> + use<> {
    (0..model.policies.len() as u32).map(PolicyId)
}

#[test]
fn a_policy_does_not_differ_from_itself() {
    law(150, 100, |model| {
        let mut judge = judge(model);
        for policy in ids(model) {
            let same = diff(&mut judge, policy, policy);
            if !same.rows.is_empty() || same.looser.is_some() {
                return Err(format!("{same:?}"));
            }
        }
        Ok(1)
    });
}

/// The acts that changed, exactly, by the class they had, the class they have and the action.
fn changed(judge: &Judge, difference: &Difference) -> BTreeMap<(Class, Class, Action), Diagram> {
    let mut all = BTreeMap::new();
    for change in difference.rows.iter().flat_map(|row| &row.changes) {
        for (action, products) in &change.acts {
            let set = all
                .entry((change.was, change.now, *action))
                .or_insert_with(|| judge.space.none());
            for acts in products {
                *set = set.or(&acts.diagram(&judge.space, &dims(*action)));
            }
        }
    }
    all
}

/// How acts are cut into rows depends on which rule is credited first; which acts they are does not.
#[test]
fn swapped_policies_differ_in_the_mirror() {
    law(150, 60, |model| {
        let mut judge = judge(model);
        let (Some(a), Some(b)) = (ids(model).next(), ids(model).nth(1)) else {
            return Ok(0);
        };
        let there = diff(&mut judge, a, b);
        let back = diff(&mut judge, b, a);
        let (there, back) = (changed(&judge, &there), changed(&judge, &back));
        let mirrored: BTreeMap<_, _> = back
            .into_iter()
            .map(|((was, now, action), acts)| ((now, was, action), acts))
            .collect();
        if there != mirrored {
            let keys = |map: &BTreeMap<(Class, Class, Action), Diagram>| {
                map.keys().copied().collect::<Vec<_>>()
            };
            return Err(format!("{:?}\n{:?}", keys(&there), keys(&mirrored)));
        }
        Ok(usize::from(!there.is_empty()))
    });
}

/// The classes that a question's acts have under a policy.
fn classes(
    judge: &mut Judge,
    model: &Model,
    line: &str,
    policy: PolicyId,
) -> Result<Vec<Option<Verdict>>, String> {
    let mut diags = Vec::new();
    let question = ask::read(model, FileId(1), line, &mut diags)
        .ok_or_else(|| format!("{line}: {diags:?}"))?;
    let groups = groups(judge, &question, policy).ok_or_else(|| format!("{line}: impossible"))?;
    let mut all: Vec<_> = groups.into_iter().map(|group| group.verdict).collect();
    all.sort();
    all.dedup();
    Ok(all)
}

fn verdict(class: Class) -> Option<Verdict> {
    match class {
        Class::Permitted => None,
        Class::Bound => Some(Verdict::MissingDuty),
        Class::Conditional => Some(Verdict::Conditional),
        Class::Undeclared => Some(Verdict::Undeclared),
        Class::Forbidden => Some(Verdict::Forbidden),
    }
}

#[test]
fn a_witness_asked_about_has_the_verdict_it_was_shown_for() {
    law(150, 300, |model| {
        let mut judge = judge(model);
        let mut said = 0;
        for (old, new) in ids(model).zip(ids(model).skip(1)) {
            for change in diff(&mut judge, old, new)
                .rows
                .iter()
                .flat_map(|row| &row.changes)
            {
                let Some(witness) = &change.witness else {
                    continue;
                };
                for (policy, class) in [(old, change.was), (new, change.now)] {
                    let mut found = classes(&mut judge, model, witness, policy)?;
                    for one in &mut found {
                        if *one == Some(Verdict::KeptTooLong) {
                            *one = Some(Verdict::Forbidden);
                        }
                    }
                    found.dedup();
                    if found != [verdict(class)] {
                        return Err(format!(
                            "{}: {found:?}, not {class:?}, under {}",
                            witness,
                            model.policy(policy).name
                        ));
                    }
                    said += 1;
                }
            }
        }
        Ok(said)
    });
}

/// A model whose last policy is the first one with further rules.
fn with_rules(
    model: &Model,
    more: impl Fn(&Statement) -> bool,
) -> Option<(Model, PolicyId, PolicyId)> {
    let old = PolicyId(0);
    let mut policy = model.policy(old).clone();
    policy.yields_to.clear();
    let mut base = policy.clone();
    base.name = "base".into();
    let others = model.policies.iter().skip(1).flat_map(|other| &other.rules);
    policy
        .rules
        .extend(others.filter(|rule| more(&rule.statement)).cloned());
    if policy.rules.len() == base.rules.len() {
        return None;
    }
    let mut model = model.clone();
    model.policies.push(base);
    model.policies.push(policy);
    let count = model.policies.len() as u32;
    Some((model, PolicyId(count - 2), PolicyId(count - 1)))
}

#[test]
fn a_further_permission_is_never_tighter_and_a_further_prohibition_never_looser() {
    let may = |statement: &Statement| matches!(statement, Statement::May { .. });
    let plain = |statement: &Statement| match statement {
        Statement::Never { except, unless, .. } => except.is_empty() && unless.is_none(),
        _ => false,
    };
    law(300, 40, |model| {
        let mut said = 0;
        if let Some((model, old, new)) = with_rules(model, may) {
            let mut judge = judge(&model);
            // The old is nowhere looser than the new.
            if let Some(looser) = diff(&mut judge, new, old).looser {
                return Err(format!("a `may` forbids: {looser}"));
            }
            said += 1;
        }
        if let Some((model, old, new)) = with_rules(model, plain) {
            let mut judge = judge(&model);
            if let Some(looser) = diff(&mut judge, old, new).looser {
                return Err(format!("a `never` permits: {looser}"));
            }
            said += 1;
        }
        Ok(said)
    });
}

#[test]
fn a_dead_rule_can_be_deleted_with_no_verdict_changing() {
    law(600, 15, |model| {
        let mut said = 0;
        for policy in ids(model) {
            let mut diags = Vec::new();
            limits::check(&mut judge(model), policy, &mut diags);
            for dead in diags.iter().filter(|d| d.code.name == "dead-rule") {
                let mut model = model.clone();
                let mut without = model.policy(policy).clone();
                let mut base = without.clone();
                base.name = "base".into();
                without.rules.retain(|rule| rule.span != dead.primary.span);
                model.policies.push(base);
                model.policies.push(without);
                let count = model.policies.len() as u32;
                let mut judge = judge(&model);
                let difference = diff(&mut judge, PolicyId(count - 2), PolicyId(count - 1));
                // A permission that names no form is dead by its identifiable forms.
                let forms = model.vocabulary.of(Kind::Form);
                let identifiable = forms.set(form::IDENTIFIABLE);
                let changed = difference
                    .rows
                    .iter()
                    .flat_map(|row| &row.changes)
                    .flat_map(|change| &change.acts)
                    .flat_map(|(_, acts)| acts)
                    .find(|acts| !acts.of(Dim::Form).is_disjoint(identifiable));
                if let Some(acts) = changed {
                    return Err(format!("{}: {acts:?}", dead.message));
                }
                said += 1;
            }
        }
        Ok(said)
    });
}

/// Acts picked by a fixed walk through the vocabulary: some thousand for each pair of policies.
fn sample(model: &Model) -> Vec<Act> {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut below = |n: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % n as u64) as usize
    };
    let atoms = |kind: Kind| -> Vec<abide::model::NameId> {
        let any = model.vocabulary.of(kind).set(abide::model::vocabulary::ANY);
        any.ones()
            .map(|id| abide::model::NameId(id as u32))
            .collect()
    };
    let mut all = Vec::new();
    for _ in 0..300 {
        let action = Action::ALL[below(7)];
        let mut pick = |kind: Kind| {
            let atoms = atoms(kind);
            atoms[below(atoms.len())]
        };
        let party = matches!(
            action,
            Action::Collect | Action::Share | Action::Sell | Action::Transfer
        );
        let moves = action == Action::Transfer;
        all.push(Act {
            action,
            data: pick(Kind::Data),
            form: pick(Kind::Form),
            subject: pick(Kind::Subject),
            resident: pick(Kind::Region),
            context: pick(Kind::Context),
            actor: pick(Kind::Party),
            counterparty: party.then(|| pick(Kind::Party)),
            own_source: false,
            purpose: pick(Kind::Purpose),
            collected: false,
            place: (!moves).then(|| pick(Kind::Region)),
            from: moves.then(|| pick(Kind::Region)),
            to: moves.then(|| pick(Kind::Region)),
            retention: (action == Action::Retain).then_some(None),
            open: false,
        });
    }
    all
}

/// The sample, also with what it leaves out: times, and whose the data are.
fn varied(model: &Model) -> Vec<Act> {
    let times = abide::check::judge::times(model);
    let vary = |mut act: (usize, Act)| {
        let (at, own) = (act.0, &mut act.1);
        own.collected = at % 2 == 1;
        own.own_source = own.counterparty.is_some() && at % 3 == 1;
        let hours = times.get(at % (times.len() + 1));
        if let (Action::Retain, Some(hours)) = (own.action, hours) {
            own.retention = Some(Some((*hours + at as u64 / 2 % 2, NameId(0))));
        }
        act.1
    };
    sample(model).into_iter().enumerate().map(vary).collect()
}

/// All facts, as they hold in a world.
fn literals(model: &Model, world: &naive::sets::World) -> BTreeSet<Literal> {
    let facts = 1..model.vocabulary.of(Kind::Fact).len();
    let facts = facts.map(|id| NameId(id as u32));
    facts
        .map(|fact| Literal {
            fact,
            holds: world.contains(&fact),
        })
        .collect()
}

/// An act of the sample, as the library takes it.
fn as_act(judge: &Judge, act: &Act, world: &naive::sets::World) -> acts::Act {
    let space = &judge.space;
    let mut own = acts::Act::new(space)
        .with(space, Dim::Data, act.data)
        .with(space, Dim::Form, act.form)
        .with(space, Dim::Subject, act.subject)
        .with(space, Dim::Resident, act.resident)
        .with(space, Dim::Context, act.context)
        .with(space, Dim::Actor, act.actor)
        .with(space, Dim::Purpose, act.purpose);
    for (dim, name) in [
        (Dim::Counterparty, act.counterparty),
        (Dim::Place, act.place),
        (Dim::From, act.from),
        (Dim::To, act.to),
    ] {
        if let Some(name) = name {
            own = own.with(space, dim, name);
        }
    }
    if act.own_source {
        own = own.to_own_source(space);
    }
    if act.collected {
        own = own.as_collected(space);
    }
    if let Some(Some((hours, event))) = act.retention {
        own = own.kept(space, hours).with(space, Dim::Event, event);
    }
    world.iter().fold(own, |own, fact| own.given(space, *fact))
}

#[test]
fn an_act_asked_about_has_the_verdict_of_the_naive_judge() {
    law(100, 20_000, |model| {
        let sets = Sets::new(&model.vocabulary);
        let naive = NaiveJudge::new(model, &sets, naive::findings::today());
        let mut judge = judge(model);
        let mut wrong = 0;
        for (policy, action) in ids(model).flat_map(|id| Action::ALL.map(|action| (id, action))) {
            let mut acts = acts::Acts::new(&mut judge, policy, action).expect("it is small");
            for act in varied(model).iter().filter(|act| act.action == action) {
                for world in naive.worlds.iter().take(4) {
                    let case = Case {
                        act: act.clone(),
                        ancestors: Default::default(),
                        given: literals(model, world),
                        fulfilled: Default::default(),
                    };
                    let expected = naive.verdict(policy, &case);
                    let own = as_act(&judge, act, world);
                    let said = acts.of(&own);
                    let same = match &expected {
                        None => said == Said::Fine,
                        Some(verdict) => match verdict.code {
                            "undeclared-flow" => said == Said::Undeclared,
                            "missing-duty" => {
                                let duties: Vec<_> = verdict.duties.iter().copied().collect();
                                said == Said::Needs(&duties)
                            }
                            _ => said == Said::Forbidden,
                        },
                    };
                    if !same {
                        return Err(format!("{act:?} in {world:?}: {expected:?}, {said:?}"));
                    }
                    wrong += usize::from(expected.is_some());
                    let said = format!("{said:?}");
                    // The first time it is looked up, the second time remembered.
                    if (0..2).any(|_| format!("{:?}", acts.again(&own)) != said) {
                        return Err(format!("{act:?} in {world:?}: not {said} again"));
                    }
                }
            }
        }
        Ok(wrong)
    });
}

#[test]
fn nowhere_looser_is_so_act_by_act() {
    law(150, 30, |model| {
        let sets = Sets::new(&model.vocabulary);
        let naive = NaiveJudge::new(model, &sets, naive::findings::today());
        let mut judge = judge(model);
        let acts = sample(model);
        let mut said = 0;
        for (old, new) in ids(model)
            .zip(ids(model).skip(1))
            .flat_map(|(a, b)| [(a, b), (b, a)])
        {
            if diff(&mut judge, old, new).looser.is_some() {
                continue;
            }
            for act in &acts {
                for world in &naive.worlds {
                    let case = Case {
                        act: act.clone(),
                        ancestors: Default::default(),
                        given: literals(model, world),
                        fulfilled: Default::default(),
                    };
                    let right = |policy| {
                        let verdict = naive.verdict(policy, &case);
                        match verdict {
                            None => Some(Default::default()),
                            Some(v) if v.code == "missing-duty" => Some(v.duties),
                            Some(_) => None,
                        }
                    };
                    let (before, after) = (right(old), right(new));
                    let looser = match (&before, &after) {
                        (None, Some(_)) => true,
                        // A duty below the old one fulfils that too.
                        (Some(before), Some(after)) => before.iter().any(|duty| {
                            !after
                                .iter()
                                .any(|other| sets.within(Kind::Duty, *other, *duty))
                        }),
                        _ => false,
                    };
                    if looser {
                        return Err(format!("{act:?} in {world:?}: {before:?} {after:?}"));
                    }
                }
            }
            said += 1;
        }
        Ok(said)
    });
}

/// What a judge says of all plans, in comparable form.
fn outcomes(judge: &mut Judge, model: &Model) -> Vec<String> {
    let mut all = Vec::new();
    for plan in &model.plans {
        for finding in abide::check::plans::judge(judge, plan).findings {
            let sets: Vec<Vec<usize>> = finding
                .acts
                .sets
                .iter()
                .map(|set| set.ones().collect())
                .collect();
            all.push(format!(
                "{:?} {:?} {} {:?} {:?} {:?} {sets:?}",
                finding.policy,
                finding.at,
                finding.code().name,
                finding.rules,
                finding.facts,
                finding.duties
            ));
        }
    }
    all
}

#[test]
fn a_policy_beyond_the_bound_is_judged_rule_by_rule_with_the_same_answers() {
    law(150, 50, |model| {
        let mut judge = judge(model);
        let whole = outcomes(&mut judge, model);
        let mut small = self::judge(model);
        small.space.most_nodes = 12;
        let parts = outcomes(&mut small, model);
        if whole != parts {
            return Err(format!("{whole:#?}\n{parts:#?}"));
        }
        let mut diags = Vec::new();
        for policy in ids(model) {
            abide::analyze::check(&mut small, policy, &|code| code.severity, &mut diags);
        }
        let said = diags.iter().any(|d| d.code.name == "policy-too-large");
        let all_whole = ids(model).all(|policy| small.is_whole(policy));
        if said == all_whole {
            return Err("the bound is not reported".into());
        }
        Ok(usize::from(!all_whole))
    });
}

/// Findings beyond those wanted are counted from both ends by two threads, which may take any turns.
#[test]
fn what_is_not_listed_is_counted_on_any_number_of_threads() {
    law(150, 100, |model| {
        let mut said = 0;
        for plan in &model.plans {
            let of = |most: usize, jobs: usize| {
                let outcome = on(jobs, || judge_most(&mut judge(model), plan, most));
                let of = outcome.findings.iter();
                let listed: Vec<_> = of.map(|one| (one.at, one.code().name)).collect();
                let counted: usize = outcome.more.values().sum();
                (listed, counted, outcome.impossible)
            };
            let (all, _, impossible) = of(usize::MAX, 1);
            for most in [0, 1, 2, all.len() / 2] {
                let (listed, counted, own) = of(most, 2);
                let same = listed.len() >= most.min(all.len()) && all.starts_with(&listed);
                // Where waivers stand, findings beyond those wanted are listed, too.
                let waived = listed.len() > most
                    && (plan.edges.iter().any(|edge| !edge.waivers.is_empty())
                        || plan.nodes.iter().any(|node| !node.waivers.is_empty()));
                if !(same || waived) || listed.len() + counted != all.len() || own != impossible {
                    return Err(format!(
                        "{most}: {listed:?} and {counted} of {all:?}, {own:?}"
                    ));
                }
                said += usize::from(most > 0 && counted > 0);
            }
        }
        Ok(said)
    });
}

#[test]
fn the_witness_of_a_conflict_is_forbidden() {
    law(300, 60, |model| {
        let mut judge = judge(model);
        let mut said = 0;
        for policy in ids(model) {
            let mut diags = Vec::new();
            limits::check(&mut judge, policy, &mut diags);
            let notes = diags
                .iter()
                .filter(|d| matches!(d.code.name, "conflict" | "dead-rule"))
                .flat_map(|d| &d.notes)
                .filter_map(|note| note.strip_prefix("for one: "));
            for line in notes.filter(|line| !line.is_empty()) {
                // Dates are ignored there: a fact that has ended can't be given in a question.
                let Ok(found) = classes(&mut judge, model, line, policy) else {
                    continue;
                };
                // So can't one that lies under it.
                let facts = model.vocabulary.of(Kind::Fact);
                let ended = model
                    .vocabulary
                    .until
                    .keys()
                    .flat_map(|fact| facts.set(*fact).ones())
                    .any(|fact| line.contains(facts.shown(NameId(fact as u32))));
                let forbidden = found
                    .iter()
                    .all(|v| matches!(v, Some(Verdict::Forbidden | Verdict::KeptTooLong)));
                if !forbidden && !ended {
                    return Err(format!("{line}: {found:?}"));
                }
                said += 1;
            }
        }
        Ok(said)
    });
}

#[test]
fn on_a_circle_of_any_length_the_first_flow_is_reported() {
    for length in [2, 3, 40, 4000] {
        let mut text =
            "data d\nsubject person\npolicy p { may use any }\nplan c {\n checks p\n".to_string();
        for node in 0..length {
            text += &format!(" system s{node}\n");
        }
        for node in 0..length {
            text += &format!(" s{node} -> s{} : d\n", (node + 1) % length);
        }
        text += "}\n";
        let mut diags = Vec::new();
        let ast = parse(FileId(0), &text, &mut diags);
        let model = lower(&[&ast], &Default::default(), &mut diags);
        assert!(diags.is_empty(), "{diags:?}");
        let outcome = abide::check::plans::judge(&mut judge(&model), &model.plans[0]);
        let reported: Vec<usize> = outcome.unsourced.iter().map(|one| one.edge).collect();
        assert_eq!(reported, [0], "a circle of {length} systems");
        assert!(outcome.findings.is_empty());
    }
}
