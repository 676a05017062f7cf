//! Two sets put together, in one walk over both.

use super::Diagram;
use super::build::Builder;
use super::walk::{below, bit_of};
use biodivine_lib_bdd::{Bdd, BddPointer};
use rustc_hash::{FxBuildHasher, FxHashMap};

/// The vectors for which `of` holds; it is told which of the two sets a vector is in (`None`: not
/// known yet), and says `None` where that does not settle it.
pub fn combine(
    left: &Bdd,
    right: &Bdd,
    of: impl Fn(Option<bool>, Option<bool>) -> Option<bool>,
) -> Diagram {
    let nodes = left.size().max(right.size());
    let mut walk = Walk {
        left,
        right,
        of,
        known: FxHashMap::with_capacity_and_hasher(nodes, FxBuildHasher),
        builder: Builder::sized(left.num_vars(), nodes),
    };
    let root = walk.at(left.root_pointer(), right.root_pointer());
    walk.builder.finish(root)
}

struct Walk<'a, F> {
    left: &'a Bdd,
    right: &'a Bdd,
    of: F,
    known: FxHashMap<(BddPointer, BddPointer), usize>,
    builder: Builder,
}

impl<F: Fn(Option<bool>, Option<bool>) -> Option<bool>> Walk<'_, F> {
    fn at(&mut self, left: BddPointer, right: BddPointer) -> usize {
        if let Some(settled) = (self.of)(left.as_bool(), right.as_bool()) {
            return usize::from(settled);
        }
        if let Some(node) = self.known.get(&(left, right)) {
            return *node;
        }
        let bit = bit_of(self.left, left).min(bit_of(self.right, right));
        let (left_low, left_high) = below(self.left, left, bit);
        let (right_low, right_high) = below(self.right, right, bit);
        let high = self.at(left_high, right_high);
        let low = self.at(left_low, right_low);
        let node = self.builder.node(bit, low, high);
        self.known.insert((left, right), node);
        node
    }
}
