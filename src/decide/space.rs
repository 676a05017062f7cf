//! The space of acts: which bits stand for which dimension, and sets of names as sets of acts.
//!
//! Each hierarchy is numbered by a walk of its tree that visits a name after what is below it, so
//! that the set of a name is an interval wherever the hierarchy is a tree. The root `any` comes
//! last and owns the numbers left over up to a power of two: every bit vector is then an act, and
//! complements need no correction. Facts come last, so that "in some world" is one projection.

use super::diagram::{Diagram, Digits};
use crate::model::rules::Condition;
use crate::model::vocabulary::{ANY, Date, Kind, Literal, NameId, is_variable};
use crate::model::{Hierarchy, NameSet, Vocabulary};
use fixedbitset::FixedBitSet;
use std::ops::Range;

/// A dimension of acts, in the order of their bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dim {
    /// Data.
    Data,
    /// Counterparty.
    Counterparty,
    /// Purpose.
    Purpose,
    /// Form.
    Form,
    /// Data subject.
    Subject,
    /// Residence of the data subject.
    Resident,
    /// Product or surface of collection.
    Context,
    /// Actor.
    Actor,
    /// Place of the data after the act.
    Place,
    /// Region a transfer leaves.
    From,
    /// Region a transfer reaches.
    To,
    /// Event after which retention is counted.
    Event,
}

impl Dim {
    /// All, in order.
    pub const ALL: [Dim; 12] = [
        Dim::Data,
        Dim::Counterparty,
        Dim::Purpose,
        Dim::Form,
        Dim::Subject,
        Dim::Resident,
        Dim::Context,
        Dim::Actor,
        Dim::Place,
        Dim::From,
        Dim::To,
        Dim::Event,
    ];

    /// The kind of its names.
    pub fn kind(self) -> Kind {
        match self {
            Dim::Data => Kind::Data,
            Dim::Counterparty | Dim::Actor => Kind::Party,
            Dim::Purpose => Kind::Purpose,
            Dim::Form => Kind::Form,
            Dim::Subject => Kind::Subject,
            Dim::Resident | Dim::Place | Dim::From | Dim::To => Kind::Region,
            Dim::Context => Kind::Context,
            Dim::Event => Kind::Event,
        }
    }
}

/// Sets of atoms by dimension; `None` is any.
pub type Sides = [Option<FixedBitSet>; 12];

/// How the names of one dimension are numbered.
#[derive(Debug, Clone)]
struct Coding {
    first: u16,
    bits: u16,
    /// By name id: its number. Variables have none.
    code: Vec<Option<u32>>,
    /// By number: the name id; the numbers left over belong to `any`.
    atom: Vec<NameId>,
}

impl Coding {
    fn range(&self) -> Range<u16> {
        self.first..self.first + self.bits
    }
}

/// The bits of all dimensions and facts of one vocabulary.
#[derive(Debug, Clone)]
pub struct Space {
    /// The most nodes that the sum of a policy's rules may have: a bound on memory (some 12 bytes a
    /// node) that policies people write stay far below.
    pub most_nodes: usize,
    width: u16,
    codings: Vec<Coding>,
    time: Range<u16>,
    /// Hours that rules name in `at most`, ascending. Time class `i` holds times up to `times[i]`,
    /// class `times.len()` longer ones, and all above mean *without limit*.
    times: Vec<u64>,
    /// The act's counterparty node is the datum's own source.
    own: u16,
    /// The act's purpose lies in what the datum was collected for.
    collected: u16,
    /// Fact `id` (from 1) has bit `facts + id - 1`.
    facts: u16,
    fact_count: u16,
    worlds: Diagram,
    timeless_worlds: Diagram,
}

impl Space {
    /// The space of a vocabulary on a day; `times` are the hours that rules name in `at most`.
    pub fn new(vocabulary: &Vocabulary, times: &[u64], today: Date) -> Space {
        let mut next = 0u16;
        let mut codings = Vec::new();
        for dim in Dim::ALL {
            let coding = number(vocabulary.of(dim.kind()), dim.kind(), next);
            next += coding.bits;
            codings.push(coding);
        }
        let mut times = times.to_vec();
        times.sort_unstable();
        times.dedup();
        let time = next..next + bits_for(times.len() + 2);
        let own = time.end;
        let collected = own + 1;
        let facts = collected + 1;
        let fact_count = vocabulary.of(Kind::Fact).len() as u16 - 1;
        let width = facts + fact_count;
        let mut space = Space {
            most_nodes: 8_000_000,
            width,
            codings,
            time,
            times,
            own,
            collected,
            facts,
            fact_count,
            worlds: Diagram::all(width),
            timeless_worlds: Diagram::all(width),
        };
        space.timeless_worlds = laws(&space, vocabulary);
        space.worlds = expired(vocabulary, today)
            .ones()
            .fold(space.timeless_worlds.clone(), |worlds, fact| {
                worlds.and(&space.fact(NameId(fact as u32), false))
            });
        space
    }

