//! Verdicts already given, so that millions of acts can be judged one by one.
//!
//! Two names that no list of the policy (nor a default of the language) tells apart have the same
//! verdicts, so only the least of each such class is judged. A test compares with judging every act.

use super::judge::{Case, Judge, Literal, Verdict, each_clauses};
use super::sets::{Act, Names};
use abide::model::rules::Clauses;
use abide::model::vocabulary::{form, party};
use abide::model::{NameId, NameSet, PolicyId};
use abide::syntax::ast::Kind;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// What bears on a verdict beside the act itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Setting {
    pub ancestors: Names,
    pub given: BTreeSet<Literal>,
    pub fulfilled: Names,
}

/// The verdicts of one policy.
pub struct Memo<'j, 'a> {
    judge: &'j Judge<'a>,
    policy: PolicyId,
    /// By kind, by name: the least name of its class.
    least: Vec<Vec<NameId>>,
    settings: Vec<Setting>,
    given: FxHashMap<(usize, Act), Option<Rc<Verdict>>>,
}

impl<'j, 'a> Memo<'j, 'a> {
    /// `classes: false` judges every act itself.
    pub fn new(
        judge: &'j Judge<'a>,
        model: &abide::model::Model,
        policy: PolicyId,
        classes: bool,
    ) -> Memo<'j, 'a> {
        let mut told: BTreeMap<Kind, Names> = BTreeMap::new();
        told.insert(
            Kind::Party,
            Names::from([party::US, party::DATA_SUBJECT, party::THIRD_PARTY]),
        );
        told.insert(
            Kind::Form,
            Names::from([form::IDENTIFIABLE, form::ANONYMOUS]),
        );
        for one in judge.with_yielded(policy) {
            for rule in &model.policy(one).rules {
                each_clauses(rule, &mut |clauses| {
                    for (kind, list) in lists(clauses) {
                        let names = told.entry(kind).or_default();
                        names.extend(list.include.iter().chain(&list.exclude));
                    }
                });
            }
        }
        let least = Kind::ALL
            .iter()
            .map(|kind| {
                let told = told.get(kind).cloned().unwrap_or_default();
                let mut first: BTreeMap<Vec<bool>, NameId> = BTreeMap::new();
                (0..judge.sets.vocabulary.of(*kind).len() as u32)
                    .map(|name| {
                        let name = NameId(name);
                        let told_by = told
                            .iter()
                            .map(|one| judge.sets.within(*kind, name, *one))
                            .collect();
                        let least = *first.entry(told_by).or_insert(name);
                        if classes { least } else { name }
                    })
                    .collect()
            })
            .collect();
        Memo {
            judge,
            policy,
            least,
            settings: Vec::new(),
            given: FxHashMap::default(),
        }
    }

    /// A handle for acts that share what bears on their verdict.
    pub fn setting(&mut self, setting: Setting) -> usize {
        let setting = Setting {
            ancestors: setting
                .ancestors
                .iter()
                .map(|data| self.least(Kind::Data, *data))
                .collect(),
            ..setting
        };
        if let Some(known) = self.settings.iter().position(|one| *one == setting) {
            return known;
        }
        self.settings.push(setting);
        self.settings.len() - 1
    }

    /// The verdict of an act, `None` where it is fine.
    pub fn verdict(&mut self, setting: usize, act: &Act) -> Option<Rc<Verdict>> {
        let act = self.least_act(act);
        if let Some(known) = self.given.get(&(setting, act.clone())) {
            return known.clone();
        }
        let found = self.settings[setting].clone();
        let case = Case {
            act: act.clone(),
            ancestors: found.ancestors,
            given: found.given,
            fulfilled: found.fulfilled,
        };
        let verdict = self.judge.verdict(self.policy, &case).map(Rc::new);
        self.given.insert((setting, act), verdict.clone());
        verdict
    }

    fn least(&self, kind: Kind, name: NameId) -> NameId {
        self.least[kind as usize][name.0 as usize]
    }

    fn least_act(&self, act: &Act) -> Act {
        let region = |name: NameId| self.least(Kind::Region, name);
        Act {
            action: act.action,
            data: self.least(Kind::Data, act.data),
            form: self.least(Kind::Form, act.form),
            subject: self.least(Kind::Subject, act.subject),
            resident: region(act.resident),
            context: self.least(Kind::Context, act.context),
            actor: self.least(Kind::Party, act.actor),
            counterparty: act.counterparty.map(|name| self.least(Kind::Party, name)),
            own_source: act.own_source,
            purpose: self.least(Kind::Purpose, act.purpose),
            collected: act.collected,
            place: act.place.map(region),
            from: act.from.map(region),
            to: act.to.map(region),
            retention: act.retention.map(|retention| {
                retention.map(|(hours, event)| (hours, self.least(Kind::Event, event)))
            }),
            open: act.open,
        }
    }
}

/// Every list of names that clauses hold, with its kind.
fn lists(clauses: &Clauses) -> Vec<(Kind, &NameSet)> {
    [
        (Kind::Data, clauses.data.as_ref()),
        (Kind::Form, clauses.form.as_ref()),
        (Kind::Subject, clauses.subject.as_ref()),
        (Kind::Region, clauses.resident.as_ref()),
        (Kind::Context, clauses.context.as_ref()),
        (Kind::Party, clauses.actor.as_ref()),
        (Kind::Party, clauses.with.as_ref()),
        (Kind::Party, clauses.from_party.as_ref()),
        (Kind::Region, clauses.from.as_ref()),
        (Kind::Region, clauses.to.as_ref()),
        (Kind::Purpose, clauses.purpose.as_ref()),
        (Kind::Region, clauses.place.as_ref()),
        (
            Kind::Event,
            clauses.at_most.as_ref().map(|limit| &limit.after),
        ),
    ]
    .into_iter()
    .filter_map(|(kind, list)| list.map(|list| (kind, list)))
    .collect()
}
