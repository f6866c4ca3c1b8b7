//! Those who want a server to fall over, and somebody beside them who sends hits: how long these are waited for, and what memory it takes.
//!
//! Hits and logins have no limit here: they would hide the rest. Questions have the one that they have by default, as each of them may be as much work as
//! it likes within its own bounds. Attackers, server and the one beside them share the machine's cores.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use clap::Args;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::api::{Owner, request};
use crate::live::Socket;
use crate::load::Fleet;
use crate::machine;
use crate::numbers::{grouped, millis};
use crate::process::{Gauges, Process, raise_file_limit};
use crate::server::{Durability, Haru, haru_binary};

/// What memory may grow by, in MiB, while ten thousand connections are open.
const GROWTH_MAX: f64 = 512.0;
/// Connections that say nothing.
const IDLE: usize = 10_000;
/// Connections that say little.
const SLOW: usize = 2_000;
/// Those who send as much as they can.
const LOUD: usize = 32;
/// Connections of who sends hits meanwhile.
const BESIDE: usize = 8;
/// How long an attack runs before it is measured.
const WARM_UP: Duration = Duration::from_secs(2);
/// How long a loud one waits for an answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Attack the server in many ways; whoever sends hits beside that must not be refused, and memory must stay bounded
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The haru binary; by default the one beside this program.
    #[arg(long, value_name = "FILE")]
    haru: Option<PathBuf>,
    /// Seconds of each attack.
    #[arg(long, default_value_t = 15, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Hits a second of who sends some meanwhile.
    #[arg(long, default_value_t = 200, value_name = "N", value_parser = clap::value_parser!(u32).range(8..=10_000))]
    rate: u32,
}

/// Who attacks.
#[derive(Clone, Debug)]
struct Attacker {
    address: SocketAddr,
    /// API token of a user.
    access: String,
    /// Tracking token and domain of a site.
    token: String,
    domain: String,
    /// What was tried, and what was answered with an error or a closed connection.
    tried: Arc<AtomicUsize>,
    ended: Arc<AtomicUsize>,
}

/// Ways to attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attack {
    Nobody,
    Idle,
    Trickling,
    HalfOpen,
    LargeHeads,
    LargeBodies,
    Packed,
    Sockets,
    Queries,
}

const ATTACKS: [Attack; 9] = [
    Attack::Nobody,
    Attack::Idle,
    Attack::Trickling,
    Attack::HalfOpen,
    Attack::LargeHeads,
    Attack::LargeBodies,
    Attack::Packed,
    Attack::Sockets,
    Attack::Queries,
];

impl Attack {
    fn name(self) -> String {
        match self {
            Self::Nobody => "nobody".to_owned(),
            Self::Idle => format!("{} connections that say nothing", grouped(IDLE)),
            Self::Trickling => format!("{} heads, a byte a second each", grouped(SLOW)),
            Self::HalfOpen => format!("{} requests whose bodies never come", grouped(SLOW)),
            Self::LargeHeads => format!("{LOUD} that send heads of 1 MiB"),
            Self::LargeBodies => format!("{LOUD} that send bodies of 100 MiB"),
            Self::Packed => format!("{LOUD} that send gzip which unpacks to 300 times its size"),
            Self::Sockets => format!("{LOUD} WebSockets that send as fast as they can and read nothing"),
            Self::Queries => format!("{LOUD} that send deep and wide GraphQL queries"),
        }
    }

    /// Starts it.
    fn start(self, attacker: &Attacker) -> JoinSet<()> {
        let mut tasks = JoinSet::new();
        let attackers = match self {
            Self::Nobody => 0,
            Self::Idle => IDLE,
            Self::Trickling | Self::HalfOpen => SLOW,
            _ => LOUD,
        };
        for number in 0..attackers {
            let attacker = attacker.clone();
            tasks.spawn(async move {
                // Not all at once: the system keeps only so many who knock.
                sleep(Duration::from_micros(150) * u32::try_from(number).unwrap_or_default()).await;
                loop {
                    attacker.tried.fetch_add(1, Ordering::Relaxed);
                    let was_ended = self.once(&attacker).await.is_err();
                    attacker.ended.fetch_add(usize::from(was_ended), Ordering::Relaxed);
                    sleep(Duration::from_millis(10)).await;
                }
            });
        }
        tasks
    }

