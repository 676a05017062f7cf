//! Sets of labels as rows of bits, each kept once: a million nodes hold some tens of thousands of
//! different ones.

use super::labels::LabelId;
use rustc_hash::FxHashMap;

/// A row, by its number in [`Rows`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId(pub u32);

/// The row without any label.
pub const EMPTY: RowId = RowId(0);

/// Bits of labels, not yet among the rows. Words beyond its length are zero, and its last is not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Bits(Vec<u64>);

/// All rows.
#[derive(Debug, Clone)]
pub struct Rows {
    words: Vec<u64>,
    /// Where each row ends in the words.
    ends: Vec<usize>,
    /// By hash: the rows that have it.
    known: FxHashMap<u64, Vec<RowId>>,
}

impl Default for Rows {
    fn default() -> Rows {
        let mut rows = Rows {
            words: Vec::new(),
            ends: Vec::new(),
            known: FxHashMap::default(),
        };
        rows.intern(&Bits::default());
        rows
    }
}

impl Rows {
    /// The words of a row.
    pub fn words(&self, row: RowId) -> &[u64] {
        let at = row.0 as usize;
        let start = match at {
            0 => 0,
            at => self.ends[at - 1],
        };
        &self.words[start..self.ends[at]]
    }

    /// How many words all rows take.
    pub fn size(&self) -> usize {
        self.words.len()
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none but the empty row.
    pub fn is_empty(&self) -> bool {
        self.ends.len() <= 1
    }

    /// The row of some bits.
    pub fn intern(&mut self, bits: &Bits) -> RowId {
        let hash = hash(&bits.0);
        if let Some(same) = self.known.get(&hash) {
            for row in same {
                if self.words(*row) == bits.0 {
                    return *row;
                }
            }
        }
        let row = RowId(self.ends.len() as u32);
        self.words.extend_from_slice(&bits.0);
        self.ends.push(self.words.len());
        self.known.entry(hash).or_default().push(row);
        row
    }

    /// The labels of a row, in order.
    pub fn labels(&self, row: RowId) -> impl Iterator<Item = LabelId> + '_ {
        ones(self.words(row))
    }

    /// Whether a row has a label.
    pub fn has(&self, row: RowId, label: LabelId) -> bool {
        has(self.words(row), label)
    }

    /// Whether a row and two sets of bits share a label.
    pub fn meets_both(&self, row: RowId, one: &Bits, other: &Bits) -> bool {
        let bits = one.0.iter().zip(&other.0).map(|(one, other)| one & other);
        let pairs = self.words(row).iter().zip(bits);
        pairs.into_iter().any(|(row, bits)| row & bits != 0)
    }

    /// Whether a row and some bits share a label.
    pub fn meets(&self, row: RowId, bits: &Bits) -> bool {
        let pairs = self.words(row).iter().zip(&bits.0);
        pairs.into_iter().any(|(one, other)| one & other != 0)
    }
}

impl Bits {
    /// Nothing.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Whether there is no label.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a label.
    pub fn insert(&mut self, label: LabelId) {
        let word = label / 64;
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (label % 64);
    }

    /// Whether it has a label.
    pub fn has(&self, label: LabelId) -> bool {
        has(&self.0, label)
    }

    /// The labels in order.
    pub fn labels(&self) -> impl Iterator<Item = LabelId> + '_ {
        ones(&self.0)
    }

    /// The words, as those of a row.
    pub fn words(&self) -> &[u64] {
        &self.0
    }

    /// Whether some label is in both.
    pub fn meets(&self, other: &Bits) -> bool {
        self.0
            .iter()
            .zip(&other.0)
            .any(|(one, other)| one & other != 0)
    }

    /// Adds all of a row.
    pub fn add(&mut self, row: &[u64]) {
        if row.len() > self.0.len() {
            self.0.resize(row.len(), 0);
        }
        for (word, other) in self.0.iter_mut().zip(row) {
            *word |= other;
        }
    }

    /// Adds what other bits lack of so many labels.
    pub fn add_missing(&mut self, other: &Bits, labels: usize) {
        let words = labels.div_ceil(64);
        self.0.resize(words.max(self.0.len()), 0);
        for (at, word) in self.0.iter_mut().enumerate().take(words) {
            let last = labels - at * 64;
            let all = if last >= 64 {
                u64::MAX
            } else {
                (1 << last) - 1
            };
            *word |= all & !other.0.get(at).copied().unwrap_or(0);
        }
        self.trim();
    }

    /// Adds what a row and other bits share.
    pub fn add_shared(&mut self, row: &[u64], mask: &Bits) {
        let shared = row.iter().zip(&mask.0).map(|(word, mask)| word & mask);
        let length = row.len().min(mask.0.len());
        if length > self.0.len() {
            self.0.resize(length, 0);
        }
        for (word, other) in self.0.iter_mut().zip(shared) {
            *word |= other;
        }
        self.trim();
    }

    /// Adds all of a row; whether any was new.
    pub fn grow(&mut self, row: &[u64]) -> bool {
        if row.len() > self.0.len() {
            self.0.resize(row.len(), 0);
        }
        let mut new = 0;
        for (word, other) in self.0.iter_mut().zip(row) {
            new |= other & !*word;
            *word |= other;
        }
        new != 0
    }

    /// Adds what a row and other bits share; whether any was new.
    pub fn grow_shared(&mut self, row: &[u64], mask: &Bits) -> bool {
        let length = row.len().min(mask.0.len());
        if length > self.0.len() {
            self.0.resize(length, 0);
        }
        let mut new = 0;
        for (word, (row, mask)) in self.0.iter_mut().zip(row.iter().zip(&mask.0)) {
            new |= row & mask & !*word;
            *word |= row & mask;
        }
        self.trim();
        new != 0
    }

    /// Keeps what other bits have, too.
    pub fn keep(&mut self, mask: &Bits) {
        self.0.truncate(mask.0.len());
        for (word, mask) in self.0.iter_mut().zip(&mask.0) {
            *word &= mask;
        }
        self.trim();
    }

    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }
}

