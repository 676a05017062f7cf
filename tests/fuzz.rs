//! The fuzz targets on the stable compiler, with random bytes and texts that are nearly right; and all
//! inputs that once broke something. `fuzz/README.md` says how the fuzzer itself runs.
//!
//! `PROPTEST_CASES=100000` looks longer; runs are the same each time unless `PROPTEST_RNG_SEED` is set.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read and write files and run the program"
)]

#[path = "../fuzz/targets.rs"]
mod targets;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngSeed, TestRunner};
use std::path::Path;

/// Runs a target over random inputs.
fn fuzz(name: &str, cases: u32, inputs: impl Strategy<Value = Vec<u8>>) {
    let mut config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = cases;
    }
    if std::env::var_os("PROPTEST_RNG_SEED").is_none() {
        config.rng_seed = RngSeed::Fixed(0);
    }
    let (_, target) = targets::ALL
        .into_iter()
        .find(|(known, _)| *known == name)
        .expect("a target");
    TestRunner::new(config)
        .run(&inputs, |bytes| {
            target(&bytes);
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
}

/// Any bytes.
fn bytes(most: usize) -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..most)
}

/// One of some texts, with pieces cut out, doubled, moved, or turned into other bytes.
fn nearly(texts: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let edit = (any::<Index>(), 0..40usize, 0..5u8, any::<u8>());
    (select(texts), vec(edit, 0..6)).prop_map(|(mut text, edits)| {
        for (place, length, how, byte) in edits {
            let at = place.index(text.len() + 1);
            let end = (at + length).min(text.len());
            let piece = text[at..end].to_vec();
            match how {
                0 => drop(text.drain(at..end)),
                1 => drop(text.splice(at..at, piece)),
                2 => {
                    text.drain(at..end);
                    let to = (at * 7 + 13) % (text.len() + 1);
                    text.splice(to..to, piece);
                }
                3 => text.insert(at, byte),
                _ => text.iter_mut().skip(at).take(1).for_each(|one| *one = byte),
            }
        }
        text
    })
}

/// Files with plans and findings: cases of the other tests, small enough to be judged by the hundred.
fn files() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir("tests/cases/check").expect("cases") {
        let path = entry.expect("a case").path();
        if path.extension().is_some_and(|e| e == "abide") {
            all.push(std::fs::read(path).expect("a case"));
        }
    }
    all.retain(|text| text.len() < 4000);
    all.sort();
    assert!(all.len() > 20);
    all
}

#[test]
fn parse() {
    fuzz("parse", 400, bytes(300));
    fuzz("parse", 400, nearly(files()));
}

#[test]
fn format() {
    fuzz("format", 200, bytes(300));
    fuzz("format", 300, nearly(files()));
}

#[test]
fn check() {
    fuzz("check", 100, bytes(300));
    fuzz("check", 200, nearly(files()));
}

#[test]
fn formats() {
    fuzz("formats", 60, nearly(files()));
}

#[test]
fn diagrams() {
    fuzz("diagrams", 60, bytes(4000));
}

#[test]
fn labels() {
    fuzz("labels", 100, bytes(4000));
}

#[test]
fn tables() {
    let rows = [
        "\x00s,system\nt,store,us,eea,d 1 year\nu,external,mailer\n",
        "\x01c,s,d,,tax,consent\ns,t,all,,tax,\nt,s,e other than f\n",
        "\x02{\"name\": \"u\", \"kind\": \"external\", \"party\": [\"mailer\"]}\n",
        "\x03{\"from\": \"c\", \"to\": \"s\", \"data\": \"d; e\"}\n\n{\"from\": \"s\", \"to\": \"t\", \"data\": \"all\"}\n",
        "\x05from,to,data\r\nc,s,\"d;e\"\r\n",
    ];
    let rows = rows.iter().map(|text| text.as_bytes().to_vec()).collect();
    fuzz("tables", 200, bytes(300));
    fuzz("tables", 400, nearly(rows));
}

#[test]
fn settings() {
    let written = std::fs::read("src/cli/init/abide.toml").expect("settings");
    let on: String = String::from_utf8(written.clone())
        .expect("text")
        .lines()
        .map(|line| line.strip_prefix("# ").unwrap_or(line).to_string() + "\n")
        .collect();
    fuzz("settings", 200, bytes(300));
    fuzz("settings", 600, nearly(vec![written, on.into_bytes()]));
}

#[test]
fn baseline() {
    let entry = "[\n  {\"file\": \"a.abide\", \"code\": \"forbidden-flow\", \"message\": \"m\", \"fingerprint\": \"ab12\"}\n]\n";
    fuzz("baseline", 100, bytes(300));
    fuzz("baseline", 400, nearly(vec![entry.as_bytes().to_vec()]));
}

/// Every input that once broke a target, under the target's name.
#[test]
fn what_was_broken_stays_mended() {
    for (name, target) in targets::ALL {
        let folder = Path::new("tests/fixtures/fuzz").join(name);
        let Ok(entries) = std::fs::read_dir(folder) else {
            continue;
        };
        for entry in entries {
            let path = entry.expect("an input").path();
            let bytes = std::fs::read(&path).expect("an input");
            let broken = std::panic::catch_unwind(|| target(&bytes)).is_err();
            assert!(!broken, "{} breaks `{name}`", path.display());
        }
    }
}
