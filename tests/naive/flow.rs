//! Which labels each edge carries and each node holds (§5 "Labels flow"), one label at a time until
//! nothing changes.

use super::judge::Literal;
use super::sets::{Names, Sets};
use abide::model::plans::{Edge, EdgeDetails, EdgeKind, Node, NodeKind, Plan};
use abide::model::vocabulary::{Date, form, party, purpose};
use abide::model::{NameId, NameSet};
use abide::source::Span;
use abide::syntax::ast::Kind;
use std::collections::{BTreeMap, BTreeSet};

/// "A label is (data, form, subject, residence, context, purposes of collection, lasting facts, source
/// node, what it derives from)". What a plan left open is carried as the set of all it could be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    pub data: NameId,
    pub form: Names,
    pub subject: Names,
    pub resident: Names,
    pub context: Names,
    pub collected_for: CollectedFor,
    pub lasting: Names,
    pub source: Source,
    pub ancestors: Names,
}

/// The purposes of collection of a label.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum CollectedFor {
    /// Those that the collecting edge states.
    These(Names),
    /// "unstated, they are unknown": no purpose is one of them.
    Unknown,
    /// Of data that nothing brings: it could be any.
    CouldBeAny,
}

/// Where a label was collected from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The node.
    Node(usize),
    /// Of data that nothing brings: it could be any.
    CouldBeAny,
}

/// A label as an edge carries it: as the sender holds it (`None` where the edge makes it), and as the
/// receiver gets it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Carried {
    pub before: Option<Label>,
    pub after: Label,
    /// The edge makes it, or nothing brings it: its way begins here.
    pub begins: bool,
}

/// The positions of the edges that bring a label somewhere, their number first: "fewest steps, ties by
/// position; `derives` is a step".
pub type Way = (usize, Vec<usize>);

/// An edge and one name of its list of which nothing arrives, with its position there: they order as
/// in the text.
type Missing = (usize, usize, NameId);

/// Where all labels are.
pub struct Flows {
    /// By node.
    pub held: Vec<BTreeSet<Label>>,
    /// By edge.
    pub carried: Vec<BTreeSet<Carried>>,
    /// "the shortest path that brings it there", by node and label.
    pub ways: BTreeMap<(usize, Label), Way>,
    /// `unsourced-data`.
    pub unsourced: BTreeSet<Missing>,
}

/// Follows every label.
pub fn spread(sets: &Sets, plan: &Plan, today: Date) -> Flows {
    let mut unsourced: BTreeSet<Missing> = BTreeSet::new();
    loop {
        let missing = missing(sets, plan, today, &unsourced);
        if missing.is_empty() {
            break;
        }
        // "upstream first; in a cycle the first in the text": what another missing name reaches is
        // not reported, unless it reaches that one too and stands before it.
        let reaches = |one: &Missing| -> BTreeSet<Missing> {
            let mut with_one = unsourced.clone();
            with_one.insert(*one);
            let still = self::missing(sets, plan, today, &with_one);
            missing.difference(&still).copied().collect()
        };
        let direct: Vec<(Missing, BTreeSet<Missing>)> =
            missing.iter().map(|one| (*one, reaches(one))).collect();
        let closed = transitive(&direct);
        let first: Vec<Missing> = closed
            .iter()
            .filter(|(one, reached)| {
                closed.iter().all(|(other, reached_by_other)| {
                    !reached_by_other.contains(one) || (reached.contains(other) && one <= other)
                })
            })
            .map(|(one, _)| *one)
            .collect();
        unsourced.extend(first);
    }
    let held = fixpoint(sets, plan, today, &unsourced);
    let carried: Vec<BTreeSet<Carried>> = (0..plan.edges.len())
        .map(|edge| carry(sets, plan, today, &unsourced, &held, edge))
        .collect();
    Flows {
        ways: ways(plan, &carried),
        held,
        carried,
        unsourced,
    }
}

impl Flows {
    /// The way that ends with a label on an edge.
    pub fn way_on(&self, plan: &Plan, edge: usize, carried: &Carried) -> Option<Way> {
        way_on(&self.ways, plan, edge, carried)
    }
}

