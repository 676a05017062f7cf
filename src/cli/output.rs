//! Reports written where they are wanted: formats, files, colours.

use super::shared::Color;
use crate::report::{self, Report};
use clap::Args;
use std::io::{self, BufWriter, IsTerminal, Write};

/// Where reports go, and how they look.
#[derive(Debug, Clone, Args)]
pub struct Output {
    /// FORMAT, or FORMAT=FILE to write it there; may be given several times. Formats: full, concise,
    /// json
    #[arg(
        short = 'f',
        long = "output-format",
        value_name = "FORMAT[=FILE]",
        env = "ABIDE_OUTPUT_FORMAT",
        value_delimiter = ','
    )]
    pub formats: Vec<String>,
    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// Print only findings, not the summary
    #[arg(short, long)]
    pub quiet: bool,
    /// Also show findings that marks (`//~ code`) announce
    #[arg(long)]
    pub show_expected: bool,
}

/// The formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Full,
    Concise,
    Json,
}

const FORMATS: [(&str, Format); 3] = [
    ("full", Format::Full),
    ("concise", Format::Concise),
    ("json", Format::Json),
];

impl Output {
    /// Writes a report in every format asked for; without any, in full to standard output.
    pub fn write(&self, report: &Report) -> Result<(), String> {
        let formats = if self.formats.is_empty() {
            vec!["full".to_string()]
        } else {
            self.formats.clone()
        };
        for wanted in &formats {
            let (name, file) = match wanted.split_once('=') {
                Some((name, file)) => (name, Some(file)),
                None => (wanted.as_str(), None),
            };
            let format = FORMATS
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, format)| *format)
                .ok_or_else(|| unknown(name))?;
            match file {
                Some(file) => {
                    let out = std::fs::File::create(file)
                        .map_err(|error| format!("can't write `{file}`: {error}"))?;
                    let mut out = BufWriter::new(out);
                    write(format, report, false, &mut out)
                        .and_then(|()| out.flush())
                        .map_err(|error| format!("can't write `{file}`: {error}"))?;
                }
                None => {
                    let stdout = io::stdout();
                    let color = self.colored(stdout.is_terminal());
                    let mut out = BufWriter::new(stdout.lock());
                    let result = write(format, report, color, &mut out).and_then(|()| out.flush());
                    unless_closed(result)?;
                }
            }
        }
        Ok(())
    }

    /// Whether to colour, by the option, then by what people set for all their tools.
    fn colored(&self, terminal: bool) -> bool {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if set("NO_COLOR") => false,
            Color::Auto if set("FORCE_COLOR") || set("CLICOLOR_FORCE") => true,
            Color::Auto => terminal,
        }
    }
}

fn write(format: Format, report: &Report, color: bool, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Full => report::human::write(report, color, out),
        Format::Concise => report::concise::write(report, out),
        Format::Json => report::json::write(report, out),
    }
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
