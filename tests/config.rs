//! Settings: which file holds, what it sets, what mistakes in it say; what `init` writes; the schemas.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read and write files and run the program"
)]

#[path = "shared/program.rs"]
mod program;

use program::{abide, err, folder, out, program};
use serde_json::Value;
use std::path::Path;
use std::process::Output;

const PLAN: &str = "data email\nparty mailer\nsubject person\npurpose news\npolicy p {\n  never share email with mailer\n  may collect email\n  retain email at most 1 years\n}\nplan l {\n  checks p\n  source a : person\n  system s\n  external m : mailer\n  a -> s : email for news\n  s -> m : email for news\n}\n";

const WARNED: &str =
    "data a, b\npolicy p {\n  never share a\n}\ntest \"t\" for p {\n  never share a\n}\n";

fn abide_with(dir: &Path, args: &[&str], env: &[(&str, &str)]) -> Output {
    let mut command = program();
    command
        .args(args)
        .current_dir(dir)
        .envs(env.iter().copied());
    command.output().expect("the binary runs")
}

/// The codes of the findings that count.
fn codes(dir: &Path, args: &[&str]) -> Vec<String> {
    let args = [&["check", "-f", "json", "--today", "2026-11-24"], args].concat();
    let output = abide(dir, &args);
    let json: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", out(&output), err(&output)));
    let findings = json["findings"].as_array().expect("a list");
    findings
        .iter()
        .filter(|finding| finding["waived"] == false)
        .filter_map(|finding| finding["code"].as_str().map(String::from))
        .collect()
}

#[test]
fn the_nearest_file_holds_as_far_as_the_root_of_the_repository() {
    let dir = folder(&[
        ("abide.toml", "[severity]\nunused-name = \"allow\"\n"),
        ("repo/.git/HEAD", ""),
        ("repo/a.abide", WARNED),
        ("repo/sub/abide.toml", "[severity]\nvacuity = \"error\"\n"),
        ("repo/sub/deep/b.abide", WARNED),
        ("free/c.abide", WARNED),
    ]);
    let root = dir.path();
    let status = |at: &str, args: &[&str]| {
        abide(&root.join(at), &[&["check"], args].concat())
            .status
            .code()
    };
    // Not beyond the repository.
    assert_eq!(codes(&root.join("repo"), &["a.abide"]), ["unused-name"]);
    // From the paths, wherever they are checked from.
    assert_eq!(status("repo", &["sub/deep/b.abide"]), Some(1));
    assert_eq!(status("repo/sub/deep", &[]), Some(1));
    assert_eq!(status("repo/sub/deep", &["--isolated"]), Some(0));
    assert_eq!(codes(root, &["free/c.abide"]), [""; 0]);
    // The one that was named, by option before environment.
    let named = ["--config", "../abide.toml"];
    assert_eq!(
        codes(&root.join("repo"), &[&named[..], &["sub"]].concat()),
        [""; 0]
    );
    let by_env = |args: &[&str], value: &str| {
        let env = [("ABIDE_CONFIG", value)];
        let args = [&["check"], args].concat();
        abide_with(&root.join("repo"), &args, &env).status.code()
    };
    assert_eq!(by_env(&["a.abide"], "sub/abide.toml"), Some(1));
    assert_eq!(by_env(&["a.abide"], ""), Some(0));
    assert_eq!(
        by_env(&["a.abide", "--isolated"], "sub/abide.toml"),
        Some(0)
    );
    let option = ["a.abide", "--config", "../abide.toml"];
    assert_eq!(by_env(&option, "sub/abide.toml"), Some(0));
    assert_eq!(by_env(&["a.abide"], "missing.toml"), Some(2));
}

