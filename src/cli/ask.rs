//! `abide ask`: a flow in one line, judged.

use super::exit;
use super::output::unless_closed;
use super::question::{self, Asked};
use super::shared::{Judging, Paths};
use crate::analyze::ask::{self, Question};
use crate::check::expectations::Group;
use crate::check::wording::{conditions, describe_fully, said};
use crate::check::{Judge, Verdict};
use crate::decide::Dim;
use crate::model::{Model, PolicyId};
use crate::report::visible;
use clap::ValueEnum;
use serde::Serialize;
use std::io::Write;
use std::path::Path;

/// Options.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The flow, as a test writes it; a `?` asks for names: "share ? with carrier"
    flow: String,
    #[command(flatten)]
    paths: Paths,
    #[command(flatten)]
    judging: Judging,
    /// The policies asked; without any, those in force, that none supersedes
    #[arg(long, value_name = "NAME")]
    policy: Vec<String>,
    /// How to answer
    #[arg(short, long, default_value = "text")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

#[derive(Debug, Serialize)]
struct Answer {
    policy: String,
    question: String,
    verdicts: Vec<Verdicts>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    names: Vec<NamesOf>,
}

#[derive(Debug, Serialize)]
struct Verdicts {
    verdict: &'static str,
    acts: String,
    rules: Vec<RuleOf>,
    facts: Vec<String>,
    duties: Vec<String>,
}

#[derive(Debug, Serialize)]
struct RuleOf {
    label: Option<String>,
    file: String,
    line: u32,
    citations: Vec<String>,
}

#[derive(Debug, Serialize)]
struct NamesOf {
    verdict: &'static str,
    names: String,
}

/// Answers.
pub fn run(args: &Args) -> Result<u8, String> {
    let config = args.paths.config()?;
    let settings = args.judging.settings(&config)?;
    let mut asked = question::load(&args.paths, &config, &settings)?;
    let file = asked.loaded.sources.add(
        Path::new("question"),
        "question".to_string(),
        args.flow.replacen('?', "any", 1),
    );
    let mut diags = Vec::new();
    let read = ask::read(&asked.model, file, &args.flow, &mut diags);
    if !diags.is_empty() {
        question::show(&asked.loaded, &diags);
    }
    let Some(read) = read else {
        return Ok(exit::FAILED);
    };
    let policies = question::policies(&asked.model, &args.policy)?;
    let mut judge = Judge::new(&asked.model, settings.today);
    let mut answers = Vec::new();
    for policy in policies {
        answers.push(answer(&mut judge, &asked, &read, policy, &args.flow)?);
    }
    let text = match args.format {
        Format::Json => serde_json::to_string_pretty(&answers).map_err(|e| e.to_string())? + "\n",
        Format::Text => answers.iter().map(in_words).collect::<Vec<_>>().join("\n"),
    };
    let mut out = std::io::stdout().lock();
    unless_closed(
        out.write_all(visible(&text).as_bytes())
            .and_then(|()| out.flush()),
    )?;
    Ok(exit::CLEAN)
}

fn answer(
    judge: &mut Judge,
    asked: &Asked,
    question: &Question,
    policy: PolicyId,
    text: &str,
) -> Result<Answer, String> {
    let model = judge.model;
    let groups = ask::groups(judge, question, policy)
        .ok_or("the given facts can't hold together: no world allows them")?;
    if groups.is_empty() {
        return Err("this is about no act at all: its clauses fit none of its verbs".to_string());
    }
    let mut names = Vec::new();
    if let Some(dim) = question.open {
        let open = ask::by_name(judge, dim, groups.clone());
        for clear in open.clear {
            names.push(NamesOf {
                verdict: word(clear.verdict),
                names: model.vocabulary.show_set(dim.kind(), &clear.atoms),
            });
        }
        if !open.mixed.is_clear() {
            names.push(NamesOf {
                verdict: "depends",
                names: model.vocabulary.show_set(dim.kind(), &open.mixed),
            });
        }
    }
    Ok(Answer {
        policy: model.policy(policy).name.clone(),
        question: text.to_string(),
        verdicts: groups
            .iter()
            .map(|group| verdicts(model, asked, group, question.open))
            .collect(),
        names,
    })
}

fn verdicts(model: &Model, asked: &Asked, group: &Group, _open: Option<Dim>) -> Verdicts {
    Verdicts {
        verdict: word(group.verdict),
        acts: describe_fully(&model.vocabulary, group.action, &group.acts),
        rules: group
            .rules
            .iter()
            .map(|(policy, rule)| {
                let rule = &model.policy(*policy).rules[*rule];
                RuleOf {
                    label: rule.label.clone(),
                    file: asked.loaded.sources.file(rule.span.file).shown.clone(),
                    line: asked.loaded.sources.start(rule.span).line,
                    citations: rule.citations.iter().map(|c| c.text.clone()).collect(),
                }
            })
            .collect(),
        facts: conditions(&model.vocabulary, &group.facts),
        duties: match group.verdict {
            Some(Verdict::MissingDuty) => vec![said(model, group)],
            _ => Vec::new(),
        },
    }
}

fn word(verdict: Option<Verdict>) -> &'static str {
    match verdict {
        None => "fine",
        Some(Verdict::Forbidden | Verdict::KeptTooLong) => "forbidden",
        Some(Verdict::Undeclared) => "undeclared",
        Some(Verdict::Conditional) => "conditional",
        Some(Verdict::MissingDuty) => "duty missing",
    }
}

fn in_words(answer: &Answer) -> String {
    let mut text = format!("{}: {}\n", answer.policy, answer.question);
    for names in &answer.names {
        text += &format!("  {:<13} {}\n", names.verdict, names.names);
    }
    if !answer.names.is_empty() {
        text += "\n";
    }
    for verdict in &answer.verdicts {
        text += &format!("  {}: {}\n", verdict.verdict, verdict.acts);
        for rule in &verdict.rules {
            let label = match &rule.label {
                Some(label) => format!("{label}, "),
                None => String::new(),
            };
            text += &format!("    by {label}{}:{}", rule.file, rule.line);
            let cited: Vec<String> = rule.citations.iter().map(|c| format!("\"{c}\"")).collect();
            if !cited.is_empty() {
                text += &format!(", from {}", cited.join(", "));
            }
            text += "\n";
        }
        for help in verdict.facts.iter().chain(&verdict.duties) {
            text += &format!("    {help}\n");
        }
    }
    text
}
