//! Names: short lists in a line, the others one below the other.

use super::Layout;
use super::doc::{Doc, Group, NameDoc, Names, STEP, Style};
use crate::syntax::ast::{Entry, Vocabulary};

impl Layout<'_, '_> {
    pub fn vocabulary(&self, vocabulary: &Vocabulary) -> Doc {
        let (from, to) = self.range(vocabulary.span);
        let Some(first) = vocabulary.entries.first() else {
            return self.line(vocabulary.span);
        };
        let mut docs = self.run(from, self.at(first.path.span().start));
        docs.push(Doc::Space(1));
        let mut end = from;
        for (at, entry) in vocabulary.entries.iter().enumerate() {
            if at > 0 {
                docs.push(Doc::Line);
            }
            docs.extend(self.entry(entry));
            end = self.at(entry.span.end);
            if at + 1 < vocabulary.entries.len() {
                docs.push(self.comma(end));
            }
        }
        for at in end..to {
            if matches!(self.word(at), "is" | "excludes" | "until") {
                docs.push(Doc::Line);
            } else {
                docs.extend(self.gap(at));
            }
            docs.push(Doc::Word(at));
        }
        // Braces end lines inside, so each place where the line may break is looked at alone.
        Doc::Group(Group {
            style: Style::Fill,
            indent: STEP,
            broken: true,
            whole: false,
            docs,
        })
    }

    fn entry(&self, entry: &Entry) -> Vec<Doc> {
        let (from, to) = (self.at(entry.path.span().start), self.at(entry.span.end));
        let open = match &entry.description {
            Some(text) => self.at(text.span.end),
            None => self.at(entry.path.span().end),
        };
        let mut docs = self.run(from, open);
        if open >= to {
            return docs;
        }
        docs.push(Doc::Space(1));
        docs.push(Doc::Names(Names {
            open,
            entries: self.entries(&entry.children),
            close: to - 1,
        }));
        docs
    }

    /// Names in braces with their commas. Where they do not fit in a line, plain ones fill lines and
    /// the others stand alone.
    fn entries(&self, all: &[Entry]) -> Vec<NameDoc> {
        let plain = |entry: &Entry| {
            entry.children.is_empty() && entry.description.is_none() && entry.docs.is_empty()
        };
        let begins = |at: usize| {
            let Some(before) = at.checked_sub(1) else {
                return true;
            };
            let (before, entry) = (&all[before], &all[at]);
            !plain(before)
                || !plain(entry)
                || self.empty_line_between(before.span, entry.path.span())
        };
        all.iter()
            .enumerate()
            .map(|(at, entry)| {
                let mut docs = self.entry(entry);
                if at + 1 < all.len() {
                    docs.push(self.comma(self.at(entry.span.end)));
                }
                NameDoc {
                    begins_line: begins(at),
                    docs,
                }
            })
            .collect()
    }

    /// The comma after a name, also where it was left out.
    fn comma(&self, at: usize) -> Doc {
        if self.mark(at) == Some(',') {
            Doc::Word(at)
        } else {
            Doc::Mark(",")
        }
    }
}
