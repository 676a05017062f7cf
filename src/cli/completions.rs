//! `abide completions` and `abide man`: what shells and `man` read, made from the one definition of
//! the command line.

use super::exit;
use super::output::unless_closed;
use crate::project::levels::nearest;
use clap::Command;
use clap_complete::Shell;
use clap_mangen::Man;
use std::io::Write;

/// Options of `completions`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The shell
    shell: Shell,
}

/// Options of `man`.
#[derive(Debug, Clone, clap::Args)]
pub struct ManArgs {
    /// The command that the page is about; without it, abide as a whole
    command: Option<String>,
}

/// Prints a shell's completions.
pub fn run(args: &Args, mut command: Command) -> Result<u8, String> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut command, "abide", &mut text);
    print(&text)
}

/// Prints a page.
pub fn man(args: &ManArgs, mut command: Command) -> Result<u8, String> {
    command.build();
    let page = match &args.command {
        None => command,
        Some(name) => {
            let known = command.get_subcommands().map(Command::get_name);
            let hint = nearest(name, known)
                .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            let found = command.find_subcommand(name);
            let found = found.ok_or(format!("there is no command `{name}`{hint}"))?;
            found.clone()
        }
    };
    let mut text = Vec::new();
    Man::new(page)
        .render(&mut text)
        .map_err(|error| format!("can't make the page: {error}"))?;
    print(&text)
}

fn print(text: &[u8]) -> Result<u8, String> {
    let mut out = std::io::stdout().lock();
    unless_closed(out.write_all(text).and_then(|()| out.flush()))?;
    Ok(exit::CLEAN)
}
