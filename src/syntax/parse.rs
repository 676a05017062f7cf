//! Pieces of text to the tree: the only file that sees pest's pairs.

use super::ast::*;
use super::cut::{Context, Fault, Part, Piece, cut};
use super::expected;
use super::token::{Token, tokens};
use crate::diag::{Diagnostic, Diags, codes};
use crate::source::{FileId, Span};
use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};
use pest::iterators::Pair;
use std::borrow::Cow;

#[derive(pest_derive::Parser)]
#[grammar = "grammar/abide.pest"]
struct Grammar;

/// Findings of syntax kept for one file; what comes after is counted, not listed.
const MOST_ERRORS: usize = 100;

/// Parses a file. Any text gives a tree and a list of problems.
pub fn parse(file: FileId, text: &str, diags: &mut Diags) -> Ast {
    let (parts, faults, comments) = cut(text);
    let mut reader = Reader {
        file,
        text,
        errors: Vec::new(),
    };
    let items = parts.iter().map(|part| reader.item(part)).collect();
    for fault in faults {
        reader.fault(fault);
    }
    let more = reader.errors.len().saturating_sub(MOST_ERRORS);
    reader.errors.sort_by(Diagnostic::order);
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
        errors: Vec::new(),
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
    let open = text.matches(['(', '{']).count() + text.matches("except").count();
    (open > super::cut::DEEPEST).then_some(Fault::TooDeep(0))
}

struct Reader<'a> {
    file: FileId,
    text: &'a str,
    errors: Diags,
}

type Node1<'a> = Pair<'a, Rule>;

