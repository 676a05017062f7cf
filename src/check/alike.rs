//! What is suspect on edges, told once for all that are alike.

use super::judge::Judge;
use super::profiles::{Profiles, current};
use super::situation::{Situation, at_node, of_arrow};
use super::suspects::Suspects;
use crate::flow::graph::NOWHERE;
use crate::flow::labels::Families;
use crate::flow::rows::{Bits, EMPTY, RowId, Rows};
use crate::flow::spread::transform;
use crate::flow::{Graph, Labels, Origin, Spread};
use crate::jobs;
use crate::model::vocabulary::Literal;
use crate::model::{Action, EdgeKind, Plan, PolicyId, Vocabulary};
use fixedbitset::FixedBitSet;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is to be judged exactly on an edge.
pub struct Suspect {
    /// Labels, as they leave the edge.
    pub labels: Bits,
    /// Edges with the same number and labels have as many findings of each code.
    pub alike: Option<u32>,
}

/// What the edges of a profile stand for.
#[derive(Clone)]
struct Profile {
    situations: Arc<[Situation]>,
    /// Labels that are suspect in any of them, and how many labels were known then.
    suspect: Bits,
    known: usize,
    /// Given facts that can't hold together.
    impossible: bool,
}

impl Profile {
    /// Finds out which of all labels are suspect.
    fn look(&mut self, suspects: &Suspects, vocabulary: &Vocabulary, labels: &Labels) {
        self.suspect.clear();
        for situation in &*self.situations {
            let more = suspects.find(vocabulary, labels, situation);
            self.suspect.add(more.words());
        }
        self.known = labels.labels.len();
    }
}

/// Remembers edges that are alike. Copies share what does not grow.
#[derive(Clone)]
pub struct Alike {
    suspects: Suspects,
    numbers: Arc<Profiles>,
    profiles: Vec<Profile>,
    /// By change and row: the labels after the edge.
    changed: FxHashMap<(u32, RowId), Bits>,
    /// By set of data: its labels, of those that nodes hold.
    masks: FxHashMap<u32, Bits>,
    /// Scratch.
    scratch: Bits,
}

