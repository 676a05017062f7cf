//! Policies: headers, sections, rules.

use super::Layout;
use super::doc::{Blank, Doc, Item, STEP, Style, group};
use super::statement::{RULE, stack};
use crate::source::Span;
use crate::syntax::ast::{Policy, PolicyItem, Rule, Section};
use crate::syntax::cut::is_top;

impl Layout<'_, '_> {
    pub fn policy(&self, policy: &Policy) -> Doc {
        let broken = policy.name.text.is_empty().then_some(policy.name.span);
        self.policy_block(policy.span, broken, &policy.items)
    }

    fn section(&self, section: &Section) -> Doc {
        let title = section.title.span;
        let broken = (title.start == section.span.start).then_some(title);
        self.policy_block(section.span, broken, &section.items)
    }

    fn policy_block(&self, span: Span, broken: Option<Span>, items: &[PolicyItem]) -> Doc {
        let statements = self.spaced(
            items.iter(),
            |item| matches!(item, PolicyItem::Section(_)),
            |item| self.policy_item(item),
        );
        let last = items.last().map(item_span);
        self.braced(span, broken, last, statements)
    }

    /// A heading up to its brace, what is inside, and the closing brace, if there is one.
    pub fn braced(
        &self,
        span: Span,
        broken: Option<Span>,
        last: Option<Span>,
        mut items: Vec<Item>,
    ) -> Doc {
        for item in &mut items {
            if let Doc::Raw(start, _) = item.doc {
                let at = self.at(start as u32);
                let first = self.source.words.get(at).is_none_or(|word| word.first);
                if !first && is_top(self.word(at)) {
                    item.blank = Blank::Glued;
                }
            }
        }
        let (from, to) = self.range(span);
        let open = match broken {
            Some(head) => self.at(head.end) - 1,
            None => (from..to)
                .find(|at| self.mark(*at) == Some('{'))
                .unwrap_or(from),
        };
        let end = last.map_or(self.source.words[open].end() as u32, |last| last.end);
        let close = (span.end > end && self.mark(to - 1) == Some('}')).then(|| to - 1);
        let head = match broken {
            Some(head) => Doc::Raw(head.start as usize, head.end as usize),
            None => group(Style::Fill, STEP, self.heading(from, open + 1)),
        };
        stack(0, vec![head, Doc::Block(items, close)])
    }

    /// Words of a heading; before `for` a line may break.
    fn heading(&self, from: usize, to: usize) -> Vec<Doc> {
        let mut docs = self.run(from, to);
        for at in 1..docs.len() {
            if let (Doc::Space(1), Doc::Word(word)) = (&docs[at - 1], &docs[at])
                && self.word(*word) == "for"
            {
                docs[at - 1] = Doc::Line;
            }
        }
        docs
    }

    fn policy_item(&self, item: &PolicyItem) -> Doc {
        match item {
            PolicyItem::Section(section) => self.section(section),
            PolicyItem::Rule(rule) => self.rule(rule),
            PolicyItem::Broken(broken) => self.raw(broken),
            _ => self.line(item_span(item)),
        }
    }

    fn rule(&self, rule: &Rule) -> Doc {
        let mut docs = Vec::new();
        self.on_own_lines(rule.waivers().iter().map(|waiver| waiver.span), &mut docs);
        self.on_own_lines(rule.citations.iter().map(|text| text.span), &mut docs);
        let words = self.range(rule.statement);
        let statement = self.statement(words, RULE);
        docs.push(match rule.label() {
            None => statement,
            Some(label) => {
                let (from, _) = self.range(label.span);
                // Doc comments in between stay such only on lines of their own.
                if self.source.commented[words.0] {
                    docs.push(stack(
                        STEP,
                        vec![Doc::Word(from), Doc::Word(from + 1), Doc::Hard, statement],
                    ));
                    return stack(0, docs);
                }
                let labelled = vec![Doc::Word(from), Doc::Word(from + 1), Doc::Line, statement];
                self.marked((from, words.1), group(Style::Every, STEP, labelled))
            }
        });
        stack(0, docs)
    }
}

fn item_span(item: &PolicyItem) -> Span {
    match item {
        PolicyItem::Effective(_, span)
        | PolicyItem::Supersedes(_, span)
        | PolicyItem::Extends(_, span)
        | PolicyItem::YieldsTo(_, span)
        | PolicyItem::Open(_, span)
        | PolicyItem::Closed(_, span) => *span,
        PolicyItem::Section(section) => section.span,
        PolicyItem::Rule(rule) => rule.span,
        PolicyItem::Broken(broken) => broken.span,
    }
}
