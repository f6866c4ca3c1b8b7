//! Time buckets from wall clocks.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, Offset, TimeDelta, Timelike};
use chrono_tz::Tz;
use haru_stats::Interval;
use haru_stats::time::Range;

/// Where a bucket stands among others, and its label.
pub(super) type Place = (i64, String);

/// The local date of an instant (the generated places repeat no midnight).
pub(super) fn local_date(instant: i64, zone: Tz) -> NaiveDate {
    DateTime::from_timestamp_millis(instant).expect("an instant").with_timezone(&zone).date_naive()
}

/// The bucket that an instant lies in.
pub(super) fn bucket(instant: i64, interval: Interval, range: &Range) -> Place {
    let local = DateTime::from_timestamp_millis(instant).expect("an instant").with_timezone(&range.zone);
    let date = local.date_naive();
    let dated = |first: NaiveDate, label: NaiveDate| (i64::from(first.num_days_from_ce()), label.to_string());
    match interval {
        Interval::Hour => {
            // Hours of one label but another offset are different hours.
            let hour = date.and_hms_opt(local.hour(), 0, 0).expect("an hour");
            let offset = i64::from(local.offset().fix().local_minus_utc());
            (hour.and_utc().timestamp() - offset, hour.format("%Y-%m-%d %H:00:00").to_string())
        }
        Interval::Day => dated(date, date),
        Interval::Week => {
            let monday = date - TimeDelta::days(i64::from(date.weekday().num_days_from_monday()));
            dated(monday, monday.max(local_date(range.span.from, range.zone)))
        }
        Interval::Month => {
            let first = date.with_day(1).expect("a first");
            dated(first, first)
        }
    }
}

/// All buckets of a range: every one holds an instant of a grid of five minutes.
pub(super) fn buckets(interval: Interval, range: &Range) -> Vec<Place> {
    let mut found = BTreeMap::new();
    let mut instant = range.span.from;
    while instant < range.span.to {
        let (place, label) = bucket(instant, interval, range);
        found.insert(place, label);
        instant += 300_000;
    }
    found.into_iter().collect()
}
