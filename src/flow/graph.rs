//! A plan's graph: its edges as moves of labels between nodes, in rows that fit a processor's cache.

use super::labels::{Label, LabelId, Labels, Origin, Purposes};
use super::links::Links;
use crate::limits;
use crate::model::plans::{EdgeDetails, Edges, NodeKind};
use crate::model::vocabulary::{ANY, Kind, NameId, form, purpose};
use crate::model::{EdgeKind, NameSet, Plan, Vocabulary};
use fixedbitset::FixedBitSet;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What rules can ask of labels. What none asks need not tell labels apart.
#[derive(Debug, Clone, Copy)]
pub struct Asks {
    /// From which node a datum was collected, of any node.
    pub source: bool,
    /// What it was collected for.
    pub purposes: bool,
    /// How many labels may come into being.
    pub most: usize,
}

impl Default for Asks {
    fn default() -> Asks {
        Asks {
            source: false,
            purposes: false,
            most: limits::DEFAULT.labels,
        }
    }
}

/// What a move does to labels, whichever nodes it joins.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Change {
    /// The data that passes, by its number in [`Graph::data`]; `None` for `all`.
    pub data: Option<u32>,
    /// The forms that `as` gives.
    pub form: Option<u32>,
    /// The data that `derives` makes.
    pub derives: Option<Vec<NameId>>,
    /// Whether labels that the sender holds pass: not from a source.
    pub passes: bool,
}

impl Change {
    /// Whether labels that pass stay as they are.
    pub fn keeps_labels(&self) -> bool {
        self.form.is_none() && self.derives.is_none()
    }
}

/// What an edge does to labels.
#[derive(Debug, Clone, Copy)]
pub struct Step<'g> {
    /// Position of the edge in the plan.
    pub edge: usize,
    /// The sending node.
    pub from: usize,
    /// The node that receives labels: none for `uses`, and for what reaches a source and stops there.
    pub to: Option<usize>,
    /// The data that passes; `None` for `all`.
    pub data: Option<&'g FixedBitSet>,
    /// What becomes of labels.
    pub change: &'g Change,
    /// Labels that the edge itself makes: of a source or an external, or of data that nothing brings.
    pub makes: &'g [LabelId],
}

/// A plan's graph. Copies share all but the labels, and may come to know labels of their own.
#[derive(Debug, Clone)]
pub struct Graph {
    /// How many nodes there are.
    pub nodes: usize,
    /// The plan's edges.
    edges: Arc<Edges>,
    /// Nodes that are sources: what they hold stays there.
    sources: Arc<FixedBitSet>,
    /// By number of details: what edges do that have them.
    moves: Arc<Vec<Move>>,
    /// What edges do to labels.
    pub changes: Arc<Vec<Change>>,
    /// Sets of data that edges list.
    pub data: Arc<Vec<FixedBitSet>>,
    /// By edge, of those that make any: labels that the edge itself makes.
    pub makes: Arc<FxHashMap<u32, Vec<LabelId>>>,
    /// All labels known so far.
    pub labels: Labels,
    /// The moves that deliver labels, by receiver.
    pub links: Arc<Links>,
}

/// The receiver of labels that an edge delivers nowhere.
pub const NOWHERE: u32 = u32::MAX;

impl Graph {
    /// How many edges there are.
    pub fn len(&self) -> usize {
        self.edges.len()
    }

    /// Whether there is no edge.
    pub fn is_empty(&self) -> bool {
        self.edges.is_empty()
    }

    /// The sender of an edge.
    #[inline]
    pub fn sender(&self, edge: usize) -> usize {
        self.edges.ends()[edge].0 as usize
    }

    /// The sender of an edge, and the receiver of labels or `NOWHERE`.
    #[inline]
    pub fn ends(&self, edge: usize) -> (u32, u32) {
        let (from, to) = self.edges.ends()[edge];
        let stops = from != to && self.sources.contains(to as usize);
        match stops || self.moves[self.edges.details_of()[edge] as usize].uses {
            true => (from, NOWHERE),
            false => (from, to),
        }
    }

    /// What an edge does to labels, by its number in `changes`.
    #[inline]
    pub fn change(&self, edge: usize) -> u32 {
        let details = self.edges.details_of()[edge] as usize;
        let passes = !self.sources.contains(self.sender(edge));
        self.moves[details].changes[usize::from(passes)]
    }

    /// What an edge does.
    pub fn step(&self, edge: usize) -> Step<'_> {
        let (from, to) = self.ends(edge);
        let change = &self.changes[self.change(edge) as usize];
        Step {
            edge,
            from: from as usize,
            to: (to != NOWHERE).then_some(to as usize),
            data: change.data.map(|data| &self.data[data as usize]),
            change,
            makes: self.makes(edge),
        }
    }

    /// What all edges do, in order.
    pub fn steps(&self) -> impl Iterator<Item = Step<'_>> {
        (0..self.len()).map(|edge| self.step(edge))
    }

    /// The labels that an edge itself makes.
    pub fn makes(&self, edge: usize) -> &[LabelId] {
        self.makes.get(&(edge as u32)).map_or(&[], Vec::as_slice)
    }
}

