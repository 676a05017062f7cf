//! A notice and the policy that encodes it (§8): which sentence is cited where, which by nothing.

use super::notice::{Notice, title};
use crate::diag::{Diagnostic, Diags, codes};
use crate::source::{SourceMap, Span};
use crate::syntax::ast::{Exception, Policy, PolicyItem, Rule, RuleBody, Text};

/// How a sentence stands in the policies of its notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// A rule on flows cites it.
    Covered,
    /// Only notes cite it.
    Noted,
    /// It is the title of a section.
    Heading,
    /// Nothing cites it.
    Missing,
}

impl Status {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Status::Covered => "covered",
            Status::Noted => "noted",
            Status::Heading => "heading",
            Status::Missing => "missing",
        }
    }
}

/// What cites a sentence: a rule, or a section that it is the title of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tie {
    /// The policy.
    pub policy: String,
    /// The rule's label.
    pub label: Option<String>,
    /// The rule's statement, or the section's title.
    pub text: String,
    /// The file, as shown to people.
    pub file: String,
    /// The line of the rule, or of the section's title.
    pub line: u32,
    /// The phrase cited; none where the sentence is the section's title.
    pub phrase: Option<String>,
    /// What the tie makes of the sentence.
    pub status: Status,
}

/// Sentences counted by how they stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Cited by rules.
    pub covered: usize,
    /// Cited by notes alone.
    pub noted: usize,
    /// Titles of sections.
    pub headings: usize,
    /// Cited by nothing.
    pub missing: usize,
}

impl Tally {
    /// All of them.
    pub fn sentences(&self) -> usize {
        self.covered + self.noted + self.headings + self.missing
    }

    /// Those that are not missing.
    pub fn found(&self) -> usize {
        self.sentences() - self.missing
    }

    fn count(&mut self, status: Status) {
        match status {
            Status::Covered => self.covered += 1,
            Status::Noted => self.noted += 1,
            Status::Heading => self.headings += 1,
            Status::Missing => self.missing += 1,
        }
    }
}

/// A section of a notice: from a heading to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The heading; empty before the first.
    pub title: String,
    /// Its sentences, as positions in the notice; identical ones are counted where the first stands.
    pub sentences: std::ops::Range<usize>,
    /// Those counted here.
    pub tally: Tally,
}

/// A notice with what cites each of its sentences.
#[derive(Debug, Clone)]
pub struct Coverage {
    /// The notice.
    pub notice: Notice,
    /// The policies that encode it.
    pub policies: Vec<String>,
    /// By sentence: what cites it, or one that is identical.
    pub ties: Vec<Vec<Tie>>,
    /// By section.
    pub parts: Vec<Part>,
    /// All sections together.
    pub tally: Tally,
}

impl Coverage {
    /// How a sentence stands: as the strongest of what cites it makes it stand.
    pub fn status(&self, sentence: usize) -> Status {
        let ties = self.ties[self.notice.sentences[sentence].same_as].iter();
        ties.map(|tie| tie.status).min().unwrap_or(Status::Missing)
    }
}

/// A policy whose citations count for a notice.
#[derive(Debug, Clone, Copy)]
pub struct Encoded<'a> {
    /// The policy as written.
    pub policy: &'a Policy,
    /// Whether the notice is its own. That of a policy which it extends may be another text: then
    /// what occurs in this one counts, and what doesn't is no finding.
    pub own: bool,
}

