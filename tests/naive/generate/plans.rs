//! Random plans and tests: all kinds of nodes and edges, and expectations in one line.

use super::choices::Choices;
use super::policies::{duration, form};
use super::words::Words;
use abide::model::Action;
use abide::syntax::ast::Kind;
use std::fmt::Write;

/// What is known of a node while edges are written.
struct Node {
    name: String,
    kind: &'static str,
    /// Lists that edges written so far bring here.
    arrived: Vec<String>,
}

/// Writes a plan.
#[allow(clippy::too_many_arguments)]
pub fn plan(
    words: &Words,
    at: usize,
    policies: usize,
    header: &[u16],
    nodes: &[Vec<u16>],
    edges: &[Vec<u16>],
    text: &mut String,
) {
    let mut c = Choices::new(header);
    let _ = writeln!(text, "plan q-{at} {{");
    // The last policy is the one that may extend and yield to others.
    let first = policies - 1 - c.below(policies);
    let second = c.below(policies);
    if second != first && c.chance(40) {
        let _ = writeln!(text, "  checks p-{first}, p-{second}");
    } else {
        let _ = writeln!(text, "  checks p-{first}");
    }
    let mut known: Vec<Node> = Vec::new();
    for (number, numbers) in nodes.iter().enumerate() {
        let mut c = Choices::new(numbers);
        // The first three make sure that data is collected, kept and given away.
        let kind = match number {
            0 => "source",
            1 => *c.pick(&["system", "store"]),
            2 => *c.pick(&["external", "store"]),
            3 => *c.pick(&["store", "system"]),
            _ => *c.pick(&["system", "store", "external", "external", "source"]),
        };
        node(words, &mut c, kind, number, text);
        known.push(Node {
            name: format!("{kind}-{number}"),
            kind,
            arrived: Vec::new(),
        });
    }
    for numbers in edges {
        edge(words, &mut Choices::new(numbers), &mut known, text);
    }
    let _ = writeln!(text, "}}");
}

fn node(words: &Words, c: &mut Choices, kind: &str, number: usize, text: &mut String) {
    let mut line = format!("  {kind} {kind}-{number}");
    let resident = |c: &mut Choices| {
        if c.chance(75) {
            format!(" resident in {}", words.list(c, Kind::Region, None))
        } else {
            String::new()
        }
    };
    match kind {
        "source" => {
            let _ = write!(line, " : {}", words.list(c, Kind::Subject, None));
            line += &resident(c);
        }
        "external" => {
            let _ = write!(line, " : {}", external_party(words, c));
            if c.chance(60) {
                let _ = write!(line, " of {}", words.list(c, Kind::Subject, None));
                line += &resident(c);
            }
        }
        _ => {
            let ours = words.under(Kind::Party, "us");
            if !ours.is_empty() && c.chance(25) {
                let _ = write!(line, " : {}", c.pick(&ours));
            }
        }
    }
    if kind != "source" {
        if c.chance(80) {
            let _ = write!(line, " in {}", words.list(c, Kind::Region, None));
        }
        if kind != "external" && c.chance(60) {
            let _ = write!(line, " on {}", words.list(c, Kind::Context, None));
        }
    }
    let _ = writeln!(text, "{line}");
    if kind == "store" {
        for _ in 0..c.below(4) {
            let _ = writeln!(text, "    {}", keeps(words, c));
        }
        for _ in 0..c.below(3) {
            let within = if c.chance(70) {
                format!(
                    " within {} of {}",
                    duration(c),
                    words.list(c, Kind::Event, None)
                )
            } else {
                String::new()
            };
            let _ = writeln!(text, "    does {}{within}", words.name(c, Kind::Duty));
        }
    }
}

/// Mostly third parties; at times something vague, or a party of ours.
fn external_party(words: &Words, c: &mut Choices) -> String {
    let third = words.under(Kind::Party, "third-party");
    match c.below(100) {
        0..=84 => c.pick(&third).to_string(),
        85..=89 => "us".to_string(),
        _ => words.list(c, Kind::Party, None),
    }
}

fn keeps(words: &Words, c: &mut Choices) -> String {
    let mut line = format!("keeps {}", words.list(c, Kind::Data, None));
    if c.chance(85) {
        let _ = write!(line, " {}", duration(c));
        if c.chance(50) {
            let _ = write!(line, " after {}", words.list(c, Kind::Event, None));
        }
    }
    if c.chance(40) {
        let purposes = words.list(c, Kind::Purpose, Some("collected-purpose"));
        let _ = write!(line, " for {purposes}");
    }
    line + &given(words, c, 25)
}

fn given(words: &Words, c: &mut Choices, percent: usize) -> String {
    if !c.chance(percent) {
        return String::new();
    }
    let literals: Vec<String> = (0..1 + c.below(2)).map(|_| literal(words, c)).collect();
    format!(" given {}", literals.join(", "))
}

fn literal(words: &Words, c: &mut Choices) -> String {
    let not = if c.chance(25) { "not " } else { "" };
    format!("{not}{}", words.name(c, Kind::Fact))
}

fn fulfilling(words: &Words, c: &mut Choices, percent: usize) -> String {
    if c.chance(percent) {
        format!(" fulfilling {}", words.name(c, Kind::Duty))
    } else {
        String::new()
    }
}

