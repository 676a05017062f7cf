//! Findings in words: what is wrong, where, why the policy says so, what to write instead.

mod acts;
mod expectation;
mod finding;

pub use acts::{conditions, describe, describe_fully, duty_names, literals, said};
pub use expectation::expectation;

use super::More;
use super::cells::Firsts;
use super::findings::At;
use super::judge::Judge;
use super::plans::Outcome;
use super::standing::Unmet;
use crate::diag::{Code, Diagnostic, Diags, FlowFinding, codes};
use crate::model::plans::NodeKind;
use crate::model::vocabulary::Kind;
use crate::model::{Action, Edge, Model, Plan, Statement};
use crate::source::Span;
use finding::{deciding, of_finding};

/// Says everything of a plan, up to so many findings; counts the others. Where waivers stand, each
/// finding is said.
pub fn plan(
    model: &Model,
    judge: &Judge,
    plan: &Plan,
    outcome: &Outcome,
    most: usize,
    diags: &mut Diags,
) -> More {
    if outcome.overfull {
        diags.push(overfull(judge, plan));
        return More::new();
    }
    let mut more = outcome.more.clone();
    let end = diags.len().saturating_add(most);
    let mut left_out = |diags: &Diags, code: &'static Code, at: At| {
        let waived = match at {
            At::Edge(edge) => !plan.edge(edge).waivers.is_empty(),
            At::Store(node) => !plan.node(node).waivers.is_empty(),
        };
        let out = diags.len() >= end && !waived;
        if out {
            *more.entry(code.name).or_default() += 1;
        }
        out
    };
    for finding in &outcome.findings {
        if !left_out(diags, finding.code(), finding.at) {
            diags.push(of_finding(model, plan, outcome, finding));
        }
    }
    for unmet in &outcome.unmet {
        if !left_out(diags, &codes::UNMET_STANDING_DUTY, At::Store(unmet.node)) {
            diags.push(of_unmet(model, plan, unmet));
        }
    }
    for unsourced in &outcome.unsourced {
        if left_out(diags, &codes::UNSOURCED_DATA, At::Edge(unsourced.edge)) {
            continue;
        }
        let edge = plan.edge(unsourced.edge);
        let name = model.vocabulary.of(Kind::Data).shown(unsourced.name);
        let node = plan.node(edge.from()).name();
        diags.push(with_flow(
            Diagnostic::new(
                &codes::UNSOURCED_DATA,
                edge.span(),
                format!("nothing brings `{name}` to `{node}`"),
            )
            .label(format!("no edge before this one carries `{name}` to `{node}`"))
            .note("on this edge the data counts as of any subject, residence, context and purpose")
            .help(format!(
                "add the edge that brings it, `… -> {node} : {name}`, or name what `{node}` really holds"
            )),
            flow_of_edge(plan, edge, name),
        ));
    }
    for at in &outcome.nothing {
        if left_out(diags, &codes::NOTHING_TO_CARRY, At::Edge(*at)) {
            continue;
        }
        let edge = plan.edge(*at);
        let node = plan.node(edge.from());
        let (label, help) = if node.kind == NodeKind::Source {
            (
                format!("`{}` is a source: what it gives must be named", node.name()),
                "write the data instead of `all`",
            )
        } else {
            (
                format!("nothing arrives at `{}`", node.name()),
                "add the edges that bring data there, or drop this one",
            )
        };
        diags.push(with_flow(
            Diagnostic::new(
                &codes::NOTHING_TO_CARRY,
                edge.span(),
                format!("`all` carries nothing: {label}"),
            )
            .label(label)
            .help(help),
            flow_of_edge(plan, edge, ""),
        ));
    }
    for (at, data) in &outcome.reidentified {
        if left_out(diags, &codes::REIDENTIFIED_DATA, At::Edge(*at)) {
            continue;
        }
        let edge = plan.edge(*at);
        let data = model.vocabulary.show_set(Kind::Data, data);
        let form = edge
            .form
            .as_ref()
            .map(|list| model.vocabulary.show_list(Kind::Form, list))
            .unwrap_or_default();
        diags.push(with_flow(
            Diagnostic::new(
                &codes::REIDENTIFIED_DATA,
                edge.span(),
                format!("`{data}` arrives anonymous and leaves as {form}"),
            )
            .label("anonymous data can't be made identifiable again")
            .note("data that could be made identifiable again was never anonymous")
            .help("drop this `as`, or call the earlier form what it is, e.g. `as pseudonymous`"),
            flow_of_edge(plan, edge, &data),
        ));
    }
    let none = outcome.impossible.is_empty() && outcome.expired.is_empty();
    let firsts = (!none).then(|| Firsts::of(plan));
    let own = |at: At, span: Span| {
        let firsts = firsts.as_ref();
        firsts.map_or(span, |firsts| firsts.own(plan, at, span))
    };
    for (at, span) in &outcome.impossible {
        if left_out(diags, &codes::IMPOSSIBLE_FACTS, *at) {
            continue;
        }
        diags.push(with_flow(
            Diagnostic::new(
                &codes::IMPOSSIBLE_FACTS,
                own(*at, *span),
                "these facts can't hold together",
            )
            .label("no world allows what is given here and what lasts from collection")
            .note("a fact implies those above it, facts that exclude each other never meet, and a lasting fact given at collection holds on every later edge")
            .help("state only facts that can be true of one act; split the edge where some of its data differs"),
            flow_of_place(plan, *at),
        ));
    }
    for (at, literal, span) in &outcome.expired {
        if left_out(diags, &codes::EXPIRED_FACT, *at) {
            continue;
        }
        let facts = model.vocabulary.of(Kind::Fact);
        let name = facts.shown(literal.fact);
        let until = model
            .vocabulary
            .until
            .iter()
            .filter(|(fact, until)| facts.within(literal.fact, **fact) && judge.today > **until)
            .map(|(_, until)| *until)
            .min();
        let when = until.map(|day| day.to_string()).unwrap_or_default();
        diags.push(with_flow(
            Diagnostic::new(
                &codes::EXPIRED_FACT,
                own(*at, *span),
                format!("`{name}` no longer holds: it ended on {when}"),
            )
            .label(format!("false since {when}"))
            .help(
                "give another ground that still holds, or drop it; the flow is judged without it",
            ),
            flow_of_place(plan, *at),
        ));
    }
    for (at, silent) in &outcome.regions {
        if left_out(diags, &codes::REGION_UNSTATED, At::Edge(*at)) {
            continue;
        }
        let edge = plan.edge(*at);
        let names: Vec<String> = silent
            .iter()
            .map(|node| format!("`{}`", plan.node(*node).name()))
            .collect();
        let state = if names.len() == 1 { "states" } else { "state" };
        let names = names.join(" and ");
        diags.push(with_flow(
            Diagnostic::new(
                &codes::REGION_UNSTATED,
                edge.span(),
                format!("{names} {state} no region, so a transfer here can't be judged"),
            )
            .label("may leave a region unnoticed")
            .note("a checked policy has rules on `transfer`, which need both ends' regions")
            .help(format!("add `in REGION` to {names}")),
            flow_of_edge(plan, edge, ""),
        ));
    }
    more
}

