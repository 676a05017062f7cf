//! Waivers: findings silenced on purpose, with a reason and until a day.

use crate::diag::{Diagnostic, Diags, codes};
use crate::model::Model;
use crate::model::rules::{Date, Waiver};
use crate::source::{FileId, Span};
use std::collections::BTreeSet;

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
            reports.push(
                Diagnostic::new(
                    &codes::EXPIRED_WAIVER,
                    waiver.span,
                    format!("this waiver of `{}` ended on {}", waiver.code, waiver.until),
                )
                .label("silences nothing any more")
                .note(format!("it was given because \"{}\"", waiver.because))
                .help("mend what it silenced, or give it a new date and a reason that still holds"),
            );
            continue;
        }
        let mut used = false;
        for diagnostic in diags.iter_mut() {
            let span = diagnostic.primary.span;
            let here =
                span.file == place.file && place.start <= span.start && span.end <= place.end;
            if here && diagnostic.code.name == waiver.code {
                diagnostic.waived = Some(waiver.because.clone());
                used = true;
            }
        }
        if used {
            let left = today.until(waiver.until).map_or(0, |span| span.get_days());
            ends.push(i64::from(left));
        } else if !off(&waiver.code) {
            reports.push(
                Diagnostic::new(
                    &codes::UNUSED_WAIVER,
                    waiver.span,
                    format!("this waiver of `{}` silences nothing", waiver.code),
                )
                .label("no such finding here")
                .help("drop it")
                .fix("drop the waiver", vec![(waiver.span, String::new())]),
            );
        }
    }
    diags.append(&mut reports);
    ends
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
        .flat_map(|plan| &plan.nodes)
        .flat_map(|node| node.waivers.iter().map(|waiver| (waiver, node.whole)));
    let edges = model
        .plans
        .iter()
        .flat_map(|plan| &plan.edges)
        .flat_map(|edge| edge.waivers.iter().map(|waiver| (waiver, edge.span)));
    rules.chain(nodes).chain(edges)
}
