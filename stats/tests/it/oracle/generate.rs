//! Random events and queries, dense enough that visits, pages and filters meet.

use chrono_tz::Tz;
use haru_stats::query::{Include, Order, OrderKey};
use haru_stats::time::{Comparison, ComparisonMode, Period, Range, day_start};
use haru_stats::{Condition, Dimension, Event, EventKind, Filter, Interval, Metric, Operator, Query, VisitDimension};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::support::date;

/// One site, its events, and what is asked.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) zone: Tz,
    pub(super) events: Vec<Stored>,
    pub(super) queries: Vec<Query>,
    /// Events that are sealed already; those after them came late.
    pub(super) sealed: usize,
}

/// An event that owns its properties.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    event: Event<'static>,
    props: Option<String>,
}

impl Stored {
    pub(super) fn event(&self) -> Event<'_> {
        Event { props: self.props.as_deref(), ..self.event }
    }
}

/// Zones with a first day of three, where clocks change in the middle one or not at all.
const PLACES: [(&str, &str); 7] = [
    ("UTC", "2026-09-09"),
    ("Europe/Berlin", "2026-03-28"),
    ("America/New_York", "2026-10-31"),
    ("Australia/Lord_Howe", "2026-04-04"),
    ("Asia/Kathmandu", "2026-08-31"),
    ("America/Sao_Paulo", "2018-11-03"),
    ("Pacific/Apia", "2011-12-29"),
];

const PAGES: [&str; 5] = ["/", "/a", "/a/b", "/Blog", ""];
const HOSTS: [&str; 3] = ["x.com", "blog.x.com", ""];
const MINUTE: i64 = 60_000;

pub(super) fn case() -> impl Strategy<Value = Case> {
    let place = select(PLACES.to_vec());
    place.prop_flat_map(|(zone, first)| {
        let zone: Tz = zone.parse().expect("a zone");
        let start = day_start(date(first), zone);
        let events = vec(stored(start), 0..60);
        (Just(zone), events, vec(query(zone, first, start), 4), 0..60_usize).prop_map(
            |(zone, events, queries, sealed)| Case { zone, sealed: sealed.min(events.len()), events, queries },
        )
    })
}

