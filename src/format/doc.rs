//! Pieces of layout, and how they are set in lines.
//!
//! A piece refers to words of the text by their number, so the printer knows which comments stood
//! before each: a comment ends its line, one on a line of its own goes before the next place where a
//! line may break. So none is lost, and their order is that of the text.

use crate::syntax::token::Lexeme;
use std::borrow::Cow;

/// How wide a line may be, in characters.
const WIDTH: usize = 100;

/// How much deeper what is inside stands.
pub const STEP: usize = 2;

/// A piece of layout.
#[derive(Debug)]
pub enum Doc {
    /// A word, string or mark of the text.
    Word(usize),
    /// A mark that the text leaves out.
    Mark(&'static str),
    /// Blanks that never become a line break.
    Space(usize),
    /// A blank, or a line break where the group needs one.
    Line,
    /// A line break. Doc comments before the next word may stay such.
    Hard,
    /// Pieces laid out together.
    Group(Group),
    /// Names in braces: `{ a, b }` in one line if that fits, else on lines of their own.
    Names(Names),
    /// What is in braces, each item on a line of its own, and the closing brace.
    Block(Vec<Item>, Option<usize>),
    /// Text copied as it is, from byte to byte.
    Raw(usize, usize),
}

/// Pieces laid out together: all in one line if they fit, else by their style.
#[derive(Debug)]
pub struct Group {
    /// Where lines break if not all fits in one.
    pub style: Style,
    /// How much deeper new lines begin.
    pub indent: usize,
    /// Never in one line.
    pub broken: bool,
    /// In one line however long, for the marks at its end speak of its line.
    pub whole: bool,
    /// The pieces.
    pub docs: Vec<Doc>,
}

/// Where the lines of a group break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// At every possible place.
    Every,
    /// Where the next piece does not fit any more.
    Fill,
}

/// Names in braces.
#[derive(Debug)]
pub struct Names {
    /// The opening brace.
    pub open: usize,
    /// Each with its comma.
    pub entries: Vec<NameDoc>,
    /// The closing brace.
    pub close: usize,
}

/// A name with what is below it.
#[derive(Debug)]
pub struct NameDoc {
    /// It begins a line where not all are in one; else it fills the line of the name before.
    pub begins_line: bool,
    /// Its pieces.
    pub docs: Vec<Doc>,
}

/// A statement on lines of its own.
#[derive(Debug)]
pub struct Item {
    /// Blank lines before it.
    pub blank: Blank,
    /// The statement.
    pub doc: Doc,
}

/// Blank lines before a statement and the comments that stand before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blank {
    /// None: the first of a block.
    First,
    /// One where the author had some.
    Keep,
    /// One.
    Always,
    /// Not even a new line: what did not parse and would be read otherwise as the first of its line.
    Glued,
}

/// A group in the style given.
pub fn group(style: Style, indent: usize, docs: Vec<Doc>) -> Doc {
    Doc::Group(Group {
        style,
        indent,
        broken: false,
        whole: false,
        docs,
    })
}

/// A comment, or a doc comment.
#[derive(Debug, Clone, Copy)]
pub struct Trivia {
    /// First byte.
    pub start: usize,
    /// One past its last character that is no blank.
    pub end: usize,
    /// It stands on a line of its own.
    pub own_line: bool,
    /// It begins with `///`.
    pub doc: bool,
}

/// A text in words, with what each looks like.
pub struct Source<'a> {
    /// The text.
    pub text: &'a str,
    /// Words, strings and marks.
    pub words: Vec<Lexeme>,
    /// Each as it is to be written.
    pub shown: Vec<Cow<'a, str>>,
    /// Comments.
    pub trivia: Vec<Trivia>,
    /// Whether comments stand before a word.
    pub commented: Vec<bool>,
}

/// Sets items in lines.
pub fn print(source: &Source<'_>, items: &[Item]) -> String {
    let mut printer = Printer {
        source,
        out: String::with_capacity(source.text.len() + source.text.len() / 8),
        column: 0,
        line_indent: 0,
        sep: Sep::Glue,
        next: 0,
        waiting: Vec::new(),
        last_end: 0,
    };
    printer.items(items, 0);
    printer.finish();
    printer.out
}

