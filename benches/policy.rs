//! A large policy: 1,000 rules over 1,024 data, 256 parties, 128 purposes and 30 facts, the same
//! every time. `cargo bench --bench policy` prints how long each phase takes, and the ratio to
//! compiling, which says more than seconds do on a shared machine; and how long single acts take that are
//! looked up in the compiled policy.
#![allow(
    clippy::disallowed_methods,
    missing_docs,
    clippy::print_stdout,
    reason = "a program that prints figures"
)]

use abide::analyze;
use abide::analyze::diff::diff;
use abide::check::acts::{Act, Acts, Said};
use abide::check::{Judge, sense};
use abide::decide::{Dim, Space};
use abide::model::vocabulary::{Kind, NameId, is_variable};
use abide::model::{Action, Model, PolicyId, lower};
use abide::source::FileId;
use abide::syntax::parse;
use std::fmt::Write;
use std::time::{Duration, Instant};

/// Numbers that are the same every time (xorshift, Marsaglia 2003).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

/// `prefix0, prefix1 …`, each with up to four below it.
fn tree(prefix: &str, count: usize) -> String {
    fn node(prefix: &str, at: usize, count: usize, out: &mut String) {
        let _ = write!(out, "{prefix}{at}");
        let below: Vec<usize> = (4 * at + 4..4 * at + 8).filter(|n| *n < count).collect();
        if !below.is_empty() {
            out.push_str(" { ");
            for (nth, child) in below.iter().enumerate() {
                if nth > 0 {
                    out.push_str(", ");
                }
                node(prefix, *child, count, out);
            }
            out.push_str(" }");
        }
    }
    let mut out = String::new();
    for at in 0..4 {
        if at > 0 {
            out.push_str(", ");
        }
        node(prefix, at, count, &mut out);
    }
    out
}

fn rule(numbers: &mut Numbers, at: usize) -> String {
    let kind = numbers.below(100);
    let data = format!("d{}", numbers.below(1024));
    let party = format!("p{}", numbers.below(256));
    let other = format!("p{}", numbers.below(256));
    let purpose = format!("u{}", numbers.below(128));
    let fact = format!("f{}", numbers.below(30));
    let days = [30, 60, 90, 365][numbers.below(4)];
    let rule = match kind {
        0..30 => format!("may share {data} with {party} for {purpose}"),
        30..45 => format!("may share {data} with {party} for {purpose} when {fact}"),
        45..55 => format!("may use {data} for {purpose}"),
        55..65 => format!("never share {data} with {party} unless {fact}"),
        65..75 => format!("never share {data} with {party} except for {purpose} when {fact}"),
        75..85 => format!("share {data} only with {party}, {other}"),
        85..90 => format!("retain {data} at most {days} days after closure"),
        _ => format!("share {data} with {party} requires notify unless {fact}"),
    };
    format!("  r{at}: {rule}\n")
}

/// Two policies of 1,000 rules that differ in ten.
fn text() -> String {
    let facts: Vec<String> = (0..30).map(|at| format!("f{at}")).collect();
    let mut text = format!(
        "data {}\nparty {}\npurpose {}\nfact {}\nevent closure\nduty notify\n",
        tree("d", 1024),
        tree("p", 256),
        tree("u", 128),
        facts.join(", ")
    );
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut rules: Vec<String> = (0..1000).map(|at| rule(&mut numbers, at)).collect();
    let _ = write!(text, "policy old {{\n{}}}\n", rules.concat());
    for nth in 0..10 {
        let at = nth * 97 + 13;
        rules[at] = rule(&mut numbers, at);
    }
    let _ = write!(text, "policy new {{\n{}}}\n", rules.concat());
    text
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

/// Acts of sharing, each on one datum with one party for one purpose in one world.
fn some_acts(model: &Model, space: &Space, count: usize) -> Vec<Act> {
    let mut numbers = Numbers(0x2545_f491_4f6c_dd1d);
    let act = |_| {
        let mut act = Act::new(space);
        for dim in [Dim::Data, Dim::Counterparty, Dim::Purpose] {
            let names = model.vocabulary.of(dim.kind()).len();
            let name = NameId(numbers.below(names) as u32);
            if !is_variable(dim.kind(), name) {
                act = act.with(space, dim, name);
            }
        }
        for fact in 1..model.vocabulary.of(Kind::Fact).len() {
            if numbers.below(2) == 1 {
                act = act.given(space, NameId(fact as u32));
            }
        }
        act
    };
    (0..count).map(act).collect()
}

/// Nanoseconds an act, judged one by one.
fn act_by_act(judge: &mut Judge, policy: PolicyId) {
    let (acts, making) = timed(|| Acts::new(judge, policy, Action::Share));
    let mut acts = acts.expect("it fits in one diagram");
    let all = some_acts(judge.model, &judge.space, 20_000);
    let fine = |said: Said| usize::from(said == Said::Fine);
    // Twice, for the first walks also fetch the diagram from memory.
    for _ in 0..2 {
        let (right, once) = timed(|| all.iter().map(|act| fine(acts.of(act))).sum::<usize>());
        println!(
            "{} acts, {right} of them fine: {:.0} ns an act",
            all.len(),
            once.as_secs_f64() * 1e9 / all.len() as f64
        );
    }
    let few = &all[..16];
    let again = 0..100_000;
    let (_, repeated) = timed(|| {
        let each = again.map(|at| fine(acts.again(std::hint::black_box(&few[at % 16]))));
        each.sum::<usize>()
    });
    println!(
        "{:.0} ns where the same 16 come again; one diagram of {} nodes, made in {:.1} ms",
        repeated.as_secs_f64() * 1e9 / 100_000.0,
        acts.size(),
        making.as_secs_f64() * 1e3
    );
}

fn main() {
    let text = text();
    let mut diags = Vec::new();
    let (ast, parsing) = timed(|| parse(FileId(0), &text, &mut diags));
    let (model, lowering) = timed(|| lower(&[&ast], &Default::default(), &mut diags));
    let model: Model = model;
    assert!(diags.is_empty(), "{diags:#?}");
    let today = "2026-11-24".parse().expect("a day");
    let mut judge = Judge::new(&model, today);
    let (_, compiling) = timed(|| judge.decision(PolicyId(0)));
    let _ = judge.decision(PolicyId(1));
    let mut found = Vec::new();
    let (_, lints) = timed(|| {
        sense::check(&mut judge, PolicyId(0), &mut found);
        analyze::check(&mut judge, PolicyId(0), &|code| code.severity, &mut found);
    });
    let (difference, differing) = timed(|| diff(&mut judge, PolicyId(0), PolicyId(1)));
    act_by_act(&mut judge, PolicyId(0));
    println!("{} findings, {} rows", found.len(), difference.rows.len());
    for (name, time) in [
        ("parse 2,000 rules", parsing),
        ("lower 2,000 rules", lowering),
        ("compile 1,000 rules", compiling),
        ("all lints of one policy", lints),
        ("diff of ten rules", differing),
    ] {
        let ratio = time.as_secs_f64() / compiling.as_secs_f64();
        println!(
            "{name:<22} {:>8.1} ms  {ratio:>6.2} x compile",
            time.as_secs_f64() * 1e3
        );
    }
}
