//! Pictures of whole plans: what they leave out is said, nothing that is wrong gets lost, and
//! Graphviz accepts them.

use abide::graph::picture::State;
use abide::graph::{Collapse, Direction, GroupBy, Options, Picture, draw, dot, json, mermaid};
use abide::project::{Input, Levels, Outcome, load, run, run::Settings};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

const TODAY: &str = "2026-11-24";

fn outcome(input: &Input) -> Outcome {
    let settings = Settings {
        today: TODAY.parse().expect("a date"),
        levels: Levels::default(),
        waivers: true,
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
    Some(if output.status.success() && !said.contains("yntax error") {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(said)
    })
}

#[test]
fn graphviz_accepts_every_shipped_plan() {
    let shipped = outcome(&Input {
        paths: vec![PathBuf::from("policies")],
        stdin: None,
    });
    let fixture = outcome(&Input {
        paths: vec![PathBuf::from("tests/fixtures/language.abide")],
        stdin: None,
    });
    let mut drawn = 0;
    for outcome in [&shipped, &fixture] {
        for (at, options) in everything().iter().enumerate() {
            for picture in pictures(outcome, options) {
                let text = dot_of(&picture);
                let name = format!("{}/{}-{at}", env!("CARGO_TARGET_TMPDIR"), picture.plan);
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
