//! Commits hits in groups, and only then answers: what was acknowledged is in the database, or in the journal of this node.
//!
//! One task per process writes. It takes what has gathered while the last commit ran, so a lone hit waits for nobody and
//! a flood is committed by the hundred. What the database does not take is kept in a journal, acknowledged from there, and
//! delivered once. Queue and journal are bounded; when one is full, callers are told so.

mod commits;
mod delivery;
mod drops;
mod health;
mod journal;
mod node;
mod queue;
#[cfg(test)]
mod tests;
mod writer;

pub(crate) use commits::CommitFigures;
pub(crate) use health::Fate;
pub(crate) use journal::{JournalConfig, JournalFigures};
pub(crate) use node::{Node, lock};

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::task::JoinHandle;

use crate::collect::{DropReason, Hit};
use crate::live::Hub;
use crate::store::EventStore;
use commits::Commits;
use drops::Drops;
use health::Health;
use queue::Entrance;

/// Hits that may wait for their commit; one more is answered 503.
pub(crate) const QUEUE_HITS: usize = 20_000;
/// Hits of one commit.
const BATCH_HITS: usize = 2_000;

/// Why hits were not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// More arrive than the database can take.
    #[error("the queue is full")]
    QueueFull,
    /// The database did not commit them, and they could not be kept until it does.
    #[error("the database did not commit")]
    NotCommitted,
    /// The process is about to end.
    #[error("shutting down")]
    ShuttingDown,
}

/// Hits of one request, on their way to the writer.
struct Submission {
    hits: Vec<Hit>,
    done: oneshot::Sender<Result<(), Refused>>,
    /// Its places in the queue, free again when it is answered.
    _room: OwnedSemaphorePermit,
}

/// The way into the database for hits.
#[derive(Debug)]
pub(crate) struct Ingest {
    queue: Entrance,
    room: Arc<Semaphore>,
    drops: Arc<Drops>,
    health: Arc<Health>,
    journal: Arc<Mutex<JournalFigures>>,
    commits: Arc<Commits>,
    acknowledged: AtomicU64,
    refused: AtomicU64,
}

/// Hits since the start, and those on their way.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct IngestFigures {
    /// Acknowledged: they are in the database, or in the journal.
    pub(crate) acknowledged: u64,
    /// Answered with 503.
    pub(crate) refused: u64,
    /// Waiting for their commit.
    pub(crate) waiting: usize,
    /// How long commits took.
    pub(crate) commits: CommitFigures,
    /// Acknowledged, and waiting for the database.
    pub(crate) journal: JournalFigures,
}

impl std::fmt::Debug for Submission {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Submission({} hits)", self.hits.len())
    }
}

impl Ingest {
    /// Starts the writer. It ends after [`Ingest::stop`], when what is queued is committed.
    ///
    /// # Errors
    /// When the system has no thread to give.
    pub(crate) fn start(
        store: Arc<dyn EventStore>,
        node: Node,
        hub: Arc<Hub>,
    ) -> std::io::Result<(Self, JoinHandle<()>)> {
        let (queue, waiting) = queue::queue();
        let drops = Arc::new(Drops::default());
        let journal = node.journal.figures();
        let fate = if node.journal.is_pending() { Fate::Kept } else { Fate::Committed };
        let health = Arc::new(Health::new(fate));
        let commits = Arc::new(Commits::default());
        let writer = writer::Writer::new(store, node, hub, drops.clone(), health.clone(), commits.clone());
        // A thread and a runtime of its own: among the requests, the end of a commit would wait its turn behind them.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let task = tokio::task::spawn_blocking(move || runtime.block_on(writer.run(waiting)));
        let room = Arc::new(Semaphore::new(QUEUE_HITS));
        let (acknowledged, refused) = (AtomicU64::new(0), AtomicU64::new(0));
        Ok((Self { queue, room, drops, health, journal, commits, acknowledged, refused }, task))
    }

    /// Commits the hits of one request, all or none, or keeps them until that is possible, and returns when that has happened.
    ///
    /// # Errors
    /// Why they are not stored; the caller may send them again.
    pub(crate) async fn store(&self, hits: Vec<Hit>) -> Result<(), Refused> {
        let Ok(size) = u32::try_from(hits.len()) else { return Err(Refused::QueueFull) };
        if size == 0 {
            return Ok(());
        }
        let result = self.enqueue(hits, size).await;
        let counter = if result.is_ok() { &self.acknowledged } else { &self.refused };
        counter.fetch_add(u64::from(size), Ordering::Relaxed);
        result
    }

    async fn enqueue(&self, hits: Vec<Hit>, size: u32) -> Result<(), Refused> {
        let room = self.room.clone().try_acquire_many_owned(size).map_err(|_| Refused::QueueFull)?;
        let (done, committed) = oneshot::channel();
        let submission = Submission { hits, done, _room: room };
        self.queue.add(submission)?;
        committed.await.unwrap_or(Err(Refused::ShuttingDown))
    }

    /// Counts a hit that is not stored; the count is committed with the next batch or within a second.
    pub(crate) fn count_drop(&self, site: i64, date: String, reason: DropReason) {
        self.drops.add(site, date, reason.as_str());
    }

    /// Takes no more; what is queued is still committed and answered.
    pub(crate) fn stop(&self) {
        self.queue.close();
    }

    /// What became of hits so far.
    pub(crate) fn figures(&self) -> IngestFigures {
        IngestFigures {
            acknowledged: self.acknowledged.load(Ordering::Relaxed),
            refused: self.refused.load(Ordering::Relaxed),
            commits: self.commits.figures(),
            waiting: QUEUE_HITS.saturating_sub(self.room.available_permits()),
            journal: *self.journal.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// What becomes of hits now.
    pub(crate) fn fate(&self) -> Fate {
        self.health.fate()
    }
}
