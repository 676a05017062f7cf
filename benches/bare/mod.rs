//! Bare propagation of bitsets: rows of one width, edges by receiver, swept until nothing changes. What
//! the engine is measured against: it knows the labels beforehand and finds nothing but what each node holds.

use abide::flow::Graph;
use abide::flow::graph::NOWHERE;
use abide::flow::spread::transform;

/// What each node holds.
pub struct Held {
    words: Vec<u64>,
    width: usize,
}

impl Held {
    /// The labels of a node.
    pub fn held(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        let row = &self.words[node * self.width..(node + 1) * self.width];
        (0..self.width * 64).filter(|label| row[label / 64] >> (label % 64) & 1 == 1)
    }
}

/// Spreads the labels of a graph whose labels are all known.
pub fn spread(graph: &Graph) -> Held {
    let nodes = graph.nodes;
    let labels = graph.labels.labels.len();
    let width = labels.div_ceil(64);
    let mut starts = vec![0u32; nodes + 1];
    for edge in 0..graph.len() {
        let (_, to) = graph.ends(edge);
        if to != NOWHERE {
            starts[to as usize + 1] += 1;
        }
    }
    for at in 0..nodes {
        starts[at + 1] += starts[at];
    }
    let mut next = starts.clone();
    let mut into = vec![(0u32, 0u32); starts[nodes] as usize];
    for edge in 0..graph.len() {
        let (from, to) = graph.ends(edge);
        if to != NOWHERE {
            into[next[to as usize] as usize] = (from, graph.change(edge));
            next[to as usize] += 1;
        }
    }
    let mut known = graph.labels.clone();
    // By change: which labels pass, and what becomes of each.
    let mut masks = Vec::new();
    let mut turned = Vec::new();
    for change in &*graph.changes {
        let mut mask = vec![0u64; width];
        let mut map = Vec::new();
        for label in 0..labels {
            let datum = known.get(label).data.0 as usize;
            let data = change.data.map(|data| &graph.data[data as usize]);
            if change.passes && data.is_none_or(|data| data.contains(datum)) {
                mask[label / 64] |= 1 << (label % 64);
            }
        }
        if !change.keeps_labels() {
            map = (0..labels)
                .map(|label| transform(&mut known, change, label))
                .collect();
        }
        masks.push(mask);
        turned.push(map);
    }
    let mut words = vec![0u64; nodes * width];
    for (edge, made) in &*graph.makes {
        let to = graph.ends(*edge as usize).1 as usize;
        for label in made {
            words[to * width + label / 64] |= 1 << (label % 64);
        }
    }
    let mut row = vec![0u64; width];
    loop {
        let mut grew = false;
        for node in 0..nodes {
            row.copy_from_slice(&words[node * width..(node + 1) * width]);
            for (from, change) in &into[starts[node] as usize..starts[node + 1] as usize] {
                let from = *from as usize * width;
                let mask = &masks[*change as usize];
                if turned[*change as usize].is_empty() {
                    for (at, word) in row.iter_mut().enumerate() {
                        *word |= words[from + at] & mask[at];
                    }
                    continue;
                }
                for at in 0..width {
                    let mut word = words[from + at] & mask[at];
                    while word != 0 {
                        let label = at * 64 + word.trailing_zeros() as usize;
                        word &= word - 1;
                        for made in turned[*change as usize][label]
                            .iter()
                            .filter(|l| **l < labels)
                        {
                            row[made / 64] |= 1 << (made % 64);
                        }
                    }
                }
            }
            let old = &mut words[node * width..(node + 1) * width];
            if old != row {
                old.copy_from_slice(&row);
                grew = true;
            }
        }
        if !grew {
            return Held { words, width };
        }
    }
}
