//! Plans: nodes, edges, and what fits what.

use super::{Lowered, with_words};
use crate::model::plans::{EdgeKind, NodeKind};
use crate::model::rules::Action;
use crate::model::vocabulary::{Kind, event};

const NODES: &str = "
source person : customer resident in eea
system console in eea on portal
store box in united-states
external telco : carrier in germany
external ads-shop : adtech
";

#[track_caller]
fn plan(items: &str) -> Lowered {
    with_words(&format!(
        "policy p {{ never use any }}\nplan x {{ checks p\n{NODES}\n{items} }}"
    ))
}

#[track_caller]
fn invalid(items: &str, part: &str) {
    let found = plan(items);
    found.finds(&[("invalid-edge", part)]);
    assert!(found.model.plans[0].broken);
    assert!(!found.only().help.is_empty());
}

#[track_caller]
fn fine(items: &str) -> Lowered {
    let found = plan(items);
    found.finds(&[]);
    assert!(!found.model.plans[0].broken);
    found
}

#[test]
fn facts_given_twice_of_what_is_kept_both_hold() {
    let found = fine("store vault keeps usage given consent given not local-law");
    let nodes = &found.model.plans[0].nodes;
    assert_eq!(nodes.get(5).keeps[0].given.len(), 2);
}

#[test]
fn nodes_keep_what_they_say() {
    let found = fine(
        "store vault : subsidiary in germany on api
           keeps email, phone 60 days after closure
           keeps usage for marketing given consent, not local-law
           keeps contact 3 years
           does delete within 30 days of closure
           does notify
         external broker : vendor of customer resident in eea",
    );
    let nodes = &found.model.plans[0].nodes;
    assert_eq!(nodes.len(), 7);
    assert!(
        nodes.get(0).subject.is_some()
            && nodes.get(0).resident.is_some()
            && nodes.get(0).party.is_none()
    );
    assert!(
        nodes.get(1).party.is_none()
            && nodes.get(1).place.is_some()
            && nodes.get(1).context.is_some()
    );
    let vault = nodes.get(5);
    assert_eq!(vault.kind, NodeKind::Store);
    assert!(vault.party.is_some() && !vault.broken);
    assert_eq!(vault.keeps.len(), 3);
    let time = vault.keeps[0].time.as_ref().expect("a time");
    assert_eq!(time.1.include, [found.id(Kind::Event, "closure")]);
    assert!(vault.keeps[1].time.is_none() && vault.keeps[1].purpose.is_some());
    assert_eq!(vault.keeps[1].given.len(), 2);
    assert!(!vault.keeps[1].given[1].0.holds);
    let time = vault.keeps[2].time.as_ref().expect("a time");
    assert_eq!(time.1.include, [event::COLLECTION]);
    assert!(vault.does[0].within.is_some() && vault.does[1].within.is_none());
    let broker = nodes.get(6);
    assert!(broker.party.is_some() && broker.subject.is_some() && broker.resident.is_some());
}

#[test]
fn edges_keep_what_they_say() {
    let found = fine(
        "person -> console : email, phone for routing, ads given consent, not local-law
         console -> box : all
         box uses email as hashed for ads
         box derives usage from email, phone fulfilling notify-subject
         box -> telco : sell usage for collected-purpose",
    );
    let edges = &found.model.plans[0].edges;
    assert_eq!(edges.len(), 5);
    assert_eq!(edges.get(0).given.len(), 2);
    assert!(matches!(
        edges.get(0).kind,
        EdgeKind::Arrow {
            verb: None,
            data: Some(_)
        }
    ));
    assert_eq!((edges.get(0).from(), edges.get(0).to()), (0, 1));
    assert!(matches!(
        edges.get(1).kind,
        EdgeKind::Arrow { data: None, .. }
    ));
    assert!(edges.get(2).form.is_some());
    assert_eq!(edges.get(3).fulfilling.len(), 1);
    assert!(matches!(edges.get(3).kind, EdgeKind::Derives { .. }));
    assert!(matches!(
        edges.get(4).kind,
        EdgeKind::Arrow {
            verb: Some(Action::Sell),
            ..
        }
    ));
}

#[test]
fn edges_may_stand_before_their_nodes() {
    fine("console -> later : email\nsystem later");
}

#[test]
fn nodes_are_unique_and_known() {
    let found = plan("system box");
    found.finds(&[("duplicate-name", "a node `box` is there already")]);
    assert_eq!(found.model.plans[0].nodes.len(), 5);
    let found = plan("person -> consol : email  person -> console : phone");
    found.finds(&[("unknown-name", "no node of this plan is called `consol`")]);
    assert!(found.fixed().contains("person -> console : email"));
    assert_eq!(found.model.plans[0].edges.len(), 1);
    assert!(found.model.plans[0].broken);
}

