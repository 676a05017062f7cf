//! A picture as JSON, for other tools to draw.

use super::Picture;
use serde::Serialize;
use std::io::{self, Write};

/// The version of this shape; it grows when a field changes its meaning or goes.
pub const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    tool: &'static str,
    version: &'static str,
    #[serde(flatten)]
    picture: &'a Picture,
}

/// Writes a picture.
pub fn write(picture: &Picture, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        schema_version: SCHEMA_VERSION,
        tool: "abide",
        version: env!("CARGO_PKG_VERSION"),
        picture,
    };
    crate::report::machine::pretty(&document, out)?;
    writeln!(out)
}
