//! One act of a set, in the words of a test, so that it can be asked about.

use crate::decide::diagram::Digits;
use crate::decide::{Diagram, Dim, Product, Space};
use crate::model::vocabulary::{ANY, Kind, Literal, NameId, form, party};
use crate::model::{Action, Vocabulary};
use fixedbitset::FixedBitSet;

/// Acts tried before a set is given up as one that no single line can say.
const TRIES: usize = 8;

/// An act of a set (facts included) as a flow in one line. The line is as wide as it can be while
/// all its acts, in all worlds that agree with what it gives, are in the set: what it leaves out may
/// be whatever a test leaves out (§7). `None` where the set has no act in `worlds`, or none that one
/// line says (a recipient that must also be the datum's source takes two).
pub fn line(
    space: &Space,
    vocabulary: &Vocabulary,
    worlds: &Diagram,
    action: Action,
    set: &Diagram,
) -> Option<String> {
    let mut left = set.and(worlds);
    for _ in 0..TRIES {
        let bits = plainest(space, vocabulary, action, &left)?;
        if let Some(line) = line_of(space, vocabulary, worlds, action, set, &bits) {
            return Some(line);
        }
        let act: Vec<(u16, bool)> = (0..space.first_fact())
            .map(|bit| (bit, bits[bit as usize]))
            .collect();
        left = left.minus(&space.vector(&act));
    }
    None
}

/// The line of one act, widened; `None` where no line says it.
fn line_of(
    space: &Space,
    vocabulary: &Vocabulary,
    worlds: &Diagram,
    action: Action,
    set: &Diagram,
    bits: &[bool],
) -> Option<String> {
    let facts = facts(space, worlds, set, bits);
    let worlds = worlds.and(&space.literals(facts.iter().copied()));
    let (own, collected) = flags(space, bits);
    let mut acts = Product::new(space)
        .digits(time_of(space, bits))
        .and(space.own_source(own))
        .and(space.collected(collected));
    for dim in Dim::ALL {
        acts = acts.atoms(dim, &one(vocabulary, dim, space.atom_in(dim, bits)));
    }
    let mut acts = acts.acts();
    // Where it does not matter whether the counterparty is the datum's source, nothing says so.
    let own_bit = space.flag_bits().start;
    let either = acts.some(|bit| bit == own_bit);
    let own = if either.and(&worlds).within(set) {
        acts = either;
        None
    } else {
        Some(own)
    };
    let mut named: Vec<(Dim, Option<String>)> = Vec::new();
    for dim in Dim::ALL {
        let atom = space.atom_in(dim, bits);
        let inside = space.bits_of(dim);
        let free = acts.some(|bit| inside.contains(&bit));
        let fits = |atoms: &FixedBitSet| {
            let wider = free.and(&space.atoms(dim, atoms));
            wider.and(&worlds).within(set).then_some(wider)
        };
        let kind = dim.kind();
        let whole = vocabulary.of(kind).set(atom).clone();
        let usual = defaults(vocabulary, action, dim);
        let variable = match dim {
            Dim::Purpose if collected => Some("collected-purpose"),
            Dim::Counterparty if own == Some(true) => Some("its-source"),
            _ => None,
        };
        if let Some(variable) = variable {
            let (less, left) = all_but(vocabulary, dim, atom);
            let everyone = match dim {
                Dim::Counterparty => someone(vocabulary),
                _ => usual,
            };
            if let Some(wider) = fits(&everyone) {
                acts = wider;
                named.push((dim, Some(variable.to_string())));
            } else {
                acts = fits(&left)?;
                named.push((dim, Some(format!("{variable} other than {less}"))));
            }
            continue;
        }
        let except = match (dim, own) {
            (Dim::Counterparty, Some(false)) => "its-source",
            _ => "",
        };
        let omitted = dim != Dim::Data && dim != Dim::Event && except.is_empty();
        if omitted && let Some(wider) = fits(&usual) {
            acts = wider;
            named.push((dim, None));
            continue;
        }
        let atoms = if let Some(wider) = fits(&whole) {
            acts = wider;
            whole
        } else {
            one(vocabulary, dim, atom)
        };
        let name = vocabulary.show_set(kind, &atoms);
        let name = match (except.is_empty(), name.contains(" other than ")) {
            (true, _) => name,
            (false, true) => format!("{name}, {except}"),
            (false, false) => format!("{name} other than {except}"),
        };
        named.push((dim, Some(name)));
    }
    let name = |dim: Dim| {
        let (_, name) = named.iter().find(|(known, _)| *known == dim)?;
        name.clone()
    };
    let mut text = format!("{} {}", action.word(), name(Dim::Data).unwrap_or_default());
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
    for (word, dim) in clauses.into_iter().filter(|(_, dim)| has(action, *dim)) {
        if let Some(name) = name(dim) {
            if dim == Dim::Resident && !text.contains(" of ") {
                text += " of any";
            }
            text += &format!(" {word} {name}");
        }
    }
    if action == Action::Retain {
        text += &time(space, bits, &name(Dim::Event).unwrap_or_default());
    }
    if !facts.is_empty() {
        let facts: Vec<String> = facts
            .iter()
            .map(|fact| literal(vocabulary, fact.fact, fact.holds))
            .collect();
        text += &format!(" given {}", facts.join(", "));
    }
    Some(text)
}

