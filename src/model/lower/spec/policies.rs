//! Policies: where clauses may stand, headers, labels, and what is taken over.

use super::{Lowered, with_words};
use crate::model::rules::{Action, Statement, VerbWord};
use crate::model::vocabulary::{Kind, event, party, purpose};

/// One rule in a policy.
#[track_caller]
fn rule(text: &str) -> Lowered {
    with_words(&format!("policy p {{ {text} }}"))
}

#[track_caller]
fn fine(text: &str) -> Lowered {
    let found = rule(text);
    found.finds(&[]);
    assert!(!found.model.policies[0].broken);
    assert_eq!(found.model.policies[0].rules.len(), 1);
    found
}

#[track_caller]
fn misplaced(text: &str, part: &str) {
    let found = rule(text);
    found.finds(&[("misplaced-clause", part)]);
    assert!(found.model.policies[0].broken);
    assert!(found.model.policies[0].rules.is_empty());
    assert!(!found.only().help.is_empty());
}

#[test]
fn verbs_and_groups_become_actions() {
    use Action::*;
    let actions = |text: &str| fine(text).model.policies[0].rules[0].actions.clone();
    assert_eq!(actions("never share, disclose email"), [Share, Sell]);
    assert_eq!(actions("never sell, collect email"), [Collect, Sell]);
    assert_eq!(actions("processor of email"), Action::ALL);
    assert_eq!(
        actions("must delete email within 3 days of closure"),
        [Retain]
    );
    assert_eq!(actions("note \"we care\""), []);
    let found = fine("never share, disclose email");
    let verbs = &found.model.policies[0].rules[0].verbs;
    assert_eq!(verbs, &[VerbWord::Share, VerbWord::Disclose]);
}

#[test]
fn every_statement_keeps_its_shape() {
    let statement = |text: &str| fine(text).model.policies[0].rules[0].statement.clone();
    let text = "never share email other than phone of customer resident in eea on portal by us \
                with carrier for routing in eea when consent and not opted-out \
                unless local-law except { - phone with vendor unless consent except as hashed }";
    let Statement::Never {
        clauses,
        unless: Some(_),
        except,
    } = statement(text)
    else {
        panic!("no never");
    };
    assert!(clauses.data.is_some_and(|data| data.exclude.len() == 1));
    assert!(clauses.subject.is_some() && clauses.resident.is_some());
    assert!(clauses.context.is_some() && clauses.actor.is_some() && clauses.with.is_some());
    assert!(clauses.purpose.is_some() && clauses.place.is_some() && clauses.when.is_some());
    assert!(clauses.form.is_none() && clauses.from_party.is_none());
    assert!(except[0].clauses.data.is_some() && except[0].unless.is_some());
    assert!(except[0].except[0].clauses.form.is_some());

    let Statement::Limit {
        about, must_hold, ..
    } = statement("use email when consent only for routing when local-law")
    else {
        panic!("no limit");
    };
    assert!(about.when.is_some() && about.purpose.is_none());
    assert!(must_hold.when.is_some() && must_hold.purpose.is_some() && must_hold.data.is_none());

    let Statement::Retain { clauses, .. } = statement("retain email at most 60 days") else {
        panic!("no retain");
    };
    let time = clauses.at_most.expect("a time");
    assert_eq!(time.time.hours(), 1440);
    assert_eq!(time.after.include, [event::COLLECTION]);

    let Statement::Requires { duties, .. } =
        statement("share email requires notify-subject, delete unless consent")
    else {
        panic!("no requires");
    };
    assert_eq!(duties.len(), 2);
    assert!(matches!(
        statement("must delete email of customer unless consent within 3 days of closure"),
        Statement::Must {
            unless: Some(_),
            ..
        }
    ));
    assert!(matches!(
        statement("note \"a promise\" evidence \"proof.pdf\""),
        Statement::Note {
            evidence: Some(_),
            ..
        }
    ));
}

#[test]
fn clauses_fit_their_verbs() {
    fine("never share, use email with carrier");
    misplaced(
        "never use email with carrier",
        "`with` is whom data is shared",
    );
    misplaced(
        "never collect email with carrier",
        "it does not fit `collect`",
    );
    misplaced(
        "never use, derive email with carrier",
        "none of `use`, `derive`",
    );
    fine("never collect email from carrier");
    fine("never transfer email from eea to united-states with carrier");
    misplaced(
        "never share email from carrier",
        "`from` is the party of `collect`",
    );
    misplaced("never process email from eea", "`from` could be a party");
    misplaced(
        "never collect, transfer email from eea",
        "`from` could be a party",
    );
    misplaced(
        "never share email to united-states",
        "`to` is the region of `transfer`",
    );
    fine("never transfer, share email in eea");
    misplaced(
        "never transfer email in eea",
        "`in` does not go with `transfer`",
    );
    fine("never retain email at most 3 days");
    misplaced(
        "never share email at most 3 days",
        "how long data is retained",
    );
    fine("retain email at most 3 days requires delete");
}

