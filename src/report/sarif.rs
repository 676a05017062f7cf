//! `sarif`: SARIF 2.1.0, which code scanning services read. One run; every finding is a result,
//! waived and expected ones with a suppression.

use super::Report;
use crate::check::fingerprint;
use crate::diag::{Code, DecidingRule, Diagnostic, Label, Severity, Step, codes};
use crate::source::Span;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The name of the fingerprint; its number grows when findings get another identity.
const FINGERPRINT: &str = "abide/v1";

/// The one name that GitHub looks at; without it GitHub makes one of the line's text, which would not
/// follow a finding that moves.
const GITHUB_FINGERPRINT: &str = "primaryLocationLineHash";

/// Longer texts are not copied into the report.
const LONGEST_SNIPPET: usize = 4_000;

#[derive(Debug, Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    invocations: [Invocation; 1],
    column_kind: &'static str,
    results: Vec<Found>,
}

#[derive(Debug, Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    information_uri: String,
    rules: Vec<Rule>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Text,
    full_description: Text,
    help: Help,
    help_uri: String,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Debug, Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Debug, Serialize)]
struct Configuration {
    enabled: bool,
    level: &'static str,
}

#[derive(Debug, Serialize)]
struct Properties {
    tags: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct Text {
    text: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    code_flows: Vec<CodeFlow>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Fix>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Debug, Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
    byte_offset: u32,
    byte_length: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<Text>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CodeFlow {
    thread_flows: [ThreadFlow; 1],
}

#[derive(Debug, Serialize)]
struct ThreadFlow {
    locations: Vec<Passed>,
}

#[derive(Debug, Serialize)]
struct Passed {
    location: Location,
}

#[derive(Debug, Serialize)]
struct Suppression {
    kind: &'static str,
    justification: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Fix {
    description: Text,
    artifact_changes: Vec<Change>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    artifact_location: Artifact,
    replacements: Vec<Replacement>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: Text,
}

/// Writes the log. Files that do not parse make the run unsuccessful, not the log invalid.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let torn = |d: &Diagnostic| d.code.group == crate::diag::Group::Syntax && !d.expected;
    let fingerprints = fingerprint::all(report.asts, report.findings);
    let log = Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "abide",
                    version: env!("CARGO_PKG_VERSION"),
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    information_uri: codes::SITE.to_string(),
                    rules: codes::ALL.iter().map(|code| rule(code)).collect(),
                },
            },
            invocations: [Invocation {
                execution_successful: !report.findings.iter().any(torn),
            }],
            column_kind: "unicodeCodePoints",
            results: report
                .findings
                .iter()
                .zip(fingerprints)
                .map(|(diagnostic, fingerprint)| found(report, diagnostic, fingerprint))
                .collect(),
        }],
    };
    super::machine::pretty(&log, out)?;
    writeln!(out)
}

fn rule(code: &Code) -> Rule {
    Rule {
        id: code.name,
        short_description: text(code.summary),
        full_description: text(paragraph(code.page)),
        help: Help {
            text: code.page.to_string(),
            markdown: code.page.to_string(),
        },
        help_uri: codes::url(code),
        default_configuration: Configuration {
            enabled: codes::on_by_default(code),
            level: match code.severity {
                Severity::Allow => "warning",
                other => level(other),
            },
        },
        properties: Properties {
            tags: vec!["privacy", code.group.name()],
        },
    }
}

