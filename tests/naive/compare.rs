//! Where the naive judge and the engine differ, in words.

use super::findings::{At, Findings, Key, Other};
use super::flow::Way;
use super::generate::File;
use super::judge::Verdict;
use abide::diag::Severity;
use abide::model::{Model, lower};
use abide::source::SourceMap;
use abide::syntax::ast::{Ast, Kind};
use abide::syntax::parse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;
use std::rc::Rc;

/// The tree and the model of a file, or its first error.
pub fn lowered(file: &File) -> Result<(Ast, Model), String> {
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

/// Where both sides differ, in words; empty where they agree.
pub fn differences(model: &Model, page: &Findings, engine: &Findings, broken: &[String]) -> String {
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
        At::Store(node) => format!("plan q-{plan}, {}", model.plans[plan].node(node).name()),
    }
}

pub fn show_key(model: &Model, key: &Key) -> String {
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

pub fn show_other(model: &Model, other: &Other) -> String {
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