#[test]
fn clauses_of_exceptions_fit_the_verbs_of_the_rule() {
    fine("never share, retain email except at most 3 days");
    misplaced("never use email except with carrier", "`with` is whom");
    misplaced(
        "never use email except { - for routing except { - to eea } }",
        "`to` is the region",
    );
    misplaced("never process email except from carrier", "`from` could be");
    misplaced(
        "use email only for routing except with carrier",
        "`with` is whom",
    );
}

#[test]
fn each_clause_stands_once() {
    misplaced(
        "never use email for routing for ads",
        "`for` is written twice",
    );
    misplaced(
        "never use email when consent when local-law",
        "`when` is written twice",
    );
    for (twice, help) in [
        (
            "never use email when consent when local-law",
            "join both with `and`",
        ),
        (
            "retain email at most 3 days at most 2 days",
            "keep the shorter time",
        ),
        (
            "never use email for routing for ads",
            "put all names into one list",
        ),
    ] {
        let found = rule(twice);
        assert!(found.only().help[0].starts_with(help), "{twice}");
    }
    fine("use email for routing only for routing");
    misplaced(
        "use email only for routing for ads",
        "`for` is written twice",
    );
    misplaced(
        "never use email except for routing for ads",
        "`for` is written twice",
    );
}

#[test]
fn at_most_makes_a_limit_with_retain_alone() {
    fine("retain email at most 3 days after closure");
    fine("retain email only at most 3 days");
    fine("retain email only for routing at most 3 days");
    misplaced(
        "use email at most 3 days",
        "`at most` makes a limit with `retain` alone",
    );
    misplaced("use, retain email at most 3 days", "with `retain` alone");
    let found = rule("retain, use email at most 3 days");
    assert_eq!(found.points()[1], ("use", "this verb has no time"));
    misplaced(
        "use, retain email only at most 3 days",
        "with `retain` alone",
    );
    misplaced(
        "retain email at most 3 days only for routing",
        "can't say what the rule is about",
    );
    misplaced(
        "must delete email at most 3 days within 3 days of closure",
        "however long",
    );
    misplaced("processor of email at most 3 days", "can't say what");
}

#[test]
fn from_is_a_party_or_a_region_by_the_verb() {
    let found = fine("never collect email from carrier");
    let Statement::Never { clauses, .. } = &found.model.policies[0].rules[0].statement else {
        panic!("no never");
    };
    assert!(clauses.from_party.is_some() && clauses.from.is_none());
    let found = fine("never transfer email from eea");
    let Statement::Never { clauses, .. } = &found.model.policies[0].rules[0].statement else {
        panic!("no never");
    };
    assert!(clauses.from_party.is_none() && clauses.from.is_some());
}

#[test]
fn variables_stand_where_they_mean_something() {
    let found = fine("never share email with any other than its-source for collected-purpose");
    let Statement::Never { clauses, .. } = &found.model.policies[0].rules[0].statement else {
        panic!("no never");
    };
    assert!(
        clauses
            .with
            .as_ref()
            .is_some_and(|list| list.mentions(party::ITS_SOURCE))
    );
    let purposes = clauses.purpose.as_ref().expect("purposes");
    assert_eq!(purposes.include, [purpose::COLLECTED]);
    misplaced(
        "never share email by its-source",
        "`its-source` is whom data came from",
    );
}

#[test]
fn any_is_no_fact() {
    rule("never use email unless `any`").finds(&[("unknown-name", "`any` is no fact")]);
    rule("never use email when `any` or consent").finds(&[("unknown-name", "`any` is no fact")]);
}

#[test]
fn a_bad_rule_takes_no_other_with_it() {
    let found = rule("may use email for routing  never use nope  never sell email");
    found.finds(&[("unknown-name", "nope")]);
    assert_eq!(found.model.policies[0].rules.len(), 2);
    assert!(found.model.policies[0].broken);
}

#[test]
fn sections_and_citations_are_kept() {
    let found = rule(
        "section \"One\" { section \"Two\" { \"a phrase\" \"another\" x: never use email } \
         never sell email }",
    );
    found.finds(&[]);
    let rules = &found.model.policies[0].rules;
    assert_eq!(rules[0].sections, ["One", "Two"]);
    assert_eq!(rules[0].label.as_deref(), Some("x"));
    assert_eq!(rules[0].citations.len(), 2);
    assert_eq!(rules[1].sections, ["One"]);
}

