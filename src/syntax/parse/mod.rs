//! Pieces of text to the tree: with its parts the only module that sees pest's pairs.
//!
//! Here pieces become items; `values`, `clauses`, `declarations`, `rules`, `plans` and `tests` read
//! what is in them, `cells` what is in tables, `errors` says why one can't be read.

pub mod cells;
mod clauses;
mod declarations;
mod errors;
mod plans;
mod rules;
mod tests;
mod values;

pub use errors::is_reserved;

use super::ast::*;
use super::cut::{Block, Context, Fault, Part, Piece, cut};
use super::token::{Token, tokens};
use crate::diag::{Diagnostic, Diags, codes};
use crate::jobs;
use crate::limits::DEEPEST;
use crate::source::{FileId, Span};
use pest::Parser;
use pest::iterators::Pair;
use std::borrow::Cow;

#[derive(pest_derive::Parser)]
#[grammar = "grammar/abide.pest"]
struct Grammar;

/// Findings of syntax kept for one file; what comes after is counted, not listed.
const MOST_ERRORS: usize = 100;

/// Statements that a thread reads at a time.
const CHUNK: usize = 50;

/// Parses a file. Any text gives a tree and a list of problems.
pub fn parse(file: FileId, text: &str, diags: &mut Diags) -> Ast {
    parse_within(file, text, DEEPEST, diags)
}

/// The same where less nesting is allowed, if that is what is wanted: never more.
pub fn parse_within(file: FileId, text: &str, deepest: usize, diags: &mut Diags) -> Ast {
    let deepest = deepest.min(DEEPEST);
    let (parts, faults, comments) = cut(text, deepest);
    let mut reader = Reader {
        file,
        text,
        deepest,
        errors: Vec::new(),
        more: 0,
        whole: None,
    };
    // One by one, so that what was cut gives way to what is read.
    let items = parts.into_iter().map(|part| reader.item(&part)).collect();
    for fault in faults {
        reader.fault(fault);
    }
    reader.errors.sort_by(Diagnostic::order);
    // A fault may be that of a block, too.
    reader.errors.dedup();
    let more = reader.more + reader.errors.len().saturating_sub(MOST_ERRORS);
    if more > 0 {
        reader.errors.truncate(MOST_ERRORS);
        let last = reader.errors.last().map(|error| error.primary.span);
        let span = last.unwrap_or(Span::file_start(file));
        reader.errors.push(
            Diagnostic::new(
                &codes::SYNTAX_ERROR,
                span,
                format!("{more} more syntax errors in this file are not listed"),
            )
            .help("is this an abide file at all?"),
        );
    }
    diags.append(&mut reader.errors);
    let comments = comments
        .into_iter()
        .map(|(start, end, own_line)| Comment {
            text: text[start..end].trim_end().to_string(),
            span: reader.span(start, end),
            own_line,
        })
        .collect();
    Ast {
        file,
        items,
        comments,
    }
}

/// Parses a flow in one line, for `abide ask`.
pub fn parse_flow_line(file: FileId, text: &str, diags: &mut Diags) -> Option<FlowLine> {
    let mut reader = Reader {
        file,
        text,
        deepest: DEEPEST,
        errors: Vec::new(),
        more: 0,
        whole: None,
    };
    let piece = Piece {
        start: 0,
        end: text.len(),
        docs: Vec::new(),
        fault: too_deep(text),
    };
    let line = reader.read(Rule::ask_line, &piece, |r, pair| {
        r.flow_line(only_child(pair))
    });
    diags.append(&mut reader.errors);
    line
}

/// A line is not cut into pieces, so its nesting is counted here.
fn too_deep(text: &str) -> Option<Fault> {
    let brackets = text.match_indices(['(', '{']);
    let opening = brackets.chain(text.match_indices("except"));
    let mut opening: Vec<usize> = opening.map(|(at, _)| at).collect();
    opening.sort_unstable();
    opening.get(DEEPEST).copied().map(Fault::TooDeep)
}

struct Reader<'a> {
    file: FileId,
    text: &'a str,
    /// How deep braces may nest.
    deepest: usize,
    errors: Diags,
    /// Errors that were only counted.
    more: usize,
    /// The place of everything in a text whose own places say nothing.
    whole: Option<Span>,
}

