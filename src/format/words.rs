//! Names, lists, conditions and clauses as text.

use crate::syntax::ast::{
    Acts, Clause, ClauseKind, Condition, Literal, Name, Names, Path, Text, VerbWord, Waiver,
};
use crate::syntax::is_reserved;

/// A name, in backticks where it equals a word of the language.
pub fn name(name: &Name) -> String {
    word(&name.text)
}

fn word(text: &str) -> String {
    if is_reserved(text) {
        format!("`{text}`")
    } else {
        text.to_string()
    }
}

/// Names of policies, separated.
pub fn names(all: &[Name]) -> String {
    all.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// A path; `any` as its first part is the root itself, not a name that equals the word.
pub fn path(path: &Path) -> String {
    let parts = path.segments.iter().enumerate().map(|(at, segment)| {
        if at == 0 && segment.text == "any" {
            "any".to_string()
        } else {
            name(segment)
        }
    });
    parts.collect::<Vec<_>>().join(".")
}

/// Paths, separated.
pub fn paths(all: &[Path]) -> String {
    all.iter().map(path).collect::<Vec<_>>().join(", ")
}

/// `A, B other than C`.
pub fn list(list: &Names) -> String {
    match (list.include.is_empty(), list.exclude.is_empty()) {
        (_, true) => paths(&list.include),
        (true, false) => format!("other than {}", paths(&list.exclude)),
        (false, false) => format!(
            "{} other than {}",
            paths(&list.include),
            paths(&list.exclude)
        ),
    }
}

/// A string with its quotes.
pub fn text(text: &Text) -> String {
    format!(
        "\"{}\"",
        text.value.replace('\\', "\\\\").replace('"', "\\\"")
    )
}

/// A verb or group.
pub fn verb(word: VerbWord) -> &'static str {
    match word {
        VerbWord::Collect => "collect",
        VerbWord::Use => "use",
        VerbWord::Derive => "derive",
        VerbWord::Share => "share",
        VerbWord::Sell => "sell",
        VerbWord::Transfer => "transfer",
        VerbWord::Retain => "retain",
        VerbWord::Disclose => "disclose",
        VerbWord::Process => "process",
    }
}

/// `share, sell contact-details`.
pub fn acts(acts: &Acts) -> String {
    let verbs: Vec<&str> = acts.verbs.iter().map(|v| verb(v.word)).collect();
    format!("{} {}", verbs.join(", "), list(&acts.data))
}

/// A condition; parentheses stand only where they are needed.
pub fn condition(it: &Condition) -> String {
    fn level(it: &Condition) -> u8 {
        match it {
            Condition::Or(_) => 0,
            Condition::And(_) => 1,
            Condition::Not(..) => 2,
            Condition::Fact(_) => 3,
        }
    }
    fn inside(it: &Condition, around: u8) -> String {
        if level(it) <= around {
            format!("({})", condition(it))
        } else {
            condition(it)
        }
    }
    let join = |parts: &[Condition], word: &str, own: u8| {
        let parts: Vec<String> = parts.iter().map(|part| inside(part, own)).collect();
        parts.join(word)
    };
    match it {
        Condition::Fact(fact) => path(fact),
        Condition::Not(inner, _) => format!("not {}", inside(inner, 2)),
        Condition::And(parts) => join(parts, " and ", 1),
        Condition::Or(parts) => join(parts, " or ", 0),
    }
}

/// Clauses in their order: `as, of, on, by, with, from, to, for, in, when, at most`.
pub fn clauses(all: &[Clause]) -> Vec<String> {
    let mut sorted: Vec<&Clause> = all.iter().collect();
    sorted.sort_by_key(|clause| place(&clause.kind));
    sorted.into_iter().map(|it| clause(&it.kind)).collect()
}

fn place(kind: &ClauseKind) -> u8 {
    match kind {
        ClauseKind::As(_) => 0,
        ClauseKind::Of(..) => 1,
        ClauseKind::On(_) => 2,
        ClauseKind::By(_) => 3,
        ClauseKind::With(_) => 4,
        ClauseKind::From(_) => 5,
        ClauseKind::To(_) => 6,
        ClauseKind::For(_) => 7,
        ClauseKind::In(_) => 8,
        ClauseKind::When(_) => 9,
        ClauseKind::AtMost(..) => 10,
    }
}

fn clause(kind: &ClauseKind) -> String {
    match kind {
        ClauseKind::As(it) => format!("as {}", list(it)),
        ClauseKind::Of(it, resident) => of(it, resident.as_ref()),
        ClauseKind::On(it) => format!("on {}", list(it)),
        ClauseKind::By(it) => format!("by {}", list(it)),
        ClauseKind::With(it) => format!("with {}", list(it)),
        ClauseKind::From(it) => format!("from {}", list(it)),
        ClauseKind::To(it) => format!("to {}", list(it)),
        ClauseKind::For(it) => format!("for {}", list(it)),
        ClauseKind::In(it) => format!("in {}", list(it)),
        ClauseKind::When(it) => format!("when {}", condition(it)),
        ClauseKind::AtMost(time, None) => format!("at most {time}"),
        ClauseKind::AtMost(time, Some(after)) => format!("at most {time} after {}", list(after)),
    }
}

/// `of S resident in R`.
pub fn of(subjects: &Names, resident: Option<&Names>) -> String {
    match resident {
        Some(resident) => format!("of {} resident in {}", list(subjects), list(resident)),
        None => format!("of {}", list(subjects)),
    }
}

/// `F, not G`.
pub fn literals(all: &[Literal]) -> String {
    let one = |literal: &Literal| {
        let not = if literal.negated { "not " } else { "" };
        format!("{not}{}", path(&literal.fact))
    };
    all.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// A waiver.
pub fn waiver(waiver: &Waiver) -> Vec<String> {
    let mut chunks = vec![
        format!("waive {} until {}", name(&waiver.code), waiver.until.0),
        format!("because {}", text(&waiver.because)),
    ];
    if let Some(owner) = &waiver.owner {
        chunks.push(format!("owner {}", text(owner)));
    }
    chunks
}
