//! Several sets as one diagram with more than two ends: what class a vector is in takes one walk,
//! however many sets decide it (multi-terminal diagrams; Clarke et al. 1993, Bahar et al. 1993).

use super::Diagram;
use super::walk::{below, bit_of};
use biodivine_lib_bdd::{Bdd, BddPointer};
use rustc_hash::FxHashMap;

/// The classes of all vectors of a width.
#[derive(Debug)]
pub struct Classes {
    nodes: Vec<Node>,
    /// By the value of the first bits: where they lead, a node; or a class, counted from `ENDS`.
    first: Vec<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Node {
    bit: u32,
    /// Where it leads by the value of its bit: a node; or a class, counted from `ENDS`.
    next: [u32; 2],
}

/// From here on numbers are classes.
const ENDS: u32 = 1 << 31;

/// How many first bits are looked at in one step. They tell data apart, so that many of them matter.
const FIRST: u32 = 12;

impl Classes {
    /// The classes that sets decide: `class` is told of each set whether a vector is in it, as far as
    /// that is known, and answers as soon as it can. `None` where it takes more nodes than `most`.
    pub fn new(
        sets: &[&Diagram],
        most: usize,
        class: &mut dyn FnMut(&[Option<bool>]) -> Option<u32>,
    ) -> Option<Classes> {
        let sets: Vec<&Bdd> = sets.iter().map(|set| &set.0).collect();
        let roots: Vec<BddPointer> = sets.iter().map(|set| set.root_pointer()).collect();
        let mut build = Build {
            sets,
            most,
            class,
            known: FxHashMap::default(),
            numbers: FxHashMap::default(),
            nodes: Vec::new(),
        };
        let root = build.at(roots)?;
        let nodes = build.nodes;
        let to = |bits: u64| walk(&nodes, root, &[bits], FIRST);
        let first = (0..1 << FIRST).map(to).collect();
        Some(Classes { nodes, first })
    }

    /// The class of a vector, whose bit `n` is bit `n % 64` of word `n / 64`.
    pub fn of(&self, vector: &[u64]) -> u32 {
        let first = vector.first().map_or(0, |word| word % (1 << FIRST));
        walk(&self.nodes, self.first[first as usize], vector, u32::MAX) - ENDS
    }

    /// Number of nodes, a measure of size.
    pub fn size(&self) -> usize {
        self.nodes.len()
    }
}

/// Where a vector leads from a node on: to a class, or to a node that looks at a bit from `until` on.
fn walk(nodes: &[Node], mut at: u32, vector: &[u64], until: u32) -> u32 {
    while at < ENDS {
        let node = &nodes[at as usize];
        if node.bit >= until {
            break;
        }
        let value = vector[node.bit as usize / 64] >> (node.bit % 64) & 1;
        at = node.next[value as usize];
    }
    at
}

struct Build<'a> {
    sets: Vec<&'a Bdd>,
    most: usize,
    class: &'a mut dyn FnMut(&[Option<bool>]) -> Option<u32>,
    known: FxHashMap<Vec<BddPointer>, u32>,
    numbers: FxHashMap<Node, u32>,
    nodes: Vec<Node>,
}

impl Build<'_> {
    /// Where a vector leads that has led to these nodes of the sets; `None` where there is no room.
    fn at(&mut self, at: Vec<BddPointer>) -> Option<u32> {
        if let Some(known) = self.known.get(&at) {
            return Some(*known);
        }
        let members: Vec<Option<bool>> = at.iter().map(BddPointer::as_bool).collect();
        if let Some(class) = (self.class)(&members) {
            return Some(ENDS + class);
        }
        let pairs = || self.sets.iter().zip(&at);
        let bits = pairs().map(|(set, at)| bit_of(set, *at));
        let bit = bits.min().expect("no set decides nothing");
        let (low, high): (Vec<_>, Vec<_>) = pairs().map(|(set, at)| below(set, *at, bit)).unzip();
        let next = [self.at(low)?, self.at(high)?];
        let number = match next[0] == next[1] {
            true => next[0],
            false => self.number(Node {
                bit: u32::from(bit),
                next,
            })?,
        };
        self.known.insert(at, number);
        Some(number)
    }

    fn number(&mut self, node: Node) -> Option<u32> {
        if let Some(known) = self.numbers.get(&node) {
            return Some(*known);
        }
        if self.nodes.len() >= self.most || self.known.len() > 8 * self.most {
            return None;
        }
        let number = self.nodes.len() as u32;
        self.nodes.push(node);
        self.numbers.insert(node, number);
        Some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two bits far apart tell four classes; that takes three nodes, and with room for fewer there is no
    /// answer.
    #[test]
    fn classes_of_two_sets_take_three_nodes() {
        let width = 130;
        let sets = [3, 129].map(|bit| Diagram::bit(width, bit, true));
        let sets: Vec<&Diagram> = sets.iter().collect();
        let mut class = |within: &[Option<bool>]| {
            let number = |set: usize| within[set].map(u32::from);
            Some(number(0)? + 2 * number(1)?)
        };
        assert!(Classes::new(&sets, 2, &mut class).is_none());
        let classes = Classes::new(&sets, 3, &mut class).expect("there is room");
        assert_eq!(classes.size(), 3);
        for (first, last) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            let vector = [first << 3, u64::MAX, last << 1];
            assert_eq!(u64::from(classes.of(&vector)), first + 2 * last);
        }
    }
}
