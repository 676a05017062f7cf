//! What acts an edge or a store stands for: everything of an act but its label.

use crate::decide::{Diagram, Dim, Product, Space};
use crate::flow::graph::set_or_any;
use crate::flow::{LabelId, Labels, Purposes};
use crate::model::plans::{Keeps, NodeDetails, NodeKind};
use crate::model::vocabulary::{Kind, Literal, NameId, form, party, purpose};
use crate::model::{Action, Edge, EdgeKind, NameSet, Plan, Vocabulary};
use fixedbitset::FixedBitSet;

/// How long data is kept: hours and the events they are counted from; `None` without limit.
pub type Time = Option<(u64, FixedBitSet)>;

/// Acts of one action that are alike but for the data they are about. Sets say what each could be.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Situation {
    /// The action.
    pub action: Action,
    /// Who acts.
    pub actor: FixedBitSet,
    /// The other party, where the action has one.
    pub counterparty: Option<FixedBitSet>,
    /// What for, of purposes that the datum was not collected for.
    pub purpose: FixedBitSet,
    /// Where `collected-purpose` was written: what for, of purposes that it was collected for.
    pub collected_purpose: Option<FixedBitSet>,
    /// Where the data is after the act, where the action has a place.
    pub place: Option<FixedBitSet>,
    /// Regions of a transfer.
    pub regions: Option<(FixedBitSet, FixedBitSet)>,
    /// Time of retention, of retain.
    pub time: Option<Time>,
    /// Facts given; expired ones are dropped.
    pub given: Vec<Literal>,
    /// Duties fulfilled.
    pub fulfilled: Vec<NameId>,
}

/// What depends on both the situation and the label's origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Relation {
    /// Whether the counterparty is the datum's own source; `None` could be either.
    pub own_source: Option<bool>,
    /// Whether the act needs no permission: people getting their own data.
    pub open: Open,
}

/// When sharing needs no permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Open {
    /// It needs one.
    Never,
    /// It could be shared with its own source, and then needs none.
    IfOwnSource,
    /// It needs none.
    Always,
}

/// The acts that a moving edge stands for, for the labels it delivers: its own action, and
/// `transfer` between two known regions of which neither contains the other.
pub fn of_arrow(
    vocabulary: &Vocabulary,
    plan: &Plan,
    edge: Edge,
    given: &[Literal],
) -> Vec<Situation> {
    let EdgeKind::Arrow { verb, .. } = &edge.kind else {
        return Vec::new();
    };
    let to = edge.to();
    let (sender, receiver) = (plan.node(edge.from()).details(), plan.node(to).details());
    let ours = |node: &NodeDetails| matches!(node.kind, NodeKind::System | NodeKind::Store);
    let from_party = party_of(vocabulary, sender);
    let to_party = party_of(vocabulary, receiver);
    let mut all = Vec::new();
    let action = match (sender.kind, receiver.kind) {
        (NodeKind::Source, _) => Action::Collect,
        (NodeKind::External, _) if ours(receiver) => Action::Collect,
        _ if ours(sender) && ours(receiver) => Action::Use,
        _ => verb.unwrap_or(Action::Share),
    };
    let base = Situation {
        action,
        actor: from_party.clone(),
        counterparty: Some(to_party.clone()),
        collected_purpose: None,
        purpose: FixedBitSet::new(),
        place: Some(set_or_any(
            vocabulary,
            Kind::Region,
            receiver.place.as_ref(),
        )),
        regions: None,
        time: None,
        given: given.to_vec(),
        fulfilled: edge.fulfilling.clone(),
    };
    let base = purposes(vocabulary, base, edge.purpose.as_ref());
    all.push(match action {
        Action::Collect => Situation {
            actor: to_party.clone(),
            counterparty: Some(from_party.clone()),
            ..base.clone()
        },
        Action::Use => Situation {
            actor: to_party.clone(),
            counterparty: None,
            ..base.clone()
        },
        _ => base.clone(),
    });
    if let Some(regions) = crossing(vocabulary, sender, receiver) {
        all.push(Situation {
            action: Action::Transfer,
            place: None,
            regions: Some(regions),
            ..base
        });
    }
    all
}

/// The act of `uses` or `derives` at a node.
pub fn at_node(
    vocabulary: &Vocabulary,
    plan: &Plan,
    edge: Edge,
    action: Action,
    given: &[Literal],
) -> Situation {
    let node = plan.node(edge.from()).details();
    let base = Situation {
        action,
        actor: party_of(vocabulary, node),
        counterparty: None,
        purpose: FixedBitSet::new(),
        collected_purpose: None,
        place: Some(set_or_any(vocabulary, Kind::Region, node.place.as_ref())),
        regions: None,
        time: None,
        given: given.to_vec(),
        fulfilled: edge.fulfilling.clone(),
    };
    purposes(vocabulary, base, edge.purpose.as_ref())
}

