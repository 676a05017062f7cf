//! Files with all they include, parsed.

use super::evidence::{self, Evidence};
use super::files;
use super::notices::{self, Named};
use super::standard;
use crate::config::{Config, Waive};
use crate::diag::{Diagnostic, Diags, codes};
use crate::jobs;
use crate::limits::Limits;
use crate::model::lower::Visible;
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::ast::{Ast, Entry, Item, PlanItem};
use crate::syntax::parse_within;
use crate::syntax::table::{TableFormat, TableText, Tables};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What to load.
#[derive(Debug, Clone, Default)]
pub struct Input {
    /// Files and folders.
    pub paths: Vec<PathBuf>,
    /// Standard input, with the name it goes by.
    pub stdin: Option<(String, Vec<u8>)>,
    /// Files as they were at a git revision: REVISION and path.
    pub revisions: Vec<(String, PathBuf)>,
    /// Policies with the text of the notice that each encodes.
    pub notices: Vec<(String, PathBuf)>,
    /// The project's settings: what they exclude is left out, what they waive is silenced.
    pub config: Config,
    /// Whether that is the whole project, for no path was named.
    pub whole: bool,
    /// Texts that stand in for what files hold, by path from the top.
    pub texts: BTreeMap<PathBuf, String>,
}

/// Files and what they include, parsed.
#[derive(Debug, Default)]
pub struct Loaded {
    /// All texts.
    pub sources: SourceMap,
    /// By file id.
    pub asts: Vec<Ast>,
    /// What each file sees: itself and all it includes.
    pub visible: Visible,
    /// Problems of reading and parsing.
    pub diags: Diags,
    /// Tables that plans bring in, by the place of the path that names each. Their files come after
    /// those of all trees.
    pub tables: BTreeMap<Span, (FileId, TableFormat)>,
    /// Files asked for (others were included).
    pub asked: BTreeSet<FileId>,
    /// The folder that the paths asked for have in common.
    pub common: Option<PathBuf>,
    /// Policies with the notice that each encodes, in the order they were named.
    pub notices: Vec<Named>,
    /// Files that others include or bring in and that are not there.
    pub missing: BTreeSet<PathBuf>,
    /// The evidence that notes name, in order of place.
    pub evidence: Vec<Evidence>,
    /// Waivers of the project's settings, each with its place there.
    pub waive: Vec<(Waive, Span)>,
    /// How much is taken in.
    pub limits: Limits,
    /// More names are declared than the limit: nothing may be judged.
    pub overfull: bool,
}

impl Loaded {
    /// The tree of a file; a table has none.
    pub fn ast(&self, file: FileId) -> Option<&Ast> {
        self.asts.get(file.0 as usize)
    }

    /// The tables with their texts.
    pub fn tables(&self) -> Tables<'_> {
        let of = |(file, format): &(FileId, TableFormat)| TableText {
            file: *file,
            text: &self.sources.file(*file).text,
            format: *format,
        };
        let texts = self.tables.iter().map(|(span, table)| (*span, of(table)));
        Tables {
            texts: texts.collect(),
        }
    }
}

/// Trees of files, for the next time that they are loaded: a text that is as it was is not parsed again.
#[derive(Debug, Default)]
pub struct Trees {
    /// What braces and parentheses were read within.
    nesting: usize,
    /// By file id: the text, its tree, and what is wrong with it.
    files: Vec<(String, Ast, Diags)>,
}

/// Loads files and, following includes, all they need; each file is read once.
pub fn load(input: &Input) -> Result<Loaded, String> {
    load_keeping(input, None)
}

