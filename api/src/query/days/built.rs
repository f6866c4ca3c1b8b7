//! A day's columns with the name of that build.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use haru_stats::Day;
use haru_stats::engine::{Part, SourceId, SourceKind};

/// Number of the next build.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// Columns of a day as they were built once.
#[derive(Clone, Debug)]
pub(crate) struct Built {
    pub(crate) day: Arc<Day>,
    kind: SourceKind,
    id: SourceId,
}

impl Built {
    /// Names a day that was just built from what `kind` tells.
    pub(super) fn new(day: Day, kind: SourceKind) -> Self {
        let id = SourceId(NEXT.fetch_add(1, Ordering::Relaxed).into());
        Self { day: Arc::new(day), kind, id }
    }

    /// The day as the engine takes it.
    pub(crate) fn part(&self) -> Part {
        Part::new(self.day.clone(), self.kind).with_id(self.id)
    }
}
