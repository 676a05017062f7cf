//! `abide fmt`: files in the one layout.

use super::exit;
use super::output::unless_closed;
use super::question;
use super::say;
use super::shared::Paths;
use crate::diag::codes;
use crate::format::format;
use crate::project::{Loaded, files, load};
use crate::report::visible;
use crate::source::FileId;
use similar::TextDiff;
use std::collections::BTreeSet;
use std::io::{IsTerminal, Write};

/// Options.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    #[command(flatten)]
    paths: Paths,
    /// Change nothing; exit 1 if a file is not in the one layout
    #[arg(long)]
    check: bool,
    /// Change nothing; show what would change
    #[arg(long)]
    diff: bool,
}

/// Formats; standard input goes to standard output.
pub fn run(args: &Args) -> Result<u8, String> {
    let input = args.paths.input(&args.paths.config()?)?;
    let stdin = input.stdin.is_some();
    let mut loaded = load(&input)?;
    if loaded.asked.is_empty() {
        say("there is no .abide file under the given paths");
        return Ok(exit::NOTHING);
    }
    let no_text: BTreeSet<FileId> = loaded
        .diags
        .iter()
        .filter(|d| d.code == &codes::INVALID_TEXT)
        .map(|d| d.primary.span.file)
        .collect();
    let broken = broken(&mut loaded);
    let mut text = String::new();
    let mut changed = 0;
    for file in loaded.asked.clone() {
        // What stands for bytes that are no text must not be written back.
        if no_text.contains(&file) {
            continue;
        }
        let source = loaded.sources.file(file);
        let ast = &loaded.asts[file.0 as usize];
        let formatted = format(ast, &source.text);
        let same = formatted == source.text;
        changed += usize::from(!same);
        let from_stdin = stdin && file == FileId(0);
        if args.diff && !same {
            text += &diff(&source.shown, &source.text, &formatted);
        } else if args.check && !same {
            text += &format!("{} is not in the one layout\n", source.shown);
        } else if from_stdin && !args.check && !args.diff {
            text += &formatted;
        } else if !same && !args.check && !args.diff {
            files::replace(&source.path, &source.text, &formatted)?;
        }
    }
    let mut out = std::io::stdout().lock();
    // A file's own text goes through a pipe unchanged; a terminal is not to be steered by it.
    let shown = if stdin && !args.check && !args.diff && !out.is_terminal() {
        text
    } else {
        visible(&text)
    };
    unless_closed(out.write_all(shown.as_bytes()).and_then(|()| out.flush()))?;
    let fails = broken || (args.check || args.diff) && changed > 0;
    Ok(if fails { exit::FINDINGS } else { exit::CLEAN })
}

/// Says which statements of the files asked for do not parse: they are left as they are.
fn broken(loaded: &mut Loaded) -> bool {
    let mut diags = std::mem::take(&mut loaded.diags);
    diags.retain(|d| {
        let syntax = d.code.group == crate::diag::Group::Syntax;
        syntax && loaded.asked.contains(&d.primary.span.file)
    });
    if diags.is_empty() {
        return false;
    }
    question::show(loaded, &diags);
    say("statements that do not parse are left as they are");
    true
}

/// What changes in a file, as `diff -u` shows it.
pub fn diff(shown: &str, old: &str, new: &str) -> String {
    TextDiff::from_lines(old, new)
        .unified_diff()
        .header(shown, shown)
        .to_string()
}
