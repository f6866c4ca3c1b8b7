//! Sizes at which the engine changes its ways: wide codes, hashed groups, threads.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use haru_stats::query::Include;
use haru_stats::time::{Period, Range, SiteZones};
use haru_stats::{Answer, Dimension, Event, Interval, Metric, Query, VisitDimension};

use crate::support::{answers, at, date, days};

const DAY: i64 = 86_400_000;

/// Pages and sources that combine to more groups than a table holds.
struct Words {
    pages: Vec<String>,
    sources: Vec<String>,
}

fn words(pages: usize, sources: usize) -> Words {
    Words {
        pages: (0..pages).map(|index| format!("/{index}")).collect(),
        sources: (0..sources).map(|index| format!("s{index}")).collect(),
    }
}

/// Scattered but reproducible.
fn scatter(index: usize) -> usize {
    index.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 17
}

fn events(words: &Words, count: usize, visitors: usize) -> Vec<Event<'_>> {
    let start = at("2026-09-08T00:00:00Z");
    let signed = |value: usize| i64::try_from(value).expect("a small number");
    let event = |index| {
        let visitor = scatter(index) % visitors;
        Event {
            ts: start + signed(scatter(index + 7)) % (3 * DAY),
            visitor: signed(visitor),
            page: &words.pages[scatter(index * 3 + 1) % words.pages.len()],
            source: &words.sources[visitor % words.sources.len()],
            ..Event::default()
        }
    };
    (0..count).map(event).collect()
}

fn query(dimensions: Vec<Dimension>) -> Query {
    let range = Range::of(Period::Dates(date("2026-09-08"), date("2026-09-10")), Tz::UTC, 0, None);
    Query::builder(range)
        .metrics([Metric::Visitors, Metric::Pageviews])
        .dimensions(dimensions)
        .include(Include { total_rows: true, ..Include::default() })
        .build()
        .expect("a valid query")
}

/// Visitors (once a day) and pageviews by page and source.
fn by_hand(events: &[Event<'_>]) -> BTreeMap<(String, String), (usize, usize)> {
    let mut seen = BTreeSet::new();
    let mut groups: BTreeMap<_, (usize, usize)> = BTreeMap::new();
    for event in events {
        let group = (event.page.to_owned(), event.source.to_owned());
        let new = seen.insert((event.ts.div_euclid(DAY), event.visitor, group.clone()));
        let (visitors, pageviews) = groups.entry(group).or_default();
        *visitors += usize::from(new);
        *pageviews += 1;
    }
    groups
}

#[test]
fn hashed_groups_count_like_any() {
    let words = words(600, 700);
    let events = events(&words, 12_000, 700);
    let days = days(&SiteZones::fixed(Tz::UTC), &events);
    let query = query(vec![Dimension::Page, VisitDimension::Source.into()]);
    let answers = answers(1, &[query], &days);
    let expected = by_hand(&events);
    // A visitor has one source, and so have all visits: page and source of events are those of the groups.
    assert_eq!(answers[0].total_rows, Some(expected.len()));
    assert!(expected.len() > 9_000, "{} groups", expected.len());
    for row in &answers[0].rows {
        let key = (row.dimensions[0].clone(), row.dimensions[1].clone());
        let counted = row.metrics.iter().map(|value| value.as_f64()).collect::<Vec<_>>();
        let (visitors, pageviews) = expected[&key];
        assert_eq!(counted, [visitors, pageviews].map(as_float), "{key:?}");
    }
}

fn as_float(count: usize) -> Option<f64> {
    u32::try_from(count).ok().map(f64::from)
}

#[test]
fn many_distinct_values_and_threads() {
    let words = words(150_000, 3);
    let events = events(&words, 300_000, 20_000);
    let days = days(&SiteZones::fixed(Tz::UTC), &events);
    let source = || Dimension::from(VisitDimension::Source);
    let queries = [
        query(vec![Dimension::Page]),
        query(vec![source()]),
        query(vec![]),
        query(vec![Dimension::Page, source()]),
        query(vec![Dimension::TimeBy(Interval::Hour), Dimension::Page]),
        query(vec![Dimension::TimeBy(Interval::Hour)]),
    ];
    let alone: Vec<Answer> = answers(1, &queries, &days);
    assert_eq!(alone, answers(3, &queries, &days), "threads agree");

    let distinct: BTreeSet<&str> = events.iter().map(|event| event.page).collect();
    assert!(distinct.len() > 3 * (1 << 15), "{} pages", distinct.len());
    assert_eq!(alone[0].total_rows, Some(distinct.len()));
    let visitors: BTreeSet<(i64, i64)> = events.iter().map(|event| (event.ts.div_euclid(DAY), event.visitor)).collect();
    let total = alone[2].rows[0].metrics.iter().map(|value| value.as_f64()).collect::<Vec<_>>();
    assert_eq!(total, [visitors.len(), events.len()].map(as_float));
}

/// The target of the design is 40 bytes an event for a realistic site; dictionaries of this one are small.
#[test]
fn a_day_is_narrow() {
    let words = words(300, 40);
    let events = events(&words, 60_000, 8_000);
    let days = days(&SiteZones::fixed(Tz::UTC), &events);
    let rows: usize = days.iter().map(|day| day.rows()).sum();
    let bytes: usize = days.iter().map(|day| day.bytes()).sum();
    let visits: usize = days.iter().map(|day| day.visits()).sum();
    assert_eq!(rows, events.len());
    // 14 bytes and three bits a row, at most 51 a visit and 8 more for one of a visitor who was there before, and dictionaries.
    assert!(bytes < 14 * rows + 3 * rows / 8 + 59 * visits + 100_000, "{bytes} bytes, {rows} rows, {visits} visits");
}
