//! Judging a plan, place by place: the first findings are listed, the others counted.

use super::More;
use super::alike::Alike;
use super::counts::{Counts, EdgeAt};
use super::findings::{At, Finding, Judged, group};
use super::judge::Judge;
use super::places::{Place, edge_place};
use crate::flow::rows::Bits;
use crate::flow::{Graph, LabelId, Paths, Spread};
use crate::jobs;
use crate::model::{Action, Plan, PolicyId};
use crate::source::Span;
use rustc_hash::FxHashMap;
use std::sync::{Mutex, PoisonError};

/// Judging under way.
pub struct Run {
    /// The findings that are listed.
    pub findings: Vec<Finding>,
    /// Places whose given facts can't hold together.
    pub impossible: Vec<(At, Span)>,
    /// The findings that are only counted.
    pub more: More,
    most: usize,
    policies: Vec<PolicyId>,
    paths: Paths,
    counts: Counts,
    /// What edges that are alike add to the count.
    counted: FxHashMap<(u32, Bits), More>,
}

/// What an edge adds where its findings are only counted.
#[derive(Default)]
struct Counted {
    more: More,
    impossible: Vec<(At, Span)>,
}

impl Run {
    /// For some policies; so many findings are listed.
    pub fn new(policies: &[PolicyId], most: usize) -> Run {
        Run {
            findings: Vec::new(),
            impossible: Vec::new(),
            more: More::new(),
            most,
            policies: policies.to_vec(),
            paths: Paths::default(),
            counts: Counts::default(),
            counted: FxHashMap::default(),
        }
    }

    /// Whether the findings of an edge are made, not only counted: also where waivers stand, for these
    /// silence findings one by one.
    fn lists(&self, plan: &Plan, at: usize) -> bool {
        self.findings.len() < self.most || !plan.edge(at).waivers.is_empty()
    }

    /// Judges the edges that need a closer look, in their order. Beyond what is listed, order does not
    /// matter: there another thread counts from the end on.
    pub fn edges(
        &mut self,
        judge: &mut Judge,
        plan: &Plan,
        graph: &mut Graph,
        spread: &Spread,
        alike: &mut Alike,
    ) {
        let candidates = alike.candidates(judge, graph, spread);
        let all = candidates.iter().map(|at| *at as usize);
        if jobs::threads() < 2 || candidates.len() <= self.most {
            for at in all {
                self.edge(judge, plan, graph, spread, alike, at);
            }
            return;
        }
        let left = Mutex::new(all);
        let left = || left.lock().unwrap_or_else(PoisonError::into_inner);
        let (compiled, most_labels) = (judge.compiled(), judge.most_labels);
        let (mut own_graph, mut own_alike) = (graph.clone(), alike.clone());
        let policies = self.policies.clone();
        let from_start = || {
            while let Some(at) = { left().next() } {
                self.edge(judge, plan, graph, spread, alike, at);
            }
        };
        let from_end = || {
            let judge = &mut Judge::of(compiled).within(most_labels);
            let mut counter = Run::new(&policies, 0);
            let mut counted: Vec<(usize, Counted)> = Vec::new();
            while let Some(at) = { left().next_back() } {
                if !counter.lists(plan, at) {
                    counter.edge(judge, plan, &mut own_graph, spread, &mut own_alike, at);
                }
                counted.push((at, counter.counted()));
            }
            counted
        };
        let ((), counted) = jobs::both(from_start, from_end);
        // Where less was found than is listed, what was counted is to be listed after all.
        for (at, own) in counted.into_iter().rev() {
            match self.lists(plan, at) {
                true => self.edge(judge, plan, graph, spread, alike, at),
                false => self.add(own),
            }
        }
    }

    /// What was counted so far, to count anew.
    fn counted(&mut self) -> Counted {
        Counted {
            more: std::mem::take(&mut self.more),
            impossible: std::mem::take(&mut self.impossible),
        }
    }

    fn add(&mut self, own: Counted) {
        self.impossible.extend(own.impossible);
        for (code, count) in own.more {
            *self.more.entry(code).or_default() += count;
        }
    }

