//! The program run from outside, with nothing of the environment that would change what it says.
#![allow(dead_code, reason = "each file of tests uses a part")]

use std::path::Path;
use std::process::{Command, Output};

/// The program, to be told what to do.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_abide"));
    for name in [
        "ABIDE_CONFIG",
        "ABIDE_OUTPUT_FORMAT",
        "NO_COLOR",
        "FORCE_COLOR",
        "CLICOLOR_FORCE",
        "GITHUB_STEP_SUMMARY",
    ] {
        command.env_remove(name);
    }
    command
}

/// Runs it in a folder.
pub fn abide(dir: &Path, args: &[&str]) -> Output {
    let mut command = program();
    command.args(args).current_dir(dir);
    command.output().expect("the binary runs")
}

/// What it printed.
pub fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What it said on standard error.
pub fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A scratch folder with these files.
pub fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a scratch folder");
    for (name, text) in files {
        write(dir.path(), name, text);
    }
    dir
}

/// Writes a file under a folder.
pub fn write(dir: &Path, name: &str, text: &(impl AsRef<[u8]> + ?Sized)) {
    let path = dir.join(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, text).expect("a file");
}
