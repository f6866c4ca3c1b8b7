//! Haru's numbers beside DuckDB's: the same made-up site, the same dashboards, two threads each, turn by turn in one run.
//!
//! ```text
//! haru-site ─▶ files (sealed days) ─┬▶ Haru: in this process        ─┬▶ compared number by number, and in time
//!                                   └▶ DuckDB: a child, in Python   ─┘
//! ```
//!
//! Rule: nothing is reported of a run whose numbers differ.

mod answers;
mod clock;
mod duckdb;
mod files;
mod haru;
mod measure;
mod memory;
mod questions;
mod report;

use std::path::PathBuf;

use clap::Args;
use haru_site::Site;

use crate::machine;
use files::Sealed;
use questions::{COUNTRY, EVERYTHING, PAGE};
use report::Report;

/// Threads of each side.
const THREADS: usize = 2;

/// Answer dashboards beside DuckDB on a made-up site: the same numbers, and how long they take
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Events of the site.
    #[arg(long, default_value_t = 10_000_000, value_name = "N")]
    events: usize,
    /// Events of the smaller site that growth is measured from.
    #[arg(long, default_value_t = 1_000_000, value_name = "N")]
    small_events: usize,
    /// Days of both.
    #[arg(long, default_value_t = 30, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=35))]
    days: u16,
    /// Days of the long site, which has the larger number of events; its series is by month.
    #[arg(long, default_value_t = 365, value_name = "N", value_parser = clap::value_parser!(u16).range(200..=3650))]
    year_days: u16,
    /// Leave the long site out.
    #[arg(long)]
    no_year: bool,
    /// Rounds; in each, both sides answer every dashboard.
    #[arg(long, default_value_t = 5, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=100))]
    rounds: u16,
    /// How often Haru answers in a round; the median counts.
    #[arg(long, default_value_t = 7, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    runs: u16,
    /// How often columns are decoded anew.
    #[arg(long, default_value_t = 3, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=100))]
    cold_runs: u16,
    /// Seed of the made-up site.
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// Exit with 1 when an unfiltered dashboard, decoded and not remembered, is less than so many times as fast as DuckDB.
    #[arg(long, default_value_t = 50.0, value_name = "RATIO")]
    min_ratio: f64,
    /// The same for a filtered dashboard.
    #[arg(long, default_value_t = 25.0, value_name = "RATIO")]
    min_filtered_ratio: f64,
    /// Exit with 1 when a dashboard of columns not yet decoded takes longer.
    #[arg(long, default_value_t = 2.0, value_name = "SECONDS")]
    max_cold: f64,
    /// Exit with 1 when an event takes more in memory, decoded.
    #[arg(long, default_value_t = 40.0, value_name = "BYTES")]
    max_memory: f64,
    /// Exit with 1 when an event takes more on disk, sealed.
    #[arg(long, default_value_t = 15.0, value_name = "BYTES")]
    max_disk: f64,
    /// Where sealed days are written; what was there of an earlier run is replaced.
    #[arg(long, default_value = "target/bench-stats", value_name = "DIR")]
    dir: PathBuf,
    /// A Python that has DuckDB (`make bench-stats` makes one).
    #[arg(long, default_value = "target/bench-stats/venv/bin/python", value_name = "FILE")]
    python: PathBuf,
    /// The program that runs DuckDB.
    #[arg(long, default_value = "bench/duckdb/serve.py", value_name = "FILE")]
    script: PathBuf,
}

/// Measures all sites; false when a target is missed.
pub(crate) fn run(options: &Options) -> Result<bool, String> {
    let mut report = Report::begin(&machine::describe());
    let month = usize::from(options.days);
    let small = site(options, "small", options.small_events, month)?;
    let large = site(options, "large", options.events, month)?;
    report.growth(&small, &large);
    report.targets(options, &large);
    if !options.no_year {
        let long = site(options, "long", options.events, usize::from(options.year_days))?;
        report.targets(options, &long);
    }
    Ok(report.end())
}

fn site(options: &Options, name: &str, events: usize, days: usize) -> Result<measure::Measured, String> {
    let sealed = Sealed::make(&Site::new(options.seed, events, days), &options.dir.join(name))?;
    let filtered = [EVERYTHING, COUNTRY, PAGE];
    let questions = if days > usize::from(options.days) { &filtered[..1] } else { &filtered[..] };
    let measured = measure::measure(options, &sealed, questions)?;
    report::site(&sealed, &measured);
    Ok(measured)
}
