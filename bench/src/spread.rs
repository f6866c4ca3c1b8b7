//! Hits at a fixed rate, spread over many sites, with a ledger of when each was sent and how many were acknowledged.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::http::Connection;
use crate::load::next_id;
use crate::numbers::{Latencies, Random};
use crate::traffic::{Hit, Target};

/// Connections that send.
const LANES: u32 = 16;
/// Pages of a site, and visitors of all of them.
const PAGES: u64 = 200;
const VISITORS: u64 = 20_000;
/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often each site is visited.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Spread {
    /// All alike, in turn.
    Even,
    /// The second half as often as the first, the third a third as often, and so on.
    Zipf,
}

/// What is known of a site's hits.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    times: Mutex<Vec<Instant>>,
    acknowledged: AtomicUsize,
}

impl Sent {
    /// When the hit of that number, from 0, was sent.
    pub(crate) fn at(&self, number: usize) -> Option<Instant> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner).get(number).copied()
    }

    /// Hits that were acknowledged.
    pub(crate) fn acknowledged(&self) -> usize {
        self.acknowledged.load(Ordering::Relaxed)
    }
}

/// What came of the hits.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) acknowledged: usize,
    /// No answer, or another one than 200.
    pub(crate) errors: usize,
    pub(crate) latencies: Latencies,
}

/// Senders at work.
#[derive(Debug)]
pub(crate) struct Senders {
    over: Arc<AtomicBool>,
    lanes: JoinSet<Outcome>,
}

struct Lane {
    targets: Arc<[Target]>,
    sent: Arc<[Sent]>,
    /// Of `Zipf` the sums of weights up to each site.
    sums: Option<Arc<[f64]>>,
    over: Arc<AtomicBool>,
    number: u32,
    first: Instant,
    every: Duration,
}

/// A ledger for so many sites.
pub(crate) fn ledger(sites: usize) -> Arc<[Sent]> {
    (0..sites).map(|_| Sent::default()).collect()
}

impl Senders {
    /// Begins to send so many a second.
    pub(crate) fn start(targets: &Arc<[Target]>, sent: &Arc<[Sent]>, spread: Spread, a_second: u32) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let (begin, gap) = (Instant::now(), Duration::from_secs(1) / a_second);
        let sums = match spread {
            Spread::Even => None,
            Spread::Zipf => Some(zipf(targets.len())),
        };
        let mut lanes = JoinSet::new();
        for number in 0..LANES {
            let lane = Lane {
                targets: targets.clone(),
                sent: sent.clone(),
                sums: sums.clone(),
                over: over.clone(),
                number,
                first: begin + gap * number,
                every: gap * LANES,
            };
            lanes.spawn(lane.run());
        }
        Self { over, lanes }
    }

    /// Ends it when what was sent is answered.
    pub(crate) async fn finish(mut self) -> Result<Outcome, String> {
        self.over.store(true, Ordering::Relaxed);
        let mut whole = Outcome::default();
        let mut latencies = Vec::new();
        while let Some(lane) = self.lanes.join_next().await {
            let lane = lane.map_err(|error| error.to_string())?;
            whole.acknowledged += lane.acknowledged;
            whole.errors += lane.errors;
            latencies.push(lane.latencies);
        }
        whole.latencies = Latencies::joined(latencies.into_iter());
        Ok(whole)
    }
}

impl Lane {
    async fn run(self) -> Outcome {
        let mut random = Random::new(u64::from(self.number) + 1);
        let (mut outcome, mut latencies) = (Outcome::default(), Vec::new());
        let mut connection = None;
        let mut due = self.first;
        for turn in 0_usize.. {
            tokio::time::sleep_until(due.into()).await;
            if self.over.load(Ordering::Relaxed) {
                break;
            }
            let site = self.site(turn, &mut random);
            let page = format!("/articles/{}", random.below(PAGES).min(random.below(PAGES)));
            let mut hit = Hit::pageview(&self.targets[site], &page, random.below(VISITORS));
            self.sent[site].times.lock().unwrap_or_else(PoisonError::into_inner).push(Instant::now());
            if self.send(&mut connection, site, hit.with_id(next_id())).await {
                self.sent[site].acknowledged.fetch_add(1, Ordering::Relaxed);
                outcome.acknowledged += 1;
                latencies.push(due.elapsed());
            } else {
                outcome.errors += 1;
            }
            due += self.every;
        }
        outcome.latencies = Latencies::new(latencies);
        outcome
    }

    fn site(&self, turn: usize, random: &mut Random) -> usize {
        let Some(sums) = &self.sums else {
            return (turn * LANES as usize + self.number as usize) % self.targets.len();
        };
        #[expect(clippy::cast_precision_loss, reason = "it is drawn, not counted")]
        let drawn = random.next() as f64 / u64::MAX as f64 * sums.last().copied().unwrap_or_default();
        sums.partition_point(|sum| *sum < drawn).min(self.targets.len() - 1)
    }

    async fn send(&self, connection: &mut Option<Connection>, site: usize, request: &[u8]) -> bool {
        let mut open = match connection.take() {
            Some(open) => open,
            None => match Connection::open(self.targets[site].address).await {
                Ok(open) => open,
                Err(_) => return false,
            },
        };
        match timeout(PATIENCE, open.send(request)).await {
            Ok(Ok(answer)) => {
                *connection = Some(open);
                answer.status == 200 && !answer.dropped
            }
            _ => false,
        }
    }
}

fn zipf(sites: usize) -> Arc<[f64]> {
    let mut sum = 0.0;
    let mut rank = 0.0;
    (0..sites)
        .map(|_| {
            rank += 1.0;
            sum += 1.0 / rank;
            sum
        })
        .collect()
}
