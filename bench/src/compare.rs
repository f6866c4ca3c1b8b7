//! `/api/collect` beside a bare route: turn by turn with the same load, then at a fixed rate.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use tokio::process::Command;

use crate::api::Site;
use crate::load::{Fleet, Outcome};
use crate::machine;
use crate::numbers::{Latencies, grouped, median, millis, rate};
use crate::server::{Durability, Haru, Server, haru_binary, own_binary};
use crate::traffic::Target;

/// Load before the first round, not measured: caches fill, files grow.
const WARM_UP: Duration = Duration::from_secs(1);

/// What is run.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Rounds; each loads both servers in turn.
    #[arg(long, default_value_t = 5, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// Seconds of load on each server in each round.
    #[arg(long, default_value_t = 4, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Connections at once.
    #[arg(long, default_value_t = 64, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    connections: u16,
    /// Numbers of sites to measure with; they are visited by Zipf's law.
    #[arg(long, default_values_t = [1, 1000], value_delimiter = ',', value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    sites: Vec<u16>,
    /// Requests a second of the run at a fixed rate.
    #[arg(long, default_value_t = 2000, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rate: u32,
    /// Seconds of the run at a fixed rate.
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=600))]
    rate_seconds: u64,
    /// Exit with 1 when the ratio is below this one.
    #[arg(long, default_value_t = 0.0, value_name = "RATIO")]
    min_ratio: f64,
    /// What acknowledged hits survive.
    #[arg(long, default_value = "process", value_enum)]
    durability: Durability,
    /// The haru binary to measure; by default the one beside this program.
    #[arg(long, value_name = "FILE")]
    haru: Option<PathBuf>,
    /// PostgreSQL database to measure, too; SQLite always is.
    #[arg(long, env = "HARU_BENCH_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    database_url: Option<String>,
}

/// The measurements of one server.
#[derive(Debug, Default)]
struct Measured {
    rates: Vec<f64>,
    latencies: Vec<Latencies>,
    answered: usize,
    others: usize,
}

impl Measured {
    fn add(&mut self, outcome: Outcome) {
        self.rates.push(rate(outcome.answered, outcome.took));
        self.answered += outcome.answered;
        self.others += outcome.others;
        self.latencies.push(outcome.latencies);
    }

    /// The median of the rounds' percentiles, in milliseconds.
    fn latency(&self, permille: usize) -> String {
        let rounds: Vec<f64> = self.latencies.iter().map(|round| round.permille(permille).as_secs_f64()).collect();
        millis(Duration::from_secs_f64(median(&rounds)))
    }
}

/// Measures every database there is; false when counts differ or the ratio is too low.
#[expect(clippy::print_stdout, reason = "the report is what the program is for")]
pub(crate) async fn run(options: &Options) -> Result<bool, String> {
    let binary = haru_binary(options.haru.as_deref())?;
    println!("machine     {}, shared with the load generator", machine::describe());
    println!(
        "build       {}, {}",
        if cfg!(debug_assertions) { "debug: numbers mean little" } else { "release" },
        binary.display()
    );
    let mut good = true;
    let databases = std::iter::once(None).chain(options.database_url.clone().map(Some));
    for (database_url, sites) in databases.flat_map(|url| options.sites.iter().map(move |sites| (url.clone(), *sites)))
    {
        let data_dir = tempfile::tempdir().map_err(|error| format!("no temporary directory: {error}"))?;
        let haru = Haru {
            wrapper: Vec::new(),
            binary: binary.clone(),
            data_dir: data_dir.path().to_owned(),
            database_url,
            durability: options.durability,
        };
        good &= measure(options, &haru, usize::from(sites)).await?;
    }
    Ok(good)
}

