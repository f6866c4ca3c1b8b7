//! What is asked of one part: a question without a date of its own, so that its answer can be kept.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::needs::Needs;
use crate::dimension::Dimension;
use crate::query::Filter;
use crate::time::Span;

/// One grouping of one part. Where all of a part lies in a query's range, it does not depend on the range: shifting a range by
/// a day asks the days in the middle the same again. Cheap to clone; comparing and hashing are cheap where it is kept as
/// a key.
#[derive(Clone, Debug)]
pub struct PartQuery {
    asked: Arc<Asked>,
    hash: u64,
}

/// The content of a [`PartQuery`].
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Asked {
    /// What is grouped by; a time dimension only where the part has several buckets.
    pub(crate) dimensions: Vec<Dimension>,
    /// Ends of the part's buckets but the last, in milliseconds since the part's start, ascending.
    pub(crate) bucket_ends: Vec<i64>,
    /// The instants that are asked about, as milliseconds since the part's start; `None`: all.
    pub(crate) window: Option<Span>,
    /// Filters that pick events, all of which must hold.
    pub(crate) filters: Arc<[Filter]>,
    /// Filters on the entry page that bounces are limited to.
    pub(crate) entry_filters: Option<Arc<[Filter]>>,
    pub(crate) needs: Needs,
}

impl PartQuery {
    pub(crate) fn new(asked: Asked) -> Self {
        // The same everywhere and always: a key may outlive the process.
        let mut hasher = DefaultHasher::new();
        asked.hash(&mut hasher);
        Self { hash: hasher.finish(), asked: Arc::new(asked) }
    }

    pub(crate) fn asked(&self) -> &Asked {
        &self.asked
    }
}

impl PartialEq for PartQuery {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash && self.asked == other.asked
    }
}

impl Eq for PartQuery {}

impl Hash for PartQuery {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}
