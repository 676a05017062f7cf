//! Any text that parses lowers without a panic, and what is dropped is never silent.

use super::{Tables, Visible, WORDS, lower_knowing};
use crate::diag::Diags;
use crate::model::lower::Elsewhere;
use crate::source::FileId;
use crate::syntax::parse;
use proptest::prelude::*;

/// Words that make up statements, weighted towards those that go together.
fn word() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "policy",
        "plan",
        "test",
        "section",
        "data",
        "party",
        "fact",
        "lasting",
        "may",
        "never",
        "must",
        "note",
        "extends",
        "yields to",
        "open",
        "closed",
        "checks",
        "source",
        "system",
        "store",
        "external",
        "waive",
        "share",
        "use",
        "collect",
        "transfer",
        "retain",
        "process",
        "derive",
        "as",
        "of",
        "resident in",
        "in",
        "on",
        "by",
        "with",
        "from",
        "to",
        "for",
        "when",
        "unless",
        "except",
        "only",
        "at most 3 days",
        "after",
        "within 3 days of",
        "requires",
        "given",
        "keeps",
        "does",
        "uses",
        "derives",
        "is",
        "excludes",
        "until 2030-01-01",
        "because",
        "other than",
        "and",
        "or",
        "not",
        "needs",
        "any",
        "all",
        "email",
        "contact",
        "email",
        "carrier",
        "routing",
        "consent",
        "closure",
        "delete",
        "p",
        "x",
        "a",
        "a",
        "b",
        "a.b",
        "\"s\"",
        "{",
        "}",
        "{",
        "}",
        "-",
        ",",
        ",",
        ":",
        "->",
        "(",
        ")",
        "x:",
        "its-source",
        "collected-purpose",
        "us",
        "forbidden-flow",
    ])
}

/// Statements that parse, of names that may or may not be there.
fn statement() -> impl Strategy<Value = String> {
    let name = || {
        prop::sample::select(vec![
            "email",
            "contact",
            "carrier",
            "vendor",
            "us",
            "routing",
            "ads",
            "eea",
            "consent",
            "p",
            "q",
            "a",
            "b",
            "any",
            "its-source",
            "collected-purpose",
            "hashed",
            "nope",
            "a.b",
        ])
    };
    let verb = || {
        prop::sample::select(vec![
            "share", "use", "collect", "transfer", "retain", "process", "sell",
        ])
    };
    let clause = || {
        (
            prop::sample::select(vec![
                "as", "of", "on", "by", "with", "from", "to", "for", "in", "when",
            ]),
            name(),
        )
            .prop_map(|(word, name)| format!("{word} {name}"))
    };
    let clauses = || prop::collection::vec(clause(), 0..3).prop_map(|all| all.join(" "));
    let rule = prop_oneof![
        (verb(), name(), clauses(), clauses())
            .prop_map(|(v, n, c, e)| format!("never {v} {n} {c} except {{ - {n} {e} }}")),
        (verb(), name(), clauses(), clause())
            .prop_map(|(v, n, c, o)| format!("{v} {n} {c} only {o}")),
        (verb(), name(), clauses()).prop_map(|(v, n, c)| format!("{v} {n} {c} at most 3 days")),
        (name(), name()).prop_map(|(d, n)| format!("must {d} {n} within 3 days of {n}")),
        (name(), name()).prop_map(|(d, n)| format!("extends {d} yields to {n}")),
    ];
    let edge = prop_oneof![
        (name(), name(), verb(), name(), clauses())
            .prop_map(|(a, b, v, d, _)| format!("{a} -> {b} : {v} {d}")),
        (name(), name()).prop_map(|(a, d)| format!("{a} derives {d} from {d}")),
        (name(), name()).prop_map(|(a, d)| format!("store {a} : {d} keeps {d} 3 days")),
        (name(), name()).prop_map(|(a, d)| format!("external {a} : {d} of {d}")),
    ];
    let list = |inner: BoxedStrategy<String>| {
        prop::collection::vec(inner, 0..3).prop_map(|all| all.join("\n"))
    };
    prop_oneof![
        (name(), list(rule.boxed())).prop_map(|(n, body)| format!("policy {n} {{ {body} }}")),
        (name(), name(), list(edge.boxed()))
            .prop_map(|(n, c, body)| format!("plan {n} {{ checks {c} {body} }}")),
        (verb(), name(), clauses(), name())
            .prop_map(|(v, n, c, p)| format!("test \"t\" for {p} {{ may {v} {n} {c} }}")),
        (
            prop::sample::select(vec!["data", "party", "purpose", "fact"]),
            name(),
            name(),
            name()
        )
            .prop_map(|(k, a, b, c)| format!("{k} {a} {{ {b} }} is {c}")),
        (name(), name())
            .prop_map(|(a, b)| format!("lasting fact {a} excludes {b} until 2030-01-01")),
    ]
}

/// Lowers a text in which anything may be wrong, once with the shared words.
fn survives(text: &str) {
    let mut diags = Diags::new();
    let asts = [
        parse(FileId(0), WORDS, &mut diags),
        parse(FileId(1), text, &mut diags),
    ];
    let before = diags.len();
    let visible = Visible([(FileId(1), [FileId(0)].into())].into());
    let all = [&asts[0], &asts[1]];
    let model = lower_knowing(
        &all,
        &visible,
        &Elsewhere::default(),
        &Tables::default(),
        &mut diags,
    );
    let broken = model.policies.iter().any(|policy| policy.broken)
        || model.plans.iter().any(|plan| plan.broken)
        || model.tests.iter().any(|test| test.broken);
    assert!(
        !broken || !diags.is_empty(),
        "something is dropped in silence"
    );
    for found in &diags[before..] {
        let span = found.primary.span;
        assert!(
            span.start < span.end,
            "a finding without a place: {found:?}"
        );
        assert!(!found.help.is_empty(), "a finding without help: {found:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn words_in_any_order(words in prop::collection::vec(word(), 0..60)) {
        survives(&words.join(" "));
    }

    #[test]
    fn statements_of_any_names(all in prop::collection::vec(statement(), 0..8)) {
        survives(&all.join("\n"));
    }
}

/// What could not be read may have declared names: what would use them is not trusted.
#[test]
fn text_outside_of_all_declarations_breaks_the_policies_that_see_it() {
    let text = "nonsense\ndata email\npolicy p { never use email }";
    let mut diags = Vec::new();
    let ast = parse(FileId(0), text, &mut diags);
    let before = diags.len();
    assert!(before > 0);
    let visible = Visible([(FileId(0), [FileId(0)].into())].into());
    let model = lower_knowing(
        &[&ast],
        &visible,
        &Elsewhere::default(),
        &Tables::default(),
        &mut diags,
    );
    assert!(model.policies[0].broken);
    assert_eq!(diags.len(), before);
}
