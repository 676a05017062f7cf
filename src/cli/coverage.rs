//! `abide coverage`: how much of a notice its policies encode.

use super::exit;
use super::output::unless_closed;
use super::question::show;
use super::say;
use super::shared::{Judging, Notices, Paths};
use crate::analyze::coverage::{self, Coverage};
use crate::diag::{Diags, Group, Severity};
use crate::project::notices;
use crate::report::coverage::{html, json, markdown, share, text};
use clap::ValueEnum;
use std::collections::BTreeSet;
use std::io::{BufWriter, Write};

/// Options.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    #[command(flatten)]
    paths: Paths,
    #[command(flatten)]
    notices: Notices,
    #[command(flatten)]
    pub(super) judging: Judging,
    /// Exit 1 where a smaller share of a notice's sentences is cited
    #[arg(long, value_name = "SHARE", value_parser = percent)]
    min: Option<f64>,
    /// How to show it
    #[arg(short, long, default_value = "text")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Markdown,
    Html,
}

/// Looks every citation up and shows what is left.
pub fn run(args: &Args) -> Result<u8, String> {
    let config = args.paths.config()?;
    let settings = args.judging.settings(&config)?;
    let loaded = args.paths.load_with(&args.notices, &config)?;
    if loaded.notices.is_empty() {
        return Err(
            "no notice is named; write `--notice POLICY=PATH`, or set `[notices]` in abide.toml"
                .to_string(),
        );
    }
    let broken: Diags = loaded
        .diags
        .iter()
        .filter(|d| d.code.group == Group::Syntax)
        .cloned()
        .collect();
    if !broken.is_empty() {
        show(&loaded, &broken);
        return Err("the files have errors, so there is no exact answer".to_string());
    }
    let mut lost = Diags::new();
    let files: BTreeSet<_> = loaded.asts.iter().map(|ast| ast.file).collect();
    notices::check(&loaded, &files, &mut lost);
    for diagnostic in &mut lost {
        diagnostic.severity = settings.levels.of(diagnostic.code);
    }
    lost.retain(|d| d.severity != Severity::Allow);
    lost.sort_by(|a, b| a.order(b));
    show(&loaded, &lost);
    let all: Vec<Coverage> = notices::texts(&loaded)
        .iter()
        .map(|text| coverage::coverage(text.notice.clone(), &text.policies, &loaded.sources))
        .collect();
    let mut out = BufWriter::new(std::io::stdout().lock());
    let written = match args.format {
        Format::Text => text::write(&all, &mut out),
        Format::Json => json::write(&all, &mut out),
        Format::Markdown => markdown::write(&all, &mut out),
        Format::Html => html::write(&all, &mut out),
    };
    unless_closed(written.and_then(|()| out.flush()))?;
    Ok(judged(args, &all, &lost))
}

fn judged(args: &Args, all: &[Coverage], lost: &Diags) -> u8 {
    let mut code = exit::CLEAN;
    if lost.iter().any(|d| d.severity == Severity::Error) {
        code = exit::FINDINGS;
    }
    for Coverage { notice, tally, .. } in all {
        if tally.sentences() == 0 {
            say(&format!("`{}` has no sentence", notice.shown));
            return exit::NOTHING;
        }
        let Some(min) = args.min else {
            continue;
        };
        if 100.0 * (tally.found() as f64) < min * (tally.sentences() as f64) {
            let share = share(tally);
            say(&format!(
                "{share} of `{}` is less than {min} %",
                notice.shown
            ));
            code = exit::FINDINGS;
        }
    }
    code
}

fn percent(value: &str) -> Result<f64, String> {
    let number = value.trim().trim_end_matches('%').trim_end();
    match number.parse::<f64>() {
        Ok(share) if (0.0..=100.0).contains(&share) => Ok(share),
        _ => Err("write a share from 0% to 100%, such as `95%`".to_string()),
    }
}
