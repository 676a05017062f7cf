//! `abide config`: each setting in force and where it was set, as a settings file.

use super::exit;
use super::output::unless_closed;
use super::shared::SettingsFlags;
use crate::config::{Config, Placed};
use crate::limits::DEFAULT;
use crate::project::files::shown;
use crate::report::visible;
use std::io::Write;
use std::path::{Path, PathBuf};
use toml::Value;

/// Options.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Files and folders whose settings are asked for; without any, the working directory
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    settings: SettingsFlags,
    /// Print the JSON Schema of the settings file instead
    #[arg(long)]
    schema: bool,
}

/// Prints the settings.
pub fn run(args: &Args) -> Result<u8, String> {
    let text = if args.schema {
        format!("{:#}\n", crate::config::schema())
    } else {
        described(&args.settings.load(&args.paths)?)
    };
    let mut out = std::io::stdout().lock();
    unless_closed(out.write_all(text.as_bytes()).and_then(|()| out.flush()))?;
    Ok(exit::CLEAN)
}

/// One line of a settings file, with what set it.
struct Line {
    text: String,
    from: String,
}

fn described(config: &Config) -> String {
    let mut lines = Vec::new();
    let files: Vec<&str> = config
        .files
        .iter()
        .map(|file| file.shown.as_str())
        .collect();
    lines.push(plain(match files.is_empty() {
        true => "# no abide.toml; these are the defaults".to_string(),
        false => format!("# read from {}", files.join(", which extends ")),
    }));
    lines.push(set(
        "paths",
        &config.paths,
        list([shown(Path::new("."))]),
        |paths| list(paths.iter().map(|path| shown(path))),
    ));
    lines.push(set("exclude", &config.exclude, list([]), |exclude| {
        list(exclude.patterns.iter().cloned())
    }));
    table(&mut lines, "severity", &config.severity, |severity| {
        Value::from(severity.word())
    });
    table(&mut lines, "notices", &config.notices, |path| {
        Value::from(shown(path))
    });
    lines.push(plain("\n[output]".to_string()));
    output(config, &mut lines);
    lines.push(plain("\n[limits]".to_string()));
    limits(config, &mut lines);
    for waive in &config.waive {
        lines.push(Line {
            text: "\n[[waive]]".to_string(),
            from: from(waive),
        });
        let waive = &waive.value;
        lines.push(plain(format!("code = {}", Value::from(waive.code.clone()))));
        lines.push(plain(format!("until = {}", waive.until)));
        let because = Value::from(waive.because.clone());
        lines.push(plain(format!("because = {because}")));
        let about = &waive.about;
        for (key, value) in [
            ("owner", &waive.owner),
            ("plan", &about.plan),
            ("policy", &about.policy),
            ("from", &about.from),
            ("to", &about.to),
            ("data", &about.data),
        ] {
            let value = value.clone().map(Value::from);
            lines.extend(value.map(|value| plain(format!("{key} = {value}"))));
        }
    }
    written(&lines)
}

/// Options that the environment sets too, which goes before the file.
fn output(config: &Config, lines: &mut Vec<Line>) {
    let env = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let set_in = &config.output;
    lines.push(match env("ABIDE_OUTPUT_FORMAT") {
        Some(formats) => Line {
            text: format!("formats = {}", list(formats.split(',').map(String::from))),
            from: "ABIDE_OUTPUT_FORMAT".to_string(),
        },
        None => set(
            "formats",
            &set_in.formats,
            list(["full".to_string()]),
            |all| {
                list(all.iter().map(|format| match &format.file {
                    Some(file) => format!("{}={}", format.name, shown(file)),
                    None => format.name.clone(),
                }))
            },
        ),
    });
    let automatic = set_in
        .color
        .as_ref()
        .is_none_or(|placed| placed.value.word() == "auto");
    let environment = [
        ("NO_COLOR", "never"),
        ("FORCE_COLOR", "always"),
        ("CLICOLOR_FORCE", "always"),
    ];
    let by_environment = environment
        .iter()
        .find(|(name, _)| automatic && env(name).is_some());
    lines.push(match by_environment {
        Some((name, value)) => Line {
            text: format!("color = \"{value}\""),
            from: (*name).to_string(),
        },
        None => set("color", &set_in.color, Value::from("auto"), |color| {
            Value::from(color.word())
        }),
    });
    let error = Value::from("error");
    lines.push(set("fail-level", &set_in.fail_level, error, |level| {
        Value::from(level.word())
    }));
    let most = Value::from(super::output::MOST as i64);
    lines.push(set("max-findings", &set_in.max_findings, most, |most| {
        Value::from(*most as i64)
    }));
    for (key, on) in [
        ("statistics", &set_in.statistics),
        ("show-expected", &set_in.show_expected),
    ] {
        lines.push(set(key, on, Value::from(false), |on| Value::from(*on)));
    }
}

fn limits(config: &Config, lines: &mut Vec<Line>) {
    let set_in = &config.limits;
    let size = Value::from(DEFAULT.file_size as i64);
    lines.push(set("file-size", &set_in.file_size, size, |most| {
        Value::from(*most as i64)
    }));
    for (key, most, usual) in [
        ("names", &set_in.names, DEFAULT.names),
        ("nesting", &set_in.nesting, DEFAULT.nesting),
        ("labels", &set_in.labels, DEFAULT.labels),
        ("findings", &set_in.findings, DEFAULT.findings),
    ] {
        let usual = Value::from(usual as i64);
        lines.push(set(key, most, usual, |most| Value::from(*most as i64)));
    }
}

fn plain(text: String) -> Line {
    Line {
        text,
        from: String::new(),
    }
}

fn set<T>(
    key: &str,
    placed: &Option<Placed<T>>,
    default: Value,
    value: impl Fn(&T) -> Value,
) -> Line {
    let shown = placed
        .as_ref()
        .map_or(default, |placed| value(&placed.value));
    Line {
        text: format!("{key} = {shown}"),
        from: placed.as_ref().map_or("default".to_string(), from),
    }
}

fn table<T>(
    lines: &mut Vec<Line>,
    name: &str,
    all: &std::collections::BTreeMap<String, Placed<T>>,
    value: impl Fn(&T) -> Value,
) {
    if all.is_empty() {
        return;
    }
    lines.push(plain(format!("\n[{name}]")));
    for (key, placed) in all {
        let bare = key
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        let key = match bare && !key.is_empty() {
            true => key.clone(),
            false => Value::from(key.clone()).to_string(),
        };
        lines.push(Line {
            text: format!("{key} = {}", value(&placed.value)),
            from: from(placed),
        });
    }
}

fn from<T>(placed: &Placed<T>) -> String {
    format!("{}:{}", placed.origin.file, placed.origin.line)
}

fn list(all: impl IntoIterator<Item = String>) -> Value {
    let name = |text: String| match text.is_empty() {
        true => Value::from("."),
        false => Value::from(text),
    };
    Value::Array(all.into_iter().map(name).collect())
}

fn written(lines: &[Line]) -> String {
    let width = lines
        .iter()
        .filter(|line| !line.from.is_empty())
        .map(|line| line.text.trim_start().chars().count())
        .filter(|width| *width <= 48)
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for line in lines {
        text += &line.text;
        if !line.from.is_empty() {
            let own = line.text.trim_start().chars().count();
            text += &" ".repeat(width.saturating_sub(own));
            text += &format!("  # {}", line.from);
        }
        text.push('\n');
    }
    visible(&text)
}
