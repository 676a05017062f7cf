//! The command line from outside: exit codes, bad input, output that is the same every time.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read and write files and run the program"
)]

#[path = "shared/program.rs"]
mod program;

use program::{abide, err, folder, out, program, write};
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

const GOOD: &str = "data email\nparty mailer\n\npolicy p {\n  never share email with mailer\n}\n\ntest \"t\" for p {\n  never share email with mailer\n}\n";
const BAD: &str = "data email\nparty mailer\npolicy p {\n  never share email with mailer\n}\ntest \"t\" for p {\n  may share email with mailer\n}\n";

const PLAN: &str = "data email\nparty mailer\nsubject person\npolicy p {\n  never share email with mailer\n}\nplan l {\n  checks p\n  source a : person\n  system s\n  external m : mailer\n  a -> s : email\n  s -> m : email\n}\n";

const FORMATS: [&str; 9] = [
    "full",
    "concise",
    "grouped",
    "json",
    "json-lines",
    "github",
    "gitlab",
    "junit",
    "sarif",
];

#[test]
fn exit_codes() {
    let dir = folder(&[
        ("good.abide", GOOD),
        ("bad.abide", BAD),
        ("empty.abide", ""),
        ("names.abide", "data email\n"),
        ("broken.abide", "policy p {\n  may share\n}\n"),
        (
            "warned.abide",
            "data a, b\npolicy p {\n  never share a\n}\ntest \"t\" for p {\n  never share a\n}\n",
        ),
        ("plan.abide", PLAN),
        (
            "unknown.abide",
            "data a\npolicy p {\n  never share b\n}\ntest \"t\" for p {\n  undeclared share a\n}\n",
        ),
        ("none/readme.txt", "nothing here"),
        ("bad.toml", "[outptu]\n"),
        ("strict.toml", "[severity]\nwarnings = \"error\"\n"),
    ]);
    let table: &[(&[&str], i32)] = &[
        (&["check", "good.abide"], 0),
        (&["check", "bad.abide"], 1),
        (&["check", "bad.abide", "--exit-zero"], 0),
        (&["check", "broken.abide"], 1),
        (&["check", "warned.abide"], 0),
        (&["check", "warned.abide", "--fail-level", "warning"], 1),
        (&["check", "warned.abide", "-D", "unused-name"], 1),
        (&["check", "warned.abide", "-D", "warnings"], 1),
        (
            &["check", "warned.abide", "-D", "warnings", "-A", "vacuity"],
            0,
        ),
        // What is not understood can't be set aside: it would be checked without.
        (&["check", "broken.abide", "-A", "all"], 1),
        (&["check", "unknown.abide", "-A", "names"], 1),
        (&["check", "empty.abide"], 3),
        (&["check", "names.abide"], 3),
        (&["check", "none"], 3),
        (&["check", "none", "--allow-empty"], 0),
        (&["check", "none", "--exit-zero"], 3),
        (&["check", "good.abide", "--quiet", "--verbose"], 2),
        (&["check", "missing.abide"], 2),
        (&["check", "--nonsense"], 2),
        (&["check", "good.abide", "-D", "forbiden-flow"], 2),
        (&["check", "good.abide", "-f", "yaml"], 2),
        (&["check", "good.abide", "--today", "yesterday"], 2),
        (&["check", "good.abide", "--config", "none/no.toml"], 2),
        (&["check", "good.abide", "--config", "bad.toml"], 2),
        (&["check", "good.abide", "--config", "strict.toml"], 0),
        (&["check", "warned.abide", "--config", "strict.toml"], 1),
        (&["check", "good.abide", "--baseline", "none/b.json"], 2),
        (&["check", "good.abide", "--fix", "--diff"], 0),
        (&["config"], 0),
        (&["config", "--config", "bad.toml"], 2),
        (&["baseline", "--prune"], 2),
        (&["completions", "bash"], 0),
        (&["completions", "csh"], 2),
        (&["man", "check"], 0),
        (&["man", "chekc"], 2),
        (&["test", "good.abide"], 0),
        (&["test", "bad.abide"], 1),
        (&["test", "names.abide"], 3),
        (&["explain", "forbidden-flow"], 0),
        (&["explain", "forbiden-flow"], 2),
        (&["explain"], 0),
        (&["fmt", "--check", "good.abide"], 0),
        (&["ask", "share email with mailer", "good.abide"], 0),
        (&["ask", "share emial with mailer", "good.abide"], 2),
        (&["graph", "plan.abide"], 0),
        (&["graph", "plan.abide", "--plan", "l"], 0),
        (&["graph", "plan.abide", "--focus", "s", "--depth", "1"], 0),
        (&["graph", "plan.abide", "--format", "json"], 0),
        (&["graph", "plan.abide", "--plan", "k"], 2),
        (&["graph", "plan.abide", "--focus", "z"], 2),
        (&["graph", "plan.abide", "--depth", "1"], 2),
        (&["graph", "plan.abide", "broken.abide"], 1),
        (&["graph", "good.abide"], 3),
        (&["--help"], 0),
        (&["--version"], 0),
        (&[], 2),
    ];
    for (args, code) in table {
        for format in FORMATS {
            let mut args = args.to_vec();
            if args.first() == Some(&"check") && !args.contains(&"-f") {
                args.extend(["-f", format]);
            } else if format != "full" {
                continue;
            }
            let output = abide(dir.path(), &args);
            let shown = format!("{args:?}\n{}{}", out(&output), err(&output));
            assert_eq!(output.status.code(), Some(*code), "{shown}");
            assert!(!shown.contains("panicked"), "{shown}");
        }
    }
}

