//! Sets of acts as a product of sets of names, and every act in them.

use super::sets::{Act, Names, Retention};
use abide::model::{Action, NameId};
use std::collections::BTreeSet;

/// Too many acts to judge one by one.
#[derive(Debug, PartialEq, Eq)]
pub struct TooMany;

/// Acts that differ in nothing but names: one set of names for each dimension.
pub struct Acts {
    pub action: Action,
    pub data: NameId,
    pub form: Names,
    pub subject: Names,
    pub resident: Names,
    pub context: Names,
    pub actor: Names,
    pub counterparty: Option<Names>,
    pub own_source: BTreeSet<bool>,
    /// Each with whether the datum was collected for it.
    pub purpose: BTreeSet<(NameId, bool)>,
    pub place: Option<Names>,
    pub from: Option<Names>,
    pub to: Option<Names>,
    /// Of retain.
    pub retention: Option<BTreeSet<Retention>>,
    /// Sharing with a source whose subject and residence cover the datum's.
    pub covered_source: bool,
    /// Sharing with a source at all.
    pub to_a_source: bool,
}

/// Every act of a set of acts: one dimension after the other.
pub fn each_act(acts: &Acts, limit: usize) -> Result<Vec<Act>, TooMany> {
    let sizes = [
        acts.form.len(),
        acts.subject.len(),
        acts.resident.len(),
        acts.context.len(),
        acts.actor.len(),
        acts.purpose.len(),
        acts.counterparty.as_ref().map_or(1, Names::len),
        acts.place.as_ref().map_or(1, Names::len),
        acts.from.as_ref().map_or(1, Names::len),
        acts.to.as_ref().map_or(1, Names::len),
    ];
    if sizes.iter().product::<usize>() > limit {
        return Err(TooMany);
    }
    let first = NameId(0);
    let mut all = vec![Act {
        action: acts.action,
        data: acts.data,
        form: first,
        subject: first,
        resident: first,
        context: first,
        actor: first,
        counterparty: None,
        own_source: false,
        purpose: first,
        collected: false,
        place: None,
        from: None,
        to: None,
        retention: None,
        open: false,
    }];
    vary(&mut all, &acts.form, |act, name| act.form = *name);
    vary(&mut all, &acts.subject, |act, name| act.subject = *name);
    vary(&mut all, &acts.resident, |act, name| act.resident = *name);
    vary(&mut all, &acts.context, |act, name| act.context = *name);
    vary(&mut all, &acts.actor, |act, name| act.actor = *name);
    vary(&mut all, &acts.purpose, |act, (name, collected)| {
        act.purpose = *name;
        act.collected = *collected;
    });
    vary(&mut all, &acts.own_source, |act, own_source| {
        act.own_source = *own_source;
        // "sharing with a source is open where it is the datum's own source or covers its subject and
        // residence"
        act.open = acts.to_a_source && (*own_source || acts.covered_source);
    });
    if let Some(names) = &acts.counterparty {
        vary(&mut all, names, |act, name| act.counterparty = Some(*name));
    }
    if let Some(names) = &acts.place {
        vary(&mut all, names, |act, name| act.place = Some(*name));
    }
    if let Some(names) = &acts.from {
        vary(&mut all, names, |act, name| act.from = Some(*name));
    }
    if let Some(names) = &acts.to {
        vary(&mut all, names, |act, name| act.to = Some(*name));
    }
    if let Some(retentions) = &acts.retention {
        vary(&mut all, retentions, |act, time| {
            act.retention = Some(*time)
        });
    }
    Ok(all)
}

/// Each act once for each value.
fn vary<T>(all: &mut Vec<Act>, values: &BTreeSet<T>, set: impl Fn(&mut Act, &T)) {
    let mut varied = Vec::with_capacity(all.len() * values.len());
    for act in all.iter() {
        for value in values {
            let mut act = act.clone();
            set(&mut act, value);
            varied.push(act);
        }
    }
    *all = varied;
}
