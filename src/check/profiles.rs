//! Which edges are alike to every rule: a number for each edge, the same for those that are.
//!
//! What an edge says is looked at once for all edges that share it, what nodes say once for all nodes
//! that do. What is left to do for each edge of millions is to look up a few numbers.

use super::classes::{Classes, SIDES};
use super::situation::party_of;
use crate::decide::Dim;
use crate::flow::Asks;
use crate::flow::graph::set_or_any;
use crate::jobs;
use crate::model::plans::{EdgeDetails, NodeDetails, NodeKind};
use crate::model::vocabulary::{Kind, Literal, purpose};
use crate::model::{Action, EdgeKind, Model, NameId, NameSet, Plan, Vocabulary};
use fixedbitset::FixedBitSet;
use rustc_hash::FxHashMap;

/// The profiles of edges: edges of one are alike to every rule.
pub struct Profiles {
    /// By edge.
    pub of: Vec<u32>,
    /// By profile: the first edge that has it.
    pub first: Vec<u32>,
}

/// What an edge says besides its nodes and its data.
type Manner = (
    u8,
    Option<Action>,
    Option<FixedBitSet>,
    Option<(Vec<NameId>, Vec<NameId>)>,
    Vec<Literal>,
    Vec<NameId>,
);

/// What tells profiles apart: the shape of the act, the manner, and a number for each of its sides.
type Key = (u8, u32, u32, u32, u32);

impl Profiles {
    /// The profiles of a plan's edges.
    pub fn new(model: &Model, expired: &FixedBitSet, plan: &Plan, asks: Asks) -> Profiles {
        let keys = Keys::new(model, expired, plan, asks);
        let (of, first) = jobs::number(plan.edges.len(), |at| keys.key(at));
        Profiles { of, first }
    }
}

/// What details say of an edge.
struct Said {
    manner: u32,
    arrow: bool,
    sells: bool,
}

/// What a node is to rules, by action and side in the order of `SIDES`.
struct Role {
    kind: NodeKind,
    placed: bool,
    classes: Vec<u32>,
}

impl Role {
    fn class(&self, action: Action, dim: Dim) -> u32 {
        let side = SIDES.iter().position(|side| *side == dim).unwrap_or(0);
        self.classes[action as usize * SIDES.len() + side]
    }
}

/// What keys are made of.
struct Keys<'k> {
    plan: &'k Plan,
    asks: Asks,
    /// By number of details.
    said: Vec<Said>,
    /// By number of a node's details.
    roles: Vec<Role>,
}

impl<'k> Keys<'k> {
    fn new(model: &Model, expired: &FixedBitSet, plan: &'k Plan, asks: Asks) -> Keys<'k> {
        let mut manners: FxHashMap<Manner, u32> = FxHashMap::default();
        let said = plan.edges.details().iter().map(|edge| {
            let next = manners.len() as u32;
            Said {
                manner: *manners
                    .entry(manner(&model.vocabulary, expired, edge))
                    .or_insert(next),
                arrow: matches!(edge.kind, EdgeKind::Arrow { .. }),
                sells: matches!(
                    edge.kind,
                    EdgeKind::Arrow {
                        verb: Some(Action::Sell),
                        ..
                    }
                ),
            }
        });
        let said = said.collect();
        Keys {
            plan,
            asks,
            said,
            roles: roles(model, plan.nodes.details()),
        }
    }

    fn key(&self, at: usize) -> Key {
        let edges = &self.plan.edges;
        let said = &self.said[edges.details_of()[at] as usize];
        let manner = said.manner;
        let (from, to) = edges.ends()[at];
        let role_of = self.plan.nodes.details_of();
        let (from, to) = (role_of[from as usize], role_of[to as usize]);
        let (sender, receiver) = (&self.roles[from as usize], &self.roles[to as usize]);
        let ours = |kind| matches!(kind, NodeKind::System | NodeKind::Store);
        // Two regions may make it a transfer besides, and who gets data back may be whose it is: then
        // all that the nodes say tells apart.
        let plain = !sender.placed && !receiver.placed || sender.kind == NodeKind::Source;
        let own = self.asks.source || receiver.kind == NodeKind::Source && said.arrow;
        match (sender.kind, receiver.kind) {
            _ if !plain || own => (0, manner, from, to, 0),
            _ if !said.arrow => (1, manner, from, 0, 0),
            (NodeKind::Source, _) | (NodeKind::External, NodeKind::System | NodeKind::Store) => {
                let party = sender.class(Action::Collect, Dim::Counterparty);
                let actor = receiver.class(Action::Collect, Dim::Actor);
                let place = receiver.class(Action::Collect, Dim::Place);
                (2, manner, party, actor, place)
            }
            (one, other) if ours(one) && ours(other) => {
                let actor = receiver.class(Action::Use, Dim::Actor);
                (3, manner, actor, receiver.class(Action::Use, Dim::Place), 0)
            }
            _ => {
                let action = if said.sells {
                    Action::Sell
                } else {
                    Action::Share
                };
                let actor = sender.class(action, Dim::Actor);
                let party = receiver.class(action, Dim::Counterparty);
                (4, manner, actor, party, receiver.class(action, Dim::Place))
            }
        }
    }
}

/// The roles of nodes, by what they are.
fn roles(model: &Model, nodes: &[NodeDetails]) -> Vec<Role> {
    let vocabulary = &model.vocabulary;
    let role = |node: &NodeDetails| Role {
        kind: node.kind,
        placed: node.place.is_some(),
        classes: Vec::new(),
    };
    let mut roles: Vec<Role> = nodes.iter().map(role).collect();
    for action in Action::ALL {
        for dim in SIDES {
            let mut all = Classes::new(model, action, dim);
            for (node, role) in nodes.iter().zip(&mut roles) {
                role.classes.push(match dim {
                    Dim::Actor | Dim::Counterparty => all.of(&party_of(vocabulary, node)),
                    _ => all.of(&set_or_any(vocabulary, dim.kind(), node.place.as_ref())),
                });
            }
        }
    }
    roles
}

fn manner(vocabulary: &Vocabulary, expired: &FixedBitSet, edge: &EdgeDetails) -> Manner {
    let (kind, verb) = match &edge.kind {
        EdgeKind::Arrow { verb, .. } => (0, *verb),
        EdgeKind::Uses { .. } => (1, None),
        EdgeKind::Derives { .. } => (2, None),
    };
    let purposes = vocabulary.of(Kind::Purpose);
    let purpose = edge.purpose.as_ref().map(|list| purposes.atoms(list));
    let as_written = |list: &NameSet| (list.include.clone(), list.exclude.clone());
    // Lists that speak of purposes of collection mean more than their atoms.
    let written = edge.purpose.as_ref();
    let written = written.filter(|list| list.mentions(purpose::COLLECTED));
    (
        kind,
        verb,
        purpose,
        written.map(as_written),
        current(expired, edge),
        edge.fulfilling.clone(),
    )
}

/// Given facts less those that no longer hold.
pub fn current(expired: &FixedBitSet, edge: &EdgeDetails) -> Vec<Literal> {
    let literals = edge.given.iter().map(|(literal, _)| *literal);
    literals
        .filter(|literal| !(literal.holds && expired.contains(literal.fact.0 as usize)))
        .collect()
}
