//! Labels: what is known of a datum wherever it goes.

use crate::model::vocabulary::{Kind, NameId, form};
use crate::model::{Hierarchy, Vocabulary};
use fixedbitset::FixedBitSet;
use rustc_hash::FxHashMap;
use std::hash::Hash;

/// Values kept once, by number.
#[derive(Debug, Clone)]
pub struct Interner<T> {
    values: Vec<T>,
    known: FxHashMap<T, u32>,
}

impl<T> Default for Interner<T> {
    fn default() -> Interner<T> {
        Interner {
            values: Vec::new(),
            known: FxHashMap::default(),
        }
    }
}

impl<T: Clone + Eq + Hash> Interner<T> {
    /// The number of a value.
    pub fn intern(&mut self, value: T) -> u32 {
        if let Some(id) = self.known.get(&value) {
            return *id;
        }
        let id = self.values.len() as u32;
        self.values.push(value.clone());
        self.known.insert(value, id);
        id
    }

    /// The value of a number.
    pub fn get(&self, id: u32) -> &T {
        &self.values[id as usize]
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

/// The purposes a datum was collected for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Purposes {
    /// The collecting edge states none: nothing is known to be one of them.
    Unknown,
    /// All that the collecting edge's purposes cover; a broad purpose counts as a whole.
    Known(FixedBitSet),
    /// Could be any: of data that nothing brings.
    Any,
}

/// What a label has from its collection and keeps for good.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    /// Could be any of these subjects.
    pub subject: FixedBitSet,
    /// Could live in any of these regions.
    pub resident: FixedBitSet,
    /// Could have been collected on any of these.
    pub context: FixedBitSet,
    /// Purposes of collection.
    pub purposes: Purposes,
    /// Lasting facts given where it was collected.
    pub lasting: Vec<NameId>,
    /// The node it was collected from, `SOME_OTHER` where nothing asks which; `None` for data that
    /// nothing brings.
    pub source: Option<usize>,
}

impl Origin {
    /// A source that nothing tells from others.
    pub const SOME_OTHER: usize = usize::MAX;
}

/// A label: one datum, in a form, with its origin and what it derives from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Label {
    /// The datum: one atom.
    pub data: NameId,
    /// Could be in any of these forms: a number of [`Labels::forms`].
    pub form: u32,
    /// A number of [`Labels::origins`].
    pub origin: u32,
    /// Data it derives from, at any remove: a number of [`Labels::ancestors`].
    pub from: u32,
}

/// A label by its number in [`Labels`].
pub type LabelId = usize;

/// All labels of a plan.
#[derive(Debug, Clone)]
pub struct Labels {
    /// The labels.
    pub labels: Interner<Label>,
    /// Sets of forms.
    pub forms: Interner<FixedBitSet>,
    /// Origins.
    pub origins: Interner<Origin>,
    /// Sorted lists of data that a label derives from.
    pub ancestors: Interner<Vec<NameId>>,
    /// How many labels there may be.
    most: usize,
    /// Places taken by lists of labels and ancestors.
    taken: usize,
}

/// How many places a label may take, one with another, in the rows of nodes and in lists.
const PLACES: usize = 256;

impl Default for Labels {
    fn default() -> Labels {
        Labels::up_to(usize::MAX)
    }
}

impl Labels {
    /// No labels yet, and so many at most.
    pub fn up_to(most: usize) -> Labels {
        Labels {
            labels: Interner::default(),
            forms: Interner::default(),
            origins: Interner::default(),
            ancestors: Interner::default(),
            most,
            taken: 0,
        }
    }

    /// Notes that a list or a row takes so many places.
    pub fn take(&mut self, places: usize) {
        self.taken = self.taken.saturating_add(places);
    }

    /// Notes that rows take more places than are left.
    pub fn fill(&mut self) {
        self.taken = usize::MAX;
    }

    /// How many places are left for rows.
    pub fn room(&self) -> usize {
        let all = self.most.saturating_mul(PLACES);
        all.saturating_sub(self.taken)
    }

    /// Whether there are more labels than there may be, or what holds them takes as much memory as if
    /// there were: then what is known of them is not all, and nothing may be concluded from it.
    pub fn is_full(&self) -> bool {
        self.labels.len() > self.most || self.taken > self.most.saturating_mul(PLACES).max(PLACES)
    }

    /// The label of a number.
    pub fn get(&self, id: LabelId) -> Label {
        *self.labels.get(id as u32)
    }

    /// The number of a label.
    pub fn intern(&mut self, label: Label) -> LabelId {
        self.labels.intern(label) as usize
    }

    /// The origin of a label.
    pub fn origin(&self, id: LabelId) -> &Origin {
        self.origins.get(self.get(id).origin)
    }

