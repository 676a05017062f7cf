//! Rows of nodes: what they mean, what they share, and what is wrong with one.

use super::{NODES, facts, lower_with, maybe, names};
use crate::model::plans::{Duration, EdgeKind, Node, NodeKind, Plan};
use crate::model::vocabulary::NameSet;

/// What a node says, but for its places.
fn node(node: &Node) -> String {
    let time = |time: &Option<(Duration, NameSet)>| {
        let (length, from) = time.as_ref()?;
        Some(format!(
            "{} {:?} {}",
            length.count,
            length.unit,
            names(from)
        ))
    };
    let keeps: Vec<_> = node
        .keeps
        .iter()
        .map(|keeps| {
            let given = facts(&keeps.given);
            (
                names(&keeps.data),
                time(&keeps.time),
                maybe(&keeps.purpose),
                given,
            )
        })
        .collect();
    let does: Vec<_> = node
        .does
        .iter()
        .map(|one| (one.duty, time(&one.within)))
        .collect();
    format!(
        "{} {:?} {:?} {keeps:?} {does:?} {}",
        node.name(),
        node.kind,
        [
            &node.subject,
            &node.resident,
            &node.party,
            &node.place,
            &node.context
        ]
        .map(maybe),
        node.broken
    )
}

fn nodes(plan: &Plan) -> Vec<String> {
    plan.nodes.iter().map(|one| node(&one)).collect()
}

const KINDS: &str = "kind,name,party,region,context,subject,resident,keeps,does
source,person,,,,customer,eea,,
system,console,,eea,portal,,,,
store,box,subsidiary,united-states,,,,email 3 days after closure; usage given consent,delete within 2 days of closure
external,telco,carrier,germany; united-states,,customer,,,
external,postie,carrier,germany; united-states,,customer,,,
source,worker,,,,customer,eea,,
";

const KINDS_WRITTEN: &str = "
source person : customer resident in eea
system console in eea on portal
store box : subsidiary in united-states
  keeps email 3 days after closure
  keeps usage given consent
  does delete within 2 days of closure
external telco : carrier of customer in germany, united-states
external postie : carrier of customer in germany, united-states
source worker : customer resident in eea
";

#[test]
fn rows_of_nodes_mean_what_statements_mean() {
    let written = lower_with(KINDS_WRITTEN, &[]);
    written.finds(&[]);
    let expected = nodes(&written.model.plans[0]);
    // With the name leading, what rows repeat is known.
    let leading: String = KINDS
        .lines()
        .map(|line| {
            let (kind, rest) = line.split_once(',').expect("two cells");
            let (name, rest) = rest.split_once(',').expect("three");
            format!("{name},{kind},{rest}\n")
        })
        .collect();
    for (text, shared) in [(KINDS, false), (&leading, true)] {
        let read = lower_with("nodes \"nodes.csv\"", &[("nodes.csv", text)]);
        read.finds(&[]);
        let plan = &read.model.plans[0];
        assert_eq!(nodes(plan), expected);
        assert!(!plan.broken);
        for (node, line) in plan.nodes.iter().zip(text.lines().skip(1)) {
            assert_eq!(read.sources.slice(node.span()), node.name());
            // The last cells are empty: blanks are no part of a place.
            let whole = read.sources.slice(node.whole());
            assert!(line.starts_with(whole) || line.contains(whole), "{whole}");
            assert!(whole.contains(node.name()), "{whole}");
        }
        let same = |a: usize, b: usize| plan.nodes.details_of()[a] == plan.nodes.details_of()[b];
        assert_eq!((same(3, 4), same(0, 5)), (shared, shared));
        assert!(!same(0, 1));
    }
}

#[test]
fn a_name_in_a_known_row_is_looked_at() {
    let text = "name,kind,region\n\
                a-node,system,eea\n\
                b-node,system,eea\n\
                a-node,system,eea\n\
                \"d-node\",system,eea\n\
                Bad Name,system,eea\n\
                \x20e-node ,system,eea\n";
    let read = lower_with("nodes \"nodes.csv\"", &[("nodes.csv", text)]);
    let codes: Vec<&str> = read.diags.iter().map(|found| found.code.name).collect();
    assert_eq!(codes.len(), 2, "{:#?}", read.diags);
    assert!(
        read.diags[0]
            .message
            .contains("a node `a-node` is there already")
    );
    assert_eq!(read.sources.slice(read.diags[0].primary.span), "a-node");
    assert_eq!(read.sources.start(read.diags[0].primary.span).line, 4);
    assert_eq!(read.sources.start(read.diags[1].primary.span).line, 6);
    let plan = &read.model.plans[0];
    let names: Vec<&str> = plan.nodes.iter().map(|node| node.name()).collect();
    assert_eq!(names, ["a-node", "b-node", "d-node", "e-node"]);
    assert!(plan.broken);
    assert_eq!(read.sources.slice(plan.node(3).span()), "e-node");
}

