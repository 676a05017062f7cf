//! Expectations of tests, and flows in one line.

use super::{At, Pairs, Rule, children, last, room_for};
use crate::syntax::ast::*;

impl At<'_, '_> {
    pub(super) fn expectation(&mut self, pair: Pairs<'_>) -> Option<Expectation> {
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

    pub(super) fn flow_line(&mut self, pair: Pairs<'_>) -> FlowLine {
        let span = self.of(&pair);
        let mut acts = None;
        let children = children(pair);
        let mut clauses = room_for(&children, Rule::clause);
        let mut time = None;
        let mut given: Box<[Literal]> = Box::default();
        let mut fulfilling: Box<[Path]> = Box::default();
        for child in children {
            let span = self.of(&child);
            match child.as_rule() {
                Rule::acts => acts = Some(self.acts(child)),
                Rule::clause => clauses.push(self.clause(child)),
                Rule::time => {
                    self.once(&time, span);
                    time = Some(Box::new(self.time(child)));
                }
                Rule::given => {
                    self.once(&given.first(), span);
                    given = self.literals(last(child));
                }
                Rule::fulfilling => {
                    self.once(&fulfilling.first(), span);
                    fulfilling = self.paths(last(child)).into();
                }
                _ => {}
            }
        }
        FlowLine {
            acts: acts.expect("a flow has acts"),
            clauses: clauses.into(),
            time,
            given,
            fulfilling,
            span,
        }
    }
}