/// What a flow in one line means where it leaves a dimension out.
fn defaults(vocabulary: &Vocabulary, action: Action, dim: Dim) -> FixedBitSet {
    let hierarchy = vocabulary.of(dim.kind());
    match dim {
        Dim::Form => hierarchy.set(form::IDENTIFIABLE).clone(),
        Dim::Actor => one(vocabulary, dim, party::US),
        Dim::Counterparty if matches!(action, Action::Share | Action::Sell) => {
            hierarchy.set(party::THIRD_PARTY).clone()
        }
        _ => hierarchy.set(ANY).clone(),
    }
}

fn has(action: Action, dim: Dim) -> bool {
    crate::check::findings::dims(action).contains(&dim)
}

fn one(vocabulary: &Vocabulary, dim: Dim, atom: NameId) -> FixedBitSet {
    let mut set = FixedBitSet::with_capacity(vocabulary.of(dim.kind()).len());
    set.insert(atom.0 as usize);
    set
}

/// An act of a set that is easy to say: by ourselves, not tied to the datum's source or to what it
/// was collected for, where the set has one.
fn plainest(
    space: &Space,
    vocabulary: &Vocabulary,
    action: Action,
    set: &Diagram,
) -> Option<Vec<bool>> {
    let us = space.atoms(Dim::Actor, &defaults(vocabulary, action, Dim::Actor));
    let wishes = [space.collected(false), space.own_source(false), us];
    let mut set = set.clone();
    for wish in wishes {
        let granted = set.and(&wish);
        if !granted.is_none() {
            set = granted;
        }
    }
    set.first()
}

/// Whether a vector's counterparty is the datum's own source, and its purpose a collected one.
fn flags(space: &Space, bits: &[bool]) -> (bool, bool) {
    let first = space.flag_bits().start as usize;
    (bits[first], bits[first + 1])
}

/// Whom `its-source` may be in a flow of one line.
fn someone(vocabulary: &Vocabulary) -> FixedBitSet {
    let parties = vocabulary.of(Kind::Party);
    let mut all = parties.set(party::THIRD_PARTY).clone();
    all.union_with(parties.set(party::US));
    all.union_with(parties.set(party::DATA_SUBJECT));
    all
}

/// Names that leave a name over when they are taken from any, and what else they leave.
fn all_but(vocabulary: &Vocabulary, dim: Dim, atom: NameId) -> (String, FixedBitSet) {
    let hierarchy = vocabulary.of(dim.kind());
    let mut less = FixedBitSet::with_capacity(hierarchy.len());
    for id in hierarchy.set(ANY).ones() {
        let set = hierarchy.set(NameId(id as u32));
        if !set.contains(atom.0 as usize) {
            less.union_with(set);
        }
    }
    let mut left = hierarchy.set(ANY).clone();
    left.difference_with(&less);
    (vocabulary.show_set(dim.kind(), &less), left)
}

fn time_of(space: &Space, bits: &[bool]) -> Digits {
    match space.time_in(bits) {
        Ok(hours) => space.kept(Some(hours)),
        Err(Some(longest)) => space.kept(Some(longest + 1)),
        Err(None) => space.kept(None),
    }
}

/// The fewest facts, dropped one by one from those of a vector, with which its act stays in the set.
fn facts(space: &Space, worlds: &Diagram, set: &Diagram, bits: &[bool]) -> Vec<Literal> {
    let act: Vec<(u16, bool)> = (0..space.first_fact())
        .map(|bit| (bit, bits[bit as usize]))
        .collect();
    let good = set.restrict(&act);
    let mut literals: Vec<Literal> = space
        .fact_ids()
        .map(|fact| Literal {
            fact,
            holds: bits[space.fact_bit(fact) as usize],
        })
        .collect();
    // Facts that do not hold go first: what is not said is the easier to leave out.
    literals.sort_by_key(|literal| literal.holds);
    let mut at = 0;
    while at < literals.len() {
        let mut fewer = literals.clone();
        fewer.remove(at);
        let left = worlds.and(&space.literals(fewer.iter().copied()));
        if left.within(&good) {
            literals = fewer;
        } else {
            at += 1;
        }
    }
    literals.sort_unstable();
    literals
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
        if hours > 0 && hours.is_multiple_of(length) {
            let count = hours / length;
            return format!("{count} {word}{}", if count == 1 { "" } else { "s" });
        }
    }
    format!("{hours} hour{}", if hours == 1 { "" } else { "s" })
}
