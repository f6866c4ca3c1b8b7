//! Periods by name or by dates, and the ranges of instants they mean.

use chrono::{DateTime, Datelike, FixedOffset, Months, NaiveDate, TimeDelta};
use chrono_tz::Tz;

use super::buckets::{first_of_month, first_of_next_month};
use super::zone::{EARLIEST, LATEST, add_days, date_of, day_start, local, rfc3339};
use super::{HOUR, SECOND, Span};
use crate::dimension::Interval;
use crate::error::QueryError;
use crate::query::limits;

/// A period as a query names it; what it means depends on now and on the timezone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Period {
    /// `day`: today.
    Day,
    /// `yesterday`
    Yesterday,
    /// `24h`: the last 24 hours to the second.
    Last24Hours,
    /// `7d`, `28d`, …: that many local days ending today, today included.
    Days(u32),
    /// `week`: this week from Monday to Sunday.
    Week,
    /// `month`: this month.
    Month,
    /// `6mo`, `12mo`, …: that many calendar months ending with this one.
    Months(u32),
    /// `year`: this year.
    Year,
    /// `all`: from the day of the first event to the end of today.
    All,
    /// Two dates, both included.
    Dates(NaiveDate, NaiveDate),
    /// Two instants (milliseconds UTC), both included to the second.
    Instants(i64, i64),
}

impl Period {
    /// A period by its name on the wire (`7d`, `month`, …; any `Nd` and `Nmo` within the limits).
    ///
    /// # Errors
    /// [`QueryError::Unknown`] or [`QueryError::TooLarge`] with the key `date_range`.
    pub fn from_name(name: &str) -> Result<Self, QueryError> {
        let unknown = || QueryError::unknown("date_range", &name);
        let count = |digits: &str, limit: u32, what| {
            let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            match digits.parse::<u32>() {
                _ if !plain => Err(unknown()),
                Ok(0) => Err(unknown()),
                Ok(count) if count <= limit => Ok(count),
                _ => Err(QueryError::too_large("date_range", &name, limit as usize, what)),
            }
        };
        match name {
            "day" => Ok(Self::Day),
            "yesterday" => Ok(Self::Yesterday),
            "24h" => Ok(Self::Last24Hours),
            "week" => Ok(Self::Week),
            "month" => Ok(Self::Month),
            "year" => Ok(Self::Year),
            "all" => Ok(Self::All),
            _ => {
                if let Some(digits) = name.strip_suffix("mo") {
                    count(digits, limits::MONTHS, "months").map(Self::Months)
                } else if let Some(digits) = name.strip_suffix('d') {
                    count(digits, limits::DAYS, "days").map(Self::Days)
                } else {
                    Err(unknown())
                }
            }
        }
    }

    /// A period from two texts: dates, or datetimes with offset (RFC 3339), both ends included.
    ///
    /// # Errors
    /// With the key `date_range` when one does not parse, the two are of different kinds, a year is outside
    /// [`limits::YEARS`], or the second is before the first.
    pub fn from_ends(from: &str, to: &str) -> Result<Self, QueryError> {
        let period = match (date(from), date(to)) {
            (Some(first), Some(last)) if first <= last => Self::Dates(first, last),
            (None, None) => {
                let (first, last) = (datetime(from)?, datetime(to)?);
                if last < first {
                    return Err(ends_before(from, to));
                }
                Self::Instants(first, last)
            }
            (Some(_), Some(_)) => return Err(ends_before(from, to)),
            (Some(_), None) => return Err(no_end(to)),
            (None, Some(_)) => return Err(no_end(from)),
        };
        Ok(period)
    }
}

fn ends_before(from: &str, to: &str) -> QueryError {
    QueryError::combination("date_range", &to, format!("ends before it starts ({from})"))
}

fn date(text: &str) -> Option<NaiveDate> {
    // Chrono reads shorter forms too (`2026-1-5`).
    (text.len() == 10)
        .then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok())
        .flatten()
        .filter(|date| limits::YEARS.contains(&date.year()))
}

fn datetime(text: &str) -> Result<i64, QueryError> {
    DateTime::<FixedOffset>::parse_from_rfc3339(text)
        .ok()
        .filter(|time| limits::YEARS.contains(&time.year()))
        .map(|time| time.timestamp_millis())
        .ok_or_else(|| no_end(text))
}

fn no_end(text: &str) -> QueryError {
    let expected = "two dates (YYYY-MM-DD) or two datetimes with offset (RFC 3339) of the years 1970 to 9998";
    QueryError::shape("date_range", &text.into(), expected)
}

/// What a range is made of; decides what comes before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Whole local days.
    Days,
    /// That many whole calendar months.
    Months(u32),
    /// The last 24 hours.
    Last24Hours,
    /// Two instants.
    Instants,
}

