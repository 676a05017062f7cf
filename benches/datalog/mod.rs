//! The same as a Datalog program: a peer that spreads labels fact by fact.

use abide::flow::Graph;
use abide::flow::graph::NOWHERE;
use abide::flow::spread::transform;

ascent::ascent! {
    struct Program;
    relation edge(u32, u32, u32);
    relation passes(u32, u32, u32);
    relation holds(u32, u32);
    holds(to, made) <-- holds(from, label), edge(from, to, change), passes(change, label, made);
}

/// Spreads labels; how many facts there are.
pub fn spread(graph: &Graph) -> usize {
    let labels = graph.labels.labels.len();
    let mut known = graph.labels.clone();
    let mut program = Program::default();
    for edge in 0..graph.len() {
        let (from, to) = graph.ends(edge);
        if to != NOWHERE {
            program.edge.push((from, to, graph.change(edge)));
        }
    }
    for (number, change) in graph.changes.iter().enumerate().filter(|(_, c)| c.passes) {
        for label in 0..labels {
            let datum = known.get(label).data.0 as usize;
            let data = change.data.map(|data| &graph.data[data as usize]);
            if data.is_none_or(|data| data.contains(datum)) {
                for made in transform(&mut known, change, label) {
                    program
                        .passes
                        .push((number as u32, label as u32, made as u32));
                }
            }
        }
    }
    for (edge, made) in &*graph.makes {
        let to = graph.ends(*edge as usize).1;
        program
            .holds
            .extend(made.iter().map(|label| (to, *label as u32)));
    }
    program.run();
    let mut holds = program.holds;
    holds.sort_unstable();
    holds.dedup();
    holds.len()
}
