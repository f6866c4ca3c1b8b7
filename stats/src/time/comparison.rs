//! The earlier range that a range is compared with.

use chrono::{Datelike, Months, NaiveDate, TimeDelta};
use chrono_tz::Tz;

use super::period::{Period, Range, Unit, months_before, whole_second};
use super::zone::{add_days, date_of, day_start, instant_of, local};
use super::{HOUR, SECOND, Span};

/// Which earlier range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ComparisonMode {
    /// As many days or months (for instants: as much time) directly before.
    PreviousPeriod,
    /// The same dates one year before; the 29th of February becomes the 28th.
    YearOverYear,
    /// A period of its own.
    Custom(Period),
}

/// A comparison as a query asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Comparison {
    /// Which earlier range.
    pub mode: ComparisonMode,
    /// Shift the earlier range to the nearest one that starts on the same day of the week.
    pub match_day_of_week: bool,
}

impl From<ComparisonMode> for Comparison {
    fn from(mode: ComparisonMode) -> Self {
        Self { mode, match_day_of_week: false }
    }
}

impl Comparison {
    /// The earlier range. When `now` lies in `range`, the earlier one ends at the same point of its unit (same day and time
    /// of the month, of the week, …), so that what is compared is equally far gone.
    pub fn range(self, range: &Range, now: i64) -> Range {
        let zone = range.zone;
        let (whole, shift) = match (self.mode, range.unit) {
            (ComparisonMode::Custom(period), _) => return Range::of(period, zone, now, None),
            (ComparisonMode::PreviousPeriod, Unit::Months(count)) => {
                let first = months_before(date_of(range.span.from, zone), count);
                (Range::of_months(first, count, zone), Shift::Months(count))
            }
            (ComparisonMode::PreviousPeriod, Unit::Days) => {
                let (first, last) = dates(range);
                let days = (last - first).num_days() + 1;
                let whole = Range::of_days(add_days(first, -days), add_days(first, -1), zone);
                (whole, Shift::Days(days))
            }
            (ComparisonMode::PreviousPeriod, Unit::Last24Hours | Unit::Instants) => {
                let last_24_hours = range.unit == Unit::Last24Hours; // they have a second more, as both ends are included
                let length = if last_24_hours { 24 * HOUR } else { range.span.to - range.span.from };
                let span = Span { from: range.span.from - length, to: range.span.from };
                (Range { span, ..*range }, Shift::Time(length))
            }
            (ComparisonMode::YearOverYear, Unit::Months(count)) => {
                let first = months_before(date_of(range.span.from, zone), 12);
                (Range::of_months(first, count, zone), Shift::Months(12))
            }
            (ComparisonMode::YearOverYear, Unit::Days) => {
                let (first, last) = dates(range);
                let whole = Range::of_days(months_before(first, 12), months_before(last, 12), zone);
                (whole, Shift::Months(12))
            }
            (ComparisonMode::YearOverYear, Unit::Last24Hours | Unit::Instants) => {
                let back = |instant| {
                    let wall = local(instant, zone);
                    instant_of(wall.checked_sub_months(Months::new(12)).unwrap_or(wall), zone)
                };
                let from = back(range.span.from);
                let to = (back(range.span.to - SECOND) + SECOND).max(from + SECOND);
                (Range { span: Span { from, to }, ..*range }, Shift::Months(12))
            }
        };
        let (whole, shift) =
            if self.match_day_of_week { match_day_of_week(range, whole, shift) } else { (whole, shift) };
        cut(whole, range, now, shift)
    }
}

/// How far the wall clock of the range is from that of the earlier one.
#[derive(Clone, Copy)]
enum Shift {
    /// Milliseconds, whatever the wall clock shows.
    Time(i64),
    Days(i64),
    Months(u32),
    MonthsAndDays(u32, i64),
}

/// First and last date of a range of whole days.
fn dates(range: &Range) -> (NaiveDate, NaiveDate) {
    (date_of(range.span.from, range.zone), date_of(range.span.to - 1, range.zone))
}

/// Ends the earlier range where `now` is in the current one.
fn cut(whole: Range, range: &Range, now: i64, shift: Shift) -> Range {
    if !range.span.contains(now) {
        return whole;
    }
    let Some(point) = shifted(now, shift, range.zone) else {
        return whole;
    };
    let end = whole_second(point) + SECOND;
    let to = end.clamp(whole.span.from + SECOND, whole.span.to.max(whole.span.from + SECOND));
    Range { span: Span { from: whole.span.from, to }, ..whole }
}

/// The same point of the earlier range.
fn shifted(now: i64, shift: Shift, zone: Tz) -> Option<i64> {
    let wall = local(now, zone);
    let wall = match shift {
        Shift::Time(length) => return Some(now - length),
        Shift::Days(days) => wall.checked_sub_signed(TimeDelta::try_days(days)?)?,
        Shift::Months(months) => wall.checked_sub_months(Months::new(months))?,
        Shift::MonthsAndDays(months, days) => {
            wall.checked_sub_months(Months::new(months))?.checked_add_signed(TimeDelta::try_days(days)?)?
        }
    };
    Some(instant_of(wall, zone))
}

/// Moves the earlier range to the nearest one that starts on the same day of the week, but not onto the current one.
/// Source: Plausible's `match_day_of_week`.
fn match_day_of_week(range: &Range, whole: Range, shift: Shift) -> (Range, Shift) {
    let zone = range.zone;
    if matches!(range.unit, Unit::Last24Hours | Unit::Instants) {
        return (whole, shift);
    }
    let (current, (first, last)) = (date_of(range.span.from, zone), dates(&whole));
    let ahead = i64::from((7 + current.weekday().num_days_from_monday() - first.weekday().num_days_from_monday()) % 7);
    // `ahead` days later or `7 − ahead` days earlier, whichever is nearer.
    let mut days = if ahead <= 3 { ahead } else { ahead - 7 };
    if add_days(first, days) == current {
        days -= 7;
    }
    let moved = Span { from: day_start(add_days(first, days), zone), to: day_start(add_days(last, days + 1), zone) };
    let shift = match shift {
        Shift::Time(length) => Shift::Time(length),
        Shift::Days(back) => Shift::Days(back - days),
        Shift::Months(months) | Shift::MonthsAndDays(months, _) => Shift::MonthsAndDays(months, days),
    };
    (Range { span: moved, ..whole }, shift)
}
