//! Reports written where they are wanted: formats, files, colours.

use super::shared::Color;
use crate::config::{self, Config, Placed};
use crate::project::config::inside;
use crate::project::files::shown;
use crate::report::{self, Report};
use clap::Args;
use std::io::{self, BufWriter, IsTerminal, Write};

/// Where reports go, and how they look.
#[derive(Debug, Clone, Args)]
pub struct Output {
    /// FORMAT, or FORMAT=FILE to write it there; may be given several times. Formats: full, concise,
    /// grouped, json, json-lines, github, gitlab, junit, sarif
    #[arg(
        short = 'f',
        long = "output-format",
        value_name = "FORMAT[=FILE]",
        env = "ABIDE_OUTPUT_FORMAT",
        value_delimiter = ','
    )]
    pub formats: Vec<String>,
    /// When to use colours [default: auto]
    #[arg(long, value_name = "WHEN")]
    pub color: Option<Color>,
    /// Print findings alone, without the last line that says what was checked
    #[arg(short, long)]
    pub quiet: bool,
    /// Say on standard error which files were read, and what waivers silence
    #[arg(short, long, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Also count findings by code
    #[arg(long)]
    pub statistics: bool,
    /// How many findings formats for people print, 0 for all; what counts them knows of all [default: 1000]
    #[arg(long, value_name = "N")]
    pub max_findings: Option<usize>,
    /// Also show findings that marks (`//~ code`) announce
    #[arg(long)]
    pub show_expected: bool,
}

/// A report to write: how, and where (nowhere said: standard output).
pub struct Wanted<'a> {
    format: Format,
    file: Option<&'a str>,
}

impl Wanted<'_> {
    /// Whether it lists findings up to a limit.
    pub fn is_for_people(&self) -> bool {
        matches!(
            self.format,
            Format::Full | Format::Concise | Format::Grouped
        )
    }
}

/// How many findings are printed unless set: more than anybody reads.
pub const MOST: usize = 1_000;

/// The formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Full,
    Concise,
    Grouped,
    Json,
    JsonLines,
    Github,
    Gitlab,
    Junit,
    Sarif,
}

const FORMATS: [(&str, Format); 9] = [
    ("full", Format::Full),
    ("concise", Format::Concise),
    ("grouped", Format::Grouped),
    ("json", Format::Json),
    ("json-lines", Format::JsonLines),
    ("github", Format::Github),
    ("gitlab", Format::Gitlab),
    ("junit", Format::Junit),
    ("sarif", Format::Sarif),
];

impl Output {
    /// These options, and the project's settings where they say nothing. Settings write reports into the
    /// project and nowhere else.
    pub fn over(&self, config: &Config) -> Result<Output, String> {
        let mut output = self.clone();
        let set = &config.output;
        if let (true, Some(formats)) = (output.formats.is_empty(), &set.formats) {
            let option = |format: &config::Format| match &format.file {
                Some(file) => format!("{}={}", format.name, shown(file)),
                None => format.name.clone(),
            };
            for file in formats
                .value
                .iter()
                .filter_map(|format| format.file.as_ref())
            {
                let outside = "a report would be written outside the project; write it inside, or name it with `--output-format`";
                inside(config, &formats.origin, file, outside)?;
            }
            output.formats = formats.value.iter().map(option).collect();
        }
        output.color = output
            .color
            .or(set.color.as_ref().map(|placed| placed.value.into()));
        let on = |set: &Option<Placed<bool>>| set.as_ref().is_some_and(|placed| placed.value);
        let most = set.max_findings.as_ref().map(|placed| placed.value);
        output.max_findings = output.max_findings.or(most);
        output.statistics |= on(&set.statistics);
        output.show_expected |= on(&set.show_expected);
        Ok(output)
    }

    /// How many findings are printed, if not all.
    pub fn most(&self) -> Option<usize> {
        match self.max_findings {
            Some(0) => None,
            most => most.or(Some(MOST)),
        }
    }

