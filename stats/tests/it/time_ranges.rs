//! Periods, and what comes before them.

use chrono_tz::{Europe, Tz};
use haru_stats::Interval;
use haru_stats::time::{Comparison, ComparisonMode, Period, Range};

use crate::support::at;

const NOW: &str = "2026-09-10T14:30:15+02:00"; // a Thursday

fn range(name: &str) -> Range {
    let first = at("2026-08-20T23:30:00+02:00");
    Range::of(Period::from_name(name).expect("a period"), Europe::Berlin, at(NOW), Some(first))
}

fn between(from: &str, to: &str) -> Range {
    Range::of(Period::from_ends(from, to).expect("a period"), Europe::Berlin, at(NOW), None)
}

fn ends(range: &Range) -> String {
    range.ends().join(" ")
}

#[test]
fn periods() {
    let expected = [
        ("day", "2026-09-10T00:00:00+02:00 2026-09-10T23:59:59+02:00"),
        ("yesterday", "2026-09-09T00:00:00+02:00 2026-09-09T23:59:59+02:00"),
        ("24h", "2026-09-09T14:30:15+02:00 2026-09-10T14:30:15+02:00"),
        ("1d", "2026-09-10T00:00:00+02:00 2026-09-10T23:59:59+02:00"),
        ("7d", "2026-09-04T00:00:00+02:00 2026-09-10T23:59:59+02:00"),
        ("28d", "2026-08-14T00:00:00+02:00 2026-09-10T23:59:59+02:00"),
        ("30d", "2026-08-12T00:00:00+02:00 2026-09-10T23:59:59+02:00"),
        ("91d", "2026-06-12T00:00:00+02:00 2026-09-10T23:59:59+02:00"),
        ("week", "2026-09-07T00:00:00+02:00 2026-09-13T23:59:59+02:00"),
        ("month", "2026-09-01T00:00:00+02:00 2026-09-30T23:59:59+02:00"),
        ("6mo", "2026-04-01T00:00:00+02:00 2026-09-30T23:59:59+02:00"),
        ("12mo", "2025-10-01T00:00:00+02:00 2026-09-30T23:59:59+02:00"),
        ("year", "2026-01-01T00:00:00+01:00 2026-12-31T23:59:59+01:00"),
        ("all", "2026-08-20T00:00:00+02:00 2026-09-10T23:59:59+02:00"),
    ];
    for (name, ends_of) in expected {
        assert_eq!(ends(&range(name)), ends_of, "{name}");
    }
    let empty = Range::of(Period::All, Europe::Berlin, at(NOW), None);
    assert_eq!(ends(&empty), ends(&range("day")));
}

#[test]
fn dates_and_datetimes() {
    assert_eq!(ends(&between("2026-01-01", "2026-01-31")), "2026-01-01T00:00:00+01:00 2026-01-31T23:59:59+01:00");
    // Both ends included to the second, shown in the query's timezone.
    let instants = between("2026-01-01T10:00:00Z", "2026-01-01T12:00:00+01:00");
    assert_eq!(ends(&instants), "2026-01-01T11:00:00+01:00 2026-01-01T12:00:00+01:00");
    assert!(instants.span.contains(at("2026-01-01T11:00:00.999Z")));
    assert!(!instants.span.contains(at("2026-01-01T11:00:01Z")));
}

#[test]
fn the_interval_of_time() {
    let interval = |from, to| between(from, to).interval();
    assert_eq!(interval("2026-09-10", "2026-09-11"), Interval::Hour);
    assert_eq!(interval("2026-10-25", "2026-10-26"), Interval::Hour); // 49 hours, 2 days
    assert_eq!(interval("2026-09-10", "2026-09-12"), Interval::Day);
    assert_eq!(interval("2026-08-01", "2026-09-04"), Interval::Day); // 35 days
    assert_eq!(interval("2026-08-01", "2026-09-05"), Interval::Week);
    assert_eq!(interval("2026-03-10", "2026-09-09"), Interval::Week); // 6 months
    assert_eq!(interval("2026-03-10", "2026-09-10"), Interval::Month);
    assert_eq!(range("24h").interval(), Interval::Hour);
    assert_eq!(range("30d").interval(), Interval::Day);
    assert_eq!(range("91d").interval(), Interval::Week);
    assert_eq!(range("6mo").interval(), Interval::Week);
    assert_eq!(range("12mo").interval(), Interval::Month);
    assert_eq!(interval("2026-09-10T10:00:00+02:00", "2026-09-12T10:00:00+02:00"), Interval::Hour);
}

