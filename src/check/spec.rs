//! What judging promises, from text: what is counted is what would be listed, whichever edges are alike.

use super::{Judge, plan, plans};
use crate::diag::Diags;
use crate::jobs::on;
use crate::model::Model;
use crate::model::lower::{Visible, lower};
use crate::model::vocabulary::Date;
use crate::source::FileId;
use crate::syntax::parse;
use std::collections::BTreeMap;

const WORDS: &str = "
data personal { contact { email { work, home }, phone, street }, usage { clicks, views }, notes }
subject customer { member }, employee
party carrier { courier }, vendor { adtech }
party us { subsidiary }
purpose routing, marketing { ads { web, print }, letters }
region eea { germany, france }, united-states
context portal, api
fact consent excludes opted-out
fact opted-out
lasting fact signed excludes unsigned
lasting fact sealed
fact unsigned
event closure
duty notify { notify-subject }, record
";

/// Nodes of which some are alike to all rules, some to a few and some to none.
const NODES: &str = "
source   one      : customer resident in germany
source   second   : member resident in united-states
source   worker   : employee
system   console  on portal
system   branch   : subsidiary
system   near     in germany
system   far      in united-states
store    box      in france
external truck    : carrier
external van      : courier
external lorry    : carrier other than courier
external broker   : vendor
external exchange : adtech in united-states
";

/// What flows say besides who gives what to whom.
const ENDS: [&str; 8] = [
    "",
    " for ads",
    " for routing given consent",
    " for letters given signed",
    " as hashed for marketing",
    " given not consent",
    " for routing, ads fulfilling notify-subject",
    " given unsigned",
];

const DATA: [&str; 6] = [
    "email",
    "email, clicks",
    "contact",
    "notes",
    "all",
    "usage, home",
];

/// Rules of many shapes, each by itself and some together: one and several that decide, data and other
/// sides that read as several lists, and what depends on whose data it is.
const POLICIES: [&str; 9] = [
    "open process  never share contact except email other than work  never use usage except views",
    "may collect personal  may share personal with any other than its-source",
    "never use email, notes, clicks for any other than routing  never share contact by us other than subsidiary",
    "open process  share usage requires notify  use notes requires record  never share, use email when consent",
    "may use, collect, derive, share any for routing  may share contact with carrier other than courier when signed or consent",
    "open process  never transfer personal from eea to united-states  never collect, share any in united-states",
    "open process  never use personal of member on api  never share personal of customer resident in eea as identifiable",
    "may process any for collected-purpose  never share email, phone, street with vendor, courier when not opted-out",
    "open process  never use, share any for marketing except for ads other than web  share notes requires notify",
];

/// Every edge between nodes that may have one, each said in some way.
fn flows(step: usize) -> String {
    let sources = ["one", "second", "worker"];
    let ours = ["console", "branch", "near", "far", "box"];
    let others = ["truck", "van", "broker", "exchange", "lorry"];
    let mut text = String::new();
    let mut at = step;
    let mut flow = |from: &str, to: &str, all: bool| {
        at += 7;
        let data = match DATA[at / 3 % DATA.len()] {
            "all" if !all => "usage",
            data => data,
        };
        text += &format!("  {from} -> {to} : {data}{}\n", ENDS[at / 2 % ENDS.len()]);
    };
    for to in ours {
        sources
            .iter()
            .chain(&others[2..4])
            .for_each(|from| flow(from, to, false));
    }
    for from in ours {
        let all = ours.iter().chain(&others).chain(&sources[..2]);
        all.filter(|to| **to != from)
            .for_each(|to| flow(from, to, true));
    }
    text += "  console uses email, notes for ads\n  branch uses contact for ads given consent\n";
    text + "  near derives usage from email for ads\n  box derives notes from clicks\n"
}

/// The model of a text in which nothing is wrong.
fn model(text: &str) -> Model {
    let mut diags = Diags::new();
    let ast = parse(FileId(0), text, &mut diags);
    let visible = Visible([(FileId(0), [FileId(0)].into())].into());
    let model = lower(&[&ast], &visible, &mut diags);
    assert!(diags.is_empty(), "{diags:#?}");
    model
}

