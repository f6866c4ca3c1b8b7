//! Dashboards that are watched: what a subscriber costs, how old what they see is, and that they end on the right number.
//!
//! `haru serve` is a child process; hits are sent at a fixed rate, and clients in this process watch over sockets of their own
//! what the webapp asks for. Steps: nobody, 1, 100 and 1,000 who watch one dashboard, and as many who watch one each. Last come
//! clients that do not read what they are sent, beside others that do.
//!
//! It fails when a dashboard is computed more often because more watch it, when somebody hears nothing, when hits are refused, or
//! when at the end somebody shows anything but what the API answers to a direct question.

mod socket;
mod watcher;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::api::Owner;
use crate::machine;
use crate::numbers::{Latencies, grouped, millis};
use crate::process::{Gauges, Process, raise_file_limit};
use crate::server::{Place, Server};
use crate::spread::{Senders, Sent, Spread, ledger};
use crate::traffic::Target;
pub(crate) use socket::Socket;
pub(crate) use watcher::{Numbers, Watcher};

/// Subscriptions of one API token that a server allows.
const OF_A_TOKEN: usize = 200;
/// Connections that are opened at the same time.
const OPENING: usize = 32;
/// How long a first value may take, and the last one after the load has ended.
const PATIENCE: Duration = Duration::from_secs(30);
/// A dashboard is computed at most once a second; the instants at which the counter is read leave room for one more each, and a clock
/// for a twentieth.
const COMPUTED_A_SECOND_MAX: f64 = 1.05;
/// Clients that do not read, and as many beside them that do.
const SLOW: usize = 100;
/// Subscriptions of each who does not read, so that what waits for them is more than the system holds.
const SLOW_SUBSCRIPTIONS: usize = 10;
/// Memory that those who do not read may take beside, in MiB: their subscriptions are a thousand, and as many that are read take
/// about 115.
const SLOW_MEMORY_MAX: f64 = 192.0;
/// How old the oldest hit may be that somebody who reads does not show yet, while others do not read.
const CURRENT_WITHIN: Duration = Duration::from_secs(5);

/// Watch dashboards with 1 to 1,000 subscribers: computed, delivered, processor time, memory, age; and with slow readers
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Hits a second.
    #[arg(long, default_value_t = 500, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rate: u32,
    /// Seconds of each step.
    #[arg(long, default_value_t = 15, value_name = "N", value_parser = clap::value_parser!(u64).range(2..=600))]
    seconds: u64,
    /// Seconds for which slow clients do not read.
    #[arg(long, default_value_t = 30, value_name = "N", value_parser = clap::value_parser!(u64).range(5..=600))]
    slow_seconds: u64,
    /// Most subscribers.
    #[arg(long, default_value_t = 1_000, value_name = "N", value_parser = clap::value_parser!(u16).range(2..=5_000))]
    subscribers: u16,
    #[command(flatten)]
    place: Place,
}

/// What runs through all steps.
struct Stage<'o> {
    options: &'o Options,
    server: Server,
    owner: Owner,
    /// What was found to be wrong.
    faults: Vec<String>,
}

/// The numbers of a step.
struct Step {
    subscribers: usize,
    sites: usize,
    hits: f64,
    computed: f64,
    messages: f64,
    kib_a_message: f64,
    cores: f64,
    memory: f64,
    ages: Latencies,
}

