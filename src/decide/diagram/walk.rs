//! Walks over diagrams for questions that the library would answer by building more than is asked.
//!
//! In a reduced diagram every node but the empty one can be satisfied; so a walk can stop where a
//! node's bits no longer matter.

use super::Diagram;
use super::build::{Builder, ROOM};
use biodivine_lib_bdd::{Bdd, BddPointer};
use fixedbitset::FixedBitSet;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use std::ops::Range;

/// The bit that a node decides; the width for terminals.
pub fn bit_of(bdd: &Bdd, at: BddPointer) -> u16 {
    bdd.var_of(at).to_index() as u16
}

/// Where a node leads by the value of a bit that is not below its own.
pub fn below(bdd: &Bdd, at: BddPointer, bit: u16) -> (BddPointer, BddPointer) {
    if bit_of(bdd, at) == bit {
        (bdd.low_link_of(at), bdd.high_link_of(at))
    } else {
        (at, at)
    }
}

/// The node that the first bits, each with its value, lead to.
pub fn reached(bdd: &Bdd, bits: &[(u16, bool)]) -> BddPointer {
    let mut at = bdd.root_pointer();
    while let Some((bit, value)) = bits.get(bit_of(bdd, at) as usize) {
        debug_assert_eq!(*bit, bit_of(bdd, at), "bits are given from the first on");
        at = if *value {
            bdd.high_link_of(at)
        } else {
            bdd.low_link_of(at)
        };
    }
    at
}

/// By node, what was built for it.
pub type Known = Vec<Option<u32>>;

/// A diagram with some bits fixed.
pub struct Restriction<'a> {
    bdd: &'a Bdd,
    fixed: Vec<Option<bool>>,
    known: FxHashMap<BddPointer, usize>,
    builder: Builder,
}

impl<'a> Restriction<'a> {
    /// With these values.
    pub fn new(bdd: &'a Bdd, bits: &[(u16, bool)]) -> Restriction<'a> {
        let mut fixed = vec![None; bdd.num_vars() as usize];
        for (bit, value) in bits {
            fixed[*bit as usize] = Some(*value);
        }
        Restriction {
            bdd,
            fixed,
            known: FxHashMap::with_capacity_and_hasher(ROOM, FxBuildHasher),
            builder: Builder::sized(bdd.num_vars(), ROOM),
        }
    }

    /// What is left, where these bits no longer matter.
    pub fn build(mut self) -> Diagram {
        let root = self.at(self.bdd.root_pointer());
        self.builder.finish(root)
    }

    fn at(&mut self, at: BddPointer) -> usize {
        if at.is_terminal() {
            return at.is_one() as usize;
        }
        let bit = bit_of(self.bdd, at);
        let (low, high) = (self.bdd.low_link_of(at), self.bdd.high_link_of(at));
        match self.fixed[bit as usize] {
            Some(false) => return self.at(low),
            Some(true) => return self.at(high),
            None => {}
        }
        if let Some(node) = self.known.get(&at) {
            return *node;
        }
        let high = self.at(high);
        let low = self.at(low);
        let node = self.builder.node(bit, low, high);
        self.known.insert(at, node);
        node
    }
}

/// What is below a node with the bits from `from` on left out.
pub fn projected(
    bdd: &Bdd,
    at: BddPointer,
    from: u16,
    known: &mut Known,
    builder: &mut Builder,
) -> usize {
    let bit = bit_of(bdd, at);
    if at.is_terminal() || bit >= from {
        return !at.is_zero() as usize;
    }
    if let Some(node) = known[at.to_index()] {
        return node as usize;
    }
    let high = projected(bdd, bdd.high_link_of(at), from, known, builder);
    let low = projected(bdd, bdd.low_link_of(at), from, known, builder);
    let node = builder.node(bit, low, high);
    known[at.to_index()] = Some(node as u32);
    node
}

/// Two diagrams looked at together.
pub struct Pair<'a> {
    left: &'a Bdd,
    right: &'a Bdd,
    /// Whether the right one stands for what is not in it.
    without: bool,
    /// Pairs of nodes that are known to share nothing.
    apart: FxHashSet<(BddPointer, BddPointer)>,
}

