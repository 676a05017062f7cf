//! Input that means harm: links out of the project, texts that steer a terminal, sizes beyond a limit.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read and write files and run the program"
)]

#[path = "shared/program.rs"]
mod program;

use program::{abide, err, folder, out, program};
use std::path::Path;

/// A link in the project to a file or folder outside.
#[cfg(unix)]
fn link(dir: &Path, outside: &str, inside: &str) {
    std::os::unix::fs::symlink(dir.join(outside), dir.join(inside)).expect("a link");
}

const RULE: &str =
    "data email\npolicy p {\n  never share email\n}\ntest \"t\" for p {\n  never share email\n}\n";

/// What an include, a table, an evidence or a notice names lies in the project, whatever links say:
/// by a link to the file, and by a link to a folder above it.
#[cfg(unix)]
#[test]
fn links_do_not_leave_the_project() {
    let plan = |path: &str| {
        format!(
            "data d\npolicy p {{\n  may collect d\n  retain d at most 1 year\n}}\nplan x {{\n  checks p\n  system s\n  source c\n  flows \"{path}\"\n}}\n"
        )
    };
    let evidence = |path: &str| {
        RULE.replace(
            "}\ntest",
            &format!("  note \"n\" evidence \"{path}\"\n}}\ntest"),
        )
    };
    let include = |path: &str| format!("include \"{path}\"\n{RULE}");
    let rows = "from,to,data\nc,s,d\n";
    let dir = folder(&[
        ("outside/secret.abide", "data secret-name\n"),
        ("outside/secret.csv", rows),
        ("project/abide.toml", ""),
    ]);
    let root = dir.path();
    for name in ["secret.abide", "secret.csv"] {
        link(root, &format!("outside/{name}"), &format!("project/{name}"));
    }
    link(root, "outside", "project/folder");
    let project = root.join("project");
    for (text, code) in [
        (include("secret.abide"), "bad-include"),
        (include("folder/secret.abide"), "bad-include"),
        (plan("secret.csv"), "bad-table"),
        (plan("folder/secret.csv"), "bad-table"),
        (evidence("secret.csv"), "missing-evidence"),
        (evidence("folder/secret.csv"), "missing-evidence"),
    ] {
        std::fs::write(project.join("a.abide"), &text).expect("written");
        let output = abide(&project, &["check", "a.abide", "-f", "concise"]);
        let shown = out(&output);
        assert_eq!(output.status.code(), Some(1), "{text}{shown}");
        assert!(shown.contains(&format!("error[{code}]")), "{text}{shown}");
        assert!(shown.contains("outside the project"), "{text}{shown}");
        assert!(!shown.contains("secret-name"), "{text}{shown}");
    }
    // A search of folders passes links by.
    std::fs::remove_file(project.join("a.abide")).expect("removed");
    let output = abide(&project, &["check"]);
    assert_eq!(output.status.code(), Some(3), "{}", out(&output));
}

#[cfg(unix)]
#[test]
fn notices_of_the_settings_do_not_leave_the_project() {
    let cited = RULE.replace(
        "  never share email\n}\ntest",
        "  \"we never\"\n  never share email\n}\ntest",
    );
    let dir = folder(&[
        ("outside/secret.txt", "We never tell. The secret is here.\n"),
        ("project/a.abide", &cited),
        ("project/own.txt", "We never tell.\n"),
    ]);
    link(dir.path(), "outside/secret.txt", "project/link.txt");
    link(dir.path(), "outside", "project/folder");
    let project = dir.path().join("project");
    let set = |path: &str| {
        let text = format!("[notices]\np = \"{path}\"\n");
        std::fs::write(project.join("abide.toml"), text).expect("written");
        abide(&project, &["coverage"])
    };
    let own = set("own.txt");
    assert_eq!(own.status.code(), Some(0), "{}", err(&own));
    for path in ["link.txt", "folder/secret.txt", "../outside/secret.txt"] {
        let output = set(path);
        assert_eq!(output.status.code(), Some(2), "{path}: {}", out(&output));
        assert_eq!(
            err(&output),
            "abide: abide.toml:2: the notice lies outside the project; copy it into the project, or name it with `--notice`\n"
        );
        assert_eq!(out(&output), "");
    }
    // Who runs the program may read what they like.
    let named = abide(
        &project,
        &["coverage", "--isolated", "--notice", "p=link.txt"],
    );
    assert_eq!(named.status.code(), Some(0), "{}", err(&named));
}

