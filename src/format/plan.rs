//! Plans and tests: nodes and edges in columns, expectations in lines.

use super::Layout;
use super::doc::{Doc, STEP, Style, group};
use super::statement::{EDGE, FLOW, KEEPS, NODE, stack};
use crate::source::Span;
use crate::syntax::ast::{Edge, EdgeKind, Node, Plan, PlanItem, Test, TestItem};

/// Names longer than this are not put in columns.
const WIDEST: usize = 32;

/// How wide the columns of nodes or of edges are; 0 leaves them alone.
#[derive(Debug, Clone, Copy, Default)]
struct Columns {
    first: usize,
    second: usize,
}

impl Layout<'_, '_> {
    pub fn plan(&self, plan: &Plan) -> Doc {
        let [nodes, edges] = self.columns(&plan.items);
        let items = self.spaced(
            plan.items.iter(),
            |_| false,
            |item| match item {
                PlanItem::Checks(_, span) => self.line(*span),
                PlanItem::Table(table) => self.line(table.span),
                PlanItem::Node(node) => self.node(node, nodes),
                PlanItem::Edge(edge) => self.edge(edge, edges),
                PlanItem::Broken(broken) => self.raw(broken),
            },
        );
        let broken = plan.name.text.is_empty().then_some(plan.name.span);
        self.braced(plan.span, broken, plan.items.last().map(item_span), items)
    }

    /// How wide the columns of nodes, and those of edges, are in a plan.
    fn columns(&self, items: &[PlanItem]) -> [Columns; 2] {
        let widest = |nodes: bool| {
            let all = items
                .iter()
                .filter(|item| matches!(item, PlanItem::Node(_)) == nodes)
                .map(|item| self.widths(item))
                .fold(Columns::default(), |a, b| Columns {
                    first: a.first.max(b.first),
                    second: a.second.max(b.second),
                });
            if all.first.max(all.second) <= WIDEST {
                all
            } else {
                Columns::default()
            }
        };
        [widest(true), widest(false)]
    }

    fn widths(&self, item: &PlanItem) -> Columns {
        match item {
            PlanItem::Node(node) => {
                let (_, name) = self.node_words(node);
                Columns {
                    first: self.width(name - 1),
                    second: self.width(name),
                }
            }
            PlanItem::Edge(edge) => match &edge.kind {
                EdgeKind::Arrow { to, .. } => Columns {
                    first: self.width(self.at(edge.from.span.start)),
                    second: self.width(self.at(to.span.start)),
                },
                _ => Columns::default(),
            },
            _ => Columns::default(),
        }
    }

    fn width(&self, at: usize) -> usize {
        self.source.shown[at].chars().count()
    }

    /// Blanks that fill a column after a word.
    fn pad(&self, at: usize, column: usize) -> Doc {
        Doc::Space(column.saturating_sub(self.width(at)) + 1)
    }

    // ---- nodes ----

    /// The word after the waivers, and the name.
    fn node_words(&self, node: &Node) -> (usize, usize) {
        let name = self.at(node.name.span.start);
        (name - 1, name)
    }

    fn node(&self, node: &Node, columns: Columns) -> Doc {
        let mut docs = Vec::new();
        self.on_own_lines(node.waivers.iter().map(|waiver| waiver.span), &mut docs);
        let (from, name) = self.node_words(node);
        let to = self.at(node.span.end);
        let mut parts = self.node_parts(name + 1, to);
        // Clauses of the node that stand after `keeps` go before it, unless comments hold them.
        let starts: Vec<usize> = parts
            .iter()
            .flat_map(|(head, clauses)| {
                std::iter::once(head.0).chain(clauses.iter().map(|clause| clause.0))
            })
            .collect();
        let (still, _) = self.comments_in(from, to, |at| starts.contains(&at));
        let mut clauses = Vec::new();
        for part in &mut parts {
            let (own, other): (Vec<_>, Vec<_>) = part
                .1
                .drain(..)
                .partition(|(at, _)| !still && NODE.contains(&self.word(*at)));
            clauses.extend(own);
            part.1 = other;
        }
        let mut head = parts.remove(0);
        if !still {
            head.1 = clauses;
            self.sort(&mut head.1, NODE);
        }
        let mut first = vec![
            Doc::Word(from),
            self.pad(from, columns.first),
            Doc::Word(name),
        ];
        if head.0.0 < head.0.1 {
            first.push(self.pad(name, columns.second));
            first.extend(self.run(head.0.0, head.0.1));
        }
        for (at, clause) in head.1.iter().enumerate() {
            first.push(if at == 0 && head.0.0 == head.0.1 {
                self.pad(name, columns.second)
            } else {
                Doc::Line
            });
            first.push(group(Style::Fill, STEP, self.run(clause.0, clause.1)));
        }
        let end = if parts.is_empty() { to } else { parts[0].0.0 };
        docs.push(self.marked((from, end), group(Style::Fill, STEP, first)));
        let keeps = parts.iter().any(|part| self.word(part.0.0) == "keeps");
        let mut below = Vec::new();
        for (words, mut clauses) in parts {
            // Clauses of the node that comments hold here would tear what is kept apart.
            if !still {
                self.sort(&mut clauses, KEEPS);
            }
            below.push(Doc::Hard);
            below.push(self.store_line(words, &clauses, keeps));
        }
        docs.push(stack(STEP, below));
        stack(0, docs)
    }

