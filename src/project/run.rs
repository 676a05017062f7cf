//! The phases in order, and what is done once with what they find.

use super::checked::{self, Checked};
use super::groups::{self, groups};
use super::judged::{self, Kept, Terms};
use super::levels::Levels;
use super::load::Loaded;
use super::{evidence, marks, notices, vacuity};
use crate::check::{self, waivers};
use crate::diag::{Code, Diagnostic, Diags, Group, Severity, codes};
use crate::jobs;
use crate::model::Model;
use crate::model::lower::{Elsewhere, lower_knowing};
use crate::model::vocabulary::Date;
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::ast::Ast;
use std::collections::BTreeSet;

/// How a run is to be done.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The day judged on.
    pub today: Date,
    /// Severities.
    pub levels: Levels,
    /// Whether waivers silence.
    pub waivers: bool,
    /// How many findings of a plan are listed, if not all; the others are counted.
    pub most: Option<usize>,
}

/// How much was checked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Policies.
    pub policies: usize,
    /// Rules in them, extended ones not counted again.
    pub rules: usize,
    /// Plans.
    pub plans: usize,
    /// Edges of plans.
    pub flows: usize,
    /// Expectations of tests.
    pub expectations: usize,
}

/// Findings of a code that were counted and are not listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unlisted {
    /// The code.
    pub code: &'static Code,
    /// How bad they are.
    pub severity: Severity,
    /// How many there are.
    pub count: usize,
}

/// What a run found.
#[derive(Debug)]
pub struct Outcome {
    /// All texts.
    pub sources: SourceMap,
    /// All trees.
    pub asts: Vec<Ast>,
    /// Findings in order of place; silenced ones have `waived` set.
    pub findings: Diags,
    /// Findings that were counted and are not listed.
    pub unlisted: Vec<Unlisted>,
    /// How much was checked.
    pub counts: Counts,
    /// What was checked, one by one, in order of place.
    pub checked: Vec<Checked>,
    /// Days until each waiver that silences something ends.
    pub waivers_end_in: Vec<i64>,
    /// The models, with the files at home in each.
    pub models: Vec<(Model, BTreeSet<FileId>)>,
}

/// Runs every phase over loaded files.
pub fn run(loaded: Loaded, settings: &Settings) -> Outcome {
    run_keeping(loaded, settings, None)
}

/// The same where something is kept: what did not change since the run that left `kept` is not judged
/// again, and what this run leaves takes its place.
pub fn run_keeping(mut loaded: Loaded, settings: &Settings, kept: Option<&mut Kept>) -> Outcome {
    let mut kept = kept.map(|kept| (std::mem::take(kept), kept));
    let mut findings = std::mem::take(&mut loaded.diags);
    let mut counts = Counts::default();
    let mut checked = Vec::new();
    let mut models = Vec::new();
    let mut ends = Vec::new();
    let mut more = check::More::new();
    let marked = marks::files(&loaded.asts);
    // Marks announce each finding by itself.
    let most = |file: FileId| {
        let most = settings.most.filter(|_| !marked.contains(&file));
        most.unwrap_or(usize::MAX).min(loaded.limits.findings)
    };
    let all: Vec<&Ast> = loaded.asts.iter().collect();
    let elsewhere = Elsewhere::of(&all, &loaded.sources);
    let tables = loaded.tables();
    let judged_groups = match loaded.overfull {
        true => Vec::new(),
        false => groups(&loaded),
    };
    let lower = |(): &mut (), group: &groups::Group| {
        let asts = group.files.iter().filter_map(|file| loaded.ast(*file));
        let asts: Vec<&Ast> = asts.collect();
        let mut found = Vec::new();
        let model = lower_knowing(&asts, &loaded.visible, &elsewhere, &tables, &mut found);
        (model, found)
    };
    let lowered = jobs::share(&judged_groups, || (), lower);
    for (group, (mut model, mut found)) in judged_groups.into_iter().zip(lowered) {
        let home = |file: FileId| group.home.contains(&file);
        // Plans and tests are judged in the model where their file is at home, and nowhere else.
        model.plans.retain(|plan| home(plan.span.file));
        model.tests.retain(|test| home(test.span.file));
        vacuity::check(&model, &mut found);
        evidence::check(&loaded, &group.home, &mut found);
        notices::check(&loaded, &group.home, &mut found);
        let terms = Terms {
            home: group.home.clone(),
            today: settings.today,
            levels: settings.levels.clone(),
            limits: loaded.limits,
        };
        let before = kept.as_ref().map(|(before, _)| before);
        let judged = judged::judge(&model, &terms, most, before);
        if let Some((_, kept)) = &mut kept {
            kept.keep(&model, terms, &judged);
        }
        for (code, count) in judged.add_to(&mut found) {
            *more.entry(code).or_default() += count;
        }
        // A rule that several policies extend is found once for each.
        found.sort_by(|a, b| a.order(b));
        found.dedup();
        found.retain(|diagnostic| home(diagnostic.primary.span.file));
        settle(&settings.levels, &mut found);
        if settings.waivers {
            let off = |code: &str| off(&settings.levels, code);
            let applied = waivers::apply(&model, settings.today, &home, &off, &mut found);
            ends.extend(applied);
        }
        count(&model, &home, &mut counts);
        checked::of(&model, &loaded.asts, &home, &mut checked);
        findings.append(&mut found);
        models.push((model, group.home));
    }
    // What a statement in error would have used is not known.
    let torn = findings
        .iter()
        .any(|d| matches!(d.code.group, Group::Syntax | Group::Names));
    if !torn {
        vacuity::unused(&models, &loaded.asked, &mut findings);
    }
    settle(&settings.levels, &mut findings);
    if settings.waivers {
        let off = |code: &str| off(&settings.levels, code);
        let (waive, today) = (&loaded.waive, settings.today);
        ends.extend(waivers::apply_settings(waive, today, &off, &mut findings));
    }
    marks::apply(
        &loaded.asts,
        &loaded.sources,
        &settings.levels,
        &mut findings,
    );
    settle(&settings.levels, &mut findings);
    sort(&loaded.sources, &mut findings);
    findings.dedup();
    let mut unlisted = unlisted(&settings.levels, &more);
    cut(
        loaded.limits.findings,
        settings,
        &mut findings,
        &mut unlisted,
    );
    Outcome {
        sources: loaded.sources,
        asts: loaded.asts,
        findings,
        unlisted,
        counts,
        checked,
        waivers_end_in: ends,
        models,
    }
}