fn way_on(
    ways: &BTreeMap<(usize, Label), Way>,
    plan: &Plan,
    edge: usize,
    carried: &Carried,
) -> Option<Way> {
    let before = match &carried.before {
        Some(before) if !carried.begins => {
            ways.get(&(plan.edge(edge).from(), before.clone()))?.clone()
        }
        _ => (0, Vec::new()),
    };
    let (steps, mut edges) = before;
    edges.push(edge);
    Some((steps + 1, edges))
}

/// The shortest ways, made shorter until none can be.
fn ways(plan: &Plan, carried: &[BTreeSet<Carried>]) -> BTreeMap<(usize, Label), Way> {
    let mut ways: BTreeMap<(usize, Label), Way> = BTreeMap::new();
    loop {
        let mut changed = false;
        for (edge, all) in carried.iter().enumerate() {
            let Some(receiver) = receiver(plan, edge) else {
                continue;
            };
            for one in all {
                let Some(way) = way_on(&ways, plan, edge, one) else {
                    continue;
                };
                let key = (receiver, one.after.clone());
                if ways.get(&key).is_none_or(|known| way < *known) {
                    ways.insert(key, way);
                    changed = true;
                }
            }
        }
        if !changed {
            return ways;
        }
    }
}

/// The node where an edge leaves its labels. Of a source: it is where data comes from; what reaches it
/// goes no further.
fn receiver(plan: &Plan, edge: usize) -> Option<usize> {
    let edge = &plan.edge(edge);
    let receiver = match &edge.kind {
        EdgeKind::Arrow { .. } | EdgeKind::Derives { .. } => edge.to(),
        EdgeKind::Uses { .. } => return None,
    };
    (plan.node(receiver).kind != NodeKind::Source).then_some(receiver)
}

/// The literals given that still mean something: an expired fact is reported and dropped.
pub fn given(sets: &Sets, written: &[(Literal, Span)], today: Date) -> BTreeSet<Literal> {
    written
        .iter()
        .map(|(literal, _)| *literal)
        .filter(|literal| !literal.holds || !sets.expired(literal.fact, today))
        .collect()
}

/// The forms of a label on an edge, and whether "anonymous data is made identifiable again" there.
pub fn reidentifies(sets: &Sets, edge: &Edge, before: &Label) -> bool {
    let Some(written) = &edge.form else {
        return false;
    };
    let meets = |names: &Names, root| {
        names
            .iter()
            .any(|name| sets.within(Kind::Form, *name, root))
    };
    meets(&before.form, form::ANONYMOUS)
        && meets(&sets.list(Kind::Form, written), form::IDENTIFIABLE)
}

/// The purposes that a `for` stands for, each with whether the datum was collected for it: of what is
/// unknown it is not, unless `for` itself speaks of `collected-purpose`; of data that nothing brings it
/// could be either.
pub fn purposes(
    sets: &Sets,
    list: Option<&NameSet>,
    collected_for: &CollectedFor,
) -> BTreeSet<(NameId, bool)> {
    let mut all = BTreeSet::new();
    for name in sets.any(Kind::Purpose) {
        let could_be = match collected_for {
            CollectedFor::These(names) => vec![names.contains(name)],
            CollectedFor::Unknown if list.is_some_and(|list| list.mentions(purpose::COLLECTED)) => {
                vec![false, true]
            }
            CollectedFor::Unknown => vec![false],
            CollectedFor::CouldBeAny => vec![false, true],
        };
        for collected in could_be {
            if list.is_none_or(|list| sets.covers(Kind::Purpose, list, *name, collected)) {
                all.insert((*name, collected));
            }
        }
    }
    all
}

/// The parties of a node: of `us` where it states none; of a source, a data subject.
pub fn parties(sets: &Sets, node: &Node) -> Names {
    match (&node.party, node.kind) {
        (Some(list), _) => sets.list(Kind::Party, list),
        (None, NodeKind::Source) => sets.of(Kind::Party, party::DATA_SUBJECT).clone(),
        (None, _) => Names::from([party::US]),
    }
}

