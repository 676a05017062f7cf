//! `json`: everything a finding says, for programs.

use super::{Report, machine};
use crate::diag::{Diagnostic, FlowFinding, Severity};
use crate::source::{SourceMap, Span};
use schemars::JsonSchema;
use serde::Serialize;
use std::io::{self, Write};

/// The version of this shape; it grows when a field changes its meaning or goes.
pub const SCHEMA_VERSION: u32 = 1;

/// The whole document.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Document {
    schema_version: u32,
    tool: &'static str,
    version: &'static str,
    summary: Summary,
    findings: Vec<Finding>,
}

/// Counts.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Summary {
    policies: usize,
    rules: usize,
    plans: usize,
    flows: usize,
    expectations: usize,
    errors: usize,
    warnings: usize,
    waived: usize,
    expected: usize,
    known: usize,
}

/// A finding.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Finding {
    code: &'static str,
    severity: &'static str,
    message: String,
    file: String,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    byte_start: u32,
    byte_end: u32,
    help: Vec<String>,
    notes: Vec<String>,
    labels: Vec<Label>,
    waived: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    waived_because: Option<String>,
    expected: bool,
    known: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    flow: Option<Flow>,
}

/// Another place with what is said of it; the finding's own place comes first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Label {
    file: String,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    message: String,
}

/// The data of a finding on flows.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Flow {
    plan: String,
    from: String,
    to: String,
    action: String,
    data: String,
    forms: String,
    counterparty: String,
    purposes: String,
    place: String,
    subjects: String,
    policy: String,
    rules: Vec<Rule>,
    facts: Vec<Vec<String>>,
    duties: Vec<String>,
    path: Vec<Step>,
}

/// A deciding rule.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Rule {
    label: Option<String>,
    file: String,
    line: u32,
    citations: Vec<String>,
}

/// A step of a path.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Step {
    file: String,
    line: u32,
    from: String,
    to: String,
    data: String,
}

/// The JSON Schema of the document.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Document).to_value()
}

/// Writes the document.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        schema_version: SCHEMA_VERSION,
        tool: "abide",
        version: env!("CARGO_PKG_VERSION"),
        summary: Summary {
            policies: report.counts.policies,
            rules: report.counts.rules,
            plans: report.counts.plans,
            flows: report.counts.flows,
            expectations: report.counts.expectations,
            errors: report.count(Severity::Error),
            warnings: report.count(Severity::Warning),
            waived: report
                .findings
                .iter()
                .filter(|d| d.waived.is_some())
                .count(),
            expected: report.findings.iter().filter(|d| d.expected).count(),
            known: report.findings.iter().filter(|d| d.known).count(),
        },
        findings: report
            .findings
            .iter()
            .map(|diagnostic| finding(report.sources, diagnostic))
            .collect(),
    };
    machine::pretty(&document, out)?;
    writeln!(out)
}

/// A finding as data.
pub fn finding(sources: &SourceMap, diagnostic: &Diagnostic) -> Finding {
    let span = diagnostic.primary.span;
    let (start, end) = (sources.start(span), sources.end(span));
    Finding {
        code: diagnostic.code.name,
        severity: diagnostic.severity.word(),
        message: diagnostic.message.clone(),
        file: file(sources, span),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        byte_start: span.start,
        byte_end: span.end,
        help: diagnostic.help.clone(),
        notes: diagnostic.notes.clone(),
        labels: std::iter::once(&diagnostic.primary)
            .chain(&diagnostic.secondary)
            .map(|label| {
                let (start, end) = (sources.start(label.span), sources.end(label.span));
                Label {
                    file: file(sources, label.span),
                    line: start.line,
                    column: start.column,
                    end_line: end.line,
                    end_column: end.column,
                    message: label.message.clone(),
                }
            })
            .collect(),
        waived: diagnostic.waived.is_some(),
        waived_because: diagnostic.waived.clone(),
        expected: diagnostic.expected,
        known: diagnostic.known,
        flow: diagnostic.flow.as_deref().map(|found| flow(sources, found)),
    }
}

fn flow(sources: &SourceMap, flow: &FlowFinding) -> Flow {
    let flow = flow.clone();
    Flow {
        plan: flow.plan,
        from: flow.from,
        to: flow.to,
        action: flow.action,
        data: flow.data,
        forms: flow.forms,
        counterparty: flow.counterparty,
        purposes: flow.purposes,
        place: flow.place,
        subjects: flow.subjects,
        policy: flow.policy,
        rules: flow
            .rules
            .into_iter()
            .map(|rule| Rule {
                file: file(sources, rule.span),
                line: sources.start(rule.span).line,
                label: rule.label,
                citations: rule.citations,
            })
            .collect(),
        facts: flow.facts,
        duties: flow.duties,
        path: flow
            .path
            .into_iter()
            .map(|step| Step {
                file: file(sources, step.span),
                line: sources.start(step.span).line,
                from: step.from,
                to: step.to,
                data: step.data,
            })
            .collect(),
    }
}

fn file(sources: &SourceMap, span: Span) -> String {
    sources.file(span.file).shown.clone()
}
