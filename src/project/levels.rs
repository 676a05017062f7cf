//! Severities as set by people: by code, by group, or for all, the last word counting.

pub use crate::diag::nearest;
use crate::diag::{Code, Group, Severity, codes};

/// What a setting is about.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Target {
    Code(&'static str),
    Group(&'static str),
    All,
    Warnings,
}

/// Settings from left to right.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Levels(Vec<(Target, Severity)>);

impl Levels {
    /// Adds a setting for a code, a group, `all` or `warnings`; unknown names are an error with the
    /// nearest known one.
    pub fn set(&mut self, name: &str, severity: Severity) -> Result<(), String> {
        let target = match name {
            "all" => Target::All,
            "warnings" => Target::Warnings,
            _ => {
                let code = codes::by_name(name).map(|code| Target::Code(code.name));
                let group = codes::ALL
                    .iter()
                    .map(|code| code.group.name())
                    .find(|group| *group == name)
                    .map(Target::Group);
                code.or(group).ok_or_else(|| unknown(name))?
            }
        };
        self.0.push((target, severity));
        Ok(())
    }

    /// Whether people chose not to see a code that is shown by default.
    pub fn silences(&self, code: &Code) -> bool {
        self.of(code) == Severity::Allow && codes::on_by_default(code)
    }

    /// The severity of a code. What keeps a statement from being read or understood stays an error
    /// whatever is set, and so does a limit: what is checked without it must not look clean.
    pub fn of(&self, code: &Code) -> Severity {
        let mut severity = code.severity;
        let unread = matches!(code.group, Group::Syntax | Group::Names);
        if severity == Severity::Error && unread || code.is_limit() {
            return severity;
        }
        for (target, set) in &self.0 {
            let meant = match target {
                Target::Code(name) => *name == code.name,
                Target::Group(name) => *name == code.group.name(),
                Target::All => true,
                Target::Warnings => severity == Severity::Warning,
            };
            if meant {
                severity = *set;
            }
        }
        severity
    }
}

fn unknown(name: &str) -> String {
    let known = codes::ALL
        .iter()
        .flat_map(|code| [code.name, code.group.name()])
        .chain(["all", "warnings"]);
    match nearest(name, known) {
        Some(near) => format!("there is no code or group `{name}`; did you mean `{near}`?"),
        None => format!("there is no code or group `{name}`; `abide explain` lists them"),
    }
}
