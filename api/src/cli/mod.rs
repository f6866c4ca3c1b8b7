//! The `haru` command line: one subcommand a file.

mod backup;
mod export;
mod migrate;
mod openapi;
mod seal;
mod seed;
mod serve;
mod user;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};

use crate::store::{Site, Store};

/// Privacy-first web analytics in one binary.
#[derive(Debug, Parser)]
#[command(name = "haru", version, about, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Serve),
    Migrate(migrate::Migrate),
    Seed(seed::Seed),
    Seal(seal::Seal),
    Export(export::Export),
    Backup(backup::Backup),
    Verify(backup::Verify),
    Restore(backup::Restore),
    User(user::User),
    Openapi(openapi::Openapi),
}

/// Runs the command that the process was started with. Errors are one line, exit status 1.
pub fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => match run(cli.command) {
            Ok(()) => ExitCode::SUCCESS,
            Err(message) => fail(&message),
        },
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            let _closed_pipe = error.print();
            ExitCode::SUCCESS
        }
        Err(error) if matches!(error.kind(), ErrorKind::ValueValidation | ErrorKind::InvalidValue) => {
            fail(&wrong_value(&error))
        }
        Err(error) => {
            let _closed_pipe = error.print();
            ExitCode::from(2)
        }
    }
}

fn run(command: Command) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(request_threads()).enable_all().build();
    let runtime = runtime.map_err(|error| format!("cannot start: {error}"))?;
    runtime.block_on(async {
        match command {
            Command::Serve(command) => command.run().await,
            Command::Migrate(command) => command.run().await,
            Command::Seed(command) => command.run().await,
            Command::Seal(command) => command.run().await,
            Command::Export(command) => command.run().await,
            Command::Backup(command) => command.run().await,
            Command::Verify(command) => command.run(),
            Command::Restore(command) => command.run().await,
            Command::User(command) => command.run().await,
            Command::Openapi(command) => command.run(),
        }
    })
}

/// Threads that serve requests. A core is left to those that commit: on as many threads as cores, each commit waits for one.
fn request_threads() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1))
}

/// The site of that domain or id: whoever has the database may see all of them.
async fn site_of(store: &Store, name: &str) -> Result<Site, String> {
    let sites = store.sites_of_instance().await.map_err(|error| error.to_string())?;
    let found = sites.into_iter().find(|site| site.domain == name.to_lowercase() || site.id == name);
    found.ok_or_else(|| format!("there is no site {name}"))
}

#[expect(clippy::print_stderr, reason = "the command line talks to a person")]
fn fail(message: &str) -> ExitCode {
    eprintln!("haru: {message}");
    ExitCode::FAILURE
}

/// One line that names the variable, or the flag where there is none, and what is wrong, out of clap's several.
fn wrong_value(error: &clap::Error) -> String {
    use clap::error::{ContextKind, ContextValue};
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        _ => String::new(),
    };
    let flag = text(ContextKind::InvalidArg);
    let value = text(ContextKind::InvalidValue);
    let name = flag.split_whitespace().next().unwrap_or_default().trim_start_matches("--");
    let named = |arg: &clap::Arg| arg.get_long() == Some(name) && arg.get_env().is_some();
    let has_variable = Cli::command().get_subcommands().any(|command| command.get_arguments().any(named));
    let what =
        if has_variable { format!("HARU_{}", name.replace('-', "_").to_uppercase()) } else { format!("--{name}") };
    let allowed = match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(words)) => format!(": expected {}", words.join(", ")),
        _ => String::new(),
    };
    let why = std::error::Error::source(error).map_or(allowed, |source| format!(": {source}"));
    format!("{what}: {value:?} is not allowed{why}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_wrong_value_is_told_in_one_line_that_names_the_variable() {
        let error = Cli::try_parse_from(["haru", "serve", "--listen", "nowhere"]).expect_err("not an address");
        let line = wrong_value(&error);
        assert!(line.starts_with("HARU_LISTEN: \"nowhere\" is not allowed"), "{line}");
        assert!(!line.contains('\n'));
        let error =
            Cli::try_parse_from(["haru", "seal", "--site", "a.com", "--day", "2025-99-01"]).expect_err("no date");
        assert!(wrong_value(&error).starts_with("--day: \"2025-99-01\" is not allowed"), "no variable sets it");
    }
}
