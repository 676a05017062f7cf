//! `abide fmt`: files in the one layout.

use super::exit;
use super::output::unless_closed;
use super::question;
use super::say;
use super::shared::Paths;
use crate::format::format;
use crate::project::{Loaded, files, load};
use crate::report::visible;
use crate::source::{FileId, SourceMap};
use similar::TextDiff;
use std::io::Write;

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
    let broken = broken(&mut loaded);
    let mut text = String::new();
    let mut changed = 0;
    for file in loaded.asked.clone() {
        let source = loaded.sources.file(file);
        let ast = &loaded.asts[file.0 as usize];
        let formatted = format(ast, &source.text);
        let same = formatted == source.text;
        changed += usize::from(!same);
        let from_stdin = stdin && file == FileId(0);
        if args.diff && !same {
            text += &diff(&loaded.sources, file, &formatted);
        } else if args.check && !same {
            text += &format!("{} is not in the one layout\n", source.shown);
        } else if from_stdin && !args.check && !args.diff {
            text += &formatted;
        } else if !same && !args.check && !args.diff {
            files::write(&source.path, &formatted)?;
        }
    }
    let shown = if stdin && !args.check && !args.diff {
        text
    } else {
        visible(&text)
    };
    let mut out = std::io::stdout().lock();
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

fn diff(sources: &SourceMap, file: FileId, formatted: &str) -> String {
    let source = sources.file(file);
    TextDiff::from_lines(source.text.as_str(), formatted)
        .unified_diff()
        .header(&source.shown, &source.shown)
        .to_string()
}
