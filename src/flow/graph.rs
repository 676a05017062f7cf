//! A plan's graph: its edges as moves of labels between nodes.

use super::labels::{Label, LabelId, Labels, Origin, Purposes};
use crate::model::plans::NodeKind;
use crate::model::vocabulary::{ANY, Kind, NameId, form, purpose};
use crate::model::{Edge, EdgeKind, NameSet, Plan, Vocabulary};
use fixedbitset::FixedBitSet;
use petgraph::graph::{DiGraph, NodeIndex};

/// What an edge does to labels.
#[derive(Debug, Clone)]
pub struct Move {
    /// Position of the edge in the plan.
    pub edge: usize,
    /// The sending node.
    pub from: usize,
    /// The node that receives labels: none for `uses`, and for what reaches a source and stops there.
    pub to: Option<usize>,
    /// The data that passes; `None` for `all`.
    pub data: Option<FixedBitSet>,
    /// The forms that `as` gives.
    pub form: Option<u32>,
    /// The data that `derives` makes.
    pub derives: Option<Vec<NameId>>,
    /// Labels that the edge itself makes: of a source or an external, or of data that nothing brings.
    pub makes: Vec<LabelId>,
    /// Whether labels that the sender holds pass: not from a source.
    pub passes: bool,
}

/// A plan's graph.
#[derive(Debug, Clone)]
pub struct Graph {
    /// Nodes by position, one edge (a position in `moves`) for each move that delivers labels.
    pub graph: DiGraph<(), usize>,
    /// One for each edge of the plan, in order.
    pub moves: Vec<Move>,
    /// All labels known so far.
    pub labels: Labels,
}

/// The graph of a plan, with the labels that its sources and externals make.
pub fn build(vocabulary: &Vocabulary, plan: &Plan, expired: &FixedBitSet) -> Graph {
    let mut labels = Labels::default();
    labels.ancestors.intern(Vec::new());
    let mut graph = DiGraph::with_capacity(plan.nodes.len(), plan.edges.len());
    for _ in &plan.nodes {
        graph.add_node(());
    }
    let mut moves = Vec::with_capacity(plan.edges.len());
    for (at, edge) in plan.edges.iter().enumerate() {
        let step = step(vocabulary, plan, at, edge, &mut labels, expired);
        if let Some(to) = step.to {
            graph.add_edge(NodeIndex::new(step.from), NodeIndex::new(to), at);
        }
        moves.push(step);
    }
    Graph {
        graph,
        moves,
        labels,
    }
}

fn step(
    vocabulary: &Vocabulary,
    plan: &Plan,
    at: usize,
    edge: &Edge,
    labels: &mut Labels,
    expired: &FixedBitSet,
) -> Move {
    let sender = plan.nodes[edge.from].kind;
    let data_of = |list: &NameSet| vocabulary.of(Kind::Data).atoms(list);
    let form = edge.form.as_ref().map(|list| {
        let forms = vocabulary.of(Kind::Form).atoms(list);
        labels.forms.intern(forms)
    });
    let mut step = Move {
        edge: at,
        from: edge.from,
        to: None,
        data: None,
        form,
        derives: None,
        makes: Vec::new(),
        passes: sender != NodeKind::Source,
    };
    match &edge.kind {
        EdgeKind::Arrow { to, data, .. } => {
            step.to = Some(*to).filter(|to| plan.nodes[*to].kind != NodeKind::Source);
            step.data = data.as_ref().map(data_of);
            if let (NodeKind::Source | NodeKind::External, Some(data)) = (sender, &step.data) {
                let origin = origin(vocabulary, plan, edge, *to, expired);
                let data = data.clone();
                make(vocabulary, labels, &mut step, &data, origin);
            }
        }
        EdgeKind::Uses { data } => step.data = Some(data_of(data)),
        EdgeKind::Derives { product, data } => {
            step.to = Some(edge.from);
            step.data = Some(data_of(data));
            let made = vocabulary.of(Kind::Data).atoms(product);
            step.derives = Some(made.ones().map(|id| NameId(id as u32)).collect());
        }
    }
    step
}

/// Adds labels that a move makes: every datum of a set, in the form of `as`, else any identifiable.
pub fn make(
    vocabulary: &Vocabulary,
    labels: &mut Labels,
    step: &mut Move,
    data: &FixedBitSet,
    origin: Origin,
) {
    let form = step.form.unwrap_or_else(|| {
        let identifiable = vocabulary.of(Kind::Form).set(form::IDENTIFIABLE);
        labels.forms.intern(identifiable.clone())
    });
    let origin = labels.origins.intern(origin);
    for id in data.ones() {
        let label = labels.intern(Label {
            data: NameId(id as u32),
            form,
            origin,
            from: 0,
        });
        if !step.makes.contains(&label) {
            step.makes.push(label);
        }
    }
}

fn origin(
    vocabulary: &Vocabulary,
    plan: &Plan,
    edge: &Edge,
    to: usize,
    expired: &FixedBitSet,
) -> Origin {
    let sender = &plan.nodes[edge.from];
    Origin {
        subject: set_or_any(vocabulary, Kind::Subject, sender.subject.as_ref()),
        resident: set_or_any(vocabulary, Kind::Region, sender.resident.as_ref()),
        context: set_or_any(vocabulary, Kind::Context, plan.nodes[to].context.as_ref()),
        purposes: match &edge.purpose {
            // Where data is collected, `collected-purpose` states nothing yet.
            Some(list) if !list.mentions(purpose::COLLECTED) => {
                Purposes::Known(vocabulary.of(Kind::Purpose).atoms(list))
            }
            _ => Purposes::Unknown,
        },
        lasting: {
            let mut lasting: Vec<NameId> = edge
                .given
                .iter()
                .map(|(literal, _)| literal)
                .filter(|literal| literal.holds)
                .map(|literal| literal.fact)
                .filter(|fact| {
                    vocabulary.lasting.contains(fact.0 as usize)
                        && !expired.contains(fact.0 as usize)
                })
                .collect();
            lasting.sort_unstable();
            lasting.dedup();
            lasting
        },
        source: Some(edge.from),
    }
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
