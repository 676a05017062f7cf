//! How fast text becomes a tree: the shipped policies, repeated, in MB a second on one core, beside a
//! walk over the same text that only counts its words, in the same run; and how much memory the tree
//! takes, on Linux.
#![allow(
    clippy::disallowed_methods,
    missing_docs,
    clippy::print_stdout,
    reason = "a program that prints figures"
)]

use abide::source::FileId;
use abide::syntax::parse;
use std::time::{Duration, Instant};

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The shipped policies of one notice, repeated up to some 4 MB.
fn text() -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    let one: String = [
        "twilio-2018",
        "twilio-2020",
        "twilio-2022",
        "twilio-2022-tests",
    ]
    .iter()
    .map(|name| {
        std::fs::read_to_string(format!("{root}/policies/twilio/{name}.abide")).expect("it ships")
    })
    .collect();
    one.repeat((4 << 20) / one.len())
}

/// The best of five, which the machine's other work disturbs least.
fn best<T>(work: impl Fn() -> T) -> Duration {
    let time = |_| {
        let start = Instant::now();
        std::hint::black_box(work());
        start.elapsed()
    };
    (0..5).map(time).min().expect("there are five")
}

/// A figure of this process, in bytes.
fn status(name: &str) -> Option<f64> {
    let all = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = all.lines().find_map(|line| line.strip_prefix(name))?;
    let kilobytes: f64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024.0)
}

/// Bytes of the tree of a text, and the most while it is made, for each byte of the text.
fn memory(text: &str) -> Option<(f64, f64)> {
    let before = status("VmRSS:")?;
    // From here on the most is counted anew.
    std::fs::write("/proc/self/clear_refs", "5").ok()?;
    let ast = parse(FileId(0), text, &mut Vec::new());
    let each = |name| Some((status(name)? - before) / text.len() as f64);
    let taken = (each("VmRSS:")?, each("VmHWM:")?);
    assert!(!ast.items.is_empty());
    Some(taken)
}

fn main() {
    let text = text();
    // Pages come in pieces of 2 MB, so that a small text would not do.
    let memory = memory(&text.repeat(8));
    let walking = best(|| text.split_whitespace().count());
    let parsing = best(|| {
        let mut diags = Vec::new();
        let ast = parse(FileId(0), &text, &mut diags);
        assert!(diags.is_empty(), "{diags:#?}");
        ast
    });
    let speed = |time: Duration| text.len() as f64 / 1e6 / time.as_secs_f64();
    println!("{:.1} MB of text", text.len() as f64 / 1e6);
    if let Some((tree, most)) = memory {
        println!("memory  {tree:>8.1} bytes a byte of text, {most:.1} at most");
    }
    println!("words   {:>8.1} MB/s", speed(walking));
    println!(
        "parse   {:>8.1} MB/s  {:>6.2} x words",
        speed(parsing),
        parsing.as_secs_f64() / walking.as_secs_f64()
    );
}
