//! The one layout: from a tree and its comments back to text. Knows no names and changes no meaning.
//!
//! `page` collects lines and puts comments where they belong, `fill` breaks what is too long,
//! `words` writes names and clauses, and each of `vocabulary`, `rules`, `plans` and `tests` lays out
//! its statements.

mod fill;
mod page;
mod plans;
mod rules;
mod tests;
mod vocabulary;
mod words;

use crate::source::Span;
use crate::syntax::ast::{Ast, Docs, Item};
use page::Page;

/// Lines are broken where they would be longer than this.
pub const WIDTH: usize = 100;

/// A file in the one layout. What did not parse is copied as it is.
pub fn format(ast: &Ast, text: &str) -> String {
    let mut page = Page::new(ast, text);
    let mut before: Option<&Item> = None;
    for item in &ast.items {
        let together = |item: &Item| matches!(item, Item::Include(_) | Item::Vocabulary(_));
        let apart = before.is_some_and(|before| !(together(before) && together(item)));
        page.begin(start(item), apart);
        match item {
            Item::Include(include) => {
                page.docs(0, &include.docs);
                page.line(0, format!("include {}", words::text(&include.path)));
                page.end(include.span);
            }
            Item::Vocabulary(statement) => vocabulary::write(&mut page, statement),
            Item::Policy(policy) => rules::policy(&mut page, policy),
            Item::Plan(plan) => plans::plan(&mut page, plan),
            Item::Test(test) => tests::test(&mut page, test),
            Item::Broken(broken) => page.verbatim(broken.span),
        }
        before = Some(item);
    }
    page.finish()
}

/// Where an item begins, with its doc comments.
fn start(item: &Item) -> u32 {
    match item {
        Item::Include(it) => first(&it.docs, it.span),
        Item::Vocabulary(it) => first(&it.docs, it.span),
        Item::Policy(it) => first(&it.docs, it.span),
        Item::Plan(it) => first(&it.docs, it.span),
        Item::Test(it) => first(&it.docs, it.span),
        Item::Broken(it) => it.span.start,
    }
}

/// The first byte of a statement and the doc comments before it.
fn first(docs: &Docs, span: Span) -> u32 {
    docs.first().map_or(span.start, |doc| doc.span.start)
}
