//! Waivers: findings silenced on purpose, with a reason and until a day.

use crate::config::{About, Waive};
use crate::diag::{Diagnostic, Diags, FlowFinding, codes};
use crate::model::Model;
use crate::model::rules::{Date, Waiver};
use crate::source::{FileId, Span};
use std::collections::BTreeSet;

/// How many days before its end a waiver is warned of.
const SOON: i64 = 30;

/// Silences what waivers before an edge, node or rule name there; reports those past their date and
/// those that silence nothing, unless their code is `off` in this run and could not be found.
/// Returns the days until each that silenced something ends.
pub fn apply(
    model: &Model,
    today: Date,
    home: &impl Fn(FileId) -> bool,
    off: &impl Fn(&str) -> bool,
    diags: &mut Diags,
) -> Vec<i64> {
    let mut ends = Vec::new();
    let mut seen = BTreeSet::new();
    let mut reports = Vec::new();
    for (waiver, place) in all(model) {
        if !home(waiver.span.file) || !seen.insert(waiver.span) {
            continue;
        }
        if today > waiver.until {
            reports.push(expired(
                &waiver.code,
                waiver.until,
                &waiver.because,
                waiver.span,
            ));
            continue;
        }
        let here = |diagnostic: &Diagnostic| {
            let span = diagnostic.primary.span;
            span.file == place.file && place.start <= span.start && span.end <= place.end
        };
        let used = silence(&waiver.code, &waiver.because, here, diags);
        if used {
            let left = days(today, waiver.until);
            ends.push(left);
            reports.extend(ending(
                &waiver.code,
                waiver.until,
                left,
                &waiver.because,
                waiver.span,
            ));
        } else if !off(&waiver.code) {
            reports.push(
                unused(&waiver.code, waiver.span, "no such finding here")
                    .fix("drop the waiver", vec![(waiver.span, String::new())]),
            );
        }
    }
    diags.append(&mut reports);
    ends
}

/// Silences what the waivers of the project's settings are about: findings on flows, wherever they
/// arise. Otherwise as [`apply`].
pub fn apply_settings(
    waivers: &[(Waive, Span)],
    today: Date,
    off: &impl Fn(&str) -> bool,
    diags: &mut Diags,
) -> Vec<i64> {
    let mut ends = Vec::new();
    let mut reports = Vec::new();
    for (waiver, place) in waivers {
        if today > waiver.until {
            reports.push(expired(&waiver.code, waiver.until, &waiver.because, *place));
            continue;
        }
        let meant = |diagnostic: &Diagnostic| {
            let flow = diagnostic.flow.as_deref();
            flow.is_some_and(|flow| is_about(&waiver.about, flow))
        };
        if silence(&waiver.code, &waiver.because, meant, diags) {
            let left = days(today, waiver.until);
            ends.push(left);
            reports.extend(ending(
                &waiver.code,
                waiver.until,
                left,
                &waiver.because,
                *place,
            ));
        } else if !off(&waiver.code) {
            reports.push(unused(
                &waiver.code,
                *place,
                "no finding on a flow is like this",
            ));
        }
    }
    diags.append(&mut reports);
    ends
}

/// Whether all that is said of a finding is so.
fn is_about(about: &About, flow: &FlowFinding) -> bool {
    let parts = [
        (&about.plan, &flow.plan),
        (&about.policy, &flow.policy),
        (&about.from, &flow.from),
        (&about.to, &flow.to),
        (&about.data, &flow.data),
    ];
    let mut parts = parts.iter();
    parts.all(|(wanted, is)| wanted.as_ref().is_none_or(|wanted| wanted == *is))
}

/// Sets the reason on what is meant and not silenced yet; says whether anything was.
fn silence(
    code: &str,
    because: &str,
    meant: impl Fn(&Diagnostic) -> bool,
    diags: &mut Diags,
) -> bool {
    let mut used = false;
    for diagnostic in diags.iter_mut() {
        if diagnostic.code.name == code && meant(diagnostic) {
            diagnostic.waived.get_or_insert_with(|| because.to_string());
            used = true;
        }
    }
    used
}

/// Days from one date to a later one.
fn days(today: Date, until: Date) -> i64 {
    i64::from(today.until(until).map_or(0, |span| span.get_days()))
}

fn expired(code: &str, until: Date, because: &str, span: Span) -> Diagnostic {
    let message = format!("this waiver of `{code}` ended on {until}");
    Diagnostic::new(&codes::EXPIRED_WAIVER, span, message)
        .label("silences nothing any more")
        .note(format!("it was given because \"{because}\""))
        .help("mend what it silenced, or give it a new date and a reason that still holds")
}

fn unused(code: &str, span: Span, label: &str) -> Diagnostic {
    let message = format!("this waiver of `{code}` silences nothing");
    Diagnostic::new(&codes::UNUSED_WAIVER, span, message)
        .label(label)
        .help("drop it")
}

/// A month before the end there is still time to do something about it.
fn ending(code: &str, until: Date, left: i64, because: &str, span: Span) -> Option<Diagnostic> {
    let when = match left {
        0 => "today".to_string(),
        1 => "in 1 day".to_string(),
        _ => format!("in {left} days"),
    };
    let message = format!("this waiver of `{code}` ends {when}, on {until}");
    (left <= SOON).then(|| {
        Diagnostic::new(&codes::ENDING_WAIVER, span, message)
            .label("what it silences fails the day after")
            .note(format!("it was given because \"{because}\""))
            .help("mend what it silences, or give it a new date if the reason still holds")
    })
}

