//! Policies: headers, rules, and what they take over from the policies they extend.

use super::clauses::{self, Position};
use super::cycles;
use super::names::docs;
use super::scope::{Scope, nearest, suggest};
use super::waivers;
use crate::diag::{Diagnostic, Diags, codes};
use crate::model::PolicyId;
use crate::model::rules::{
    Action, Citation, Clauses, Condition, Exception, Policy, Rule, Statement, VerbWord,
};
use crate::model::vocabulary::Kind;
use crate::source::{FileId, Span};
use crate::syntax::ast::{self, Ast, Item, Name, PolicyItem, RuleBody};
use std::collections::{BTreeMap, BTreeSet};

/// The policies of a model, with lookup by name.
pub(super) struct Policies {
    /// By id.
    pub list: Vec<Policy>,
    by_name: BTreeMap<String, Vec<PolicyId>>,
}

/// Lowers all policies of the files; those that see a file with errors in its names are broken too.
pub(super) fn lower(
    asts: &[&Ast],
    scope: &Scope,
    unsound: &BTreeSet<FileId>,
    diags: &mut Diags,
) -> Policies {
    let mut policies = Policies {
        list: Vec::new(),
        by_name: BTreeMap::new(),
    };
    let mut trees = Vec::new();
    for ast in asts {
        for item in &ast.items {
            if let Item::Policy(tree) = item {
                let id = PolicyId(trees.len() as u32);
                let same = policies.by_name.entry(tree.name.text.clone());
                same.or_default().push(id);
                policies.list.push(empty(tree));
                trees.push(tree);
            }
        }
    }
    let files: Vec<FileId> = asts.iter().map(|ast| ast.file).collect();
    for ids in policies.by_name.values() {
        let names: Vec<&Name> = ids.iter().map(|id| &trees[id.0 as usize].name).collect();
        for at in clashes("policy", &names, &files, scope, diags) {
            policies.list[ids[at].0 as usize].broken = true;
        }
    }

    let headers: Vec<Header> = trees
        .iter()
        .map(|tree| {
            let mut header = Header::default();
            header.read(&tree.items, &mut Vec::new(), &policies, scope, diags);
            header
        })
        .collect();
    for (policy, header) in policies.list.iter_mut().zip(&headers) {
        policy.effective = header.effective.map(|(date, _)| date);
        policy.broken |= header.broken;
        policy.broken |= scope.sight.is_some_and(|sight| {
            let file = policy.span.file;
            unsound.iter().any(|other| sight.visible.sees(file, *other))
        });
        unique_labels(header, policy, diags);
    }

    let extends = without_circles(
        "extends",
        headers
            .iter()
            .map(|header| header.extends.clone())
            .collect(),
        &mut policies.list,
        diags,
    );
    let supersedes = without_circles(
        "supersedes",
        headers
            .iter()
            .map(|header| header.supersedes.into_iter().collect())
            .collect(),
        &mut policies.list,
        diags,
    );
    for (policy, others) in policies.list.iter_mut().zip(supersedes) {
        policy.supersedes = others.first().map(|(id, _)| *id);
    }
    inherit(&mut policies.list, &headers, &extends, diags);
    spread_errors(&mut policies.list);
    policies
}

