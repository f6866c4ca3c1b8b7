//! The one task that commits, and that keeps in the journal what the database does not take.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval, timeout, timeout_at};

use super::commits::Commits;
use super::delivery::Delivery;
use super::health::{Fate, Health};
use super::queue::Exit;
use super::{BATCH_HITS, Drops, Node, Refused, Submission};
use crate::collect::Hit;
use crate::error::{Error, Result};
use crate::ids::now_ms;
use crate::live::Hub;
use crate::store::{Appended, Batch, DropCount, EventStore};

/// How long a commit may take before its hits are kept in the journal, or refused where they can't be.
const COMMIT_TIMEOUT: Duration = Duration::from_secs(2);
/// How long the end of the process waits for deliveries; what is not delivered then stays in the journal.
const LAST_DELIVERIES: Duration = Duration::from_secs(1);
/// How long after the last commit began a small group waits for company.
const COMPANY: Duration = Duration::from_millis(4);
/// Hits that need no company.
const COMPANY_HITS: usize = 16;
/// The same while hits are kept. What waits is delivered batch by batch, and must become less while more comes: few and large
/// ones are written down.
const KEPT_COMPANY: Duration = Duration::from_millis(50);
/// How often counts of drops are committed: with hits, when some come then, so that most batches are hits alone.
const DROPS_INTERVAL: Duration = Duration::from_secs(1);

pub(super) struct Writer {
    store: Arc<dyn EventStore>,
    node: Node,
    hub: Arc<Hub>,
    drops: Arc<Drops>,
    health: Arc<Health>,
    commits: Arc<Commits>,
    /// The batch that was sent, is not in the journal, and of which it is not known yet whether it is committed, or will be.
    /// Nothing else is sent until that is sure.
    doubt: Option<Sent>,
    /// When the last commit began.
    began: Instant,
    /// When counts of drops were last committed, or tried to be.
    drops_taken: Instant,
    /// What the database had against a batch of the journal when it was last asked to take it.
    trouble: Option<String>,
}

/// A batch that was handed to the database.
#[derive(Debug)]
struct Sent {
    seq: i64,
    at: i64,
    drops: Arc<[DropCount]>,
}

impl Writer {
    pub(super) fn new(
        store: Arc<dyn EventStore>,
        node: Node,
        hub: Arc<Hub>,
        drops: Arc<Drops>,
        health: Arc<Health>,
        commits: Arc<Commits>,
    ) -> Self {
        let now = Instant::now();
        Self { store, node, hub, drops, health, commits, doubt: None, began: now, drops_taken: now, trouble: None }
    }

    /// Commits until the queue is closed and everything in it is answered.
    pub(super) async fn run(mut self, queue: Exit) {
        let mut tick = interval(DROPS_INTERVAL);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut delivery = None;
        loop {
            delivery = delivery.or_else(|| self.next_delivery());
            tokio::select! {
                biased;
                Some(outcome) = ended(&mut delivery) => delivery = self.after(delivery.take(), outcome),
                some = self.group(&queue) => {
                    if !some {
                        break;
                    }
                    self.began = Instant::now();
                    self.commit_group(queue.take(BATCH_HITS)).await;
                }
                _ = tick.tick() => self.commit_drops().await,
            }
        }
        let _all_or_the_next_process = timeout(LAST_DELIVERIES, self.deliver_all(delivery)).await;
        // These, too, are written down if they can't be committed.
        let _last = self.commit(&[], false).await;
    }

    /// Waits for a group that is worth a commit; false when none will come. A small group that follows close upon the last commit
    /// waits for company. So a lone hit waits for nobody, and a flood is committed by the hundred.
    async fn group(&self, queue: &Exit) -> bool {
        let some = queue.wait_for(1).await;
        let (time, hits) =
            if self.node.journal.is_pending() { (KEPT_COMPANY, BATCH_HITS) } else { (COMPANY, COMPANY_HITS) };
        let _enough_or_time = timeout_at(self.began + time, queue.wait_for(hits)).await;
        some
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
        // They can wait: what is in the journal comes first.
        if self.node.journal.is_pending() {
            return;
        }
        // After a failure an empty batch tells whether hits would be committed again, also where none come.
        let probe = self.health.fate() != Fate::Committed;
        // What is not committed now is kept and tried again with the next batch.
        let _kept = self.commit(&[], probe).await;
    }