    /// One try; an error when it was answered with one, or not at all.
    async fn once(self, attacker: &Attacker) -> Result<(), String> {
        let collect = |length: usize, more: &str| {
            format!(
                "POST /api/collect?t={} HTTP/1.1\r\nhost: haru\r\ncontent-type: text/plain\r\n{more}content-length: {length}\r\n\r\n",
                attacker.token
            )
        };
        match self {
            Self::Nobody => Ok(()),
            Self::Idle => attacker.send(&[]).await,
            Self::Trickling => attacker.trickle().await,
            Self::HalfOpen => attacker.send(collect(100, "").as_bytes()).await,
            Self::LargeHeads => {
                let mut head = b"GET / HTTP/1.1\r\nhost: haru\r\n".to_vec();
                while head.len() < 1 << 20 {
                    head.extend(b"x-");
                    head.extend((head.len() % 1_000).to_string().bytes());
                    head.extend(b": ");
                    head.extend([b'a'; 1_000]);
                    head.extend(b"\r\n");
                }
                attacker.send(&head).await
            }
            Self::LargeBodies => {
                let mut whole = collect(100 << 20, "").into_bytes();
                whole.extend(vec![b' '; 4 << 20]);
                attacker.send(&whole).await
            }
            Self::Packed => {
                let bomb = bomb(8_000);
                let mut whole = collect(bomb.len(), "content-encoding: gzip\r\n").into_bytes();
                whole.extend(&bomb);
                attacker.send(&whole).await
            }
            Self::Sockets => attacker.flood().await,
            Self::Queries => {
                let deep = format!("{{{}}}", "sites{".repeat(200) + "id" + &"}".repeat(200));
                let wide: Vec<_> = (0..2_000).map(|number| format!("f{number}: __typename")).collect();
                let wide = wide.join(" ");
                for query in [deep, format!("{{{wide}}}")] {
                    let body = json!({"query": query});
                    let whole = request(attacker.address, "/graphql", Some(&attacker.access), &body);
                    attacker.send(whole.as_bytes()).await?;
                }
                Ok(())
            }
        }
    }
}

impl Attacker {
    /// Sends that on a connection of its own; well when it is answered with 200 at last.
    async fn send(&self, bytes: &[u8]) -> Result<(), String> {
        let mut stream = TcpStream::connect(self.address).await.map_err(|error| error.to_string())?;
        let (mut reads, mut writes) = stream.split();
        let mut answer = [0; 12];
        // It may be answered long before all is sent.
        let written = async {
            let _as_much_as_is_taken = writes.write_all(bytes).await;
            std::future::pending::<()>().await;
        };
        tokio::select! {
            read = reads.read_exact(&mut answer) => {
                read.map_err(|error| error.to_string())?;
                if &answer == b"HTTP/1.1 200" { Ok(()) } else { Err("an error".to_owned()) }
            }
            () = written => Ok(()),
        }
    }

    async fn trickle(&self) -> Result<(), String> {
        let mut stream = TcpStream::connect(self.address).await.map_err(|error| error.to_string())?;
        for byte in b"GET / HTTP/1.1\r\nhost: haru\r\n".iter().chain(b"x: y\r\n".iter().cycle()) {
            stream.write_all(&[*byte]).await.map_err(|error| error.to_string())?;
            sleep(Duration::from_secs(1)).await;
        }
        Ok(())
    }

    async fn flood(&self) -> Result<(), String> {
        let mut socket =
            timeout(PATIENCE, Socket::open(self.address, &self.access, true)).await.map_err(|_| "late")??;
        loop {
            timeout(PATIENCE, socket.subscribe(&self.domain, 50)).await.map_err(|_| "late")??;
            timeout(PATIENCE, socket.ping()).await.map_err(|_| "late")??;
        }
    }
}

