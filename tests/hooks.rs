//! What pipelines run: the pre-commit hooks as they ship, by pre-commit itself; the scripts of the
//! GitHub action and of the GitLab include; completions and man pages.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests read and write files, run programs, and say what they skip"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const GOOD: &str = "data email\nparty mailer\n\npolicy p {\n  never share email with mailer\n}\n\ntest \"t\" for p {\n  never share email with mailer\n}\n";
const BAD: &str = "data email\nparty mailer\n\npolicy p {\n  never share email with mailer\n}\n\ntest \"t\" for p {\n  may share email with mailer\n}\n";

fn shown(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// The search path with the built program in front.
fn path() -> std::ffi::OsString {
    let built = Path::new(env!("CARGO_BIN_EXE_abide"))
        .parent()
        .expect("a folder");
    let rest = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(built.to_path_buf()).chain(std::env::split_paths(&rest));
    std::env::join_paths(all).expect("a path")
}

/// A program in a folder, with nothing of the surroundings that would change what it does.
fn program(name: &str, dir: &Path) -> Command {
    let mut command = Command::new(name);
    command.current_dir(dir).env("PATH", path());
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        let own = ["GIT_", "ABIDE_", "GITHUB_", "CI_", "PRE_COMMIT"];
        if own.iter().any(|own| name.starts_with(own)) || name == "SKIP" {
            command.env_remove(name);
        }
    }
    command
}

/// A program's path, if it is there.
fn find(name: &str) -> Option<PathBuf> {
    let paths = std::env::var_os("PATH")?;
    let mut all = std::env::split_paths(&paths).map(|folder| folder.join(name));
    let found = all.find(|path| path.is_file());
    if found.is_none() {
        eprintln!("skipped: {name} is not installed");
    }
    found
}

fn write(dir: &Path, name: &str, text: &str) {
    std::fs::write(dir.join(name), text).expect("a file");
}

/// The hooks as they ship, but run from the search path instead of being built anew.
fn hooks() -> String {
    let shipped = std::fs::read_to_string(".pre-commit-hooks.yaml").expect("it ships");
    assert_eq!(shipped.matches("language: rust").count(), 2);
    let hooks: String = shipped
        .replace("language: rust", "language: system")
        .lines()
        .map(|line| format!("      {line}\n"))
        .collect();
    format!("repos:\n  - repo: local\n    hooks:\n{hooks}")
}

#[test]
fn the_hooks_fail_and_pass_in_a_repository() {
    let (Some(pre_commit), Some(_)) = (find("pre-commit"), find("git")) else {
        return;
    };
    let dir = tempfile::tempdir().expect("a scratch folder");
    let cache = tempfile::tempdir().expect("a scratch folder");
    let at = dir.path();
    let git = |args: &[&str]| {
        let settings = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
        let output = program("git", at)
            .args(settings)
            .args(args)
            .output()
            .expect("git runs");
        assert!(output.status.success(), "{}", shown(&output));
    };
    let run = |hook: &str| {
        git(&["add", "."]);
        program(&pre_commit.display().to_string(), at)
            .args(["run", hook, "--all-files"])
            .env("PRE_COMMIT_HOME", cache.path())
            .output()
            .expect("pre-commit runs")
    };
    git(&["init", "-q"]);
    write(at, ".pre-commit-config.yaml", &hooks());
    write(at, "a.abide", BAD);
    let failing = run("abide-check");
    assert_eq!(failing.status.code(), Some(1), "{}", shown(&failing));
    assert!(
        shown(&failing).contains("error[failed-test]"),
        "{}",
        shown(&failing)
    );
    write(at, "a.abide", GOOD);
    let passing = run("abide-check");
    assert_eq!(passing.status.code(), Some(0), "{}", shown(&passing));
    assert!(shown(&passing).contains("Passed"), "{}", shown(&passing));
    // The other hook lays out, which fails once, for files were changed.
    write(
        at,
        "my file.abide",
        &GOOD
            .replace("policy p {\n  never", "policy p { never")
            .replace(" p ", " q "),
    );
    let changed = run("abide-fmt");
    assert_eq!(changed.status.code(), Some(1), "{}", shown(&changed));
    assert!(shown(&changed).contains("files were modified by this hook"));
    assert_eq!(run("abide-fmt").status.code(), Some(0));
}

/// The lines below a key `KEY: |` after a marker, as a script.
fn script(text: &str, marker: &str) -> String {
    let (_, after) = text.split_once(marker).expect("the marker is there");
    let (_, after) = after.split_once("run: |\n").expect("a script");
    let indent = after.len() - after.trim_start_matches(' ').len();
    let lines = after
        .lines()
        .take_while(|line| line.len() - line.trim_start().len() >= indent);
    lines.map(|line| format!("{}\n", &line[indent..])).collect()
}

