//! Pictures of whole plans: what they leave out is said, nothing that is wrong gets lost, and
//! Graphviz accepts them.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests read files and run Graphviz, and say so where there is none"
)]

use abide::diag::Group;
use abide::graph::picture::{Node, State};
use abide::graph::{
    Collapse, Direction, GroupBy, MANY, Options, Picture, dot, draw, json, mermaid, mistaken,
};
use abide::project::{Input, Levels, Outcome, load, run, run::Settings};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

const TODAY: &str = "2026-11-24";

fn outcome(input: &Input) -> Outcome {
    let settings = Settings {
        today: TODAY.parse().expect("a date"),
        levels: Levels::default(),
        waivers: true,
        most: None,
    };
    run(load(input).expect("it can be read"), &settings)
}

fn text(text: &str) -> Outcome {
    outcome(&Input {
        stdin: Some(("plan.abide".to_string(), text.as_bytes().to_vec())),
        ..Input::default()
    })
}

fn pictures(outcome: &Outcome, options: &Options) -> Vec<Picture> {
    let models = outcome.models.iter();
    models
        .flat_map(|(model, _)| model.plans.iter().map(move |plan| (model, plan)))
        .map(|(model, plan)| draw(model, plan, &outcome.sources, &outcome.findings, options))
        .collect()
}

fn dot_of(picture: &Picture) -> String {
    let mut out = Vec::new();
    dot::write(picture, &mut out).expect("memory takes it");
    String::from_utf8(out).expect("text")
}

fn everything() -> Vec<Options> {
    let all = Options {
        all: true,
        ..Options::default()
    };
    vec![
        Options::default(),
        all.clone(),
        Options {
            violations_only: true,
            ..Options::default()
        },
        Options {
            group_by: GroupBy::Region,
            ..all.clone()
        },
        Options {
            collapse: Collapse::Party,
            ..all.clone()
        },
        Options {
            collapse: Collapse::Region,
            ..all
        },
    ]
}

/// What `dot` says of a text; `None` where there is no `dot`.
fn graphviz(text: &str) -> Option<Result<String, String>> {
    let mut child = Command::new("dot")
        .arg("-Tsvg")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    let mut stdin = child.stdin.take()?;
    let text = text.to_string();
    let feed = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().ok()?;
    let _ = feed.join();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Some(
        if output.status.success() && !said.contains("yntax error") {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(said)
        },
    )
}

#[test]
fn graphviz_accepts_every_shipped_plan() {
    let shipped = outcome(&Input {
        paths: vec![PathBuf::from("policies")],
        ..Input::default()
    });
    let fixture = outcome(&Input {
        paths: vec![PathBuf::from("tests/fixtures/language.abide")],
        ..Input::default()
    });
    let mut drawn = 0;
    let own = text(&format!("{WORDS}{PLAN}"));
    for (folder, outcome) in [("shipped", &shipped), ("fixture", &fixture), ("own", &own)] {
        for (at, options) in everything().iter().enumerate() {
            for picture in pictures(outcome, options) {
                let text = dot_of(&picture);
                let name = format!(
                    "{}/{folder}-{}-{at}",
                    env!("CARGO_TARGET_TMPDIR"),
                    picture.plan
                );
                std::fs::write(format!("{name}.dot"), &text).expect("the folder is there");
                let mut out = Vec::new();
                mermaid::write(&picture, &mut out).expect("memory takes it");
                std::fs::write(format!("{name}.mmd"), &out).expect("the folder is there");
                let mut out = Vec::new();
                json::write(&picture, &mut out).expect("memory takes it");
                serde_json::from_slice::<serde_json::Value>(&out).expect("valid JSON");
                match graphviz(&text) {
                    None => {
                        eprintln!("skipped: there is no `dot` to try");
                        return;
                    }
                    Some(Err(said)) => panic!("{}: {said}\n{text}", picture.plan),
                    Some(Ok(svg)) => assert!(svg.contains("</svg>")),
                }
                drawn += 1;
            }
        }
    }
    assert!(drawn > 0, "no plan was drawn");
}

const WORDS: &str = r#"
data contact { email, phone }, usage, score
subject customer
party advertiser, carrier
purpose routing, ads
region eea, united-states
policy notice {
  may collect contact, usage for routing
  may use contact, usage for routing
  may share phone with carrier for routing
  never share contact with advertiser
  retain contact at most 60 days
  never derive score
}
"#;