    /// Commits hits and what was dropped meanwhile, or writes them down; with nothing of either only as a probe.
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
        self.append(hits, drops).await
    }

    /// Sends a batch. One that the database does not take, or of which it can't be told, is written down; so is one behind
    /// which others are, as readers count on the order.
    async fn append(&mut self, hits: &[&Hit], drops: Vec<DropCount>) -> Result<()> {
        let pending = self.node.journal.is_pending();
        if !pending && let Err(error) = self.settle().await {
            self.drops.restore(&drops);
            self.health.refused(&error);
            return Err(error);
        }
        let (seq, at, drops): (_, _, Arc<[DropCount]>) = (self.node.last_seq + 1, now_ms(), drops.into());
        let batch = Batch { node: self.node.id, seq, at, hits, drops: &drops };
        if pending {
            return self.write_down(batch, "others wait in it").inspect_err(|_| self.drops.restore(&drops));
        }
        // What becomes of the drops, too, is in doubt until it is known what became of the batch.
        self.doubt = Some(Sent { seq, at, drops: drops.clone() });
        let began = Instant::now();
        let result = timeout(COMMIT_TIMEOUT, self.store.append(batch)).await.unwrap_or(Err(Error::Unavailable));
        self.commits.took(began.elapsed());
        let failure = match result {
            Ok(appended @ Appended::Now(_)) => {
                self.committed(seq, hits, appended);
                return Ok(());
            }
            Ok(Appended::Before) => Error::internal("another process writes under the numbers of this node"),
            Err(error) => error,
        };
        match failure {
            error @ Error::Unavailable => self.write_down(batch, error),
            // The failure may have hidden a success: done again, the batch would be there twice.
            error => match self.settle().await {
                Ok(true) => {
                    self.committed(seq, hits, Appended::Before);
                    Ok(())
                }
                Ok(false) => {
                    self.health.refused(&error);
                    Err(error)
                }
                // The number may yet go to an empty batch, so nothing can be written down under it.
                Err(unsure) => {
                    self.health.refused(&error);
                    Err(unsure)
                }
            },
        }
    }

    /// Makes sure of the batch in doubt, if there is one: true when it is committed, false when it never will be.
    ///
    /// # Errors
    /// `Unavailable` when that can't be made sure of now.
    async fn settle(&mut self) -> Result<bool> {
        let Some(Sent { seq, at, .. }) = self.doubt else { return Ok(false) };
        // Another instant than the batch's, so that it shows which of the two holds the number.
        let fence = timeout(COMMIT_TIMEOUT, self.store.fence(self.node.id, seq, at + 1)).await;
        let Ok(Ok(holder)) = fence else { return Err(Error::Unavailable) };
        let sent = self.doubt.take();
        self.known(seq);
        if holder != at
            && let Some(sent) = sent
        {
            self.drops.restore(&sent.drops);
        }
        Ok(holder == at)
    }

    fn write_down(&mut self, batch: Batch<'_>, why: impl std::fmt::Display) -> Result<()> {
        match self.node.journal.append(&batch) {
            Ok(()) => {
                self.known(batch.seq);
                self.health.kept(why);
                Ok(())
            }
            Err(not_kept) => {
                self.health.refused(not_kept);
                Err(Error::Unavailable)
            }
        }
    }

    fn committed(&mut self, seq: i64, hits: &[&Hit], appended: Appended) {
        self.known(seq);
        self.health.committed();
        self.tell_watchers(hits.iter().copied(), appended);
    }

    fn known(&mut self, seq: i64) {
        self.doubt = None;
        self.node.last_seq = seq;
    }

    fn tell_watchers<'h>(&self, hits: impl Iterator<Item = &'h Hit>, appended: Appended) {
        match appended {
            Appended::Now(fresh) => self.hub.committed(hits.zip(fresh).filter_map(|(hit, fresh)| fresh.then_some(hit))),
            Appended::Before => self.hub.committed(hits),
        }
    }

    /// Begins to deliver what waits in the journal, if something does.
    fn next_delivery(&mut self) -> Option<Delivery> {
        match self.node.journal.head() {
            Ok(entry) => entry.map(|entry| Delivery::of(Arc::new(entry), self.store.clone())),
            Err(error) => {
                self.health.refused(format_args!("the journal cannot be read: {error}"));
                Some(Delivery::of_none())
            }
        }
    }

    /// Forgets what is delivered; what is not is tried again.
    fn after(&mut self, delivery: Option<Delivery>, outcome: Result<Appended>) -> Option<Delivery> {
        let entry = delivery?.entry?;
        match outcome {
            Ok(appended) => {
                self.trouble = None;
                self.node.journal.delivered(&entry);
                self.tell_watchers(entry.hits.iter(), appended);
                if !self.node.journal.is_pending() {
                    self.health.committed();
                }
                None
            }
            Err(error) => {
                self.tell_trouble(&error);
                Some(Delivery::again(entry, self.store.clone()))
            }
        }
    }

    /// Logs what the database has against a batch, once: it is tried until it is taken.
    fn tell_trouble(&mut self, error: &Error) {
        if matches!(error, Error::Unavailable) {
            return;
        }
        let trouble = Some(error.to_string());
        if self.trouble != trouble {
            tracing::error!(%error, "the database refuses a batch of the journal; it will be tried again");
            self.trouble = trouble;
        }
    }

    async fn deliver_all(&mut self, mut delivery: Option<Delivery>) {
        loop {
            delivery = delivery.or_else(|| self.next_delivery());
            let Some(outcome) = ended(&mut delivery).await else { return };
            delivery = self.after(delivery, outcome);
        }
    }
}

/// What becomes of a delivery, if there is one.
async fn ended(delivery: &mut Option<Delivery>) -> Option<Result<Appended>> {
    match delivery {
        Some(delivery) => Some(delivery.outcome().await),
        None => None,
    }
}

fn answer(group: impl IntoIterator<Item = Submission>, result: Result<(), Refused>) {
    for submission in group {
        // Its place in the queue is free again when it is answered; nobody may be there to hear it.
        let _gone = submission.done.send(result);
    }
}