fn stored(start: i64) -> impl Strategy<Value = Stored> {
    // Steps of 10 minutes: many gaps are exactly 30 minutes, many instants are equal.
    let time = (0..3 * 24 * 6_i64, select(vec![0, 0, 0, 1, 1_000, 59_999]));
    // Most of it within a few hours, so that visits have several events.
    let time = prop_oneof![3 => (60..90_i64, select(vec![0, 0, 1, 500])), 1 => time];
    let kind = select(vec![
        EventKind::Pageview,
        EventKind::Pageview,
        EventKind::Pageview,
        EventKind::Custom,
        EventKind::Engagement,
        EventKind::Duration,
    ]);
    let props = select(vec![
        None,
        Some(r#"{"plan":"pro"}"#),
        Some(r#"{"plan":"Free","n":3}"#),
        Some(r#"{"n":true,"plan":null}"#),
        Some("nonsense"),
    ]);
    let what = (select(PAGES.to_vec()), select(HOSTS.to_vec()), select(vec!["signup", "buy"]), any::<bool>());
    let who = (1..5_i64, select(vec!["Google", "news.com", ""]), select(vec!["DE", "US", ""]), select(vec!["Mac", ""]));
    let engagement = (select(vec![0, 500, 1_500, 4_000]), select(vec![None, Some(0), Some(55), Some(100)]));
    (time, kind, props, what, who, engagement).prop_map(move |((step, rest), kind, props, what, who, engagement)| {
        Stored {
            event: Event {
                ts: start + step * 10 * MINUTE + rest,
                kind,
                page: what.0,
                hostname: what.1,
                name: what.2,
                interactive: what.3,
                visitor: who.0,
                source: who.1,
                country: who.2,
                os: who.3,
                engaged_ms: engagement.0,
                scroll_depth: engagement.1,
                ..Event::default()
            },
            props: props.map(str::to_owned),
        }
    })
}

fn dimension() -> impl Strategy<Value = Dimension> {
    use VisitDimension::{
        Channel, Country, CountryName, EntryPage, EntryPageHostname, ExitPage, ExitPageHostname, Os, Source,
    };
    let visit = [Source, Country, CountryName, Os, Channel, EntryPage, ExitPage, EntryPageHostname, ExitPageHostname];
    prop_oneof![
        3 => Just(Dimension::Page),
        1 => Just(Dimension::Hostname),
        1 => Just(Dimension::EventName),
        1 => select(vec!["plan", "n", "missing"]).prop_map(|key| Dimension::Property(key.into())),
        4 => select(visit.to_vec()).prop_map(Dimension::Visit),
    ]
}

fn grouping() -> impl Strategy<Value = Vec<Dimension>> {
    let time = prop_oneof![select(Interval::ALL.to_vec()).prop_map(Dimension::TimeBy), Just(Dimension::Time),];
    prop_oneof![
        1 => Just(Vec::new()),
        3 => dimension().prop_map(|dimension| vec![dimension]),
        2 => time.clone().prop_map(|time| vec![time]),
        1 => (dimension(), dimension())
            .prop_filter_map("one dimension twice", |(one, other)| (one != other).then(|| vec![one, other])),
        1 => (time, dimension()).prop_map(|(time, other)| vec![time, other]),
        1 => Just(vec![Dimension::Hostname, Dimension::Page]),
    ]
}

fn condition() -> impl Strategy<Value = Filter> {
    let clauses = |dimension: &Dimension| match dimension {
        Dimension::Page => vec!["/", "/a", "/a/*", "/**", "/*", "b", "log", "", "(not set)"],
        Dimension::Hostname => vec!["x.com", "blog.x.com", "x", ""],
        Dimension::EventName => vec!["pageview", "signup", "u", "engagement"],
        Dimension::Property(_) => vec!["pro", "Free", "3", "true", "r", "", "(none)"],
        Dimension::Visit(VisitDimension::Country) => vec!["DE", "us", "", "(not set)"],
        Dimension::Visit(VisitDimension::CountryName) => vec!["Germany", "united", "(not set)"],
        Dimension::Visit(VisitDimension::EntryPage | VisitDimension::ExitPage) => {
            vec!["/", "/a", "/*", "a", ""]
        }
        Dimension::Visit(_) => {
            vec!["Google", "google", "oo", "x.com", "Mac", "", "Direct / None", "Direct", "(not set)"]
        }
        _ => vec![""],
    };
    (dimension(), select(Operator::ALL.to_vec()), any::<bool>())
        .prop_flat_map(move |(dimension, operator, case)| {
            let matches = matches!(operator, Operator::Matches | Operator::MatchesNot);
            let clauses = if matches { vec!["^/a", "o+", "^$", "."] } else { clauses(&dimension) };
            (Just(dimension), Just(operator), vec(select(clauses), 1..3), Just(case || matches))
        })
        .prop_filter_map("a condition that is refused", |(dimension, operator, clauses, case)| {
            Condition::with_case(dimension, operator, clauses, case).ok().map(Filter::from)
        })
}

fn filter() -> impl Strategy<Value = Filter> {
    prop_oneof![
        4 => condition(),
        1 => vec(condition(), 1..3).prop_map(Filter::And),
        1 => vec(condition(), 1..3).prop_map(Filter::Or),
        1 => condition().prop_map(|filter| Filter::Not(Box::new(filter))),
        1 => condition().prop_map(|filter| Filter::HasDone(Box::new(filter))),
        1 => condition().prop_map(|filter| Filter::HasNotDone(Box::new(filter))),
        1 => (condition(), condition())
            .prop_map(|(one, other)| Filter::Not(Box::new(Filter::Or(vec![one, Filter::Not(Box::new(other))])))),
    ]
}

fn range(zone: Tz, first: &str, start: i64) -> impl Strategy<Value = Range> + use<> {
    let first = date(first);
    let whole = (0..3_u64, 0..3_u64).prop_map(move |(skip, length)| {
        let from = first + chrono::Days::new(skip);
        Range::of(Period::Dates(from, from + chrono::Days::new(length)), zone, start, None)
    });
    let part = (0..72 * 6_i64, 1..72 * 6_i64).prop_map(move |(from, length)| {
        let from = start + from * 10 * MINUTE;
        Range::of(Period::Instants(from, from + length * 10 * MINUTE), zone, start, None)
    });
    prop_oneof![3 => whole, 1 => part]
}

fn query(zone: Tz, first: &'static str, start: i64) -> impl Strategy<Value = Query> + use<> {
    let elsewhere = select(vec![zone, zone, zone, chrono_tz::Asia::Kolkata, chrono_tz::America::Los_Angeles]);
    let range = elsewhere.prop_flat_map(move |zone| range(zone, first, start));
    let metrics = vec(select(Metric::ALL.to_vec()), 1..6);
    let comparison = select(vec![None, None, Some(ComparisonMode::PreviousPeriod)]);
    let paging = (select(vec![10_000, 10_000, 2]), select(vec![0, 0, 1]), any::<[bool; 3]>());
    (range, metrics, grouping(), vec(filter(), 0..3), comparison, paging).prop_map(
        |(range, metrics, dimensions, filters, comparison, (limit, offset, [labels, empty, descending]))| {
            let time = dimensions.iter().any(Dimension::is_time);
            let include = Include { time_labels: labels && time, total_rows: true, empty_buckets: empty };
            // Filters, metrics and dimensions that don't go together are left out one by one.
            let build = |metrics: &[Metric], filters: &[Filter], ordered: bool| {
                let mut query = Query::builder(range)
                    .metrics(metrics.iter().copied())
                    .dimensions(dimensions.iter().cloned())
                    .filters(filters.iter().cloned())
                    .include(include)
                    .limit(limit)
                    .offset(offset);
                if let Some(mode) = comparison {
                    query = query.compare_with(Comparison::from(mode).range(&range, i64::MAX));
                }
                if ordered && let Some(last) = metrics.last() {
                    query = query.order_by([Order { key: OrderKey::Metric(*last), descending }]);
                }
                query.build()
            };
            let mut kept = Vec::new();
            for filter in filters {
                let with: Vec<Filter> = kept.iter().cloned().chain([filter.clone()]).collect();
                if build(&[Metric::Visitors], &with, false).is_ok() {
                    kept.push(filter);
                }
            }
            let mut chosen = Vec::new();
            for metric in metrics {
                let with: Vec<Metric> = chosen.iter().copied().chain([metric]).collect();
                if build(&with, &kept, false).is_ok() {
                    chosen.push(metric);
                }
            }
            if chosen.is_empty() {
                chosen.push(Metric::Visitors);
            }
            build(&chosen, &kept, empty).expect("what was tried alone")
        },
    )
}