    /// The forms of a label.
    pub fn form(&self, id: LabelId) -> &FixedBitSet {
        self.forms.get(self.get(id).form)
    }

    /// What a label derives from.
    pub fn ancestors(&self, id: LabelId) -> &[NameId] {
        self.ancestors.get(self.get(id).from)
    }

    /// The same label in other forms.
    pub fn reformed(&mut self, id: LabelId, form: u32) -> LabelId {
        let label = Label {
            form,
            ..self.get(id)
        };
        self.intern(label)
    }

    /// What deriving a datum from a label makes: it remembers the label's datum and all before it.
    pub fn derived(&mut self, id: LabelId, data: NameId, form: Option<u32>) -> LabelId {
        let old = self.get(id);
        let mut from = self.ancestors.get(old.from).clone();
        from.push(old.data);
        from.retain(|ancestor| *ancestor != data);
        from.sort_unstable();
        from.dedup();
        self.take(from.len());
        let from = self.ancestors.intern(from);
        self.intern(Label {
            data,
            form: form.unwrap_or(old.form),
            from,
            ..old
        })
    }
}

/// Labels by what `as` leaves as it is: those of one family differ in their form alone.
#[derive(Debug, Default)]
pub struct Families {
    /// By label: its family.
    of: Vec<u32>,
    members: Vec<Vec<LabelId>>,
    known: FxHashMap<(NameId, u32, u32), u32>,
}

impl Families {
    /// Takes in the labels that came into being since it was asked last.
    pub fn learn(&mut self, labels: &Labels) {
        for id in self.of.len()..labels.labels.len() {
            let label = labels.get(id);
            let next = self.members.len() as u32;
            let key = (label.data, label.origin, label.from);
            let family = *self.known.entry(key).or_insert(next);
            if family == next {
                self.members.push(Vec::new());
            }
            self.members[family as usize].push(id);
            self.of.push(family);
        }
    }

    /// The labels of a label's family, in order.
    pub fn of(&self, label: LabelId) -> &[LabelId] {
        &self.members[self.of[label] as usize]
    }
}

/// Whether changing forms could make anonymous data identifiable again.
pub fn reidentifies(vocabulary: &Vocabulary, old: &FixedBitSet, new: &FixedBitSet) -> bool {
    let forms: &Hierarchy = vocabulary.of(Kind::Form);
    !old.is_disjoint(forms.set(form::ANONYMOUS)) && !new.is_disjoint(forms.set(form::IDENTIFIABLE))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(data: u32) -> Label {
        Label {
            data: NameId(data),
            form: 0,
            origin: 0,
            from: 0,
        }
    }

    #[test]
    fn more_labels_than_there_may_be_are_too_many() {
        let mut labels = Labels::up_to(2);
        for (data, full) in [(1, false), (2, false), (2, false), (3, true), (4, true)] {
            labels.intern(label(data));
            assert_eq!(labels.is_full(), full, "{data}");
        }
    }

    /// Each label pays for some places in rows and lists, whoever takes them.
    #[test]
    fn what_holds_labels_takes_from_one_store_of_places() {
        let mut labels = Labels::up_to(2);
        let all = labels.room();
        labels.take(all - 10);
        assert_eq!((labels.room(), labels.is_full()), (10, false));
        labels.take(10);
        assert_eq!((labels.room(), labels.is_full()), (0, false));
        labels.take(1);
        assert_eq!((labels.room(), labels.is_full()), (0, true));

        let mut labels = Labels::up_to(2);
        labels.fill();
        assert_eq!((labels.room(), labels.is_full()), (0, true));

        // A derived label takes a place for each datum that it remembers.
        let mut labels = Labels::up_to(2);
        labels.ancestors.intern(Vec::new());
        let first = labels.intern(label(1));
        let second = labels.derived(first, NameId(2), None);
        labels.derived(second, NameId(3), None);
        assert_eq!(all - labels.room(), 3);
    }

    #[test]
    fn a_label_remembers_what_it_derives_from() {
        let mut labels = Labels::default();
        labels.ancestors.intern(Vec::new());
        labels.ancestors.intern(vec![NameId(7)]);
        let first = labels.intern(label(3));
        let second = labels.derived(first, NameId(2), Some(5));
        let third = labels.derived(second, NameId(1), None);
        let again = labels.derived(third, NameId(2), None);
        let read = |id| {
            (
                labels.get(id).data,
                labels.get(id).form,
                labels.ancestors(id).to_vec(),
            )
        };
        assert_eq!(read(second), (NameId(2), 5, vec![NameId(3)]));
        assert_eq!(read(third), (NameId(1), 5, vec![NameId(2), NameId(3)]));
        // Not from itself.
        assert_eq!(read(again), (NameId(2), 5, vec![NameId(1), NameId(3)]));
    }
}
