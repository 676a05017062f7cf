//! Places where names are declared, merged until it is known which are the same name.
//!
//! Two places are one name where they stand below one name and are called the same. Merging goes on
//! until nothing changes, so that neither the order of files nor that of statements matters.

use super::Visible;
use super::names::Names;
use crate::model::vocabulary::{ANY, Kind, NameId, built_in, is_variable, party};
use crate::source::{FileId, Span};
use crate::syntax::ast::{self, Entry, Path};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// How often paths are looked up anew because of what other paths opened. People need two or three
/// rounds; what takes more is reported, so that no text takes for ever.
const MOST_ROUNDS: usize = 100;

/// An entry as it stands in the text, or a built-in name.
pub(super) struct Place<'a> {
    /// The name.
    pub name: &'a str,
    /// Where; none for built-in names.
    pub span: Option<Span>,
    /// The file; none for built-in names.
    pub file: Option<FileId>,
    /// The entry; none for built-in names.
    pub entry: Option<&'a Entry>,
    /// The place in whose braces it stands.
    pub within: Option<usize>,
}

/// A top-level entry while it is not yet known what it opens.
pub(super) struct OpenHead<'a> {
    /// The statement.
    pub statement: &'a ast::Vocabulary,
    /// Its place.
    pub place: usize,
    /// Whether it is known by now.
    pub placed: bool,
}

/// A path after `is` while it is not yet known what it names.
pub(super) struct OpenParent<'a> {
    /// The path.
    pub path: &'a Path,
    /// Its file.
    pub file: FileId,
    /// Positions in `heads` of the entries it is a parent of.
    pub heads: std::ops::Range<usize>,
    /// A place of the parent, once known.
    pub target: Option<usize>,
}

/// All places of one kind, merged by union-find: places in one class are one name.
pub(super) struct Places<'a> {
    /// The kind.
    pub kind: Kind,
    /// Built-in names first, then as in the text.
    pub places: Vec<Place<'a>>,
    /// How many are built in.
    pub built_in: usize,
    /// Top-level entries.
    pub heads: Vec<OpenHead<'a>>,
    /// Paths after `is`.
    pub parents: Vec<OpenParent<'a>>,
    /// What a place lies directly below, for identity: two places of one name in one home are one.
    pub home: Vec<Option<usize>>,
    /// By place, a place of the same class; its own where it stands for the class.
    pub class: Vec<usize>,
    /// The places of each name.
    pub by_name: FxHashMap<&'a str, Vec<usize>>,
    /// No head is placed any more.
    pub settled: bool,
}

