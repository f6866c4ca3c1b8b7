//! What may happen to a service in years, in minutes and under load: it is killed, its database is stopped, killed and frozen,
//! its disk is full, its neighbours die. Clients keep a ledger of what was acknowledged; afterwards the server must count
//! each of these hits once.

mod disk;
mod load;
mod nodes;
mod postgres;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use tokio::time::sleep;

use crate::api::Site;
use crate::machine;
use crate::numbers::{Random, grouped};
use crate::sealing;
use crate::server::{Durability, Haru, haru_binary};
use disk::SmallDisk;
pub(crate) use load::Load;
use nodes::Nodes;
pub(crate) use postgres::Cluster;

/// Senders of the load.
const SENDERS: usize = 32;
/// How long what is in a journal may take to be delivered once everything is well again.
const DELIVERY: Duration = Duration::from_mins(2);
/// How long days that are due may take to be sealed: what a killed process had begun is another's after two minutes.
const SEALING: Duration = Duration::from_mins(6);
/// Events of the days that are sealed while the server is killed.
const SEALED_EVENTS: u32 = 150_000;

/// Break the server, its database and its disk under load; compare what is counted with what was acknowledged
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The haru binary; by default the one beside this program.
    #[arg(long, value_name = "FILE")]
    haru: Option<PathBuf>,
    /// How often the server is killed.
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    kills: u32,
    /// Hits a second.
    #[arg(long, default_value_t = 400, value_name = "N", value_parser = clap::value_parser!(u32).range(32..=20_000))]
    rate: u32,
    /// Seed of the moments at which something happens.
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
}

/// What is broken, and by whom.
struct Stage {
    nodes: Nodes,
    random: Random,
    rate: u32,
    kills: u32,
    /// How many events were seeded in days that are due.
    seeded: usize,
    /// Whether all was good so far.
    is_good: bool,
}

/// Runs everything; false when something was lost or doubled.
#[expect(clippy::print_stdout, reason = "the report is what the program is for")]
pub(crate) async fn run(options: &Options) -> Result<bool, String> {
    let began = Instant::now();
    println!("machine     {}, shared with the load", machine::describe());
    println!(
        "load        about {} hits/s over {SENDERS} connections; every fourth sends once and without an id\n",
        options.rate
    );
    println!("| what happens | acknowledged | sent again | once, no answer | of these counted | lost | doubled |");
    println!("|---|---:|---:|---:|---:|---:|---:|");
    let mut is_good = on_sqlite(options).await?;
    is_good &= on_small_disk(options).await?;
    is_good &= on_postgres(options).await?;
    println!("\ntook {} s", began.elapsed().as_secs());
    println!("{}", if is_good { "Every acknowledged event is counted exactly once." } else { "NOT GOOD." });
    Ok(is_good)
}

async fn on_sqlite(options: &Options) -> Result<bool, String> {
    let temporary = directory()?;
    let haru = options.haru(temporary.path().join("data"), None)?;
    let mut stage = options.stage(vec![Haru { wrapper: disk::without_signal(), ..haru }]).await?;
    stage.seal_and_kill("SQLite: killed while days are sealed").await?;
    stage.act("SQLite: the server is killed with kill -9", kills).await?;
    stage
        .act("SQLite: no file may grow for 5 s (RLIMIT_FSIZE)", async |stage| {
            let process = stage.nodes.process(0)?;
            disk::limit_files(process, Some(4_096))?;
            sleep(Duration::from_secs(5)).await;
            disk::limit_files(process, None)
        })
        .await?;
    stage.end().await
}

#[expect(clippy::print_stdout, reason = "part of the report")]
async fn on_small_disk(options: &Options) -> Result<bool, String> {
    let temporary = directory()?;
    let Some(disk) = SmallDisk::mount(temporary.path())? else {
        println!("| SQLite: the disk is full | not run: mounting is not allowed here | | | | | |");
        return Ok(true);
    };
    let mut stage = options.stage(vec![options.haru(disk.path().join("data"), None)?]).await?;
    stage
        .act("SQLite: the disk is full for 5 s (tmpfs), twice", async |_| {
            for _ in 0..2 {
                disk.fill()?;
                sleep(Duration::from_secs(5)).await;
                disk.empty()?;
                sleep(Duration::from_secs(2)).await;
            }
            Ok(())
        })
        .await?;
    stage.end().await
}

