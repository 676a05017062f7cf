//! Sets as reduced ordered binary decision diagrams (Bryant 1986): the only module that names the
//! library behind them.

mod build;
mod classes;
mod combine;
mod sort;
mod union;
mod walk;

pub use build::Digits;
pub use classes::Classes;
pub use sort::Rest;

use biodivine_lib_bdd::{Bdd, op_function};
use build::{Builder, ROOM};
use combine::combine;
use fixedbitset::FixedBitSet;
use rustc_hash::{FxBuildHasher, FxHashMap};
use std::ops::Range;
use walk::{Pair, Restriction};

/// A set of bit vectors of one fixed width. Equal sets compare equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Diagram(Bdd);

impl Diagram {
    /// The set of all vectors of a width.
    pub fn all(width: u16) -> Diagram {
        Builder::new(width).finish(1)
    }

    /// The empty set.
    pub fn none(width: u16) -> Diagram {
        Builder::new(width).finish(0)
    }

    /// The vectors in which one bit has a value.
    pub fn bit(width: u16, bit: u16, value: bool) -> Diagram {
        let mut builder = Builder::new(width);
        let (low, high) = if value { (0, 1) } else { (1, 0) };
        let root = builder.node(bit, low, high);
        builder.finish(root)
    }

    /// The vectors whose digits are all in their sets. Digits come in the order of their bits and
    /// share none.
    pub fn product(width: u16, digits: &[Digits]) -> Diagram {
        build::product(width, digits)
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
        combine(&self.0, &other.0, op_function::and)
    }

    /// What is in either.
    pub fn or(&self, other: &Diagram) -> Diagram {
        if self.is_all() || other.is_none() {
            return self.clone();
        }
        if other.is_all() || self.is_none() {
            return other.clone();
        }
        combine(&self.0, &other.0, op_function::or)
    }

    /// What is in this and not in the other.
    pub fn minus(&self, other: &Diagram) -> Diagram {
        if self.is_none() || other.is_none() {
            return self.clone();
        }
        combine(&self.0, &other.0, op_function::and_not)
    }

    /// What is not in it.
    pub fn not(&self) -> Diagram {
        Diagram(self.0.not())
    }

    /// What is in exactly one of the two.
    pub fn xor(&self, other: &Diagram) -> Diagram {
        combine(&self.0, &other.0, op_function::xor)
    }

    /// Whether the two share nothing.
    pub fn disjoint(&self, other: &Diagram) -> bool {
        !Pair::new(&self.0, &other.0, false).meets()
    }

    /// Whether everything in this is in the other.
    pub fn within(&self, other: &Diagram) -> bool {
        !Pair::new(&self.0, &other.0, true).meets()
    }

    /// The union, or `None` where it would have more nodes than `limit`.
    pub fn or_within(&self, other: &Diagram, limit: usize) -> Option<Diagram> {
        Bdd::binary_op_with_limit(limit, &self.0, &other.0, op_function::or).map(Diagram)
    }

    /// The union of many, in one walk over all of them; `None` where that takes more than about `most`
    /// steps and nodes.
    pub fn union(width: u16, sets: &[&Diagram], most: usize) -> Option<Diagram> {
        let sets: Vec<&Bdd> = sets.iter().map(|set| &set.0).collect();
        union::union(width, &sets, most)
    }

    /// The vectors that can be completed to one of the set by changing the bits from `from` on.
    pub fn some_from(&self, from: u16) -> Diagram {
        let mut builder = Builder::new(self.width());
        let known = &mut vec![None; self.size()];
        let root = walk::projected(&self.0, self.0.root_pointer(), from, known, &mut builder);
        builder.finish(root)
    }

    /// `self ∩ other` with the bits from `from` on projected away.
    pub fn and_some_from(&self, other: &Diagram, from: u16) -> Diagram {
        let mut builder = Builder::sized(self.width(), ROOM);
        let known = &mut FxHashMap::with_capacity_and_hasher(ROOM, FxBuildHasher);
        let (left, right) = (self.0.root_pointer(), other.0.root_pointer());
        let mut pair = Pair::new(&self.0, &other.0, false);
        let root = pair.joined(left, right, from, known, &mut builder);
        builder.finish(root)
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
        Restriction::new(&self.0, bits).build()
    }

    /// The node that the first bits lead to, by its number: sets of one diagram that start where the
    /// same node is are equal.
    pub fn reached(&self, bits: &[(u16, bool)]) -> u32 {
        walk::reached(&self.0, bits).to_index() as u32
    }

