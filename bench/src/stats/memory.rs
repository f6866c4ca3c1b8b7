//! What days contributed, remembered without bound; the service bounds the same by bytes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use haru_stats::engine::{PartQuery, Partial, PartialCache, SourceId};

type Known = HashMap<(SourceId, PartQuery), Arc<Partial>>;

/// Contributions by day and question.
#[derive(Default)]
pub(super) struct Memory(Mutex<Known>);

impl PartialCache for Memory {
    fn get(&self, source: SourceId, query: &PartQuery) -> Option<Arc<Partial>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&(source, query.clone())).cloned()
    }

    fn put(&self, source: SourceId, query: &PartQuery, partial: &Arc<Partial>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert((source, query.clone()), Arc::clone(partial));
    }
}