/// Measures; false when something of the above is not so.
#[expect(clippy::print_stdout, reason = "the report is what the program is for")]
pub(crate) async fn run(options: &Options) -> Result<bool, String> {
    let temporary = tempfile::tempdir().map_err(|error| format!("no temporary directory: {error}"))?;
    let few_files = raise_file_limit();
    let haru = options.place.haru(temporary.path())?;
    println!("machine     {}", machine::describe());
    println!("database    {}", haru.database());
    println!("load        {} hits/s for {} s a step", options.rate, options.seconds);
    if let Some(few) = few_files {
        println!("files       {few}");
    }
    println!(
        "\nsubscribers  sites   hits/s  computed/s  messages/s  KiB/message  cores  RSS MiB  age ms: median       p99"
    );
    let server = haru.start().await?;
    let most = usize::from(options.subscribers);
    let owner =
        Owner::create(server.address, most.max(SLOW * (SLOW_SUBSCRIPTIONS + 1)).div_ceil(OF_A_TOKEN) + 1).await?;
    let mut stage = Stage { options, server, owner, faults: Vec::new() };
    let mut of_one = Vec::new();
    for (subscribers, sites) in [(0, 1), (1, 1), (most.div_ceil(10), 1), (most, 1), (most, most)] {
        let step = stage.step(subscribers, sites).await?;
        println!("{}", step.line());
        stage.check_computed(&step, &mut of_one);
    }
    println!("\n{}", stage.slow_readers().await?);
    let Stage { server, faults, .. } = stage;
    server.stop().await?;
    for fault in &faults {
        println!("WRONG       {fault}");
    }
    if faults.is_empty() {
        println!("\nEvery subscriber ended on the number that a direct question is answered with.");
    }
    Ok(faults.is_empty())
}

