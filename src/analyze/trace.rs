//! Where a datum goes: the steps of a plan that it takes, as a tree, and who could hold it in the end.

use crate::check::Judge;
use crate::check::findings::At;
use crate::check::plans::Outcome;
use crate::decide::Dim;
use crate::flow::spread::transform;
use crate::model::vocabulary::Kind;
use crate::model::{EdgeKind, Plan};
use fixedbitset::FixedBitSet;
use std::collections::BTreeSet;

/// A step that the datum (or something derived from it) takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The edge, by position.
    pub edge: usize,
    /// The node that has it afterwards.
    pub node: usize,
    /// What passes, in the language's list syntax.
    pub data: String,
    /// In which forms.
    pub forms: String,
    /// Codes of findings on this step about that data.
    pub codes: Vec<&'static str>,
    /// Steps that follow.
    pub next: Vec<Step>,
    /// The steps that follow are shown where the node came first.
    pub seen: bool,
}

/// Where data of a set goes in a judged plan.
pub fn trace(judge: &Judge, plan: &Plan, outcome: &Outcome, data: &FixedBitSet) -> Vec<Step> {
    let mut tracer = Tracer {
        judge,
        plan,
        outcome,
        data,
        seen: BTreeSet::new(),
    };
    let mut starts = Vec::new();
    for step in outcome.graph.steps() {
        let labels = &outcome.graph.labels;
        let made: Vec<usize> = step
            .makes
            .iter()
            .copied()
            .filter(|label| tracer.is_about(*label))
            .collect();
        if made.is_empty() {
            continue;
        }
        // What a derivation makes up is what it derives from.
        let mut labels = labels.clone();
        let made: Vec<usize> = if step.change.derives.is_some() {
            made.iter()
                .flat_map(|label| transform(&mut labels, step.change, *label))
                .collect()
        } else {
            made
        };
        starts.push(tracer.step(step.edge, &made));
    }
    starts
}

/// The nodes that could hold the data in the end, in the order of the plan.
pub fn holders(plan: &Plan, outcome: &Outcome, data: &FixedBitSet) -> Vec<usize> {
    let about = |label: usize| is_about(outcome, data, label);
    let mut holders: BTreeSet<usize> = (0..plan.nodes.len())
        .filter(|node| outcome.spread.held(*node).any(about))
        .collect();
    // What reaches a source stops there, but is known to it.
    for edge in plan.edges.iter() {
        let to = edge.to();
        if matches!(edge.kind, EdgeKind::Arrow { .. })
            && outcome.spread.held(edge.from()).any(about)
            && matches!(plan.node(to).kind, crate::model::plans::NodeKind::Source)
        {
            holders.insert(to);
        }
    }
    holders.into_iter().collect()
}

fn is_about(outcome: &Outcome, data: &FixedBitSet, label: usize) -> bool {
    let labels = &outcome.graph.labels;
    data.contains(labels.get(label).data.0 as usize)
        || labels
            .ancestors(label)
            .iter()
            .any(|ancestor| data.contains(ancestor.0 as usize))
}

struct Tracer<'a> {
    judge: &'a Judge<'a>,
    plan: &'a Plan,
    outcome: &'a Outcome,
    data: &'a FixedBitSet,
    /// Steps already followed, with what they carried.
    seen: BTreeSet<(usize, Vec<usize>)>,
}

impl Tracer<'_> {
    fn is_about(&self, label: usize) -> bool {
        is_about(self.outcome, self.data, label)
    }

    /// A step that delivers labels, and those that follow it.
    fn step(&mut self, edge: usize, labels: &[usize]) -> Step {
        let vocabulary = &self.judge.model.vocabulary;
        let known = &self.outcome.graph.labels;
        let mut data = FixedBitSet::with_capacity(vocabulary.of(Kind::Data).len());
        let mut forms = FixedBitSet::with_capacity(vocabulary.of(Kind::Form).len());
        for label in labels {
            data.insert(known.get(*label).data.0 as usize);
            forms.union_with(known.form(*label));
        }
        // A derivation is also a use of what it derives from, under that data's name.
        let derives = self.outcome.graph.step(edge).change.derives.is_some();
        let mut codes: Vec<&'static str> = self
            .outcome
            .findings
            .iter()
            .filter(|finding| finding.at == At::Edge(edge))
            .filter(|finding| derives || !finding.acts.of(Dim::Data).is_disjoint(&data))
            .map(|finding| finding.code().name)
            .collect();
        codes.sort_unstable();
        codes.dedup();
        let node = self.plan.edge(edge).to();
        let mut sorted = labels.to_vec();
        sorted.sort_unstable();
        let fresh = self.seen.insert((edge, sorted));
        let next = if fresh {
            self.following(edge, node, labels)
        } else {
            Vec::new()
        };
        Step {
            edge,
            node,
            data: vocabulary.show_set(Kind::Data, &data),
            forms: vocabulary.show_set(Kind::Form, &forms),
            codes,
            next,
            seen: !fresh,
        }
    }

    fn following(&mut self, edge: usize, node: usize, labels: &[usize]) -> Vec<Step> {
        if self.outcome.graph.step(edge).to.is_none() {
            return Vec::new();
        }
        let mut next = Vec::new();
        for step in self.outcome.graph.steps() {
            if step.from != node || !step.change.passes {
                continue;
            }
            let mut known = self.outcome.graph.labels.clone();
            let passing: Vec<usize> = labels
                .iter()
                .copied()
                .filter(|label| {
                    let datum = known.get(*label).data.0 as usize;
                    step.data.as_ref().is_none_or(|data| data.contains(datum))
                })
                .collect();
            if passing.is_empty() {
                continue;
            }
            let arriving: Vec<usize> = passing
                .iter()
                .flat_map(|label| transform(&mut known, step.change, *label))
                .collect();
            // A derivation at a node must not follow itself.
            if step.edge != edge {
                next.push(self.step(step.edge, &arriving));
            }
        }
        next
    }
}
