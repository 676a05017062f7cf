//! Random `.abide` files: small vocabularies, policies, plans and tests, written as text.
//!
//! Every statement is written from numbers of its own, where zero is the plainest choice: so proptest
//! shrinks a failing file by dropping whole statements and making the others plainer, and what it
//! prints is a file to read.

mod choices;
mod plans;
mod policies;
mod words;

use choices::Choices;
use proptest::collection::vec;
use proptest::prelude::*;
use words::Words;

/// The numbers that one statement is written from.
type Numbers = Vec<u16>;

/// A policy: its header and its rules.
type PolicyNumbers = (Numbers, Vec<Numbers>);

/// A plan: its header, nodes and edges.
type PlanNumbers = (Numbers, Vec<Numbers>, Vec<Numbers>);

/// A generated file; shows itself as plain text.
#[derive(Clone)]
pub struct File(pub String);

impl std::fmt::Debug for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "\n{}", self.0)
    }
}

/// Files of one vocabulary, one to three policies, one or two plans and up to two tests.
pub fn file() -> impl Strategy<Value = File> {
    let numbers = |most: usize| vec(any::<u16>(), 0..most);
    let policy = (numbers(12), vec(numbers(60), 1..7));
    let plan = (numbers(4), vec(numbers(30), 3..8), vec(numbers(30), 2..9));
    (
        numbers(80),
        vec(policy, 1..4),
        vec(plan, 1..3),
        vec(vec(numbers(40), 1..4), 0..3),
    )
        .prop_map(|(vocabulary, policies, plans, tests)| {
            File(write(&vocabulary, &policies, &plans, &tests))
        })
}

fn write(
    vocabulary: &[u16],
    policies: &[PolicyNumbers],
    plans: &[PlanNumbers],
    tests: &[Vec<Numbers>],
) -> String {
    let mut text = String::new();
    let words = Words::write(&mut Choices::new(vocabulary), &mut text);
    for (at, (header, rules)) in policies.iter().enumerate() {
        policies::policy(&words, at, header, rules, &mut text);
    }
    for (at, (header, nodes, edges)) in plans.iter().enumerate() {
        plans::plan(&words, at, policies.len(), header, nodes, edges, &mut text);
    }
    for (at, lines) in tests.iter().enumerate() {
        plans::test(&words, at, policies.len(), lines, &mut text);
    }
    text
}
