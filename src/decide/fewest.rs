//! The fewest facts that settle an act (§6).

use super::diagram::Diagram;
use super::space::Space;
use crate::model::Vocabulary;
use crate::model::vocabulary::{Kind, Literal, NameId};
use fixedbitset::FixedBitSet;
use std::collections::BTreeSet;

/// Steps of the search after which it gives up and names nothing: far beyond what policies that
/// people write need, and a bound on those that nobody wrote.
const STEPS: usize = 200_000;

/// All sets of literals of the least size such that some of `worlds` remains and all that remain
/// are in `good`, less those strictly stronger than another. Both arguments depend on facts alone.
/// Empty where no set does, or where none is found within a fixed number of steps; if all worlds
/// are good already, the empty set is the only answer.
pub fn fewest(
    space: &Space,
    vocabulary: &Vocabulary,
    worlds: &Diagram,
    good: &Diagram,
) -> Vec<Vec<Literal>> {
    if worlds.and(good).is_none() {
        return Vec::new();
    }
    let related = related(space, vocabulary, good);
    let worlds = worlds.some(|bit| {
        bit >= space.first_fact() && !related.contains((bit - space.first_fact()) as usize + 1)
    });
    let mut search = Search {
        space,
        good,
        found: BTreeSet::new(),
        steps: 0,
    };
    for size in 0..=related.count_ones(..) {
        search.extend(&worlds, &mut Vec::new(), size);
        if !search.found.is_empty() || search.steps > STEPS {
            break;
        }
    }
    let found: Vec<(Vec<Literal>, Diagram)> = search
        .found
        .into_iter()
        .map(|literals| {
            let left = worlds.and(&space.literals(literals.iter().copied()));
            (literals, left)
        })
        .collect();
    let stronger = |left: &Diagram| {
        found
            .iter()
            .any(|(_, other)| left.within(other) && left != other)
    };
    found
        .iter()
        .filter(|(_, left)| !stronger(left))
        .map(|(literals, _)| literals.clone())
        .collect()
}

struct Search<'a> {
    space: &'a Space,
    good: &'a Diagram,
    found: BTreeSet<Vec<Literal>>,
    steps: usize,
}

impl Search<'_> {
    /// Adds `left` more literals. Any answer must exclude a given bad world, so it has a literal
    /// that is false there: only those are tried. A fact on which no bad world depends can't help.
    fn extend(&mut self, worlds: &Diagram, literals: &mut Vec<Literal>, left: usize) {
        self.steps += 1;
        if self.steps > STEPS || worlds.is_none() {
            return;
        }
        let bad = worlds.minus(self.good);
        let Some(world) = bad.first() else {
            let mut set = literals.clone();
            set.sort_unstable();
            self.found.insert(set);
            return;
        };
        if left == 0 {
            return;
        }
        for bit in bad.support() {
            let literal = Literal {
                fact: NameId((bit - self.space.first_fact()) as u32 + 1),
                holds: !world[bit as usize],
            };
            literals.push(literal);
            let narrowed = worlds.and(&self.space.fact(literal.fact, literal.holds));
            self.extend(&narrowed, literals, left - 1);
            literals.pop();
        }
    }
}

/// Facts that bear on a set: those it depends on, and all that laws tie to them.
fn related(space: &Space, vocabulary: &Vocabulary, good: &Diagram) -> FixedBitSet {
    let facts = vocabulary.of(Kind::Fact);
    let mut known = FixedBitSet::with_capacity(facts.len());
    let mut open: Vec<NameId> = good
        .support()
        .into_iter()
        .filter(|bit| *bit >= space.first_fact())
        .map(|bit| NameId((bit - space.first_fact()) as u32 + 1))
        .collect();
    while let Some(fact) = open.pop() {
        if fact.0 == 0 || known.put(fact.0 as usize) {
            continue;
        }
        let info = &facts.names[fact.0 as usize];
        open.extend(info.parents.iter().chain(&info.children));
        for (a, b) in &vocabulary.excludes {
            if *a == fact {
                open.push(*b);
            }
            if *b == fact {
                open.push(*a);
            }
        }
    }
    known
}
