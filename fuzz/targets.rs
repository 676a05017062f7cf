//! What each fuzz target does with its bytes. `fuzz/fuzz_targets` runs them under libFuzzer, and
//! `tests/fuzz.rs` on the stable compiler with random bytes.

#[path = "../tests/shared/layout.rs"]
mod layout;
#[allow(dead_code, reason = "the naive judge serves several programs")]
#[path = "../tests/naive/mod.rs"]
mod naive;
#[path = "../tests/shared/output.rs"]
mod output;

use abide::config;
use abide::decide::space::expired;
use abide::diag::{Diagnostic, Diags};
use abide::flow::{Asks, Labels, Purposes, build, unsourced::spread_all};
use abide::model::lower::{Elsewhere, Visible, lower_knowing};
use abide::model::{Model, NameId};
use abide::project::run::Settings;
use abide::project::{Input, Levels, Outcome, baseline, load, run};
use abide::report::{self, Report, steers};
use abide::source::{SourceMap, Span};
use abide::syntax::table::{TableFormat, TableText, Tables};
use abide::syntax::{parse, parse_flow_line};
use naive::compare::{differences, lowered};
use naive::generate;
use naive::sets::{Names, Sets};
use output::{Schemas, hold};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A target: fails on what must not be.
pub type Target = fn(&[u8]);

/// All of them, by the name that `cargo fuzz run` knows.
pub const ALL: [(&str, Target); 9] = [
    ("parse", parse_bytes),
    ("format", format_text),
    ("check", check_files),
    ("formats", every_format),
    ("diagrams", diagrams),
    ("labels", labels),
    ("tables", tables),
    ("settings", settings),
    ("baseline", known),
];

/// Any bytes give a tree, and problems that lie in the text.
pub fn parse_bytes(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut sources = SourceMap::default();
    let file = sources.add(Path::new(""), "a.abide".into(), text.to_string());
    let mut diags = Diags::new();
    let ast = parse(file, &text, &mut diags);
    assert_eq!(ast.file, file);
    places(&sources, &diags);
    let mut diags = Diags::new();
    parse_flow_line(file, &text, &mut diags);
    places(&sources, &diags);
}

/// What is laid out keeps everything, and its meaning.
pub fn format_text(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    layout::stays(&text);
    if layout::read(&text).1 == 0 {
        layout::check("a.abide", &text);
    }
}

/// Any files are checked to the end, in bounded memory, with problems that lie in them.
pub fn check_files(bytes: &[u8]) {
    if let Some(outcome) = checked(bytes) {
        places(&outcome.sources, &outcome.findings);
    }
}

/// Every format has a result for every finding, and is valid by its schema; nothing steers a terminal.
pub fn every_format(bytes: &[u8]) {
    thread_local!(static SCHEMAS: OnceCell<Schemas> = const { OnceCell::new() });
    let Some(outcome) = checked(bytes) else {
        return;
    };
    for show_expected in [false, true] {
        let report = Report {
            counts: outcome.counts,
            unlisted: &outcome.unlisted,
            checked: &outcome.checked,
            waivers_end_in: &outcome.waivers_end_in,
            show_expected,
            ..Report::of(&outcome.sources, &outcome.asts, &outcome.findings)
        };
        SCHEMAS.with(|schemas| hold(&report, schemas.get_or_init(Schemas::read)));
        let full: output::Writer = |report, out| report::human::write(report, false, out);
        for write in [
            full,
            report::concise::write,
            report::grouped::write,
            report::github::write,
        ] {
            let text = output::written(write, &report);
            let marks = |c: char| steers(c) && !matches!(c, '\n' | '\t');
            assert!(!text.contains(marks), "{text:?} steers a terminal");
        }
    }
}

/// The engine's diagrams give the verdicts of the naive judge.
pub fn diagrams(bytes: &[u8]) {
    let Some((_, model)) = generated(bytes) else {
        return;
    };
    let today = naive::findings::today();
    let Ok(page) = naive::findings::findings(&model, today, 100_000, true) else {
        return;
    };
    let (engine, broken) = naive::engine::findings(&model, today, &page);
    let differences = differences(&model, &page, &engine, &broken);
    assert!(differences.is_empty(), "{differences}");
}