/// The first paragraph of a page below its title.
fn paragraph(page: &str) -> String {
    let mut lines = page
        .lines()
        .skip_while(|line| line.starts_with('#') || line.trim().is_empty())
        .take_while(|line| !line.trim().is_empty());
    let first = lines.next().unwrap_or_default().to_string();
    lines.fold(first, |text, line| text + " " + line.trim())
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Allow => "none",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn found(report: &Report, diagnostic: &Diagnostic, fingerprint: String) -> Found {
    Found {
        rule_id: diagnostic.code.name,
        rule_index: codes::ALL
            .iter()
            .position(|code| code.name == diagnostic.code.name)
            .unwrap_or_default(),
        level: level(diagnostic.severity),
        message: text(message(diagnostic)),
        locations: [location(report, None, diagnostic.primary.span, None)],
        related_locations: related(report, diagnostic),
        code_flows: code_flows(report, diagnostic),
        partial_fingerprints: BTreeMap::from([
            (FINGERPRINT, fingerprint.clone()),
            (GITHUB_FINGERPRINT, fingerprint),
        ]),
        suppressions: suppressions(diagnostic),
        fixes: fixes(report, diagnostic),
    }
}

/// What is wrong, why, and what to write instead.
fn message(diagnostic: &Diagnostic) -> String {
    let mut lines = vec![diagnostic.message.clone()];
    if !diagnostic.primary.message.is_empty() {
        lines.push(diagnostic.primary.message.clone());
    }
    lines.extend(diagnostic.notes.iter().cloned());
    lines.extend(diagnostic.help.iter().map(|help| format!("help: {help}")));
    lines.join("\n")
}

/// Other places that explain it: what its labels point at, and the deciding rules.
fn related(report: &Report, diagnostic: &Diagnostic) -> Vec<Location> {
    let labels = diagnostic.secondary.iter().map(|label: &Label| {
        let message = match label.message.as_str() {
            "" => "see also",
            message => message,
        };
        (label.span, message.to_string())
    });
    let flow = diagnostic.flow.as_deref();
    let rules = flow.into_iter().flat_map(|flow| {
        flow.rules
            .iter()
            .map(|rule| (rule.span, decides(rule, &flow.policy)))
    });
    labels
        .chain(rules)
        .enumerate()
        .map(|(at, (span, message))| location(report, Some(at + 1), span, Some(message)))
        .collect()
}

fn decides(rule: &DecidingRule, policy: &str) -> String {
    let name = match &rule.label {
        Some(label) => format!("the rule `{label}` of `{policy}` decides"),
        None => format!("a rule of `{policy}` decides"),
    };
    if rule.citations.is_empty() {
        return name;
    }
    let phrases: Vec<String> = rule.citations.iter().map(|c| format!("\"{c}\"")).collect();
    format!("{name}; it is written from {}", phrases.join(", "))
}

/// The way the data took, step by step.
fn code_flows(report: &Report, diagnostic: &Diagnostic) -> Vec<CodeFlow> {
    let steps = diagnostic
        .flow
        .as_deref()
        .map_or(&[][..], |flow| &flow.path);
    if steps.is_empty() {
        return Vec::new();
    }
    let passed = |step: &Step| {
        let said = match step.verb {
            "->" => format!("{} -> {}: {}", step.from, step.to, step.data),
            verb => format!("{} {verb} {}", step.from, step.data),
        };
        Passed {
            location: location(report, None, step.span, Some(said)),
        }
    };
    vec![CodeFlow {
        thread_flows: [ThreadFlow {
            locations: steps.iter().map(passed).collect(),
        }],
    }]
}

fn suppressions(diagnostic: &Diagnostic) -> Vec<Suppression> {
    let suppression = |kind, justification: String| Suppression {
        kind,
        justification,
    };
    let waived = diagnostic.waived.clone();
    let waived = waived.map(|reason| suppression("inSource", reason));
    let expected = diagnostic
        .expected
        .then(|| suppression("inSource", "a mark on its line announces it".to_string()));
    let known = diagnostic
        .known
        .then(|| suppression("external", "it is in the baseline".to_string()));
    waived.or(expected).or(known).into_iter().collect()
}

fn fixes(report: &Report, diagnostic: &Diagnostic) -> Vec<Fix> {
    let Some(fix) = &diagnostic.fix else {
        return Vec::new();
    };
    let mut changes: BTreeMap<String, Vec<Replacement>> = BTreeMap::new();
    for (span, text) in &fix.edits {
        let replacement = Replacement {
            deleted_region: region(report, *span, false),
            inserted_content: Text { text: text.clone() },
        };
        changes
            .entry(uri(report.path(*span)))
            .or_default()
            .push(replacement);
    }
    vec![Fix {
        description: text(&*fix.title),
        artifact_changes: changes
            .into_iter()
            .map(|(uri, replacements)| Change {
                artifact_location: Artifact { uri },
                replacements,
            })
            .collect(),
    }]
}

fn location(report: &Report, id: Option<usize>, span: Span, message: Option<String>) -> Location {
    Location {
        id,
        physical_location: Physical {
            artifact_location: Artifact {
                uri: uri(report.path(span)),
            },
            region: region(report, span, true),
        },
        message: message.map(text),
    }
}

fn region(report: &Report, span: Span, with_text: bool) -> Region {
    let (start, end) = (report.sources.start(span), report.sources.end(span));
    let snippet = report.sources.slice(span);
    Region {
        start_line: start.line,
        start_column: start.column,
        end_line: end.line,
        end_column: end.column,
        byte_offset: span.start,
        byte_length: span.end.saturating_sub(span.start),
        snippet: (with_text && !snippet.is_empty() && snippet.len() <= LONGEST_SNIPPET).then(
            || Text {
                text: snippet.to_string(),
            },
        ),
    }
}

/// A text of the log. What would be read as a link in it is not one.
fn text(text: impl Into<String>) -> Text {
    let text = text.into();
    Text {
        text: if text.contains("](") {
            text.replace('[', "\\[").replace(']', "\\]")
        } else {
            text
        },
    }
}

/// A shown path as a relative reference. A colon would make its first part a scheme.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(byte as char);
            }
            _ => uri += &format!("%{byte:02X}"),
        }
    }
    uri
}
