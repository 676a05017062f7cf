//! Which settings hold: the nearest `abide.toml`, or the one that was named, with what it extends.

use super::files;
use crate::config::{Config, Text, read};
use std::path::PathBuf;

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
    let mut next = first;
    while let Some(path) = next {
        let full = files::canonical(&path);
        let shown = files::shown(&path);
        if seen.contains(&full) {
            return Err(format!("`{shown}` extends itself"));
        }
        seen.push(full);
        let text = String::from_utf8(files::read(&path)?)
            .map_err(|_| format!("`{shown}` is not UTF-8 text"))?;
        let (set, extend) = read(&Text {
            shown: &shown,
            path: &path,
            text: &text,
        })?;
        config = config.over(set);
        next = extend;
    }
    Ok(config)
}
