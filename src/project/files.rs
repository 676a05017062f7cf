//! Finding and reading files, and the project's root, which nothing leaves.
#![allow(
    clippy::disallowed_methods,
    reason = "the driver does the program's input"
)]

use crate::config::Exclude;
use crate::limits::DEFAULT;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

/// All `.abide` files under paths, in order of path, each once, but for those left out. A file named
/// by itself counts whatever its extension. What can't be found or read is an error for people.
pub fn find(paths: &[PathBuf], exclude: Option<&Exclude>) -> Result<Vec<PathBuf>, String> {
    let left_out = exclude.map(left_out).transpose()?;
    let mut all = Vec::new();
    for path in paths {
        let kind = std::fs::metadata(path)
            .map_err(|error| format!("can't read `{}`: {}", path.display(), reason(&error)))?;
        if !kind.is_dir() {
            all.push(path.clone());
            continue;
        }
        let mut walk = ignore::WalkBuilder::new(path);
        walk.require_git(false).sort_by_file_path(Path::cmp);
        if let Some(left_out) = left_out.clone() {
            walk.filter_entry(move |entry| !left_out(entry.path()));
        }
        let walk = walk.build();
        for entry in walk {
            let entry =
                entry.map_err(|error| format!("can't walk `{}`: {error}", path.display()))?;
            let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
            if is_file && entry.path().extension().is_some_and(|e| e == "abide") {
                all.push(entry.into_path());
            }
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|path| seen.insert(canonical(path)));
    Ok(all)
}

/// Says of a path whether patterns leave it out.
fn left_out(
    exclude: &Exclude,
) -> Result<impl Fn(&Path) -> bool + Clone + Send + Sync + 'static, String> {
    let folder = canonical(&exclude.folder);
    let mut patterns = ignore::gitignore::GitignoreBuilder::new(&folder);
    for pattern in &exclude.patterns {
        patterns
            .add_line(None, pattern)
            .map_err(|error| format!("can't exclude `{pattern}`: {error}"))?;
    }
    let patterns = patterns
        .build()
        .map_err(|error| format!("can't read the patterns of `exclude`: {error}"))?;
    Ok(move |path: &Path| {
        let path = canonical(path);
        let inside = path.starts_with(&folder) && path != folder;
        let folder = path.is_dir();
        inside
            && patterns
                .matched_path_or_any_parents(&path, folder)
                .is_ignore()
    })
}

/// The bytes of a file, or why they can't be had.
pub fn read(path: &Path) -> Result<Vec<u8>, String> {
    let most = DEFAULT.file_size;
    read_within(path, most)?.ok_or_else(|| too_large(&shown(path), most))
}

/// The bytes of a file, if it has at most so many: a device without an end is not read to it.
pub fn read_within(path: &Path, most: u64) -> Result<Option<Vec<u8>>, String> {
    let failed = |error| format!("can't read `{}`: {}", path.display(), reason(&error));
    let mut file = std::fs::File::open(path).map_err(failed)?;
    let size = file.metadata().map_or(0, |about| about.len());
    within(&mut file, size, most).map_err(failed)
}

/// All that there is to read, if it is at most `most` bytes; `size` is how many it should be.
pub fn within(from: &mut impl Read, size: u64, most: u64) -> std::io::Result<Option<Vec<u8>>> {
    // One byte more tells the end without room for another piece. Where there is no room, reading says so.
    let room = size.min(most).saturating_add(1);
    let mut bytes = Vec::new();
    let _ = bytes.try_reserve_exact(usize::try_from(room).unwrap_or(0));
    from.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= most).then_some(bytes))
}

/// Says that a file is beyond the limit.
pub fn too_large(shown: &str, most: u64) -> String {
    format!("`{shown}` is larger than {most} bytes, the limit of one file")
}

/// Writes a file.
pub fn write(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text)
        .map_err(|error| format!("can't write `{}`: {}", path.display(), reason(&error)))
}

/// Writes a file anew, unless it holds something else by now than what was read.
pub fn replace(path: &Path, old: &str, new: &str) -> Result<(), String> {
    if read(path)? != old.as_bytes() {
        return Err(format!(
            "`{}` was changed while it was worked on, so it is left alone; run this again",
            shown(path)
        ));
    }
    write(path, new)
}

/// Writes a file that is not there yet, with the folders it lies in.
pub fn create(path: &Path, text: &str) -> Result<(), String> {
    let failed = |error| format!("can't write `{}`: {}", path.display(), reason(&error));
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let file = std::fs::File::create_new(path).map_err(failed)?;
    std::io::Write::write_all(&mut &file, text.as_bytes()).map_err(failed)
}

/// The bytes of a file as it was at a git revision, by git itself.
pub fn at_revision(revision: &str, path: &Path) -> Result<Vec<u8>, String> {
    // A revision that begins with a dash would be an option; the path counts from here.
    if revision.starts_with('-') {
        return Err(format!("`{revision}` is no git revision"));
    }
    let object = format!("{revision}:./{}", path.display());
    let output = std::process::Command::new("git")
        .args(["show", &object])
        .output()
        .map_err(|error| format!("can't run git: {error}"))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let why = String::from_utf8_lossy(&output.stderr);
    let why = why.lines().next().unwrap_or("git says nothing").to_string();
    Err(format!(
        "can't read `{}` at `{revision}`: {why}",
        path.display()
    ))
}

