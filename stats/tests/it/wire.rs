//! The JSON of the Stats API v2, as clients send and read it.

use chrono_tz::{Europe, Tz};
use haru_stats::wire::{self, Context};
use haru_stats::{Allowed, Event, QueryError};
use serde_json::{Value, json};

use crate::support::{ask, at};

const NOW: &str = "2026-09-10T12:00:00Z";

fn views() -> Vec<Event<'static>> {
    let view = |time: &str, visitor, country, page| Event { ts: at(time), visitor, country, page, ..Event::default() };
    vec![
        view("2026-09-10T01:10:00Z", 1, "EE", "/"),
        view("2026-09-10T01:20:00Z", 1, "EE", "/docs"),
        view("2026-09-09T05:00:00Z", 2, "EE", "/"),
        view("2026-09-09T06:00:00Z", 3, "DE", "/docs"),
        view("2026-09-09T07:00:00Z", 4, "", "/"),
    ]
}

fn answer(query: &Value) -> Value {
    ask(&views(), Tz::UTC, NOW, query)
}

#[test]
fn the_answer_of_the_contract() {
    let query = json!({
        "site_id": "example.com", "metrics": ["visitors", "bounce_rate"], "date_range": "7d",
        "dimensions": ["visit:country_name"], "filters": [["is_not", "visit:country_name", [""]]],
    });
    // Estonia: visitors 1 and 2, of whom 2 bounced.
    assert_eq!(
        answer(&query),
        json!({
            "results": [
                {"metrics": [2, 50], "dimensions": ["Estonia"]},
                {"metrics": [1, 100], "dimensions": ["Germany"]},
            ],
            "meta": {},
            "query": {
                "site_id": "example.com", "metrics": ["visitors", "bounce_rate"],
                "date_range": ["2026-09-04T00:00:00+00:00", "2026-09-10T23:59:59+00:00"],
                "filters": [["is_not", "visit:country_name", [""]]],
                "dimensions": ["visit:country_name"], "order_by": [["visitors", "desc"]], "include": {},
            },
        })
    );
}

#[test]
fn a_site_without_events() {
    let query = json!({
        "metrics": ["visitors", "bounce_rate", "views_per_visit", "visit_duration"], "date_range": "all",
    });
    let nothing = ask(&[], Tz::UTC, NOW, &query);
    assert_eq!(nothing["results"], json!([{"metrics": [0, 0, 0.0, 0], "dimensions": []}]));
    let query = json!({"metrics": ["visitors"], "date_range": "all", "dimensions": ["event:page"]});
    assert_eq!(ask(&[], Tz::UTC, NOW, &query)["results"], json!([]));
}

#[test]
fn time_labels_list_what_has_no_row() {
    let query = json!({
        "metrics": ["visitors"], "date_range": ["2026-09-08", "2026-09-10"], "dimensions": ["time"],
        "include": {"time_labels": true, "total_rows": true},
    });
    let answer = answer(&query);
    assert_eq!(
        answer["results"],
        json!([
            {"metrics": [3], "dimensions": ["2026-09-09"]},
            {"metrics": [1], "dimensions": ["2026-09-10"]},
        ])
    );
    assert_eq!(answer["meta"], json!({"time_labels": ["2026-09-08", "2026-09-09", "2026-09-10"], "total_rows": 2}));
    assert_eq!(answer["query"]["dimensions"], json!(["time:day"]));
    assert_eq!(answer["query"]["order_by"], json!([["time:day", "asc"]]));
    assert_eq!(answer["query"]["include"], json!({"time_labels": true, "total_rows": true}));
}

#[test]
fn a_compared_time_series_has_every_bucket() {
    let query = json!({
        "metrics": ["visitors"], "date_range": ["2026-09-09", "2026-09-10"], "dimensions": ["time:day"],
        "include": {"comparisons": {"mode": "custom", "date_range": ["2026-09-08", "2026-09-08"]}},
    });
    let answer = answer(&query);
    assert_eq!(
        answer["results"],
        json!([
            {"metrics": [3], "dimensions": ["2026-09-09"],
             "comparison": {"dimensions": ["2026-09-08"], "metrics": [0], "change": [100]}},
            {"metrics": [1], "dimensions": ["2026-09-10"],
             "comparison": {"dimensions": [null], "metrics": [0], "change": [100]}},
        ])
    );
    assert_eq!(
        answer["meta"]["comparison_date_range"],
        json!(["2026-09-08T00:00:00+00:00", "2026-09-08T23:59:59+00:00"])
    );
}

