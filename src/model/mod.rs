//! What the files mean once names are looked up: hierarchies, rules and plans over ids.
//!
//! Rules keep the shape they were written in (`Limit` is not yet a `never`): giving them their
//! meaning is `decide`'s work, so that an independent judge can start from the same model.

pub mod edges;
pub mod lower;
pub mod naming;
pub mod nodes;
pub mod plans;
pub mod rules;
pub mod shared;
pub mod vocabulary;

pub use lower::{Elsewhere, Visible, lower, lower_flow_line, lower_knowing};
pub use plans::{Edge, EdgeKind, Expectation, FlowLine, Node, Plan, Test};
pub use rules::{Action, Clauses, Exception, Policy, Rule, Statement};
pub use vocabulary::{Hierarchy, NameId, NameSet, Vocabulary};

/// Everything that is judged together: files that share their vocabulary.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Model {
    /// All names.
    pub vocabulary: Vocabulary,
    /// Policies; a [`PolicyId`] is a position here.
    pub policies: Vec<Policy>,
    /// Plans.
    pub plans: Vec<Plan>,
    /// Tests.
    pub tests: Vec<Test>,
}

/// A policy of a [`Model`], by position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyId(pub u32);

impl Model {
    /// The policy of an id.
    pub fn policy(&self, id: PolicyId) -> &Policy {
        &self.policies[id.0 as usize]
    }

    /// The ids of all policies, in their order.
    pub fn policy_ids(&self) -> impl Iterator<Item = PolicyId> + use<> {
        (0..self.policies.len() as u32).map(PolicyId)
    }
}
