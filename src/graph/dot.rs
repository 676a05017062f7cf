//! The DOT language of Graphviz. Petgraph's writer has no clusters and escapes labels twice.

use super::picture::{Edge, Node, Picture, Shape, State};
use super::words::{beside_node, head, on_edge, on_node, wrap};
use crate::report::steers;
use std::io::{self, Write};

/// Right.
const FINE: &str = "#0072B2";
/// Wrong.
const VIOLATION: &str = "#D55E00";
/// Neither, or nothing to look at.
const GREY: &str = "#666666";
/// Frames around nodes.
const FRAME: &str = "#999999";
/// Words.
const INK: &str = "#222222";

/// Writes a picture. Everything is said by shape, line and sign; colour only repeats it.
pub fn write(picture: &Picture, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "digraph {} {{", quoted(&picture.plan))?;
    writeln!(out, "  rankdir=LR;")?;
    writeln!(
        out,
        "  graph [label={}, tooltip={}, labelloc=t, labeljust=l, {FONT}, fontsize=14, fontcolor=\"{INK}\", \
         nodesep=0.35, ranksep=0.7];",
        left(&head(picture)),
        quoted(&picture.plan)
    )?;
    writeln!(
        out,
        "  node [{FONT}, fontsize=12, fontcolor=\"{INK}\", color=\"{GREY}\", margin=\"0.16,0.1\"];"
    )?;
    writeln!(
        out,
        "  edge [{FONT}, fontsize=10, fontcolor=\"{INK}\", color=\"{GREY}\", arrowsize=0.8];"
    )?;
    for at in 0..picture.nodes.len() {
        if picture.nodes[at].cluster.is_none() {
            node(&picture.nodes[at], "  ", out)?;
        }
    }
    for (at, cluster) in picture.clusters.iter().enumerate() {
        writeln!(out, "  subgraph cluster_{} {{", cluster.id)?;
        let style = if cluster.dashed {
            "rounded,dashed"
        } else {
            "rounded"
        };
        let width = if cluster.dashed { "2" } else { "1" };
        writeln!(
            out,
            "    graph [label={}, tooltip={}, style=\"{style}\", penwidth={width}, color=\"{FRAME}\", \
             fontcolor=\"{GREY}\", fontsize=12, labeljust=l];",
            left(&wrap_wide(&cluster.label)),
            quoted(&cluster.label),
        )?;
        for own in picture.nodes.iter().filter(|node| node.cluster == Some(at)) {
            node(own, "    ", out)?;
        }
        writeln!(out, "  }}")?;
    }
    for one in &picture.edges {
        edge(picture, one, out)?;
    }
    writeln!(out, "}}")
}

const FONT: &str = "fontname=\"Helvetica,Arial,sans-serif\"";

fn node(node: &Node, indent: &str, out: &mut dyn Write) -> io::Result<()> {
    let lines = on_node(node);
    let (shape, style) = match node.shape {
        Shape::Person => ("ellipse", "solid"),
        Shape::System => ("box", "rounded"),
        Shape::Store => ("cylinder", "solid"),
        Shape::Recipient => ("box3d", "solid"),
    };
    let (color, width, dash) = match node.state {
        State::Violation => (VIOLATION, "3", "bold"),
        State::Warning => (VIOLATION, "1.5", ""),
        State::Waived => (GREY, "1", "dashed"),
        State::Unjudged | State::Fine => (GREY, "1", ""),
    };
    let style = [style, dash]
        .iter()
        .filter(|part| !part.is_empty())
        .copied()
        .collect::<Vec<_>>()
        .join(",");
    write!(
        out,
        "{indent}{} [label={}, shape={shape}, style=\"{style}\", color=\"{color}\", penwidth={width}, tooltip={}",
        node.id,
        centred(&lines),
        quoted(&node.tooltip),
    )?;
    end(node.link.as_deref(), out)?;
    let beside = beside_node(node);
    if beside.is_empty() {
        return Ok(());
    }
    // A note in the same column, tied to its node: inside it, long lists blow shapes up.
    write!(
        out,
        "{indent}{}_note [label={}, shape=note, style=\"\", fontsize=10, color=\"{color}\", penwidth=1, \
         margin=\"0.12,0.08\", tooltip={}",
        node.id,
        left(&beside),
        quoted(&node.tooltip),
    )?;
    end(node.link.as_deref(), out)?;
    writeln!(
        out,
        "{indent}{} -> {}_note [arrowhead=none, style=dotted, color=\"{GREY}\"];",
        node.id, node.id
    )?;
    writeln!(
        out,
        "{indent}{{ rank=same; {}; {}_note }}",
        node.id, node.id
    )
}

