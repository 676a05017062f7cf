//! The fixpoint: a row of label bits a node, whole rows moved at once.
//!
//! Nodes are filled in the order of the flow, part by part: a node that lies on no circle takes what its
//! senders hold and is done. On a circle, filtering edges let nodes hold different labels; only those
//! joined by edges that pass everything unchanged share a row. They are swept until nothing changes.

use super::circle::{Circle, Link};
use super::graph::{Change, Graph, NOWHERE, Step};
use super::labels::{LabelId, Labels};
use super::links::{Parts, parts};
use super::rows::{Bits, EMPTY, RowId, Rows};
use fixedbitset::FixedBitSet;
use rustc_hash::FxHashMap;

/// What every node holds.
#[derive(Debug, Clone)]
pub struct Spread {
    /// The sets of labels there are.
    pub rows: Rows,
    /// By node: the labels that arrive there.
    pub row_of: Vec<RowId>,
}

impl Spread {
    /// The labels a node holds, in order.
    pub fn held(&self, node: usize) -> impl Iterator<Item = LabelId> + '_ {
        self.rows.labels(self.row_of[node])
    }

    /// Whether a node holds a label.
    pub fn holds(&self, node: usize, label: LabelId) -> bool {
        self.rows.has(self.row_of[node], label)
    }

    /// Whether nothing arrives at a node.
    pub fn is_empty(&self, node: usize) -> bool {
        self.row_of[node] == EMPTY
    }

    /// The labels of the sender that a move carries, before its form or derivation.
    pub fn carried<'a>(
        &'a self,
        labels: &'a Labels,
        step: Step<'a>,
    ) -> impl Iterator<Item = LabelId> + 'a {
        let held = step.change.passes.then(|| self.held(step.from));
        held.into_iter()
            .flatten()
            .filter(move |label| passes(labels, &step, *label))
    }
}

/// Whether the list of a step has a label's data.
pub fn passes(labels: &Labels, step: &Step, label: LabelId) -> bool {
    step.data
        .is_none_or(|data| data.contains(labels.get(label).data.0 as usize))
}

/// Runs all moves until nothing changes. New labels (of other forms, derived) join `graph.labels`.
pub fn spread(graph: &mut Graph) -> Spread {
    let mut sweep = Sweep::new(graph);
    sweep.run(|_, _| {});
    sweep.done()
}

/// What becomes of a label on a move: its new form, or the data derived from it.
pub fn transform(labels: &mut Labels, change: &Change, label: LabelId) -> Vec<LabelId> {
    match (&change.derives, change.form) {
        (Some(products), form) => products
            .iter()
            .map(|data| labels.derived(label, *data, form))
            .collect(),
        (None, Some(form)) => vec![labels.reformed(label, form)],
        (None, None) => vec![label],
    }
}

/// What a move does to a whole row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    /// Nothing passes.
    Block,
    /// Everything does, as it is.
    All,
    /// Some data does, as it is.
    Filter(u32),
    /// Labels change.
    Change,
}

/// A run over all nodes.
pub(super) struct Sweep<'g> {
    /// The graph.
    pub graph: &'g mut Graph,
    ops: Vec<Op>,
    rows: Rows,
    row_of: Vec<RowId>,
    /// By node: labels that edges make for it.
    base: FxHashMap<u32, Vec<LabelId>>,
    turn: Turn,
    parts: Parts,
    /// By node on a circle: the number of those it shares its row with. Numbers go on from circle to
    /// circle.
    group_of: Vec<u32>,
    groups_known: u32,
    bits: Bits,
    /// Scratch for finding parts: zero for every node whose circle was not looked at.
    index: Vec<u32>,
}