/// A path without `.` and `..`, as far as its own parts allow.
pub fn normal(path: &Path) -> PathBuf {
    let mut parts: Vec<Component> = Vec::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(parts.last(), Some(Component::Normal(_))) => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts.into_iter().collect()
}

/// Whether a folder is the root of a git repository (or of a work tree, where `.git` is a file).
pub fn is_repository(folder: &Path) -> bool {
    folder.join(".git").exists()
}

/// Whether a file is there.
pub fn exists(path: &Path) -> bool {
    path.is_file()
}

/// The path from the top with symbolic links resolved. Of what is not there, the folders that are.
pub fn canonical(path: &Path) -> PathBuf {
    // What a bare name has above it.
    let path = match path.as_os_str().is_empty() {
        true => Path::new("."),
        false => path,
    };
    if let Ok(full) = std::fs::canonicalize(path) {
        return full;
    }
    let path = normal(&std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf()));
    for folder in path.ancestors().skip(1) {
        if let (Ok(full), Ok(rest)) = (std::fs::canonicalize(folder), path.strip_prefix(folder)) {
            return full.join(rest);
        }
    }
    path
}

/// The folder that all paths have in common; none where that would be the whole disk.
pub fn common(paths: &[PathBuf]) -> Option<PathBuf> {
    let mut folders = paths.iter().map(|path| {
        let full = canonical(path);
        match full.parent() {
            Some(parent) if !full.is_dir() => parent.to_path_buf(),
            _ => full,
        }
    });
    let mut common = folders.next()?;
    for folder in folders {
        while !folder.starts_with(&common) {
            common.pop();
        }
    }
    common.parent().is_some().then_some(common)
}

/// The project's root for a file: the nearest folder above it with `abide.toml` or `.git`, else the
/// working directory where it lies below that, else what the paths asked for have in common (`asked`),
/// else the file's own folder.
pub fn root_of(file: &Path, asked: Option<&Path>) -> PathBuf {
    let file = canonical(file);
    let own = file.parent().unwrap_or(Path::new("")).to_path_buf();
    for folder in file.ancestors().skip(1) {
        if folder.join("abide.toml").exists() || folder.join(".git").exists() {
            return folder.to_path_buf();
        }
    }
    match std::env::current_dir().map(|dir| canonical(&dir)) {
        Ok(here) if own.starts_with(&here) => here,
        _ => match asked {
            Some(asked) if own.starts_with(asked) => asked.to_path_buf(),
            _ => own,
        },
    }
}

/// The root of the repository that a file lies in, else the folder it lies in. Where a link lies counts,
/// not where it leads.
pub fn repository_of(file: &Path) -> PathBuf {
    let folder = canonical(file.parent().unwrap_or(Path::new("")));
    let mut folders = folder.ancestors();
    folders
        .find(|folder| is_repository(folder))
        .unwrap_or(&folder)
        .to_path_buf()
}

/// Whether a path leads nowhere but below a folder, links resolved; one that leads to nothing yet is
/// not followed.
pub fn stays_in(root: &Path, path: &Path) -> bool {
    let leads_nowhere = path.is_symlink() && !path.exists();
    !leads_nowhere && canonical(path).starts_with(root)
}

/// A path as people see it: relative to the working directory, forward slashes, never absolute.
pub fn shown(path: &Path) -> String {
    match std::env::current_dir() {
        Ok(here) => from(&here, path),
        Err(_) => slashes(path),
    }
}

/// A path from a folder, forward slashes.
pub fn from(folder: &Path, path: &Path) -> String {
    slashes(&relative(&canonical(path), &canonical(folder)))
}

fn slashes(path: &Path) -> String {
    let parts: Vec<String> = path
        .components()
        .filter_map(|part| match part {
            Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
            Component::ParentDir => Some("..".to_string()),
            _ => None,
        })
        .collect();
    parts.join("/")
}

/// The nearest file of a name, looking upwards from a folder as far as the repository's root.
pub fn upwards(start: &Path, name: &str) -> Option<PathBuf> {
    for folder in canonical(start).ancestors() {
        let file = folder.join(name);
        if exists(&file) {
            return Some(file);
        }
        if is_repository(folder) {
            return None;
        }
    }
    None
}

fn relative(path: &Path, base: &Path) -> PathBuf {
    let (mut path_parts, mut base_parts) =
        (path.components().peekable(), base.components().peekable());
    while let (Some(a), Some(b)) = (path_parts.peek(), base_parts.peek()) {
        if a != b {
            break;
        }
        path_parts.next();
        base_parts.next();
    }
    let up = base_parts.map(|_| Component::ParentDir);
    up.chain(path_parts).collect()
}

fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file or folder".to_string(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_string(),
        std::io::ErrorKind::IsADirectory => "it is a folder".to_string(),
        _ => error.to_string(),
    }
}
