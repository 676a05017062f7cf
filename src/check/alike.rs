//! Edges that are alike to every rule, told once: what is suspect of one is suspect of all.

use super::classes::{Classes, SIDES};
use super::judge::Judge;
use super::situation::{Situation, at_node, of_arrow};
use super::suspects::Suspects;
use crate::decide::Dim;
use crate::flow::rows::{Bits, EMPTY, RowId, Rows};
use crate::flow::spread::transform;
use crate::flow::{Asks, Graph, Origin, Spread};
use crate::model::plans::{EdgeDetails, NodeDetails, NodeKind};
use crate::model::vocabulary::Literal;
use crate::model::{Action, Edge, EdgeKind, NameId, NameSet, Plan, PolicyId};
use fixedbitset::FixedBitSet;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What is to be judged exactly on an edge.
pub struct Suspect {
    /// Labels, as they leave the edge.
    pub labels: Bits,
    /// Edges with the same number and labels have as many findings of each code.
    pub alike: Option<u32>,
}

/// The situations that edges with the same key stand for.
struct Profile {
    /// An edge of them.
    situations: Vec<Situation>,
    /// Labels that are suspect in any of them, and how many labels were known then.
    suspect: Bits,
    known: usize,
    /// Given facts that can't hold together.
    impossible: bool,
}

/// What an edge says besides its nodes and its data, by number.
type Manner = (
    u8,
    Option<Action>,
    Option<FixedBitSet>,
    Option<(Vec<NameId>, Vec<NameId>)>,
    Vec<Literal>,
    Vec<NameId>,
);

/// What tells profiles apart: the action, the manner, and a number for each side of the act.
type Key = (u8, u32, u32, u32, u32);

/// Remembers edges that are alike.
pub struct Alike {
    suspects: Suspects,
    asks: Asks,
    manners: FxHashMap<Manner, u32>,
    manner_of: FxHashMap<*const EdgeDetails, u32>,
    /// By node: a number of its details.
    role_of: Vec<u32>,
    /// By action and side, and by role: the class.
    classes: Vec<Vec<u32>>,
    profile_of: FxHashMap<Key, u32>,
    profiles: Vec<Profile>,
    changed: FxHashMap<(u32, RowId), Bits>,
    /// Derivations that were judged and found fine are not looked at again.
    scratch: Bits,
}

impl Alike {
    /// For a plan and the policies it checks.
    pub fn new(judge: &mut Judge, plan: &Plan, policies: &[PolicyId], asks: Asks) -> Alike {
        let mut roles: FxHashMap<*const NodeDetails, u32> = FxHashMap::default();
        let mut first: Vec<usize> = Vec::new();
        let role_of = plan.nodes.iter().enumerate().map(|(at, node)| {
            *roles.entry(Arc::as_ptr(&node.details)).or_insert_with(|| {
                first.push(at);
                first.len() as u32 - 1
            })
        });
        let role_of = role_of.collect();
        let vocabulary = &judge.model.vocabulary;
        let mut classes = Vec::new();
        for action in Action::ALL {
            for dim in SIDES {
                let mut all = Classes::new(judge.model, action, dim);
                let side = |at: &usize| {
                    let node = &plan.nodes[*at];
                    match dim {
                        Dim::Actor | Dim::Counterparty => {
                            all.of(&super::situation::party_of(vocabulary, node))
                        }
                        _ => all.of(&crate::flow::graph::set_or_any(
                            vocabulary,
                            dim.kind(),
                            node.place.as_ref(),
                        )),
                    }
                };
                classes.push(first.iter().map(side).collect());
            }
        }
        Alike {
            suspects: Suspects::new(policies),
            asks,
            manners: FxHashMap::default(),
            manner_of: FxHashMap::default(),
            role_of,
            classes,
            profile_of: FxHashMap::default(),
            profiles: Vec::new(),
            changed: FxHashMap::default(),
            scratch: Bits::default(),
        }
    }

    /// What the edges stand for that are alike to one with something suspect.
    pub fn situations(&self, suspect: &Suspect) -> &[Situation] {
        let profile = suspect.alike.map(|alike| &self.profiles[alike as usize]);
        profile.map_or(&[], |profile| &profile.situations)
    }

    /// How situations are looked at as a whole.
    pub fn rules(&self) -> &Suspects {
        &self.suspects
    }