impl<'g> Sweep<'g> {
    pub(super) fn new(graph: &'g mut Graph) -> Sweep<'g> {
        let ops: Vec<Op> = graph
            .changes
            .iter()
            .map(|change| match change.data {
                _ if !change.passes => Op::Block,
                _ if !change.keeps_labels() => Op::Change,
                None => Op::All,
                Some(data) => Op::Filter(data),
            })
            .collect();
        let mut index = vec![0; graph.nodes];
        let all = 0..graph.nodes as u32;
        let parts = parts(&graph.links, all, &mut index, |change, _| {
            ops[change as usize] != Op::Block
        });
        index.fill(0);
        let masks = Masks(vec![(Bits::default(), 0); graph.data.len()]);
        let mut sweep = Sweep {
            ops,
            rows: Rows::default(),
            row_of: Vec::new(),
            base: FxHashMap::default(),
            turn: Turn {
                masks,
                reformed: FxHashMap::default(),
                known: FxHashMap::default(),
            },
            parts,
            group_of: Vec::new(),
            groups_known: 0,
            bits: Bits::default(),
            index,
            graph,
        };
        let mut making: Vec<u32> = sweep.graph.makes.keys().copied().collect();
        making.sort_unstable();
        for edge in making {
            let made = sweep.graph.makes(edge as usize).to_vec();
            sweep.bring(edge as usize, &made);
        }
        sweep
    }

    /// Has an edge bring labels that it makes.
    pub(super) fn bring(&mut self, edge: usize, made: &[LabelId]) {
        let (_, to) = self.graph.ends[edge];
        if to == NOWHERE {
            return;
        }
        let change = &self.graph.changes[self.graph.change[edge] as usize];
        let labels = &mut self.graph.labels;
        let base = self.base.entry(to).or_default();
        for label in made {
            // What a derivation starts from (data that nothing brings) is derived before it arrives;
            // what any other edge makes has the edge's form already.
            match &change.derives {
                Some(_) => base.extend(transform(labels, change, *label)),
                None => base.push(*label),
            }
        }
    }

    /// Fills all nodes, part by part; `after` is called when a part is filled and may bring more.
    pub(super) fn run(&mut self, mut after: impl FnMut(&mut Sweep<'g>, &[u32])) {
        self.row_of = vec![EMPTY; self.graph.nodes];
        self.group_of = vec![NOWHERE; self.graph.nodes];
        self.groups_known = 0;
        let parts = std::mem::take(&mut self.parts);
        for part in parts.iter() {
            if self.is_full() {
                break;
            }
            self.fill(part);
            after(self, part);
        }
        self.parts = parts;
    }

    /// Whether the limit of labels is passed: then what nodes hold is not all.
    fn is_full(&self) -> bool {
        self.graph.labels.is_full() || self.rows.size() > self.graph.labels.room()
    }

    /// What all nodes hold.
    pub(super) fn done(self) -> Spread {
        if self.is_full() {
            self.graph.labels.fill();
        }
        Spread {
            rows: self.rows,
            row_of: self.row_of,
        }
    }

    /// What a node holds so far.
    pub(super) fn row(&self, node: usize) -> RowId {
        self.row_of[node]
    }

    /// The rows so far.
    pub(super) fn rows(&self) -> &Rows {
        &self.rows
    }

    /// Whether a part is one node that passes nothing to itself.
    pub(super) fn is_single(&self, part: &[u32]) -> bool {
        match part {
            [node] => self
                .graph
                .links
                .arriving(*node as usize)
                .all(|(_, sender)| sender != *node),
            _ => false,
        }
    }

    /// Fills a part, all before it being filled.
    pub(super) fn fill(&mut self, part: &[u32]) {
        if self.is_single(part) {
            let node = part[0];
            self.row_of[node as usize] = self.pulled(node);
            return;
        }
        let groups = self.groups(part);
        let first = self.groups_known - groups.ends.len() as u32;
        let mut circle = Circle::default();
        let (mut links, mut own) = (Vec::new(), Vec::new());
        for (number, group) in groups.iter().enumerate() {
            let held = self.brought(group, first, number as u32, &mut links, &mut own);
            circle.add(held, &mut links, &mut own);
        }
        let Sweep {
            graph,
            ops,
            rows,
            turn,
            ..
        } = self;
        let room = graph.labels.room().saturating_sub(rows.size());
        circle.fill(room, |held, from, change| match ops[change as usize] {
            Op::Block => false,
            Op::All => held.grow(from.words()),
            Op::Filter(data) => held.grow_shared(from.words(), turn.mask(graph, data)),
            Op::Change => {
                let made = turn.of_words(graph, rows, change, from.words());
                held.grow(rows.words(made))
            }
        });
        if circle.size() > room {
            graph.labels.fill();
            return;
        }
        for (held, group) in circle.held.iter().zip(groups.iter()) {
            let row = self.rows.intern(held);
            for node in group {
                self.row_of[*node as usize] = row;
            }
        }
    }

    /// The row of a node that is not its own sender.
    fn pulled(&mut self, node: u32) -> RowId {
        let mut bits = std::mem::take(&mut self.bits);
        bits.clear();
        // Most nodes take one whole row, and then there is nothing to add up.
        let mut whole = None;
        let mut added = false;
        for at in self.graph.links.range(node as usize) {
            let (change, sender) = self.graph.links.link(at);
            let row = self.row_of[sender as usize];
            match self.ops[change as usize] {
                _ if row == EMPTY => {}
                Op::All | Op::Filter(_) if whole == Some(row) => {}
                Op::All if whole.is_none() => whole = Some(row),
                _ => {
                    self.pass(row, change, &mut bits);
                    added = true;
                }
            }
        }
        for label in self.base.get(&node).into_iter().flatten() {
            bits.insert(*label);
            added = true;
        }
        let row = match whole {
            Some(row) if !added => row,
            _ => {
                if let Some(row) = whole {
                    bits.add(self.rows.words(row));
                }
                self.rows.intern(&bits)
            }
        };
        self.bits = bits;
        row
    }

    /// Adds what a change makes of a row.
    fn pass(&mut self, row: RowId, change: u32, bits: &mut Bits) {
        match self.ops[change as usize] {
            Op::Block => {}
            Op::All => bits.add(self.rows.words(row)),
            Op::Filter(data) => {
                let mask = self.turn.mask(self.graph, data);
                bits.add_shared(self.rows.words(row), mask);
            }
            Op::Change => {
                let row = self.turn.of(self.graph, &mut self.rows, change, row);
                bits.add(self.rows.words(row));
            }
        }
    }

    /// The nodes of a circle by the rows they share, in an order that suits most of its edges.
    fn groups(&mut self, part: &[u32]) -> Parts {
        let first = self.groups_known;
        for node in part {
            self.group_of[*node as usize] = first;
            self.index[*node as usize] = 0;
        }
        let group_of = &self.group_of;
        let ops = &self.ops;
        let within = |change: u32, sender: u32| {
            group_of[sender as usize] == first && ops[change as usize] == Op::All
        };
        let nodes = part.iter().copied();
        let groups = parts(&self.graph.links, nodes, &mut self.index, within);
        for group in groups.iter() {
            for node in group {
                self.group_of[*node as usize] = self.groups_known;
            }
            self.groups_known += 1;
        }
        groups
    }

    /// What a group of a circle holds from outside. Its links with other groups of the circle, whose
    /// numbers begin with `first`, are added to `links`, what it passes to itself, changed, to `own`.
    fn brought(
        &mut self,
        group: &[u32],
        first: u32,
        number: u32,
        links: &mut Vec<Link>,
        own: &mut Vec<Link>,
    ) -> Bits {
        let mut bits = Bits::default();
        let mut last = None;
        for node in group {
            for at in self.graph.links.range(*node as usize) {
                let (change, sender) = self.graph.links.link(at);
                let op = self.ops[change as usize];
                let other = self.group_of[sender as usize];
                if op == Op::Block {
                    continue;
                }
                if other >= first && other != NOWHERE {
                    let from = other - first;
                    match op {
                        _ if from != number => links.push(Link { from, change }),
                        // Within a group only what changes labels adds any.
                        Op::Change => own.push(Link { from, change }),
                        _ => {}
                    }
                    continue;
                }
                let row = self.row_of[sender as usize];
                if row != EMPTY && last != Some((row, change)) {
                    last = Some((row, change));
                    self.pass(row, change, &mut bits);
                }
            }
            for label in self.base.get(node).into_iter().flatten() {
                bits.insert(*label);
            }
        }
        bits
    }
}

/// Whole rows turned by moves, remembered.
struct Turn {
    masks: Masks,
    /// By form, and by label: the label in that form, as far as it was asked for.
    reformed: FxHashMap<u32, Vec<Option<LabelId>>>,
    known: FxHashMap<(u32, RowId), RowId>,
}

impl Turn {
    /// The labels whose data a list has.
    fn mask(&mut self, graph: &Graph, data: u32) -> &Bits {
        self.masks
            .of(data, &graph.data[data as usize], &graph.labels)
    }

    /// What becomes of labels that are no row yet: of those that pass, which few rows have.
    fn of_words(
        &mut self,
        graph: &mut Graph,
        rows: &mut Rows,
        change: u32,
        words: &[u64],
    ) -> RowId {
        let mut passing = Bits::default();
        match graph.changes[change as usize].data {
            None => passing.add(words),
            Some(data) => passing.add_shared(words, self.mask(graph, data)),
        }
        let row = rows.intern(&passing);
        self.of(graph, rows, change, row)
    }

    /// A label in another form.
    fn reformed(&mut self, labels: &mut Labels, label: LabelId, form: u32) -> LabelId {
        let known = self.reformed.entry(form).or_default();
        if known.len() <= label {
            known.resize(label + 1, None);
        }
        *known[label].get_or_insert_with(|| labels.reformed(label, form))
    }

    /// What becomes of a row on a move that changes labels.
    fn of(&mut self, graph: &mut Graph, rows: &mut Rows, change: u32, row: RowId) -> RowId {
        if let Some(known) = self.known.get(&(change, row)) {
            return *known;
        }
        let what = &graph.changes[change as usize];
        let mut passing = Bits::default();
        match what.data {
            None => passing.add(rows.words(row)),
            Some(data) => {
                let mask = self
                    .masks
                    .of(data, &graph.data[data as usize], &graph.labels);
                passing.add_shared(rows.words(row), mask);
            }
        }
        let mut made = Bits::default();
        for label in passing.labels() {
            if graph.labels.is_full() {
                break;
            }
            match (&what.derives, what.form) {
                (None, Some(form)) => made.insert(self.reformed(&mut graph.labels, label, form)),
                _ => {
                    for label in transform(&mut graph.labels, what, label) {
                        made.insert(label);
                    }
                }
            }
        }
        let made = rows.intern(&made);
        self.known.insert((change, row), made);
        made
    }
}

/// For each set of data that edges list: the labels whose data pass, extended as labels come into
/// being.
struct Masks(Vec<(Bits, usize)>);

impl Masks {
    fn of(&mut self, set: u32, data: &FixedBitSet, labels: &Labels) -> &Bits {
        let (mask, known) = &mut self.0[set as usize];
        for label in *known..labels.labels.len() {
            if data.contains(labels.get(label).data.0 as usize) {
                mask.insert(label);
            }
        }
        *known = labels.labels.len();
        mask
    }
}
