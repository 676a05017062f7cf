//! From the text of a settings file to what it sets.

use super::fault::{fault, line};
use super::{About, Config, Exclude, File, Format, Limits, Origin, Output, Placed, Waive, raw};
use crate::diag::{Severity, codes, nearest};
use crate::limits::{DEEPEST, LARGEST_FILE};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;

/// A settings file that was read.
#[derive(Debug, Clone, Copy)]
pub struct Text<'a> {
    /// Its path, as people see it.
    pub shown: &'a str,
    /// Its path as opened; paths in it count from its folder.
    pub path: &'a Path,
    /// What it says.
    pub text: &'a str,
}

impl Text<'_> {
    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    fn origin(&self, span: Range<usize>) -> Origin {
        Origin {
            file: self.shown.to_string(),
            line: line(self.text, span.start),
            bytes: (span.start as u32, span.end as u32),
        }
    }
}

/// What it sets, and the file that it extends. An error shows its place.
pub fn read(file: &Text) -> Result<(Config, Option<PathBuf>), String> {
    let raw: raw::Raw = toml::from_str(file.text).map_err(|error| malformed(file, &error))?;
    let config = Config {
        files: vec![File {
            shown: file.shown.to_string(),
            path: file.path.to_path_buf(),
            text: file.text.to_string(),
        }],
        paths: raw
            .paths
            .map(|paths| placed(file, paths, |paths| joined(file, paths))),
        exclude: raw.exclude.map(|patterns| {
            placed(file, patterns, |patterns| Exclude {
                folder: file.folder().to_path_buf(),
                patterns,
            })
        }),
        severity: severities(file, raw.severity)?,
        notices: raw
            .notices
            .into_iter()
            .map(|(policy, path)| {
                let path = placed(file, path, |path| file.folder().join(path));
                (policy.into_inner(), path)
            })
            .collect(),
        waive: raw
            .waive
            .into_iter()
            .map(|waiver| waive(file, waiver))
            .collect::<Result<_, _>>()?,
        output: output(file, raw.output)?,
        limits: limits(file, raw.limits)?,
    };
    let extend = raw.extend.map(|path| file.folder().join(path.into_inner()));
    Ok((config, extend))
}

fn placed<T, U>(file: &Text, value: Spanned<T>, make: impl FnOnce(T) -> U) -> Placed<U> {
    let origin = file.origin(value.span());
    Placed {
        value: make(value.into_inner()),
        origin,
    }
}

fn joined(file: &Text, paths: Vec<String>) -> Vec<PathBuf> {
    paths.iter().map(|path| file.folder().join(path)).collect()
}

fn severities(
    file: &Text,
    raw: BTreeMap<Spanned<String>, Spanned<raw::Level>>,
) -> Result<BTreeMap<String, Placed<Severity>>, String> {
    let mut all = BTreeMap::new();
    for (name, level) in raw {
        let known: Vec<&str> = codes::ALL
            .iter()
            .flat_map(|code| [code.name, code.group.name()])
            .chain(["all", "warnings"])
            .collect();
        if !known.contains(&name.get_ref().as_str()) {
            let message = format!("there is no code or group `{}`", name.get_ref());
            return Err(unknown(file, name.span(), &message, name.get_ref(), &known));
        }
        let level = placed(file, level, |level| match level {
            raw::Level::Allow => Severity::Allow,
            raw::Level::Warning => Severity::Warning,
            raw::Level::Error => Severity::Error,
        });
        all.insert(name.into_inner(), level);
    }
    Ok(all)
}