fn edge(words: &Words, c: &mut Choices, known: &mut [Node], text: &mut String) {
    let from = c.below(known.len());
    let no_source: Vec<usize> = (0..known.len())
        .filter(|at| known[*at].kind != "source")
        .collect();
    let line = match c.below(100) {
        0..=69 => {
            let others: Vec<usize> = (0..known.len())
                .filter(|to| {
                    *to != from && !(known[*to].kind == "source" && known[from].kind == "source")
                })
                .collect();
            let to = *c.pick(&others);
            let shares = known[to].kind == "external" && known[from].kind != "source";
            let verb = match c.below(100) {
                75.. if shares => "sell ",
                70..75 if shares => "share ",
                _ => "",
            };
            let carried = if known[from].kind != "source" && c.chance(20) {
                "all".to_string()
            } else {
                carried(words, c, &known[from])
            };
            let arriving = if carried == "all" {
                known[from].arrived.clone()
            } else {
                vec![carried.clone()]
            };
            known[to].arrived.extend(arriving);
            format!(
                "{} -> {} : {verb}{carried}{}",
                known[from].name,
                known[to].name,
                rest(words, c)
            )
        }
        70..=80 => {
            let at = *c.pick(&no_source);
            let used = carried(words, c, &known[at]);
            format!("{} uses {used}{}", known[at].name, rest(words, c))
        }
        _ => {
            let at = *c.pick(&no_source);
            let used = carried(words, c, &known[at]);
            let product = words.list(c, Kind::Data, None);
            known[at].arrived.push(product.clone());
            format!(
                "{} derives {product} from {used}{}",
                known[at].name,
                rest(words, c)
            )
        }
    };
    let _ = writeln!(text, "  {line}");
}

/// Mostly what arrived at the node, at times anything.
fn carried(words: &Words, c: &mut Choices, node: &Node) -> String {
    if !node.arrived.is_empty() && c.below(100) < 75 {
        return c.pick(&node.arrived).clone();
    }
    words.list(c, Kind::Data, None)
}

/// `[as F] [for P] [given …] [fulfilling …]`
fn rest(words: &Words, c: &mut Choices) -> String {
    let mut line = String::new();
    if c.chance(35) {
        let _ = write!(line, " as {}", form(words, c));
    }
    if c.chance(80) {
        let _ = write!(
            line,
            " for {}",
            words.list(c, Kind::Purpose, Some("collected-purpose"))
        );
    }
    line + &given(words, c, 35) + &fulfilling(words, c, 40)
}

/// Writes a test.
pub fn test(words: &Words, at: usize, policies: usize, lines: &[Vec<u16>], text: &mut String) {
    let first = (at + 1) % policies;
    let _ = writeln!(text, "test \"number {at}\" for p-{first} {{");
    for numbers in lines {
        let line = expectation(words, &mut Choices::new(numbers));
        let _ = writeln!(text, "  {line}");
    }
    let _ = writeln!(text, "}}");
}

fn expectation(words: &Words, c: &mut Choices) -> String {
    const VERBS: [Action; 7] = [
        Action::Share,
        Action::Use,
        Action::Collect,
        Action::Retain,
        Action::Transfer,
        Action::Sell,
        Action::Derive,
    ];
    let verdict = c.below(4);
    let mut line = ["may ", "never ", "undeclared ", ""][verdict].to_string();
    let action = *c.pick(&VERBS);
    line += action.word();
    let _ = write!(line, " {}", words.list(c, Kind::Data, None));
    let mut list = |c: &mut Choices, word: &str, kind: Kind, percent: usize| {
        if c.chance(percent) {
            let variable = match (kind, word) {
                (Kind::Purpose, _) => Some("collected-purpose"),
                (Kind::Party, "with" | "from") => Some("its-source"),
                _ => None,
            };
            let _ = write!(line, " {word} {}", words.list(c, kind, variable));
        }
    };
    match action {
        Action::Share | Action::Sell => list(c, "with", Kind::Party, 75),
        Action::Collect => list(c, "from", Kind::Party, 75),
        Action::Transfer => {
            list(c, "with", Kind::Party, 75);
            list(c, "from", Kind::Region, 75);
            list(c, "to", Kind::Region, 75);
        }
        _ => {}
    }
    list(c, "for", Kind::Purpose, 75);
    list(c, "as", Kind::Form, 50);
    list(c, "on", Kind::Context, 60);
    list(c, "by", Kind::Party, 10);
    if action != Action::Transfer {
        list(c, "in", Kind::Region, 70);
    }
    if c.chance(70) {
        let _ = write!(
            line,
            " of {} resident in {}",
            words.list(c, Kind::Subject, None),
            words.list(c, Kind::Region, None)
        );
    }
    if action == Action::Retain && c.chance(70) {
        let _ = write!(line, " {}", duration(c));
        if c.chance(50) {
            let _ = write!(line, " after {}", words.list(c, Kind::Event, None));
        }
    }
    if verdict == 3 {
        let _ = write!(line, " needs {}", literal(words, c));
    }
    line + &given(words, c, 40) + &fulfilling(words, c, 20)
}
