//! Conditions and clauses.

use super::{At, Pairs, Rule, children, last, only_child};
use crate::syntax::ast::*;

impl At<'_, '_> {
    /// `and` binds tighter than `or`: a flat list is cut at each `or`, each part is a conjunction.
    pub(super) fn condition(&mut self, pair: Pairs<'_>) -> Condition {
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

    pub(super) fn operand(&mut self, pair: Pairs<'_>) -> Condition {
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

    pub(super) fn clause(&mut self, pair: Pairs<'_>) -> Clause {
        let span = self.of(&pair);
        let inner = only_child(pair);
        let rule = inner.as_rule();
        let kind = match rule {
            Rule::of_clause => {
                let (subjects, resident) = self.of_clause(inner);
                ClauseKind::Of(subjects, resident.map(Box::new))
            }
            Rule::when_clause => ClauseKind::When(Box::new(self.condition(last(inner)))),
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
                ClauseKind::AtMost(time.expect("at most has a time"), after.map(Box::new))
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

    pub(super) fn of_clause(&mut self, pair: Pairs<'_>) -> (Names, Option<Names>) {
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
}

/// One condition alone, or several joined.
fn joined(mut parts: Vec<Condition>, join: fn(Box<[Condition]>) -> Condition) -> Condition {
    if parts.len() == 1 {
        parts.remove(0)
    } else {
        join(parts.into())
    }
}
