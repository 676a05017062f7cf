//! Rows of flows: what they mean, what they share, and what is wrong with one.

use super::{INTO, NODES, edges, lower_with};
use crate::model::plans::Edge;

/// The columns of flows.
const FLOWS: [&str; 8] = [
    "from",
    "to",
    "action",
    "data",
    "as",
    "for",
    "given",
    "fulfilling",
];

/// A row of flows, and the statement that says the same.
const ROWS: &[([&str; 8], &str)] = &[
    (
        ["person", "console", "", "email; phone", "", "", "", ""],
        "person -> console : email, phone",
    ),
    (
        ["console", "box", "", "all", "", "routing", "", ""],
        "console -> box : all for routing",
    ),
    (
        [
            "box",
            "telco",
            "sell",
            "email",
            "hashed",
            "ads",
            "consent; not local-law",
            "",
        ],
        "box -> telco : sell email as hashed for ads given consent, not local-law",
    ),
    (
        [
            "box",
            "ads-shop",
            "share",
            "usage",
            "",
            "",
            "",
            "notify-subject",
        ],
        "box -> ads-shop : share usage fulfilling notify-subject",
    ),
    (
        [
            "box",
            "",
            "uses",
            "email other than phone",
            "",
            "ads",
            "",
            "",
        ],
        "box uses email other than phone for ads",
    ),
    (
        ["box", "box", "uses", "email", "plain", "", "", ""],
        "box uses email as plain",
    ),
    (
        ["box", "", "derives usage; phone", "contact", "", "", "", ""],
        "box derives usage, phone from contact",
    ),
    (
        ["telco", "console", "", "email", "", "", "", "delete"],
        "telco -> console : email fulfilling delete",
    ),
];

fn csv(columns: &[usize], rows: &[[&str; 8]]) -> String {
    let line = |cells: &[&str; 8]| -> String {
        let cells: Vec<&str> = columns.iter().map(|column| cells[*column]).collect();
        cells.join(",") + "\n"
    };
    line(&FLOWS) + &rows.iter().map(line).collect::<String>()
}

fn json_lines(rows: &[[&str; 8]]) -> String {
    let line = |cells: &[&str; 8]| -> String {
        let members: Vec<String> = FLOWS
            .iter()
            .zip(cells)
            .filter(|(_, cell)| !cell.is_empty())
            .map(|(column, cell)| format!("\"{column}\": \"{cell}\""))
            .collect();
        format!("{{{}}}\n", members.join(", "))
    };
    rows.iter().map(line).collect()
}

