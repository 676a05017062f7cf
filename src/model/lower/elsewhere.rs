//! What every file of the project declares, so that an unknown name can say which to include.

use crate::diag::Diagnostic;
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::ast::{Ast, Entry, Item, Kind};
use std::collections::{BTreeMap, BTreeSet};

/// An index of declared names by file. Empty, it offers nothing.
#[derive(Debug, Clone, Default)]
pub struct Elsewhere {
    names: BTreeMap<(Kind, String), BTreeSet<FileId>>,
    policies: BTreeMap<String, BTreeSet<FileId>>,
    paths: BTreeMap<FileId, String>,
    /// Where a further `include` goes, and whether one stands before it.
    last_include: BTreeMap<FileId, Span>,
}

impl Elsewhere {
    /// The index of all files of a project.
    pub fn of(asts: &[&Ast], sources: &SourceMap) -> Elsewhere {
        let mut all = Elsewhere::default();
        for ast in asts {
            all.paths
                .insert(ast.file, sources.file(ast.file).shown.clone());
            for item in &ast.items {
                match item {
                    Item::Include(include) => {
                        all.last_include.insert(ast.file, include.span);
                    }
                    Item::Vocabulary(statement) => {
                        all.add_entries(statement.kind, &statement.entries, ast.file);
                    }
                    Item::Policy(policy) => {
                        let files = all.policies.entry(policy.name.text.to_string());
                        files.or_default().insert(ast.file);
                    }
                    _ => {}
                }
            }
        }
        all
    }

    fn add_entries(&mut self, kind: Kind, entries: &[Entry], file: FileId) {
        for entry in entries {
            // A longer path opens what another statement declares.
            if entry.path.is_one_name() {
                let files = self.names.entry((kind, entry.path.first.text.to_string()));
                files.or_default().insert(file);
            }
            self.add_entries(kind, &entry.children, file);
        }
    }

    /// The files that declare a name of a kind.
    pub(super) fn declaring(&self, kind: Kind, name: &str) -> BTreeSet<FileId> {
        let key = (kind, name.to_string());
        self.names.get(&key).cloned().unwrap_or_default()
    }

    /// The files that declare a policy.
    pub(super) fn declaring_policy(&self, name: &str) -> BTreeSet<FileId> {
        self.policies.get(name).cloned().unwrap_or_default()
    }

    /// Says which file to include; where that is certain, with the edit that does it.
    pub(super) fn offer(
        &self,
        diagnostic: Diagnostic,
        file: FileId,
        declaring: &BTreeSet<FileId>,
    ) -> Diagnostic {
        let paths: Vec<String> = declaring
            .iter()
            .filter_map(|other| Some(relative(self.paths.get(&file)?, self.paths.get(other)?)))
            .collect();
        match &paths[..] {
            [] => diagnostic.help("include the file that declares it"),
            [path] => {
                let statement = format!("include \"{path}\"");
                let edit = match self.last_include.get(&file) {
                    Some(span) => {
                        let after = Span {
                            start: span.end,
                            ..*span
                        };
                        (after, format!("\n{statement}"))
                    }
                    None => (Span::file_start(file), format!("{statement}\n\n")),
                };
                diagnostic
                    .help(format!("write `{statement}` at the top of this file"))
                    .fix(format!("add `{statement}`"), vec![edit])
            }
            several => diagnostic.help(format!(
                "include the one meant of {}",
                super::scope::or_list(several.iter().map(String::as_str))
            )),
        }
    }
}

/// The path of a file as another one would include it. Both are shown paths: forward slashes, from
/// one directory.
fn relative(from: &str, to: &str) -> String {
    if to.starts_with("std:") {
        return to.to_string();
    }
    let mut base: Vec<&str> = from.split('/').collect();
    base.pop();
    let target: Vec<&str> = to.split('/').collect();
    let last = target.len() - 1;
    let common = base
        .iter()
        .zip(&target[..last])
        .take_while(|(a, b)| a == b)
        .count();
    let up = std::iter::repeat_n("..", base.len() - common);
    up.chain(target[common..].iter().copied())
        .collect::<Vec<_>>()
        .join("/")
}

#[cfg(test)]
mod tests {
    use super::relative;

    #[test]
    fn a_path_is_written_from_the_including_file() {
        assert_eq!(relative("a.abide", "b.abide"), "b.abide");
        assert_eq!(relative("p/a.abide", "p/v/b.abide"), "v/b.abide");
        assert_eq!(relative("p/x/a.abide", "p/v/b.abide"), "../v/b.abide");
        assert_eq!(relative("a.abide", "std:gdpr"), "std:gdpr");
    }
}