fn has(words: &[u64], label: LabelId) -> bool {
    words
        .get(label / 64)
        .is_some_and(|word| word >> (label % 64) & 1 == 1)
}

fn ones(words: &[u64]) -> impl Iterator<Item = LabelId> + '_ {
    words.iter().enumerate().flat_map(|(at, word)| {
        let mut word = *word;
        std::iter::from_fn(move || {
            (word != 0).then(|| {
                let bit = word.trailing_zeros() as usize;
                word &= word - 1;
                at * 64 + bit
            })
        })
    })
}

fn hash(words: &[u64]) -> u64 {
    words
        .iter()
        .fold(0x9e37_79b9_7f4a_7c15, |state: u64, word| {
            let product = u128::from(state ^ word) * 0xd1b5_4a32_d192_ed03;
            (product as u64) ^ ((product >> 64) as u64).rotate_left(23)
        })
}

#[cfg(test)]
mod laws {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    type Set = BTreeSet<LabelId>;

    /// A few labels in up to four words, so that sets meet, miss and outgrow each other.
    fn set() -> impl Strategy<Value = Set> {
        let label = prop_oneof![0..4usize, 62..66usize, 126..130usize, 190..256usize];
        prop::collection::btree_set(label, 0..5)
    }

    fn bits(set: &Set) -> Bits {
        let mut bits = Bits::default();
        set.iter().for_each(|label| bits.insert(*label));
        bits
    }

    fn both(one: &Set, other: &Set) -> Set {
        one & other
    }

    proptest! {
        #[test]
        fn rows_and_bits_are_sets_of_labels(one in set(), other in set(), third in set()) {
            let mut rows = Rows::default();
            let row = rows.intern(&bits(&one));
            let all = [&one, &other, &third].map(|set| rows.intern(&bits(set)));
            prop_assert_eq!(all[0], row);
            prop_assert_eq!(all[1] == row, one == other);
            prop_assert_eq!(row == EMPTY, one.is_empty());
            let words: BTreeSet<_> = all.iter().map(|row| rows.words(*row).to_vec()).collect();
            let empty = words.iter().any(Vec::is_empty);
            prop_assert_eq!(rows.len(), words.len() + usize::from(!empty));
            prop_assert_eq!(rows.is_empty(), words.len() == 1 && empty);
            prop_assert_eq!(rows.size(), words.iter().map(Vec::len).sum::<usize>());
            prop_assert_eq!(rows.labels(row).collect::<Set>(), one.clone());
            prop_assert_eq!(bits(&one).labels().collect::<Set>(), one.clone());
            let own = bits(&one);
            prop_assert_eq!(rows.words(row), own.words());
            for label in 0..300 {
                prop_assert_eq!(rows.has(row, label), one.contains(&label));
                prop_assert_eq!(bits(&one).has(label), one.contains(&label));
            }
            let shared = both(&other, &third);
            prop_assert_eq!(bits(&one).is_empty(), one.is_empty());
            prop_assert_eq!(rows.meets(row, &bits(&other)), !one.is_disjoint(&other));
            prop_assert_eq!(bits(&one).meets(&bits(&other)), !one.is_disjoint(&other));
            prop_assert_eq!(
                rows.meets_both(row, &bits(&other), &bits(&third)),
                !one.is_disjoint(&shared)
            );
        }

        /// What is equal has equal words: bits that were taken away leave none behind.
        #[test]
        fn sets_grow_and_shrink_as_sets_do(
            one in set(), other in set(), third in set(), count in 0..260usize
        ) {
            let (more, mask) = (bits(&other), bits(&third));
            let shared = both(&other, &third);
            let done = |change: &dyn Fn(&mut Bits)| {
                let mut all = bits(&one);
                change(&mut all);
                all
            };
            prop_assert_eq!(done(&|all| all.clear()), Bits::default());
            prop_assert_eq!(done(&|all| all.add(more.words())), bits(&(&one | &other)));
            prop_assert_eq!(
                done(&|all| all.add_shared(more.words(), &mask)),
                bits(&(&one | &shared))
            );
            prop_assert_eq!(done(&|all| all.keep(&more)), bits(&both(&one, &other)));
            let missing: Set = (0..count).filter(|label| !other.contains(label)).collect();
            prop_assert_eq!(
                done(&|all| all.add_missing(&more, count)),
                bits(&(&one | &missing))
            );
            let mut all = bits(&one);
            prop_assert_eq!(all.grow(more.words()), !other.is_subset(&one));
            prop_assert_eq!(all, bits(&(&one | &other)));
            let mut all = bits(&one);
            prop_assert_eq!(all.grow_shared(more.words(), &mask), !shared.is_subset(&one));
            prop_assert_eq!(all, bits(&(&one | &shared)));
        }
    }
}
