//! The bound on what nodes hold, from text: beyond it nothing is concluded, and up to it nothing is lost.

use super::{Asks, build, spread};
use crate::model::Model;
use crate::model::lower::lower;
use crate::source::FileId;
use crate::syntax::parse;
use fixedbitset::FixedBitSet;
use std::fmt::Write;

/// So many that there are more sets of them than the bound has room for.
const DATA: usize = 12;

/// One node that holds all data, and others that hold each another part of them; with `back`, they all lie
/// on circles.
fn model(others: usize, back: &str) -> Model {
    let data: Vec<String> = (0..DATA).map(|at| format!("d{at}")).collect();
    let all = data.join(", ");
    let mut text = format!(
        "data {all} subject person policy p {{ open process }} plan x {{ checks p
         source one : person  system hub  one -> hub : {all}\n"
    );
    for other in 1..=others {
        let part = (0..DATA).filter(|at| other >> at & 1 == 1);
        let part: Vec<&str> = part.map(|at| data[at].as_str()).collect();
        let _ = writeln!(
            text,
            "system n{other}  hub -> n{other} : {}",
            part.join(", ")
        );
        if !back.is_empty() {
            let _ = writeln!(text, "n{other} -> hub : {back}");
        }
    }
    text.push('}');
    let mut diags = Vec::new();
    let ast = parse(FileId(0), &text, &mut diags);
    let model = lower(&[&ast], &Default::default(), &mut diags);
    assert!(diags.is_empty(), "{diags:#?}");
    model
}

/// Whether the bound is passed where so many labels may spread; how many words rows take, and may.
fn spread_within(model: &Model, most: usize) -> (bool, usize, usize) {
    let asks = Asks {
        most,
        ..Asks::default()
    };
    let none = FixedBitSet::new();
    let mut graph = build(&model.vocabulary, &model.plans[0], &none, asks);
    let room = graph.labels.room();
    let spread = spread(&mut graph);
    (graph.labels.is_full(), spread.rows.size(), room)
}

#[test]
fn rows_take_as_much_as_they_may_and_no_more() {
    let (.., room) = spread_within(&model(1, ""), DATA);
    for back in ["", "all"] {
        let mut left = Vec::new();
        for others in room - 4..room + 4 {
            let model = model(others, back);
            let (full, size, _) = spread_within(&model, usize::MAX);
            assert!(!full);
            assert_eq!(
                spread_within(&model, DATA).0,
                size > room,
                "{others} {back}"
            );
            left.push(room as isize - size as isize);
        }
        assert!(
            [-1, 0, 1].iter().all(|near| left.contains(near)),
            "{left:?}"
        );
    }
}
