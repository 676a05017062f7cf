//! Acts, facts and verdicts in words, as they stand in messages.

use crate::check::expectations::Group;
use crate::check::judge::Verdict;
use crate::decide::{Acts, Dim};
use crate::diag::FlowFinding;
use crate::model::vocabulary::{ANY, Kind, Literal, NameId, form, party};
use crate::model::{Action, Model, Vocabulary};
use fixedbitset::FixedBitSet;

/// A verdict in words, for the middle of a sentence.
pub fn said(model: &Model, group: &Group) -> String {
    match group.verdict {
        None => "fine".to_string(),
        Some(Verdict::Forbidden) => "forbidden".to_string(),
        Some(Verdict::KeptTooLong) => "forbidden for so long".to_string(),
        Some(Verdict::Undeclared) => "undeclared: no rule permits it".to_string(),
        Some(Verdict::Conditional) => {
            let ways: Vec<String> = group
                .facts
                .iter()
                .map(|facts| literals(&model.vocabulary, facts))
                .collect();
            format!("conditional: it needs {}", ways.join(", or "))
        }
        Some(Verdict::MissingDuty) => format!(
            "in want of a duty: {}",
            duty_names(&model.vocabulary, &group.duties).join(", ")
        ),
    }
}

/// An act in words: "share `email-address` as `hashed` with `carrier` for `routing`".
pub fn describe(vocabulary: &Vocabulary, action: Action, acts: &Acts) -> String {
    sentence(vocabulary, action, acts, false)
}

/// The same, with everything that sets the acts apart from others: also where people live, where data
/// was collected, and who acts, which a plan has said already.
pub fn describe_fully(vocabulary: &Vocabulary, action: Action, acts: &Acts) -> String {
    sentence(vocabulary, action, acts, true)
}

pub(super) fn sentence(
    vocabulary: &Vocabulary,
    action: Action,
    acts: &Acts,
    fully: bool,
) -> String {
    let all = named(vocabulary, acts);
    let mut text = format!("{} {}", action.word(), all.data);
    if all.forms != show_identifiable(vocabulary) && !all.forms.is_empty() && all.forms != "any" {
        text += &format!(" as {}", all.forms);
    }
    let part = |dim: Dim| match vocabulary.show_set(dim.kind(), acts.of(dim)) {
        shown if shown == "any" || !fully => String::new(),
        shown => shown,
    };
    let (resident, context) = (part(Dim::Resident), part(Dim::Context));
    let subjects = !all.subjects.is_empty() && (all.subjects != "any" || !resident.is_empty());
    if subjects {
        text += &format!(" of {}", all.subjects);
    }
    if !resident.is_empty() {
        text += &format!(" resident in {resident}");
    }
    if !context.is_empty() {
        text += &format!(" on {context}");
    }
    // Rules mean us with all below us where they say nothing, tests mean us alone.
    let (actor, us) = (
        acts.of(Dim::Actor),
        vocabulary.of(Kind::Party).set(party::US),
    );
    let ours = actor == us || actor.ones().eq([party::US.0 as usize]);
    if fully && !ours && !actor.is_clear() {
        text += &format!(" by {}", vocabulary.show_set(Kind::Party, actor));
    }
    let usual = match action {
        Action::Share | Action::Sell => vocabulary.of(Kind::Party).set(party::THIRD_PARTY),
        _ => vocabulary.of(Kind::Party).set(ANY),
    };
    if !all.counterparty.is_empty() && acts.of(Dim::Counterparty) != usual {
        let word = if action == Action::Collect {
            "from"
        } else {
            "with"
        };
        text += &format!(" {word} {}", all.counterparty);
    }
    if all.purposes != "any" && !all.purposes.is_empty() {
        text += &format!(" for {}", all.purposes);
    }
    if all.place != "any" && !all.place.is_empty() {
        text += &format!(" in {}", all.place);
    }
    let regions = [("from", Dim::From), ("to", Dim::To)];
    for (word, dim) in regions {
        let region = vocabulary.show_set(Kind::Region, acts.of(dim));
        if !region.is_empty() && region != "any" {
            text += &format!(" {word} {region}");
        }
    }
    text
}

/// "add: given consent", "rule out: gpc-signal": one line a way.
pub fn conditions(vocabulary: &Vocabulary, sets: &[Vec<Literal>]) -> Vec<String> {
    sets.iter()
        .enumerate()
        .map(|(at, facts)| {
            let or = if at == 0 { "" } else { "or " };
            let name = |literal: &Literal| vocabulary.of(Kind::Fact).shown(literal.fact);
            if facts.iter().all(|literal| !literal.holds) {
                let names: Vec<&str> = facts.iter().map(name).collect();
                format!(
                    "{or}rule out: {} (given {})",
                    names.join(", "),
                    literals(vocabulary, facts)
                )
            } else {
                format!("{or}add: given {}", literals(vocabulary, facts))
            }
        })
        .collect()
}

/// The acts as a permission would name them: forms left out where they are the usual ones.
pub(super) fn for_rule(vocabulary: &Vocabulary, acts: &Acts) -> Acts {
    let mut acts = acts.clone();
    // Subjects and places are rarely what a permission is about.
    acts.sets[Dim::Subject as usize] = vocabulary.of(Kind::Subject).set(ANY).clone();
    acts.sets[Dim::Place as usize] = FixedBitSet::new();
    acts
}

/// The lists of acts in the language's own words.
pub(super) fn named(vocabulary: &Vocabulary, acts: &Acts) -> FlowFinding {
    let show = |dim: Dim| vocabulary.show_set(dim.kind(), acts.of(dim));
    FlowFinding {
        data: show(Dim::Data),
        forms: show(Dim::Form),
        counterparty: show(Dim::Counterparty),
        purposes: show(Dim::Purpose),
        place: show(Dim::Place),
        subjects: show(Dim::Subject),
        ..FlowFinding::default()
    }
}

pub(super) fn fact_lists(vocabulary: &Vocabulary, sets: &[Vec<Literal>]) -> Vec<Vec<String>> {
    sets.iter()
        .map(|facts| facts.iter().map(|f| literal(vocabulary, f)).collect())
        .collect()
}

pub(super) fn literal(vocabulary: &Vocabulary, literal: &Literal) -> String {
    let name = vocabulary.of(Kind::Fact).shown(literal.fact);
    if literal.holds {
        name.to_string()
    } else {
        format!("not {name}")
    }
}

/// Literals as `given` takes them.
pub fn literals(vocabulary: &Vocabulary, facts: &[Literal]) -> String {
    let all: Vec<String> = facts.iter().map(|f| literal(vocabulary, f)).collect();
    all.join(", ")
}

/// The names of duties.
pub fn duty_names(vocabulary: &Vocabulary, duties: &[NameId]) -> Vec<String> {
    duties
        .iter()
        .map(|duty| vocabulary.of(Kind::Duty).shown(*duty).to_string())
        .collect()
}

pub(super) fn ticked(names: &[String]) -> String {
    let all: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    all.join(", ")
}

pub(super) fn identifiable(vocabulary: &Vocabulary) -> &FixedBitSet {
    vocabulary.of(Kind::Form).set(form::IDENTIFIABLE)
}

pub(super) fn show_identifiable(vocabulary: &Vocabulary) -> String {
    vocabulary.show_set(Kind::Form, identifiable(vocabulary))
}
