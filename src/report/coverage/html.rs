//! `html`: the notice whole, each sentence beside the rules written from it. One file, which fetches
//! nothing; how a sentence stands is said by a word and a mark, not by colour alone.

use super::{counted, share, title};
use crate::analyze::coverage::{Coverage, Part, Status, Tie};
use crate::report::visible;
use std::io::{self, Write};

/// Writes it.
pub fn write(all: &[Coverage], out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{HEAD}<style>\n{STYLE}</style>\n</head>\n<body>\n")?;
    write!(out, "{CHOICE}")?;
    writeln!(out, "<main>")?;
    for (number, coverage) in all.iter().enumerate() {
        notice(coverage, number, out)?;
    }
    writeln!(out, "</main>\n</body>\n</html>")
}

const HEAD: &str = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
    <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
    <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
    <title>Notices beside their rules</title>\n";

/// What to show is chosen without a script.
const CHOICE: &str = "<header>\n<h1>Notices beside their rules</h1>\n<fieldset>\n<legend>Show</legend>\n\
    <label><input type=\"radio\" name=\"show\" id=\"all\" checked> every sentence</label>\n\
    <label><input type=\"radio\" name=\"show\" id=\"rules\"> those in rules</label>\n\
    <label><input type=\"radio\" name=\"show\" id=\"gaps\"> those that nothing cites</label>\n\
    </fieldset>\n</header>\n";

const STYLE: &str = "\
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #fff; --soft: #666; --line: #ddd; --box: #f6f6f4;
  --covered: #0072b2; --noted: #777; --missing: #d55e00; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8e8e6; --paper: #1a1a1a; --soft: #a5a5a5; --line: #3a3a3a; --box: #242424;
    --covered: #56b4e9; --noted: #999; --missing: #ff8c42; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
header, main { max-width: 84rem; margin: 0 auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; margin: 1rem 0 .5rem; } h2 { font-size: 1.25rem; margin: 2rem 0 .25rem; overflow-wrap: anywhere; }
h3 { font-size: 1.05rem; margin: 0; }
fieldset { border: 1px solid var(--line); border-radius: 4px; } label { margin-right: 1rem; }
.sum { color: var(--soft); margin: 0 0 1rem; }
.part { display: flex; justify-content: space-between; gap: 1rem; align-items: baseline; margin-top: 1.5rem;
  border-bottom: 2px solid var(--line); padding-bottom: .25rem; }
.part span { color: var(--soft); white-space: nowrap; font-size: .85rem; }
.row { display: grid; grid-template-columns: 6.5rem minmax(0, 1fr) minmax(0, 1fr); gap: 1rem; padding: .4rem 0;
  border-bottom: 1px solid var(--line); }
.row > * { min-width: 0; overflow-wrap: anywhere; } .row p { margin: 0; }
.mark { font-size: .8rem; color: var(--soft); border-left: 4px solid var(--noted); padding-left: .5rem; }
.covered .mark { border-color: var(--covered); } .missing .mark { border-color: var(--missing); border-left-style: double; }
.missing p { font-weight: 600; } .heading p { font-weight: 600; }
.tie { background: var(--box); border-radius: 4px; padding: .3rem .5rem; margin-bottom: .3rem; font-size: .85rem; }
.tie pre { margin: .2rem 0 0; white-space: pre-wrap; font: .8rem/1.4 ui-monospace, monospace; }
.tie .where { color: var(--soft); } .tie q { font-style: italic; }
body:has(#rules:checked) .row:not(.covered), body:has(#gaps:checked) .row:not(.missing) { display: none; }
@media (max-width: 50rem) { .row { grid-template-columns: minmax(0, 1fr); gap: .3rem; } }
@media print { header fieldset { display: none; } .row { break-inside: avoid; } }
";

fn notice(coverage: &Coverage, number: usize, out: &mut dyn Write) -> io::Result<()> {
    let tally = &coverage.tally;
    writeln!(out, "<section aria-labelledby=\"n{number}\">")?;
    let shown = escaped(&coverage.notice.shown);
    writeln!(out, "<h2 id=\"n{number}\">{shown}</h2>")?;
    writeln!(
        out,
        "<p class=\"sum\">Encoded by {}: {} of {}.</p>",
        escaped(&coverage.policies.join(", ")),
        share(tally),
        counted(tally)
    )?;
    // A section whose sentences all stand elsewhere too has no counts, but is still to be read.
    let mut next = 0;
    for part in &coverage.parts {
        rows(coverage, next..part.sentences.start, out)?;
        heading(part, out)?;
        rows(coverage, part.sentences.clone(), out)?;
        next = part.sentences.end;
    }
    rows(coverage, next..coverage.notice.sentences.len(), out)?;
    writeln!(out, "</section>")
}

fn heading(part: &Part, out: &mut dyn Write) -> io::Result<()> {
    let (found, sentences) = (part.tally.found(), part.tally.sentences());
    writeln!(
        out,
        "<div class=\"part\"><h3>{}</h3><span>{found} of {sentences}</span></div>",
        escaped(title(&part.title))
    )
}

fn rows(
    coverage: &Coverage,
    sentences: std::ops::Range<usize>,
    out: &mut dyn Write,
) -> io::Result<()> {
    for at in sentences {
        let sentence = &coverage.notice.sentences[at];
        let status = coverage.status(at);
        let mark = match status {
            Status::Covered => '✓',
            Status::Noted => '✎',
            Status::Heading => '§',
            Status::Missing => '✗',
        };
        writeln!(
            out,
            "<div class=\"row {word}\"><div class=\"mark\">{mark} {word}<br>line {}</div><p>{}</p><div>",
            sentence.line,
            escaped(&sentence.text),
            word = status.word(),
        )?;
        for tie in &coverage.ties[sentence.same_as] {
            beside(tie, out)?;
        }
        writeln!(out, "</div></div>")?;
    }
    Ok(())
}

fn beside(tie: &Tie, out: &mut dyn Write) -> io::Result<()> {
    let name = match &tie.label {
        Some(label) => format!("<strong>{}</strong> ", escaped(label)),
        None => String::new(),
    };
    let place = escaped(&format!("{}, {}:{}", tie.policy, tie.file, tie.line));
    write!(
        out,
        "<div class=\"tie\">{name}<span class=\"where\">{place}</span>"
    )?;
    match &tie.phrase {
        Some(phrase) => writeln!(
            out,
            "<br>from <q>{}</q><pre>{}</pre></div>",
            escaped(phrase),
            escaped(&dedented(&tie.text))
        ),
        None => writeln!(out, "<br>the title of a section</div>"),
    }
}

/// A statement whose first line begins at the margin: the others move as far to the left as they can.
fn dedented(text: &str) -> String {
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let rest = text.lines().skip(1).filter(|line| !line.trim().is_empty());
    let by = rest.map(indent).min().unwrap_or(0).saturating_sub(2);
    let mut lines = text.lines();
    let mut all = vec![lines.next().unwrap_or_default()];
    all.extend(lines.map(|line| line.get(by..).unwrap_or_default()));
    all.join("\n")
}

/// Text in which nothing is a tag, an entity or the end of an attribute.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&#39;",
            c => escaped.push(c),
        }
    }
    escaped
}
