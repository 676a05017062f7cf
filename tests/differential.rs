//! The backbone: a naive judge and a naive fixpoint that follow the language page word for word
//! agree with the engine on random vocabularies, policies and plans.
//!
//! Runs are the same each time; `PROPTEST_CASES=5000` runs more files, `PROPTEST_RNG_SEED=7` others.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read and write files and run the program"
)]

mod naive;

use abide::diag::Severity;
use abide::model::{Action, Model, lower};
use abide::source::SourceMap;
use abide::syntax::ast::{Ast, Kind};
use abide::syntax::parse;
use naive::coverage;
use naive::findings::{At, Findings, Key, Other};
use naive::flow::Way;
use naive::generate::{self, File};
use naive::judge::Verdict;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;
use std::rc::Rc;

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

/// The tree and the model of a file, or its first error.
fn lowered(file: &File) -> Result<(Ast, Model), String> {
    let mut sources = SourceMap::default();
    let id = sources.add(Path::new(""), "random.abide".into(), file.0.clone());
    let mut diags = Vec::new();
    let ast = parse(id, &file.0, &mut diags);
    let model = lower(&[&ast], &Default::default(), &mut diags);
    match diags.iter().find(|diag| diag.severity == Severity::Error) {
        None => Ok((ast, model)),
        Some(wrong) => {
            let line = sources.start(wrong.primary.span).line;
            let text = file.0.lines().nth(line as usize - 1).unwrap_or("");
            Err(format!("{}: {} | {text}", wrong.code.name, wrong.message))
        }
    }
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

/// Where both sides differ, in words; empty where they agree.
fn differences(model: &Model, page: &Findings, engine: &Findings, broken: &[String]) -> String {
    let mut text = String::new();
    let differing: BTreeSet<&Key> = page
        .acts
        .keys()
        .chain(engine.acts.keys())
        .filter(|key| {
            let verdicts = |of: &Findings| -> Option<Vec<Rc<Verdict>>> {
                Some(of.acts.get(*key)?.keys().cloned().collect())
            };
            verdicts(page) != verdicts(engine)
        })
        .collect();
    let verdicts = |of: Option<&BTreeMap<Rc<Verdict>, BTreeSet<Rc<Way>>>>| match of {
        None => "fine".to_string(),
        Some(of) => of
            .keys()
            .map(|verdict| show_verdict(model, verdict))
            .collect::<Vec<_>>()
            .join("; "),
    };
    for key in differing.iter().take(5) {
        let _ = writeln!(
            text,
            "{}\n    page:   {}\n    engine: {}",
            show_key(model, key),
            verdicts(page.acts.get(*key)),
            verdicts(engine.acts.get(*key))
        );
    }
    if differing.len() > 5 {
        let _ = writeln!(text, "… and {} more acts", differing.len() - 5);
    }
    for other in page.others.symmetric_difference(&engine.others) {
        let says = if page.others.contains(other) {
            "only the page"
        } else {
            "only the engine"
        };
        let _ = writeln!(text, "{says}: {}", show_other(model, other));
    }
    for (test, policy, line) in page.failed.symmetric_difference(&engine.failed) {
        let fails = if page.failed.contains(&(*test, *policy, *line)) {
            "the page"
        } else {
            "the engine"
        };
        let _ = writeln!(
            text,
            "test {test}, line {line} for {} fails only by {fails}",
            model.policy(*policy).name
        );
    }
    for one in broken {
        let _ = writeln!(text, "{one}");
    }
    text
}

fn show_at(model: &Model, plan: usize, at: At) -> String {
    match at {
        At::Edge(edge) => format!("plan q-{plan}, edge {}", edge + 1),
        At::Store(node) => format!("plan q-{plan}, {}", model.plans[plan].nodes[node].name),
    }
}

fn show_key(model: &Model, key: &Key) -> String {
    let name = |kind: Kind, id| model.vocabulary.of(kind).shown(id).to_string();
    let mut text = format!(
        "{} under {}: {} {} as {} of {} resident in {} on {} by {}",
        show_at(model, key.plan, key.at),
        model.policy(key.policy).name,
        key.action.word(),
        name(Kind::Data, key.data),
        name(Kind::Form, key.form),
        name(Kind::Subject, key.subject),
        name(Kind::Region, key.resident),
        name(Kind::Context, key.context),
        name(Kind::Party, key.actor)
    );
    if let Some(party) = key.counterparty {
        let _ = write!(text, " with {}", name(Kind::Party, party));
    }
    let _ = write!(text, " for {}", name(Kind::Purpose, key.purpose));
    for (word, region) in [("in", key.place), ("from", key.from), ("to", key.to)] {
        if let Some(region) = region {
            let _ = write!(text, " {word} {}", name(Kind::Region, region));
        }
    }
    text
}

fn show_verdict(model: &Model, verdict: &Verdict) -> String {
    let sets: Vec<String> = verdict
        .facts
        .iter()
        .map(|set| {
            set.iter()
                .map(|literal| {
                    let not = if literal.holds { "" } else { "not " };
                    format!(
                        "{not}{}",
                        model.vocabulary.of(Kind::Fact).shown(literal.fact)
                    )
                })
                .collect::<Vec<_>>()
                .join(" and ")
        })
        .collect();
    let duties: Vec<&str> = verdict
        .duties
        .iter()
        .map(|duty| model.vocabulary.of(Kind::Duty).shown(*duty))
        .collect();
    format!(
        "{} (facts: {}) (duties: {})",
        verdict.code,
        sets.join(" or "),
        duties.join(", ")
    )
}

fn show_other(model: &Model, other: &Other) -> String {
    let what = match other.code {
        "unsourced-data" => model
            .vocabulary
            .of(Kind::Data)
            .shown(abide::model::NameId(other.what))
            .to_string(),
        "unmet-standing-duty" => format!("rule {}", other.what + 1),
        _ => String::new(),
    };
    format!(
        "{} at {} {} {what}",
        other.code,
        show_at(model, other.plan, other.at),
        other
            .policy
            .map_or(String::new(), |policy| model.policy(policy).name.clone())
    )
}
