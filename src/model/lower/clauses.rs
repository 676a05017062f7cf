//! Lists, conditions and clauses: every name looked up, every clause where it may stand.

use super::scope::Scope;
use crate::diag::{Diagnostic, Diags, codes};
use crate::model::rules::{Action, AtMost, Clauses, Condition};
use crate::model::vocabulary::{ANY, Kind, Literal, NameId, NameSet, event, is_variable};
use crate::source::Span;
use crate::syntax::ast::{self, Clause, ClauseKind, Names, Path};

/// Where clauses stand, which decides on `when` and `at most`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    /// In `may`, `never`, `requires`, the retain limit, or an exception.
    Free,
    /// Left of `only` (also: in `processor of`).
    LeftOfOnly,
    /// Right of `only`.
    RightOfOnly,
    /// In `must`.
    Must,
    /// In a line of a test, or asked.
    Line,
}

/// A list; every unknown name in it is reported, and then there is none.
pub(super) fn list(kind: Kind, names: &Names, scope: &Scope, diags: &mut Diags) -> Option<NameSet> {
    let include = ids(kind, names.include(), scope, diags);
    let exclude = ids(kind, names.exclude(), scope, diags);
    Some(NameSet {
        include: include?,
        exclude: exclude?,
        span: names.span,
    })
}

/// Paths of a kind; all are looked up even where one is in error.
pub(super) fn ids(
    kind: Kind,
    paths: &[Path],
    scope: &Scope,
    diags: &mut Diags,
) -> Option<Vec<NameId>> {
    let found: Vec<Option<NameId>> = paths
        .iter()
        .map(|path| scope.find(kind, path, diags))
        .collect();
    found.into_iter().collect()
}

/// `after E` or, where none is written, after `collection`.
pub(super) fn after(
    names: Option<&Names>,
    time: Span,
    scope: &Scope,
    diags: &mut Diags,
) -> Option<NameSet> {
    match names {
        Some(names) => list(Kind::Event, names, scope, diags),
        None => Some(NameSet {
            include: vec![event::COLLECTION],
            exclude: Vec::new(),
            span: time,
        }),
    }
}

/// A fact; `any` is none.
pub(super) fn fact(path: &Path, scope: &Scope, diags: &mut Diags) -> Option<NameId> {
    let id = scope.find(Kind::Fact, path, diags)?;
    if id == ANY {
        diags.push(
            Diagnostic::new(
                &codes::UNKNOWN_NAME,
                path.span(),
                "`any` is no fact of its own: it is the root of all facts and always holds",
            )
            .help("name the fact that is meant"),
        );
        return None;
    }
    Some(id)
}

/// Facts given or needed, each with its place.
pub(super) fn literals(
    literals: &[ast::Literal],
    scope: &Scope,
    diags: &mut Diags,
) -> Option<Vec<(Literal, Span)>> {
    let found: Vec<Option<(Literal, Span)>> = literals
        .iter()
        .map(|literal| {
            let holds = !literal.negated;
            let fact = fact(&literal.fact, scope, diags)?;
            Some((Literal { fact, holds }, literal.span))
        })
        .collect();
    found.into_iter().collect()
}

/// A condition.
pub(super) fn condition(
    condition: &ast::Condition,
    scope: &Scope,
    diags: &mut Diags,
) -> Option<Condition> {
    let mut all = |parts: &[ast::Condition]| -> Option<Vec<Condition>> {
        let found: Vec<Option<Condition>> = parts
            .iter()
            .map(|part| self::condition(part, scope, diags))
            .collect();
        found.into_iter().collect()
    };
    match condition {
        ast::Condition::And(parts) => all(parts).map(Condition::And),
        ast::Condition::Or(parts) => all(parts).map(Condition::Or),
        ast::Condition::Not(inner, _) => Some(Condition::Not(Box::new(self::condition(
            inner, scope, diags,
        )?))),
        ast::Condition::Fact(path) => fact(path, scope, diags).map(Condition::Fact),
    }
}

