//! What holds of the output of any report, in every format: as many results as findings, valid by the
//! formats' own schemas.

use abide::check::fingerprint;
use abide::report::{self, Report};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::Write;

/// A format.
pub type Writer = fn(&Report, &mut dyn Write) -> std::io::Result<()>;

/// What a format says.
pub fn written(write: Writer, report: &Report) -> String {
    let mut out = Vec::new();
    write(report, &mut out).expect("memory does not fail");
    String::from_utf8(out).expect("text")
}

/// The schemas that others publish for their formats.
pub struct Schemas {
    sarif: jsonschema::Validator,
    gitlab: jsonschema::Validator,
}

impl Schemas {
    /// Reads them.
    pub fn read() -> Schemas {
        Schemas {
            sarif: schema(include_str!("../schemas/sarif-schema-2.1.0.json")),
            gitlab: schema(include_str!("../schemas/gitlab-code-quality.json")),
        }
    }
}

fn schema(text: &str) -> jsonschema::Validator {
    // One pattern of the standard's schema, of a tag that we don't write, has a bracket that readers of
    // expressions refuse unless it is escaped.
    let text = text.replace("{2}]?$\"", "{2}\\\\]?$\"");
    let schema: Value = serde_json::from_str(&text).expect("JSON");
    jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .expect("a schema")
}

/// Everything that holds of the output of any report.
pub fn hold(report: &Report, schemas: &Schemas) {
    let all = report.findings.len();
    let shown = report.shown().count();

    let json: Value = serde_json::from_str(&written(report::json::write, report)).expect("JSON");
    assert_eq!(json["findings"].as_array().expect("a list").len(), all);

    let lines = written(report::json_lines::write, report);
    let parsed: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect();
    assert_eq!(Some(&parsed), json["findings"].as_array());

    let sarif: Value = serde_json::from_str(&written(report::sarif::write, report)).expect("JSON");
    if let Err(error) = schemas.sarif.validate(&sarif) {
        panic!("{} at {}", error, error.instance_path());
    }
    let results = sarif["runs"][0]["results"].as_array().expect("a list");
    assert_eq!(results.len(), all);
    let rules = &sarif["runs"][0]["tool"]["driver"]["rules"];
    let prints = fingerprint::all(report.asts, report.findings);
    for ((result, diagnostic), print) in results.iter().zip(report.findings).zip(&prints) {
        for name in ["abide/v1", "primaryLocationLineHash"] {
            assert_eq!(result["partialFingerprints"][name], **print);
        }
        let index = result["ruleIndex"].as_u64().expect("an index") as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let location = &result["locations"][0]["physicalLocation"];
        let uri = location["artifactLocation"]["uri"].as_str().expect("a uri");
        assert!(
            !uri.starts_with("./") && !uri.starts_with('/') && !uri.contains(':'),
            "{uri}"
        );
        let region = &location["region"];
        for part in ["startLine", "startColumn", "endLine", "endColumn"] {
            assert!(region[part].as_u64().is_some_and(|n| n > 0), "{region}");
        }
        let silenced = !diagnostic.counts();
        assert_eq!(result["suppressions"].is_array(), silenced);
        let path = diagnostic.flow.as_ref().map_or(0, |flow| flow.path.len());
        let steps = &result["codeFlows"][0]["threadFlows"][0]["locations"];
        assert_eq!(steps.as_array().map_or(0, Vec::len), path);
    }
    let torn = report
        .findings
        .iter()
        .any(|d| d.code.group == abide::diag::Group::Syntax && !d.expected);
    assert_eq!(
        sarif["runs"][0]["invocations"][0]["executionSuccessful"],
        !torn
    );

    let gitlab: Value =
        serde_json::from_str(&written(report::gitlab::write, report)).expect("JSON");
    if let Err(error) = schemas.gitlab.validate(&gitlab) {
        panic!("{} at {}", error, error.instance_path());
    }
    let issues = gitlab.as_array().expect("a list");
    assert_eq!(issues.len(), shown);
    let fingerprints: BTreeSet<&str> = issues
        .iter()
        .filter_map(|issue| issue["fingerprint"].as_str())
        .collect();
    assert_eq!(fingerprints.len(), issues.len(), "fingerprints are unique");

    let junit = written(report::junit::write, report);
    let read = quick_junit::Report::deserialize_from_str(&junit).expect("readable");
    let cases: Vec<_> = read
        .test_suites
        .iter()
        .flat_map(|s| &s.test_cases)
        .collect();
    let failed = cases
        .iter()
        .filter(|case| matches!(case.status, quick_junit::TestCaseStatus::NonSuccess { .. }))
        .count();
    let skipped = cases
        .iter()
        .filter(|case| matches!(case.status, quick_junit::TestCaseStatus::Skipped { .. }))
        .count();
    assert_eq!(failed + skipped, all);
    assert_eq!(
        (read.tests, read.failures, read.errors),
        (cases.len(), failed, 0)
    );
    assert!(cases.len() <= all + report.checked.len());
    for suite in &read.test_suites {
        let cases = suite.test_cases.iter();
        let names: BTreeSet<String> = cases
            .map(|case| format!("{:?} {:?}", case.classname, case.name))
            .collect();
        assert_eq!(
            names.len(),
            suite.test_cases.len(),
            "no case stands for another"
        );
    }

    let github = written(report::github::write, report);
    let commands: Vec<&str> = github.lines().collect();
    assert_eq!(commands.len(), shown);
    let severity = |line: &&str| !line.starts_with("::error ");
    assert!(commands.is_sorted_by_key(severity), "errors come first");
    for command in commands {
        let (properties, message) = command[2..].split_once("::").expect("a command");
        assert!(!message.is_empty() && !message.contains('\r'));
        let (_, properties) = properties.split_once(' ').expect("properties");
        let names: Vec<&str> = properties
            .split(',')
            .map(|property| property.split_once('=').expect("a value").0)
            .collect();
        let one_line = ["title", "file", "line", "col", "endLine", "endColumn"];
        let several = ["title", "file", "line", "endLine"];
        assert!(names == one_line || names == several, "{properties}");
    }

    for (write, marks) in [
        (report::concise::write as Writer, shown),
        (report::grouped::write, shown),
    ] {
        let text = written(write, report);
        let found = text.lines().filter(|line| line.contains("MESSAGE")).count();
        let fabricated = report
            .shown()
            .filter(|d| d.message.contains("MESSAGE"))
            .count();
        assert_eq!(found, fabricated, "{text}");
        assert!(text.lines().count() >= marks);
    }
    let full = written(
        |report, out| report::human::write(report, false, out),
        report,
    );
    for diagnostic in report.shown() {
        assert!(full.contains(&format!("[{}]", diagnostic.code.name)));
    }
}
