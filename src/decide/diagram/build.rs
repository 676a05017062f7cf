//! Diagrams built node by node, in the order in which the library numbers nodes.

use super::Diagram;
use biodivine_lib_bdd::{Bdd, BddNode, BddPointer, BddVariable};
use fixedbitset::FixedBitSet;
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher;
use std::ops::Range;

/// Some bits read as a number, the most significant first, with the numbers that are in a set.
#[derive(Debug, Clone)]
pub struct Digits {
    /// The first of the bits.
    pub first: u16,
    /// The numbers that are in the set; a power of two long, which gives the count of bits.
    pub member: FixedBitSet,
}

impl Digits {
    /// What follows the last of the bits.
    pub fn end(&self) -> u16 {
        self.first + self.member.len().trailing_zeros() as u16
    }

    /// The bits of the least number that is in the set; all clear where none is.
    pub fn first_bits(&self) -> Vec<(u16, bool)> {
        let number = self.member.minimum().unwrap_or_default();
        let bits = (self.first..self.end()).rev().enumerate();
        bits.map(|(at, bit)| (bit, number >> at & 1 == 1)).collect()
    }
}

/// The vectors whose digits are all in their sets. Digits come in the order of their bits and share
/// none: then each adds its nodes on top of those below it, and nothing is computed twice.
pub fn product(width: u16, digits: &[Digits]) -> Diagram {
    let bits = digits
        .iter()
        .map(|digits| usize::from(digits.end() - digits.first));
    let mut builder = Builder::sized(width, 2 * bits.sum::<usize>());
    let mut root = 1;
    for digits in digits.iter().rev() {
        let count = digits.member.len();
        debug_assert!(count.is_power_of_two());
        let member = digits.member.as_slice();
        root = number(&mut builder, digits.first, member, 0..count, root);
        if root == 0 {
            break;
        }
    }
    builder.finish(root)
}

/// The node that leads to `inside` for the numbers of a range that are in a set and to nothing for
/// others; the range is a power of two long and begins at a multiple of its length.
fn number(
    builder: &mut Builder,
    bit: u16,
    member: &[usize],
    range: Range<usize>,
    inside: usize,
) -> usize {
    match share_of(member, &range) {
        Share::None => 0,
        Share::All => inside,
        Share::Some => {
            let half = range.start + range.len() / 2;
            // The library numbers what is below a set bit first; equal sets must have equal nodes.
            let high = number(builder, bit + 1, member, half..range.end, inside);
            let low = number(builder, bit + 1, member, range.start..half, inside);
            builder.node(bit, low, high)
        }
    }
}

/// How much of a range is in a set.
enum Share {
    None,
    Some,
    All,
}

fn share_of(member: &[usize], range: &Range<usize>) -> Share {
    const BITS: usize = usize::BITS as usize;
    let (all, some) = if range.len() < BITS {
        let ones = (1 << range.len()) - 1;
        let own = member[range.start / BITS] >> (range.start % BITS) & ones;
        (own == ones, own != 0)
    } else {
        let words = &member[range.start / BITS..range.end / BITS];
        let all = words.iter().all(|word| *word == usize::MAX);
        (all, words.iter().any(|word| *word != 0))
    };
    match (all, some) {
        (true, _) => Share::All,
        (_, true) => Share::Some,
        _ => Share::None,
    }
}

/// How many nodes, or pairs of nodes, walks over one or two sets have room for from the start: what people
/// write makes small sets, and making room time and again takes longer than the walk.
pub const ROOM: usize = 56;

/// Builds a diagram from its leaves; nodes are shared and redundant ones left out.
pub struct Builder {
    nodes: Vec<BddNode>,
    /// The numbers of the nodes that decide, each at the first place from its hash on that was free; 0 is
    /// free. More than half of the places always are.
    places: Vec<u32>,
}

impl Builder {
    /// With the two terminals alone.
    pub fn new(width: u16) -> Builder {
        Builder::sized(width, 0)
    }

    /// With room for so many nodes.
    pub fn sized(width: u16, nodes: usize) -> Builder {
        let mut all = Vec::with_capacity(nodes + 2);
        all.extend([BddNode::mk_zero(width), BddNode::mk_one(width)]);
        Builder {
            nodes: all,
            places: vec![0; (2 * nodes).next_power_of_two().max(16)],
        }
    }

    /// A decision on a bit between two nodes (0 and 1 are the terminals).
    pub fn node(&mut self, bit: u16, low: usize, high: usize) -> usize {
        if low == high {
            return low;
        }
        let node = BddNode::mk_node(
            BddVariable::from_index(bit as usize),
            BddPointer::from_index(low),
            BddPointer::from_index(high),
        );
        let place = self.place(&node);
        if self.places[place] != 0 {
            return self.places[place] as usize;
        }
        let number = self.nodes.len();
        self.nodes.push(node);
        self.places[place] = number as u32;
        if 2 * self.nodes.len() > self.places.len() {
            self.grow();
        }
        number
    }

    /// Where a node is, or the free place where it belongs.
    fn place(&self, node: &BddNode) -> usize {
        let mask = self.places.len() - 1;
        let mut place = FxBuildHasher.hash_one(node) as usize & mask;
        while self.places[place] != 0 && self.nodes[self.places[place] as usize] != *node {
            place = (place + 1) & mask;
        }
        place
    }

    fn grow(&mut self) {
        self.places = vec![0; 4 * self.places.len()];
        for number in 2..self.nodes.len() {
            let place = self.place(&self.nodes[number]);
            self.places[place] = number as u32;
        }
    }

    /// The diagram whose root was built last.
    pub fn finish(mut self, root: usize) -> Diagram {
        match root {
            0 => self.nodes.truncate(1),
            1 => self.nodes.truncate(2),
            _ => debug_assert_eq!(root, self.nodes.len() - 1),
        }
        // The library checks what it is given; nodes built here are in order by construction.
        Diagram(Bdd::from_nodes(&self.nodes).expect("nodes are built children first"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bits of the least number, and no others, lead from the whole product to one without these bits.
    #[test]
    fn the_first_bits_of_digits_are_those_of_the_least_number() {
        for (first, count) in [(0, 0), (0, 1), (2, 3), (5, 4)] {
            for least in 0..1usize << count {
                let mut member = FixedBitSet::with_capacity(1 << count);
                member.insert_range(least..);
                let digits = Digits { first, member };
                assert_eq!(digits.end(), first + count);
                let mut bits = digits.first_bits();
                bits.sort_unstable();
                let read = |number, (_, bit): &(u16, bool)| 2 * number + usize::from(*bit);
                assert_eq!(bits.iter().fold(0, read), least);
                let places = bits.iter().map(|(bit, _)| *bit);
                assert!(places.eq(first..first + count));
                assert!(product(12, &[digits]).restrict(&bits).is_all());
            }
        }
        let member = FixedBitSet::with_capacity(4);
        let none = Digits { first: 1, member };
        assert_eq!(none.first_bits(), [(2, false), (1, false)]);
    }
}
