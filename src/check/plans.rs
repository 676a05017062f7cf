//! A plan judged: every act of every label on every edge and in every store.

use super::More;
use super::alike::Alike;
use super::findings::{At, Finding};
use super::judge::{Judge, RuleRef};
use super::judging::Run;
use super::places::{places, store_place, stores};
use super::profiles::Profiles;
use super::remarks;
use super::standing::{Unmet, unmet};
use crate::flow::rows::RowId;
use crate::flow::unsourced::{Unsourced, spread_all};
use crate::flow::{Graph, Spread, build};
use crate::jobs;
use crate::model::vocabulary::Literal;
use crate::model::{Plan, PolicyId};
use crate::source::Span;
use fixedbitset::FixedBitSet;
use rustc_hash::FxHashSet;
use std::collections::BTreeSet;

/// What is to be said of a plan, as data.
#[derive(Debug)]
pub struct Outcome {
    /// Whether more labels spread than may: then nothing is judged, and this is all there is to say.
    pub overfull: bool,
    /// The graph with its labels.
    pub graph: Graph,
    /// What each node holds.
    pub spread: Spread,
    /// Acts that are not fine.
    pub findings: Vec<Finding>,
    /// Findings beyond those that were wanted, by code.
    pub more: More,
    /// Standing duties not met.
    pub unmet: Vec<Unmet>,
    /// Names that nothing brings.
    pub unsourced: Vec<Unsourced>,
    /// Edges whose `all` carries nothing.
    pub nothing: Vec<usize>,
    /// Edges that make anonymous data identifiable, with that data.
    pub reidentified: Vec<(usize, FixedBitSet)>,
    /// Places whose given facts can't hold together, or not with what lasts from collection; the
    /// span is that of the facts.
    pub impossible: Vec<(At, Span)>,
    /// Given facts that no longer hold.
    pub expired: Vec<(At, Literal, Span)>,
    /// Edges between nodes of which one states no region, with the nodes that don't.
    pub regions: Vec<(usize, Vec<usize>)>,
}

/// Judges a plan against each policy it checks, each on its own.
pub fn judge(judge: &mut Judge, plan: &Plan) -> Outcome {
    judge_most(judge, plan, usize::MAX)
}

/// The same with as many findings of verdicts as are wanted: more are counted, not kept.
pub fn judge_most(judge: &mut Judge, plan: &Plan, most: usize) -> Outcome {
    let vocabulary = &judge.model.vocabulary;
    let policies = unique(&plan.checks);
    let asks = judge.asks(plan);
    let (model, late) = (judge.model, &judge.expired);
    let spreading = || {
        let mut graph = build(vocabulary, plan, late, asks);
        let (spread, unsourced) = spread_all(vocabulary, plan, &mut graph);
        (graph, spread, unsourced)
    };
    // What is alike to rules does not depend on what nodes hold.
    let profiles = || Profiles::new(model, late, plan, asks);
    let ((mut graph, spread, unsourced), profiles) = jobs::both(spreading, profiles);
    if graph.labels.is_full() {
        return overfull(graph, spread);
    }
    let mut run = Run::new(&policies, most);
    let mut alike = Alike::new(judge, plan, &policies, profiles);
    run.edges(judge, plan, &mut graph, &spread, &mut alike);
    // Stores whose rows say the same and that hold the same are alike.
    let mut fine: FxHashSet<(u32, RowId)> = FxHashSet::default();
    for (at, node) in stores(plan) {
        let key = (node.number(), spread.row_of[at]);
        if fine.contains(&key) {
            continue;
        }
        let before = (run.findings.len(), run.impossible.len(), run.more.clone());
        let places = store_place(judge, at, node, &graph, &spread);
        let waived = !node.waivers.is_empty();
        run.places(judge, &mut graph, &spread, &places, waived);
        if before == (run.findings.len(), run.impossible.len(), run.more.clone()) {
            fine.insert(key);
        }
    }
    let mut duties = Vec::new();
    for policy in &policies {
        duties.extend(unmet(judge, plan, *policy, &graph.labels, &spread));
    }
    Outcome {
        overfull: false,
        findings: run.findings,
        more: run.more,
        unmet: duties,
        unsourced,
        nothing: remarks::nothing(plan, &graph, &spread),
        reidentified: remarks::reidentified(judge.model, &graph, &spread),
        impossible: run.impossible,
        expired: remarks::expired(judge, plan),
        regions: remarks::regions(judge.model, plan),
        graph,
        spread,
    }
}

/// What is known in part is not judged.
fn overfull(graph: Graph, spread: Spread) -> Outcome {
    Outcome {
        overfull: true,
        graph,
        spread,
        findings: Vec::new(),
        more: More::new(),
        unmet: Vec::new(),
        unsourced: Vec::new(),
        nothing: Vec::new(),
        reidentified: Vec::new(),
        impossible: Vec::new(),
        expired: Vec::new(),
        regions: Vec::new(),
    }
}

/// The rules that some act of a plan meets: that permit, forbid, lift or bind it in some world. Nothing
/// where more labels spread than may.
pub fn met(judge: &mut Judge, plan: &Plan) -> Option<BTreeSet<RuleRef>> {
    let vocabulary = &judge.model.vocabulary;
    let asks = judge.asks(plan);
    let mut graph = build(vocabulary, plan, &judge.expired, asks);
    let (spread, _) = spread_all(vocabulary, plan, &mut graph);
    if graph.labels.is_full() {
        return None;
    }
    let places = places(judge, plan, &mut graph, &spread);
    let mut met = BTreeSet::new();
    for policy in unique(&plan.checks) {
        let acts = places.iter().flat_map(|place| &place.acts);
        for act in acts.flat_map(|(_, acts)| acts) {
            met.extend(judge.met(
                policy,
                &act.situation,
                &graph.labels,
                act.label,
                act.relation,
            ));
        }
    }
    Some(met)
}

fn unique(policies: &[PolicyId]) -> Vec<PolicyId> {
    let mut seen = BTreeSet::new();
    policies
        .iter()
        .copied()
        .filter(|policy| seen.insert(*policy))
        .collect()
}
