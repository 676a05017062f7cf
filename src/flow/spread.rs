//! The fixpoint: a row of label bits a node, whole rows moved at once.
//!
//! Groups of nodes that share a row are filled in the order of the flow, part by part: a group that lies
//! on no circle takes what its senders hold and is done. On a circle, filtering edges let nodes hold
//! different labels; there groups are swept until nothing changes.

use super::graph::{Change, Graph, NOWHERE, Step};
use super::groups::{Groups, Op};
use super::labels::{LabelId, Labels};
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

/// A run over all nodes.
pub(super) struct Sweep<'g> {
    /// The graph.
    pub graph: &'g mut Graph,
    ops: Vec<Op>,
    groups: Groups,
    rows: Rows,
    /// By group: what it holds, where it is filled.
    row_of: Vec<RowId>,
    filled: Vec<bool>,
    /// By group: labels that edges make for it.
    base: FxHashMap<u32, Vec<LabelId>>,
    turn: Turn,
    /// By group that is being filled: what it holds so far, when it was swept, and when it grew.
    held: Vec<Bits>,
    swept: Vec<u32>,
    grown: Vec<u32>,
    /// Ticks with every sweep of a group.
    clock: u32,
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
        let groups = Groups::new(graph.nodes, &graph.links, &ops);
        let count = groups.own.ends.len();
        let masks = Masks(vec![(Bits::default(), 0); graph.data.len()]);
        let mut sweep = Sweep {
            ops,
            groups,
            rows: Rows::default(),
            row_of: vec![EMPTY; count],
            filled: vec![false; count],
            base: FxHashMap::default(),
            turn: Turn {
                masks,
                reformed: FxHashMap::default(),
                known: FxHashMap::default(),
            },
            held: vec![Bits::default(); count],
            swept: vec![0; count],
            grown: vec![0; count],
            clock: 0,
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
        let (_, to) = self.graph.ends(edge);
        if to == NOWHERE {
            return;
        }
        let change = &self.graph.changes[self.graph.change(edge) as usize];
        let labels = &mut self.graph.labels;
        let base = self.base.entry(self.groups.of[to as usize]).or_default();
        for label in made {
            // What a derivation starts from (data that nothing brings) is derived before it arrives;
            // what any other edge makes has the edge's form already.
            match &change.derives {
                Some(_) => base.extend(transform(labels, change, *label)),
                None => base.push(*label),
            }
        }
    }

    /// Fills all groups, part by part; `after` is called when a part is filled and may bring more.
    pub(super) fn run(&mut self, mut after: impl FnMut(&mut Sweep<'g>, &[u32])) {
        let parts = std::mem::take(&mut self.groups.parts);
        for part in parts.iter() {
            if self.is_full() {
                break;
            }
            self.fill(part);
            after(self, part);
        }
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
        let group_of = self.groups.of.iter();
        Spread {
            rows: self.rows,
            row_of: group_of.map(|group| self.row_of[*group as usize]).collect(),
        }
    }

    /// What a node holds so far.
    pub(super) fn row(&self, node: usize) -> RowId {
        self.row_of[self.groups.of[node] as usize]
    }

    /// The rows so far.
    pub(super) fn rows(&self) -> &Rows {
        &self.rows
    }

    /// The nodes of a part.
    pub(super) fn nodes(&self, part: &[u32]) -> Vec<u32> {
        let groups = part.iter().map(|group| *group as usize);
        let nodes = groups.flat_map(|group| self.groups.nodes.get(group));
        nodes.copied().collect()
    }

    /// Fills a part, all before it being filled.
    pub(super) fn fill(&mut self, part: &[u32]) {
        match part {
            [group] if self.groups.own.get(*group as usize).is_empty() => {
                let row = self.pulled(*group);
                self.row_of[*group as usize] = row;
            }
            _ => self.fill_circle(part),
        }
        for group in part {
            self.filled[*group as usize] = true;
        }
    }

    /// The row of a group that is not its own sender.
    fn pulled(&mut self, group: u32) -> RowId {
        let mut bits = std::mem::take(&mut self.held[group as usize]);
        // Most take one whole row, and then there is nothing to add up.
        let mut whole = None;
        let mut added = false;
        for at in self.groups.links.range(group as usize) {
            let (change, sender) = self.groups.links.link(at);
            let row = self.row_of[sender as usize];
            match self.ops[change as usize] {
                _ if row == EMPTY => {}
                Op::All | Op::Filter(_) if whole == Some(row) => {}
                Op::All if whole.is_none() => whole = Some(row),
                _ => {
                    self.pass_row(row, change, &mut bits);
                    added = true;
                }
            }
        }
        for label in self.base.get(&group).into_iter().flatten() {
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
        bits.clear();
        self.held[group as usize] = bits;
        row
    }

    /// Sweeps the groups of a circle until nothing grows, or they take more memory than there is for.
    fn fill_circle(&mut self, part: &[u32]) {
        for group in part {
            self.filled[*group as usize] = false;
            self.swept[*group as usize] = 0;
            self.grown[*group as usize] = 0;
        }
        let mut grew = true;
        while grew {
            grew = false;
            for group in part {
                grew |= self.sweep(*group as usize);
            }
            let words = part
                .iter()
                .map(|group| self.held[*group as usize].words().len());
            if self.rows.size() + words.sum::<usize>() > self.graph.labels.room() {
                self.graph.labels.fill();
                return;
            }
        }
        for group in part {
            let held = std::mem::take(&mut self.held[*group as usize]);
            self.row_of[*group as usize] = self.rows.intern(&held);
        }
    }

    /// Adds to a group what its senders hold that grew since it was swept last; whether it grew.
    fn sweep(&mut self, group: usize) -> bool {
        let mut held = std::mem::take(&mut self.held[group]);
        let last = self.swept[group];
        let mut grew = false;
        for at in self.groups.links.range(group) {
            let (change, sender) = self.groups.links.link(at);
            let sender = sender as usize;
            if !self.filled[sender] {
                if self.grown[sender] > last {
                    let from = std::mem::take(&mut self.held[sender]);
                    grew |= self.pass_bits(&from, change, &mut held);
                    self.held[sender] = from;
                }
            } else if last == 0 {
                grew |= self.pass_row(self.row_of[sender], change, &mut held);
            }
        }
        if last == 0 {
            for label in self.base.get(&(group as u32)).into_iter().flatten() {
                held.insert(*label);
                grew = true;
            }
        }
        // What a group passes to itself, changed, may change once more.
        let mut again = grew && !self.groups.own.get(group).is_empty();
        while again {
            again = false;
            let from = held.clone();
            for at in 0..self.groups.own.get(group).len() {
                again |= self.pass_bits(&from, self.groups.own.get(group)[at], &mut held);
            }
        }
        self.held[group] = held;
        self.clock += 1;
        self.swept[group] = self.clock;
        if grew {
            self.grown[group] = self.clock;
        }
        grew
    }

    /// Adds what a change makes of a row; whether any of it was new.
    fn pass_row(&mut self, row: RowId, change: u32, bits: &mut Bits) -> bool {
        match self.ops[change as usize] {
            Op::Block => false,
            Op::All => bits.grow(self.rows.words(row)),
            Op::Filter(data) => {
                let mask = self.turn.mask(self.graph, data);
                bits.grow_shared(self.rows.words(row), mask)
            }
            Op::Change => {
                let row = self.turn.of(self.graph, &mut self.rows, change, row);
                bits.grow(self.rows.words(row))
            }
        }
    }

    /// The same of labels that are no row yet.
    fn pass_bits(&mut self, from: &Bits, change: u32, bits: &mut Bits) -> bool {
        match self.ops[change as usize] {
            Op::Block => false,
            Op::All => bits.grow(from.words()),
            Op::Filter(data) => {
                let mask = self.turn.mask(self.graph, data);
                bits.grow_shared(from.words(), mask)
            }
            Op::Change => {
                let (graph, rows) = (&mut *self.graph, &mut self.rows);
                let row = self.turn.of_words(graph, rows, change, from.words());
                bits.grow(rows.words(row))
            }
        }
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