    fn store_line(
        &self,
        (from, to): (usize, usize),
        clauses: &[(usize, usize)],
        keeps: bool,
    ) -> Doc {
        let mut docs = vec![Doc::Word(from)];
        if from + 1 < to {
            docs.push(Doc::Space(if keeps && self.word(from) == "does" {
                2
            } else {
                1
            }));
            docs.push(group(Style::Fill, STEP, self.run(from + 1, to)));
        }
        let mut end = to;
        for (from, to) in clauses {
            docs.push(Doc::Line);
            docs.push(group(Style::Fill, STEP, self.run(*from, *to)));
            end = end.max(*to);
        }
        self.marked((from, end), group(Style::Fill, STEP, docs))
    }

    /// The words of a node after its name, cut at `keeps` and `does`, each with its clauses.
    #[expect(clippy::type_complexity, reason = "words, and words of clauses")]
    fn node_parts(&self, from: usize, to: usize) -> Vec<((usize, usize), Vec<(usize, usize)>)> {
        let mut all = vec![((from, from), Vec::new())];
        for at in from..to {
            let word = self.word(at);
            let before = self.word(at.wrapping_sub(1));
            let (head, clauses): &mut ((usize, usize), Vec<(usize, usize)>) =
                all.last_mut().expect("there is a first part");
            let inside = self.word(head.0);
            if matches!(word, "keeps" | "does") {
                all.push(((at, at + 1), Vec::new()));
                continue;
            }
            let after_of = clauses.last().is_some_and(|c| self.word(c.0) == "of");
            let within = inside == "does" && (head.0..at).any(|at| self.word(at) == "within");
            let clause = match word {
                "in" => before != "resident",
                "resident" => !after_of,
                // `within 30 days of E`
                "of" => !within || (head.0..at).any(|at| self.word(at) == "of"),
                "on" => true,
                "for" | "given" => inside == "keeps",
                _ => inside == "keeps" && super::is_number(word),
            };
            if clause {
                clauses.push((at, at + 1));
            } else if let Some(last) = clauses.last_mut() {
                last.1 = at + 1;
            } else {
                head.1 = at + 1;
            }
        }
        all
    }

    // ---- edges ----

    fn edge(&self, edge: &Edge, columns: Columns) -> Doc {
        let mut docs = Vec::new();
        self.on_own_lines(edge.waivers.iter().map(|waiver| waiver.span), &mut docs);
        let (from, to) = self.range(edge.statement);
        let doc = self.clauses_filled((from, to), EDGE, |at| match &edge.kind {
            EdgeKind::Arrow { to, .. } => {
                let receiver = self.at(to.span.start);
                if at == from + 1 {
                    Some(self.pad(from, columns.first))
                } else if at == receiver + 1 {
                    Some(self.pad(receiver, columns.second))
                } else {
                    None
                }
            }
            _ => None,
        });
        docs.push(doc);
        stack(0, docs)
    }

    /// A head and its clauses, filled; some gaps of the head are given.
    fn clauses_filled(
        &self,
        (from, to): (usize, usize),
        order: &[&str],
        given: impl Fn(usize) -> Option<Doc>,
    ) -> Doc {
        let (head, clauses) = self.head_and_clauses((from, to), order);
        let mut first = Vec::new();
        for at in head.0..head.1 {
            if at > head.0 {
                first.extend(given(at).or_else(|| self.gap(at)));
            }
            first.push(Doc::Word(at));
        }
        let mut docs = vec![group(Style::Fill, STEP, first)];
        for (from, to) in clauses {
            docs.push(Doc::Line);
            docs.push(group(Style::Fill, STEP, self.run(from, to)));
        }
        let doc = group(Style::Fill, STEP, docs);
        self.marked((from, to), doc)
    }

    // ---- tests ----

    pub fn test(&self, test: &Test) -> Doc {
        let items = self.spaced(
            test.items.iter(),
            |_| false,
            |item| match item {
                TestItem::Expectation(one) => {
                    self.clauses_filled(self.range(one.span), FLOW, |_| None)
                }
                TestItem::Broken(broken) => self.raw(broken),
            },
        );
        let title = test.title.span;
        let broken = (title.start == test.span.start).then_some(title);
        self.braced(test.span, broken, test.items.last().map(test_span), items)
    }
}

fn item_span(item: &PlanItem) -> Span {
    match item {
        PlanItem::Checks(_, span) => *span,
        PlanItem::Table(table) => table.span,
        PlanItem::Node(node) => node.span,
        PlanItem::Edge(edge) => edge.span,
        PlanItem::Broken(broken) => broken.span,
    }
}

fn test_span(item: &TestItem) -> Span {
    match item {
        TestItem::Expectation(one) => one.span,
        TestItem::Broken(broken) => broken.span,
    }
}
