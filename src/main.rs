//! The `abide` binary: calls the library and maps its answer to an exit code.

#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    abide::cli::run()
}