/// Every text that a file can bring into an output, in every place that takes any text, steers.
const STEERING: &str = "\u{1b}[31m\u{202e}\u{9b}\u{2066}\u{7f}\u{200f}x";

/// Whether a text could steer a terminal.
fn steers(text: &str) -> bool {
    text.chars()
        .any(|c| c != '\n' && c != '\t' && abide::report::steers(c))
}

/// No command passes on what steers a terminal, in any format, on either stream; and its JSON stays JSON.
#[test]
fn no_command_passes_on_what_steers_a_terminal() {
    let s = STEERING;
    let whole = format!(
        "/// doc {s}\ndata email \"mail {s}\"\nparty mailer \"m {s}\"\nfact f \"f {s}\"\nsubject person \"p {s}\"\n\
         policy old \"o {s}\" {{\n  section \"s {s}\" {{\n    \"cited {s}\"\n    never share email with mailer\n  }}\n}}\n\
         policy p \"p {s}\" {{\n  supersedes old\n  section \"s {s}\" {{\n    \"cited {s}\"\n    may share email with mailer when f // {s}\n  }}\n  note \"n {s}\"\n}}\n\
         test \"t {s}\" for p {{\n  never share email with mailer // {s}\n}}\n\
         plan l \"l {s}\" {{\n  checks p\n  source a : person\n  system b\n  external m : mailer\n  a -> b : email // {s}\n  b -> m : email // {s}\n}}\n"
    );
    let torn = format!("policy q {{\n  may share {s} // {s}\n  never sell nobody{s}\n}}\n\"{s}\n");
    let table = format!(
        "data d\nplan x {{\n  system s\n  flows \"rows.csv\"\n  flows \"{s}.csv\"\n}}\ninclude \"{s}\"\n"
    );
    let named = format!("name {s}.abide");
    let dir = folder(&[
        ("whole.abide", &whole),
        ("torn.abide", &torn),
        ("table.abide", &table),
        ("rows.csv", &format!("from,to,data,{s}\n{s},s,{s}\n")),
        (
            "n.txt",
            &format!("# Title {s}\n\nWe say this {s} here. It is cited {s} there.\n"),
        ),
        ("bad.toml", &format!("[output]\n\"{s}\" = \"{s}\" # {s}\n")),
        (
            "codes.toml",
            &format!("[severity]\n\"{s}\" = \"error\" # {s}\n"),
        ),
        ("fine.toml", &format!("exclude = [\"{s}\"] # {s}\n")),
        ("base.json", &format!("{{\"{s}\": \"{s}\"}}\n")),
    ]);
    // Not every file system takes such a name.
    let odd = std::fs::write(dir.path().join(&named), &torn).is_ok();
    let mut runs: Vec<Vec<&str>> = Vec::new();
    let files = ["whole.abide", "torn.abide", "table.abide", named.as_str()];
    for file in files.iter().take(if odd { 4 } else { 3 }) {
        for format in [
            "full",
            "concise",
            "grouped",
            "json",
            "json-lines",
            "github",
            "gitlab",
            "junit",
            "sarif",
        ] {
            runs.push(vec!["check", file, "-f", format]);
            runs.push(vec!["ask", "share email with mailer", file, "-f", format]);
        }
        runs.push(vec!["check", file, "-v", "--statistics"]);
        runs.push(vec!["check", file, "--fix", "--diff"]);
        runs.push(vec!["check", file, "--baseline", "base.json"]);
        runs.push(vec!["test", file]);
        runs.push(vec!["fmt", "--diff", file]);
        runs.push(vec!["fmt", "--check", file]);
        for format in ["dot", "mermaid", "json"] {
            runs.push(vec!["graph", file, "--format", format]);
        }
        for format in ["text", "json", "markdown", "html"] {
            runs.push(vec!["coverage", file, "--notice", "p=n.txt", "-f", format]);
        }
        for format in ["text", "json", "markdown"] {
            runs.push(vec!["diff", "old", "p", "--paths", file, "-f", format]);
        }
        runs.push(vec!["diff", "p", "--paths", file]);
        runs.push(vec!["trace", "email", file]);
        runs.push(vec!["trace", "--to", "mailer", file]);
        runs.push(vec!["ask", "share ? with mailer", file]);
    }
    for settings in ["bad.toml", "codes.toml", "fine.toml"] {
        runs.push(vec!["config", "--config", settings]);
        runs.push(vec!["check", "whole.abide", "--config", settings]);
    }
    let (mut answers, mut spelled) = (0, 0);
    for args in &runs {
        let output = abide(dir.path(), args);
        let (out, err) = (out(&output), err(&output));
        assert!(!steers(&out), "{args:?}: {out:?}");
        assert!(!steers(&err), "{args:?}: {err:?}");
        assert!(!err.contains("bug in abide"), "{args:?}: {err}");
        answers += usize::from(!out.is_empty());
        spelled += usize::from(format!("{out}{err}").to_lowercase().contains("202e"));
        let json = ["json", "sarif", "gitlab"].contains(args.last().expect("a word"));
        if json && !out.is_empty() {
            let read = serde_json::from_str::<serde_json::Value>(&out);
            assert!(read.is_ok(), "{args:?}: {read:?} {out}");
        }
    }
    // The test would hold of a program that says nothing.
    assert!(answers * 2 > runs.len(), "{answers} of {}", runs.len());
    assert!(spelled * 3 > runs.len(), "{spelled} of {}", runs.len());
}