    /// Number of bits.
    pub fn width(&self) -> u16 {
        self.width
    }

    /// The set of all acts.
    pub fn all(&self) -> Diagram {
        Diagram::all(self.width)
    }

    /// The set of no act.
    pub fn none(&self) -> Diagram {
        Diagram::none(self.width)
    }

    /// Worlds that obey the laws of facts as of today.
    pub fn worlds(&self) -> &Diagram {
        &self.worlds
    }

    /// Worlds that obey the laws of facts, dates ignored: for analyses of a policy alone (§9).
    pub fn timeless_worlds(&self) -> &Diagram {
        &self.timeless_worlds
    }

    /// First bit of the facts, which come last: projecting from here on means "in some world".
    pub fn first_fact(&self) -> u16 {
        self.facts
    }

    /// The facts by id, `any` left out.
    pub fn fact_ids(&self) -> impl Iterator<Item = NameId> + use<> {
        (1..=self.fact_count as u32).map(NameId)
    }

    /// Acts in worlds where a fact holds, or does not.
    pub fn fact(&self, fact: NameId, holds: bool) -> Diagram {
        if fact == ANY {
            return if holds { self.all() } else { self.none() };
        }
        Diagram::bit(self.width, self.fact_bit(fact), holds)
    }

    /// The bit of a fact that is not `any`.
    pub fn fact_bit(&self, fact: NameId) -> u16 {
        self.facts + fact.0 as u16 - 1
    }

    /// Worlds in which all of the literals hold.
    pub fn literals(&self, literals: impl IntoIterator<Item = Literal>) -> Diagram {
        literals.into_iter().fold(self.all(), |set, literal| {
            set.and(&self.fact(literal.fact, literal.holds))
        })
    }

    /// Worlds in which a condition holds.
    pub fn condition(&self, condition: &Condition) -> Diagram {
        match condition {
            Condition::Fact(fact) => self.fact(*fact, true),
            Condition::Not(inner) => self.condition(inner).not(),
            Condition::And(parts) => parts
                .iter()
                .fold(self.all(), |set, part| set.and(&self.condition(part))),
            Condition::Or(parts) => parts
                .iter()
                .fold(self.none(), |set, part| set.or(&self.condition(part))),
        }
    }

    /// Acts whose counterparty node is (or is not) the datum's own source.
    pub fn own_source(&self, yes: bool) -> Diagram {
        Diagram::bit(self.width, self.own, yes)
    }

    /// The number of acts whose counterparty node is (or is not) the datum's own source.
    pub fn own_source_digits(&self, yes: bool) -> Digits {
        flag(self.own, yes)
    }

    /// Acts whose purpose lies (or does not) in what the datum was collected for.
    pub fn collected(&self, yes: bool) -> Diagram {
        Diagram::bit(self.width, self.collected, yes)
    }

    /// The number of acts whose purpose lies (or does not) in what the datum was collected for.
    pub fn collected_digits(&self, yes: bool) -> Digits {
        flag(self.collected, yes)
    }

    /// Acts whose atom in a dimension is one of a set.
    pub fn atoms(&self, dim: Dim, set: &FixedBitSet) -> Diagram {
        Diagram::product(self.width, &[self.digits(dim, set)])
    }

    /// The numbers that the atoms of a set have in a dimension.
    pub fn digits(&self, dim: Dim, set: &FixedBitSet) -> Digits {
        let coding = &self.codings[dim as usize];
        let mut member = FixedBitSet::with_capacity(coding.atom.len());
        for atom in set.ones() {
            if let Some(Some(code)) = coding.code.get(atom) {
                member.insert(*code as usize);
            }
        }
        // `any` comes last, and owns what is left over.
        if set.contains(ANY.0 as usize) {
            let last = coding.code[ANY.0 as usize].unwrap_or_default();
            member.insert_range(last as usize..);
        }
        Digits {
            first: coding.first,
            member,
        }
    }

    /// The bits of one atom of a dimension.
    pub fn atom_bits(&self, dim: Dim, atom: NameId) -> Vec<(u16, bool)> {
        let coding = &self.codings[dim as usize];
        let code = coding.code[atom.0 as usize].expect("a variable is no atom");
        (0..coding.bits)
            .map(|bit| (coding.first + bit, code >> (coding.bits - 1 - bit) & 1 == 1))
            .collect()
    }

