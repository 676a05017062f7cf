//! Hierarchies: braces, opening again, `is`, built-in names, cycles, the laws of facts.

use super::{Lowered, lower_files};
use crate::model::rules::Statement;
use crate::model::vocabulary::{Kind, NameId, built_in, is_variable, party, purpose};
use proptest::prelude::*;

#[track_caller]
fn one(text: &str) -> Lowered {
    lower_files(&[("main", text)])
}

#[test]
fn braces_put_names_below() {
    let found = one("data a { b { c }, d }, e");
    found.finds(&[]);
    assert_eq!(found.covers(Kind::Data, "a"), ["a", "b", "c", "d"]);
    assert_eq!(found.covers(Kind::Data, "b"), ["b", "c"]);
    assert_eq!(
        found.covers(Kind::Data, "any"),
        ["a", "any", "b", "c", "d", "e"]
    );
}

#[test]
fn a_known_name_is_opened_again() {
    let found = one("data a { b { c } }\ndata b { d }\ndata a { b { e } }\ndata b is f\ndata f");
    found.finds(&[]);
    assert_eq!(found.covers(Kind::Data, "a"), ["a", "b", "c", "d", "e"]);
    assert_eq!(found.covers(Kind::Data, "f"), ["b", "c", "d", "e", "f"]);
}

#[test]
fn a_name_is_opened_before_it_is_declared_in_braces() {
    let found = lower_files(&[
        ("main", "include \"later\"\ndata b { d }"),
        ("later", "data a { b { c } }"),
    ]);
    found.finds(&[]);
    assert_eq!(found.covers(Kind::Data, "a"), ["a", "b", "c", "d"]);
}

#[test]
fn a_file_opens_only_what_it_sees() {
    let found = lower_files(&[
        ("main", "include \"one\"\ninclude \"two\""),
        ("one", "data b { d }"),
        ("two", "data a { b { c } }"),
    ]);
    found.finds(&[]);
    assert_eq!(found.covers(Kind::Data, "a"), ["a", "a.b", "c"]);
    assert_eq!(found.covers(Kind::Data, "any.b"), ["any.b", "d"]);
}

#[test]
fn twice_in_one_list_is_a_duplicate() {
    one("data a { b, b }").finds(&[("duplicate-name", "`b` stands twice")]);
    one("data a, a").finds(&[("duplicate-name", "`a` stands twice")]);
    one("data a { b }, c { b }").finds(&[]);
}

#[test]
fn a_short_head_of_two_places_is_ambiguous_and_a_path_is_not() {
    let found = one("data a { x }, b { x }\ndata x { y }");
    found.finds(&[(
        "ambiguous-name",
        "which data `x` means is not clear: `a.x` or `b.x`",
    )]);
    // What stands in its braces is still there.
    assert_eq!(found.covers(Kind::Data, "y"), ["y"]);

    let found = one("data a { x }, b { x }\ndata a.x { y }");
    found.finds(&[]);
    assert_eq!(found.covers(Kind::Data, "a"), ["a", "a.x", "y"]);
}

#[test]
fn a_path_steps_through_direct_parents_however_they_are_given() {
    let found = one("data p { q }, r\ndata q { x }, o { x }\ndata x2 is r.q.x\ndata q is r");
    found.finds(&[]);
    assert_eq!(found.covers(Kind::Data, "q.x"), ["q.x", "x2"]);
    one("data p { q { x } }\ndata p.x { y }")
        .finds(&[("unknown-name", "`x` is not directly below `p`")]);
}

#[test]
fn paths_may_need_what_other_paths_open() {
    let found = one("data u is a.t.u2\ndata a.t { u2 { v } }\ndata a { t }, b { t { u2 } }");
    found.finds(&[]);
    assert_eq!(found.covers(Kind::Data, "a.t.u2"), ["a.t.u2", "u", "v"]);
}