/// A period with its instants fixed: what a query is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Range {
    /// Its instants.
    pub span: Span,
    /// The timezone of its days and labels.
    pub zone: Tz,
    /// What it is made of.
    pub unit: Unit,
}

impl Range {
    /// The range that a period means at `now` in a timezone. `first_event` (milliseconds UTC) is where `all` starts; with
    /// `None` it starts today.
    pub fn of(period: Period, zone: Tz, now: i64, first_event: Option<i64>) -> Self {
        let now = now.clamp(EARLIEST, LATEST);
        let today = date_of(now, zone);
        let monday = add_days(today, -i64::from(today.weekday().num_days_from_monday()));
        match period {
            Period::Day => Self::of_days(today, today, zone),
            Period::Yesterday => Self::of_days(add_days(today, -1), add_days(today, -1), zone),
            Period::Days(count) => Self::of_days(add_days(today, 1 - i64::from(count)), today, zone),
            Period::Week => Self::of_days(monday, add_days(monday, 6), zone),
            Period::Month => Self::of_months(today, 1, zone),
            Period::Months(count) => Self::of_months(months_before(today, count - count.min(1)), count, zone),
            Period::Year => Self::of_months(today.with_ordinal(1).unwrap_or(today), 12, zone),
            Period::All => {
                let first = first_event.map_or(today, |first| date_of(first, zone).min(today));
                Self::of_days(first, today, zone)
            }
            Period::Dates(first, last) => Self::of_days(first, last, zone),
            Period::Last24Hours => {
                let last = whole_second(now);
                let span = Span { from: last - 24 * HOUR, to: last + SECOND };
                Self { span, zone, unit: Unit::Last24Hours }
            }
            Period::Instants(from, to) => {
                let from = from.clamp(EARLIEST, LATEST);
                let to = whole_second(to.clamp(from, LATEST)) + SECOND;
                let span = Span { from, to };
                Self { span, zone, unit: Unit::Instants }
            }
        }
    }

    /// Whole local days, both ends included.
    pub(super) fn of_days(first: NaiveDate, last: NaiveDate, zone: Tz) -> Self {
        let span = Span { from: day_start(first, zone), to: day_start(add_days(last, 1), zone) };
        Self { span, zone, unit: Unit::Days }
    }

    /// `count` calendar months, the first of which holds `date`.
    pub(super) fn of_months(date: NaiveDate, count: u32, zone: Tz) -> Self {
        let mut end = date;
        for _ in 0..count {
            end = first_of_next_month(end);
        }
        let span = Span { from: day_start(first_of_month(date), zone), to: day_start(end, zone) };
        Self { span, zone, unit: Unit::Months(count) }
    }

    /// The part of it that lies in a span; none when nothing does.
    #[must_use]
    pub fn within(self, bounds: Span) -> Option<Self> {
        if bounds.covers(self.span) {
            return Some(self);
        }
        let span = Span { from: self.span.from.max(bounds.from), to: self.span.to.min(bounds.to) };
        let begins_day = |instant| day_start(date_of(instant, self.zone), self.zone) == instant;
        let whole_days =
            matches!(self.unit, Unit::Days | Unit::Months(_)) && begins_day(span.from) && begins_day(span.to);
        let unit = if whole_days { Unit::Days } else { Unit::Instants };
        (span.from < span.to).then_some(Self { span, unit, ..self })
    }

    /// The interval that `time` stands for: up to 2 days hours, up to 35 days days, up to 6 months weeks, else months,
    /// by the wall clock.
    pub fn interval(&self) -> Interval {
        let (from, to) = (local(self.span.from, self.zone), local(self.span.to, self.zone));
        // Ranges of instants include their last second.
        let last = to - TimeDelta::seconds(1);
        if last - from <= TimeDelta::days(2) {
            Interval::Hour
        } else if last - from <= TimeDelta::days(35) {
            Interval::Day
        } else if from.checked_add_months(Months::new(6)).is_some_and(|end| last <= end) {
            Interval::Week
        } else {
            Interval::Month
        }
    }

    /// Both ends as they are shown: RFC 3339 with the zone's offset, the last second included
    /// (`…T00:00:00+00:00`, `…T23:59:59+00:00`).
    pub fn ends(&self) -> [String; 2] {
        [rfc3339(self.span.from, self.zone), rfc3339(self.span.to - SECOND, self.zone)]
    }
}

pub(super) fn whole_second(instant: i64) -> i64 {
    instant - instant.rem_euclid(SECOND)
}

pub(super) fn months_before(date: NaiveDate, months: u32) -> NaiveDate {
    date.checked_sub_months(Months::new(months)).unwrap_or(date)
}
