//! What changed from one year's notice to the next: what a careful reader found must be found, also
//! where the company's own summary does not mention it. How it reads is in `tests/cases/diff`.
#![allow(clippy::disallowed_methods, reason = "tests run the program")]

#[path = "shared/program.rs"]
mod program;

use program::program;
use serde_json::Value;

/// The rows of a difference, as JSON has them.
fn rows(old: &str, new: &str, today: &str) -> Vec<Value> {
    let args = [
        "diff",
        old,
        new,
        "--paths",
        "policies/twilio",
        "--today",
        today,
    ];
    let output = program()
        .args(args)
        .args(["-f", "json"])
        .output()
        .expect("the binary runs");
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    document["rows"].as_array().expect("rows").clone()
}

/// The changes of a rule's row of one kind: its acts and its witness, a line each.
fn changes(rows: &[Value], rule: &str, was: &str, now: &str) -> String {
    let row = rows.iter().find(|row| row["name"] == rule);
    let all = row.and_then(|row| row["changes"].as_array());
    let mut lines = String::new();
    for change in all.into_iter().flatten() {
        if change["was"] == was && change["now"] == now {
            for act in change["acts"].as_array().into_iter().flatten() {
                lines += act.as_str().unwrap_or_default();
                lines += "\n";
            }
            for part in ["witness", "before", "after"] {
                lines += &format!("{part}: {}\n", change[part].as_str().unwrap_or_default());
            }
        }
    }
    lines
}

#[track_caller]
fn says(lines: &str, parts: &[&str]) {
    for part in parts {
        assert!(lines.contains(part), "no {part:?} in\n{lines}");
    }
}

#[test]
fn what_2022_did_not_mention() {
    let rows = rows("twilio-2020", "twilio-2022", "2020-07-01");
    let found = |rule, was, now| changes(&rows, rule, was, now);

    // Seven years were for one system, and are now for all account data.
    let retention = found("account-retention", "conditional", "permitted");
    says(
        &retention,
        &[
            "retain customer-account-data other than invoice-records, team-communications of account-holder for any other than relationship-management\n",
            "3 years after account-closure",
            "before: given legal-hold",
        ],
    );

    // Subscriber records go to carriers and authorities, and to nobody else.
    let subscribers = found("subscriber-sharing", "permitted", "forbidden");
    says(
        &subscribers,
        &["share subscriber-records with third-party other than authority, carrier"],
    );
    let vendors = found("account-data-providers", "bound by a duty", "forbidden");
    says(
        &vendors,
        &["share subscriber-records with service-provider"],
    );

    // What identifies nobody may be shared of customers alone.
    let anonymous = found("anonymous-sharing", "permitted", "undeclared");
    says(
        &anonymous,
        &["share customer-usage-data other than routing-data as anonymous"],
    );
    assert!(
        !anonymous.contains("share customer-account-data"),
        "{anonymous}"
    );

    // In the United Kingdom the age is thirteen now.
    let age = found("children-16", "forbidden", "undeclared");
    says(
        &age,
        &["of child-under-16 other than child-under-13 resident in united-kingdom"],
    );
    assert!(!age.contains("eea"), "{age}");

    // The Privacy Shield is relied on no more.
    let safeguards = found("safeguards", "conditional", "conditional");
    says(
        &safeguards,
        &[
            "before: given bcr, or given scc, or given privacy-shield\n",
            "after: given bcr, or given transfer-contract\n",
        ],
    );

    // And what it does mention: one purpose for the two-factor number, two signals heard.
    let two_factor = found("two-factor-use", "permitted", "forbidden");
    says(&two_factor, &["use two-factor-phone"]);
    let tracking = found("portal-tracking", "permitted", "conditional");
    says(
        &tracking,
        &["after: given not cookie-opt-out, not browser-signal"],
    );
}

#[test]
fn what_the_page_of_changes_mentions() {
    let april = rows("changes-2016-february", "changes-2016-april", "2016-04-12");
    let messengers = changes(&april, "product-sharing", "conditional", "conditional");
    says(
        &messengers,
        &[
            "share customer-content on products with ott-provider for routing",
            "messenger-chosen",
        ],
    );

    let may = rows("changes-2016-april", "changes-2016-may", "2016-05-24");
    let add_ons = changes(&may, "product-sharing", "conditional", "conditional");
    says(
        &add_ons,
        &["with add-on-partner for add-on-use", "add-on-chosen"],
    );

    let september = rows("changes-2016-may", "changes-2016", "2016-09-26");
    let shield = changes(&september, "no-safe-harbor", "conditional", "conditional");
    says(
        &shield,
        &["after: given transfer-contract, or given privacy-shield"],
    );
    let children = changes(&september, "children-13", "undeclared", "forbidden");
    says(
        &children,
        &["collect personal-information of child-under-13"],
    );
    // Nothing else changed on these days.
    let count = |rows: &[Value]| rows.len();
    assert_eq!([count(&april), count(&may)], [1, 1]);
}