/// Editors give a file's text with its name.
#[test]
fn standard_input_has_the_settings_of_its_name() {
    let dir = folder(&[
        ("sub/abide.toml", "[severity]\nvacuity = \"error\"\n"),
        ("other/x", ""),
    ]);
    let status = |name: &str| {
        let mut child = program()
            .args(["check", "-", "--stdin-filename", name])
            .current_dir(dir.path())
            .env_remove("ABIDE_CONFIG")
            .env_remove("ABIDE_OUTPUT_FORMAT")
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("the binary runs");
        let mut input = child.stdin.take().expect("piped");
        std::io::Write::write_all(&mut input, WARNED.as_bytes()).expect("written");
        drop(input);
        child.wait().expect("it ends").code()
    };
    assert_eq!(status("sub/new.abide"), Some(1));
    assert_eq!(status("other/new.abide"), Some(0));
    assert_eq!(status("new.abide"), Some(0));
}

#[test]
fn options_have_the_last_word_and_the_closest_severity_counts() {
    let settings =
        "severity = { all = \"allow\", vacuity = \"error\", unused-name = \"warning\" }\n";
    let dir = folder(&[("abide.toml", settings), ("a.abide", WARNED)]);
    let run = |args: &[&str]| {
        abide(dir.path(), &[&["check"], args].concat())
            .status
            .code()
    };
    assert_eq!(codes(dir.path(), &[]), ["unused-name"]);
    assert_eq!(run(&[]), Some(0));
    assert_eq!(run(&["-D", "unused-name"]), Some(1));
    assert_eq!(codes(dir.path(), &["-A", "vacuity"]), [""; 0]);
}

#[test]
fn paths_and_patterns_count_from_the_file() {
    let dir = folder(&[
        (
            "abide.toml",
            "paths = [\"in\"]\nexclude = [\"drafts/\", \"*.old.abide\", \"/in/x\"]\n",
        ),
        ("in/a.abide", WARNED),
        ("in/b.old.abide", WARNED),
        ("in/drafts/c.abide", WARNED),
        ("in/x/d.abide", WARNED),
        ("in/y/x/e.abide", WARNED),
        ("out/f.abide", WARNED),
        ("sub/none.txt", ""),
    ]);
    let read = |at: &str, args: &[&str]| {
        let args = [&["check", "-v"], args].concat();
        let told = err(&abide(&dir.path().join(at), &args));
        let read = told
            .lines()
            .filter_map(|line| line.strip_prefix("abide: read "));
        read.map(String::from).collect::<Vec<_>>()
    };
    assert_eq!(read("", &[]), ["in/a.abide", "in/y/x/e.abide"]);
    assert_eq!(read("sub", &[]), ["../in/a.abide", "../in/y/x/e.abide"]);
    assert_eq!(read("", &["out"]), ["out/f.abide"]);
    // What is named by itself is wanted.
    assert_eq!(read("", &["in/b.old.abide"]), ["in/b.old.abide"]);
    assert_eq!(read("", &["in", "--isolated"]).len(), 5);
    let formatted = abide(dir.path(), &["fmt", "--check"]);
    assert_eq!(formatted.status.code(), Some(1));
    assert_eq!(out(&formatted).lines().count(), 2, "{}", out(&formatted));
}