impl<'a> Pair<'a> {
    /// `left` with `right`, or `without` it.
    pub fn new(left: &'a Bdd, right: &'a Bdd, without: bool) -> Pair<'a> {
        Pair {
            left,
            right,
            without,
            apart: FxHashSet::with_capacity_and_hasher(ROOM, FxBuildHasher),
        }
    }

    /// Whether the two share a vector.
    pub fn meets(&mut self) -> bool {
        self.meets_at(self.left.root_pointer(), self.right.root_pointer())
    }

    /// Whether they do from these nodes on.
    pub fn meets_at(&mut self, left: BddPointer, right: BddPointer) -> bool {
        if left.is_zero() {
            return false;
        }
        if let Some(right) = right.as_bool() {
            return right != self.without;
        }
        if left.is_one() {
            return true;
        }
        if self.apart.contains(&(left, right)) {
            return false;
        }
        let bit = bit_of(self.left, left).min(bit_of(self.right, right));
        let (left_low, left_high) = below(self.left, left, bit);
        let (right_low, right_high) = below(self.right, right, bit);
        let meets = self.meets_at(left_high, right_high) || self.meets_at(left_low, right_low);
        if !meets {
            self.apart.insert((left, right));
        }
        meets
    }

    /// What the two share, with the bits from `from` on left out.
    pub fn joined(
        &mut self,
        left: BddPointer,
        right: BddPointer,
        from: u16,
        known: &mut FxHashMap<(BddPointer, BddPointer), usize>,
        builder: &mut Builder,
    ) -> usize {
        let bit = bit_of(self.left, left).min(bit_of(self.right, right));
        if bit >= from || left.is_zero() || right.is_zero() {
            return self.meets_at(left, right) as usize;
        }
        if let Some(node) = known.get(&(left, right)) {
            return *node;
        }
        let (left_low, left_high) = below(self.left, left, bit);
        let (right_low, right_high) = below(self.right, right, bit);
        let high = self.joined(left_high, right_high, from, known, builder);
        let low = self.joined(left_low, right_low, from, known, builder);
        let node = builder.node(bit, low, high);
        known.insert((left, right), node);
        node
    }
}

/// Which numbers some bits take in a set, whatever its other bits.
pub fn numbers(bdd: &Bdd, first: u16, end: u16) -> Vec<bool> {
    let mut walk = Numbers {
        bdd,
        end,
        seen: FxHashSet::default(),
        found: vec![false; 1 << (end - first)],
    };
    // The bits before these lead to some nodes: their numbers add up.
    for at in entered(bdd, first) {
        walk.at(at, first, 0);
    }
    walk.found
}

/// The nodes that the bits before `from` lead to.
fn entered(bdd: &Bdd, from: u16) -> FxHashSet<BddPointer> {
    let root = bdd.root_pointer();
    let before = |at: &BddPointer| bit_of(bdd, *at) < from;
    if !before(&root) {
        return FxHashSet::from_iter([root]);
    }
    bdd.pointers()
        .filter(|at| !at.is_terminal() && before(at))
        .flat_map(|at| [bdd.low_link_of(at), bdd.high_link_of(at)])
        .filter(|at| !before(at))
        .collect()
}

struct Numbers<'a> {
    bdd: &'a Bdd,
    end: u16,
    seen: FxHashSet<(BddPointer, usize)>,
    found: Vec<bool>,
}

impl Numbers<'_> {
    /// Notes the numbers that start with `base` and end as the nodes from here on say.
    fn at(&mut self, at: BddPointer, bit: u16, base: usize) {
        if at.is_zero() {
            return;
        }
        let own = bit_of(self.bdd, at);
        if own >= self.end {
            self.found[base..base + (1 << (self.end - bit))].fill(true);
            return;
        }
        if own == bit && !self.seen.insert((at, base)) {
            return;
        }
        let half = 1 << (self.end - bit - 1);
        let (low, high) = below(self.bdd, at, bit);
        self.at(low, bit + 1, base);
        self.at(high, bit + 1, base + half);
    }
}

/// The numbers that each of some runs of bits takes in a set, `None` for a run that does not matter, and
/// the first bit after them that does; where the set is a product of these and what follows. Runs come
/// in order, from the first bit on.
pub fn factors(bdd: &Bdd, runs: &[Range<u16>]) -> Option<(Vec<Option<FixedBitSet>>, u16)> {
    let mut at = bdd.root_pointer();
    let mut numbers = Vec::with_capacity(runs.len());
    for run in runs {
        if bit_of(bdd, at) >= run.end {
            numbers.push(None);
            continue;
        }
        let mut walk = Factor {
            bdd,
            end: run.end,
            left_by: None,
            found: FixedBitSet::with_capacity(1 << run.len()),
        };
        if !walk.at(at, run.start, 0) {
            return None;
        }
        numbers.push(Some(walk.found));
        at = walk.left_by?;
    }
    Some((numbers, bit_of(bdd, at)))
}

struct Factor<'a> {
    bdd: &'a Bdd,
    end: u16,
    /// Where all numbers lead.
    left_by: Option<BddPointer>,
    found: FixedBitSet,
}

impl Factor<'_> {
    /// Notes the numbers that start with `base` and end as the nodes from here on say; whether all lead
    /// to the same node.
    fn at(&mut self, at: BddPointer, bit: u16, base: usize) -> bool {
        if at.is_zero() {
            return true;
        }
        if bit_of(self.bdd, at) >= self.end {
            self.found
                .insert_range(base..base + (1 << (self.end - bit)));
            return *self.left_by.get_or_insert(at) == at;
        }
        let half = 1 << (self.end - bit - 1);
        let (low, high) = below(self.bdd, at, bit);
        self.at(low, bit + 1, base) && self.at(high, bit + 1, base + half)
    }
}