/// What stands between what was written last and what comes next.
#[derive(Debug, Clone, Copy)]
enum Sep {
    Glue,
    Space(usize),
    /// A blank that can become a line break.
    Soft(usize),
    Break {
        indent: usize,
        /// Where comments before it stand.
        comments: usize,
        blank: Option<Blank>,
        docs: bool,
        /// What comes is a closing brace, with no empty line before it.
        closing: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Flat,
    Broken(Style),
}

struct Printer<'s, 'a> {
    source: &'s Source<'a>,
    out: String,
    column: usize,
    /// How deep the current line begins.
    line_indent: usize,
    sep: Sep,
    /// The next comment not yet met.
    next: usize,
    /// Comments met that wait for a place where the line may break.
    waiting: Vec<Trivia>,
    /// One past the last byte of the text that was written or waits.
    last_end: usize,
}

impl Printer<'_, '_> {
    fn items(&mut self, items: &[Item], indent: usize) {
        for item in items {
            self.sep = match item.blank {
                Blank::Glued => Sep::Space(1),
                blank => Sep::Break {
                    indent,
                    comments: indent,
                    blank: Some(blank),
                    docs: true,
                    closing: false,
                },
            };
            self.print(
                std::slice::from_ref(&item.doc),
                indent,
                Mode::Broken(Style::Every),
            );
        }
    }

    fn print(&mut self, docs: &[Doc], base: usize, mode: Mode) {
        for (at, doc) in docs.iter().enumerate() {
            match doc {
                Doc::Word(word) => self.word(*word),
                Doc::Mark(mark) => self.write(mark),
                Doc::Space(count) => self.sep = Sep::Space(*count),
                Doc::Line => {
                    let breaks = match mode {
                        Mode::Flat => false,
                        Mode::Broken(Style::Every) => true,
                        Mode::Broken(Style::Fill) => {
                            let rest = &docs[at + 1..];
                            let end = rest
                                .iter()
                                .position(|doc| matches!(doc, Doc::Line | Doc::Hard))
                                .unwrap_or(rest.len());
                            !self.fits(&rest[..end], self.column + 1)
                        }
                    };
                    self.sep = if breaks {
                        self.new_line(base, false)
                    } else {
                        Sep::Soft(base)
                    };
                }
                Doc::Hard => self.sep = self.new_line(base, true),
                Doc::Group(group) => {
                    let base = base + group.indent;
                    let flat = mode == Mode::Flat || self.flat(group);
                    let mode = if flat {
                        Mode::Flat
                    } else {
                        Mode::Broken(group.style)
                    };
                    self.print(&group.docs, base, mode);
                }
                Doc::Names(names) => self.names(names, mode),
                Doc::Block(items, close) => self.block(items, *close),
                Doc::Raw(start, end) => self.raw(*start, *end),
            }
        }
    }

    fn new_line(&self, indent: usize, docs: bool) -> Sep {
        Sep::Break {
            indent,
            comments: indent,
            blank: None,
            docs,
            closing: false,
        }
    }

    fn flat(&self, group: &Group) -> bool {
        let column = match self.sep {
            Sep::Glue => self.column,
            Sep::Space(count) => self.column + count,
            Sep::Soft(_) => self.column + 1,
            Sep::Break { indent, .. } => indent,
        };
        let width = if group.whole { usize::MAX } else { WIDTH };
        !group.broken && self.measure(column, width).docs(&group.docs) != Fit::TooWide
    }

    fn block(&mut self, items: &[Item], close: Option<usize>) {
        let outside = self.line_indent;
        self.items(items, outside + STEP);
        if let Some(close) = close {
            self.close(close, outside, items.is_empty());
        }
    }

    fn close(&mut self, close: usize, outside: usize, empty: bool) {
        self.sep = if empty && !self.source.commented[close] && self.waiting.is_empty() {
            Sep::Glue
        } else {
            Sep::Break {
                indent: outside,
                comments: outside + STEP,
                blank: Some(if empty { Blank::First } else { Blank::Keep }),
                docs: true,
                closing: true,
            }
        };
        self.word(close);
    }