fn waive(file: &Text, raw: Spanned<raw::Waive>) -> Result<Placed<Waive>, String> {
    let raw = raw.into_inner();
    let origin = file.origin(raw.code.span());
    let code = raw.code.get_ref();
    if codes::by_name(code).is_none() {
        let known: Vec<&str> = codes::ALL.iter().map(|code| code.name).collect();
        let message = format!("no finding has the code `{code}`");
        return Err(unknown(file, raw.code.span(), &message, code, &known));
    }
    if raw.because.get_ref().trim().is_empty() {
        let message = "a waiver says why: write what makes it right for now";
        return Err(fault(file, raw.because.span(), message));
    }
    let until = match (raw.until.get_ref().date, raw.until.get_ref().time) {
        (Some(date), None) => {
            jiff::civil::Date::new(date.year as i16, date.month as i8, date.day as i8).ok()
        }
        _ => None,
    };
    let Some(until) = until else {
        let message = "a waiver ends on a day: write `until = YYYY-MM-DD`";
        return Err(fault(file, raw.until.span(), message));
    };
    let about = About {
        plan: raw.plan,
        policy: raw.policy,
        from: raw.from,
        to: raw.to,
        data: raw.data,
    };
    if about == About::default() {
        let message = "this waiver would silence its code everywhere: say at least one of `plan`, \
                       `policy`, `from`, `to` and `data`, or set the code's severity";
        return Err(fault(file, raw.code.span(), message));
    }
    Ok(Placed {
        value: Waive {
            code: raw.code.into_inner(),
            until,
            because: raw.because.into_inner(),
            owner: raw.owner,
            about,
        },
        origin,
    })
}

fn output(file: &Text, raw: raw::Output) -> Result<Output, String> {
    let format = |wanted: String| match wanted.split_once('=') {
        Some((name, path)) => Format {
            name: name.to_string(),
            file: Some(file.folder().join(path)),
        },
        None => Format {
            name: wanted,
            file: None,
        },
    };
    Ok(Output {
        formats: raw.formats.map(|formats| {
            placed(file, formats, |formats| {
                formats.into_iter().map(format).collect()
            })
        }),
        color: raw.color.map(|color| placed(file, color, |color| color)),
        fail_level: raw
            .fail_level
            .map(|level| placed(file, level, |level| level)),
        max_findings: raw.max_findings.map(|most| placed(file, most, |most| most)),
        statistics: raw.statistics.map(|on| placed(file, on, |on| on)),
        show_expected: raw.show_expected.map(|on| placed(file, on, |on| on)),
    })
}

fn limits(file: &Text, raw: raw::Limits) -> Result<Limits, String> {
    if let Some(size) = &raw.file_size
        && *size.get_ref() > LARGEST_FILE
    {
        let message =
            format!("a file has at most {LARGEST_FILE} bytes, since places in it are counted so");
        return Err(fault(file, size.span(), &message));
    }
    if let Some(nesting) = &raw.nesting
        && *nesting.get_ref() > DEEPEST
    {
        let message = format!("braces and parentheses nest at most {DEEPEST} deep");
        return Err(fault(file, nesting.span(), &message));
    }
    Ok(Limits {
        file_size: raw.file_size.map(|most| placed(file, most, |most| most)),
        names: raw.names.map(|most| placed(file, most, |most| most)),
        nesting: raw.nesting.map(|most| placed(file, most, |most| most)),
        labels: raw.labels.map(|most| placed(file, most, |most| most)),
        findings: raw.findings.map(|most| placed(file, most, |most| most)),
    })
}

/// What the reader of TOML objects to, in our words where it is a key or a word that it does not know.
fn malformed(file: &Text, error: &toml::de::Error) -> String {
    let span = error.span().unwrap_or(0..0);
    let message = error.message();
    let mut quoted = message.split('`').skip(1).step_by(2);
    let what = match message {
        _ if message.starts_with("unknown field") => "there is no key",
        _ if message.starts_with("unknown variant") => "there is no value",
        _ => return fault(file, span, message.lines().next().unwrap_or(message)),
    };
    let name = quoted.next().unwrap_or_default();
    let known: Vec<&str> = quoted.collect();
    unknown(file, span, &format!("{what} `{name}`"), name, &known)
}

