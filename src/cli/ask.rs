//! `abide ask`: a flow in one line, judged.

use super::exit;
use super::output::{print, unless_closed};
use super::question::{self, Asked};
use super::shared::{Judging, Paths};
use crate::analyze::ask::{self, Question};
use crate::check::expectations::Group;
use crate::check::wording::{conditions, describe_fully, said};
use crate::check::{Judge, Verdict};
use crate::decide::Dim;
use crate::diag::{Code, Diagnostic, codes};
use crate::model::{Model, PolicyId};
use crate::project::Checked;
use crate::project::checked::What;
use crate::report::{Report, machine, visible};
use crate::source::{FileId, Span};
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
    pub(super) judging: Judging,
    /// The policies asked; without any, those in force, that none supersedes
    #[arg(long, value_name = "NAME")]
    policy: Vec<String>,
    /// How to answer: full (or text), concise, json, json-lines; or as findings at the question:
    /// grouped, github, gitlab, junit, sarif
    #[arg(
        short = 'f',
        long = "output-format",
        alias = "format",
        value_name = "FORMAT",
        default_value = "full"
    )]
    format: String,
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
    let mut judged = Vec::new();
    for policy in policies {
        let groups = groups(&mut judge, &read, policy)?;
        answers.push(answer(
            &mut judge, &asked, &read, policy, &args.flow, &groups,
        ));
        judged.push((policy, groups));
    }
    let text = match args.format.as_str() {
        "full" | "text" => answers.iter().map(in_words).collect::<Vec<_>>().join("\n"),
        "concise" => answers.iter().map(in_a_line_each).collect(),
        "json" => machine::text(&answers).map_err(|e| e.to_string())?,
        "json-lines" => machine::lines(&answers).map_err(|e| e.to_string())?,
        format => {
            as_findings(format, &asked, file, &judged)?;
            return Ok(exit::CLEAN);
        }
    };
    let mut out = std::io::stdout().lock();
    unless_closed(
        out.write_all(visible(&text).as_bytes())
            .and_then(|()| out.flush()),
    )?;
    Ok(exit::CLEAN)
}

fn groups(judge: &mut Judge, question: &Question, policy: PolicyId) -> Result<Vec<Group>, String> {
    let groups = ask::groups(judge, question, policy)
        .ok_or("the given facts can't hold together: no world allows them")?;
    if groups.is_empty() {
        return Err("this is about no act at all: its clauses fit none of its verbs".to_string());
    }
    Ok(groups)
}

fn answer(
    judge: &mut Judge,
    asked: &Asked,
    question: &Question,
    policy: PolicyId,
    text: &str,
    groups: &[Group],
) -> Answer {
    let model = judge.model;
    let mut names = Vec::new();
    if let Some(dim) = question.open {
        let open = ask::by_name(judge, dim, groups.to_vec());
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
    Answer {
        policy: model.policy(policy).name.clone(),
        question: text.to_string(),
        verdicts: groups
            .iter()
            .map(|group| verdicts(model, asked, group, question.open))
            .collect(),
        names,
    }
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

fn in_a_line_each(answer: &Answer) -> String {
    let line = |verdict: &Verdicts| {
        let (word, acts) = (verdict.verdict, &verdict.acts);
        let rules = verdict
            .rules
            .iter()
            .map(|rule| format!("{}:{}", rule.file, rule.line));
        let by = match rules.collect::<Vec<_>>().join(", ") {
            rules if rules.is_empty() => rules,
            rules => format!(" (by {rules})"),
        };
        format!("{}: {word}: {acts}{by}\n", answer.policy)
    };
    answer.verdicts.iter().map(line).collect()
}

/// An answer in a format made for findings: what is not fine is found at the question.
fn as_findings(
    format: &str,
    asked: &Asked,
    file: FileId,
    judged: &[(PolicyId, Vec<Group>)],
) -> Result<(), String> {
    let model = &asked.model;
    let sources = &asked.loaded.sources;
    let end = sources.file(file).text.len() as u32;
    let whole = Span {
        file,
        start: 0,
        end,
    };
    let mut findings = Vec::new();
    let mut checked = Vec::new();
    for (policy, groups) in judged {
        let name = &model.policy(*policy).name;
        for group in groups {
            let Some(verdict) = group.verdict else {
                continue;
            };
            let acts = describe_fully(&model.vocabulary, group.action, &group.acts);
            let message = format!("{} under `{name}`: {acts}", word(group.verdict));
            let mut finding = Diagnostic::new(code(verdict), whole, message);
            for (policy, rule) in &group.rules {
                finding = finding.also(model.policy(*policy).rules[*rule].span, "decides");
            }
            for fact in conditions(&model.vocabulary, &group.facts) {
                finding = finding.help(fact);
            }
            findings.push(finding);
        }
        if groups.iter().all(|group| group.verdict.is_none()) {
            checked.push(Checked {
                what: What::Expectation,
                owner: name.clone(),
                label: None,
                // Beside the findings of other policies, not around them.
                span: Span {
                    start: end,
                    ..whole
                },
                broken: false,
            });
        }
    }
    let report = Report {
        checked: &checked,
        quiet: true,
        ..Report::of(sources, &asked.loaded.asts, &findings)
    };
    print(format, &report)
}

fn code(verdict: Verdict) -> &'static Code {
    match verdict {
        Verdict::Forbidden => &codes::FORBIDDEN_FLOW,
        Verdict::KeptTooLong => &codes::RETENTION_TOO_LONG,
        Verdict::Undeclared => &codes::UNDECLARED_FLOW,
        Verdict::Conditional => &codes::CONDITIONAL_FLOW,
        Verdict::MissingDuty => &codes::MISSING_DUTY,
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
