//! A plan's graph: its edges as moves of labels between nodes, in rows that fit a processor's cache.

use super::details::Details;
use super::labels::{Label, LabelId, Labels, Origin, Purposes};
use super::links::Links;
use crate::limits;
use crate::model::plans::{EdgeDetails, NodeDetails, NodeKind};
use crate::model::vocabulary::{ANY, Kind, NameId, form, purpose};
use crate::model::{Edge, EdgeKind, NameSet, Plan, Vocabulary};
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
    /// By edge: the sender, and the receiver of labels or `NOWHERE`.
    pub ends: Arc<Vec<(u32, u32)>>,
    /// What edges say, by number.
    pub details: Arc<Details>,
    /// By edge: a number of `changes`.
    pub change: Arc<Vec<u32>>,
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
    /// What an edge does.
    pub fn step(&self, edge: usize) -> Step<'_> {
        let (from, to) = self.ends[edge];
        let change = &self.changes[self.change[edge] as usize];
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
        (0..self.ends.len()).map(|edge| self.step(edge))
    }

    /// The labels that an edge itself makes.
    pub fn makes(&self, edge: usize) -> &[LabelId] {
        self.makes.get(&(edge as u32)).map_or(&[], Vec::as_slice)
    }
}

/// The graph of a plan, with the labels that its sources and externals make.
pub fn build(vocabulary: &Vocabulary, plan: &Plan, expired: &FixedBitSet, asks: Asks) -> Graph {
    let details = Details::new(plan, 1);
    build_with(vocabulary, plan, expired, asks, Arc::new(details))
}

/// The same where what edges say is numbered already.
pub fn build_with(
    vocabulary: &Vocabulary,
    plan: &Plan,
    expired: &FixedBitSet,
    asks: Asks,
    details: Arc<Details>,
) -> Graph {
    let mut labels = Labels::up_to(asks.most);
    labels.ancestors.intern(Vec::new());
    let mut builder = Builder {
        vocabulary,
        plan,
        expired,
        asks,
        told_apart: told_apart(plan, asks),
        ends: Vec::with_capacity(plan.edges.len()),
        details: &details,
        change: Vec::with_capacity(plan.edges.len()),
        changes: Vec::new(),
        data: Vec::new(),
        makes: FxHashMap::default(),
        labels,
        kinds: plan.nodes.iter().map(|node| node.kind).collect(),
        moves: moves(plan, &details),
        known_changes: FxHashMap::default(),
        known_data: FxHashMap::default(),
        origin_of: FxHashMap::default(),
    };
    for (at, edge) in plan.edges.iter().enumerate() {
        builder.edge(at, edge);
    }
    let Builder {
        ends,
        change,
        changes,
        data,
        makes,
        labels,
        ..
    } = builder;
    let nodes = plan.nodes.len();
    Graph {
        nodes,
        links: Arc::new(Links::new(nodes, &ends, &change)),
        ends: Arc::new(ends),
        details,
        change: Arc::new(change),
        changes: Arc::new(changes),
        data: Arc::new(data),
        makes: Arc::new(makes),
        labels,
    }
}

/// Sources that some edge may give data back to, which then is open where it is their own: only their
/// labels need to say where they come from. Externals matter only where rules ask for the source.
fn told_apart(plan: &Plan, asks: Asks) -> FixedBitSet {
    let mut nodes = FixedBitSet::with_capacity(plan.nodes.len());
    if asks.source {
        nodes.insert_range(..);
        return nodes;
    }
    let sources: Vec<bool> = plan
        .nodes
        .iter()
        .map(|node| node.kind == NodeKind::Source)
        .collect();
    for edge in &plan.edges {
        if sources[edge.to()] {
            nodes.insert(edge.to());
        }
    }
    nodes
}

/// Details that edges and nodes share, told apart by where they are.
type Place<T> = *const T;

/// What details say of the move of an edge that has them.
struct Move {
    uses: bool,
    listed: bool,
    /// Its change where the sender's labels pass, and where they don't.
    changes: [Option<u32>; 2],
}

fn moves(plan: &Plan, details: &Details) -> Vec<Move> {
    let first = details.first.iter().map(|edge| &plan.edges[*edge as usize]);
    let moves = first.map(|edge| Move {
        uses: matches!(edge.kind, EdgeKind::Uses { .. }),
        listed: matches!(edge.kind, EdgeKind::Arrow { data: Some(_), .. }),
        changes: [None; 2],
    });
    moves.collect()
}

struct Builder<'b> {
    vocabulary: &'b Vocabulary,
    plan: &'b Plan,
    expired: &'b FixedBitSet,
    asks: Asks,
    told_apart: FixedBitSet,
    /// As in the graph that is to be.
    ends: Vec<(u32, u32)>,
    details: &'b Details,
    change: Vec<u32>,
    changes: Vec<Change>,
    data: Vec<FixedBitSet>,
    makes: FxHashMap<u32, Vec<LabelId>>,
    labels: Labels,
    /// The kinds of nodes, side by side.
    kinds: Vec<NodeKind>,
    /// By number of details.
    moves: Vec<Move>,
    known_changes: FxHashMap<Change, u32>,
    known_data: FxHashMap<FixedBitSet, u32>,
    /// By sender, receiver, edge and the source node where it matters.
    #[expect(clippy::type_complexity, reason = "four things at once")]
    origin_of: FxHashMap<
        (
            Place<NodeDetails>,
            Place<NodeDetails>,
            Place<EdgeDetails>,
            usize,
        ),
        u32,
    >,
}

impl Builder<'_> {
    fn edge(&mut self, at: usize, edge: &Edge) {
        let sender = self.kinds[edge.from()];
        let receiver = self.kinds[edge.to()];
        let details = self.details.of[at];
        let known = &self.moves[details as usize];
        let listed = known.listed;
        let delivers = !known.uses && (receiver != NodeKind::Source || edge.to() == edge.from());
        let to = match delivers {
            true => edge.to() as u32,
            false => NOWHERE,
        };
        let passes = sender != NodeKind::Source;
        let change = match known.changes[usize::from(passes)] {
            Some(change) => change,
            None => {
                let change = self.change(edge, passes);
                self.moves[details as usize].changes[usize::from(passes)] = Some(change);
                change
            }
        };
        self.ends.push((edge.from() as u32, to));
        self.change.push(change);
        if listed && matches!(sender, NodeKind::Source | NodeKind::External) {
            let origin = self.origin(edge);
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
    }

    fn change(&mut self, edge: &Edge, passes: bool) -> u32 {
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

    fn origin(&mut self, edge: &Edge) -> u32 {
        let sender = &self.plan.nodes[edge.from()];
        let receiver = &self.plan.nodes[edge.to()];
        let source = match self.told_apart.contains(edge.from()) {
            true => edge.from(),
            false => Origin::SOME_OTHER,
        };
        let key = (
            Arc::as_ptr(&sender.details),
            Arc::as_ptr(&receiver.details),
            Arc::as_ptr(&edge.details),
            source,
        );
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
            lasting: self.lasting(edge),
            source: Some(source),
        };
        let id = self.labels.origins.intern(origin);
        self.origin_of.insert(key, id);
        id
    }

    fn lasting(&self, edge: &Edge) -> Vec<NameId> {
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