#[test]
fn a_chain_of_paths_that_never_ends_is_reported() {
    let mut text = "data n0 { n1 }\n".to_string();
    for at in 0..300 {
        text += &format!("data n{}.n{} {{ n{} }}\n", at, at + 1, at + 2);
    }
    let found = one(&text);
    let placed = found.covers(Kind::Data, "n0").len() - 2;
    assert_eq!(found.diags.len(), 300 - placed);
    assert!(
        found
            .only()
            .message
            .contains("hangs on too many other paths")
    );
}

#[test]
fn what_is_said_twice_of_names_counts_twice() {
    let found = one("data a, b\ndata c is a is b\nfact e, f\nfact g excludes e excludes f");
    found.finds(&[]);
    assert_eq!(found.covers(Kind::Data, "a"), ["a", "c"]);
    assert_eq!(found.covers(Kind::Data, "b"), ["b", "c"]);
    assert_eq!(found.model.vocabulary.excludes.len(), 2);
}

#[test]
fn several_parents() {
    let found = one("data a, b\ndata c is a, b");
    found.finds(&[]);
    assert_eq!(found.covers(Kind::Data, "a"), ["a", "c"]);
    assert_eq!(found.covers(Kind::Data, "b"), ["b", "c"]);
    let found = one("data a, b\ndata c, d is a");
    assert_eq!(found.covers(Kind::Data, "a"), ["a", "c", "d"]);
    one("data c is nope").finds(&[("unknown-name", "no data is called `nope`")]);
}

#[test]
fn built_in_names_have_fixed_ids_and_can_be_opened() {
    let found = one("party us { ours }\nform hashed { salted }\nevent collection { first-visit }");
    found.finds(&[]);
    for kind in Kind::ALL {
        let hierarchy = found.model.vocabulary.of(kind);
        for (at, (name, parent)) in built_in(kind).iter().enumerate() {
            let info = &hierarchy.names[at];
            assert_eq!((&*info.name, info.span), (*name, None));
            let id = NameId(at as u32);
            if at != 0 && !is_variable(kind, id) {
                assert_eq!(info.parents, [NameId(*parent)]);
                assert!(hierarchy.within(id, NameId(*parent)));
            }
        }
    }
    assert_eq!(found.covers(Kind::Party, "us"), ["ours", "us"]);
    assert_eq!(
        found.covers(Kind::Form, "pseudonymous"),
        ["hashed", "pseudonymous", "salted", "tokenised"]
    );
}

#[test]
fn a_party_without_a_parent_is_a_third_party() {
    let found = one("party carrier, mine { x }\nparty mine is us\nparty group is `any`");
    found.finds(&[]);
    assert_eq!(
        found.covers(Kind::Party, "third-party"),
        ["carrier", "the-public", "third-party"]
    );
    assert_eq!(found.covers(Kind::Party, "us"), ["mine", "us", "x"]);
}

#[test]
fn a_party_has_one_role() {
    let found = one("party a { b { c } }\nparty b is us");
    found.finds(&[("party-roles", "`b` is under `us` and `third-party`")]);
    let said = [
        ("b", "below `a` here, so under `third-party`"),
        ("us", "below `us` here"),
    ];
    assert_eq!(found.points(), said);
    // What other parties lie below is no matter of this one.
    let found =
        one("party z is us\nparty y { c }\nparty a { b { c } }\nparty b is us\nparty y.c is us");
    let places = |at: usize| found.diags[at].secondary.len();
    assert_eq!((found.diags.len(), places(0), places(1)), (2, 1, 1));
    one("party us is a\nparty a").finds(&[("party-roles", "the party `us`")]);
    one("party a is us, data-subject, third-party")
        .finds(&[("party-roles", "`us` and `data-subject` and `third-party`")]);
    one("party a is us, data-subject").finds(&[("party-roles", "`us` and `data-subject`")]);
}

