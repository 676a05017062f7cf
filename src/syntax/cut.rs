//! A file cut where statements begin (§2 of the language), before the grammar reads the pieces.

use super::token::{CommentPlace, Lexeme, STARTS, Token, tokens};

/// What a piece stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// The file.
    Top,
    /// A policy.
    Policy,
    /// A section of a policy.
    Section,
    /// A plan.
    Plan,
    /// A test.
    Test,
}

/// Something wrong with a piece that the grammar need not be asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A brace, here, that is never closed.
    Unclosed(usize),
    /// A string, here, that is never closed.
    OpenText(usize),
    /// A `}`, here, that closes nothing.
    Stray(usize),
    /// Nested deeper than the limit, here.
    TooDeep(usize),
}

/// A piece of text.
#[derive(Debug, Clone)]
pub struct Piece {
    /// First byte, doc comments left out.
    pub start: usize,
    /// One past its last token.
    pub end: usize,
    /// Doc comments before it.
    pub docs: Vec<(usize, usize)>,
    /// What is wrong with it already.
    pub fault: Option<Fault>,
}

/// A statement, or a block with its statements.
#[derive(Debug, Clone)]
pub enum Part {
    /// A statement in its context.
    Statement(Piece),
    /// A policy, section, plan or test.
    Block(Box<Block>),
}

/// A policy, section, plan or test.
#[derive(Debug, Clone)]
pub struct Block {
    /// Its kind.
    pub kind: Context,
    /// Its text up to and with the brace.
    pub head: Piece,
    /// What is in it.
    pub body: Vec<Part>,
    /// One past its closing brace, or past its last token.
    pub end: usize,
}

/// Cuts a text in which braces, parentheses and exceptions nest so deep at most. Faults of whole blocks are listed apart.
pub fn cut(text: &str, deepest: usize) -> (Vec<Part>, Vec<Fault>, Vec<CommentPlace>) {
    let (tokens, comments) = tokens(text);
    let mut cutter = Cutter {
        text,
        deepest,
        tokens: &tokens,
        root: Vec::new(),
        open: Vec::new(),
        now: None,
        faults: Vec::new(),
        last_end: 0,
    };
    for at in 0..tokens.len() {
        cutter.take(at);
    }
    cutter.finish();
    (cutter.root, cutter.faults, comments)
}

/// Whether a word begins a declaration at the top level.
pub fn is_top(word: &str) -> bool {
    TOP.contains(&word)
}

/// The statement being read.
struct Current {
    piece: Piece,
    /// Past waivers, citations and label.
    body: bool,
    /// The block it opens.
    opens: Option<Context>,
    /// Whether it declares names: braces then hold names.
    names: bool,
    /// Braces and parentheses open inside it.
    inner: Vec<usize>,
    /// Exceptions without braces, one in the other.
    excepts: usize,
}

struct Cutter<'a> {
    text: &'a str,
    deepest: usize,
    tokens: &'a [Lexeme],
    root: Vec<Part>,
    open: Vec<Block>,
    now: Option<Current>,
    faults: Vec<Fault>,
    last_end: usize,
}

const TOP: [&str; 15] = [
    "include", "policy", "plan", "test", "data", "subject", "party", "purpose", "region",
    "context", "form", "fact", "event", "duty", "lasting",
];
const KINDS: [&str; 11] = [
    "data", "subject", "party", "purpose", "region", "context", "form", "fact", "event", "duty",
    "lasting",
];
const VERBS: [&str; 9] = [
    "collect", "use", "derive", "share", "sell", "transfer", "retain", "disclose", "process",
];
const RULES: [&str; 12] = [
    "may",
    "never",
    "must",
    "note",
    "processor",
    "effective",
    "supersedes",
    "extends",
    "yields",
    "open",
    "closed",
    "section",
];
const NODES: [&str; 5] = ["checks", "source", "system", "store", "external"];

