//! A backup under load, restored into an empty database of the other kind, in both directions.
//!
//! Each sender sends a hit once the one before is acknowledged, and so committed: an archive that holds one moment holds, of each
//! sender, the first hits and no others. Of a site of finished days every number of a set of queries must be the same on both sides
//! while hits arrive; once none arrive, of the site that they were of, too, and the archive of the restored database must have the
//! same rows.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};
use tokio::process::Command;
use tokio::time::sleep;

use crate::api::{PASSWORD, Site};
use crate::faults::{Cluster, Load};
use crate::machine;
use crate::numbers::grouped;
use crate::server::{Durability, Haru, haru_binary};

/// Domain and user of the site with a history.
const DOMAIN: &str = "history.example.com";
const EMAIL: &str = "history@example.com";
const SENDERS: usize = 32;
/// Hits arrive for so long before and after what happens among them.
const BESIDE: Duration = Duration::from_secs(2);

/// What a site is asked by each of: these metrics go with any dimension.
const METRICS: [&str; 6] = ["visitors", "visits", "pageviews", "events", "bounce_rate", "visit_duration"];
const OF_EVENTS: [&str; 3] = ["visitors", "pageviews", "events"];
const DIMENSIONS: [&str; 22] = [
    "event:page",
    "visit:source",
    "visit:referrer",
    "visit:channel",
    "visit:utm_source",
    "visit:utm_medium",
    "visit:utm_campaign",
    "visit:country",
    "visit:region",
    "visit:city",
    "visit:language",
    "visit:screen",
    "visit:device",
    "visit:browser",
    "visit:browser_version",
    "visit:os",
    "visit:os_version",
    "time:hour",
    "time:day",
    "time:week",
    "time:month",
    "time",
];
const EVENT_DIMENSIONS: [&str; 2] = ["event:name", "event:hostname"];
const PAGE_DIMENSIONS: [&str; 2] = ["visit:entry_page", "visit:exit_page"];

/// Back up under load and restore into the other database; every number must be the same
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The haru binary; by default the one beside this program.
    #[arg(long, value_name = "FILE")]
    haru: Option<PathBuf>,
    /// Events of the site with a history of 30 days, about.
    #[arg(long, default_value_t = 300_000, value_name = "N", value_parser = clap::value_parser!(u32).range(1_000..=20_000_000))]
    events: u32,
    /// Hits a second.
    #[arg(long, default_value_t = 1_000, value_name = "N", value_parser = clap::value_parser!(u32).range(32..=20_000))]
    rate: u32,
}

/// What is found at both ends.
#[derive(Debug, Default)]
struct Comparison {
    queries: usize,
    rows: usize,
    different: usize,
}

