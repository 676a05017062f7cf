//! A set sorted by what others are from some bit on, in one walk over all of them.

use super::Diagram;
use super::build::{Builder, ROOM};
use super::walk::{Pair, below, bit_of};
use biodivine_lib_bdd::{Bdd, BddPointer};
use rustc_hash::{FxBuildHasher, FxHashMap};

/// What a set is once its first bits are known.
pub struct Rest<'a> {
    pub(super) of: &'a Bdd,
    pub(super) at: BddPointer,
}

impl Rest<'_> {
    /// Whether it shares something with a set that the bits before do not matter to.
    pub fn meets(&self, other: &Diagram) -> bool {
        let at = other.0.root_pointer();
        Pair::new(&other.0, self.of, false).meets_at(at, self.at)
    }

    /// Whether all of a set that the bits before do not matter to is in it.
    pub fn covers(&self, other: &Diagram) -> bool {
        let at = other.0.root_pointer();
        !Pair::new(&other.0, self.of, true).meets_at(at, self.at)
    }
}

/// The parts of `all` by the class that `class` finds for what the sets are from a bit on. `all` does
/// not depend on the bits from there on.
pub fn sort<const SETS: usize, const CLASSES: usize>(
    all: &Bdd,
    sets: [&Bdd; SETS],
    from: u16,
    class: &mut dyn FnMut([Rest; SETS]) -> Option<usize>,
) -> [Diagram; CLASSES] {
    let mut walk = Walk {
        all,
        sets,
        from,
        class,
        known: FxHashMap::with_capacity_and_hasher(ROOM, FxBuildHasher),
        builders: std::array::from_fn(|_| Builder::new(all.num_vars())),
    };
    let roots = walk.at(all.root_pointer(), sets.map(Bdd::root_pointer));
    let mut roots = roots.into_iter();
    walk.builders
        .map(|builder| builder.finish(roots.next().expect("there are as many")))
}

struct Walk<'a, const SETS: usize, const CLASSES: usize> {
    all: &'a Bdd,
    sets: [&'a Bdd; SETS],
    from: u16,
    class: &'a mut dyn FnMut([Rest; SETS]) -> Option<usize>,
    known: FxHashMap<(BddPointer, [BddPointer; SETS]), [usize; CLASSES]>,
    builders: [Builder; CLASSES],
}

impl<const SETS: usize, const CLASSES: usize> Walk<'_, SETS, CLASSES> {
    /// By class, the node for what is in it from these nodes on.
    fn at(&mut self, all: BddPointer, at: [BddPointer; SETS]) -> [usize; CLASSES] {
        if all.is_zero() {
            return [0; CLASSES];
        }
        if let Some(nodes) = self.known.get(&(all, at)) {
            return *nodes;
        }
        let pairs = self.sets.iter().zip(at);
        let bits = pairs.map(|(set, at)| bit_of(set, at));
        let bit = bits.fold(bit_of(self.all, all), u16::min);
        let mut nodes = [0; CLASSES];
        if bit >= self.from {
            debug_assert!(all.is_one(), "it does not depend on these bits");
            let rests = std::array::from_fn(|set| Rest {
                of: self.sets[set],
                at: at[set],
            });
            if let Some(class) = (self.class)(rests) {
                nodes[class] = 1;
            }
        } else {
            let (all_low, all_high) = below(self.all, all, bit);
            let next = |set: usize| below(self.sets[set], at[set], bit);
            let (low, high) = (
                std::array::from_fn(|set| next(set).0),
                std::array::from_fn(|set| next(set).1),
            );
            let high = self.at(all_high, high);
            let low = self.at(all_low, low);
            for class in 0..CLASSES {
                nodes[class] = self.builders[class].node(bit, low[class], high[class]);
            }
        }
        self.known.insert((all, at), nodes);
        nodes
    }
}