async fn on_postgres(options: &Options) -> Result<bool, String> {
    let temporary = directory()?;
    let database = Cluster::start(temporary.path()).await?;
    let haru = |name: &str| options.haru(temporary.path().join(name), Some(database.url()));
    let mut stage = options.stage(vec![haru("one")?]).await?;
    stage.seal_and_kill("PostgreSQL: killed while days are sealed").await?;
    stage.act("PostgreSQL: the server is killed with kill -9", kills).await?;
    stage
        .act("PostgreSQL is stopped for 5 s", async |_| {
            database.end("fast")?;
            sleep(Duration::from_secs(5)).await;
            database.begin().await
        })
        .await?;
    stage
        .act("PostgreSQL is restarted, three times", async |_| {
            for how in ["fast", "immediate", "immediate"] {
                database.end(how)?;
                database.begin().await?;
                sleep(Duration::from_secs(1)).await;
            }
            Ok(())
        })
        .await?;
    stage
        .act("PostgreSQL is killed with kill -9, three times", async |_| {
            for _ in 0..3 {
                database.kill()?;
                sleep(Duration::from_secs(2)).await;
                database.begin().await?;
                sleep(Duration::from_secs(1)).await;
            }
            Ok(())
        })
        .await?;
    stage
        .act("PostgreSQL is frozen for 10 s (SIGSTOP)", async |_| {
            database.freeze(true)?;
            sleep(Duration::from_secs(10)).await;
            database.freeze(false)
        })
        .await?;
    stage
        .act("the server is killed while its journal is delivered, five times", async |stage| {
            for _ in 0..5 {
                database.end("immediate")?;
                sleep(Duration::from_secs(3)).await;
                database.begin().await?;
                sleep(stage.moment(20, 600)).await;
                stage.nodes.kill(0).await?;
                stage.nodes.begin(0).await?;
            }
            Ok(())
        })
        .await?;
    stage
        .act("the server is killed while the database is away, and both come back", async |stage| {
            database.end("fast")?;
            sleep(Duration::from_secs(3)).await;
            stage.nodes.kill(0).await?;
            database.begin().await?;
            stage.nodes.begin(0).await
        })
        .await?;
    stage.nodes.add(haru("two")?).await?;
    stage.nodes.add(haru("three")?).await?;
    stage
        .act("three nodes, one killed at a time, six times", async |stage| {
            for kill in 0..6 {
                sleep(stage.moment(300, 1_200)).await;
                stage.nodes.kill(kill % 3).await?;
                sleep(Duration::from_millis(500)).await;
                stage.nodes.begin(kill % 3).await?;
            }
            Ok(())
        })
        .await?;
    stage
        .act("three nodes, restarted one after the other (SIGTERM)", async |stage| {
            for node in 0..3 {
                stage.nodes.stop(node).await?;
                stage.nodes.begin(node).await?;
                sleep(Duration::from_secs(1)).await;
            }
            Ok(())
        })
        .await?;
    stage
        .act("three nodes, PostgreSQL is killed and one of them, too", async |stage| {
            database.kill()?;
            sleep(Duration::from_secs(2)).await;
            stage.nodes.kill(1).await?;
            database.begin().await?;
            stage.nodes.begin(1).await
        })
        .await?;
    stage.end().await
}

async fn kills(stage: &mut Stage) -> Result<(), String> {
    for _ in 0..stage.kills {
        sleep(stage.moment(300, 1_200)).await;
        stage.nodes.kill(0).await?;
        stage.nodes.begin(0).await?;
    }
    Ok(())
}

