//! Statements: their parts, clauses in order, exceptions.

use super::Layout;
use super::doc::{Blank, Doc, Group, Item, STEP, Style, group};
use crate::source::Span;

/// Clauses of rules, in their order.
pub const RULE: &[&str] = &[
    "as", "of", "on", "by", "with", "from", "to", "for", "in", "when", "at",
];
/// Clauses of expectations; `#` is a length of time.
pub const FLOW: &[&str] = &[
    "as",
    "of",
    "on",
    "by",
    "with",
    "from",
    "to",
    "#",
    "for",
    "in",
    "when",
    "at",
    "given",
    "fulfilling",
    "needs",
];
/// Clauses of edges.
pub const EDGE: &[&str] = &["as", "for", "given", "fulfilling"];
/// Clauses of nodes.
pub const NODE: &[&str] = &["of", "resident", "in", "on"];
/// Clauses of `keeps`.
pub const KEEPS: &[&str] = &["#", "for", "given"];

/// Words from one to before the other.
type Words = (usize, usize);

/// A part of a statement that begins with a word of its own, and the clauses that follow it.
struct Part {
    head: Words,
    clauses: Vec<Words>,
    is_except: bool,
}

impl Layout<'_, '_> {
    /// A statement: in one line if it fits; else its parts (`only`, `requires`, `unless`, …) on
    /// lines of their own, each filled with its clauses.
    pub fn statement(&self, (from, to): Words, order: &[&str]) -> Doc {
        self.parts_in_lines((from, to), order, false)
    }

    /// Lays out without breaking lines where marks at the end speak of the statement's own line.
    pub fn marked(&self, (from, to): Words, doc: Doc) -> Doc {
        let marks = to > from && self.has_marks(from, to);
        match doc {
            Doc::Group(inner) if marks => Doc::Group(Group {
                whole: true,
                ..inner
            }),
            doc => doc,
        }
    }

    /// Whether a comment `//~ code` ends the line of words that stand in one line.
    fn has_marks(&self, from: usize, to: usize) -> bool {
        let text = self.source.text;
        let start = self.source.words[from].start();
        let end = self.source.words[to - 1].end();
        let trivia = &self.source.trivia;
        let next = trivia.partition_point(|found| found.start < end);
        !text[start..end].contains('\n')
            && trivia.get(next).is_some_and(|found| {
                !found.own_line
                    && text[found.start..].starts_with("//~")
                    && !text[end..found.start].contains('\n')
            })
    }

    fn parts_in_lines(&self, (from, to): Words, order: &[&str], exception: bool) -> Doc {
        let mut docs = Vec::new();
        let mut broken = false;
        for (at, part) in self.parts((from, to), order).into_iter().enumerate() {
            if at > 0 {
                docs.push(Doc::Line);
            }
            let bare = part.is_except && self.mark(part.head.0 + 1) != Some('{');
            broken |= exception && bare;
            docs.push(self.part(part, order, if at == 0 { 0 } else { STEP }));
        }
        self.marked(
            (from, to),
            Doc::Group(Group {
                style: Style::Every,
                indent: STEP,
                broken,
                whole: false,
                docs,
            }),
        )
    }

    fn part(&self, part: Part, order: &[&str], indent: usize) -> Doc {
        if part.is_except {
            return self.except(part.head, order);
        }
        let (from, to) = part.head;
        let mut docs = vec![group(Style::Fill, STEP, self.run(from, to))];
        if from == to {
            docs.clear();
        }
        for (from, to) in part.clauses {
            if !docs.is_empty() {
                docs.push(Doc::Line);
            }
            docs.push(group(Style::Fill, STEP, self.run(from, to)));
        }
        group(Style::Fill, indent, docs)
    }

    /// Cuts a statement into parts; clauses of a part come in their order, unless comments between
    /// them would come in another.
    fn parts(&self, (from, to): Words, order: &[&str]) -> Vec<Part> {
        let mut all = vec![Part {
            head: (from, from),
            clauses: Vec::new(),
            is_except: false,
        }];
        let mut depth = 0_usize;
        for at in from..to {
            let mut opens = None;
            match self.mark(at) {
                Some('(') => depth += 1,
                Some(')') => depth = depth.saturating_sub(1),
                _ if depth == 0 => opens = self.opens(at, from, &all, order),
                _ => {}
            }
            let last = all.last_mut().expect("there is a first part");
            match opens {
                Some(Opens::Part { is_except }) => {
                    all.push(Part {
                        head: (at, at + 1),
                        clauses: Vec::new(),
                        is_except,
                    });
                    if is_except {
                        all.last_mut().expect("just pushed").head.1 = to;
                        break;
                    }
                }
                Some(Opens::Clause) => last.clauses.push((at, at + 1)),
                None => match last.clauses.last_mut() {
                    Some(clause) => clause.1 = at + 1,
                    None => last.head.1 = at + 1,
                },
            }
        }
        for part in &mut all {
            self.sort(&mut part.clauses, order);
        }
        if all[0].head.0 == all[0].head.1 && all[0].clauses.is_empty() && all.len() > 1 {
            all.remove(0);
        }
        all
    }

