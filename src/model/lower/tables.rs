//! Rows of tables as nodes and edges, as if they were written in the plan.

use super::scope::nearest;
use crate::diag::{Diagnostic, Diags, codes};
use crate::source::Span;
use crate::syntax::ast::{Carries, Edge, EdgeKind, Names, Node, NodeKind, Verb, VerbWord};
use crate::syntax::cells;
use crate::syntax::table::{FLOW_COLUMNS, NODE_COLUMNS, Row};

/// How many findings about the rows of one table are listed.
pub(super) const MOST_FINDINGS: usize = 1000;

/// The node of a row; what is wrong with it is reported at its cells.
pub(super) fn node(row: &Row, diags: &mut Diags) -> Option<Node> {
    let [
        name,
        kind,
        party,
        region,
        context,
        subject,
        resident,
        keeps,
        does,
    ] = node_columns();
    let before = diags.len();
    let found = required(row, name, "name", "a row needs the name of its node", diags)
        .and_then(|(text, span)| cells::name(text, span, diags));
    let kind = required(row, kind, "kind", "a row needs the kind of its node", diags)
        .and_then(|(text, span)| node_kind(text, span, diags));
    let party = list(row, party, diags);
    let subject = list(row, subject, diags);
    let place = list(row, region, diags);
    let context = list(row, context, diags);
    let resident = list(row, resident, diags);
    let keeps = match row.cell(keeps).text.as_ref() {
        "" => Some(Vec::new()),
        text => cells::keeps(text, row.span(keeps), diags),
    };
    let does = match row.cell(does).text.as_ref() {
        "" => Some(Vec::new()),
        text => cells::does(text, row.span(does), diags),
    };
    let (name, kind, keeps, does) = (found?, kind?, keeps?, does?);
    if diags.len() > before {
        return None;
    }
    let (role, of) = match kind {
        NodeKind::Source => {
            if let Some(party) = party {
                diags.push(
                    Diagnostic::new(
                        &codes::INVALID_EDGE,
                        party.span,
                        format!(
                            "the source `{}` is a data subject and has no party",
                            name.text
                        ),
                    )
                    .help("leave this cell empty, and say whose data it is under `subject`"),
                );
                return None;
            }
            (subject, None)
        }
        _ => (party, subject),
    };
    Some(Node {
        docs: Box::default(),
        waivers: Box::default(),
        kind,
        name,
        role,
        of,
        resident,
        place,
        context,
        keeps,
        does,
        span: row.whole(),
    })
}

/// The edge of a row; what is wrong with it is reported at its cells.
pub(super) fn edge(row: &Row, diags: &mut Diags) -> Option<Edge> {
    let [from, to, action, data, form, purpose, given, fulfilling] = flow_columns();
    let before = diags.len();
    let sender = required(
        row,
        from,
        "from",
        "a row needs the node that sends or acts",
        diags,
    )
    .and_then(|(text, span)| cells::name(text, span, diags));
    let kind = match row.cell(action).text.as_ref() {
        "uses" => carried(row, data, diags).map(EdgeKind::Uses),
        text if text == "derives" || text.starts_with("derives ") => {
            let product = product(row, action, diags);
            let source = carried(row, data, diags);
            product
                .zip(source)
                .map(|(product, source)| EdgeKind::Derives(product, source))
        }
        text => arrow(row, text, to, data, action, diags),
    };
    if let Some(EdgeKind::Uses(_) | EdgeKind::Derives(..)) = &kind {
        let there = row.cell(to);
        if !there.text.is_empty() && there.text != row.cell(from).text {
            diags.push(
                Diagnostic::new(
                    &codes::INVALID_EDGE,
                    row.span(to),
                    "what a node uses or derives goes to no other node",
                )
                .help("leave this cell empty, and write a row of its own for where data goes"),
            );
        }
    }
    let form = list(row, form, diags);
    let purpose = list(row, purpose, diags);
    let given = match row.cell(given).text.as_ref() {
        "" => Some(Box::default()),
        text => cells::literals(text, row.span(given), diags),
    };
    let fulfilling = match row.cell(fulfilling).text.as_ref() {
        "" => Some(Box::default()),
        text => cells::paths(text, row.span(fulfilling), diags),
    };
    let edge = Edge {
        docs: Box::default(),
        waivers: Box::default(),
        from: sender?,
        kind: kind?,
        form,
        purpose,
        given: given?,
        fulfilling: fulfilling?,
        span: row.whole(),
        // Findings about a row as a whole stand at what it carries.
        statement: row.span(data),
    };
    (diags.len() == before).then_some(edge)
}