/// A violation three hops from collection, and much that has nothing to do with it.
const PLAN: &str = r#"
plan shop "Say \"hi\" \\N &amp; <b> to all" {
  checks notice
  source   buyer   : customer resident in eea
  system   web     in eea
  system   router
  store    archive in united-states
    keeps contact 90 days
  external telco   : carrier in eea
  external adtech  : advertiser in united-states
  source   visitor : customer
  system   counter
  system   graveyard

  buyer   -> web     : email, phone for routing
  web     -> router  : phone for routing
  router  -> telco   : phone for routing
  web     -> archive : all for routing
  archive derives score from email for routing
  archive -> adtech  : score for ads
  waive forbidden-flow until 2030-01-01 because "they asked"
  archive -> adtech  : email for routing
  visitor -> counter : usage for routing
  counter uses usage for routing
  counter -> graveyard : usage for routing
}
"#;

fn shop(options: &Options) -> Picture {
    let outcome = text(&format!("{WORDS}{PLAN}"));
    let syntax = outcome
        .findings
        .iter()
        .filter(|d| d.code.group != Group::Flow);
    let odd: Vec<_> = syntax.map(|d| (d.code.name, &d.message)).collect();
    assert!(
        odd.iter()
            .all(|(code, _)| *code == "unused-name" || *code == "unlimited-retention"),
        "{odd:?}"
    );
    pictures(&outcome, options).remove(0)
}

fn names(picture: &Picture) -> Vec<&str> {
    picture
        .nodes
        .iter()
        .map(|node| node.name.as_str())
        .collect()
}

fn node<'a>(picture: &'a Picture, name: &str) -> &'a Node {
    let found = picture.nodes.iter().find(|node| node.name == name);
    found.unwrap_or_else(|| panic!("{name} is not among {:?}", names(picture)))
}

fn focus(name: &str, depth: usize, direction: Direction) -> Options {
    Options {
        focus: Some(name.to_string()),
        depth,
        direction,
        ..Options::default()
    }
}

fn carrying(data: &str) -> Options {
    Options {
        data: Some(data.to_string()),
        ..Options::default()
    }
}

/// Choices of what to draw that draw each node by itself.
fn choices() -> Vec<Options> {
    let mut all: Vec<Options> = everything();
    all.retain(|options| options.collapse == Collapse::Auto);
    for direction in [Direction::Up, Direction::Down, Direction::Both] {
        for depth in [0, 1, 2, usize::MAX] {
            all.push(focus("archive", depth, direction));
            all.push(Options {
                data: Some("contact".to_string()),
                violations_only: true,
                ..focus("web", depth, direction)
            });
        }
    }
    all.push(carrying("usage"));
    all.push(carrying("score"));
    all
}

/// "2 nodes and 1 flow …": the two numbers.
fn counts(line: &str) -> (usize, usize) {
    let words: Vec<&str> = line.split(' ').collect();
    let number = |what: &str| {
        words
            .windows(2)
            .find(|pair| pair[1].trim_end_matches('s') == what && pair[0].parse::<usize>().is_ok())
            .and_then(|pair| pair[0].parse().ok())
            .unwrap_or(0)
    };
    (number("node"), number("flow"))
}

#[test]
fn what_is_drawn_and_what_is_said_to_be_left_out_is_the_whole_plan() {
    let whole = shop(&Options {
        all: true,
        ..Options::default()
    });
    let flows = |picture: &Picture| {
        let notes: usize = picture.nodes.iter().map(|node| node.notes.len()).sum();
        picture.edges.len() + notes
    };
    assert_eq!(whole.left_out, Vec::<String>::new());
    assert_eq!(whole.nodes.len(), 9);
    assert_eq!(flows(&whole), 10);
    let mut narrower = 0;
    for options in choices() {
        let picture = shop(&options);
        let said: Vec<(usize, usize)> = picture.left_out.iter().map(|line| counts(line)).collect();
        let nodes: usize = said.iter().map(|(nodes, _)| nodes).sum();
        let edges: usize = said.iter().map(|(_, flows)| flows).sum();
        assert_eq!(
            picture.nodes.len() + nodes,
            9,
            "{options:?} {:?}",
            picture.left_out
        );
        assert_eq!(
            flows(&picture) + edges,
            10,
            "{options:?} {:?}",
            picture.left_out
        );
        narrower += usize::from(nodes > 0);
        // The words are on the picture itself.
        let text = dot_of(&picture);
        for line in &picture.left_out {
            assert!(text.contains(&format!("left out: {line}")), "{line}");
        }
    }
    assert!(narrower > 10);
}

