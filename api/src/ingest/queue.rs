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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::sync::{Semaphore, oneshot};
    use tokio::time::timeout;

    use super::*;
    use crate::collect::Hit;

    type Answer = oneshot::Receiver<Result<(), Refused>>;

    fn submission(hits: i64) -> (Submission, Answer) {
        let (done, answer) = oneshot::channel();
        let room = Arc::new(Semaphore::new(1)).try_acquire_owned().expect("room");
        let hits = (0..hits).map(|mark| Hit::blank(1, mark)).collect();
        (Submission { hits, done, _room: room }, answer)
    }

    async fn is_woken_for(exit: &Exit, hits: usize) -> bool {
        timeout(Duration::from_secs(1), exit.wait_for(hits)).await.unwrap_or(false)
    }

    #[tokio::test(start_paused = true)]
    async fn the_writer_is_woken_for_as_many_hits_as_it_wants() {
        let (entrance, exit) = queue();
        assert!(!is_woken_for(&exit, 1).await);
        let wait = async { is_woken_for(&exit, 3).await };
        let add = async {
            for hits in [1, 1, 2] {
                entrance.add(submission(hits).0).expect("it is open");
                tokio::task::yield_now().await;
            }
        };
        assert!(tokio::join!(wait, add).0);
        assert!(!is_woken_for(&exit, 5).await, "what is there is not enough");
        assert!(is_woken_for(&exit, 4).await, "and is not forgotten");
    }

    #[tokio::test(start_paused = true)]
    async fn whole_requests_are_taken_in_their_order() {
        let (entrance, exit) = queue();
        for hits in [2, 3, 1] {
            entrance.add(submission(hits).0).expect("it is open");
        }
        let sizes = |taken: Vec<Submission>| taken.iter().map(|submission| submission.hits.len()).collect::<Vec<_>>();
        assert_eq!(sizes(exit.take(3)), [2, 3]);
        assert!(!is_woken_for(&exit, 2).await);
        assert_eq!(sizes(exit.take(3)), [1]);
        assert!(exit.take(3).is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_closed_queue_gives_out_what_it_has_and_takes_no_more() {
        let (entrance, exit) = queue();
        entrance.add(submission(1).0).expect("it is open");
        entrance.close();
        assert_eq!(entrance.add(submission(1).0), Err(Refused::ShuttingDown));
        assert!(is_woken_for(&exit, 16).await);
        assert_eq!(exit.take(16).len(), 1);
        assert!(!exit.wait_for(1).await, "nothing is left, and nothing comes");
    }

    #[tokio::test]
    async fn without_a_writer_nobody_waits() {
        let (entrance, exit) = queue();
        let (waiting, answer) = submission(1);
        entrance.add(waiting).expect("it is open");
        drop(exit);
        assert!(answer.await.is_err(), "its request is told");
        assert_eq!(entrance.add(submission(1).0), Err(Refused::ShuttingDown));
    }
}
