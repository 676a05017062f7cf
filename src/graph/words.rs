//! The words on a picture.

use super::carried::Carried;
use super::marks::Found;
use super::picture::{self, Mark, Picture, State};
use crate::diag::Severity;
use crate::model::plans::{Keeps, NodeKind};
use crate::model::vocabulary::{Kind, Literal, NameSet};
use crate::model::{Action, Edge, EdgeKind, Model, Node, Plan};
use crate::source::{SourceMap, Span};

/// Lines longer than this are broken.
pub const WIDTH: usize = 28;

/// What the picture shows, and how to read it.
pub fn title(model: &Model, plan: &Plan, found: &Found) -> Vec<String> {
    let mut lines = vec![match &plan.title {
        Some(title) => format!("{}: {title}", plan.name),
        None => plan.name.clone(),
    }];
    let open = |severity: Severity| {
        found
            .all()
            .filter(|d| d.waived.is_none() && d.severity == severity)
            .count()
    };
    let waived = found.all().filter(|d| d.waived.is_some()).count();
    let errors = open(Severity::Error);
    let mut findings = vec![match errors {
        0 => "no violation".to_string(),
        _ => count(errors, "violation"),
    }];
    if open(Severity::Warning) > 0 {
        findings.push(count(open(Severity::Warning), "warning"));
    }
    if waived > 0 {
        findings.push(format!("{waived} waived"));
    }
    lines.push(format!(
        "{}, {}, judged by {}: {}",
        count(plan.nodes.len(), "node"),
        count(plan.edges.len(), "flow"),
        policies(model, plan),
        findings.join(", ")
    ));
    if !found.judged {
        lines.push(if plan.checks.is_empty() {
            "this plan checks no policy: nothing in it is judged".to_string()
        } else {
            "the plan or its policy is in error: what is not marked wrong may be wrong all the same"
                .to_string()
        });
    }
    lines
}

/// The policies that judge a plan.
pub fn policies(model: &Model, plan: &Plan) -> String {
    let mut names: Vec<&str> = Vec::new();
    for id in &plan.checks {
        let name = model.policy(*id).name.as_str();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() {
        "no policy".to_string()
    } else {
        names.join(" and ")
    }
}

/// "1 node", "2 nodes".
pub fn count(number: usize, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}

/// What a node is: its kind, party and place.
pub fn about(model: &Model, node: Node) -> String {
    let vocabulary = &model.vocabulary;
    let show = |kind: Kind, list: &Option<NameSet>| {
        list.as_ref().map(|list| vocabulary.show_list(kind, list))
    };
    let mut text = match node.kind {
        NodeKind::Source => show(Kind::Subject, &node.subject).unwrap_or_default(),
        NodeKind::System | NodeKind::Store => {
            let kind = if node.kind == NodeKind::Store {
                "store"
            } else {
                "system"
            };
            match show(Kind::Party, &node.party) {
                Some(party) => format!("{kind} of {party}"),
                None => kind.to_string(),
            }
        }
        NodeKind::External => show(Kind::Party, &node.party).unwrap_or_default(),
    };
    if node.kind == NodeKind::External
        && let Some(subject) = show(Kind::Subject, &node.subject)
    {
        text += &format!(" with data of {subject}");
    }
    if let Some(resident) = show(Kind::Region, &node.resident) {
        text += &format!(" resident in {resident}");
    }
    if let Some(place) = show(Kind::Region, &node.place) {
        text += &format!(" in {place}");
    }
    text
}

/// All there is to say of a node.
pub fn node_tooltip(model: &Model, node: Node, messages: &str) -> String {
    let vocabulary = &model.vocabulary;
    let mut all = vec![
        format!("{}: {}", node.name(), about(model, node)),
        node.docs.join("\n"),
    ];
    if let Some(context) = &node.context {
        all.push(format!(
            "on {}",
            vocabulary.show_list(Kind::Context, context)
        ));
    }
    all.extend(node.keeps.iter().map(|keeps| keeps_text(model, keeps)));
    for does in &node.does {
        let mut text = format!("does {}", vocabulary.of(Kind::Duty).shown(does.duty));
        if let Some((time, event)) = &does.within {
            let event = vocabulary.show_list(Kind::Event, event);
            text += &format!(" within {time} of {event}");
        }
        all.push(text);
    }
    all.push(messages.to_string());
    lines(&all)
}

fn keeps_text(model: &Model, keeps: &Keeps) -> String {
    let vocabulary = &model.vocabulary;
    let mut text = format!("keeps {}", vocabulary.show_list(Kind::Data, &keeps.data));
    if let Some((time, event)) = &keeps.time {
        text += &format!(" {time} after {}", vocabulary.show_list(Kind::Event, event));
    }
    if let Some(purpose) = &keeps.purpose {
        text += &format!(" for {}", vocabulary.show_list(Kind::Purpose, purpose));
    }
    if !keeps.given.is_empty() {
        text += &format!(" given {}", literals(model, &keeps.given));
    }
    text
}

/// What an edge says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// What it carries, in words.
    pub data: String,
    /// The names it carries.
    pub list: Vec<String>,
    /// Form, purposes, facts, duties.
    pub details: Vec<String>,
    /// Of `uses` and `derives`: all of it in one text.
    pub note: Option<String>,
}

