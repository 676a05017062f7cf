//! Cases that are files.
fn main() {}
