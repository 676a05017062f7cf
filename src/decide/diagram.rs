//! Sets as reduced ordered binary decision diagrams (Bryant 1986): the only module that names the
//! library behind them.

use biodivine_lib_bdd::{Bdd, BddNode, BddPointer, BddVariable, op_function};
use rustc_hash::FxHashMap;

/// A set of bit vectors of one fixed width. Equal sets compare equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Diagram(Bdd);

impl Diagram {
    /// The set of all vectors of a width.
    pub fn all(width: u16) -> Diagram {
        Diagram(from_nodes(vec![
            BddNode::mk_zero(width),
            BddNode::mk_one(width),
        ]))
    }

    /// The empty set.
    pub fn none(width: u16) -> Diagram {
        Diagram(from_nodes(vec![BddNode::mk_zero(width)]))
    }

    /// The vectors in which one bit has a value.
    pub fn bit(width: u16, bit: u16, value: bool) -> Diagram {
        let mut builder = Builder::new(width);
        let (low, high) = if value { (0, 1) } else { (1, 0) };
        let root = builder.node(bit, low, high);
        builder.finish(root)
    }

    /// The vectors whose bits `first..first + bits`, read as a number with the most significant
    /// bit first, are among those where `member` is true. `member` has `1 << bits` entries.
    pub fn numbers(width: u16, first: u16, bits: u16, member: &[bool]) -> Diagram {
        fn build(builder: &mut Builder, bit: u16, member: &[bool]) -> usize {
            if member.iter().all(|m| *m) {
                return 1;
            }
            if !member.iter().any(|m| *m) {
                return 0;
            }
            let (zero, one) = member.split_at(member.len() / 2);
            // The library numbers what is below a set bit first; equal sets must have equal nodes.
            let high = build(builder, bit + 1, one);
            let low = build(builder, bit + 1, zero);
            builder.node(bit, low, high)
        }
        debug_assert_eq!(member.len(), 1 << bits);
        let mut builder = Builder::new(width);
        let root = build(&mut builder, first, member);
        builder.finish(root)
    }

    /// Number of bits of the vectors.
    pub fn width(&self) -> u16 {
        self.0.num_vars()
    }

    /// Number of nodes, a measure of size.
    pub fn size(&self) -> usize {
        self.0.size()
    }

    /// Whether nothing is in it.
    pub fn is_none(&self) -> bool {
        self.0.is_false()
    }

    /// Whether everything is in it.
    pub fn is_all(&self) -> bool {
        self.0.is_true()
    }

    /// What is in both.
    pub fn and(&self, other: &Diagram) -> Diagram {
        if self.is_none() || other.is_all() {
            return self.clone();
        }
        if other.is_none() || self.is_all() {
            return other.clone();
        }
        Diagram(self.0.and(&other.0))
    }

    /// What is in either.
    pub fn or(&self, other: &Diagram) -> Diagram {
        if self.is_all() || other.is_none() {
            return self.clone();
        }
        if other.is_all() || self.is_none() {
            return other.clone();
        }
        Diagram(self.0.or(&other.0))
    }

    /// What is in this and not in the other.
    pub fn minus(&self, other: &Diagram) -> Diagram {
        if self.is_none() || other.is_none() {
            return self.clone();
        }
        Diagram(self.0.and_not(&other.0))
    }

    /// What is not in it.
    pub fn not(&self) -> Diagram {
        Diagram(self.0.not())
    }

    /// What is in exactly one of the two.
    pub fn xor(&self, other: &Diagram) -> Diagram {
        Diagram(self.0.xor(&other.0))
    }

    /// Whether the two share nothing.
    pub fn disjoint(&self, other: &Diagram) -> bool {
        self.and(other).is_none()
    }

    /// Whether everything in this is in the other.
    pub fn within(&self, other: &Diagram) -> bool {
        self.minus(other).is_none()
    }