impl Stage<'_> {
    fn address(&self) -> SocketAddr {
        self.server.address
    }

    async fn step(&mut self, subscribers: usize, sites: usize) -> Result<Step, String> {
        let word = format!("live{subscribers}of{sites}");
        let targets: Arc<[Target]> = self.owner.make_sites(self.address(), &word, sites).await?.into();
        let sent = ledger(sites);
        let watchers = self.watch(&targets, &sent, subscribers, true).await?;
        until(PATIENCE, || watchers.iter().all(|watcher| watcher.seen(|seen| seen.last.is_some()))).await;
        let process = Process(self.server.id()?);
        let before = (Instant::now(), process.processor_time()?, computed(self.address()).await?, messages(&watchers));
        let senders = Senders::start(&targets, &sent, Spread::Even, self.options.rate);
        sleep(Duration::from_secs(self.options.seconds)).await;
        let after = (Instant::now(), process.processor_time()?, computed(self.address()).await?, messages(&watchers));
        let memory = process.memory()?;
        let outcome = senders.finish().await?;
        let took = (after.0 - before.0).as_secs_f64();
        let name = format!("{} who watch {} sites", grouped(subscribers), grouped(sites));
        if outcome.errors > 0 {
            self.faults.push(format!("{name}: {} hits were refused", outcome.errors));
        }
        self.check_last(&name, &targets, &sent, &watchers).await?;
        let silent = watchers.iter().filter(|watcher| watcher.seen(|seen| seen.messages < 2)).count();
        if silent > 0 {
            self.faults.push(format!("{name}: {silent} heard nothing"));
        }
        let errors: usize =
            watchers.iter().map(|watcher| watcher.seen(|seen| seen.errors + usize::from(seen.ended))).sum();
        if errors > 0 {
            self.faults.push(format!("{name}: {errors} errors or ended connections"));
        }
        let ages = Latencies::joined(
            watchers.iter().map(|watcher| Latencies::new(watcher.seen(|seen| std::mem::take(&mut seen.ages)))),
        );
        #[expect(clippy::cast_precision_loss, reason = "counts of one step are small")]
        let rate = |count: u64| count as f64 / took;
        #[expect(clippy::cast_precision_loss, reason = "counts of one step are small")]
        let kib_a_message = {
            let bytes: usize = watchers.iter().map(|watcher| watcher.seen(|seen| seen.bytes)).sum();
            bytes as f64 / 1024.0 / messages(&watchers).max(1) as f64
        };
        Ok(Step {
            subscribers,
            sites,
            hits: rate(outcome.acknowledged as u64),
            computed: rate(after.2 - before.2),
            messages: rate((after.3 - before.3) as u64),
            kib_a_message,
            cores: after.1.saturating_sub(before.1).as_secs_f64() / took,
            memory,
            ages,
        })
    }

    /// Connects so many, who watch the sites in turn.
    async fn watch(
        &self,
        targets: &Arc<[Target]>,
        sent: &Arc<[Sent]>,
        subscribers: usize,
        reads: bool,
    ) -> Result<Vec<Watcher>, String> {
        let mut watchers = Vec::with_capacity(subscribers);
        let mut opening = JoinSet::new();
        for number in 0..subscribers {
            if opening.len() >= OPENING {
                watchers.extend(opened(&mut opening).await?);
            }
            let place = if reads { number } else { SLOW + number * SLOW_SUBSCRIPTIONS };
            let token = self.owner.tokens[place / OF_A_TOKEN].clone();
            let (address, sent, site) = (self.address(), sent.clone(), number % targets.len());
            let domain = targets[site].domain.clone();
            opening.spawn(async move {
                let mut socket = Socket::open(address, &token, !reads).await?;
                socket.subscribe(&domain, if reads { 1 } else { SLOW_SUBSCRIPTIONS }).await?;
                Ok(Watcher::start(socket, site, sent, reads))
            });
        }
        while let Some(watcher) = opened(&mut opening).await? {
            watchers.push(watcher);
        }
        Ok(watchers)
    }

    /// Waits until all show what a direct question is answered with; notes who does not.
    async fn check_last(
        &mut self,
        name: &str,
        targets: &[Target],
        sent: &[Sent],
        watchers: &[Watcher],
    ) -> Result<(), String> {
        let mut truth = Vec::with_capacity(targets.len());
        for (target, sent) in targets.iter().zip(sent) {
            let answer = self.owner.dashboard(self.address(), &target.domain).await?;
            let numbers = Numbers::of(&answer).ok_or_else(|| format!("no totals in {answer}"))?;
            if numbers.pageviews != sent.acknowledged() {
                let fault = format!("{name}: {} counted, {} acknowledged", numbers.pageviews, sent.acknowledged());
                self.faults.push(fault);
            }
            truth.push(numbers);
        }
        let shows = |watcher: &Watcher| watcher.seen(|seen| seen.last) == Some(truth[watcher.site]);
        until(PATIENCE, || watchers.iter().all(shows)).await;
        let wrong = watchers.iter().filter(|watcher| !shows(watcher)).count();
        if wrong > 0 {
            self.faults.push(format!("{name}: {wrong} do not show what a direct question is answered with"));
        }
        Ok(())
    }

    /// A dashboard may be computed once a second, and not more often because more watch it.
    fn check_computed(&mut self, step: &Step, of_one: &mut Vec<f64>) {
        #[expect(clippy::cast_precision_loss, reason = "a few thousand sites")]
        let most = step.sites as f64 * (COMPUTED_A_SECOND_MAX + 1.0 / seconds(self.options.seconds));
        if step.computed > most {
            let fault = format!("{} subscribers: {:.1} computed a second", step.subscribers, step.computed);
            self.faults.push(fault);
        }
        if step.sites == 1 && step.subscribers > 0 {
            let first = of_one.first().copied().unwrap_or(step.computed);
            if step.computed > first * COMPUTED_A_SECOND_MAX + 1.0 / seconds(self.options.seconds) {
                let fault =
                    format!("{} subscribers of one dashboard: computed more often than for one", step.subscribers);
                self.faults.push(fault);
            }
            of_one.push(step.computed);
        }
    }

    /// Some do not read; others must not notice.
    async fn slow_readers(&mut self) -> Result<String, String> {
        let targets: Arc<[Target]> = self.owner.make_sites(self.address(), "slow", 1).await?.into();
        let sent = ledger(1);
        let healthy = self.watch(&targets, &sent, SLOW, true).await?;
        until(PATIENCE, || healthy.iter().all(|watcher| watcher.seen(|seen| seen.last.is_some()))).await;
        let senders = Senders::start(&targets, &sent, Spread::Even, self.options.rate);
        let process = Process(self.server.id()?);
        sleep(Duration::from_secs(3)).await;
        let memory = process.memory()?;
        let slow = self.watch(&targets, &sent, SLOW, false).await?;
        let (mut most, mut oldest) = (memory, Duration::ZERO);
        let ends = Instant::now() + Duration::from_secs(self.options.slow_seconds);
        while Instant::now() < ends {
            sleep(Duration::from_millis(200)).await;
            most = most.max(process.memory()?);
            oldest = healthy.iter().filter_map(|watcher| watcher.behind(&sent)).fold(oldest, Duration::max);
        }
        let outcome = senders.finish().await?;
        if outcome.errors > 0 {
            self.faults.push(format!("slow readers: {} hits were refused", outcome.errors));
        }
        let name = "those who read beside slow readers";
        self.check_last(name, &targets, &sent, &healthy).await?;
        for watcher in &slow {
            watcher.read();
        }
        let truth = Numbers::of(&self.owner.dashboard(self.address(), &targets[0].domain).await?);
        let is_done = |watcher: &Watcher| watcher.seen(|seen| seen.ended || seen.last == truth);
        until(PATIENCE, || slow.iter().all(is_done)).await;
        let closed = slow.iter().filter(|watcher| watcher.seen(|seen| seen.ended)).count();
        let stuck = slow.iter().filter(|watcher| !is_done(watcher)).count();
        if stuck > 0 {
            self.faults.push(format!("slow readers: {stuck} were neither closed nor given the newest value"));
        }
        if oldest > CURRENT_WITHIN {
            self.faults.push(format!("{name} were behind by {} ms", millis(oldest)));
        }
        if most - memory > SLOW_MEMORY_MAX {
            self.faults.push(format!("slow readers took {:.0} MiB", most - memory));
        }
        let kept: usize = slow.iter().map(|watcher| watcher.seen(|seen| seen.messages)).sum();
        let cut_off = Gauges::read(self.address()).await?.of("haru_live_connections_cut_off_total")?;
        Ok(format!(
            "slow        {SLOW} that read nothing for {} s beside {SLOW} that do\n\
             \x20           those who read: never more than {} ms behind\n\
             \x20           memory: {memory:.0} MiB before, {most:.0} MiB at most\n\
             \x20           those who did not: {closed} closed ({cut_off} by the server because they took nothing), {} given the newest value; \
             {:.1} messages each had waited",
            self.options.slow_seconds,
            millis(oldest),
            SLOW - closed - stuck,
            f64::from(u32::try_from(kept).unwrap_or(u32::MAX)) / f64::from(u32::try_from(SLOW).unwrap_or(1)),
        ))
    }
}