/// The same where trees are kept: a text whose tree a time before left in `trees` is not parsed again.
pub fn load_keeping(input: &Input, trees: Option<&mut Trees>) -> Result<Loaded, String> {
    let mut loader = Loader {
        texts: input.texts.clone(),
        trees,
        ..Loader::default()
    };
    loader.done.limits = input.config.limits.in_force();
    if let Some(trees) = &mut loader.trees
        && trees.nesting != loader.done.limits.nesting
    {
        trees.nesting = loader.done.limits.nesting;
        trees.files.clear();
    }
    loader.done.common = files::common(&input.paths);
    if let Some((name, bytes)) = &input.stdin {
        let path = PathBuf::from(name);
        let shown = if path.is_absolute() || files::exists(&path) {
            files::shown(&path)
        } else {
            name.replace('\\', "/")
        };
        let file = loader.add(&path, shown, bytes.clone());
        loader.done.asked.insert(file);
    }
    for (revision, path) in &input.revisions {
        let file = loader.at_revision(revision, path)?;
        loader.done.asked.insert(file);
    }
    let exclude = input.config.exclude.as_ref().map(|placed| &placed.value);
    for path in files::find(&input.paths, exclude)? {
        let full = files::canonical(&path);
        let file = match loader.known.get(&full) {
            Some(file) => *file,
            None => {
                let bytes = loader.read(&path, &full)?;
                loader.add_within(&path, files::shown(&path), bytes)
            }
        };
        loader.done.asked.insert(file);
    }
    loader.parse();
    let mut next = 0;
    while next < loader.done.asts.len() {
        loader.includes(next);
        loader.parse();
        next += 1;
    }
    for at in 0..next {
        loader.tables(at);
    }
    loader.finish();
    loader.count_names();
    let named = notices::named(input, &loader.done.asts)?;
    loader.done.notices = notices::read(&named, &loader.done.asts, loader.done.limits.file_size)?;
    loader.settings(&input.config);
    loader.done.evidence = evidence::named(&loader.done);
    Ok(loader.done)
}

#[derive(Default)]
struct Loader<'t> {
    done: Loaded,
    /// Trees of the time before, where they are kept.
    trees: Option<&'t mut Trees>,
    known: BTreeMap<PathBuf, FileId>,
    includes: BTreeMap<FileId, Vec<FileId>>,
    /// The git revision that a file was read at; its includes are read there too.
    revision: BTreeMap<FileId, String>,
    /// Texts that stand in for files.
    texts: BTreeMap<PathBuf, String>,
    /// The file whose plan brings a table in.
    owner: BTreeMap<FileId, FileId>,
}

