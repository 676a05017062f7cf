//! What one rule says of one act in one world (§4 of the language page).

use super::sets::{Act, Sets, World};
use abide::model::rules::{AtMost, Condition};
use abide::model::vocabulary::{form, party};
use abide::model::{Action, Clauses, Exception, NameId, NameSet, Rule, Statement};
use abide::source::Span;
use abide::syntax::ast::Kind;
use std::collections::BTreeSet;

/// "The core is four; the rest is short for them" (standing duties are no statement about acts).
pub enum Core {
    /// Permits, less exceptions.
    May(Clauses, Vec<Exception>),
    /// Forbids, less exceptions; `only` holds the clauses right of `only`, which count as named.
    Never {
        about: Clauses,
        only: Option<Box<Clauses>>,
        exceptions: Vec<Exception>,
    },
    /// Needs duties.
    Requires(Clauses, Vec<NameId>, Vec<Exception>),
    /// States no rule on acts.
    Nothing,
}

/// The core statement that a rule is, or is short for.
pub fn core(rule: &Rule) -> Core {
    match &rule.statement {
        Statement::May {
            clauses,
            unless,
            except,
        } => Core::May(clauses.clone(), with_unless(unless, except)),
        Statement::Never {
            clauses,
            unless,
            except,
        } => Core::Never {
            about: clauses.clone(),
            only: None,
            exceptions: with_unless(unless, except),
        },
        // "`ACTS S only O [unless C] [except E]`: short for `never ACTS S except { - O - when C - E }`"
        Statement::Limit {
            about,
            must_hold,
            unless,
            except,
        } => {
            let mut exceptions = vec![exception(must_hold.clone())];
            exceptions.extend(with_unless(unless, except));
            Core::Never {
                about: about.clone(),
                only: Some(Box::new(must_hold.clone())),
                exceptions,
            }
        }
        // "`retain D clauses at most T [after E]`: short for
        // `never retain D clauses except at most T after E`"
        Statement::Retain {
            clauses,
            unless,
            except,
        } => {
            let mut about = clauses.clone();
            let at_most = about.at_most.take();
            let mut exceptions = vec![exception(Clauses {
                at_most,
                ..Clauses::default()
            })];
            exceptions.extend(with_unless(unless, except));
            Core::Never {
                about,
                only: None,
                exceptions,
            }
        }
        // "`processor of D`: short for `process D only when instructed`"
        Statement::Processor { clauses } => {
            let only = Clauses {
                when: Some(Condition::Fact(abide::model::vocabulary::fact::INSTRUCTED)),
                ..Clauses::default()
            };
            Core::Never {
                about: clauses.clone(),
                only: Some(Box::new(only.clone())),
                exceptions: vec![exception(only)],
            }
        }
        Statement::Requires {
            clauses,
            duties,
            unless,
        } => Core::Requires(clauses.clone(), duties.clone(), with_unless(unless, &[])),
        Statement::Must { .. } | Statement::Note { .. } => Core::Nothing,
    }
}

/// Whether the rule permits the act in this world.
pub fn permits(sets: &Sets, rule: &Rule, core: &Core, act: &Act, world: &World) -> bool {
    if !says_something_of(sets, rule, core, act) {
        return false;
    }
    match core {
        // "permits these acts; what is excepted is not permitted *by this rule*"; "in `may` … the
        // form is any".
        Core::May(about, except) => {
            rule_covers_but_form(sets, about, except, act, world)
                && form_is(sets, about.form.as_ref(), act)
                && !except.iter().any(|one| excepts(sets, one, act, world))
        }
        // "What an exception of a `never` does beyond lifting the prohibition: if it names data, a
        // counterparty, a purpose, a form or a time it also permits"; "what it leaves out is as in
        // the rule around it, and it never reaches beyond that (only the form of what it permits may)".
        Core::Never {
            about, exceptions, ..
        } => {
            rule_covers_but_form(sets, about, exceptions, act, world)
                && exceptions.iter().any(|one| {
                    names_what_permits(&one.clauses)
                        && form_is(sets, one.clauses.form.as_ref().or(about.form.as_ref()), act)
                        && excepts(sets, one, act, world)
                })
        }
        Core::Requires(..) | Core::Nothing => false,
    }
}

/// Whether the rule forbids the act in this world: "what is excepted is not".
pub fn forbids(sets: &Sets, rule: &Rule, core: &Core, act: &Act, world: &World) -> bool {
    let Core::Never {
        about, exceptions, ..
    } = core
    else {
        return false;
    };
    says_something_of(sets, rule, core, act)
        && rule_covers_but_form(sets, about, exceptions, act, world)
        && form_is_default(sets, about.form.as_ref(), exceptions, act)
        && !exceptions.iter().any(|one| excepts(sets, one, act, world))
}