/// The graph of a plan, with the labels that its sources and externals make.
pub fn build(vocabulary: &Vocabulary, plan: &Plan, expired: &FixedBitSet, asks: Asks) -> Graph {
    let mut labels = Labels::up_to(asks.most);
    labels.ancestors.intern(Vec::new());
    let sources = of_kind(plan, NodeKind::Source);
    let mut bringing = of_kind(plan, NodeKind::External);
    bringing.union_with(&sources);
    let details = plan.edges.details();
    let mut builder = Builder {
        vocabulary,
        plan,
        expired,
        asks,
        told_apart: told_apart(plan, &sources, asks),
        sources,
        moves: details.iter().map(Move::new).collect(),
        changes: Vec::new(),
        data: Vec::new(),
        makes: FxHashMap::default(),
        labels,
        known_changes: FxHashMap::default(),
        known_data: FxHashMap::default(),
        origin_of: FxHashMap::default(),
    };
    let edges = plan.edges.ends().iter().zip(plan.edges.details_of());
    for (at, ((from, _), number)) in edges.enumerate() {
        let change = builder.change_of(*from, *number);
        let listed = || {
            matches!(
                details[*number as usize].kind,
                EdgeKind::Arrow { data: Some(_), .. }
            )
        };
        if bringing.contains(*from as usize) && listed() {
            builder.brings(at, change);
        }
    }
    let Builder {
        sources,
        moves,
        changes,
        data,
        makes,
        labels,
        ..
    } = builder;
    let mut graph = Graph {
        nodes: plan.nodes.len(),
        edges: plan.edges.clone(),
        sources: Arc::new(sources),
        moves: Arc::new(moves),
        changes: Arc::new(changes),
        data: Arc::new(data),
        makes: Arc::new(makes),
        labels,
        links: Arc::default(),
    };
    graph.links = Arc::new(Links::new(&graph));
    graph
}

/// The nodes of a kind.
fn of_kind(plan: &Plan, kind: NodeKind) -> FixedBitSet {
    let mut all = FixedBitSet::with_capacity(plan.nodes.len());
    let nodes = plan.nodes.iter().enumerate();
    all.extend(
        nodes
            .filter(|(_, node)| node.kind == kind)
            .map(|(at, _)| at),
    );
    all
}

/// Sources that some edge may give data back to, which then is open where it is their own: only their
/// labels need to say where they come from. Externals matter only where rules ask for the source.
fn told_apart(plan: &Plan, sources: &FixedBitSet, asks: Asks) -> FixedBitSet {
    let mut nodes = FixedBitSet::with_capacity(plan.nodes.len());
    if asks.source {
        nodes.insert_range(..);
        return nodes;
    }
    for (_, to) in plan.edges.ends() {
        if sources.contains(*to as usize) {
            nodes.insert(*to as usize);
        }
    }
    nodes
}

/// What details say of the move of an edge that has them.
#[derive(Debug, Clone, Copy)]
struct Move {
    uses: bool,
    /// Its change where the sender is a source, whose labels don't pass, and where it is none; `NO_EDGE`
    /// where there is no such edge.
    changes: [u32; 2],
}

/// The change of no edge.
const NO_EDGE: u32 = u32::MAX;

impl Move {
    fn new(details: &EdgeDetails) -> Move {
        Move {
            uses: matches!(details.kind, EdgeKind::Uses { .. }),
            changes: [NO_EDGE; 2],
        }
    }
}

struct Builder<'b> {
    vocabulary: &'b Vocabulary,
    plan: &'b Plan,
    expired: &'b FixedBitSet,
    asks: Asks,
    told_apart: FixedBitSet,
    /// As in the graph that is to be.
    sources: FixedBitSet,
    moves: Vec<Move>,
    changes: Vec<Change>,
    data: Vec<FixedBitSet>,
    makes: FxHashMap<u32, Vec<LabelId>>,
    labels: Labels,
    known_changes: FxHashMap<Change, u32>,
    known_data: FxHashMap<FixedBitSet, u32>,
    /// By the details of sender, receiver and edge, and the source node where it matters.
    origin_of: FxHashMap<(u32, u32, u32, usize), u32>,
}

