//! `full`: source excerpts, the path of a violation as a tree, the rule with its citation, the way
//! out. The only module that names codespan-reporting.

use super::{Report, place, steers, summary, visible};
use crate::diag::{Diagnostic, FlowFinding, Severity};
use crate::source::SourceMap;
use codespan_reporting::diagnostic as cs;
use codespan_reporting::files::{Error, Files};
use codespan_reporting::term;
use codespan_reporting::term::termcolor::{Ansi, NoColor};
use std::borrow::Cow;
use std::io::{self, Write};

/// Writes every finding in full, then the summary.
pub fn write(report: &Report, color: bool, out: &mut dyn Write) -> io::Result<()> {
    findings(report, color, out)?;
    summary::write(report, out)
}

/// Writes every finding in full.
pub fn findings(report: &Report, color: bool, out: &mut dyn Write) -> io::Result<()> {
    let texts = Texts::new(report.sources);
    let config = term::Config {
        before_label_lines: 0,
        after_label_lines: 0,
        ..term::Config::default()
    };
    for diagnostic in report.listed() {
        let shown = convert(report, diagnostic);
        let mut buffer = Vec::new();
        let result = if color {
            term::emit_to_write_style(&mut Ansi::new(&mut buffer), &config, &texts, &shown)
        } else {
            term::emit_to_write_style(&mut NoColor::new(&mut buffer), &config, &texts, &shown)
        };
        match result {
            Ok(()) => out.write_all(&buffer)?,
            // A finding is never lost, whatever stops its excerpt.
            Err(_) => writeln!(
                out,
                "{}: {}[{}]: {}",
                visible(&place(report, diagnostic)),
                diagnostic.severity.word(),
                diagnostic.code.name,
                visible(&diagnostic.message)
            )?,
        }
    }
    Ok(())
}

fn convert(report: &Report, diagnostic: &Diagnostic) -> cs::Diagnostic<usize> {
    let severity = match diagnostic.severity {
        _ if diagnostic.expected => cs::Severity::Note,
        Severity::Error => cs::Severity::Error,
        Severity::Warning => cs::Severity::Warning,
        Severity::Allow => cs::Severity::Note,
    };
    let label = |label: &crate::diag::Label, style| {
        let range = label.span.start as usize..label.span.end as usize;
        cs::Label::new(style, label.span.file.0 as usize, range)
            .with_message(visible(&label.message))
    };
    let mut labels = vec![label(&diagnostic.primary, cs::LabelStyle::Primary)];
    labels.extend(
        diagnostic
            .secondary
            .iter()
            .map(|other| label(other, cs::LabelStyle::Secondary)),
    );
    let mut notes = Vec::new();
    if let Some(flow) = &diagnostic.flow {
        notes.extend(path(report, flow));
        notes.extend(rules(flow));
    }
    notes.extend(diagnostic.notes.iter().map(|note| visible(note)));
    notes.extend(
        diagnostic
            .help
            .iter()
            .map(|help| format!("help: {}", visible(help))),
    );
    let expected = if diagnostic.expected {
        format!("expected {}: ", diagnostic.severity.word())
    } else {
        String::new()
    };
    cs::Diagnostic::new(severity)
        .with_code(diagnostic.code.name)
        .with_message(format!("{expected}{}", visible(&diagnostic.message)))
        .with_labels(labels)
        .with_notes(notes)
}

/// The way the data came, one step a line, each indented under the one before.
fn path(report: &Report, flow: &FlowFinding) -> Option<String> {
    if flow.path.len() < 2 {
        return None;
    }
    let steps: Vec<String> = flow
        .path
        .iter()
        .enumerate()
        .map(|(at, step)| {
            // What is used in deriving is not what is derived.
            let used = at + 1 == flow.path.len() && flow.action == "use";
            let verb = match step.verb {
                "derives" if used => "derives from",
                verb => verb,
            };
            match (verb, at) {
                ("->", 0) => format!("{} -> {}: {}", step.from, step.to, step.data),
                ("->", _) => format!("└─ -> {}: {}", step.to, step.data),
                (verb, 0) => format!("{} {verb} {}", step.from, step.data),
                (verb, _) => format!("└─ {verb} {}", step.data),
            }
        })
        .collect();
    let width = steps
        .iter()
        .enumerate()
        .map(|(at, step)| step.chars().count() + at * 3)
        .max()
        .unwrap_or(0);
    let mut text = format!("how the data gets here, in {} steps:", flow.path.len());
    for (at, (line, step)) in steps.iter().zip(&flow.path).enumerate() {
        let indent = at.saturating_sub(1) * 3;
        let pad = width.saturating_sub(line.chars().count() + indent);
        let file = &report.sources.file(step.span.file).shown;
        let number = report.sources.start(step.span).line;
        text += &format!(
            "\n  {}{}{}  {}:{number}",
            " ".repeat(indent),
            visible(line),
            " ".repeat(pad),
            visible(file)
        );
    }
    Some(text)
}

