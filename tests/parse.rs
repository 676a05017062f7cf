//! Laws of the parser: it is total, it loses nothing, it reports every broken statement.

use abide::diag::Diags;
use abide::jobs::on;
use abide::source::{FileId, Span};
use abide::syntax::ast::*;
use abide::syntax::{parse, parse_within};
use proptest::prelude::*;

fn read(text: &str) -> (Ast, Diags) {
    let mut diags = Vec::new();
    let ast = parse(FileId(0), text, &mut diags);
    (ast, diags)
}

/// The examples of the language page, one of every construct.
const WHOLE: &str = include_str!("fixtures/language.abide");

#[test]
fn every_construct_parses() {
    let (ast, diags) = read(WHOLE);
    assert!(diags.is_empty(), "{diags:#?}");
    assert_eq!(ast.items.len(), 9);
}

/// A tree takes some four bytes for each byte of its text; most of that are these. (Where a word has 64 bits.)
#[test]
#[cfg(target_pointer_width = "64")]
fn what_a_tree_is_full_of_stays_small() {
    assert!(size_of::<Rule>() <= 128);
    assert!(size_of::<Clause>() <= 64);
    assert!(size_of::<Path>() <= 40);
    assert!(size_of::<Names>() <= 32);
    assert!(size_of::<Text>() <= 32);
}

#[test]
fn each_broken_statement_is_reported_and_the_others_are_kept() {
    let text = "policy p {\n  may share\n  never share b with c\n  share b only\n  may use a\n}\n\
                plan q {\n  source a\n  a -> : b\n  a uses c\n}\nparty x, \nparty y\n";
    let (ast, diags) = read(text);
    let lines: Vec<usize> = diags
        .iter()
        .map(|d| text[..d.primary.span.start as usize].matches('\n').count() + 1)
        .collect();
    assert_eq!(lines, [2, 4, 9, 12], "{diags:#?}");
    let Item::Policy(policy) = &ast.items[0] else {
        panic!("{ast:#?}");
    };
    let rules = policy
        .items
        .iter()
        .filter(|item| matches!(item, PolicyItem::Rule(_)))
        .count();
    assert_eq!(rules, 2);
}

#[test]
fn a_long_block_reads_the_same_on_any_number_of_threads() {
    let (rules, broken) = (1000, |at: usize| at % 7 == 3);
    let rule = |at: usize| match broken(at) {
        true => format!("  may share d{at} with\n"),
        false => format!("  r{at}: may share d{at} with p{at}\n"),
    };
    let text: String = (0..rules).map(rule).collect();
    let text = format!("policy p {{\n{text}}}\n");
    let read = |jobs: usize| {
        let mut diags = Vec::new();
        let ast = on(jobs, || parse_within(FileId(0), &text, 10, &mut diags));
        (ast, diags)
    };
    let (ast, diags) = read(1);
    let [Item::Policy(policy)] = &ast.items[..] else {
        panic!("one policy is read")
    };
    assert_eq!(policy.items.len(), rules);
    for (at, item) in policy.items.iter().enumerate() {
        match item {
            PolicyItem::Rule(rule) => {
                let own = &text[rule.span.start as usize..rule.span.end as usize];
                assert_eq!(own, format!("r{at}: may share d{at} with p{at}"));
            }
            PolicyItem::Broken(_) => assert!(broken(at)),
            _ => panic!("there are only rules"),
        }
    }
    // The first hundred are listed, the others counted.
    let all = (0..rules).filter(|at| broken(*at)).count();
    assert_eq!(diags.len(), 101);
    let last = format!("{} more syntax errors", all - 100);
    assert!(
        diags[100].message.starts_with(&last),
        "{}",
        diags[100].message
    );
    for jobs in [2, 3, 16] {
        let (again, found) = read(jobs);
        assert_eq!(format!("{again:?}"), format!("{ast:?}"), "{jobs} threads");
        assert_eq!(found, diags, "{jobs} threads");
    }
}

#[test]
fn a_missing_brace_does_not_swallow_what_follows() {
    let (ast, diags) = read("policy p {\n  may share a\n\npolicy q {\n  may share a\n}\n");
    assert_eq!(diags.len(), 1, "{diags:#?}");
    assert_eq!(ast.items.len(), 2);
}

