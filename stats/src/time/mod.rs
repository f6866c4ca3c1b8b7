//! Instants, local days, buckets and ranges. The one place that knows about timezones.
//!
//! Instants are milliseconds since the Unix epoch, UTC. Spans are half open, `from ≤ t < to`. Days tile: local day D runs
//! from the first instant whose local date is D up to the first instant of D+1, whatever clocks do.

mod buckets;
mod comparison;
mod period;
mod zone;

pub use buckets::{Bucket, buckets};
pub use comparison::{Comparison, ComparisonMode};
pub use period::{Period, Range, Unit};
pub use zone::{LocalDay, SiteZones, day_start, parse_zone};
pub(crate) use zone::{add_days, date_of};

/// Milliseconds of a second, a minute, an hour.
pub(crate) const SECOND: i64 = 1_000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;

/// A half-open span of instants in milliseconds: `from ≤ t < to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// First instant.
    pub from: i64,
    /// First instant after it.
    pub to: i64,
}

impl Span {
    /// Whether the instant lies in the span.
    pub fn contains(self, instant: i64) -> bool {
        self.from <= instant && instant < self.to
    }

    /// Whether all of the other span lies in this one.
    pub fn covers(self, other: Self) -> bool {
        self.from <= other.from && other.to <= self.to
    }

    /// Whether the two have an instant in common.
    pub fn overlaps(self, other: Self) -> bool {
        self.from < other.to && other.from < self.to
    }
}