    /// The parts of the set by the class that `class` finds, from none to `CLASSES`, for what other sets
    /// are once the bits before `from` are known. This set does not depend on the bits from there on.
    pub fn sort<const SETS: usize, const CLASSES: usize>(
        &self,
        sets: [&Diagram; SETS],
        from: u16,
        mut class: impl FnMut([Rest; SETS]) -> Option<usize>,
    ) -> [Diagram; CLASSES] {
        sort::sort(&self.0, sets.map(|set| &set.0), from, &mut class)
    }

    /// One vector of the set: the first in numeric order.
    pub fn first(&self) -> Option<Vec<bool>> {
        self.0
            .first_valuation()
            .map(|valuation| valuation.into_vector())
    }

    /// Bits the set depends on, ascending.
    pub fn support(&self) -> Vec<u16> {
        let mut depends = vec![false; self.width() as usize];
        for at in self.0.pointers().filter(|at| !at.is_terminal()) {
            depends[self.0.var_of(at).to_index()] = true;
        }
        (0..self.width())
            .filter(|bit| depends[*bit as usize])
            .collect()
    }

    /// The numbers that each of some runs of bits takes in a set (`None`: any, the run does not matter),
    /// and the first bit after them that matters, if the set is a product of these and of what follows
    /// them. Runs come in order, from the first bit on.
    pub fn factors(&self, runs: &[Range<u16>]) -> Option<(Vec<Option<FixedBitSet>>, u16)> {
        walk::factors(&self.0, runs)
    }

