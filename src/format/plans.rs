//! Plans: nodes and edges in columns.

use super::WIDTH;
use super::fill::fill;
use super::page::Page;
use super::words;
use crate::syntax::ast::{Carries, Edge, EdgeKind, Keeps, Node, NodeKind, Plan, PlanItem};

/// A plan with its block.
pub fn plan(page: &mut Page, plan: &Plan) {
    page.docs(0, &plan.docs);
    let title = plan.title.as_ref().map(words::text);
    let title = title.map_or(String::new(), |title| format!(" {title}"));
    page.line(0, format!("plan {}{title} {{", words::name(&plan.name)));
    let head = plan
        .title
        .as_ref()
        .map_or(plan.name.span, |title| title.span);
    page.open(page.brace(head.end));
    let columns = Columns::of(plan);
    for item in &plan.items {
        match item {
            PlanItem::Checks(names, span) => {
                page.begin_at(2, span.start, false);
                page.hoist(2, *span);
                page.line(2, format!("checks {}", words::names(names)));
                page.end(*span);
            }
            PlanItem::Node(it) => {
                page.begin_at(2, super::first(&it.docs, it.span), false);
                node(page, &columns, it);
            }
            PlanItem::Edge(it) => {
                page.begin_at(2, super::first(&it.docs, it.span), false);
                edge(page, &columns, it);
            }
            PlanItem::Broken(it) => {
                page.begin_at(2, it.span.start, false);
                page.verbatim_at(2, it.span);
            }
        }
    }
    page.close(0, plan.span.end);
    page.end(plan.span);
}

/// How wide names are, so that they stand in columns.
struct Columns {
    node: usize,
    from: usize,
    to: usize,
}

impl Columns {
    fn of(plan: &Plan) -> Columns {
        let mut columns = Columns {
            node: 0,
            from: 0,
            to: 0,
        };
        for item in &plan.items {
            match item {
                PlanItem::Node(node) => {
                    columns.node = columns.node.max(words::name(&node.name).len());
                }
                PlanItem::Edge(edge) => {
                    if let EdgeKind::Arrow { to, .. } = &edge.kind {
                        columns.from = columns.from.max(words::name(&edge.from).len());
                        columns.to = columns.to.max(words::name(to).len());
                    }
                }
                _ => {}
            }
        }
        columns
    }
}

fn node(page: &mut Page, columns: &Columns, node: &Node) {
    // What a store keeps and does has lines of its own, and so have the comments there.
    let clauses = [
        &node.role,
        &node.of,
        &node.resident,
        &node.place,
        &node.context,
    ];
    let ends = clauses
        .iter()
        .filter_map(|list| list.as_ref())
        .map(|list| list.span.end);
    let mut own = node.span;
    own.end = ends.fold(node.name.span.end, u32::max);
    page.hoist(2, own);
    page.docs(2, &node.docs);
    for waiver in &node.waivers {
        page.lines(2, &fill(2, &words::waiver(waiver)));
    }
    let kind = match node.kind {
        NodeKind::Source => "source",
        NodeKind::System => "system",
        NodeKind::Store => "store",
        NodeKind::External => "external",
    };
    let mut clauses = Vec::new();
    if let Some(role) = &node.role {
        clauses.push(format!(": {}", words::list(role)));
    }
    match (&node.of, &node.resident) {
        (Some(subjects), resident) => clauses.push(words::of(subjects, resident.as_ref())),
        (None, Some(resident)) => clauses.push(format!("resident in {}", words::list(resident))),
        (None, None) => {}
    }
    if let Some(place) = &node.place {
        clauses.push(format!("in {}", words::list(place)));
    }
    if let Some(context) = &node.context {
        clauses.push(format!("on {}", words::list(context)));
    }
    let name = words::name(&node.name);
    let mut chunks = vec![if clauses.is_empty() {
        format!("{kind:<8} {name}")
    } else {
        format!("{kind:<8} {name:<width$}", width = columns.node)
    }];
    chunks.extend(clauses);
    page.lines(2, &fill(2, &chunks));
    page.end(own);
    // What a store keeps and does stays in the order in which it was written.
    let mut lines: Vec<(crate::source::Span, Vec<String>)> = Vec::new();
    lines.extend(node.keeps.iter().map(|it| (it.span, keeps(it))));
    for does in &node.does {
        let mut chunks = vec![format!("does {}", words::path(&does.duty))];
        if let Some((time, event)) = &does.within {
            chunks.push(format!("within {time} of {}", words::list(event)));
        }
        lines.push((does.span, chunks));
    }
    lines.sort_by_key(|(span, _)| *span);
    for (span, chunks) in lines {
        page.begin_at(4, span.start, false);
        page.hoist(4, span);
        page.lines(4, &fill(4, &chunks));
        page.end(span);
    }
    page.hoist(4, node.span);
    page.end(node.span);
}

fn keeps(keeps: &Keeps) -> Vec<String> {
    let mut chunks = vec![format!("keeps {}", words::list(&keeps.data))];
    if let Some(time) = &keeps.time {
        chunks.push(match &keeps.after {
            Some(after) => format!("{time} after {}", words::list(after)),
            None => time.to_string(),
        });
    }
    if let Some(purpose) = &keeps.purpose {
        chunks.push(format!("for {}", words::list(purpose)));
    }
    if !keeps.given.is_empty() {
        chunks.push(format!("given {}", words::literals(&keeps.given)));
    }
    chunks
}

fn edge(page: &mut Page, columns: &Columns, edge: &Edge) {
    page.hoist(2, edge.span);
    page.docs(2, &edge.docs);
    for waiver in &edge.waivers {
        page.lines(2, &fill(2, &words::waiver(waiver)));
    }
    let from = words::name(&edge.from);
    let mut clauses = Vec::new();
    if let Some(form) = &edge.form {
        clauses.push(format!("as {}", words::list(form)));
    }
    if let Some(purpose) = &edge.purpose {
        clauses.push(format!("for {}", words::list(purpose)));
    }
    if !edge.given.is_empty() {
        clauses.push(format!("given {}", words::literals(&edge.given)));
    }
    if !edge.fulfilling.is_empty() {
        clauses.push(format!("fulfilling {}", words::paths(&edge.fulfilling)));
    }
    let head = |aligned: bool| match &edge.kind {
        EdgeKind::Arrow { to, verb, carries } => {
            let verb = verb.map_or(String::new(), |v| format!("{} ", words::verb(v.word)));
            let carries = match carries {
                Carries::All(_) => "all".to_string(),
                Carries::Data(data) => words::list(data),
            };
            let to = words::name(to);
            let (a, b) = if aligned {
                (columns.from, columns.to)
            } else {
                (0, 0)
            };
            format!("{from:<a$} -> {to:<b$} : {verb}{carries}")
        }
        EdgeKind::Uses(data) => format!("{from} uses {}", words::list(data)),
        EdgeKind::Derives(product, data) => format!(
            "{from} derives {} from {}",
            words::list(product),
            words::list(data)
        ),
    };
    let mut chunks = vec![head(true)];
    chunks.extend(clauses);
    // A chunk that is broken after its commas must not begin with a run of blanks.
    if 4 + chunks[0].chars().count() > WIDTH {
        chunks[0] = head(false);
    }
    page.lines(2, &fill(2, &chunks));
    page.end(edge.span);
}