/// A folder with a `cargo` that notes what it is asked, and whose `install` puts the built program where
/// cargo would.
fn stand_in_for_cargo(at: &Path) -> PathBuf {
    let folder = at.join("cargo-bin");
    std::fs::create_dir(&folder).expect("a folder");
    let script = r#"#!/bin/bash
set -eu
echo "$*" >> "$CARGO_ASKED"
[ "$1" = install ]
root="${CARGO_HOME:-}"
while [ $# -gt 0 ]; do
  if [ "$1" = --root ]; then root="$2"; fi
  shift
done
mkdir -p "$root/bin"
cp "$BUILT" "$root/bin/abide"
"#;
    write(&folder, "cargo", script);
    let made = Command::new("chmod")
        .arg("+x")
        .arg(folder.join("cargo"))
        .status();
    assert!(made.expect("chmod runs").success());
    folder
}

/// Bash with that `cargo`, on a search path that has no abide.
fn bash_without_abide(at: &Path, cargo: &Path) -> Command {
    let mut command = program("bash", at);
    let rest = std::env::var_os("PATH").unwrap_or_default();
    let rest = std::env::split_paths(&rest).filter(|folder| !folder.join("abide").is_file());
    let all = std::iter::once(cargo.to_path_buf()).chain(rest);
    command
        .env("PATH", std::env::join_paths(all).expect("a path"))
        .env("BUILT", env!("CARGO_BIN_EXE_abide"))
        .env("CARGO_ASKED", at.join("asked"));
    command
}

#[test]
fn the_action_builds_once_and_puts_abide_on_the_path() {
    let Some(_) = find("bash") else { return };
    let action = std::fs::read_to_string("action.yml").expect("it ships");
    let build = script(&action, "- name: Build abide");
    let dir = tempfile::tempdir().expect("a scratch folder");
    let at = dir.path();
    let cargo = stand_in_for_cargo(at);
    let run = |version: &str, script: &str| {
        let output = bash_without_abide(at, &cargo)
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
            .env("ABIDE_ROOT", at.join("kept"))
            .env("ABIDE_VERSION", version)
            .env("ABIDE_GIT", "https://example.org/abide")
            .env("ABIDE_SOURCE", "source")
            .env("GITHUB_PATH", at.join("path"))
            .output()
            .expect("bash runs");
        assert!(output.status.success(), "{}", shown(&output));
        shown(&output)
    };
    let asked = || std::fs::read_to_string(at.join("asked")).unwrap_or_default();
    let added = || std::fs::read_to_string(at.join("path")).expect("a path was added");
    let root = at.join("kept").display().to_string();
    run("", &build);
    assert_eq!(
        asked(),
        format!("install --locked --root {root} --path source\n")
    );
    // The runner puts what was added in front of the search path of later steps.
    let later = "PATH=\"$(cat path):$PATH\"; abide --version";
    assert!(run("", later).starts_with("abide "));
    // What was kept is not built again.
    run("", &build);
    assert_eq!(asked().lines().count(), 1);
    assert_eq!(added(), format!("{root}/bin\n{root}/bin\n"));
    std::fs::remove_dir_all(at.join("kept")).expect("it was kept");
    run("v1", &build);
    let git = "--git https://example.org/abide --tag v1 abide";
    assert!(
        asked().ends_with(&format!("--root {root} {git}\n")),
        "{}",
        asked()
    );
}

#[test]
fn the_gitlab_job_builds_once() {
    let Some(_) = find("bash") else { return };
    let job = std::fs::read_to_string("ci/gitlab.yml").expect("it ships");
    let (_, after) = job.split_once("before_script:\n").expect("steps");
    let steps = after.lines().map_while(|line| line.strip_prefix("    - "));
    let steps: String = steps.map(|line| format!("{line}\n")).collect();
    assert_eq!(steps.lines().count(), 2);
    let dir = tempfile::tempdir().expect("a scratch folder");
    let at = dir.path();
    let cargo = stand_in_for_cargo(at);
    let run = |version: &str| {
        let output = bash_without_abide(at, &cargo)
            .args(["-eo", "pipefail", "-c", &format!("{steps}abide --version")])
            .env("CARGO_HOME", at.join(".cargo"))
            .env("ABIDE_GIT", "https://example.org/abide")
            .env("ABIDE_VERSION", version)
            .output()
            .expect("bash runs");
        assert!(output.status.success(), "{}", shown(&output));
        assert!(shown(&output).starts_with("abide "), "{}", shown(&output));
        std::fs::read_to_string(at.join("asked")).expect("it was built")
    };
    let root = at.join(".cargo").display().to_string();
    let git = format!("install --locked --root {root} --git https://example.org/abide");
    assert_eq!(run("v1"), format!("{git} --tag v1 abide\n"));
    assert_eq!(run("v1").lines().count(), 1);
    std::fs::remove_dir_all(at.join(".cargo")).expect("it was kept");
    assert!(run("").ends_with(&format!("{git} abide\n")));
}

#[test]
fn the_action_checks_annotates_and_writes_sarif() {
    let Some(_) = find("bash") else { return };
    let action = std::fs::read_to_string("action.yml").expect("it ships");
    let script = script(&action, "- name: Check");
    let dir = tempfile::tempdir().expect("a scratch folder");
    let at = dir.path();
    write(at, "good.abide", GOOD);
    write(at, "bad.abide", BAD);
    let run = |paths: &str, args: &str, sarif: &str| {
        program("bash", at)
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", &script])
            .env("ABIDE_PATHS", paths)
            .env("ABIDE_ARGS", args)
            .env("ABIDE_SARIF", sarif)
            .env("GITHUB_STEP_SUMMARY", at.join("step.md"))
            .output()
            .expect("bash runs")
    };
    let good = run("good.abide", "", "");
    assert_eq!(good.status.code(), Some(0), "{}", shown(&good));
    let bad = run("good.abide bad.abide", "--today 2026-11-24 -q", "out.sarif");
    assert_eq!(bad.status.code(), Some(1), "{}", shown(&bad));
    assert!(shown(&bad).contains("::error title="), "{}", shown(&bad));
    assert!(at.join("out.sarif").is_file() && at.join("step.md").is_file());
    // Without paths it is what the settings name.
    write(at, "abide.toml", "paths = [\"good.abide\"]\n");
    assert_eq!(run("", "", "").status.code(), Some(0));
    // Every input is used, and no input's text becomes part of a script.
    for input in ["version", "paths", "args", "sarif-file"] {
        assert!(action.contains(&format!("{{{{ inputs.{input}")), "{input}");
    }
    for (_, run) in action
        .match_indices("run: |")
        .map(|(at, _)| action.split_at(at))
    {
        let body = run.split("\n    - ").next().unwrap_or_default();
        assert!(!body.contains("${{"), "{body}");
    }
}

#[test]
fn the_gitlab_job_checks_and_writes_reports() {
    let Some(_) = find("bash") else { return };
    let job = std::fs::read_to_string("ci/gitlab.yml").expect("it ships");
    let (_, after) = job.split_once("  script:\n    - ").expect("a script");
    let line = after.lines().next().expect("a line");
    let dir = tempfile::tempdir().expect("a scratch folder");
    let at = dir.path();
    write(at, "good.abide", GOOD);
    write(at, "bad.abide", BAD);
    for (paths, code) in [("good.abide", 0), ("good.abide bad.abide", 1)] {
        let output = program("bash", at)
            .args(["-eo", "pipefail", "-c", line])
            .env("ABIDE_PATHS", paths)
            .env("ABIDE_ARGS", "")
            .output()
            .expect("bash runs");
        assert_eq!(output.status.code(), Some(code), "{}", shown(&output));
        for kind in ["codequality", "junit"] {
            let (_, name) = job.split_once(&format!("{kind}: ")).expect("a report");
            let name = name.lines().next().expect("a name");
            assert!(at.join(name).is_file(), "{name}");
            std::fs::remove_file(at.join(name)).expect("removed");
        }
    }
}

/// Every file that ships for pipelines is YAML.
#[test]
fn pipeline_files_are_yaml() {
    let Some(python) = find("python3") else {
        return;
    };
    for file in [".pre-commit-hooks.yaml", "action.yml", "ci/gitlab.yml"] {
        let read = "import sys\ntry:\n import yaml\nexcept ImportError:\n sys.exit(77)\nyaml.safe_load(open(sys.argv[1]))";
        let output = Command::new(&python)
            .args(["-c", read, file])
            .output()
            .expect("it runs");
        match output.status.code() {
            Some(77) => return eprintln!("skipped: python3 has no yaml"),
            code => assert_eq!(code, Some(0), "{}", shown(&output)),
        }
    }
}

#[test]
fn completions_and_pages_know_every_command() {
    let abide = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_abide"))
            .args(args)
            .output()
            .expect("it runs");
        (output.status.code(), shown(&output))
    };
    let (_, help) = abide(&["--help"]);
    let commands: Vec<&str> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .filter(|command| *command != "help")
        .collect();
    assert!(commands.len() >= 13, "{commands:?}");
    let (_, whole) = abide(&["man"]);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (code, text) = abide(&["completions", shell]);
        assert_eq!(code, Some(0));
        for command in &commands {
            assert!(text.contains(command), "{shell} {command}");
        }
    }
    for command in commands {
        let (code, page) = abide(&["man", command]);
        assert_eq!(code, Some(0), "{page}");
        let name = format!("abide\\-{}", command.replace('-', "\\-"));
        assert!(page.contains(&name), "{command}");
        assert!(whole.contains(&name), "{command}");
    }
    let (code, says) = abide(&["man", "chekc"]);
    assert_eq!(code, Some(2));
    assert!(says.contains("did you mean `check`?"), "{says}");
    if find("bash").is_some() {
        let (_, text) = abide(&["completions", "bash"]);
        let output = Command::new("bash")
            .args(["-nc", &text])
            .output()
            .expect("it runs");
        assert!(output.status.success(), "{}", shown(&output));
    }
}