#[expect(clippy::print_stdout, reason = "the report is what the program is for")]
async fn measure(options: &Options, haru: &Haru, sites: usize) -> Result<bool, String> {
    let connections = usize::from(options.connections);
    let time = Duration::from_secs(options.seconds);
    println!("\ndatabase    {}, {} {}", haru.database(), grouped(sites), if sites == 1 { "site" } else { "sites" });
    println!(
        "load        {connections} keep-alive connections, {} rounds of {} s on each server in turn\n",
        options.rounds, options.seconds
    );

    let server = haru.start().await?;
    let first = Site::create(server.address).await?;
    let others = first.others(server.address, sites - 1).await?;
    let sites: Vec<Site> = std::iter::once(first).chain(others).collect();
    let target =
        |site: &Site| Target { address: server.address, domain: site.domain.clone(), token: site.token.clone() };
    let targets: Vec<Target> = sites.iter().map(target).collect();
    let mut fleet = Fleet::open_many(&targets, connections, 200).await?;
    let mut command = Command::new(own_binary()?);
    command.arg("bare");
    let bare_server = Server::start(command).await?;
    let bare_targets: Vec<Target> =
        targets.into_iter().map(|target| Target { address: bare_server.address, ..target }).collect();
    let mut bare_fleet = Fleet::open_many(&bare_targets, connections, 204).await?;

    let (mut bare, mut collect) = (Measured::default(), Measured::default());
    bare_fleet.closed(WARM_UP).await?;
    let warm = fleet.closed(WARM_UP).await?;
    for _ in 0..options.rounds {
        bare.add(bare_fleet.closed(time).await?);
        collect.add(fleet.closed(time).await?);
    }
    let ratios: Vec<f64> = collect.rates.iter().zip(&bare.rates).map(|(collect, bare)| collect / bare).collect();
    let ratio = median(&ratios);
    println!("{:<26}{:>14}{:>12}{:>12}", "", "requests/s", "p50 ms", "p99 ms");
    for (name, measured) in [("bare Poem route", &bare), ("POST /api/collect", &collect)] {
        println!(
            "{name:<26}{:>14.0}{:>12}{:>12}",
            median(&measured.rates),
            measured.latency(500),
            measured.latency(990)
        );
    }
    let each: Vec<String> = ratios.iter().map(|ratio| format!("{ratio:.2}")).collect();
    println!("{:<26}{ratio:>14.2}   (median of {})", "ratio", each.join(" "));

    let seconds = Duration::from_secs(options.rate_seconds);
    let bare_fixed = bare_fleet.open_loop(options.rate, seconds).await?;
    let fixed = fleet.open_loop(options.rate, seconds).await?;
    println!("\nat {} requests a second for {} s", grouped(options.rate as usize), options.rate_seconds);
    println!("{:<26}{:>14}{:>12}{:>12}{:>12}", "", "requests/s", "p50 ms", "p99 ms", "p99.9 ms");
    for (name, outcome) in [("bare Poem route", &bare_fixed), ("POST /api/collect", &fixed)] {
        let [p50, p99, p999] = [500, 990, 999].map(|permille| millis(outcome.latencies.permille(permille)));
        let rate = rate(outcome.latencies.count(), outcome.took);
        println!("{name:<26}{rate:>14.0}{p50:>12}{p99:>12}{p999:>12}");
    }

    drop((fleet, bare_fleet));
    bare_server.stop().await?;
    let acknowledged = warm.answered + collect.answered + fixed.answered;
    let others = warm.others + collect.others + fixed.others;
    let (events, pageviews) = totals(&sites, server.address).await?;
    let equal = events == acknowledged && pageviews == acknowledged;
    println!(
        "\ncounted     {} answered with 200, {} events and {} pageviews reported: {}",
        grouped(acknowledged),
        grouped(events),
        grouped(pageviews),
        if equal { "equal" } else { "DIFFERENT" }
    );
    if others > 0 {
        println!("refused     {} other answers", grouped(others));
    }
    let status = server.stop().await?;
    if !status.success() {
        return Err(format!("haru ended with {status}"));
    }
    let fast = ratio >= options.min_ratio;
    if !fast {
        println!("too slow    the ratio is below {}", options.min_ratio);
    }
    Ok(equal && fast)
}

/// Events and pageviews of all sites.
async fn totals(sites: &[Site], address: SocketAddr) -> Result<(usize, usize), String> {
    let Some(first) = sites.first() else { return Ok((0, 0)) };
    let access = first.log_in(address).await?;
    let mut all = (0, 0);
    for site in sites {
        let (events, pageviews) = site.totals_for(address, &access).await?;
        all = (all.0 + events, all.1 + pageviews);
    }
    Ok(all)
}