impl Flow {
    /// The words of an edge.
    pub fn new(model: &Model, edge: Edge, carried: &Carried) -> Flow {
        let vocabulary = &model.vocabulary;
        let show = |kind: Kind, list: &NameSet| vocabulary.show_list(kind, list);
        let mut details = Vec::new();
        if let Some(form) = &edge.form {
            details.push(format!("as {}", show(Kind::Form, form)));
        }
        if let Some(purpose) = &edge.purpose {
            details.push(format!("for {}", show(Kind::Purpose, purpose)));
        }
        if !edge.given.is_empty() {
            details.push(format!("given {}", literals(model, &edge.given)));
        }
        if !edge.fulfilling.is_empty() {
            let duties = edge.fulfilling.iter();
            let names: Vec<&str> = duties
                .map(|id| vocabulary.of(Kind::Duty).shown(*id))
                .collect();
            details.push(format!("fulfilling {}", names.join(", ")));
        }
        let (data, note) = match &edge.kind {
            EdgeKind::Arrow { verb, data, .. } => {
                let carries = match data {
                    Some(list) => show(Kind::Data, list),
                    None if carried.data.is_clear() => "all".to_string(),
                    None => format!("all ({})", vocabulary.show_set(Kind::Data, &carried.data)),
                };
                let text = match verb {
                    Some(Action::Sell) => format!("sell {carries}"),
                    _ => carries,
                };
                (text, None)
            }
            EdgeKind::Uses { data } => {
                let data = show(Kind::Data, data);
                let text = format!("uses {data}");
                (data, Some(text))
            }
            EdgeKind::Derives { product, data } => {
                let data = show(Kind::Data, data);
                let text = format!("derives {} from {data}", show(Kind::Data, product));
                (data, Some(text))
            }
        };
        let list = match &edge.kind {
            EdgeKind::Arrow { data: None, .. } => {
                vec![vocabulary.show_set(Kind::Data, &carried.data)]
            }
            EdgeKind::Arrow {
                data: Some(list), ..
            }
            | EdgeKind::Uses { data: list }
            | EdgeKind::Derives { data: list, .. } => vec![show(Kind::Data, list)],
        };
        let list = list
            .iter()
            .flat_map(|names| names.split(", "))
            .map(str::to_string)
            .collect();
        let note = note.map(|text| {
            let mut parts = vec![text];
            parts.extend(details.iter().cloned());
            parts.join(" ")
        });
        Flow {
            data,
            list,
            details,
            note,
        }
    }
}

fn literals(model: &Model, given: &[(Literal, Span)]) -> String {
    let facts = model.vocabulary.of(Kind::Fact);
    let all: Vec<String> = given
        .iter()
        .map(|(literal, _)| {
            let name = facts.shown(literal.fact);
            if literal.holds {
                name.to_string()
            } else {
                format!("not {name}")
            }
        })
        .collect();
    all.join(", ")
}

/// The lines above a picture: its title, what is left out, the key.
pub fn head(picture: &Picture) -> Vec<String> {
    let mut lines = picture.title.clone();
    let left_out = picture.left_out.iter();
    lines.extend(left_out.map(|line| format!("left out: {line}")));
    let key = key(picture);
    if !key.is_empty() {
        lines.push(key);
    }
    lines
}

/// The lines in a node: its name, with a sign where something is wrong, and what it is.
pub fn on_node(node: &picture::Node) -> Vec<String> {
    let name = match node.state {
        State::Fine | State::Unjudged => node.name.clone(),
        state => format!("{} {}", sign(state), node.name),
    };
    let mut lines = wrap(&name);
    lines.extend(wrap(&node.about));
    lines
}

