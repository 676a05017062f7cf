//! Judging a model piece by piece, on all threads. What was found of a piece holds in the next run, too,
//! if all that the piece looks at is as it was, to the last place in the text.

use super::levels::Levels;
use crate::analyze;
use crate::check::judge::times;
use crate::check::{self, Compiled, Judge};
use crate::decide::Decision;
use crate::diag::{Code, Diags, Severity, codes};
use crate::jobs;
use crate::limits::Limits;
use crate::model::vocabulary::Date;
use crate::model::{Model, PolicyId, Test};
use crate::source::FileId;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How a model is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The files at home in it: what policies say on their own is looked at in these.
    pub home: BTreeSet<FileId>,
    /// The day judged on.
    pub today: Date,
    /// Severities: some findings are not looked for unless asked.
    pub levels: Levels,
    /// How much is taken in.
    pub limits: Limits,
}

/// What was found in a model.
#[derive(Debug)]
pub struct Judged {
    pieces: Vec<(Piece, Found)>,
    decisions: BTreeMap<PolicyId, Arc<Decision>>,
    /// Rules that no plan meets.
    unmet: Diags,
    /// How many pieces were judged; what is found of the others was known.
    anew: usize,
}

/// What a run leaves for the next one, which judges only what changed.
#[derive(Debug, Default)]
pub struct Kept {
    models: Vec<KeptModel>,
    /// How many pieces the last run judged: the rules or the tests of a policy, or a plan.
    pub judged: usize,
    /// How many pieces there were.
    pub pieces: usize,
}

#[derive(Debug)]
struct KeptModel {
    model: Model,
    terms: Terms,
    pieces: Vec<(Piece, Found)>,
    decisions: BTreeMap<PolicyId, Arc<Decision>>,
}

/// One piece of the work of judging: what shares a compiled policy is together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Rules(PolicyId),
    Tests(PolicyId),
    /// The plan at this position, and how many of its findings are listed.
    Plan(usize, usize),
}

/// The findings of a piece, and how many more are only counted.
type Found = (Diags, check::More);

/// Judges policies on their own where their file is at home, and all plans and tests, so many findings
/// of a plan listed; what `before` knows is not judged again.
pub fn judge(
    model: &Model,
    terms: &Terms,
    most: impl Fn(FileId) -> usize,
    before: Option<&Kept>,
) -> Judged {
    let before = before.and_then(|kept| kept.of(model, terms));
    let pieces = pieces(model, &terms.home, most);
    let known: Vec<Option<&Found>> = pieces
        .iter()
        .map(|piece| before?.found(model, *piece))
        .collect();
    let new = pieces
        .iter()
        .zip(&known)
        .filter(|(_, known)| known.is_none());
    let new: Vec<Piece> = new.map(|(piece, _)| *piece).collect();

    let mut compiled = Compiled::new(model, terms.today);
    for (policy, decision) in before.iter().flat_map(|before| &before.decisions) {
        if before.is_some_and(|before| is_same(&before.model, model, [*policy])) {
            compiled.insert(*policy, decision.clone());
        }
    }
    let compiled = compile(model, compiled, &new);
    let start = || Judge::of(compiled.clone()).within(terms.limits.labels);
    let work = |judge: &mut Judge, piece: &Piece| of_piece(judge, terms, *piece);
    let mut found = jobs::share(&new, start, work).into_iter();
    let all = known.into_iter().map(|known| match known {
        Some(known) => known.clone(),
        None => found.next().unwrap_or_default(),
    });
    let pieces: Vec<(Piece, Found)> = pieces.iter().copied().zip(all).collect();

    let mut unmet = Vec::new();
    if terms.levels.of(&codes::UNMET_RULE) != Severity::Allow {
        analyze::unmet::check(&mut start(), &mut unmet);
    }
    Judged {
        decisions: decisions(model, compiled, &pieces),
        pieces,
        unmet,
        anew: new.len(),
    }
}

impl Judged {
    /// Adds what was found; says how much more was only counted.
    pub fn add_to(self, found: &mut Diags) -> check::More {
        let mut all = check::More::new();
        for (_, (diags, more)) in self.pieces {
            found.extend(diags);
            for (code, count) in more {
                *all.entry(code).or_default() += count;
            }
        }
        found.extend(self.unmet);
        all
    }
}

impl Kept {
    /// Keeps what was found in a model.
    pub fn keep(&mut self, model: &Model, terms: Terms, judged: &Judged) {
        self.judged += judged.anew;
        self.pieces += judged.pieces.len();
        self.models.push(KeptModel {
            model: model.clone(),
            terms,
            pieces: judged.pieces.clone(),
            decisions: judged.decisions.clone(),
        });
    }

    /// What was judged in the same way with the same names and times, which all diagrams hang on.
    fn of(&self, model: &Model, terms: &Terms) -> Option<&KeptModel> {
        let unique = |model| times(model).into_iter().collect::<BTreeSet<u64>>();
        self.models.iter().find(|kept| {
            kept.terms == *terms
                && kept.model.vocabulary == model.vocabulary
                && unique(&kept.model) == unique(model)
        })
    }
}

