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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::codes;
    use crate::source::FileId;
    use crate::syntax::parse;

    const TEXT: &str = "data email
policy p { never use one }
policy q { never use two }
plan x { system three }
test \"t\" for p { may use four }
";

    /// The fingerprints of findings at some words of a text, or at whole declarations.
    fn of(text: &str, places: &[&str]) -> Vec<String> {
        let ast = parse(FileId(0), text, &mut Vec::new());
        let findings: Vec<Diagnostic> = places
            .iter()
            .map(|place| {
                let start = text.find(place).expect("the place") as u32;
                let span = Span {
                    file: FileId(0),
                    start,
                    end: start + place.len() as u32,
                };
                Diagnostic::new(&codes::EMPTY_RULE, span, "a message")
            })
            .collect();
        all(&[ast], &findings)
    }

    #[test]
    fn a_finding_is_told_by_the_declaration_it_stands_in() {
        let each = ["email", "one", "two", "three", "four"];
        let mut alone: Vec<String> = each.iter().flat_map(|place| of(TEXT, &[place])).collect();
        // Wherever it stands there: to the first letter and the last.
        for (whole, within) in [
            ("policy p { never use one }", "one"),
            ("plan x { system three }", "three"),
            ("test \"t\" for p { may use four }", "four"),
        ] {
            assert_eq!(of(TEXT, &[whole]), of(TEXT, &[within]), "{whole}");
        }
        // Across two declarations it stands in none.
        assert_eq!(of(TEXT, &["one }\npolicy q"]), of(TEXT, &["email"]));
        assert!(alone.iter().all(|one| one.len() == 32));
        alone.sort();
        alone.dedup();
        assert_eq!(alone.len(), each.len());
    }

    #[test]
    fn a_finding_is_the_same_wherever_its_text_moves() {
        let moved = format!("// More.\n\n{TEXT}");
        let places = ["one", "two", "one", "one"];
        let found = of(TEXT, &places);
        assert_eq!(found, of(&moved, &places));
        // Equal findings are counted.
        let mut each = found.clone();
        each.sort();
        each.dedup();
        assert_eq!(each.len(), places.len());
        assert_eq!(of(TEXT, &["one"])[0], found[0]);
    }
}
