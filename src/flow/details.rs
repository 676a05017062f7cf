//! What edges say besides their ends, by number: edges that share their details have one number.

use crate::jobs;
use crate::model::Plan;
use crate::model::plans::EdgeDetails;
use std::sync::Arc;

/// The details of a plan's edges by number, in the order of the edges that have them first.
#[derive(Debug, Default)]
pub struct Details {
    /// By edge: the number of its details.
    pub of: Vec<u32>,
    /// By number: the first edge that has the details.
    pub first: Vec<u32>,
}

impl Details {
    /// Numbers the details of a plan's edges, on so many threads.
    pub fn new(plan: &Plan, jobs: usize) -> Details {
        let (of, first) = jobs::number(plan.edges.len(), jobs, |edge| {
            // What is shared is told apart by where it is, which is another number in every run.
            let place: *const EdgeDetails = Arc::as_ptr(&plan.edges[edge].details);
            place as usize
        });
        Details { of, first }
    }
}