    /// The vectors in which some bits have these values.
    pub fn vector(&self, bits: &[(u16, bool)]) -> Diagram {
        bits.iter().rev().fold(self.all(), |set, (bit, value)| {
            set.and(&Diagram::bit(self.width, *bit, *value))
        })
    }

    /// Acts named by a list, the variables `its-source` and `collected-purpose` included.
    pub fn names(&self, vocabulary: &Vocabulary, dim: Dim, list: &NameSet) -> Diagram {
        let kind = dim.kind();
        let flag = match kind {
            Kind::Purpose => self.collected(true),
            _ => self.own_source(true),
        };
        let hierarchy = vocabulary.of(kind);
        let mut set = self.atoms(dim, &hierarchy.atoms(list));
        if Space::is_plain(dim, list) {
            return set;
        }
        let variable = |id: &NameId| is_variable(kind, *id);
        if list.include.iter().any(variable) {
            // What the variable adds is still less what the list subtracts.
            let less = NameSet {
                include: Vec::new(),
                exclude: list.exclude.clone(),
                span: list.span,
            };
            set = set.or(&flag.and(&self.atoms(dim, &hierarchy.atoms(&less))));
        }
        if list.exclude.iter().any(variable) {
            set = set.minus(&flag);
        }
        set
    }

    /// Whether a list is without the variables `its-source` and `collected-purpose`.
    pub fn is_plain(dim: Dim, list: &NameSet) -> bool {
        let mut names = list.include.iter().chain(&list.exclude);
        !names.any(|id| is_variable(dim.kind(), *id))
    }

    /// The numbers of keeping no longer than these hours, which some rule names.
    pub fn at_most(&self, hours: u64) -> Digits {
        let class = self.times.partition_point(|time| *time < hours);
        debug_assert_eq!(self.times.get(class), Some(&hours), "times are collected");
        self.time_classes(|at| at <= class)
    }

    /// The numbers of keeping for this very time; `None` is without limit.
    pub fn kept(&self, hours: Option<u64>) -> Digits {
        match hours {
            Some(hours) => {
                let class = self.times.partition_point(|time| *time < hours);
                self.time_classes(|at| at == class)
            }
            None => self.time_classes(|at| at > self.times.len()),
        }
    }

    fn time_classes(&self, member: impl Fn(usize) -> bool) -> Digits {
        let count = 1 << (self.time.end - self.time.start);
        let mut numbers = FixedBitSet::with_capacity(count);
        numbers.extend((0..count).filter(|at| member(*at)));
        Digits {
            first: self.time.start,
            member: numbers,
        }
    }

    /// The atoms that a set has in a dimension, whatever its other bits.
    pub fn project(&self, set: &Diagram, dim: Dim, vocabulary: &Vocabulary) -> FixedBitSet {
        let coding = &self.codings[dim as usize];
        let mut atoms = FixedBitSet::with_capacity(vocabulary.of(dim.kind()).len());
        let range = coding.range();
        let numbers = set.numbers(range.start, range.end);
        for (code, member) in numbers.iter().enumerate() {
            if *member {
                atoms.insert(coding.atom[code].0 as usize);
            }
        }
        atoms
    }

    /// A set that is a product of atoms by dimension and of something else, read back: the atoms of each
    /// dimension that it depends on, and the first bit after the dimensions that matters.
    pub fn sides(&self, set: &Diagram, vocabulary: &Vocabulary) -> Option<(Sides, u16)> {
        let dims = Dim::ALL.map(|dim| self.bits_of(dim));
        let (numbers, rest) = set.factors(&dims)?;
        let mut sides = Sides::default();
        for (dim, numbers) in Dim::ALL.into_iter().zip(numbers) {
            let coding = &self.codings[dim as usize];
            sides[dim as usize] = numbers.map(|numbers| {
                let mut atoms = FixedBitSet::with_capacity(vocabulary.of(dim.kind()).len());
                atoms.extend(numbers.ones().map(|code| coding.atom[code].0 as usize));
                atoms
            });
        }
        Some((sides, rest))
    }

    /// The bits of a dimension.
    pub fn bits_of(&self, dim: Dim) -> Range<u16> {
        self.codings[dim as usize].range()
    }

    /// The bits of the time of retention.
    pub fn time_bits(&self) -> Range<u16> {
        self.time.clone()
    }

    /// The bits of the two yes-or-no properties of an act: own source, collected purpose.
    pub fn flag_bits(&self) -> Range<u16> {
        self.own..self.collected + 1
    }

    /// The atom a bit vector has in a dimension.
    pub fn atom_in(&self, dim: Dim, bits: &[bool]) -> NameId {
        self.codings[dim as usize].atom[number_in(self.bits_of(dim), bits)]
    }

