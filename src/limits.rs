//! Limits that keep hostile or mistaken input from taking the machine. What is beyond one is an error
//! that no setting silences, so that nothing looks clean which was not judged.

/// How much one run takes in and says. The size of a policy's diagrams has a limit of its own, which is
/// fixed (`policy-too-large`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file, table or notice; never more than [`LARGEST_FILE`].
    pub file_size: u64,
    /// Names that the files of a run declare; nodes of plans are not counted.
    pub names: usize,
    /// Braces and parentheses in each other; never more than [`DEEPEST`].
    pub nesting: usize,
    /// Labels that spread in one plan: a datum with all that rules can ask of it.
    pub labels: usize,
    /// Findings that a run keeps, in order of place; the others are counted.
    pub findings: usize,
}

/// The limits unless set: far beyond what people write and what machines export.
pub const DEFAULT: Limits = Limits {
    file_size: 1 << 30,
    names: 50_000,
    nesting: DEEPEST,
    labels: 1_000_000,
    findings: 100_000,
};

/// The parser and all that walks its trees go down with the text: a thread's stack has an end.
pub const DEEPEST: usize = 64;

/// Places in a file are counted in 32 bits.
pub const LARGEST_FILE: u64 = u32::MAX as u64 - 16;

impl Default for Limits {
    fn default() -> Limits {
        DEFAULT
    }
}