#[test]
fn hostile_files_are_findings_with_a_place() {
    let mut random = vec![0u8; 1_000_000];
    let mut state = 0x2545_f491_4f6c_dd1du64;
    for byte in &mut random {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        *byte = state as u8;
    }
    let parens = format!(
        "policy p {{\n  may share a when {}\n}}\n",
        "(".repeat(100_000)
    );
    let long = format!("policy p {{\n  note \"{}\"\n}}\n", "a".repeat(10_000_000));
    let bom = format!("\u{feff}{GOOD}");
    let crlf = GOOD.replace('\n', "\r\n");
    let cases: &[(&str, &[u8], i32, &str)] = &[
        ("random.abide", &random, 1, "random.abide:1:"),
        (
            "parens.abide",
            parens.as_bytes(),
            1,
            "parens.abide:2:84: error[nested-too-deep]",
        ),
        ("long.abide", long.as_bytes(), 0, "checked 1 policy"),
        ("bom.abide", bom.as_bytes(), 0, "checked 1 policy"),
        ("crlf.abide", crlf.as_bytes(), 0, "checked 1 policy"),
        ("latin.abide", b"data caf\xe9\n", 1, "latin.abide:1:9"),
        ("nul.abide", b"data \0a\n", 1, "nul.abide:1:6"),
    ];
    for (name, bytes, code, says) in cases {
        let dir = folder(&[]);
        write(dir.path(), name, bytes);
        let output = abide(dir.path(), &["check", name, "-f", "concise"]);
        let shown = out(&output);
        let start: String = shown.chars().take(2_000).collect();
        assert_eq!(
            output.status.code(),
            Some(*code),
            "{name}: {start}{}",
            err(&output)
        );
        assert!(shown.contains(says), "{name}: {start}");
        // People see it too, whatever is in the text.
        let full = abide(dir.path(), &["check", name]);
        assert_eq!(full.status.code(), Some(*code), "{name}");
    }
}

#[test]
fn nothing_steers_the_terminal() {
    let text = "policy p {\n  // \u{202e}evil\u{1b}[31m\n  may share \u{202e}a\u{1b}[31m\n}\n";
    let dir = folder(&[("a.abide", text)]);
    for format in ["full", "concise"] {
        let output = abide(dir.path(), &["check", "a.abide", "-f", format]);
        let shown = out(&output);
        assert!(
            !shown.contains('\u{1b}') && !shown.contains('\u{202e}'),
            "{shown:?}"
        );
    }
}

