//! Plans: nodes, edges, and which clause fits which.

use super::clauses;
use super::names::docs;
use super::nodes::{Asked, Known, Nodes};
use super::policies::{Policies, clashes};
use super::rows::{self, KnownNodes, Read};
use super::scope::{Scope, nearest, suggest};
use super::{tables, waivers};
use crate::diag::{Diagnostic, Diags, codes};
use crate::model::plans::{Does, EdgeDetails, EdgeKind, Edges, Keeps, NodeDetails, NodeKind, Plan};
use crate::model::rules::{Action, VerbWord};
use crate::model::vocabulary::{Kind, NameSet, is_variable, party};
use crate::source::{FileId, Span};
use crate::syntax::ast::{self, Ast, Carries, Item, Name, Names, PlanItem, TableRows};
use crate::syntax::table::{Header, Lines, Row, TableFormat, Tables, for_each_row};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Lowers all plans of the files.
pub(super) fn lower(
    asts: &[&Ast],
    scope: &Scope,
    policies: &Policies,
    tables: &Tables,
    diags: &mut Diags,
) -> Vec<Plan> {
    let trees: Vec<&ast::Plan> = asts
        .iter()
        .flat_map(|ast| &ast.items)
        .filter_map(|item| match item {
            Item::Plan(plan) => Some(plan),
            _ => None,
        })
        .collect();
    let files: Vec<FileId> = asts.iter().map(|ast| ast.file).collect();
    let mut same: BTreeMap<&str, Vec<&Name>> = BTreeMap::new();
    for tree in &trees {
        same.entry(&tree.name.text).or_default().push(&tree.name);
    }
    for names in same.values() {
        clashes("plan", names, &files, scope, diags);
    }
    trees
        .iter()
        .map(|tree| plan(tree, scope, policies, tables, diags))
        .collect()
}

fn plan(
    tree: &ast::Plan,
    scope: &Scope,
    policies: &Policies,
    tables: &Tables,
    diags: &mut Diags,
) -> Plan {
    let mut result = Plan {
        name: tree.name.text.clone(),
        title: tree.title.as_ref().map(|title| title.value.clone()),
        docs: docs(&tree.docs),
        span: tree.name.span,
        checks: Vec::new(),
        nodes: Arc::default(),
        edges: Arc::default(),
        broken: false,
    };
    let mut known = Nodes::default();
    let mut edges = Edges::default();
    for item in &tree.items {
        match item {
            PlanItem::Checks(names, _) => {
                for name in names {
                    match policies.find(name, scope, diags) {
                        Some(id) if !result.checks.contains(&id) => result.checks.push(id),
                        Some(_) => {}
                        None => result.broken = true,
                    }
                }
            }
            PlanItem::Node(tree) => add_node(&mut result, &mut known, tree, scope, diags),
            PlanItem::Table(table) if table.rows == TableRows::Nodes => {
                let sound = nodes_of_table(&mut result, &mut known, table, tables, scope, diags);
                result.broken |= !sound;
                known.torn |= !sound;
            }
            PlanItem::Table(_) | PlanItem::Edge(_) => {}
            PlanItem::Broken(_) => result.broken = true,
        }
    }
    // Edges may stand before the nodes they name.
    for item in &tree.items {
        match item {
            PlanItem::Edge(tree) => {
                let read = edge(tree, &known, scope, diags);
                let added = read.map(|read| read.add_to(&mut edges));
                result.broken |= added.is_none();
            }
            PlanItem::Table(table) if table.rows == TableRows::Flows => {
                let sound = flows_of_table(&mut edges, &known, table, tables, scope, diags);
                result.broken |= !sound;
            }
            _ => {}
        }
    }
    let mut nodes = known.all;
    nodes.shrink_to_fit();
    edges.shrink_to_fit();
    result.nodes = Arc::new(nodes);
    result.edges = Arc::new(edges);
    result
}

