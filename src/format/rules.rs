//! Policies: headers, sections, rules with their exceptions.

use super::WIDTH;
use super::fill::fill;
use super::page::Page;
use super::words;
use crate::syntax::ast::{Exception, Names, Policy, PolicyItem, Rule, RuleBody, Section, Verb};

/// A policy with its block.
pub fn policy(page: &mut Page, policy: &Policy) {
    page.docs(0, &policy.docs);
    let title = policy.title.as_ref().map(words::text);
    let title = title.map_or(String::new(), |title| format!(" {title}"));
    page.line(0, format!("policy {}{title} {{", words::name(&policy.name)));
    let head = policy
        .title
        .as_ref()
        .map_or(policy.name.span, |title| title.span);
    page.open(page.brace(head.end));
    items(page, 2, &policy.items);
    page.close(0, policy.span.end);
    page.end(policy.span);
}

fn items(page: &mut Page, indent: usize, all: &[PolicyItem]) {
    for item in all {
        match item {
            PolicyItem::Rule(it) => {
                let start = super::first(&it.docs, it.span);
                page.begin_at(indent, start, false);
                rule(page, indent, it);
            }
            PolicyItem::Section(it) => {
                page.begin_at(indent, super::first(&it.docs, it.span), false);
                section(page, indent, it);
            }
            PolicyItem::Broken(it) => {
                page.begin_at(indent, it.span.start, false);
                page.verbatim_at(indent, it.span);
            }
            header => {
                let (text, span) = self::header(header);
                page.begin_at(indent, span.start, false);
                page.hoist(indent, span);
                page.line(indent, text);
                page.end(span);
            }
        }
    }
}

fn header(item: &PolicyItem) -> (String, crate::source::Span) {
    let verbs = |all: &[Verb]| {
        let all: Vec<&str> = all.iter().map(|v| words::verb(v.word)).collect();
        all.join(", ")
    };
    match item {
        PolicyItem::Effective(date, span) => (format!("effective {date}"), *span),
        PolicyItem::Supersedes(name, span) => (format!("supersedes {}", words::name(name)), *span),
        PolicyItem::Extends(names, span) => (format!("extends {}", words::names(names)), *span),
        PolicyItem::YieldsTo(names, span) => (format!("yields to {}", words::names(names)), *span),
        PolicyItem::Open(all, span) => (format!("open {}", verbs(all)), *span),
        PolicyItem::Closed(all, span) => (format!("closed {}", verbs(all)), *span),
        PolicyItem::Section(_) | PolicyItem::Rule(_) | PolicyItem::Broken(_) => {
            unreachable!("laid out on their own")
        }
    }
}

fn section(page: &mut Page, indent: usize, section: &Section) {
    page.docs(indent, &section.docs);
    page.line(
        indent,
        format!("section {} {{", words::text(&section.title)),
    );
    page.open(page.brace(section.title.span.end));
    items(page, indent + 2, &section.items);
    page.close(indent, section.span.end);
    page.end(section.span);
}

fn rule(page: &mut Page, indent: usize, rule: &Rule) {
    page.hoist(indent, rule.span);
    page.docs(indent, &rule.docs);
    for waiver in &rule.waivers {
        page.lines(indent, &fill(indent, &words::waiver(waiver)));
    }
    for citation in &rule.citations {
        page.line(indent, words::text(citation));
    }
    let body = body(&rule.body);
    match &rule.label {
        None => page.lines(indent, &laid(indent, &body)),
        Some(label) => {
            let label = format!("{}:", words::name(label));
            let line = format!("{label} {}", body.flat());
            let fits = body.except.is_empty() && indent + line.chars().count() <= WIDTH;
            if fits {
                page.line(indent, line);
            } else {
                page.line(indent, label);
                page.lines(indent + 2, &laid(indent + 2, &body));
            }
        }
    }
    page.end(rule.span);
}

/// A statement in chunks, with its exceptions.
struct Body<'a> {
    chunks: Vec<String>,
    except: &'a [Exception],
}

impl Body<'_> {
    fn flat(&self) -> String {
        self.chunks.join(" ")
    }
}

