//! Questions about a policy: a flow in one line, or one with a `?` where names are wanted.

use crate::check::Judge;
use crate::check::expectations::{Group, answer};
use crate::check::judge::Verdict;
use crate::decide::Dim;
use crate::diag::Diags;
use crate::model::lower::lower_flow_line;
use crate::model::{FlowLine, Model, PolicyId};
use crate::source::{FileId, Span};
use crate::syntax::parse_flow_line;
use fixedbitset::FixedBitSet;

/// A question: the flow, and the dimension asked for where it is open.
#[derive(Debug, Clone)]
pub struct Question {
    /// The flow; what is asked for is left open in it.
    pub flow: FlowLine,
    /// The dimension that `?` stands for.
    pub open: Option<Dim>,
}

/// What is true of some names of an open question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// The verdict of all their acts; `None` is fine.
    pub verdict: Option<Verdict>,
    /// The names.
    pub atoms: FixedBitSet,
}

/// An answer to an open question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenAnswer {
    /// Names whose acts all have one verdict.
    pub clear: Vec<Names>,
    /// Names whose acts differ.
    pub mixed: FixedBitSet,
    /// All groups of acts.
    pub groups: Vec<Group>,
}

/// Reads a question. What is wrong with it is in the diagnostics, at places in its text.
pub fn read(model: &Model, file: FileId, text: &str, diags: &mut Diags) -> Option<Question> {
    // `?` has the length of nothing else that could stand there, so places stay what they are
    // once it is read as a name.
    let at = text.find('?');
    let padded = text.replacen('?', "any", 1);
    let line = parse_flow_line(file, &padded, diags)?;
    let flow = lower_flow_line(model, &line, diags)?;
    let Some(at) = at else {
        return Some(Question { flow, open: None });
    };
    let here = |list: &Option<crate::model::NameSet>| {
        let covers = |span: Span| span.start <= at as u32 && (at as u32) < span.end;
        list.as_ref().is_some_and(|list| covers(list.span))
    };
    let mut flow = flow;
    let clauses = &mut flow.clauses;
    // What is asked for is left out, so that it means what a flow means that leaves it out.
    let lists = [
        (Dim::Data, &mut clauses.data),
        (Dim::Counterparty, &mut clauses.with),
        (Dim::Counterparty, &mut clauses.from_party),
        (Dim::Purpose, &mut clauses.purpose),
        (Dim::Form, &mut clauses.form),
        (Dim::Subject, &mut clauses.subject),
        (Dim::Resident, &mut clauses.resident),
        (Dim::Context, &mut clauses.context),
        (Dim::Actor, &mut clauses.actor),
        (Dim::Place, &mut clauses.place),
        (Dim::From, &mut clauses.from),
        (Dim::To, &mut clauses.to),
    ];
    let mut open = None;
    for (dim, list) in lists {
        if here(list) {
            open = Some(dim);
            if !matches!(dim, Dim::Form | Dim::Actor) {
                *list = None;
            }
        }
    }
    Some(Question { flow, open })
}

/// Every act of a question with its verdict; `None` where its facts can't hold together.
pub fn groups(judge: &mut Judge, question: &Question, policy: PolicyId) -> Option<Vec<Group>> {
    answer(judge, &question.flow, policy)
}

/// The names of an open question by verdict.
pub fn by_name(judge: &Judge, dim: Dim, groups: Vec<Group>) -> OpenAnswer {
    let count = judge.model.vocabulary.of(dim.kind()).len();
    let mut verdicts: Vec<Names> = Vec::new();
    for group in &groups {
        let atoms = group.acts.of(dim);
        match verdicts.iter_mut().find(|v| v.verdict == group.verdict) {
            Some(names) => names.atoms.union_with(atoms),
            None => verdicts.push(Names {
                verdict: group.verdict,
                atoms: atoms.clone(),
            }),
        }
    }
    let mut seen = FixedBitSet::with_capacity(count);
    let mut mixed = FixedBitSet::with_capacity(count);
    for names in &verdicts {
        for atom in names.atoms.ones() {
            if seen.put(atom) {
                mixed.insert(atom);
            }
        }
    }
    for names in &mut verdicts {
        names.atoms.difference_with(&mixed);
    }
    verdicts.retain(|names| !names.atoms.is_clear());
    verdicts.sort_by_key(|names| names.verdict);
    OpenAnswer {
        clear: verdicts,
        mixed,
        groups,
    }
}