fn of_unmet(model: &Model, plan: &Plan, unmet: &Unmet) -> Diagnostic {
    let vocabulary = &model.vocabulary;
    let node = plan.node(unmet.node);
    let policy = model.policy(unmet.rule.0);
    let rule = &policy.rules[unmet.rule.1];
    let data = vocabulary.show_set(Kind::Data, &unmet.data);
    let Statement::Must {
        duty,
        within,
        event,
        ..
    } = &rule.statement
    else {
        unreachable!("only `must` makes a standing duty");
    };
    let duty_name = vocabulary.of(Kind::Duty).shown(*duty);
    let event = vocabulary.show_list(Kind::Event, event);
    let diagnostic = Diagnostic::new(
        &codes::UNMET_STANDING_DUTY,
        node.span(),
        format!(
            "`{}` holds `{data}` but does not {duty_name} within {within} of {event}, as `{}` says it must",
            node.name(), policy.name
        ),
    )
    .label(format!("holds {data}"))
    .also(rule.span, "must be done here")
    .help(format!(
        "add to `{}`: does {duty_name} within {within} of {event}",
        node.name()
    ));
    let flow = FlowFinding {
        plan: plan.name.clone(),
        from: node.name().to_string(),
        action: Action::Retain.word().to_string(),
        data,
        policy: policy.name.clone(),
        rules: deciding(model, &[unmet.rule]),
        duties: vec![duty_name.to_string()],
        ..FlowFinding::default()
    };
    with_flow(diagnostic, flow)
}

fn ends(plan: &Plan, at: At) -> (crate::source::Span, String, String) {
    match at {
        At::Edge(at) => {
            let edge = plan.edge(at);
            let (from, to) = edge_ends(plan, edge);
            (edge.span(), from, to)
        }
        At::Store(node) => {
            let node = plan.node(node);
            (node.span(), node.name().to_string(), String::new())
        }
    }
}

fn edge_ends(plan: &Plan, edge: Edge) -> (String, String) {
    let name = |node: usize| plan.node(node).name().to_string();
    (name(edge.from()), name(edge.to()))
}

fn flow_of_edge(plan: &Plan, edge: Edge, data: &str) -> FlowFinding {
    let (from, to) = edge_ends(plan, edge);
    FlowFinding {
        plan: plan.name.clone(),
        from,
        to,
        data: data.to_string(),
        ..FlowFinding::default()
    }
}

fn flow_of_place(plan: &Plan, at: At) -> FlowFinding {
    let (_, from, to) = ends(plan, at);
    FlowFinding {
        plan: plan.name.clone(),
        from,
        to,
        ..FlowFinding::default()
    }
}

fn with_flow(mut diagnostic: Diagnostic, flow: FlowFinding) -> Diagnostic {
    diagnostic.flow = Some(Box::new(flow));
    diagnostic
}

/// Says that too many labels spread for the plan to be judged.
fn overfull(judge: &Judge, plan: &Plan) -> Diagnostic {
    let most = judge.most_labels;
    let message = format!(
        "more than {most} labels spread in `{}`, the limit of one plan",
        plan.name
    );
    Diagnostic::new(&codes::TOO_MANY_LABELS, plan.span, message)
        .label("none of its flows is judged")
        .note("a label is a datum with its form, its origin and what it derives from; each node holds any number of them")
        .help("name broader data where its parts go the same way, split the plan, or raise `labels` under `[limits]` of abide.toml")
}