impl KeptModel {
    /// What was found of a piece, if all that it looks at is as it was.
    fn found(&self, model: &Model, piece: Piece) -> Option<&Found> {
        let (_, found) = self.pieces.iter().find(|(known, _)| *known == piece)?;
        let (old, new) = (&self.model, model);
        let same = match piece {
            Piece::Rules(id) => {
                // Of a policy that another yields to, no rule is called redundant.
                let yielded_to = |model: &Model| {
                    let mut others = model.policies.iter();
                    others.any(|other| other.yields_to.contains(&id))
                };
                is_same(old, new, [id]) && yielded_to(old) == yielded_to(new)
            }
            Piece::Tests(id) => is_same(old, new, [id]) && tests(old, id).eq(tests(new, id)),
            Piece::Plan(at, _) => {
                let plan = new.plans.get(at)?;
                old.plans.get(at) == Some(plan) && is_same(old, new, plan.checks.iter().copied())
            }
        };
        same.then_some(found)
    }
}

/// Whether policies are the same in two models, with those that they extend or yield to.
fn is_same(old: &Model, new: &Model, policies: impl IntoIterator<Item = PolicyId>) -> bool {
    let mut open: Vec<PolicyId> = policies.into_iter().collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        let policy = new.policies.get(id.0 as usize);
        if policy.is_none() || policy != old.policies.get(id.0 as usize) {
            return false;
        }
        if seen.insert(id) {
            let others = policy
                .iter()
                .flat_map(|p| p.extends.iter().chain(&p.yields_to));
            open.extend(others);
        }
    }
    true
}

/// The tests of a policy.
fn tests(model: &Model, policy: PolicyId) -> impl Iterator<Item = &Test> {
    let all = model.tests.iter();
    all.filter(move |test| test.policies.contains(&policy))
}

/// The pieces of a model, the heaviest first, so that threads end together.
fn pieces(model: &Model, home: &BTreeSet<FileId>, most: impl Fn(FileId) -> usize) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for id in model.policy_ids() {
        let policy = model.policy(id);
        if home.contains(&policy.span.file) {
            pieces.push((policy.rules.len(), Piece::Rules(id)));
        }
        let expectations: usize = tests(model, id).map(|test| test.expectations.len()).sum();
        if expectations > 0 {
            pieces.push((6 * expectations, Piece::Tests(id)));
        }
    }
    // As measured on what ships, an expectation takes as long as six rules, an edge as 24.
    let plans = model.plans.iter().enumerate();
    pieces.extend(plans.map(|(at, plan)| {
        let most = most(plan.span.file);
        (24 * plan.edges.len(), Piece::Plan(at, most))
    }));
    pieces.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    pieces.into_iter().map(|(_, piece)| piece).collect()
}

/// What is found of a piece.
fn of_piece(judge: &mut Judge, terms: &Terms, piece: Piece) -> Found {
    let (mut found, mut more) = Found::default();
    let level = |code: &Code| terms.levels.of(code);
    match piece {
        Piece::Rules(policy) => {
            check::sense::check(judge, policy, &mut found);
            analyze::check(judge, policy, &level, &mut found);
        }
        Piece::Tests(policy) => check::tests(judge, policy, &mut found),
        Piece::Plan(at, most) => {
            let plan = &judge.model.plans[at];
            more = check::plan(judge, plan, most, &mut found);
        }
    }
    (found, more)
}

/// The policies that pieces look at.
fn looked_at<'a>(model: &Model, pieces: impl Iterator<Item = &'a Piece>) -> BTreeSet<PolicyId> {
    let of = |piece: &Piece| match piece {
        Piece::Rules(policy) | Piece::Tests(policy) => vec![*policy],
        Piece::Plan(at, _) => model.plans[*at].checks.clone(),
    };
    pieces.flat_map(of).collect()
}

/// Compiles the policies that pieces look at, once for all threads.
fn compile<'m>(model: &'m Model, known: Compiled<'m>, pieces: &[Piece]) -> Compiled<'m> {
    // Policies that yield take up others: those come first, to be there once.
    let mut wanted: Vec<PolicyId> = looked_at(model, pieces.iter()).into_iter().collect();
    wanted.sort_by_key(|id| std::cmp::Reverse(model.policy(*id).rules.len()));
    let (later, first): (Vec<PolicyId>, Vec<PolicyId>) = wanted
        .into_iter()
        .partition(|id| !model.policy(*id).yields_to.is_empty());
    [first, later].iter().fold(known, |mut known, policies| {
        let start = || known.clone();
        let compile = |known: &mut Compiled, id: &PolicyId| known.policy(*id);
        let done = jobs::share(policies, start, compile);
        for (id, decision) in policies.iter().zip(done) {
            known.insert(*id, decision);
        }
        known
    })
}

/// The compiled policies that pieces look at.
fn decisions(
    model: &Model,
    mut compiled: Compiled,
    pieces: &[(Piece, Found)],
) -> BTreeMap<PolicyId, Arc<Decision>> {
    let policies = looked_at(model, pieces.iter().map(|(piece, _)| piece));
    let decisions = policies.into_iter().map(|id| (id, compiled.policy(id)));
    decisions.collect()
}
