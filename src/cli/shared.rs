//! Options that several subcommands take.

use crate::config::{Config, raw};
use crate::diag::Severity;
use crate::model::vocabulary::Date;
use crate::project::baseline;
use crate::project::config::{self, Choice};
use crate::project::files::{self, common};
use crate::project::run::Settings;
use crate::project::{Input, Levels, Loaded, load};
use clap::{ArgMatches, Args, FromArgMatches, ValueEnum};
use std::path::PathBuf;

/// What to read.
#[derive(Debug, Clone, Args)]
pub struct Paths {
    /// Files and folders; `-` is standard input. Without any, the working directory
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The name that standard input goes by, also for its includes
    #[arg(long, value_name = "PATH", default_value = "stdin.abide")]
    pub stdin_filename: String,
    #[command(flatten)]
    pub settings: SettingsFlags,
}

/// Which settings hold.
#[derive(Debug, Clone, Default, Args)]
pub struct SettingsFlags {
    /// Settings to use instead of the nearest abide.toml [env: ABIDE_CONFIG]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Use no settings file
    #[arg(long)]
    pub isolated: bool,
}

impl SettingsFlags {
    /// The settings for files under these paths; without any, for the working directory.
    pub fn load(&self, paths: &[PathBuf]) -> Result<Config, String> {
        let set = std::env::var_os("ABIDE_CONFIG").filter(|path| !path.is_empty());
        let choice = match self.config.clone().or(set.map(PathBuf::from)) {
            _ if self.isolated => Choice::Isolated,
            Some(path) => Choice::File(path),
            None => Choice::Nearest(common(paths).unwrap_or_else(|| PathBuf::from("."))),
        };
        config::load(&choice)
    }
}

impl Paths {
    /// The settings that hold for them.
    pub fn config(&self) -> Result<Config, String> {
        self.settings.load(&self.places())
    }

    /// Where they are; standard input is where its name says.
    fn places(&self) -> Vec<PathBuf> {
        let place = |path: &PathBuf| match path.as_os_str() == "-" {
            true => PathBuf::from(&self.stdin_filename),
            false => path.clone(),
        };
        self.paths.iter().map(place).collect()
    }

    /// The baseline that holds for them, unless one was named.
    pub fn baseline(&self, named: Option<&PathBuf>) -> Option<PathBuf> {
        let start = common(&self.places()).unwrap_or_else(|| PathBuf::from("."));
        named.cloned().or_else(|| baseline::nearest_to(&start))
    }

    /// Loads them with the notices that policies encode.
    pub fn load_with(&self, notices: &Notices, config: &Config) -> Result<Loaded, String> {
        load(&self.input_with(notices, config)?)
    }

    /// What they name, with the notices that policies encode.
    pub fn input_with(&self, notices: &Notices, config: &Config) -> Result<Input, String> {
        let mut input = self.input(config)?;
        input.notices.clone_from(&notices.notices);
        Ok(input)
    }

    /// Loads them.
    pub fn load(&self, config: &Config) -> Result<Loaded, String> {
        load(&self.input(config)?)
    }

    /// What they name, standard input read; without any, what the settings name.
    pub fn input(&self, config: &Config) -> Result<Input, String> {
        let mut input = Input {
            config: config.clone(),
            ..Input::default()
        };
        for path in &self.paths {
            if path.as_os_str() == "-" {
                let most = config.limits.in_force().file_size;
                let bytes = files::within(&mut std::io::stdin().lock(), 0, most)
                    .map_err(|error| format!("can't read standard input: {error}"))?
                    .ok_or_else(|| files::too_large(&self.stdin_filename, most))?;
                input.stdin = Some((self.stdin_filename.clone(), bytes));
            } else {
                input.paths.push(path.clone());
            }
        }
        input.whole = self.paths.is_empty();
        if input.whole {
            input.paths = match &config.paths {
                Some(paths) => paths.value.clone(),
                None => vec![PathBuf::from(".")],
            };
        }
        Ok(input)
    }
}

/// Which notices policies encode.
#[derive(Debug, Clone, Args)]
pub struct Notices {
    /// The text of the notice that a policy encodes; may be given several times
    #[arg(long = "notice", value_name = "POLICY=PATH", value_parser = named_notice)]
    pub notices: Vec<(String, PathBuf)>,
}

