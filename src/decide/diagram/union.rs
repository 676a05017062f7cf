//! Many diagrams added up in one walk over all of them: where they part ways early, as rules about
//! different data do, each node is met once, and not once for each sum on the way.

use super::Diagram;
use super::build::Builder;
use super::walk::{below, bit_of};
use biodivine_lib_bdd::{Bdd, BddPointer};
use rustc_hash::FxHashMap;

/// A node of one of the diagrams.
type At = (u32, BddPointer);

/// The union; `None` where the walk meets more than `most` combinations of nodes.
pub fn union(width: u16, sets: &[&Bdd], most: usize) -> Option<Diagram> {
    let mut walk = Walk {
        sets,
        most,
        known: FxHashMap::default(),
        builder: Builder::new(width),
    };
    let numbered = sets.iter().zip(0..);
    let roots = numbered.map(|(set, number)| (number, set.root_pointer()));
    let root = walk.at(roots.collect())?;
    Some(walk.builder.finish(root))
}

struct Walk<'a> {
    sets: &'a [&'a Bdd],
    most: usize,
    known: FxHashMap<Box<[At]>, usize>,
    builder: Builder,
}

impl Walk<'_> {
    /// The node for what is in any set from its node on.
    fn at(&mut self, mut all: Vec<At>) -> Option<usize> {
        if all.iter().any(|(_, at)| at.is_one()) {
            return Some(1);
        }
        all.retain(|(_, at)| !at.is_zero());
        let bits = all
            .iter()
            .map(|(set, at)| bit_of(self.sets[*set as usize], *at));
        let Some(bit) = bits.min() else {
            return Some(0);
        };
        if let Some(node) = self.known.get(&all[..]) {
            return Some(*node);
        }
        if self.known.len() >= self.most {
            return None;
        }
        let both = all.iter().map(|(set, at)| {
            let (low, high) = below(self.sets[*set as usize], *at, bit);
            ((*set, low), (*set, high))
        });
        let (low, high): (Vec<At>, Vec<At>) = both.unzip();
        let high = self.at(high)?;
        let low = self.at(low)?;
        let node = self.builder.node(bit, low, high);
        self.known.insert(all.into(), node);
        Some(node)
    }
}