/// The files of a project that passes, with settings.
fn limited(settings: &str) -> tempfile::TempDir {
    folder(&[
        ("abide.toml", settings),
        ("a.abide", RULE),
        ("b.abide", "include \"c.abide\"\nparty mailer\n"),
        ("c.abide", "data postal-address\n"),
        (
            "d.abide",
            "data d\npolicy q {\n  may collect d\n  retain d at most 1 year\n}\nplan x {\n  checks q\n  system s\n  \
             source c\n  flows \"f.csv\"\n}\n",
        ),
        ("f.csv", "from,to,data\nc,s,d\n"),
    ])
}

/// What is beyond a limit fails, whatever is silenced, and what is within it passes.
#[test]
fn what_is_beyond_a_limit_never_passes() {
    let silenced = [
        "check",
        "-A",
        "all",
        "-f",
        "concise",
        "--fail-level",
        "error",
    ];
    let within =
        limited("[limits]\nfile-size = 200\nnames = 4\nlabels = 1\nnesting = 1\nfindings = 20\n");
    let output = abide(within.path(), &silenced);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}{}",
        out(&output),
        err(&output)
    );
    for (limit, says) in [
        ("file-size = 20", "a.abide:1:1: error[file-too-large]"),
        ("file-size = 0", "c.abide:1:1: error[file-too-large]"),
        ("names = 3", "d.abide:1:6: error[too-many-names]"),
        ("names = 0", "a.abide:1:6: error[too-many-names]"),
        ("nesting = 0", "a.abide:2:10: error[nested-too-deep]"),
        ("labels = 0", "d.abide:6:6: error[too-many-labels]"),
    ] {
        let dir = limited(&format!("[limits]\n{limit}\n"));
        let output = abide(dir.path(), &silenced);
        assert_eq!(output.status.code(), Some(1), "{limit}: {}", out(&output));
        let shown = out(&output);
        assert!(shown.contains(says), "{limit}: {shown}");
        // No baseline makes it known.
        abide(dir.path(), &["baseline"]);
        let known = abide(dir.path(), &silenced);
        assert_eq!(known.status.code(), Some(1), "{limit}: {}", out(&known));
        // Nor does a question have an answer.
        for args in [
            &["ask", "share email"][..],
            &["trace", "d"],
            &["diff", "p", "q"],
        ] {
            // Labels spread in plans alone.
            if limit.starts_with("labels") && args[0] != "trace" {
                continue;
            }
            let output = abide(dir.path(), args);
            assert_eq!(output.status.code(), Some(2), "{limit} {args:?}");
        }
    }
    let table = limited("[limits]\nfile-size = 150\n");
    std::fs::write(
        table.path().join("f.csv"),
        format!("from,to,data\n{}", "c,s,d\n".repeat(30)),
    )
    .expect("written");
    let output = abide(table.path(), &silenced);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        out(&output).contains("d.abide:10:9: error[bad-table]"),
        "{}",
        out(&output)
    );
    let large = limited("[limits]\nfile-size = 5000000000\n");
    let output = abide(large.path(), &silenced);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        err(&output).starts_with("abide: abide.toml:2:13: "),
        "{}",
        err(&output)
    );
}