impl<'a> Cutter<'a> {
    fn word(&self, at: usize) -> &'a str {
        let lexeme = &self.tokens[at];
        match lexeme.token {
            Token::Word => &self.text[lexeme.start()..lexeme.end()],
            _ => "",
        }
    }

    fn mark(&self, at: usize) -> Option<char> {
        match self.tokens.get(at)?.token {
            Token::Mark(mark) => Some(mark),
            _ => None,
        }
    }

    fn context(&self) -> Context {
        self.open.last().map_or(Context::Top, |block| block.kind)
    }

    fn take(&mut self, at: usize) {
        let lexeme = self.tokens[at];
        let inside = self.now.as_ref().is_some_and(|now| !now.inner.is_empty());
        if lexeme.first && self.leaves(at, inside) {
            self.leave(at);
        }
        let inside = self.now.as_ref().is_some_and(|now| !now.inner.is_empty());
        let starts = !inside && self.starts(at);
        if starts && self.now.as_ref().is_some_and(|now| now.body) {
            self.flush();
        }
        match lexeme.token {
            Token::Mark('}') if !inside => self.close(lexeme),
            Token::Mark('{') if !inside && self.opens() && self.open.len() < self.deepest => {
                self.open_block(at);
            }
            _ => self.extend(at, starts),
        }
        self.last_end = lexeme.end();
    }

    /// Whether a token that is first on its line shows that a brace above was never closed.
    fn leaves(&self, at: usize, inside: bool) -> bool {
        let word = self.word(at);
        if at > 0 && matches!(self.mark(at - 1), Some(',' | ':')) {
            return false;
        }
        let top = TOP.contains(&word);
        if top && (inside || self.context() != Context::Top) {
            // `data` and the like may be meant as a name where names are listed; a declaration
            // goes on with a name.
            return !self.now.as_ref().is_some_and(|now| now.names && inside) || self.declares(at);
        }
        if !inside {
            return false;
        }
        let names = self.now.as_ref().is_some_and(|now| now.names);
        !names
            && (RULES.contains(&word) || VERBS.contains(&word) || NODES.contains(&word))
            && self.mark(at.wrapping_sub(1)) != Some('-')
    }

    fn declares(&self, at: usize) -> bool {
        self.tokens.get(at + 1).is_some_and(|next| {
            matches!(
                next.token,
                Token::Word | Token::Quoted | Token::Text | Token::OpenText
            )
        }) && !STARTS.contains(&self.word(at + 1))
    }

    /// Ends what is open, back to where a token can stand.
    fn leave(&mut self, at: usize) {
        if let Some(now) = &mut self.now
            && let Some(brace) = now.inner.first()
        {
            let brace = *brace;
            now.piece.fault.get_or_insert(Fault::Unclosed(brace));
            now.inner.clear();
        }
        if TOP.contains(&self.word(at)) {
            self.flush();
            while let Some(block) = self.open.last() {
                self.faults
                    .push(Fault::Unclosed(block.head.end.saturating_sub(1)));
                self.close_block(self.last_end);
            }
        } else if let Some(now) = &mut self.now {
            now.body = true;
        }
    }

    /// Whether a token begins a statement, or goes on before one (citation, label, waiver).
    fn starts(&self, at: usize) -> bool {
        let lexeme = &self.tokens[at];
        let before = at.checked_sub(1);
        let word_before = before.map_or("", |before| self.word(before));
        let mark_before = before.and_then(|before| self.mark(before));
        let word = self.word(at);
        // After a comma a list goes on, but the words of statements are no names.
        if mark_before == Some(',') {
            return match self.context() {
                Context::Top => TOP.contains(&word),
                Context::Policy | Context::Section => RULES.contains(&word) || word == "waive",
                Context::Plan => NODES.contains(&word) || word == "waive",
                Context::Test => matches!(word, "may" | "never" | "undeclared"),
            };
        }
        match lexeme.token {
            Token::Doc => true,
            Token::Text | Token::OpenText => {
                matches!(self.context(), Context::Policy | Context::Section)
                    && !matches!(
                        word_before,
                        "note" | "section" | "evidence" | "because" | "owner" | "except"
                    )
            }
            Token::Word | Token::Quoted => {
                let verb = VERBS.contains(&word)
                    && !matches!(
                        word_before,
                        "may" | "never" | "open" | "closed" | "undeclared"
                    )
                    && mark_before != Some(':');
                match self.context() {
                    Context::Top => TOP.contains(&word) && word_before != "lasting",
                    Context::Policy | Context::Section => {
                        RULES.contains(&word)
                            || word == "waive"
                            || verb
                            || self.mark(at + 1) == Some(':')
                    }
                    Context::Plan => {
                        let step = self.mark(at + 1) == Some('>')
                            || self
                                .tokens
                                .get(at + 1)
                                .is_some_and(|_| matches!(self.word(at + 1), "uses" | "derives"));
                        NODES.contains(&word)
                            || word == "waive"
                            || self.brings_table(at)
                            || step && !matches!(mark_before, Some('>' | ':'))
                    }
                    Context::Test => {
                        matches!(word, "may" | "never" | "undeclared")
                            || VERBS.contains(&word)
                                && !matches!(word_before, "may" | "never" | "undeclared")
                                && mark_before != Some(':')
                    }
                }
            }
            Token::Mark(_) => false,
        }
    }

    /// Whether a token begins `nodes "path"` or `flows "path"`: the string tells them from names.
    fn brings_table(&self, at: usize) -> bool {
        matches!(self.word(at), "nodes" | "flows")
            && self
                .tokens
                .get(at + 1)
                .is_some_and(|next| matches!(next.token, Token::Text | Token::OpenText))
    }

    /// Whether a token is past what stands before a statement.
    fn is_body(&self, at: usize) -> bool {
        let word = self.word(at);
        if word == "waive" {
            return false;
        }
        match (self.context(), self.tokens[at].token) {
            (_, Token::Doc) => false,
            (Context::Policy | Context::Section, Token::Text | Token::OpenText) => false,
            (Context::Policy | Context::Section, _) => {
                RULES.contains(&word) || VERBS.contains(&word)
            }
            (Context::Plan, _) => self.starts(at),
            _ => true,
        }
    }

    fn opens(&self) -> bool {
        self.now.as_ref().is_some_and(|now| now.opens.is_some())
    }

    fn extend(&mut self, at: usize, starts: bool) {
        let lexeme = self.tokens[at];
        if lexeme.token == Token::Doc && self.now.as_ref().is_none_or(|now| now.inner.is_empty()) {
            let now = self
                .now
                .get_or_insert_with(|| current(lexeme.end(), lexeme.end()));
            if !now.body {
                now.piece.docs.push((lexeme.start(), lexeme.end()));
                if now.piece.start == now.piece.end {
                    now.piece.start = lexeme.end();
                    now.piece.end = lexeme.end();
                }
                return;
            }
        }
        let before_body = self.now.as_ref().is_none_or(|now| !now.body);
        let is_body = before_body && self.is_body(at);
        let junk = self.now.is_none() && !starts;
        let word = self.word(at);
        let context = self.context();
        let now = self
            .now
            .get_or_insert_with(|| current(lexeme.start(), lexeme.start()));
        let fresh = now.piece.start == now.piece.end;
        if fresh {
            now.piece.start = lexeme.start();
        }
        // What follows docs or nothing and begins no statement is read as one, to be reported.
        if is_body || junk || (fresh && !starts) {
            now.body = true;
        }
        if starts && is_body {
            now.opens = match (context, word) {
                (Context::Top, "policy") => Some(Context::Policy),
                (Context::Top, "plan") => Some(Context::Plan),
                (Context::Top, "test") => Some(Context::Test),
                (Context::Policy | Context::Section, "section") => Some(Context::Section),
                _ => None,
            };
            now.names = context == Context::Top && KINDS.contains(&word);
        }
        match lexeme.token {
            Token::Mark('{') if now.inner.is_empty() && now.opens.is_some() => {
                // Blocks nest no deeper, or it would have been opened.
                now.piece
                    .fault
                    .get_or_insert(Fault::TooDeep(lexeme.start()));
                now.inner.push(lexeme.start());
            }
            Token::Mark('{' | '(') => now.inner.push(lexeme.start()),
            Token::Mark('}' | ')') => {
                now.inner.pop();
            }
            Token::OpenText => {
                now.piece
                    .fault
                    .get_or_insert(Fault::OpenText(lexeme.start()));
            }
            Token::Word if word == "except" => now.excepts += 1,
            // A bullet begins an exception beside the one before.
            Token::Mark('-') => now.excepts = 0,
            _ => {}
        }
        if now.inner.len() + now.excepts > self.deepest {
            // Where it first is too deep, not where it ends.
            now.piece
                .fault
                .get_or_insert(Fault::TooDeep(lexeme.start()));
        }
        now.piece.end = lexeme.end();
    }

    fn open_block(&mut self, at: usize) {
        let lexeme = self.tokens[at];
        let mut now = self.now.take().expect("a block has a head");
        now.piece.end = lexeme.end();
        let kind = now.opens.expect("only heads open blocks");
        self.open.push(Block {
            kind,
            head: now.piece,
            body: Vec::new(),
            end: lexeme.end(),
        });
    }

    fn close(&mut self, lexeme: Lexeme) {
        self.flush();
        if self.open.is_empty() {
            self.push(Part::Statement(Piece {
                start: lexeme.start(),
                end: lexeme.end(),
                docs: Vec::new(),
                fault: Some(Fault::Stray(lexeme.start())),
            }));
        } else {
            self.close_block(lexeme.end());
        }
    }

    fn close_block(&mut self, end: usize) {
        if let Some(mut block) = self.open.pop() {
            block.end = end;
            self.push(Part::Block(Box::new(block)));
        }
    }

    fn flush(&mut self) {
        if let Some(mut now) = self.now.take() {
            if let Some(brace) = now.inner.first() {
                now.piece.fault.get_or_insert(Fault::Unclosed(*brace));
            }
            if now.piece.start < now.piece.end || !now.piece.docs.is_empty() {
                self.push(Part::Statement(now.piece));
            }
        }
    }

    fn push(&mut self, part: Part) {
        match self.open.last_mut() {
            Some(block) => block.body.push(part),
            None => self.root.push(part),
        }
    }

    fn finish(&mut self) {
        self.flush();
        while let Some(block) = self.open.last() {
            self.faults
                .push(Fault::Unclosed(block.head.end.saturating_sub(1)));
            self.close_block(self.last_end);
        }
    }
}

fn current(start: usize, end: usize) -> Current {
    Current {
        piece: Piece {
            start,
            end,
            docs: Vec::new(),
            fault: None,
        },
        body: false,
        opens: None,
        names: false,
        inner: Vec::new(),
        excepts: 0,
    }
}
