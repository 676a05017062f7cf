//! The `abide` binary.
fn main() {}
