//! The one task that commits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval, timeout, timeout_at};

use super::queue::Exit;
use super::{BATCH_HITS, Drops, Node, Refused, Submission};
use crate::collect::Hit;
use crate::error::{Error, Result};
use crate::ids::now_ms;
use crate::live::Hub;
use crate::store::{Batch, EventStore};

/// How long a commit may take before its hits are refused.
const COMMIT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long after the last commit began a small group waits for company.
const COMPANY: Duration = Duration::from_millis(4);
/// Hits that need no company.
const COMPANY_HITS: usize = 16;
/// How often counts of drops are committed: with hits, when some come then, so that most batches are hits alone.
const DROPS_INTERVAL: Duration = Duration::from_secs(1);

pub(super) struct Writer {
    store: Arc<dyn EventStore>,
    node: Node,
    hub: Arc<Hub>,
    drops: Arc<Drops>,
    healthy: Arc<AtomicBool>,
    /// The batch that was sent and of which it is not known yet whether it is committed, or will be. Nothing else is sent
    /// until that is sure.
    doubt: Option<Sent>,
    /// When the last commit began.
    began: Instant,
    /// When counts of drops were last committed, or tried to be.
    drops_taken: Instant,
}

/// A batch that was handed to the database.
#[derive(Clone, Copy, Debug)]
struct Sent {
    seq: i64,
    at: i64,
}

impl Writer {
    pub(super) fn new(
        store: Arc<dyn EventStore>,
        node: Node,
        hub: Arc<Hub>,
        drops: Arc<Drops>,
        healthy: Arc<AtomicBool>,
    ) -> Self {
        let now = Instant::now();
        Self { store, node, hub, drops, healthy, doubt: None, began: now, drops_taken: now }
    }

    /// Commits until the queue is closed and everything in it is answered.
    pub(super) async fn run(mut self, queue: Exit) {
        let mut tick = interval(DROPS_INTERVAL);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                some = queue.wait_for(1) => {
                    if !some {
                        break;
                    }
                    // A small group that follows close upon the last commit waits for company. So a lone hit waits for
                    // nobody, and a flood is committed by the hundred.
                    let _enough_or_time = timeout_at(self.began + COMPANY, queue.wait_for(COMPANY_HITS)).await;
                    self.began = Instant::now();
                    self.commit_group(queue.take(BATCH_HITS)).await;
                }
                _ = tick.tick() => self.commit_drops().await,
            }
        }
        self.commit_drops().await;
    }

    async fn commit_group(&mut self, group: Vec<Submission>) {
        let hits: Vec<&Hit> = group.iter().flat_map(|submission| &submission.hits).collect();
        match self.commit(&hits, false).await {
            Ok(()) => answer(group, Ok(())),
            // The fault may lie in one request's hits: the others must not suffer for it.
            Err(Error::Internal(_)) if group.len() > 1 => {
                let mut away = false;
                for submission in group {
                    let own: Vec<&Hit> = submission.hits.iter().collect();
                    let result = if away { Err(Error::Unavailable) } else { self.commit(&own, false).await };
                    away |= matches!(result, Err(Error::Unavailable));
                    answer([submission], result.map_err(|_| Refused::NotCommitted));
                }
            }
            Err(_) => answer(group, Err(Refused::NotCommitted)),
        }
    }

    async fn commit_drops(&mut self) {
        // After a failure an empty batch tells whether hits would be committed again, also where none come.
        let probe = !self.healthy.load(Ordering::Relaxed);
        // What is not committed now is kept and tried again with the next batch.
        let _kept = self.commit(&[], probe).await;
    }

    /// Commits hits and what was dropped meanwhile; with nothing of either only as a probe.
    ///
    /// # Errors
    /// `Unavailable` when the database is away or it can't be told what it did; any other when it surely did nothing.
    async fn commit(&mut self, hits: &[&Hit], probe: bool) -> Result<()> {
        let drops = if hits.is_empty() || self.drops_taken.elapsed() >= DROPS_INTERVAL {
            self.drops_taken = Instant::now();
            self.drops.take()
        } else {
            Vec::new()
        };
        if hits.is_empty() && drops.is_empty() && !probe {
            return Ok(());
        }
        let result = match self.settle().await {
            Ok(_) => self.append(hits, &drops).await,
            Err(error) => Err(error),
        };
        match &result {
            Ok(fresh) => {
                self.tell_health(None);
                self.hub.committed(hits.iter().zip(fresh).filter_map(|(hit, fresh)| fresh.then_some(*hit)));
            }
            Err(error) => {
                self.drops.restore(drops);
                self.tell_health(Some(error));
            }
        }
        result.map(|_| ())
    }

    /// Sends a batch and tells which of its hits are new.
    async fn append(&mut self, hits: &[&Hit], drops: &[crate::store::DropCount]) -> Result<Vec<bool>> {
        let sent = Sent { seq: self.node.last_seq + 1, at: now_ms() };
        let batch = Batch { node: self.node.id, seq: sent.seq, at: sent.at, hits, drops };
        self.doubt = Some(sent);
        let result = timeout(COMMIT_TIMEOUT, self.store.append(batch)).await.unwrap_or(Err(Error::Unavailable));
        match result {
            Ok(fresh) => {
                self.known(sent.seq);
                Ok(fresh)
            }
            // The failure may have hidden a success: done again, the batch would be there twice.
            Err(error) => {
                if self.settle().await? {
                    Ok(vec![true; hits.len()])
                } else {
                    Err(error)
                }
            }
        }
    }

    /// Makes sure of the batch in doubt, if there is one: true when it is committed, false when it never will be.
    ///
    /// # Errors
    /// `Unavailable` when that can't be made sure of now.
    async fn settle(&mut self) -> Result<bool> {
        let Some(sent) = self.doubt else { return Ok(false) };
        // Another instant than the batch's, so that it shows which of the two holds the number.
        match timeout(COMMIT_TIMEOUT, self.store.fence(self.node.id, sent.seq, sent.at + 1)).await {
            Ok(Ok(holder)) => {
                self.known(sent.seq);
                Ok(holder == sent.at)
            }
            Ok(Err(_)) | Err(_) => Err(Error::Unavailable),
        }
    }

    fn known(&mut self, seq: i64) {
        self.doubt = None;
        self.node.last_seq = seq;
    }

    /// Logs a change of health, not each failure: a database that is away must not flood the log.
    fn tell_health(&self, failure: Option<&Error>) {
        let was_healthy = self.healthy.swap(failure.is_none(), Ordering::Relaxed);
        match failure {
            Some(error) if was_healthy => tracing::error!(%error, "hits cannot be committed; answering 503"),
            None if !was_healthy => tracing::info!("hits are committed again"),
            _ => {}
        }
    }
}

fn answer(group: impl IntoIterator<Item = Submission>, result: Result<(), Refused>) {
    for submission in group {
        // Its place in the queue is free again when it is answered; nobody may be there to hear it.
        let _gone = submission.done.send(result);
    }
}