#[test]
fn labels_are_unique_in_a_policy() {
    let found = rule("x: never use email  section \"S\" { x: never sell email }");
    found.finds(&[("duplicate-name", "have the label `x`")]);
    assert_eq!(found.model.policies[0].rules.len(), 2);
    assert!(found.model.policies[0].broken);
}

#[test]
fn headers() {
    let found = with_words(
        "policy p \"P\" { effective 2022-04-04 supersedes o open use closed transfer \
         never use email }\npolicy o { never use email }",
    );
    found.finds(&[]);
    let p = &found.model.policies[0];
    assert_eq!(p.title.as_deref(), Some("P"));
    assert_eq!(
        p.effective.map(|date| date.to_string()).as_deref(),
        Some("2022-04-04")
    );
    assert_eq!(p.supersedes, [crate::model::PolicyId(1)]);
    assert_eq!(p.closed, [true, false, false, true, true, true, false]);
    let twice = "effective 2022-04-04 effective 2022-04-05 never use email";
    rule(twice).finds(&[("misplaced-clause", "`effective` stands twice")]);
    rule("extends nope never use email").finds(&[("unknown-name", "no policy is called `nope`")]);
}

#[test]
fn a_policy_with_an_error_in_its_header_is_broken() {
    let rest = "extends o never use email section \"S\" { never sell email }";
    let other = "policy o { never use phone }";
    for wrong in [
        "effective 2022-04-04 effective 2022-04-05",
        "supersedes nope",
        "extends nope",
        "yields to nope",
        "open use closed use",
        "section \"T\" { open use closed use }",
    ] {
        for text in [format!("{wrong} {rest}"), format!("{rest} {wrong}")] {
            let found = with_words(&format!("policy p {{ {text} }} {other}"));
            assert_eq!(found.diags.len(), 1, "{text}");
            assert!(found.model.policies[0].broken, "{text}");
        }
    }
    let found = with_words(&format!("policy p {{ {rest} }} {other}"));
    assert!(!found.model.policies[0].broken);
}

#[test]
fn an_action_is_open_or_closed() {
    rule("open use closed use never use email")
        .finds(&[("misplaced-clause", "`use` is both open and closed")]);
    rule("open process closed sell never use email")
        .finds(&[("misplaced-clause", "`sell` is both open and closed")]);
    rule("open process never use email").finds(&[]);
    rule("closed use closed use, share never use email").finds(&[]);
}

#[test]
fn a_policy_takes_over_what_it_extends() {
    let found = with_words(
        "policy base { effective 2020-01-01 open use yields to special \
           a: never use email  b: never sell email  never share usage }
         policy special { may use any }
         policy p { extends base  b: may sell email  c: never derive email }",
    );
    found.finds(&[]);
    let p = &found.model.policies[2];
    let labels: Vec<Option<&str>> = p.rules.iter().map(|rule| rule.label.as_deref()).collect();
    assert_eq!(labels, [Some("a"), None, Some("b"), Some("c")]);
    assert!(matches!(p.rules[2].statement, Statement::May { .. }));
    assert!(!p.closed[Action::Use as usize]);
    assert_eq!(p.yields_to.len(), 1);
    assert!(p.effective.is_some());
}

#[test]
fn what_a_policy_says_itself_wins() {
    let found = with_words(
        "policy base { open use effective 2020-01-01 yields to special never use email }
         policy special { may use any }
         policy rest { may use any }
         policy p { extends base closed use effective 2021-01-01 yields to rest never use email }",
    );
    found.finds(&[]);
    let p = &found.model.policies[3];
    assert!(p.closed[Action::Use as usize]);
    assert_eq!(p.yields_to.iter().map(|id| id.0).collect::<Vec<_>>(), [2]);
    assert_eq!(p.effective.map(|date| date.year()), Some(2021));
}

#[test]
fn one_rule_that_comes_twice_is_one() {
    let found = with_words(
        "policy root { a: never use email never sell email }
         policy l { extends root may use email }
         policy r { extends root may use email }
         policy p { extends l, r may use email }",
    );
    found.finds(&[]);
    assert_eq!(found.model.policies[3].rules.len(), 5);
}

