//! Errors of the vocabulary, and the laws of facts.

use super::names::{Cycle, Names, earliest};
use super::scope::{Scope, text};
use crate::diag::{Diagnostic, Diags, codes};
use crate::model::vocabulary::{ANY, Date, Kind, NameId, is_variable, party};
use crate::source::{FileId, Span};
use crate::syntax::ast;
use fixedbitset::FixedBitSet;
use std::collections::{BTreeMap, BTreeSet};

/// What the vocabulary statements say of facts, and which files hold errors.
#[derive(Default)]
pub(super) struct Found {
    /// Pairs that never hold together, the smaller id first, each once.
    pub excludes: Vec<(NameId, NameId)>,
    /// The last days.
    pub until: BTreeMap<NameId, Date>,
    /// Facts that belong to the data, closed downwards.
    pub lasting: FixedBitSet,
    /// Files with an error in their vocabulary: policies that see them can't be trusted.
    pub unsound: BTreeSet<FileId>,
}

/// Reports every error of the vocabulary and gathers the laws of facts.
pub(super) fn report(names: &Names, scope: &Scope, diags: &mut Diags) -> Found {
    let before = diags.len();
    entries(names, diags);
    paths(names, scope, diags);
    for cycle in &names.cycles {
        diags.extend(circle(cycle, scope));
    }
    twins(names, scope, diags);
    roles(names, scope, diags);
    let mut found = laws(names, scope, diags);
    found.unsound = diags[before..]
        .iter()
        .map(|diagnostic| diagnostic.primary.span.file)
        .collect();
    found
}

/// Entries that repeat one another or stand where none may.
fn entries(names: &Names, diags: &mut Diags) {
    for (kind, entry, first) in &names.repeated {
        let name = text(&entry.path);
        diags.push(
            Diagnostic::new(
                &codes::DUPLICATE_NAME,
                entry.path.span(),
                format!("the {} `{name}` stands twice in one list", kind.word()),
            )
            .label("again here")
            .also(*first, "first here")
            .help("leave one out, or put what both hold into one pair of braces"),
        );
    }
    for (kind, entry) in &names.forbidden {
        let name = text(&entry.path);
        let (message, help) = if entry.path.last().text == "any" {
            (
                format!(
                    "`any` is the root of every {} and lies below nothing",
                    kind.word()
                ),
                "leave it out; what stands in its braces can stand here".to_string(),
            )
        } else {
            (
                format!("`{name}` is built in and stands for something else in every act"),
                format!("give this {} a name of its own", kind.word()),
            )
        };
        diags.push(Diagnostic::new(&codes::DUPLICATE_NAME, entry.path.span(), message).help(help));
    }
}

/// Paths in vocabulary statements that mean nothing or several names.
fn paths(names: &Names, scope: &Scope, diags: &mut Diags) {
    for head in &names.heads {
        let path = &head.entry.path;
        if head.id.is_none() || !path.is_one_name() {
            must_be_known(head.statement.kind, path, head.id, scope, diags);
        }
    }
    for parent in &names.parentages {
        must_be_known(parent.kind, parent.path, parent.id, scope, diags);
        if parent.id.is_some_and(|id| is_variable(parent.kind, id)) {
            diags.push(
                Diagnostic::new(
                    &codes::UNKNOWN_NAME,
                    parent.path.span(),
                    format!(
                        "nothing lies below `{}`: it stands for something else in every act",
                        text(parent.path)
                    ),
                )
                .help(format!("name a declared {}", parent.kind.word())),
            );
        }
    }
}

/// Reports a path unless it means the one name it was taken for.
fn must_be_known(
    kind: Kind,
    path: &ast::Path,
    taken: Option<NameId>,
    scope: &Scope,
    diags: &mut Diags,
) {
    let found = scope.find(kind, path, diags);
    // Lookup succeeds where building did not only when the path leads through others that failed.
    if found.is_some() && found != taken {
        diags.push(
            Diagnostic::new(
                &codes::AMBIGUOUS_NAME,
                path.span(),
                format!(
                    "`{}` hangs on too many other paths to be told what it means",
                    text(path)
                ),
            )
            .help("declare the names of the path in braces, one below the other"),
        );
    }
}

