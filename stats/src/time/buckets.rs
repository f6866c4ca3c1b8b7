//! Time buckets and their labels.

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};
use chrono_tz::Tz;

use super::zone::{add_days, date_of, day_start, local, offset};
use super::{HOUR, Range, Span};
use crate::dimension::Interval;

/// One bucket of a time series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Its instants, cut to the range.
    pub span: Span,
    /// `YYYY-MM-DD HH:00:00` for hours, else a date: the day, the Monday (or the range's start where that cuts a week), the
    /// first of the month.
    pub label: String,
}

/// The buckets of a range, in order; together they are the range. Labels are unique except for an hour that the clock
/// repeats. A range of a local day has 24 hours, 25 or 23 when the clock is changed.
pub fn buckets(range: &Range, interval: Interval) -> Vec<Bucket> {
    let zone = range.zone;
    let mut buckets = Vec::new();
    let mut from = range.span.from;
    while from < range.span.to {
        let (end, label) = match interval {
            Interval::Hour => (hour_end(from, zone), hour_label(local(from, zone))),
            _ => dated(from, interval, zone, buckets.is_empty()),
        };
        // An end that is not ahead is one the calendar has no room for.
        let to = if end > from { end.min(range.span.to) } else { range.span.to };
        buckets.push(Bucket { span: Span { from, to }, label });
        from = to;
    }
    buckets
}

/// End and label of the day, week or month that holds `from`.
fn dated(from: i64, interval: Interval, zone: Tz, cut: bool) -> (i64, String) {
    let date = date_of(from, zone);
    let (first, next) = match interval {
        Interval::Week => {
            let monday = add_days(date, -i64::from(date.weekday().num_days_from_monday()));
            (if cut { date } else { monday }, add_days(monday, 7))
        }
        Interval::Month => (first_of_month(date), first_of_next_month(date)),
        Interval::Hour | Interval::Day => (date, add_days(date, 1)),
    };
    let mut next = next;
    // A date that the zone skipped has no instant: the bucket ends where the next one starts.
    while day_start(next, zone) <= from && next < NaiveDate::MAX {
        next = add_days(next, 1);
    }
    (day_start(next, zone), first.to_string())
}

pub(super) fn first_of_month(date: NaiveDate) -> NaiveDate {
    date.with_day(1).unwrap_or(date)
}

pub(super) fn first_of_next_month(date: NaiveDate) -> NaiveDate {
    first_of_month(add_days(first_of_month(date), 31))
}

/// Where the local hour that holds `from` ends: at the next full hour of the clock, or where the clock is set back, or where it
/// is set forward into another hour.
fn hour_end(from: i64, zone: Tz) -> i64 {
    let before = offset(from, zone);
    let full = from + HOUR - (from + before).rem_euclid(HOUR);
    if offset(full - 1, zone) == before {
        return full;
    }
    let (mut low, mut high) = (from, full - 1);
    while high - low > 1 {
        let middle = low.midpoint(high);
        if offset(middle, zone) == before {
            low = middle;
        } else {
            high = middle;
        }
    }
    let set_back = offset(high, zone) < before;
    if set_back || hour_label(local(high, zone)) != hour_label(local(from, zone)) { high } else { hour_end(high, zone) }
}

fn hour_label(wall: NaiveDateTime) -> String {
    format!("{} {:02}:00:00", wall.date(), wall.hour())
}
