//! A quarter of an hour of ordinary work: hits of a thousand sites, most of them of a few, dashboards that are watched, and
//! dashboards that are asked for now and then. Whatever leaks shows: memory, open files, waiting hits.
//!
//! It fails when anything is answered with an error, when a watched dashboard does not end on the number that was acknowledged, or
//! when the server has more memory at the end than early on, by more than [`GROWTH_MAX`]. Not to be run over midnight (UTC), when
//! the dashboards of the day begin anew.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use tokio::task::JoinHandle;
use tokio::time::{interval, sleep};

use crate::api::{Owner, request};
use crate::http::Connection;
use crate::live::{Numbers, Socket, Watcher};
use crate::machine;
use crate::numbers::{Latencies, Random, grouped, millis};
use crate::process::{Gauges, Process, raise_file_limit};
use crate::server::Place;
use crate::spread::{Senders, Sent, Spread, ledger};
use crate::traffic::Target;

/// What the memory at the end may exceed that of early on by, in MiB: events of the open day, of the sites that are looked at, are
/// kept as columns and do become more.
const GROWTH_MAX: f64 = 128.0;
/// After so many minutes all caches are warm; of a shorter run after a third.
const EARLY: u64 = 5;
/// Those who watch, in turn the sites that are visited most.
const SUBSCRIBERS: usize = 100;
const WATCHED: usize = 20;
/// How often a dashboard is asked for.
const ASK_EVERY: Duration = Duration::from_millis(500);
/// How long the last value may take once no more hits come.
const PATIENCE: Duration = Duration::from_secs(30);
const MINUTE: Duration = Duration::from_mins(1);

/// Work for a quarter of an hour at 1,000 hits a second: memory, answers, errors, files, journal, size, minute by minute
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Minutes.
    #[arg(long, default_value_t = 15, value_name = "N", value_parser = clap::value_parser!(u64).range(2..=1_440))]
    minutes: u64,
    /// Hits a second.
    #[arg(long, default_value_t = 1_000, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rate: u32,
    /// Sites.
    #[arg(long, default_value_t = 1_000, value_name = "N", value_parser = clap::value_parser!(u16).range(20..=10_000))]
    sites: u16,
    #[command(flatten)]
    place: Place,
}

/// Works; false when something of the above is not so.
#[expect(clippy::print_stdout, reason = "the report is what the program is for")]
pub(crate) async fn run(options: &Options) -> Result<bool, String> {
    let temporary = tempfile::tempdir().map_err(|error| format!("no temporary directory: {error}"))?;
    let few_files = raise_file_limit();
    let haru = options.place.haru(temporary.path())?;
    println!("machine     {}", machine::describe());
    println!("database    {}", haru.database());
    println!(
        "load        {} hits/s over {} sites (Zipf), {SUBSCRIBERS} who watch, a dashboard asked for every {} ms",
        options.rate,
        options.sites,
        ASK_EVERY.as_millis()
    );
    if let Some(few) = few_files {
        println!("files       {few}");
    }
    let server = haru.start().await?;
    let process = Process(server.id()?);
    let owner = Owner::create(server.address, 1).await?;
    let targets: Arc<[Target]> = owner.make_sites(server.address, "soak", usize::from(options.sites)).await?.into();
    let sent = ledger(targets.len());
    let mut watchers = Vec::with_capacity(SUBSCRIBERS);
    for number in 0..SUBSCRIBERS {
        let site = number % WATCHED;
        let mut socket = Socket::open(server.address, &owner.tokens[0], false).await?;
        socket.subscribe(&targets[site].domain, 1).await?;
        watchers.push(Watcher::start(socket, site, sent.clone(), true));
    }
    println!(
        "\nminute  RSS MiB  files     hits  hit ms: p50      p99  dashboards  ms: p50      p99  errors  journal KiB  disk MiB"
    );
    let (mut memory, mut errors, mut hits, mut answers) = (Vec::new(), 0, Vec::new(), Vec::new());
    for minute in 1..=options.minutes {
        let began = Instant::now();
        let asking = Asking::start(server.address, &owner.tokens[0], &targets, minute);
        let senders = Senders::start(&targets, &sent, Spread::Zipf, options.rate);
        sleep(MINUTE.saturating_sub(began.elapsed())).await;
        let outcome = senders.finish().await?;
        let asked = asking.finish().await?;
        let lost =
            watchers.iter().map(|watcher| watcher.seen(|seen| seen.errors + usize::from(seen.ended))).sum::<usize>();
        errors += outcome.errors + asked.errors;
        let rss = process.memory()?;
        memory.push(rss);
        let journal = Gauges::read(server.address).await?.of("haru_journal_bytes")?;
        println!(
            "{minute:>6}  {rss:>7.0}  {:>5}  {:>7}  {:>11}  {:>7}  {:>10}  {:>7}  {:>7}  {:>6}  {:>11}  {:>8}",
            process.open_files()?,
            grouped(outcome.acknowledged),
            millis(outcome.latencies.permille(500)),
            millis(outcome.latencies.permille(990)),
            grouped(asked.latencies.count()),
            millis(asked.latencies.permille(500)),
            millis(asked.latencies.permille(990)),
            errors + lost,
            journal / 1024,
            size_of(&haru.data_dir) / (1024 * 1024),
        );
        hits.push(outcome.latencies);
        answers.push(asked.latencies);
    }
    for watcher in &watchers {
        errors += watcher.seen(|seen| seen.errors + usize::from(seen.ended));
    }
    let wrong = differing(&owner, server.address, &targets, &sent, &watchers).await?;
    let early = usize::try_from(if options.minutes > EARLY { EARLY } else { options.minutes.div_ceil(3) });
    let before = memory[early.map_err(|error| error.to_string())? - 1];
    let after = memory.last().copied().unwrap_or(before);
    let (hits, answers) = (Latencies::joined(hits.into_iter()), Latencies::joined(answers.into_iter()));
    println!(
        "\nhits        {} answered, p50 {} ms, p99 {} ms",
        grouped(hits.count()),
        millis(hits.permille(500)),
        millis(hits.permille(990))
    );
    println!(
        "dashboards  {} answered, p50 {} ms, p99 {} ms",
        grouped(answers.count()),
        millis(answers.permille(500)),
        millis(answers.permille(990))
    );
    println!("memory      {before:.0} MiB early on, {after:.0} MiB at the end; {GROWTH_MAX:.0} more are allowed");
    println!("errors      {errors}; {wrong} numbers that differ at the end");
    server.stop().await?;
    Ok(errors == 0 && wrong == 0 && after - before <= GROWTH_MAX)
}

