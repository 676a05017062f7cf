//! `abide check` and `abide test`.

use super::exit;
use super::fmt::diff;
use super::output::{Output, Wanted, unless_closed};
use super::say;
use super::shared::{FailLevel, Judging, Notices, Paths};
use super::watch::{AGAIN, watch};
use crate::config::Config;
use crate::diag::{Code, Group, Severity, codes};
use crate::project::baseline::{self, Baseline};
use crate::project::run::Settings;
use crate::project::{Inputs, Kept, Loaded, Outcome, Trees, load_keeping, run_keeping};
use crate::project::{files, fix};
use crate::report::summary::number;
use crate::report::{Report, place, visible};
use crate::source::FileId;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

/// Options.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    #[command(flatten)]
    paths: Paths,
    #[command(flatten)]
    notices: Notices,
    #[command(flatten)]
    pub(super) judging: Judging,
    #[command(flatten)]
    output: Output,
    /// Findings that are known [default: the nearest abide-baseline.json]
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Mend what can be mended safely, lay files out, and check what is left
    #[arg(long)]
    fix: bool,
    /// With --fix, change nothing and show what would change
    #[arg(long, requires = "fix")]
    diff: bool,
    /// Check again whenever a file changes
    #[arg(long, conflicts_with = "fix")]
    watch: bool,
    /// Exit 0 whatever was found (but not when it could not run, or checked nothing)
    #[arg(long)]
    exit_zero: bool,
    /// What makes the run fail [default: error]
    #[arg(long, value_name = "LEVEL")]
    fail_level: Option<FailLevel>,
    /// Exit 0 also when nothing was checked
    #[arg(long)]
    allow_empty: bool,
}

/// What is to be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Everything.
    Everything,
    /// Tests alone.
    Tests,
}

/// Checks and reports; returns the exit code.
pub fn run(args: &Args, what: What) -> Result<u8, String> {
    let stdin = args.paths.paths.iter().any(|path| path.as_os_str() == "-");
    if stdin && (args.fix || args.watch) {
        return Err("standard input can't be changed or watched; name a file".to_string());
    }
    if args.watch {
        let folders = args.paths.input(&args.paths.config()?)?.paths;
        let (mut trees, mut kept) = (Trees::default(), Kept::default());
        let read = || {
            let read = Read::new(args, Some(&mut trees))?;
            Ok((read.inputs(), read))
        };
        return watch(&folders, AGAIN, read, |read| {
            once(args, what, read, Some(&mut kept))
        });
    }
    if args.fix {
        let changes = fix(args)?;
        if args.diff {
            return Ok(if changes { exit::FINDINGS } else { exit::CLEAN });
        }
    }
    once(args, what, Read::new(args, None)?, None)
}

/// The project's settings, those of the run, the files under them, and what is known of them.
struct Read {
    config: Config,
    settings: Settings,
    loaded: Loaded,
    baseline: Option<Baseline>,
}

impl Read {
    fn new(args: &Args, trees: Option<&mut Trees>) -> Result<Read, String> {
        let config = args.paths.config()?;
        let settings = args.judging.settings(&config)?;
        let input = args.paths.input_with(&args.notices, &config)?;
        let baseline = args.paths.baseline(args.baseline.as_ref());
        let baseline = baseline.filter(|_| settings.waivers);
        Ok(Read {
            loaded: load_keeping(&input, trees)?,
            config,
            settings,
            baseline: baseline.map(|path| baseline::read(&path)).transpose()?,
        })
    }

    fn inputs(&self) -> Inputs {
        let baseline = self.baseline.as_ref();
        Inputs::of(&self.config, &self.settings, &self.loaded, baseline)
    }
}

/// Mends, or shows what would be; says whether there is anything to change.
fn fix(args: &Args) -> Result<bool, String> {
    let config = args.paths.config()?;
    let settings = args.judging.settings(&config)?;
    let input = args.paths.input_with(&args.notices, &config)?;
    let fixed = fix::fix(&input, &settings)?;
    let files = number(fixed.changes.len(), "file", "files");
    if args.diff {
        let shown = fixed
            .changes
            .iter()
            .map(|change| diff(&change.shown, &change.old, &change.new));
        let text = visible(&shown.collect::<String>());
        let mut out = std::io::stdout().lock();
        unless_closed(out.write_all(text.as_bytes()).and_then(|()| out.flush()))?;
    } else {
        for change in &fixed.changes {
            files::replace(&change.path, &change.old, &change.new)?;
        }
        if !fixed.changes.is_empty() {
            let findings = number(fixed.findings, "finding", "findings");
            say(&format!("mended {findings}, changed {files}"));
        }
    }
    Ok(!fixed.changes.is_empty())
}

