//! Whether hits are committed, kept, or refused.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What becomes of hits now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Fate {
    /// They are committed.
    Committed,
    /// The database does not take them: they are acknowledged, and kept in the journal.
    Kept,
    /// They are answered with 503.
    Refused,
}

/// How long after a change it is logged when the same comes again: a disk that is nearly full goes back and forth.
const CALM: Duration = Duration::from_secs(10);

/// Remembers it, and logs a change, not each failure: a database that is away must not flood the log.
#[derive(Debug)]
pub(super) struct Health(Mutex<Known>);

#[derive(Debug)]
struct Known {
    fate: Fate,
    /// When the log was last told of each.
    told: HashMap<Fate, Instant>,
}

impl Health {
    pub(super) fn new(fate: Fate) -> Self {
        Self(Mutex::new(Known { fate, told: HashMap::new() }))
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
        if std::mem::replace(&mut known.fate, fate) == fate {
            return false;
        }
        let now = Instant::now();
        let before = known.told.insert(fate, now);
        before.is_none_or(|before| now.duration_since(before) >= CALM)
    }
}