/// Adds the rows of a table of nodes; whether all could be read.
fn nodes_of_table(
    result: &mut Plan,
    known: &mut Nodes,
    table: &ast::Table,
    tables: &Tables,
    scope: &Scope,
    diags: &mut Diags,
) -> bool {
    let row =
        |result: &mut Plan, known: &mut Nodes, row: &Row, diags: &mut Diags| match tables::node(
            row, diags,
        ) {
            Some(tree) => add_node(result, known, &tree, scope, diags),
            None => {
                result.broken = true;
                known.torn = true;
            }
        };
    let text = match tables.texts.get(&table.path.span) {
        Some(text) if text.format == TableFormat::Csv => text,
        _ => {
            return each_row(table, tables, diags, |one, diags| {
                row(result, known, one, diags);
            });
        }
    };
    let Some(header) = Header::read(text, table.rows, diags) else {
        return false;
    };
    let most = diags.len() + tables::MOST_FINDINGS;
    let mut seen = KnownNodes::new(header);
    let lines = Lines::new(text.text, seen.header().end, text.text.len());
    let rows = memchr::memchr_iter(b'\n', text.text.as_bytes()).count();
    known.reserve(rows);
    let mut sound = true;
    for line in lines {
        if let Some(node) = seen.quick(text, &line) {
            let asked = Asked {
                kind: known.all.details()[node.number as usize].kind,
                unusable: false,
            };
            let added = known.add(node.name, asked, |all| {
                all.push_like(node.name, node.place, node.whole, node.number);
            });
            if let Err(first) = added {
                let (file, (start, end)) = (text.file, node.place);
                result.broken = true;
                diags.push(again(node.name, Span { file, start, end }, first.span));
            }
        } else {
            let before = (diags.len(), known.all.len());
            match seen.header().cells(text, &line, table.rows, diags) {
                // A row of empty cells is what a spreadsheet leaves where rows were deleted.
                Some(cells) if cells.iter().all(|cell| cell.text.is_empty()) => {}
                Some(cells) => row(result, known, &Row::new(text.file, &cells), diags),
                None => sound = false,
            }
            if before == (diags.len(), known.all.len().wrapping_sub(1)) {
                seen.learn(text, &line, known.all.get(before.1).number());
            }
        }
        if diags.len() >= most {
            diags.push(given_up(table));
            return false;
        }
    }
    sound
}

/// Adds the rows of a table of flows; whether all could be read.
fn flows_of_table(
    edges: &mut Edges,
    known: &Nodes,
    table: &ast::Table,
    tables: &Tables,
    scope: &Scope,
    diags: &mut Diags,
) -> bool {
    let slow = |row: &Row, scope: &Scope, diags: &mut Diags| {
        tables::edge(row, diags).and_then(|tree| edge(&tree, known, scope, diags))
    };
    let text = match tables.texts.get(&table.path.span) {
        Some(text) if text.format == TableFormat::Csv => text,
        _ => {
            let mut sound = true;
            let read = each_row(table, tables, diags, |row, diags| {
                let added = slow(row, scope, diags).map(|read| read.add_to(edges));
                sound &= added.is_some();
            });
            return read && sound;
        }
    };
    let Some(header) = Header::read(text, table.rows, diags) else {
        return false;
    };
    // A scope remembers what it guessed, so each thread has its own.
    let (vocabulary, sight) = (scope.vocabulary, scope.sight);
    let reader = || -> Box<rows::Slow<'_>> {
        let scope = Scope::new(vocabulary, sight);
        Box::new(move |row, diags| slow(row, &scope, diags))
    };
    let most = tables::MOST_FINDINGS;
    let mut found = rows::flows(text, &header, known, tables.jobs, most, &reader);
    match edges.is_empty() {
        true => *edges = found.edges,
        false => edges.append(found.edges),
    }
    diags.append(&mut found.diags);
    if found.given_up {
        diags.push(given_up(table));
    }
    !found.broken && !found.given_up
}