    /// The union, or `None` where it would have more nodes than `limit`.
    pub fn or_within(&self, other: &Diagram, limit: usize) -> Option<Diagram> {
        Bdd::binary_op_with_limit(limit, &self.0, &other.0, op_function::or).map(Diagram)
    }

    /// The vectors that can be completed to one of the set by changing the bits from `from` on.
    pub fn some_from(&self, from: u16) -> Diagram {
        self.some(|bit| bit >= from)
    }

    /// `self ∩ other` with the bits from `from` on projected away.
    pub fn and_some_from(&self, other: &Diagram, from: u16) -> Diagram {
        if self.is_none() || other.is_none() {
            return Diagram::none(self.width());
        }
        Diagram(Bdd::binary_op_with_exists_trigger(
            &self.0,
            &other.0,
            |variable| variable.to_index() >= from as usize,
            op_function::and,
        ))
    }

    /// The vectors that can be completed to one of the set by changing any bit in `bits`.
    pub fn some(&self, bits: impl Fn(u16) -> bool) -> Diagram {
        if self.is_none() || self.is_all() {
            return self.clone();
        }
        Diagram(
            self.0
                .exists_trigger(|variable| bits(variable.to_index() as u16)),
        )
    }

    /// The set with some bits fixed; those bits no longer matter.
    pub fn restrict(&self, bits: &[(u16, bool)]) -> Diagram {
        if self.is_none() || self.is_all() || bits.is_empty() {
            return self.clone();
        }
        let mut fixed = vec![None; self.width() as usize];
        for (bit, value) in bits {
            fixed[*bit as usize] = Some(*value);
        }
        let mut builder = Builder::new(self.width());
        let root = restricted(
            &self.0,
            self.0.root_pointer(),
            &fixed,
            &mut FxHashMap::default(),
            &mut builder,
        );
        builder.finish(root)
    }

    /// One vector of the set: the first in numeric order.
    pub fn first(&self) -> Option<Vec<bool>> {
        self.0
            .first_valuation()
            .map(|valuation| valuation.into_vector())
    }

    /// Bits the set depends on, ascending.
    pub fn support(&self) -> Vec<u16> {
        let mut bits: Vec<u16> = self
            .0
            .support_set()
            .into_iter()
            .map(|variable| variable.to_index() as u16)
            .collect();
        bits.sort_unstable();
        bits
    }

    /// Which numbers the bits `first..first + bits` take in the set, as `numbers` reads them.
    /// No other bit may matter to the set.
    pub fn values(&self, first: u16, bits: u16) -> Vec<bool> {
        fn walk(bdd: &Bdd, at: BddPointer, bit: u16, end: u16, base: usize, out: &mut [bool]) {
            if at.is_zero() {
                return;
            }
            if bit == end {
                out[base] = true;
                return;
            }
            let half = 1usize << (end - bit - 1);
            let (low, high) = if !at.is_terminal() && bdd.var_of(at).to_index() == bit as usize {
                (bdd.low_link_of(at), bdd.high_link_of(at))
            } else {
                (at, at)
            };
            walk(bdd, low, bit + 1, end, base, out);
            walk(bdd, high, bit + 1, end, base + half, out);
        }
        let mut out = vec![false; 1 << bits];
        walk(
            &self.0,
            self.0.root_pointer(),
            first,
            first + bits,
            0,
            &mut out,
        );
        out
    }
}

/// What is below a node once bits are fixed, built anew. The library could restrict too, but numbers
/// nodes in another order than all else; equal sets must have equal nodes.
fn restricted(
    bdd: &Bdd,
    at: BddPointer,
    fixed: &[Option<bool>],
    known: &mut FxHashMap<BddPointer, usize>,
    builder: &mut Builder,
) -> usize {
    if at.is_terminal() {
        return at.is_one() as usize;
    }
    if let Some(node) = known.get(&at) {
        return *node;
    }
    let bit = bdd.var_of(at).to_index() as u16;
    let (low, high) = (bdd.low_link_of(at), bdd.high_link_of(at));
    let node = match fixed[bit as usize] {
        Some(false) => restricted(bdd, low, fixed, known, builder),
        Some(true) => restricted(bdd, high, fixed, known, builder),
        None => {
            let high = restricted(bdd, high, fixed, known, builder);
            let low = restricted(bdd, low, fixed, known, builder);
            builder.node(bit, low, high)
        }
    };
    known.insert(at, node);
    node
}

