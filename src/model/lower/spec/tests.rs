//! Tests, and flows of one line.

use super::{Lowered, with_words};
use crate::model::lower_flow_line;
use crate::model::plans::Expected;
use crate::model::rules::Action;
use crate::model::vocabulary::event;
use crate::source::FileId;
use crate::syntax::parse_flow_line;

#[track_caller]
fn test(line: &str) -> Lowered {
    with_words(&format!(
        "policy p {{ never use any }}\ntest \"t\" for p {{ {line} }}"
    ))
}

#[track_caller]
fn fine(line: &str) -> Lowered {
    let found = test(line);
    found.finds(&[]);
    let test = &found.model.tests[0];
    assert!(!test.broken);
    assert_eq!((test.policies.len(), test.expectations.len()), (1, 1));
    found
}

#[track_caller]
fn misplaced(line: &str, part: &str) {
    let found = test(line);
    found.finds(&[("misplaced-clause", part)]);
    assert!(found.model.tests[0].broken);
    assert!(found.model.tests[0].expectations.is_empty());
}

#[test]
fn lines_keep_what_they_say() {
    let found =
        fine("may transfer email from eea to united-states given local-law fulfilling delete");
    let line = &found.model.tests[0].expectations[0];
    assert_eq!(line.expected, Expected::May);
    assert_eq!(line.flow.actions, [Action::Transfer]);
    assert!(line.flow.clauses.from.is_some() && line.flow.clauses.to.is_some());
    assert_eq!((line.flow.given.len(), line.flow.fulfilling.len()), (1, 1));

    let found = fine("never retain email 9 years after closure");
    assert!(found.model.tests[0].expectations[0].flow.time.is_some());
    let found = fine("never retain email 9 years");
    let time = found.model.tests[0].expectations[0].flow.time.clone();
    assert_eq!(time.expect("a time").1.include, [event::COLLECTION]);
    let found = fine("share email with carrier needs consent, not opted-out");
    let Expected::Needs(facts) = &found.model.tests[0].expectations[0].expected else {
        panic!("no needs");
    };
    assert_eq!(facts.len(), 2);
    fine("undeclared share email with its-source for collected-purpose");
}

#[test]
fn clauses_are_those_of_rules_that_make_sense_of_one_flow() {
    misplaced("may use email when consent", "`when` is for rules");
    misplaced("may retain email at most 3 days", "`at most` is for rules");
    misplaced("may use email 3 days", "only what is retained has a time");
    misplaced("may use email with carrier", "`with` is whom");
    misplaced("may use email for ads for routing", "written twice");
    test("may use email given `any`").finds(&[("unknown-name", "`any` is no fact")]);
    test("may use nope").finds(&[("unknown-name", "no data is called `nope`")]);
}

#[test]
fn a_line_about_nothing_is_no_expectation() {
    test("never share email other than personal with carrier")
        .finds(&[("empty-test", "names nothing")]);
    test("never share email with carrier other than any").finds(&[("empty-test", "names nothing")]);
    fine("never share email with any other than carrier");
}

#[test]
fn a_test_of_an_unknown_policy_is_broken() {
    let found = with_words("test \"t\" for nope { may use email }");
    found.finds(&[("unknown-name", "no policy is called `nope`")]);
    assert!(found.model.tests[0].broken);
    assert!(found.model.tests[0].policies.is_empty());
}

#[test]
fn a_policy_named_twice_is_tested_once() {
    let found = with_words("policy p { never use any }\ntest \"t\" for p, p { may use email }");
    found.finds(&[]);
    assert_eq!(found.model.tests[0].policies.len(), 1);
}

#[test]
fn a_question_sees_every_name() {
    let found = super::lower_files(&[("main", "data email"), ("other", "party carrier")]);
    let mut diags = Vec::new();
    let mut ask = |text: &str| {
        let line = parse_flow_line(FileId(2), text, &mut diags).expect("a line");
        lower_flow_line(&found.model, &line, &mut diags)
    };
    assert!(ask("share email with carrier").is_some());
    assert!(ask("share email with carier").is_none());
    assert_eq!(diags.len(), 1);
    assert_eq!(diags[0].help, ["did you mean `carrier`?"]);
}
