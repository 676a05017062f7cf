//! The examples of the documents are run: pages of codes, the reference, the README, the changelog.

use abide::diag::{Diags, codes};
use abide::model::lower::{Visible, lower};
use abide::source::{FileId, SourceMap};
use abide::syntax::ast::{Ast, Date, Item};
use abide::syntax::parse;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A fenced block of a document.
struct Block {
    tag: String,
    line: usize,
    text: String,
}

fn blocks(text: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut open = false;
    for (at, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        match (open, trimmed.strip_prefix("```")) {
            (false, Some(tag)) => {
                open = true;
                found.push(Block {
                    tag: tag.to_string(),
                    line: at + 1,
                    text: String::new(),
                });
            }
            (true, Some("")) => open = false,
            (true, _) => {
                let block = found.last_mut().expect("an open block");
                block.text.push_str(line);
                block.text.push('\n');
            }
            _ => {}
        }
    }
    found
}

fn files(text: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.trim().strip_prefix("//# file: ") {
            files.push((name.to_string(), String::new()));
            continue;
        }
        if files.is_empty() {
            files.push(("example.abide".to_string(), String::new()));
        }
        let (_, body) = files.last_mut().expect("a file");
        body.push_str(line);
        body.push('\n');
    }
    files
}

fn run(text: &str) -> (Vec<(String, usize, String)>, BTreeSet<(String, usize, String)>) {
    let mut sources = SourceMap::default();
    let mut diags = Diags::new();
    let mut asts: Vec<Ast> = Vec::new();
    let mut ids: BTreeMap<String, FileId> = BTreeMap::new();
    let mut marks = BTreeSet::new();
    for (name, body) in files(text) {
        if !name.ends_with(".abide") { continue; }
        for (at, line) in body.lines().enumerate() {
            if let Some((_, mark)) = line.split_once("//~ ") {
                for code in mark.split_whitespace() {
                    marks.insert((name.clone(), at + 1, code.to_string()));
                }
            }
        }
        let file = sources.add(Path::new(&name), name.clone(), body.clone());
        asts.push(parse(file, &body, &mut diags));
        ids.insert(name, file);
    }
    let mut visible: BTreeMap<FileId, BTreeSet<FileId>> = BTreeMap::new();
    for ast in &asts {
        let seen = visible.entry(ast.file).or_default();
        seen.insert(ast.file);
        for item in &ast.items {
            if let Item::Include(include) = item
                && let Some(id) = ids.get(&include.path.value)
            {
                seen.insert(*id);
            }
        }
    }
    let all: Vec<&Ast> = asts.iter().collect();
    let model = lower(&all, &Visible(visible), &mut diags);
    let today: Date = "2026-11-24".parse().expect("a date");
    abide::check::check(&model, today, &mut diags);
    let found = diags
        .iter()
        .map(|d| {
            let place = sources.start(d.primary.span);
            (
                d.code.name.to_string(),
                place.line as usize,
                format!("{} | {:?}", d.message, d.help),
            )
        })
        .collect();
    (found, marks)
}

#[test]
fn pages() {
    let mut bad = 0;
    let mut all: Vec<_> = std::fs::read_dir("src/diag/docs").unwrap().map(|e| e.unwrap().path()).collect();
    all.sort();
    for path in all {
        let code = path.file_stem().unwrap().to_string_lossy().to_string();
        let text = std::fs::read_to_string(&path).unwrap();
        let known = codes::by_name(&code).is_some();
        let mut first = true;
        for block in blocks(&text) {
            if !block.tag.starts_with("abide") || block.tag.contains("fragment") { continue; }
            let (found, _) = run(&block.text);
            let got: BTreeSet<&str> = found.iter().map(|f| f.0.as_str()).collect();
            let want: BTreeSet<&str> = if first { [code.as_str()].into() } else { BTreeSet::new() };
            if got != want {
                bad += 1;
                println!("== {code}:{} known {known} want {want:?}\n   {found:#?}", block.line);
            }
            first = false;
        }
    }
    println!("bad {bad}");
}

#[test]
fn documents() {
    for path in ["docs/language.md", "README.md", "CHANGELOG.md"] {
        let text = std::fs::read_to_string(path).unwrap();
        for block in blocks(&text) {
            if !block.tag.starts_with("abide") || block.tag.contains("fragment") { continue; }
            let (found, marks) = run(&block.text);
            let got: BTreeSet<(usize, &str)> = found.iter().map(|f| (f.1, f.0.as_str())).collect();
            let want: BTreeSet<(usize, &str)> = marks.iter().map(|f| (f.1, f.2.as_str())).collect();
            if got != want {
                println!("== {path}:{} want {want:?}\n   {found:#?}", block.line);
            }
        }
    }
}
