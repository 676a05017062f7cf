//! Any files are checked to the end, in bounded memory.
#![no_main]

#[allow(dead_code, reason = "each program runs one of the targets")]
#[path = "../targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::check_files(bytes));
