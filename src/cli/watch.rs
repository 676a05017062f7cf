//! `--watch`: the same check again whenever what it hangs on has changed. The only module that names
//! notify.

use super::say;
use crate::project::Inputs;
use crate::project::files::canonical;
use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Event, EventKind, RecursiveMode, Watcher};
use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

/// How long nothing must happen before files are read: editors write in several steps.
const REST: Duration = Duration::from_millis(10);

/// After how long it is looked again though nothing happened: no event tells of the next day, of settings
/// that appear in a folder above, or of changes on a disk far away.
pub const AGAIN: Duration = Duration::from_secs(60);

/// Checks, and again on every change, until the program is ended. Folders are watched, not files, for
/// many editors write a new file and give it the old one's name.
pub fn watch<R>(
    asked: &[PathBuf],
    again: Duration,
    mut read: impl FnMut() -> Result<(Inputs, R), String>,
    mut check: impl FnMut(R) -> Result<u8, String>,
) -> Result<u8, String> {
    let (sender, changes) = mpsc::channel();
    let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        // Where the system could not say what happened, something did.
        let event = event.unwrap_or_default();
        if matters(&event.kind) {
            let _ = sender.send(gone(event));
        }
    })
    .map_err(|error| format!("can't watch: {error}"))?;
    let mut watched = Watched {
        watcher,
        folders: BTreeMap::new(),
    };
    let mut before: Option<Result<Inputs, String>> = None;
    loop {
        let mut more = false;
        for path in asked {
            more |= watched.all_below(path)?;
        }
        let (now, read) = match read() {
            Ok((inputs, read)) => (Ok(inputs), Some(read)),
            Err(message) => (Err(message), None),
        };
        for path in now.iter().flat_map(Inputs::paths) {
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
        match changes.recv_timeout(again) {
            Ok(gone) => watched.forget(&gone),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                return Err("the system watches no more".to_string());
            }
        }
        while let Ok(gone) = changes.recv_timeout(REST) {
            watched.forget(&gone);
        }
    }
}

/// The folders that are watched, each on its own or with all that is below.
struct Watched<W> {
    watcher: W,
    folders: BTreeMap<PathBuf, RecursiveMode>,
}

impl<W: Watcher> Watched<W> {
    /// Watches a folder with all below it, of a file its folder; says whether that was not watched before.
    fn all_below(&mut self, path: &Path) -> Result<bool, String> {
        match path.is_dir() {
            true => self.add(&canonical(path), RecursiveMode::Recursive),
            false => self.folder_of(path),
        }
    }

    /// The same of the folder of a file, or what there is of the way to it.
    fn folder_of(&mut self, file: &Path) -> Result<bool, String> {
        let full = canonical(file);
        let folder = full.ancestors().skip(1).find(|folder| folder.is_dir());
        folder.map_or(Ok(false), |folder| {
            self.add(folder, RecursiveMode::NonRecursive)
        })
    }

    fn add(&mut self, folder: &Path, mode: RecursiveMode) -> Result<bool, String> {
        let known = folder.ancestors().any(|above| {
            let known = self.folders.get(above);
            known == Some(&RecursiveMode::Recursive) || known == Some(&mode) && above == folder
        });
        if known {
            return Ok(false);
        }
        match self.watcher.watch(folder, mode) {
            Ok(()) => {
                self.folders.insert(folder.to_path_buf(), mode);
                Ok(true)
            }
            // It went in between.
            Err(_) if !folder.is_dir() => Ok(false),
            Err(error) => Err(format!("can't watch `{}`: {error}", folder.display())),
        }
    }

    /// Nothing watches what is gone, and not what has its name later on.
    fn forget(&mut self, gone: &[PathBuf]) {
        self.folders
            .retain(|folder, _| !gone.iter().any(|gone| folder.starts_with(gone)));
    }
}

/// Whether something was written, moved or dropped. Reading, which checks do themselves, is nothing.
fn matters(kind: &EventKind) -> bool {
    match kind {
        EventKind::Access(access) => *access == AccessKind::Close(AccessMode::Write),
        _ => true,
    }
}

/// What is no longer where it was.
fn gone(event: Event) -> Vec<PathBuf> {
    match event.kind {
        EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)) => event.paths,
        _ => Vec::new(),
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

#[cfg(test)]
mod tests {
    use super::watch;
    use crate::config::Config;
    use crate::model::vocabulary::Date;
    use crate::project::run::Settings;
    use crate::project::{Inputs, Levels, Loaded};
    use std::sync::mpsc::channel;
    use std::time::Duration;

    #[test]
    fn another_day_is_checked_though_nothing_happens() {
        let days = ["2026-11-24", "2026-11-24", "2026-11-25"];
        let mut days = days
            .map(|day| day.parse::<Date>().expect("a date"))
            .into_iter();
        let mut today = Date::default();
        let read = move || {
            today = days.next().unwrap_or(today);
            let settings = Settings {
                today,
                levels: Levels::default(),
                waivers: true,
                most: None,
            };
            let inputs = Inputs::of(&Config::default(), &settings, &Loaded::default(), None);
            Ok((inputs, today))
        };
        let (sender, checked) = channel();
        std::thread::spawn(move || {
            let check = |day: Date| sender.send(day.to_string()).map_or(Ok(1), |()| Ok(0));
            watch(&[], Duration::from_millis(1), read, check)
        });
        let next = || checked.recv_timeout(Duration::from_secs(60));
        assert_eq!(next(), Ok("2026-11-24".to_string()));
        assert_eq!(next(), Ok("2026-11-25".to_string()));
    }
}
