//! Data that a rule permits us to collect and no rule ever makes us give up.

use crate::check::Judge;
use crate::decide::{Dim, Product};
use crate::diag::{Diagnostic, Diags, codes};
use crate::model::vocabulary::{Kind, form, party};
use crate::model::{Action, PolicyId};
use fixedbitset::FixedBitSet;

/// Finds the data of a policy that may be kept without limit in every world.
pub fn check(judge: &mut Judge, policy: PolicyId, diags: &mut Diags) {
    let decision = judge.decision(policy);
    let (space, vocabulary) = (&judge.space, &judge.model.vocabulary);
    let us = space.atoms(Dim::Actor, vocabulary.of(Kind::Party).set(party::US));
    let forms = vocabulary.of(Kind::Form);
    let identifiable = space.atoms(Dim::Form, forms.set(form::IDENTIFIABLE));
    let collected = decision
        .of(Action::Collect)
        .permits
        .and(&us)
        .and(&identifiable)
        .and(space.timeless_worlds());
    let collected = space.project(&collected, Dim::Data, vocabulary);
    let forbidden = decision
        .of(Action::Retain)
        .forbids
        .and_some_from(space.timeless_worlds(), space.first_fact());
    let for_ever = Product::new(space).digits(space.kept(None)).acts();
    let kept = us.and(&identifiable).and(&for_ever).minus(&forbidden);
    let kept = space.project(&kept, Dim::Data, vocabulary);
    let mut data: FixedBitSet = collected;
    data.intersect_with(&kept);
    if data.is_clear() {
        return;
    }
    let known = judge.model.policy(policy);
    let names = vocabulary.show_set(Kind::Data, &data);
    let mut diagnostic = Diagnostic::new(
        &codes::UNLIMITED_RETENTION,
        known.span,
        format!(
            "`{}` may collect `{names}` and keep it for ever",
            known.name
        ),
    )
    .label("no rule limits how long");
    let collecting = decision
        .of(Action::Collect)
        .rules
        .iter()
        .filter(|rule| {
            let set = space.project(&rule.permits.and(&us), Dim::Data, vocabulary);
            !set.is_disjoint(&data)
        })
        .take(3);
    for rule in collecting {
        let rule = &judge.model.policy(rule.policy).rules[rule.rule];
        diagnostic = diagnostic.also(rule.span, "permits to collect it");
    }
    diags.push(
        diagnostic
            .note("what is kept without need is what leaks")
            .help(format!("add a limit: `retain {names} at most … after …`")),
    );
}