#[test]
fn output_is_the_same_every_time_and_in_any_order() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let day = "2026-11-24";
    let args = ["check", "policies", "--today", day, "--show-expected"];
    let first = out(&abide(root, &args));
    assert!(first.contains("checked"), "{first}");
    for _ in 0..10 {
        assert_eq!(out(&abide(root, &args)), first);
    }
    for jobs in ["1", "2", "7"] {
        let args = [&args[..], &["--jobs", jobs]].concat();
        assert_eq!(out(&abide(root, &args)), first, "{jobs} threads");
    }
    let json = ["check", "policies", "--today", day, "-f", "json"];
    assert_eq!(out(&abide(root, &json)), out(&abide(root, &json)));
    // Every file by itself, in the opposite order and in one that is neither, in every format.
    let mut files = Vec::new();
    for folder in ["policies/examples", "policies/twilio"] {
        for entry in std::fs::read_dir(root.join(folder)).expect("ships") {
            let path = entry.expect("readable").path();
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            if name.ends_with(".abide") {
                files.push(format!("{folder}/{name}"));
            }
        }
    }
    files.sort();
    assert!(files.len() > 10);
    let turned: Vec<String> = files.iter().rev().cloned().collect();
    let middle = files.len() / 2;
    let mixed: Vec<String> = files[middle..]
        .iter()
        .chain(&files[..middle])
        .cloned()
        .collect();
    let dir = tempfile::tempdir().expect("a scratch folder");
    let run = |files: &[String]| {
        let formats = FORMATS.map(|format| {
            let file = dir.path().join(format);
            format!("--output-format={format}={}", file.display())
        });
        let options = ["check", "--today", day, "--show-expected", "--statistics"];
        let mut args: Vec<&str> = options.to_vec();
        args.extend(formats.iter().map(String::as_str));
        args.extend(files.iter().map(String::as_str));
        let output = abide(root, &args);
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        FORMATS.map(|format| std::fs::read_to_string(dir.path().join(format)).expect("written"))
    };
    let first = run(&files);
    for files in [&turned, &mixed] {
        for (at, text) in run(files).iter().enumerate() {
            assert!(
                *text == first[at],
                "{} differs with the order of files",
                FORMATS[at]
            );
        }
    }
}

/// Reading asks for nothing more, and what can't be written is said in words, whatever the format.
#[test]
fn a_folder_that_can_only_be_read() {
    let dir = folder(&[("a.abide", BAD), ("file", "")]);
    // Below a file nothing can be written, by nobody; a folder's permissions don't bind the administrator.
    let output = abide(
        dir.path(),
        &["check", "a.abide", "-f", "json=file/out.json"],
    );
    assert_eq!(output.status.code(), Some(2));
    assert!(
        err(&output).starts_with("abide: can't write `file/out.json`: "),
        "{}",
        err(&output)
    );
    let baseline = ["baseline", "a.abide", "--baseline", "file/b.json"];
    assert_eq!(abide(dir.path(), &baseline).status.code(), Some(2));
    assert_eq!(abide(dir.path(), &["init", "file"]).status.code(), Some(2));
    let mut permissions = std::fs::metadata(dir.path()).expect("there").permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(dir.path(), permissions.clone()).expect("set");
    let output = abide(dir.path(), &["check", "a.abide", "-f", "concise"]);
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    let audit = abide(dir.path(), &["check", "a.abide", "--fix", "--diff"]);
    assert!(audit.status.code() != Some(2), "{}", err(&audit));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        permissions.set_mode(0o755);
        std::fs::set_permissions(dir.path(), permissions).expect("set");
    }
}

#[test]
fn standard_input_has_a_name() {
    let dir = folder(&[]);
    let mut child = program()
        .args([
            "check",
            "-",
            "--stdin-filename",
            "in/here.abide",
            "-f",
            "concise",
        ])
        .current_dir(dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    child
        .stdin
        .take()
        .expect("piped")
        .write_all(BAD.as_bytes())
        .expect("written");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(1));
    assert!(
        out(&output).starts_with("in/here.abide:7:3: error[failed-test]"),
        "{}",
        out(&output)
    );
}

#[test]
fn includes_stay_in_the_project() {
    let dir = folder(&[
        ("outside.abide", "data secret\n"),
        ("project/abide.toml", ""),
        (
            "project/a.abide",
            "include \"../outside.abide\"\ninclude \"b.abide\"\ninclude \"no.abide\"\n",
        ),
        ("project/b.abide", "include \"a.abide\"\ndata fine\n"),
    ]);
    let output = abide(dir.path(), &["check", "project", "-f", "concise"]);
    let shown = out(&output);
    assert_eq!(shown.matches("bad-include").count(), 2, "{shown}");
    assert!(shown.contains("lies outside the project"), "{shown}");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(
            dir.path().join("outside.abide"),
            dir.path().join("project/no.abide"),
        )
        .expect("a link");
        let output = abide(dir.path(), &["check", "project", "-f", "concise"]);
        assert_eq!(out(&output).matches("lies outside the project").count(), 2);
    }
}