fn circle(cycle: &Cycle, scope: &Scope) -> Option<Diagnostic> {
    let hierarchy = scope.vocabulary.of(cycle.kind);
    let shown = |at: usize| hierarchy.shown(cycle.names[at % cycle.names.len()].0);
    let first = cycle
        .names
        .iter()
        .find_map(|(id, span)| span.or(hierarchy.names[id.0 as usize].span))?;
    let chain: Vec<String> = (0..=cycle.names.len())
        .map(|at| format!("`{}`", shown(at)))
        .collect();
    let mut diagnostic = Diagnostic::new(
        &codes::HIERARCHY_CYCLE,
        first,
        format!(
            "the {} `{}` lies below itself: {}",
            cycle.kind.word(),
            shown(0),
            chain.join(" below ")
        ),
    );
    for (at, (_, span)) in cycle.names.iter().enumerate() {
        let label = format!("puts `{}` below `{}`", shown(at), shown(at + 1));
        match span {
            Some(span) if *span == first => diagnostic = diagnostic.label(label),
            Some(span) => diagnostic = diagnostic.also(*span, label),
            None => {
                diagnostic = diagnostic.note(format!(
                    "`{}` lies below `{}` unless something else is written",
                    shown(at),
                    shown(at + 1)
                ));
            }
        }
    }
    Some(diagnostic.help("take one of these out"))
}

fn twins(names: &Names, scope: &Scope, diags: &mut Diags) {
    for (kind, parent, one, other, blame) in &names.twins {
        let hierarchy = scope.vocabulary.of(*kind);
        let mut both = [*one, *other].map(|id| {
            let info = &hierarchy.names[id.0 as usize];
            (&*info.shown, info.span)
        });
        both.sort();
        let Some(span) = blame.or(both[1].1).or(both[0].1) else {
            continue;
        };
        let mut diagnostic = Diagnostic::new(
            &codes::DUPLICATE_NAME,
            span,
            format!(
                "`{}` has two children called `{}`",
                hierarchy.shown(*parent),
                hierarchy.names[one.0 as usize].name
            ),
        )
        .help("give one of them another name");
        for (shown, at) in both {
            if let Some(at) = at.filter(|at| *at != span) {
                diagnostic = diagnostic.also(at, format!("`{shown}`"));
            }
        }
        diags.push(diagnostic);
    }
}

/// Parties under two of us, data-subject and third-party; of a subtree only its top.
fn roles(names: &Names, scope: &Scope, diags: &mut Diags) {
    let hierarchy = scope.vocabulary.of(Kind::Party);
    let all = [party::US, party::DATA_SUBJECT, party::THIRD_PARTY];
    let of = |id: NameId| -> Vec<NameId> {
        all.iter()
            .copied()
            .filter(|role| hierarchy.within(id, *role))
            .collect()
    };
    for (at, info) in hierarchy.names.iter().enumerate() {
        let id = NameId(at as u32);
        let roles = of(id);
        if roles.len() < 2 || info.parents.iter().any(|parent| of(*parent) == roles) {
            continue;
        }
        let mut places: Vec<(Span, NameId)> = names
            .links
            .iter()
            .filter(|(kind, child, ..)| *kind == Kind::Party && *child == id)
            .map(|(_, _, parent, span)| (*span, *parent))
            .collect();
        places.sort();
        let Some(span) = places.first().map(|(span, _)| *span).or(info.span) else {
            continue;
        };
        let quoted: Vec<String> = roles
            .iter()
            .map(|role| format!("`{}`", hierarchy.shown(*role)))
            .collect();
        let mut diagnostic = Diagnostic::new(
            &codes::PARTY_ROLES,
            span,
            format!(
                "the party `{}` is under {}",
                info.shown,
                quoted.join(" and ")
            ),
        )
        .note("every party is one of us, a data subject or a third party")
        .help("declare two parties, one for each role");
        for (at, (place, parent)) in places.iter().enumerate() {
            let above = of(*parent);
            let label = match above.first() {
                Some(role) if role != parent => format!(
                    "below `{}` here, so under `{}`",
                    hierarchy.shown(*parent),
                    hierarchy.shown(*role)
                ),
                _ => format!("below `{}` here", hierarchy.shown(*parent)),
            };
            diagnostic = match at {
                0 => diagnostic.label(label),
                _ => diagnostic.also(*place, label),
            };
        }
        diags.push(diagnostic);
    }
}

