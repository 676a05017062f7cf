//! Names of one kind as a hierarchy, and the laws of facts.

use crate::source::Span;
pub use crate::syntax::ast::{Date, Kind};
use fixedbitset::FixedBitSet;
use std::collections::BTreeMap;

/// A name, by its position in its kind's [`Hierarchy`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameId(pub u32);

/// `any`, the root of every kind.
pub const ANY: NameId = NameId(0);

/// Built-in parties.
pub mod party {
    use super::NameId;
    /// Ourselves.
    pub const US: NameId = NameId(1);
    /// The people the data is about.
    pub const DATA_SUBJECT: NameId = NameId(2);
    /// Everyone else.
    pub const THIRD_PARTY: NameId = NameId(3);
    /// The public, a third party.
    pub const THE_PUBLIC: NameId = NameId(4);
    /// Variable: the very node this datum was collected from.
    pub const ITS_SOURCE: NameId = NameId(5);
}

/// Built-in purposes.
pub mod purpose {
    use super::NameId;
    /// Variable: the purposes this very datum was collected for.
    pub const COLLECTED: NameId = NameId(1);
}

/// Built-in forms.
pub mod form {
    use super::NameId;
    /// Forms that identify a person.
    pub const IDENTIFIABLE: NameId = NameId(1);
    /// As it is.
    pub const PLAIN: NameId = NameId(2);
    /// Shortened.
    pub const TRUNCATED: NameId = NameId(3);
    /// Identifiable with more knowledge.
    pub const PSEUDONYMOUS: NameId = NameId(4);
    /// Hashed.
    pub const HASHED: NameId = NameId(5);
    /// Replaced by a token.
    pub const TOKENISED: NameId = NameId(6);
    /// Forms that identify nobody.
    pub const ANONYMOUS: NameId = NameId(7);
    /// Counts and sums over many.
    pub const AGGREGATED: NameId = NameId(8);
    /// Stripped of what identifies.
    pub const DE_IDENTIFIED: NameId = NameId(9);
}

/// Built-in facts.
pub mod fact {
    use super::NameId;
    /// The controller instructed it.
    pub const INSTRUCTED: NameId = NameId(1);
}

/// Built-in events.
pub mod event {
    use super::NameId;
    /// The datum was collected.
    pub const COLLECTION: NameId = NameId(1);
}

/// The built-in names of a kind in id order, each with its parent; the first is `any`.
pub fn built_in(kind: Kind) -> &'static [(&'static str, u32)] {
    match kind {
        Kind::Party => &[
            ("any", 0),
            ("us", 0),
            ("data-subject", 0),
            ("third-party", 0),
            ("the-public", 3),
            ("its-source", 0),
        ],
        Kind::Purpose => &[("any", 0), ("collected-purpose", 0)],
        Kind::Form => &[
            ("any", 0),
            ("identifiable", 0),
            ("plain", 1),
            ("truncated", 1),
            ("pseudonymous", 1),
            ("hashed", 4),
            ("tokenised", 4),
            ("anonymous", 0),
            ("aggregated", 7),
            ("de-identified", 7),
        ],
        Kind::Fact => &[("any", 0), ("instructed", 0)],
        Kind::Event => &[("any", 0), ("collection", 0)],
        _ => &[("any", 0)],
    }
}

/// Whether a name stands for another set in every act: `its-source`, `collected-purpose`.
pub fn is_variable(kind: Kind, id: NameId) -> bool {
    match kind {
        Kind::Party => id == party::ITS_SOURCE,
        Kind::Purpose => id == purpose::COLLECTED,
        _ => false,
    }
}

/// A declared (or built-in) name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameInfo {
    /// The short name.
    pub name: String,
    /// The shortest path that is clear among all names of the kind; what messages show.
    pub shown: String,
    /// Direct parents; empty for `any` and for variables.
    pub parents: Vec<NameId>,
    /// Direct children, by id.
    pub children: Vec<NameId>,
    /// The string after its name.
    pub description: Option<String>,
    /// Doc comments.
    pub docs: Vec<String>,
    /// Where it was first declared; none for built-in names.
    pub span: Option<Span>,
}

/// All names of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hierarchy {
    /// By id.
    pub names: Vec<NameInfo>,
    /// By id: the name itself and all its descendants. A variable covers nothing, and nothing
    /// covers it.
    pub covers: Vec<FixedBitSet>,
}

impl Hierarchy {
    /// Number of names, variables included.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is no name at all (never so for a model's hierarchy: `any` is there).
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// What messages call a name.
    pub fn shown(&self, id: NameId) -> &str {
        &self.names[id.0 as usize].shown
    }

    /// The set of a name (§3: the name itself and all its descendants).
    pub fn set(&self, id: NameId) -> &FixedBitSet {
        &self.covers[id.0 as usize]
    }

    /// Whether `small` lies in the set of `big`.
    pub fn within(&self, small: NameId, big: NameId) -> bool {
        self.set(big).contains(small.0 as usize)
    }

    /// The set of a list, variables left out.
    pub fn atoms(&self, list: &NameSet) -> FixedBitSet {
        let mut set = FixedBitSet::with_capacity(self.len());
        if list.include.is_empty() {
            set.union_with(self.set(ANY));
        }
        for id in &list.include {
            set.union_with(self.set(*id));
        }
        for id in &list.exclude {
            set.difference_with(self.set(*id));
        }
        set
    }
}

/// `A, B other than C, D` over ids. An empty `include` means *any*.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameSet {
    /// Before `other than`.
    pub include: Vec<NameId>,
    /// After it.
    pub exclude: Vec<NameId>,
    /// Where it was written.
    pub span: Span,
}

impl NameSet {
    /// Whether it names this very name, on either side.
    pub fn mentions(&self, id: NameId) -> bool {
        self.include.contains(&id) || self.exclude.contains(&id)
    }
}

/// A fact or `not` a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Literal {
    /// The fact.
    pub fact: NameId,
    /// Whether it holds.
    pub holds: bool,
}

/// All kinds, and what facts obey. The fact `any` is no variable of a world: it is only the root
/// above all facts, and always holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vocabulary {
    /// By `Kind as usize`.
    pub kinds: Vec<Hierarchy>,
    /// Pairs of facts that never hold together (with all below them).
    pub excludes: Vec<(NameId, NameId)>,
    /// The last day a fact (and with it all below it) can hold.
    pub until: BTreeMap<NameId, Date>,
    /// Facts that belong to the data: declared `lasting`, or below one that is.
    pub lasting: FixedBitSet,
}

impl Vocabulary {
    /// The names of a kind.
    pub fn of(&self, kind: Kind) -> &Hierarchy {
        &self.kinds[kind as usize]
    }

    /// A list as people write it.
    pub fn show_list(&self, kind: Kind, list: &NameSet) -> String {
        let names = |ids: &[NameId]| {
            ids.iter()
                .map(|id| self.of(kind).shown(*id))
                .collect::<Vec<_>>()
                .join(", ")
        };
        match (list.include.is_empty(), list.exclude.is_empty()) {
            (true, true) => "any".to_string(),
            (false, true) => names(&list.include),
            (true, false) => format!("other than {}", names(&list.exclude)),
            (false, false) => format!(
                "{} other than {}",
                names(&list.include),
                names(&list.exclude)
            ),
        }
    }
}
