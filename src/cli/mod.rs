//! The command line: one file a subcommand.
#![allow(
    clippy::disallowed_methods,
    reason = "the command line is where the program speaks"
)]

mod ask;
mod baseline;
mod check;
mod completions;
mod config;
mod coverage;
mod diff;
mod explain;
mod fmt;
mod graph;
mod init;
mod output;
mod question;
mod shared;
mod trace;
mod watch;

use crate::jobs;
use clap::{CommandFactory, Parser, Subcommand};
use std::io::Write;
use std::process::ExitCode;

/// Exit codes, the same for every format.
pub mod exit {
    /// Something was checked and nothing reached the fail level.
    pub const CLEAN: u8 = 0;
    /// Findings.
    pub const FINDINGS: u8 = 1;
    /// Could not run: usage, configuration, unreadable paths, an internal error.
    pub const FAILED: u8 = 2;
    /// Nothing was checked.
    pub const NOTHING: u8 = 3;
}

/// Checks planned data flows against what a privacy notice promises.
///
/// Policies, plans and tests are written in `.abide` files that read like the sentences of the
/// notice. `abide check` judges every planned flow, however many hops from where the data was
/// collected, and says why one breaks a promise and what to write instead.
#[derive(Debug, Parser)]
#[command(name = "abide", version, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 clean, 1 findings, 2 could not run, 3 nothing was checked.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check policies, plans and tests
    Check(check::Args),
    /// Run only the tests written in the language
    Test(check::Args),
    /// Put files into the one layout
    Fmt(fmt::Args),
    /// Draw planned flows
    Graph(graph::Args),
    /// Ask whether a flow is fine, in one line
    Ask(ask::Args),
    /// Compare two policies exactly
    Diff(diff::Args),
    /// Hold policies against the text of the notices they encode, sentence by sentence
    Coverage(coverage::Args),
    /// Follow data through planned flows
    Trace(trace::Args),
    /// Take today's findings as known, so that only new ones fail
    Baseline(baseline::Args),
    /// Explain a code of finding, or list them all
    Explain(explain::Args),
    /// Show the settings in force, and where each was set
    Config(config::Args),
    /// Print completions for a shell
    Completions(completions::Args),
    /// Print a manual page
    Man(completions::ManArgs),
    /// Write settings and a first policy, plan and test
    Init(init::Args),
}

impl Command {
    /// How many threads work on it.
    fn threads(&self) -> usize {
        match self {
            Command::Check(args) | Command::Test(args) => args.judging.threads(),
            Command::Graph(args) => args.judging.threads(),
            Command::Ask(args) => args.judging.threads(),
            Command::Diff(args) => args.judging.threads(),
            Command::Coverage(args) => args.judging.threads(),
            Command::Trace(args) => args.judging.threads(),
            Command::Baseline(args) => args.judging.threads(),
            _ => 1,
        }
    }
}

/// Runs the program.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers, everything else is a mistake in usage.
            let code = if error.use_stderr() {
                exit::FAILED
            } else {
                exit::CLEAN
            };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let work = || match &cli.command {
        Command::Check(args) => check::run(args, check::What::Everything),
        Command::Test(args) => check::run(args, check::What::Tests),
        Command::Fmt(args) => fmt::run(args),
        Command::Graph(args) => graph::run(args),
        Command::Ask(args) => ask::run(args),
        Command::Diff(args) => diff::run(args),
        Command::Coverage(args) => coverage::run(args),
        Command::Trace(args) => trace::run(args),
        Command::Baseline(args) => baseline::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Config(args) => config::run(args),
        Command::Completions(args) => completions::run(args, Cli::command()),
        Command::Man(args) => completions::man(args, Cli::command()),
        Command::Init(args) => init::run(args),
    };
    let threads = cli.command.threads();
    match std::panic::catch_unwind(|| jobs::on(threads, work)) {
        Ok(Ok(code)) => ExitCode::from(code),
        Ok(Err(message)) => {
            say(&message);
            ExitCode::from(exit::FAILED)
        }
        Err(_) => {
            say("this is a bug in abide, not in your files; please report it with the lines above");
            ExitCode::from(exit::FAILED)
        }
    }
}

/// Says something that is no answer on standard error. Nobody listening is no reason to stop.
fn say(message: &str) {
    let _ = writeln!(
        std::io::stderr(),
        "abide: {}",
        crate::report::visible(message)
    );
}