/// The deciding rules by label, with the phrases of the notice they were written from.
fn rules(flow: &FlowFinding) -> Option<String> {
    let lines: Vec<String> = flow
        .rules
        .iter()
        .filter(|rule| !rule.citations.is_empty())
        .map(|rule| {
            let name = match &rule.label {
                Some(label) => format!("`{label}`"),
                None => "the rule".to_string(),
            };
            let phrases: Vec<String> = rule
                .citations
                .iter()
                .map(|phrase| format!("\"{}\"", visible(phrase)))
                .collect();
            format!("{name} is written from {}", phrases.join(", "))
        })
        .collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// All texts with what could steer a terminal replaced by something of the same length.
struct Texts<'a> {
    sources: &'a SourceMap,
    safe: Vec<Cow<'a, str>>,
}

impl<'a> Texts<'a> {
    fn new(sources: &'a SourceMap) -> Texts<'a> {
        let safe = sources.iter().map(|(_, file)| harmless(&file.text));
        Texts {
            sources,
            safe: safe.collect(),
        }
    }

    fn starts(&self, id: usize) -> Result<&[u32], Error> {
        if id >= self.safe.len() {
            return Err(Error::FileMissing);
        }
        Ok(self.sources.line_starts(crate::source::FileId(id as u32)))
    }
}

/// The same bytes but for characters that steer: places stay what they are.
fn harmless(text: &str) -> Cow<'_, str> {
    // Nearly all large texts are plain, which whole blocks of bytes show at once.
    let plain = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n' | b'\t');
    let blocks = &mut text.as_bytes().chunks(4096);
    if blocks.all(|block| block.iter().fold(true, |all, byte| all & plain(byte)))
        || !text.chars().any(|c| steers(c) && c != '\n' && c != '\t')
    {
        return Cow::Borrowed(text);
    }
    let safe = text
        .chars()
        .map(|c| match (c, c.len_utf8()) {
            ('\n' | '\t', _) => c,
            ('\r', _) => ' ',
            _ if !steers(c) => c,
            (_, 1) => '?',
            (_, 2) => '¿',
            _ => '\u{fffd}',
        })
        .collect();
    Cow::Owned(safe)
}

impl<'a> Files<'a> for Texts<'a> {
    type FileId = usize;
    type Name = String;
    type Source = &'a str;

    fn name(&'a self, id: usize) -> Result<String, Error> {
        self.starts(id)?;
        let file = self.sources.file(crate::source::FileId(id as u32));
        Ok(visible(&file.shown))
    }

    fn source(&'a self, id: usize) -> Result<&'a str, Error> {
        self.safe
            .get(id)
            .map(|text| &**text)
            .ok_or(Error::FileMissing)
    }

    fn line_index(&'a self, id: usize, byte: usize) -> Result<usize, Error> {
        let starts = self.starts(id)?;
        Ok(starts
            .partition_point(|start| *start as usize <= byte)
            .saturating_sub(1))
    }

    fn line_range(&'a self, id: usize, line: usize) -> Result<std::ops::Range<usize>, Error> {
        let starts = self.starts(id)?;
        let text = &self.safe[id];
        let start = *starts.get(line).ok_or(Error::LineTooLarge {
            given: line,
            max: starts.len(),
        })? as usize;
        let end = starts.get(line + 1).map_or(text.len(), |end| *end as usize);
        Ok(start..end)
    }
}
