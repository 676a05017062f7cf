//! `abide diff`: two policies compared exactly.

use super::exit;
use super::output::unless_closed;
use super::question;
use super::shared::{Judging, Paths, SettingsFlags};
use crate::analyze::ask;
use crate::analyze::diff::{Change, Class, Difference, Row, diff};
use crate::check::Judge;
use crate::check::expectations::Group;
use crate::check::judge::Verdict;
use crate::check::wording::{describe_fully, duty_names, literals};
use crate::decide::Dim;
use crate::model::vocabulary::ANY;
use crate::model::{Model, PolicyId, Rule};
use crate::project::{Input, load};
use crate::report::{machine, visible};
use crate::source::{FileId, SourceMap};
use clap::ValueEnum;
use serde::Serialize;
use std::io::Write;
use std::path::PathBuf;

/// Options.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The old policy: a name, a file, or REVISION:FILE
    old: String,
    /// The new policy, likewise; left out, OLD is compared with what it supersedes
    new: Option<String>,
    /// Files and folders in which policies are looked up by name
    #[arg(long, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    project: SettingsFlags,
    #[command(flatten)]
    pub(super) judging: Judging,
    /// How to show it
    #[arg(short, long, default_value = "text")]
    format: Format,
    /// Exit 1 if the new policy is looser somewhere
    #[arg(long)]
    deny_looser: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Markdown,
}

/// Acts listed of one change before the rest is counted.
const MOST: usize = 6;

/// Compares and shows.
pub fn run(args: &Args) -> Result<u8, String> {
    let config = args.project.load(&args.paths)?;
    let settings = args.judging.settings(&config)?;
    let is_file = |name: &str| name.contains(':') || PathBuf::from(name).exists();
    let mut input = Input {
        paths: args.paths.clone(),
        config: config.clone(),
        ..Input::default()
    };
    let mut by_name = false;
    for name in [Some(&args.old), args.new.as_ref()].into_iter().flatten() {
        match name.split_once(':') {
            Some((revision, path)) => input
                .revisions
                .push((revision.to_string(), PathBuf::from(path))),
            None if is_file(name) => input.paths.push(PathBuf::from(name)),
            None => by_name = true,
        }
    }
    if by_name && args.paths.is_empty() {
        let paths = Paths {
            paths: Vec::new(),
            stdin_filename: String::new(),
            settings: args.project.clone(),
        };
        input.paths.extend(paths.input(&config)?.paths);
    }
    let asked = question::lowered(load(&input)?, &settings)?;
    let model = &asked.model;
    let find = |name: &str| -> Result<PolicyId, String> {
        if is_file(name) {
            of_file(model, &asked.loaded.sources, name)
        } else {
            question::policy(model, name)
        }
    };
    let (old, new) = match &args.new {
        Some(new) => (find(&args.old)?, find(new)?),
        None => {
            let new = find(&args.old)?;
            let old = model
                .policy(new)
                .supersedes
                .first()
                .copied()
                .ok_or_else(|| {
                    format!(
                        "`{}` supersedes no policy; name the one to compare it with",
                        args.old
                    )
                })?;
            (old, new)
        }
    };
    let mut judge = Judge::new(model, settings.today);
    for policy in [old, new] {
        if !judge.is_whole(policy) {
            let name = &model.policy(policy).name;
            return Err(format!(
                "`{name}` is too large to be compared; `abide explain policy-too-large` tells more"
            ));
        }
    }
    let difference = diff(&mut judge, old, new);
    let document = document(&mut judge, &asked.loaded.sources, old, new, &difference);
    let text = match args.format {
        Format::Json => machine::text(&document).map_err(|e| e.to_string())?,
        Format::Text => in_words(&document),
        Format::Markdown => markdown(&document),
    };
    let mut out = std::io::stdout().lock();
    unless_closed(
        out.write_all(visible(&text).as_bytes())
            .and_then(|()| out.flush()),
    )?;
    let looser = args.deny_looser && difference.looser.is_some();
    Ok(if looser { exit::FINDINGS } else { exit::CLEAN })
}

/// The one policy that a file declares.
fn of_file(model: &Model, sources: &SourceMap, name: &str) -> Result<PolicyId, String> {
    let shown = match name.split_once(':') {
        Some(_) => name.to_string(),
        None => crate::project::files::shown(&PathBuf::from(name)),
    };
    let found: Vec<usize> = (0..model.policies.len())
        .filter(|at| sources.file(model.policies[*at].span.file).shown == shown)
        .collect();
    match found.as_slice() {
        [one] => Ok(PolicyId(*one as u32)),
        [] => Err(format!("`{name}` declares no policy")),
        _ => Err(format!(
            "`{name}` declares several policies; compare them by name"
        )),
    }
}