/// Passes labels along every edge until nothing changes.
fn fixpoint(
    sets: &Sets,
    plan: &Plan,
    today: Date,
    unsourced: &BTreeSet<Missing>,
) -> Vec<BTreeSet<Label>> {
    let mut held = vec![BTreeSet::new(); plan.nodes.len()];
    loop {
        let mut changed = false;
        for at in 0..plan.edges.len() {
            let Some(receiver) = receiver(plan, at) else {
                continue;
            };
            for carried in carry(sets, plan, today, unsourced, &held, at) {
                changed |= held[receiver].insert(carried.after);
            }
        }
        if !changed {
            return held;
        }
    }
}

/// The labels one edge carries, or uses, or makes by deriving.
fn carry(
    sets: &Sets,
    plan: &Plan,
    today: Date,
    unsourced: &BTreeSet<Missing>,
    held: &[BTreeSet<Label>],
    at: usize,
) -> BTreeSet<Carried> {
    let edge = &plan.edge(at);
    let mut carried = BTreeSet::new();
    for (before, begins) in at_sender(sets, plan, unsourced, held, at) {
        let mut after = before.clone();
        if let Some(form) = &edge.form {
            after.form = sets.list(Kind::Form, form);
        }
        match &edge.kind {
            EdgeKind::Arrow { .. } | EdgeKind::Uses { .. } => {
                carried.insert(Carried {
                    before: Some(before),
                    after,
                    begins,
                });
            }
            // "`derives` turns each label of A into one of X that remembers A".
            EdgeKind::Derives { product, .. } => {
                for data in sets.list(Kind::Data, product) {
                    let mut made = after.clone();
                    made.ancestors.insert(made.data);
                    made.ancestors.remove(&data);
                    made.data = data;
                    carried.insert(Carried {
                        before: Some(before.clone()),
                        after: made,
                        begins,
                    });
                }
            }
        }
    }
    for after in made_by(sets, plan, today, edge) {
        carried.insert(Carried {
            before: None,
            after,
            begins: true,
        });
    }
    carried
}

/// The labels at the sender that the edge's list names, with those of data that nothing brings, whose
/// way begins here.
fn at_sender(
    sets: &Sets,
    plan: &Plan,
    unsourced: &BTreeSet<Missing>,
    held: &[BTreeSet<Label>],
    at: usize,
) -> BTreeSet<(Label, bool)> {
    let edge = &plan.edge(at);
    let list = list_of(edge);
    let names = sets.list_or_any(Kind::Data, list);
    let mut labels: BTreeSet<(Label, bool)> = held[edge.from()]
        .iter()
        .filter(|label| names.contains(&label.data))
        .map(|label| (label.clone(), false))
        .collect();
    if plan.node(edge.from()).kind == NodeKind::Source {
        labels.clear();
    }
    for (_, _, name) in unsourced.iter().filter(|(edge, ..)| *edge == at) {
        let list = list.expect("only a list names what is missing");
        for data in listed(sets, list, *name) {
            labels.insert((unsourced_label(sets, data), true));
        }
    }
    labels
}

/// "Edges from a source or an external make labels".
fn made_by(sets: &Sets, plan: &Plan, today: Date, edge: &Edge) -> BTreeSet<Label> {
    let sender = &plan.node(edge.from());
    let EdgeKind::Arrow {
        data: Some(list), ..
    } = &edge.kind
    else {
        return BTreeSet::new();
    };
    if !matches!(sender.kind, NodeKind::Source | NodeKind::External) {
        return BTreeSet::new();
    }
    let form = match &edge.form {
        Some(form) => sets.list(Kind::Form, form),
        // "at the source, any `identifiable`"
        None => sets.of(Kind::Form, form::IDENTIFIABLE).clone(),
    };
    // "Purposes of collection are those of the collecting edge …; unstated, they are unknown".
    let collected_for = match &edge.purpose {
        Some(list) if !list.mentions(purpose::COLLECTED) => {
            CollectedFor::These(sets.list(Kind::Purpose, list))
        }
        _ => CollectedFor::Unknown,
    };
    // "`lasting fact`: given where the data is collected, it holds on every later edge".
    let lasting = given(sets, &edge.given, today)
        .into_iter()
        .filter(|one| one.holds && sets.vocabulary.lasting.contains(one.fact.0 as usize))
        .map(|one| one.fact)
        .collect();
    let label = Label {
        data: NameId(0),
        form,
        subject: sets.list_or_any(Kind::Subject, sender.subject.as_ref()),
        resident: sets.list_or_any(Kind::Region, sender.resident.as_ref()),
        context: sets.list_or_any(Kind::Context, plan.node(edge.to()).context.as_ref()),
        collected_for,
        lasting,
        source: Source::Node(edge.from()),
        ancestors: Names::new(),
    };
    sets.list(Kind::Data, list)
        .into_iter()
        .map(|data| Label {
            data,
            ..label.clone()
        })
        .collect()
}

