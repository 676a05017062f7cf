//! `abide baseline`: takes the findings of today as known, so that only new ones fail.

use super::exit;
use super::output::unless_closed;
use super::say;
use super::shared::{Judging, Paths};
use crate::diag::{Diagnostic, Severity};
use crate::project::baseline::{self, Baseline, Entry};
use crate::project::{files, run as run_project};
use crate::report::summary::number;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

/// Options.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    #[command(flatten)]
    paths: Paths,
    #[command(flatten)]
    pub(super) judging: Judging,
    /// The file [default: the nearest abide-baseline.json, else one beside abide.toml, else one here]
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Only drop entries that no longer occur; take in nothing
    #[arg(long)]
    prune: bool,
}

/// Writes the baseline.
pub fn run(args: &Args) -> Result<u8, String> {
    let config = args.paths.config()?;
    let settings = args.judging.settings(&config)?;
    let beside = config
        .files
        .first()
        .map_or(PathBuf::from(baseline::NAME), |file| {
            file.path.with_file_name(baseline::NAME)
        });
    let path = args
        .paths
        .baseline(args.baseline.as_ref())
        .unwrap_or(beside);
    let known = match files::exists(&path) {
        true => baseline::read(&path)?,
        false if args.prune => {
            return Err(format!("there is no `{}` to prune", files::shown(&path)));
        }
        false => Baseline::empty(&path),
    };
    let loaded = args.paths.load(&config)?;
    let asked = loaded.asked.clone();
    let mut outcome = run_project(loaded, &settings);
    let kept = baseline::apply(&known, &settings.levels, &asked, &mut outcome);
    let gone = known.entries.len() - kept.len();
    let mut all: BTreeMap<String, Entry> = kept
        .into_iter()
        .map(|entry| (entry.fingerprint.clone(), entry))
        .collect();
    let before = all.len();
    if !args.prune {
        // Those that were known are written anew as well: they may stand in another file by now.
        let now = baseline::entries(&path, &outcome);
        all.extend(
            now.into_iter()
                .map(|entry| (entry.fingerprint.clone(), entry)),
        );
    }
    let entries: Vec<Entry> = all.into_values().collect();
    files::write(&path, &baseline::text(&entries))?;
    let text = format!(
        "{}: {}, {} new, {gone} gone\n",
        files::shown(&path),
        number(entries.len(), "entry", "entries"),
        entries.len() - before,
    );
    let mut out = std::io::stdout().lock();
    unless_closed(out.write_all(text.as_bytes()).and_then(|()| out.flush()))?;
    let left =
        |d: &&Diagnostic| d.counts() && d.severity == Severity::Error && !baseline::can_hold(d);
    let stale = &crate::diag::codes::STALE_BASELINE;
    match outcome
        .findings
        .iter()
        .filter(left)
        .filter(|d| d.code != stale)
        .count()
    {
        0 => Ok(exit::CLEAN),
        count => {
            say(&format!(
                "{} can't be known beforehand, for something would go unchecked; `abide check` shows what to mend",
                number(count, "error", "errors")
            ));
            Ok(exit::FINDINGS)
        }
    }
}
