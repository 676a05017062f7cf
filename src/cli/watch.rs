//! `--watch`: the same check again whenever what it read has changed. The only module that names
//! notify.

use super::say;
use crate::project::files::canonical;
use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecursiveMode, Watcher};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

/// All that a check depends on, by path: texts, and of evidence whether it is there.
pub type Texts = BTreeMap<PathBuf, String>;

/// How long nothing must happen before files are read: editors write in several steps.
const REST: Duration = Duration::from_millis(10);

/// Checks, and again on every change, until the program is ended. Folders are watched, not files, for
/// many editors write a new file and give it the old one's name.
pub fn watch<R>(
    folders: &[PathBuf],
    mut read: impl FnMut() -> Result<(Texts, R), String>,
    mut check: impl FnMut(R) -> Result<u8, String>,
) -> Result<u8, String> {
    let (sender, changes) = mpsc::channel();
    let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if event.is_ok_and(|event| matters(&event.kind)) {
            let _ = sender.send(());
        }
    })
    .map_err(|error| format!("can't watch: {error}"))?;
    let mut watched = Watched {
        watcher,
        below: Vec::new(),
        folders: BTreeSet::new(),
    };
    for folder in folders {
        match folder.is_dir() {
            true => watched.all_below(folder)?,
            false => drop(watched.folder_of(folder)?),
        }
    }
    let mut before: Option<Result<Texts, String>> = None;
    loop {
        let (now, read) = match read() {
            Ok((texts, read)) => (Ok(texts), Some(read)),
            Err(message) => (Err(message), None),
        };
        let mut more = false;
        for path in now.iter().flat_map(BTreeMap::keys) {
            more |= watched.folder_of(path)?;
        }
        if more {
            // What happened there before it was watched.
            continue;
        }
        if before.as_ref() != Some(&now) {
            clear();
            let checked = match (read, &now) {
                (Some(read), _) => check(read).map(|_| ()),
                (None, now) => now.clone().map(|_| ()),
            };
            if let Err(message) = checked {
                say(&message);
            }
            before = Some(now);
        }
        if changes.recv().is_err() {
            return Err("the system watches no more".to_string());
        }
        while changes.recv_timeout(REST).is_ok() {}
    }
}

/// The folders that are watched.
struct Watched<W> {
    watcher: W,
    /// With all that is below.
    below: Vec<PathBuf>,
    /// On their own.
    folders: BTreeSet<PathBuf>,
}

impl<W: Watcher> Watched<W> {
    fn all_below(&mut self, folder: &Path) -> Result<(), String> {
        let folder = canonical(folder);
        self.add(&folder, RecursiveMode::Recursive)?;
        self.below.push(folder);
        Ok(())
    }

    /// The folder of a file, or what there is of the way to it; whether it was not watched before.
    fn folder_of(&mut self, file: &Path) -> Result<bool, String> {
        let full = canonical(file);
        let Some(folder) = full.ancestors().skip(1).find(|folder| folder.is_dir()) else {
            return Ok(false);
        };
        let known = self.below.iter().any(|below| folder.starts_with(below));
        if known || !self.folders.insert(folder.to_path_buf()) {
            return Ok(false);
        }
        self.add(folder, RecursiveMode::NonRecursive)?;
        Ok(true)
    }

    fn add(&mut self, folder: &Path, mode: RecursiveMode) -> Result<(), String> {
        self.watcher
            .watch(folder, mode)
            .map_err(|error| format!("can't watch `{}`: {error}", folder.display()))
    }
}

/// Whether something was written, moved or dropped. Reading, which checks do themselves, is nothing.
fn matters(kind: &EventKind) -> bool {
    match kind {
        EventKind::Access(access) => *access == AccessKind::Close(AccessMode::Write),
        _ => true,
    }
}

/// On a terminal the last answer goes, so that what is seen is how things are.
fn clear() {
    let mut out = std::io::stdout();
    if out.is_terminal() {
        let _ = out
            .write_all(b"\x1b[2J\x1b[3J\x1b[H")
            .and_then(|()| out.flush());
    }
}
