//! A node of a plan, and which clause fits which kind.

use super::lists::{optional, some};
use crate::diag::{Diagnostic, Diags, codes};
use crate::model::lower::clauses;
use crate::model::lower::names::docs;
use crate::model::lower::scope::Scope;
use crate::model::lower::waivers;
use crate::model::plans::{Does, Keeps, NodeDetails, NodeKind};
use crate::model::vocabulary::{Kind, NameSet, party};
use crate::source::Span;
use crate::syntax::ast;

/// What a node is, and whether what edges need of it is in error.
pub(super) fn node(tree: &ast::Node, scope: &Scope, diags: &mut Diags) -> (NodeDetails, bool) {
    let waivers = waivers::lower(&tree.waivers, diags);
    let before = diags.len();
    misfits(tree, diags);
    let ours = matches!(tree.kind, NodeKind::System | NodeKind::Store);
    let kind = match tree.kind {
        NodeKind::Source => Kind::Subject,
        _ => Kind::Party,
    };
    let role = some(kind, tree.role.as_ref(), scope, diags);
    if let Some(party) = role.as_ref().filter(|_| kind == Kind::Party) {
        diags.extend(party_fits(tree, party, ours, scope));
    }
    let of = some(Kind::Subject, tree.of.as_ref(), scope, diags);
    let resident = some(Kind::Region, tree.resident.as_ref(), scope, diags);
    let place = some(Kind::Region, tree.place.as_ref(), scope, diags);
    let context = some(Kind::Context, tree.context.as_ref(), scope, diags);
    let unusable = diags.len() > before;

    let before = diags.len();
    let store = tree.kind == NodeKind::Store;
    let keeps: Vec<Keeps> = tree
        .keeps
        .iter()
        .filter_map(|keeps| self::keeps(keeps, scope, diags))
        .filter(|_| store)
        .collect();
    let does: Vec<Does> = tree
        .does
        .iter()
        .filter_map(|does| self::does(does, scope, diags))
        .filter(|_| store)
        .collect();
    let (subject, party) = match tree.kind {
        NodeKind::Source => (role, None),
        NodeKind::External => (of, role),
        NodeKind::System | NodeKind::Store => (None, role),
    };
    let details = NodeDetails {
        file: tree.name.span.file,
        kind: tree.kind,
        subject,
        resident,
        party,
        place,
        context,
        keeps,
        does,
        docs: docs(&tree.docs),
        waivers,
        broken: unusable || diags.len() > before,
    };
    (details, unusable)
}

/// Clauses that do not fit the kind of a node.
fn misfits(tree: &ast::Node, diags: &mut Diags) {
    let name = &tree.name.text;
    let mut report = |span: Span, message: String, help: &str| {
        diags.push(Diagnostic::new(&codes::INVALID_EDGE, span, message).help(help));
    };
    let word = word(tree.kind);
    if let Some(of) = tree.of.as_ref().filter(|_| tree.kind != NodeKind::External) {
        let (message, help) = match tree.kind {
            NodeKind::Source => (
                format!("the source `{name}` is a data subject itself, so it needs no `of`"),
                "write whose data it brings after `:`",
            ),
            _ => (
                format!("the {word} `{name}` is ours; whose data it holds comes from its edges"),
                "take `of` out, or give the data a `source`",
            ),
        };
        report(of.span, message, help);
    } else if let Some(resident) = tree.resident.as_ref()
        && matches!(tree.kind, NodeKind::System | NodeKind::Store)
    {
        report(
            resident.span,
            format!("the {word} `{name}` is ours and resides nowhere"),
            "write `in` for where the data is, or give a `source` its residence",
        );
    }
    if tree.kind == NodeKind::Source {
        if let Some(place) = &tree.place {
            report(
                place.span,
                format!("the source `{name}` is people, not a place"),
                "write `resident in` for where they live",
            );
        }
        if let Some(context) = &tree.context {
            report(
                context.span,
                format!("the source `{name}` has no product or surface of its own"),
                "write `on` at the node that collects",
            );
        }
    }
    if tree.kind == NodeKind::External && tree.role.is_none() {
        report(
            tree.name.span,
            format!("the external `{name}` does not say which party it is"),
            &format!("write `external {name} : PARTY`"),
        );
    }
    if tree.kind != NodeKind::Store {
        let first = tree
            .keeps
            .first()
            .map(|keeps| ("keeps", keeps.span))
            .into_iter()
            .chain(tree.does.first().map(|does| ("does", does.span)));
        for (verb, span) in first {
            report(
                span,
                format!(
                    "`{verb}` is said of a store, and `{name}` is {}",
                    a(tree.kind)
                ),
                match tree.kind {
                    NodeKind::System => "make it a `store` if it keeps data",
                    _ => "say it of a store of ours",
                },
            );
        }
    }
}

/// What is wrong with the party of a node, if anything.
fn party_fits(tree: &ast::Node, party: &NameSet, ours: bool, scope: &Scope) -> Option<Diagnostic> {
    let hierarchy = scope.vocabulary.of(Kind::Party);
    let name = &tree.name.text;
    if party.mentions(party::ITS_SOURCE) {
        return Some(
            Diagnostic::new(
                &codes::INVALID_EDGE,
                party.span,
                format!("`its-source` is another node for every datum, so `{name}` can't be it"),
            )
            .help("name the party that the node is"),
        );
    }
    if ours && !hierarchy.atoms(party).is_subset(hierarchy.set(party::US)) {
        return Some(
            Diagnostic::new(
                &codes::INVALID_EDGE,
                party.span,
                format!(
                    "the {} `{name}` is ours, but `{}` is not under `us`",
                    word(tree.kind),
                    scope.vocabulary.show_list(Kind::Party, party)
                ),
            )
            .help(match (&party.include[..], &party.exclude[..]) {
                ([one], []) if hierarchy.names[one.0 as usize].span.is_some() => format!(
                    "make it an `external`, or put the party under us: `party us {{ {} }}`",
                    hierarchy.names[one.0 as usize].name
                ),
                _ => "make it an `external`, or name a party under `us`".to_string(),
            }),
        );
    }
    None
}

fn keeps(tree: &ast::Keeps, scope: &Scope, diags: &mut Diags) -> Option<Keeps> {
    let data = some(Kind::Data, Some(&tree.data), scope, diags);
    let time = match &tree.time {
        None => Some(None),
        Some(time) => clauses::after(tree.after.as_ref(), time.span, scope, diags)
            .map(|after| Some((*time, after))),
    };
    let purpose = optional(Kind::Purpose, tree.purpose.as_ref(), scope, diags);
    let given = clauses::literals(&tree.given, scope, diags);
    Some(Keeps {
        data: data?,
        time: time?,
        purpose: purpose?,
        given: given?,
        span: tree.span,
    })
}

fn does(tree: &ast::Does, scope: &Scope, diags: &mut Diags) -> Option<Does> {
    let duty = scope.find(Kind::Duty, &tree.duty, diags);
    let within = match &tree.within {
        None => Some(None),
        Some((time, event)) => {
            clauses::list(Kind::Event, event, scope, diags).map(|event| Some((*time, event)))
        }
    };
    Some(Does {
        duty: duty?,
        within: within?,
        span: tree.span,
    })
}

fn word(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Source => "source",
        NodeKind::System => "system",
        NodeKind::Store => "store",
        NodeKind::External => "external",
    }
}

/// A kind of node with its article.
pub(super) fn a(kind: NodeKind) -> String {
    match kind {
        NodeKind::External => "an external".to_string(),
        other => format!("a {}", word(other)),
    }
}
