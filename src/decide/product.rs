//! Sets of acts that are told dimension by dimension, put together in one pass.

use super::diagram::{Diagram, Digits};
use super::space::{Dim, Space};
use crate::model::{NameSet, Vocabulary};
use fixedbitset::FixedBitSet;

/// Acts that lie in every set named: in its dimensions any act at first, fewer with each word.
#[derive(Debug, Clone)]
pub struct Product<'s> {
    space: &'s Space,
    digits: Vec<Digits>,
    others: Vec<Diagram>,
}

impl<'s> Product<'s> {
    /// All acts.
    pub fn new(space: &'s Space) -> Product<'s> {
        Product {
            space,
            digits: Vec::new(),
            others: Vec::new(),
        }
    }

    /// Only acts whose atom in a dimension is one of a set.
    pub fn atoms(self, dim: Dim, set: &FixedBitSet) -> Product<'s> {
        let digits = self.space.digits(dim, set);
        self.digits(digits)
    }

    /// Only acts whose atom in a dimension a list names, its variables included.
    pub fn names(self, vocabulary: &Vocabulary, dim: Dim, list: &NameSet) -> Product<'s> {
        if Space::is_plain(dim, list) {
            self.atoms(dim, &vocabulary.of(dim.kind()).atoms(list))
        } else {
            let set = self.space.names(vocabulary, dim, list);
            self.and(set)
        }
    }

    /// Only acts whose digits are in a set.
    pub fn digits(mut self, digits: Digits) -> Product<'s> {
        // A dimension of one atom has no bits: it decides by itself.
        if digits.member.len() == 1 {
            if digits.member.is_clear() {
                self.others.push(self.space.none());
            }
            return self;
        }
        let mut known = self.digits.iter_mut();
        match known.find(|known| known.first == digits.first) {
            Some(known) => known.member.intersect_with(&digits.member),
            None => self.digits.push(digits),
        }
        self
    }

    /// Only acts of another set.
    pub fn and(mut self, set: Diagram) -> Product<'s> {
        self.others.push(set);
        self
    }

    /// The acts.
    pub fn acts(mut self) -> Diagram {
        self.digits.sort_unstable_by_key(|digits| digits.first);
        let product = Diagram::product(self.space.width(), &self.digits);
        self.others
            .iter()
            .fold(product, |acts, other| acts.and(other))
    }
}
