//! Senders that go on whatever happens: some send a hit again, with its id, until it is acknowledged, as our script does; others
//! send each one once and without an id, so that nothing hides a hit that was stored twice.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::api::Site;
use crate::http::Connection;
use crate::ledger::{Ledger, Sent};
use crate::load::next_id;
use crate::traffic::Target;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long after the end a hit is still sent again.
const LAST_TRIES: Duration = Duration::from_mins(1);
/// Rest before a hit is sent again.
const REST: Duration = Duration::from_millis(100);

/// Where the servers listen now: a server that was killed comes back at another port.
pub(crate) type Addresses = Arc<Mutex<Vec<SocketAddr>>>;

/// Senders at work.
#[derive(Debug)]
pub(crate) struct Load {
    over: Arc<AtomicBool>,
    lanes: JoinSet<Ledger>,
}

#[derive(Clone, Debug)]
struct Lane {
    site: Site,
    addresses: Addresses,
    over: Arc<AtomicBool>,
    number: usize,
    /// Time between two hits.
    every: Duration,
}

impl Load {
    /// Starts so many senders, which together send about `a_second` hits a second.
    pub(crate) fn start(site: &Site, addresses: &Addresses, senders: usize, a_second: u32) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let every = Duration::from_secs(1) * u32::try_from(senders).unwrap_or(1) / a_second;
        let mut lanes = JoinSet::new();
        for number in 0..senders {
            let (site, addresses, over) = (site.clone(), addresses.clone(), over.clone());
            lanes.spawn(Lane { site, addresses, over, number, every }.run());
        }
        Self { over, lanes }
    }

    /// Sends no new hits, and waits for those that are not acknowledged yet.
    pub(crate) async fn finish(mut self) -> Result<Ledger, String> {
        self.over.store(true, Ordering::Relaxed);
        let mut whole = Ledger::default();
        while let Some(lane) = self.lanes.join_next().await {
            let Ledger { acknowledged, unsure, retried } = lane.map_err(|error| error.to_string())?;
            whole.acknowledged.extend(acknowledged);
            whole.unsure.extend(unsure);
            whole.retried += retried;
        }
        Ok(whole)
    }
}

impl Lane {
    async fn run(self) -> Ledger {
        let mut ledger = Ledger::default();
        let mut connection = None;
        let mut due = Instant::now();
        for number in 0_u64.. {
            if self.over.load(Ordering::Relaxed) {
                break;
            }
            let sent = Sent {
                id: next_id(),
                page: format!("/faults/{}/{number}", self.number),
                visitor: self.number as u64 * 1_000 + number % 500,
            };
            // Every fourth sends once.
            if self.number % 4 == 3 {
                let is_taken = self.send(&mut connection, &sent, false, 0).await;
                if is_taken { &mut ledger.acknowledged } else { &mut ledger.unsure }.push(sent);
            } else {
                self.insist(&mut connection, sent, &mut ledger).await;
            }
            due += self.every;
            sleep(due.saturating_duration_since(Instant::now())).await;
            due = due.max(Instant::now());
        }
        ledger
    }

    async fn insist(&self, connection: &mut Option<Connection>, sent: Sent, ledger: &mut Ledger) {
        let mut over_since = None;
        for attempt in 0.. {
            if self.send(connection, &sent, true, attempt).await {
                ledger.retried += usize::from(attempt > 0);
                ledger.acknowledged.push(sent);
                return;
            }
            if self.over.load(Ordering::Relaxed) && over_since.get_or_insert_with(Instant::now).elapsed() > LAST_TRIES {
                ledger.unsure.push(sent);
                return;
            }
            sleep(REST).await;
        }
    }

    /// Whether the hit was acknowledged. A connection that failed is not used again; each attempt goes to another server.
    async fn send(&self, connection: &mut Option<Connection>, sent: &Sent, has_id: bool, attempt: usize) -> bool {
        let address = {
            let addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(address) = addresses.get((self.number + attempt) % addresses.len().max(1)) else { return false };
            *address
        };
        let target = Target { address, domain: self.site.domain.clone(), token: self.site.token.clone() };
        let mut hit = sent.hit(&target);
        let request = if has_id { hit.with_id(sent.id).to_vec() } else { hit.without_id() };
        let mut open = match connection.take().filter(|open| attempt == 0 && open.is_to(address)) {
            Some(open) => open,
            None => match Connection::open(address).await {
                Ok(open) => open,
                Err(_) => return false,
            },
        };
        match timeout(PATIENCE, open.send(&request)).await {
            Ok(Ok(answer)) => {
                *connection = Some(open);
                answer.status == 200 && !answer.dropped
            }
            _ => false,
        }
    }
}