#[test]
fn a_missing_quote_does_not_swallow_what_follows() {
    let (ast, diags) = read("policy p {\n  \"cited\n  may share a\n  \"two\" never share b\n}\n");
    assert_eq!(diags.len(), 1, "{diags:#?}");
    let Item::Policy(policy) = &ast.items[0] else {
        panic!("{ast:#?}");
    };
    assert!(matches!(policy.items.last(), Some(PolicyItem::Rule(_))));
}

#[test]
fn doc_comments_belong_to_the_rule_they_stand_before() {
    let (ast, diags) = read(
        "policy p {\n  /// one\n  \"cited\"\n  /// two\n  may use a\n\n  /// three\n  may use b\n}\n",
    );
    assert!(diags.is_empty(), "{diags:#?}");
    let Item::Policy(policy) = &ast.items[0] else {
        panic!("{ast:#?}");
    };
    let docs: Vec<usize> = policy
        .items
        .iter()
        .map(|item| match item {
            PolicyItem::Rule(rule) => rule.docs().len(),
            _ => 0,
        })
        .collect();
    assert_eq!(docs, [2, 1]);
}

#[test]
fn deep_nesting_is_a_finding_with_its_place() {
    for text in [
        format!("policy p {{ may share a when {} }}", "(".repeat(100_000)),
        format!("policy p {{ may share a {} }}", "except b ".repeat(10_000)),
        "section \"a\" { ".repeat(5_000),
        format!("data {}", "a { ".repeat(10_000)),
        format!("policy p {{ {}", "section \"a\" {\n".repeat(100_000)),
        format!("policy p {{ {}", "section \"a\" { ".repeat(100_000)),
    ] {
        let (_, diags) = read(&text);
        assert!(!diags.is_empty());
        assert!(diags.len() <= 101);
    }
}

/// Words, marks and texts of the language in any order.
fn soup() -> impl Strategy<Value = String> {
    let words: Vec<&'static str> = WHOLE
        .split_whitespace()
        .chain([
            "{",
            "}",
            "(",
            ")",
            ",",
            ":",
            "\"",
            "`",
            "-",
            "///",
            "//",
            "other than",
            "\n",
        ])
        .collect();
    prop::collection::vec(prop::sample::select(words), 0..120).prop_map(|words| words.join(" "))
}

/// Spans of everything that was kept or reported.
fn bounds(ast: &Ast, diags: &Diags, text: &str) -> bool {
    let ok = |span: &Span| {
        span.start <= span.end
            && span.end as usize <= text.len()
            && text.is_char_boundary(span.start as usize)
            && text.is_char_boundary(span.end as usize)
    };
    diags.iter().all(|d| ok(&d.primary.span)) && ast.comments.iter().all(|c| ok(&c.span))
}

proptest! {
    #[test]
    fn any_text_gives_a_tree(text in any::<String>()) {
        let (ast, diags) = read(&text);
        prop_assert!(bounds(&ast, &diags, &text));
    }

    #[test]
    fn any_words_give_a_tree(text in soup()) {
        let (ast, diags) = read(&text);
        prop_assert!(bounds(&ast, &diags, &text));
    }

    /// A file cut off anywhere still parses to a tree, and only the end of it is in error.
    #[test]
    fn a_file_cut_off_gives_a_tree(at in 0..WHOLE.len()) {
        if WHOLE.is_char_boundary(at) {
            let (ast, diags) = read(&WHOLE[..at]);
            prop_assert!(bounds(&ast, &diags, WHOLE));
            prop_assert!(diags.len() <= 3, "{diags:#?}");
        }
    }
}

#[test]
fn slips_in_a_declaration_say_what_to_write() {
    for (text, help) in [
        ("data a, b,", "no comma after its last name"),
        ("data a { b, }", "no comma after its last name"),
        ("data Email", "`email`"),
        ("data owner", "`` `owner` ``"),
    ] {
        let (_, diags) = read(text);
        let said: Vec<&String> = diags.iter().flat_map(|d| &d.help).collect();
        assert!(said.iter().any(|h| h.contains(help)), "{text}: {diags:#?}");
        assert!(diags[0].message.starts_with("expected a name"), "{text}");
    }
}
