//! Acts of one verdict grouped into findings: one for each edge, action, verdict and deciding rules,
//! split where its dimensions hang together.

use super::judge::{Judge, Part, RuleRef, Verdict};
use crate::decide::boxes::split;
use crate::decide::{Acts, Diagram, Dim};
use crate::diag::{Code, codes};
use crate::flow::paths::Way;
use crate::flow::{Graph, LabelId};
use crate::model::naming::lists;
use crate::model::vocabulary::{Literal, NameId};
use crate::model::{Action, PolicyId};
use fixedbitset::FixedBitSet;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Where acts happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum At {
    /// On an edge, by position.
    Edge(usize),
    /// In a store, by its node's position.
    Store(usize),
}

/// A finding as data.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The policy that judged.
    pub policy: PolicyId,
    /// Where.
    pub at: At,
    /// The action.
    pub action: Action,
    /// The verdict.
    pub verdict: Verdict,
    /// For how long data is kept without limit: tells the two codes of retention apart.
    pub unlimited: bool,
    /// The rules that decide.
    pub rules: Vec<RuleRef>,
    /// The fewest sets of facts that settle it.
    pub facts: Vec<Vec<Literal>>,
    /// Duties not fulfilled.
    pub duties: Vec<NameId>,
    /// The acts meant, exactly.
    pub acts: Acts,
    /// The shortest way that brings some of the data here, collection first, the edge itself last.
    pub way: Way,
}

impl Finding {
    /// Its code.
    pub fn code(&self) -> &'static Code {
        Finding::code_of(self.verdict, self.unlimited)
    }

    /// The code of a verdict; of what is kept too long it matters whether that is without limit.
    pub fn code_of(verdict: Verdict, unlimited: bool) -> &'static Code {
        match verdict {
            Verdict::Forbidden => &codes::FORBIDDEN_FLOW,
            Verdict::KeptTooLong if unlimited => &codes::RETENTION_UNSTATED,
            Verdict::KeptTooLong => &codes::RETENTION_TOO_LONG,
            Verdict::Undeclared => &codes::UNDECLARED_FLOW,
            Verdict::Conditional => &codes::CONDITIONAL_FLOW,
            Verdict::MissingDuty => &codes::MISSING_DUTY,
        }
    }
}

/// One label judged at a place.
pub struct Judged {
    /// The label that acts are about.
    pub label: LabelId,
    /// The label as its node holds it; `None` where the edge itself makes it.
    pub before: Option<LabelId>,
    /// Whether it is kept without limit.
    pub unlimited: bool,
    /// What is not fine about it.
    pub parts: Rc<Vec<Part>>,
}

/// A label with its datum and the acts of one finding that it makes.
type Bringing<'j> = (&'j Judged, NameId, Diagram);

/// The dimensions that acts of an action have and findings name, data first.
pub fn dims(action: Action) -> Vec<Dim> {
    let with_counterparty = matches!(
        action,
        Action::Collect | Action::Share | Action::Sell | Action::Transfer
    );
    Dim::ALL
        .into_iter()
        .filter(|dim| match dim {
            Dim::Counterparty => with_counterparty,
            Dim::Place => action != Action::Transfer,
            Dim::From | Dim::To => action == Action::Transfer,
            Dim::Event => false,
            _ => true,
        })
        .collect()
}

/// Looks for the shortest way that brought one of some labels to where they are judged.
pub type FindWay<'w> = dyn FnMut(&[LabelId], &mut Graph) -> Way + 'w;

/// What findings of one action at one place have in common.
pub type Signature = (Verdict, bool, Vec<RuleRef>, Vec<Vec<Literal>>, Vec<NameId>);

/// The finding at its place that acts of a label belong to.
pub fn signature(judged: &Judged, part: &Part) -> Signature {
    (
        part.verdict,
        part.verdict == Verdict::KeptTooLong && judged.unlimited,
        part.rules.clone(),
        part.facts.clone(),
        part.duties.clone(),
    )
}