/// That a table is read no further.
fn given_up(table: &ast::Table) -> Diagnostic {
    Diagnostic::new(
        &codes::BAD_TABLE,
        table.path.span,
        "so much is wrong with this table that it is read no further",
    )
    .help("mend what is listed, and check again")
}

/// Calls a function with every row of a table; whether the table could be read. Findings about one
/// table are listed up to a bound.
fn each_row(
    table: &ast::Table,
    tables: &Tables,
    diags: &mut Diags,
    mut each: impl FnMut(&Row, &mut Diags),
) -> bool {
    let Some(text) = tables.texts.get(&table.path.span) else {
        return false;
    };
    let most = diags.len() + tables::MOST_FINDINGS;
    let sound = for_each_row(text, table.rows, diags, |row, diags| {
        each(row, diags);
        diags.len() < most
    });
    if diags.len() >= most {
        diags.push(given_up(table));
        return false;
    }
    sound
}

fn add_node(
    result: &mut Plan,
    known: &mut Nodes,
    tree: &ast::Node,
    scope: &Scope,
    diags: &mut Diags,
) {
    let (details, unusable) = node(tree, scope, diags);
    let (name, span, kind) = (&tree.name.text, tree.name.span, details.kind);
    result.broken |= details.broken || unusable;
    let added = known.add(name, Asked { kind, unusable }, |all| {
        all.push(name, span, tree.span, details);
    });
    if let Err(first) = added {
        result.broken = true;
        diags.push(again(name, span, first.span));
    }
}

/// That a node has a name that another has already.
fn again(name: &str, span: Span, first: Span) -> Diagnostic {
    let message = format!("a node `{name}` is there already");
    Diagnostic::new(&codes::DUPLICATE_NAME, span, message)
        .label("again here")
        .also(first, "first here")
        .help("give one of them another name")
}

/// What a node is, and whether what edges need of it is in error.
fn node(tree: &ast::Node, scope: &Scope, diags: &mut Diags) -> (NodeDetails, bool) {
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

/// A list that stands in a plan: it must name something.
fn some(kind: Kind, names: Option<&Names>, scope: &Scope, diags: &mut Diags) -> Option<NameSet> {
    let list = clauses::list(kind, names?, scope, diags)?;
    let nothing = scope.vocabulary.of(kind).atoms(&list).is_clear()
        && !list.include.iter().any(|id| is_variable(kind, *id));
    if nothing {
        diags.push(names_nothing(&codes::INVALID_EDGE, kind, &list, scope));
        return None;
    }
    Some(list)
}

/// That `other than` takes all away: a flow of nothing would pass every check.
pub(super) fn names_nothing(
    code: &'static codes::Code,
    kind: Kind,
    list: &NameSet,
    scope: &Scope,
) -> Diagnostic {
    Diagnostic::new(
        code,
        list.span,
        format!(
            "`{}` names nothing: what stands after `other than` takes all away",
            scope.vocabulary.show_list(kind, list)
        ),
    )
    .help("take a name out after `other than`, or add one before it")
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

/// An optional list that must name something where it is there.
fn optional(
    kind: Kind,
    names: Option<&Names>,
    scope: &Scope,
    diags: &mut Diags,
) -> Option<Option<NameSet>> {
    match names {
        None => Some(None),
        Some(_) => some(kind, names, scope, diags).map(Some),
    }
}

fn edge(tree: &ast::Edge, nodes: &Nodes, scope: &Scope, diags: &mut Diags) -> Option<Read> {
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
fn find(name: &Name, nodes: &Nodes, diags: &mut Diags) -> Option<Known> {
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

fn word(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Source => "source",
        NodeKind::System => "system",
        NodeKind::Store => "store",
        NodeKind::External => "external",
    }
}

fn a(kind: NodeKind) -> String {
    match kind {
        NodeKind::External => "an external".to_string(),
        other => format!("a {}", word(other)),
    }
}
