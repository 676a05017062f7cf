//! What each rule denotes (§4 of the language): the acts it permits, forbids, lifts, and binds.

use super::diagram::Diagram;
use super::product::Product;
use super::space::{Dim, Space};
use crate::model::rules::{AtMost, Condition};
use crate::model::vocabulary::{ANY, NameId, fact, form, party};
use crate::model::{Action, Clauses, Exception, Rule, Statement, Vocabulary};
use crate::model::{NameSet, vocabulary::Kind};
use crate::source::Span;
use fixedbitset::FixedBitSet;

/// The sets of acts of one rule for one action.
#[derive(Debug, Clone)]
pub struct Meaning {
    /// Acts it permits.
    pub permits: Diagram,
    /// Acts it forbids.
    pub forbids: Diagram,
    /// Acts it would forbid but for its exceptions.
    pub lifts: Diagram,
    /// Acts that need its duties.
    pub needs: Diagram,
}

/// What a rule denotes for one of its actions.
pub fn meaning(space: &Space, vocabulary: &Vocabulary, rule: &Rule, action: Action) -> Meaning {
    let cx = Cx {
        space,
        vocabulary,
        action,
        verbs: rule.actions.len(),
    };
    let mut meaning = Meaning {
        permits: space.none(),
        forbids: space.none(),
        lifts: space.none(),
        needs: space.none(),
    };
    match Shape::of(rule) {
        Shape::May(body) => {
            let set = cx.acts(&body, any_form(&body.about));
            meaning.permits = set.minus(&cx.carved(&set, &body.except));
        }
        Shape::Never(body) => {
            let set = cx.acts(&body, cx.form(&body));
            meaning.lifts = cx.carved(&set, &body.except);
            meaning.forbids = set.minus(&meaning.lifts);
            for exception in body.except.iter().filter(|e| permits(&e.clauses)) {
                let around = cx.permitted_around(&body, exception);
                let here = cx.excepted(&around, exception, FormOf::Around);
                meaning.permits = meaning.permits.or(&here);
            }
        }
        Shape::Duty(body) => {
            let set = cx.acts(&body, cx.form(&body));
            meaning.needs = set.minus(&cx.carved(&set, &body.except));
        }
        Shape::Nothing => {}
    }
    meaning
}

/// The acts of retaining that a `must` is about.
pub fn standing(space: &Space, vocabulary: &Vocabulary, rule: &Rule) -> Option<Diagram> {
    let Statement::Must {
        clauses, unless, ..
    } = &rule.statement
    else {
        return None;
    };
    let body = Body::plain(clauses, unless, &[], rule.span);
    let cx = Cx {
        space,
        vocabulary,
        action: Action::Retain,
        verbs: 1,
    };
    let set = cx.acts(&body, cx.form(&body));
    Some(set.minus(&cx.carved(&set, &body.except)))
}

/// Exceptions, by place, that reach nothing in the rule around them, whatever the verb; the dates
/// of facts are ignored, and what stands in such an exception is not named again. An `unless` has
/// the place of the rule or exception it belongs to, so has a right side of `only`.
pub fn unreachable(space: &Space, vocabulary: &Vocabulary, rule: &Rule) -> Vec<Span> {
    let (body, is_may) = match Shape::of(rule) {
        Shape::May(body) => (body, true),
        Shape::Never(body) => (body, false),
        _ => return Vec::new(),
    };
    if body.except.is_empty() {
        return Vec::new();
    }
    let mut reached = Vec::new();
    for action in &rule.actions {
        let cx = Cx {
            space,
            vocabulary,
            action: *action,
            verbs: rule.actions.len(),
        };
        let form = if is_may {
            any_form(&body.about)
        } else {
            cx.form(&body)
        };
        let set = cx.acts(&body, form);
        let mut at = 0;
        for exception in &body.except {
            let mut here = cx.inside(&set, exception, FormOf::Clause);
            if !is_may && permits(&exception.clauses) {
                let wide = cx.permitted_around(&body, exception);
                here = here.or(&cx.inside(&wide, exception, FormOf::Around));
            }
            mark(&cx, exception, &here, None, &mut at, &mut reached);
        }
    }
    reached
        .iter()
        .filter(|mark| !mark.reached && mark.around.is_none_or(|at| reached[at].reached))
        .map(|mark| mark.span)
        .collect()
}

