//! The `haru` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    haru::cli::main()
}