/// `unless C`: `Some(None)` where there is none.
pub(super) fn unless(
    unless: Option<&ast::Condition>,
    scope: &Scope,
    diags: &mut Diags,
) -> Option<Option<Condition>> {
    match unless {
        None => Some(None),
        Some(found) => condition(found, scope, diags).map(Some),
    }
}

/// Data and clauses of a statement with these actions. All errors are reported, and with any there
/// is no result: a rule with a clause less would say more than was written.
pub(super) fn clauses(
    data: Option<&Names>,
    written: &[Clause],
    actions: &[Action],
    position: Position,
    scope: &Scope,
    diags: &mut Diags,
) -> Option<Clauses> {
    let before = diags.len();
    let mut result = Clauses {
        data: data.and_then(|names| list(Kind::Data, names, scope, diags)),
        ..Clauses::default()
    };
    for (at, clause) in written.iter().enumerate() {
        let word = word(&clause.kind);
        if let Some(first) = written[..at]
            .iter()
            .find(|other| self::word(&other.kind) == word)
        {
            diags.push(repeated(word, clause.span, first.span));
            continue;
        }
        if let Some(diagnostic) = misplaced(clause, actions, position) {
            diags.push(diagnostic);
            continue;
        }
        let diags = &mut *diags;
        match &clause.kind {
            ClauseKind::As(names) => result.form = list(Kind::Form, names, scope, diags),
            ClauseKind::Of(subject, resident) => {
                result.subject = list(Kind::Subject, subject, scope, diags);
                result.resident = resident
                    .as_ref()
                    .and_then(|names| list(Kind::Region, names, scope, diags));
            }
            ClauseKind::On(names) => result.context = list(Kind::Context, names, scope, diags),
            ClauseKind::By(names) => {
                result.actor = list(Kind::Party, names, scope, diags);
                no_variable(Kind::Party, result.actor.as_ref(), "by", scope, diags);
            }
            ClauseKind::With(names) => result.with = list(Kind::Party, names, scope, diags),
            ClauseKind::From(names) if actions.contains(&Action::Collect) => {
                result.from_party = list(Kind::Party, names, scope, diags);
            }
            ClauseKind::From(names) => result.from = list(Kind::Region, names, scope, diags),
            ClauseKind::To(names) => result.to = list(Kind::Region, names, scope, diags),
            ClauseKind::For(names) => result.purpose = list(Kind::Purpose, names, scope, diags),
            ClauseKind::In(names) => result.place = list(Kind::Region, names, scope, diags),
            ClauseKind::When(when) => result.when = condition(when, scope, diags),
            ClauseKind::AtMost(time, events) => {
                result.at_most = after(events.as_deref(), time.span, scope, diags)
                    .map(|after| AtMost { time: *time, after });
            }
        }
    }
    (diags.len() == before).then_some(result)
}

/// Reports `its-source` where only parties that can be named beforehand make sense.
fn no_variable(kind: Kind, list: Option<&NameSet>, word: &str, scope: &Scope, diags: &mut Diags) {
    let Some(list) = list else { return };
    let variable = list
        .include
        .iter()
        .chain(&list.exclude)
        .find(|id| is_variable(kind, **id));
    if let Some(id) = variable {
        let shown = scope.vocabulary.of(kind).shown(*id);
        diags.push(
            Diagnostic::new(
                &codes::MISPLACED_CLAUSE,
                list.span,
                format!("`{shown}` is whom data came from and says nothing after `{word}`"),
            )
            .help("write it after `with` or `from`, or name a declared party here"),
        );
    }
}

/// The word a clause begins with.
fn word(kind: &ClauseKind) -> &'static str {
    match kind {
        ClauseKind::As(_) => "as",
        ClauseKind::Of(..) => "of",
        ClauseKind::On(_) => "on",
        ClauseKind::By(_) => "by",
        ClauseKind::With(_) => "with",
        ClauseKind::From(_) => "from",
        ClauseKind::To(_) => "to",
        ClauseKind::For(_) => "for",
        ClauseKind::In(_) => "in",
        ClauseKind::When(_) => "when",
        ClauseKind::AtMost(..) => "at most",
    }
}