#[test]
fn tables_stay_in_the_project() {
    let plan = "data d\npolicy p {\n  may collect d\n  retain d at most 1 year\n}\nplan x {\n  checks p\n  \
                system s\n  source c\n  flows \"../f.csv\"\n  flows \"sub/f.csv\"\n  flows \"f.csv\"\n}\n";
    let rows = "from,to,data\nc,s,d\n";
    let dir = folder(&[
        ("f.csv", rows),
        ("project/abide.toml", ""),
        ("project/sub/f.csv", rows),
        ("project/a.abide", plan),
    ]);
    let output = abide(dir.path(), &["check", "project", "-f", "concise"]);
    let shown = out(&output);
    assert_eq!(shown.matches("bad-table").count(), 2, "{shown}");
    assert!(
        shown.contains(
            "project/a.abide:10:9: error[bad-table]: `../f.csv` lies outside the project"
        ),
        "{shown}"
    );
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(dir.path().join("f.csv"), dir.path().join("project/f.csv"))
            .expect("a link");
        let output = abide(dir.path(), &["check", "project", "-f", "concise"]);
        assert_eq!(out(&output).matches("lies outside the project").count(), 2);
    }
}

/// Rows that say the same are kept once; what is wrong with the facts of each points at its own cell.
#[test]
fn facts_of_rows_that_say_the_same_have_their_own_places() {
    let dir = folder(&[
        (
            "a.abide",
            "data d\nfact old until 2020-01-01\nfact yes excludes no\nfact no\npolicy p {\n  may collect, use, share d\n  \
             retain d at most 1 year\n}\nplan x {\n  checks p\n  source c\n  system a\n  system bbb\n  flows \"f.csv\"\n  \
             nodes \"n.csv\"\n}\n",
        ),
        (
            "f.csv",
            "from,to,data,given\nc,a,d,old\nc,bbb,d,old\na,bbb,d,yes;no\nbbb,a,d,yes;no\na,long-store,d,\na,s,d,\n",
        ),
        (
            "n.csv",
            "name,kind,keeps\ns,store,d 1 year given old\nlong-store,store,d 1 year given old\n",
        ),
    ]);
    let output = abide(
        dir.path(),
        &[
            "check",
            "-A",
            "all",
            "-W",
            "expired-fact",
            "-W",
            "impossible-facts",
            "-f",
            "concise",
        ],
    );
    let text = out(&output);
    let places: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("-fact"))
        .filter_map(|line| line.split(": ").next())
        .collect();
    assert_eq!(
        places,
        [
            "f.csv:2:7",
            "f.csv:3:9",
            "f.csv:4:9",
            "f.csv:5:9",
            "n.csv:2:24",
            "n.csv:3:33"
        ],
        "{text}"
    );
}

/// A table large enough to be read in parts, with some rows that are wrong.
#[test]
fn however_many_threads_read_a_table_they_say_the_same() {
    let mut flows = String::from("from,to,data,for\npeople,node-0,email,news\n");
    for row in 0..90_000 {
        let (from, to) = (row % 50, (row * 7 + 1) % 50);
        let data = ["email", "emial"][usize::from(row % 9001 == 0)];
        flows += &format!("node-{from},node-{to},{data},news\n");
    }
    let mut nodes = String::from("name,kind\npeople,source\n");
    (0..50).for_each(|at| nodes += &format!("node-{at},system\n"));
    let plan = "data email\npurpose news, billing\npolicy p {\n  may use email for billing\n}\nplan x {\n  \
                checks p\n  nodes \"nodes.csv\"\n  flows \"flows.csv\"\n}\n";
    let dir = folder(&[
        ("a.abide", plan),
        ("nodes.csv", &nodes),
        ("flows.csv", &flows),
    ]);
    let shown = |jobs: &str| {
        out(&abide(
            dir.path(),
            &["check", "a.abide", "-f", "concise", "--jobs", jobs],
        ))
    };
    let one = shown("1");
    assert!(
        one.contains("flows.csv:3:15: error[unknown-name]: no data is called `emial`"),
        "{one}"
    );
    assert!(one.contains("error[undeclared-flow]"), "{one}");
    assert_eq!(shown("2"), one);
    assert_eq!(shown("7"), one);
}

#[test]
fn names_of_files_may_hold_blanks_and_letters_of_any_script() {
    let dir = folder(&[("my notice/Datenschutz – für alle.abide", BAD)]);
    let output = abide(dir.path(), &["check", ".", "-f", "concise"]);
    assert!(
        out(&output).starts_with("my notice/Datenschutz – für alle.abide:7:3"),
        "{}",
        out(&output)
    );
}

