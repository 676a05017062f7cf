//! `--watch`: checks again when files change, also where an editor writes a new file over the old one.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read and write files and run the program"
)]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

const GOOD: &str = "include \"words.abide\"\npolicy p {\n  never share email with mailer\n}\ntest \"t\" for p {\n  never share email with mailer\n}\n";
const WORDS: &str = "data email\nparty mailer\n";

/// Ends the program with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The next last line of a check. A minute is for machines that are busy; it comes at once.
fn checked(lines: &Receiver<String>) -> String {
    loop {
        let line = lines
            .recv_timeout(Duration::from_secs(60))
            .expect("it checks again");
        if line.starts_with("checked ") {
            return line;
        }
    }
}

#[test]
fn changes_are_checked_however_they_are_written() {
    let dir = tempfile::tempdir().expect("a scratch folder");
    let at = |name: &str| dir.path().join(name);
    std::fs::create_dir(at("sub")).expect("a folder");
    std::fs::write(at("words.abide"), WORDS).expect("written");
    std::fs::write(at("a.abide"), GOOD).expect("written");
    let mut child = Command::new(env!("CARGO_BIN_EXE_abide"))
        .args([
            "check",
            "--watch",
            "--isolated",
            "-f",
            "concise",
            "-f",
            "json=out.json",
        ])
        .current_dir(dir.path())
        .env_remove("ABIDE_OUTPUT_FORMAT")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary runs");
    let out = child.stdout.take().expect("piped");
    let _running = Running(child);
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    assert_eq!(
        checked(&lines),
        "checked 1 policy, 0 plans, 0 flows, 1 expectation: no findings"
    );
    // In place.
    std::fs::write(
        at("a.abide"),
        GOOD.replace(
            "  never share email with mailer\n}\nt",
            "  may share email\n}\nt",
        ),
    )
    .expect("written");
    assert!(checked(&lines).contains("1 error"));
    // By a new file that takes the old one's name, twice, so that the second is seen as well.
    for (text, says) in [
        (GOOD.to_string(), "no findings"),
        (GOOD.replace("email", "phone"), "error"),
    ] {
        std::fs::write(at("a.abide~"), text).expect("written");
        std::fs::rename(at("a.abide~"), at("a.abide")).expect("renamed");
        let line = checked(&lines);
        assert!(line.contains(says), "{line}");
    }
    // In a file that is included, and in one that is new, in a folder below.
    std::fs::write(at("words.abide"), "data phone\nparty mailer\n").expect("written");
    assert!(checked(&lines).contains("no findings"));
    std::fs::write(at("sub/b.abide"), "policy q {\n  may\n}\n").expect("written");
    assert!(checked(&lines).contains("error"));
    std::fs::remove_file(at("sub/b.abide")).expect("removed");
    assert!(checked(&lines).contains("no findings"));
}