/// A clause written twice.
pub(super) fn repeated(word: &str, span: Span, first: Span) -> Diagnostic {
    let help = match word {
        "when" => "join both with `and`",
        "at most" => "keep the shorter time, or write a rule for each event",
        _ => "put all names into one list, or write a rule for each",
    };
    Diagnostic::new(
        &codes::MISPLACED_CLAUSE,
        span,
        format!("`{word}` is written twice; each clause stands at most once"),
    )
    .label("again here")
    .also(first, "first here")
    .help(help)
}

/// What is wrong with a clause among verbs of these actions, if anything.
fn misplaced(clause: &Clause, actions: &[Action], position: Position) -> Option<Diagnostic> {
    let has = |action| actions.contains(&action);
    let only_has = |few: &[Action]| actions.iter().all(|action| few.contains(action));
    let report = |message: String, help: &str| {
        Some(Diagnostic::new(&codes::MISPLACED_CLAUSE, clause.span, message).help(help))
    };
    let unfit = unfit(actions, position);
    match &clause.kind {
        ClauseKind::With(_)
            if only_has(&[Action::Collect, Action::Use, Action::Derive, Action::Retain]) =>
        {
            let help = match has(Action::Collect) {
                true => "write `from` for whom data is collected from",
                false => "write `by` for who acts, or leave it out",
            };
            report(
                format!("`with` is whom data is shared, sold or transferred to: {unfit}"),
                help,
            )
        }
        ClauseKind::From(_) if has(Action::Collect) && has(Action::Transfer) => report(
            "`from` could be a party (of `collect`) or a region (of `transfer`) here".to_string(),
            "write two statements, one with `collect` and one with `transfer`",
        ),
        ClauseKind::From(_) if !has(Action::Collect) && !has(Action::Transfer) => report(
            format!("`from` is the party of `collect` or the region of `transfer`: {unfit}"),
            "leave it out, or write `of` for whose data it is",
        ),
        ClauseKind::To(_) if !has(Action::Transfer) => {
            let help = match has(Action::Share) || has(Action::Sell) {
                true => "write `with` for who receives the data, or `in` for where it then is",
                false => "write `in` for where the data then is",
            };
            report(format!("`to` is the region of `transfer`: {unfit}"), help)
        }
        ClauseKind::In(_) if only_has(&[Action::Transfer]) => report(
            "`in` does not go with `transfer`, which has two regions".to_string(),
            "write `to` for where the data goes, `from` for where it comes from",
        ),
        ClauseKind::When(_) if position == Position::Line => report(
            "`when` is for rules; a flow states the facts that hold".to_string(),
            "write `given` and the facts",
        ),
        ClauseKind::AtMost(time, _) => match position {
            Position::Line => report(
                "`at most` is for rules; a flow states how long data is kept".to_string(),
                &format!("write the time bare: `{time}`"),
            ),
            Position::LeftOfOnly => report(
                "`at most` is a condition, so it can't say what the rule is about".to_string(),
                "write it right of `only`, or as a `retain` statement of its own",
            ),
            Position::Must => report(
                "`must` is about what a store holds, however long it is kept".to_string(),
                "write a `retain` statement for the time",
            ),
            Position::RightOfOnly if actions != [Action::Retain] => report(
                "`at most` makes a limit with `retain` alone".to_string(),
                "write a `retain` statement of its own",
            ),
            _ if !has(Action::Retain) => report(
                format!("`at most` is how long data is retained: {unfit}"),
                "write a `retain` statement of its own",
            ),
            _ => None,
        },
        _ => None,
    }
}

/// That a clause does not go with these actions, as a message says it.
fn unfit(actions: &[Action], position: Position) -> String {
    if position == Position::Must {
        return "it does not fit `must`".to_string();
    }
    let quoted: Vec<String> = actions
        .iter()
        .map(|action| format!("`{}`", action.word()))
        .collect();
    match &quoted[..] {
        [one] => format!("it does not fit {one}"),
        several => format!("it fits none of {}", several.join(", ")),
    }
}
