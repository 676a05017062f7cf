//! Plans of any size with fixed seeds, as tables and a policy: what `flow` and `phases` measure.
//!
//! Two shapes. *Local*: clusters of 200 nodes; 3 % of the edges go to another cluster and pass a small
//! subtree of the data. *Dense*: one layered graph in which labels percolate. In both there are 4
//! edges a node, 5 % of them backwards, 20 % narrow to a subtree, 2 % change the form, 1 % of the
//! nodes are sources of 1 to 8 data; 256 data, 256 parties, 64 purposes, 1,000 rules.

mod load;

pub use load::load;

use std::fmt::Write;

/// The shape of a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Clusters that share little.
    Local,
    /// Layers through which everything goes.
    Dense,
}

/// A plan: the text of the policy and plan, and its two tables.
pub struct Files {
    /// Vocabulary, policy and plan.
    pub abide: String,
    /// `nodes.csv`.
    pub nodes: String,
    /// `flows.csv`.
    pub flows: String,
}

/// Data, parties, purposes, rules.
const DATA: usize = 256;
const PARTIES: usize = 256;
/// Of the parties, those below `us`.
const OURS: usize = 64;
const PURPOSES: usize = 64;
const RULES: usize = 1000;
const CLUSTER: usize = 200;

/// Numbers that are the same in every run (xorshift).
pub struct Numbers(u64);

impl Numbers {
    /// From a seed.
    pub fn new(seed: u64) -> Numbers {
        Numbers(0x9e37_79b9_7f4a_7c15 ^ seed.wrapping_mul(0x2545_f491_4f6c_dd1d))
    }

    /// A number below a bound.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 16) % bound as u64) as usize
    }

    /// True so many times of a hundred.
    pub fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// The files of a plan with so many nodes.
pub fn files(shape: Shape, nodes: usize) -> Files {
    let (nodes, flows) = tables(shape, nodes);
    Files {
        abide: policy(),
        nodes,
        flows,
    }
}

/// A tree of four at the top and four below each: what a number has above it is (n - 4) / 4.
fn tree(prefix: &str, from: usize, to: usize) -> String {
    fn one(prefix: &str, at: usize, from: usize, to: usize, out: &mut String) {
        let _ = write!(out, "{prefix}{}", from + at);
        let below: Vec<usize> = (4 * at + 4..4 * at + 8).filter(|n| from + n < to).collect();
        if !below.is_empty() {
            out.push_str(" { ");
            for (nth, child) in below.iter().enumerate() {
                if nth > 0 {
                    out.push_str(", ");
                }
                one(prefix, *child, from, to, out);
            }
            out.push_str(" }");
        }
    }
    let mut out = String::new();
    for at in 0..4 {
        if at > 0 {
            out.push_str(", ");
        }
        one(prefix, at, from, to, &mut out);
    }
    out
}

/// The vocabulary, a policy of 1,000 rules, and a plan that brings the tables in.
pub fn policy() -> String {
    let mut numbers = Numbers::new(7);
    let mut text = format!(
        "data {}\nsubject person\nparty us {{ {} }}\nparty {}\npurpose {}\nfact f0, f1, f2, f3\nduty notify\n\npolicy p {{\n",
        tree("d", 0, DATA),
        tree("g", 0, OURS),
        tree("p", OURS, PARTIES),
        tree("u", 0, PURPOSES),
    );
    text.push_str("  may collect, use any\n  may share any with third-party\n");
    for at in 2..RULES {
        // Permissions name subtrees, prohibitions leaves: most of what a company does is right.
        let data = format!("d{}", numbers.below(DATA));
        let one = format!("d{}", leaf(&mut numbers, DATA));
        let party = format!("p{}", OURS + leaf(&mut numbers, PARTIES - OURS));
        let ours = format!("g{}", leaf(&mut numbers, OURS));
        let purpose = format!("u{}", leaf(&mut numbers, PURPOSES));
        let fact = format!("f{}", numbers.below(4));
        let _ = match numbers.below(100) {
            0..49 => writeln!(text, "  r{at}: may share {data} with {party} for {purpose}"),
            49..64 => writeln!(text, "  r{at}: may use {data} for {purpose}"),
            64..78 => writeln!(
                text,
                "  r{at}: never share {one} with {party} for {purpose} unless {fact}"
            ),
            78..88 => writeln!(
                text,
                "  r{at}: never share {one} as plain with {party} for {purpose}"
            ),
            88..99 => writeln!(
                text,
                "  r{at}: share {one} with {party} for {purpose} requires notify"
            ),
            _ => writeln!(
                text,
                "  r{at}: never use {one} by {ours} for {purpose} unless {fact}"
            ),
        };
    }
    text.push_str("}\n\nplan map {\n  checks p\n  nodes \"nodes.csv\"\n  flows \"flows.csv\"\n}\n");
    text
}

/// The number of a name that has none below it.
fn leaf(numbers: &mut Numbers, count: usize) -> usize {
    let inner = count / 4;
    inner + numbers.below(count - inner)
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Source,
    System,
    External,
}

/// What lies above a datum in the tree.
fn above(datum: usize) -> Option<usize> {
    (datum >= 4).then(|| (datum - 4) / 4)
}