    /// Judges the suspect labels of an edge exactly.
    fn edge(
        &mut self,
        judge: &mut Judge,
        plan: &Plan,
        graph: &mut Graph,
        spread: &Spread,
        alike: &mut Alike,
        at: usize,
    ) {
        let Some(suspect) = alike.suspects(judge, plan, graph, spread, at) else {
            return;
        };
        let suspect = &suspect;
        let list = self.lists(plan, at);
        if !list {
            let known = EdgeAt {
                policies: &self.policies,
                situations: alike.situations(suspect),
                plan,
                graph,
                at,
                suspects: alike.rules(),
            };
            if self.counts.add(judge, known, suspect, &mut self.more) {
                return;
            }
        }
        let key = suspect
            .alike
            .filter(|_| !list)
            .map(|alike| (alike, suspect.labels.clone()));
        if let Some(counts) = key.as_ref().and_then(|key| self.counted.get(key)) {
            for (code, count) in counts {
                *self.more.entry(code).or_default() += count;
            }
            return;
        }
        let before = (self.more.clone(), self.impossible.len());
        let place = edge_place(judge, plan, at, graph, spread, Some(&suspect.labels));
        self.place(judge, graph, spread, &place, list);
        if let Some(key) = key
            && before.1 == self.impossible.len()
        {
            let known = |code| before.0.get(code).copied().unwrap_or(0);
            let added = self
                .more
                .iter()
                .map(|(code, count)| (*code, count - known(code)));
            self.counted
                .insert(key, added.filter(|(_, count)| *count > 0).collect());
        }
    }

    fn place(
        &mut self,
        judge: &mut Judge,
        graph: &mut Graph,
        spread: &Spread,
        place: &Place,
        list: bool,
    ) {
        self.batches(judge, graph, spread, std::slice::from_ref(place), list);
    }

    /// Judges what happens at a store, which is one place whatever its `keeps` give: what they have in
    /// common is one finding. Where waivers stand, findings are made, not only counted.
    pub fn places(
        &mut self,
        judge: &mut Judge,
        graph: &mut Graph,
        spread: &Spread,
        places: &[Place],
        waived: bool,
    ) {
        let list = waived || self.findings.len() < self.most;
        self.batches(judge, graph, spread, places, list);
    }

    fn batches(
        &mut self,
        judge: &mut Judge,
        graph: &mut Graph,
        spread: &Spread,
        places: &[Place],
        list: bool,
    ) {
        let mut batches: Vec<Batch> = Vec::new();
        for place in places {
            if !place.given.is_empty() && judge.worlds(&place.given_literals()).is_none() {
                self.impossible.push((place.at, place.given_span()));
                continue;
            }
            let mut contradicted = false;
            for policy in &self.policies {
                for (action, acts) in &place.acts {
                    let mut judged = Vec::new();
                    for act in acts {
                        let labels = &graph.labels;
                        match judge.parts(*policy, &act.situation, labels, act.label, act.relation)
                        {
                            Some(parts) => judged.push(Judged {
                                label: act.label,
                                before: act.before,
                                unlimited: matches!(act.situation.time, Some(None)),
                                parts,
                            }),
                            None => contradicted = true,
                        }
                    }
                    let of = (*policy, place.at, *action);
                    match batches.iter_mut().find(|batch| batch.of == of) {
                        Some(batch) => batch.judged.extend(judged),
                        None => batches.push(Batch {
                            of,
                            node: place.node,
                            judged,
                        }),
                    }
                }
            }
            if contradicted {
                self.impossible.push((place.at, place.given_span()));
            }
        }
        for batch in &batches {
            let mut way = |labels: &[LabelId], graph: &mut Graph| match list {
                true => self.paths.to(graph, spread, batch.node, labels),
                false => Vec::new(),
            };
            let found = group(judge, graph, &mut way, batch.of, &batch.judged);
            for finding in found {
                if list {
                    self.findings.push(finding);
                } else {
                    *self.more.entry(finding.code().name).or_default() += 1;
                }
            }
        }
    }
}

/// What was judged of one action at one edge or store for one policy.
struct Batch {
    of: (PolicyId, At, Action),
    /// The node whose labels it is about.
    node: usize,
    judged: Vec<Judged>,
}