impl Loader<'_> {
    /// What a file holds, or what stands in for it; nothing where that is beyond the limit.
    fn read(&self, path: &Path, full: &Path) -> Result<Option<Vec<u8>>, String> {
        match self.texts.get(full) {
            Some(text) => Ok(Some(text.clone().into_bytes())),
            None => files::read_within(path, self.done.limits.file_size),
        }
    }

    /// Adds a file; one beyond the limit has a finding in place of its text.
    fn add_within(&mut self, path: &Path, shown: String, bytes: Option<Vec<u8>>) -> FileId {
        let read = bytes.is_some();
        let message = files::too_large(&shown, self.done.limits.file_size);
        let file = self.add(path, shown, bytes.unwrap_or_default());
        if !read {
            let span = Span::file_start(file);
            self.done.diags.push(
                Diagnostic::new(&codes::FILE_TOO_LARGE, span, message)
                    .label("nothing of it is read")
                    .help("split it, or raise `file-size` under `[limits]` of abide.toml"),
            );
        }
        file
    }

    fn add(&mut self, path: &Path, shown: String, bytes: Vec<u8>) -> FileId {
        let file = self.add_text(path, shown, bytes);
        self.known.insert(files::canonical(path), file);
        file
    }

    /// Parses the texts that have no tree yet.
    fn parse(&mut self) {
        let done = &self.done;
        let new: Vec<FileId> = done
            .sources
            .iter()
            .map(|(file, _)| file)
            .skip(done.asts.len())
            .collect();
        let parse = |(): &mut (), file: &FileId| {
            let text = &done.sources.file(*file).text;
            let kept = self.trees.as_ref();
            match kept.and_then(|trees| trees.files.get(file.0 as usize)) {
                Some((known, ast, diags)) if known == text => (ast.clone(), diags.clone()),
                _ => {
                    let mut diags = Vec::new();
                    let ast = parse_within(*file, text, done.limits.nesting, &mut diags);
                    (ast, diags)
                }
            }
        };
        let parsed = jobs::share(&new, || (), parse);
        for (file, (ast, diags)) in new.into_iter().zip(parsed) {
            if let Some(trees) = &mut self.trees {
                let text = &self.done.sources.file(file).text;
                let files = &mut trees.files;
                let tree = || (text.clone(), ast.clone(), diags.clone());
                match files.get_mut(file.0 as usize) {
                    Some(known) if known.0 == *text => {}
                    Some(known) => *known = tree(),
                    None => files.push(tree()),
                }
            }
            self.done.asts.push(ast);
            self.done.diags.extend(diags);
        }
    }

    fn add_text(&mut self, path: &Path, shown: String, bytes: Vec<u8>) -> FileId {
        let bad = std::str::from_utf8(&bytes).err().map(|e| e.valid_up_to());
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        };
        let file = self.done.sources.add(path, shown, text);
        if let Some(at) = bad {
            let span = Span {
                file,
                start: at as u32,
                end: at as u32 + 3,
            };
            self.done.diags.push(
                Diagnostic::new(&codes::INVALID_TEXT, span, "this is not UTF-8 text")
                    .label("from here on, bytes that are no characters read as `\u{fffd}`")
                    .help("save the file as UTF-8"),
            );
        }
        file
    }

    /// A file as it was at a git revision.
    fn at_revision(&mut self, revision: &str, path: &Path) -> Result<FileId, String> {
        let key = PathBuf::from(format!("{revision}:{}", path.display()));
        if let Some(file) = self.known.get(&key) {
            return Ok(*file);
        }
        let bytes = Some(files::at_revision(revision, path)?);
        let most = self.done.limits.file_size;
        let bytes = bytes.filter(|bytes| bytes.len() as u64 <= most);
        let file = self.add_within(&key, key.display().to_string(), bytes);
        self.known.insert(key, file);
        self.revision.insert(file, revision.to_string());
        Ok(file)
    }

    fn includes(&mut self, at: usize) {
        let file = FileId(at as u32);
        let from = self.done.sources.file(file).path.clone();
        let wanted: Vec<(String, Span)> = self.done.asts[at]
            .items
            .iter()
            .filter_map(|item| match item {
                Item::Include(include) => Some((include.path.value.to_string(), include.path.span)),
                _ => None,
            })
            .collect();
        for (path, span) in wanted {
            let included = match self.revision.get(&file).cloned() {
                Some(revision) => self.include_at(&revision, &from, &path),
                None => self.include(&from, &path),
            };
            match included {
                Ok(other) => self.includes.entry(file).or_default().push(other),
                Err((message, help)) => self
                    .done
                    .diags
                    .push(Diagnostic::new(&codes::BAD_INCLUDE, span, message).help(help)),
            }
        }
    }

    /// The file that an include names, or what is wrong with it and what to do.
    fn include(&mut self, from: &Path, path: &str) -> Result<FileId, (String, String)> {
        if let Some(name) = path.strip_prefix("std:") {
            return self.standard(name);
        }
        let target = from.parent().unwrap_or(Path::new("")).join(path);
        let full = self.inside(from, path, &target).ok_or_else(|| {
            let help = "include only files under the project's root, by a relative path";
            (outside(path), help.to_string())
        })?;
        if !files::exists(&full) {
            self.done.missing.insert(full);
            return Err((
                format!("there is no file `{path}` to include"),
                format!(
                    "the path counts from the including file: `{}` is looked for",
                    files::shown(&target)
                ),
            ));
        }
        if let Some(file) = self.known.get(&full) {
            return Ok(*file);
        }
        match self.read(&full, &full) {
            Ok(bytes) => Ok(self.add_within(&target, files::shown(&full), bytes)),
            Err(message) => Err((message, "make the file readable".to_string())),
        }
    }

    /// Reads the tables that the plans of a file bring in. A table belongs to the file that brings it
    /// in and sees what that sees; another file that brings it in reads it again.
    fn tables(&mut self, at: usize) {
        let owner = FileId(at as u32);
        let from = self.done.sources.file(owner).path.clone();
        let wanted: Vec<(String, Span)> = self.done.asts[at]
            .items
            .iter()
            .filter_map(|item| match item {
                Item::Plan(plan) => Some(&plan.items),
                _ => None,
            })
            .flatten()
            .filter_map(|item| match item {
                PlanItem::Table(table) => Some((table.path.value.to_string(), table.path.span)),
                _ => None,
            })
            .collect();
        let mut known: BTreeMap<PathBuf, FileId> = BTreeMap::new();
        for (path, span) in wanted {
            let found = match TableFormat::of(&path) {
                Some(format) => self
                    .table(owner, &from, &path, &mut known)
                    .map(|file| (file, format)),
                None => Err((
                    format!("`{path}` is no table"),
                    "tables end in `.csv`, or in `.jsonl` with an object a line".to_string(),
                )),
            };
            match found {
                Ok(table) => {
                    self.done.tables.insert(span, table);
                }
                Err((message, help)) => self
                    .done
                    .diags
                    .push(Diagnostic::new(&codes::BAD_TABLE, span, message).help(help)),
            }
        }
    }

    fn table(
        &mut self,
        owner: FileId,
        from: &Path,
        path: &str,
        known: &mut BTreeMap<PathBuf, FileId>,
    ) -> Result<FileId, (String, String)> {
        let revision = self.revision.get(&owner).cloned();
        let (key, target, shown) = match &revision {
            Some(revision) => {
                let target = beside_at_revision(from, path);
                let key = PathBuf::from(format!("{revision}:{}", target.display()));
                let shown = key.display().to_string();
                (key, target, shown)
            }
            None => {
                let target = from.parent().unwrap_or(Path::new("")).join(path);
                let full = self.inside(from, path, &target).ok_or_else(|| {
                    let help = "bring in only tables under the project's root, by a relative path";
                    (outside(path), help.to_string())
                })?;
                let shown = files::shown(&full);
                (full, target, shown)
            }
        };
        if let Some(file) = known.get(&key) {
            return Ok(*file);
        }
        let bytes = match &revision {
            Some(revision) => files::at_revision(revision, &target).map(Some),
            None if files::exists(&key) => files::read_within(&key, self.done.limits.file_size),
            None => {
                self.done.missing.insert(key);
                return Err((
                    format!("there is no table `{path}`"),
                    format!(
                        "the path counts from the plan's file: `{}` is looked for",
                        files::shown(&target)
                    ),
                ));
            }
        };
        let bytes = bytes.map_err(|message| (message, "make the file readable".to_string()))?;
        let most = self.done.limits.file_size;
        let bytes = bytes
            .filter(|bytes| bytes.len() as u64 <= most)
            .ok_or_else(|| {
                let help = "split it, or raise `file-size` under `[limits]` of abide.toml";
                (files::too_large(path, most), help.to_string())
            })?;
        let file = self.add_text(&target, shown, bytes);
        self.owner.insert(file, owner);
        known.insert(key, file);
        Ok(file)
    }

    /// The full path of what a file names, if that lies in the project. Whether there is a file
    /// outside is nothing that a policy can find out.
    fn inside(&self, from: &Path, path: &str, target: &Path) -> Option<PathBuf> {
        let full = files::canonical(target);
        let root = files::root_of(from, self.done.common.as_deref());
        (!Path::new(path).is_absolute() && full.starts_with(&root)).then_some(full)
    }

    /// What an include names, at the revision of the including file.
    fn include_at(
        &mut self,
        revision: &str,
        from: &Path,
        path: &str,
    ) -> Result<FileId, (String, String)> {
        if let Some(name) = path.strip_prefix("std:") {
            return self.standard(name);
        }
        let target = beside_at_revision(from, path);
        self.at_revision(revision, &target).map_err(|message| {
            let help = "the path counts from the including file, at the same revision";
            (message, help.to_string())
        })
    }

    fn standard(&mut self, name: &str) -> Result<FileId, (String, String)> {
        let path = PathBuf::from(format!("std:{name}"));
        if let Some(file) = self.known.get(&path) {
            return Ok(*file);
        }
        match standard::text(name) {
            Some(text) => {
                let file = self.add(&path, format!("std:{name}"), text.as_bytes().to_vec());
                self.known.insert(path, file);
                Ok(file)
            }
            None => Err((
                format!("there is no vocabulary `std:{name}`"),
                standard::help(name),
            )),
        }
    }

    /// Adds the settings' own text, so that findings on its waivers have a place. It has no tree, and no
    /// file sees it.
    fn settings(&mut self, config: &Config) {
        if config.waive.is_empty() {
            return;
        }
        for file in &config.files {
            let (shown, text) = (file.shown.clone(), file.text.clone());
            let id = self.done.sources.add(&file.path, shown, text);
            for placed in config.waive.iter().filter(|w| w.origin.file == file.shown) {
                let (start, end) = placed.origin.bytes;
                let span = Span {
                    file: id,
                    start,
                    end,
                };
                self.done.waive.push((placed.value.clone(), span));
            }
        }
    }

    /// Counts the names that are declared, and says where the limit is passed.
    fn count_names(&mut self) {
        let most = self.done.limits.names;
        let mut left = most;
        let beyond = self.done.asts.iter().find_map(|ast| {
            let mut vocabularies = ast.items.iter().filter_map(|item| match item {
                Item::Vocabulary(vocabulary) => Some(&vocabulary.entries),
                _ => None,
            });
            vocabularies.find_map(|entries| beyond(entries, &mut left))
        });
        let Some(span) = beyond else {
            return;
        };
        self.done.overfull = true;
        let message = format!("the files declare more than {most} names, the limit of one run");
        self.done.diags.push(
            Diagnostic::new(&codes::TOO_MANY_NAMES, span, message)
                .label("the first name beyond it; nothing is judged")
                .help("check fewer files at once, or raise `names` under `[limits]` of abide.toml"),
        );
    }

    /// What each file sees: itself and all it includes, at any remove.
    fn finish(&mut self) {
        for at in 0..self.done.asts.len() {
            let file = FileId(at as u32);
            let mut seen = BTreeSet::from([file]);
            let mut open = vec![file];
            while let Some(file) = open.pop() {
                for other in self.includes.get(&file).into_iter().flatten() {
                    if seen.insert(*other) {
                        open.push(*other);
                    }
                }
            }
            self.done.visible.0.insert(file, seen);
        }
        for (table, owner) in &self.owner {
            let mut seen = self.done.visible.0[owner].clone();
            seen.insert(*table);
            self.done.visible.0.insert(*table, seen);
        }
    }
}

/// The first of these names, with all below them, that is one more than what is left.
fn beyond(entries: &[Entry], left: &mut usize) -> Option<Span> {
    entries.iter().find_map(|entry| {
        let Some(fewer) = left.checked_sub(1) else {
            return Some(entry.span);
        };
        *left = fewer;
        beyond(&entry.children, left)
    })
}

fn outside(path: &str) -> String {
    format!("`{path}` lies outside the project")
}

/// The path of what a file names, as git knows it; the file was read as REVISION:PATH.
fn beside_at_revision(from: &Path, path: &str) -> PathBuf {
    let own = from.to_string_lossy();
    let own = own.split_once(':').map_or(own.as_ref(), |(_, path)| path);
    let folder = Path::new(own).parent().unwrap_or(Path::new(""));
    files::normal(&folder.join(path))
}