/// Rows of labels give the naive fixpoint.
pub fn labels(bytes: &[u8]) {
    let Some((text, model)) = generated(bytes) else {
        return;
    };
    let today = naive::findings::today();
    let sets = Sets::new(&model.vocabulary);
    let asks = Asks {
        source: true,
        purposes: true,
        ..Asks::default()
    };
    for plan in &model.plans {
        let expired = expired(&model.vocabulary, today);
        let mut graph = build(&model.vocabulary, plan, &expired, asks);
        let (spread, _) = spread_all(&model.vocabulary, plan, &mut graph);
        let page = naive::flow::spread(&sets, plan, today);
        for (node, held) in page.held.iter().enumerate() {
            let engine: BTreeSet<naive::flow::Label> = spread
                .held(node)
                .map(|label| plain(&graph.labels, label))
                .collect();
            let name = plan.node(node).name();
            assert_eq!(held, &engine, "{} {name}\n{text}", plan.name);
        }
    }
}

/// Any table gives rows and problems that lie in it; so it does read by several threads.
pub fn tables(bytes: &[u8]) {
    let Some((kind, rest)) = bytes.split_first() else {
        return;
    };
    let rows = String::from_utf8_lossy(rest);
    let (word, header) = match kind % 2 {
        0 => ("nodes", "name,kind,party,region,keeps\n"),
        _ => ("flows", "from,to,data,as,for,given\n"),
    };
    let (path, format) = match kind / 2 % 2 {
        0 => ("t.csv", TableFormat::Csv),
        _ => ("t.jsonl", TableFormat::JsonLines),
    };
    // Most texts are no header: half of the time they are given one.
    let rows = match (kind / 4 % 2, format) {
        (0, TableFormat::Csv) => format!("{header}{rows}"),
        _ => rows.into_owned(),
    };
    let text = format!(
        "data d {{ e, f }}\nparty mailer\nregion eea\npurpose tax\nfact consent\npolicy p {{\n  may use d\n}}\n\
         plan q {{\n  checks p\n  source c\n  system s\n  store t\n  {word} \"{path}\"\n}}\n"
    );
    let mut sources = SourceMap::default();
    let file = sources.add(Path::new("a.abide"), "a.abide".into(), text.clone());
    let table = sources.add(Path::new(path), path.into(), rows.clone());
    let mut found = Diags::new();
    let ast = parse(file, &text, &mut found);
    assert_eq!(found, [], "the plan is right");
    let at = text.find('"').map_or(0, |at| at as u32);
    let span = Span {
        file,
        start: at,
        end: at + path.len() as u32 + 2,
    };
    let both = BTreeSet::from([file, table]);
    let visible = Visible(BTreeMap::from([(file, both.clone()), (table, both)]));
    let read = || {
        let text = TableText {
            file: table,
            text: &rows,
            format,
        };
        let tables = Tables {
            texts: BTreeMap::from([(span, text)]),
        };
        let mut found = Diags::new();
        let elsewhere = Elsewhere::default();
        let model = lower_knowing(&[&ast], &visible, &elsewhere, &tables, &mut found);
        abide::check::check(&model, naive::findings::today(), &mut found);
        found
    };
    let one = read();
    places(&sources, &one);
    assert_eq!(one, abide::jobs::on(3, read));
}

/// Any settings are read or refused with their place, and what holds of them is no surprise.
pub fn settings(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let file = config::Text {
        shown: "abide.toml",
        path: Path::new("abide.toml"),
        text: &text,
    };
    match config::read(&file) {
        Ok((config, _)) => {
            config.limits.in_force();
            config.severities();
        }
        Err(message) => assert!(message.starts_with("abide.toml:"), "{message}"),
    }
}

/// Any baseline is read or refused with its place; what was read is written as it was.
pub fn known(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match baseline::of_text(
        Path::new("abide-baseline.json"),
        "abide-baseline.json",
        text.to_string(),
    ) {
        Ok(known) => {
            for (_, (start, end)) in &known.entries {
                assert!(start <= end && text.get(*start as usize..*end as usize).is_some());
            }
            let entries: Vec<_> = known.entries.into_iter().map(|(entry, _)| entry).collect();
            let again = baseline::text(&entries);
            let path = Path::new("abide-baseline.json");
            let read =
                baseline::of_text(path, "abide-baseline.json", again).expect("it was written so");
            let read: Vec<_> = read.entries.into_iter().map(|(entry, _)| entry).collect();
            assert_eq!(read, entries);
        }
        Err(message) => assert!(message.starts_with("abide-baseline.json:"), "{message}"),
    }
}

