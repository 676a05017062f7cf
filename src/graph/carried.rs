//! What each flow of a plan carries: its own list, and what `all` stands for.

use crate::flow::unsourced::spread_all;
use crate::flow::{Asks, Labels, build};
use crate::model::vocabulary::Kind;
use crate::model::{Model, Plan};
use fixedbitset::FixedBitSet;

/// What a flow carries.
#[derive(Debug, Clone)]
pub struct Carried {
    /// The data.
    pub data: FixedBitSet,
    /// The data, what it derives from at any remove, and what the flow derives from it.
    pub related: FixedBitSet,
}

/// What each edge of a plan carries, by position.
pub fn carried(model: &Model, plan: &Plan) -> Vec<Carried> {
    let vocabulary = &model.vocabulary;
    // Facts that no longer hold change no data.
    let mut graph = build(vocabulary, plan, &FixedBitSet::new(), Asks::default());
    let (spread, _) = spread_all(vocabulary, plan, &mut graph);
    let labels: &Labels = &graph.labels;
    let width = vocabulary.of(Kind::Data).len();
    graph
        .steps()
        .map(|step| {
            let mut data = FixedBitSet::with_capacity(width);
            let mut related = FixedBitSet::with_capacity(width);
            for label in spread
                .carried(labels, step)
                .chain(step.makes.iter().copied())
            {
                data.insert(labels.get(label).data.0 as usize);
                for ancestor in labels.ancestors(label) {
                    related.insert(ancestor.0 as usize);
                }
            }
            related.union_with(&data);
            for made in step.change.derives.iter().flatten() {
                related.insert(made.0 as usize);
            }
            Carried { data, related }
        })
        .collect()
}
