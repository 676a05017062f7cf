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

/// The file that bytes choose; where they end, the plainest is chosen.
pub fn from_bytes(bytes: &[u8]) -> File {
    let mut bytes = bytes.iter().copied();
    let mut byte = move || usize::from(bytes.next().unwrap_or(0));
    let mut numbers = |most: usize| -> Numbers {
        let length = byte() % most;
        let mut number = || (byte() << 8 | byte()) as u16;
        (0..length).map(|_| number()).collect()
    };
    let vocabulary = numbers(80);
    let count = |numbers: &mut dyn FnMut(usize) -> Numbers, from: usize, to: usize| {
        from + numbers(2).first().map_or(0, |n| usize::from(*n)) % (to - from)
    };
    let policies: Vec<PolicyNumbers> = (0..count(&mut numbers, 1, 4))
        .map(|_| {
            let rules = count(&mut numbers, 1, 7);
            (numbers(12), (0..rules).map(|_| numbers(60)).collect())
        })
        .collect();
    let plans: Vec<PlanNumbers> = (0..count(&mut numbers, 1, 3))
        .map(|_| {
            let (nodes, edges) = (count(&mut numbers, 3, 8), count(&mut numbers, 2, 9));
            let header = numbers(4);
            let nodes = (0..nodes).map(|_| numbers(30)).collect();
            (header, nodes, (0..edges).map(|_| numbers(30)).collect())
        })
        .collect();
    let tests: Vec<Vec<Numbers>> = (0..count(&mut numbers, 0, 3))
        .map(|_| {
            let lines = count(&mut numbers, 1, 4);
            (0..lines).map(|_| numbers(40)).collect()
        })
        .collect();
    File(write(&vocabulary, &policies, &plans, &tests))
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
