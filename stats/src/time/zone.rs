//! Wall clocks: from instants to local time and back, local days, and sites whose timezone changes.

use chrono::offset::LocalResult;
use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, Offset, SecondsFormat, TimeZone};
use chrono_tz::Tz;

use super::{HOUR, SECOND, Span};
use crate::error::QueryError;

/// Instants are read within these bounds (the years 1 to 9999), which all calendar arithmetic survives.
pub(super) const EARLIEST: i64 = -62_135_596_800_000;
pub(super) const LATEST: i64 = 253_402_300_799_999;

/// The timezone of that IANA name, exact.
///
/// # Errors
/// [`QueryError::Unknown`] with the key `timezone`.
pub fn parse_zone(name: &str) -> Result<Tz, QueryError> {
    name.parse().map_err(|_| QueryError::unknown("timezone", &name))
}

/// The first instant (milliseconds UTC) whose local date is `date`: midnight; after the gap if the clock skips it; the first
/// if it comes twice. A date that the zone skipped altogether starts and ends at the same instant.
pub fn day_start(date: NaiveDate, zone: Tz) -> i64 {
    instant_of(date.and_time(NaiveTime::MIN), zone)
}

/// The earliest instant at which local clocks show that time, or the end of the gap that skips it.
pub(super) fn instant_of(wall: NaiveDateTime, zone: Tz) -> i64 {
    match zone.from_local_datetime(&wall) {
        LocalResult::Single(time) => time.timestamp_millis(),
        LocalResult::Ambiguous(first, second) => first.timestamp_millis().min(second.timestamp_millis()),
        LocalResult::None => {
            // Offsets reach ±16 hours in all of history; within that window the clock jumps over `wall` once.
            let as_utc = wall.and_utc().timestamp_millis();
            let (mut before, mut after) = (as_utc - 16 * HOUR, as_utc + 16 * HOUR);
            while after - before > 1 {
                let middle = before.midpoint(after);
                if local(middle, zone) < wall {
                    before = middle;
                } else {
                    after = middle;
                }
            }
            after
        }
    }
}

/// Local date and time at an instant.
pub(crate) fn local(instant: i64, zone: Tz) -> NaiveDateTime {
    utc(instant).with_timezone(&zone).naive_local()
}

/// Milliseconds that local clocks are ahead of UTC at an instant.
pub(super) fn offset(instant: i64, zone: Tz) -> i64 {
    let offset = zone.offset_from_utc_datetime(&utc(instant).naive_utc()).fix();
    i64::from(offset.local_minus_utc()) * SECOND
}

/// The local day that an instant belongs to. It differs from the clock's date where a midnight is repeated: there the
/// day has begun at the first.
pub(crate) fn date_of(instant: i64, zone: Tz) -> NaiveDate {
    let instant = instant.clamp(EARLIEST, LATEST);
    let mut date = local(instant, zone).date();
    while let Some(next) = date.succ_opt().filter(|next| day_start(*next, zone) <= instant) {
        date = next;
    }
    date
}

/// `2026-09-04T00:00:00+02:00`: whole seconds, with the offset of the zone.
pub(crate) fn rfc3339(instant: i64, zone: Tz) -> String {
    utc(instant).with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Secs, false)
}

pub(crate) fn add_days(date: NaiveDate, days: i64) -> NaiveDate {
    let shifted = if days < 0 {
        date.checked_sub_days(Days::new(days.unsigned_abs()))
    } else {
        date.checked_add_days(Days::new(days.unsigned_abs()))
    };
    shifted.unwrap_or(date)
}

fn utc(instant: i64) -> DateTime<chrono::Utc> {
    DateTime::from_timestamp_millis(instant.clamp(EARLIEST, LATEST)).unwrap_or_default()
}

/// One local day of a site, or the part of it that belongs to one of the site's timezones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LocalDay {
    /// The local date.
    pub date: NaiveDate,
    /// The timezone whose day it is.
    pub zone: Tz,
    /// First and last instants: the key of the day's segment.
    pub span: Span,
}

/// The timezones a site has had. Its days tile time; a day cut by a change of timezone is partial, and its date may
/// appear twice, once for each zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteZones {
    /// Start of each zone in ascending order; the first starts with time.
    spans: Vec<(i64, Tz)>,
}

impl SiteZones {
    /// A site that has had one timezone all along.
    pub fn fixed(zone: Tz) -> Self {
        Self { spans: vec![(i64::MIN, zone)] }
    }

    /// A site that started with `first` and changed at the given instants (milliseconds UTC, any order, each from that
    /// instant on). A change is meant to be put at a local midnight of the old zone: see [`SiteZones::next_boundary`].
    pub fn new(first: Tz, mut changes: Vec<(i64, Tz)>) -> Self {
        changes.sort_by_key(|(from, _)| *from);
        let mut spans = vec![(i64::MIN, first)];
        spans.extend(changes);
        Self { spans }
    }

    /// The zone in force at an instant.
    pub fn at(&self, instant: i64) -> Tz {
        let after = self.spans.partition_point(|(from, _)| *from <= instant);
        self.spans[after.saturating_sub(1)].1
    }

    /// The latest zone, also where it takes effect only later.
    pub fn latest(&self) -> Tz {
        self.spans[self.spans.len() - 1].1
    }

    /// Where a change of timezone decided at `now` takes effect: the end of the local day that `now` lies in.
    pub fn next_boundary(&self, now: i64) -> i64 {
        self.day_at(now).span.to
    }

    /// The local day that an instant belongs to.
    pub fn day_at(&self, instant: i64) -> LocalDay {
        let after = self.spans.partition_point(|(from, _)| *from <= instant).max(1);
        let (from, zone) = self.spans[after - 1];
        let until = self.spans.get(after).map_or(i64::MAX, |(next, _)| *next);
        let date = date_of(instant, zone);
        let start = day_start(date, zone).max(from);
        let mut end = day_start(add_days(date, 1), zone);
        if end <= instant {
            end = i64::MAX; // beyond the calendar
        }
        LocalDay { date, zone, span: Span { from: start, to: end.min(until) } }
    }

    /// The local days that have an instant in common with the span, in order. One a day: clip the span to the site's data
    /// (first event, now) before asking for years.
    pub fn days(&self, span: Span) -> Vec<LocalDay> {
        let mut days = Vec::new();
        let (mut instant, last) = (span.from.max(EARLIEST), span.to.min(LATEST));
        while instant < last {
            let day = self.day_at(instant);
            instant = day.span.to;
            days.push(day);
        }
        days
    }
}