/// The act of keeping data in a store; without `keeps`, without limit.
pub fn of_store(
    vocabulary: &Vocabulary,
    node: &NodeDetails,
    keeps: Option<&Keeps>,
    given: &[Literal],
) -> Situation {
    let time = keeps.and_then(|keeps| keeps.time.as_ref());
    let base = Situation {
        action: Action::Retain,
        actor: party_of(vocabulary, node),
        counterparty: None,
        purpose: FixedBitSet::new(),
        collected_purpose: None,
        place: Some(set_or_any(vocabulary, Kind::Region, node.place.as_ref())),
        regions: None,
        time: Some(time.map(|(time, after)| {
            let events = vocabulary.of(Kind::Event).atoms(after);
            (time.hours(), events)
        })),
        given: given.to_vec(),
        fulfilled: node.does.iter().map(|does| does.duty).collect(),
    };
    purposes(
        vocabulary,
        base,
        keeps.and_then(|keeps| keeps.purpose.as_ref()),
    )
}

/// The `keeps` of a store that apply to a datum: those that cover it and than which no other that
/// does is more specific. `None` stands for none: it is kept without limit.
pub fn keeping<'n>(
    vocabulary: &Vocabulary,
    node: &'n NodeDetails,
    data: NameId,
) -> Vec<Option<&'n Keeps>> {
    let covering: Vec<(&Keeps, FixedBitSet)> = node
        .keeps
        .iter()
        .map(|keeps| (keeps, vocabulary.of(Kind::Data).atoms(&keeps.data)))
        .filter(|(_, set)| set.contains(data.0 as usize))
        .collect();
    let narrower = |a: &FixedBitSet, b: &FixedBitSet| a.is_subset(b) && !b.is_subset(a);
    let applying: Vec<Option<&Keeps>> = covering
        .iter()
        .filter(|(_, set)| !covering.iter().any(|(_, other)| narrower(other, set)))
        .map(|(keeps, _)| Some(*keeps))
        .collect();
    if applying.is_empty() {
        vec![None]
    } else {
        applying
    }
}

/// How a label's origin stands to the two nodes of an edge.
pub fn relation(
    vocabulary: &Vocabulary,
    plan: &Plan,
    edge: Edge,
    labels: &Labels,
    label: LabelId,
) -> Relation {
    let none = Relation {
        own_source: Some(false),
        open: Open::Never,
    };
    if !matches!(edge.kind, EdgeKind::Arrow { .. }) {
        return none;
    }
    let to = edge.to();
    let origin = labels.origin(label);
    let (sender, receiver) = (plan.node(edge.from()).details(), plan.node(to).details());
    let collects = sender.kind == NodeKind::Source
        || sender.kind == NodeKind::External
            && matches!(receiver.kind, NodeKind::System | NodeKind::Store);
    let other = if collects { edge.from() } else { to };
    // Data of unknown origin could be from any node that brings data, but from none of ours.
    let brings = matches!(plan.node(other).kind, NodeKind::Source | NodeKind::External);
    let own_source = match origin.source {
        Some(source) => Some(source == other),
        None if brings => None,
        None => Some(false),
    };
    let covers = || {
        let subject = set_or_any(vocabulary, Kind::Subject, receiver.subject.as_ref());
        let resident = set_or_any(vocabulary, Kind::Region, receiver.resident.as_ref());
        origin.subject.is_subset(&subject) && origin.resident.is_subset(&resident)
    };
    Relation {
        own_source,
        open: match (receiver.kind, own_source) {
            (NodeKind::Source, Some(true)) => Open::Always,
            (NodeKind::Source, _) if covers() => Open::Always,
            (NodeKind::Source, None) => Open::IfOwnSource,
            _ => Open::Never,
        },
    }
}