fn previous(range: &Range) -> String {
    ends(&Comparison::from(ComparisonMode::PreviousPeriod).range(range, at(NOW)))
}

fn year_before(range: &Range) -> String {
    ends(&Comparison::from(ComparisonMode::YearOverYear).range(range, at(NOW)))
}

#[test]
fn the_previous_period_ends_at_the_same_point() {
    let expected = [
        ("day", "2026-09-09T00:00:00+02:00 2026-09-09T14:30:15+02:00"),
        ("yesterday", "2026-09-08T00:00:00+02:00 2026-09-08T23:59:59+02:00"),
        ("24h", "2026-09-08T14:30:15+02:00 2026-09-09T14:30:14+02:00"),
        ("7d", "2026-08-28T00:00:00+02:00 2026-09-03T14:30:15+02:00"),
        ("week", "2026-08-31T00:00:00+02:00 2026-09-03T14:30:15+02:00"),
        ("month", "2026-08-01T00:00:00+02:00 2026-08-10T14:30:15+02:00"),
        ("6mo", "2025-10-01T00:00:00+02:00 2026-03-10T14:30:15+01:00"),
        ("year", "2025-01-01T00:00:00+01:00 2025-09-10T14:30:15+02:00"),
    ];
    for (name, ends_of) in expected {
        assert_eq!(previous(&range(name)), ends_of, "{name}");
    }
    // A range that is over is compared with as many whole days.
    assert_eq!(previous(&between("2026-02-01", "2026-02-28")), "2026-01-04T00:00:00+01:00 2026-01-31T23:59:59+01:00");
    assert_eq!(
        previous(&between("2026-09-01T00:00:00Z", "2026-09-01T05:59:59Z")),
        "2026-08-31T20:00:00+02:00 2026-09-01T01:59:59+02:00"
    );
}

#[test]
fn the_year_before() {
    assert_eq!(year_before(&range("day")), "2025-09-10T00:00:00+02:00 2025-09-10T14:30:15+02:00");
    assert_eq!(year_before(&range("month")), "2025-09-01T00:00:00+02:00 2025-09-10T14:30:15+02:00");
    assert_eq!(year_before(&range("yesterday")), "2025-09-09T00:00:00+02:00 2025-09-09T23:59:59+02:00");
    // The 29th of February becomes the 28th; a whole February stays whole.
    assert_eq!(
        year_before(&between("2024-02-29", "2024-02-29")),
        "2023-02-28T00:00:00+01:00 2023-02-28T23:59:59+01:00"
    );
    let march_31 = at("2024-03-31T12:00:00Z");
    let month = Range::of(Period::Month, Tz::UTC, march_31, None);
    let before = Comparison::from(ComparisonMode::PreviousPeriod).range(&month, march_31);
    assert_eq!(ends(&before), "2024-02-01T00:00:00+00:00 2024-02-29T12:00:00+00:00");
}

#[test]
fn the_same_day_of_the_week() {
    let matched = |mode, range: &Range| ends(&Comparison { mode, match_day_of_week: true }.range(range, at(NOW)));
    // 2026-09-09 is a Wednesday, 2025-09-09 a Tuesday: one day later.
    assert_eq!(
        matched(ComparisonMode::YearOverYear, &range("yesterday")),
        "2025-09-10T00:00:00+02:00 2025-09-10T23:59:59+02:00"
    );
    // The Wednesday before a Wednesday; nearest to Tuesday the 8th would be the range itself.
    assert_eq!(
        matched(ComparisonMode::PreviousPeriod, &range("yesterday")),
        "2026-09-02T00:00:00+02:00 2026-09-02T23:59:59+02:00"
    );
    // Today up to now against the Thursday before up to then.
    assert_eq!(
        matched(ComparisonMode::PreviousPeriod, &range("day")),
        "2026-09-03T00:00:00+02:00 2026-09-03T14:30:15+02:00"
    );
}
