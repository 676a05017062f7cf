//! A failed expectation of a test in words.

use super::acts::{describe, duty_names, fact_lists, literals, named, said};
use super::finding::{decides, deciding};
use super::with_flow;
use crate::check::expectations::Failure;
use crate::diag::{Diagnostic, Diags, FlowFinding, codes};
use crate::model::plans::Expected;
use crate::model::{Expectation, Model, PolicyId, Test};

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