/// The lines beside a node: what is wrong with it, and what it does by itself.
pub fn beside_node(node: &picture::Node) -> Vec<String> {
    let mut lines: Vec<String> = node.marks.iter().flat_map(mark).collect();
    for note in &node.notes {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(signed(note.state, &note.marks, &note.text));
        lines.extend(note.marks.iter().flat_map(mark));
    }
    lines
}

/// The lines on an edge: what flows, then what is wrong with it.
pub fn on_edge(edge: &picture::Edge) -> Vec<String> {
    let mut lines = signed(edge.state, &edge.marks, &edge.data);
    lines.extend(edge.details.iter().flat_map(|detail| wrap(detail)));
    lines.extend(edge.marks.iter().flat_map(mark));
    lines
}

/// A text with its sign, unless marks that follow have theirs.
fn signed(state: State, marks: &[Mark], text: &str) -> Vec<String> {
    if marks.is_empty() {
        wrap(&format!("{} {text}", sign(state)))
    } else {
        wrap(text)
    }
}

/// A mark in words: its sign first, so that it is seen without colour; what belongs to it indented.
fn mark(mark: &Mark) -> Vec<String> {
    let waived = if mark.state == State::Waived {
        "waived: "
    } else {
        ""
    };
    let about = if mark.about.is_empty() {
        String::new()
    } else {
        format!(": {}", mark.about)
    };
    let text = format!("{} {waived}{}{about}", sign(mark.state), mark.code);
    let lines = wrap(&text).into_iter().enumerate();
    lines
        .map(|(at, line)| if at == 0 { line } else { format!("    {line}") })
        .collect()
}

/// The sign of a state.
pub fn sign(state: State) -> &'static str {
    match state {
        State::Violation => "✗",
        State::Warning => "!",
        State::Waived => "–",
        State::Unjudged => "?",
        State::Fine => "✓",
    }
}

/// How to read a picture: the signs that occur in it.
fn key(picture: &Picture) -> String {
    let nodes = picture.nodes.iter();
    let mut seen: Vec<State> = nodes
        .flat_map(|node| {
            let notes = node.notes.iter();
            let of_notes = notes.flat_map(|note| shown(note.state, &note.marks));
            let own = node.marks.iter().map(|mark| mark.state);
            own.chain(of_notes).collect::<Vec<_>>()
        })
        .chain(
            picture
                .edges
                .iter()
                .flat_map(|edge| shown(edge.state, &edge.marks)),
        )
        .collect();
    seen.sort_unstable();
    seen.dedup();
    let meanings = seen.iter().map(|state| match state {
        State::Violation => "✗ and bold: breaks the policy",
        State::Warning => "! warning",
        State::Waived => "– and dashed: breaks the policy, but is waived",
        State::Unjudged => "? not judged",
        State::Fine => "✓ fine",
    });
    meanings.collect::<Vec<_>>().join("   ")
}

/// The states whose signs are drawn.
fn shown(state: State, marks: &[Mark]) -> Vec<State> {
    if marks.is_empty() {
        vec![state]
    } else {
        marks.iter().map(|mark| mark.state).collect()
    }
}

/// A text broken into lines of about [`WIDTH`] characters, at blanks only.
pub fn wrap(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    for line in text.lines() {
        let mut own = String::new();
        for word in line.split_whitespace() {
            let long = own.chars().count() + 1 + word.chars().count() > WIDTH;
            if long && !own.is_empty() {
                all.push(std::mem::take(&mut own));
            }
            if !own.is_empty() {
                own.push(' ');
            }
            own.push_str(word);
        }
        all.push(own);
    }
    all
}

/// Texts one under the other, empty ones left out.
pub fn lines(all: &[String]) -> String {
    let kept: Vec<&str> = all
        .iter()
        .map(String::as_str)
        .filter(|text| !text.is_empty())
        .collect();
    kept.join("\n")
}

/// Where something is written: a relative link, or none where there is no file to link to.
pub fn link(sources: &SourceMap, span: Span) -> Option<String> {
    let shown = &sources.file(span.file).shown;
    let relative = !shown.is_empty() && !shown.starts_with('/') && !shown.contains([':', '\\']);
    if !relative || sources.file(span.file).path.as_os_str().is_empty() {
        return None;
    }
    let mut link = String::new();
    for byte in shown.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                link.push(byte as char);
            }
            _ => link += &format!("%{byte:02X}"),
        }
    }
    Some(format!("{link}#L{}", sources.start(span).line))
}