    /// What is suspect on an edge; none where all is fine.
    pub fn suspects(
        &mut self,
        judge: &mut Judge,
        plan: &Plan,
        graph: &mut Graph,
        spread: &Spread,
        at: usize,
    ) -> Option<Suspect> {
        let edge = &plan.edges[at];
        let number = self.profile(judge, plan, edge);
        let derives = matches!(edge.kind, EdgeKind::Derives { .. });
        let row = match graph.changes[graph.change[at] as usize].passes {
            true => spread.row_of[edge.from()],
            false => EMPTY,
        };
        // Where nothing that the sender holds is suspect, what an edge lets pass need not be known.
        let profile = &self.profiles[number as usize];
        let keeps = graph.changes[graph.change[at] as usize].keeps_labels();
        if keeps
            && !profile.impossible
            && profile.known == graph.labels.labels.len()
            && !spread.rows.meets(row, &profile.suspect)
            && graph.makes(at).is_empty()
        {
            return None;
        }
        let mut carried = std::mem::take(&mut self.scratch);
        self.carried(graph, &spread.rows, at, row, &mut carried);
        let profile = &mut self.profiles[number as usize];
        if profile.impossible {
            self.scratch = carried;
            return Some(Suspect {
                labels: Bits::default(),
                alike: None,
            });
        }
        if profile.known < graph.labels.labels.len() {
            profile.suspect.clear();
            for situation in &profile.situations {
                let more = self.suspects.find(judge, &graph.labels, situation);
                profile.suspect.add(more.words());
            }
            profile.known = graph.labels.labels.len();
        }
        if !carried.meets(&profile.suspect) {
            self.scratch = carried;
            return None;
        }
        let mut labels = carried.clone();
        if !derives {
            labels.keep(&profile.suspect);
        }
        let told_apart = |label| {
            let origin = graph.labels.origin(label);
            origin
                .source
                .is_some_and(|source| source != Origin::SOME_OTHER)
        };
        let alike = !derives && !labels.labels().any(told_apart);
        self.scratch = carried;
        Some(Suspect {
            labels,
            alike: alike.then_some(number),
        })
    }

    /// The labels that an edge is judged for: as they leave it, and of a derivation also as they come.
    fn carried(
        &mut self,
        graph: &mut Graph,
        rows: &Rows,
        at: usize,
        row: RowId,
        carried: &mut Bits,
    ) {
        carried.clear();
        let number = graph.change[at];
        let change = &graph.changes[number as usize];
        if row != EMPTY {
            match (change.data, change.keeps_labels()) {
                (None, true) => carried.add(rows.words(row)),
                _ => {
                    let all = self.changed.entry((number, row)).or_insert_with(|| {
                        let mut all = Bits::default();
                        let step = graph.changes[number as usize].clone();
                        let data = step.data.map(|data| graph.data[data as usize].clone());
                        let passing: Vec<usize> = rows
                            .labels(row)
                            .filter(|label| {
                                let datum = graph.labels.get(*label).data.0 as usize;
                                data.as_ref().is_none_or(|data| data.contains(datum))
                            })
                            .collect();
                        for label in passing {
                            if step.derives.is_some() {
                                all.insert(label);
                            }
                            for made in transform(&mut graph.labels, &step, label) {
                                all.insert(made);
                            }
                        }
                        all
                    });
                    carried.add(all.words());
                }
            }
        }
        let makes = graph.makes(at).to_vec();
        let derives = graph.changes[number as usize].derives.is_some();
        for label in makes {
            carried.insert(label);
            if derives {
                let change = graph.changes[number as usize].clone();
                for made in transform(&mut graph.labels, &change, label) {
                    carried.insert(made);
                }
            }
        }
    }

