//! What a policy says itself, before it takes over anything.

use super::names::docs;
use super::policies::Policies;
use super::rules::{citations, rule};
use super::scope::Scope;
use super::waivers;
use crate::diag::{Diagnostic, Diags, codes};
use crate::model::PolicyId;
use crate::model::rules::{Action, Policy, Rule};
use crate::source::Span;
use crate::syntax::ast::{self, Name, PolicyItem};
use std::collections::BTreeMap;

/// Its header and rules.
#[derive(Default)]
pub(super) struct Header {
    /// `effective`
    pub effective: Option<(ast::Date, Span)>,
    /// `supersedes`, with places
    pub supersedes: Vec<(PolicyId, Span)>,
    /// Where `supersedes` stands.
    supersedes_at: Option<Span>,
    /// `extends`, with places
    pub extends: Vec<(PolicyId, Span)>,
    /// `yields to`, with places
    pub yields_to: Vec<(PolicyId, Span)>,
    /// By action: whether it is closed, and where that is said.
    pub closed: [Option<(bool, Span)>; 7],
    /// Its rules.
    pub rules: Vec<Rule>,
    /// Labels, also of rules in error: these still stand for what they replace.
    pub labels: Vec<Name>,
    /// Some statement of it is in error.
    pub broken: bool,
}

impl Header {
    /// Reads the items of a policy or of a section of it.
    pub(super) fn read(
        &mut self,
        items: &[PolicyItem],
        sections: &mut Vec<String>,
        policies: &Policies,
        scope: &Scope,
        diags: &mut Diags,
    ) {
        // Most items are rules, and these are large.
        self.rules.reserve(items.len());
        for item in items {
            let before = diags.len();
            match item {
                PolicyItem::Effective(date, span) => match self.effective {
                    Some((_, first)) => diags.push(twice("effective", *span, first)),
                    None => self.effective = Some((*date, *span)),
                },
                PolicyItem::Supersedes(names, span) => match self.supersedes_at {
                    Some(first) => diags.push(twice("supersedes", *span, first)),
                    None => {
                        self.supersedes_at = Some(*span);
                        let list = &mut self.supersedes;
                        add_policies("supersedes", names, list, policies, scope, diags);
                    }
                },
                PolicyItem::Extends(names, _) => {
                    add_policies("extends", names, &mut self.extends, policies, scope, diags);
                }
                PolicyItem::YieldsTo(names, _) => {
                    let list = &mut self.yields_to;
                    add_policies("yields to", names, list, policies, scope, diags);
                }
                PolicyItem::Open(verbs, _) => self.state(verbs, false, diags),
                PolicyItem::Closed(verbs, _) => self.state(verbs, true, diags),
                PolicyItem::Section(section) => {
                    sections.push(section.title.value.to_string());
                    self.read(&section.items, sections, policies, scope, diags);
                    sections.pop();
                }
                PolicyItem::Rule(tree) => {
                    self.labels.extend(tree.label().cloned());
                    // A waiver in error weakens nothing, so it does not break the policy.
                    let waivers = waivers::lower(tree.waivers(), diags);
                    match rule(tree, scope, diags) {
                        Some((verbs, actions, statement)) => self.rules.push(Rule {
                            label: tree.label().map(|label| label.text.to_string()),
                            citations: citations(&tree.citations),
                            sections: sections.clone(),
                            docs: docs(tree.docs()),
                            verbs,
                            actions,
                            statement,
                            span: tree.statement,
                            waivers,
                        }),
                        None => self.broken = true,
                    }
                    continue;
                }
                PolicyItem::Broken(_) => self.broken = true,
            }
            self.broken |= diags.len() > before && !matches!(item, PolicyItem::Section(_));
        }
    }

    /// `open …` or `closed …`.
    fn state(&mut self, verbs: &[ast::Verb], closed: bool, diags: &mut Diags) {
        let words = ["open", "closed"];
        for verb in verbs {
            let mut against = None;
            for action in Action::of(verb.word) {
                match self.closed[*action as usize] {
                    Some((other, first)) if other != closed => {
                        against = against.or(Some((action, first)));
                    }
                    _ => self.closed[*action as usize] = Some((closed, verb.span)),
                }
            }
            if let Some((action, first)) = against {
                diags.push(
                    Diagnostic::new(
                        &codes::MISPLACED_CLAUSE,
                        verb.span,
                        format!("`{}` is both open and closed", action.word()),
                    )
                    .label(format!("{} here", words[closed as usize]))
                    .also(first, format!("{} here", words[!closed as usize]))
                    .help("keep one; of a group, name the verbs one by one"),
                );
            }
        }
    }
}

/// A header line that may stand only once.
fn twice(word: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(
        &codes::MISPLACED_CLAUSE,
        span,
        format!("`{word}` stands twice in one policy"),
    )
    .label("again here")
    .also(first, "first here")
    .help("keep one")
}

fn add_policies(
    word: &str,
    names: &[Name],
    list: &mut Vec<(PolicyId, Span)>,
    policies: &Policies,
    scope: &Scope,
    diags: &mut Diags,
) {
    for name in names {
        let Some(id) = policies.find(name, scope, diags) else {
            continue;
        };
        match list.iter().find(|(other, _)| *other == id) {
            Some((_, first)) => diags.push(
                Diagnostic::new(
                    &codes::DUPLICATE_NAME,
                    name.span,
                    format!("`{word}` names `{}` twice", name.text),
                )
                .label("again here")
                .also(*first, "first here")
                .help("leave one out"),
            ),
            None => list.push((id, name.span)),
        }
    }
}

/// Reports labels given twice in one policy.
pub(super) fn unique_labels(header: &Header, policy: &mut Policy, diags: &mut Diags) {
    let mut first: BTreeMap<&str, Span> = BTreeMap::new();
    for label in &header.labels {
        match first.get(&*label.text) {
            Some(span) => {
                policy.broken = true;
                diags.push(
                    Diagnostic::new(
                        &codes::DUPLICATE_NAME,
                        label.span,
                        format!(
                            "two rules of the policy `{}` have the label `{}`",
                            policy.name, label.text
                        ),
                    )
                    .label("again here")
                    .also(*span, "first here")
                    .help("give one of them another label"),
                );
            }
            None => {
                first.insert(&label.text, label.span);
            }
        }
    }
}