    fn names(&mut self, names: &Names, mode: Mode) {
        let before = match self.sep {
            Sep::Space(count) => count,
            _ => 0,
        };
        // What follows at once, a comma, must fit too.
        let flat = mode == Mode::Flat
            || self.measure(self.column + before, WIDTH - 1).names(names) == Fit::Yes;
        let outside = self.line_indent;
        let inside = outside + STEP;
        self.word(names.open);
        for (at, entry) in names.entries.iter().enumerate() {
            if flat {
                self.sep = Sep::Space(1);
                self.print(&entry.docs, inside, Mode::Flat);
                continue;
            }
            let fills = at > 0 && !entry.begins_line && self.fits(&entry.docs, self.column + 1);
            self.sep = if fills {
                Sep::Soft(inside)
            } else {
                Sep::Break {
                    indent: inside,
                    comments: inside,
                    blank: Some(if at == 0 { Blank::First } else { Blank::Keep }),
                    docs: true,
                    closing: false,
                }
            };
            self.print(&entry.docs, inside, Mode::Broken(Style::Fill));
        }
        if flat && !names.entries.is_empty() {
            self.sep = Sep::Space(1);
            self.word(names.close);
        } else {
            self.close(names.close, outside, names.entries.is_empty());
        }
    }

    /// Whether pieces that stand behind a possible line break, from a column on, need no line break
    /// before the first one they demand.
    fn fits(&self, docs: &[Doc], column: usize) -> bool {
        let mut measure = Measure {
            source: self.source,
            column,
            width: WIDTH,
            first: true,
            breakable: true,
            waits: false,
        };
        measure.docs(docs) != Fit::TooWide
    }

    /// Measures what comes next.
    fn measure(&self, column: usize, width: usize) -> Measure<'_, '_> {
        let breakable = matches!(self.sep, Sep::Soft(_) | Sep::Break { .. });
        Measure {
            source: self.source,
            column,
            width,
            first: true,
            breakable,
            waits: !breakable && !self.waiting.is_empty(),
        }
    }

    // ---- writing ----

    fn write(&mut self, text: &str) {
        self.out.push_str(text);
        match text.rfind('\n') {
            Some(at) => self.column = text[at + 1..].chars().count(),
            None => self.column += text.chars().count(),
        }
    }

    fn word(&mut self, word: usize) {
        let lexeme = self.source.words[word];
        self.separate(lexeme.start());
        let source = self.source;
        self.write(&source.shown[word]);
        self.last_end = self.last_end.max(lexeme.end());
    }

    fn raw(&mut self, start: usize, end: usize) {
        if start == end {
            return;
        }
        self.separate(start);
        let text = self.source.text;
        self.write(&text[start..end]);
        while self
            .source
            .trivia
            .get(self.next)
            .is_some_and(|t| t.start < end)
        {
            self.next += 1;
        }
        self.last_end = self.last_end.max(end);
    }

    /// Writes what stands before a word that begins at a byte.
    fn separate(&mut self, start: usize) {
        self.meet(start);
        match std::mem::replace(&mut self.sep, Sep::Glue) {
            Sep::Glue => {}
            Sep::Space(count) => self.blanks(count),
            Sep::Soft(_) if self.waiting.is_empty() => self.blanks(1),
            Sep::Soft(indent) => {
                let mut blank = None;
                self.comments(indent, &mut blank, false);
                self.fresh_line(start, indent, &mut blank);
            }
            Sep::Break {
                indent,
                comments,
                mut blank,
                docs,
                closing,
            } => {
                self.comments(comments, &mut blank, docs);
                if closing {
                    blank = None;
                }
                self.fresh_line(start, indent, &mut blank);
            }
        }
    }

    /// Takes note of the comments before a byte.
    fn meet(&mut self, start: usize) {
        while let Some(found) = self.source.trivia.get(self.next) {
            if found.start >= start {
                break;
            }
            self.waiting.push(*found);
            self.next += 1;
        }
    }

    fn blanks(&mut self, count: usize) {
        self.out.extend(std::iter::repeat_n(' ', count));
        self.column += count;
    }