    /// What a word outside parentheses begins.
    fn opens(&self, at: usize, from: usize, parts: &[Part], order: &[&str]) -> Option<Opens> {
        let word = self.word(at);
        let before = if at > from { self.word(at - 1) } else { "" };
        match word {
            "except" => return Some(Opens::Part { is_except: true }),
            "only" | "requires" | "unless" | "within" if at > from => {
                return Some(Opens::Part { is_except: false });
            }
            _ => {}
        }
        let part = parts.last()?.head;
        // `within 30 days of E`, `processor of D`, `resident in R` are no clauses of their own.
        let inner = match word {
            "of" => before == "processor" || self.word(part.0) == "within" && part.1 > part.0,
            "in" => before == "resident",
            "resident" => self.in_of_clause(parts),
            _ => false,
        };
        let number = super::is_number(word) && order.contains(&"#") && before != "most";
        let clause = number && self.word(part.0) != "within" || !inner && order.contains(&word);
        clause.then_some(Opens::Clause)
    }

    fn in_of_clause(&self, parts: &[Part]) -> bool {
        parts
            .last()
            .and_then(|part| part.clauses.last())
            .is_some_and(|(from, _)| self.word(*from) == "of")
    }

    /// The head and the clauses of a statement that has no other parts.
    pub fn head_and_clauses(&self, words: Words, order: &[&str]) -> (Words, Vec<Words>) {
        let part = self.parts(words, order).swap_remove(0);
        (part.head, part.clauses)
    }

    /// Puts clauses in their order.
    pub fn sort(&self, clauses: &mut [Words], order: &[&str]) {
        let place = |(from, _): &Words| {
            let word = self.word(*from);
            let word = if super::is_number(word) { "#" } else { word };
            order.iter().position(|known| *known == word)
        };
        if !clauses.is_sorted_by_key(place) && self.may_move(clauses) {
            clauses.sort_by_key(place);
        }
    }

    /// Whether no comment would come before another: none stands between clauses, and inside of
    /// clauses only in one.
    fn may_move(&self, clauses: &[Words]) -> bool {
        let mut inside = 0;
        for (at, (from, to)) in clauses.iter().enumerate() {
            let (held, left) = self.comments_in(*from, *to, |_| false);
            let last = at + 1 == clauses.len();
            if left && !last || at > 0 && self.source.commented[*from] {
                return false;
            }
            inside += usize::from(held);
        }
        inside < 2
    }

    /// Whether comments among words have a place there where the line can break, and whether some
    /// are left that come after the last word.
    pub fn comments_in(
        &self,
        from: usize,
        to: usize,
        breaks: impl Fn(usize) -> bool,
    ) -> (bool, bool) {
        let mut held = false;
        let mut left = false;
        for at in from + 1..to {
            left |= self.source.commented[at];
            if left && (breaks(at) || matches!(self.gap(at), Some(Doc::Line))) {
                held = true;
                left = false;
            }
        }
        (held, left)
    }
}

impl Layout<'_, '_> {
    // ---- exceptions ----

    fn except(&self, (from, to): Words, order: &[&str]) -> Doc {
        if self.mark(from + 1) != Some('{') {
            return Doc::Group(Group {
                style: Style::Fill,
                indent: 0,
                broken: false,
                whole: false,
                docs: vec![
                    Doc::Word(from),
                    Doc::Space(1),
                    self.exception((from + 1, to), order, false),
                ],
            });
        }
        let close = to - 1;
        let mut items = Vec::new();
        let mut start = None;
        let mut depth = 0_usize;
        for at in from + 2..=close {
            let ends = at == close || depth == 0 && self.mark(at) == Some('-');
            if ends {
                if let Some(start) = start {
                    items.push(self.bullet((start, at), order, items.is_empty()));
                }
                start = Some(at);
            }
            match self.mark(at) {
                Some('{' | '(') => depth += 1,
                Some('}' | ')') => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        let head = vec![
            Doc::Word(from),
            Doc::Space(1),
            Doc::Word(from + 1),
            Doc::Block(items, Some(close)),
        ];
        group(Style::Fill, 0, head)
    }

    fn bullet(&self, (from, to): Words, order: &[&str], first: bool) -> Item {
        Item {
            blank: if first { Blank::First } else { Blank::Keep },
            doc: stack(
                STEP,
                vec![
                    Doc::Word(from),
                    Doc::Space(1),
                    self.exception((from + 1, to), order, true),
                ],
            ),
        }
    }

    /// Citations, each on a line of its own in a bullet, then the exception.
    fn exception(&self, (from, to): Words, order: &[&str], bullet: bool) -> Doc {
        let mut docs = Vec::new();
        let mut at = from;
        while at < to && self.is_text(at) {
            docs.push(Doc::Word(at));
            docs.push(if bullet { Doc::Hard } else { Doc::Line });
            at += 1;
        }
        docs.push(self.parts_in_lines((at, to), order, true));
        if bullet {
            stack(0, docs)
        } else {
            group(Style::Fill, 0, docs)
        }
    }

    // ---- what stands before a rule ----

    /// Spans on lines of their own.
    pub fn on_own_lines(&self, spans: impl Iterator<Item = Span>, docs: &mut Vec<Doc>) {
        for span in spans {
            docs.push(self.line(span));
            docs.push(Doc::Hard);
        }
    }
}

enum Opens {
    Part { is_except: bool },
    Clause,
}

/// Pieces that stand one below the other.
pub fn stack(indent: usize, docs: Vec<Doc>) -> Doc {
    Doc::Group(Group {
        style: Style::Every,
        indent,
        broken: true,
        whole: false,
        docs,
    })
}