fn edge(picture: &Picture, edge: &Edge, out: &mut dyn Write) -> io::Result<()> {
    let lines = on_edge(edge);
    let (color, width, style) = match edge.state {
        State::Violation => (VIOLATION, "3", "bold"),
        State::Warning => (VIOLATION, "1.5", "solid"),
        State::Waived => (GREY, "1", "dashed"),
        State::Unjudged => (GREY, "1", "dotted"),
        State::Fine => (FINE, "1", "solid"),
    };
    write!(
        out,
        "  {} -> {} [id={}, label={}, color=\"{color}\", penwidth={width}, style={style}, tooltip={}, labeltooltip={}",
        picture.nodes[edge.from].id,
        picture.nodes[edge.to].id,
        edge.id,
        left(&lines),
        quoted(&edge.tooltip),
        quoted(&edge.tooltip),
    )?;
    if let State::Waived = edge.state {
        write!(out, ", fontcolor=\"{GREY}\"")?;
    }
    end(edge.link.as_deref(), out)
}

fn end(link: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
    match link {
        Some(link) => writeln!(out, ", URL={}];", quoted(link)),
        None => writeln!(out, "];"),
    }
}

fn wrap_wide(text: &str) -> Vec<String> {
    text.split(": ").flat_map(wrap).collect()
}

/// Lines, centred.
fn centred(lines: &[String]) -> String {
    quoted(&lines.join("\n"))
}

/// Lines that begin at the left: `\l` ends a line as `\n` does.
fn left(lines: &[String]) -> String {
    let lines: Vec<String> = lines
        .iter()
        .map(|line| format!("{}\\l", escaped(line)))
        .collect();
    format!("\"{}\"", lines.concat())
}

/// A text in quotes.
fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// Escapes what DOT reads as its own: `\`, `"`, line ends, and what looks like an HTML entity, which
/// Graphviz would replace. Characters that could hide text are spelled out.
fn escaped(text: &str) -> String {
    let mut all = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => all += "\\\\",
            '"' => all += "\\\"",
            '\n' => all += "\\n",
            '&' => all += "&amp;",
            '\t' => all.push(' '),
            _ if steers(c) => all += &format!("\\\\u{{{:x}}}", c as u32),
            _ => all.push(c),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_dot_reads_as_its_own_is_escaped() {
        assert_eq!(quoted("plain ✗ é"), "\"plain ✗ é\"");
        assert_eq!(quoted(r#"a "b" c"#), r#""a \"b\" c""#);
        // `\N` is the node's name in a label, `\l` a line's end.
        assert_eq!(quoted(r"\N \l \"), r#""\\N \\l \\""#);
        assert_eq!(quoted("a\nb\tc"), r#""a\nb c""#);
        assert_eq!(quoted("&lt; & &#60;"), r#""&amp;lt; &amp; &amp;#60;""#);
        assert_eq!(quoted("\u{202e}\u{7}"), r#""\\u{202e}\\u{7}""#);
        assert_eq!(left(&["a".to_string(), "b\"".to_string()]), r#""a\lb\"\l""#);
    }
}
