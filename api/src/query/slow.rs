//! Questions that take long, for the log: what kind, of which site, how long. What was asked for is not told, as filters may hold
//! what visitors typed.

use std::time::{Duration, Instant};

use crate::error::Result;

/// Tells of questions that take longer than this; none: of no question.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SlowLog(Option<Duration>);

impl SlowLog {
    /// In milliseconds; 0 tells of none.
    pub(crate) fn of(milliseconds: u32) -> Self {
        Self((milliseconds > 0).then(|| Duration::from_millis(milliseconds.into())))
    }

    /// Waits for the answer, and tells when that took long.
    pub(super) async fn watch<T>(self, what: &str, site: &str, answer: impl Future<Output = Result<T>>) -> Result<T> {
        let began = Instant::now();
        let answer = answer.await;
        let took = began.elapsed();
        if self.0.is_some_and(|most| took > most) {
            let (milliseconds, answered) = (took.as_millis(), answer.is_ok());
            tracing::warn!(what, site, milliseconds, answered, "a slow question");
        }
        answer
    }
}