/// A pair's children.
fn children(pair: Node1<'_>) -> Vec<Node1<'_>> {
    pair.into_inner().collect()
}

fn only_child(pair: Node1<'_>) -> Node1<'_> {
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

    fn of(&self, pair: &Node1<'_>) -> Span {
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
        build: impl FnOnce(&mut Self, Node1<'_>) -> T,
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

    fn syntax_error(&mut self, piece: &Piece, error: pest::error::Error<Rule>) {
        let at = match error.location {
            InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
        };
        let rest = &self.text[piece.start..piece.end];
        let at = at.min(rest.len());
        // Errors stand after the blanks that were skipped, or before them: show the next token.
        let skipped = rest[at..].len() - rest[at..].trim_start().len();
        let at = at + skipped;
        let found = &rest[at..];
        let length = found
            .find(|c: char| c.is_whitespace() || matches!(c, ',' | ':' | '{' | '}' | '(' | ')'))
            .map_or(found.len(), |end| {
                end.max(found.chars().next().map_or(0, char::len_utf8))
            });
        let length = floor(found, length.min(40));
        let token = &found[..length];
        let positives = match &error.variant {
            ErrorVariant::ParsingError { positives, .. } => positives.clone(),
            ErrorVariant::CustomError { .. } => Vec::new(),
        };
        let expected = expected::list(&positives);
        let start = piece.start + at;
        let span = if token.is_empty() {
            self.span(piece.end, piece.end)
        } else {
            self.span(start, start + length)
        };
        let takes_name = positives.iter().any(|rule| {
            matches!(
                rule,
                Rule::name
                    | Rule::path
                    | Rule::any_name
                    | Rule::list
                    | Rule::items
                    | Rule::item
                    | Rule::entry
            )
        });
        let found = if token.is_empty() {
            "the end of the statement".to_string()
        } else {
            format!("`{token}`")
        };
        let mut diagnostic = Diagnostic::new(
            &codes::SYNTAX_ERROR,
            span,
            format!("expected {expected}, found {found}"),
        )
        .label(format!("expected {expected}"));
        if takes_name && is_reserved(token) {
            diagnostic = diagnostic.help(format!(
                "`{token}` is a word of the language; a name that equals it is written in backticks: `` `{token}` ``"
            ));
        } else if takes_name && token.chars().any(|c| c.is_ascii_uppercase() || c == '_') {
            diagnostic = diagnostic.help(format!(
                "names are lower case with hyphens: `{}`",
                token.to_lowercase().replace('_', "-")
            ));
        } else if takes_name && rest[..at].trim_end().ends_with(',') {
            diagnostic = diagnostic.help("a list has no comma after its last name");
        } else if let Some(word) = nearest_start(token) {
            diagnostic = diagnostic.help(format!("did you mean `{word}`?"));
        }
        self.errors.push(diagnostic);
    }

    fn fault(&mut self, fault: Fault) {
        let (at, length, code, message, help) = match fault {
            Fault::Unclosed(at) => (
                at,
                1,
                &codes::SYNTAX_ERROR,
                "this bracket is never closed",
                "close it where what it holds ends",
            ),
            Fault::OpenText(at) => (
                at,
                1,
                &codes::SYNTAX_ERROR,
                "this string is never closed",
                "end it with `\"`; a quote inside is written `\\\"`",
            ),
            Fault::Stray(at) => (
                at,
                1,
                &codes::SYNTAX_ERROR,
                "this `}` closes nothing",
                "drop it, or look for a block that ends too early",
            ),
            Fault::TooDeep(at) => (
                at,
                1,
                &codes::NESTED_TOO_DEEP,
                "nested more than 64 levels deep",
                "no sentence nests so deep: split the rule",
            ),
        };
        let end = (at + length).min(self.text.len());
        let span = self.span(at.min(end), end);
        let known = self
            .errors
            .iter()
            .any(|error| error.primary.span == span && error.message == message);
        if !known {
            self.errors
                .push(Diagnostic::new(code, span, message).help(help));
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
                    value: text
                        .strip_prefix(' ')
                        .unwrap_or(text)
                        .trim_end()
                        .to_string(),
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
            Part::Block {
                kind,
                head,
                body,
                end,
            } => {
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
                        let items = body.iter().map(|part| self.plan_item(part)).collect();
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
                            let mut policies = Vec::new();
                            for child in children(pair) {
                                match child.as_rule() {
                                    Rule::string => title = Some(at.text(&child)),
                                    Rule::names => policies = at.names(child),
                                    _ => {}
                                }
                            }
                            (title, policies)
                        });
                        let items = body.iter().map(|part| self.test_item(part)).collect();
                        let (title, policies) = heading.unwrap_or_default();
                        let title = title.unwrap_or(Text {
                            value: String::new(),
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
            text: String::new(),
            span: self.span(head.start, head.end),
        };
        (name, None)
    }

    fn policy_items(&mut self, parts: &[Part]) -> Vec<PolicyItem> {
        parts.iter().map(|part| self.policy_item(part)).collect()
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
                        Rule::supersedes => PolicyItem::Supersedes(at.name(&last(child)), span),
                        Rule::extends => PolicyItem::Extends(at.names(last(child)), span),
                        Rule::yields_to => PolicyItem::YieldsTo(at.names(last(child)), span),
                        Rule::open => PolicyItem::Open(at.verbs(last(child)), span),
                        _ => PolicyItem::Closed(at.verbs(last(child)), span),
                    }
                });
                item.unwrap_or_else(|| PolicyItem::Broken(self.broken(piece)))
            }
            Part::Block {
                head, body, end, ..
            } => {
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
                    value: String::new(),
                    span: self.span(head.start, head.end),
                });
                PolicyItem::Section(Section {
                    docs,
                    title,
                    items: self.policy_items(body),
                    span: self.span(head.start, *end),
                })
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
                    Rule::node => {
                        let mut node = at.node(child);
                        node.docs = docs.clone();
                        node.waivers = std::mem::take(&mut waivers);
                        node.span = whole;
                        item = Some(PlanItem::Node(Box::new(node)));
                    }
                    Rule::edge => {
                        let mut edge = at.edge(child);
                        edge.docs = docs.clone();
                        edge.waivers = std::mem::take(&mut waivers);
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

    fn flow_line(&mut self, pair: Node1<'_>) -> FlowLine {
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
        .map(|lexeme| (lexeme.start, lexeme.end));
    let comments = comments.iter().map(|(start, end, _)| (*start, *end));
    for (start, end) in docs.chain(comments) {
        bytes[start..end].fill(b' ');
    }
    Cow::Owned(String::from_utf8(bytes).expect("whole characters are blanked"))
}

/// The last child of a pair: keywords come before it.
fn last(pair: Node1<'_>) -> Node1<'_> {
    pair.into_inner().last().expect("the rule has children")
}

/// Reads pairs of one piece, whose places count from `base`.
struct At<'r, 'a> {
    r: &'r mut Reader<'a>,
    base: usize,
}

impl At<'_, '_> {
    fn of(&self, pair: &Node1<'_>) -> Span {
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

    // ---- values ----

    fn name(&mut self, pair: &Node1<'_>) -> Name {
        Name {
            text: pair.as_str().trim_matches('`').to_string(),
            span: self.of(pair),
        }
    }

    fn names(&mut self, pair: Node1<'_>) -> Vec<Name> {
        let mut all = Vec::new();
        for child in children(pair) {
            if child.as_rule() == Rule::name {
                all.push(self.name(&child));
            }
        }
        all
    }

    fn path(&mut self, pair: Node1<'_>) -> Path {
        let span = self.of(&pair);
        if pair.as_rule() == Rule::any_name {
            let name = Name {
                text: "any".to_string(),
                span,
            };
            return Path {
                segments: vec![name],
                span,
            };
        }
        let segments = children(pair)
            .iter()
            .map(|child| self.name(child))
            .collect();
        Path { segments, span }
    }

    fn paths(&mut self, pair: Node1<'_>) -> Vec<Path> {
        children(pair)
            .into_iter()
            .filter(|child| matches!(child.as_rule(), Rule::path | Rule::any_name))
            .map(|child| self.path(child))
            .collect()
    }

    fn list(&mut self, pair: Node1<'_>) -> super::ast::Names {
        let span = self.of(&pair);
        let mut include = Vec::new();
        let mut exclude = Vec::new();
        let mut after = false;
        for child in children(pair) {
            match child.as_rule() {
                Rule::other_than => after = true,
                _ if after => exclude = self.paths(child),
                _ => include = self.paths(child),
            }
        }
        super::ast::Names {
            include,
            exclude,
            span,
        }
    }

    fn text(&mut self, pair: &Node1<'_>) -> Text {
        let inner = pair.as_str();
        let inner = &inner[1..inner.len() - 1];
        let mut value = String::with_capacity(inner.len());
        let mut escaped = false;
        for c in inner.chars() {
            if c == '\\' && !escaped {
                escaped = true;
            } else {
                value.push(c);
                escaped = false;
            }
        }
        Text {
            value,
            span: self.of(pair),
        }
    }

    fn date(&mut self, pair: &Node1<'_>) -> (Date, Span) {
        let span = self.of(pair);
        match pair.as_str().parse::<Date>() {
            Ok(date) => (date, span),
            Err(_) => {
                self.error(
                    span,
                    format!("`{}` is no day of the calendar", pair.as_str()),
                    "write year, month and day: 2022-04-04",
                );
                (Date::ZERO, span)
            }
        }
    }

    fn duration(&mut self, pair: Node1<'_>) -> Duration {
        let span = self.of(&pair);
        let mut parts = children(pair).into_iter();
        let number = parts.next().expect("a duration has a number");
        let unit = parts.next().expect("a duration has a unit");
        let unit = match unit.as_str().trim_end_matches('s') {
            "hour" => Unit::Hour,
            "day" => Unit::Day,
            "week" => Unit::Week,
            "month" => Unit::Month,
            _ => Unit::Year,
        };
        // Beyond this even hours would not fit what durations are compared in.
        const MOST: u64 = 1_000_000_000_000;
        let count = match number.as_str().parse::<u64>() {
            Ok(count) if count <= MOST => count,
            _ => {
                self.error(
                    span,
                    "this length of time is out of all bounds",
                    "what is kept without limit is written without a time",
                );
                MOST
            }
        };
        Duration { count, unit, span }
    }

    fn verb(&mut self, pair: &Node1<'_>) -> Verb {
        let word = match pair.as_str() {
            "collect" => VerbWord::Collect,
            "use" => VerbWord::Use,
            "derive" => VerbWord::Derive,
            "share" => VerbWord::Share,
            "sell" => VerbWord::Sell,
            "transfer" => VerbWord::Transfer,
            "retain" => VerbWord::Retain,
            "disclose" => VerbWord::Disclose,
            _ => VerbWord::Process,
        };
        Verb {
            word,
            span: self.of(pair),
        }
    }

    fn verbs(&mut self, pair: Node1<'_>) -> Vec<Verb> {
        let mut all = Vec::new();
        for child in children(pair) {
            if child.as_rule() == Rule::verb {
                all.push(self.verb(&child));
            }
        }
        all
    }

    fn acts(&mut self, pair: Node1<'_>) -> Acts {
        let mut parts = children(pair).into_iter();
        let verbs = self.verbs(parts.next().expect("acts have verbs"));
        let data = self.list(parts.next().expect("acts have data"));
        Acts { verbs, data }
    }

    // ---- conditions and clauses ----

    /// `and` binds tighter than `or`: a flat list is cut at each `or`, each part is a conjunction.
    fn condition(&mut self, pair: Node1<'_>) -> Condition {
        let mut any = Vec::new();
        let mut all = Vec::new();
        for child in children(pair) {
            match child.as_rule() {
                Rule::operand => all.push(self.operand(child)),
                Rule::kw_or => any.push(joined(std::mem::take(&mut all), Condition::And)),
                _ => {}
            }
        }
        any.push(joined(all, Condition::And));
        joined(any, Condition::Or)
    }

    fn operand(&mut self, pair: Node1<'_>) -> Condition {
        let span = self.of(&pair);
        let mut nots = 0;
        let mut inner = None;
        for child in children(pair) {
            match child.as_rule() {
                Rule::kw_not => nots += 1,
                Rule::path => inner = Some(Condition::Fact(self.path(child))),
                Rule::condition => inner = Some(self.condition(child)),
                _ => {}
            }
        }
        let inner = inner.expect("an operand has something to hold");
        // Two negations are none; one is kept with its place.
        if nots % 2 == 1 {
            Condition::Not(Box::new(inner), span)
        } else {
            inner
        }
    }

    fn clause(&mut self, pair: Node1<'_>) -> Clause {
        let span = self.of(&pair);
        let inner = only_child(pair);
        let rule = inner.as_rule();
        let kind = match rule {
            Rule::of_clause => {
                let (subjects, resident) = self.of_clause(inner);
                ClauseKind::Of(subjects, resident)
            }
            Rule::when_clause => ClauseKind::When(self.condition(last(inner))),
            Rule::at_most => {
                let mut time = None;
                let mut after = None;
                for child in children(inner) {
                    match child.as_rule() {
                        Rule::duration => time = Some(self.duration(child)),
                        Rule::after => after = Some(self.list(last(child))),
                        _ => {}
                    }
                }
                ClauseKind::AtMost(time.expect("at most has a time"), after)
            }
            _ => {
                let list = self.list(last(inner));
                match rule {
                    Rule::as_clause => ClauseKind::As(list),
                    Rule::on_clause => ClauseKind::On(list),
                    Rule::by_clause => ClauseKind::By(list),
                    Rule::with_clause => ClauseKind::With(list),
                    Rule::from_clause => ClauseKind::From(list),
                    Rule::to_clause => ClauseKind::To(list),
                    Rule::for_clause => ClauseKind::For(list),
                    _ => ClauseKind::In(list),
                }
            }
        };
        Clause { kind, span }
    }

    fn of_clause(&mut self, pair: Node1<'_>) -> (super::ast::Names, Option<super::ast::Names>) {
        let mut subjects = None;
        let mut resident = None;
        for child in children(pair) {
            match child.as_rule() {
                Rule::list => subjects = Some(self.list(child)),
                Rule::resident => resident = Some(self.list(last(child))),
                _ => {}
            }
        }
        (subjects.expect("of has subjects"), resident)
    }

    // ---- declarations ----

    fn heading(&mut self, pair: Node1<'_>) -> (Name, Option<Text>) {
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

    fn include(&mut self, pair: Node1<'_>, docs: Docs) -> Include {
        let span = self.of(&pair);
        let path = self.text(&last(pair));
        Include { docs, path, span }
    }

    fn vocabulary(&mut self, pair: Node1<'_>, docs: Docs) -> Vocabulary {
        let mut vocabulary = Vocabulary {
            docs,
            lasting: None,
            kind: Kind::Data,
            entries: Vec::new(),
            is: Vec::new(),
            excludes: Vec::new(),
            until: None,
            span: self.of(&pair),
        };
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
                Rule::is_part => vocabulary.is.extend(self.paths(last(child))),
                Rule::excludes_part => vocabulary.excludes.extend(self.paths(last(child))),
                Rule::until_part => vocabulary.until = Some(self.date(&last(child))),
                _ => {}
            }
        }
        if vocabulary.kind != Kind::Fact {
            let word = vocabulary.kind.word();
            let misplaced = [
                ("lasting", vocabulary.lasting),
                ("excludes", vocabulary.excludes.first().map(|p| p.span)),
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
    fn entries(&mut self, pair: Node1<'_>) -> Vec<Entry> {
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
                    entry.path.span,
                    format!("expected `,` before `{}`", self.r.text(entry.path.span)),
                    "names of a list are separated by commas",
                );
            }
            comma = false;
            all.push(entry);
        }
        all
    }

    fn entry(&mut self, pair: Node1<'_>) -> Entry {
        let span = self.of(&pair);
        let mut docs = Vec::new();
        let mut path = None;
        let mut description = None;
        let mut below = Vec::new();
        for child in children(pair) {
            match child.as_rule() {
                Rule::doc => {
                    let text = child.as_str().trim_start_matches("///");
                    docs.push(Text {
                        value: text
                            .strip_prefix(' ')
                            .unwrap_or(text)
                            .trim_end()
                            .to_string(),
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
            if entry.path.segments.len() > 1 {
                self.error(
                    entry.path.span,
                    "in braces a name is a child of what encloses it, so it takes no path",
                    "write the last name alone, or open the name again at the top level",
                );
            }
        }
        Entry {
            docs,
            path,
            description,
            children: below,
            span,
        }
    }

    // ---- rules ----

    fn waiver(&mut self, pair: Node1<'_>) -> Waiver {
        let span = self.of(&pair);
        let mut code = None;
        let mut until = None;
        let mut texts = Vec::new();
        for child in children(pair) {
            match child.as_rule() {
                Rule::name => code = Some(self.name(&child)),
                Rule::date => until = Some(self.date(&child)),
                Rule::string => texts.push(self.text(&child)),
                _ => {}
            }
        }
        let mut texts = texts.into_iter();
        Waiver {
            code: code.expect("a waiver has a code"),
            until: until.expect("a waiver has a date"),
            because: texts.next().expect("a waiver has a reason"),
            owner: texts.next(),
            span,
        }
    }

    fn rule(&mut self, pair: Node1<'_>, docs: Docs) -> super::ast::Rule {
        let span = self.of(&pair);
        let mut waivers = Vec::new();
        let mut citations = Vec::new();
        let mut label = None;
        let mut body = None;
        for child in children(pair) {
            match child.as_rule() {
                Rule::waiver => waivers.push(self.waiver(child)),
                Rule::citation => citations.push(self.text(&only_child(child))),
                Rule::label => label = Some(self.name(&only_child(child))),
                _ => body = Some(child),
            }
        }
        let body = body.expect("a rule has a body");
        let statement = self.of(&body);
        super::ast::Rule {
            docs,
            waivers,
            citations,
            label,
            body: self.rule_body(only_child(body)),
            span,
            statement,
        }
    }

    fn rule_body(&mut self, pair: Node1<'_>) -> RuleBody {
        let rule = pair.as_rule();
        let span = self.of(&pair);
        if rule == Rule::note {
            let mut texts = Vec::new();
            for child in children(pair) {
                if child.as_rule() == Rule::string {
                    texts.push(self.text(&child));
                }
            }
            let mut texts = texts.into_iter();
            return RuleBody::Note(texts.next().expect("a note has a text"), texts.next());
        }
        let mut acts = None;
        let mut data = None;
        let mut path = None;
        let mut clauses = Vec::new();
        let mut only = None;
        let mut requires = None;
        let mut within = None;
        let mut unless = None;
        let mut except = Vec::new();
        for child in children(pair) {
            match child.as_rule() {
                Rule::acts => acts = Some(self.acts(child)),
                Rule::list => data = Some(self.list(child)),
                Rule::path => path = Some(self.path(child)),
                Rule::clause => clauses.push(self.clause(child)),
                Rule::only_part => only = Some(self.only_part(child)),
                Rule::requires_part => requires = Some(self.paths(last(child))),
                Rule::within_part => within = Some(self.within(child)),
                Rule::unless => unless = Some(self.condition(last(child))),
                Rule::except => except = self.except(child),
                _ => {}
            }
        }
        match rule {
            Rule::must_rule => {
                let (within, event) = within.expect("must has a time");
                RuleBody::Must {
                    duty: path.expect("must has a duty"),
                    data: data.expect("must has data"),
                    clauses,
                    unless,
                    within,
                    event,
                }
            }
            Rule::processor => RuleBody::Processor(data.expect("processor has data"), clauses),
            Rule::may_rule => RuleBody::May(acts.expect("may has acts"), clauses, unless, except),
            Rule::never_rule => {
                RuleBody::Never(acts.expect("never has acts"), clauses, unless, except)
            }
            _ => {
                let acts = acts.expect("a limit has acts");
                if let Some((only, only_data, must_hold)) = only {
                    return RuleBody::Limit {
                        acts,
                        about: clauses,
                        only,
                        only_data,
                        must_hold,
                        unless,
                        except,
                    };
                }
                if let Some(duties) = requires {
                    if let Some(exception) = except.first() {
                        self.error(
                            exception.span,
                            "a duty takes `unless`, but no `except`",
                            "write `unless` and the facts that release it, or narrow the clauses before `requires`",
                        );
                    }
                    return RuleBody::Requires(acts, clauses, duties, unless);
                }
                let timed = clauses
                    .iter()
                    .any(|clause| matches!(clause.kind, ClauseKind::AtMost(..)));
                if !timed {
                    let verb = self.r.text[acts.verbs[0].span.start as usize..]
                        .split_whitespace()
                        .next()
                        .unwrap_or("")
                        .trim_end_matches(',')
                        .to_string();
                    self.error(
                        span,
                        "this neither permits, forbids nor limits anything",
                        format!("write `may {verb} …`, `never {verb} …`, or say what must hold with `only`, `requires` or (of retain) `at most`"),
                    );
                }
                RuleBody::Retain(acts, clauses, unless, except)
            }
        }
    }

    fn only_part(&mut self, pair: Node1<'_>) -> (Span, Option<super::ast::Names>, Vec<Clause>) {
        let whole = self.of(&pair);
        let mut only = whole;
        let mut data = None;
        let mut clauses = Vec::new();
        for child in children(pair) {
            match child.as_rule() {
                Rule::kw_only => only = self.of(&child),
                Rule::list => data = Some(self.list(child)),
                Rule::clause => clauses.push(self.clause(child)),
                _ => {}
            }
        }
        if data.is_none() && clauses.is_empty() {
            self.error(
                only,
                "`only` says nothing of what must hold",
                "name it on the right: `only with …`, `only for …`, `only when …`",
            );
        }
        (only, data, clauses)
    }

    fn within(&mut self, pair: Node1<'_>) -> (Duration, super::ast::Names) {
        let mut time = None;
        let mut event = None;
        for child in children(pair) {
            match child.as_rule() {
                Rule::duration => time = Some(self.duration(child)),
                Rule::list => event = Some(self.list(child)),
                _ => {}
            }
        }
        (
            time.expect("within has a time"),
            event.expect("within has an event"),
        )
    }

    fn except(&mut self, pair: Node1<'_>) -> Vec<Exception> {
        let mut all = Vec::new();
        for child in children(pair) {
            match child.as_rule() {
                Rule::exception => all.push(self.exception(child)),
                Rule::bulleted => all.push(self.exception(last(child))),
                _ => {}
            }
        }
        all
    }

    fn exception(&mut self, pair: Node1<'_>) -> Exception {
        let span = self.of(&pair);
        let mut exception = Exception {
            citations: Vec::new(),
            data: None,
            clauses: Vec::new(),
            unless: None,
            except: Vec::new(),
            span,
        };
        for child in children(pair) {
            match child.as_rule() {
                Rule::citation => exception.citations.push(self.text(&only_child(child))),
                Rule::list => exception.data = Some(self.list(child)),
                Rule::clause => exception.clauses.push(self.clause(child)),
                Rule::unless => exception.unless = Some(self.condition(last(child))),
                Rule::except => exception.except = self.except(child),
                _ => {}
            }
        }
        if exception.data.is_none() && exception.clauses.is_empty() {
            self.error(
                span,
                "this exception names nothing",
                "say what is excepted: data, or a clause such as `with …`, `for …`, `when …`",
            );
        }
        exception
    }

    // ---- plans ----

    fn node(&mut self, pair: Node1<'_>) -> Node {
        let span = self.of(&pair);
        let mut node = Node {
            docs: Vec::new(),
            waivers: Vec::new(),
            kind: NodeKind::System,
            name: Name {
                text: String::new(),
                span,
            },
            role: None,
            of: None,
            resident: None,
            place: None,
            context: None,
            keeps: Vec::new(),
            does: Vec::new(),
            span,
        };
        for child in children(pair) {
            let span = self.of(&child);
            match child.as_rule() {
                Rule::node_kind => {
                    node.kind = match child.as_str() {
                        "source" => NodeKind::Source,
                        "system" => NodeKind::System,
                        "store" => NodeKind::Store,
                        _ => NodeKind::External,
                    }
                }
                Rule::name => node.name = self.name(&child),
                Rule::role => node.role = Some(self.list(last(child))),
                Rule::of_clause => {
                    let (subjects, resident) = self.of_clause(child);
                    self.once(&node.of, span);
                    node.of = Some(subjects);
                    if resident.is_some() {
                        self.once(&node.resident, span);
                        node.resident = resident;
                    }
                }
                Rule::resident => {
                    self.once(&node.resident, span);
                    node.resident = Some(self.list(last(child)));
                }
                Rule::in_clause => {
                    self.once(&node.place, span);
                    node.place = Some(self.list(last(child)));
                }
                Rule::on_clause => {
                    self.once(&node.context, span);
                    node.context = Some(self.list(last(child)));
                }
                Rule::keeps => node.keeps.push(self.keeps(child)),
                Rule::does => {
                    let mut duty = None;
                    let mut within = None;
                    for part in children(child) {
                        match part.as_rule() {
                            Rule::path => duty = Some(self.path(part)),
                            Rule::within_part => within = Some(self.within(part)),
                            _ => {}
                        }
                    }
                    node.does.push(Does {
                        duty: duty.expect("does names a duty"),
                        within,
                        span,
                    });
                }
                _ => {}
            }
        }
        node
    }

    /// A clause that stands twice is an error at the second.
    fn once<T>(&mut self, before: &Option<T>, span: Span) {
        if before.is_some() {
            self.error(
                span,
                "this clause stands here a second time",
                "name everything in one list: `A, B`",
            );
        }
    }

    fn keeps(&mut self, pair: Node1<'_>) -> Keeps {
        let span = self.of(&pair);
        let mut data = None;
        let mut time = None;
        let mut after = None;
        let mut purpose = None;
        let mut given = Vec::new();
        for child in children(pair) {
            let span = self.of(&child);
            match child.as_rule() {
                Rule::list => data = Some(self.list(child)),
                Rule::time => {
                    self.once(&time, span);
                    let (duration, event) = self.time(child);
                    time = Some(duration);
                    after = event;
                }
                Rule::for_clause => {
                    self.once(&purpose, span);
                    purpose = Some(self.list(last(child)));
                }
                Rule::given => given.extend(self.literals(last(child))),
                _ => {}
            }
        }
        Keeps {
            data: data.expect("keeps names data"),
            time,
            after,
            purpose,
            given,
            span,
        }
    }

    fn time(&mut self, pair: Node1<'_>) -> (Duration, Option<super::ast::Names>) {
        let mut time = None;
        let mut after = None;
        for child in children(pair) {
            match child.as_rule() {
                Rule::duration => time = Some(self.duration(child)),
                Rule::after => after = Some(self.list(last(child))),
                _ => {}
            }
        }
        (time.expect("a time has a length"), after)
    }

    fn literals(&mut self, pair: Node1<'_>) -> Vec<Literal> {
        let mut all = Vec::new();
        for child in children(pair) {
            if child.as_rule() == Rule::literal {
                let span = self.of(&child);
                let mut negated = false;
                let mut fact = None;
                for part in children(child) {
                    match part.as_rule() {
                        Rule::kw_not => negated = true,
                        _ => fact = Some(self.path(part)),
                    }
                }
                all.push(Literal {
                    negated,
                    fact: fact.expect("a literal has a fact"),
                    span,
                });
            }
        }
        all
    }

    fn edge(&mut self, pair: Node1<'_>) -> Edge {
        let span = self.of(&pair);
        let mut from = None;
        let mut kind = None;
        let mut form = None;
        let mut purpose = None;
        let mut given = Vec::new();
        let mut fulfilling = Vec::new();
        for child in children(pair) {
            let span = self.of(&child);
            match child.as_rule() {
                Rule::name => from = Some(self.name(&child)),
                Rule::arrow_part => kind = Some(self.arrow(child)),
                Rule::uses_part => kind = Some(EdgeKind::Uses(self.list(last(child)))),
                Rule::derives_part => {
                    let mut lists = Vec::new();
                    for part in children(child) {
                        if part.as_rule() == Rule::list {
                            lists.push(self.list(part));
                        }
                    }
                    let mut lists = lists.into_iter();
                    let product = lists.next().expect("derives names what it makes");
                    let source = lists.next().expect("derives names what it is made from");
                    kind = Some(EdgeKind::Derives(product, source));
                }
                Rule::as_clause => {
                    self.once(&form, span);
                    form = Some(self.list(last(child)));
                }
                Rule::for_clause => {
                    self.once(&purpose, span);
                    purpose = Some(self.list(last(child)));
                }
                Rule::given => {
                    self.once(&given.first(), span);
                    given.extend(self.literals(last(child)));
                }
                Rule::fulfilling => {
                    self.once(&fulfilling.first(), span);
                    fulfilling.extend(self.paths(last(child)));
                }
                _ => {}
            }
        }
        Edge {
            docs: Vec::new(),
            waivers: Vec::new(),
            from: from.expect("an edge has a sender"),
            kind: kind.expect("an edge does something"),
            form,
            purpose,
            given,
            fulfilling,
            span,
            statement: span,
        }
    }

    fn arrow(&mut self, pair: Node1<'_>) -> EdgeKind {
        let mut to = None;
        let mut verb = None;
        let mut carries = None;
        for child in children(pair) {
            match child.as_rule() {
                Rule::name => to = Some(self.name(&child)),
                Rule::verb => verb = Some(self.verb(&child)),
                Rule::kw_all => carries = Some(Carries::All(self.of(&child))),
                Rule::list => carries = Some(Carries::Data(self.list(child))),
                _ => {}
            }
        }
        EdgeKind::Arrow {
            to: to.expect("an arrow has a receiver"),
            verb,
            carries: carries.expect("an arrow carries something"),
        }
    }

    // ---- tests ----

    fn expectation(&mut self, pair: Node1<'_>) -> Option<Expectation> {
        let span = self.of(&pair);
        let mut verdict = None;
        let mut flow = None;
        let mut needs = None;
        for child in children(pair) {
            match child.as_rule() {
                Rule::kw_may => verdict = Some(Expected::May),
                Rule::kw_never => verdict = Some(Expected::Never),
                Rule::kw_undeclared => verdict = Some(Expected::Undeclared),
                Rule::flow_line => flow = Some(self.flow_line(child)),
                Rule::needs => needs = Some(self.literals(last(child))),
                _ => {}
            }
        }
        let verdict = match (verdict, needs) {
            (Some(verdict), None) => verdict,
            (None, Some(facts)) => Expected::Needs(facts),
            (Some(_), Some(_)) => {
                self.error(
                    span,
                    "an expectation has one verdict",
                    "write `may`, `never` or `undeclared` before it, or `needs` with facts after it",
                );
                return None;
            }
            (None, None) => {
                self.error(
                    span,
                    "this expectation has no verdict",
                    "write `may`, `never` or `undeclared` before it, or `needs` with facts after it",
                );
                return None;
            }
        };
        flow.map(|flow| Expectation {
            verdict,
            flow,
            span,
        })
    }

    fn flow_line(&mut self, pair: Node1<'_>) -> FlowLine {
        let span = self.of(&pair);
        let mut acts = None;
        let mut clauses = Vec::new();
        let mut time = None;
        let mut given = Vec::new();
        let mut fulfilling = Vec::new();
        for child in children(pair) {
            let span = self.of(&child);
            match child.as_rule() {
                Rule::acts => acts = Some(self.acts(child)),
                Rule::clause => clauses.push(self.clause(child)),
                Rule::time => {
                    self.once(&time, span);
                    time = Some(self.time(child));
                }
                Rule::given => {
                    self.once(&given.first(), span);
                    given.extend(self.literals(last(child)));
                }
                Rule::fulfilling => {
                    self.once(&fulfilling.first(), span);
                    fulfilling.extend(self.paths(last(child)));
                }
                _ => {}
            }
        }
        FlowLine {
            acts: acts.expect("a flow has acts"),
            clauses,
            time,
            given,
            fulfilling,
            span,
        }
    }
}

/// One condition alone, or several joined.
fn joined(mut parts: Vec<Condition>, join: fn(Vec<Condition>) -> Condition) -> Condition {
    if parts.len() == 1 {
        parts.remove(0)
    } else {
        join(parts)
    }
}

/// Whether a name must stand in backticks, for the language has the word for itself.
pub fn is_reserved(word: &str) -> bool {
    // Reserved words are short and of one piece, which most names are not.
    let likely = word.len() <= 10 && !word.contains('-');
    likely
        && Grammar::parse(Rule::name, word).is_err()
        && Grammar::parse(Rule::name, &format!("`{word}`")).is_ok()
}

/// The word that begins statements which someone may have meant.
fn nearest_start(token: &str) -> Option<&'static str> {
    if token.len() < 3 || super::token::STARTS.contains(&token) {
        return None;
    }
    super::token::STARTS
        .into_iter()
        .map(|word| (strsim::damerau_levenshtein(word, token), word))
        .filter(|(distance, word)| *distance <= word.len() / 3 && *distance > 0)
        .min()
        .map(|(_, word)| word)
}

/// The last character boundary at or before a byte.
fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
