//! Haru's side: decoded days, asked in three states.

use std::sync::Arc;

use haru_stats::engine::{NoCache, PartialCache, SourceId, SourceKind};
use haru_stats::{Dashboard, DashboardQuery, Day, Engine, Part};

use super::THREADS;
use super::files::Sealed;
use super::memory::Memory;

/// Days in memory.
pub(super) struct Haru {
    engine: Engine,
    days: Vec<Arc<Day>>,
    parts: Vec<Part>,
    memory: Memory,
}

impl Haru {
    /// Decodes all days.
    pub(super) fn open(sealed: &Sealed) -> Result<Self, String> {
        let days = sealed.decode(THREADS)?;
        let named = |(id, day): (u128, &Arc<Day>)| {
            Part::new(Arc::clone(day) as Arc<_>, SourceKind::Segment).with_id(SourceId(id))
        };
        let parts = (0..).zip(&days).map(named).collect();
        Ok(Self { engine: Engine::with_threads(THREADS), days, parts, memory: Memory::default() })
    }

    /// Bytes of all columns and dictionaries.
    pub(super) fn bytes(&self) -> usize {
        self.days.iter().map(|day| day.bytes()).sum()
    }

    /// Out of columns, with nothing remembered.
    pub(super) fn decoded(&self, query: &DashboardQuery) -> Result<Dashboard, String> {
        self.answer(query, &NoCache)
    }

    /// Out of what days contributed before.
    pub(super) fn remembered(&self, query: &DashboardQuery) -> Result<Dashboard, String> {
        self.answer(query, &self.memory)
    }

    fn answer(&self, query: &DashboardQuery, cache: &dyn PartialCache) -> Result<Dashboard, String> {
        query.answer(&self.engine, &self.parts, cache).map_err(|error| error.to_string())
    }
}

/// Out of files.
pub(super) fn cold(sealed: &Sealed, query: &DashboardQuery) -> Result<Dashboard, String> {
    Haru::open(sealed)?.decoded(query)
}

/// Adds up as many bytes as the columns take, on as many threads: what reading memory costs, and no question costs less that
/// needs all columns once.
pub(super) struct PlainSum(Vec<u64>);

impl PlainSum {
    pub(super) fn of_bytes(bytes: usize) -> Self {
        Self((0..).take(bytes / size_of::<u64>()).collect())
    }

    pub(super) fn sum(&self) -> u64 {
        let part = self.0.len().div_ceil(THREADS).max(1);
        let add = |words: &[u64]| words.iter().fold(0u64, |sum, word| sum.wrapping_add(*word));
        std::thread::scope(|scope| {
            let sums: Vec<_> = self.0.chunks(part).map(|words| scope.spawn(move || add(words))).collect();
            sums.into_iter().filter_map(|sum| sum.join().ok()).fold(0, u64::wrapping_add)
        })
    }
}