fn arrow(
    row: &Row,
    verb: &str,
    to: usize,
    data: usize,
    action: usize,
    diags: &mut Diags,
) -> Option<EdgeKind> {
    let verb = match verb {
        "" => None,
        _ => Some(self::verb(verb, row.span(action), diags)?),
    };
    let receiver = required(row, to, "to", "a row needs the node that receives", diags)
        .and_then(|(text, span)| cells::name(text, span, diags));
    let carries = match row.cell(data).text.as_ref() {
        "all" => Some(Carries::All(row.span(data))),
        _ => carried(row, data, diags).map(Carries::Data),
    };
    Some(EdgeKind::Arrow {
        to: receiver?,
        verb,
        carries: carries?,
    })
}

fn verb(text: &str, span: Span, diags: &mut Diags) -> Option<Verb> {
    let word = match text {
        "collect" => VerbWord::Collect,
        "use" => VerbWord::Use,
        "derive" => VerbWord::Derive,
        "share" => VerbWord::Share,
        "sell" => VerbWord::Sell,
        "transfer" => VerbWord::Transfer,
        "retain" => VerbWord::Retain,
        "disclose" => VerbWord::Disclose,
        "process" => VerbWord::Process,
        _ => {
            let words = ["sell", "share", "uses", "derives"];
            let near = nearest(text, words.iter().map(|word| (*word, *word)));
            diags.push(
                Diagnostic::new(
                    &codes::BAD_TABLE,
                    span,
                    format!("`{text}` is nothing that a row of flows can do"),
                )
                .help(match near.first() {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => {
                        "leave the cell empty, or write `sell`, `share`, `uses` or `derives DATA`"
                            .to_string()
                    }
                }),
            );
            return None;
        }
    };
    Some(Verb { word, span })
}

/// What `derives X` makes.
fn product(row: &Row, action: usize, diags: &mut Diags) -> Option<Names> {
    let cell = row.cell(action);
    let span = row.span(action);
    let made = cell.text["derives".len()..].trim_start();
    if made.is_empty() {
        diags.push(
            Diagnostic::new(
                &codes::BAD_TABLE,
                span,
                "this row does not say what it derives",
            )
            .help("write what is made here, `derives DATA`, and what it is made from under `data`"),
        );
        return None;
    }
    let start = span.end - made.len().min((span.end - span.start) as usize) as u32;
    cells::list(made, Span { start, ..span }, diags)
}

/// The data of a row.
fn carried(row: &Row, data: usize, diags: &mut Diags) -> Option<Names> {
    let what = "a row needs the data that it is about";
    required(row, data, "data", what, diags).and_then(|(text, span)| cells::list(text, span, diags))
}

fn list(row: &Row, column: usize, diags: &mut Diags) -> Option<Names> {
    match row.cell(column).text.as_ref() {
        "" => None,
        text => cells::list(text, row.span(column), diags),
    }
}

fn required<'r>(
    row: &Row<'r, '_>,
    column: usize,
    name: &str,
    why: &str,
    diags: &mut Diags,
) -> Option<(&'r str, Span)> {
    let cell = row.cell(column);
    if cell.text.is_empty() {
        diags.push(
            Diagnostic::new(&codes::BAD_TABLE, row.span(column), why)
                .label("nothing is said here")
                .help(format!("fill in `{name}`, or take the row out")),
        );
        return None;
    }
    Some((&*cell.text, row.span(column)))
}

fn node_kind(text: &str, span: Span, diags: &mut Diags) -> Option<NodeKind> {
    let kinds = [
        ("source", NodeKind::Source),
        ("system", NodeKind::System),
        ("store", NodeKind::Store),
        ("external", NodeKind::External),
    ];
    if let Some((_, kind)) = kinds.iter().find(|(word, _)| *word == text) {
        return Some(*kind);
    }
    let near = nearest(text, kinds.iter().map(|(word, _)| (*word, *word)));
    let diagnostic = Diagnostic::new(
        &codes::BAD_TABLE,
        span,
        format!("`{text}` is no kind of node"),
    );
    diags.push(match near.first() {
        Some(near) => diagnostic
            .help(format!("did you mean `{near}`?"))
            .fix(format!("write `{near}`"), vec![(span, near.to_string())]),
        None => diagnostic.help("write `source`, `system`, `store` or `external`"),
    });
    None
}

/// The positions of the columns, in the order of their list.
fn node_columns() -> [usize; NODE_COLUMNS.len()] {
    std::array::from_fn(|at| at)
}

fn flow_columns() -> [usize; FLOW_COLUMNS.len()] {
    std::array::from_fn(|at| at)
}