#[derive(Debug, Serialize)]
struct Document {
    old: String,
    new: String,
    rows: Vec<RowOf>,
    nowhere_looser: bool,
    looser: Option<String>,
}

#[derive(Debug, Serialize)]
struct RowOf {
    section: String,
    name: String,
    old: Option<Place>,
    new: Option<Place>,
    changes: Vec<ChangeOf>,
}

impl RowOf {
    /// The changes that people are shown.
    fn changes(&self) -> impl Iterator<Item = &ChangeOf> {
        self.changes.iter().filter(|change| !change.formless)
    }
}

#[derive(Debug, Serialize)]
struct Place {
    file: String,
    line: u32,
    citations: Vec<String>,
}

#[derive(Debug, Serialize)]
struct ChangeOf {
    was: &'static str,
    now: &'static str,
    acts: Vec<String>,
    witness: Option<String>,
    /// What the witness needed before, as a plan would say it, where it needed anything.
    before: Option<String>,
    /// What it needs now.
    after: Option<String>,
    /// It is about data alone of which not even the form is known, neither identifiable nor anonymous:
    /// exact, but nothing that people ask.
    #[serde(skip)]
    formless: bool,
}

fn document(
    judge: &mut Judge,
    sources: &SourceMap,
    old: PolicyId,
    new: PolicyId,
    difference: &Difference,
) -> Document {
    let model = judge.model;
    Document {
        old: model.policy(old).name.clone(),
        new: model.policy(new).name.clone(),
        rows: difference
            .rows
            .iter()
            .map(|row| row_of(judge, sources, old, new, row))
            .collect(),
        nowhere_looser: difference.looser.is_none(),
        looser: difference.looser.clone(),
    }
}

fn row_of(
    judge: &mut Judge,
    sources: &SourceMap,
    before: PolicyId,
    after: PolicyId,
    row: &Row,
) -> RowOf {
    let model = judge.model;
    let (old, new) = (before, after);
    let old = row.old.map(|at| &model.policy(old).rules[at]);
    let new = row.new.map(|at| &model.policy(new).rules[at]);
    let place = |rule: &Rule| Place {
        file: sources.file(rule.span.file).shown.clone(),
        line: sources.start(rule.span).line,
        citations: rule.citations.iter().map(|c| c.text.clone()).collect(),
    };
    let shown = new.or(old);
    RowOf {
        section: shown.map_or("Header".to_string(), |rule| rule.sections.join(" › ")),
        name: match shown {
            Some(Rule {
                label: Some(label), ..
            }) => label.clone(),
            Some(rule) => sources
                .slice(rule.span)
                .lines()
                .next()
                .unwrap_or_default()
                .trim()
                .to_string(),
            None => "open, closed or yields to".to_string(),
        },
        old: old.map(place),
        new: new.map(place),
        changes: row
            .changes
            .iter()
            .map(|change| change_of(judge, before, after, change))
            .collect(),
    }
}

fn change_of(judge: &mut Judge, old: PolicyId, new: PolicyId, change: &Change) -> ChangeOf {
    let model = judge.model;
    let (before, after) = why(judge, old, new, change);
    let formless = change.acts.iter().all(|(_, all)| {
        let mut forms = all.iter().map(|acts| acts.of(Dim::Form));
        forms.all(|forms| forms.ones().eq([ANY.0 as usize]))
    });
    let acts = change.acts.iter().flat_map(|(action, all)| {
        all.iter()
            .map(|acts| describe_fully(&model.vocabulary, *action, acts))
    });
    ChangeOf {
        was: change.was.word(),
        now: change.now.word(),
        acts: acts.collect(),
        witness: change.witness.clone(),
        before,
        after,
        formless,
    }
}

