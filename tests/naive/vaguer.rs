//! Plans that say less than another: one name replaced by a parent, or one thing left out.

use abide::model::plans::{EdgeDetails, EdgeKind, NodeKind, Plan};
use abide::model::vocabulary::{ANY, purpose};
use abide::model::{Model, NameSet, Vocabulary};
use abide::syntax::ast::Kind;

/// A model of which one plan says less.
pub struct Vaguer {
    /// What is left out, in words.
    pub how: String,
    pub model: Model,
    /// A region is less precise: an edge between two regions may then be no transfer.
    pub regions: bool,
}

/// Every model that says a little less. Left alone is what does not only leave acts open: the purposes
/// of a collecting edge are those of collection, a source that is less precise covers more people, and
/// `keeps` of more data may apply to less.
pub fn vaguer(model: &Model) -> Vec<Vaguer> {
    let mut all = Vec::new();
    for (at, plan) in model.plans.iter().enumerate() {
        let mut add = |how: String, regions: bool, plan: Plan| {
            let mut model = model.clone();
            model.plans[at] = plan;
            all.push(Vaguer {
                how: format!("plan q-{at}: {how}"),
                model,
                regions,
            });
        };
        for number in 0..plan.edges.len() {
            edges(&model.vocabulary, plan, number, &mut add);
        }
        for number in 0..plan.nodes.len() {
            nodes(&model.vocabulary, plan, number, &mut add);
        }
    }
    all
}

type Add<'a> = dyn FnMut(String, bool, Plan) + 'a;

fn edges(vocabulary: &Vocabulary, plan: &Plan, number: usize, add: &mut Add) {
    let edge = &plan.edge(number);
    let mut with = |how: &str, change: &dyn Fn(&mut EdgeDetails)| {
        let mut plan = plan.clone();
        change(plan.change_edge(number));
        add(format!("{how} of edge {}", number + 1), false, plan);
    };
    let data = match &edge.kind {
        EdgeKind::Arrow { data, .. } => data.as_ref(),
        EdgeKind::Uses { data } | EdgeKind::Derives { data, .. } => Some(data),
    };
    for wider in data
        .iter()
        .flat_map(|list| wider(vocabulary, Kind::Data, list))
    {
        with("data", &|edge| match &mut edge.kind {
            EdgeKind::Arrow { data, .. } => *data = Some(wider.clone()),
            EdgeKind::Uses { data } | EdgeKind::Derives { data, .. } => *data = wider.clone(),
        });
    }
    if let EdgeKind::Derives { product, .. } = &edge.kind {
        for wider in wider(vocabulary, Kind::Data, product) {
            with("product", &|edge| {
                if let EdgeKind::Derives { product, .. } = &mut edge.kind {
                    *product = wider.clone();
                }
            });
        }
    }
    for wider in edge
        .form
        .iter()
        .flat_map(|list| wider(vocabulary, Kind::Form, list))
    {
        with("form", &|edge| edge.form = Some(wider.clone()));
    }
    let collects = matches!(
        plan.node(edge.from()).kind,
        NodeKind::Source | NodeKind::External
    ) && matches!(edge.kind, EdgeKind::Arrow { .. });
    if let (Some(list), false) = (&edge.purpose, collects) {
        for wider in wider(vocabulary, Kind::Purpose, list) {
            with("purpose", &|edge| edge.purpose = Some(wider.clone()));
        }
        // Without it, a purpose is none of collection where those are unknown.
        if !list.mentions(purpose::COLLECTED) {
            with("for", &|edge| edge.purpose = None);
        }
    }
    for at in 0..edge.given.len() {
        with("given", &|edge| {
            edge.given.remove(at);
        });
    }
    for at in 0..edge.fulfilling.len() {
        with("fulfilling", &|edge| {
            edge.fulfilling.remove(at);
        });
    }
}

fn nodes(vocabulary: &Vocabulary, plan: &Plan, number: usize, add: &mut Add) {
    let node = &plan.node(number);
    let mut with = |how: &str, regions: bool, change: &dyn Fn(&mut Plan)| {
        let mut plan = plan.clone();
        change(&mut plan);
        add(format!("{how} of {}", node.name()), regions, plan);
    };
    for wider in node
        .party
        .iter()
        .flat_map(|list| wider(vocabulary, Kind::Party, list))
    {
        with("party", false, &|plan| {
            plan.change_node(number).party = Some(wider.clone());
        });
    }
    for wider in node
        .place
        .iter()
        .flat_map(|list| wider(vocabulary, Kind::Region, list))
    {
        with("in", true, &|plan| {
            plan.change_node(number).place = Some(wider.clone());
        });
    }
    if node.place.is_some() {
        with("in", true, &|plan| plan.change_node(number).place = None);
    }
    if node.context.is_some() {
        with("on", false, &|plan| plan.change_node(number).context = None);
    }
    if node.kind == NodeKind::External && node.subject.is_some() {
        with("of", false, &|plan| {
            plan.change_node(number).subject = None;
            plan.change_node(number).resident = None;
        });
    }
    for at in 0..node.keeps.len() {
        if node.keeps[at]
            .purpose
            .as_ref()
            .is_some_and(|list| !list.mentions(purpose::COLLECTED))
        {
            with("keeps for", false, &|plan| {
                plan.change_node(number).keeps[at].purpose = None;
            });
        }
        if !node.keeps[at].given.is_empty() {
            with("keeps given", false, &|plan| {
                plan.change_node(number).keeps[at].given.clear();
            });
        }
    }
    for at in 0..node.does.len() {
        with("does", false, &|plan| {
            plan.change_node(number).does.remove(at);
        });
    }
}

/// The list with one of its names replaced by a parent, in every way.
fn wider(vocabulary: &Vocabulary, kind: Kind, list: &NameSet) -> Vec<NameSet> {
    let mut all = Vec::new();
    for at in 0..list.include.len() {
        let name = list.include[at];
        if name == ANY {
            continue;
        }
        for parent in &vocabulary.of(kind).names[name.0 as usize].parents {
            let mut wider = list.clone();
            wider.include[at] = *parent;
            all.push(wider);
        }
    }
    all
}
