//! Logins: whether the time of an answer tells who has one, and what collecting waits while a hundred log in.
//!
//! First, logins with a wrong password, of an address that is known and of one that is not, turn by turn: their medians must
//! be within a tenth of each other. Then hits at a fixed rate, without logins and while so many are under way all the time,
//! each with the right password.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::json;
use tokio::task::JoinSet;

use crate::api::{PASSWORD, Site, request};
use crate::http::Connection;
use crate::load::Fleet;
use crate::machine;
use crate::numbers::{Latencies, grouped, millis};
use crate::server::Place;
use crate::traffic::Target;

/// How far the ratio of the medians may be from 1.
const TOLERANCE: f64 = 0.1;
/// Load before anything is measured.
const WARM_UP: Duration = Duration::from_secs(2);

/// Time logins of known and unknown addresses, and collecting while a hundred log in
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Logins of each kind that are timed.
    #[arg(long, default_value_t = 200, value_name = "N", value_parser = clap::value_parser!(u32).range(10..=10_000))]
    tries: u32,
    /// Logins under way at the same time.
    #[arg(long, default_value_t = 100, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    parallel: u16,
    /// Hits a second.
    #[arg(long, default_value_t = 300, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rate: u32,
    /// Seconds of hits without logins and with them, each.
    #[arg(long, default_value_t = 15, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Connections of the hits.
    #[arg(long, default_value_t = 16, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    connections: u16,
    #[command(flatten)]
    place: Place,
}

/// Measures; false when the medians differ, or a hit or a login was refused.
#[expect(clippy::print_stdout, reason = "the report is what the program is for")]
pub(crate) async fn run(options: &Options) -> Result<bool, String> {
    let temporary = tempfile::tempdir().map_err(|error| format!("no temporary directory: {error}"))?;
    let haru = options.place.haru(temporary.path())?;
    println!("machine     {}", machine::describe());
    println!("database    {}", haru.database());
    println!("load        {} hits/s over {} connections\n", options.rate, options.connections);
    let server = haru.start().await?;
    let site = Site::create(server.address).await?;

    let [known, unknown] = timed(server.address, &site, options.tries).await?;
    println!("| login, wrong password | times | p10 ms | p50 ms | p90 ms |\n|---|---:|---:|---:|---:|");
    for (name, latencies) in [("known address", &known), ("unknown address", &unknown)] {
        let [p10, p50, p90] = [100, 500, 900].map(|permille| millis(latencies.permille(permille)));
        println!("| {name} | {} | {p10} | {p50} | {p90} |", latencies.count());
    }
    let middle = |latencies: &Latencies| latencies.permille(500).as_secs_f64();
    let ratio = middle(&known) / middle(&unknown);
    println!("\nratio of the medians: {ratio:.3} (1 ± {TOLERANCE} is asked for)\n");

    let target = Target { address: server.address, domain: site.domain.clone(), token: site.token.clone() };
    let mut fleet = Fleet::open(&target, usize::from(options.connections), 200).await?;
    let time = Duration::from_secs(options.seconds);
    fleet.open_loop(options.rate, WARM_UP).await?;
    let before = fleet.open_loop(options.rate, time).await?;
    let crowd = Crowd::start(server.address, &site, options.parallel);
    let during = fleet.open_loop(options.rate, time).await?;
    let (logins, refused) = crowd.end().await?;
    let after = fleet.open_loop(options.rate, time).await?;
    drop(fleet);
    server.stop().await?;

    println!("| `/api/collect` | hits | p50 ms | p99 ms | p99.9 ms |\n|---|---:|---:|---:|---:|");
    for (name, outcome) in [("before", &before), ("while logins are under way", &during), ("afterwards", &after)] {
        let [p50, p99, p999] = [500, 990, 999].map(|permille| millis(outcome.latencies.permille(permille)));
        println!("| {name} | {} | {p50} | {p99} | {p999} |", grouped(outcome.latencies.count()));
    }
    let [p50, p99] = [500, 990].map(|permille| millis(logins.permille(permille)));
    println!("\n{} logins, {} at a time: p50 {p50} ms, p99 {p99} ms", grouped(logins.count()), options.parallel);
    let lost = before.others + during.others + after.others;
    if lost + refused > 0 {
        println!("{} hits and {} logins were not taken", grouped(lost), grouped(refused));
    }
    Ok((ratio - 1.0).abs() <= TOLERANCE && lost + refused == 0)
}

/// Times of logins with a wrong password, of the site's user and of nobody, turn by turn.
async fn timed(address: SocketAddr, site: &Site, tries: u32) -> Result<[Latencies; 2], String> {
    let mut connection = Connection::open(address).await.map_err(|error| error.to_string())?;
    let mut times = [Vec::new(), Vec::new()];
    for number in 0..tries {
        // Of the same length, and as it never is twice the same, nothing of it can be remembered anywhere.
        let unknown = format!("{number:05}{}", site.email.get(5..).unwrap_or_default());
        for (email, times) in [&site.email, &unknown].into_iter().zip(&mut times) {
            let (status, time) = log_in(&mut connection, address, email, "not the password").await?;
            if status != 401 {
                return Err(format!("a login with a wrong password was answered {status}"));
            }
            times.push(time);
        }
    }
    Ok(times.map(Latencies::new))
}

async fn log_in(
    connection: &mut Connection,
    address: SocketAddr,
    email: &str,
    password: &str,
) -> Result<(u16, Duration), String> {
    let body = json!({"email": email, "password": password});
    let request = request(address, "/api/v1/auth/login", None, &body);
    let began = Instant::now();
    let answer = connection.send(request.as_bytes()).await.map_err(|error| format!("a login broke: {error}"))?;
    Ok((answer.status, began.elapsed()))
}

/// So many people who log in again and again.
struct Crowd {
    enough: Arc<AtomicBool>,
    people: JoinSet<Result<(Vec<Duration>, usize), String>>,
}

impl Crowd {
    fn start(address: SocketAddr, site: &Site, people: u16) -> Self {
        let enough = Arc::new(AtomicBool::new(false));
        let mut crowd = Self { enough: enough.clone(), people: JoinSet::new() };
        for _ in 0..people {
            let (enough, email) = (enough.clone(), site.email.clone());
            crowd.people.spawn(async move {
                let mut connection = Connection::open(address).await.map_err(|error| error.to_string())?;
                let (mut times, mut refused) = (Vec::new(), 0);
                while !enough.load(Ordering::Relaxed) {
                    match log_in(&mut connection, address, &email, PASSWORD).await? {
                        (200, time) => times.push(time),
                        _ => refused += 1,
                    }
                }
                Ok((times, refused))
            });
        }
        crowd
    }

    /// Lets those under way finish; answers their times, and how many were refused.
    async fn end(mut self) -> Result<(Latencies, usize), String> {
        self.enough.store(true, Ordering::Relaxed);
        let (mut times, mut refused) = (Vec::new(), 0);
        while let Some(person) = self.people.join_next().await {
            let (of_one, refused_one) = person.map_err(|error| error.to_string())??;
            times.extend(of_one);
            refused += refused_one;
        }
        Ok((Latencies::new(times), refused))
    }
}
