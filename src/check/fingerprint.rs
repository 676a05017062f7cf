//! Who a finding is, wherever it stands: the same after a rule or a flow moved to another line or file.
//!
//! A finding on flows is its code, plan, policy, deciding rules, nodes, action, data and purposes; any
//! other is its code, its message and the declaration it stands in. Findings that are equal in all of
//! that are told apart by counting.

use crate::diag::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{Ast, Item};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The fingerprints of all findings of a run, in their order; no two are equal.
pub fn all(asts: &[Ast], findings: &[Diagnostic]) -> Vec<String> {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    findings
        .iter()
        .map(|diagnostic| {
            let identity = identity(asts, diagnostic);
            let ordinal = seen.entry(identity.clone()).or_default();
            *ordinal += 1;
            hash(&format!("{identity}\u{1f}{ordinal}"))
        })
        .collect()
}

/// What makes a finding this one. The parts are separated by a character that no name holds.
fn identity(asts: &[Ast], diagnostic: &Diagnostic) -> String {
    let mut parts = vec![diagnostic.code.name.to_string()];
    match &diagnostic.flow {
        Some(flow) => {
            let labels = flow.rules.iter().filter_map(|rule| rule.label.as_deref());
            parts.extend([
                flow.plan.clone(),
                flow.policy.clone(),
                labels.collect::<Vec<_>>().join(", "),
                flow.from.clone(),
                flow.to.clone(),
                flow.action.clone(),
                flow.data.clone(),
                flow.purposes.clone(),
            ]);
        }
        None => parts.extend([
            around(asts, diagnostic.primary.span),
            diagnostic.message.clone(),
        ]),
    }
    parts.join("\u{1f}")
}

/// The policy, plan or test that a place lies in.
fn around(asts: &[Ast], span: Span) -> String {
    let items = asts
        .get(span.file.0 as usize)
        .map_or(&[][..], |ast| &ast.items);
    let within = |whole: Span| whole.start <= span.start && span.end <= whole.end;
    items
        .iter()
        .find_map(|item| match item {
            Item::Policy(policy) if within(policy.span) => {
                Some(format!("policy {}", policy.name.text))
            }
            Item::Plan(plan) if within(plan.span) => Some(format!("plan {}", plan.name.text)),
            Item::Test(test) if within(test.span) => Some(format!("test {}", test.title.value)),
            _ => None,
        })
        .unwrap_or_default()
}

/// The first half of SHA-256, in hexadecimal.
fn hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