#[test]
fn cycles_are_reported_with_their_names_and_broken() {
    let found = one("data a { b { c } }\ndata a is c\ndata d { e }");
    found.finds(&[(
        "hierarchy-cycle",
        "`a` lies below itself: `a` below `c` below `b` below `a`",
    )]);
    assert_eq!(found.only().secondary.len(), 2);
    assert_eq!(found.covers(Kind::Data, "a"), ["a", "b", "c"]);
    assert_eq!(found.covers(Kind::Data, "d"), ["d", "e"]);

    one("data a { b }\ndata b { a }").finds(&[("hierarchy-cycle", "lies below itself")]);
    one("data a is a").finds(&[("hierarchy-cycle", "`a` below `a`")]);
    one("data `any` is a\ndata a").finds(&[("hierarchy-cycle", "lies below itself")]);
    one("party third-party is x\nparty x is y\nparty y is x").finds(&[
        ("hierarchy-cycle", "lies below itself"),
        ("hierarchy-cycle", "lies below itself"),
    ]);
}

#[test]
fn what_a_circle_leaves_without_a_parent_belongs_where_names_do() {
    let found = one("party a is b\nparty b is a\nparty c\nparty mine is us");
    found.finds(&[("hierarchy-cycle", "lies below itself")]);
    assert_eq!(
        found.covers(Kind::Party, "third-party"),
        ["a", "b", "c", "the-public", "third-party"]
    );
    assert_eq!(found.covers(Kind::Party, "us"), ["mine", "us"]);
}

#[test]
fn any_and_variables_are_nobodys_children_or_parents() {
    one("data a { `any` { b } }").finds(&[("duplicate-name", "`any` is the root")]);
    one("party its-source { x }").finds(&[("duplicate-name", "`its-source` is built in")]);
    one("purpose p is collected-purpose").finds(&[("unknown-name", "nothing lies below")]);
    let found = one("party x");
    let parties = found.model.vocabulary.of(Kind::Party);
    assert!(parties.set(party::ITS_SOURCE).is_clear());
    assert!(
        !parties
            .set(NameId(0))
            .contains(party::ITS_SOURCE.0 as usize)
    );
    let purposes = found.model.vocabulary.of(Kind::Purpose);
    assert!(purposes.set(purpose::COLLECTED).is_clear());
}

#[test]
fn names_are_shown_by_their_shortest_clear_path() {
    let found = one("data a { x { y } }, b { x { y } }\ndata x2\nparty p { q }, o { p }");
    let shown: Vec<&str> = found
        .model
        .vocabulary
        .of(Kind::Data)
        .names
        .iter()
        .map(|info| &*info.shown)
        .collect();
    assert_eq!(
        shown,
        ["any", "a", "a.x", "a.x.y", "b", "b.x", "b.x.y", "x2"]
    );
}

#[test]
fn names_are_shown_as_they_can_be_written() {
    let files = [
        (
            "main",
            "include \"one\"\ninclude \"two\"\npolicy p { never use any.b, `party` }",
        ),
        ("one", "data b { d }, `party`"),
        ("two", "data a { b { c } }"),
    ];
    let found = lower_files(&files);
    found.finds(&[]);
    let Statement::Never { clauses, .. } = &found.model.policies[0].rules[0].statement else {
        panic!("no never");
    };
    let list = clauses.data.as_ref().expect("data");
    let shown = found.model.vocabulary.show_list(Kind::Data, list);
    assert_eq!(shown, "any.b, `party`");
}

#[test]
fn two_children_of_one_name_are_a_duplicate() {
    one("data a { x }, b { x }\ndata b.x is a")
        .finds(&[("duplicate-name", "`a` has two children called `x`")]);
    // To blame is what brought them together, not what put others there.
    let found = one("data a { x }, b { x }, c\ndata c is a\ndata b.x is a");
    found.finds(&[("duplicate-name", "`a` has two children called `x`")]);
    let at = found.sources.start(found.only().primary.span);
    assert_eq!((at.line, at.column), (3, 13));
    assert_eq!(
        found.points(),
        [("a", ""), ("x", "`any.a.x`"), ("x", "`b.x`")]
    );
}

