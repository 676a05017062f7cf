//! Long tables: their parts are read side by side, and of one that is all wrong so much is said.

use super::{INTO, NODES, edges, lower_with};
use crate::diag::Diagnostic;
use crate::jobs::on;
use crate::model::plans::Plan;

/// A long table of flows: rows between all nodes, with blanks that make each long.
fn long(rows: usize, row: impl Fn(usize) -> String) -> String {
    let blank = " ".repeat(2_000);
    let lines: String = (0..rows).map(|at| row(at).replace('_', &blank)).collect();
    format!("from,to,data,for\n{lines}")
}

#[test]
fn parts_of_a_long_table_are_read_as_the_whole() {
    let ends = [
        ("person", "console"),
        ("console", "box"),
        ("box", "telco"),
        ("telco", "console"),
    ];
    let text = long(700, |at| {
        let (from, to) = ends[at % 4];
        let data = ["email", "phone", "usage"][at % 3];
        let purpose = ["routing", "ads", "marketing"][at / 300];
        format!("{from},_{to},{data},{purpose}\n")
    });
    assert!(text.len() > 5 << 18);
    let one = lower_with(&format!("{NODES} {INTO}"), &[("flows.csv", &text)]);
    one.finds(&[]);
    assert_eq!(one.model.plans[0].edges.len(), 700);
    for jobs in [2, 3, 5, 64] {
        let several = on(jobs, || {
            lower_with(&format!("{NODES} {INTO}"), &[("flows.csv", &text)])
        });
        several.finds(&[]);
        let (one, several) = (&one.model.plans[0], &several.model.plans[0]);
        assert_eq!(edges(several), edges(one));
        let places = |plan: &Plan| plan.edges.iter().map(|e| e.span()).collect::<Vec<_>>();
        assert_eq!(places(several), places(one));
        assert!(!several.broken);
        // A part knows nothing that another finds out.
        let shared = several.edges.details_of()[0] == several.edges.details_of()[288];
        assert!(!shared || jobs == 2, "{jobs} threads");
    }
}

#[test]
fn a_long_table_with_quotes_is_read_as_one() {
    // A quoted line end is none, and a cut there would read the rest as rows.
    let text = long(700, |_| {
        "console,box,\"email;_\n  phone\",ads\n".to_string()
    });
    assert!(text.len() > 5 << 18);
    for jobs in [1, 4] {
        let read = on(jobs, || {
            lower_with(&format!("{NODES} {INTO}"), &[("flows.csv", &text)])
        });
        read.finds(&[]);
        assert_eq!(read.model.plans[0].edges.len(), 700);
    }
}

#[test]
fn of_a_table_that_is_all_wrong_so_much_is_said() {
    for (rows, given_up) in [(900, false), (999, false), (1000, true), (1400, true)] {
        let text = long(rows, |_| "console,_box,nope,ads\n".to_string());
        let said: Vec<Vec<String>> = [1, 4]
            .map(|jobs| {
                let read = on(jobs, || {
                    lower_with(&format!("{NODES} {INTO}"), &[("flows.csv", &text)])
                });
                assert!(read.model.plans[0].broken);
                assert!(read.model.plans[0].edges.is_empty());
                let say =
                    |found: &Diagnostic| format!("{:?} {}", found.primary.span, found.message);
                read.diags.iter().map(say).collect()
            })
            .into();
        assert_eq!(said[0], said[1]);
        assert_eq!(said[0].len(), rows.min(1000) + usize::from(given_up));
        let last = said[0]
            .iter()
            .filter(|text| text.contains("is read no further"));
        assert_eq!(last.count(), usize::from(given_up));
    }
}

#[test]
fn a_row_that_is_wrong_in_any_part_breaks_the_plan() {
    for wrong in [3, 350, 698] {
        let text = long(700, |at| match at == wrong {
            true => "console,_nowhere,email,ads\n".to_string(),
            false => "console,_box,email,ads\n".to_string(),
        });
        for jobs in [1, 3] {
            let read = on(jobs, || {
                lower_with(&format!("{NODES} {INTO}"), &[("flows.csv", &text)])
            });
            read.finds(&[("unknown-name", "`nowhere`")]);
            let place = read.sources.start(read.only().primary.span);
            assert_eq!(place.line as usize, wrong + 2);
            assert!(read.model.plans[0].broken);
            assert_eq!(read.model.plans[0].edges.len(), 699);
        }
    }
}

#[test]
fn a_table_of_nodes_or_lines_ends_where_too_much_is_wrong() {
    for (path, row) in [
        ("nodes.csv", "x,sytem\n"),
        ("nodes.jsonl", "{\"name\": \"x\", \"kind\": \"sytem\"}\n"),
    ] {
        for (rows, given_up) in [(999, false), (1000, true), (1001, true)] {
            let mut text = row.repeat(rows);
            if path.ends_with("csv") {
                text = format!("name,kind\n{text}");
            }
            let read = lower_with(&format!("nodes \"{path}\""), &[(path, &text)]);
            assert_eq!(read.diags.len(), rows.min(1000) + usize::from(given_up));
            let last = &read.diags.iter().find(|d| d.message.contains("no further"));
            assert_eq!(last.is_some(), given_up);
            if let Some(last) = last {
                assert_eq!(read.sources.slice(last.primary.span), format!("\"{path}\""));
            }
            assert!(read.model.plans[0].broken);
        }
    }
}
