//! Local days: they tile time, whatever clocks do.

use chrono_tz::{America, Asia, Australia, Europe, Pacific, Tz};
use haru_stats::Interval;
use haru_stats::time::{Period, Range, SiteZones, Span, buckets, day_start};

use crate::support::{at, date};

/// Labels of the hours of a local date.
fn hours(zone: Tz, day: &str) -> Vec<String> {
    let range = Range::of(Period::Dates(date(day), date(day)), zone, 0, None);
    let buckets = buckets(&range, Interval::Hour);
    assert!(buckets.windows(2).all(|pair| pair[0].span.to == pair[1].span.from), "buckets tile");
    assert_eq!(buckets.first().map(|bucket| bucket.span.from), Some(range.span.from));
    assert_eq!(buckets.last().map(|bucket| bucket.span.to), Some(range.span.to));
    buckets.into_iter().map(|bucket| bucket.label[11..13].to_owned()).collect()
}

#[test]
fn a_day_starts_at_local_midnight() {
    assert_eq!(day_start(date("2026-09-10"), Tz::UTC), at("2026-09-10T00:00:00Z"));
    assert_eq!(day_start(date("2026-09-10"), Europe::Berlin), at("2026-09-10T00:00:00+02:00"));
    assert_eq!(day_start(date("2026-09-10"), Asia::Kathmandu), at("2026-09-10T00:00:00+05:45"));
}

#[test]
fn a_midnight_that_does_not_exist() {
    // São Paulo 2018-11-04: the clock went from 00:00 to 01:00.
    let zone = America::Sao_Paulo;
    assert_eq!(day_start(date("2018-11-04"), zone), at("2018-11-04T01:00:00-02:00"));
    assert_eq!(day_start(date("2018-11-04"), zone), at("2018-11-04T00:00:00-03:00"));
    let hours = hours(zone, "2018-11-04");
    assert_eq!(hours.len(), 23);
    assert_eq!(hours[0], "01");
}

#[test]
fn a_midnight_that_comes_twice() {
    // Havana 2026-11-01: at 01:00 the clock went back to 00:00; the day starts at the first midnight and has 25 hours.
    let zone = America::Havana;
    assert_eq!(day_start(date("2026-11-01"), zone), at("2026-11-01T00:00:00-04:00"));
    let hours = hours(zone, "2026-11-01");
    assert_eq!(hours.len(), 25);
    assert_eq!(&hours[..3], ["00", "00", "01"]);

    // St John's 2006-10-29: at 00:01 the clock went back to 23:01 of the day before. The new day has begun at the first midnight and
    // keeps what comes after: the days still tile.
    let zone = America::St_Johns;
    let start = day_start(date("2006-10-29"), zone);
    assert_eq!(start, at("2006-10-29T00:00:00-02:30"));
    let zones = SiteZones::fixed(zone);
    let repeated = at("2006-10-28T23:30:00-03:30");
    assert!(repeated > start);
    assert_eq!(zones.day_at(repeated).date, date("2006-10-29"));
    assert_eq!(zones.day_at(start - 1).date, date("2006-10-28"));
    assert_eq!(zones.day_at(start - 1).span.to, start);
}

#[test]
fn a_date_that_does_not_exist() {
    // Apia skipped 2011-12-30 to cross the date line: the day has no instant, and no site day is made for it.
    let zone = Pacific::Apia;
    assert_eq!(day_start(date("2011-12-30"), zone), at("2011-12-31T00:00:00+14:00"));
    assert_eq!(day_start(date("2011-12-31"), zone), at("2011-12-31T00:00:00+14:00"));
    let span = Span { from: day_start(date("2011-12-29"), zone), to: day_start(date("2012-01-01"), zone) };
    let dates: Vec<_> = SiteZones::fixed(zone).days(span).into_iter().map(|day| day.date).collect();
    assert_eq!(dates, [date("2011-12-29"), date("2011-12-31")]);

    let range = Range::of(Period::Dates(date("2011-12-29"), date("2011-12-31")), zone, 0, None);
    let labels: Vec<_> = buckets(&range, Interval::Day).into_iter().map(|bucket| bucket.label).collect();
    assert_eq!(labels, ["2011-12-29", "2011-12-31"]);
    let nothing = Range::of(Period::Dates(date("2011-12-30"), date("2011-12-30")), zone, 0, None);
    assert!(buckets(&nothing, Interval::Hour).is_empty());
}

#[test]
fn days_of_23_and_25_hours() {
    assert_eq!(hours(Europe::Berlin, "2026-03-29").len(), 23);
    let long = hours(Europe::Berlin, "2026-10-25");
    assert_eq!(long.len(), 25);
    assert_eq!(&long[1..5], ["01", "02", "02", "03"]);
    assert_eq!(hours(Europe::Berlin, "2026-03-28").len(), 24);
}