impl Alike {
    /// For a plan, the policies it checks, and the profiles of its edges.
    pub fn new(judge: &Judge, plan: &Plan, policies: &[PolicyId], numbers: Profiles) -> Alike {
        let vocabulary = &judge.model.vocabulary;
        let profile = |edge: &u32| {
            let edge = plan.edge(*edge as usize);
            let literals: Vec<Literal> = current(&judge.expired, &edge);
            let situations = match &edge.kind {
                EdgeKind::Arrow { .. } => of_arrow(vocabulary, plan, edge, &literals),
                EdgeKind::Uses { .. } => {
                    vec![at_node(vocabulary, plan, edge, Action::Use, &literals)]
                }
                EdgeKind::Derives { .. } => [Action::Use, Action::Derive]
                    .map(|action| at_node(vocabulary, plan, edge, action, &literals))
                    .to_vec(),
            };
            Profile {
                situations: situations.into(),
                suspect: Bits::default(),
                known: 0,
                impossible: !literals.is_empty() && judge.worlds(&literals).is_none(),
            }
        };
        let profiles = numbers.first.iter().map(profile).collect();
        Alike {
            suspects: Suspects::new(policies),
            numbers: Arc::new(numbers),
            profiles,
            changed: FxHashMap::default(),
            masks: FxHashMap::default(),
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

    /// The edges that need a closer look, in order; on all others all is fine, whatever of what their
    /// sender holds they let pass.
    pub fn candidates(&mut self, judge: &mut Judge, graph: &Graph, spread: &Spread) -> Vec<u32> {
        self.look_at_all(judge, graph);
        let mut makes = FixedBitSet::with_capacity(graph.len());
        makes.extend(graph.makes.keys().map(|edge| *edge as usize));
        for change in &*graph.changes {
            if let (Some(data), Some(_), true) = (change.data, change.form, change.passes) {
                let known = self.masks.entry(data);
                known.or_insert_with(|| of_data(graph, &graph.data[data as usize]));
            }
        }
        let before = self.before(graph);
        let suspect = |at: usize| {
            let number = self.numbers.of[at] as usize;
            let profile = &self.profiles[number];
            let change = &graph.changes[graph.change(at) as usize];
            // What an edge makes anew, and delivers nowhere, is known of no node.
            if profile.impossible
                || change.derives.is_some()
                || change.form.is_some() && graph.ends(at).1 == NOWHERE
            {
                return true;
            }
            let made =
                makes.contains(at) && graph.makes(at).iter().any(|one| profile.suspect.has(*one));
            let row = spread.row_of[graph.sender(at)];
            let held = || match change.form {
                None => spread.rows.meets(row, &profile.suspect),
                Some(form) => before
                    .get(&(number as u32, form))
                    .is_some_and(|labels| match change.data {
                        None => spread.rows.meets(row, labels),
                        Some(data) => spread.rows.meets_both(row, labels, &self.masks[&data]),
                    }),
            };
            made || change.passes && held()
        };
        let parts = jobs::ranges(graph.len());
        let found = jobs::share(
            &parts,
            || (),
            |(), part| {
                let part = part.clone().filter(|at| suspect(*at));
                part.map(|at| at as u32).collect::<Vec<u32>>()
            },
        );
        found.concat()
    }

    /// By profile and form: the labels that turn into suspect ones where an edge gives them that form.
    fn before(&self, graph: &Graph) -> FxHashMap<(u32, u32), Bits> {
        let mut families = Families::default();
        families.learn(&graph.labels);
        let forms: BTreeSet<u32> = graph.changes.iter().filter_map(|one| one.form).collect();
        let mut before: FxHashMap<(u32, u32), Bits> = FxHashMap::default();
        for (number, profile) in self.profiles.iter().enumerate() {
            for label in profile.suspect.labels() {
                let form = graph.labels.get(label).form;
                if forms.contains(&form) {
                    let all = before.entry((number as u32, form)).or_default();
                    families.of(label).iter().for_each(|one| all.insert(*one));
                }
            }
        }
        before
    }

    /// Looks at the labels that came into being since a profile was looked at last.
    fn look(&mut self, judge: &mut Judge, graph: &Graph, number: usize) {
        let profile = &mut self.profiles[number];
        if profile.known < graph.labels.labels.len() {
            for situation in &*profile.situations {
                self.suspects.learn(judge, &graph.labels, situation);
            }
            profile.look(&self.suspects, &judge.model.vocabulary, &graph.labels);
        }
    }

    /// The same for all profiles.
    fn look_at_all(&mut self, judge: &mut Judge, graph: &Graph) {
        let labels = &graph.labels;
        for situation in self.profiles.iter().flat_map(|one| &*one.situations) {
            self.suspects.learn(judge, labels, situation);
        }
        let (suspects, vocabulary) = (&self.suspects, &judge.model.vocabulary);
        let look = |profile: &mut Profile| profile.look(suspects, vocabulary, labels);
        jobs::each(&mut self.profiles, look);
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
        let number = self.numbers.of[at];
        let derives = matches!(plan.edge(at).kind, EdgeKind::Derives { .. });
        let row = match graph.changes[graph.change(at) as usize].passes {
            true => spread.row_of[graph.sender(at)],
            false => EMPTY,
        };
        let mut carried = std::mem::take(&mut self.scratch);
        self.carried(graph, &spread.rows, at, row, &mut carried);
        self.look(judge, graph, number as usize);
        let profile = &self.profiles[number as usize];
        let suspect = match () {
            () if profile.impossible => Some(Suspect {
                labels: Bits::default(),
                alike: None,
            }),
            () if !carried.meets(&profile.suspect) => None,
            () => {
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
                Some(Suspect {
                    labels,
                    alike: alike.then_some(number),
                })
            }
        };
        self.scratch = carried;
        suspect
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
        let number = graph.change(at);
        let change = &graph.changes[number as usize];
        if row != EMPTY {
            let passing = |masks: &mut FxHashMap<u32, Bits>, into: &mut Bits| match change.data {
                None => into.add(rows.words(row)),
                Some(data) => {
                    let mask = masks
                        .entry(data)
                        .or_insert_with(|| of_data(graph, &graph.data[data as usize]));
                    into.add_shared(rows.words(row), mask);
                }
            };
            if change.keeps_labels() {
                passing(&mut self.masks, carried);
            } else if let Some(known) = self.changed.get(&(number, row)) {
                carried.add(known.words());
            } else {
                let mut labels = Bits::default();
                passing(&mut self.masks, &mut labels);
                let change = change.clone();
                let mut all = Bits::default();
                for label in labels.labels() {
                    if change.derives.is_some() {
                        all.insert(label);
                    }
                    for made in transform(&mut graph.labels, &change, label) {
                        all.insert(made);
                    }
                }
                carried.add(all.words());
                self.changed.insert((number, row), all);
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
}

/// The labels of some data.
fn of_data(graph: &Graph, data: &FixedBitSet) -> Bits {
    let mut all = Bits::default();
    for label in 0..graph.labels.labels.len() {
        if data.contains(graph.labels.get(label).data.0 as usize) {
            all.insert(label);
        }
    }
    all
}