/// Which sentences of a notice its policies cite.
pub fn coverage(notice: Notice, policies: &[Encoded], sources: &SourceMap) -> Coverage {
    let mut ties: Vec<Vec<Tie>> = vec![Vec::new(); notice.sentences.len()];
    let mut titles = Vec::new();
    for encoded in policies {
        let written = Written::of(encoded.policy);
        for citation in &written.citations {
            let places = notice.places(&citation.phrase.value);
            if !encoded.own && notice.distinct(&places).len() > 1 {
                continue;
            }
            for at in places.into_iter().flatten() {
                add(&notice, &mut ties, at, citation.tie(encoded, sources));
            }
        }
        for section in written.titles {
            let wanted = title(&section.value);
            let same = |at: &usize| title(&notice.sentences[*at].text) == wanted;
            let found: Vec<usize> = (0..notice.sentences.len()).filter(same).collect();
            for at in &found {
                let tie = title_tie(encoded, section, sources);
                add(&notice, &mut ties, *at, tie);
            }
            titles.extend(found.last());
        }
    }
    let mut coverage = Coverage {
        notice,
        policies: names(policies),
        ties,
        parts: Vec::new(),
        tally: Tally::default(),
    };
    coverage.parts = parts(&coverage, &titles);
    for at in 0..coverage.notice.sentences.len() {
        if coverage.notice.sentences[at].same_as == at {
            let status = coverage.status(at);
            coverage.tally.count(status);
            let part = coverage.parts.iter_mut();
            for part in part.filter(|part| part.sentences.contains(&at)) {
                part.tally.count(status);
            }
        }
    }
    coverage.parts.retain(|part| part.tally.sentences() > 0);
    coverage
}

/// Citations of a policy that its notice does not hold, or holds in several sentences.
pub fn check(notice: &Notice, policy: &Policy, diags: &mut Diags) {
    for Citation { phrase, .. } in Written::of(policy).citations {
        let places = notice.places(&phrase.value);
        match notice.distinct(&places).as_slice() {
            [] => diags.push(unknown(notice, phrase)),
            [_] => {}
            several => {
                let lines: Vec<String> = several
                    .iter()
                    .map(|place| notice.sentences[place.start].line.to_string())
                    .collect();
                let lines = match lines.split_last() {
                    Some((last, [])) => format!("line {last}"),
                    Some((last, before)) => format!("lines {} and {last}", before.join(", ")),
                    None => String::new(),
                };
                diags.push(
                    Diagnostic::new(
                        &codes::AMBIGUOUS_CITATION,
                        phrase.span,
                        format!(
                            "\"{}\" stands in {} sentences of the notice",
                            phrase.value,
                            several.len()
                        ),
                    )
                    .label("which of them is meant is not clear")
                    .note(format!("in `{}`, {lines}", notice.shown))
                    .help("cite more of the sentence, or other words of it: the fewest that are in no other sentence"),
                );
            }
        }
    }
}

fn unknown(notice: &Notice, phrase: &Text) -> Diagnostic {
    let found = Diagnostic::new(
        &codes::UNKNOWN_CITATION,
        phrase.span,
        format!("\"{}\" does not occur in the notice", phrase.value),
    )
    .label(format!("not in `{}`", notice.shown));
    let Some(near) = notice.nearest(&phrase.value) else {
        return found.help(
            "where the notice has dropped the sentence, drop what was written from it; else cite its words as they stand now",
        );
    };
    let mut said: String = near.text.chars().take(SHOWN).collect();
    if said.len() < near.text.len() {
        said.push('…');
    }
    found.help(format!(
        "line {} of the notice has most of its words: \"{said}\"; see that the rule still says the same, then cite it as it stands now",
        near.line
    ))
}

/// Characters shown of a sentence.
const SHOWN: usize = 160;

/// What a policy's text has to tie to a notice.
#[derive(Default)]
struct Written<'a> {
    citations: Vec<Citation<'a>>,
    titles: Vec<&'a Text>,
}

struct Citation<'a> {
    phrase: &'a Text,
    rule: &'a Rule,
}

