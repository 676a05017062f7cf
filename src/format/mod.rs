//! The one way a file is laid out; knows no names.
//!
//! The tree says where statements begin and end, the words in them are those of the text: laying
//! out moves blanks and line breaks, puts clauses in their order and adds commas that were left out,
//! nothing else. What did not parse is copied as it is.

mod doc;
mod plan;
mod policy;
mod statement;
mod vocabulary;

use crate::source::Span;
use crate::syntax::ast::{Ast, Broken, Item as Declaration};
use crate::syntax::is_reserved;
use crate::syntax::token::{Lexeme, Token, tokens};
use doc::{Blank, Doc, Item, Source, Style, Trivia, group, has_empty_line, print};
use std::borrow::Cow;

/// Lays out a file: its tree and its text give the text it should have.
pub fn format(ast: &Ast, text: &str) -> String {
    let source = read(text);
    let layout = Layout { source: &source };
    let items = layout.spaced(
        ast.items.iter(),
        |item| {
            matches!(
                item,
                Declaration::Policy(_) | Declaration::Plan(_) | Declaration::Test(_)
            )
        },
        |item| layout.declaration(item),
    );
    print(&source, &items)
}

/// Cuts a text into words and comments.
fn read(text: &str) -> Source<'_> {
    let (lexemes, comments) = tokens(text);
    let mut trivia: Vec<Trivia> = comments
        .into_iter()
        .map(|(start, end, own_line)| (start, end, own_line, false))
        .chain(
            lexemes
                .iter()
                .filter(|lexeme| lexeme.token == Token::Doc)
                .map(|lexeme| (lexeme.start(), lexeme.end(), lexeme.first, true)),
        )
        .map(|(start, end, own_line, doc)| Trivia {
            start,
            end: start + text[start..end].trim_end().len(),
            own_line,
            doc,
        })
        .collect();
    trivia.sort_unstable_by_key(|found| found.start);
    let words: Vec<Lexeme> = lexemes
        .into_iter()
        .filter(|lexeme| lexeme.token != Token::Doc)
        .collect();
    let commented = commented(&words, &trivia);
    let shown = (0..words.len()).map(|at| shown(text, &words, at)).collect();
    Source {
        text,
        words,
        shown,
        trivia,
        commented,
    }
}

/// Whether comments stand before each word. Those before a mark that nothing separates from what it
/// follows come after it.
fn commented(words: &[Lexeme], trivia: &[Trivia]) -> Vec<bool> {
    let mut next = 0;
    let mut waits = false;
    words
        .iter()
        .map(|word| {
            while trivia.get(next).is_some_and(|t| t.start < word.start()) {
                next += 1;
                waits = true;
            }
            let glued = matches!(word.token, Token::Mark(',' | ')'));
            !glued && std::mem::take(&mut waits)
        })
        .collect()
}

/// A word as it is to be written: names without backticks that they don't need, units of time in
/// the number of their count.
fn shown<'a>(text: &'a str, words: &[Lexeme], at: usize) -> Cow<'a, str> {
    let slice = |at: usize| &text[words[at].start()..words[at].end()];
    let word = slice(at);
    match words[at].token {
        Token::Quoted => {
            let inner = word.trim_matches('`');
            let closed = word.len() == inner.len() + 2;
            if closed && !is_reserved(inner) {
                return Cow::Borrowed(inner);
            }
        }
        Token::Word if at > 0 && is_number(slice(at - 1)) => {
            let one = word.strip_suffix('s').unwrap_or(word);
            if matches!(one, "hour" | "day" | "week" | "month" | "year") {
                let single = slice(at - 1).trim_start_matches('0') == "1";
                return match (single, one.len() == word.len()) {
                    (false, true) => Cow::Owned(format!("{word}s")),
                    (true, false) => Cow::Borrowed(one),
                    _ => Cow::Borrowed(word),
                };
            }
        }
        _ => {}
    }
    Cow::Borrowed(word)
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// What builds pieces of layout from the tree.
struct Layout<'s, 'a> {
    source: &'s Source<'a>,
}

impl Layout<'_, '_> {
    fn declaration(&self, item: &Declaration) -> Doc {
        match item {
            Declaration::Include(include) => self.line(include.span),
            Declaration::Vocabulary(vocabulary) => self.vocabulary(vocabulary),
            Declaration::Policy(policy) => self.policy(policy),
            Declaration::Plan(plan) => self.plan(plan),
            Declaration::Test(test) => self.test(test),
            Declaration::Broken(broken) => self.raw(broken),
        }
    }

    fn raw(&self, broken: &Broken) -> Doc {
        Doc::Raw(broken.span.start as usize, broken.span.end as usize)
    }

    /// Statements with the blank lines between them: one around those that stand apart, for the
    /// others one where the author had some.
    fn spaced<T>(
        &self,
        all: impl Iterator<Item = T>,
        apart: impl Fn(&T) -> bool,
        build: impl Fn(&T) -> Doc,
    ) -> Vec<Item> {
        let mut items = Vec::new();
        let mut before = None;
        for item in all {
            let now = apart(&item);
            let blank = match before {
                None => Blank::First,
                Some(before) if before || now => Blank::Always,
                _ => Blank::Keep,
            };
            before = Some(now);
            items.push(Item {
                blank,
                doc: build(&item),
            });
        }
        items
    }

    // ---- words ----

    /// The number of the first word at or after a byte.
    fn at(&self, byte: u32) -> usize {
        self.source
            .words
            .partition_point(|word| word.start() < byte as usize)
    }

    /// The words of a span, from one to before the other.
    fn range(&self, span: Span) -> (usize, usize) {
        (self.at(span.start), self.at(span.end))
    }

    /// The reserved word or name without backticks at a place, else nothing.
    fn word(&self, at: usize) -> &str {
        match self.source.words.get(at) {
            Some(word) if word.token == Token::Word => &self.source.text[word.start()..word.end()],
            _ => "",
        }
    }

    fn mark(&self, at: usize) -> Option<char> {
        match self.source.words.get(at)?.token {
            Token::Mark(mark) => Some(mark),
            _ => None,
        }
    }

    fn is_text(&self, at: usize) -> bool {
        matches!(
            self.source.words.get(at).map(|word| word.token),
            Some(Token::Text | Token::OpenText)
        )
    }

    fn empty_line_between(&self, before: Span, after: Span) -> bool {
        has_empty_line(self.source.text, before.end as usize, after.start as usize)
    }

    /// Words with blanks between them; lines may break after commas and before words that join.
    fn run(&self, from: usize, to: usize) -> Vec<Doc> {
        let mut docs = Vec::new();
        for at in from..to {
            if at > from
                && let Some(gap) = self.gap(at)
            {
                docs.push(gap);
            }
            docs.push(Doc::Word(at));
        }
        docs
    }

    /// What stands between a word and the one before it.
    fn gap(&self, at: usize) -> Option<Doc> {
        let before = self.mark(at - 1);
        let glued =
            matches!(self.mark(at), Some(',' | '.' | ')')) || matches!(before, Some('.' | '('));
        if glued {
            return None;
        }
        let joins = before == Some(',')
            || matches!(
                self.word(at),
                "and" | "or" | "resident" | "evidence" | "because" | "owner"
            );
        Some(if joins { Doc::Line } else { Doc::Space(1) })
    }

    /// A statement without parts: in one line, else filled.
    fn line(&self, span: Span) -> Doc {
        let (from, to) = self.range(span);
        group(Style::Fill, doc::STEP, self.run(from, to))
    }
}
