//! Counts of dropped hits that are not committed yet.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::store::DropCount;

/// A site, a local date and a reason.
type Key = (i64, String, Cow<'static, str>);

/// Gathers counts until the writer takes them.
#[derive(Debug, Default)]
pub(super) struct Drops(Mutex<HashMap<Key, i64>>);

impl Drops {
    pub(super) fn add(&self, site: i64, date: String, reason: &'static str) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry((site, date, reason.into())).or_insert(0) += 1;
    }

    pub(super) fn take(&self) -> Vec<DropCount> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.drain().map(|((site, date, reason), count)| DropCount { site, date, reason, count }).collect()
    }

    /// Puts counts back that could not be committed.
    pub(super) fn restore(&self, drops: &[DropCount]) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for drop in drops {
            *counts.entry((drop.site, drop.date.clone(), drop.reason.clone())).or_insert(0) += drop.count;
        }
    }
}