    /// The reports wanted; without any, one in full on standard output. Mistakes show before
    /// anything is checked or written.
    pub fn wanted(&self) -> Result<Vec<Wanted<'_>>, String> {
        if self.formats.is_empty() {
            return Ok(vec![Wanted {
                format: Format::Full,
                file: None,
            }]);
        }
        self.formats
            .iter()
            .map(|wanted| {
                let (name, file) = match wanted.split_once('=') {
                    Some((name, file)) => (name, Some(file)),
                    None => (wanted.as_str(), None),
                };
                let known = FORMATS.iter().find(|(known, _)| *known == name);
                let (_, format) = *known.ok_or_else(|| unknown(name))?;
                Ok(Wanted { format, file })
            })
            .collect()
    }

    /// Writes a report in every format wanted.
    pub fn write(&self, wanted: &[Wanted], report: &Report) -> Result<(), String> {
        if wanted.iter().any(|wanted| wanted.format == Format::Github) {
            step_summary(report)?;
        }
        for Wanted { format, file } in wanted {
            match file {
                Some(file) => {
                    let out = std::fs::File::create(file)
                        .map_err(|error| format!("can't write `{file}`: {error}"))?;
                    let mut out = BufWriter::new(out);
                    write(*format, report, false, &mut out)
                        .and_then(|()| out.flush())
                        .map_err(|error| format!("can't write `{file}`: {error}"))?;
                }
                None => {
                    let stdout = io::stdout();
                    let color = self.colored(stdout.is_terminal());
                    let mut out = BufWriter::new(stdout.lock());
                    let result = write(*format, report, color, &mut out).and_then(|()| out.flush());
                    unless_closed(result)?;
                }
            }
        }
        Ok(())
    }

    /// Whether to colour, by the option, then by what people set for all their tools.
    fn colored(&self, terminal: bool) -> bool {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        match self.color.unwrap_or(Color::Auto) {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if set("NO_COLOR") => false,
            Color::Auto if set("FORCE_COLOR") || set("CLICOLOR_FORCE") => true,
            Color::Auto => terminal,
        }
    }
}

/// Writes a report on standard output in a format by its name.
pub fn print(format: &str, report: &Report) -> Result<(), String> {
    let known = FORMATS.iter().find(|(known, _)| *known == format);
    let (_, format) = *known.ok_or_else(|| unknown(format))?;
    let mut out = BufWriter::new(io::stdout().lock());
    unless_closed(write(format, report, false, &mut out).and_then(|()| out.flush()))
}

fn write(format: Format, report: &Report, color: bool, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Full => report::human::write(report, color, out),
        Format::Concise => report::concise::write(report, out),
        Format::Grouped => report::grouped::write(report, out),
        Format::Json => report::json::write(report, out),
        Format::JsonLines => report::json_lines::write(report, out),
        Format::Github => report::github::write(report, out),
        Format::Gitlab => report::gitlab::write(report, out),
        Format::Junit => report::junit::write(report, out),
        Format::Sarif => report::sarif::write(report, out),
    }
}

/// Adds what GitHub shows below a step, where it says in what file.
fn step_summary(report: &Report) -> Result<(), String> {
    let Some(file) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|file| !file.is_empty()) else {
        return Ok(());
    };
    let written = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(&file)
        .map(BufWriter::new)
        .and_then(|mut out| {
            report::github::step_summary(report, &mut out)?;
            out.flush()
        });
    written.map_err(|error| format!("can't write the step's summary: {error}"))
}

/// A reader that has seen enough ends the output quietly.
pub fn unless_closed(result: io::Result<()>) -> Result<(), String> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|error| format!("can't write to standard output: {error}")),
    }
}

fn unknown(name: &str) -> String {
    let known: Vec<&str> = FORMATS.iter().map(|(name, _)| *name).collect();
    let hint = match crate::project::levels::nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", known.join(", ")),
    };
    format!("there is no format `{name}`; {hint}")
}
