//! `abide explain`: the page of a code.

use super::exit;
use super::output::unless_closed;
use crate::diag::codes;
use crate::project::levels::nearest;
use std::io::Write;

/// Options.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The code; without it, all codes are listed
    code: Option<String>,
}

/// Prints a page, or the list.
pub fn run(args: &Args) -> Result<u8, String> {
    let text = match &args.code {
        Some(name) => match codes::by_name(name) {
            Some(code) => code.page.to_string(),
            None => {
                let known = codes::ALL.iter().map(|code| code.name);
                let hint = match nearest(name, known) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "`abide explain` lists them all".to_string(),
                };
                return Err(format!("there is no code `{name}`; {hint}"));
            }
        },
        None => list(),
    };
    let mut out = std::io::stdout().lock();
    unless_closed(out.write_all(text.as_bytes()).and_then(|()| out.flush()))?;
    Ok(exit::CLEAN)
}

fn list() -> String {
    let mut text = String::new();
    let mut group = None;
    for code in codes::ALL {
        if group != Some(code.group) {
            group = Some(code.group);
            text += &format!(
                "{}{}\n",
                if text.is_empty() { "" } else { "\n" },
                code.group.name()
            );
        }
        text += &format!(
            "  {:<22} {:<8} {}\n",
            code.name,
            code.severity.word(),
            code.summary
        );
    }
    text
}