#[test]
fn clauses_fit_the_kind_of_node() {
    invalid("source y : customer in eea", "is people, not a place");
    invalid("source y : customer on portal", "no product or surface");
    invalid(
        "system y\n keeps email 3 days",
        "`keeps` is said of a store, and `y` is a system",
    );
    invalid(
        "external y : carrier\n does delete",
        "`does` is said of a store",
    );
    invalid(
        "system y : carrier",
        "is ours, but `carrier` is not under `us`",
    );
    invalid("store y : any", "is ours, but `any` is not under `us`");
    for (node, help) in [
        (
            "system y : carrier",
            "put the party under us: `party us { carrier }`",
        ),
        ("system y : any", "or name a party under `us`"),
        ("system y : carrier, vendor", "or name a party under `us`"),
    ] {
        assert!(plan(node).only().help[0].ends_with(help), "{node}");
    }
    invalid("source y : customer of employee", "so it needs no `of`");
    invalid(
        "system y of customer",
        "whose data it holds comes from its edges",
    );
    invalid("store y resident in eea", "is ours and resides nowhere");
    fine("system y : us");
    fine("system y : subsidiary in eea on api");
    invalid("external y", "does not say which party");
    invalid("external y : its-source", "`its-source` is another node");
    invalid("store y : us other than us", "names nothing");
    fine("external y : subsidiary");
    fine("external y : third-party on api");
}

#[test]
fn what_only_a_store_says_has_a_help_for_each_kind() {
    for (node, help) in [
        ("system y", "make it a `store` if it keeps data"),
        ("external y : carrier", "say it of a store of ours"),
        ("source y : customer", "say it of a store of ours"),
    ] {
        for clause in ["keeps email 3 days", "does delete"] {
            let found = plan(&format!("{node}\n {clause}"));
            assert_eq!(found.diags.len(), 1, "{node}: {:#?}", found.diags);
            assert_eq!(found.only().help, [help], "{node} {clause}");
        }
    }
}

#[test]
fn edges_fit_their_nodes() {
    invalid(
        "source second : employee  person -> second : email",
        "from one source to another",
    );
    invalid("person uses email", "is a source, a data subject");
    invalid(
        "person derives usage from email",
        "is a source, a data subject",
    );
    fine("console -> telco : sell email");
    fine("telco -> ads-shop : sell email");
    let found = fine("console -> telco : share email");
    assert!(matches!(
        found.model.plans[0].edge(0).kind,
        EdgeKind::Arrow {
            verb: Some(Action::Share),
            ..
        }
    ));
    invalid("console -> box : sell email", "this edge uses");
    invalid("console -> telco : transfer email", "this one shares");
    invalid("telco -> ads-shop : transfer email", "this one shares");
    invalid("person -> console : sell email", "this edge collects");
    invalid("telco -> console : sell email", "this edge collects");
    invalid(
        "console -> person : sell email",
        "shares with a data subject",
    );
    fine("console -> person : share email");
    invalid("person -> console : share email", "this one collects");
    invalid("console -> box : share email", "this one uses");
    invalid(
        "console -> person : transfer email",
        "this one shares with a data subject",
    );
    invalid("person -> telco : sell email", "this edge collects");
    invalid(
        "console -> telco : transfer email",
        "follows from its nodes",
    );
    invalid(
        "person -> console : collect email",
        "follows from its nodes",
    );
    invalid(
        "console -> telco : email other than personal",
        "names nothing",
    );
}

#[test]
fn an_edge_in_error_is_left_out_and_no_other() {
    let found = plan(
        "person -> console : nope
         person -> console : email for nope
         person -> console : email given nope
         person -> console : email fulfilling nope
         person -> console : email as nope
         person -> console : email given `any`
         person -> console : email",
    );
    let unknown = ("unknown-name", "nope");
    found.finds(&[
        unknown,
        unknown,
        unknown,
        unknown,
        unknown,
        ("unknown-name", "`any` is no fact"),
    ]);
    assert_eq!(found.model.plans[0].edges.len(), 1);
    assert!(found.model.plans[0].broken);
}

#[test]
fn a_node_in_error_takes_its_edges_with_it() {
    let found = plan("external y : nope  console -> y : email  console -> telco : email");
    found.finds(&[("unknown-name", "nope")]);
    let plan = &found.model.plans[0];
    assert_eq!(plan.edges.len(), 1);
    assert!(plan.broken && plan.node(5).broken && !plan.node(4).broken);
    // What a store keeps is no matter of its edges.
    let found = self::plan("store y\n keeps nope 3 days  console -> y : email");
    found.finds(&[("unknown-name", "nope")]);
    let plan = &found.model.plans[0];
    assert_eq!(plan.edges.len(), 1);
    assert!(plan.broken && plan.node(5).broken);
}

#[test]
fn a_policy_named_twice_is_checked_once() {
    let found = with_words("policy p { never use any }\nplan x { checks p, p checks p }");
    found.finds(&[]);
    assert_eq!(found.model.plans[0].checks.len(), 1);
}

#[test]
fn waivers_of_nodes_and_edges() {
    let waive = "waive undeclared-flow until 2030-01-01 because \"soon\"";
    let found = fine(&format!("{waive} store y  {waive} console -> y : email"));
    assert_eq!(found.model.plans[0].node(5).waivers.len(), 1);
    assert_eq!(found.model.plans[0].edge(0).waivers.len(), 1);
}