type Pairs<'a> = Pair<'a, Rule>;

/// A pair's children.
fn children(pair: Pairs<'_>) -> Vec<Pairs<'_>> {
    pair.into_inner().collect()
}

/// An empty list with room for what those of some children give that are of a rule, and for no more:
/// trees are full of lists of one thing.
fn room_for<T>(children: &[Pairs<'_>], rule: Rule) -> Vec<T> {
    let own = children.iter().filter(|child| child.as_rule() == rule);
    Vec::with_capacity(own.count())
}

fn only_child(pair: Pairs<'_>) -> Pairs<'_> {
    pair.into_inner().next().expect("the rule has one child")
}

impl Reader<'_> {
    fn span(&self, start: usize, end: usize) -> Span {
        Span {
            file: self.file,
            start: start as u32,
            end: end as u32,
        }
    }

    fn text(&self, span: Span) -> &str {
        &self.text[span.start as usize..span.end as usize]
    }

    fn of(&self, pair: &Pairs<'_>) -> Span {
        let span = pair.as_span();
        // Rules that end in a repetition may take blanks after their last token.
        let text = span.as_str().trim_end();
        self.span(span.start(), span.start() + text.len())
    }

    // ---- pieces ----

    /// Reads a piece with a rule of the grammar, or says why it can't be read.
    fn read<T>(
        &mut self,
        rule: Rule,
        piece: &Piece,
        build: impl FnOnce(&mut Self, Pairs<'_>) -> T,
    ) -> Option<T> {
        if let Some(fault) = piece.fault {
            self.fault(fault);
            return None;
        }
        let padded = blanked(&self.text[piece.start..piece.end], rule == Rule::top_piece);
        match Grammar::parse(rule, &padded) {
            Ok(mut pairs) => {
                let before = self.errors.len();
                let pair = pairs.next().expect("a rule that matched gives a pair");
                let result = build(self, pair);
                (self.errors.len() == before).then_some(result)
            }
            Err(error) => {
                self.syntax_error(piece, error);
                None
            }
        }
    }

    fn broken(&self, piece: &Piece) -> Broken {
        Broken {
            span: self.span(piece.start, piece.end),
        }
    }

    fn docs(&self, piece: &Piece) -> Docs {
        piece
            .docs
            .iter()
            .map(|(start, end)| {
                let text = &self.text[start + 3..*end];
                Text {
                    value: text.strip_prefix(' ').unwrap_or(text).trim_end().into(),
                    span: self.span(*start, *end),
                }
            })
            .collect()
    }

    fn item(&mut self, part: &Part) -> Item {
        match part {
            Part::Statement(piece) => {
                let docs = self.docs(piece);
                let base = piece.start;
                let rule = match self.text[piece.start..piece.end].split_whitespace().next() {
                    Some("policy") => Rule::policy_piece,
                    Some("plan") => Rule::plan_piece,
                    Some("test") => Rule::test_piece,
                    _ => Rule::top_piece,
                };
                let item = self.read(rule, piece, |r, pair| {
                    let child = only_child(pair);
                    let mut at = At { r, base };
                    match child.as_rule() {
                        Rule::include => Some(Item::Include(at.include(child, docs))),
                        Rule::vocabulary => Some(Item::Vocabulary(at.vocabulary(child, docs))),
                        _ => None,
                    }
                });
                match item.flatten() {
                    Some(item) => item,
                    None => Item::Broken(self.broken(piece)),
                }
            }
            Part::Block(block) => {
                let Block {
                    kind,
                    head,
                    body,
                    end,
                } = &**block;
                let span = self.span(head.start, *end);
                let docs = self.docs(head);
                let base = head.start;
                match kind {
                    Context::Policy => {
                        let heading = self.read(Rule::policy_piece, head, |r, pair| {
                            At { r, base }.heading(pair)
                        });
                        let items = self.policy_items(body);
                        let (name, title) = heading.unwrap_or_else(|| self.nameless(head));
                        Item::Policy(Policy {
                            docs,
                            name,
                            title,
                            items,
                            span,
                        })
                    }
                    Context::Plan => {
                        let heading = self.read(Rule::plan_piece, head, |r, pair| {
                            At { r, base }.heading(pair)
                        });
                        let items = self.each(body, Self::plan_item);
                        let (name, title) = heading.unwrap_or_else(|| self.nameless(head));
                        Item::Plan(Plan {
                            docs,
                            name,
                            title,
                            items,
                            span,
                        })
                    }
                    _ => {
                        let heading = self.read(Rule::test_piece, head, |r, pair| {
                            let mut at = At { r, base };
                            let mut title = None;
                            let mut policies = Box::default();
                            for child in children(pair) {
                                match child.as_rule() {
                                    Rule::string => title = Some(at.text(&child)),
                                    Rule::names => policies = at.names(child),
                                    _ => {}
                                }
                            }
                            (title, policies)
                        });
                        let items = self.each(body, Self::test_item);
                        let (title, policies) = heading.unwrap_or_default();
                        let title = title.unwrap_or(Text {
                            value: Box::default(),
                            span: self.span(head.start, head.end),
                        });
                        Item::Test(Test {
                            docs,
                            title,
                            policies,
                            items,
                            span,
                        })
                    }
                }
            }
        }
    }

    /// A policy or plan whose heading does not parse keeps its contents; its name is empty.
    fn nameless(&self, head: &Piece) -> (Name, Option<Text>) {
        let name = Name {
            text: Default::default(),
            span: self.span(head.start, head.end),
        };
        (name, None)
    }

    /// Reads the statements of a block, some hundred at a time on each thread: they don't depend on each
    /// other.
    fn each<T: Send>(
        &mut self,
        parts: &[Part],
        read: impl Fn(&mut Self, &Part) -> T + Sync,
    ) -> Vec<T> {
        if parts.len() <= CHUNK {
            return parts.iter().map(|part| read(self, part)).collect();
        }
        let chunks: Vec<&[Part]> = parts.chunks(CHUNK).collect();
        let (file, text, deepest, whole) = (self.file, self.text, self.deepest, self.whole);
        let read = |(): &mut (), chunk: &&[Part]| {
            let mut own = Reader {
                file,
                text,
                deepest,
                errors: Vec::new(),
                more: 0,
                whole,
            };
            let items: Vec<T> = chunk.iter().map(|part| read(&mut own, part)).collect();
            (items, own.errors, own.more)
        };
        let mut all = Vec::with_capacity(parts.len());
        for (items, errors, more) in jobs::share(&chunks, || (), read) {
            all.extend(items);
            self.errors.extend(errors);
            self.more += more;
        }
        all
    }

    fn policy_items(&mut self, parts: &[Part]) -> Vec<PolicyItem> {
        self.each(parts, Self::policy_item)
    }

    fn policy_item(&mut self, part: &Part) -> PolicyItem {
        match part {
            Part::Statement(piece) => {
                let docs = self.docs(piece);
                let base = piece.start;
                let item = self.read(Rule::policy_statement, piece, |r, pair| {
                    let child = only_child(pair);
                    let mut at = At { r, base };
                    let span = at.of(&child);
                    match child.as_rule() {
                        Rule::full_rule => PolicyItem::Rule(Box::new(at.rule(child, docs))),
                        Rule::effective => {
                            let (date, _) = at.date(&last(child));
                            PolicyItem::Effective(date, span)
                        }
                        Rule::supersedes => PolicyItem::Supersedes(at.names(last(child)), span),
                        Rule::extends => PolicyItem::Extends(at.names(last(child)), span),
                        Rule::yields_to => PolicyItem::YieldsTo(at.names(last(child)), span),
                        Rule::open => PolicyItem::Open(at.verbs(last(child)), span),
                        _ => PolicyItem::Closed(at.verbs(last(child)), span),
                    }
                });
                item.unwrap_or_else(|| PolicyItem::Broken(self.broken(piece)))
            }
            Part::Block(block) => {
                let Block {
                    head, body, end, ..
                } = &**block;
                let docs = self.docs(head);
                let base = head.start;
                let title = self.read(Rule::section_piece, head, |r, pair| {
                    let mut at = At { r, base };
                    children(pair)
                        .iter()
                        .find(|child| child.as_rule() == Rule::string)
                        .map(|child| at.text(child))
                });
                let title = title.flatten().unwrap_or(Text {
                    value: Box::default(),
                    span: self.span(head.start, head.end),
                });
                PolicyItem::Section(Box::new(Section {
                    docs,
                    title,
                    items: self.policy_items(body),
                    span: self.span(head.start, *end),
                }))
            }
        }
    }

    fn plan_item(&mut self, part: &Part) -> PlanItem {
        let Part::Statement(piece) = part else {
            unreachable!("plans hold no blocks");
        };
        let docs = self.docs(piece);
        let base = piece.start;
        let item = self.read(Rule::plan_statement, piece, |r, pair| {
            let mut at = At { r, base };
            let whole = at.of(&pair);
            let mut waivers = Vec::new();
            let mut item = None;
            for child in children(pair) {
                let span = at.of(&child);
                match child.as_rule() {
                    Rule::waiver => waivers.push(at.waiver(child)),
                    Rule::checks => item = Some(PlanItem::Checks(at.names(last(child)), span)),
                    Rule::table => item = Some(PlanItem::Table(at.table(child, docs.clone()))),
                    Rule::node => {
                        let mut node = at.node(child);
                        node.docs = docs.clone();
                        node.waivers = std::mem::take(&mut waivers).into();
                        node.span = whole;
                        item = Some(PlanItem::Node(Box::new(node)));
                    }
                    Rule::edge => {
                        let mut edge = at.edge(child);
                        edge.docs = docs.clone();
                        edge.waivers = std::mem::take(&mut waivers).into();
                        edge.span = whole;
                        item = Some(PlanItem::Edge(Box::new(edge)));
                    }
                    _ => {}
                }
            }
            item
        });
        item.flatten()
            .unwrap_or_else(|| PlanItem::Broken(self.broken(piece)))
    }

    fn test_item(&mut self, part: &Part) -> TestItem {
        let Part::Statement(piece) = part else {
            unreachable!("tests hold no blocks");
        };
        let base = piece.start;
        let item = self.read(Rule::test_statement, piece, |r, pair| {
            At { r, base }.expectation(only_child(pair))
        });
        match item.flatten() {
            Some(expectation) => TestItem::Expectation(Box::new(expectation)),
            None => TestItem::Broken(self.broken(piece)),
        }
    }

    fn flow_line(&mut self, pair: Pairs<'_>) -> FlowLine {
        At { r: self, base: 0 }.flow_line(pair)
    }
}

/// A piece with its comments blanked, so that places stay; doc comments too, but for declarations,
/// whose entries take them.
fn blanked(text: &str, keep_docs: bool) -> Cow<'_, str> {
    if !text.contains("//") {
        return Cow::Borrowed(text);
    }
    let mut bytes = text.as_bytes().to_vec();
    let (tokens, comments) = tokens(text);
    let docs = tokens
        .iter()
        .filter(|lexeme| lexeme.token == Token::Doc && !keep_docs)
        .map(|lexeme| (lexeme.start(), lexeme.end()));
    let comments = comments.iter().map(|(start, end, _)| (*start, *end));
    for (start, end) in docs.chain(comments) {
        bytes[start..end].fill(b' ');
    }
    Cow::Owned(String::from_utf8(bytes).expect("whole characters are blanked"))
}

/// The last child of a pair: keywords come before it.
fn last(pair: Pairs<'_>) -> Pairs<'_> {
    pair.into_inner().last().expect("the rule has children")
}

/// Reads pairs of one piece, whose places count from `base`.
struct At<'r, 'a> {
    r: &'r mut Reader<'a>,
    base: usize,
}

impl At<'_, '_> {
    fn of(&self, pair: &Pairs<'_>) -> Span {
        if let Some(whole) = self.r.whole {
            return whole;
        }
        let span = self.r.of(pair);
        Span {
            file: span.file,
            start: span.start + self.base as u32,
            end: span.end + self.base as u32,
        }
    }

    fn error(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.r
            .errors
            .push(Diagnostic::new(&codes::SYNTAX_ERROR, span, message).help(help));
    }
}
