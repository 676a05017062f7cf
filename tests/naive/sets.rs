//! Sets of names, acts and worlds, written out element by element (§1, §3 of the language page).

use abide::model::vocabulary::{ANY, Date, is_variable};
use abide::model::{Action, NameId, NameSet, Vocabulary};
use abide::syntax::ast::Kind;
use std::collections::BTreeSet;

/// A set of names of one kind.
pub type Names = BTreeSet<NameId>;

/// "A *world* assigns all facts": the facts that hold in it (`any` left out).
pub type World = BTreeSet<NameId>;

/// How long a store keeps a datum: `None` is without limit, else so many hours after an event.
pub type Retention = Option<(u64, NameId)>;

/// "An act is one thing that happens to one datum": one name in each dimension its action has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Act {
    pub action: Action,
    pub data: NameId,
    pub form: NameId,
    pub subject: NameId,
    pub resident: NameId,
    pub context: NameId,
    pub actor: NameId,
    /// Of collect, share, sell and transfer.
    pub counterparty: Option<NameId>,
    /// The counterparty is the very node this datum was collected from.
    pub own_source: bool,
    pub purpose: NameId,
    /// The purpose is one that this very datum was collected for.
    pub collected: bool,
    /// Of all but transfer.
    pub place: Option<NameId>,
    /// Of transfer.
    pub from: Option<NameId>,
    /// Of transfer.
    pub to: Option<NameId>,
    /// Of retain.
    pub retention: Option<Retention>,
    /// Giving people their own data: no permission is needed (§4, "sharing with a source is open …").
    pub open: bool,
}

/// "The set of a name is the name itself and all its descendants", for every name of every kind.
pub struct Sets<'a> {
    pub vocabulary: &'a Vocabulary,
    sets: Vec<Vec<Names>>,
}

impl<'a> Sets<'a> {
    /// Walks down from every name along its children.
    pub fn new(vocabulary: &'a Vocabulary) -> Sets<'a> {
        let sets = Kind::ALL
            .iter()
            .map(|kind| {
                let hierarchy = vocabulary.of(*kind);
                (0..hierarchy.len())
                    .map(|id| {
                        let mut set = Names::new();
                        let mut todo = vec![NameId(id as u32)];
                        while let Some(name) = todo.pop() {
                            if set.insert(name) {
                                todo.extend(&hierarchy.names[name.0 as usize].children);
                            }
                        }
                        // A variable stands for another set in every act; it is no name of its own.
                        set.retain(|name| !is_variable(*kind, *name));
                        set
                    })
                    .collect()
            })
            .collect();
        Sets { vocabulary, sets }
    }

    /// The set of a name.
    pub fn of(&self, kind: Kind, name: NameId) -> &Names {
        &self.sets[kind as usize][name.0 as usize]
    }

    /// All names of a kind.
    pub fn any(&self, kind: Kind) -> &Names {
        self.of(kind, ANY)
    }

    /// Whether `small` lies in the set of `big`.
    pub fn within(&self, kind: Kind, small: NameId, big: NameId) -> bool {
        self.of(kind, big).contains(&small)
    }

    /// "`A, B other than C, D` is the set of A and B less that of C and D, and with nothing before
    /// it `other than` takes from *any*". Variables are left out.
    pub fn list(&self, kind: Kind, list: &NameSet) -> Names {
        let mut names = Names::new();
        if list.include.is_empty() {
            names.extend(self.any(kind));
        }
        for name in &list.include {
            names.extend(self.of(kind, *name));
        }
        for name in &list.exclude {
            names.retain(|one| !self.within(kind, *one, *name));
        }
        names
    }

    /// The set of a list, or *any* where nothing was written.
    pub fn list_or_any(&self, kind: Kind, list: Option<&NameSet>) -> Names {
        match list {
            Some(list) => self.list(kind, list),
            None => self.any(kind).clone(),
        }
    }

    /// Whether a list covers a name, where `variable` says whether the list's variable
    /// (`its-source`, `collected-purpose`) covers it in the act at hand.
    pub fn covers(&self, kind: Kind, list: &NameSet, name: NameId, variable: bool) -> bool {
        let covered_by = |one: &NameId| {
            if is_variable(kind, *one) {
                variable
            } else {
                self.within(kind, name, *one)
            }
        };
        (list.include.is_empty() || list.include.iter().any(covered_by))
            && !list.exclude.iter().any(covered_by)
    }

    /// "A *world* assigns all facts in line with these": a child implies its parents, what excludes
    /// each other never holds together, and after its last day a fact is false.
    pub fn worlds(&self, today: Date) -> Vec<World> {
        let hierarchy = self.vocabulary.of(Kind::Fact);
        let facts: Vec<NameId> = (1..hierarchy.len() as u32).map(NameId).collect();
        (0u64..1 << facts.len())
            .map(|bits| {
                facts
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| bits >> at & 1 == 1)
                    .map(|(_, fact)| *fact)
                    .collect::<World>()
            })
            .filter(|world| {
                let parents_hold = world.iter().all(|fact| {
                    hierarchy.names[fact.0 as usize]
                        .parents
                        .iter()
                        .all(|parent| *parent == ANY || world.contains(parent))
                });
                let never_both = self
                    .vocabulary
                    .excludes
                    .iter()
                    .all(|(a, b)| !(world.contains(a) && world.contains(b)));
                let in_time = self
                    .vocabulary
                    .until
                    .iter()
                    .all(|(fact, last)| today <= *last || !world.contains(fact));
                parents_hold && never_both && in_time
            })
            .collect()
    }

    /// "false after that day": the fact, or one it implies, is past its last day.
    pub fn expired(&self, fact: NameId, today: Date) -> bool {
        self.vocabulary
            .until
            .iter()
            .any(|(dated, last)| today > *last && self.within(Kind::Fact, fact, *dated))
    }
}