/// Problems lie in the texts they are about, and have their lines.
fn places(sources: &SourceMap, diags: &[Diagnostic]) {
    for diagnostic in diags {
        let others = diagnostic.secondary.iter().map(|label| label.span);
        for span in others.chain([diagnostic.primary.span]) {
            let text = &sources.file(span.file).text;
            let slice = text.get(span.start as usize..span.end as usize);
            assert!(slice.is_some(), "{diagnostic:?} lies in no text");
            let (start, end) = (sources.start(span), sources.end(span));
            assert!((start.line, start.column) <= (end.line, end.column));
        }
        assert!(!diagnostic.message.is_empty());
    }
}

/// What the program finds in the files that bytes stand for: texts between lines `//#`, of which the
/// first is asked about and may name the others.
fn checked(bytes: &[u8]) -> Option<Outcome> {
    thread_local!(static FOLDER: OnceCell<tempfile::TempDir> = const { OnceCell::new() });
    const NAMES: [&str; 5] = ["a.abide", "b.abide", "t.csv", "t.jsonl", "n.md"];
    let parts: Vec<&[u8]> = split(bytes);
    FOLDER.with(|folder| {
        let folder = folder.get_or_init(|| tempfile::tempdir().expect("a scratch folder"));
        for (at, name) in NAMES.iter().enumerate() {
            let path = folder.path().join(name);
            match parts.get(at) {
                Some(part) => std::fs::write(path, part).expect("written"),
                None => drop(std::fs::remove_file(path)),
            }
        }
        let mut input = Input {
            paths: vec![folder.path().join("a.abide")],
            ..Input::default()
        };
        let limits = config::Text {
            shown: "abide.toml",
            path: Path::new("abide.toml"),
            text: "[limits]\nlabels = 2000\nnames = 5000\nfindings = 500\n",
        };
        input.config = config::read(&limits).expect("settings").0;
        let settings = Settings {
            today: naive::findings::today(),
            levels: Levels::default(),
            waivers: true,
            most: None,
        };
        load(&input).ok().map(|loaded| run(loaded, &settings))
    })
}

fn split(bytes: &[u8]) -> Vec<&[u8]> {
    const MARK: &[u8] = b"\n//#\n";
    let mut parts = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(MARK.len()).position(|window| window == MARK) {
        parts.push(&rest[..=at]);
        rest = &rest[at + MARK.len()..];
    }
    parts.push(rest);
    parts
}

/// A file written from the choices that bytes make, or that a generator seeded with them does; with its
/// model, if it is right.
fn generated(bytes: &[u8]) -> Option<(String, Model)> {
    let (how, rest) = bytes.split_first()?;
    let file = match how % 2 {
        0 => generate::from_bytes(rest),
        _ => {
            let mut seed = [0; 32];
            for (at, byte) in rest.iter().enumerate() {
                seed[at % 32] ^= byte.rotate_left((at / 32) as u32);
            }
            let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
            let mut runner = TestRunner::new_with_rng(Config::default(), rng);
            generate::file().new_tree(&mut runner).ok()?.current()
        }
    };
    let (_, model) = lowered(&file).ok()?;
    Some((file.0, model))
}

/// An engine's label in the naive one's terms.
fn plain(labels: &Labels, label: usize) -> naive::flow::Label {
    use naive::flow::{CollectedFor, Source};
    let names = |set: &fixedbitset::FixedBitSet| -> Names {
        set.ones().map(|name| NameId(name as u32)).collect()
    };
    let origin = labels.origin(label);
    naive::flow::Label {
        data: labels.get(label).data,
        form: names(labels.form(label)),
        subject: names(&origin.subject),
        resident: names(&origin.resident),
        context: names(&origin.context),
        collected_for: match &origin.purposes {
            Purposes::Known(purposes) => CollectedFor::These(names(purposes)),
            Purposes::Unknown => CollectedFor::Unknown,
            Purposes::Any => CollectedFor::CouldBeAny,
        },
        lasting: origin.lasting.iter().copied().collect(),
        source: origin.source.map_or(Source::CouldBeAny, Source::Node),
        ancestors: labels.ancestors(label).iter().copied().collect(),
    }
}
