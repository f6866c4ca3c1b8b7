//! Load: many connections at once, as fast as they are answered or at a fixed rate.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::http::Connection;
use crate::numbers::Latencies;
use crate::traffic::{Hit, Target, pool};

/// Distinct requests of a connection, used in turn.
const POOL: usize = 1024;

/// Event ids, never the same twice in a run.
static NEXT_ID: AtomicU64 = AtomicU64::new(1);

/// A number that no event has had.
pub(crate) fn next_id() -> u64 {
    NEXT_ID.fetch_add(1, Ordering::Relaxed)
}

/// What came of a load.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    /// Requests with the expected answer.
    pub(crate) answered: usize,
    /// Requests with another answer, or with an answer that says that the hit was dropped.
    pub(crate) others: usize,
    /// From the first request to the last answer.
    pub(crate) took: Duration,
    /// Of the expected answers.
    pub(crate) latencies: Latencies,
}

/// When a connection sends.
#[derive(Clone, Copy, Debug)]
enum Pace {
    /// As soon as the last request was answered.
    Closed,
    /// The connection's requests are due at `first`, `first + every`, … whatever the server does.
    Open { first: Instant, every: Duration },
}

/// What one connection saw.
#[derive(Debug, Default)]
struct Seen {
    latencies: Vec<Duration>,
    others: usize,
}

/// Connections with their requests, ready to go.
#[derive(Debug)]
pub(crate) struct Fleet {
    lanes: Vec<(Connection, Vec<Hit>)>,
    expected: u16,
}

impl Fleet {
    /// Opens the connections and builds what they send; `expected` is the status of a good answer.
    pub(crate) async fn open(target: &Target, connections: usize, expected: u16) -> Result<Self, String> {
        Self::open_many(std::slice::from_ref(target), connections, expected).await
    }

    /// The same with hits of several sites of one server; there is at least one.
    pub(crate) async fn open_many(targets: &[Target], connections: usize, expected: u16) -> Result<Self, String> {
        let address = targets.first().ok_or("there is no site to send to")?.address;
        let mut lanes = Vec::with_capacity(connections);
        for seed in 0..connections {
            let connection = Connection::open(address).await;
            let connection = connection.map_err(|error| format!("cannot connect to {address}: {error}"))?;
            lanes.push((connection, pool(targets, POOL, seed as u64)));
        }
        Ok(Self { lanes, expected })
    }

    /// Sends as fast as it is answered.
    pub(crate) async fn closed(&mut self, time: Duration) -> Result<Outcome, String> {
        self.run(time, |_, _| Pace::Closed).await
    }

    /// Sends at a fixed rate. A latency counts from the instant at which its request was due, so that a server that stalls
    /// is not spared the requests that would have come meanwhile; the timer's millisecond is in it, too.
    pub(crate) async fn open_loop(&mut self, a_second: u32, time: Duration) -> Result<Outcome, String> {
        let lanes = u32::try_from(self.lanes.len()).map_err(|error| error.to_string())?;
        let gap = Duration::from_secs(1) / a_second;
        self.run(time, |start, lane| Pace::Open { first: start + gap * lane, every: gap * lanes }).await
    }

    async fn run(&mut self, time: Duration, pace: impl Fn(Instant, u32) -> Pace) -> Result<Outcome, String> {
        let start = Instant::now() + Duration::from_millis(20);
        let end = start + time;
        let mut running = JoinSet::new();
        for (number, (mut connection, mut hits)) in (0..).zip(self.lanes.drain(..)) {
            let pace = pace(start, number);
            let expected = self.expected;
            running.spawn(async move {
                tokio::time::sleep_until(start.into()).await;
                let seen = drive(&mut connection, &mut hits, pace, end, expected).await;
                seen.map(|seen| (connection, hits, seen))
            });
        }
        let mut outcome = Outcome::default();
        let mut latencies = Vec::new();
        while let Some(lane) = running.join_next().await {
            let lane = lane.map_err(|error| error.to_string())?;
            let (connection, hits, seen) = lane.map_err(|error| format!("a connection broke: {error}"))?;
            latencies.extend(seen.latencies);
            outcome.others += seen.others;
            self.lanes.push((connection, hits));
        }
        outcome.took = start.elapsed();
        outcome.answered = latencies.len();
        outcome.latencies = Latencies::new(latencies);
        Ok(outcome)
    }
}

async fn drive(
    connection: &mut Connection,
    hits: &mut [Hit],
    pace: Pace,
    end: Instant,
    expected: u16,
) -> std::io::Result<Seen> {
    let mut seen = Seen::default();
    let mut due = match pace {
        Pace::Closed => Instant::now(),
        Pace::Open { first, .. } => first,
    };
    loop {
        for hit in &mut *hits {
            if due >= end {
                return Ok(seen);
            }
            if let Pace::Open { .. } = pace {
                tokio::time::sleep_until(due.into()).await;
            }
            let answer = connection.send(hit.with_id(next_id())).await?;
            let now = Instant::now();
            if answer.status == expected && !answer.dropped {
                seen.latencies.push(now - due);
            } else {
                seen.others += 1;
            }
            due = match pace {
                Pace::Closed => now,
                Pace::Open { every, .. } => due + every,
            };
        }
    }
}