#[test]
fn what_is_wrong_with_a_row_of_nodes_is_said_at_its_cell() {
    let cases: &[(&str, &str, &str, &str)] = &[
        (
            ",system,,",
            "needs the name of its node",
            "",
            "fill in `name`",
        ),
        ("y,,,", "needs the kind of its node", "", "fill in `kind`"),
        (
            "y,sytem,,",
            "`sytem` is no kind of node",
            "sytem",
            "did you mean `system`?",
        ),
        (
            "y,frobnicator,,",
            "is no kind of node",
            "frobnicator",
            "write `source`, `system`",
        ),
        (
            "y,source,carrier,customer",
            "has no party",
            "carrier",
            "leave this cell empty",
        ),
    ];
    for (row, message, at, help) in cases {
        let text = format!("name,kind,party,subject\nfirst,system,,\n{row}\nlast,system,,\n");
        let read = lower_with("nodes \"nodes.csv\"", &[("nodes.csv", &text)]);
        let [found] = &read.diags[..] else {
            panic!("{row}: {:#?}", read.diags);
        };
        assert!(found.message.contains(message), "{row}: {}", found.message);
        assert_eq!(read.sources.slice(found.primary.span), *at, "{row}");
        assert_eq!(read.sources.start(found.primary.span).line, 3, "{row}");
        assert!(found.help.iter().any(|said| said.contains(help)), "{row}");
        let plan = &read.model.plans[0];
        assert!(plan.broken, "{row}");
        let names: Vec<&str> = plan.nodes.iter().map(|node| node.name()).collect();
        assert_eq!(names, ["first", "last"], "{row}");
    }
    let text = "name,kind\ny,sytem\n";
    let read = lower_with("nodes \"nodes.csv\"", &[("nodes.csv", text)]);
    let fix = read.only().fix.as_ref().expect("a fix");
    let [(span, new)] = &fix.edits[..] else {
        panic!("{fix:?}");
    };
    assert_eq!((read.sources.slice(*span), &**new), ("sytem", "system"));
}

#[test]
fn of_a_row_with_a_cell_that_cannot_be_read_no_more_is_said() {
    let text = "name,kind,party\ny,external,carrier employee\n";
    let read = lower_with("nodes \"nodes.csv\"", &[("nodes.csv", text)]);
    assert_eq!(read.diags.len(), 1, "{:#?}", read.diags);
    assert_eq!(read.only().code.name, "syntax-error");
    let plan = &read.model.plans[0];
    assert!(plan.broken && plan.nodes.is_empty());
}

#[test]
fn what_stands_in_a_lost_row_is_not_unknown_too() {
    // The node of a row that could not be read may be the one an edge names.
    let text = "name,kind\na-node,sytem\nb-node,system\n";
    let items = "nodes \"nodes.csv\" b-node -> a-node : email b-node uses email";
    let read = lower_with(items, &[("nodes.csv", text)]);
    read.finds(&[("bad-table", "is no kind of node")]);
    let plan = &read.model.plans[0];
    assert!(plan.broken);
    assert_eq!(plan.edges.len(), 1);
    assert!(matches!(plan.edge(0).kind, EdgeKind::Uses { .. }));
    assert_eq!(plan.node(0).kind, NodeKind::System);
}

#[test]
fn a_table_that_is_not_there_breaks_its_plan() {
    for items in [
        "nodes \"nodes.csv\"",
        "flows \"flows.csv\"",
        "flows \"flows.jsonl\"",
    ] {
        let read = lower_with(&format!("{NODES} {items} console -> gone : email"), &[]);
        assert!(read.model.plans[0].broken, "{items}");
        // Where the table names nodes, `gone` may be one of them.
        let said = !read.diags.is_empty();
        assert_eq!(said, items.starts_with("flows"), "{:#?}", read.diags);
        let written = read.model.plans[0].nodes.len();
        assert_eq!(written, 6);
    }
}