impl Builder<'_> {
    /// The change of an edge, by its sender and the number of its details.
    fn change_of(&mut self, from: u32, number: u32) -> u32 {
        let passes = !self.sources.contains(from as usize);
        let known = self.moves[number as usize].changes[usize::from(passes)];
        if known != NO_EDGE {
            return known;
        }
        let change = self.change(&self.plan.edges.details()[number as usize], passes);
        self.moves[number as usize].changes[usize::from(passes)] = change;
        change
    }

    /// Has an edge make the labels of the data that it lists.
    fn brings(&mut self, at: usize, change: u32) {
        let origin = self.origin(at);
        let change = &self.changes[change as usize];
        let (data, form) = (change.data, change.form);
        if let Some(data) = data
            && !self.labels.is_full()
        {
            let data = &self.data[data as usize];
            let made = make(self.vocabulary, &mut self.labels, form, data, origin);
            self.labels.take(made.len());
            self.makes.insert(at as u32, made);
        }
    }

    fn change(&mut self, edge: &EdgeDetails, passes: bool) -> u32 {
        let data_of = |list: &NameSet| self.vocabulary.of(Kind::Data).atoms(list);
        let form = edge.form.as_ref().map(|list| {
            let forms = self.vocabulary.of(Kind::Form).atoms(list);
            self.labels.forms.intern(forms)
        });
        let (data, derives) = match &edge.kind {
            EdgeKind::Arrow { data, .. } => (data.as_ref().map(data_of), None),
            EdgeKind::Uses { data } => (Some(data_of(data)), None),
            EdgeKind::Derives { product, data } => {
                let made = data_of(product);
                let made = made.ones().map(|id| NameId(id as u32)).collect();
                (Some(data_of(data)), Some(made))
            }
        };
        let all = &mut self.data;
        let data = data.map(|data| {
            *self.known_data.entry(data.clone()).or_insert_with(|| {
                all.push(data);
                all.len() as u32 - 1
            })
        });
        let change = Change {
            data,
            form,
            derives,
            passes,
        };
        let all = &mut self.changes;
        *self.known_changes.entry(change.clone()).or_insert_with(|| {
            all.push(change);
            all.len() as u32 - 1
        })
    }

    fn origin(&mut self, at: usize) -> u32 {
        let edge = self.plan.edge(at);
        let sender = self.plan.node(edge.from());
        let receiver = self.plan.node(edge.to());
        let source = match self.told_apart.contains(edge.from()) {
            true => edge.from(),
            false => Origin::SOME_OTHER,
        };
        let key = (sender.number(), receiver.number(), edge.number(), source);
        if let Some(known) = self.origin_of.get(&key) {
            return *known;
        }
        let vocabulary = self.vocabulary;
        let of = |kind, list: &Option<NameSet>| set_or_any(vocabulary, kind, list.as_ref());
        let origin = Origin {
            subject: of(Kind::Subject, &sender.subject),
            resident: of(Kind::Region, &sender.resident),
            context: of(Kind::Context, &receiver.context),
            purposes: match &edge.purpose {
                // Where data is collected, `collected-purpose` states nothing yet.
                Some(list) if self.asks.purposes && !list.mentions(purpose::COLLECTED) => {
                    Purposes::Known(vocabulary.of(Kind::Purpose).atoms(list))
                }
                _ => Purposes::Unknown,
            },
            lasting: self.lasting(&edge),
            source: Some(source),
        };
        let id = self.labels.origins.intern(origin);
        self.origin_of.insert(key, id);
        id
    }

    fn lasting(&self, edge: &EdgeDetails) -> Vec<NameId> {
        let literals = edge.given.iter().map(|(literal, _)| literal);
        let mut lasting: Vec<NameId> = literals
            .filter(|literal| literal.holds)
            .map(|literal| literal.fact)
            .filter(|fact| {
                let at = fact.0 as usize;
                self.vocabulary.lasting.contains(at) && !self.expired.contains(at)
            })
            .collect();
        lasting.sort_unstable();
        lasting.dedup();
        lasting
    }
}

/// The labels of every datum of a set, in some forms, else in any identifiable.
pub fn make(
    vocabulary: &Vocabulary,
    labels: &mut Labels,
    form: Option<u32>,
    data: &FixedBitSet,
    origin: u32,
) -> Vec<LabelId> {
    let form = form.unwrap_or_else(|| {
        let identifiable = vocabulary.of(Kind::Form).set(form::IDENTIFIABLE);
        labels.forms.intern(identifiable.clone())
    });
    let label = |id: usize| Label {
        data: NameId(id as u32),
        form,
        origin,
        from: 0,
    };
    data.ones().map(|id| labels.intern(label(id))).collect()
}

/// The origin of data that nothing brings: it counts as of any subject, residence, context and
/// purpose.
pub fn unknown_origin(vocabulary: &Vocabulary) -> Origin {
    Origin {
        subject: set_or_any(vocabulary, Kind::Subject, None),
        resident: set_or_any(vocabulary, Kind::Region, None),
        context: set_or_any(vocabulary, Kind::Context, None),
        purposes: Purposes::Any,
        lasting: Vec::new(),
        source: None,
    }
}

/// The set of a list; what is not stated could be any.
pub fn set_or_any(vocabulary: &Vocabulary, kind: Kind, list: Option<&NameSet>) -> FixedBitSet {
    match list {
        Some(list) => vocabulary.of(kind).atoms(list),
        None => vocabulary.of(kind).set(ANY).clone(),
    }
}