/// Judges the plan of a text, listing so many findings: what is listed, how many
/// there are of each code, and where facts can't hold together.
type Judged = (Vec<String>, BTreeMap<&'static str, usize>, Vec<String>);

fn judged(text: &str, most: usize) -> Judged {
    let model = model(text);
    let today: Date = "2026-01-01".parse().expect("a date");
    let mut judge = Judge::new(&model, today);
    let outcome = plans::judge_most(&mut judge, &model.plans[0], most);
    let mut counts = outcome.more.clone();
    let mut listed = Vec::new();
    for finding in &outcome.findings {
        *counts.entry(finding.code().name).or_default() += 1;
        listed.push(format!("{:?} {}", finding.at, finding.code().name));
    }
    let mut impossible: Vec<String> = outcome
        .impossible
        .iter()
        .map(|one| format!("{one:?}"))
        .collect();
    impossible.sort();
    (listed, counts, impossible)
}

#[test]
fn what_is_counted_is_what_would_be_listed() {
    for (at, rules) in POLICIES.iter().enumerate() {
        let two = POLICIES[(at + 1) % POLICIES.len()];
        let text = format!(
            "{WORDS} policy p {{ {rules} }} policy q {{ {two} }}
             plan x {{ checks p {} {NODES} {} }}",
            if at % 3 == 0 { ", q" } else { "" },
            flows(at)
        );
        let (all, counts, impossible) = judged(&text, usize::MAX);
        assert!(all.len() > 10, "{rules}: {}", all.len());
        for (most, jobs) in [(0, 1), (1, 2), (all.len() / 2, 1)] {
            let (listed, counted, own) = on(jobs, || judged(&text, most));
            assert_eq!(counted, counts, "{most} on {jobs}: {rules}");
            assert!(listed.len() >= most && all.starts_with(&listed));
            // The place where the last wanted one is found is listed whole.
            assert!(most > 0 || listed.is_empty());
            assert_eq!(own, impossible, "{rules}");
        }
    }
}

/// Waivers silence findings one by one, so what they stand before is said whatever is wanted.
#[test]
fn what_is_not_said_is_counted_unless_a_waiver_stands_there() {
    let waiver = "waive undeclared-flow until 2030-01-01 because \"soon\"";
    for (waiver, waived) in [("", 0), (waiver, 2)] {
        let text = format!(
            "{WORDS} policy p {{ open process  never share email  never retain email }}
             plan x {{ checks p
               source one : customer  system console  external truck : carrier
               {waiver} store box keeps email 1 month
               one -> console : email  console -> box : email
               {waiver} console -> truck : email  console -> truck : email
               console -> truck : notes  console uses views }}"
        );
        let model = model(&text);
        let mut judge = Judge::new(&model, "2026-01-01".parse().expect("a date"));
        let mut said = |most: usize| {
            let mut diags = Diags::new();
            let more = plan(&mut judge, &model.plans[0], most, &mut diags);
            (diags.len(), more)
        };
        let (all, more) = said(usize::MAX);
        assert_eq!((all, more.len()), (5, 0));
        for most in 0..all {
            let (listed, more) = said(most);
            assert_eq!(listed + more.values().sum::<usize>(), all);
            assert!(listed == most.max(waived) || waived > 0 && listed <= most + waived);
            assert!(listed >= waived);
        }
        let unsourced = said(0).1["unsourced-data"];
        assert_eq!(unsourced, 2);
    }
}

/// Edges that say the same and carry the same add the same, also where the acts of their data differ and
/// so nothing but making the findings tells how many there are, and where their data read as two lists.
#[test]
fn edges_that_are_alike_count_alike() {
    for rules in [
        "never share email, phone with carrier except email for routing",
        "never share contact with carrier except email other than work",
    ] {
        for edges in 1..5 {
            let text = format!(
                "{WORDS} policy p {{ open process  {rules} }}
                 plan x {{ checks p
                   source one : customer  system console  external truck : carrier
                   one -> console : contact {} }}",
                "console -> truck : contact ".repeat(edges)
            );
            let (all, counts, _) = judged(&text, usize::MAX);
            assert!(all.len() >= 2 * edges, "{all:?}");
            for most in 0..=all.len() {
                assert_eq!(judged(&text, most).1, counts, "{most} of {edges} edges");
            }
        }
    }
}

/// The same where what is given contradicts what lasts from collection: that is said of each of them.
#[test]
fn edges_that_are_alike_are_all_impossible() {
    let text = format!(
        "{WORDS} policy p {{ open process  never share contact with carrier }}
         policy q {{ open process }}
         plan x {{ checks p, q
           source one : customer  system console  external truck : carrier
           one -> console : contact given signed
           console -> truck : contact given unsigned
           console -> truck : contact given unsigned }}"
    );
    let (_, counts, impossible) = judged(&text, usize::MAX);
    // Both policies find it, and it is said once of each edge.
    assert_eq!(impossible.len(), 2, "{impossible:?}");
    for most in [0, 1] {
        let (_, counted, own) = judged(&text, most);
        assert_eq!((counted, own), (counts.clone(), impossible.clone()));
    }
}

/// Giving people their own data is open; giving them to a party that is called the same is not.
#[test]
fn a_source_is_not_alike_to_an_external_of_the_same_party() {
    let text = format!(
        "{WORDS} policy p {{ may collect, use any }}
         plan x {{ checks p
           source one : customer  system console  external desk : data-subject
           one -> console : email  console -> one : email  console -> desk : email }}"
    );
    let (listed, counts, _) = judged(&text, usize::MAX);
    assert_eq!(listed, ["Edge(2) undeclared-flow"]);
    assert_eq!(judged(&text, 0).1, counts);
}

/// The way that is shown is of the label that came the shortest way, over edges that pass it.
#[test]
fn the_way_of_a_finding_is_one_that_its_label_went() {
    let text = format!(
        "{WORDS} policy p {{ open process  never share contact with carrier }}
         plan x {{ checks p
           source one : customer  source second : customer
           system console  system far  system near  external truck : carrier
           one -> console : contact
           console -> near : street
           console -> far : phone
           far -> near : phone
           second -> near : email
           near -> truck : phone
           near -> truck : phone, email as hashed }}"
    );
    let model = model(&text);
    let mut judge = Judge::new(&model, "2026-01-01".parse().expect("a date"));
    let outcome = plans::judge(&mut judge, &model.plans[0]);
    let edges = |at: usize| {
        let way = outcome.findings[at].way.iter();
        way.map(|(edge, _)| *edge).collect::<Vec<usize>>()
    };
    assert_eq!(outcome.findings.len(), 2);
    assert_eq!(
        edges(0),
        [0, 2, 3, 5],
        "not over the edge that passes streets"
    );
    assert_eq!(edges(1), [4, 6], "the shortest, of email");
    let data = |step: &(usize, usize)| outcome.graph.labels.get(step.1).data;
    let way = &outcome.findings[1].way;
    assert_eq!(data(&way[0]), data(&way[1]));
}

/// What a rule makes wrong of one label it may leave right of another, by what lasts from collection.
#[test]
fn what_lasts_counts_label_by_label() {
    for (data, others) in [
        (["phone", "email"], ""),
        (["email", "phone"], ""),
        (["phone", "email"], "given sealed"),
    ] {
        let text = format!(
            "{WORDS} policy p {{ open process  never share contact with carrier unless signed }}
             plan x {{ checks p
               source one : customer  system console  external truck : carrier
               one -> console : email given signed
               one -> console : phone {}
               console -> truck : {}  console -> truck : {} }}",
            others, data[0], data[1]
        );
        let (listed, counts, _) = judged(&text, usize::MAX);
        assert_eq!(listed.len(), 1);
        assert_eq!(judged(&text, 0).1, counts);
    }
}

/// What an edge makes of data, and brings to no node, is judged as well.
#[test]
fn a_label_that_only_an_edge_makes_is_looked_at() {
    let text = format!(
        "{WORDS} policy p {{ open process  never use contact as aggregated }}
         plan x {{ checks p
           source one : customer  system console
           one -> console : contact  console uses contact  console uses contact as aggregated }}"
    );
    let (listed, counts, _) = judged(&text, usize::MAX);
    assert_eq!(listed, ["Edge(2) forbidden-flow"]);
    assert_eq!(judged(&text, 0).1, counts);
}

/// Where no rule has anything to say, what lasts from collection still may not contradict what is given.
#[test]
fn what_lasts_contradicts_what_is_given_under_any_policy() {
    let text = format!(
        "{WORDS} policy p {{ open process }}
         plan x {{ checks p
           source one : customer  system console  external truck : carrier
           one -> console : contact given signed
           console -> truck : contact given unsigned }}"
    );
    for most in [0, 1, usize::MAX] {
        let (listed, counted, impossible) = judged(&text, most);
        assert!(listed.is_empty() && counted.is_empty());
        assert_eq!(impossible.len(), 1, "{impossible:?}");
    }
}
