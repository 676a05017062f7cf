//! Limits that keep hostile or mistaken input from taking the machine. What is beyond one is an error
//! that no setting silences, so that nothing looks clean which was not judged.

/// How much one run takes in and says. Nesting has a limit of its own, which is fixed
/// (`syntax::cut::DEEPEST`), and so has the size of a policy's diagrams (`policy-too-large`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file, table or notice; never more than [`LARGEST_FILE`].
    pub file_size: u64,
    /// Names that the files of a run declare; nodes of plans are not counted.
    pub names: usize,
    /// Findings that a run keeps, in order of place.
    pub findings: usize,
}

/// The limits unless set: far beyond what people write and what machines export.
pub const DEFAULT: Limits = Limits {
    file_size: 1 << 30,
    names: 1_000_000,
    findings: 1_000_000,
};

/// Places in a file are counted in 32 bits.
pub const LARGEST_FILE: u64 = u32::MAX as u64 - 16;

impl Default for Limits {
    fn default() -> Limits {
        DEFAULT
    }
}