struct Tables {
    shape: Shape,
    count: usize,
    numbers: Numbers,
    kinds: Vec<Kind>,
    /// A datum that is sure to arrive at each node.
    arrives: Vec<usize>,
    flows: String,
}

fn tables(shape: Shape, count: usize) -> (String, String) {
    let mut numbers = Numbers::new(count as u64);
    let mut nodes = String::with_capacity(count * 28);
    nodes.push_str("name,kind,party,subject\n");
    let kinds: Vec<Kind> = (0..count)
        .map(|at| match (at % 100, numbers.below(100)) {
            // The first of every hundred, so that each cluster has its sources.
            (0, _) => Kind::Source,
            (_, 0..4) => Kind::External,
            _ => Kind::System,
        })
        .collect();
    for (at, kind) in kinds.iter().enumerate() {
        let _ = match kind {
            Kind::Source => writeln!(nodes, "node-{at},source,,person"),
            Kind::System => writeln!(nodes, "node-{at},system,g{},", numbers.below(OURS)),
            Kind::External => {
                let party = OURS + numbers.below(PARTIES - OURS);
                writeln!(nodes, "node-{at},external,p{party},")
            }
        };
    }
    let mut tables = Tables {
        shape,
        count,
        numbers,
        kinds,
        arrives: vec![0; count],
        flows: String::with_capacity(count * 4 * 44),
    };
    tables.flows.push_str("from,to,action,data,as,for\n");
    for at in 0..count {
        tables.edges_of(at);
    }
    (nodes, tables.flows)
}

impl Tables {
    /// Four edges for a node: one that is sure to bring it something, the others from it.
    fn edges_of(&mut self, at: usize) {
        let source = self.kinds[at] == Kind::Source;
        if source {
            self.arrives[at] = self.numbers.below(DATA);
        } else {
            let from = self.before(at);
            self.arrives[at] = self.arrives[from];
            self.edge(from, at, false, false);
        }
        for _ in 0..if source { 4 } else { 3 } {
            let (to, small) = self.receiver(at);
            let narrow = self.numbers.percent(27);
            self.edge(at, to, narrow || small, small);
        }
    }

    fn first_of_cluster(&self, at: usize) -> usize {
        at / CLUSTER * CLUSTER
    }

    fn layer(&self) -> usize {
        (self.count / 50).max(100)
    }

    /// A node from which something is sure to come.
    fn before(&mut self, at: usize) -> usize {
        match self.shape {
            Shape::Local => {
                let most = (at - self.first_of_cluster(at)).min(20);
                at - 1 - self.numbers.below(most)
            }
            Shape::Dense => {
                let layer = self.layer();
                match at / layer {
                    // The source next to it.
                    0 => at / 100 * 100,
                    here => (here - 1) * layer + self.numbers.below(layer),
                }
            }
        }
    }

    /// Where an edge goes, and whether it goes to another cluster.
    fn receiver(&mut self, at: usize) -> (usize, bool) {
        let back = self.numbers.percent(5);
        let cross = self.shape == Shape::Local && self.numbers.percent(3);
        let to = match self.shape {
            Shape::Local if cross => self.numbers.below(self.count),
            Shape::Local => {
                let first = self.first_of_cluster(at);
                let place = at - first;
                let size = CLUSTER.min(self.count - first);
                first
                    + match back || place + 1 >= size {
                        true => self.numbers.below(place.max(1)),
                        false => place + 1 + self.numbers.below((size - place - 1).min(20)),
                    }
            }
            Shape::Dense => {
                let layer = self.layer();
                let here = at / layer;
                let next = match back {
                    true if here > 0 => self.numbers.below(here),
                    _ => here + 1,
                };
                (next * layer + self.numbers.below(layer)).min(self.count - 1)
            }
        };
        // Nobody sends to people; the next node that is no source takes it.
        let mut to = to;
        while self.kinds[to] == Kind::Source || to == at {
            to = if to + 1 < self.count { to + 1 } else { 1 };
        }
        (to, cross)
    }

    fn edge(&mut self, from: usize, to: usize, narrow: bool, small: bool) {
        let purpose = self.numbers.below(PURPOSES);
        let known = self.arrives[from];
        let data = match self.kinds[from] {
            Kind::Source => {
                // The rest of 1 to 8 data.
                let mut all = vec![known];
                for _ in 0..self.numbers.below(8) {
                    let one = self.numbers.below(DATA);
                    if !all.contains(&one) {
                        all.push(one);
                    }
                }
                let names: Vec<String> = all.iter().map(|datum| format!("d{datum}")).collect();
                names.join("; ")
            }
            _ if narrow => {
                let mut top = known;
                let up = if small { 1 } else { 1 + self.numbers.below(4) };
                for _ in 0..up {
                    top = above(top).unwrap_or(top);
                }
                format!("d{top}")
            }
            _ => "all".to_string(),
        };
        // What surely arrives, arrives as it is.
        let form = match self.numbers.below(100) {
            0 if narrow => "hashed",
            1..4 if narrow => "pseudonymous",
            4..7 if narrow => "hashed",
            _ => "",
        };
        let _ = writeln!(
            self.flows,
            "node-{from},node-{to},,{data},{form},u{purpose}"
        );
    }
}