#[test]
fn the_default_is_the_paths_to_violations_and_one_hop_around() {
    let picture = shop(&Options::default());
    assert_eq!(
        names(&picture),
        ["buyer", "web", "router", "archive", "adtech"]
    );
    assert_eq!(
        picture.left_out,
        [
            "4 nodes and 4 flows more than one step from every violation and its path (--all draws them)"
        ]
    );
    let picture = shop(&Options {
        violations_only: true,
        ..Options::default()
    });
    assert_eq!(names(&picture), ["buyer", "web", "archive", "adtech"]);
}

#[test]
fn a_focus_goes_up_or_down_so_many_steps() {
    let drawn = |depth, direction| {
        let picture = shop(&focus("archive", depth, direction));
        names(&picture).join(" ")
    };
    assert_eq!(drawn(1, Direction::Up), "web archive");
    assert_eq!(drawn(2, Direction::Up), "buyer web archive");
    assert_eq!(drawn(1, Direction::Down), "archive adtech");
    assert_eq!(drawn(1, Direction::Both), "web archive adtech");
    // Up and then down again is neither: the router has none of the archive's data.
    assert_eq!(
        drawn(usize::MAX, Direction::Both),
        "buyer web archive adtech"
    );
    assert_eq!(drawn(0, Direction::Both), "archive");
}

#[test]
fn data_is_followed_through_all_and_through_what_derives_from_it() {
    let picture = shop(&carrying("email"));
    let flows: Vec<&str> = picture
        .edges
        .iter()
        .map(|edge| edge.data.as_str())
        .collect();
    assert_eq!(
        flows,
        ["email, phone", "all (email, phone)", "score", "email"]
    );
    assert_eq!(
        node(&picture, "archive").notes[0].text,
        "derives score from email for routing"
    );
    assert_eq!(
        names(&shop(&carrying("usage"))),
        ["visitor", "counter", "graveyard"]
    );
}

#[test]
fn names_that_are_not_there_are_told_with_the_nearest() {
    let outcome = text(&format!("{WORDS}{PLAN}"));
    let (model, _) = &outcome.models[0];
    let mistake = |options| mistaken(model, &model.plans[0], &options);
    assert_eq!(mistake(Options::default()), None);
    assert_eq!(mistake(focus("web", 1, Direction::Up)), None);
    assert_eq!(mistake(carrying("email")), None);
    assert_eq!(
        mistake(focus("archiv", 1, Direction::Up)).as_deref(),
        Some("`shop` has no node `archiv`; did you mean `archive`?")
    );
    assert_eq!(
        mistake(carrying("emial")).as_deref(),
        Some("no data is called `emial`; did you mean `email`?")
    );
}

#[test]
fn nothing_that_is_wrong_is_missing_from_a_picture() {
    for collapse in [Collapse::Nothing, Collapse::Party, Collapse::Region] {
        for all in [false, true] {
            for (folder, outcome) in [
                ("shop", text(&format!("{WORDS}{PLAN}"))),
                (
                    "policies",
                    outcome(&Input {
                        paths: vec![PathBuf::from("policies")],
                        ..Input::default()
                    }),
                ),
            ] {
                let options = Options {
                    all,
                    collapse,
                    ..Options::default()
                };
                for picture in pictures(&outcome, &options) {
                    let found = outcome.findings.iter().filter(|d| {
                        let flow = d.flow.as_ref();
                        flow.is_some_and(|flow| flow.plan == picture.plan)
                            && d.code.group == Group::Flow
                    });
                    let wanted: BTreeSet<(bool, &str)> =
                        found.map(|d| (d.waived.is_some(), d.code.name)).collect();
                    let of_nodes = picture.nodes.iter().flat_map(|node| {
                        let notes = node.notes.iter().flat_map(|note| &note.marks);
                        node.marks.iter().chain(notes)
                    });
                    let marks = of_nodes.chain(picture.edges.iter().flat_map(|edge| &edge.marks));
                    let drawn: BTreeSet<(bool, &str)> = marks
                        .map(|mark| {
                            let code = mark.code.split(' ').next().unwrap_or_default();
                            (mark.state == State::Waived, code)
                        })
                        .collect();
                    assert_eq!(drawn, wanted, "{folder} {} {collapse:?}", picture.plan);
                }
            }
        }
    }
}

