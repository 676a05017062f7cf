//! The backbone: a naive judge and a naive fixpoint that follow the language page word for word
//! agree with the engine on random vocabularies, policies and plans.
//!
//! Runs are the same each time; `PROPTEST_CASES=5000` runs more files, `PROPTEST_RNG_SEED=7` others.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read and write files and run the program"
)]

#[allow(dead_code, reason = "the naive judge serves several test binaries")]
mod naive;

use abide::model::{Action, Model};
use naive::compare::{differences, lowered, show_key, show_other};
use naive::coverage;
use naive::findings::{Findings, Other};
use naive::generate::{self, File};
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

/// Beyond so many acts a file is left out.
const ACTS: usize = 400_000;

/// Every verdict and finding that random files must reach.
const CODES: &[&str] = &[
    "forbidden-flow",
    "undeclared-flow",
    "conditional-flow",
    "missing-duty",
    "retention-too-long",
    "retention-unstated",
    "unmet-standing-duty",
    "unsourced-data",
    "nothing-to-carry",
    "reidentified-data",
    "impossible-facts",
    "expired-fact",
    "region-unstated",
];

#[test]
fn the_engine_agrees_with_the_page() {
    let reached: RefCell<BTreeMap<&str, usize>> = RefCell::default();
    let forms: RefCell<BTreeSet<&str>> = RefCell::default();
    let counts: RefCell<[usize; 2]> = RefCell::default();
    let errors: RefCell<Vec<String>> = RefCell::default();
    let result = run(400, |file| {
        counts.borrow_mut()[0] += 1;
        let (ast, model) = match lowered(file) {
            Ok(lowered) => lowered,
            Err(error) => {
                errors.borrow_mut().push(error);
                return Ok(());
            }
        };
        let Ok(page) = naive::findings::findings(&model, naive::findings::today(), ACTS, true)
        else {
            counts.borrow_mut()[1] += 1;
            return Ok(());
        };
        forms.borrow_mut().extend(coverage::forms(&ast));
        for code in codes(&page) {
            *reached.borrow_mut().entry(code).or_default() += 1;
        }
        let (engine, broken) = naive::engine::findings(&model, naive::findings::today(), &page);
        let differences = differences(&model, &page, &engine, &broken);
        if differences.is_empty() {
            Ok(())
        } else {
            Err(TestCaseError::fail(differences))
        }
    });
    let [all, too_large] = *counts.borrow();
    let errors = errors.into_inner();
    if let Err(failure) = result {
        panic!("{failure}");
    }
    assert!(
        (errors.len() + too_large) * 5 < all,
        "of {all} files {} have errors and {too_large} are too large: {errors:#?}",
        errors.len()
    );
    let missing: Vec<_> = coverage::FORMS
        .iter()
        .filter(|form| !forms.borrow().contains(*form))
        .collect();
    assert!(missing.is_empty(), "never generated: {missing:?}");
    let missing: Vec<_> = CODES
        .iter()
        .filter(|code| !reached.borrow().contains_key(*code))
        .collect();
    assert!(
        missing.is_empty(),
        "never reached: {missing:?} of {reached:?}"
    );
}

/// A vague plan can't slip past a precise rule: what is not fine stays so where the plan says less.
#[test]
fn a_vague_plan_never_passes_where_a_precise_one_fails() {
    let tried = RefCell::new(0);
    let result = run(40, |file| {
        let Ok((_, model)) = lowered(file) else {
            return Ok(());
        };
        let judge = |model: &Model| {
            naive::engine::findings(model, naive::findings::today(), &Findings::default()).0
        };
        let precise = judge(&model);
        for vaguer in naive::vaguer::vaguer(&model) {
            let vague = judge(&vaguer.model);
            // What nothing brings could be anything; where more is named, and some of it is brought,
            // what is known of that counts instead.
            if unsourced(&precise) != unsourced(&vague) {
                continue;
            }
            *tried.borrow_mut() += 1;
            let passes = precise.acts.keys().find(|key| {
                let judged = !(vaguer.regions && key.action == Action::Transfer);
                judged && !vague.acts.contains_key(*key)
            });
            if let Some(key) = passes {
                let act = show_key(&model, key);
                return Err(TestCaseError::fail(format!("{}\n{act} passes", vaguer.how)));
            }
            let met = precise
                .others
                .iter()
                .find(|other| other.code == "unmet-standing-duty" && !vague.others.contains(other));
            if let Some(other) = met {
                let duty = show_other(&model, other);
                return Err(TestCaseError::fail(format!(
                    "{}\n{duty} passes",
                    vaguer.how
                )));
            }
        }
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
    assert!(tried.into_inner() > 500);
}

/// Judging one name of each class is a shortcut; it must not change a verdict.
#[test]
fn names_that_no_rule_tells_apart_have_the_same_verdicts() {
    let result = run(40, |file| {
        let Ok((_, model)) = lowered(file) else {
            return Ok(());
        };
        let judge = |classes: bool| {
            naive::findings::findings(&model, naive::findings::today(), 20_000, classes)
        };
        if let (Ok(short), Ok(long)) = (judge(true), judge(false)) {
            let differences = differences(&model, &long, &short, &[]);
            if !differences.is_empty() {
                return Err(TestCaseError::fail(differences));
            }
        }
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
}

/// Runs a law over random files: the same ones each time unless the environment says otherwise.
fn run(cases: u32, law: impl Fn(&File) -> Result<(), TestCaseError>) -> Result<(), String> {
    let mut config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    if std::env::var_os("PROPTEST_MAX_SHRINK_ITERS").is_none() {
        config.max_shrink_iters = 20_000;
    }
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = cases;
    }
    if std::env::var_os("PROPTEST_RNG_SEED").is_none() {
        config.rng_seed = RngSeed::Fixed(0);
    }
    // Files before the first that fails; those tried while shrinking it don't count.
    let (runs, failed) = (Cell::new(0), Cell::new(false));
    let counted = |file: File| {
        runs.set(runs.get() + usize::from(!failed.get()));
        law(&file).inspect_err(|_| failed.set(true))
    };
    TestRunner::new(config)
        .run(&generate::file(), counted)
        .map_err(|error| match error {
            TestError::Fail(reason, file) => {
                format!("{file:?}\n{reason}\n(file {})", runs.get())
            }
            TestError::Abort(reason) => format!("given up: {reason}"),
        })
}

fn unsourced(findings: &Findings) -> BTreeSet<&Other> {
    let others = findings.others.iter();
    others
        .filter(|other| other.code == "unsourced-data")
        .collect()
}

fn codes(findings: &Findings) -> BTreeSet<&'static str> {
    let verdicts = findings
        .acts
        .values()
        .flat_map(BTreeMap::keys)
        .map(|verdict| verdict.code);
    verdicts
        .chain(findings.others.iter().map(|other| other.code))
        .collect()
}
