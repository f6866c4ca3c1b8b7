//! The writer before a database that answers late, or never: what it acknowledges is there, once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::{Instant, sleep, sleep_until};

use super::drops::Drops;
use super::health::{Fate, Health};
use super::journal::{Journal, JournalConfig};
use super::writer::Writer;
use super::{Node, Refused, Submission, queue};
use crate::collect::Hit;
use crate::config::Durability;
use crate::error::{Error, Result};
use crate::store::{Appended, Batch, EventStore, Seen, Sink};

/// What was committed: by number, the instant and the hits' own instants, by which tests know them.
type Committed = Arc<Mutex<BTreeMap<i64, (i64, Vec<i64>)>>>;

/// Commits what it is sent only when it opens, whether the asker is still there or not.
#[derive(Debug)]
struct Blocked {
    committed: Committed,
    opens: Instant,
    /// How long a commit takes then.
    takes: Duration,
    /// A fence, too, has to wait until then.
    fences_wait: bool,
    /// Until then it refuses batches, and so surely commits nothing of them.
    refuses: bool,
}

fn commit(committed: &Committed, seq: i64, at: i64, hits: Vec<i64>) -> Appended {
    let mut committed = committed.lock().expect("not poisoned");
    if committed.contains_key(&seq) {
        return Appended::Before;
    }
    assert_eq!(committed.keys().next_back().copied().unwrap_or(0) + 1, seq, "batches come in their order");
    let size = hits.len();
    committed.insert(seq, (at, hits));
    Appended::Now(vec![true; size])
}

#[async_trait]
impl EventStore for Blocked {
    async fn append(&self, batch: Batch<'_>) -> Result<Appended> {
        if self.refuses && Instant::now() < self.opens {
            return Err(Error::internal("refused"));
        }
        let (committed, opens, takes) = (self.committed.clone(), self.opens, self.takes);
        let (seq, at) = (batch.seq, batch.at);
        let hits: Vec<i64> = batch.hits.iter().map(|hit| hit.ts_ms).collect();
        let task = tokio::spawn(async move {
            sleep_until(opens).await;
            sleep(takes).await;
            commit(&committed, seq, at, hits)
        });
        task.await.map_err(Error::internal)
    }

    async fn append_late(&self, batch: Batch<'_>) -> Result<Appended> {
        self.append(batch).await
    }

    async fn fence(&self, _node: i64, seq: i64, at: i64) -> Result<i64> {
        let (committed, opens) = (self.committed.clone(), self.opens);
        let wait = self.fences_wait;
        let task = tokio::spawn(async move {
            if wait {
                // A moment behind what waits already.
                sleep_until(opens + Duration::from_millis(1)).await;
            }
            let mut committed = committed.lock().expect("not poisoned");
            committed.entry(seq).or_insert((at, Vec::new())).0
        });
        task.await.map_err(Error::internal)
    }

    async fn read(&self, _: i64, _: Option<&Seen>, _: &mut dyn Sink) -> Result<()> {
        Ok(())
    }

    async fn first_event_at(&self, _: i64, _: i64) -> Result<Option<i64>> {
        Ok(None)
    }
}

/// What is sent, and to what.
struct Trial {
    /// The database opens after so many seconds.
    closed: u64,
    takes: Duration,
    fences_wait: bool,
    refuses: bool,
    /// Bytes that the journal takes.
    journal: u64,
    hits: i64,
    /// Time between two hits.
    pace: Duration,
}

/// Two minutes of lone hits.
const TRIAL: Trial = Trial {
    closed: 0,
    takes: Duration::ZERO,
    fences_wait: false,
    refuses: false,
    journal: 1_000_000,
    hits: 170,
    pace: Duration::from_millis(700),
};