#[test]
fn violations_stand_out_without_colour() {
    let picture = shop(&Options::default());
    let text = dot_of(&picture);
    let mut seen = BTreeSet::new();
    for edge in &picture.edges {
        let line = text
            .lines()
            .find(|line| line.contains(&format!("id={},", edge.id)));
        let line = line.expect("each edge is written");
        seen.insert(edge.state);
        assert_eq!(
            line.contains("style=bold"),
            edge.state == State::Violation,
            "{line}"
        );
        assert_eq!(
            line.contains("\u{2717}"),
            edge.state == State::Violation,
            "{line}"
        );
        assert_eq!(
            line.contains("style=dashed"),
            edge.state == State::Waived,
            "{line}"
        );
        assert_eq!(
            line.contains("label=\"\u{2713} "),
            edge.state == State::Fine,
            "{line}"
        );
    }
    let wanted = [State::Violation, State::Waived, State::Fine];
    assert_eq!(seen, BTreeSet::from(wanted));
    // Kept longer than the policy says: a store's own violation.
    assert_eq!(node(&picture, "archive").state, State::Violation);
    assert!(text.contains("\u{2717} archive"));
    assert!(text.contains("\u{2717} retention-too-long"));
}

#[test]
fn recipients_stand_apart_from_those_the_policy_does_not_name() {
    let all = Options {
        all: true,
        ..Options::default()
    };
    let to_telco = PLAN.replace("counter -> graveyard :", "counter -> telco :");
    let picture = pictures(&text(&format!("{WORDS}{to_telco}")), &all).remove(0);
    let of = |name: &str| {
        let cluster = node(&picture, name).cluster;
        cluster.map(|at| {
            (
                picture.clusters[at].id.as_str(),
                picture.clusters[at].dashed,
            )
        })
    };
    assert_eq!(of("buyer"), None);
    assert_eq!(of("web"), Some(("us", false)));
    assert_eq!(of("archive"), Some(("us", false)));
    assert_eq!(of("telco"), Some(("undeclared", true)));
    // What it gets is forbidden, so the policy does speak of it.
    assert_eq!(of("adtech"), Some(("recipients", false)));
    let picture = shop(&Options {
        all: true,
        group_by: GroupBy::Region,
        ..Options::default()
    });
    let of = |name: &str| {
        let cluster = node(&picture, name).cluster;
        cluster.map(|at| {
            (
                picture.clusters[at].label.as_str(),
                picture.clusters[at].dashed,
            )
        })
    };
    assert_eq!(of("web"), Some(("in eea", false)));
    assert_eq!(of("telco"), Some(("in eea", false)));
    assert_eq!(of("adtech"), Some(("in united-states", false)));
    assert_eq!(of("router"), Some(("no region stated", true)));
}

#[test]
fn nothing_is_drawn_as_fine_that_was_not_judged() {
    let broken = PLAN.replace(
        "buyer   -> web ",
        "buyer -> nobody : phone\n  buyer   -> web ",
    );
    for text_of_plan in [broken, PLAN.replace("checks notice", "")] {
        let outcome = text(&format!("{WORDS}{text_of_plan}"));
        let picture = pictures(&outcome, &Options::default()).remove(0);
        let nodes = picture.nodes.iter().map(|node| node.state);
        let states = nodes.chain(picture.edges.iter().map(|edge| edge.state));
        assert!(states.clone().all(|state| state != State::Fine));
        assert!(states.clone().any(|state| state == State::Unjudged));
        assert!(!dot_of(&picture).contains('\u{2713}'));
    }
}

#[test]
fn ids_do_not_depend_on_what_else_is_drawn() {
    let whole = shop(&Options {
        all: true,
        ..Options::default()
    });
    for options in choices() {
        for drawn in &shop(&options).nodes {
            assert_eq!(drawn.id, node(&whole, &drawn.name).id);
        }
    }
    assert_eq!(whole.nodes[0].id, "n0");
    assert_eq!(whole.edges[0].id, "e0");
}

#[test]
fn a_picture_does_not_depend_on_the_order_of_findings() {
    let mut outcome = text(&format!("{WORDS}{PLAN}"));
    let before: Vec<String> = pictures(&outcome, &Options::default())
        .iter()
        .map(dot_of)
        .collect();
    outcome.findings.reverse();
    let after: Vec<String> = pictures(&outcome, &Options::default())
        .iter()
        .map(dot_of)
        .collect();
    assert_eq!(before, after);
}