/// Findings beyond the limit are counted, and the run fails although those kept are warnings.
#[test]
fn findings_beyond_the_limit_are_counted() {
    let text = format!("data a, b, c, d\n{RULE}");
    let dir = folder(&[("a.abide", &text)]);
    let check = |most: usize| {
        let settings = format!("[limits]\nfindings = {most}\n");
        std::fs::write(dir.path().join("abide.toml"), settings).expect("written");
        abide(dir.path(), &["check", "-f", "concise"])
    };
    let all = check(1000);
    assert_eq!(all.status.code(), Some(0), "{}", out(&all));
    let many = out(&all).matches("unused-name").count();
    assert!(many > 2, "{}", out(&all));
    assert_eq!(check(many).status.code(), Some(0));
    let cut = check(2);
    assert_eq!(cut.status.code(), Some(1), "{}", out(&cut));
    let shown = out(&cut);
    assert_eq!(shown.matches("unused-name").count(), 2, "{shown}");
    assert!(
        shown.contains(&format!(
            "error[too-many-findings]: {} more findings are counted and not kept",
            many - 2
        )),
        "{shown}"
    );
    assert!(
        shown.ends_with(&format!("1 error, {many} warnings\n")),
        "{shown}"
    );
    assert_eq!(abide(dir.path(), &["test"]).status.code(), Some(1));
    assert_eq!(check(0).status.code(), Some(1));
}

/// Findings of plans are counted before they take memory, whichever format is wanted; the sums are those
/// of a run that keeps all.
#[test]
fn findings_of_plans_beyond_the_limit_are_counted() {
    let rows: String = (0..50).map(|at| format!("  c -> s{at} : d\n")).collect();
    let nodes: String = (0..50).map(|at| format!("  system s{at}\n")).collect();
    let text = format!(
        "data d\npolicy q {{\n  never collect d\n}}\nplan x {{\n  checks q\n  source c\n{nodes}{rows}}}\n"
    );
    let dir = folder(&[("a.abide", &text)]);
    for (most, code, kept) in [
        (60, "forbidden-flow", 50),
        (10, "forbidden-flow", 10),
        (0, "", 0),
    ] {
        let settings = format!("[limits]\nfindings = {most}\n");
        std::fs::write(dir.path().join("abide.toml"), settings).expect("written");
        let output = abide(dir.path(), &["check", "-f", "json"]);
        assert_eq!(output.status.code(), Some(1));
        let report: serde_json::Value = serde_json::from_str(&out(&output)).expect("JSON");
        let findings = report["findings"].as_array().expect("findings");
        let of = |code: &str| findings.iter().filter(|one| one["code"] == code).count();
        assert_eq!(of(code), kept, "{report}");
        let cut = most < 50;
        assert_eq!(of("too-many-findings"), usize::from(cut), "{report}");
        let errors = report["summary"]["errors"].as_u64();
        assert_eq!(errors, Some(50 + u64::from(cut)), "{report}");
    }
    // A waived or silenced finding is none, kept or not.
    let settings = "[limits]\nfindings = 10\n[severity]\nforbidden-flow = \"allow\"\n";
    std::fs::write(dir.path().join("abide.toml"), settings).expect("written");
    let output = abide(dir.path(), &["check", "-f", "concise"]);
    assert!(!out(&output).contains("forbidden-flow"), "{}", out(&output));
}