fn body(body: &RuleBody) -> Body<'_> {
    let mut chunks = Vec::new();
    let mut except: &[Exception] = &[];
    match body {
        RuleBody::May(acts, clauses, unless, exceptions)
        | RuleBody::Never(acts, clauses, unless, exceptions)
        | RuleBody::Retain(acts, clauses, unless, exceptions) => {
            let word = match body {
                RuleBody::May(..) => "may ",
                RuleBody::Never(..) => "never ",
                _ => "",
            };
            chunks.push(format!("{word}{}", words::acts(acts)));
            chunks.extend(words::clauses(clauses));
            chunks.extend(
                unless
                    .as_ref()
                    .map(|c| format!("unless {}", words::condition(c))),
            );
            except = exceptions;
        }
        RuleBody::Limit {
            acts,
            about,
            only_data,
            must_hold,
            unless,
            except: exceptions,
            ..
        } => {
            chunks.push(words::acts(acts));
            chunks.extend(words::clauses(about));
            chunks.extend(only(only_data.as_ref(), words::clauses(must_hold)));
            chunks.extend(
                unless
                    .as_ref()
                    .map(|c| format!("unless {}", words::condition(c))),
            );
            except = exceptions;
        }
        RuleBody::Requires(acts, clauses, duties, unless) => {
            chunks.push(words::acts(acts));
            chunks.extend(words::clauses(clauses));
            chunks.push(format!("requires {}", words::paths(duties)));
            chunks.extend(
                unless
                    .as_ref()
                    .map(|c| format!("unless {}", words::condition(c))),
            );
        }
        RuleBody::Must {
            duty,
            data,
            clauses,
            unless,
            within,
            event,
        } => {
            chunks.push(format!("must {} {}", words::path(duty), words::list(data)));
            chunks.extend(words::clauses(clauses));
            chunks.extend(
                unless
                    .as_ref()
                    .map(|c| format!("unless {}", words::condition(c))),
            );
            chunks.push(format!("within {within} of {}", words::list(event)));
        }
        RuleBody::Processor(data, clauses) => {
            chunks.push(format!("processor of {}", words::list(data)));
            chunks.extend(words::clauses(clauses));
        }
        RuleBody::Note(text, evidence) => {
            chunks.push(format!("note {}", words::text(text)));
            chunks.extend(
                evidence
                    .as_ref()
                    .map(|path| format!("evidence {}", words::text(path))),
            );
        }
    }
    Body { chunks, except }
}

/// `only` with the first of what it governs; it never stands alone at the end of a line.
fn only(data: Option<&Names>, clauses: Vec<String>) -> Vec<String> {
    let mut all: Vec<String> = data.map(words::list).into_iter().chain(clauses).collect();
    match all.first_mut() {
        Some(first) => *first = format!("only {first}"),
        None => all.push("only".to_string()),
    }
    all
}

/// A statement over as many lines as it takes.
fn laid(indent: usize, body: &Body) -> Vec<String> {
    if body.except.is_empty() {
        return fill(indent, &body.chunks);
    }
    if let [exception] = body.except
        && let Some(flat) = flat(exception)
    {
        let mut chunks = body.chunks.clone();
        chunks.extend(flat);
        return fill(indent, &chunks);
    }
    let mut lines = fill(indent, &body.chunks);
    let own_line = lines.len() > 1;
    let word = if own_line { "  except {" } else { " except {" };
    let last = lines.last().map_or(0, |line| line.chars().count());
    let (deeper, closing) = if own_line || indent + last + word.len() > WIDTH {
        lines.push("  except {".to_string());
        (4, "  }")
    } else {
        if let Some(line) = lines.last_mut() {
            line.push_str(word);
        }
        (2, "}")
    };
    bullets(indent, deeper, body.except, &mut lines);
    lines.push(closing.to_string());
    lines
}

fn bullets(indent: usize, deeper: usize, all: &[Exception], lines: &mut Vec<String>) {
    for exception in all {
        let inner = deeper + 2;
        let mut own: Vec<String> = exception.citations.iter().map(words::text).collect();
        let body = Body {
            chunks: chunks(exception),
            except: &exception.except,
        };
        own.extend(laid(indent + inner, &body));
        for (at, line) in own.iter().enumerate() {
            let mark = if at == 0 { "- " } else { "  " };
            lines.push(format!("{}{mark}{line}", " ".repeat(deeper)));
        }
    }
}

fn chunks(exception: &Exception) -> Vec<String> {
    let data = exception.data.as_ref().map(words::list);
    let unless = exception
        .unless
        .as_ref()
        .map(|c| format!("unless {}", words::condition(c)));
    data.into_iter()
        .chain(words::clauses(&exception.clauses))
        .chain(unless)
        .collect()
}

/// An exception without braces in chunks, where it and all in it stand alone and cite nothing.
fn flat(exception: &Exception) -> Option<Vec<String>> {
    if !exception.citations.is_empty() {
        return None;
    }
    let mut own = chunks(exception);
    if let Some(first) = own.first_mut() {
        *first = format!("except {first}");
    }
    match exception.except.as_slice() {
        [] => {}
        [one] => own.extend(flat(one)?),
        _ => return None,
    }
    Some(own)
}