#[test]
fn colour_is_for_those_who_want_it() {
    let dir = folder(&[("a.abide", BAD)]);
    let colored = |vars: &[(&str, &str)], args: &[&str]| {
        let mut all = vec!["check", "a.abide"];
        all.extend(args);
        let mut command = program();
        for name in [
            "NO_COLOR",
            "FORCE_COLOR",
            "CLICOLOR_FORCE",
            "ABIDE_OUTPUT_FORMAT",
        ] {
            command.env_remove(name);
        }
        let output = command
            .args(all)
            .envs(vars.iter().copied())
            .current_dir(dir.path())
            .output()
            .expect("the binary runs");
        out(&output).contains('\u{1b}')
    };
    assert!(!colored(&[], &[]));
    assert!(colored(&[], &["--color", "always"]));
    assert!(colored(&[("FORCE_COLOR", "1")], &[]));
    assert!(colored(&[("CLICOLOR_FORCE", "1")], &[]));
    assert!(!colored(&[("FORCE_COLOR", "1"), ("NO_COLOR", "1")], &[]));
    assert!(!colored(&[("FORCE_COLOR", "1")], &["--color", "never"]));
    assert!(!colored(&[("FORCE_COLOR", "1")], &["-f", "json"]));
}

#[test]
fn several_formats_at_once() {
    let dir = folder(&[("a.abide", BAD)]);
    let output = abide(
        dir.path(),
        &[
            "check",
            "a.abide",
            "-f",
            "concise",
            "-f",
            "json=report.json",
        ],
    );
    assert!(out(&output).contains("error[failed-test]"));
    let json = std::fs::read_to_string(dir.path().join("report.json")).expect("written");
    let json: serde_json::Value = serde_json::from_str(&json).expect("valid");
    assert_eq!(json["findings"][0]["code"], "failed-test");
    assert_eq!(json["findings"][0]["line"], 7);
}

/// One run feeds all readers, and what does not parse is no reason for output that does not either.
#[test]
fn a_syntax_error_leaves_every_format_whole() {
    let dir = folder(&[
        ("a.abide", BAD),
        ("torn.abide", "policy p {\n  may share\n}\n"),
    ]);
    let mut args = vec!["check".to_string(), ".".to_string()];
    args.extend(FORMATS.map(|format| format!("--output-format={format}={format}.out")));
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let output = abide(dir.path(), &args);
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    assert_eq!(out(&output), "");
    let read = |format: &str| {
        std::fs::read_to_string(dir.path().join(format!("{format}.out"))).expect("written")
    };
    for format in FORMATS {
        assert!(read(format).contains("syntax-error"), "{format}");
        assert!(read(format).contains("failed-test"), "{format}");
    }
    for format in ["json", "gitlab", "sarif"] {
        let _: serde_json::Value = serde_json::from_str(&read(format)).expect(format);
    }
    let sarif: serde_json::Value = serde_json::from_str(&read("sarif")).expect("valid");
    let run = &sarif["runs"][0];
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    // The environment says the format where no option does, and the option has the last word.
    let with = |value: &str, args: &[&str]| {
        let output = program()
            .args(args)
            .current_dir(dir.path())
            .env("ABIDE_OUTPUT_FORMAT", value)
            .output()
            .expect("the binary runs");
        out(&output)
    };
    assert_eq!(with("sarif", &["check", "."]), read("sarif"));
    assert_eq!(
        with("sarif", &["check", ".", "-f", "concise"]),
        read("concise")
    );
}

#[test]
fn a_step_of_a_workflow_gets_a_table() {
    let dir = folder(&[("a.abide", BAD), ("step.md", "# before\n")]);
    let run = |format: &str| {
        let output = program()
            .args(["check", "a.abide", "-f", format])
            .current_dir(dir.path())
            .env("GITHUB_STEP_SUMMARY", dir.path().join("step.md"))
            .output()
            .expect("the binary runs");
        assert_eq!(output.status.code(), Some(1));
        std::fs::read_to_string(dir.path().join("step.md")).expect("there")
    };
    assert_eq!(run("concise"), "# before\n");
    let summary = run("github");
    assert!(summary.starts_with("# before\n### abide\n\nchecked 1 policy"));
    assert!(summary.contains("\n| error | failed-test | a.abide:7:3 |"));
}