/// Two families of names that differ only far above: more paths than are tried lead up there.
#[test]
fn names_with_very_many_paths_are_shown_as_they_can_be_written() {
    let mut text = "data a { n, o }, b { n, k }\n".to_string();
    for (root, tops) in [("a", ["n", "o"]), ("b", ["n", "k"])] {
        let mut below = format!("{root}.{}", tops[0]);
        let mut beside = format!("{root}.{}", tops[1]);
        for _ in 0..7 {
            text += &format!("data {below} {{ p, q }}\ndata {below}.p, {below}.q is {beside}\n");
            beside = format!("{below}.q");
            below = format!("{below}.p");
        }
        text += &format!("data {below} {{ x }}\ndata {below}.x is {beside}\n");
    }
    let found = one(&text);
    found.finds(&[]);
    let data = found.model.vocabulary.of(Kind::Data);
    let both: Vec<&str> = data
        .names
        .iter()
        .filter(|info| info.name == "x")
        .map(|info| &*info.shown)
        .collect();
    assert_eq!(both, ["a.n.p.p.p.p.p.p.p.x", "k.p.p.p.p.p.p.p.x"]);
    for shown in both {
        one(&format!("{text}policy p {{ never use {shown} }}")).finds(&[]);
    }
}

#[test]
fn descriptions_and_docs_are_kept() {
    let found = one("/// What people say.\ndata content \"all of it\" {\n  /// Short.\n  sms\n}");
    let names = &found.model.vocabulary.of(Kind::Data).names;
    assert_eq!(names[1].description.as_deref(), Some("all of it"));
    assert_eq!(names[1].docs, ["What people say."]);
    assert_eq!(names[2].docs, ["Short."]);
}

#[test]
fn laws_of_facts() {
    let found = one(
        "fact safeguard { bcr, scc }, opted-in, opted-out\nfact opted-in excludes opted-out\n\
         fact opted-out excludes opted-in\nfact scc until 2030-01-01\nfact scc until 2029-01-01\n\
         lasting fact consent { explicit }",
    );
    found.finds(&[]);
    let vocabulary = &found.model.vocabulary;
    let fact = |name| found.id(Kind::Fact, name);
    assert_eq!(vocabulary.excludes, [(fact("opted-in"), fact("opted-out"))]);
    assert_eq!(vocabulary.until.len(), 1);
    assert_eq!(vocabulary.until[&fact("scc")].to_string(), "2029-01-01");
    let lasting: Vec<usize> = vocabulary.lasting.ones().collect();
    assert_eq!(
        lasting,
        [fact("consent"), fact("explicit")].map(|id| id.0 as usize)
    );
}

#[test]
fn facts_that_can_never_hold() {
    one("fact a { b }\nfact b excludes a")
        .finds(&[("impossible-facts", "`b` can never hold: it implies `a`")]);
    one("fact a { c { d } }, b\nfact c is b\nfact a excludes b").finds(&[(
        "impossible-facts",
        "`c` can never hold: it implies `a` and `b`",
    )]);
    let found = one("fact a excludes a");
    found.finds(&[("impossible-facts", "it excludes itself")]);
    assert_eq!(found.points()[1], ("a", "declared here"));
    one("fact a excludes `any`").finds(&[("unknown-name", "`any` is no fact")]);
    one("fact `any` excludes a\nfact a").finds(&[("unknown-name", "`any` is no fact")]);
    one("fact `any` until 2030-01-01").finds(&[("unknown-name", "`any` is no fact")]);
    one("fact `any` { a }").finds(&[]);
    one("fact a excludes b").finds(&[("unknown-name", "no fact is called `b`")]);
}