impl Options {
    fn haru(&self, data_dir: PathBuf, database_url: Option<String>) -> Result<Haru, String> {
        let binary = haru_binary(self.haru.as_deref())?;
        Ok(Haru { wrapper: Vec::new(), binary, data_dir, database_url, durability: Durability::default() })
    }

    async fn stage(&self, nodes: Vec<Haru>) -> Result<Stage, String> {
        let nodes = Nodes::start(nodes).await?;
        Ok(Stage {
            nodes,
            random: Random::new(self.seed),
            rate: self.rate,
            kills: self.kills,
            seeded: 0,
            is_good: true,
        })
    }
}

impl Stage {
    /// Some time between these, in milliseconds.
    fn moment(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_millis(from + self.random.below(to - from))
    }

    /// Lets something happen under load, and compares.
    #[expect(clippy::print_stdout, reason = "part of the report")]
    async fn act(
        &mut self,
        what: &str,
        fault: impl AsyncFnOnce(&mut Self) -> Result<(), String>,
    ) -> Result<(), String> {
        let site = Site::create(self.nodes.address(0)?).await?;
        let load = Load::start(&site, self.nodes.addresses(), SENDERS, self.rate);
        sleep(Duration::from_secs(1)).await;
        fault(self).await?;
        sleep(Duration::from_secs(1)).await;
        let ledger = load.finish().await?;
        self.nodes.until_delivered(DELIVERY).await?;
        let address = self.nodes.address(0)?;
        let verdict = ledger.compare(&site.pages(address).await?);
        let (events, _) = site.totals(address).await?;
        println!(
            "| {what} | {} | {} | {} | {} | {} | {} |",
            grouped(ledger.acknowledged.len()),
            grouped(ledger.retried),
            grouped(ledger.unsure.len()),
            grouped(verdict.unanswered_but_kept),
            grouped(verdict.lost),
            grouped(verdict.doubled)
        );
        self.is_good &= verdict.is_good() && events == ledger.acknowledged.len() + verdict.unanswered_but_kept;
        Ok(())
    }

    /// Seeds days that are due, and kills the server while it seals them; what was seeded must be counted afterwards.
    async fn seal_and_kill(&mut self, what: &str) -> Result<(), String> {
        self.nodes.stop(0).await?;
        self.seeded = sealing::seed(self.nodes.haru(0), SEALED_EVENTS).await?;
        self.nodes.begin(0).await?;
        self.act(what, async |stage| {
            for _ in 0..6 {
                sleep(stage.moment(100, 900)).await;
                stage.nodes.kill(0).await?;
                stage.nodes.begin(0).await?;
            }
            Ok(())
        })
        .await?;
        self.count_seeded("while they are being sealed").await
    }

    /// Compares what is counted of the days that were seeded.
    #[expect(clippy::print_stdout, reason = "part of the report")]
    async fn count_seeded(&mut self, when: &str) -> Result<(), String> {
        let known = Site::known(sealing::DOMAIN, sealing::EMAIL);
        let (counted, _) = known.totals(self.nodes.address(0)?).await?;
        let lost = self.seeded.saturating_sub(counted);
        let doubled = counted.saturating_sub(self.seeded);
        println!("| … days of before, {when} | {} | | | | {lost} | {doubled} |", grouped(self.seeded));
        self.is_good &= counted == self.seeded;
        Ok(())
    }

    async fn end(mut self) -> Result<bool, String> {
        if self.seeded > 0 {
            let began = Instant::now();
            while sealing::sealed(self.nodes.haru(0)).await?.is_none() {
                if began.elapsed() > SEALING {
                    return Err("the days are not sealed".to_owned());
                }
                sleep(Duration::from_secs(1)).await;
            }
            self.count_seeded("sealed").await?;
        }
        self.nodes.stop_all().await?;
        Ok(self.is_good)
    }
}

fn directory() -> Result<tempfile::TempDir, String> {
    tempfile::tempdir().map_err(|error| format!("no temporary directory: {error}"))
}