/// Data that become each other around a circle would make a label for every set of them: the plan ends
/// at the limit, and is not found right.
#[test]
fn labels_that_multiply_end_at_the_limit() {
    let data: Vec<String> = (0..40).map(|at| format!("d{at}")).collect();
    let derives: String = (0..40)
        .flat_map(|at| (0..40).map(move |other| (at, other)))
        .filter(|(at, other)| at != other)
        .map(|(at, other)| format!("  s derives d{other} from d{at}\n"))
        .collect();
    let all = data.join(", ");
    let text = format!(
        "data {all}\npolicy q {{\n  may collect, use, derive any\n  retain any at most 1 year\n  never share d0\n}}\n\
         plan x {{\n  checks q\n  source c\n  system s\n  c -> s : {all}\n{derives}}}\n"
    );
    let dir = folder(&[
        ("a.abide", &text),
        ("abide.toml", "[limits]\nlabels = 5000\n"),
    ]);
    let output = abide(dir.path(), &["check", "-A", "all", "-f", "concise"]);
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    let said = "a.abide:7:6: error[too-many-labels]: more than 5000 labels spread in `x`";
    assert!(out(&output).contains(said), "{}", out(&output));
}

/// Standard input, notices and devices without an end are read no further than the limit.
#[cfg(unix)]
#[test]
fn what_has_no_end_is_not_read_to_it() {
    let dir = folder(&[
        ("a.abide", RULE),
        ("abide.toml", "[limits]\nfile-size = 100000\n"),
    ]);
    let endless = abide(dir.path(), &["check", "/dev/zero"]);
    assert_eq!(endless.status.code(), Some(1), "{}", err(&endless));
    assert!(
        out(&endless).contains("file-too-large"),
        "{}",
        out(&endless)
    );
    let notice = abide(dir.path(), &["coverage", "--notice", "p=/dev/zero"]);
    assert_eq!(notice.status.code(), Some(2), "{}", out(&notice));
    assert!(
        err(&notice).contains("larger than 100000 bytes"),
        "{}",
        err(&notice)
    );
    let input = std::fs::File::open("/dev/zero").expect("a device");
    let output = program()
        .args(["check", "-"])
        .current_dir(dir.path())
        .stdin(input)
        .output()
        .expect("the binary runs");
    assert_eq!(output.status.code(), Some(2), "{}", out(&output));
    assert!(
        err(&output).contains("larger than 100000 bytes"),
        "{}",
        err(&output)
    );
}