/// The analytics plan is fine only because of its anonymisation.
#[test]
fn without_its_anonymisation_the_analytics_plan_fails() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let plan = std::fs::read_to_string(root.join("policies/examples/usage-analytics.abide"))
        .expect("the plan ships");
    assert_eq!(plan.matches(" as aggregated").count(), 1);
    let dir = tempfile::tempdir().expect("a scratch folder");
    for folder in ["twilio", "twilio/words"] {
        let from = root.join("policies").join(folder);
        let to = dir.path().join(folder);
        std::fs::create_dir_all(&to).expect("made");
        for entry in std::fs::read_dir(from).expect("ships") {
            let path = entry.expect("readable").path();
            if let (true, Some(name)) = (path.is_file(), path.file_name()) {
                std::fs::copy(&path, to.join(name)).expect("copied");
            }
        }
    }
    std::fs::create_dir_all(dir.path().join("examples")).expect("made");
    for (text, code) in [(plan.clone(), 0), (plan.replace(" as aggregated", ""), 1)] {
        std::fs::write(dir.path().join("examples/plan.abide"), text).expect("written");
        std::fs::write(dir.path().join("abide.toml"), "").expect("written");
        let output = abide(
            dir.path(),
            &[
                "check",
                "examples",
                "--today",
                "2026-11-24",
                "-f",
                "concise",
            ],
        );
        assert_eq!(output.status.code(), Some(code), "{}", out(&output));
        assert_eq!(out(&output).contains("undeclared-flow"), code == 1);
    }
}

/// The launch that is meant to fail shows what the project is for.
#[test]
fn the_marketing_launch_breaks_promises_in_many_ways() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = "policies/examples/marketing-launch.abide";
    let output = abide(
        root,
        &["check", file, "--today", "2026-11-24", "-f", "json"],
    );
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("valid");
    let here = json["findings"].as_array().expect("a list");
    let here: Vec<_> = here.iter().filter(|f| f["file"] == file).collect();
    let codes: std::collections::BTreeSet<&str> =
        here.iter().filter_map(|f| f["code"].as_str()).collect();
    assert!(here.len() >= 8, "{}", here.len());
    assert!(codes.len() >= 6, "{codes:?}");
    let far = here.iter().any(|f| {
        let derived = f["flow"]["data"] == "audience-profile";
        derived
            && f["code"] == "forbidden-flow"
            && f["flow"]["path"].as_array().is_some_and(|p| p.len() >= 4)
    });
    assert!(
        far,
        "one is found three hops from collection, through what was derived"
    );
}

#[test]
fn pictures_of_several_plans_are_one_stream_of_dot_alone() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let all = abide(root, &["graph", "policies", "--today", "2026-11-24"]);
    assert_eq!(all.status.code(), Some(0), "{}", err(&all));
    let plans = out(&all).matches("\ndigraph \"").count() + 1;
    assert!(out(&all).starts_with("digraph \"") && plans >= 3, "{plans}");
    for format in ["mermaid", "json"] {
        let several = abide(root, &["graph", "policies", "--format", format]);
        assert_eq!(several.status.code(), Some(2), "{format}");
        assert!(err(&several).contains("--plan"), "{}", err(&several));
        assert_eq!(out(&several), "", "{format}");
    }
    // A node that one plan has is no mistake for the others, which are not drawn.
    let focused = abide(root, &["graph", "policies", "--focus", "warehouse"]);
    assert_eq!(focused.status.code(), Some(0), "{}", err(&focused));
    assert_eq!(out(&focused).matches("digraph \"").count(), 1);
}

#[test]
fn a_mistaken_format_shows_before_anything_is_written() {
    let dir = folder(&[("a.abide", BAD)]);
    let args = ["check", "a.abide", "-f", "json=x.json", "-f", "concice"];
    let output = abide(dir.path(), &args);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(out(&output), "");
    assert!(!dir.path().join("x.json").exists());
    assert!(
        err(&output).contains("did you mean `concise`?"),
        "{}",
        err(&output)
    );
}

#[test]
fn quiet_prints_findings_alone() {
    let dir = folder(&[("bad.abide", BAD), ("good.abide", GOOD)]);
    for format in ["full", "concise"] {
        let bad = out(&abide(
            dir.path(),
            &["check", "bad.abide", "-q", "-f", format],
        ));
        assert!(
            bad.contains("failed-test") && !bad.contains("checked"),
            "{bad}"
        );
        let good = out(&abide(
            dir.path(),
            &["check", "good.abide", "-q", "-f", format],
        ));
        assert_eq!(good, "");
    }
}

#[test]
fn statistics_count_open_findings_by_code() {
    let text = format!(
        "{BAD}test \"u\" for p {{\n  may share email with mailer\n}}\ndata unused, idle, left\n"
    );
    let dir = folder(&[("a.abide", &text)]);
    let shown = out(&abide(
        dir.path(),
        &["check", "a.abide", "--statistics", "-f", "concise"],
    ));
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(
        lines[lines.len() - 3..lines.len() - 1],
        ["    3  warning  unused-name", "    2  error    failed-test"],
        "{shown}"
    );
}

