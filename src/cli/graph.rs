//! `abide graph`: a plan's flows as a picture.

use super::exit;
use super::output::unless_closed;
use super::say;
use super::shared::{Judging, Paths};
use crate::diag::{Group, Severity};
use crate::graph::{self, Collapse, Direction, GroupBy, Options, Picture};
use crate::model::Plan;
use crate::project::levels::nearest;
use crate::project::{Outcome, run as run_project};
use crate::report::summary::number;
use clap::ValueEnum;
use std::io::Write;

/// Options.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    #[command(flatten)]
    paths: Paths,
    #[command(flatten)]
    pub(super) judging: Judging,
    /// Only this plan; may be given several times
    #[arg(long, value_name = "NAME")]
    plan: Vec<String>,
    /// What to write; only dot takes several plans at once
    #[arg(long, default_value = "dot")]
    format: Format,
    /// Draw what is around this node
    #[arg(long, value_name = "NODE")]
    focus: Option<String>,
    /// How many hops around it
    #[arg(long, value_name = "N", requires = "focus")]
    depth: Option<usize>,
    /// Which way around it
    #[arg(long, default_value = "both", requires = "focus")]
    direction: DirectionFlag,
    /// Draw where this data goes
    #[arg(long, value_name = "NAME")]
    data: Option<String>,
    /// Draw only the paths of violations
    #[arg(long)]
    violations_only: bool,
    /// Draw everything, also where there are violations
    #[arg(long)]
    all: bool,
    /// What frames stand for
    #[arg(long, default_value = "party")]
    group_by: GroupByFlag,
    /// Merge nodes of one party or region
    #[arg(long, default_value = "auto")]
    collapse: CollapseFlag,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Dot,
    Mermaid,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DirectionFlag {
    Up,
    Down,
    Both,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum GroupByFlag {
    Party,
    Region,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CollapseFlag {
    Auto,
    None,
    Party,
    Region,
}

/// Draws every plan wanted. Findings are drawn, not reported, so they do not fail it.
pub fn run(args: &Args) -> Result<u8, String> {
    let config = args.paths.config()?;
    let settings = args.judging.settings(&config)?;
    let outcome = run_project(args.paths.load(&config)?, &settings);
    let plans: Vec<_> = outcome
        .models
        .iter()
        .flat_map(|(model, _)| model.plans.iter().map(move |plan| (model, plan)))
        .collect();
    for name in &args.plan {
        if !plans.iter().any(|(_, plan)| plan.name == *name) {
            let known = plans.iter().map(|(_, plan)| plan.name.as_str());
            let hint = nearest(name, known)
                .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            return Err(format!("there is no plan `{name}`{hint}"));
        }
    }
    let wanted = |plan: &Plan| args.plan.is_empty() || args.plan.contains(&plan.name);
    let plans: Vec<_> = plans.into_iter().filter(|(_, plan)| wanted(plan)).collect();
    if plans.is_empty() {
        say("there is no plan under the given paths");
        return Ok(exit::NOTHING);
    }
    let options = args.options();
    let mistakes: Vec<Option<String>> = plans
        .iter()
        .map(|(model, plan)| graph::mistaken(model, plan, &options))
        .collect();
    // A node or datum that one of several plans has is no mistake for the others.
    if let Some(Some(first)) = mistakes.first()
        && mistakes.iter().all(Option::is_some)
    {
        return Err(first.clone());
    }
    let pictures: Vec<Picture> = plans
        .iter()
        .zip(&mistakes)
        .filter(|(_, mistake)| mistake.is_none())
        .map(|((model, plan), _)| {
            graph::draw(model, plan, &outcome.sources, &outcome.findings, &options)
        })
        .collect();
    write(args.format, &pictures)?;
    Ok(if broken(&outcome) {
        exit::FINDINGS
    } else {
        exit::CLEAN
    })
}

fn write(format: Format, pictures: &[Picture]) -> Result<(), String> {
    // One stream may hold several DOT graphs, but only one of the others.
    if format != Format::Dot && pictures.len() > 1 {
        let names: Vec<String> = pictures
            .iter()
            .map(|picture| format!("`{}`", picture.plan))
            .collect();
        return Err(format!(
            "this format takes one plan; choose one with --plan: {}",
            names.join(", ")
        ));
    }
    let mut out = Vec::new();
    for picture in pictures {
        let written = match format {
            Format::Dot => graph::dot::write(picture, &mut out).map(|()| None),
            Format::Json => graph::json::write(picture, &mut out).map(|()| None),
            Format::Mermaid => graph::mermaid::write(picture, &mut out),
        };
        if let Some(note) = written.map_err(|error| error.to_string())? {
            say(&note);
        }
    }
    let mut stdout = std::io::stdout().lock();
    unless_closed(stdout.write_all(&out).and_then(|()| stdout.flush()))
}

/// Says of files in error that the picture may lack something.
fn broken(outcome: &Outcome) -> bool {
    let errors = outcome
        .findings
        .iter()
        .filter(|d| d.severity == Severity::Error && d.waived.is_none() && !d.expected)
        .filter(|d| matches!(d.code.group, Group::Syntax | Group::Names))
        .count();
    if errors > 0 {
        say(&format!(
            "the files have {}, so the picture may lack something; `abide check` shows what is wrong",
            number(errors, "error", "errors")
        ));
    }
    errors > 0
}

impl Args {
    fn options(&self) -> Options {
        let usual = Options::default();
        Options {
            focus: self.focus.clone(),
            depth: self.depth.unwrap_or(usual.depth),
            direction: match self.direction {
                DirectionFlag::Up => Direction::Up,
                DirectionFlag::Down => Direction::Down,
                DirectionFlag::Both => Direction::Both,
            },
            data: self.data.clone(),
            violations_only: self.violations_only,
            all: self.all,
            group_by: match self.group_by {
                GroupByFlag::Party => GroupBy::Party,
                GroupByFlag::Region => GroupBy::Region,
            },
            collapse: match self.collapse {
                CollapseFlag::Auto => Collapse::Auto,
                CollapseFlag::None => Collapse::Nothing,
                CollapseFlag::Party => Collapse::Party,
                CollapseFlag::Region => Collapse::Region,
            },
        }
    }
}