    /// Which numbers the bits `first..end` take in the set, whatever its other bits: the most
    /// significant bit first, as in `Digits`.
    pub fn numbers(&self, first: u16, end: u16) -> Vec<bool> {
        walk::numbers(&self.0, first, end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(width: u16, first: u16, member: &[bool]) -> Diagram {
        Diagram::product(width, &[digits_of(first, member)])
    }

    fn digits_of(first: u16, member: &[bool]) -> Digits {
        let mut set = FixedBitSet::with_capacity(member.len());
        set.extend((0..member.len()).filter(|number| member[*number]));
        Digits { first, member: set }
    }

    #[test]
    fn numbers_are_read_back() {
        let member = vec![true, false, true, true, false, false, true, false];
        let set = digits(6, 2, &member);
        assert_eq!(set.numbers(2, 5), member);
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

    /// Sets are compared as keys, so that every way to make one must end in the same nodes; and each
    /// way must make the set that it says.
    #[test]
    fn every_way_to_a_set_ends_in_the_same_nodes() {
        let mut seed = 1u64;
        let mut random = || {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize
        };
        let numbers = |is: &dyn Fn(usize) -> bool| (0..32).map(is).collect::<Vec<bool>>();
        for _ in 0..300 {
            let (x, y) = (random(), random());
            let (x, y) = match random() % 3 {
                0 => (x, y),
                1 => (x & random() & random(), y & random()),
                _ => (x | y, y),
            };
            let (in_x, in_y) = (|at: usize| x >> at & 1 == 1, |at: usize| y >> at & 1 == 1);
            let (a, b) = (digits(5, 0, &numbers(&in_x)), digits(5, 0, &numbers(&in_y)));
            let or_any = |mask: usize, is: &dyn Fn(usize) -> bool| {
                numbers(&|at| (0..32).any(|other| is(other) && (other ^ at) & !mask == 0))
            };
            let both = |at: usize| in_x(at) && in_y(at);
            let made = [
                (a.clone(), numbers(&in_x)),
                (a.and(&b), numbers(&both)),
                (a.or(&b), numbers(&|at| in_x(at) || in_y(at))),
                (a.minus(&b), numbers(&|at| in_x(at) && !in_y(at))),
                (a.not(), numbers(&|at| !in_x(at))),
                (a.xor(&b), numbers(&|at| in_x(at) != in_y(at))),
                (a.some(|bit| bit % 2 == 0), or_any(0b10101, &in_x)),
                (a.some_from(3), or_any(0b11, &in_x)),
                (a.some_from(0), or_any(0b11111, &in_x)),
                (a.and_some_from(&b, 2), or_any(0b111, &both)),
                (a.and_some_from(&b, 5), numbers(&both)),
                (
                    a.restrict(&[(1, true), (3, false)]),
                    numbers(&|at| in_x(at & 0b10101 | 0b01000)),
                ),
                (a.restrict(&[(0, true)]), numbers(&|at| in_x(at | 0b10000))),
                (
                    a.or_within(&b, 1000).expect("there are fewer nodes"),
                    numbers(&|at| in_x(at) || in_y(at)),
                ),
            ];
            let sum = Diagram::union(5, &[&a, &b, &a.and(&b)], 1000).expect("there are fewer");
            assert_eq!(sum, a.or(&b));
            assert!(
                a.is_none()
                    || b.is_none()
                    || Diagram::union(5, &[&a, &b], 0).is_none()
                    || sum.is_all()
            );
            // What a set is from the last two bits on, beside one that knows nothing of those before.
            let last = Diagram::product(5, &[digits_of(3, &[in_y(0), in_y(1), true, in_y(3)])]);
            let start = a.some_from(3);
            let [all, some] = start.sort([&a, &b], 3, |[a, b]| match () {
                () if a.covers(&last) => Some(0),
                () if a.meets(&last) && b.meets(&last) => Some(1),
                () => None,
            });
            let covers = start.minus(&last.minus(&a).some_from(3));
            assert_eq!(all, covers);
            let meets = a.and_some_from(&last, 3).and(&b.and_some_from(&last, 3));
            assert_eq!(some, start.and(&meets).minus(&covers));
            for (one, is) in made {
                assert_eq!(one.numbers(0, 5), is);
                assert_eq!(one, digits(5, 0, &is));
            }
            assert_eq!(a.disjoint(&b), a.and(&b).is_none());
            for (one, other) in [(0, 1), (1, 2), (2, 3), (0, 3)] {
                let bits = |value: usize| [(0, value >> 1 == 1), (1, value & 1 == 1)];
                let alike = a.reached(&bits(one)) == a.reached(&bits(other));
                assert_eq!(alike, a.restrict(&bits(one)) == a.restrict(&bits(other)));
            }
            assert_eq!(a.within(&b), a.minus(&b).is_none());
            let middle: Vec<bool> = (0..4)
                .map(|middle| (0..32).any(|at| in_x(at) && at >> 1 & 0b11 == middle))
                .collect();
            assert_eq!(a.numbers(2, 4), middle);
            let support: Vec<u16> = (0..5)
                .filter(|bit| (0..32).any(|at| in_x(at) != in_x(at ^ 0b10000 >> bit)))
                .collect();
            assert_eq!(a.support(), support);
        }
    }

    /// A set is a product of what two runs of its bits take and of the rest if putting these together
    /// makes it again; then it is read back as such, and else not.
    #[test]
    fn products_are_told_from_other_sets() {
        let (runs, mut products) = ([0..2, 2..4], 0);
        for x in 0..1usize << 16 {
            // Five bits, of which the last two are one number in sixteen ways.
            let numbers: Vec<bool> = (0..32).map(|at| x >> (at / 2) & 1 == 1).collect();
            let mut set = digits(5, 0, &numbers);
            if x % 3 == 0 {
                set = set.and(&Diagram::bit(5, 4, true));
            }
            let side = |run: &Range<u16>| set.numbers(run.start, run.end);
            let sides = [side(&runs[0]), side(&runs[1])];
            let rest = match x % 3 == 0 {
                true => Diagram::bit(5, 4, true),
                false => Diagram::all(5),
            };
            let of = [digits_of(0, &sides[0]), digits_of(2, &sides[1])];
            let product = Diagram::product(5, &of).and(&rest);
            let read = set.factors(&runs);
            assert_eq!(read.is_some(), product == set);
            let Some((read, after)) = read else { continue };
            products += 1;
            assert_eq!(after, if x % 3 == 0 && x > 0 { 4 } else { 5 });
            for (read, side) in read.iter().zip(&sides) {
                let read = |at| read.as_ref().is_none_or(|read| read.contains(at));
                assert!(x == 0 || (0..4).all(|at| read(at) == side[at]));
            }
        }
        assert_eq!(products, 15 * 15 + 1);
    }

    #[test]
    fn a_product_is_what_its_parts_share() {
        let (one, other) = (
            vec![false, true, true, false],
            vec![true, true, false, true],
        );
        let both = Diagram::product(6, &[digits_of(1, &one), digits_of(4, &other)]);
        assert_eq!(both, digits(6, 1, &one).and(&digits(6, 4, &other)));
        let nothing = [digits_of(1, &one), digits_of(4, &[false; 4])];
        assert!(Diagram::product(6, &nothing).is_none());
        assert!(Diagram::product(6, &[digits_of(1, &[true; 4])]).is_all());
    }
}