#[test]
fn policies_that_see_a_faulty_vocabulary_are_broken() {
    let found = lower_files(&[
        ("main", "include \"words\"\npolicy p { never use any }"),
        ("other", "policy q { never use any }"),
        ("words", "data a is nope"),
    ]);
    found.finds(&[("unknown-name", "nope")]);
    assert!(found.model.policies[0].broken);
    assert!(!found.model.policies[1].broken);
}

/// Statements, each a file's worth, that hold together in many ways.
fn statements() -> impl Strategy<Value = Vec<String>> {
    let name = prop::sample::select(vec!["a", "b", "c", "d", "e"]);
    let path = prop_oneof![
        name.clone().prop_map(str::to_string),
        (name.clone(), name.clone()).prop_map(|(x, y)| format!("{x}.{y}")),
    ];
    let head = (
        path.clone(),
        prop::collection::vec(name, 0..3),
        any::<bool>(),
    );
    let statement = (head, prop::option::of(path)).prop_map(|((head, below, deep), is)| {
        let mut text = format!("data {head}");
        if !below.is_empty() {
            let inner = if deep { " { f }" } else { "" };
            text += &format!(" {{ {}{inner} }}", below.join(", "));
        }
        if let Some(is) = is {
            text += &format!(" is {is}");
        }
        text
    });
    prop::collection::vec(statement, 1..7)
}

/// Each name with what it covers; each finding's code and message.
type Meaning = (Vec<(String, Vec<String>)>, Vec<(String, String)>);

/// What the names cover and what is wrong, without places.
fn meaning(statements: &[String]) -> Meaning {
    meaning_of(&one(&statements.join("\n")))
}

/// The same of statements spread over files that include one another.
fn meaning_in_files(statements: &[String]) -> Meaning {
    let names = ["one", "two", "three"];
    let texts: Vec<String> = (0..3)
        .map(|file| {
            let own = statements.iter().skip(file).step_by(3);
            let mut lines = vec![format!("include \"{}\"", names[(file + 1) % 3])];
            lines.extend(own.cloned());
            lines.join("\n")
        })
        .collect();
    let files: Vec<(&str, &str)> = (0..3).map(|file| (names[file], &*texts[file])).collect();
    meaning_of(&lower_files(&files))
}

fn meaning_of(found: &Lowered) -> Meaning {
    let data = found.model.vocabulary.of(Kind::Data);
    let mut sets: Vec<(String, Vec<String>)> = (0..data.len())
        .map(|at| {
            let mut below: Vec<String> = data.covers[at]
                .ones()
                .map(|at| data.names[at].shown.clone())
                .collect();
            below.sort();
            (data.names[at].shown.clone(), below)
        })
        .collect();
    sets.sort();
    let codes = found
        .diags
        .iter()
        .filter(|found| found.code.name != "hierarchy-cycle");
    let mut findings: Vec<(String, String)> = codes
        .map(|found| (found.code.name.to_string(), found.message.clone()))
        .collect();
    findings.sort();
    (sets, findings)
}

proptest! {
    #[test]
    fn the_order_of_statements_and_files_means_nothing(
        (one, other) in statements().prop_flat_map(|list| {
            (Just(list.clone()), Just(list).prop_shuffle())
        })
    ) {
        prop_assert_eq!(meaning(&one), meaning(&other));
        prop_assert_eq!(meaning(&one), meaning_in_files(&other));
    }

    #[test]
    fn hierarchies_are_closed_and_acyclic(list in statements()) {
        let found = one(&list.join("\n"));
        let data = found.model.vocabulary.of(Kind::Data);
        for (at, info) in data.names.iter().enumerate() {
            let id = NameId(at as u32);
            prop_assert!(data.within(id, id));
            prop_assert!(data.within(id, NameId(0)));
            prop_assert_eq!(info.parents.is_empty(), at == 0);
            for parent in &info.parents {
                prop_assert!(data.set(id).is_subset(data.set(*parent)));
                prop_assert!(!data.within(*parent, id));
                prop_assert!(data.names[parent.0 as usize].children.contains(&id));
            }
        }
    }
}
