//! The texts of a generated plan, as reports show them.

use crate::shapes::Files;
use abide::source::SourceMap;
use std::path::Path;

/// All texts, in the order of their numbers.
pub fn of(files: &Files) -> SourceMap {
    let mut sources = SourceMap::default();
    let all = [
        ("map.abide", &files.abide),
        ("nodes.csv", &files.nodes),
        ("flows.csv", &files.flows),
    ];
    for (name, text) in all {
        sources.add(Path::new(name), name.to_string(), text.clone());
    }
    sources
}
