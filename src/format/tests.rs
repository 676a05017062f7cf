//! Tests: one expectation a line.

use super::fill::fill;
use super::page::Page;
use super::words;
use crate::syntax::ast::{Expectation, Expected, Test, TestItem};

/// A test with its block.
pub fn test(page: &mut Page, test: &Test) {
    page.docs(0, &test.docs);
    page.line(
        0,
        format!(
            "test {} for {} {{",
            words::text(&test.title),
            words::names(&test.policies)
        ),
    );
    let head = test
        .policies
        .last()
        .map_or(test.title.span, |name| name.span);
    page.open(page.brace(head.end));
    for item in &test.items {
        match item {
            TestItem::Expectation(it) => {
                page.begin_at(2, it.span.start, false);
                page.hoist(2, it.span);
                page.lines(2, &fill(2, &chunks(it)));
                page.end(it.span);
            }
            TestItem::Broken(it) => {
                page.begin_at(2, it.span.start, false);
                page.verbatim_at(2, it.span);
            }
        }
    }
    page.close(0, test.span.end);
    page.end(test.span);
}

fn chunks(expectation: &Expectation) -> Vec<String> {
    let flow = &expectation.flow;
    let verdict = match &expectation.verdict {
        Expected::May => "may ",
        Expected::Never => "never ",
        Expected::Undeclared => "undeclared ",
        Expected::Needs(_) => "",
    };
    let mut chunks = vec![format!("{verdict}{}", words::acts(&flow.acts))];
    if let Some((time, after)) = &flow.time {
        chunks.push(match after {
            Some(after) => format!("{time} after {}", words::list(after)),
            None => time.to_string(),
        });
    }
    chunks.extend(words::clauses(&flow.clauses));
    if !flow.given.is_empty() {
        chunks.push(format!("given {}", words::literals(&flow.given)));
    }
    if !flow.fulfilling.is_empty() {
        chunks.push(format!("fulfilling {}", words::paths(&flow.fulfilling)));
    }
    if let Expected::Needs(facts) = &expectation.verdict {
        chunks.push(format!("needs {}", words::literals(facts)));
    }
    chunks
}
