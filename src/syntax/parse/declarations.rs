//! Headings, includes and declarations of names.

use super::{At, Pairs, Rule, children, last};
use crate::syntax::ast::*;

impl At<'_, '_> {
    pub(super) fn heading(&mut self, pair: Pairs<'_>) -> (Name, Option<Text>) {
        let mut name = None;
        let mut title = None;
        for child in children(pair) {
            match child.as_rule() {
                Rule::name => name = Some(self.name(&child)),
                Rule::string => title = Some(self.text(&child)),
                _ => {}
            }
        }
        (name.expect("a heading has a name"), title)
    }

    pub(super) fn include(&mut self, pair: Pairs<'_>, docs: Docs) -> Include {
        let span = self.of(&pair);
        let path = self.text(&last(pair));
        Include { docs, path, span }
    }

    pub(super) fn vocabulary(&mut self, pair: Pairs<'_>, docs: Docs) -> Vocabulary {
        let mut vocabulary = Vocabulary {
            docs,
            lasting: None,
            kind: Kind::Data,
            entries: Box::default(),
            is: Box::default(),
            excludes: Box::default(),
            until: None,
            span: self.of(&pair),
        };
        // Either may stand several times.
        let (mut is, mut excludes) = (Vec::new(), Vec::new());
        for child in children(pair) {
            let span = self.of(&child);
            match child.as_rule() {
                Rule::kw_lasting => vocabulary.lasting = Some(span),
                Rule::kind => {
                    let word = child.as_str();
                    let kind = Kind::ALL.into_iter().find(|kind| kind.word() == word);
                    vocabulary.kind = kind.expect("the grammar's kinds are all");
                }
                Rule::entries => vocabulary.entries = self.entries(child),
                Rule::is_part => is.extend(self.paths(last(child))),
                Rule::excludes_part => excludes.extend(self.paths(last(child))),
                Rule::until_part => vocabulary.until = Some(self.date(&last(child))),
                _ => {}
            }
        }
        vocabulary.is = is.into();
        vocabulary.excludes = excludes.into();
        if vocabulary.kind != Kind::Fact {
            let word = vocabulary.kind.word();
            let misplaced = [
                ("lasting", vocabulary.lasting),
                ("excludes", vocabulary.excludes.first().map(Path::span)),
                ("until", vocabulary.until.map(|(_, span)| span)),
            ];
            for (what, span) in misplaced {
                if let Some(span) = span {
                    self.error(
                        span,
                        format!("`{what}` is for facts, not for {word}"),
                        format!("declare a fact, or drop `{what}`"),
                    );
                }
            }
        }
        vocabulary
    }

    /// Names separated by commas; after a closing brace the comma may be left out.
    pub(super) fn entries(&mut self, pair: Pairs<'_>) -> Box<[Entry]> {
        let mut all: Vec<Entry> = Vec::new();
        let mut comma = true;
        for child in children(pair) {
            if child.as_rule() == Rule::mark_comma {
                comma = true;
                continue;
            }
            let entry = self.entry(child);
            if !comma && all.last().is_some_and(|before| before.children.is_empty()) {
                self.error(
                    entry.path.span(),
                    format!("expected `,` before `{}`", self.r.text(entry.path.span())),
                    "names of a list are separated by commas",
                );
            }
            comma = false;
            all.push(entry);
        }
        all.into()
    }

    pub(super) fn entry(&mut self, pair: Pairs<'_>) -> Entry {
        let span = self.of(&pair);
        let mut docs = Vec::new();
        let mut path = None;
        let mut description = None;
        let mut below = Box::default();
        for child in children(pair) {
            match child.as_rule() {
                Rule::doc => {
                    let text = child.as_str().trim_start_matches("///");
                    docs.push(Text {
                        value: text.strip_prefix(' ').unwrap_or(text).trim_end().into(),
                        span: self.of(&child),
                    });
                }
                Rule::path => path = Some(self.path(child)),
                Rule::string => description = Some(self.text(&child)),
                Rule::children => {
                    for inner in children(child) {
                        if inner.as_rule() == Rule::entries {
                            below = self.entries(inner);
                        }
                    }
                }
                _ => {}
            }
        }
        let path = path.expect("an entry has a name");
        for entry in &below {
            if !entry.path.is_one_name() {
                self.error(
                    entry.path.span(),
                    "in braces a name is a child of what encloses it, so it takes no path",
                    "write the last name alone, or open the name again at the top level",
                );
            }
        }
        Entry {
            docs: docs.into(),
            path,
            description,
            children: below,
            span,
        }
    }
}