/// Groups what was judged of one action at one place.
pub fn group(
    judge: &Judge,
    graph: &mut Graph,
    way: &mut FindWay,
    place: (PolicyId, At, Action),
    judged: &[Judged],
) -> Vec<Finding> {
    let (policy, at, action) = place;
    let mut groups: BTreeMap<Signature, (Diagram, Vec<Bringing>)> = BTreeMap::new();
    for one in judged {
        for part in one.parts.iter() {
            let signature = signature(one, part);
            let (acts, from) = groups
                .entry(signature)
                .or_insert_with(|| (judge.space.none(), Vec::new()));
            let data = graph.labels.get(one.label).data;
            let here = whole_acts(judge, &only(data), &part.acts);
            *acts = acts.or(&here);
            from.push((one, data, here));
        }
    }
    let mut findings = Vec::new();
    for ((verdict, unlimited, rules, facts, duties), (acts, from)) in groups {
        for acts in nameable(judge, &acts, action) {
            // Of all labels that make some of these acts, the one that came the shortest way.
            let set = acts.diagram(&judge.space, &dims(action));
            let bringing: Vec<&Judged> = from
                .iter()
                .filter(|(_, data, here)| {
                    acts.of(Dim::Data).contains(data.0 as usize) && !here.disjoint(&set)
                })
                .map(|(one, ..)| *one)
                .collect();
            findings.push(Finding {
                policy,
                at,
                action,
                verdict,
                unlimited,
                rules: rules.clone(),
                facts: facts.clone(),
                duties: duties.clone(),
                acts,
                way: shortest(graph, way, at, &bringing),
            });
        }
    }
    findings
}

/// A set as products each of whose sides one list of names can say.
pub fn nameable(judge: &Judge, acts: &Diagram, action: Action) -> Vec<Acts> {
    let vocabulary = &judge.model.vocabulary;
    let dims = dims(action);
    let mut all = split(&judge.space, vocabulary, acts, &dims);
    for dim in dims {
        all = all
            .into_iter()
            .flat_map(|acts| {
                lists(vocabulary.of(dim.kind()), acts.of(dim))
                    .into_iter()
                    .map(|list| acts.clone().with(dim, list.atoms))
                    .collect::<Vec<_>>()
            })
            .collect();
    }
    all
}

fn only(name: NameId) -> FixedBitSet {
    FixedBitSet::from_iter([name.0 as usize])
}

/// Acts with their data, and without what findings don't name: flags, times, facts.
pub fn whole_acts(judge: &Judge, data: &FixedBitSet, acts: &Diagram) -> Diagram {
    let space = &judge.space;
    // The event is the last dimension; times, flags and facts come after it.
    let named = acts.some_from(space.bits_of(Dim::Event).start);
    space.atoms(Dim::Data, data).and(&named)
}

/// The shortest way of some labels to where they are judged, the edge itself last.
fn shortest(graph: &mut Graph, way: &mut FindWay, at: At, bringing: &[&Judged]) -> Way {
    let made = bringing.iter().find(|one| one.before.is_none());
    let held: Vec<LabelId> = bringing.iter().filter_map(|one| one.before).collect();
    let (mut found, last) = match made {
        // What an edge makes begins there.
        Some(one) => (Way::new(), one.label),
        None => {
            let found = way(&held, graph);
            let brought = found.last().map(|(_, label)| *label);
            let last = bringing.iter().find(|one| one.before == brought);
            let last = last.or(bringing.first());
            (found, last.map_or(0, |one| one.label))
        }
    };
    if let At::Edge(edge) = at {
        found.push((edge, last));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The event that time runs from is said with the time, and no list of names.
    #[test]
    fn findings_name_data_first_and_no_event() {
        for action in Action::ALL {
            let dims = dims(action);
            assert_eq!(dims[0], Dim::Data);
            assert!(!dims.contains(&Dim::Event), "{action:?}");
        }
    }
}