#[test]
fn a_clock_set_back_within_an_hour() {
    // New York 1883-11-18: local mean time gave way to standard time, from 12:03:58 back to 12:00.
    let hours = hours(America::New_York, "1883-11-18");
    assert_eq!(hours.len(), 25);
    assert_eq!(&hours[11..15], ["11", "12", "12", "13"]);
}

#[test]
fn zones_of_30_and_45_minutes() {
    // Lord Howe moves by half an hour. 2026-04-05: at 02:00 back to 01:30; the repeated half is a bucket of its own.
    let hours_of = |day| hours(Australia::Lord_Howe, day);
    assert_eq!(&hours_of("2026-04-05")[..4], ["00", "01", "01", "02"]);
    assert_eq!(hours_of("2026-04-05").len(), 25);
    // 2026-10-04: at 02:00 forward to 02:30; the hour 02 is half as long.
    assert_eq!(&hours_of("2026-10-04")[..4], ["00", "01", "02", "03"]);
    assert_eq!(hours_of("2026-10-04").len(), 24);
    assert_eq!(hours(Asia::Kathmandu, "2026-09-10").len(), 24);
    // Kathmandu's clock went from 00:00 to 00:15 on 1986-01-01: its first hour is one bucket of 45 minutes.
    let hours = hours(Asia::Kathmandu, "1986-01-01");
    assert_eq!((hours.len(), hours[0].as_str()), (24, "00"));
}

#[test]
fn days_tile_in_every_zone() {
    for zone in chrono_tz::TZ_VARIANTS {
        let zones = SiteZones::fixed(zone);
        for year in [1990, 2006, 2011, 2018, 2026] {
            let span =
                Span { from: at(&format!("{year}-01-01T00:00:00Z")), to: at(&format!("{year}-12-31T00:00:00Z")) };
            let days = zones.days(span);
            assert!(days[0].span.contains(span.from), "{zone}");
            for pair in days.windows(2) {
                assert_eq!(pair[0].span.to, pair[1].span.from, "{zone} {}", pair[0].date);
                assert!(pair[0].date < pair[1].date, "{zone} {}", pair[0].date);
            }
        }
    }
}

#[test]
fn a_changed_timezone_takes_effect_at_a_boundary() {
    let now = at("2026-09-10T12:00:00+02:00");
    let boundary = SiteZones::fixed(Europe::Berlin).next_boundary(now);
    assert_eq!(boundary, at("2026-09-11T00:00:00+02:00"));
    let zones = SiteZones::new(Europe::Berlin, vec![(boundary, America::New_York)]);
    let days = zones.days(Span { from: now, to: boundary + 24 * 3_600_000 });
    // In New York it is 18:00 of the 10th at the boundary: a partial day of that date, then whole days.
    let spans: Vec<_> = days.iter().map(|day| (day.date, day.zone, day.span.from, day.span.to)).collect();
    let midnight = at("2026-09-11T00:00:00-04:00");
    assert_eq!(
        spans,
        [
            (date("2026-09-10"), Europe::Berlin, at("2026-09-10T00:00:00+02:00"), boundary),
            (date("2026-09-10"), America::New_York, boundary, midnight),
            (date("2026-09-11"), America::New_York, midnight, at("2026-09-12T00:00:00-04:00")),
        ]
    );
    assert_eq!(zones.at(boundary - 1), Europe::Berlin);
    assert_eq!(zones.at(boundary), America::New_York);
    assert_eq!(zones.latest(), America::New_York);

    // A change in the middle of a day cuts that day of the old zone too.
    let noon = at("2026-09-10T12:00:00+02:00");
    let cut = SiteZones::new(Europe::Berlin, vec![(noon, Tz::UTC)]);
    assert_eq!(cut.day_at(noon - 1).span, Span { from: at("2026-09-10T00:00:00+02:00"), to: noon });
    assert_eq!(cut.day_at(noon).span, Span { from: noon, to: at("2026-09-11T00:00:00Z") });
}

#[test]
fn weeks_and_months() {
    // 2026-09-09 is a Wednesday: the cut week has the range's start, the others their Mondays; the cut month its first.
    let range = Range::of(Period::Dates(date("2026-09-09"), date("2026-10-06")), Europe::Berlin, 0, None);
    let labels = |interval| buckets(&range, interval).into_iter().map(|bucket| bucket.label).collect::<Vec<_>>();
    assert_eq!(labels(Interval::Week), ["2026-09-09", "2026-09-14", "2026-09-21", "2026-09-28", "2026-10-05"]);
    assert_eq!(labels(Interval::Month), ["2026-09-01", "2026-10-01"]);
    assert_eq!(labels(Interval::Day).len(), 28);
}