/// Keeps as many findings as the limit and counts the others; says where they begin, unless people
/// want to see no more anyway.
fn cut(most: usize, settings: &Settings, findings: &mut Diags, unlisted: &mut Vec<Unlisted>) {
    let wanted = settings.most.is_some_and(|wanted| wanted <= most);
    let beyond = findings.split_off(most.min(findings.len()));
    let none_kept = Span::file_start(FileId(0));
    let place = beyond.first().or(findings.last());
    let place = place.map_or(none_kept, |d| d.primary.span);
    if beyond.is_empty() && (wanted || unlisted.is_empty()) {
        return;
    }
    for diagnostic in beyond.iter().filter(|diagnostic| diagnostic.counts()) {
        let (code, severity) = (diagnostic.code, diagnostic.severity);
        match unlisted.iter_mut().find(|one| one.code == code) {
            Some(one) => one.count += 1,
            None => unlisted.push(Unlisted {
                code,
                severity,
                count: 1,
            }),
        }
    }
    unlisted.sort_by_key(|one| one.code.name);
    let count: usize = unlisted.iter().map(|one| one.count).sum();
    let message =
        format!("{count} more findings are counted and not kept, for one run keeps {most}");
    findings.push(
        Diagnostic::new(&codes::TOO_MANY_FINDINGS, place, message)
            .label("the rest begins here")
            .help("mend what is shown first, or raise `findings` under `[limits]` of abide.toml"),
    );
}

/// The order of output: by file, then by place.
pub fn sort(sources: &SourceMap, findings: &mut Diags) {
    let order = |d: &Diagnostic| sources.file(d.primary.span.file).shown.as_str();
    findings.sort_by(|a, b| order(a).cmp(order(b)).then_with(|| a.order(b)));
}

/// Whether findings of a code are not looked for in this run.
fn off(levels: &Levels, code: &str) -> bool {
    codes::by_name(code).is_some_and(|code| levels.of(code) == Severity::Allow)
}

/// What was counted, with the severity that people set.
fn unlisted(levels: &Levels, more: &check::More) -> Vec<Unlisted> {
    let known = more.iter().filter_map(|(name, count)| {
        let code = codes::by_name(name)?;
        let severity = levels.of(code);
        (severity != Severity::Allow).then_some(Unlisted {
            code,
            severity,
            count: *count,
        })
    });
    known.collect()
}

/// Gives findings the severity that people set, and drops those they don't want.
fn settle(levels: &Levels, findings: &mut Diags) {
    for diagnostic in findings.iter_mut() {
        diagnostic.severity = levels.of(diagnostic.code);
    }
    findings.retain(|diagnostic| diagnostic.severity != Severity::Allow);
}

fn count(model: &Model, home: &impl Fn(FileId) -> bool, counts: &mut Counts) {
    for policy in model.policies.iter().filter(|p| home(p.span.file)) {
        counts.policies += 1;
        let own = policy.rules.iter();
        counts.rules += own
            .filter(|rule| rule.span.file == policy.span.file)
            .count();
    }
    for plan in &model.plans {
        counts.plans += 1;
        counts.flows += plan.edges.len();
    }
    for test in &model.tests {
        counts.expectations += test.expectations.len() * test.policies.len().max(1);
    }
}