impl<'a> Places<'a> {
    /// The built-in names of a kind.
    pub(super) fn of(kind: Kind) -> Places<'a> {
        let mut places = Places {
            kind,
            places: Vec::new(),
            built_in: 0,
            heads: Vec::new(),
            parents: Vec::new(),
            home: Vec::new(),
            class: Vec::new(),
            by_name: FxHashMap::default(),
            settled: false,
        };
        for (at, (name, parent)) in built_in(kind).iter().enumerate() {
            let below = at != 0 && !is_variable(kind, NameId(at as u32));
            places.push(Place {
                name,
                span: None,
                file: None,
                entry: None,
                within: below.then_some(*parent as usize),
            });
        }
        places.built_in = places.places.len();
        places
    }

    fn push(&mut self, place: Place<'a>) -> usize {
        let at = self.places.len();
        self.home.push(place.within);
        self.class.push(at);
        self.by_name.entry(place.name).or_default().push(at);
        self.places.push(place);
        at
    }

    /// Adds the places of a statement.
    pub(super) fn add(
        &mut self,
        statement: &'a ast::Vocabulary,
        file: FileId,
        names: &mut Names<'a>,
    ) {
        let first_head = self.heads.len();
        let mut seen = FxHashMap::default();
        for entry in &statement.entries {
            let last = entry.path.last();
            let key: Vec<&str> = entry.path.segments().map(|s| &*s.text).collect();
            if let Some(first) = seen.insert(key, entry.path.span()) {
                names.repeated.push((self.kind, entry, first));
            }
            let place = self.push(Place {
                name: &last.text,
                span: Some(entry.path.span()),
                file: Some(file),
                entry: Some(entry),
                within: None,
            });
            if self.is_variable_name(&last.text) {
                names.forbidden.push((self.kind, entry));
            }
            self.heads.push(OpenHead {
                statement,
                place,
                placed: false,
            });
            self.add_children(entry, place, file, names);
        }
        for path in &statement.is {
            self.parents.push(OpenParent {
                path,
                file,
                heads: first_head..self.heads.len(),
                target: None,
            });
        }
    }

    fn add_children(
        &mut self,
        entry: &'a Entry,
        within: usize,
        file: FileId,
        names: &mut Names<'a>,
    ) {
        let mut seen: FxHashMap<&str, Span> = FxHashMap::default();
        for child in &entry.children {
            let last = child.path.last();
            // `any` is one name only, the root; what stands below it here still counts.
            if last.text == "any" {
                names.forbidden.push((self.kind, child));
                self.add_children(child, within, file, names);
                continue;
            }
            if let Some(first) = seen.get(&*last.text) {
                names.repeated.push((self.kind, child, *first));
            } else {
                seen.insert(&last.text, child.path.span());
            }
            let place = self.push(Place {
                name: &last.text,
                span: Some(child.path.span()),
                file: Some(file),
                entry: Some(child),
                within: Some(within),
            });
            self.add_children(child, place, file, names);
        }
    }

    fn is_variable_name(&self, name: &str) -> bool {
        self.variables().any(|at| self.places[at].name == name)
    }

    /// The places of `its-source` and the like.
    pub(super) fn variables(&self) -> impl Iterator<Item = usize> {
        let kind = self.kind;
        (0..self.built_in).filter(move |at| is_variable(kind, NameId(*at as u32)))
    }

    /// Where a name without a parent belongs.
    pub(super) fn default_home(&self) -> usize {
        match self.kind {
            Kind::Party => party::THIRD_PARTY.0 as usize,
            _ => ANY.0 as usize,
        }
    }

    /// The place that stands for the class of a place.
    pub(super) fn find(&mut self, mut at: usize) -> usize {
        while self.class[at] != at {
            self.class[at] = self.class[self.class[at]];
            at = self.class[at];
        }
        at
    }

    /// Merges two classes into that of the earlier place; says whether they were two.
    fn merge(&mut self, a: usize, b: usize) -> bool {
        let (a, b) = (self.find(a), self.find(b));
        self.class[a.max(b)] = a.min(b);
        a != b
    }

    fn seen_from(&self, at: usize, file: FileId, visible: &Visible) -> bool {
        self.places[at]
            .file
            .is_none_or(|declares| visible.sees(file, declares))
    }

    /// Merges places until nothing changes.
    pub(super) fn settle(&mut self, visible: &Visible) {
        for _ in 0..MOST_ROUNDS {
            self.merge_places(visible);
            if !self.resolve_paths(visible) {
                break;
            }
        }
        // What stands in the braces of an unclear head must stand somewhere, or every use of it
        // would be an error too.
        self.settled = true;
        let unplaced = self.unplaced();
        for at in 0..self.places.len() {
            if self.places[at]
                .within
                .is_some_and(|within| unplaced.contains(&within))
            {
                self.home[at] = Some(self.default_home());
            }
        }
        self.merge_places(visible);
    }

    /// Merges places of one name in one home, and heads with the one place they open again.
    fn merge_places(&mut self, visible: &Visible) {
        loop {
            let mut changed = false;
            let mut first: FxHashMap<(usize, &str), usize> = FxHashMap::default();
            for at in 0..self.places.len() {
                if let Some(home) = self.home[at] {
                    let key = (self.find(home), self.places[at].name);
                    match first.get(&key) {
                        Some(other) => changed |= self.merge(*other, at),
                        None => {
                            first.insert(key, at);
                        }
                    }
                }
            }
            for head in 0..self.heads.len() {
                changed |= self.place_head(head, visible);
            }
            if !changed {
                return;
            }
        }
    }

    /// Tries to tell what a head of one word means: a name in braces somewhere, or one of its own.
    fn place_head(&mut self, head: usize, visible: &Visible) -> bool {
        let place = self.heads[head].place;
        let (entry, file) = (self.places[place].entry, self.places[place].file);
        let (Some(entry), Some(file)) = (entry, file) else {
            return false;
        };
        if self.settled || self.heads[head].placed || !entry.path.is_one_name() {
            return false;
        }
        let name = self.places[place].name;
        let known = self.by_name[name].clone();
        if let Some(root) = known
            .iter()
            .find(|at| **at < self.built_in && self.places[**at].within.is_none())
        {
            self.heads[head].placed = true;
            return self.merge(*root, place);
        }
        let mut classes = BTreeSet::new();
        for at in known {
            if self.places[at].within.is_some() && self.seen_from(at, file, visible) {
                classes.insert(self.find(at));
            }
        }
        match classes.len() {
            0 => self.home[place] = Some(self.default_home()),
            1 => {
                for at in classes {
                    self.merge(at, place);
                }
            }
            _ => return false,
        }
        self.heads[head].placed = true;
        true
    }

    /// Resolves dotted heads and the paths after `is` by what is known so far, all of them by the
    /// same state; says whether any was new.
    fn resolve_paths(&mut self, visible: &Visible) -> bool {
        let above = self.above();
        let unplaced = self.unplaced();
        let mut opened = Vec::new();
        for head in 0..self.heads.len() {
            let place = self.heads[head].place;
            if let Some(entry) = self.places[place].entry
                && let Some(file) = self.places[place].file
                && !self.heads[head].placed
                && !entry.path.is_one_name()
                && let [one] = self.matches(&entry.path, file, visible, &above, &unplaced)[..]
            {
                opened.push((head, one));
            }
        }
        let mut found = Vec::new();
        for at in 0..self.parents.len() {
            let (path, file) = (self.parents[at].path, self.parents[at].file);
            if self.parents[at].target.is_none()
                && let [one] = self.matches(path, file, visible, &above, &unplaced)[..]
            {
                found.push((at, one));
            }
        }
        let progress = !opened.is_empty() || !found.is_empty();
        for (head, one) in opened {
            let place = self.heads[head].place;
            self.merge(one, place);
            self.heads[head].placed = true;
        }
        for (at, one) in found {
            self.parents[at].target = Some(one);
        }
        progress
    }

    /// The places of heads of which it is not clear what they open.
    pub(super) fn unplaced(&self) -> BTreeSet<usize> {
        self.heads
            .iter()
            .filter(|head| !head.placed)
            .map(|head| head.place)
            .collect()
    }

    /// The classes a path can mean.
    fn matches(
        &mut self,
        path: &Path,
        file: FileId,
        visible: &Visible,
        above: &FxHashMap<usize, BTreeSet<usize>>,
        unplaced: &BTreeSet<usize>,
    ) -> Vec<usize> {
        let called = |places: &mut Places, name: &str| -> BTreeSet<usize> {
            let all = places.by_name.get(name).cloned().unwrap_or_default();
            let seen = |at: &usize| !unplaced.contains(at) && places.seen_from(*at, file, visible);
            let seen: Vec<usize> = all.into_iter().filter(seen).collect();
            seen.into_iter().map(|at| places.find(at)).collect()
        };
        let mut result = Vec::new();
        for candidate in called(self, &path.last().text) {
            let mut trail = BTreeSet::from([candidate]);
            for segment in path.segments().rev().skip(1) {
                let named = called(self, &segment.text);
                trail = trail
                    .iter()
                    .filter_map(|at| above.get(at))
                    .flatten()
                    .filter(|parent| named.contains(parent))
                    .copied()
                    .collect();
            }
            if !trail.is_empty() {
                result.push(candidate);
            }
        }
        result
    }

    /// The direct parents of each class, as far as known.
    fn above(&mut self) -> FxHashMap<usize, BTreeSet<usize>> {
        let mut above: FxHashMap<usize, BTreeSet<usize>> = FxHashMap::default();
        for link in self.links() {
            above.entry(link.child).or_default().insert(link.parent);
        }
        above
    }

    /// What lies directly below what: by braces, by `is`, and where neither says so by default.
    pub(super) fn links(&mut self) -> Vec<Link> {
        let mut links = Vec::new();
        for at in 0..self.places.len() {
            if let Some(within) = self.places[at].within {
                // The braces of an unclear head put nothing below anything but the default.
                let parent = self.home[at].unwrap_or(within);
                links.push(Link {
                    child: self.find(at),
                    parent: self.find(parent),
                    span: self.places[at].span,
                    weak: false,
                });
            }
        }
        for at in 0..self.parents.len() {
            let Some(target) = self.parents[at].target else {
                continue;
            };
            for head in self.parents[at].heads.clone() {
                if self.heads[head].placed {
                    let place = self.heads[head].place;
                    links.push(Link {
                        child: self.find(place),
                        parent: self.find(target),
                        span: Some(self.parents[at].path.span()),
                        weak: true,
                    });
                }
            }
        }
        // Nothing lies above or below a variable; what was put there falls to the default.
        let variables: BTreeSet<usize> = self.variables().collect();
        let default = self.default_home();
        links.retain(|link| !variables.contains(&link.child));
        for link in &mut links {
            if variables.contains(&link.parent) {
                link.parent = default;
            }
        }
        let below: BTreeSet<usize> = links.iter().map(|link| link.child).collect();
        for head in 0..self.heads.len() {
            let child = self.find(self.heads[head].place);
            if self.heads[head].placed && !below.contains(&child) && child >= self.built_in {
                links.push(Link {
                    child,
                    parent: self.default_home(),
                    span: None,
                    weak: false,
                });
            }
        }
        links
    }
}

/// A class directly below another.
pub(super) struct Link {
    /// The class below.
    pub child: usize,
    /// The class above.
    pub parent: usize,
    /// Where that is said; none where it is so by default.
    pub span: Option<Span>,
    /// By `is`.
    pub weak: bool,
}