#[test]
fn order_and_pages() {
    let query = |order_by: Value, pagination: Value| {
        let query = json!({
            "metrics": ["visitors", "pageviews"], "date_range": "7d", "dimensions": ["visit:country"],
            "order_by": order_by, "pagination": pagination, "include": {"total_rows": true},
        });
        let answer = answer(&query);
        let labels = answer["results"].as_array().expect("rows").iter().map(|row| row["dimensions"][0].clone());
        (labels.collect::<Value>(), answer["meta"]["total_rows"].clone())
    };
    assert_eq!(query(json!([["visit:country", "asc"]]), json!({})), (json!(["(not set)", "DE", "EE"]), json!(3)));
    assert_eq!(query(json!([["visit:country", "desc"]]), json!({"limit": 1})), (json!(["EE"]), json!(3)));
    // DE and "(not set)" have a visitor each: by label.
    assert_eq!(query(json!([["visitors", "asc"]]), json!({"limit": 2, "offset": 1})), (json!(["DE", "EE"]), json!(3)));
    assert_eq!(query(json!([["visitors", "asc"]]), json!({"offset": 3})), (json!([]), json!(3)));
}

#[test]
fn a_visitor_of_two_site_days_is_announced() {
    let meta = |query: Value| answer(&query)["meta"].clone();
    let day = json!({"metrics": ["visitors"], "date_range": "24h"});
    assert_eq!(meta(day)["metric_warnings"]["visitors"]["code"], "visitors_counted_by_site_day");
    let elsewhere = json!({"metrics": ["visitors"], "date_range": "day", "timezone": "Asia/Tokyo"});
    assert_eq!(meta(elsewhere)["metric_warnings"]["visitors"]["code"], "visitors_counted_by_site_day");
    assert_eq!(meta(json!({"metrics": ["pageviews"], "date_range": "24h"})), json!({}));
    assert_eq!(meta(json!({"metrics": ["visitors"], "date_range": "day", "timezone": "UTC"})), json!({}));
}

#[test]
fn another_timezone_moves_days_and_labels() {
    let query = json!({
        "metrics": ["pageviews"], "date_range": "day", "dimensions": ["time:hour"], "timezone": "Asia/Kathmandu",
    });
    let answer = ask(&views(), Europe::Berlin, NOW, &query);
    // 01:10 and 01:20 UTC are 06:55 and 07:05 in Kathmandu.
    assert_eq!(
        answer["results"],
        json!([
            {"metrics": [1], "dimensions": ["2026-09-10 06:00:00"]},
            {"metrics": [1], "dimensions": ["2026-09-10 07:00:00"]},
        ])
    );
    assert_eq!(answer["query"]["date_range"][0], "2026-09-10T00:00:00+05:45");
    assert_eq!(answer["query"]["timezone"], "Asia/Kathmandu");
}

#[test]
fn nested_filters_read_as_written() {
    let visitors = |filters: Value| {
        let query = json!({"metrics": ["visitors"], "date_range": "7d", "filters": filters});
        answer(&query)["results"][0]["metrics"][0].clone()
    };
    assert_eq!(visitors(json!([["or", [["is", "visit:country", ["DE"]], ["is", "event:page", ["/docs"]]]]])), 2);
    assert_eq!(visitors(json!([["not", ["is", "visit:country", ["DE", ""]]]])), 2);
    assert_eq!(visitors(json!([["and", [["is", "event:page", ["/*"]], ["is_not", "visit:country", ["EE"]]]]])), 2);
    assert_eq!(visitors(json!([["contains", "event:page", ["DO"], {"case_sensitive": false}]])), 2);
    assert_eq!(visitors(json!([["matches", "event:page", ["^/d.cs$"]]])), 2);
    assert_eq!(visitors(json!([["has_not_done", ["is", "event:page", ["/docs"]]]])), 2);
    assert_eq!(visitors(json!([["is", "visit:city", [2_950_159]]])), 0);
}

#[test]
fn the_site_is_read_first() {
    assert_eq!(wire::site_id(&json!({"site_id": "example.com"})), Ok("example.com"));
    assert_eq!(wire::site_id(&json!({})), Err(QueryError::Missing { key: "site_id" }));
    assert!(wire::site_id(&json!({"site_id": 7})).is_err());
    assert!(wire::site_id(&json!([])).is_err());
}

#[test]
fn absurd_dates_and_bodies_are_no_panic() {
    let context = Context { now: at(NOW), zone: Tz::UTC, first_event: Some(i64::MIN), allowed: Allowed::Everything };
    for body in [json!(null), json!([]), json!("x"), json!({"metrics": ["visitors"], "date_range": [null, null]})] {
        assert!(wire::query(&body, &context).is_err(), "{body}");
    }
    let all = json!({"metrics": ["visitors"], "date_range": "all", "dimensions": ["time:month"]});
    assert!(wire::query(&all, &context).is_ok());
    for comparison in ["previous_period", "year_over_year"] {
        for range in [json!(["1970-01-01", "9998-12-31"]), json!("5000d"), json!("240mo"), json!("all")] {
            let query = json!({
                "metrics": ["visitors"], "date_range": range,
                "include": {"comparisons": {"mode": comparison, "match_day_of_week": true}},
            });
            assert!(wire::query(&query, &context).is_ok(), "{query}");
        }
    }
}