#[test]
fn two_rules_of_one_label_must_be_settled() {
    let base = "policy l { a: never use email }  policy r { a: may use email }";
    let found = with_words(&format!(
        "{base} policy p {{ extends l, r never sell email }}"
    ));
    found.finds(&[("duplicate-name", "two different rules labelled `a`")]);
    assert!(found.model.policies[2].broken);
    assert!(!found.model.policies[0].broken);
    with_words(&format!(
        "{base} policy p {{ extends l, r a: never sell email }}"
    ))
    .finds(&[]);
    // Replaced on one way only: the two are different rules.
    with_words(
        "policy root { a: never use email }
         policy l { extends root a: may use email }
         policy p { extends l, root never sell email }",
    )
    .finds(&[("duplicate-name", "two different rules labelled `a`")]);
}

#[test]
fn open_and_closed_of_two_extended_policies_must_be_settled() {
    let base = "policy l { open use never sell email }  policy r { closed use never use email }";
    let found = with_words(&format!(
        "{base} policy p {{ extends l, r never use usage }}"
    ));
    found.finds(&[("duplicate-name", "one opens `use` and one closes it")]);
    assert!(found.model.policies[2].closed[Action::Use as usize]);
    with_words(&format!(
        "{base} policy p {{ extends l, r open use never use usage }}"
    ))
    .finds(&[]);
}

#[test]
fn all_that_extended_policies_yield_to_is_yielded_to_once() {
    let found = with_words(
        "policy x { may use any }
         policy y { may use any }
         policy l { yields to x never use email }
         policy r { yields to x, y never sell email }
         policy p { extends l, r never use usage }",
    );
    found.finds(&[]);
    let yields: Vec<u32> = found.model.policies[4]
        .yields_to
        .iter()
        .map(|id| id.0)
        .collect();
    assert_eq!(yields, [0, 1]);
}

#[test]
fn policies_do_not_go_round_in_circles() {
    // Neither who leads into a circle nor who is led to is in it.
    let found = with_words(
        "policy a { extends b never use email }
         policy b { extends a, last never use email }
         policy last { never use email }",
    );
    found.finds(&[(
        "hierarchy-cycle",
        "a policy can't extend itself: `a` extends `b`",
    )]);
    assert!(found.model.policies[1].broken && !found.model.policies[2].broken);
    let found = with_words(
        "policy first { extends a never use email }
         policy a { extends b never use email }
         policy b { extends a never use email }",
    );
    found.finds(&[("hierarchy-cycle", "`a` extends `b` extends `a`")]);
    let found = with_words(
        "policy a { extends b never use email } policy b { extends a never sell email }",
    );
    found.finds(&[("hierarchy-cycle", "`a` extends `b` extends `a`")]);
    assert!(found.model.policies.iter().all(|policy| policy.broken));
    assert!(
        found
            .model
            .policies
            .iter()
            .all(|policy| policy.rules.len() == 1)
    );
    with_words("policy a { yields to a never use email }")
        .finds(&[("hierarchy-cycle", "can't yield to itself")]);
    with_words("policy a { supersedes a never use email }")
        .finds(&[("hierarchy-cycle", "can't supersede itself")]);
    // Yielding that is taken over counts.
    with_words(
        "policy base { yields to top never use email } policy top { extends base never sell email }",
    )
    .finds(&[("hierarchy-cycle", "can't yield to itself")]);
}

#[test]
fn errors_spread_to_what_builds_on_them() {
    let found = with_words(
        "policy bad { never use nope }
         policy heir { extends bad never use email }
         policy yielding { yields to heir never use email }
         policy free { supersedes bad never use email }",
    );
    found.finds(&[("unknown-name", "nope")]);
    let broken: Vec<bool> = found
        .model
        .policies
        .iter()
        .map(|policy| policy.broken)
        .collect();
    assert_eq!(broken, [true, true, true, false]);
}

#[test]
fn waivers_name_codes() {
    let found = rule("waive forbiden-flow until 2030-01-01 because \"soon\" never use email");
    found.finds(&[("unknown-name", "no finding has the code `forbiden-flow`")]);
    assert!(found.fixed().contains("waive forbidden-flow until"));
    assert_eq!(found.model.policies[0].rules.len(), 1);
    let found =
        fine("waive empty-rule until 2030-01-01 because \"soon\" owner \"me\" never use email");
    let waiver = &found.model.policies[0].rules[0].waivers[0];
    assert_eq!(
        (&*waiver.code, waiver.owner.as_deref()),
        ("empty-rule", Some("me"))
    );
}

#[test]
fn lists_are_looked_up_by_their_kind() {
    let found = fine("must notify-subject personal within 3 days of closure, invoice");
    let Statement::Must { duty, event, .. } = &found.model.policies[0].rules[0].statement else {
        panic!("no must");
    };
    assert_eq!(*duty, found.id(Kind::Duty, "notify-subject"));
    assert_eq!(event.include.len(), 2);
}
