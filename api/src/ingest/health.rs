//! Whether hits are committed, kept, or refused.

use std::fmt::Display;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// What becomes of hits now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// They are committed.
    Committed,
    /// The database does not take them: they are acknowledged, and kept in the journal.
    Kept,
    /// They are answered with 503.
    Refused,
}

/// How long after a line in the log the next one may come: a disk that is nearly full goes back and forth. The last word is
/// always said, if later.
const CALM: Duration = Duration::from_secs(10);

/// Remembers it, and logs a change, not each failure: a database that is away must not flood the log.
#[derive(Debug)]
pub(super) struct Health(Mutex<Known>);

#[derive(Debug)]
struct Known {
    fate: Fate,
    /// What the log was last told, and when.
    told: (Fate, Option<Instant>),
}

impl Health {
    pub(super) fn new(fate: Fate) -> Self {
        Self(Mutex::new(Known { fate, told: (fate, None) }))
    }

    pub(super) fn fate(&self) -> Fate {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fate
    }

    pub(super) fn committed(&self) {
        if self.changes(Fate::Committed) {
            tracing::info!("hits are committed again");
        }
    }

    pub(super) fn kept(&self, why: impl Display) {
        if self.changes(Fate::Kept) {
            tracing::warn!(%why, "hits cannot be committed; they are kept in the journal");
        }
    }

    pub(super) fn refused(&self, why: impl Display) {
        if self.changes(Fate::Refused) {
            tracing::error!(%why, "hits can be neither committed nor kept; answering 503");
        }
    }

    /// Notes it; whether the log is to be told.
    fn changes(&self, fate: Fate) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.fate = fate;
        let (told, when) = known.told;
        if told == fate || when.is_some_and(|when| when.elapsed() < CALM) {
            return false;
        }
        known.told = (fate, Some(Instant::now()));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_log_hears_of_changes_and_in_the_end_of_the_last() {
        let health = Health::new(Fate::Committed);
        assert!(!health.changes(Fate::Committed));
        assert!(health.changes(Fate::Kept), "at once");
        for fate in [Fate::Kept, Fate::Committed, Fate::Kept, Fate::Committed] {
            assert!(!health.changes(fate), "{fate:?}: it goes back and forth");
            assert_eq!(health.fate(), fate);
        }
        tokio::time::advance(CALM).await;
        assert!(health.changes(Fate::Committed), "late, but it is said");
        assert!(!health.changes(Fate::Committed));
    }
}