/// Answers how many hits were acknowledged; they are there, once, and in the end the journal is empty while more come.
async fn acknowledged_are_there_once(trial: Trial) -> usize {
    let Trial { closed, takes, fences_wait, refuses, journal, hits, pace } = trial;
    let committed = Committed::default();
    let opens = Instant::now() + Duration::from_secs(closed);
    let store = Blocked { committed: committed.clone(), opens, takes, fences_wait, refuses };
    let (queue, waiting) = queue::queue();
    let (hub, drops, health) = (Arc::default(), Arc::new(Drops::default()), Arc::new(Health::new(Fate::Committed)));
    let dir = tempfile::tempdir().expect("a directory");
    let journal = JournalConfig { limit: journal, durability: Durability::Process };
    let node = Node::of_test(Journal::open(dir.path(), journal).expect("a journal"));
    let writer =
        tokio::spawn(Writer::new(Arc::new(store), node, hub, drops, health.clone(), Arc::default()).run(waiting));
    let room = Arc::new(Semaphore::new(10_000));
    let mut answers = Vec::new();
    for mark in 0..hits {
        let (done, answer) = oneshot::channel::<Result<(), Refused>>();
        let place = room.clone().try_acquire_owned().expect("room");
        queue.add(Submission { hits: vec![Hit::blank(1, mark)], done, _room: place }).expect("the writer is there");
        answers.push((mark, answer));
        sleep(pace).await;
    }
    assert_eq!(health.fate(), Fate::Committed, "the database has been back for a while");
    drop(queue);
    writer.await.expect("a clean end");
    let committed = committed.lock().expect("not poisoned").clone();
    let stored: Vec<i64> = committed.values().flat_map(|(_, hits)| hits.clone()).collect();
    let mut acknowledged = 0;
    for (mark, answer) in answers {
        let times = stored.iter().filter(|stored| **stored == mark).count();
        let taken = answer.await.expect("an answer").is_ok();
        assert!(times <= 1, "hit {mark} is there {times} times");
        assert!(!taken || times == 1, "hit {mark} was acknowledged and is not there");
        acknowledged += usize::from(taken);
    }
    let numbers: Vec<i64> = committed.keys().copied().collect();
    assert_eq!(numbers, (1..).take(numbers.len()).collect::<Vec<_>>(), "numbers are without gaps");
    acknowledged
}

const CLOSED: [u64; 12] = [0, 1, 3, 9, 11, 19, 21, 26, 30, 34, 41, 60];

#[tokio::test(start_paused = true)]
async fn all_is_acknowledged_and_there_however_long_the_database_was_blocked() {
    for closed in CLOSED {
        for fences_wait in [false, true] {
            let trial = Trial { closed, fences_wait, ..TRIAL };
            assert_eq!(acknowledged_are_there_once(trial).await, 170, "{closed} s");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_full_journal_does_not_take_is_refused_and_all_else_is_there() {
    // None, less than a hit, a few hits.
    for limit in [0, 100, 5_000] {
        for closed in CLOSED {
            for fences_wait in [false, true] {
                let acknowledged =
                    acknowledged_are_there_once(Trial { closed, fences_wait, journal: limit, ..TRIAL }).await;
                assert!(acknowledged >= 40, "{acknowledged} of 170 after {closed} s: it recovers");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_database_refuses_is_not_kept_for_it_and_all_else_is_there() {
    for closed in CLOSED {
        for fences_wait in [false, true] {
            let acknowledged = acknowledged_are_there_once(Trial { closed, fences_wait, refuses: true, ..TRIAL }).await;
            assert!(acknowledged >= 40, "{acknowledged} of 170 after {closed} s: it recovers");
            assert!(closed < 3 || acknowledged < 170, "{closed} s: what it refused was not kept");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_waits_is_delivered_while_as_much_comes_as_ever() {
    // More lone hits a second than the database takes commits.
    let trial = Trial {
        closed: 5,
        takes: Duration::from_millis(8),
        journal: 100_000_000,
        hits: 8_000,
        pace: Duration::from_millis(2),
        ..TRIAL
    };
    assert_eq!(acknowledged_are_there_once(trial).await, 8_000);
}
