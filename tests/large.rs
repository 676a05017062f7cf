//! Plans as the benchmarks make them, small enough to be judged the long way, too: what goes fast
//! because much is alike gives what looking at everything gives.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "tests and benchmarks may do what the program may not"
)]

#[path = "../benches/bare/mod.rs"]
mod bare;
#[allow(dead_code, reason = "benchmarks use the rest")]
#[path = "../benches/shapes/mod.rs"]
mod shapes;

use abide::check::plans::{Outcome, judge_most};
use abide::check::{Finding, Judge};
use abide::flow::{Asks, build, unsourced::spread_all};
use abide::jobs::on;
use abide::model::Model;
use abide::source::FileId;
use abide::syntax::parse;
use fixedbitset::FixedBitSet;
use shapes::{Files, Shape};
use std::collections::BTreeMap;

/// Both shapes, large enough that most of what is judged is alike to something judged before.
const SHAPES: [(Shape, usize); 2] = [(Shape::Local, 20_000), (Shape::Dense, 20_000)];

/// The same plans under rules that most of the plan breaks, some in several ways: little may be shared, and
/// rules name what has much below it.
fn harsher(shape: Shape, nodes: usize) -> Files {
    let files = shapes::files(shape, nodes);
    let open = "  may share any with third-party\n";
    let harsh = "
      may share d0, d1, d2 with third-party
      may share d3 with p64, p65, p66 when f0
      never share d4 with third-party unless f1
      never share d5 as plain with third-party
      never share d6, d10 with p64, p70, p67 unless f1
      never share d4 for u1
      share any with third-party requires notify
      never share any with p64, p70 unless f1
      share d6, d2 with third-party for u2, u3 requires notify
      never use d7 by g0, g2 unless f2
      never collect d3 by g1
    ";
    assert!(files.abide.contains(open));
    let abide = files.abide.replace(open, harsh);
    Files { abide, ..files }
}

fn model(files: &Files) -> Model {
    let mut diags = Vec::new();
    let ast = parse(FileId(0), &files.abide, &mut diags);
    let model = on(2, || shapes::load(&ast, files, &mut diags));
    assert!(diags.is_empty(), "{diags:#?}");
    model
}

/// What is found of a plan where so many findings are listed.
fn judged(model: &Model, most: usize, jobs: usize) -> Outcome {
    on(jobs, || {
        let mut judge = Judge::new(model, "2026-11-24".parse().expect("a day"));
        judge_most(&mut judge, &model.plans[0], most)
    })
}

/// Findings by their code, listed or not.
fn counts(outcome: &Outcome) -> BTreeMap<&'static str, usize> {
    let mut counts = outcome.more.clone();
    for finding in &outcome.findings {
        *counts.entry(finding.code().name).or_default() += 1;
    }
    counts
}

fn counts_as_it_lists(model: &Model) {
    let all = judged(model, usize::MAX, 1);
    assert!(all.more.is_empty() && all.findings.len() > 500);
    for (most, jobs) in [(0, 1), (0, 2), (all.findings.len() / 2, 2)] {
        let some = judged(model, most, jobs);
        assert_eq!(counts(&some), counts(&all), "{most} listed by {jobs}");
        assert!(some.findings.len() >= most);
        let (own, listed) = (&some.findings[..most], &all.findings[..most]);
        let said = |finding: &Finding| (finding.at, finding.code().name);
        assert!(own.iter().map(said).eq(listed.iter().map(said)));
    }
}

#[test]
fn what_is_only_counted_is_as_much_as_what_is_listed() {
    for (shape, nodes) in SHAPES {
        counts_as_it_lists(&model(&shapes::files(shape, nodes)));
    }
}

#[test]
fn so_it_is_where_most_of_a_plan_is_wrong() {
    for (shape, nodes) in [(Shape::Local, 600), (Shape::Dense, 300)] {
        counts_as_it_lists(&model(&harsher(shape, nodes)));
    }
}

#[test]
fn labels_spread_as_far_as_bits_do_one_by_one() {
    for (shape, nodes) in SHAPES {
        let model = model(&shapes::files(shape, nodes));
        let (plan, expired) = (&model.plans[0], FixedBitSet::new());
        let mut graph = build(&model.vocabulary, plan, &expired, Asks::default());
        let (held, _) = spread_all(&model.vocabulary, plan, &mut graph);
        let bare = bare::spread(&graph);
        for node in 0..nodes {
            assert!(
                held.held(node).eq(bare.held(node)),
                "{shape:?}, node {node}"
            );
        }
    }
}

/// Rows that say the same of two sources leave them two: data go back to one of them, and not to the other.
#[test]
fn whose_data_go_back_is_told_apart_where_they_are_only_counted() {
    let files = Files {
        abide: "data name\nsubject person\npolicy p {\n  open process\n  never share any with any other than its-source\n}\n\
            plan map {\n  checks p\n  nodes \"nodes.csv\"\n  flows \"flows.csv\"\n}\n"
            .to_string(),
        nodes: "name,kind,subject\none,source,person\ntwo,source,person\ncrm,system,\n".to_string(),
        flows: "from,to,data\none,crm,name\ncrm,one,name\ncrm,two,name\ncrm,one,name\n".to_string(),
    };
    let model = model(&files);
    let all = judged(&model, usize::MAX, 1);
    assert_eq!(all.findings.len(), 1);
    for jobs in [1, 2] {
        assert_eq!(counts(&judged(&model, 0, jobs)), counts(&all));
    }
}