/// `lasting`, `excludes` and `until`.
fn laws(names: &Names, scope: &Scope, diags: &mut Diags) -> Found {
    let hierarchy = scope.vocabulary.of(Kind::Fact);
    let mut found = Found::default();
    let mut pairs: BTreeMap<(NameId, NameId), Span> = BTreeMap::new();
    for group in names
        .heads
        .chunk_by(|one, other| std::ptr::eq(one.statement, other.statement))
    {
        let statement = group[0].statement;
        // Said of anything else, the parser reports it.
        if statement.kind != Kind::Fact {
            continue;
        }
        let excluded: Vec<(NameId, Span)> = statement
            .excludes
            .iter()
            .filter_map(|path| Some((scope.find(Kind::Fact, path, diags)?, path.span())))
            .collect();
        for head in group {
            let Some(id) = head.id else { continue };
            if statement.lasting.is_some() {
                found.lasting.union_with(hierarchy.set(id));
            }
            if id == ANY && (statement.until.is_some() || !excluded.is_empty()) {
                diags.push(always(head.entry.path.span()));
                continue;
            }
            if let Some((date, _)) = statement.until {
                earliest(&mut found.until, id, date);
            }
            for (other, span) in &excluded {
                if *other == ANY {
                    diags.push(always(*span));
                    continue;
                }
                let pair = (id.min(*other), id.max(*other));
                let known = pairs.entry(pair).or_insert(*span);
                *known = (*known).min(*span);
            }
        }
    }
    for ((one, other), span) in &pairs {
        let mut both = hierarchy.set(*one).clone();
        both.intersect_with(hierarchy.set(*other));
        // The topmost of what lies below both; what is below it can't hold either.
        let never = both.ones().map(|at| NameId(at as u32)).find(|id| {
            let parents = &hierarchy.names[id.0 as usize].parents;
            !parents
                .iter()
                .any(|parent| both.contains(parent.0 as usize))
        });
        if let Some(never) = never {
            diags.push(impossible(scope, never, *one, *other, *span));
        }
    }
    found.excludes = pairs.into_keys().collect();
    found
}

fn impossible(scope: &Scope, never: NameId, one: NameId, other: NameId, span: Span) -> Diagnostic {
    let hierarchy = scope.vocabulary.of(Kind::Fact);
    let mut implied: Vec<&str> = [one, other]
        .into_iter()
        .filter(|id| *id != never)
        .map(|id| hierarchy.shown(id))
        .collect();
    implied.sort();
    let why = match implied[..] {
        [] => "it excludes itself".to_string(),
        [one] => format!("it implies `{one}`, which excludes it"),
        _ => format!(
            "it implies `{}` and `{}`, which exclude each other",
            implied[0], implied[1]
        ),
    };
    let diagnostic = Diagnostic::new(
        &codes::IMPOSSIBLE_FACTS,
        span,
        format!(
            "the fact `{}` can never hold: {why}",
            hierarchy.shown(never)
        ),
    )
    .help("take the `excludes` out, or move the fact");
    match hierarchy.names[never.0 as usize].span {
        Some(at) => diagnostic.also(at, "declared here"),
        None => diagnostic,
    }
}

fn always(span: Span) -> Diagnostic {
    Diagnostic::new(
        &codes::UNKNOWN_NAME,
        span,
        "`any` is no fact of its own: it is the root of all facts and always holds",
    )
    .help("name the facts that are meant")
}
