//! A day's columns with the name of their content.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use haru_stats::Day;
use haru_stats::engine::{Part, Source, SourceId, SourceKind, Trace};

/// Number of the next build that has no other name.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// Columns of a day as they were built once.
#[derive(Clone, Debug)]
pub(crate) struct Built {
    pub(crate) day: Arc<Day>,
    trace: Trace,
}

impl Built {
    /// Names a day that was just built from what `kind` tells. `sealed` names its content if it is that of a sealed day and
    /// nothing else; otherwise this build gets a name that no other has.
    pub(super) fn new(day: Day, kind: SourceKind, sealed: Option<SourceId>) -> Self {
        let id = sealed.unwrap_or_else(|| SourceId(NEXT.fetch_add(1, Ordering::Relaxed).into()));
        let trace = Trace { id, span: day.span(), kind, counts: day.counts() };
        Self { day: Arc::new(day), trace }
    }

    /// The day as the engine takes it.
    pub(crate) fn part(&self) -> Part {
        Part::new(self.day.clone(), self.trace.kind).with_id(self.trace.id)
    }

    /// What to keep of it when its columns go.
    pub(super) fn trace(&self) -> Trace {
        self.trace
    }
}

/// The name of a day that is what one sealed day holds, and no more: by the site, the first instant and the attempt that
/// holds it. An attempt's segments never change, so the name outlives the columns. `None` where the three don't fit.
pub(super) fn sealed_id(site: i64, start: i64, attempt: i64) -> Option<SourceId> {
    let [site, attempt] = [site, attempt].map(u64::try_from);
    let (site, attempt) = (site.ok()?, attempt.ok()?);
    if site >> SITE_BITS != 0 || attempt >> ATTEMPT_BITS != 0 {
        return None;
    }
    let name = (u128::from(site) << (ATTEMPT_BITS + u64::BITS)) | (u128::from(attempt) << u64::BITS);
    // Numbers of builds have not come that far, and never will: the first bit is theirs to lack.
    Some(SourceId(1 << (u128::BITS - 1) | name | u128::from(start.cast_unsigned())))
}

/// Bits of a site's key in a name.
const SITE_BITS: u32 = 32;
/// Bits of an attempt's number in a name.
const ATTEMPT_BITS: u32 = 31;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn sealed_days_have_names_of_their_own() {
        let (sites, starts, attempts) = ([0, 1, (1 << 32) - 1], [i64::MIN, -1, 0, 1, i64::MAX], [0, 1, (1 << 31) - 1]);
        let mut names = BTreeSet::new();
        for site in sites {
            for start in starts {
                names.extend(attempts.iter().map(|attempt| sealed_id(site, start, *attempt).expect("it fits")));
            }
        }
        assert_eq!(names.len(), sites.len() * starts.len() * attempts.len());
        assert!(names.iter().all(|name| name.0 > u128::from(u64::MAX)), "none is the number of a build");
        assert_eq!(sealed_id(1 << 32, 0, 1), None);
        assert_eq!(sealed_id(1, 0, 1 << 31), None);
        assert_eq!(sealed_id(-1, 0, 1), None);
    }
}
