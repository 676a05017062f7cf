//! Which declared names a model's policies, plans and tests mention.

use crate::model::plans::{Expected, FlowLine};
use crate::model::rules::{AtMost, Condition, Exception};
use crate::model::vocabulary::{ANY, Kind, NameId};
use crate::model::{Clauses, EdgeKind, Model, NameSet, Statement};
use fixedbitset::FixedBitSet;

/// By kind: the names mentioned anywhere, with all above and below them, for a rule on a name is a
/// rule on all it covers, and one on a part says something of the whole.
pub fn mentioned(model: &Model) -> Vec<FixedBitSet> {
    let mut found = Found {
        sets: model
            .vocabulary
            .kinds
            .iter()
            .map(|kind| FixedBitSet::with_capacity(kind.len()))
            .collect(),
    };
    for rule in model.policies.iter().flat_map(|policy| &policy.rules) {
        found.statement(&rule.statement);
    }
    for plan in &model.plans {
        for node in plan.nodes.details() {
            found.list(Kind::Subject, &node.subject);
            found.list(Kind::Region, &node.resident);
            found.list(Kind::Party, &node.party);
            found.list(Kind::Region, &node.place);
            found.list(Kind::Context, &node.context);
            for keeps in &node.keeps {
                found.names(Kind::Data, &keeps.data);
                found.list(Kind::Purpose, &keeps.purpose);
                if let Some((_, after)) = &keeps.time {
                    found.names(Kind::Event, after);
                }
                for (literal, _) in &keeps.given {
                    found.name(Kind::Fact, literal.fact);
                }
            }
            for does in &node.does {
                found.name(Kind::Duty, does.duty);
                if let Some((_, after)) = &does.within {
                    found.names(Kind::Event, after);
                }
            }
        }
        for edge in plan.edges.details() {
            found.list(Kind::Form, &edge.form);
            found.list(Kind::Purpose, &edge.purpose);
            for (literal, _) in &edge.given {
                found.name(Kind::Fact, literal.fact);
            }
            for duty in &edge.fulfilling {
                found.name(Kind::Duty, *duty);
            }
            match &edge.kind {
                EdgeKind::Arrow { data, .. } => found.list(Kind::Data, data),
                EdgeKind::Uses { data } => found.names(Kind::Data, data),
                EdgeKind::Derives { product, data } => {
                    found.names(Kind::Data, product);
                    found.names(Kind::Data, data);
                }
            }
        }
    }
    for expectation in model.tests.iter().flat_map(|test| &test.expectations) {
        if let Expected::Needs(facts) = &expectation.expected {
            for literal in facts {
                found.name(Kind::Fact, literal.fact);
            }
        }
        found.flow(&expectation.flow);
    }
    found.close(model)
}

struct Found {
    sets: Vec<FixedBitSet>,
}

impl Found {
    fn name(&mut self, kind: Kind, id: NameId) {
        self.sets[kind as usize].insert(id.0 as usize);
    }

    fn names(&mut self, kind: Kind, list: &NameSet) {
        if list.include.is_empty() {
            self.name(kind, ANY);
        }
        for id in list.include.iter().chain(&list.exclude) {
            self.name(kind, *id);
        }
    }

    fn list(&mut self, kind: Kind, list: &Option<NameSet>) {
        if let Some(list) = list {
            self.names(kind, list);
        }
    }

    fn condition(&mut self, condition: &Condition) {
        match condition {
            Condition::Fact(fact) => self.name(Kind::Fact, *fact),
            Condition::Not(inner) => self.condition(inner),
            Condition::And(parts) | Condition::Or(parts) => {
                for part in parts {
                    self.condition(part);
                }
            }
        }
    }

    fn clauses(&mut self, clauses: &Clauses) {
        self.list(Kind::Data, &clauses.data);
        self.list(Kind::Form, &clauses.form);
        self.list(Kind::Subject, &clauses.subject);
        self.list(Kind::Region, &clauses.resident);
        self.list(Kind::Context, &clauses.context);
        self.list(Kind::Party, &clauses.actor);
        self.list(Kind::Party, &clauses.with);
        self.list(Kind::Party, &clauses.from_party);
        self.list(Kind::Region, &clauses.from);
        self.list(Kind::Region, &clauses.to);
        self.list(Kind::Purpose, &clauses.purpose);
        self.list(Kind::Region, &clauses.place);
        if let Some(condition) = &clauses.when {
            self.condition(condition);
        }
        if let Some(AtMost { after, .. }) = &clauses.at_most {
            self.names(Kind::Event, after);
        }
    }

    fn exceptions(&mut self, unless: &Option<Condition>, except: &[Exception]) {
        if let Some(condition) = unless {
            self.condition(condition);
        }
        for exception in except {
            self.clauses(&exception.clauses);
            self.exceptions(&exception.unless, &exception.except);
        }
    }

    fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::May {
                clauses,
                unless,
                except,
            }
            | Statement::Never {
                clauses,
                unless,
                except,
            }
            | Statement::Retain {
                clauses,
                unless,
                except,
            } => {
                self.clauses(clauses);
                self.exceptions(unless, except);
            }
            Statement::Limit {
                about,
                must_hold,
                unless,
                except,
            } => {
                self.clauses(about);
                self.clauses(must_hold);
                self.exceptions(unless, except);
            }
            Statement::Requires {
                clauses,
                duties,
                unless,
            } => {
                self.clauses(clauses);
                self.exceptions(unless, &[]);
                for duty in duties {
                    self.name(Kind::Duty, *duty);
                }
            }
            Statement::Must {
                clauses,
                duty,
                unless,
                event,
                ..
            } => {
                self.clauses(clauses);
                self.exceptions(unless, &[]);
                self.name(Kind::Duty, *duty);
                self.names(Kind::Event, event);
            }
            Statement::Processor { clauses } => self.clauses(clauses),
            Statement::Note { .. } => {}
        }
    }

    fn flow(&mut self, flow: &FlowLine) {
        self.clauses(&flow.clauses);
        if let Some((_, after)) = &flow.time {
            self.names(Kind::Event, after);
        }
        for (literal, _) in &flow.given {
            self.name(Kind::Fact, literal.fact);
        }
        for duty in &flow.fulfilling {
            self.name(Kind::Duty, *duty);
        }
    }

    /// Adds what lies above and below.
    fn close(self, model: &Model) -> Vec<FixedBitSet> {
        let mut closed = Vec::new();
        for (hierarchy, set) in model.vocabulary.kinds.iter().zip(self.sets) {
            let mut all = set.clone();
            for id in set.ones() {
                all.union_with(hierarchy.set(NameId(id as u32)));
            }
            for id in 0..hierarchy.len() {
                if !hierarchy.set(NameId(id as u32)).is_disjoint(&set) {
                    all.insert(id);
                }
            }
            closed.push(all);
        }
        closed
    }
}
