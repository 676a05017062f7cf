//! Judging plans of 10^4 nodes and more, phase by phase, each once, against a bare propagation of bitsets
//! over the same graph (benches/phases.rs takes 10^4 nodes several times, and beside other peers).
//!
//! `cargo bench --bench flow` runs both shapes at 10^4 and 10^5 nodes; `cargo bench --bench flow -- dense
//! 1000000` one of them; `cargo bench --bench flow -- write dense 1000000 FOLDER` writes the files for
//! `abide check FOLDER`; `cargo bench --bench flow -- memory local 1000000` says how much memory the
//! loaded graph takes, and the most that judging it takes, on Linux.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark reads the clock and its arguments, and writes files"
)]

mod bare;
mod shapes;
mod sources;

use abide::check::{Judge, plans, wording};
use abide::flow::{Asks, build, unsourced::spread_all};
use abide::model::{Model, PolicyId};
use abide::report::{Report, human};
use abide::source::FileId;
use abide::syntax::ast::Ast;
use abide::syntax::parse;
use fixedbitset::FixedBitSet;
use shapes::{Files, Shape};
use std::path::Path;
use std::time::{Duration, Instant};

fn main() {
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| arg != "--bench")
        .collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    abide::jobs::on(threads, || all(&words));
}

fn all(words: &[&str]) {
    match words {
        ["write", shape, nodes, folder] => {
            let files = shapes::files(of(shape), number(nodes));
            std::fs::create_dir_all(folder).expect("a folder");
            for (name, text) in [
                ("map.abide", files.abide),
                ("nodes.csv", files.nodes),
                ("flows.csv", files.flows),
            ] {
                std::fs::write(Path::new(folder).join(name), text).expect("written");
            }
        }
        ["memory", shape, nodes] => memory(of(shape), number(nodes)),
        [shape, nodes] => run(of(shape), number(nodes)),
        _ => {
            for shape in [Shape::Local, Shape::Dense] {
                for nodes in [10_000, 100_000] {
                    run(shape, nodes);
                }
            }
        }
    }
}

fn of(word: &str) -> Shape {
    match word {
        "dense" => Shape::Dense,
        _ => Shape::Local,
    }
}

fn number(text: &str) -> usize {
    text.parse().expect("a number of nodes")
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

/// A model, and the tree of its policy.
struct Loaded {
    ast: Ast,
    model: Model,
}

/// Loads files; also says how long the policy and the tables took.
fn load(files: &Files) -> (Loaded, Duration, Duration) {
    let mut diags = Vec::new();
    let (ast, parsing) = timed(|| parse(FileId(0), &files.abide, &mut diags));
    let (model, lowering) = timed(|| shapes::load(&ast, files, &mut diags));
    assert!(diags.is_empty(), "{}", diags[0].message);
    (Loaded { ast, model }, parsing, lowering)
}

/// The memory of a loaded graph, and the most while it is judged.
fn memory(shape: Shape, nodes: usize) {
    let (loaded, ..) = load(&shapes::files(shape, nodes));
    let model = &loaded.model;
    let shown = |what: &str, memory: Option<usize>| match memory {
        Some(kilobytes) => println!("  {what:<22} {:>9.1} MB", kilobytes as f64 / 1e3),
        None => println!("  {what:<22} not known on this system"),
    };
    println!("{shape:?}, {nodes} nodes");
    shown("loaded", status("VmRSS:"));
    // From here on the most is counted anew.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let today = "2026-11-24".parse().expect("a day");
    let mut judge = Judge::new(model, today);
    let (outcome, time) = timed(|| plans::judge_most(&mut judge, &model.plans[0], 100));
    shown("most while judging", status("VmHWM:"));
    println!(
        "  {} findings listed, in {:.3} s",
        outcome.findings.len(),
        time.as_secs_f64()
    );
}

/// A figure of this process, in kilobytes.
fn status(name: &str) -> Option<usize> {
    let all = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = all.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

fn run(shape: Shape, nodes: usize) {
    let files: Files = shapes::files(shape, nodes);
    println!(
        "{shape:?}, {nodes} nodes, {} bytes of tables",
        files.nodes.len() + files.flows.len()
    );
    let (Loaded { ast, model }, parsing, lowering) = load(&files);
    let plan = &model.plans[0];
    assert_eq!((plan.nodes.len(), plan.edges.len()), (nodes, 4 * nodes));
    let today = "2026-11-24".parse().expect("a day");
    let mut judge = Judge::new(&model, today);
    let (_, compiling) = timed(|| judge.decision(PolicyId(0)));
    let expired = FixedBitSet::new();
    let (mut graph, building) = timed(|| build(&model.vocabulary, plan, &expired, Asks::default()));
    let ((held, _), spreading) = timed(|| spread_all(&model.vocabulary, plan, &mut graph));
    let labels = graph.labels.labels.len();
    let rows = held.rows.len();
    let (bare, bare_time) = timed(|| bare::spread(&graph));
    let same = (0..nodes).all(|node| held.held(node).eq(bare.held(node)));
    assert!(same, "both hold the same");
    let (outcome, judging) = timed(|| plans::judge_most(&mut judge, plan, 100));
    let counted: usize = outcome.more.values().sum();
    println!(
        "  {labels} labels, {rows} different rows; {} findings listed, {counted} counted",
        outcome.findings.len()
    );
    let ratio = |time: Duration| time.as_secs_f64() / bare_time.as_secs_f64();
    let both = building + spreading;
    let mut found = Vec::new();
    let (_, wording) = timed(|| wording::plan(&model, &judge, plan, &outcome, 100, &mut found));
    let (sources, mut page) = (sources::of(&files), Vec::new());
    let asts = [ast.clone()];
    let (_, writing) = timed(|| {
        let report = Report::of(&sources, &asts, &found);
        human::write(&report, false, &mut page).expect("memory takes it")
    });
    for (name, time) in [
        ("parse the policy", parsing),
        ("lower, from text", lowering),
        ("compile the policy", compiling),
        ("build the graph", building),
        ("spread", spreading),
        ("build and spread", both),
        ("bare propagation", bare_time),
        ("build, spread, judge", judging),
        ("report 100 findings", wording + writing),
    ] {
        println!(
            "  {name:<22} {:>9.1} ms  {:>6.2} x bare",
            time.as_secs_f64() * 1e3,
            ratio(time)
        );
    }
}