/// The duties that the rule binds the act to in this world.
pub fn needs(sets: &Sets, rule: &Rule, core: &Core, act: &Act, world: &World) -> BTreeSet<NameId> {
    let Core::Requires(about, duties, unless) = core else {
        return BTreeSet::new();
    };
    let bound = says_something_of(sets, rule, core, act)
        && rule_covers_but_form(sets, about, unless, act, world)
        && form_is_default(sets, about.form.as_ref(), unless, act)
        && !unless.iter().any(|one| excepts(sets, one, act, world));
    if bound {
        duties.iter().copied().collect()
    } else {
        BTreeSet::new()
    }
}

/// Whether a standing duty is about an act of retaining in this world.
pub fn must_covers(
    sets: &Sets,
    clauses: &Clauses,
    unless: &Option<Condition>,
    act: &Act,
    world: &World,
) -> bool {
    let unless = with_unless(unless, &[]);
    has_dimensions(clauses, act.action)
        && rule_covers_but_form(sets, clauses, &unless, act, world)
        && form_is_default(sets, clauses.form.as_ref(), &unless, act)
        && !unless.iter().any(|one| excepts(sets, one, act, world))
}

/// "`unless C` is `except when C`."
fn with_unless(unless: &Option<Condition>, except: &[Exception]) -> Vec<Exception> {
    unless
        .iter()
        .map(|condition| {
            exception(Clauses {
                when: Some(condition.clone()),
                ..Clauses::default()
            })
        })
        .chain(except.iter().cloned())
        .collect()
}

fn exception(clauses: Clauses) -> Exception {
    Exception {
        clauses,
        unless: None,
        except: Vec::new(),
        citations: Vec::new(),
        span: Span::file_start(abide::source::FileId(0)),
    }
}

/// "if it names data, a counterparty, a purpose, a form or a time it also permits".
fn names_what_permits(clauses: &Clauses) -> bool {
    clauses.data.is_some()
        || clauses.with.is_some()
        || clauses.from_party.is_some()
        || clauses.purpose.is_some()
        || clauses.form.is_some()
        || clauses.at_most.is_some()
}

/// "A rule says nothing of actions that lack a dimension it names (of a limit, those right of `only`
/// count as named)"; "Of a group of verbs, `with` says nothing of transfers between nodes of ours."
fn says_something_of(sets: &Sets, rule: &Rule, core: &Core, act: &Act) -> bool {
    let named: Vec<&Clauses> = match core {
        Core::May(about, _) | Core::Requires(about, _, _) => vec![about],
        Core::Never { about, only, .. } => std::iter::once(about).chain(only.as_deref()).collect(),
        Core::Nothing => return false,
    };
    let ours = |party: Option<NameId>| {
        party.is_some_and(|party| sets.within(Kind::Party, party, party::US))
    };
    let between_ours =
        act.action == Action::Transfer && ours(Some(act.actor)) && ours(act.counterparty);
    let with_of_a_group =
        rule.actions.len() > 1 && named.iter().any(|clauses| clauses.with.is_some());
    rule.actions.contains(&act.action)
        && named
            .iter()
            .all(|clauses| has_dimensions(clauses, act.action))
        && !(with_of_a_group && between_ours)
}

/// The table of actions in §1: whether an action has every dimension that the clauses name.
fn has_dimensions(clauses: &Clauses, action: Action) -> bool {
    let transfer = action == Action::Transfer;
    let has_with = matches!(action, Action::Share | Action::Sell | Action::Transfer);
    (clauses.with.is_none() || has_with)
        && (clauses.from_party.is_none() || action == Action::Collect)
        && (clauses.from.is_none() || transfer)
        && (clauses.to.is_none() || transfer)
        && (clauses.place.is_none() || !transfer)
        && (clauses.at_most.is_none() || action == Action::Retain)
}

/// Whether an act lies in a rule's own clauses with their defaults, whatever its form.
fn rule_covers_but_form(
    sets: &Sets,
    about: &Clauses,
    exceptions: &[Exception],
    act: &Act,
    world: &World,
) -> bool {
    // The default actor is `us`.
    let actor = about.actor.is_some() || sets.within(Kind::Party, act.actor, party::US);
    clauses_hold_but_form(sets, about, act, world)
        && actor
        && counterparty_in_default(sets, about, exceptions, act)
}

