//! Unknown and unclear names: what is said, and what would mend it.

use super::{lower_files, lower_some, with_words};
use crate::model::lower::scope::{nearest, or_list};

#[test]
fn a_slip_of_the_pen_is_mended() {
    let found = with_words("policy p { never share emial with carrier }");
    found.finds(&[("unknown-name", "no data is called `emial`")]);
    assert_eq!(found.only().help, ["did you mean `email`?"]);
    assert!(found.fixed().contains("never share email with carrier"));
    assert!(found.model.policies[0].broken);
    assert!(found.model.policies[0].rules.is_empty());
}

#[test]
fn a_name_of_more_words_is_offered() {
    let found = lower_files(&[(
        "main",
        "data location-data\npolicy p { never use location }",
    )]);
    assert!(found.fixed().contains("never use location-data"));
}

#[test]
fn several_guesses_are_listed_without_a_fix() {
    let found = lower_files(&[("main", "data item-a, item-b\npolicy p { never use item-c }")]);
    assert_eq!(found.only().help, ["did you mean `item-a` or `item-b`?"]);
    assert!(found.only().fix.is_none());
}

#[test]
fn a_name_that_nothing_is_like_asks_for_a_declaration() {
    let found = with_words("policy p { never use xyzzy }");
    found.finds(&[("unknown-name", "no data is called `xyzzy`")]);
    assert!(found.only().help[0].contains("`data xyzzy`"));
}

#[test]
fn a_name_of_another_kind_is_told() {
    let found = with_words("policy p { never use email for carrier }");
    found.finds(&[("unknown-name", "`carrier` is a party, not a purpose")]);
    assert_eq!(found.only().secondary.len(), 1);
}

#[test]
fn an_unclear_name_lists_its_paths() {
    let text = "data a { name }, b { name }\npolicy p { never use name\n never share a.name }";
    let found = lower_files(&[("main", text)]);
    found.finds(&[("ambiguous-name", "`a.name` or `b.name`")]);
    assert_eq!(found.model.policies[0].rules.len(), 1);
    assert!(found.model.policies[0].broken);
}

#[test]
fn a_wrong_path_is_told_the_right_one() {
    let found = with_words("policy p { never use personal.email }");
    found.finds(&[("unknown-name", "`email` is not directly below `personal`")]);
    assert!(found.fixed().contains("never use email"));
}

#[test]
fn a_file_that_is_not_included_is_named() {
    let files = [
        (
            "rules/main.abide",
            "include \"words\"\npolicy p { never use secret }",
        ),
        ("words", "data open-data"),
        ("names/more.abide", "data secret"),
    ];
    let found = lower_some(&files, 2);
    found.finds(&[(
        "unknown-name",
        "declared in a file that this one does not include",
    )]);
    assert!(
        found
            .fixed()
            .starts_with("include \"words\"\ninclude \"../names/more.abide\"\n")
    );
    // The same where the file is in the group, in sight of another.
    let found = lower_files(&[
        ("main", "include \"a\"\ninclude \"b\""),
        ("a", "policy p { never use secret }"),
        ("b", "data secret"),
    ]);
    found.finds(&[(
        "unknown-name",
        "declared in a file that this one does not include",
    )]);
    assert!(found.fixed().starts_with("include \"b\"\n\npolicy p"));
}

#[test]
fn files_see_what_they_include_at_any_depth() {
    lower_files(&[
        ("main", "include \"a\"\npolicy p { never use secret }"),
        ("a", "include \"b\""),
        ("b", "include \"main\"\ndata secret"),
    ])
    .finds(&[]);
}

#[test]
fn policies_are_looked_up_where_they_are_seen() {
    lower_files(&[
        ("main", "include \"a\"\nplan x { checks p }"),
        ("a", "policy p { never use any }"),
    ])
    .finds(&[]);
    let found = lower_files(&[
        ("main", "plan x { checks p }"),
        ("a", "policy p { never use any }"),
    ]);
    found.finds(&[("unknown-name", "the policy `p` is declared in a file")]);
    assert!(found.model.plans[0].broken);
    assert!(found.fixed().starts_with("include \"a\""));

    let found = lower_files(&[(
        "main",
        "policy terms { never use any }\nplan x { checks term }",
    )]);
    found.finds(&[("unknown-name", "no policy is called `term`")]);
    assert!(found.fixed().contains("checks terms"));
    assert!(found.model.plans[0].checks.is_empty());
}

