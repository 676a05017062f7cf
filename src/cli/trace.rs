//! `abide trace`: where data goes in a plan, and what a party would receive.

use super::exit;
use super::output::unless_closed;
use super::question;
use super::shared::{Judging, Paths};
use crate::analyze::trace::{Step, holders, trace};
use crate::check::Judge;
use crate::check::plans;
use crate::check::situation::party_of;
use crate::model::plans::NodeKind;
use crate::model::vocabulary::{Kind, NameId};
use crate::model::{EdgeKind, Model, Plan};
use crate::project::levels::nearest;
use crate::report::visible;
use fixedbitset::FixedBitSet;
use std::io::Write;

/// Options.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The data to follow; left out with --to
    #[arg(required_unless_present = "to")]
    data: Option<String>,
    #[command(flatten)]
    paths: Paths,
    #[command(flatten)]
    pub(super) judging: Judging,
    /// Only these plans
    #[arg(long, value_name = "NAME")]
    plan: Vec<String>,
    /// The other way round: all that this party would receive
    #[arg(long, value_name = "PARTY")]
    to: Option<String>,
}

/// Follows, and prints a tree for each plan.
pub fn run(args: &Args) -> Result<u8, String> {
    let config = args.paths.config()?;
    let settings = args.judging.settings(&config)?;
    // With --to the first word is a path, for there is no data to name.
    let mut paths = args.paths.clone();
    let mut data = args.data.clone();
    if args.to.is_some()
        && let Some(word) = data.take()
    {
        paths.paths.insert(0, word.into());
    }
    let asked = question::load(&paths, &config, &settings)?;
    let model = &asked.model;
    for name in &args.plan {
        if !model.plans.iter().any(|plan| plan.name == *name) {
            let known = model.plans.iter().map(|plan| plan.name.as_str());
            let hint = nearest(name, known)
                .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            return Err(format!("there is no plan `{name}`{hint}"));
        }
    }
    let mut judge = Judge::new(model, settings.today).within(asked.loaded.limits.labels);
    let mut text = String::new();
    let wanted = |plan: &&Plan| args.plan.is_empty() || args.plan.contains(&plan.name);
    for plan in model.plans.iter().filter(wanted) {
        let outcome = plans::judge(&mut judge, plan);
        if outcome.overfull {
            let name = &plan.name;
            return Err(format!(
                "more labels spread in `{name}` than the limit, so there is no answer"
            ));
        }
        if let Some(party) = &args.to {
            let party = named(model, Kind::Party, party)?;
            text += &received(model, plan, &outcome, &party);
        } else {
            let name = data.as_deref().unwrap_or("any");
            let set = named(model, Kind::Data, name)?;
            let steps = trace(&judge, plan, &outcome, &set);
            if steps.is_empty() {
                continue;
            }
            text += &format!("{}: where {name} goes\n", plan.name);
            for step in &steps {
                let from = plan.edge(step.edge).from();
                text += &format!("  {}\n", plan.node(from).name());
                print(model, plan, step, 2, &mut text);
            }
            let ends: Vec<String> = holders(plan, &outcome, &set)
                .into_iter()
                .map(|node| who(model, plan, node))
                .collect();
            text += &format!("  could be held in the end by {}\n\n", ends.join(", "));
        }
    }
    if text.is_empty() {
        return Err("no plan in these files carries it".to_string());
    }
    let mut out = std::io::stdout().lock();
    unless_closed(
        out.write_all(visible(&text).as_bytes())
            .and_then(|()| out.flush()),
    )?;
    Ok(exit::CLEAN)
}

fn print(model: &Model, plan: &Plan, step: &Step, depth: usize, text: &mut String) {
    let edge = plan.edge(step.edge);
    let verb = match &edge.kind {
        EdgeKind::Arrow { .. } => format!("-> {}", who(model, plan, step.node)),
        EdgeKind::Uses { .. } => "uses it".to_string(),
        EdgeKind::Derives { .. } => "derives".to_string(),
    };
    let form = if step.forms == "identifiable" {
        String::new()
    } else {
        format!(" as {}", step.forms)
    };
    let purpose = match &edge.purpose {
        Some(list) => format!(" for {}", model.vocabulary.show_list(Kind::Purpose, list)),
        None => String::new(),
    };
    let mark = if step.codes.is_empty() {
        "✓".to_string()
    } else {
        format!("✗ {}", step.codes.join(", "))
    };
    let again = if step.seen { " (as above)" } else { "" };
    let indent = "   ".repeat(depth - 2);
    *text += &format!(
        "  {indent}└─ {verb}: {}{form}{purpose}  {mark}{again}\n",
        step.data
    );
    for next in &step.next {
        print(model, plan, next, depth + 1, text);
    }
}

fn received(model: &Model, plan: &Plan, outcome: &plans::Outcome, party: &FixedBitSet) -> String {
    let mut text = String::new();
    for (at, node) in plan.nodes.iter().enumerate() {
        let is_party = !party_of(&model.vocabulary, &node).is_disjoint(party);
        if !is_party || node.kind == NodeKind::Source {
            continue;
        }
        let labels = &outcome.graph.labels;
        let mut data = FixedBitSet::with_capacity(model.vocabulary.of(Kind::Data).len());
        for label in outcome.spread.held(at) {
            data.insert(labels.get(label).data.0 as usize);
        }
        let what = if data.is_clear() {
            "nothing".to_string()
        } else {
            model.vocabulary.show_set(Kind::Data, &data)
        };
        text += &format!("{}: {} receives {what}\n", plan.name, who(model, plan, at));
    }
    text
}

/// A node with its party and place.
fn who(model: &Model, plan: &Plan, node: usize) -> String {
    let node = plan.node(node);
    let mut notes = Vec::new();
    if let Some(party) = &node.party {
        notes.push(model.vocabulary.show_list(Kind::Party, party));
    }
    if let Some(place) = &node.place {
        notes.push(format!(
            "in {}",
            model.vocabulary.show_list(Kind::Region, place)
        ));
    }
    if notes.is_empty() {
        node.name().to_string()
    } else {
        format!("{} ({})", node.name(), notes.join(", "))
    }
}

/// The set of a name, by its short name or the path that messages show.
fn named(model: &Model, kind: Kind, name: &str) -> Result<FixedBitSet, String> {
    let hierarchy = model.vocabulary.of(kind);
    let found = hierarchy
        .names
        .iter()
        .position(|info| info.shown == name || info.name == name);
    match found {
        Some(at) => Ok(hierarchy.set(NameId(at as u32)).clone()),
        None => {
            let known = hierarchy.names.iter().map(|info| info.shown.as_str());
            let hint = nearest(name, known)
                .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            Err(format!("no {} is called `{name}`{hint}", kind.word()))
        }
    }
}