/// What the settings name is written into the project and nowhere else: not by a path, not through a link
/// to a file or a folder, not through a link that leads to nothing yet. The command line names any file.
#[cfg(unix)]
#[test]
fn settings_write_no_report_outside_the_project() {
    for (path, stays) in [
        ("report.json", true),
        ("reports/../report.json", true),
        ("../stolen.json", false),
        ("link.json", false),
        ("dangling.json", false),
        ("folder/stolen.json", false),
        ("/tmp/abide-stolen/report.json", false),
    ] {
        let settings = format!("[output]\nformats = [\"concise\", \"json={path}\"]\n");
        let dir = folder(&[
            ("in/abide.toml", &settings),
            ("in/a.abide", RULE),
            ("in/reports/x", ""),
            ("out/there.json", "kept"),
        ]);
        link(dir.path(), "out/there.json", "in/link.json");
        link(dir.path(), "out/nothing.json", "in/dangling.json");
        link(dir.path(), "out", "in/folder");
        let project = dir.path().join("in");
        let output = abide(&project, &["check"]);
        let text = err(&output);
        let expected = if stays { 0 } else { 2 };
        assert_eq!(output.status.code(), Some(expected), "{path}: {text}");
        let said = "abide: abide.toml:2: a report would be written outside the project";
        assert_eq!(text.starts_with(said), !stays, "{path}: {text}");
        let kept = std::fs::read_to_string(dir.path().join("out/there.json"));
        assert_eq!(kept.expect("it is there"), "kept", "{path}");
        for stolen in ["out/nothing.json", "out/stolen.json", "stolen.json"] {
            assert!(!dir.path().join(stolen).exists(), "{path}");
        }
        assert_eq!(project.join("report.json").exists(), stays, "{path}");
        let named = abide(&project, &["check", "-f", "json=../out/named.json"]);
        assert_eq!(named.status.code(), Some(0), "{}", err(&named));
        assert!(dir.path().join("out/named.json").exists());
    }
}

/// Settings may extend a file elsewhere; what is wrong with that file shows nothing of what it holds.
#[cfg(unix)]
#[test]
fn settings_show_nothing_of_files_outside_the_project() {
    let settings = "extend = \"../secret\"\n";
    let dir = folder(&[
        ("in/abide.toml", settings),
        ("in/a.abide", RULE),
        ("secret", "password = \"hunter2\"\n"),
        ("linked/a.abide", RULE),
        ("within/abide.toml", "extend = \"far/abide.toml\"\n"),
        ("within/far/abide.toml", "color = \"hunter2\"\n"),
        ("within/a.abide", RULE),
        ("good.toml", "[limits]\nnames = 0\n"),
    ]);
    link(dir.path(), "secret", "linked/abide.toml");
    for project in ["in", "linked"] {
        for args in [
            &["check"][..],
            &["config"],
            &["ask", "share email"],
            &["check", "a.abide"],
        ] {
            let output = abide(&dir.path().join(project), args);
            assert_eq!(output.status.code(), Some(2), "{project} {args:?}");
            let text = out(&output) + &err(&output);
            assert!(text.contains("leads outside the project"), "{text}");
            let shows = |word| text.contains(word);
            assert!(!shows("hunter2") && !shows("password"), "{text}");
        }
    }
    // Inside, mistakes show; so they do of a file that somebody names.
    let output = abide(&dir.path().join("within"), &["check"]);
    assert!(err(&output).contains("hunter2"), "{}", err(&output));
    let output = abide(&dir.path().join("in"), &["check", "--config", "../secret"]);
    assert!(err(&output).contains("hunter2"), "{}", err(&output));
    // What is right holds wherever it lies.
    std::fs::write(
        dir.path().join("in/abide.toml"),
        "extend = \"../good.toml\"\n",
    )
    .expect("written");
    let output = abide(&dir.path().join("in"), &["check", "-f", "concise"]);
    assert!(out(&output).contains("too-many-names"), "{}", out(&output));
}

/// The compiler refuses unsafe code, in the program and in the library.
#[test]
fn there_is_no_unsafe_code() {
    for file in ["src/main.rs", "src/lib.rs"] {
        let text = std::fs::read_to_string(file).expect("a source");
        assert!(text.contains("\n#![forbid(unsafe_code)]\n"), "{file}");
    }
}