/// Whether an exception reaches anything; `around` is the position of the one it stands in.
struct Mark {
    span: Span,
    around: Option<usize>,
    reached: bool,
}

/// Notes whether an exception (the `at`th of the rule, in order) reaches anything, and those in it.
fn mark(
    cx: &Cx,
    exception: &Exception,
    here: &Diagram,
    around: Option<usize>,
    at: &mut usize,
    marks: &mut Vec<Mark>,
) {
    let own = *at;
    *at += 1;
    if marks.len() == own {
        marks.push(Mark {
            span: exception.span,
            around,
            reached: false,
        });
    }
    marks[own].reached |= !here.disjoint(cx.space.timeless_worlds());
    for below in &with_unless(&exception.unless, &exception.except, exception.span) {
        let set = cx.inside(here, below, FormOf::Clause);
        mark(cx, below, &set, Some(own), at, marks);
    }
}

/// What a rule is about, with its exceptions.
struct Body {
    /// Its clauses; of a limit, those left of `only`.
    about: Clauses,
    /// Clauses right of `only`: they too tell which dimensions an action must have.
    must_hold: Clauses,
    /// All exceptions, those that `unless`, `only` and `at most` are short for included.
    except: Vec<Exception>,
}

impl Body {
    fn plain(
        clauses: &Clauses,
        unless: &Option<Condition>,
        except: &[Exception],
        span: Span,
    ) -> Body {
        Body {
            about: clauses.clone(),
            must_hold: Clauses::default(),
            except: with_unless(unless, except, span),
        }
    }

    /// `never about except { - must_hold - when C - E }`.
    fn limit(about: Clauses, must_hold: Clauses, rest: Vec<Exception>, span: Span) -> Body {
        let mut except = vec![exception(must_hold.clone(), span)];
        except.extend(rest);
        Body {
            about,
            must_hold,
            except,
        }
    }
}

/// The core statement that a rule is, or is short for.
enum Shape {
    May(Body),
    Never(Body),
    Duty(Body),
    Nothing,
}

impl Shape {
    fn of(rule: &Rule) -> Shape {
        match &rule.statement {
            Statement::May {
                clauses,
                unless,
                except,
            } => Shape::May(Body::plain(clauses, unless, except, rule.span)),
            Statement::Never {
                clauses,
                unless,
                except,
            } => Shape::Never(Body::plain(clauses, unless, except, rule.span)),
            Statement::Limit {
                about,
                must_hold,
                unless,
                except,
            } => Shape::Never(Body::limit(
                about.clone(),
                must_hold.clone(),
                with_unless(unless, except, rule.span),
                rule.span,
            )),
            Statement::Retain {
                clauses,
                unless,
                except,
            } => {
                let time = Clauses {
                    at_most: clauses.at_most.clone(),
                    ..Clauses::default()
                };
                let about = Clauses {
                    at_most: None,
                    ..clauses.clone()
                };
                let rest = with_unless(unless, except, rule.span);
                Shape::Never(Body::limit(about, time, rest, rule.span))
            }
            Statement::Processor { clauses } => {
                let instructed = when(Condition::Fact(fact::INSTRUCTED));
                Shape::Never(Body::limit(
                    clauses.clone(),
                    instructed,
                    Vec::new(),
                    rule.span,
                ))
            }
            Statement::Requires {
                clauses, unless, ..
            } => Shape::Duty(Body::plain(clauses, unless, &[], rule.span)),
            Statement::Must { .. } | Statement::Note { .. } => Shape::Nothing,
        }
    }
}

fn when(condition: Condition) -> Clauses {
    Clauses {
        when: Some(condition),
        ..Clauses::default()
    }
}

fn exception(clauses: Clauses, span: Span) -> Exception {
    Exception {
        clauses,
        unless: None,
        except: Vec::new(),
        citations: Vec::new(),
        span,
    }
}

/// `unless C` is `except when C`; it has the place of what it belongs to.
fn with_unless(unless: &Option<Condition>, except: &[Exception], span: Span) -> Vec<Exception> {
    let unless = unless.iter().map(|c| exception(when(c.clone()), span));
    unless.chain(except.iter().cloned()).collect()
}

