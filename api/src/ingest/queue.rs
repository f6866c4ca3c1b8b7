//! Hits on their way to the writer. Its thread is woken when enough has gathered, not for each request: that would cost more
//! than to commit a hit.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::{Refused, Submission};

/// Makes a queue.
pub(super) fn queue() -> (Entrance, Exit) {
    let queue = Arc::new(Queue {
        waiting: Mutex::new(Waiting { submissions: VecDeque::new(), hits: 0, wanted: usize::MAX, closed: false }),
        enough: Notify::new(),
    });
    (Entrance(queue.clone()), Exit(queue))
}

/// Where requests put their hits. Dropped, it is closed.
#[derive(Debug)]
pub(super) struct Entrance(Arc<Queue>);

/// Where the writer takes them. Dropped, as when the writer fails, whoever waits is told.
#[derive(Debug)]
pub(super) struct Exit(Arc<Queue>);

#[derive(Debug)]
struct Queue {
    waiting: Mutex<Waiting>,
    enough: Notify,
}

#[derive(Debug)]
struct Waiting {
    submissions: VecDeque<Submission>,
    hits: usize,
    /// How many hits the writer wants to be woken for, which is then done once.
    wanted: usize,
    closed: bool,
}

impl Entrance {
    /// Adds the hits of a request.
    ///
    /// # Errors
    /// When the queue is closed.
    pub(super) fn add(&self, submission: Submission) -> Result<(), Refused> {
        let mut waiting = self.0.waiting();
        if waiting.closed {
            return Err(Refused::ShuttingDown);
        }
        waiting.hits += submission.hits.len();
        waiting.submissions.push_back(submission);
        let enough = waiting.hits >= waiting.wanted;
        if enough {
            waiting.wanted = usize::MAX;
        }
        drop(waiting);
        if enough {
            self.0.enough.notify_one();
        }
        Ok(())
    }

    /// Lets no more in; what waits may still be taken.
    pub(super) fn close(&self) {
        self.0.waiting().closed = true;
        self.0.enough.notify_one();
    }
}

impl Drop for Entrance {
    fn drop(&mut self) {
        self.close();
    }
}

impl Exit {
    /// Returns when so many hits wait, or no more can come: then false if none do.
    pub(super) async fn wait_for(&self, hits: usize) -> bool {
        loop {
            {
                let mut waiting = self.0.waiting();
                if waiting.hits >= hits || waiting.closed {
                    return waiting.hits > 0;
                }
                waiting.wanted = hits;
            }
            self.0.enough.notified().await;
        }
    }

    /// Takes whole requests until they have that many hits, or nothing waits.
    pub(super) fn take(&self, hits: usize) -> Vec<Submission> {
        let mut waiting = self.0.waiting();
        let (mut taken, mut number) = (Vec::new(), 0);
        while number < hits
            && let Some(next) = waiting.submissions.pop_front()
        {
            number += next.hits.len();
            taken.push(next);
        }
        waiting.hits -= number;
        taken
    }
}

impl Drop for Exit {
    fn drop(&mut self) {
        let mut waiting = self.0.waiting();
        waiting.closed = true;
        waiting.hits = 0;
        let forgotten = std::mem::take(&mut waiting.submissions);
        drop(waiting);
        // Each tells its request, by what goes with it, that nobody will answer.
        drop(forgotten);
    }
}

impl Queue {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