fn named_notice(value: &str) -> Result<(String, PathBuf), String> {
    match value.split_once('=') {
        Some((policy, path)) if !policy.is_empty() && !path.is_empty() => {
            Ok((policy.to_string(), PathBuf::from(path)))
        }
        _ => Err("write POLICY=PATH, such as `shop=notices/shop.txt`".to_string()),
    }
}

/// How a run is to be done.
#[derive(Debug, Clone, Args)]
pub struct Judging {
    /// The day to judge on (YYYY-MM-DD), for waivers and facts that end; without it, today
    #[arg(long, value_name = "DATE")]
    pub today: Option<Date>,
    /// Show what waivers silence and what the baseline holds
    #[arg(long)]
    pub no_waivers: bool,
    /// Also report rules that no planned flow ever meets (-W unmet-rule)
    #[arg(long)]
    pub vacuity: bool,
    /// How many threads work; without it, as many as the machine runs at once
    #[arg(long, value_name = "N")]
    pub jobs: Option<std::num::NonZeroUsize>,
    #[command(flatten)]
    levels: LevelFlags,
}

impl Judging {
    /// How many threads work.
    pub fn threads(&self) -> usize {
        let jobs = self.jobs;
        jobs.or_else(|| std::thread::available_parallelism().ok())
            .map_or(1, |jobs| jobs.get())
    }

    /// The settings they make, over those of the project.
    pub fn settings(&self, config: &Config) -> Result<Settings, String> {
        let mut levels = Levels::default();
        for (name, severity) in config.severities() {
            levels.set(name, severity)?;
        }
        if self.vacuity {
            levels.set("unmet-rule", Severity::Warning)?;
        }
        for (name, severity) in &self.levels.0 {
            levels.set(name, *severity)?;
        }
        Ok(Settings {
            today: self.today.unwrap_or_else(today),
            levels,
            waivers: !self.no_waivers,
            most: None,
        })
    }
}

/// Today, by the system's clock, in UTC.
pub fn today() -> Date {
    jiff::tz::Offset::UTC
        .to_datetime(jiff::Timestamp::now())
        .date()
}

/// `-A`, `-W`, `-D` in the order they were given: the last word on a code counts.
#[derive(Debug, Clone)]
struct LevelFlags(Vec<(String, Severity)>);

impl Args for LevelFlags {
    fn augment_args(command: clap::Command) -> clap::Command {
        let flag = |id: &'static str, short, long: &'static str, help: &'static str| {
            clap::Arg::new(id)
                .short(short)
                .long(long)
                .value_name("CODE")
                .help(help)
                .action(clap::ArgAction::Append)
        };
        command
            .arg(flag(
                "allow",
                'A',
                "allow",
                "Don't report a code, a group, `all` or `warnings`",
            ))
            .arg(flag(
                "warn",
                'W',
                "warn",
                "Report a code, group, … as a warning",
            ))
            .arg(flag(
                "deny",
                'D',
                "deny",
                "Report a code, group, … as an error",
            ))
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for LevelFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut all = Vec::new();
        for (id, severity) in [
            ("allow", Severity::Allow),
            ("warn", Severity::Warning),
            ("deny", Severity::Error),
        ] {
            let values = matches.get_many::<String>(id).into_iter().flatten();
            let places = matches.indices_of(id).into_iter().flatten();
            all.extend(
                places
                    .zip(values)
                    .map(|(at, name)| (at, name.clone(), severity)),
            );
        }
        all.sort_by_key(|(at, _, _)| *at);
        let all = all.into_iter().map(|(_, name, severity)| (name, severity));
        Ok(LevelFlags(all.collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// What makes a run fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailLevel {
    /// Errors.
    Error,
    /// Errors and warnings.
    Warning,
}

impl From<raw::FailLevel> for FailLevel {
    fn from(level: raw::FailLevel) -> FailLevel {
        match level {
            raw::FailLevel::Error => FailLevel::Error,
            raw::FailLevel::Warning => FailLevel::Warning,
        }
    }
}

impl From<raw::Color> for Color {
    fn from(color: raw::Color) -> Color {
        match color {
            raw::Color::Auto => Color::Auto,
            raw::Color::Always => Color::Always,
            raw::Color::Never => Color::Never,
        }
    }
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}