impl Policies {
    /// The policy a name means where it is written; where there is none, says so.
    pub(super) fn find(&self, name: &Name, scope: &Scope, diags: &mut Diags) -> Option<PolicyId> {
        let file = name.span.file;
        let sees = |id: &PolicyId| {
            let other = self.list[id.0 as usize].span.file;
            scope
                .sight
                .is_none_or(|sight| sight.visible.sees(file, other))
        };
        let same = self.by_name.get(&name.text).map_or(&[][..], Vec::as_slice);
        // Of two that are both in sight the second is an error already.
        if let Some(id) = same.iter().find(|id| sees(id)) {
            return Some(*id);
        }
        let written = &name.text;
        let report = |message: String| Diagnostic::new(&codes::UNKNOWN_NAME, name.span, message);
        if let Some(sight) = scope.sight {
            let mut declaring = sight.elsewhere.declaring_policy(written);
            declaring.extend(same.iter().map(|id| self.list[id.0 as usize].span.file));
            declaring.retain(|other| !sight.visible.sees(file, *other));
            if !declaring.is_empty() {
                let diagnostic = report(format!(
                    "the policy `{written}` is declared in a file that this one does not include"
                ))
                .label("not in sight here");
                diags.push(sight.elsewhere.offer(diagnostic, file, &declaring));
                return None;
            }
        }
        let near = nearest(
            written,
            self.by_name.iter().flat_map(|(name, ids)| {
                ids.iter()
                    .filter(|id| sees(id))
                    .map(move |_| (&**name, (&**name, None)))
            }),
        );
        let diagnostic = report(format!("no policy is called `{written}`")).label("not declared");
        diags.push(match near.is_empty() {
            true => diagnostic.help("include the file that declares it, or write it"),
            false => suggest(diagnostic, name.span, &near),
        });
        None
    }
}

/// Reports names that some file sees declared more than once; gives the positions of those after
/// the first. Files that never meet may use a name each for its own.
pub(super) fn clashes(
    what: &str,
    names: &[&Name],
    files: &[FileId],
    scope: &Scope,
    diags: &mut Diags,
) -> Vec<usize> {
    let mut found = Vec::new();
    let Some(sight) = scope.sight else {
        return found;
    };
    for (at, name) in names.iter().enumerate() {
        let met = names[..at].iter().find(|first| {
            files.iter().any(|file| {
                sight.visible.sees(*file, first.span.file)
                    && sight.visible.sees(*file, name.span.file)
            })
        });
        if let Some(first) = met {
            diags.push(
                Diagnostic::new(
                    &codes::DUPLICATE_NAME,
                    name.span,
                    format!("a {what} `{}` is there already", name.text),
                )
                .label("again here")
                .also(first.span, "first here")
                .help("give one of them another name"),
            );
            found.push(at);
        }
    }
    found
}

fn empty(tree: &ast::Policy) -> Policy {
    Policy {
        name: tree.name.text.clone(),
        title: tree.title.as_ref().map(|title| title.value.clone()),
        docs: docs(&tree.docs),
        span: tree.name.span,
        effective: None,
        supersedes: None,
        extends: Vec::new(),
        yields_to: Vec::new(),
        closed: Action::ALL.map(Action::closed_by_default),
        rules: Vec::new(),
        broken: false,
    }
}

/// What a policy says itself, before it takes over anything.
#[derive(Default)]
struct Header {
    effective: Option<(ast::Date, Span)>,
    supersedes: Option<(PolicyId, Span)>,
    extends: Vec<(PolicyId, Span)>,
    yields_to: Vec<(PolicyId, Span)>,
    /// By action: whether it is closed, and where that is said.
    closed: [Option<(bool, Span)>; 7],
    rules: Vec<Rule>,
    /// Labels, also of rules in error: these still stand for what they replace.
    labels: Vec<Name>,
    broken: bool,
}