#[test]
fn one_name_for_two_policies_in_one_sight_is_a_duplicate() {
    let policy = "policy p { never use any }";
    lower_files(&[("main", policy), ("other", policy)]).finds(&[]);
    let found = lower_files(&[
        ("main", policy),
        ("other", policy),
        ("both", "include \"main\"\ninclude \"other\""),
    ]);
    found.finds(&[("duplicate-name", "a policy `p` is there already")]);
    assert!(found.model.policies.iter().all(|policy| policy.broken));
    let plan = "plan x { checks p }";
    let text = format!("{policy}\n{plan}\n{plan}");
    lower_files(&[("main", &text)]).finds(&[("duplicate-name", "a plan `x`")]);
}

#[test]
fn every_unknown_name_of_a_statement_is_reported() {
    with_words(
        "policy p { never share nope1 with nope2 for nope3 when nope4 unless nope5 except nope6 }",
    )
    .finds(&[
        ("unknown-name", "nope1"),
        ("unknown-name", "nope2"),
        ("unknown-name", "nope3"),
        ("unknown-name", "nope4"),
        ("unknown-name", "nope5"),
        ("unknown-name", "nope6"),
    ]);
}

#[test]
fn the_names_most_like_a_written_one_are_meant() {
    for (written, names, meant) in [
        // Of short names most are one letter apart.
        ("ab", &["ac", "a", "b"][..], &[][..]),
        ("abc", &["abd", "acd"], &["abd"]),
        ("abcd", &["abce", "abef"], &["abce"]),
        ("abcde", &["abxye", "axyze"], &["abxye"]),
        ("abcdefgh", &["abcdefxy", "abcdexyz"], &["abcdefxy"]),
        ("abcdefghi", &["abcdefxyz", "abcdewxyz"], &["abcdefxyz"]),
        // Of those that are near the nearest, wherever it stands.
        ("abcde", &["abcxy", "abcdx", "abcwz"], &["abcdx"]),
        ("abcde", &["abcdx", "abcxy"], &["abcdx"]),
        ("abcde", &["abcdz", "abcdx"], &["abcdx", "abcdz"]),
        // Of a path the last name counts.
        ("one.abcde", &["abcdx"], &["abcdx"]),
        // Else those with more words, or fewer.
        (
            "location",
            &["location-data", "my-location", "locations-x"],
            &["location-data", "my-location"],
        ),
        ("location-data", &["location", "loc"], &["location"]),
        ("abcde", &["abcdx", "abcde-data"], &["abcdx"]),
        ("", &["a-", "-a"], &[]),
    ] {
        let names = names.iter().map(|name| (*name, *name));
        assert_eq!(nearest(written, names), meant, "{written}");
    }
}

#[test]
fn lists_of_guesses_end() {
    let list = |names: &[&str]| or_list(names.iter().copied());
    assert_eq!(list(&[]), "");
    assert_eq!(list(&["a"]), "`a`");
    assert_eq!(list(&["a", "b"]), "`a` or `b`");
    assert_eq!(
        list(&["a", "b", "c", "d", "e"]),
        "`a`, `b`, `c`, `d` or `e`"
    );
    assert_eq!(
        list(&["a", "b", "c", "d", "e", "f"]),
        "`a`, `b`, `c`, `d` or 2 more"
    );
    assert_eq!(
        list(&["a", "b", "c", "d", "e", "f", "g"]),
        "`a`, `b`, `c`, `d` or 3 more"
    );
}

#[test]
fn a_policy_of_a_file_outside_the_group_is_named() {
    let files = [
        ("main", "include \"words\"\nplan x { checks p }"),
        ("words", "data email"),
        ("rules/p", "policy p { never use any }"),
    ];
    let found = lower_some(&files, 2);
    found.finds(&[("unknown-name", "the policy `p` is declared in a file")]);
    assert!(
        found
            .fixed()
            .starts_with("include \"words\"\ninclude \"rules/p\"\n")
    );
}
