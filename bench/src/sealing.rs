//! Sealing a large day while hits arrive: what they wait, and what it takes.
//!
//! `haru seed` fills two days that are over, the later of them whole, and today's small hours, while no server runs. A server
//! that is then started seals both at once, as any does that finds days due, and hits arrive for another site meanwhile. The
//! same hits are sent to a server that has nothing to seal, before and afterwards. At the end a new process must count from
//! segments what was seeded as rows.

use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use clap::Args;
use tokio::process::Command;

use crate::api::{PASSWORD, Site};
use crate::load::Fleet;
use crate::machine;
use crate::numbers::{Latencies, grouped, millis};
use crate::server::{Haru, Place, Server};
use crate::traffic::Target;

/// Domain and user of the site whose days are sealed.
pub(crate) const DOMAIN: &str = "sealing.example.com";
pub(crate) const EMAIL: &str = "sealing@example.com";
/// Hits are sent for so long before it is looked whether sealing is done.
const SLICE: Duration = Duration::from_secs(2);
/// Sealing that takes longer than this is hopeless.
const HOPELESS: Duration = Duration::from_mins(15);

/// Seal a day of a million events while hits arrive: latency of collecting, memory, time
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Pageviews and custom events of the two days and today's small hours; engagement comes on top.
    #[arg(long, default_value_t = 1_200_000, value_name = "N", value_parser = clap::value_parser!(u32).range(1_000..=20_000_000))]
    events: u32,
    /// Hits a second.
    #[arg(long, default_value_t = 300, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rate: u32,
    /// Seconds of the load without sealing, before and afterwards.
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Connections at once.
    #[arg(long, default_value_t = 16, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    connections: u16,
    #[command(flatten)]
    place: Place,
}

/// Measures; false when numbers changed, or a hit was refused.
#[expect(clippy::print_stdout, reason = "the report is what the program is for")]
pub(crate) async fn run(options: &Options) -> Result<bool, String> {
    let temporary = tempfile::tempdir().map_err(|error| format!("no temporary directory: {error}"))?;
    let haru = options.place.haru(temporary.path())?;
    println!("machine     {}", machine::describe());
    println!("database    {}", haru.database());
    println!("load        {} hits/s over {} connections\n", options.rate, options.connections);
    let alone = Duration::from_secs(options.seconds);

    let server = haru.start().await?;
    let site = Site::create(server.address).await?;
    let mut fleet = open(&server, &site, options).await?;
    fleet.open_loop(options.rate, SLICE).await?;
    let before = fleet.open_loop(options.rate, alone).await?;
    let peak_before = server.peak_memory()?;
    drop(fleet);
    server.stop().await?;

    let events = seed(&haru, options.events).await?;
    let server = haru.start().await?;
    let began = Instant::now();
    let mut fleet = open(&server, &site, options).await?;
    let mut during = Vec::new();
    let days = loop {
        during.push(fleet.open_loop(options.rate, SLICE).await?);
        if let Some(days) = sealed(&haru).await? {
            break days;
        }
        if began.elapsed() > HOPELESS {
            return Err(format!("not sealed after {} s", HOPELESS.as_secs()));
        }
    };
    let took = began.elapsed();
    let peak = server.peak_memory()?;
    let after = fleet.open_loop(options.rate, alone).await?;
    drop(fleet);
    server.stop().await?;

    let server = haru.start().await?;
    let (counted, _) = Site::known(DOMAIN, EMAIL).totals(server.address).await?;
    server.stop().await?;

    for day in days {
        println!("{day}");
    }
    println!("\nsealed and rows removed within {:.0} s", took.as_secs_f64());
    println!("\n| `/api/collect` | hits | p50 ms | p99 ms | p99.9 ms |\n|---|---:|---:|---:|---:|");
    let refused = during.iter().chain([&before, &after]).map(|outcome| outcome.others).sum::<usize>();
    let during = Latencies::joined(during.into_iter().map(|outcome| outcome.latencies));
    for (name, latencies) in
        [("before", &before.latencies), ("while sealing", &during), ("afterwards", &after.latencies)]
    {
        let [p50, p99, p999] = [500, 990, 999].map(|permille| millis(latencies.permille(permille)));
        println!("| {name} | {} | {p50} | {p99} | {p999} |", grouped(latencies.count()));
    }
    println!("\npeak memory (VmHWM): {peak_before} MiB without sealing, {peak} MiB with it");
    println!("events: {} seeded as rows, {} counted from segments", grouped(events), grouped(counted));
    if refused > 0 {
        println!("{} hits were not taken", grouped(refused));
    }
    Ok(counted == events && refused == 0)
}

async fn open(server: &Server, site: &Site, options: &Options) -> Result<Fleet, String> {
    let target = Target { address: server.address, domain: site.domain.clone(), token: site.token.clone() };
    Fleet::open(&target, usize::from(options.connections), 200).await
}

/// Fills the days; answers how many events they have, engagement not counted.
pub(crate) async fn seed(haru: &Haru, events: u32) -> Result<usize, String> {
    let events = events.to_string();
    let arguments =
        ["seed", "--days", "2", "--events", &events, "--domain", DOMAIN, "--email", EMAIL, "--password", PASSWORD];
    let told = output(haru.command().args(arguments).args(["--timezone", &zone_at_night()])).await?;
    let made = told.split_once(": ").and_then(|(_, rest)| rest.split(' ').next()?.parse().ok());
    made.ok_or_else(|| format!("`haru seed` did not say how many events it made: {told}"))
}

/// The sealed days, once nothing is left to be done.
pub(crate) async fn sealed(haru: &Haru) -> Result<Option<Vec<String>>, String> {
    let told = output(haru.command().args(["seal", "--list", "--site", DOMAIN])).await?;
    let days: Vec<String> = told.lines().map(str::to_owned).collect();
    Ok((!days.is_empty() && !told.contains(" to be ")).then_some(days))
}

async fn output(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output().await.map_err(|error| error.to_string())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

/// A zone in which it is between three and four, so that yesterday has been over for longer than two hours.
fn zone_at_night() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    zone_of(seconds / 3_600 % 24)
}

/// The zone for an hour of UTC. The names' signs are those of POSIX: `+` is behind.
fn zone_of(hour: u64) -> String {
    match hour {
        0..=2 => format!("Etc/GMT-{}", 3 - hour),
        3..=15 => format!("Etc/GMT+{}", hour - 3),
        _ => format!("Etc/GMT-{}", 27 - hour),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_three_in_the_zone() {
        let zones = [0, 2, 3, 4, 15, 16, 23].map(zone_of);
        let expected = ["-3", "-1", "+0", "+1", "+12", "-11", "-4"].map(|offset| format!("Etc/GMT{offset}"));
        assert_eq!(zones, expected);
    }
}
