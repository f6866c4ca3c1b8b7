//! Measurements of Haru, on this machine alone: load against the real `haru serve`, and the engine beside DuckDB.
//!
//! Without a subcommand: `/api/collect` beside a bare Poem route, turn by turn in one run, and at a fixed rate; at the end
//! the server must report as many events as it answered with 200. `crash`: the server is killed under load again and again,
//! and must have kept every event that it had answered for, once. `faults`: so is its database, its disk and its neighbours. `stats`: dashboards over a made-up site, in this process and
//! in DuckDB. `sealing`: a large day is sealed while hits arrive. `login`: known and unknown addresses, and a hundred
//! logins while hits arrive. `live`: a thousand who watch dashboards, and some who do not read what they are sent. `soak`: a quarter
//! of an hour of ordinary work. `backup`: a backup under load, restored into the other database. `hostile`: those
//! who want it to fall over, and somebody beside them.
//!
//! Servers are child processes on 127.0.0.1 with ports of their own and a data directory of their own; the load generator
//! shares the machine's cores with them, for both sides of a comparison alike.

mod api;
mod backup;
mod bare;
mod compare;
mod crash;
mod faults;
mod hostile;
mod http;
mod ledger;
mod live;
mod load;
mod login;
mod machine;
mod numbers;
mod process;
mod sealing;
mod server;
mod soak;
mod spread;
mod stats;
mod traffic;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use mimalloc::MiMalloc;

/// That of `haru serve`, whose work is measured: the bare route and the engine in this process have no other.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Measurements of Haru: collecting beside a bare route, what it keeps when it is killed, its numbers beside DuckDB.
#[derive(Debug, Parser)]
#[command(
    name = "haru-bench",
    max_term_width = 110,
    after_help = "Examples:\n  cargo build --release -p haru -p haru-bench && target/release/haru-bench\n  \
        haru-bench --rounds 3 --seconds 2\n  haru-bench crash --rounds 20\n  \
        haru-bench crash --database-url postgres://haru:secret@localhost/haru_bench"
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    compare: compare::Options,
}

#[derive(Debug, Subcommand)]
enum Command {
    Bare(bare::Options),
    Crash(crash::Options),
    Faults(faults::Options),
    Stats(stats::Options),
    Sealing(sealing::Options),
    Login(login::Options),
    Live(live::Options),
    Soak(soak::Options),
    Backup(backup::Options),
    Hostile(hostile::Options),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => fail(&message),
    }
}

fn run(cli: Cli) -> Result<bool, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("cannot start: {error}"))?;
    runtime.block_on(async {
        match cli.command {
            None => compare::run(&cli.compare).await,
            Some(Command::Bare(options)) => bare::run(&options).await.map(|()| true),
            Some(Command::Crash(options)) => crash::run(&options).await,
            Some(Command::Faults(options)) => faults::run(&options).await,
            Some(Command::Stats(options)) => stats::run(&options),
            Some(Command::Sealing(options)) => sealing::run(&options).await,
            Some(Command::Login(options)) => login::run(&options).await,
            Some(Command::Live(options)) => live::run(&options).await,
            Some(Command::Soak(options)) => soak::run(&options).await,
            Some(Command::Backup(options)) => backup::run(&options).await,
            Some(Command::Hostile(options)) => hostile::run(&options).await,
        }
    })
}

#[expect(clippy::print_stderr, reason = "the command line talks to a person")]
fn fail(message: &str) -> ExitCode {
    eprintln!("haru-bench: {message}");
    ExitCode::FAILURE
}
