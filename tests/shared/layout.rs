//! What holds of any text that the formatter lays out.

use abide::format::format;
use abide::source::FileId;
use abide::syntax::ast::Ast;
use abide::syntax::parse;

/// The tree of a text, and how many problems it has.
pub fn read(text: &str) -> (Ast, usize) {
    let mut diags = Vec::new();
    let ast = parse(FileId(0), text, &mut diags);
    (ast, diags.len())
}

/// A text as the formatter lays it out.
pub fn formatted(text: &str) -> String {
    format(&read(text).0, text)
}

/// A tree without places, comments and the order of clauses, which the formatter may change.
pub fn meaning(ast: &Ast) -> String {
    let text = format!("{:?}", ast.items);
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find("Span {") {
        out.push_str(&rest[..at]);
        let end = rest[at..].find('}').map_or(rest.len(), |end| at + end + 1);
        rest = &rest[end..];
    }
    clauses_in_order(&(out + rest))
}

/// The printed tree with the clauses of each list sorted.
fn clauses_in_order(text: &str) -> String {
    /// Elements up to the bracket that closes the list (or to the end), and how long that was.
    fn elements(text: &str) -> (Vec<String>, usize) {
        let bytes = text.as_bytes();
        let (mut all, mut now) = (Vec::new(), String::new());
        let (mut at, mut from, mut depth) = (0, 0, 0);
        while at < bytes.len() {
            match bytes[at] {
                b'"' => {
                    at += 1;
                    while bytes[at] != b'"' {
                        at += if bytes[at] == b'\\' { 2 } else { 1 };
                    }
                }
                b'{' | b'(' => depth += 1,
                b'}' | b')' => depth -= 1,
                b',' if depth == 0 => {
                    now.push_str(&text[from..at]);
                    all.push(std::mem::take(&mut now).trim().to_string());
                    from = at + 1;
                }
                b'[' => {
                    now.push_str(&text[from..at]);
                    let (mut inner, length) = elements(&text[at + 1..]);
                    if inner.iter().any(|element| element.starts_with("Clause {")) {
                        inner.sort_unstable();
                    }
                    now.push_str(&format!("[{}]", inner.join(", ")));
                    at += 1 + length;
                    from = at + 1;
                }
                b']' => break,
                _ => {}
            }
            at += 1;
        }
        now.push_str(&text[from..at]);
        all.push(now.trim().to_string());
        (all, at)
    }
    elements(text).0.join(", ")
}

/// A file laid out: stable, with the same errors and the same meaning.
pub fn check(name: &str, text: &str) {
    let once = formatted(text);
    let twice = formatted(&once);
    assert_eq!(once, twice, "{name}: formatting again changes it");
    let (before, after) = (read(text), read(&once));
    assert_eq!(before.1, after.1, "{name}: errors come or go\n{once}");
    let (before, after) = (meaning(&before.0), meaning(&after.0));
    assert_eq!(before, after, "{name}: the meaning changes\n{once}");
    assert!(
        once.lines().all(|line| line == line.trim_end()),
        "{name}: blanks at the end of a line"
    );
}

/// What a text says, its layout and what the formatter may add or drop left out.
fn characters(text: &str) -> Vec<char> {
    // One says `1 year` and `2 years`, whatever was written.
    let singular = |text: String, unit: &str| text.replace(&format!("{unit}s"), unit);
    let units = ["hour", "day", "week", "month", "year"];
    let text = units.into_iter().fold(text.to_string(), singular);
    let mut all: Vec<char> = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, ',' | '`' | '/' | '\u{feff}'))
        .collect();
    all.sort_unstable();
    all
}

/// Any text laid out: nothing is lost, and laying it out again changes nothing.
pub fn stays(text: &str) {
    let once = formatted(text);
    assert_eq!(characters(text), characters(&once), "{text}\n---\n{once}");
    assert_eq!(formatted(&once), once, "{text}\n---\n{once}");
}