impl Situation {
    /// The acts of a label in this situation, its data left out.
    pub fn acts(
        &self,
        space: &Space,
        labels: &Labels,
        label: LabelId,
        relation: Relation,
    ) -> Diagram {
        let origin = labels.origin(label);
        let mut acts = Product::new(space)
            .atoms(Dim::Form, labels.form(label))
            .atoms(Dim::Subject, &origin.subject)
            .atoms(Dim::Resident, &origin.resident)
            .atoms(Dim::Context, &origin.context)
            .atoms(Dim::Actor, &self.actor);
        if let Some(counterparty) = &self.counterparty {
            acts = acts.atoms(Dim::Counterparty, counterparty);
        }
        if let Some(place) = &self.place {
            acts = acts.atoms(Dim::Place, place);
        }
        if let Some((from, to)) = &self.regions {
            acts = acts.atoms(Dim::From, from).atoms(Dim::To, to);
        }
        if let Some(time) = &self.time {
            acts = kept(acts, space, time);
        }
        match (self.counterparty.is_some(), relation.own_source) {
            (true, Some(own)) => acts = acts.digits(space.own_source_digits(own)),
            (true, None) => {}
            (false, _) => acts = acts.digits(space.own_source_digits(false)),
        }
        match (&origin.purposes, &self.collected_purpose) {
            (Purposes::Unknown, None) => {
                let collected = space.collected_digits(false);
                acts.atoms(Dim::Purpose, &self.purpose).digits(collected)
            }
            (Purposes::Any, None) => acts.atoms(Dim::Purpose, &self.purpose),
            (collected, _) => acts.and(self.purpose_acts(space, collected)),
        }
        .acts()
    }

    /// The purposes, each told whether the datum was collected for it: of what is unknown it is not,
    /// unless `collected-purpose` was written.
    fn purpose_acts(&self, space: &Space, collected: &Purposes) -> Diagram {
        let others = space.atoms(Dim::Purpose, &self.purpose);
        let own = match &self.collected_purpose {
            Some(set) => space.atoms(Dim::Purpose, set),
            None => others.clone(),
        };
        let (others, own) = (
            others.and(&space.collected(false)),
            own.and(&space.collected(true)),
        );
        match collected {
            Purposes::Unknown | Purposes::Any => others.or(&own),
            Purposes::Known(set) => {
                let known = space.atoms(Dim::Purpose, set);
                others.minus(&known).or(&own.and(&known))
            }
        }
    }
}

/// Of some acts, those of keeping for a time.
pub fn kept<'s>(acts: Product<'s>, space: &Space, time: &Time) -> Product<'s> {
    match time {
        Some((hours, events)) => acts
            .atoms(Dim::Event, events)
            .digits(space.kept(Some(*hours))),
        None => acts.digits(space.kept(None)),
    }
}

/// A node's party: a source is a data subject, ours without a party is `us` itself.
pub fn party_of(vocabulary: &Vocabulary, node: &NodeDetails) -> FixedBitSet {
    let parties = vocabulary.of(Kind::Party);
    match (&node.party, node.kind) {
        (_, NodeKind::Source) => parties.set(party::DATA_SUBJECT).clone(),
        (Some(list), _) => parties.atoms(list),
        (None, NodeKind::External) => parties.set(crate::model::vocabulary::ANY).clone(),
        (None, _) => {
            let mut us = FixedBitSet::with_capacity(parties.len());
            us.insert(party::US.0 as usize);
            us
        }
    }
}

/// The two regions of an edge between two nodes that are no source, where both are known and
/// neither contains the other.
fn crossing(
    vocabulary: &Vocabulary,
    sender: &NodeDetails,
    receiver: &NodeDetails,
) -> Option<(FixedBitSet, FixedBitSet)> {
    if sender.kind == NodeKind::Source || receiver.kind == NodeKind::Source {
        return None;
    }
    let regions = vocabulary.of(Kind::Region);
    let from = regions.atoms(sender.place.as_ref()?);
    let to = regions.atoms(receiver.place.as_ref()?);
    (!from.is_subset(&to) && !to.is_subset(&from)).then_some((from, to))
}

fn purposes(vocabulary: &Vocabulary, situation: Situation, list: Option<&NameSet>) -> Situation {
    let purpose = set_or_any(vocabulary, Kind::Purpose, list);
    let purposes = vocabulary.of(Kind::Purpose);
    let collected_purpose = list.and_then(|list| {
        // `collected-purpose` covers every purpose of collection; what is less is less.
        let less = NameSet {
            include: Vec::new(),
            ..list.clone()
        };
        if list.exclude.contains(&purpose::COLLECTED) {
            Some(FixedBitSet::with_capacity(purposes.len()))
        } else if list.include.contains(&purpose::COLLECTED) {
            Some(purposes.atoms(&less))
        } else {
            None
        }
    });
    Situation {
        purpose,
        collected_purpose,
        ..situation
    }
}

/// The forms that identify nobody: in them an act is no longer bound by what the datum derives from.
pub fn anonymous(vocabulary: &Vocabulary) -> &FixedBitSet {
    vocabulary.of(Kind::Form).set(form::ANONYMOUS)
}
