//! Hierarchies: what the vocabulary statements of all files declare together, kind by kind.
//!
//! A name is one place below one parent: two statements mean the same name where they lead to the
//! same place. Which places are the same is found by merging until nothing changes, so that neither
//! the order of files nor that of statements matters.

use super::Visible;
use super::cycles;
use crate::model::vocabulary::{
    ANY, Date, Hierarchy, Kind, NameId, NameInfo, Vocabulary, built_in, is_variable, party,
};
use crate::source::{FileId, Span};
use crate::syntax::ast::{self, Ast, Entry, Path};
use fixedbitset::FixedBitSet;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// How often paths are looked up anew because of what other paths opened. People need two or three
/// rounds; what takes more is reported, so that no text takes for ever.
const MOST_ROUNDS: usize = 100;

/// The vocabulary of a group of files, with what [`super::faults`] needs to report its errors.
#[derive(Default)]
pub(super) struct Names<'a> {
    /// All hierarchies; the laws of facts are filled in afterwards.
    pub vocabulary: Vocabulary,
    /// By kind and id: the files that declare the name. Empty for built-in names, which all see.
    pub declared: Vec<Vec<BTreeSet<FileId>>>,
    /// The heads of the statements, of all kinds.
    pub heads: Vec<Head<'a>>,
    /// The paths after `is`, of all kinds.
    pub parentages: Vec<Parentage<'a>>,
    /// Names given twice in one list: kind, second place, first place.
    pub repeated: Vec<(Kind, &'a Entry, Span)>,
    /// Entries that stand where none may: `any` or a variable.
    pub forbidden: Vec<(Kind, &'a Entry)>,
    /// Hierarchies that go round in circles.
    pub cycles: Vec<Cycle>,
    /// Two names of one parent that are called the same: kind, parent, the two, the `is` to blame.
    pub twins: Vec<(Kind, NameId, NameId, NameId, Option<Span>)>,
    /// Where a name was put below another: kind, child, parent, place.
    pub links: Vec<(Kind, NameId, NameId, Span)>,
}

/// A top-level entry of a vocabulary statement.
pub(super) struct Head<'a> {
    /// The statement.
    pub statement: &'a ast::Vocabulary,
    /// The entry.
    pub entry: &'a Entry,
    /// What it declares or opens again; `None` where that is not clear.
    pub id: Option<NameId>,
}

/// A path after `is`.
pub(super) struct Parentage<'a> {
    /// The kind.
    pub kind: Kind,
    /// The path.
    pub path: &'a Path,
    /// The parent; `None` where that is not clear.
    pub id: Option<NameId>,
}

/// Names each of which lies below the next, the last below the first.
pub(super) struct Cycle {
    /// The kind.
    pub kind: Kind,
    /// Each name with the place that puts it below the next; none where that is so by default.
    pub names: Vec<(NameId, Option<Span>)>,
}

/// Builds the hierarchies of all kinds.
pub(super) fn build<'a>(asts: &[&'a Ast], visible: &Visible) -> Names<'a> {
    let mut names = Names::default();
    for kind in Kind::ALL {
        let mut places = Places::of(kind);
        for ast in asts {
            for item in &ast.items {
                if let ast::Item::Vocabulary(statement) = item
                    && statement.kind == kind
                {
                    places.add(statement, ast.file, &mut names);
                }
            }
        }
        places.settle(visible);
        places.finish(&mut names);
    }
    names
}

/// An entry as it stands in the text, or a built-in name.
struct Place<'a> {
    name: &'a str,
    span: Option<Span>,
    file: Option<FileId>,
    entry: Option<&'a Entry>,
    /// The place in whose braces it stands.
    within: Option<usize>,
}

/// A top-level entry while it is not yet known what it opens.
struct OpenHead<'a> {
    statement: &'a ast::Vocabulary,
    place: usize,
    placed: bool,
}

/// A path after `is` while it is not yet known what it names.
struct OpenParent<'a> {
    path: &'a Path,
    file: FileId,
    /// Positions in `heads` of the entries it is a parent of.
    heads: std::ops::Range<usize>,
    target: Option<usize>,
}