/// Builds a diagram from its leaves; nodes are shared and redundant ones left out.
struct Builder {
    width: u16,
    nodes: Vec<BddNode>,
    known: FxHashMap<BddNode, usize>,
}

impl Builder {
    fn new(width: u16) -> Builder {
        Builder {
            width,
            nodes: vec![BddNode::mk_zero(width), BddNode::mk_one(width)],
            known: FxHashMap::default(),
        }
    }

    /// A decision on a bit between two nodes (0 and 1 are the terminals).
    fn node(&mut self, bit: u16, low: usize, high: usize) -> usize {
        if low == high {
            return low;
        }
        let node = BddNode::mk_node(
            BddVariable::from_index(bit as usize),
            BddPointer::from_index(low),
            BddPointer::from_index(high),
        );
        *self.known.entry(node).or_insert_with(|| {
            self.nodes.push(node);
            self.nodes.len() - 1
        })
    }

    /// The diagram whose root was built last.
    fn finish(self, root: usize) -> Diagram {
        match root {
            0 => Diagram::none(self.width),
            1 => Diagram::all(self.width),
            _ => {
                debug_assert_eq!(root, self.nodes.len() - 1);
                Diagram(from_nodes(self.nodes))
            }
        }
    }
}

/// The library checks what it is given; nodes built here are in order by construction.
fn from_nodes(nodes: Vec<BddNode>) -> Bdd {
    Bdd::from_nodes(&nodes).expect("nodes are built children first")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_back() {
        let member = [true, false, true, true, false, false, true, false];
        let set = Diagram::numbers(6, 2, 3, &member);
        assert_eq!(set.values(2, 3), member);
        assert!(set.and(&set.not()).is_none());
        assert!(set.or(&set.not()).is_all());
    }

    #[test]
    fn equal_sets_are_equal_however_they_were_made() {
        let a = Diagram::bit(4, 0, true);
        let b = Diagram::bit(4, 3, true);
        let left = a.or(&b).minus(&a);
        let right = b.minus(&a);
        assert_eq!(left, right);
        assert!(!a.disjoint(&b));
        assert!(a.disjoint(&a.not()));
    }

    /// Sets are compared as keys, so that every way to make one must end in the same nodes.
    #[test]
    fn every_way_to_a_set_ends_in_the_same_nodes() {
        let mut seed = 1u64;
        let mut random = || {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as u32
        };
        for _ in 0..300 {
            let mut set = || {
                let (a, b) = (random(), random());
                let sparse = if random() % 2 == 0 { a } else { a & b };
                let member: Vec<bool> = (0..32).map(|at| sparse >> at & 1 == 1).collect();
                Diagram::numbers(5, 0, 5, &member)
            };
            let (a, b) = (set(), set());
            let made = [
                a.clone(),
                a.and(&b),
                a.or(&b),
                a.minus(&b),
                a.not(),
                a.xor(&b),
                a.some(|bit| bit % 2 == 0),
                a.some_from(3),
                a.and_some_from(&b, 2),
                a.restrict(&[(1, true), (3, false)]),
                a.restrict(&[(0, true)]),
                a.or_within(&b, 1000).expect("there are fewer nodes"),
            ];
            for one in made {
                let again = Diagram::numbers(5, 0, 5, &one.values(0, 5));
                assert!(one.xor(&again).is_none());
                assert_eq!(one, again);
            }
        }
    }
}