/// Whether an exception of a `never` permits, or merely lifts: it permits where it names data, a
/// counterparty, a purpose, a form or a time.
fn permits(clauses: &Clauses) -> bool {
    clauses.data.is_some()
        || clauses.with.is_some()
        || clauses.from_party.is_some()
        || clauses.purpose.is_some()
        || clauses.form.is_some()
        || clauses.at_most.is_some()
}

/// Whether an action has every dimension that clauses name.
pub fn has_dimensions(action: Action, clauses: &Clauses) -> bool {
    let fits = |named: bool, fit: bool| !named || fit;
    fits(
        clauses.with.is_some(),
        matches!(action, Action::Share | Action::Sell | Action::Transfer),
    ) && fits(clauses.from_party.is_some(), action == Action::Collect)
        && fits(
            clauses.from.is_some() || clauses.to.is_some(),
            action == Action::Transfer,
        )
        && fits(clauses.place.is_some(), action != Action::Transfer)
        && fits(clauses.at_most.is_some(), action == Action::Retain)
}

/// Where the form of an exception is taken from.
#[derive(Clone, Copy)]
enum FormOf {
    /// Its own `as`, within the set around it.
    Clause,
    /// The set around it, which already has the form.
    Around,
}

/// The forms that a rule is about.
enum Forms<'b> {
    Any,
    Listed(&'b NameSet),
    Of(FixedBitSet),
}

/// Forms of a permission: what `as` states, else any.
fn any_form(clauses: &Clauses) -> Forms<'_> {
    clauses.form.as_ref().map_or(Forms::Any, Forms::Listed)
}

/// What every step of giving a rule its meaning needs.
struct Cx<'a> {
    space: &'a Space,
    vocabulary: &'a Vocabulary,
    action: Action,
    /// How many actions the rule has: of a group, `with` says nothing of transfers among us.
    verbs: usize,
}

