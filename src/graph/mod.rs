//! Pictures of plans: what is worth drawing is chosen first, as plain data; each format only writes it.
//!
//! `picture` is the data and how it is made: `marks` finds what is wrong where, `carried` what each
//! flow carries, `choose` what is drawn and what is left out, `gather` draws many nodes as one,
//! `words` says it all. `dot`, `mermaid` and `json` each write a [`Picture`].

pub mod carried;
pub mod choose;
pub mod dot;
pub mod gather;
pub mod json;
pub mod marks;
pub mod mermaid;
pub mod picture;
pub mod words;

pub use picture::{Picture, draw};

use crate::model::vocabulary::Kind;
use crate::model::{Model, NameId, Plan};

/// What to draw of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Only what lies around this node.
    pub focus: Option<String>,
    /// How many steps around it.
    pub depth: usize,
    /// Which way around it.
    pub direction: Direction,
    /// Only flows that carry this data, or what derives from it.
    pub data: Option<String>,
    /// Only flows that break a rule, with the paths that lead there.
    pub violations_only: bool,
    /// Everything, also where there are violations.
    pub all: bool,
    /// What the boxes around nodes stand for.
    pub group_by: GroupBy,
    /// Whether many nodes are drawn as one.
    pub collapse: Collapse,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            focus: None,
            depth: usize::MAX,
            direction: Direction::Both,
            data: None,
            violations_only: false,
            all: false,
            group_by: GroupBy::Party,
            collapse: Collapse::Auto,
        }
    }
}

/// Which way to go from the node in focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To where its data comes from.
    Up,
    /// To where its data goes.
    Down,
    /// Both ways; never up and then down again.
    Both,
}

/// What the boxes around nodes stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupBy {
    /// Us, recipients, and recipients that the policy does not name.
    Party,
    /// Regions.
    Region,
}

/// When many nodes are drawn as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collapse {
    /// By party, above [`MANY`] nodes.
    Auto,
    /// Never.
    Nothing,
    /// Nodes of one kind and party.
    Party,
    /// Nodes of one kind, party and region.
    Region,
}

/// From more nodes than this, `dot` takes long and people see nothing.
pub const MANY: usize = 200;

/// What options name and the plan does not have, with the nearest that it has.
pub fn mistaken(model: &Model, plan: &Plan, options: &Options) -> Option<String> {
    let nodes = plan.nodes.iter().map(|node| node.name());
    let data = model.vocabulary.of(Kind::Data);
    let names = data.names.iter().map(|info| info.shown.as_str());
    if let Some(focus) = &options.focus
        && !plan.nodes.iter().any(|node| node.name() == focus)
    {
        return Some(format!(
            "`{}` has no node `{focus}`{}",
            plan.name,
            suggestion(focus, nodes)
        ));
    }
    if let Some(wanted) = &options.data {
        return match named(model, wanted).len() {
            0 => Some(format!(
                "no data is called `{wanted}`{}",
                suggestion(wanted, names)
            )),
            1 => None,
            _ => Some(format!(
                "several data are called `{wanted}`: {}",
                named(model, wanted)
                    .iter()
                    .map(|id| format!("`{}`", data.shown(*id)))
                    .collect::<Vec<_>>()
                    .join(", ")
            )),
        };
    }
    None
}

/// The data of a name, as messages show it or as its last part alone.
pub fn named(model: &Model, wanted: &str) -> Vec<NameId> {
    let names = &model.vocabulary.of(Kind::Data).names;
    let all = |meant: &dyn Fn(usize) -> bool| -> Vec<NameId> {
        (0..names.len())
            .filter(|at| meant(*at))
            .map(|at| NameId(at as u32))
            .collect()
    };
    let exact = all(&|at| names[at].shown == wanted);
    if exact.is_empty() {
        all(&|at| names[at].name == wanted)
    } else {
        exact
    }
}

fn suggestion<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> String {
    match crate::project::levels::nearest(wanted, known) {
        Some(near) => format!("; did you mean `{near}`?"),
        None => String::new(),
    }
}