/// Every waiver with the place it silences.
fn all(model: &Model) -> impl Iterator<Item = (&Waiver, Span)> {
    let rules = model
        .policies
        .iter()
        .flat_map(|policy| &policy.rules)
        // A rule's citations stand between its waivers and its statement.
        .flat_map(|rule| {
            rule.waivers
                .iter()
                .map(|waiver| (waiver, waiver.span.to(rule.span)))
        });
    let nodes = model
        .plans
        .iter()
        .flat_map(|plan| plan.nodes.iter())
        .flat_map(|node| {
            node.details()
                .waivers
                .iter()
                .map(move |waiver| (waiver, node.whole()))
        });
    let edges = model
        .plans
        .iter()
        .flat_map(|plan| plan.edges.iter())
        .flat_map(|edge| {
            edge.details()
                .waivers
                .iter()
                .map(move |waiver| (waiver, edge.span()))
        });
    rules.chain(nodes).chain(edges)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waiver_is_warned_of_for_a_month_and_its_last_day_is_named() {
        let span = Span::file_start(FileId(0));
        for (today, left, when) in [
            ("2026-03-01", 0, Some("ends today, on 2026-03-01")),
            ("2026-02-28", 1, Some("ends in 1 day, on 2026-03-01")),
            ("2026-02-27", 2, Some("ends in 2 days, on 2026-03-01")),
            ("2026-01-30", 30, Some("ends in 30 days, on 2026-03-01")),
            ("2026-01-29", 31, None),
        ] {
            let [today, until] = [today, "2026-03-01"].map(|day| day.parse().expect("a date"));
            assert_eq!(days(today, until), left);
            let said = ending("unmet-standing-duty", until, left, "we move", span);
            assert_eq!(said.is_some(), when.is_some(), "{left}");
            let found = said.map_or(String::new(), |found| found.message);
            assert!(found.ends_with(when.unwrap_or_default()), "{found}");
        }
    }

    fn flow(from: &str, to: &str) -> Diagnostic {
        let span = Span::file_start(FileId(0));
        let mut found = Diagnostic::new(&codes::FORBIDDEN_FLOW, span, "a flow");
        found.flow = Some(Box::new(FlowFinding {
            plan: "x".into(),
            policy: "p".into(),
            from: from.into(),
            to: to.into(),
            data: "email".into(),
            ..FlowFinding::default()
        }));
        found
    }

    fn waive(until: &str, about: About) -> (Waive, Span) {
        let waive = Waive {
            code: "forbidden-flow".into(),
            until: until.parse().expect("a date"),
            because: "we move".into(),
            owner: None,
            about,
        };
        (waive, Span::file_start(FileId(0)))
    }

    #[test]
    fn settings_waive_what_all_of_their_words_are_about() {
        let is = |text: &str| Some(text.to_string());
        let own = || About {
            from: is("a"),
            ..About::default()
        };
        for (about, waived) in [
            (own(), [true, true, false]),
            (
                About {
                    to: is("c"),
                    ..own()
                },
                [false, true, false],
            ),
            (
                About {
                    plan: is("x"),
                    policy: is("p"),
                    data: is("email"),
                    ..own()
                },
                [true, true, false],
            ),
            (
                About {
                    plan: is("y"),
                    ..own()
                },
                [false; 3],
            ),
            (
                About {
                    policy: is("q"),
                    ..own()
                },
                [false; 3],
            ),
            (
                About {
                    data: is("phone"),
                    ..own()
                },
                [false; 3],
            ),
        ] {
            let mut diags = vec![flow("a", "b"), flow("a", "c"), flow("b", "c")];
            let today = "2026-01-01".parse().expect("a date");
            let waivers = [waive("2026-12-31", about)];
            let ends = apply_settings(&waivers, today, &|_| false, &mut diags);
            let silent: Vec<bool> = diags[..3].iter().map(|one| one.waived.is_some()).collect();
            assert_eq!(silent, waived);
            // A waiver of nothing is reported, unless what it waives is not looked for.
            let used = waived != [false; 3];
            assert_eq!(ends, if used { vec![364] } else { vec![] });
            assert_eq!(diags.len(), 3 + usize::from(!used));
            let left = apply_settings(&waivers, today, &|_| true, &mut diags).len();
            assert_eq!(left, usize::from(used));
            assert_eq!(diags.len(), 3 + usize::from(!used));
        }
    }

    #[test]
    fn a_waiver_holds_to_the_end_of_its_last_day() {
        let waivers = [waive("2026-01-31", About::default())];
        for (today, ends, codes) in [
            ("2025-12-31", vec![31], vec!["forbidden-flow"]),
            (
                "2026-01-31",
                vec![0],
                vec!["forbidden-flow", "ending-waiver"],
            ),
            (
                "2026-02-01",
                vec![],
                vec!["forbidden-flow", "expired-waiver"],
            ),
        ] {
            let mut diags = vec![flow("a", "b")];
            let today = today.parse().expect("a date");
            assert_eq!(
                apply_settings(&waivers, today, &|_| false, &mut diags),
                ends
            );
            let found: Vec<&str> = diags.iter().map(|one| one.code.name).collect();
            assert_eq!(found, codes);
            assert_eq!(diags[0].waived.is_some(), !ends.is_empty());
        }
    }
}
