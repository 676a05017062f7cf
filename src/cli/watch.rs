//! `--watch`: the same check again whenever what it read has changed. The only module that names
//! notify.

use super::say;
use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecursiveMode, Watcher};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

/// All that a check depends on, by path.
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
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if event.is_ok_and(|event| matters(&event.kind)) {
            let _ = sender.send(());
        }
    })
    .map_err(|error| format!("can't watch: {error}"))?;
    let mut watched = BTreeSet::new();
    let mut add = |folder: &Path, mode: RecursiveMode| {
        let folder = match folder.as_os_str().is_empty() {
            true => Path::new("."),
            false => folder,
        };
        if watched.insert(folder.to_path_buf()) {
            watcher
                .watch(folder, mode)
                .map_err(|error| format!("can't watch `{}`: {error}", folder.display()))?;
        }
        Ok::<(), String>(())
    };
    for folder in folders {
        match folder.is_dir() {
            true => add(folder, RecursiveMode::Recursive)?,
            false => add(
                folder.parent().unwrap_or(Path::new("")),
                RecursiveMode::NonRecursive,
            )?,
        }
    }
    let mut before: Option<Result<Texts, String>> = None;
    loop {
        let (now, read) = match read() {
            Ok((texts, read)) => (Ok(texts), Some(read)),
            Err(message) => (Err(message), None),
        };
        if before.as_ref() != Some(&now) {
            for path in now.iter().flat_map(BTreeMap::keys) {
                add(
                    path.parent().unwrap_or(Path::new("")),
                    RecursiveMode::NonRecursive,
                )?;
            }
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