fn once(args: &Args, what: What, read: Read, kept: Option<&mut Kept>) -> Result<u8, String> {
    let Read {
        config,
        mut settings,
        loaded,
        baseline,
    } = read;
    let output = args.output.over(&config)?;
    let wanted = output.wanted()?;
    let asked = loaded.asked.clone();
    // What nobody reads need not be said, only counted; what is compared or waived one by one must.
    if baseline.is_none() && loaded.waive.is_empty() && wanted.iter().all(Wanted::is_for_people) {
        settings.most = output.most();
    }
    let mut outcome = run_keeping(loaded, &settings, kept);
    if let Some(known) = &baseline {
        baseline::apply(known, &settings.levels, &asked, &mut outcome);
    }
    if what == What::Tests {
        only_tests(&mut outcome);
    }
    let report = Report {
        sources: &outcome.sources,
        asts: &outcome.asts,
        findings: &outcome.findings,
        unlisted: &outcome.unlisted,
        counts: outcome.counts,
        checked: &outcome.checked,
        waivers_end_in: &outcome.waivers_end_in,
        show_expected: output.show_expected,
        quiet: output.quiet,
        statistics: output.statistics,
        max_findings: output.most(),
    };
    if output.verbose {
        tell(&report, &asked, &config);
    }
    output.write(&wanted, &report)?;

    let set = config.output.fail_level.map(|placed| placed.value.into());
    let fails = match args.fail_level.or(set).unwrap_or(FailLevel::Error) {
        FailLevel::Error => report.count(Severity::Error) > 0,
        FailLevel::Warning => report.open().next().is_some(),
    };
    if fails {
        return Ok(if args.exit_zero {
            exit::CLEAN
        } else {
            exit::FINDINGS
        });
    }
    let counts = outcome.counts;
    let nothing = match what {
        What::Everything => counts.rules == 0 && counts.flows == 0 && counts.expectations == 0,
        What::Tests => counts.expectations == 0,
    };
    if nothing && !args.allow_empty {
        let missing = match what {
            What::Everything => "no rule, no flow and no expectation",
            What::Tests => "no expectation",
        };
        say(&format!(
            "nothing was checked: {missing} under the given paths (--allow-empty accepts that)"
        ));
        return Ok(exit::NOTHING);
    }
    Ok(exit::CLEAN)
}

/// Leaves out what plans and policies raise on their own; what keeps tests from running stays.
fn only_tests(outcome: &mut Outcome) {
    let stays = |code: &'static Code| {
        // What was left out may be a test.
        let cut = code == &codes::TOO_MANY_FINDINGS;
        cut || matches!(code.group, Group::Syntax | Group::Names | Group::Tests)
    };
    outcome.findings.retain(|diagnostic| stays(diagnostic.code));
    outcome.unlisted.retain(|one| stays(one.code));
    outcome.counts.plans = 0;
    outcome.counts.flows = 0;
}

/// What a run read and what it kept quiet about, for people who ask.
fn tell(report: &Report, asked: &BTreeSet<FileId>, config: &Config) {
    for file in &config.files {
        say(&format!("settings from {}", file.shown));
    }
    for (file, source) in report.sources.iter() {
        if config.files.iter().any(|other| other.path == source.path) {
            continue;
        }
        let how = match asked.contains(&file) {
            true => "read",
            false if source.shown.ends_with(baseline::NAME) => "known findings from",
            false => "included",
        };
        say(&format!("{how} {}", source.shown));
    }
    for diagnostic in report.findings {
        if let Some(reason) = &diagnostic.waived {
            let place = place(report, diagnostic);
            let code = diagnostic.code.name;
            say(&format!("waived {place}: {code}, because \"{reason}\""));
        }
    }
}
