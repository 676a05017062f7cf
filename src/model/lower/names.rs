//! Hierarchies: what the vocabulary statements of all files declare together, kind by kind.
//!
//! [`super::places`] finds out which places are one name; here names get ids, cycles are taken out,
//! and the set of every name is computed.

use super::Visible;
use super::cycles;
use super::places::Places;
use crate::model::vocabulary::{
    ANY, Date, Hierarchy, Kind, NameId, NameInfo, Vocabulary, is_variable,
};
use crate::source::{FileId, Span};
use crate::syntax::ast::{self, Ast, Entry, Path};
use fixedbitset::FixedBitSet;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

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

impl<'a> Places<'a> {
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
                    info.description = entry
                        .description
                        .as_ref()
                        .map(|text| text.value.to_string());
                }
                if info.docs.is_empty() {
                    info.docs = entry
                        .docs
                        .iter()
                        .map(|text| text.value.to_string())
                        .collect();
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
pub(super) fn docs(docs: &[ast::Text]) -> Vec<String> {
    docs.iter().map(|text| text.value.to_string()).collect()
}

/// The earlier of the dates a fact is given: each statement holds.
pub(super) fn earliest(until: &mut BTreeMap<NameId, Date>, fact: NameId, date: Date) {
    let known = until.entry(fact).or_insert(date);
    *known = (*known).min(date);
}
