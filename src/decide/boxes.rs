//! Sets of acts read back as products of sets of names, the fewest that a greedy split finds.

use super::diagram::Diagram;
use super::product::Product;
use super::space::{Dim, Space};
use crate::model::Vocabulary;
use fixedbitset::FixedBitSet;

/// A product of sets of atoms, one for each dimension; empty where the action lacks the dimension.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Acts {
    /// By `Dim as usize`.
    pub sets: [FixedBitSet; 12],
}

impl Acts {
    /// The atoms of a dimension.
    pub fn of(&self, dim: Dim) -> &FixedBitSet {
        &self.sets[dim as usize]
    }

    /// The acts in these dimensions as a diagram.
    pub fn diagram(&self, space: &Space, dims: &[Dim]) -> Diagram {
        let dims = dims.iter();
        let product = Product::new(space);
        dims.fold(product, |all, dim| all.atoms(*dim, self.of(*dim)))
            .acts()
    }

    /// The same with other atoms in one dimension.
    pub fn with(mut self, dim: Dim, atoms: FixedBitSet) -> Acts {
        self.sets[dim as usize] = atoms;
        self
    }
}

/// A set as disjoint products over `dims`. Bits of other dimensions must not matter. A set that is
/// a product stays whole; another is split along the dimension that needs the fewest parts.
pub fn split(space: &Space, vocabulary: &Vocabulary, set: &Diagram, dims: &[Dim]) -> Vec<Acts> {
    if set.is_none() {
        return Vec::new();
    }
    let atoms: Vec<(Dim, FixedBitSet)> = dims
        .iter()
        .map(|dim| (*dim, space.project(set, *dim, vocabulary)))
        .collect();
    let product = atoms.iter().fold(Product::new(space), |all, (dim, atoms)| {
        all.atoms(*dim, atoms)
    });
    if product.acts() == *set {
        let acts = Acts::default();
        return vec![
            atoms
                .into_iter()
                .fold(acts, |acts, (dim, atoms)| acts.with(dim, atoms)),
        ];
    }
    let mut best: Option<(Dim, Vec<(FixedBitSet, Diagram)>)> = None;
    for (dim, atoms) in &atoms {
        let parts = slices(space, set, *dim, atoms);
        let better = match &best {
            None => parts.len() > 1,
            Some((_, known)) => parts.len() > 1 && parts.len() < known.len(),
        };
        if better {
            best = Some((*dim, parts));
        }
    }
    let (dim, parts) = best.expect("a set that is no product differs along some dimension");
    let rest: Vec<Dim> = dims.iter().copied().filter(|other| *other != dim).collect();
    let mut all = Vec::new();
    for (atoms, slice) in parts {
        for acts in split(space, vocabulary, &slice, &rest) {
            all.push(acts.with(dim, atoms.clone()));
        }
    }
    all
}

/// The atoms of a dimension grouped by what the set is at them, in order of their first atom.
fn slices(
    space: &Space,
    set: &Diagram,
    dim: Dim,
    atoms: &FixedBitSet,
) -> Vec<(FixedBitSet, Diagram)> {
    let mut parts: Vec<(FixedBitSet, Diagram)> = Vec::new();
    for atom in atoms.ones() {
        let slice = set.restrict(&space.atom_bits(dim, crate::model::NameId(atom as u32)));
        match parts.iter_mut().find(|(_, known)| *known == slice) {
            Some((group, _)) => group.insert(atom),
            None => {
                let mut group = FixedBitSet::with_capacity(atoms.len());
                group.insert(atom);
                parts.push((group, slice));
            }
        }
    }
    parts
}
