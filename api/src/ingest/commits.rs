//! How long commits take, for `/metrics`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds in milliseconds. Behind the last one are commits that were given up.
const BOUNDS: [u64; 11] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000];

/// Commits since the start, by how long they took.
#[derive(Debug, Default)]
pub(super) struct Commits {
    buckets: [AtomicU64; BOUNDS.len() + 1],
    microseconds: AtomicU64,
}

/// A histogram as it stood at one moment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CommitFigures {
    /// Upper bounds in seconds, and how many took no longer than that.
    pub(crate) up_to: Vec<(f64, u64)>,
    pub(crate) count: u64,
    pub(crate) seconds: f64,
}

impl Commits {
    pub(super) fn took(&self, time: Duration) {
        let place = BOUNDS.iter().position(|bound| time <= Duration::from_millis(*bound)).unwrap_or(BOUNDS.len());
        if let Some(bucket) = self.buckets.get(place) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        self.microseconds.fetch_add(u64::try_from(time.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    pub(super) fn figures(&self) -> CommitFigures {
        let mut count = 0;
        let mut counts = self.buckets.iter().map(|bucket| {
            count += bucket.load(Ordering::Relaxed);
            count
        });
        let up_to = BOUNDS.iter().zip(&mut counts);
        let up_to = up_to.map(|(bound, count)| (Duration::from_millis(*bound).as_secs_f64(), count)).collect();
        let _last = counts.next();
        let seconds = Duration::from_micros(self.microseconds.load(Ordering::Relaxed)).as_secs_f64();
        CommitFigures { up_to, count, seconds }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_commit_is_in_all_larger_buckets() {
        let commits = Commits::default();
        for milliseconds in [1, 3, 3, 30_000] {
            commits.took(Duration::from_millis(milliseconds));
        }
        let figures = commits.figures();
        assert_eq!(
            figures.up_to.iter().map(|(_, count)| *count).collect::<Vec<_>>(),
            [1, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3]
        );
        assert_eq!((figures.count, figures.seconds), (4, 30.007));
        assert!((figures.up_to[0].0 - 0.001).abs() < 1e-9);
    }
}
