//! A finding of a plan in words.

use super::acts::{
    conditions, describe, duty_names, fact_lists, for_rule, identifiable, literals, named, ticked,
};
use super::{edge_ends, ends, with_flow};
use crate::check::findings::{At, Finding};
use crate::check::judge::{RuleRef, Verdict};
use crate::check::plans::Outcome;
use crate::decide::Dim;
use crate::diag::{DecidingRule, Diagnostic, FlowFinding, Step};
use crate::flow::paths::Way;
use crate::model::vocabulary::Kind;
use crate::model::{Action, EdgeKind, Model, Plan, Statement, Vocabulary};

pub(super) fn of_finding(
    model: &Model,
    plan: &Plan,
    outcome: &Outcome,
    finding: &Finding,
) -> Diagnostic {
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
pub(super) fn what(
    vocabulary: &Vocabulary,
    plan: &Plan,
    finding: &Finding,
    names: &FlowFinding,
) -> String {
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
        At::Store(node) => format!("`{}` keeps {data}{form}{purpose}", plan.node(node).name()),
        At::Edge(at) => {
            let edge = plan.edge(at);
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
pub(super) fn reasons(model: &Model, outcome: &Outcome, finding: &Finding) -> Vec<String> {
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
pub(super) fn lifted(model: &Model, finding: &Finding) -> bool {
    finding.rules.iter().any(|(policy, rule)| {
        let rule = &model.policy(*policy).rules[*rule];
        !matches!(
            rule.statement,
            Statement::May { .. } | Statement::Requires { .. } | Statement::Must { .. }
        )
    })
}

/// What to write instead.
pub(super) fn ways_out(
    model: &Model,
    plan: &Plan,
    finding: &Finding,
    names: &FlowFinding,
) -> Vec<String> {
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
                names.data,
                plan.node(node).name()
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
                    format!("add to `{}`: does {duties}", plan.node(node).name())
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

pub(super) fn steps(model: &Model, plan: &Plan, outcome: &Outcome, way: &Way) -> Vec<Step> {
    way.iter()
        .map(|(at, label)| {
            let edge = plan.edge(*at);
            let (from, to) = edge_ends(plan, edge);
            let data = outcome.graph.labels.get(*label).data;
            Step {
                span: edge.span(),
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

pub(super) fn deciding(model: &Model, rules: &[RuleRef]) -> Vec<DecidingRule> {
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

pub(super) fn rule_says(verdict: Verdict) -> &'static str {
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

pub(super) fn decides(verdict: Option<Verdict>) -> &'static str {
    match verdict {
        None => "permitted",
        Some(verdict) => rule_says(verdict),
    }
}
