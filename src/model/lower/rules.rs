//! Rules: their verbs, clauses and exceptions.

use super::clauses::{self, Position};
use super::scope::Scope;
use crate::diag::{Diagnostic, Diags, codes};
use crate::model::rules::{Action, Citation, Clauses, Condition, Exception, Statement, VerbWord};
use crate::model::vocabulary::Kind;
use crate::source::Span;
use crate::syntax::ast::{self, RuleBody};
use std::collections::BTreeSet;

/// Phrases of the notice.
pub(super) fn citations(texts: &[ast::Text]) -> Vec<Citation> {
    texts
        .iter()
        .map(|text| Citation {
            text: text.value.to_string(),
            span: text.span,
        })
        .collect()
}

/// A rule's verbs, actions and statement; none where something in it is in error.
pub(super) fn rule(
    tree: &ast::Rule,
    scope: &Scope,
    diags: &mut Diags,
) -> Option<(Vec<VerbWord>, Vec<Action>, Statement)> {
    match &tree.body {
        RuleBody::May(acts, written, released) => {
            let (verbs, actions) = verbs(&acts.verbs);
            let clauses = of_acts(acts, written, &actions, Position::Free, scope, diags);
            let (unless, except) = relief(released, &actions, scope, diags)?;
            let clauses = clauses?;
            Some((
                verbs,
                actions,
                Statement::May {
                    clauses,
                    unless,
                    except,
                },
            ))
        }
        RuleBody::Never(acts, written, released) => {
            let (verbs, actions) = verbs(&acts.verbs);
            let clauses = of_acts(acts, written, &actions, Position::Free, scope, diags);
            let (unless, except) = relief(released, &actions, scope, diags)?;
            let clauses = clauses?;
            Some((
                verbs,
                actions,
                Statement::Never {
                    clauses,
                    unless,
                    except,
                },
            ))
        }
        RuleBody::Limit(limit) => {
            let ast::Limit {
                acts,
                about,
                only,
                only_data,
                must_hold,
                relief: released,
            } = &**limit;
            let (verbs, actions) = verbs(&acts.verbs);
            let about = of_acts(acts, about, &actions, Position::LeftOfOnly, scope, diags);
            if only_data.is_none() && must_hold.is_empty() {
                diags.push(
                    Diagnostic::new(
                        &codes::MISPLACED_CLAUSE,
                        *only,
                        "nothing stands right of `only`, so the rule limits nothing",
                    )
                    .help("write right of `only` what must hold"),
                );
                return None;
            }
            let must_hold = clauses::clauses(
                only_data.as_ref(),
                must_hold,
                &actions,
                Position::RightOfOnly,
                scope,
                diags,
            );
            let (unless, except) = relief(released, &actions, scope, diags)?;
            let (about, must_hold) = (about?, must_hold?);
            let statement = Statement::Limit {
                about,
                must_hold,
                unless,
                except,
            };
            Some((verbs, actions, statement))
        }
        RuleBody::Retain(acts, written, released) => {
            let (verbs, actions) = verbs(&acts.verbs);
            let limit = retain_limit(acts, written, &actions, tree.statement);
            let fits = limit.is_none();
            diags.extend(limit);
            // The rest is still looked up; the time has had its error.
            let mut written = written.to_vec();
            written.retain(|clause| fits || !matches!(clause.kind, ast::ClauseKind::AtMost(..)));
            let clauses = of_acts(acts, &written, &actions, Position::Free, scope, diags);
            let (unless, except) = relief(released, &actions, scope, diags)?;
            let clauses = clauses.filter(|_| fits)?;
            let statement = Statement::Retain {
                clauses,
                unless,
                except,
            };
            Some((verbs, actions, statement))
        }
        RuleBody::Requires(requires) => {
            let ast::Requires {
                acts,
                clauses: written,
                duties,
                unless,
            } = &**requires;
            let (verbs, actions) = verbs(&acts.verbs);
            let clauses = of_acts(acts, written, &actions, Position::Free, scope, diags);
            let duties = clauses::ids(Kind::Duty, duties, scope, diags);
            let unless = clauses::unless(unless.as_deref(), scope, diags);
            let (clauses, duties, unless) = (clauses?, duties?, unless?);
            let statement = Statement::Requires {
                clauses,
                duties,
                unless,
            };
            Some((verbs, actions, statement))
        }
        RuleBody::Must(must) => {
            let ast::Must {
                duty,
                data,
                clauses: written,
                unless,
                within,
                event,
            } = &**must;
            let actions = vec![Action::Retain];
            let duty = scope.find(Kind::Duty, duty, diags);
            let clauses =
                clauses::clauses(Some(data), written, &actions, Position::Must, scope, diags);
            let unless = clauses::unless(unless.as_deref(), scope, diags);
            let event = clauses::list(Kind::Event, event, scope, diags);
            let statement = Statement::Must {
                clauses: clauses?,
                duty: duty?,
                unless: unless?,
                within: *within,
                event: event?,
            };
            Some((Vec::new(), actions, statement))
        }
        RuleBody::Processor(data, written) => {
            let actions = Action::ALL.to_vec();
            let clauses = clauses::clauses(
                Some(data),
                written,
                &actions,
                Position::LeftOfOnly,
                scope,
                diags,
            )?;
            let verbs = vec![VerbWord::Process];
            Some((verbs, actions, Statement::Processor { clauses }))
        }
        RuleBody::Note(text, evidence) => {
            let statement = Statement::Note {
                text: text.value.to_string(),
                evidence: evidence
                    .as_ref()
                    .map(|path| (path.value.to_string(), path.span)),
            };
            Some((Vec::new(), Vec::new(), statement))
        }
    }
}