#[test]
fn what_is_extended_holds_where_nothing_nearer_does() {
    let dir = folder(&[
        (
            "base/abide.toml",
            "extend = \"../far.toml\"\npaths = [\"p\"]\n[severity]\nvacuity = \"allow\"\n",
        ),
        (
            "far.toml",
            "exclude = [\"x.abide\"]\n[severity]\nvacuity = \"error\"\n",
        ),
        ("project/abide.toml", "extend = \"../base/abide.toml\"\n"),
        ("project/a.abide", WARNED),
        ("base/p/a.abide", WARNED),
        ("round/abide.toml", "extend = \"b.toml\"\n"),
        ("round/b.toml", "extend = \"abide.toml\"\n"),
        ("gone/abide.toml", "extend = \"no.toml\"\n"),
    ]);
    let project = dir.path().join("project");
    assert_eq!(codes(&project, &["a.abide"]), [""; 0]);
    // Paths count from the file that says them.
    let told = err(&abide(&project, &["check", "-v"]));
    assert!(
        told.starts_with("abide: settings from abide.toml\n"),
        "{told}"
    );
    assert!(told.contains("read ../base/p/a.abide"), "{told}");
    let shown = out(&abide(&project, &["config"]));
    assert!(
        shown.starts_with(
            "# read from abide.toml, which extends ../base/abide.toml, which extends ../far.toml\n"
        ),
        "{shown}"
    );
    assert!(shown.contains("# ../far.toml:1\n"), "{shown}");
    for (at, says) in [("round", "extends itself"), ("gone", "no such file")] {
        let output = abide(&dir.path().join(at), &["check"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(err(&output).contains(says), "{}", err(&output));
    }
}

#[test]
fn a_mistake_in_the_settings_ends_every_command() {
    let dir = folder(&[("abide.toml", "\n  exlude = []\n"), ("a.abide", PLAN)]);
    for args in [
        &["check"][..],
        &["test"],
        &["fmt", "--check"],
        &["graph"],
        &["config"],
        &["trace", "email"],
        &["ask", "share email with mailer"],
    ] {
        let output = abide(dir.path(), args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert_eq!(
            err(&output),
            "abide: abide.toml:2:3: there is no key `exlude`; did you mean `exclude`?\n  |\n2 |   exlude = []\n  |   ^^^^^^\n",
            "{args:?}"
        );
        assert_eq!(out(&output), "", "{args:?}");
    }
    let isolated = abide(dir.path(), &["check", "--isolated"]);
    assert_eq!(isolated.status.code(), Some(1));
}

#[test]
fn settings_are_defaults_of_options() {
    let settings = "[output]\nformats = [\"concise\", \"json=out.json\"]\nfail-level = \"warning\"\nstatistics = true\ncolor = \"always\"\n";
    let dir = folder(&[("abide.toml", settings), ("a.abide", WARNED), ("sub/x", "")]);
    let output = abide(&dir.path().join("sub"), &["check", ".."]);
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    assert!(out(&output).starts_with("../a.abide:1:9: warning[unused-name]"));
    assert!(out(&output).contains("    1  warning  unused-name\n"));
    // The file lies where the settings say, not where the command ran.
    assert!(dir.path().join("out.json").exists());
    let strict = abide(
        dir.path(),
        &["check", "-f", "full", "--fail-level", "error"],
    );
    assert_eq!(strict.status.code(), Some(0));
    assert!(out(&strict).contains('\u{1b}'));
    std::fs::write(
        dir.path().join("abide.toml"),
        "[output]\nformats = [\"concice\"]\n",
    )
    .expect("written");
    let wrong = abide(dir.path(), &["check"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(
        err(&wrong).contains("did you mean `concise`?"),
        "{}",
        err(&wrong)
    );
}

#[test]
fn shown_settings_are_settings() {
    let settings = "paths = [\"a b.abide\"]\nexclude = [\"x\"]\n[severity]\nvacuity = \"error\"\n[notices]\n\"p\" = \"n.txt\"\n[output]\nformats = [\"grouped\"]\nstatistics = true\n[[waive]]\ncode = \"forbidden-flow\"\nuntil = 2027-01-01\nbecause = \"a \\\"pilot\\\"\"\nowner = \"ops\"\nplan = \"l\"\nto = \"m\"\n";
    let dir = folder(&[("abide.toml", settings), ("a b.abide", PLAN)]);
    let first = out(&abide(dir.path(), &["config"]));
    std::fs::write(dir.path().join("again.toml"), &first).expect("written");
    let second = out(&abide(dir.path(), &["config", "--config", "again.toml"]));
    let without = |text: &str| {
        let lines = text.lines().filter_map(|line| line.split("  # ").next());
        lines
            .filter(|l| !l.starts_with('#'))
            .map(|l| l.trim_end().to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(without(&second), without(&first));
    assert!(
        first.contains("# abide.toml:1\n") && first.contains("# default\n"),
        "{first}"
    );
    let env = [("ABIDE_OUTPUT_FORMAT", "sarif"), ("NO_COLOR", "1")];
    let by_env = out(&abide_with(dir.path(), &["config"], &env));
    assert!(by_env.contains("formats = [\"sarif\"]") && by_env.contains("# ABIDE_OUTPUT_FORMAT"));
    assert!(by_env.contains("color = \"never\"") && by_env.contains("# NO_COLOR"));
}

#[test]
fn settings_waive_flows_that_carry_no_waiver() {
    let dir = folder(&[("a.abide", PLAN)]);
    let waive = |until: &str, about: &str| {
        let text = format!(
            "# why\n[[waive]]\ncode = \"forbidden-flow\"\nuntil = {until}\nbecause = \"a pilot\"\n{about}\n"
        );
        std::fs::write(dir.path().join("abide.toml"), text).expect("written");
    };
    assert_eq!(codes(dir.path(), &[]), ["forbidden-flow"]);
    waive("2027-06-01", "plan = \"l\"\nto = \"m\"");
    assert_eq!(codes(dir.path(), &[]), [""; 0]);
    assert_eq!(codes(dir.path(), &["--no-waivers"]), ["forbidden-flow"]);
    let told = abide(dir.path(), &["check", "--today", "2026-11-24"]);
    assert!(
        out(&told).ends_with("no findings, 1 waived\n"),
        "{}",
        out(&told)
    );
    // All that is said must be so.
    waive("2027-06-01", "plan = \"l\"\nto = \"other\"");
    assert_eq!(codes(dir.path(), &[]), ["forbidden-flow", "unused-waiver"]);
    waive("2026-11-23", "plan = \"l\"");
    assert_eq!(codes(dir.path(), &[]), ["forbidden-flow", "expired-waiver"]);
    waive("2026-11-24", "plan = \"l\"");
    assert_eq!(codes(dir.path(), &[]), ["ending-waiver"]);
    waive("2026-12-25", "plan = \"l\"");
    assert_eq!(codes(dir.path(), &[]), [""; 0]);
    waive("2026-12-24", "plan = \"l\"");
    assert_eq!(codes(dir.path(), &[]), ["ending-waiver"]);
    let shown = out(&abide(
        dir.path(),
        &["check", "--today", "2026-11-24", "-f", "concise"],
    ));
    assert!(
        shown.starts_with("abide.toml:3:8: warning[ending-waiver]: this waiver of `forbidden-flow` ends in 30 days, on 2026-12-24\n"),
        "{shown}"
    );
}

#[test]
fn settings_name_the_texts_of_notices() {
    let policy = "data email\npolicy p {\n  \"we never sell\"\n  never share email\n}\ntest \"t\" for p {\n  never share email\n}\n";
    let dir = folder(&[
        ("set/abide.toml", "[notices]\np = \"texts/n.txt\"\n"),
        ("set/a.abide", policy),
        (
            "set/b/b.abide",
            WARNED
                .replace("policy p", "policy q")
                .replace("for p", "for q")
                .as_str(),
        ),
        ("set/texts/n.txt", "We never sell your address.\n"),
        ("other.txt", "We may sell your address.\n"),
    ]);
    let set = dir.path().join("set");
    let coverage = abide(&set, &["coverage"]);
    assert_eq!(coverage.status.code(), Some(0), "{}", err(&coverage));
    assert_eq!(codes(&set, &["a.abide"]), [""; 0]);
    // The option has the last word, and a part of the project may lack the policy.
    let lost = codes(&set, &["a.abide", "--notice", "p=../other.txt"]);
    assert_eq!(lost.len(), 1, "{lost:?}");
    assert_eq!(codes(&set, &["b"]), ["unused-name"]);
    std::fs::write(set.join("abide.toml"), "[notices]\npp = \"../n.txt\"\n").expect("written");
    let mistaken = abide(&set, &["check"]);
    assert_eq!(mistaken.status.code(), Some(2));
    assert_eq!(
        err(&mistaken),
        "abide: abide.toml:2: there is no policy `pp`; did you mean `p`?\n"
    );
}

#[test]
fn what_init_writes_passes_and_is_laid_out() {
    let dir = folder(&[]);
    let output = abide(dir.path(), &["init", "shop"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let shop = dir.path().join("shop");
    let strict = [
        "check",
        "-D",
        "warnings",
        "-D",
        "unmet-rule",
        "-D",
        "redundant-rule",
    ];
    let check = abide(&shop, &strict);
    assert_eq!(check.status.code(), Some(0), "{}", out(&check));
    let (counts, found) = (
        "checked 1 policy, 1 plan, 3 flows, 2 expectations",
        "no findings",
    );
    assert_eq!(out(&check), format!("{counts}: {found}\n"));
    assert_eq!(abide(&shop, &["fmt", "--check"]).status.code(), Some(0));
    // What is commented out can be taken in.
    let text = std::fs::read_to_string(shop.join("abide.toml")).expect("written");
    let taken_in: Vec<&str> = text
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(rest) if rest.contains(" = ") || rest.starts_with('[') => rest,
            _ => line,
        })
        .filter(|line| !line.starts_with("extend"))
        .collect();
    assert!(taken_in.len() > 30);
    std::fs::write(shop.join("all.toml"), taken_in.join("\n")).expect("written");
    let all = abide(&shop, &["config", "--config", "all.toml"]);
    assert_eq!(all.status.code(), Some(0), "{}", err(&all));
    assert!(out(&all).contains("[[waive]]") && out(&all).contains("[notices]"));
    // Nothing of anybody's is overwritten.
    std::fs::remove_file(shop.join("abide.toml")).expect("removed");
    let again = abide(dir.path(), &["init", "shop"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(!shop.join("abide.toml").exists());
}

fn committed(name: &str, generated: &Value) -> Value {
    let path = Path::new("docs/schemas").join(name);
    let text = format!("{generated:#}\n");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &text).expect("written");
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        known == text,
        "{name} is not what the types say; BLESS=1 writes it anew"
    );
    generated.clone()
}

fn valid(schema: &Value, value: &Value) -> Result<(), String> {
    let options = jsonschema::options().should_validate_formats(true);
    let validator = options.build(schema).expect("a schema");
    validator
        .validate(value)
        .map_err(|error| format!("{error} at {}", error.instance_path()))
}

#[test]
fn schemas_are_those_of_the_types() {
    let settings = committed("abide.toml.schema.json", &abide::config::schema());
    let shown = out(&abide(Path::new("."), &["config", "--schema"]));
    assert_eq!(
        serde_json::from_str::<Value>(&shown).ok().as_ref(),
        Some(&settings)
    );
    let json = |text: &str| {
        let value: toml::Value = toml::from_str(text).expect("TOML");
        let value = serde_json::to_value(value).expect("data");
        // Dates of TOML are tables there.
        let text = value.to_string().replace(
            "{\"$__toml_private_datetime\":\"2027-06-30\"}",
            "\"2027-06-30\"",
        );
        serde_json::from_str::<Value>(&text).expect("JSON")
    };
    let full = "extend = \"a\"\npaths = [\"b\"]\n[severity]\nconflict = \"error\"\n[output]\ncolor = \"never\"\n[[waive]]\ncode = \"conflict\"\nuntil = 2027-06-30\nbecause = \"c\"\nplan = \"d\"\n";
    assert_eq!(valid(&settings, &json(full)), Ok(()));
    for wrong in [
        "exlude = []",
        "paths = 1",
        "severity = { conflict = \"eror\" }",
        "[[waive]]\ncode = \"a\"",
    ] {
        assert!(valid(&settings, &json(wrong)).is_err(), "{wrong}");
    }

    let output = committed("output.schema.json", &abide::report::json::schema());
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let args = ["check", "policies", "--today", "2026-11-24", "-f", "json"];
    let mut report: Value = serde_json::from_slice(&abide(root, &args).stdout).expect("JSON");
    assert_eq!(valid(&output, &report), Ok(()));
    assert!(
        report["findings"]
            .as_array()
            .is_some_and(|all| !all.is_empty())
    );
    report["findings"][0]["line"] = Value::from("one");
    assert!(valid(&output, &report).is_err());
}