/// All rows, and then all of them again between other nodes where that makes sense: so each but the
/// first of a kind is one whose rest is known.
fn repeated() -> (Vec<[&'static str; 8]>, String) {
    let mut rows = Vec::new();
    let mut statements = NODES.to_string();
    for _ in 0..3 {
        for (row, statement) in ROWS {
            rows.push(*row);
            statements += statement;
            statements.push('\n');
        }
    }
    // A known rest between nodes that had another, or none.
    for (row, statement) in [
        (
            ["telco", "box", "", "email; phone", "", "", "", ""],
            "telco -> box : email, phone",
        ),
        (
            ["box", "console", "", "email", "", "", "", "delete"],
            "box -> console : email fulfilling delete",
        ),
        (
            ["console", "worker", "", "all", "", "routing", "", ""],
            "console -> worker : all for routing",
        ),
        (
            [
                "console",
                "ads-shop",
                "sell",
                "email",
                "hashed",
                "ads",
                "consent; not local-law",
                "",
            ],
            "console -> ads-shop : sell email as hashed for ads given consent, not local-law",
        ),
    ] {
        rows.push(row);
        statements += statement;
        statements.push('\n');
    }
    (rows, statements)
}

#[test]
fn rows_of_flows_mean_what_statements_mean() {
    let (rows, statements) = repeated();
    let written = lower_with(&statements, &[]);
    written.finds(&[]);
    let expected = edges(&written.model.plans[0]);
    assert_eq!(expected.len(), rows.len());
    let in_order: Vec<usize> = (0..8).collect();
    let tables = [
        ("flows.csv", csv(&in_order, &rows)),
        // Where the names do not lead, each row is read cell by cell.
        ("flows.csv", csv(&[3, 1, 0, 2, 4, 5, 6, 7], &rows)),
        ("flows.csv", csv(&[0, 3, 1, 2, 4, 5, 6, 7], &rows)),
        ("flows.csv", csv(&[0, 1, 7, 6, 5, 4, 3, 2], &rows)),
        ("flows.jsonl", json_lines(&rows)),
    ];
    for (name, text) in &tables {
        let read = lower_with(&format!("{NODES} flows \"{name}\""), &[(name, text)]);
        read.finds(&[]);
        let plan = &read.model.plans[0];
        assert_eq!(edges(plan), expected, "{text}");
        assert!(!plan.broken);
        for (edge, row) in plan.edges.iter().zip(&rows) {
            let shown = read.sources.slice(edge.span()).trim_matches('"');
            assert_eq!(shown, row[3], "an edge stands at its data");
        }
    }
}

#[test]
fn rows_that_repeat_each_other_share_what_they_say() {
    let text = "from,to,data,for\n\
                person,console,email,ads\n\
                console,box, phone ,ads\n\
                console,telco,email,ads\n\
                person,box,email,ads\n\
                console,telco,email\n";
    let read = lower_with(&format!("{NODES} {INTO}"), &[("flows.csv", text)]);
    read.finds(&[]);
    let plan = &read.model.plans[0];
    let shared = |a: usize, b: usize| plan.edges.details_of()[a] == plan.edges.details_of()[b];
    assert!(shared(0, 2) && shared(0, 3));
    assert!(!shared(0, 1) && !shared(0, 4));
    // What is shared is not their places.
    let places: Vec<&str> = plan
        .edges
        .iter()
        .map(|edge| read.sources.slice(edge.span()))
        .collect();
    assert_eq!(places, ["email", "phone", "email", "email", "email"]);
    let line = |edge: Edge| read.sources.start(edge.span()).line;
    let lines: Vec<u32> = plan.edges.iter().map(line).collect();
    assert_eq!(lines, [2, 3, 4, 5, 6]);
}

#[test]
fn a_known_rest_does_not_fit_any_two_nodes() {
    let rest = ",email,,\n";
    let text = format!(
        "from,to,data,action,for\n\
         person,console{rest}\
         person,worker{rest}\
         person,conssole{rest}\
         nobody-here,console{rest}\
         console,bad{rest}\
         bad,console{rest}\
         worker,console{rest}"
    );
    let items = format!("{NODES} external bad : nope {INTO}");
    let read = lower_with(&items, &[("flows.csv", &text)]);
    read.finds(&[
        ("unknown-name", "nope"),
        ("invalid-edge", "from one source to another"),
        ("unknown-name", "no node of this plan is called `conssole`"),
        (
            "unknown-name",
            "no node of this plan is called `nobody-here`",
        ),
    ]);
    let plan = &read.model.plans[0];
    assert!(plan.broken);
    let kept: Vec<_> = plan.edges.iter().map(|e| (e.from(), e.to())).collect();
    assert_eq!(kept, [(0, 2), (1, 2)]);
}

#[test]
fn a_row_without_an_edge_breaks_the_plan_in_either_format() {
    for (path, text) in [
        (
            "flows.csv",
            "from,to,data\nconsole,gone,email\nconsole,box,email\n",
        ),
        (
            "flows.jsonl",
            "{\"from\": \"console\", \"to\": \"gone\", \"data\": \"email\"}\n\
             {\"from\": \"console\", \"to\": \"box\", \"data\": \"email\"}\n",
        ),
    ] {
        let read = lower_with(&format!("{NODES} flows \"{path}\""), &[(path, text)]);
        read.finds(&[("unknown-name", "`gone`")]);
        let plan = &read.model.plans[0];
        assert!(plan.broken, "{path}");
        assert_eq!(plan.edges.len(), 1);
    }
}

#[test]
fn a_verb_is_looked_at_each_time() {
    let text = "from,to,data,action\n\
                box,telco,email,sell\n\
                console,telco,email,sell\n\
                console,box,email,sell\n\
                box,,email,uses\n\
                console,,email,uses\n\
                console,box,email,uses\n";
    let read = lower_with(&format!("{NODES} {INTO}"), &[("flows.csv", text)]);
    read.finds(&[
        ("invalid-edge", "this edge uses"),
        ("invalid-edge", "goes to no other node"),
    ]);
    let plan = &read.model.plans[0];
    let ends: Vec<_> = plan.edges.iter().map(|e| (e.from(), e.to())).collect();
    assert_eq!(ends, [(3, 4), (2, 4), (3, 3), (2, 2)]);
    assert!(plan.broken);
}

#[test]
fn rows_without_a_cell_are_what_a_spreadsheet_leaves() {
    for text in [
        "from,to,data\n,,\nperson,console,email\n,,\n\n  , ,\nconsole,box,email\n",
        "data,from,to\n,,\nemail,person,console\n,,\n\nemail,console,box\n",
    ] {
        let read = lower_with(&format!("{NODES} {INTO}"), &[("flows.csv", text)]);
        read.finds(&[]);
        assert_eq!(read.model.plans[0].edges.len(), 2);
        assert!(!read.model.plans[0].broken);
    }
    let text = "name,kind\n,\na-node,system\n\n, \n";
    let read = lower_with("nodes \"nodes.csv\"", &[("nodes.csv", text)]);
    read.finds(&[]);
    assert_eq!(read.model.plans[0].nodes.len(), 1);
    assert!(!read.model.plans[0].broken);
}

#[test]
fn what_is_wrong_with_a_row_of_flows_is_said_at_its_cell() {
    let cases: &[(&str, &str, &str, &str, &str)] = &[
        (
            ",console,,email",
            "bad-table",
            "needs the node that sends or acts",
            "",
            "fill in `from`",
        ),
        (
            "person,,,email",
            "bad-table",
            "needs the node that receives",
            "",
            "fill in `to`",
        ),
        (
            "person,console,,",
            "bad-table",
            "needs the data",
            "",
            "fill in `data`",
        ),
        (
            "box,,uses,",
            "bad-table",
            "needs the data",
            "",
            "fill in `data`",
        ),
        (
            "box,,derives,email",
            "bad-table",
            "does not say what it derives",
            "derives",
            "`derives DATA`",
        ),
        (
            "box,,derives ,email",
            "bad-table",
            "does not say what it derives",
            "derives",
            "`derives DATA`",
        ),
        (
            "box,,derives usage,",
            "bad-table",
            "needs the data",
            "",
            "fill in `data`",
        ),
        (
            "box,,derives nope,email",
            "unknown-name",
            "no data is called `nope`",
            "nope",
            "",
        ),
        (
            "box,,derivesusage,email",
            "bad-table",
            "`derivesusage` is nothing",
            "derivesusage",
            "",
        ),
        (
            "box,telco,sells,email",
            "bad-table",
            "`sells` is nothing",
            "sells",
            "did you mean `sell`?",
        ),
        (
            "box,telco,frobnicate,email",
            "bad-table",
            "is nothing that a row",
            "frobnicate",
            "leave the cell empty",
        ),
        (
            "box,telco,collect,email",
            "invalid-edge",
            "follows from its nodes",
            "collect",
            "",
        ),
        (
            "box,telco,use,email",
            "invalid-edge",
            "follows from its nodes",
            "use",
            "",
        ),
        (
            "box,telco,derive,email",
            "invalid-edge",
            "follows from its nodes",
            "derive",
            "",
        ),
        (
            "box,telco,transfer,email",
            "invalid-edge",
            "follows from its nodes",
            "transfer",
            "",
        ),
        (
            "box,telco,retain,email",
            "invalid-edge",
            "follows from its nodes",
            "retain",
            "",
        ),
        (
            "box,telco,disclose,email",
            "invalid-edge",
            "follows from its nodes",
            "disclose",
            "",
        ),
        (
            "box,telco,process,email",
            "invalid-edge",
            "follows from its nodes",
            "process",
            "",
        ),
        (
            "box,telco,derives usage,email",
            "invalid-edge",
            "goes to no other node",
            "telco",
            "leave this cell empty",
        ),
        (
            "box,telco,,emial",
            "unknown-name",
            "no data is called `emial`",
            "emial",
            "did you mean `email`?",
        ),
    ];
    for (row, code, message, at, help) in cases {
        // The row after it is read as if nothing had been.
        for repeated in ["", "box,telco,,email\n"] {
            let text = format!("from,to,action,data\n{repeated}{row}\nbox,telco,,email\n");
            let read = lower_with(&format!("{NODES} {INTO}"), &[("flows.csv", &text)]);
            read.finds(&[(code, message)]);
            let found = read.only();
            let place = read.sources.start(found.primary.span);
            assert_eq!(place.line as usize, 2 + repeated.lines().count(), "{row}");
            assert_eq!(read.sources.slice(found.primary.span), *at, "{row}");
            let said = found.help.iter().any(|said| said.contains(help));
            assert!(help.is_empty() || said, "{row}: {found:#?}");
            let plan = &read.model.plans[0];
            assert!(plan.broken, "{row}");
            assert_eq!(plan.edges.len(), 1 + repeated.lines().count(), "{row}");
        }
    }
}
