//! An edge of a plan, and which nodes it fits.

use super::lists::{optional, some};
use super::nodes::a;
use crate::diag::{Diagnostic, Diags, codes};
use crate::model::lower::clauses;
use crate::model::lower::nodes::{Known, Nodes};
use crate::model::lower::rows::Read;
use crate::model::lower::scope::{Scope, nearest, suggest};
use crate::model::lower::waivers;
use crate::model::plans::{EdgeDetails, EdgeKind, NodeKind};
use crate::model::rules::{Action, VerbWord};
use crate::model::vocabulary::Kind;
use crate::syntax::ast::{self, Carries, Name};

/// The edge that a statement makes; none where it is in error.
pub(super) fn edge(
    tree: &ast::Edge,
    nodes: &Nodes,
    scope: &Scope,
    diags: &mut Diags,
) -> Option<Read> {
    let waivers = waivers::lower(&tree.waivers, diags);
    let from = find(&tree.from, nodes, diags);
    let kind = match &tree.kind {
        ast::EdgeKind::Arrow { to, verb, carries } => {
            let to = find(to, nodes, diags);
            let data = match carries {
                Carries::All(_) => Some(None),
                Carries::Data(names) => optional(Kind::Data, Some(names), scope, diags),
            };
            let fits = match (from, to) {
                (Some(from), Some(to)) => arrow_fits(tree, &from, &to, *verb),
                _ => None,
            };
            let verb = match verb.map(|verb| verb.word) {
                Some(VerbWord::Sell) => Some(Action::Sell),
                Some(VerbWord::Share) => Some(Action::Share),
                _ => None,
            };
            let sound = fits.is_none();
            diags.extend(fits);
            match (to, data) {
                (Some(to), Some(data)) if sound => Some((EdgeKind::Arrow { verb, data }, Some(to))),
                _ => None,
            }
        }
        ast::EdgeKind::Uses(names) => {
            let idle = from.and_then(|from| source_is_idle(tree, &from, "uses"));
            let sound = idle.is_none();
            diags.extend(idle);
            some(Kind::Data, Some(names), scope, diags)
                .filter(|_| sound)
                .map(|data| (EdgeKind::Uses { data }, from))
        }
        ast::EdgeKind::Derives(product, names) => {
            let idle = from.and_then(|from| source_is_idle(tree, &from, "derives"));
            let sound = idle.is_none();
            diags.extend(idle);
            let product = some(Kind::Data, Some(product), scope, diags);
            let data = some(Kind::Data, Some(names), scope, diags);
            match (product, data) {
                (Some(product), Some(data)) if sound => {
                    Some((EdgeKind::Derives { product, data }, from))
                }
                _ => None,
            }
        }
    };
    let form = optional(Kind::Form, tree.form.as_ref(), scope, diags);
    let purpose = optional(Kind::Purpose, tree.purpose.as_ref(), scope, diags);
    let given = clauses::literals(&tree.given, scope, diags);
    let fulfilling = clauses::ids(Kind::Duty, &tree.fulfilling, scope, diags);
    let (from, (kind, to)) = (from?, kind?);
    let to = to?;
    let details = EdgeDetails {
        file: tree.statement.file,
        kind,
        form: form?,
        purpose: purpose?,
        given: given?,
        fulfilling: fulfilling?,
        waivers,
    };
    let edge = Read {
        ends: (from.at, to.at),
        span: tree.statement,
        details,
    };
    (!from.unusable && !to.unusable).then_some(edge)
}

/// The node a name means; where there is none, says so.
pub(super) fn find(name: &Name, nodes: &Nodes, diags: &mut Diags) -> Option<Known> {
    if let Some(known) = nodes.find(&name.text) {
        return Some(known);
    }
    if nodes.torn {
        return None;
    }
    let near = nearest(
        &name.text,
        nodes.iter().map(|(name, span)| (name, (name, Some(span)))),
    );
    let diagnostic = Diagnostic::new(
        &codes::UNKNOWN_NAME,
        name.span,
        format!("no node of this plan is called `{}`", name.text),
    )
    .label("not declared");
    diags.push(match near.is_empty() {
        true => diagnostic.help(format!(
            "declare it in this plan: `system {name}`, `store {name}`, `source {name}` or `external {name} : PARTY`",
            name = name.text
        )),
        false => suggest(diagnostic, name.span, &near),
    });
    None
}

/// What is wrong with an arrow between two nodes, if anything.
fn arrow_fits(
    tree: &ast::Edge,
    from: &Known,
    to: &Known,
    verb: Option<ast::Verb>,
) -> Option<Diagnostic> {
    use NodeKind::{External, Source};
    if from.kind == Source && to.kind == Source {
        return Some(
            Diagnostic::new(
                &codes::INVALID_EDGE,
                tree.statement,
                "data that passes from one source to another is no act of any party",
            )
            .also(from.span, "a source")
            .also(to.span, "a source")
            .help("send it through a node of ours, or make one of them an `external`"),
        );
    }
    let verb = verb?;
    let shares = from.kind != Source && to.kind == External;
    let act = match (from.kind, to.kind) {
        (Source, _) => "collects",
        (_, External) => "shares",
        (_, Source) => "shares with a data subject",
        (External, _) => "collects",
        _ => "uses",
    };
    match verb.word {
        VerbWord::Sell | VerbWord::Share if shares => None,
        VerbWord::Share if to.kind == Source => None,
        VerbWord::Sell => Some(
            Diagnostic::new(
                &codes::INVALID_EDGE,
                verb.span,
                format!("this edge {act}, and only what goes to an `external` can be sold"),
            )
            .also(from.span, a(from.kind))
            .also(to.span, a(to.kind))
            .help("take `sell` out, or send the data to an `external`"),
        ),
        _ => Some(
            Diagnostic::new(
                &codes::INVALID_EDGE,
                verb.span,
                format!("what an arrow does follows from its nodes: this one {act}"),
            )
            .also(from.span, a(from.kind))
            .also(to.span, a(to.kind))
            .help(
                "take the verb out; only `sell` can be written here, of what goes to an `external`",
            ),
        ),
    }
}

/// That a source neither uses nor derives.
fn source_is_idle(tree: &ast::Edge, from: &Known, verb: &str) -> Option<Diagnostic> {
    (from.kind == NodeKind::Source).then(|| {
        Diagnostic::new(
            &codes::INVALID_EDGE,
            tree.statement,
            format!(
                "`{}` is a source, a data subject: what it {verb} is no act of any party",
                tree.from.text
            ),
        )
        .also(from.span, "a source")
        .help(format!(
            "write it of the node that {verb} the data: `NODE {verb} …`"
        ))
    })
}
