//! The `abide` binary: calls the library and maps its answer to an exit code.

#![forbid(unsafe_code)]

// Trees, diagrams and rows of labels are many small things, made by several threads: this allocator
// takes a sixth of the time of a large check off.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    abide::cli::run()
}