    /// The hours of the longest time in a bit vector's class: `Ok`; longer than every limit that
    /// rules name: `Err(Some(the longest named))`; without limit: `Err(None)`.
    pub fn time_in(&self, bits: &[bool]) -> Result<u64, Option<u64>> {
        let class = number_in(self.time_bits(), bits);
        match self.times.get(class) {
            Some(hours) => Ok(*hours),
            None if class == self.times.len() => Err(Some(self.times.last().copied().unwrap_or(0))),
            None => Err(None),
        }
    }
}

/// Facts that can no longer hold on a day: past their `until`, with all below them.
pub fn expired(vocabulary: &Vocabulary, today: Date) -> FixedBitSet {
    let facts = vocabulary.of(Kind::Fact);
    let mut set = FixedBitSet::with_capacity(facts.len());
    for (fact, until) in &vocabulary.until {
        if today > *until {
            set.union_with(facts.set(*fact));
        }
    }
    set
}

/// Worlds in which children imply parents and excluded facts never meet.
fn laws(space: &Space, vocabulary: &Vocabulary) -> Diagram {
    let facts = vocabulary.of(Kind::Fact);
    let mut laws = space.all();
    for fact in space.fact_ids() {
        for parent in &facts.names[fact.0 as usize].parents {
            let implied = space.fact(fact, false).or(&space.fact(*parent, true));
            laws = laws.and(&implied);
        }
    }
    for (a, b) in &vocabulary.excludes {
        let apart = space.fact(*a, false).or(&space.fact(*b, false));
        laws = laws.and(&apart);
    }
    laws
}

fn flag(bit: u16, yes: bool) -> Digits {
    Digits {
        first: bit,
        member: FixedBitSet::with_capacity_and_blocks(2, [1 << usize::from(yes)]),
    }
}

fn number_in(bits: Range<u16>, vector: &[bool]) -> usize {
    bits.fold(0, |number, bit| number << 1 | vector[bit as usize] as usize)
}

fn bits_for(count: usize) -> u16 {
    count.next_power_of_two().trailing_zeros() as u16
}

fn number(hierarchy: &Hierarchy, kind: Kind, first: u16) -> Coding {
    let mut order = Vec::with_capacity(hierarchy.len());
    let mut seen = FixedBitSet::with_capacity(hierarchy.len());
    // An explicit stack, for hierarchies are as deep as people make them: a name is pushed twice,
    // the second time to be numbered after everything below it.
    let mut stack = vec![(ANY, false)];
    while let Some((id, below_done)) = stack.pop() {
        if below_done {
            order.push(id);
        } else if !seen.put(id.0 as usize) {
            stack.push((id, true));
            let children = &hierarchy.names[id.0 as usize].children;
            stack.extend(children.iter().rev().map(|child| (*child, false)));
        }
    }
    let mut code = vec![None; hierarchy.len()];
    for (at, id) in order.iter().enumerate() {
        code[id.0 as usize] = Some(at as u32);
    }
    debug_assert!(
        code.iter()
            .enumerate()
            .all(|(id, code)| code.is_some() || is_variable(kind, NameId(id as u32)))
    );
    let bits = bits_for(order.len());
    order.resize(1 << bits, ANY);
    Coding {
        first,
        bits,
        code,
        atom: order,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::product::Product;
    use crate::model::lower::{Visible, lower};

    /// Times of retention that no rule tells apart read as one, and without limit as none of them.
    #[test]
    fn times_are_read_back_as_rules_tell_them_apart() {
        let vocabulary = lower(&[], &Visible::default(), &mut Vec::new()).vocabulary;
        let today = "2026-01-01".parse().expect("a date");
        let space = Space::new(&vocabulary, &[48, 24], today);
        for (hours, read) in [
            (Some(1), Ok(24)),
            (Some(24), Ok(24)),
            (Some(25), Ok(48)),
            (Some(48), Ok(48)),
            (Some(49), Err(Some(48))),
            (Some(4900), Err(Some(48))),
            (None, Err(None)),
        ] {
            let acts = Product::new(&space).digits(space.kept(hours)).acts();
            let some = acts.first().expect("some act");
            assert_eq!(space.time_in(&some), read, "{hours:?}");
            for limit in [24, 48] {
                let within = Product::new(&space).digits(space.at_most(limit)).acts();
                let kept = hours.is_some_and(|hours| hours <= limit);
                assert_eq!(acts.within(&within), kept, "{hours:?} at most {limit}");
                assert_eq!(acts.disjoint(&within), !kept, "{hours:?} at most {limit}");
            }
        }
    }
}
