//! Nodes and edges of plans.

use super::{At, Pairs, Rule, children, last, room_for};
use crate::source::Span;
use crate::syntax::ast::*;

impl At<'_, '_> {
    pub(super) fn table(&mut self, pair: Pairs<'_>, docs: Docs) -> Table {
        let span = self.of(&pair);
        let mut parts = children(pair).into_iter();
        let rows = parts.next().expect("a table says what its rows are");
        let path = parts.next().expect("a table has a path");
        Table {
            docs,
            rows: match rows.as_str() {
                "nodes" => TableRows::Nodes,
                _ => TableRows::Flows,
            },
            path: self.text(&path),
            span,
        }
    }

    pub(super) fn node(&mut self, pair: Pairs<'_>) -> Node {
        let span = self.of(&pair);
        let mut node = Node {
            docs: Box::default(),
            waivers: Box::default(),
            kind: NodeKind::System,
            name: Name {
                text: Default::default(),
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
                Rule::does => node.does.push(self.does(child)),
                _ => {}
            }
        }
        node
    }

    pub(super) fn does(&mut self, pair: Pairs<'_>) -> Does {
        let span = self.of(&pair);
        let mut duty = None;
        let mut within = None;
        for part in children(pair) {
            match part.as_rule() {
                Rule::path => duty = Some(self.path(part)),
                Rule::within_part => within = Some(self.within(part)),
                _ => {}
            }
        }
        Does {
            duty: duty.expect("does names a duty"),
            within,
            span,
        }
    }

    /// A clause that stands twice is an error at the second.
    pub(super) fn once<T>(&mut self, before: &Option<T>, span: Span) {
        if before.is_some() {
            self.error(
                span,
                "this clause stands here a second time",
                "name everything in one list: `A, B`",
            );
        }
    }

    pub(super) fn keeps(&mut self, pair: Pairs<'_>) -> Keeps {
        let span = self.of(&pair);
        let mut data = None;
        let mut time = None;
        let mut after = None;
        let mut purpose = None;
        // It may stand several times.
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
            given: given.into(),
            span,
        }
    }

    pub(super) fn time(&mut self, pair: Pairs<'_>) -> (Duration, Option<Names>) {
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

    pub(super) fn literals(&mut self, pair: Pairs<'_>) -> Box<[Literal]> {
        let children = children(pair);
        let mut all = room_for(&children, Rule::literal);
        for child in children {
            if child.as_rule() == Rule::literal {
                let span = self.of(&child);
                let mut negated = false;
                let mut fact = None;
                for part in self::children(child) {
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
        all.into()
    }

    pub(super) fn edge(&mut self, pair: Pairs<'_>) -> Edge {
        let span = self.of(&pair);
        let mut from = None;
        let mut kind = None;
        let mut form = None;
        let mut purpose = None;
        let mut given: Box<[Literal]> = Box::default();
        let mut fulfilling: Box<[Path]> = Box::default();
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
                    given = self.literals(last(child));
                }
                Rule::fulfilling => {
                    self.once(&fulfilling.first(), span);
                    fulfilling = self.paths(last(child)).into();
                }
                _ => {}
            }
        }
        Edge {
            docs: Box::default(),
            waivers: Box::default(),
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

    pub(super) fn arrow(&mut self, pair: Pairs<'_>) -> EdgeKind {
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
}
