//! Which settings hold: the nearest `abide.toml`, or the one that was named, with what it extends.

use super::files;
use crate::config::{Config, Origin, Text, read};
use std::path::{Path, PathBuf};

/// The name of the file.
pub const NAME: &str = "abide.toml";

/// Which file to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// The nearest at or above a folder.
    Nearest(PathBuf),
    /// This one.
    File(PathBuf),
    /// None.
    Isolated,
}

/// Reads the settings; without a file nothing is set.
pub fn load(choice: &Choice) -> Result<Config, String> {
    let first = match choice {
        Choice::Nearest(start) => files::upwards(start, NAME),
        Choice::File(path) => Some(path.clone()),
        Choice::Isolated => None,
    };
    let mut config = Config::default();
    let mut seen = Vec::new();
    // What comes with the files that are checked may name any other file, and what is wrong with that
    // would show its text.
    let root = first.as_ref().map(|path| files::repository_of(path));
    let named = matches!(choice, Choice::File(_));
    let mut next = first;
    while let Some(path) = next {
        let full = files::canonical(&path);
        let shown = files::shown(&path);
        if seen.contains(&full) {
            return Err(format!("`{shown}` extends itself"));
        }
        let trusted = named && seen.is_empty();
        let inside = root.as_ref().is_none_or(|root| full.starts_with(root));
        seen.push(full);
        let (set, extend) = one(&path, &shown).map_err(|error| match trusted || inside {
            true => error,
            false => format!(
                "`{shown}` leads outside the project and is no file of settings; `--config` names it to see what is wrong with it"
            ),
        })?;
        config = config.over(set);
        next = extend;
    }
    Ok(config)
}

/// What one file sets, and the file that it extends.
fn one(path: &Path, shown: &str) -> Result<(Config, Option<PathBuf>), String> {
    let text = String::from_utf8(files::read(path)?)
        .map_err(|_| format!("`{shown}` is not UTF-8 text"))?;
    read(&Text {
        shown,
        path,
        text: &text,
    })
}

/// Settings come with the files that are checked, so what they name stays in the project, symbolic links
/// resolved; what the command line names is up to whoever runs it. Says what lies outside, and what to
/// do.
pub fn inside(config: &Config, origin: &Origin, path: &Path, outside: &str) -> Result<(), String> {
    let set_in = config.files.iter().find(|file| file.shown == origin.file);
    let root = set_in.map(|file| files::repository_of(&file.path));
    match root.is_none_or(|root| files::stays_in(&root, path)) {
        true => Ok(()),
        false => Err(format!("{}:{}: {outside}", origin.file, origin.line)),
    }
}