/// A gzip member of so many bytes, all of which but a few repeat a zero 258 times with 13 bits.
fn bomb(bytes: usize) -> Vec<u8> {
    let mut packed = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let (mut bits, mut count) = (0_u32, 0);
    let mut put = |packed: &mut Vec<u8>, code: u32, length: u32| {
        // Codes of this kind are packed from their highest bit.
        for bit in (0..length).rev() {
            bits |= (code >> bit & 1) << count;
            count += 1;
            if count == 8 {
                packed.push(u8::try_from(bits).unwrap_or_default());
                (bits, count) = (0, 0);
            }
        }
    };
    // The last block, with fixed codes; a zero; then again and again 258 of the byte before.
    put(&mut packed, 0b110, 3);
    put(&mut packed, 0b0011_0000, 8);
    while packed.len() < bytes {
        put(&mut packed, 0b1100_0101, 8);
        put(&mut packed, 0, 5);
    }
    packed
}

/// Attacks; false when somebody else suffered from it, or memory did.
#[expect(clippy::print_stdout, reason = "the report is what the program is for")]
pub(crate) async fn run(options: &Options) -> Result<bool, String> {
    let temporary = tempfile::tempdir().map_err(|error| format!("no temporary directory: {error}"))?;
    let few_files = raise_file_limit();
    let haru = Haru {
        wrapper: Vec::new(),
        binary: haru_binary(options.haru.as_deref())?,
        data_dir: temporary.path().to_owned(),
        database_url: None,
        durability: Durability::default(),
    };
    println!("machine     {}, shared with those who attack", machine::describe());
    println!(
        "beside      {} hits/s over {BESIDE} connections, {} s each; no limit of hits\n",
        options.rate, options.seconds
    );
    if let Some(few) = few_files {
        println!("files       {few}");
    }
    println!(
        "| who attacks | tries | ended by an error or closed | hits beside | not answered with 200 | p50 ms | p99 ms | memory MiB | connections |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
    // As it is by default.
    let server = haru.start_with(&[]).await?;
    let process = Process(server.id()?);
    let owner = Owner::create(server.address, 1).await?;
    let targets = owner.make_sites(server.address, "beside", 2).await?;
    let [target, other] = &targets[..] else { return Err("two sites were wanted".to_owned()) };
    let mut fleet = Fleet::open(target, BESIDE, 200).await?;
    let mut is_good = true;
    let mut first_memory = None;
    for attack in ATTACKS {
        let attacker = Attacker {
            address: server.address,
            access: owner.tokens.first().cloned().unwrap_or_default(),
            token: other.token.clone(),
            domain: other.domain.clone(),
            tried: Arc::default(),
            ended: Arc::default(),
        };
        let mut tasks = attack.start(&attacker);
        sleep(WARM_UP).await;
        let outcome = fleet.open_loop(options.rate, Duration::from_secs(options.seconds)).await?;
        let (memory, connections) = (process.memory()?, Gauges::read(server.address).await?.of("haru_connections")?);
        let first = *first_memory.get_or_insert(memory);
        is_good &= outcome.others == 0 && memory - first <= GROWTH_MAX;
        println!(
            "| {} | {} | {} | {} | {} | {} | {} | {memory:.0} | {} |",
            attack.name(),
            grouped(attacker.tried.load(Ordering::Relaxed)),
            grouped(attacker.ended.load(Ordering::Relaxed)),
            grouped(outcome.answered),
            outcome.others,
            millis(outcome.latencies.permille(500)),
            millis(outcome.latencies.permille(990)),
            connections,
        );
        tasks.shutdown().await;
        sleep(WARM_UP).await;
    }
    drop(fleet);
    server.stop().await?;
    println!("\n{}", if is_good { "Every hit beside was answered, and memory stayed bounded." } else { "NOT GOOD." });
    Ok(is_good)
}

#[cfg(test)]
mod tests {
    use super::bomb;

    #[test]
    fn a_bomb_is_as_long_as_it_should_be() {
        let packed = bomb(8_000);
        assert!(packed.starts_with(&[0x1f, 0x8b, 8]) && (8_000..8_004).contains(&packed.len()), "{}", packed.len());
    }
}
