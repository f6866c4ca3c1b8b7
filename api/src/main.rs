//! The `haru` command.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Requests are many small allocations on several threads, which the system's allocator is slow at. SQLite has it, too.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    haru::cli::main()
}