/// All places of one kind, merged by union-find: places in one class are one name.
struct Places<'a> {
    kind: Kind,
    places: Vec<Place<'a>>,
    built_in: usize,
    heads: Vec<OpenHead<'a>>,
    parents: Vec<OpenParent<'a>>,
    /// What a place lies directly below, for identity: two places of one name in one home are one.
    home: Vec<Option<usize>>,
    class: Vec<usize>,
    by_name: FxHashMap<&'a str, Vec<usize>>,
    /// No head is placed any more.
    settled: bool,
}

impl<'a> Places<'a> {
    fn of(kind: Kind) -> Places<'a> {
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

    fn add(&mut self, statement: &'a ast::Vocabulary, file: FileId, names: &mut Names<'a>) {
        let first_head = self.heads.len();
        let mut seen = FxHashMap::default();
        for entry in &statement.entries {
            let Some(last) = entry.path.segments.last() else {
                continue;
            };
            let key: Vec<&str> = entry.path.segments.iter().map(|s| &*s.text).collect();
            if let Some(first) = seen.insert(key, entry.path.span) {
                names.repeated.push((self.kind, entry, first));
            }
            let place = self.push(Place {
                name: &last.text,
                span: Some(entry.path.span),
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
            let Some(last) = child.path.segments.last() else {
                continue;
            };
            // `any` is one name only, the root; what stands below it here still counts.
            if last.text == "any" {
                names.forbidden.push((self.kind, child));
                self.add_children(child, within, file, names);
                continue;
            }
            if let Some(first) = seen.get(&*last.text) {
                names.repeated.push((self.kind, child, *first));
            } else {
                seen.insert(&last.text, child.path.span);
            }
            let place = self.push(Place {
                name: &last.text,
                span: Some(child.path.span),
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

    fn variables(&self) -> impl Iterator<Item = usize> {
        let kind = self.kind;
        (0..self.built_in).filter(move |at| is_variable(kind, NameId(*at as u32)))
    }

    /// Where a name without a parent belongs.
    fn default_home(&self) -> usize {
        match self.kind {
            Kind::Party => party::THIRD_PARTY.0 as usize,
            _ => ANY.0 as usize,
        }
    }

    fn find(&mut self, mut at: usize) -> usize {
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
    fn settle(&mut self, visible: &Visible) {
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
        if self.settled || self.heads[head].placed || entry.path.segments.len() != 1 {
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
                && entry.path.segments.len() > 1
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
    fn unplaced(&self) -> BTreeSet<usize> {
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
        let Some((last, before)) = path.segments.split_last() else {
            return Vec::new();
        };
        let called = |places: &mut Places, name: &str| -> BTreeSet<usize> {
            let all = places.by_name.get(name).cloned().unwrap_or_default();
            let seen = |at: &usize| !unplaced.contains(at) && places.seen_from(*at, file, visible);
            let seen: Vec<usize> = all.into_iter().filter(seen).collect();
            seen.into_iter().map(|at| places.find(at)).collect()
        };
        let mut result = Vec::new();
        for candidate in called(self, &last.text) {
            let mut trail = BTreeSet::from([candidate]);
            for segment in before.iter().rev() {
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
    fn links(&mut self) -> Vec<Link> {
        let mut links = Vec::new();
        for at in 0..self.places.len() {
            if let Some(within) = self.places[at].within {
                // The braces of an unclear head put nothing below anything but the default.
                let parent = match self.home[at] {
                    Some(home) if home != within => home,
                    _ => within,
                };
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
                        span: Some(self.parents[at].path.span),
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

    /// Numbers the classes, breaks cycles and writes the hierarchy.
    fn finish(mut self, names: &mut Names<'a>) {
        let links = self.links();

        let unplaced = self.unplaced();
        let mut classes: BTreeMap<(bool, Option<Span>, usize), usize> = BTreeMap::new();
        let mut first: BTreeMap<usize, Option<Span>> = BTreeMap::new();
        for at in 0..self.places.len() {
            if !unplaced.contains(&at) {
                let class = self.find(at);
                let span = self.places[at].span;
                let entry = first.entry(class).or_insert(span);
                *entry = (*entry).min(span);
            }
        }
        for (class, span) in first {
            let built_in = class < self.built_in;
            let rank = if built_in { class } else { 0 };
            classes.insert((!built_in, span.filter(|_| !built_in), rank), class);
        }
        let ids: FxHashMap<usize, NameId> = classes
            .values()
            .enumerate()
            .map(|(id, class)| (*class, NameId(id as u32)))
            .collect();

        let kind = self.kind;
        let mut edges: Vec<Edge> = links
            .iter()
            .map(|link| Edge {
                child: ids[&link.child],
                parent: ids[&link.parent],
                span: link.span,
                weak: link.weak,
            })
            .collect();
        edges.sort();
        edges.dedup_by_key(|edge| (edge.child, edge.parent, edge.span));
        let order = self.break_cycles(&mut edges, ids.len(), names);

        let mut infos: Vec<NameInfo> = Vec::with_capacity(ids.len());
        let mut declared = vec![BTreeSet::new(); ids.len()];
        for class in classes.values() {
            infos.push(NameInfo {
                name: self.places[*class].name.to_string(),
                shown: self.places[*class].name.to_string(),
                parents: Vec::new(),
                children: Vec::new(),
                description: None,
                docs: Vec::new(),
                span: None,
            });
        }
        for at in 0..self.places.len() {
            if unplaced.contains(&at) {
                continue;
            }
            let id = ids[&self.find(at)].0 as usize;
            let info = &mut infos[id];
            let place = &self.places[at];
            if id >= self.built_in {
                if let Some(span) = place.span {
                    info.span = Some(info.span.map_or(span, |known| known.min(span)));
                }
                declared[id].extend(place.file);
            }
            if let Some(entry) = place.entry {
                if info.description.is_none() {
                    info.description = entry.description.as_ref().map(|text| text.value.clone());
                }
                if info.docs.is_empty() {
                    info.docs = entry.docs.iter().map(|text| text.value.clone()).collect();
                }
            }
        }
        for head in &self.heads {
            if head.placed && head.statement.entries.len() == 1 {
                let mut at = head.place;
                while self.class[at] != at {
                    at = self.class[at];
                }
                let info = &mut infos[ids[&at].0 as usize];
                if info.docs.is_empty() {
                    info.docs = docs(&head.statement.docs);
                }
            }
        }
        for edge in &edges {
            infos[edge.child.0 as usize].parents.push(edge.parent);
            infos[edge.parent.0 as usize].children.push(edge.child);
            if let Some(span) = edge.span {
                names.links.push((kind, edge.child, edge.parent, span));
            }
        }
        for info in &mut infos {
            info.parents.sort();
            info.parents.dedup();
            info.children.sort();
            info.children.dedup();
        }
        let covers = covers(&infos, &order, kind);
        twins(kind, &infos, &edges, names);

        let mut hierarchy = Hierarchy {
            names: infos,
            covers,
        };
        super::shown::name_all(&mut hierarchy);
        names.vocabulary.kinds.push(hierarchy);
        names.declared.push(declared);
        for at in 0..self.heads.len() {
            let place = self.heads[at].place;
            let class = self.find(place);
            if let Some(entry) = self.places[place].entry {
                names.heads.push(Head {
                    statement: self.heads[at].statement,
                    entry,
                    id: self.heads[at].placed.then(|| ids[&class]),
                });
            }
        }
        for at in 0..self.parents.len() {
            let id = self.parents[at]
                .target
                .map(|target| ids[&self.find(target)]);
            names.parentages.push(Parentage {
                kind,
                path: self.parents[at].path,
                id,
            });
        }
    }

    /// Reports each circle and takes links out of it (those by `is` first, for they are the ones
    /// usually wrong), so that the rest is a hierarchy. Returns the names, children before parents.
    fn break_cycles(
        &self,
        edges: &mut Vec<Edge>,
        count: usize,
        names: &mut Names<'a>,
    ) -> Vec<NameId> {
        let mut home = NameId(self.default_home() as u32);
        loop {
            let pairs: Vec<(usize, usize)> = edges.iter().map(Edge::pair).collect();
            let circles = cycles::circles(count, &pairs);
            if circles.is_empty() {
                let order = cycles::order(count, &pairs);
                return order.into_iter().map(|at| NameId(at as u32)).collect();
            }
            for circle in circles {
                let inside = |edge: &Edge| {
                    let (child, parent) = edge.pair();
                    circle.contains(&child) && circle.contains(&parent)
                };
                let links: Vec<Edge> = edges.iter().copied().filter(inside).collect();
                names.cycles.push(circle_in(self.kind, &links));
                let any_weak = links.iter().any(|edge| edge.weak);
                edges.retain(|edge| !inside(edge) || (any_weak && !edge.weak));
            }
            let mut orphan = vec![true; count];
            for edge in edges.iter() {
                orphan[edge.child.0 as usize] = false;
            }
            for (id, orphan) in orphan.into_iter().enumerate().skip(1) {
                if orphan && !is_variable(self.kind, NameId(id as u32)) {
                    let parent = if id < self.built_in { ANY } else { home };
                    edges.push(Edge {
                        child: NameId(id as u32),
                        parent,
                        span: None,
                        weak: false,
                    });
                }
            }
            // A second round means that the default itself lies in a circle.
            home = ANY;
        }
    }
}

/// A class directly below another.
struct Link {
    child: usize,
    parent: usize,
    span: Option<Span>,
    /// By `is`.
    weak: bool,
}

/// A name directly below another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Edge {
    child: NameId,
    parent: NameId,
    span: Option<Span>,
    weak: bool,
}

impl Edge {
    fn pair(&self) -> (usize, usize) {
        (self.child.0 as usize, self.parent.0 as usize)
    }
}

/// The shortest circle through one of these links, one by `is` where there is one.
fn circle_in(kind: Kind, inside: &[Edge]) -> Cycle {
    let pairs: Vec<(usize, usize)> = inside.iter().map(Edge::pair).collect();
    let closing = (0..inside.len()).min_by_key(|at| {
        let edge = inside[*at];
        (!edge.weak, edge.span.is_none(), edge.span, edge.child)
    });
    let names = closing.map_or(Vec::new(), |closing| {
        cycles::through(&pairs, closing)
            .into_iter()
            .map(|at| (inside[at].child, inside[at].span))
            .collect()
    });
    Cycle { kind, names }
}

/// The set of every name, from its children's.
fn covers(infos: &[NameInfo], order: &[NameId], kind: Kind) -> Vec<FixedBitSet> {
    let mut covers = vec![FixedBitSet::with_capacity(infos.len()); infos.len()];
    for id in order {
        if is_variable(kind, *id) {
            continue;
        }
        let at = id.0 as usize;
        let mut set = std::mem::take(&mut covers[at]);
        set.insert(at);
        for child in &infos[at].children {
            set.union_with(&covers[child.0 as usize]);
        }
        covers[at] = set;
    }
    covers
}

/// Finds children of one parent that are called the same, which `is` can bring together.
fn twins(kind: Kind, infos: &[NameInfo], edges: &[Edge], names: &mut Names) {
    for (at, info) in infos.iter().enumerate() {
        let parent = NameId(at as u32);
        let mut first: FxHashMap<&str, NameId> = FxHashMap::default();
        for child in &info.children {
            let name = &*infos[child.0 as usize].name;
            if let Some(other) = first.get(name) {
                let span = edges
                    .iter()
                    .filter(|edge| {
                        edge.parent == parent
                            && (edge.child == *child || edge.child == *other)
                            && edge.weak
                    })
                    .filter_map(|edge| edge.span)
                    .min();
                names.twins.push((kind, parent, *other, *child, span));
            } else {
                first.insert(name, *child);
            }
        }
    }
}

/// Doc comments as plain lines.
pub(super) fn docs(docs: &ast::Docs) -> Vec<String> {
    docs.iter().map(|text| text.value.clone()).collect()
}

/// The earlier of the dates a fact is given: each statement holds.
pub(super) fn earliest(until: &mut BTreeMap<NameId, Date>, fact: NameId, date: Date) {
    let known = until.entry(fact).or_insert(date);
    *known = (*known).min(date);
}
