//! Findings in words: what is wrong, where, why the policy says so, what to write instead.

use super::More;
use super::expectations::{Failure, Group};
use super::findings::{At, Finding};
use super::judge::{Judge, RuleRef, Verdict};
use super::plans::Outcome;
use super::standing::Unmet;
use crate::decide::{Acts, Dim};
use crate::diag::{Code, DecidingRule, Diagnostic, Diags, FlowFinding, Step, codes};
use crate::flow::paths::Way;
use crate::model::plans::{Expected, NodeKind};
use crate::model::vocabulary::{ANY, Kind, Literal, NameId, form, party};
use crate::model::{
    Action, Edge, EdgeKind, Expectation, Model, Plan, PolicyId, Statement, Test, Vocabulary,
};
use fixedbitset::FixedBitSet;

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
            At::Edge(edge) => !plan.edges[edge].waivers.is_empty(),
            At::Store(node) => !plan.nodes[node].waivers.is_empty(),
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
        let edge = &plan.edges[unsourced.edge];
        let name = model.vocabulary.of(Kind::Data).shown(unsourced.name);
        let node = &plan.nodes[edge.from()].name;
        diags.push(with_flow(
            Diagnostic::new(
                &codes::UNSOURCED_DATA,
                edge.span,
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
        let edge = &plan.edges[*at];
        let node = &plan.nodes[edge.from()];
        let (label, help) = if node.kind == NodeKind::Source {
            (
                format!("`{}` is a source: what it gives must be named", node.name),
                "write the data instead of `all`",
            )
        } else {
            (
                format!("nothing arrives at `{}`", node.name),
                "add the edges that bring data there, or drop this one",
            )
        };
        diags.push(with_flow(
            Diagnostic::new(
                &codes::NOTHING_TO_CARRY,
                edge.span,
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
        let edge = &plan.edges[*at];
        let data = model.vocabulary.show_set(Kind::Data, data);
        let form = edge
            .form
            .as_ref()
            .map(|list| model.vocabulary.show_list(Kind::Form, list))
            .unwrap_or_default();
        diags.push(with_flow(
            Diagnostic::new(
                &codes::REIDENTIFIED_DATA,
                edge.span,
                format!("`{data}` arrives anonymous and leaves as {form}"),
            )
            .label("anonymous data can't be made identifiable again")
            .note("data that could be made identifiable again was never anonymous")
            .help("drop this `as`, or call the earlier form what it is, e.g. `as pseudonymous`"),
            flow_of_edge(plan, edge, &data),
        ));
    }
    for (at, span) in &outcome.impossible {
        if left_out(diags, &codes::IMPOSSIBLE_FACTS, *at) {
            continue;
        }
        diags.push(with_flow(
            Diagnostic::new(
                &codes::IMPOSSIBLE_FACTS,
                *span,
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
                *span,
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
        let edge = &plan.edges[*at];
        let names: Vec<String> = silent
            .iter()
            .map(|node| format!("`{}`", plan.nodes[*node].name))
            .collect();
        let names = names.join(" and ");
        diags.push(with_flow(
            Diagnostic::new(
                &codes::REGION_UNSTATED,
                edge.span,
                format!("{names} states no region, so a transfer here can't be judged"),
            )
            .label("may leave a region unnoticed")
            .note("a checked policy has rules on `transfer`, which need both ends' regions")
            .help(format!("add `in REGION` to {names}")),
            flow_of_edge(plan, edge, ""),
        ));
    }
    more
}

/// Says why an expectation of a test fails.
pub fn expectation(
    model: &Model,
    test: &Test,
    expectation: &Expectation,
    policy: PolicyId,
    failure: &Failure,
    diags: &mut Diags,
) {
    let name = &model.policy(policy).name;
    let expected = match &expectation.expected {
        Expected::May => "fine".to_string(),
        Expected::Never => "forbidden".to_string(),
        Expected::Undeclared => "undeclared".to_string(),
        Expected::Needs(facts) => format!("in need of {}", literals(&model.vocabulary, facts)),
    };
    let base = |message: String| Diagnostic::new(&codes::FAILED_TEST, expectation.span, message);
    match failure {
        Failure::ImpossibleFacts => diags.push(
            base(format!(
                "expected {expected} under `{name}`, but the given facts can't hold together"
            ))
            .label("no world allows these facts")
            .help("give facts that can be true of one act"),
        ),
        Failure::NoActs => diags.push(
            base(format!(
                "expected {expected} under `{name}`, but this is about no act at all"
            ))
            .label("no verb here has the dimensions its clauses name")
            .help("use a verb that the clauses fit"),
        ),
        Failure::Otherwise(groups) => {
            let Some(first) = groups.first() else { return };
            let found = said(model, first);
            let mut diagnostic = base(format!(
                "expected {expected} under `{name}`, but it is {found}"
            ))
            .label(describe(&model.vocabulary, first.action, &first.acts));
            for group in groups.iter().skip(1).take(4) {
                diagnostic = diagnostic.note(format!(
                    "{}: {}",
                    describe(&model.vocabulary, group.action, &group.acts),
                    said(model, group)
                ));
            }
            if groups.len() > 5 {
                diagnostic = diagnostic.note(format!("and {} more", groups.len() - 5));
            }
            for rule in first.rules.iter().take(3) {
                let rule = model.policies[rule.0.0 as usize].rules[rule.1].clone();
                diagnostic = diagnostic.also(rule.span, decides(first.verdict));
            }
            diagnostic = diagnostic
                .help("mend the rule, or narrow the expectation to the acts it is true of");
            let flow = FlowFinding {
                plan: test.title.clone(),
                policy: name.clone(),
                action: first.action.word().to_string(),
                rules: deciding(model, &first.rules),
                facts: fact_lists(&model.vocabulary, &first.facts),
                duties: duty_names(&model.vocabulary, &first.duties),
                ..named(&model.vocabulary, &first.acts)
            };
            diags.push(with_flow(diagnostic, flow));
        }
    }
}

/// A verdict in words, for the middle of a sentence.
pub fn said(model: &Model, group: &Group) -> String {
    match group.verdict {
        None => "fine".to_string(),
        Some(Verdict::Forbidden) => "forbidden".to_string(),
        Some(Verdict::KeptTooLong) => "forbidden for so long".to_string(),
        Some(Verdict::Undeclared) => "undeclared: no rule permits it".to_string(),
        Some(Verdict::Conditional) => {
            let ways: Vec<String> = group
                .facts
                .iter()
                .map(|facts| literals(&model.vocabulary, facts))
                .collect();
            format!("conditional: it needs {}", ways.join(", or "))
        }
        Some(Verdict::MissingDuty) => format!(
            "in want of a duty: {}",
            duty_names(&model.vocabulary, &group.duties).join(", ")
        ),
    }
}

/// An act in words: "share `email-address` as `hashed` with `carrier` for `routing`".
pub fn describe(vocabulary: &Vocabulary, action: Action, acts: &Acts) -> String {
    sentence(vocabulary, action, acts, false)
}

/// The same, with everything that sets the acts apart from others: also where people live, where data
/// was collected, and who acts, which a plan has said already.
pub fn describe_fully(vocabulary: &Vocabulary, action: Action, acts: &Acts) -> String {
    sentence(vocabulary, action, acts, true)
}

fn sentence(vocabulary: &Vocabulary, action: Action, acts: &Acts, fully: bool) -> String {
    let all = named(vocabulary, acts);
    let mut text = format!("{} {}", action.word(), all.data);
    if all.forms != show_identifiable(vocabulary) && !all.forms.is_empty() && all.forms != "any" {
        text += &format!(" as {}", all.forms);
    }
    let part = |dim: Dim| match vocabulary.show_set(dim.kind(), acts.of(dim)) {
        shown if shown == "any" || !fully => String::new(),
        shown => shown,
    };
    let (resident, context) = (part(Dim::Resident), part(Dim::Context));
    let subjects = !all.subjects.is_empty() && (all.subjects != "any" || !resident.is_empty());
    if subjects {
        text += &format!(" of {}", all.subjects);
    }
    if !resident.is_empty() {
        text += &format!(" resident in {resident}");
    }
    if !context.is_empty() {
        text += &format!(" on {context}");
    }
    // Rules mean us with all below us where they say nothing, tests mean us alone.
    let (actor, us) = (
        acts.of(Dim::Actor),
        vocabulary.of(Kind::Party).set(party::US),
    );
    let ours = actor == us || actor.ones().eq([party::US.0 as usize]);
    if fully && !ours && !actor.is_clear() {
        text += &format!(" by {}", vocabulary.show_set(Kind::Party, actor));
    }
    let usual = match action {
        Action::Share | Action::Sell => vocabulary.of(Kind::Party).set(party::THIRD_PARTY),
        _ => vocabulary.of(Kind::Party).set(ANY),
    };
    if !all.counterparty.is_empty() && acts.of(Dim::Counterparty) != usual {
        let word = if action == Action::Collect {
            "from"
        } else {
            "with"
        };
        text += &format!(" {word} {}", all.counterparty);
    }
    if all.purposes != "any" && !all.purposes.is_empty() {
        text += &format!(" for {}", all.purposes);
    }
    if all.place != "any" && !all.place.is_empty() {
        text += &format!(" in {}", all.place);
    }
    let regions = [("from", Dim::From), ("to", Dim::To)];
    for (word, dim) in regions {
        let region = vocabulary.show_set(Kind::Region, acts.of(dim));
        if !region.is_empty() && region != "any" {
            text += &format!(" {word} {region}");
        }
    }
    text
}

fn of_finding(model: &Model, plan: &Plan, outcome: &Outcome, finding: &Finding) -> Diagnostic {
    let vocabulary = &model.vocabulary;
    let policy = &model.policy(finding.policy).name;
    let names = named(vocabulary, &finding.acts);
    let data = format!("`{}`", names.data);
    let what = what(vocabulary, plan, finding, &names);
    let (span, from, to) = ends(plan, finding.at);
    let message = match finding.verdict {
        Verdict::Forbidden => format!("{what}, which `{policy}` forbids"),
        Verdict::KeptTooLong if finding.unlimited => {
            format!("`{from}` keeps {data} without limit, where `{policy}` sets one")
        }
        Verdict::KeptTooLong => format!("`{from}` keeps {data} longer than `{policy}` allows"),
        Verdict::Undeclared => format!("{what}, which no rule of `{policy}` permits"),
        Verdict::Conditional => {
            format!("{what}, which `{policy}` allows only under facts the plan does not state")
        }
        Verdict::MissingDuty => format!(
            "{what} without {}, which `{policy}` requires",
            ticked(&duty_names(vocabulary, &finding.duties))
        ),
    };
    let mut diagnostic = Diagnostic::new(finding.code(), span, message).label(describe(
        vocabulary,
        finding.action,
        &finding.acts,
    ));
    for rule in finding.rules.iter().take(4) {
        let rule = &model.policies[rule.0.0 as usize].rules[rule.1];
        diagnostic = diagnostic.also(rule.span, rule_says(finding.verdict));
    }
    if finding.rules.len() > 4 {
        diagnostic = diagnostic.note(format!(
            "{} more rules say the same",
            finding.rules.len() - 4
        ));
    }
    for note in reasons(model, outcome, finding) {
        diagnostic = diagnostic.note(note);
    }
    for help in ways_out(model, plan, finding, &names) {
        diagnostic = diagnostic.help(help);
    }
    let flow = FlowFinding {
        plan: plan.name.clone(),
        from,
        to,
        action: finding.action.word().to_string(),
        policy: policy.clone(),
        rules: deciding(model, &finding.rules),
        facts: fact_lists(vocabulary, &finding.facts),
        duties: duty_names(vocabulary, &finding.duties),
        path: steps(model, plan, outcome, &finding.way),
        ..names
    };
    with_flow(diagnostic, flow)
}

/// "`console` shares `email-address` with `adtech`".
fn what(vocabulary: &Vocabulary, plan: &Plan, finding: &Finding, names: &FlowFinding) -> String {
    let data = format!("`{}`", names.data);
    let form = if finding.acts.of(Dim::Form) == identifiable(vocabulary) || names.forms == "any" {
        String::new()
    } else {
        format!(" as `{}`", names.forms)
    };
    let purpose = match names.purposes.as_str() {
        "any" | "" => String::new(),
        purposes => format!(" for `{purposes}`"),
    };
    match finding.at {
        At::Store(node) => format!("`{}` keeps {data}{form}{purpose}", plan.nodes[node].name),
        At::Edge(at) => {
            let edge = &plan.edges[at];
            let (from, to) = edge_ends(plan, edge);
            match (finding.action, &edge.kind) {
                (Action::Collect, _) => {
                    format!("`{to}` collects {data}{form} from `{from}`{purpose}")
                }
                (Action::Use, EdgeKind::Arrow { .. }) => {
                    format!("`{to}` uses {data}{form} from `{from}`{purpose}")
                }
                (Action::Use, _) => format!("`{from}` uses {data}{form}{purpose}"),
                (Action::Derive, _) => format!("`{from}` derives {data}{form}{purpose}"),
                (Action::Sell, _) => format!("`{from}` sells {data}{form} to `{to}`{purpose}"),
                (Action::Transfer, _) => {
                    let region = |dim| vocabulary.show_set(Kind::Region, finding.acts.of(dim));
                    format!(
                        "`{from}` transfers {data}{form} from `{}` to `{}`{purpose}",
                        region(Dim::From),
                        region(Dim::To)
                    )
                }
                _ => format!("`{from}` shares {data}{form} with `{to}`{purpose}"),
            }
        }
    }
}

/// Why, where the rules shown do not tell it by themselves.
fn reasons(model: &Model, outcome: &Outcome, finding: &Finding) -> Vec<String> {
    let vocabulary = &model.vocabulary;
    let mut notes = Vec::new();
    if finding.verdict == Verdict::Undeclared && lifted(model, finding) {
        notes.push(
            "an exception lifts the prohibition here, but lifting does not permit: who, where and under which facts are necessary, not sufficient"
                .to_string(),
        );
    }
    let labels = &outcome.graph.labels;
    if let Some((_, label)) = finding.way.last() {
        let ancestors = labels.ancestors(*label);
        if !ancestors.is_empty() && finding.verdict != Verdict::Undeclared {
            let data = vocabulary.of(Kind::Data);
            let from: Vec<String> = ancestors
                .iter()
                .map(|id| data.shown(*id).to_string())
                .collect();
            notes.push(format!(
                "`{}` derives from {}, and until it is anonymous is bound by all that binds {}",
                data.shown(labels.get(*label).data),
                ticked(&from),
                if from.len() == 1 { "that" } else { "those" }
            ));
        }
    }
    notes
}

/// Whether an exception of one of the deciding rules may be what left the act to permissions.
fn lifted(model: &Model, finding: &Finding) -> bool {
    finding.rules.iter().any(|(policy, rule)| {
        let rule = &model.policy(*policy).rules[*rule];
        !matches!(
            rule.statement,
            Statement::May { .. } | Statement::Requires { .. } | Statement::Must { .. }
        )
    })
}

/// What to write instead.
fn ways_out(model: &Model, plan: &Plan, finding: &Finding, names: &FlowFinding) -> Vec<String> {
    let vocabulary = &model.vocabulary;
    match finding.verdict {
        Verdict::Forbidden => vec![match finding.action {
            Action::Collect => format!(
                "don't collect `{}` here, or collect it as the rule allows",
                names.data
            ),
            Action::Use | Action::Derive => format!(
                "take `{}` out of this step, or use it as the rule allows; `as anonymous` data is no longer bound by what identifies",
                names.data
            ),
            Action::Retain => format!("don't keep `{}` here", names.data),
            Action::Transfer => format!(
                "keep `{}` in its region, or state the safeguard that the rule asks for",
                names.data
            ),
            _ => format!(
                "take `{}` out of this edge, or give it to a recipient, for a purpose or in a form that the rule allows",
                names.data
            ),
        }],
        Verdict::KeptTooLong => vec![match finding.at {
            At::Store(node) => format!(
                "state a time within the limit: `keeps {} … after …` in `{}`",
                names.data, plan.nodes[node].name
            ),
            At::Edge(_) => "state a time within the limit".to_string(),
        }],
        Verdict::Undeclared => vec![format!(
            "if the notice promises it, permit it: `may {}`; otherwise drop it from the plan",
            describe(
                vocabulary,
                finding.action,
                &for_rule(vocabulary, &finding.acts)
            )
        )],
        Verdict::Conditional => conditions(vocabulary, &finding.facts),
        Verdict::MissingDuty => {
            let duties = duty_names(vocabulary, &finding.duties).join(", ");
            let mut helps = vec![match finding.at {
                At::Store(node) => {
                    format!("add to `{}`: does {duties}", plan.nodes[node].name)
                }
                At::Edge(_) => format!("add: fulfilling {duties}"),
            }];
            for facts in &finding.facts {
                helps.push(format!(
                    "or, where it is so: given {}",
                    literals(vocabulary, facts)
                ));
            }
            helps
        }
    }
}

/// "add: given consent", "rule out: gpc-signal": one line a way.
pub fn conditions(vocabulary: &Vocabulary, sets: &[Vec<Literal>]) -> Vec<String> {
    sets.iter()
        .enumerate()
        .map(|(at, facts)| {
            let or = if at == 0 { "" } else { "or " };
            let name = |literal: &Literal| vocabulary.of(Kind::Fact).shown(literal.fact);
            if facts.iter().all(|literal| !literal.holds) {
                let names: Vec<&str> = facts.iter().map(name).collect();
                format!(
                    "{or}rule out: {} (given {})",
                    names.join(", "),
                    literals(vocabulary, facts)
                )
            } else {
                format!("{or}add: given {}", literals(vocabulary, facts))
            }
        })
        .collect()
}

/// The acts as a permission would name them: forms left out where they are the usual ones.
fn for_rule(vocabulary: &Vocabulary, acts: &Acts) -> Acts {
    let mut acts = acts.clone();
    // Subjects and places are rarely what a permission is about.
    acts.sets[Dim::Subject as usize] = vocabulary.of(Kind::Subject).set(ANY).clone();
    acts.sets[Dim::Place as usize] = FixedBitSet::new();
    acts
}

fn of_unmet(model: &Model, plan: &Plan, unmet: &Unmet) -> Diagnostic {
    let vocabulary = &model.vocabulary;
    let node = &plan.nodes[unmet.node];
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
        node.span,
        format!(
            "`{}` holds `{data}` but does not {duty_name} within {within} of {event}, as `{}` says it must",
            node.name, policy.name
        ),
    )
    .label(format!("holds {data}"))
    .also(rule.span, "must be done here")
    .help(format!(
        "add to `{}`: does {duty_name} within {within} of {event}",
        node.name
    ));
    let flow = FlowFinding {
        plan: plan.name.clone(),
        from: node.name.clone(),
        action: Action::Retain.word().to_string(),
        data,
        policy: policy.name.clone(),
        rules: deciding(model, &[unmet.rule]),
        duties: vec![duty_name.to_string()],
        ..FlowFinding::default()
    };
    with_flow(diagnostic, flow)
}

/// The lists of acts in the language's own words.
fn named(vocabulary: &Vocabulary, acts: &Acts) -> FlowFinding {
    let show = |dim: Dim| vocabulary.show_set(dim.kind(), acts.of(dim));
    FlowFinding {
        data: show(Dim::Data),
        forms: show(Dim::Form),
        counterparty: show(Dim::Counterparty),
        purposes: show(Dim::Purpose),
        place: show(Dim::Place),
        subjects: show(Dim::Subject),
        ..FlowFinding::default()
    }
}

fn steps(model: &Model, plan: &Plan, outcome: &Outcome, way: &Way) -> Vec<Step> {
    way.iter()
        .map(|(at, label)| {
            let edge = &plan.edges[*at];
            let (from, to) = edge_ends(plan, edge);
            let data = outcome.graph.labels.get(*label).data;
            Step {
                span: edge.span,
                from,
                to,
                data: model.vocabulary.of(Kind::Data).shown(data).to_string(),
                verb: match edge.kind {
                    EdgeKind::Arrow { .. } => "->",
                    EdgeKind::Uses { .. } => "uses",
                    EdgeKind::Derives { .. } => "derives",
                },
            }
        })
        .collect()
}

fn deciding(model: &Model, rules: &[RuleRef]) -> Vec<DecidingRule> {
    rules
        .iter()
        .map(|(policy, rule)| {
            let rule = &model.policy(*policy).rules[*rule];
            DecidingRule {
                label: rule.label.clone(),
                span: rule.span,
                citations: rule.citations.iter().map(|c| c.text.clone()).collect(),
            }
        })
        .collect()
}

fn fact_lists(vocabulary: &Vocabulary, sets: &[Vec<Literal>]) -> Vec<Vec<String>> {
    sets.iter()
        .map(|facts| facts.iter().map(|f| literal(vocabulary, f)).collect())
        .collect()
}

fn literal(vocabulary: &Vocabulary, literal: &Literal) -> String {
    let name = vocabulary.of(Kind::Fact).shown(literal.fact);
    if literal.holds {
        name.to_string()
    } else {
        format!("not {name}")
    }
}

/// Literals as `given` takes them.
pub fn literals(vocabulary: &Vocabulary, facts: &[Literal]) -> String {
    let all: Vec<String> = facts.iter().map(|f| literal(vocabulary, f)).collect();
    all.join(", ")
}

/// The names of duties.
pub fn duty_names(vocabulary: &Vocabulary, duties: &[NameId]) -> Vec<String> {
    duties
        .iter()
        .map(|duty| vocabulary.of(Kind::Duty).shown(*duty).to_string())
        .collect()
}

fn ticked(names: &[String]) -> String {
    let all: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    all.join(", ")
}

fn rule_says(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Forbidden => "forbidden here",
        Verdict::KeptTooLong => "the limit",
        Verdict::Undeclared => {
            "this prohibition is lifted, or holds in some cases; nothing permits"
        }
        Verdict::Conditional => "depends on facts here",
        Verdict::MissingDuty => "required here",
    }
}

fn decides(verdict: Option<Verdict>) -> &'static str {
    match verdict {
        None => "permitted",
        Some(verdict) => rule_says(verdict),
    }
}

fn identifiable(vocabulary: &Vocabulary) -> &FixedBitSet {
    vocabulary.of(Kind::Form).set(form::IDENTIFIABLE)
}

fn show_identifiable(vocabulary: &Vocabulary) -> String {
    vocabulary.show_set(Kind::Form, identifiable(vocabulary))
}

fn ends(plan: &Plan, at: At) -> (crate::source::Span, String, String) {
    match at {
        At::Edge(at) => {
            let edge = &plan.edges[at];
            let (from, to) = edge_ends(plan, edge);
            (edge.span, from, to)
        }
        At::Store(node) => {
            let node = &plan.nodes[node];
            (node.span, node.name.clone(), String::new())
        }
    }
}

fn edge_ends(plan: &Plan, edge: &Edge) -> (String, String) {
    let name = |node: usize| plan.nodes[node].name.clone();
    (name(edge.from()), name(edge.to()))
}

fn flow_of_edge(plan: &Plan, edge: &Edge, data: &str) -> FlowFinding {
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