/// The verbs as written, and their actions, each once and in order.
pub(super) fn verbs(verbs: &[ast::Verb]) -> (Vec<VerbWord>, Vec<Action>) {
    let words: Vec<VerbWord> = verbs.iter().map(|verb| verb.word).collect();
    let actions: BTreeSet<Action> = words
        .iter()
        .flat_map(|word| Action::of(*word))
        .copied()
        .collect();
    (words, actions.into_iter().collect())
}

fn of_acts(
    acts: &ast::Acts,
    written: &[ast::Clause],
    actions: &[Action],
    position: Position,
    scope: &Scope,
    diags: &mut Diags,
) -> Option<Clauses> {
    clauses::clauses(Some(&acts.data), written, actions, position, scope, diags)
}

/// `unless` and `except`.
type Relief = (Option<Condition>, Vec<Exception>);

/// Both, where neither is in error.
fn relief(
    released: &ast::Relief,
    actions: &[Action],
    scope: &Scope,
    diags: &mut Diags,
) -> Option<Relief> {
    let unless = clauses::unless(released.unless(), scope, diags);
    let except: Vec<Option<Exception>> = released
        .except()
        .iter()
        .map(|tree| exception(tree, actions, scope, diags))
        .collect();
    Some((unless?, except.into_iter().collect::<Option<Vec<_>>>()?))
}

fn exception(
    tree: &ast::Exception,
    actions: &[Action],
    scope: &Scope,
    diags: &mut Diags,
) -> Option<Exception> {
    let clauses = clauses::clauses(
        tree.data.as_ref(),
        &tree.clauses,
        actions,
        Position::Free,
        scope,
        diags,
    );
    let relief = relief(&tree.relief, actions, scope, diags);
    let (clauses, (unless, except)) = (clauses?, relief?);
    Some(Exception {
        clauses,
        unless,
        except,
        citations: citations(&tree.citations),
        span: tree.span,
    })
}

/// What keeps a statement without `only` from being a limit on retention.
fn retain_limit(
    acts: &ast::Acts,
    written: &[ast::Clause],
    actions: &[Action],
    statement: Span,
) -> Option<Diagnostic> {
    let time = written
        .iter()
        .find(|clause| matches!(clause.kind, ast::ClauseKind::AtMost(..)));
    match time {
        None => Some(
            Diagnostic::new(
                &codes::MISPLACED_CLAUSE,
                statement,
                "the statement names acts but says nothing of them",
            )
            .help("begin it with `may` or `never`, or add `only …`, `requires …` or, to `retain`, `at most …`"),
        ),
        Some(time) if actions != [Action::Retain] => {
            let verb = acts
                .verbs
                .iter()
                .find(|verb| verb.word != VerbWord::Retain)
                .map_or(statement, |verb| verb.span);
            Some(
                Diagnostic::new(
                    &codes::MISPLACED_CLAUSE,
                    time.span,
                    "`at most` makes a limit with `retain` alone",
                )
                .also(verb, "this verb has no time")
                .help("write a `retain` statement of its own"),
            )
        }
        Some(_) => None,
    }
}