    /// Writes the comments that wait: the first ends the line if it did in the text, the others
    /// stand on lines of their own.
    fn comments(&mut self, indent: usize, blank: &mut Option<Blank>, docs: bool) {
        for (at, found) in std::mem::take(&mut self.waiting).into_iter().enumerate() {
            let ends_line = at == 0 && !found.own_line && !found.doc && !self.out.is_empty();
            if ends_line {
                self.blanks(1);
            } else {
                self.fresh_line(found.start, indent, blank);
            }
            let text = self.source.text;
            let text = &text[found.start..found.end];
            // A doc comment that belongs to nothing is a comment.
            if found.doc && !docs {
                self.write("//");
                self.write(&text[3..]);
            } else {
                self.write(text);
            }
            self.last_end = self.last_end.max(found.end);
        }
    }

    fn fresh_line(&mut self, start: usize, indent: usize, blank: &mut Option<Blank>) {
        if !self.out.is_empty() {
            self.out.push('\n');
            let empty_line = match blank {
                None | Some(Blank::First | Blank::Glued) => false,
                Some(Blank::Always) => true,
                Some(Blank::Keep) => has_empty_line(self.source.text, self.last_end, start),
            };
            if empty_line {
                self.out.push('\n');
            }
        }
        if blank.is_some() {
            *blank = Some(Blank::Keep);
        }
        self.column = 0;
        self.line_indent = indent;
        self.blanks(indent);
    }

    fn finish(&mut self) {
        let end = self.source.text.len();
        self.meet(end + 1);
        self.comments(0, &mut Some(Blank::Keep), true);
        if !self.out.is_empty() {
            self.out.push('\n');
        }
    }
}

/// Whether a line with nothing on it lies between two bytes.
pub fn has_empty_line(text: &str, from: usize, to: usize) -> bool {
    from < to
        && text.as_bytes()[from..to]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
            > 1
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// So far.
    Yes,
    /// Up to a line break that stands there in any case.
    Done,
    TooWide,
}

/// The width of pieces in one line. A comment among them needs a line break at the next place where
/// one may stand.
struct Measure<'s, 'a> {
    source: &'s Source<'a>,
    column: usize,
    width: usize,
    /// Nothing was measured yet.
    first: bool,
    /// The line may break before what comes next.
    breakable: bool,
    /// A comment waits for a line break.
    waits: bool,
}

impl Measure<'_, '_> {
    fn docs(&mut self, docs: &[Doc]) -> Fit {
        for doc in docs {
            let fit = match doc {
                Doc::Word(word) => self.word(*word),
                Doc::Mark(mark) => self.add(mark.len()),
                Doc::Space(count) => self.add(*count),
                Doc::Line => self.line(),
                Doc::Hard | Doc::Raw(..) | Doc::Block(..) => Fit::Done,
                Doc::Group(group) if group.broken => Fit::TooWide,
                Doc::Group(group) => self.docs(&group.docs),
                Doc::Names(names) => self.names(names),
            };
            if fit != Fit::Yes {
                return fit;
            }
        }
        Fit::Yes
    }

    /// Names in braces that are in one line; those with doc comments are not.
    fn names(&mut self, names: &Names) -> Fit {
        let mut fit = self.word(names.open);
        for entry in &names.entries {
            if fit == Fit::Yes {
                fit = self.line();
            }
            if fit == Fit::Yes {
                fit = self.docs(&entry.docs);
            }
        }
        if fit == Fit::Yes && !names.entries.is_empty() {
            fit = self.line();
        }
        if fit == Fit::Yes {
            self.breakable = true;
            fit = self.word(names.close);
        }
        fit
    }

    fn word(&mut self, word: usize) -> Fit {
        if self.source.commented[word] {
            if !self.breakable {
                self.waits = true;
            } else if !self.first {
                return Fit::TooWide;
            }
        }
        self.first = false;
        self.breakable = false;
        self.add(self.source.shown[word].chars().count())
    }

    fn line(&mut self) -> Fit {
        if self.waits {
            return Fit::TooWide;
        }
        self.breakable = true;
        self.add(1)
    }

    fn add(&mut self, count: usize) -> Fit {
        self.column += count;
        if self.column > self.width {
            Fit::TooWide
        } else {
            Fit::Yes
        }
    }
}