/// "on that edge the data counts as of any subject, residence, context and purpose".
fn unsourced_label(sets: &Sets, data: NameId) -> Label {
    Label {
        data,
        form: sets.of(Kind::Form, form::IDENTIFIABLE).clone(),
        subject: sets.any(Kind::Subject).clone(),
        resident: sets.any(Kind::Region).clone(),
        context: sets.any(Kind::Context).clone(),
        collected_for: CollectedFor::CouldBeAny,
        lasting: Names::new(),
        source: Source::CouldBeAny,
        ancestors: Names::new(),
    }
}

/// "An edge that names data which nothing brings to its sender"; "A name of which some part arrives is
/// no finding." A source or an external brings what its arrows name itself; what is already counted
/// as there is not missing.
fn missing(
    sets: &Sets,
    plan: &Plan,
    today: Date,
    unsourced: &BTreeSet<Missing>,
) -> BTreeSet<Missing> {
    let held = fixpoint(sets, plan, today, unsourced);
    let mut missing = BTreeSet::new();
    for (at, edge) in plan.edges.iter().enumerate() {
        let brings = matches!(
            plan.node(edge.from()).kind,
            NodeKind::Source | NodeKind::External
        );
        let arrow = matches!(edge.kind, EdgeKind::Arrow { .. });
        let Some(list) = list_of(&edge).filter(|_| !(brings && arrow)) else {
            continue;
        };
        for (position, name) in names_of(list).into_iter().enumerate() {
            let wanted = listed(sets, list, name);
            let arrives = held[edge.from()]
                .iter()
                .any(|label| wanted.contains(&label.data));
            if !arrives && !wanted.is_empty() && !unsourced.contains(&(at, position, name)) {
                missing.insert((at, position, name));
            }
        }
    }
    missing
}

/// The list of an edge: what it carries, uses or derives from; `None` for `all`.
fn list_of(edge: &EdgeDetails) -> Option<&NameSet> {
    match &edge.kind {
        EdgeKind::Arrow { data, .. } => data.as_ref(),
        EdgeKind::Uses { data } | EdgeKind::Derives { data, .. } => Some(data),
    }
}

/// The names a list names; `any` where it begins with `other than`.
fn names_of(list: &NameSet) -> Vec<NameId> {
    if list.include.is_empty() {
        vec![abide::model::vocabulary::ANY]
    } else {
        list.include.clone()
    }
}

/// The set of one name of a list, less what the list takes away.
fn listed(sets: &Sets, list: &NameSet, name: NameId) -> Names {
    let mut names = sets.of(Kind::Data, name).clone();
    for excluded in &list.exclude {
        names.retain(|one| !sets.within(Kind::Data, *one, *excluded));
    }
    names
}

/// What each reaches, directly or through others.
fn transitive(direct: &[(Missing, BTreeSet<Missing>)]) -> Vec<(Missing, BTreeSet<Missing>)> {
    let mut closed = direct.to_vec();
    loop {
        let before = closed.clone();
        for (_, reached) in &mut closed {
            for (through, further) in &before {
                if reached.contains(through) {
                    reached.extend(further);
                }
            }
        }
        if closed == before {
            return closed;
        }
    }
}