fn unknown(file: &Text, span: Range<usize>, message: &str, name: &str, known: &[&str]) -> String {
    let hint = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.len() > 12 => "`abide explain` lists them".to_string(),
        None => format!("there are {}", known.join(", ")),
    };
    fault(file, span, &format!("{message}; {hint}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Config, String> {
        let file = Text {
            shown: "abide.toml",
            path: Path::new("shop/abide.toml"),
            text,
        };
        read(&file).map(|(config, _)| config)
    }

    #[test]
    fn mistakes_show_their_place_and_one_way_out() {
        for (text, says) in [
            (
                "exlude = [\"a\"]",
                "abide.toml:1:1: there is no key `exlude`; did you mean `exclude`?\n  |\n1 | exlude = [\"a\"]\n  | ^^^^^^",
            ),
            (
                "\n[output]\nformat = \"full\"",
                "abide.toml:3:1: there is no key `format`; did you mean `formats`?\n  |\n3 | format = \"full\"\n  | ^^^^^^",
            ),
            (
                "[severity]\nforbiden-flow = \"error\"",
                "abide.toml:2:1: there is no code or group `forbiden-flow`; did you mean `forbidden-flow`?\n",
            ),
            (
                "[severity]\nconflict = \"eror\"",
                "abide.toml:2:12: there is no value `eror`; did you mean `error`?\n",
            ),
            (
                "[[waive]]\ncode = \"confict\"\nuntil = 2027-01-01\nbecause = \"b\"\nplan = \"p\"",
                "abide.toml:2:8: no finding has the code `confict`; did you mean `conflict`?\n",
            ),
            (
                "[[waive]]\ncode = \"conflict\"\nuntil = 2027-01-01\nbecause = \" \"\nplan = \"p\"",
                "abide.toml:4:11: a waiver says why",
            ),
            (
                "[[waive]]\ncode = \"conflict\"\nuntil = 07:32:00\nbecause = \"b\"\nplan = \"p\"",
                "abide.toml:3:9: a waiver ends on a day",
            ),
            (
                "[[waive]]\ncode = \"conflict\"\nuntil = 2027-01-01\nbecause = \"b\"",
                "abide.toml:2:8: this waiver would silence its code everywhere",
            ),
            (
                "paths = [\"ä\", 1]",
                "abide.toml:1:15: invalid type: integer",
            ),
            ("paths =", "abide.toml:1:8: "),
            (
                "zzz = 1",
                "abide.toml:1:1: there is no key `zzz`; there are extend, paths, ",
            ),
        ] {
            let error = of(text).expect_err(text);
            assert!(error.starts_with(says), "{text}\n{error}\n{says}");
        }
    }

    #[test]
    fn values_know_their_line_and_paths_their_folder() {
        let config =
            of("paths = [\"a\", \"../b\"]\n\n[notices]\nshop-2026 = \"n.txt\"\n").expect("fine");
        let paths = config.paths.expect("set");
        assert_eq!(paths.value, [Path::new("shop/a"), Path::new("shop/../b")]);
        assert_eq!(paths.origin.line, 1);
        let notice = &config.notices["shop-2026"];
        assert_eq!(notice.value, Path::new("shop/n.txt"));
        assert_eq!(notice.origin.line, 4);
    }

    /// Of several that are meant, the closest counts, in whatever order they are written.
    #[test]
    fn the_closest_severity_is_the_last() {
        let config = of(
            "severity = { conflict = \"error\", warnings = \"error\", all = \"allow\", policy = \"warning\" }",
        )
        .expect("fine");
        let order: Vec<&str> = config.severities().iter().map(|(name, _)| *name).collect();
        assert_eq!(order, ["all", "warnings", "policy", "conflict"]);
    }

    #[test]
    fn what_is_nearer_replaces_and_tables_join() {
        let near = of("paths = [\"a\"]\n[severity]\nconflict = \"error\"\n").expect("fine");
        let far = of("paths = [\"b\"]\nexclude = [\"c\"]\n[severity]\nconflict = \"allow\"\nflow = \"warning\"\n[[waive]]\ncode = \"conflict\"\nuntil = 2027-01-01\nbecause = \"b\"\nplan = \"p\"\n").expect("fine");
        let both = near.clone().over(far.clone());
        assert_eq!(both.paths, near.paths);
        assert_eq!(both.exclude, far.exclude);
        assert_eq!(both.severity["conflict"].value, Severity::Error);
        assert_eq!(both.severity["flow"].value, Severity::Warning);
        assert_eq!(both.waive.len(), 1);
        assert_eq!(both.files.len(), 2);
        assert_eq!(near.clone().over(Config::default()), near);
        assert_eq!(Config::default().over(far.clone()), far);
    }
}