impl Step {
    fn line(&self) -> String {
        format!(
            "{:>11}  {:>5}  {:>7.0}  {:>10.2}  {:>10.1}  {:>11.1}  {:>5.2}  {:>7.0}  {:>14}  {:>8}",
            grouped(self.subscribers),
            grouped(self.sites),
            self.hits,
            self.computed,
            self.messages,
            self.kib_a_message,
            self.cores,
            self.memory,
            millis(self.ages.permille(500)),
            millis(self.ages.permille(990)),
        )
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds of one step")]
fn seconds(seconds: u64) -> f64 {
    seconds as f64
}

async fn computed(address: SocketAddr) -> Result<u64, String> {
    Gauges::read(address).await?.of("haru_live_dashboards_computed_total")
}

fn messages(watchers: &[Watcher]) -> usize {
    watchers.iter().map(|watcher| watcher.seen(|seen| seen.messages)).sum()
}

async fn opened(opening: &mut JoinSet<Result<Watcher, String>>) -> Result<Option<Watcher>, String> {
    match opening.join_next().await {
        Some(watcher) => watcher.map_err(|error| error.to_string())?.map(Some),
        None => Ok(None),
    }
}

/// Returns when it is so, or patience has ended.
async fn until(patience: Duration, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() && began.elapsed() < patience {
        sleep(Duration::from_millis(50)).await;
    }
}
