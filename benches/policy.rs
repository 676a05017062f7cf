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
use abide::check::{Judge, sense};
use abide::decide::{Decision, Diagram, Dim, Space};
use abide::model::vocabulary::{ANY, Kind, NameId, is_variable, party};
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

/// Acts of sharing, each on one datum with one party for one purpose in one world, by their bits.
fn acts(model: &Model, space: &Space, count: usize) -> Vec<Vec<(u16, bool)>> {
    let mut numbers = Numbers(0x2545_f491_4f6c_dd1d);
    let act = |_| {
        let mut bits: Vec<(u16, bool)> = (0..space.width()).map(|bit| (bit, false)).collect();
        for dim in Dim::ALL {
            let names = model.vocabulary.of(dim.kind()).len();
            let any_of = NameId(numbers.below(names) as u32);
            let atom = match dim {
                Dim::Data | Dim::Counterparty | Dim::Purpose
                    if !is_variable(dim.kind(), any_of) =>
                {
                    any_of
                }
                Dim::Actor => party::US,
                _ => ANY,
            };
            for (bit, value) in space.atom_bits(dim, atom) {
                bits[bit as usize].1 = value;
            }
        }
        for fact in 1..model.vocabulary.of(Kind::Fact).len() {
            let bit = space.fact_bit(NameId(fact as u32));
            bits[bit as usize].1 = numbers.below(2) == 1;
        }
        bits
    };
    (0..count).map(act).collect()
}

/// What is said of an act, with no duty fulfilled.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    Forbidden,
    Undeclared,
    InNeed,
    Fine,
}

fn judged(decision: &Decision, act: &[(u16, bool)]) -> Said {
    let said = decision.of(Action::Share);
    let within = |set: &Diagram| set.reached(act) == 1;
    match () {
        () if within(&said.forbids) => Said::Forbidden,
        () if within(&said.closed) && !within(&said.permits) => Said::Undeclared,
        () if said.needs.values().any(within) => Said::InNeed,
        () => Said::Fine,
    }
}

/// Nanoseconds an act, judged one by one against the compiled policy.
fn act_by_act(judge: &mut Judge, policy: PolicyId) {
    let decision = judge.decision(policy);
    let acts = acts(judge.model, &judge.space, 2_000);
    let all = || acts.iter().map(|act| judged(&decision, act));
    let (first, once) = timed(|| all().filter(|said| *said == Said::Fine).count());
    let one = &acts[..16];
    let again = || (0..100_000).map(|at| judged(&decision, std::hint::black_box(&one[at % 16])));
    let (_, repeated) = timed(|| again().filter(|said| *said == Said::Fine).count());
    let each = |time: Duration, acts: usize| time.as_secs_f64() * 1e9 / acts as f64;
    println!(
        "{} acts, {first} of them fine: {:.0} ns an act, {:.0} ns where the same 16 come again",
        acts.len(),
        each(once, acts.len()),
        each(repeated, 100_000)
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