/// "Of share and sell the counterparty is a third party, and also `us` or `data-subject` where the
/// clause (or, for a rule without one, its exceptions) names something under them (`its-source`
/// counts as both); of collect and transfer it is any."
fn counterparty_in_default(
    sets: &Sets,
    about: &Clauses,
    exceptions: &[Exception],
    act: &Act,
) -> bool {
    if !matches!(act.action, Action::Share | Action::Sell) {
        return true;
    }
    let mut clauses: Vec<&NameSet> = Vec::new();
    match &about.with {
        Some(with) => clauses.push(with),
        None => each_exception(exceptions, &mut |one| clauses.extend(&one.clauses.with)),
    }
    let named_under = |role: NameId| {
        clauses
            .iter()
            .flat_map(|list| list.include.iter().chain(&list.exclude))
            .any(|name| *name == party::ITS_SOURCE || sets.within(Kind::Party, *name, role))
    };
    let Some(counterparty) = act.counterparty else {
        return false;
    };
    sets.within(Kind::Party, counterparty, party::THIRD_PARTY)
        || [party::US, party::DATA_SUBJECT]
            .into_iter()
            .any(|role| sets.within(Kind::Party, counterparty, role) && named_under(role))
}

/// The form is one of those written, or any.
fn form_is(sets: &Sets, written: Option<&NameSet>, act: &Act) -> bool {
    written.is_none_or(|list| sets.covers(Kind::Form, list, act.form, false))
}

/// "in `may` (and in what permits) the form is any; elsewhere it is `identifiable` and each form that
/// the rule's exceptions name."
fn form_is_default(
    sets: &Sets,
    written: Option<&NameSet>,
    exceptions: &[Exception],
    act: &Act,
) -> bool {
    if written.is_some() {
        return form_is(sets, written, act);
    }
    let mut named = sets.within(Kind::Form, act.form, form::IDENTIFIABLE);
    each_exception(exceptions, &mut |one| {
        if let Some(list) = &one.clauses.form {
            named = named || sets.covers(Kind::Form, list, act.form, false);
        }
    });
    named
}

/// "each level reverses the one around it": the exception's clauses hold, and what it excepts itself
/// (`unless C` is `except when C`) does not.
fn excepts(sets: &Sets, one: &Exception, act: &Act, world: &World) -> bool {
    let unless = one
        .unless
        .as_ref()
        .is_some_and(|condition| holds_in(condition, world));
    form_is(sets, one.clauses.form.as_ref(), act)
        && clauses_hold_but_form(sets, &one.clauses, act, world)
        && !unless
        && !one
            .except
            .iter()
            .any(|inner| excepts(sets, inner, act, world))
}

/// Whether every clause written holds of the act, whatever its form; an action that lacks a dimension
/// named is not covered.
fn clauses_hold_but_form(sets: &Sets, clauses: &Clauses, act: &Act, world: &World) -> bool {
    let holds = |kind: Kind, list: &Option<NameSet>, name: Option<NameId>, variable: bool| match (
        list, name,
    ) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(list), Some(name)) => sets.covers(kind, list, name, variable),
    };
    let own = act.own_source;
    has_dimensions(clauses, act.action)
        && holds(Kind::Data, &clauses.data, Some(act.data), false)
        && holds(Kind::Subject, &clauses.subject, Some(act.subject), false)
        && holds(Kind::Region, &clauses.resident, Some(act.resident), false)
        && holds(Kind::Context, &clauses.context, Some(act.context), false)
        && holds(Kind::Party, &clauses.actor, Some(act.actor), false)
        && holds(Kind::Party, &clauses.with, act.counterparty, own)
        && holds(Kind::Party, &clauses.from_party, act.counterparty, own)
        && holds(Kind::Region, &clauses.from, act.from, false)
        && holds(Kind::Region, &clauses.to, act.to, false)
        && holds(
            Kind::Purpose,
            &clauses.purpose,
            Some(act.purpose),
            act.collected,
        )
        && holds(Kind::Region, &clauses.place, act.place, false)
        && clauses
            .when
            .as_ref()
            .is_none_or(|condition| holds_in(condition, world))
        && clauses
            .at_most
            .as_ref()
            .is_none_or(|limit| fits(sets, limit, act))
}

/// "Times after different events don't compare: a time fits only a limit whose event covers its own";
/// without limit fits none.
fn fits(sets: &Sets, limit: &AtMost, act: &Act) -> bool {
    match act.retention {
        Some(Some((hours, event))) => {
            hours <= limit.time.hours() && sets.covers(Kind::Event, &limit.after, event, false)
        }
        Some(None) | None => false,
    }
}

fn holds_in(condition: &Condition, world: &World) -> bool {
    match condition {
        Condition::Fact(fact) => world.contains(fact),
        Condition::Not(inner) => !holds_in(inner, world),
        Condition::And(all) => all.iter().all(|one| holds_in(one, world)),
        Condition::Or(some) => some.iter().any(|one| holds_in(one, world)),
    }
}

/// Every exception at any depth.
fn each_exception<'e>(exceptions: &'e [Exception], visit: &mut dyn FnMut(&'e Exception)) {
    for one in exceptions {
        visit(one);
        each_exception(&one.except, visit);
    }
}
