//! Each phase of checking a generated plan of 10^4 nodes, several times, beside two peers that spread the
//! same labels over the same graph: bare bitsets, and a Datalog program for `ascent`. `cargo bench --bench
//! phases` puts them in one table; benches/flow.rs takes larger plans, once.

#![allow(missing_docs, reason = "a program that prints figures")]

mod bare;
mod datalog;
mod shapes;
mod sources;

use abide::check::{Compiled, Judge, plans, wording};
use abide::decide::Decision;
use abide::diag::Diags;
use abide::flow::unsourced::spread_all;
use abide::flow::{Asks, Graph, Spread, build};
use abide::model::vocabulary::Date;
use abide::model::{Model, PolicyId};
use abide::report::{Report, human};
use abide::source::FileId;
use abide::syntax::ast::Ast;
use abide::syntax::parse;
use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use fixedbitset::FixedBitSet;
use shapes::{Files, Shape, Shape::Dense, Shape::Local};
use std::sync::Arc;

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const NODES: usize = 10_000;

/// How many findings are listed.
const LISTED: usize = 100;

fn main() {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    abide::jobs::on(threads, divan::main);
}

/// The files of a shape, the tree of its policy, and both as a model.
struct Given {
    files: Files,
    ast: Ast,
    model: Model,
}

impl Given {
    fn new(shape: Shape) -> Given {
        let files = shapes::files(shape, NODES);
        let mut diags = Diags::new();
        let ast = parse(FileId(0), &files.abide, &mut diags);
        let model = shapes::load(&ast, &files, &mut diags);
        assert!(diags.is_empty(), "{}", diags[0].message);
        Given { files, ast, model }
    }

    fn compiled(&self) -> Compiled<'_> {
        let today: Date = "2026-11-24".parse().expect("a day");
        Compiled::new(&self.model, today)
    }

    fn judge(&self) -> Judge<'_> {
        let mut compiled = self.compiled();
        compiled.policy(PolicyId(0));
        Judge::of(compiled)
    }

    fn graph(&self) -> Graph {
        let plan = &self.model.plans[0];
        let expired = FixedBitSet::new();
        build(&self.model.vocabulary, plan, &expired, Asks::default())
    }

    /// The graph with all labels that spread in it, and what each node holds.
    fn spread(&self) -> (Graph, Spread) {
        let mut graph = self.graph();
        let (held, _) = spread_all(&self.model.vocabulary, &self.model.plans[0], &mut graph);
        (graph, held)
    }
}

#[divan::bench(name = "1 parse", args = [Local, Dense])]
fn parsing(bencher: Bencher, shape: Shape) {
    let text = &shapes::files(shape, NODES).abide;
    bencher
        .counter(BytesCount::of_str(text))
        .bench(|| parse(FileId(0), black_box(text), &mut Diags::new()));
}

#[divan::bench(name = "2 lower", args = [Local, Dense])]
fn lowering(bencher: Bencher, shape: Shape) {
    let Given { files, ast, .. } = &Given::new(shape);
    bencher
        .counter(BytesCount::new(files.nodes.len() + files.flows.len()))
        .bench(|| shapes::load(ast, files, &mut Diags::new()));
}

#[divan::bench(name = "3 compile", args = [Local, Dense])]
fn compiling(bencher: Bencher, shape: Shape) {
    let given = &Given::new(shape);
    bencher
        .counter(ItemsCount::new(given.model.policies[0].rules.len()))
        .bench(|| -> Arc<Decision> { given.compiled().policy(PolicyId(0)) });
}

#[divan::bench(name = "4 build the graph", args = [Local, Dense])]
fn building(bencher: Bencher, shape: Shape) {
    let given = &Given::new(shape);
    bencher.bench(|| given.graph());
}

#[divan::bench(name = "5 spread", args = [Local, Dense])]
fn spreading(bencher: Bencher, shape: Shape) {
    let given = &Given::new(shape);
    let (vocabulary, plan) = (&given.model.vocabulary, &given.model.plans[0]);
    bencher
        .with_inputs(|| given.graph())
        .bench_values(|mut graph| spread_all(vocabulary, plan, &mut graph));
}

#[divan::bench(name = "5 spread: bare bitsets", args = [Local, Dense])]
fn spreading_bare(bencher: Bencher, shape: Shape) {
    let (graph, held) = Given::new(shape).spread();
    let bare = bare::spread(&graph);
    let same = (0..NODES).all(|node| held.held(node).eq(bare.held(node)));
    assert!(same, "both hold the same");
    bencher.bench(|| bare::spread(&graph));
}

#[divan::bench(name = "5 spread: ascent", args = [Local, Dense], sample_count = 3)]
fn spreading_datalog(bencher: Bencher, shape: Shape) {
    let (graph, held) = Given::new(shape).spread();
    let facts: usize = (0..NODES).map(|node| held.held(node).count()).sum();
    assert_eq!(datalog::spread(&graph), facts, "both hold as much");
    bencher.bench(|| datalog::spread(&graph));
}

#[divan::bench(name = "6 build, spread, judge", args = [Local, Dense])]
fn judging(bencher: Bencher, shape: Shape) {
    let given = &Given::new(shape);
    bencher
        .with_inputs(|| given.judge())
        .bench_local_values(|mut judge| {
            plans::judge_most(&mut judge, &given.model.plans[0], LISTED)
        });
}

#[divan::bench(name = "7 report 100 findings", args = [Local, Dense])]
fn reporting(bencher: Bencher, shape: Shape) {
    let given = &Given::new(shape);
    let Given { files, ast, model } = given;
    let plan = &model.plans[0];
    let mut judge = given.judge();
    let outcome = plans::judge_most(&mut judge, plan, LISTED);
    let (sources, asts) = (sources::of(files), [ast.clone()]);
    bencher.bench_local(|| {
        let (mut found, mut page) = (Diags::new(), Vec::new());
        wording::plan(model, &judge, plan, &outcome, LISTED, &mut found);
        let report = Report::of(&sources, &asts, &found);
        human::write(&report, false, &mut page).expect("memory takes it");
        page
    });
}