/// Those who do not show in the end what was acknowledged and what a direct question is answered with.
async fn differing(
    owner: &Owner,
    address: SocketAddr,
    targets: &[Target],
    sent: &[Sent],
    watchers: &[Watcher],
) -> Result<usize, String> {
    let mut truth = Vec::with_capacity(WATCHED);
    let mut wrong = 0;
    for (target, sent) in targets.iter().zip(sent).take(WATCHED) {
        let numbers = Numbers::of(&owner.dashboard(address, &target.domain).await?);
        wrong += usize::from(numbers.map(|numbers| numbers.pageviews) != Some(sent.acknowledged()));
        truth.push(numbers);
    }
    let began = Instant::now();
    loop {
        let late = watchers.iter().filter(|watcher| watcher.seen(|seen| seen.last) != truth[watcher.site]).count();
        if late == 0 || began.elapsed() > PATIENCE {
            return Ok(wrong + late);
        }
        sleep(Duration::from_millis(100)).await;
    }
}

/// Somebody who asks for one dashboard after the other.
struct Asking {
    over: Arc<AtomicBool>,
    task: JoinHandle<Asked>,
}

#[derive(Default)]
struct Asked {
    latencies: Latencies,
    errors: usize,
}

impl Asking {
    fn start(address: SocketAddr, access: &str, targets: &Arc<[Target]>, seed: u64) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let (ends, access, targets) = (over.clone(), access.to_owned(), targets.clone());
        let task = tokio::spawn(async move {
            let mut random = Random::new(seed);
            let (mut errors, mut latencies, mut connection) = (0, Vec::new(), None);
            let mut every = interval(ASK_EVERY);
            while !ends.load(Ordering::Relaxed) {
                every.tick().await;
                let target = random.of(&targets);
                let path = format!("/api/v1/sites/{}/dashboard", target.domain);
                let body = serde_json::json!({"date_range": "day"});
                let began = Instant::now();
                match ask(address, &mut connection, &request(address, &path, Some(&access), &body)).await {
                    Ok(200) => latencies.push(began.elapsed()),
                    Ok(_) | Err(_) => errors += 1,
                }
            }
            Asked { latencies: Latencies::new(latencies), errors }
        });
        Self { over, task }
    }

    async fn finish(self) -> Result<Asked, String> {
        self.over.store(true, Ordering::Relaxed);
        self.task.await.map_err(|error| error.to_string())
    }
}

async fn ask(address: SocketAddr, connection: &mut Option<Connection>, request: &str) -> std::io::Result<u16> {
    let mut open = match connection.take() {
        Some(open) => open,
        None => Connection::open(address).await?,
    };
    let answer = open.send(request.as_bytes()).await?;
    *connection = Some(open);
    Ok(answer.status)
}

/// Bytes of the files in a directory: of SQLite the database, the journal of both.
fn size_of(dir: &Path) -> u64 {
    let files = std::fs::read_dir(dir).into_iter().flatten().flatten();
    files.filter_map(|file| file.metadata().ok()).map(|file| file.len()).sum()
}
