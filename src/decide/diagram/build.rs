//! Diagrams built node by node, in the order in which the library numbers nodes.

use super::Diagram;
use biodivine_lib_bdd::{Bdd, BddNode, BddPointer, BddVariable};
use rustc_hash::{FxBuildHasher, FxHashMap};

/// Some bits read as a number, the most significant first, with the numbers that are in a set.
#[derive(Debug, Clone)]
pub struct Digits {
    /// The first of the bits.
    pub first: u16,
    /// By number, whether it is in the set; a power of two long, which gives the count of bits.
    pub member: Vec<bool>,
}

impl Digits {
    /// What follows the last of the bits.
    pub fn end(&self) -> u16 {
        self.first + self.member.len().trailing_zeros() as u16
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
        debug_assert!(digits.member.len().is_power_of_two());
        let mut count = Vec::with_capacity(digits.member.len() + 1);
        count.push(0);
        let mut sum = 0u32;
        for member in &digits.member {
            sum += u32::from(*member);
            count.push(sum);
        }
        root = number(&mut builder, digits.first, &count, root);
        if root == 0 {
            break;
        }
    }
    builder.finish(root)
}

/// The node that leads to `inside` for the numbers in a set and to nothing for others. `count` holds,
/// for each position, how many numbers before it are in the set.
fn number(builder: &mut Builder, bit: u16, count: &[u32], inside: usize) -> usize {
    let numbers = count.len() - 1;
    match count[numbers] - count[0] {
        0 => 0,
        members if members as usize == numbers => inside,
        _ => {
            let half = numbers / 2;
            // The library numbers what is below a set bit first; equal sets must have equal nodes.
            let high = number(builder, bit + 1, &count[half..], inside);
            let low = number(builder, bit + 1, &count[..=half], inside);
            builder.node(bit, low, high)
        }
    }
}

/// Builds a diagram from its leaves; nodes are shared and redundant ones left out.
pub struct Builder {
    nodes: Vec<BddNode>,
    known: FxHashMap<BddNode, usize>,
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
            known: FxHashMap::with_capacity_and_hasher(nodes, FxBuildHasher),
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
        *self.known.entry(node).or_insert_with(|| {
            self.nodes.push(node);
            self.nodes.len() - 1
        })
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