    /// The profile of an edge.
    fn profile(&mut self, judge: &mut Judge, plan: &Plan, edge: &Edge) -> u32 {
        let manner = self.manner(judge, edge);
        let (sender, receiver) = (&plan.nodes[edge.from()], &plan.nodes[edge.to()]);
        let (from, to) = (
            self.role_of[edge.from()] as usize,
            self.role_of[edge.to()] as usize,
        );
        let ours = |kind| matches!(kind, NodeKind::System | NodeKind::Store);
        let arrow = matches!(edge.kind, EdgeKind::Arrow { .. });
        // Two regions may make it a transfer besides, and who gets data back may be whose it is: then
        // all that the nodes say tells apart.
        let plain =
            sender.place.is_none() && receiver.place.is_none() || sender.kind == NodeKind::Source;
        let own = self.asks.source || receiver.kind == NodeKind::Source && arrow;
        let class = |action: Action, dim: Dim, role: u32| {
            let side = SIDES.iter().position(|side| *side == dim).unwrap_or(0);
            self.classes[action as usize * SIDES.len() + side][role as usize]
        };
        let (from, to) = (from as u32, to as u32);
        let key: Key = match (sender.kind, receiver.kind) {
            _ if !plain || own => (0, manner, from, to, 0),
            _ if !arrow => (1, manner, from, 0, 0),
            (NodeKind::Source, _) | (NodeKind::External, NodeKind::System | NodeKind::Store) => {
                let party = class(Action::Collect, Dim::Counterparty, from);
                let actor = class(Action::Collect, Dim::Actor, to);
                (
                    2,
                    manner,
                    party,
                    actor,
                    class(Action::Collect, Dim::Place, to),
                )
            }
            (one, other) if ours(one) && ours(other) => {
                let actor = class(Action::Use, Dim::Actor, to);
                (3, manner, actor, class(Action::Use, Dim::Place, to), 0)
            }
            _ => {
                let sells = matches!(
                    edge.kind,
                    EdgeKind::Arrow {
                        verb: Some(Action::Sell),
                        ..
                    }
                );
                let action = if sells { Action::Sell } else { Action::Share };
                let actor = class(action, Dim::Actor, from);
                let party = class(action, Dim::Counterparty, to);
                (4, manner, actor, party, class(action, Dim::Place, to))
            }
        };
        if let Some(known) = self.profile_of.get(&key) {
            return *known;
        }
        let literals: Vec<Literal> = current(judge, edge);
        let vocabulary = &judge.model.vocabulary;
        let situations = match &edge.kind {
            EdgeKind::Arrow { .. } => of_arrow(vocabulary, plan, edge, &literals),
            EdgeKind::Uses { .. } => vec![at_node(vocabulary, plan, edge, Action::Use, &literals)],
            EdgeKind::Derives { .. } => [Action::Use, Action::Derive]
                .map(|action| at_node(vocabulary, plan, edge, action, &literals))
                .to_vec(),
        };
        self.profiles.push(Profile {
            situations,
            suspect: Bits::default(),
            known: 0,
            impossible: !literals.is_empty() && judge.worlds(&literals).is_none(),
        });
        let number = self.profiles.len() as u32 - 1;
        self.profile_of.insert(key, number);
        number
    }

    fn manner(&mut self, judge: &Judge, edge: &Edge) -> u32 {
        let place = Arc::as_ptr(&edge.details);
        if let Some(known) = self.manner_of.get(&place) {
            return *known;
        }
        let (kind, verb) = match &edge.kind {
            EdgeKind::Arrow { verb, .. } => (0, *verb),
            EdgeKind::Uses { .. } => (1, None),
            EdgeKind::Derives { .. } => (2, None),
        };
        let purposes = judge
            .model
            .vocabulary
            .of(crate::model::vocabulary::Kind::Purpose);
        let purpose = edge.purpose.as_ref().map(|list| purposes.atoms(list));
        let as_written = |list: &NameSet| (list.include.clone(), list.exclude.clone());
        // Lists that speak of purposes of collection mean more than their atoms.
        let variable = crate::model::vocabulary::purpose::COLLECTED;
        let written = edge.purpose.as_ref().filter(|list| list.mentions(variable));
        let manner = (
            kind,
            verb,
            purpose,
            written.map(as_written),
            current(judge, edge),
            edge.fulfilling.clone(),
        );
        let next = self.manners.len() as u32;
        let number = *self.manners.entry(manner).or_insert(next);
        self.manner_of.insert(place, number);
        number
    }
}

/// Given facts less those that no longer hold.
fn current(judge: &Judge, edge: &Edge) -> Vec<Literal> {
    let literals = edge.given.iter().map(|(literal, _)| *literal);
    literals
        .filter(|literal| !(literal.holds && judge.expired.contains(literal.fact.0 as usize)))
        .collect()
}