#[test]
fn verbose_says_what_was_read_and_what_is_silenced_beside_the_answer() {
    let waived = PLAN.replace(
        "  s -> m",
        "  waive forbidden-flow until 2027-01-01 because \"a pilot\"\n  s -> m",
    );
    let text = format!("include \"v.abide\"\n{waived}");
    let dir = folder(&[("a.abide", &text), ("v.abide", "fact f\n")]);
    let args = ["check", "a.abide", "--today", "2026-11-24"];
    let plain = abide(dir.path(), &args);
    let told = abide(dir.path(), &[&args[..], &["--verbose"]].concat());
    assert_eq!(out(&plain), out(&told));
    assert_eq!(err(&plain), "");
    assert_eq!(
        err(&told).lines().collect::<Vec<_>>(),
        [
            "abide: read a.abide",
            "abide: included v.abide",
            "abide: waived a.abide:15:3: forbidden-flow, because \"a pilot\"",
        ]
    );
}

/// Nobody listening is no error, and changes no exit code.
#[test]
fn closed_pipes_end_quietly() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (args, code) in [
        (&["check", "missing.abide"][..], 2),
        (&["check", "policies", "--show-expected", "-v"], 0),
        (&["explain"], 0),
        (&["graph", "policies"], 0),
    ] {
        // The reader is gone before the program begins.
        let closed = || std::io::pipe().map(|(_, writer)| Stdio::from(writer));
        let status = program()
            .args(args)
            .args((args[0] != "explain").then_some("--today=2026-11-24"))
            .current_dir(root)
            .stdout(closed().expect("a pipe"))
            .stderr(closed().expect("a pipe"))
            .status()
            .expect("the binary runs");
        assert_eq!(status.code(), Some(code), "{args:?}");
    }
}

#[test]
fn paths_elsewhere_may_include_what_lies_beside_them() {
    let policy = "include \"../v.abide\"\npolicy p {\n  never share email with mailer\n}\ntest \"t\" for p {\n  never share email with mailer\n}\n";
    let dir = folder(&[
        ("project/v.abide", "data email\nparty mailer\n"),
        ("project/sub/a.abide", policy),
        ("secret.abide", "data secret\n"),
        ("project/out.abide", "include \"../secret.abide\"\n"),
        ("here/readme.txt", ""),
    ]);
    let here = dir.path().join("here");
    let output = abide(&here, &["check", "../project", "-f", "concise"]);
    let shown = out(&output);
    assert_eq!(shown.matches("error").count(), 2, "{shown}");
    assert!(
        shown.starts_with("../project/out.abide:1:9: error[bad-include]"),
        "{shown}"
    );
    // A file alone brings no other folder into the project.
    let alone = abide(&here, &["check", "../project/sub/a.abide", "-f", "concise"]);
    assert!(
        out(&alone).contains("lies outside the project"),
        "{}",
        out(&alone)
    );
}

/// What people choose not to see in a run makes no waiver idle and no mark unmet.
#[test]
fn silenced_codes_leave_waivers_and_marks_alone() {
    let text = PLAN
        .replace(
            "  s -> m",
            "  waive forbidden-flow until 2027-01-01 because \"a pilot\"\n  s -> m",
        )
        .replace("a -> s : email", "a -> s : email //~ undeclared-flow");
    let dir = folder(&[("a.abide", &text)]);
    let run = |more: &[&str]| {
        let args = ["check", "a.abide", "--today", "2026-11-24", "-f", "concise"];
        out(&abide(dir.path(), &[&args[..], more].concat()))
    };
    assert_eq!(
        run(&[]),
        "checked 1 policy, 1 plan, 2 flows: no findings, 1 waived, 1 expected (marked in a.abide)\n"
    );
    assert_eq!(
        run(&["-A", "flow"]),
        "checked 1 policy, 1 plan, 2 flows: no findings\n"
    );
    // Nor does a last word that brings them back.
    assert_eq!(run(&["-A", "flow", "-D", "flow"]), run(&[]));
}

