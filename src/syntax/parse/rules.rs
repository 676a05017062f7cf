//! Rules: waivers, statements, exceptions.

use super::{At, Pairs, Rule, children, last, only_child, room_for};
use crate::source::Span;
use crate::syntax::ast::{self, *};

impl At<'_, '_> {
    pub(super) fn waiver(&mut self, pair: Pairs<'_>) -> Waiver {
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

    pub(super) fn rule(&mut self, pair: Pairs<'_>, docs: Docs) -> ast::Rule {
        let span = self.of(&pair);
        let children = children(pair);
        let mut waivers = Vec::new();
        let mut citations = room_for(&children, Rule::citation);
        let mut label = None;
        let mut body = None;
        for child in children {
            match child.as_rule() {
                Rule::waiver => waivers.push(self.waiver(child)),
                Rule::citation => citations.push(self.text(&only_child(child))),
                Rule::label => label = Some(self.name(&only_child(child))),
                _ => body = Some(child),
            }
        }
        let body = body.expect("a rule has a body");
        let statement = self.of(&body);
        let bare = docs.is_empty() && waivers.is_empty() && label.is_none();
        ast::Rule {
            front: (!bare).then(|| {
                let waivers = waivers.into();
                Box::new(Front {
                    docs,
                    waivers,
                    label,
                })
            }),
            citations: citations.into(),
            body: self.rule_body(only_child(body)),
            span,
            statement,
        }
    }

    pub(super) fn rule_body(&mut self, pair: Pairs<'_>) -> RuleBody {
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
        let children = children(pair);
        let mut clauses = room_for(&children, Rule::clause);
        let mut only = None;
        let mut requires = None;
        let mut within = None;
        let mut unless = None;
        let mut except = Box::default();
        for child in children {
            match child.as_rule() {
                Rule::acts => acts = Some(self.acts(child)),
                Rule::list => data = Some(self.list(child)),
                Rule::path => path = Some(self.path(child)),
                Rule::clause => clauses.push(self.clause(child)),
                Rule::only_part => only = Some(self.only_part(child)),
                Rule::requires_part => requires = Some(self.paths(last(child)).into()),
                Rule::within_part => within = Some(self.within(child)),
                Rule::unless => unless = Some(Box::new(self.condition(last(child)))),
                Rule::except => except = self.except(child),
                _ => {}
            }
        }
        let clauses = clauses.into();
        match rule {
            Rule::must_rule => {
                let (within, event) = within.expect("must has a time");
                RuleBody::Must(Box::new(Must {
                    duty: path.expect("must has a duty"),
                    data: data.expect("must has data"),
                    clauses,
                    unless,
                    within,
                    event,
                }))
            }
            Rule::processor => RuleBody::Processor(data.expect("processor has data"), clauses),
            Rule::may_rule => {
                let acts = acts.expect("may has acts");
                RuleBody::May(acts, clauses, Relief::new(unless, except))
            }
            Rule::never_rule => {
                let acts = acts.expect("never has acts");
                RuleBody::Never(acts, clauses, Relief::new(unless, except))
            }
            _ => {
                let acts = acts.expect("a limit has acts");
                if let Some((only, only_data, must_hold)) = only {
                    return RuleBody::Limit(Box::new(Limit {
                        acts,
                        about: clauses,
                        only,
                        only_data,
                        must_hold,
                        relief: Relief::new(unless, except),
                    }));
                }
                if let Some(duties) = requires {
                    if let Some(exception) = except.first() {
                        self.error(
                            exception.span,
                            "a duty takes `unless`, but no `except`",
                            "write `unless` and the facts that release it, or narrow the clauses before `requires`",
                        );
                    }
                    return RuleBody::Requires(Box::new(Requires {
                        acts,
                        clauses,
                        duties,
                        unless,
                    }));
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
                RuleBody::Retain(acts, clauses, Relief::new(unless, except))
            }
        }
    }

    pub(super) fn only_part(&mut self, pair: Pairs<'_>) -> (Span, Option<Names>, Box<[Clause]>) {
        let whole = self.of(&pair);
        let mut only = whole;
        let mut data = None;
        let children = children(pair);
        let mut clauses = room_for(&children, Rule::clause);
        for child in children {
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
        (only, data, clauses.into())
    }

    pub(super) fn within(&mut self, pair: Pairs<'_>) -> (Duration, Names) {
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

    pub(super) fn except(&mut self, pair: Pairs<'_>) -> Box<[Exception]> {
        let mut all = Vec::new();
        for child in children(pair) {
            match child.as_rule() {
                Rule::exception => all.push(self.exception(child)),
                Rule::bulleted => all.push(self.exception(last(child))),
                _ => {}
            }
        }
        all.into()
    }

    pub(super) fn exception(&mut self, pair: Pairs<'_>) -> Exception {
        let span = self.of(&pair);
        let children = children(pair);
        let mut citations = room_for(&children, Rule::citation);
        let mut clauses = room_for(&children, Rule::clause);
        let (mut data, mut unless, mut except) = (None, None, Box::default());
        for child in children {
            match child.as_rule() {
                Rule::citation => citations.push(self.text(&only_child(child))),
                Rule::list => data = Some(self.list(child)),
                Rule::clause => clauses.push(self.clause(child)),
                Rule::unless => unless = Some(Box::new(self.condition(last(child)))),
                Rule::except => except = self.except(child),
                _ => {}
            }
        }
        if data.is_none() && clauses.is_empty() {
            self.error(
                span,
                "this exception names nothing",
                "say what is excepted: data, or a clause such as `with …`, `for …`, `when …`",
            );
        }
        Exception {
            citations: citations.into(),
            data,
            clauses: clauses.into(),
            relief: Relief::new(unless, except),
            span,
        }
    }
}