impl<'a> Written<'a> {
    fn of(policy: &'a Policy) -> Written<'a> {
        let mut all = Written::default();
        all.titles.extend(&policy.title);
        all.items(&policy.items);
        all
    }

    fn items(&mut self, items: &'a [PolicyItem]) {
        for item in items {
            match item {
                PolicyItem::Section(section) => {
                    self.titles.push(&section.title);
                    self.items(&section.items);
                }
                PolicyItem::Rule(rule) => {
                    let own = rule.citations.iter();
                    let own = own.map(|phrase| Citation { phrase, rule });
                    self.citations.extend(own);
                    self.exceptions(rule, exceptions(&rule.body));
                }
                _ => {}
            }
        }
    }

    fn exceptions(&mut self, rule: &'a Rule, all: &'a [Exception]) {
        for exception in all {
            let own = exception.citations.iter();
            let own = own.map(|phrase| Citation { phrase, rule });
            self.citations.extend(own);
            self.exceptions(rule, exception.relief.except());
        }
    }
}

fn exceptions(body: &RuleBody) -> &[Exception] {
    match body {
        RuleBody::May(_, _, relief)
        | RuleBody::Never(_, _, relief)
        | RuleBody::Retain(_, _, relief) => relief.except(),
        RuleBody::Limit(limit) => limit.relief.except(),
        RuleBody::Requires(..)
        | RuleBody::Must(..)
        | RuleBody::Processor(..)
        | RuleBody::Note(..) => &[],
    }
}

impl Citation<'_> {
    fn tie(&self, encoded: &Encoded, sources: &SourceMap) -> Tie {
        let status = match self.rule.body {
            RuleBody::Note(..) => Status::Noted,
            _ => Status::Covered,
        };
        Tie {
            policy: encoded.policy.name.text.to_string(),
            label: self.rule.label().map(|label| label.text.to_string()),
            text: sources.slice(self.rule.statement).to_string(),
            phrase: Some(self.phrase.value.to_string()),
            status,
            ..place(self.rule.statement, sources)
        }
    }
}

fn title_tie(encoded: &Encoded, title: &Text, sources: &SourceMap) -> Tie {
    Tie {
        policy: encoded.policy.name.text.to_string(),
        text: title.value.to_string(),
        ..place(title.span, sources)
    }
}

/// A tie of which only the place is known.
fn place(span: Span, sources: &SourceMap) -> Tie {
    Tie {
        policy: String::new(),
        label: None,
        text: String::new(),
        file: sources.file(span.file).shown.clone(),
        line: sources.start(span).line,
        phrase: None,
        status: Status::Heading,
    }
}

fn add(notice: &Notice, ties: &mut [Vec<Tie>], sentence: usize, tie: Tie) {
    let ties = &mut ties[notice.sentences[sentence].same_as];
    // Two phrases of one rule in one sentence, or two identical sentences, tie it once.
    let what = |tie: &Tie| (tie.file.clone(), tie.line, tie.text.clone());
    if !ties.iter().any(|known| what(known) == what(&tie)) {
        ties.push(tie);
    }
}

fn names(policies: &[Encoded]) -> Vec<String> {
    let own = policies.iter().filter(|encoded| encoded.own);
    own.map(|encoded| encoded.policy.name.text.to_string())
        .collect()
}

/// The notice cut at its headings: those of Markdown, and sentences that are titles of sections.
fn parts(coverage: &Coverage, titles: &[usize]) -> Vec<Part> {
    let sentences = &coverage.notice.sentences;
    let mut parts = vec![part(String::new(), 0)];
    for (at, sentence) in sentences.iter().enumerate() {
        if sentence.heading > 0 || titles.contains(&at) {
            let name = sentence.text.trim_matches(['*', '_', ' ']);
            close(&mut parts, at);
            parts.push(part(name.to_string(), at));
        }
    }
    close(&mut parts, sentences.len());
    parts
}

fn part(title: String, from: usize) -> Part {
    Part {
        title,
        sentences: from..from,
        tally: Tally::default(),
    }
}

fn close(parts: &mut [Part], at: usize) {
    if let Some(last) = parts.last_mut() {
        last.sentences.end = at;
    }
}
