//! One act of a set, in the words of a test, so that it can be asked about.

use crate::decide::{Diagram, Dim, Space};
use crate::model::vocabulary::{Kind, NameId};
use crate::model::{Action, Vocabulary};
use fixedbitset::FixedBitSet;

/// The first act of a set (facts included) as a flow in one line; `None` of the empty set. Only
/// dimensions that matter to the set are named: what is left out may be anything.
pub fn line(
    space: &Space,
    vocabulary: &Vocabulary,
    action: Action,
    set: &Diagram,
) -> Option<String> {
    let bits = set.first()?;
    let support = set.support();
    let matters = |dim: Dim| support.iter().any(|bit| space.bits_of(dim).contains(bit));
    let name = |dim: Dim| {
        let atom = space.atom_in(dim, &bits);
        let mut one = FixedBitSet::with_capacity(vocabulary.of(dim.kind()).len());
        one.insert(atom.0 as usize);
        vocabulary.show_set(dim.kind(), &one)
    };
    let mut text = format!("{} {}", action.word(), name(Dim::Data));
    let with = if action == Action::Collect {
        "from"
    } else {
        "with"
    };
    let clauses = [
        ("as", Dim::Form),
        ("of", Dim::Subject),
        ("resident in", Dim::Resident),
        ("on", Dim::Context),
        ("by", Dim::Actor),
        (with, Dim::Counterparty),
        ("from", Dim::From),
        ("to", Dim::To),
        ("for", Dim::Purpose),
        ("in", Dim::Place),
    ];
    for (word, dim) in clauses {
        if dim == Dim::Resident {
            if matters(dim) {
                if !matters(Dim::Subject) {
                    text += " of any";
                }
                text += &format!(" resident in {}", name(dim));
            }
        } else if matters(dim) {
            text += &format!(" {word} {}", name(dim));
        }
    }
    if action == Action::Retain && support.iter().any(|bit| space.time_bits().contains(bit)) {
        text += &time(space, &bits, &name(Dim::Event));
    }
    let facts: Vec<String> = space
        .fact_ids()
        .filter(|fact| support.contains(&space.fact_bit(*fact)))
        .map(|fact| literal(vocabulary, fact, bits[space.fact_bit(fact) as usize]))
        .collect();
    if !facts.is_empty() {
        text += &format!(" given {}", facts.join(", "));
    }
    Some(text)
}

fn literal(vocabulary: &Vocabulary, fact: NameId, holds: bool) -> String {
    let name = vocabulary.of(Kind::Fact).shown(fact);
    if holds {
        name.to_string()
    } else {
        format!("not {name}")
    }
}

/// A time of the class that a vector is in; nothing for *without limit*.
fn time(space: &Space, bits: &[bool], event: &str) -> String {
    let hours = match space.time_in(bits) {
        Ok(hours) => hours,
        Err(Some(longest)) => longest + 1,
        Err(None) => return String::new(),
    };
    format!(" {} after {event}", in_words(hours))
}

/// Hours in the largest unit that says them exactly.
pub fn in_words(hours: u64) -> String {
    let units = [
        (24 * 365, "year"),
        (24 * 365 / 12, "month"),
        (24 * 7, "week"),
        (24, "day"),
    ];
    for (length, word) in units {
        if hours > 0 && hours % length == 0 {
            let count = hours / length;
            return format!("{count} {word}{}", if count == 1 { "" } else { "s" });
        }
    }
    format!("{hours} hour{}", if hours == 1 { "" } else { "s" })
}
