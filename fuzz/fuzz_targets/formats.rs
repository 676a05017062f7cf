//! Every output format is well formed, whatever was found.
#![no_main]

#[allow(dead_code, reason = "each program runs one of the targets")]
#[path = "../targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::every_format(bytes));