impl Header {
    /// Reads the items of a policy or of a section of it.
    fn read(
        &mut self,
        items: &[PolicyItem],
        sections: &mut Vec<String>,
        policies: &Policies,
        scope: &Scope,
        diags: &mut Diags,
    ) {
        for item in items {
            let before = diags.len();
            match item {
                PolicyItem::Effective(date, span) => match self.effective {
                    Some((_, first)) => diags.push(twice("effective", *span, first)),
                    None => self.effective = Some((*date, *span)),
                },
                PolicyItem::Supersedes(name, span) => {
                    let id = policies.find(name, scope, diags);
                    match (self.supersedes, id) {
                        (Some((_, first)), _) => diags.push(twice("supersedes", *span, first)),
                        (None, Some(id)) => self.supersedes = Some((id, name.span)),
                        (None, None) => {}
                    }
                }
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
                    sections.push(section.title.value.clone());
                    self.read(&section.items, sections, policies, scope, diags);
                    sections.pop();
                }
                PolicyItem::Rule(tree) => {
                    self.labels.extend(tree.label.clone());
                    // A waiver in error weakens nothing, so it does not break the policy.
                    let waivers = waivers::lower(&tree.waivers, diags);
                    match rule(tree, scope, diags) {
                        Some((verbs, actions, statement)) => self.rules.push(Rule {
                            label: tree.label.as_ref().map(|label| label.text.clone()),
                            citations: citations(&tree.citations),
                            sections: sections.clone(),
                            docs: docs(&tree.docs),
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
fn unique_labels(header: &Header, policy: &mut Policy, diags: &mut Diags) {
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

/// Reports the circles of a relation between policies and takes the relation out of them.
fn without_circles(
    word: &str,
    mut related: Vec<Vec<(PolicyId, Span)>>,
    list: &mut [Policy],
    diags: &mut Diags,
) -> Vec<Vec<(PolicyId, Span)>> {
    let mut pairs = Vec::new();
    let mut spans = Vec::new();
    for (at, others) in related.iter().enumerate() {
        for (id, span) in others {
            pairs.push((at, id.0 as usize));
            spans.push(*span);
        }
    }
    for circle in cycles::circles(list.len(), &pairs) {
        let inside: Vec<usize> = (0..pairs.len())
            .filter(|at| circle.contains(&pairs[*at].0) && circle.contains(&pairs[*at].1))
            .collect();
        let few: Vec<(usize, usize)> = inside.iter().map(|at| pairs[*at]).collect();
        if let Some(closing) = (0..inside.len()).min_by_key(|at| spans[inside[*at]]) {
            let steps = cycles::through(&few, closing);
            let chain: Vec<String> = steps
                .iter()
                .map(|at| few[*at].0)
                .chain([few[closing].0])
                .map(|at| format!("`{}`", list[at].name))
                .collect();
            let mut diagnostic = Diagnostic::new(
                &codes::HIERARCHY_CYCLE,
                spans[inside[closing]],
                format!(
                    "a policy can't {} itself: {}",
                    infinitive(word),
                    chain.join(&format!(" {word} "))
                ),
            )
            .help("take one of these out");
            for at in steps.iter().skip(1) {
                let (from, to) = few[*at];
                diagnostic = diagnostic.also(
                    spans[inside[*at]],
                    format!("`{}` {word} `{}`", list[from].name, list[to].name),
                );
            }
            diags.push(diagnostic);
        }
        for at in circle.iter().copied() {
            list[at].broken = true;
            related[at].retain(|(id, _)| !circle.contains(&(id.0 as usize)));
        }
    }
    related
}

fn infinitive(word: &str) -> &str {
    match word {
        "extends" => "extend",
        "supersedes" => "supersede",
        _ => "yield to",
    }
}

/// Gives every policy what holds in it by `extends`: rules, header, and whom it yields to.
fn inherit(
    list: &mut [Policy],
    headers: &[Header],
    extends: &[Vec<(PolicyId, Span)>],
    diags: &mut Diags,
) {
    let pairs: Vec<(usize, usize)> = extends
        .iter()
        .enumerate()
        .flat_map(|(at, others)| others.iter().map(move |(id, _)| (id.0 as usize, at)))
        .collect();
    let mut closed: Vec<[Option<(bool, Span)>; 7]> = vec![Default::default(); list.len()];
    let mut yields: Vec<Vec<(PolicyId, Span)>> = vec![Vec::new(); list.len()];
    for at in cycles::order(list.len(), &pairs) {
        let header = &headers[at];
        closed[at] = header.closed;
        yields[at] = header.yields_to.clone();
        let mut rules: Vec<Rule> = Vec::new();
        let mut by_label: BTreeMap<String, (Span, usize)> = BTreeMap::new();
        let mut torn: BTreeSet<usize> = BTreeSet::new();
        for (id, place) in &extends[at] {
            let from = id.0 as usize;
            list[at].effective = list[at].effective.or(list[from].effective);
            if header.yields_to.is_empty() {
                for (other, _) in yields[from].clone() {
                    if yields[at].iter().all(|(known, _)| *known != other) {
                        yields[at].push((other, *place));
                    }
                }
            }
            for action in Action::ALL {
                let slot = action as usize;
                let Some((theirs, said)) = closed[from][slot] else {
                    continue;
                };
                match closed[at][slot] {
                    Some((ours, first)) if ours != theirs && header.closed[slot].is_none() => {
                        // The stricter reading, until the policy says which.
                        closed[at][slot] = Some((true, first));
                        if torn.insert(slot) {
                            diags.push(torn_action(&list[at], action, *place, first, said, theirs));
                        }
                    }
                    Some(_) => {}
                    None => closed[at][slot] = Some((theirs, said)),
                }
            }
            for rule in list[from].rules.clone() {
                if rules.iter().any(|known| known.span == rule.span) {
                    continue;
                }
                if let Some(label) = &rule.label {
                    if header.labels.iter().any(|own| own.text == *label) {
                        continue;
                    }
                    if let Some((first, other)) = by_label.get(label)
                        && *other != from
                    {
                        let diagnostic = two_labels(label, *place, &list[at], *first, rule.span);
                        diags.push(diagnostic);
                        list[at].broken = true;
                    } else {
                        by_label.insert(label.clone(), (rule.span, from));
                    }
                }
                rules.push(rule);
            }
        }
        list[at].broken |= !torn.is_empty();
        rules.extend(header.rules.iter().cloned());
        list[at].rules = rules;
        list[at].extends = extends[at].iter().map(|(id, _)| *id).collect();
        for action in Action::ALL {
            let said = closed[at][action as usize];
            list[at].closed[action as usize] =
                said.map_or(action.closed_by_default(), |(closed, _)| closed);
        }
    }
    let yields = without_circles("yields to", yields, list, diags);
    for (policy, others) in list.iter_mut().zip(yields) {
        policy.yields_to = others.into_iter().map(|(id, _)| id).collect();
    }
}

fn torn_action(
    policy: &Policy,
    action: Action,
    place: Span,
    first: Span,
    second: Span,
    closed: bool,
) -> Diagnostic {
    let verb = action.word();
    let words = ["open", "closed"];
    Diagnostic::new(
        &codes::DUPLICATE_NAME,
        place,
        format!(
            "of the policies that `{}` extends, one opens `{verb}` and one closes it",
            policy.name
        ),
    )
    .also(
        first,
        format!("`{verb}` is {} here", words[!closed as usize]),
    )
    .also(
        second,
        format!("`{verb}` is {} here", words[closed as usize]),
    )
    .help(format!(
        "say here which holds: `open {verb}` or `closed {verb}`"
    ))
}

fn two_labels(label: &str, place: Span, policy: &Policy, first: Span, second: Span) -> Diagnostic {
    Diagnostic::new(
        &codes::DUPLICATE_NAME,
        place,
        format!(
            "the policies that `{}` extends bring two different rules labelled `{label}`",
            policy.name
        ),
    )
    .also(first, "one of them")
    .also(second, "the other")
    .help(format!(
        "write a rule `{label}: …` here that replaces both, or give one of them another label"
    ))
}

/// Marks policies that build on one in error.
fn spread_errors(list: &mut [Policy]) {
    loop {
        let mut changed = false;
        for at in 0..list.len() {
            let tainted = !list[at].broken
                && list[at]
                    .extends
                    .iter()
                    .chain(&list[at].yields_to)
                    .any(|id| list[id.0 as usize].broken);
            if tainted {
                list[at].broken = true;
                changed = true;
            }
        }
        if !changed {
            return;
        }
    }
}

fn citations(texts: &[ast::Text]) -> Vec<Citation> {
    texts
        .iter()
        .map(|text| Citation {
            text: text.value.clone(),
            span: text.span,
        })
        .collect()
}

/// A rule's verbs, actions and statement; none where something in it is in error.
fn rule(
    tree: &ast::Rule,
    scope: &Scope,
    diags: &mut Diags,
) -> Option<(Vec<VerbWord>, Vec<Action>, Statement)> {
    match &tree.body {
        RuleBody::May(acts, written, unless, except) => {
            let (verbs, actions) = verbs(&acts.verbs);
            let clauses = of_acts(acts, written, &actions, Position::Free, scope, diags);
            let (unless, except) = relief(unless.as_ref(), except, &actions, scope, diags)?;
            let clauses = clauses?;
            Some((
                verbs,
                actions,
                Statement::May {
                    clauses,
                    unless,
                    except,
                },
            ))
        }
        RuleBody::Never(acts, written, unless, except) => {
            let (verbs, actions) = verbs(&acts.verbs);
            let clauses = of_acts(acts, written, &actions, Position::Free, scope, diags);
            let (unless, except) = relief(unless.as_ref(), except, &actions, scope, diags)?;
            let clauses = clauses?;
            Some((
                verbs,
                actions,
                Statement::Never {
                    clauses,
                    unless,
                    except,
                },
            ))
        }
        RuleBody::Limit {
            acts,
            about,
            only,
            only_data,
            must_hold,
            unless,
            except,
        } => {
            let (verbs, actions) = verbs(&acts.verbs);
            let about = of_acts(acts, about, &actions, Position::LeftOfOnly, scope, diags);
            if only_data.is_none() && must_hold.is_empty() {
                diags.push(
                    Diagnostic::new(
                        &codes::MISPLACED_CLAUSE,
                        *only,
                        "nothing stands right of `only`, so the rule limits nothing",
                    )
                    .help("write right of `only` what must hold"),
                );
                return None;
            }
            let must_hold = clauses::clauses(
                only_data.as_ref(),
                must_hold,
                &actions,
                Position::RightOfOnly,
                scope,
                diags,
            );
            let (unless, except) = relief(unless.as_ref(), except, &actions, scope, diags)?;
            let (about, must_hold) = (about?, must_hold?);
            let statement = Statement::Limit {
                about,
                must_hold,
                unless,
                except,
            };
            Some((verbs, actions, statement))
        }
        RuleBody::Retain(acts, written, unless, except) => {
            let (verbs, actions) = verbs(&acts.verbs);
            let limit = retain_limit(acts, written, &actions, tree.statement);
            let fits = limit.is_none();
            diags.extend(limit);
            // The rest is still looked up; the time has had its error.
            let mut written = written.clone();
            written.retain(|clause| fits || !matches!(clause.kind, ast::ClauseKind::AtMost(..)));
            let clauses = of_acts(acts, &written, &actions, Position::Free, scope, diags);
            let (unless, except) = relief(unless.as_ref(), except, &actions, scope, diags)?;
            let clauses = clauses.filter(|_| fits)?;
            let statement = Statement::Retain {
                clauses,
                unless,
                except,
            };
            Some((verbs, actions, statement))
        }
        RuleBody::Requires(acts, written, duties, unless) => {
            let (verbs, actions) = verbs(&acts.verbs);
            let clauses = of_acts(acts, written, &actions, Position::Free, scope, diags);
            let duties = clauses::ids(Kind::Duty, duties, scope, diags);
            let unless = clauses::unless(unless.as_ref(), scope, diags);
            let (clauses, duties, unless) = (clauses?, duties?, unless?);
            let statement = Statement::Requires {
                clauses,
                duties,
                unless,
            };
            Some((verbs, actions, statement))
        }
        RuleBody::Must {
            duty,
            data,
            clauses: written,
            unless,
            within,
            event,
        } => {
            let actions = vec![Action::Retain];
            let duty = scope.find(Kind::Duty, duty, diags);
            let clauses =
                clauses::clauses(Some(data), written, &actions, Position::Must, scope, diags);
            let unless = clauses::unless(unless.as_ref(), scope, diags);
            let event = clauses::list(Kind::Event, event, scope, diags);
            let statement = Statement::Must {
                clauses: clauses?,
                duty: duty?,
                unless: unless?,
                within: *within,
                event: event?,
            };
            Some((Vec::new(), actions, statement))
        }
        RuleBody::Processor(data, written) => {
            let actions = Action::ALL.to_vec();
            let clauses = clauses::clauses(
                Some(data),
                written,
                &actions,
                Position::LeftOfOnly,
                scope,
                diags,
            )?;
            let verbs = vec![VerbWord::Process];
            Some((verbs, actions, Statement::Processor { clauses }))
        }
        RuleBody::Note(text, evidence) => {
            let statement = Statement::Note {
                text: text.value.clone(),
                evidence: evidence
                    .as_ref()
                    .map(|path| (path.value.clone(), path.span)),
            };
            Some((Vec::new(), Vec::new(), statement))
        }
    }
}

/// The verbs as written, and their actions, each once and in order.
pub(super) fn verbs(verbs: &[ast::Verb]) -> (Vec<VerbWord>, Vec<Action>) {
    let words: Vec<VerbWord> = verbs.iter().map(|verb| verb.word).collect();
    let actions: BTreeSet<Action> = words
        .iter()
        .flat_map(|word| Action::of(*word))
        .copied()
        .collect();
    (words, actions.into_iter().collect())
}

fn of_acts(
    acts: &ast::Acts,
    written: &[ast::Clause],
    actions: &[Action],
    position: Position,
    scope: &Scope,
    diags: &mut Diags,
) -> Option<Clauses> {
    clauses::clauses(Some(&acts.data), written, actions, position, scope, diags)
}

/// `unless` and `except`.
type Relief = (Option<Condition>, Vec<Exception>);

/// Both, where neither is in error.
fn relief(
    unless: Option<&ast::Condition>,
    except: &[ast::Exception],
    actions: &[Action],
    scope: &Scope,
    diags: &mut Diags,
) -> Option<Relief> {
    let unless = clauses::unless(unless, scope, diags);
    let except: Vec<Option<Exception>> = except
        .iter()
        .map(|tree| exception(tree, actions, scope, diags))
        .collect();
    Some((unless?, except.into_iter().collect::<Option<Vec<_>>>()?))
}

fn exception(
    tree: &ast::Exception,
    actions: &[Action],
    scope: &Scope,
    diags: &mut Diags,
) -> Option<Exception> {
    let clauses = clauses::clauses(
        tree.data.as_ref(),
        &tree.clauses,
        actions,
        Position::Free,
        scope,
        diags,
    );
    let relief = relief(tree.unless.as_ref(), &tree.except, actions, scope, diags);
    let (clauses, (unless, except)) = (clauses?, relief?);
    Some(Exception {
        clauses,
        unless,
        except,
        citations: citations(&tree.citations),
        span: tree.span,
    })
}

/// What keeps a statement without `only` from being a limit on retention.
fn retain_limit(
    acts: &ast::Acts,
    written: &[ast::Clause],
    actions: &[Action],
    statement: Span,
) -> Option<Diagnostic> {
    let time = written
        .iter()
        .find(|clause| matches!(clause.kind, ast::ClauseKind::AtMost(..)));
    match time {
        None => Some(
            Diagnostic::new(
                &codes::MISPLACED_CLAUSE,
                statement,
                "the statement names acts but says nothing of them",
            )
            .help("begin it with `may` or `never`, or add `only …`, `requires …` or, to `retain`, `at most …`"),
        ),
        Some(time) if actions != [Action::Retain] => {
            let verb = acts
                .verbs
                .iter()
                .find(|verb| verb.word != VerbWord::Retain)
                .map_or(statement, |verb| verb.span);
            Some(
                Diagnostic::new(
                    &codes::MISPLACED_CLAUSE,
                    time.span,
                    "`at most` makes a limit with `retain` alone",
                )
                .also(verb, "this verb has no time")
                .help("write a `retain` statement of its own"),
            )
        }
        Some(_) => None,
    }
}
