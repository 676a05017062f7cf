//! The flowchart language of Mermaid, which code hosts draw by themselves.

use super::picture::{Edge, Node, Picture, Shape, State};
use super::words;
use crate::report::steers;
use std::io::{self, Write};

/// Mermaid draws no more edges than this unless configured.
const EDGES: usize = 450;
/// Nor a longer text than 50,000; editors add some of their own.
const CHARACTERS: usize = 45_000;

/// Writes a picture; returns what to tell people when Mermaid will hardly draw it.
pub fn write(picture: &Picture, out: &mut dyn Write) -> io::Result<Option<String>> {
    let text = flowchart(picture);
    out.write_all(text.as_bytes())?;
    let long = text.chars().count();
    let too = if picture.edges.len() > EDGES {
        format!(
            "{} flows, and Mermaid draws no more than 500",
            picture.edges.len()
        )
    } else if long > CHARACTERS {
        format!("{long} characters, and Mermaid draws no more than 50,000")
    } else {
        return Ok(None);
    };
    Ok(Some(format!(
        "this picture has {too}: narrow it (--focus, --data, --violations-only) or use --format dot"
    )))
}

fn flowchart(picture: &Picture) -> String {
    let mut text = String::from("flowchart LR\n");
    text += &format!("  head[{}]:::head\n", quoted(&words::head(picture)));
    for node in picture.nodes.iter().filter(|node| node.cluster.is_none()) {
        text += &format!("  {}\n", one_node(node));
    }
    for (at, cluster) in picture.clusters.iter().enumerate() {
        let label = quoted(std::slice::from_ref(&cluster.label));
        text += &format!("  subgraph cluster_{} [{label}]\n", cluster.id);
        for node in picture.nodes.iter().filter(|node| node.cluster == Some(at)) {
            text += &format!("    {}\n", one_node(node));
        }
        text += "  end\n";
    }
    for edge in &picture.edges {
        text += &format!("  {}\n", one_edge(picture, edge));
    }
    text += "  classDef default fill:#ffffff,stroke:#666666,color:#222222\n";
    text += "  classDef head fill:none,stroke:none,text-align:left\n";
    text += "  classDef violation stroke:#D55E00,stroke-width:3px\n";
    text += "  classDef warning stroke:#D55E00\n";
    text += "  classDef waived stroke-dasharray:4\n";
    for cluster in &picture.clusters {
        let dash = if cluster.dashed {
            ",stroke-dasharray:6,stroke-width:2px"
        } else {
            ""
        };
        text += &format!(
            "  style cluster_{} fill:none,stroke:#999999{dash}\n",
            cluster.id
        );
    }
    for (state, style) in [
        (State::Violation, "stroke:#D55E00,stroke-width:3px"),
        (State::Warning, "stroke:#D55E00"),
        (State::Waived, "stroke:#666666"),
        (State::Unjudged, "stroke:#666666"),
        (State::Fine, "stroke:#0072B2"),
    ] {
        let edges = picture.edges.iter().enumerate();
        let own: Vec<String> = edges
            .filter(|(_, edge)| edge.state == state)
            .map(|(at, _)| at.to_string())
            .collect();
        if !own.is_empty() {
            text += &format!("  linkStyle {} {style}\n", own.join(","));
        }
    }
    text
}

fn one_node(node: &Node) -> String {
    let mut lines = words::on_node(node);
    lines.extend(words::beside_node(node));
    let label = quoted(&lines);
    let shape = match node.shape {
        Shape::Person => format!("([{label}])"),
        Shape::System => format!("({label})"),
        Shape::Store => format!("[({label})]"),
        Shape::Recipient => format!("[[{label}]]"),
    };
    let class = match node.state {
        State::Violation => ":::violation",
        State::Warning => ":::warning",
        State::Waived => ":::waived",
        State::Unjudged | State::Fine => "",
    };
    format!("{}{shape}{class}", node.id)
}

fn one_edge(picture: &Picture, edge: &Edge) -> String {
    let arrow = match edge.state {
        State::Violation => "==>",
        State::Waived | State::Unjudged => "-.->",
        State::Warning | State::Fine => "-->",
    };
    format!(
        "{} {arrow}|{}| {}",
        picture.nodes[edge.from].id,
        quoted(&words::on_edge(edge)),
        picture.nodes[edge.to].id
    )
}

/// Lines in quotes. Mermaid has entities of its own (`#quot;`) in place of escapes.
fn quoted(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| escaped(line)).collect();
    format!("\"{}\"", lines.join("<br/>"))
}

fn escaped(text: &str) -> String {
    let mut all = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '#' | '&' | '<' | '>' | '`' | '\\' | '*' | '_' => {
                all += &format!("#{};", c as u32);
            }
            '\n' | '\t' => all.push(' '),
            _ if steers(c) => all += &format!("#92;u{{{:x}}}", c as u32),
            _ => all.push(c),
        }
    }
    all
}