/// Goes both ways; false when a number is another one.
#[expect(clippy::print_stdout, reason = "the report is what the program is for")]
pub(crate) async fn run(options: &Options) -> Result<bool, String> {
    println!("machine     {}, shared with the load", machine::describe());
    println!("load        about {} hits/s over {SENDERS} connections\n", grouped(options.rate as usize));
    println!(
        "| from, to | rows | archive | backup took | restore took | hits in it, of those sent | queries | rows compared | different |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
    let mut is_good = true;
    for (name, to_postgres) in [("SQLite, PostgreSQL", true), ("PostgreSQL, SQLite", false)] {
        is_good &= one_way(name, to_postgres, options).await?;
    }
    println!("\n{}", if is_good { "Every number is the same." } else { "NOT GOOD." });
    Ok(is_good)
}

#[expect(clippy::print_stdout, reason = "part of the report")]
async fn one_way(name: &str, to_postgres: bool, options: &Options) -> Result<bool, String> {
    let (place, place_of_third) = (directory()?, directory()?);
    let below = place.path();
    let cluster = Cluster::start(below).await?;
    let cluster_of_third = Cluster::start(place_of_third.path()).await?;
    let source = options.haru(below.join("source"), Some(&cluster).filter(|_| !to_postgres))?;
    let target = options.haru(below.join("target"), Some(&cluster).filter(|_| to_postgres))?;
    let third = options.haru(below.join("third"), Some(&cluster_of_third).filter(|_| to_postgres))?;
    let events = options.events.to_string();
    told(
        source
            .command()
            .args(["seed", "--domain", DOMAIN, "--email", EMAIL, "--password", PASSWORD])
            .args(["--days", "30", "--events", &events]),
    )
    .await?;
    told(source.command().arg("seal")).await?;
    let server = source.start().await?;
    let history = Site::known(DOMAIN, EMAIL);
    let visited = Site::create(server.address).await?;
    let load = Load::start(&visited, &Arc::new(Mutex::new(vec![server.address])), SENDERS, options.rate);
    sleep(BESIDE).await;

    let archive = below.join("under-load.bk");
    let began = Instant::now();
    told(source.command().arg("backup").arg(&archive)).await?;
    let backup_took = began.elapsed();
    sleep(BESIDE).await;
    let said = told(target.command().arg("verify").arg(&archive)).await?;
    let listed = said.split_once("\n\n").map(|(_, tables)| tables).unwrap_or_default();
    let rows = listed.lines().filter_map(|line| line.split_whitespace().nth(1)?.parse::<usize>().ok());
    let rows: usize = rows.sum();
    let size = std::fs::metadata(&archive).map_err(|error| error.to_string())?.len();
    let began = Instant::now();
    told(target.command().arg("restore").arg(&archive)).await?;
    let restore_took = began.elapsed();

    let other = target.start().await?;
    let mut compared = Comparison::default();
    // Finished days: what is asked on either side is not a moment later on the other.
    compared.site(&history, (server.address, other.address), &json!("28d"), 40).await?;
    let ledger = load.finish().await?;
    let held = visited.pages(other.address).await?;
    let is_moment = is_moment(&held);
    let (sent, in_it) = (ledger.acknowledged.len(), held.len());
    let is_exact = ledger.unsure.is_empty() && ledger.compare(&visited.pages(server.address).await?).is_good();
    other.stop().await?;

    // Now nothing happens any more, and all is to be the same, today included.
    let quiet = below.join("quiet.bk");
    told(source.command().arg("backup").arg(&quiet)).await?;
    told(third.command().arg("restore").arg(&quiet)).await?;
    let again = below.join("again.bk");
    told(third.command().arg("backup").arg(&again)).await?;
    let tables = async |archive: &Path| -> Result<String, String> {
        let said = told(third.command().arg("verify").arg(archive)).await?;
        Ok(said.split_once("\n\n").map(|(_, tables)| tables.to_owned()).unwrap_or_default())
    };
    let same_rows = tables(&quiet).await? == tables(&again).await?;
    let other = third.start().await?;
    compared.site(&history, (server.address, other.address), &json!("all"), 40).await?;
    compared.site(&visited, (server.address, other.address), &json!("all"), 40).await?;
    other.stop().await?;
    server.stop().await?;

    println!(
        "| {name} | {} | {} KiB | {:.1} s | {:.1} s | {}, {} | {} | {} | {} |",
        grouped(rows),
        grouped(usize::try_from(size / 1024).unwrap_or_default()),
        backup_took.as_secs_f64(),
        restore_took.as_secs_f64(),
        grouped(in_it),
        grouped(sent),
        compared.queries,
        grouped(compared.rows),
        compared.different
    );
    for (is_so, what) in [
        (is_moment, "the archive holds hits that are not of one moment"),
        (in_it > 0 && in_it < sent, "the archive was not made under load"),
        (is_exact, "the hits of the server itself are not those that were acknowledged"),
        (same_rows, "the restored database has other rows"),
    ] {
        if !is_so {
            println!("{name}: {what}");
        }
    }
    Ok(is_moment && in_it > 0 && in_it < sent && is_exact && same_rows && compared.different == 0)
}

impl Options {
    fn haru(&self, data_dir: PathBuf, cluster: Option<&Cluster>) -> Result<Haru, String> {
        let (binary, database_url) = (haru_binary(self.haru.as_deref())?, cluster.map(Cluster::url));
        Ok(Haru { wrapper: Vec::new(), binary, data_dir, database_url, durability: Durability::default() })
    }
}

impl Comparison {
    /// Asks both about the site.
    async fn site(
        &mut self,
        site: &Site,
        (one, other): (SocketAddr, SocketAddr),
        date_range: &Value,
        limit: usize,
    ) -> Result<(), String> {
        let (access, other_access) = (site.log_in(one).await?, site.log_in(other).await?);
        let all = [(&METRICS[..], &DIMENSIONS[..]), (&OF_EVENTS, &EVENT_DIMENSIONS), (&METRICS[..4], &PAGE_DIMENSIONS)];
        let mut queries = vec![json!({"metrics": METRICS, "dimensions": []})];
        for (metrics, dimensions) in all {
            let metrics = if dimensions == PAGE_DIMENSIONS { &["visitors", "visits"] } else { metrics };
            for dimension in dimensions {
                queries.push(json!({"metrics": metrics, "dimensions": [dimension]}));
                queries.push(json!({
                    "metrics": metrics, "dimensions": [dimension], "filters": [["is", "visit:device", ["Desktop"]]],
                }));
            }
        }
        for mut query in queries {
            query["site_id"] = json!(site.domain);
            query["date_range"] = date_range.clone();
            query["pagination"] = json!({"limit": limit});
            let here = site.ask(one, &access, &query).await?;
            let there = site.ask(other, &other_access, &query).await?;
            self.queries += 1;
            self.rows += here["results"].as_array().map_or(0, Vec::len);
            self.different += usize::from(here["results"] != there["results"]);
        }
        Ok(())
    }
}

/// Whether the first hits of each sender are there, each once, and no others.
fn is_moment(pages: &[(String, usize)]) -> bool {
    let mut senders: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (page, count) in pages {
        let Some((sender, number)) = page.rsplit_once('/') else { return false };
        let Ok(number) = number.parse() else { return false };
        if *count != 1 {
            return false;
        }
        senders.entry(sender).or_default().push(number);
    }
    senders.into_values().all(|mut numbers| {
        numbers.sort_unstable();
        numbers.iter().copied().eq(0..numbers.len())
    })
}

fn directory() -> Result<tempfile::TempDir, String> {
    tempfile::tempdir().map_err(|error| format!("no temporary directory: {error}"))
}

/// Runs a command; what it says.
async fn told(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output().await.map_err(|error| error.to_string())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

#[cfg(test)]
mod tests {
    use super::is_moment;

    #[test]
    fn a_moment_has_the_first_hits_of_each_sender() {
        let pages = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), 1)).collect::<Vec<_>>();
        assert!(is_moment(&pages(&["/faults/0/1", "/faults/0/0", "/faults/1/0"])));
        assert!(is_moment(&[]));
        assert!(!is_moment(&pages(&["/faults/0/0", "/faults/0/2"])), "one is missing");
        assert!(!is_moment(&[("/faults/0/0".to_owned(), 2)]), "one is doubled");
        assert!(!is_moment(&pages(&["/else"])));
    }
}
