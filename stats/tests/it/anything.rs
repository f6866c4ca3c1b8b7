//! Whatever is asked: an answer or an error, never a panic. Whatever clocks and timezones do: days tile.

use chrono_tz::{TZ_VARIANTS, Tz};
use haru_stats::engine::NoCache;
use haru_stats::realtime::realtime;
use haru_stats::time::{SiteZones, Span};
use haru_stats::wire::{self, Context};
use haru_stats::{Allowed, Engine, Event};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::Config;
use serde_json::{Value, json};

use crate::support::{answers, at, days, parts};

const WORDS: [&str; 40] = [
    "visitors",
    "visits",
    "bounce_rate",
    "events",
    "percentage",
    "time_on_page",
    "views_per_visit",
    "conversion_rate",
    "event:page",
    "event:name",
    "event:hostname",
    "event:goal",
    "event:props:plan",
    "visit:country",
    "visit:city",
    "visit:entry_page",
    "time",
    "time:hour",
    "time:month",
    "7d",
    "12mo",
    "all",
    "24h",
    "2026-09-01",
    "2026-09-30",
    "2026-09-01T00:00:00Z",
    "is",
    "is_not",
    "contains",
    "matches",
    "and",
    "or",
    "not",
    "has_done",
    "asc",
    "desc",
    "DE",
    "previous_period",
    "Europe/Berlin",
    "(a*)*",
];

const KEYS: [&str; 18] = [
    "site_id",
    "metrics",
    "date_range",
    "dimensions",
    "filters",
    "order_by",
    "include",
    "pagination",
    "timezone",
    "comparisons",
    "time_labels",
    "total_rows",
    "mode",
    "match_day_of_week",
    "limit",
    "offset",
    "case_sensitive",
    "x",
];

/// JSON out of the language's own words, nested at random.
fn noise() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        8 => select(WORDS.to_vec()).prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<String>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(4, 30, 5, |inner| {
        prop_oneof![
            4 => vec(inner.clone(), 0..5).prop_map(Value::Array),
            1 => vec((select(KEYS.to_vec()), inner), 0..5).prop_map(|pairs| {
                Value::Object(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
            }),
        ]
    })
}

/// A valid query of which some keys are replaced by noise.
fn body() -> impl Strategy<Value = Value> {
    let valid = json!({
        "metrics": ["visitors", "percentage"], "date_range": "7d", "dimensions": ["time", "event:page"],
        "filters": [["is", "visit:country", ["DE"]]],
    });
    vec((select(KEYS[..9].to_vec()), noise()), 0..3).prop_map(move |replaced| {
        let mut body = valid.clone();
        for (key, value) in replaced {
            body[key] = value;
        }
        body
    })
}

fn events() -> Vec<Event<'static>> {
    let view = |time: &str, visitor| Event { ts: at(time), visitor, page: "/", country: "DE", ..Event::default() };
    vec![view("2026-09-09T01:00:00Z", 1), view("2026-09-09T23:50:00Z", 2), view("2026-09-10T00:10:00Z", 2)]
}

proptest! {
    #![proptest_config(Config { cases: 100, ..Config::default() })]

    #[test]
    fn a_query_is_answered_or_refused(body in body(), dashboard in any::<bool>()) {
        let context = Context { now: at("2026-09-10T12:00:00Z"), zone: Tz::UTC, first_event: None, allowed: Allowed::Everything };
        let days = days(&SiteZones::fixed(Tz::UTC), &events());
        if dashboard {
            let mut body = body;
            if let Some(object) = body.as_object_mut() {
                object.retain(|key, _| ["date_range", "filters", "timezone"].contains(&key.as_str()));
            }
            if let Ok(query) = wire::dashboard(&body, &context) {
                query.answer(&Engine::default(), &parts(&days), &NoCache).expect("within the budget");
            }
        } else if let Ok(request) = wire::query(&body, &context) {
            let answers = answers(2, std::slice::from_ref(&request.query), &days);
            prop_assert!(request.response(&answers[0])["results"].is_array());
        }
    }

    #[test]
    fn any_instant_can_be_asked_for(now in any::<i64>(), first_event in any::<Option<i64>>(), zone in select(TZ_VARIANTS.to_vec())) {
        let context = Context { now, zone, first_event, allowed: Allowed::Everything };
        let days = days(&SiteZones::fixed(Tz::UTC), &events());
        for range in ["day", "24h", "month", "all", "12mo"] {
            for comparison in ["previous_period", "year_over_year"] {
                let body = json!({"date_range": range, "comparison": comparison});
                if let Ok(query) = wire::dashboard(&body, &context) {
                    query.answer(&Engine::default(), &parts(&days), &NoCache).expect("within the budget");
                }
            }
        }
        realtime(&days, now, 9);
    }

    #[test]
    fn days_tile_through_changes_of_timezone(
        first in select(TZ_VARIANTS.to_vec()),
        changes in vec((0..30 * 24 * 60_i64, select(TZ_VARIANTS.to_vec())), 0..4),
        from in 0..20 * 24 * 60_i64,
    ) {
        let start = at("2026-03-10T00:00:00Z");
        let zones = SiteZones::new(first, changes.into_iter().map(|(minute, zone)| (start + minute * 60_000, zone)).collect());
        let span = Span { from: start + from * 60_000, to: start + (from + 10 * 24 * 60) * 60_000 };
        let days = zones.days(span);
        prop_assert!(days[0].span.contains(span.from));
        prop_assert!(days[days.len() - 1].span.contains(span.to - 1));
        for pair in days.windows(2) {
            prop_assert_eq!(pair[0].span.to, pair[1].span.from);
        }
        for day in days {
            prop_assert_eq!(zones.at(day.span.from), day.zone);
            prop_assert_eq!(zones.day_at(day.span.to - 1), day);
        }
    }
}