impl Cx<'_> {
    /// The acts a rule is about, before its exceptions, in the forms given.
    fn acts(&self, body: &Body, form: Forms) -> Diagram {
        let clauses = &body.about;
        if !has_dimensions(self.action, clauses) || !has_dimensions(self.action, &body.must_hold) {
            return self.space.none();
        }
        let us = self.vocabulary.of(Kind::Party).set(party::US);
        let mut set = self.stated(Product::new(self.space), clauses);
        set = match form {
            Forms::Any => set,
            Forms::Listed(list) => set.names(self.vocabulary, Dim::Form, list),
            Forms::Of(forms) => set.atoms(Dim::Form, &forms),
        };
        if clauses.actor.is_none() {
            set = set.atoms(Dim::Actor, us);
        }
        let names_with = clauses.with.is_some() || body.must_hold.with.is_some();
        match self.action {
            Action::Share | Action::Sell => {
                set.atoms(Dim::Counterparty, &self.recipients(body)).acts()
            }
            Action::Transfer if self.verbs > 1 && names_with => {
                let among_us = Product::new(self.space)
                    .atoms(Dim::Actor, us)
                    .atoms(Dim::Counterparty, us);
                set.acts().minus(&among_us.acts())
            }
            _ => set.acts(),
        }
    }

    /// The acts around an exception of a `never` that permits: the rule's, in the exception's own
    /// form, which may reach beyond the rule's.
    fn permitted_around(&self, body: &Body, exception: &Exception) -> Diagram {
        let form = match &exception.clauses.form {
            Some(list) => Forms::Listed(list),
            None => any_form(&body.about),
        };
        self.acts(body, form)
    }

    /// Less than a set by what clauses state, form left out; what they leave out is any.
    fn stated<'s>(&self, mut set: Product<'s>, clauses: &Clauses) -> Product<'s> {
        let lists = [
            (Dim::Data, clauses.data.as_ref()),
            (Dim::Counterparty, clauses.with.as_ref()),
            (Dim::Counterparty, clauses.from_party.as_ref()),
            (Dim::Purpose, clauses.purpose.as_ref()),
            (Dim::Subject, clauses.subject.as_ref()),
            (Dim::Resident, clauses.resident.as_ref()),
            (Dim::Context, clauses.context.as_ref()),
            (Dim::Actor, clauses.actor.as_ref()),
            (Dim::Place, clauses.place.as_ref()),
            (Dim::From, clauses.from.as_ref()),
            (Dim::To, clauses.to.as_ref()),
        ];
        for (dim, list) in lists {
            if let Some(list) = list {
                set = set.names(self.vocabulary, dim, list);
            }
        }
        if let Some(AtMost { time, after, .. }) = &clauses.at_most {
            set = set
                .names(self.vocabulary, Dim::Event, after)
                .digits(self.space.at_most(time.hours()));
        }
        match &clauses.when {
            Some(condition) => set.and(self.space.condition(condition)),
            None => set,
        }
    }

    /// Forms of a prohibition or duty: what `as` states, else identifiable and every form that the
    /// exceptions name.
    fn form<'b>(&self, body: &'b Body) -> Forms<'b> {
        if let Some(list) = &body.about.form {
            return Forms::Listed(list);
        }
        let mut forms = self
            .vocabulary
            .of(Kind::Form)
            .set(form::IDENTIFIABLE)
            .clone();
        Exception::each_clauses(&body.except, &mut |clauses| {
            if let Some(list) = &clauses.form {
                forms.union_with(&self.vocabulary.of(Kind::Form).atoms(list));
            }
        });
        Forms::Of(forms)
    }

    /// Recipients of share and sell as the clause, or without one the exceptions, make them.
    fn recipients(&self, body: &Body) -> FixedBitSet {
        let mut lists: Vec<&NameSet> = Vec::new();
        match &body.about.with {
            Some(list) => lists.push(list),
            None => {
                Exception::each_clauses(&body.except, &mut |clauses| lists.extend(&clauses.with))
            }
        }
        recipients(self.vocabulary, &lists)
    }

    /// What exceptions take out of the set around them. Siblings add up.
    fn carved(&self, around: &Diagram, except: &[Exception]) -> Diagram {
        except.iter().fold(self.space.none(), |set, exception| {
            set.or(&self.excepted(around, exception, FormOf::Clause))
        })
    }

    /// What one exception takes out, less its own exceptions.
    fn excepted(&self, around: &Diagram, exception: &Exception, form: FormOf) -> Diagram {
        let here = self.inside(around, exception, form);
        let below = with_unless(&exception.unless, &exception.except, exception.span);
        here.minus(&self.carved(&here, &below))
    }

    /// The part of a set that an exception is about, its own exceptions not yet taken out.
    fn inside(&self, around: &Diagram, exception: &Exception, form: FormOf) -> Diagram {
        if around.is_none() || !has_dimensions(self.action, &exception.clauses) {
            return self.space.none();
        }
        let mut here = self.stated(Product::new(self.space), &exception.clauses);
        if let (Some(list), FormOf::Clause) = (&exception.clauses.form, form) {
            here = here.names(self.vocabulary, Dim::Form, list);
        }
        around.and(&here.acts())
    }
}

/// Whom share and sell are about: third parties, and also `us` or `data-subject` where one of these
/// lists names something under them (`its-source` counts as both).
pub fn recipients(vocabulary: &Vocabulary, lists: &[&NameSet]) -> FixedBitSet {
    let parties = vocabulary.of(Kind::Party);
    let mut set = parties.set(party::THIRD_PARTY).clone();
    for id in lists
        .iter()
        .flat_map(|list| list.include.iter().chain(&list.exclude))
    {
        for side in [party::US, party::DATA_SUBJECT] {
            if *id == party::ITS_SOURCE || parties.within(*id, side) {
                set.union_with(parties.set(side));
            }
        }
    }
    set
}

/// Data that a rule is about: exceptions never reach beyond it.
pub fn data(vocabulary: &Vocabulary, rule: &Rule) -> FixedBitSet {
    let data = vocabulary.of(Kind::Data);
    let clauses = match &rule.statement {
        Statement::May { clauses, .. }
        | Statement::Never { clauses, .. }
        | Statement::Retain { clauses, .. }
        | Statement::Requires { clauses, .. }
        | Statement::Must { clauses, .. }
        | Statement::Processor { clauses } => clauses,
        Statement::Limit { about, .. } => about,
        Statement::Note { .. } => return FixedBitSet::with_capacity(data.len()),
    };
    match &clauses.data {
        Some(list) => data.atoms(list),
        None => data.set(ANY).clone(),
    }
}

/// Names that a rule's `requires` lists.
pub fn duties(rule: &Rule) -> &[NameId] {
    match &rule.statement {
        Statement::Requires { duties, .. } => duties,
        _ => &[],
    }
}