#[test]
fn texts_of_people_reach_the_picture_as_they_are() {
    let picture = shop(&Options::default());
    assert!(
        picture.title[0].contains(r#"Say "hi" \N &amp; <b> to all"#),
        "{:?}",
        picture.title
    );
    match graphviz(&dot_of(&picture)) {
        None => eprintln!("skipped: there is no `dot` to try"),
        Some(Err(said)) => panic!("{said}"),
        Some(Ok(svg)) => assert!(
            svg.contains(r#"Say &quot;hi&quot; \N &amp;amp; &lt;b&gt; to all"#),
            "{svg}"
        ),
    }
}

#[test]
fn flows_link_to_where_they_are_written() {
    let picture = shop(&Options::default());
    let source = format!("{WORDS}{PLAN}");
    for edge in &picture.edges {
        let link = edge.link.as_deref().expect("the file has a relative path");
        let line: usize = link
            .strip_prefix("plan.abide#L")
            .and_then(|line| line.parse().ok())
            .expect("a line");
        let written = source.lines().nth(line - 1).unwrap_or_default();
        let (from, to) = (&picture.nodes[edge.from].name, &picture.nodes[edge.to].name);
        assert!(
            written.trim().starts_with(from.as_str()) && written.contains(to.as_str()),
            "{written}"
        );
    }
}

/// A plan of many systems in a row, one of which shares what it must not.
fn many(systems: usize) -> Outcome {
    let mut plan = String::from(
        "plan big {\n checks notice\n source buyer : customer\n external adtech : advertiser\n",
    );
    for at in 0..systems {
        plan += &format!(" system s{at}\n");
    }
    plan += " buyer -> s0 : email for routing\n";
    for at in 1..systems {
        plan += &format!(" s{} -> s{at} : email for routing\n", at - 1);
    }
    plan += &format!(" s{} -> adtech : email for ads\n}}\n", systems - 1);
    text(&format!("{WORDS}{plan}"))
}

#[test]
fn many_nodes_are_drawn_as_few_and_the_picture_says_so() {
    let options = Options::default();
    let few = pictures(&many(MANY - 2), &options).remove(0);
    assert_eq!(few.nodes.len(), MANY);
    let outcome = many(MANY);
    let picture = pictures(&outcome, &options).remove(0);
    assert_eq!(names(&picture), ["buyer", "adtech", "200 systems"]);
    assert_eq!(
        picture.left_out,
        [
            "202 nodes each by itself: 3 stand for them, one for each kind and party (--collapse none draws all)"
        ]
    );
    let systems = node(&picture, "200 systems");
    assert_eq!(systems.notes[0].text, "199 flows among them");
    assert!(
        picture
            .edges
            .iter()
            .any(|edge| edge.state == State::Violation)
    );
    let each = Options {
        collapse: Collapse::Nothing,
        ..Options::default()
    };
    assert_eq!(pictures(&outcome, &each)[0].nodes.len(), 202);
}

#[test]
fn mermaid_says_when_it_will_not_draw() {
    let options = Options {
        collapse: Collapse::Nothing,
        ..Options::default()
    };
    let note = |systems: usize| {
        let picture = pictures(&many(systems), &options).remove(0);
        mermaid::write(&picture, &mut std::io::sink()).expect("a sink takes it")
    };
    assert_eq!(note(10), None);
    let said = note(460).expect("too many");
    assert!(said.contains("461 flows"), "{said}");
}

#[test]
fn mermaid_reads_texts_of_people_as_text() {
    let mut out = Vec::new();
    mermaid::write(&shop(&Options::default()), &mut out).expect("memory takes it");
    let text = String::from_utf8(out).expect("text");
    assert!(
        text.contains("Say #34;hi#34; #92;N #38;amp; #60;b#62; to all"),
        "{text}"
    );
    for line in text.lines().filter(|line| line.contains('"')) {
        assert_eq!(line.matches('"').count() % 2, 0, "{line}");
    }
}

#[test]
fn a_plan_without_anything_is_still_a_picture() {
    let outcome = text(&format!("{WORDS}plan bare {{ checks notice }}"));
    let picture = pictures(&outcome, &Options::default()).remove(0);
    assert_eq!(
        picture.title[1],
        "0 nodes, 0 flows, judged by notice: no violation"
    );
    if let Some(Err(said)) = graphviz(&dot_of(&picture)) {
        panic!("{said}");
    }
}
