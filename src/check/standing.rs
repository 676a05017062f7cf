//! Standing duties: what `must` be done with data on every store of ours that holds it.

use super::judge::{Judge, RuleRef};
use super::situation::{Open, Relation, Situation, anonymous, keeping, of_store};
use crate::decide::Dim;
use crate::decide::meaning::standing;
use crate::flow::{Labels, Spread};
use crate::model::plans::NodeKind;
use crate::model::vocabulary::{Kind, Literal};
use crate::model::{Node, Plan, PolicyId, Rule, Statement};
use fixedbitset::FixedBitSet;

/// A store that does not do what a rule says must be done.
#[derive(Debug, Clone)]
pub struct Unmet {
    /// The policy and its rule.
    pub rule: RuleRef,
    /// The store, by position.
    pub node: usize,
    /// The data there that the rule is about.
    pub data: FixedBitSet,
}

/// The standing duties of a policy that stores of a plan do not meet.
pub fn unmet(
    judge: &Judge,
    plan: &Plan,
    policy: PolicyId,
    labels: &Labels,
    spread: &Spread,
) -> Vec<Unmet> {
    let vocabulary = &judge.model.vocabulary;
    let mut all = Vec::new();
    for (at, rule) in judge.model.policy(policy).rules.iter().enumerate() {
        let Some(acts) = standing(&judge.space, vocabulary, rule) else {
            continue;
        };
        for (node, store) in plan.nodes.iter().enumerate() {
            if store.kind != NodeKind::Store || store.broken || does(judge, store, rule) {
                continue;
            }
            let mut data = FixedBitSet::with_capacity(vocabulary.of(Kind::Data).len());
            for label in spread.held(node) {
                let relation = Relation {
                    own_source: Some(false),
                    open: Open::Never,
                };
                // What for is as it is kept for; how long does not matter.
                let here = keeping(vocabulary, &store, labels.get(label).data)
                    .into_iter()
                    .map(|keeps| Situation {
                        time: None,
                        ..of_store(vocabulary, &store, keeps, &[])
                    })
                    .map(|situation| situation.acts(&judge.space, labels, label, relation))
                    .fold(judge.space.none(), |all, acts| all.or(&acts));
                let lasting = labels.origin(label).lasting.iter().map(|fact| Literal {
                    fact: *fact,
                    holds: true,
                });
                let worlds = judge.worlds(&lasting.collect::<Vec<_>>());
                let own = judge.space.atom_bits(Dim::Data, labels.get(label).data);
                let identifying = judge.space.atoms(Dim::Form, anonymous(vocabulary)).not();
                // As every duty, it binds what derives from such data too, until it is anonymous.
                let bound =
                    labels
                        .ancestors(label)
                        .iter()
                        .fold(acts.restrict(&own), |all, ancestor| {
                            let bits = judge.space.atom_bits(Dim::Data, *ancestor);
                            all.or(&acts.restrict(&bits).and(&identifying))
                        });
                if !bound.and(&worlds).disjoint(&here) {
                    data.insert(labels.get(label).data.0 as usize);
                }
            }
            if !data.is_clear() {
                all.push(Unmet {
                    rule: (policy, at),
                    node,
                    data,
                });
            }
        }
    }
    all
}

/// Whether a store does a rule's duty, soon enough after an event that the rule's covers.
fn does(judge: &Judge, store: Node, rule: &Rule) -> bool {
    let Statement::Must {
        duty,
        within,
        event,
        ..
    } = &rule.statement
    else {
        return true;
    };
    let duties = judge.model.vocabulary.of(Kind::Duty);
    let events = judge.model.vocabulary.of(Kind::Event);
    store.does.iter().any(|does| {
        let in_time = does.within.as_ref().is_some_and(|(time, after)| {
            time.hours() <= within.hours() && events.atoms(after).is_subset(&events.atoms(event))
        });
        in_time && duties.within(does.duty, *duty)
    })
}