#[test]
fn a_question_is_answered_in_every_format() {
    let dir = folder(&[(
        "p.abide",
        "data mail\nparty mailer, other-firm\npurpose news\npolicy p {\n  may share mail with mailer for news\n  never share mail with other-firm\n}\n",
    )]);
    let ask = |format: &str| {
        let flow = "share mail with mailer, other-firm for news";
        abide(dir.path(), &["ask", flow, "-f", format])
    };
    for (format, words) in [
        (
            "full",
            vec![
                "fine: share mail with mailer",
                "forbidden: share mail with other-firm",
            ],
        ),
        (
            "text",
            vec![
                "fine: share mail with mailer",
                "forbidden: share mail with other-firm",
            ],
        ),
        (
            "concise",
            vec![
                "p: fine: share mail with mailer for news (by p.abide:5)",
                "p: forbidden: ",
            ],
        ),
        (
            "json",
            vec!["\"verdict\": \"fine\"", "\"verdict\": \"forbidden\""],
        ),
        (
            "json-lines",
            vec!["\"verdict\":\"fine\"", "\"verdict\":\"forbidden\""],
        ),
        (
            "grouped",
            vec!["forbidden-flow", "share mail with other-firm"],
        ),
        ("github", vec!["::error ", "share mail with other-firm"]),
        (
            "gitlab",
            vec!["forbidden-flow: ", "share mail with other-firm"],
        ),
        (
            "junit",
            vec!["tests=\"1\" failures=\"1\"", "share mail with other-firm"],
        ),
        (
            "sarif",
            vec![
                "\"ruleId\": \"forbidden-flow\"",
                "share mail with other-firm",
            ],
        ),
    ] {
        let result = ask(format);
        assert_eq!(result.status.code(), Some(0), "{format}");
        let text = out(&result);
        for words in words {
            assert!(text.contains(words), "{format}: {words}\n{text}");
        }
    }
    let result = ask("jsn");
    assert_eq!(result.status.code(), Some(2));
}

#[test]
fn a_rule_that_no_flow_meets_is_told_from_those_that_flows_meet() {
    let text = PLAN.replace(
        "  never share email with mailer\n",
        "  never share email with mailer\n  never share email with printer\n",
    );
    let text = text.replace("party mailer", "party mailer, printer");
    let dir = folder(&[("a.abide", &text)]);
    let args = [
        "check",
        "a.abide",
        "-W",
        "unmet-rule",
        "--output-format",
        "concise",
    ];
    let found = out(&abide(dir.path(), &args));
    let unmet: Vec<&str> = found.lines().filter(|l| l.contains("unmet-rule")).collect();
    assert_eq!(unmet.len(), 1, "{found}");
    assert!(unmet[0].starts_with("a.abide:6:"), "{found}");
}

#[test]
fn an_expired_waiver_is_reported_once_whoever_includes_its_file() {
    let includes = |name: &str| {
        format!(
            "include \"waived.abide\"\npolicy {name} {{\n  extends q\n  never sell email\n}}\ntest \"{name}\" for {name} {{\n  never sell email to mailer\n}}\n"
        )
    };
    let waived = "data email\nparty mailer\npolicy q {\n  waive dead-rule until 2020-01-01 because \"soon\"\n  never share email\n}\n";
    let dir = folder(&[
        ("waived.abide", waived),
        ("one.abide", &includes("p")),
        ("two.abide", &includes("r")),
    ]);
    for paths in [&["."][..], &["one.abide"], &["two.abide", "waived.abide"]] {
        let args = [&["check", "--output-format", "concise"], paths].concat();
        let found = out(&abide(dir.path(), &args));
        assert_eq!(found.matches("[expired-waiver]").count(), 1, "{found}");
        assert!(found.contains("waived.abide:4:3: error[expired"), "{found}");
    }
}

#[test]
fn an_expectation_that_fails_tells_machines_the_fewest_facts() {
    let text = "data email\nparty mailer\nfact asked\npolicy p {\n  may share email with mailer\n  never share email with mailer unless asked\n}\ntest \"t\" for p {\n  never share email with mailer\n}\n";
    let dir = folder(&[("a.abide", text)]);
    let found = out(&abide(
        dir.path(),
        &["check", "a.abide", "--output-format", "json"],
    ));
    let found: serde_json::Value = serde_json::from_str(&found).expect("JSON");
    let flow = |one: &serde_json::Value| one.get("flow").cloned();
    let of = |of: &serde_json::Value| of.as_array().cloned().unwrap_or_default();
    let flows: Vec<_> = of(&found["findings"]).iter().filter_map(flow).collect();
    assert_eq!(flows.len(), 1, "{found:#}");
    assert_eq!(
        flows[0]["facts"],
        serde_json::json!([["asked"]]),
        "{found:#}"
    );
}