/// What the witness needed before, and what it needs now: facts or duties, where it needs any.
fn why(
    judge: &mut Judge,
    old: PolicyId,
    new: PolicyId,
    change: &Change,
) -> (Option<String>, Option<String>) {
    let needs = |class: Class| matches!(class, Class::Conditional | Class::Bound);
    let (Some(line), true) = (&change.witness, needs(change.was) || needs(change.now)) else {
        return (None, None);
    };
    let model = judge.model;
    let read = ask::read(model, FileId(0), line, &mut Vec::new());
    let mut groups = |policy| {
        let read = read.as_ref()?;
        ask::groups(judge, read, policy)
    };
    let (Some(before), Some(after)) = (groups(old), groups(new)) else {
        return (None, None);
    };
    // A line may stand for acts that need different things: one act is shown.
    let one = before.iter().find_map(|a| {
        let meets = |b: &&Group| meet(a, b);
        after.iter().find(meets).map(|b| (a, b))
    });
    let Some((a, b)) = one else {
        return (None, None);
    };
    (needed(model, a), needed(model, b))
}

/// The facts or duties that acts need, in the words of a plan.
fn needed(model: &Model, group: &Group) -> Option<String> {
    match group.verdict? {
        Verdict::Conditional => {
            let facts = group.facts.iter();
            let ways: Vec<String> = facts.map(|f| literals(&model.vocabulary, f)).collect();
            Some(format!("given {}", ways.join(", or given ")))
        }
        Verdict::MissingDuty => {
            let duties = duty_names(&model.vocabulary, &group.duties);
            Some(format!("fulfilling {}", duties.join(", ")))
        }
        _ => None,
    }
}

/// Whether two groups have an act in common.
fn meet(a: &Group, b: &Group) -> bool {
    let sets = a.acts.sets.iter().zip(&b.acts.sets);
    sets.clone()
        .all(|(a, b)| a.is_clear() && b.is_clear() || !a.is_disjoint(b))
}

fn title(change: &ChangeOf) -> String {
    if change.was == change.now {
        format!("otherwise {}", change.now)
    } else {
        format!("now {}, was {}", change.now, change.was)
    }
}

fn whence(row: &RowOf) -> String {
    let at = |place: &Place| format!("{}:{}", place.file, place.line);
    match (&row.old, &row.new) {
        (Some(old), Some(new)) => format!("{} → {}", at(old), at(new)),
        (Some(old), None) => format!("gone, was {}", at(old)),
        (None, Some(new)) => format!("new, {}", at(new)),
        (None, None) => "header".to_string(),
    }
}

fn in_words(document: &Document) -> String {
    let mut text = format!("{} → {}\n", document.old, document.new);
    let mut section = None;
    for row in document
        .rows
        .iter()
        .filter(|row| row.changes().next().is_some())
    {
        if section != Some(&row.section) {
            section = Some(&row.section);
            text += &format!("\n{}\n", row.section);
        }
        text += &format!("  {}  ({})\n", row.name, whence(row));
        for change in row.changes() {
            text += &format!("    {}:\n", title(change));
            for acts in change.acts.iter().take(MOST) {
                text += &format!("      {acts}\n");
            }
            if change.acts.len() > MOST {
                text += &format!("      and {} more\n", change.acts.len() - MOST);
            }
            if let Some(witness) = &change.witness {
                text += &format!("      for one: {witness}\n");
            }
            for (word, said) in [("before", &change.before), ("now", &change.after)] {
                if let Some(said) = said {
                    text += &format!("        {word} {said}\n");
                }
            }
        }
    }
    text + "\n" + &last_line(document) + "\n"
}

fn last_line(document: &Document) -> String {
    match &document.looser {
        _ if document.rows.is_empty() => {
            format!("{} and {} say the same", document.old, document.new)
        }
        None => format!("{} is nowhere looser than {}", document.new, document.old),
        Some(witness) => format!(
            "{} is looser than {}, for one: {witness}",
            document.new, document.old
        ),
    }
}

fn markdown(document: &Document) -> String {
    let cell = |text: &str| text.replace('|', "\\|").replace('\n', " ");
    let mut text = format!("### {} → {}\n\n", document.old, document.new);
    text += "| section | rule | change | acts | for one |\n|---|---|---|---|---|\n";
    for row in &document.rows {
        for change in row.changes() {
            let mut acts: Vec<String> = change
                .acts
                .iter()
                .take(MOST)
                .map(|acts| format!("`{}`", cell(acts)))
                .collect();
            if change.acts.len() > MOST {
                acts.push(format!("and {} more", change.acts.len() - MOST));
            }
            let witness = change.witness.as_ref();
            let witness = witness.map_or(String::new(), |line| format!("`{}`", cell(line)));
            text += &format!(
                "| {} | {} | {} | {} | {} |\n",
                cell(&row.section),
                cell(&row.name),
                title(change),
                acts.join("<br>"),
                witness
            );
        }
    }
    text + "\n" + &last_line(document) + "\n"
}
