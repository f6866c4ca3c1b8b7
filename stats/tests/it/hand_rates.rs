//! Exits, shares, views and engagement of the hand-written day of [`crate::hand`], and its midnights, derived in comments.

use haru_stats::Event;
use serde_json::{Value, json};

use crate::hand::results;
use crate::support::{ask, at};

fn day(query: &Value) -> Value {
    let mut query = query.clone();
    query["date_range"] = json!("day");
    results(&query)
}

#[test]
fn exits() {
    // /pricing  left by V1 and V5, viewed at 10:05 and 13:00: 2 ÷ 2
    // /blog     left by V3, viewed once in this day: 1 ÷ 1
    // /         left by V2, viewed at 10:00 and 11:00: 1 ÷ 2
    // V4 has no pageview: it leaves from (not set), which nobody views: null, and null is last
    assert_eq!(
        day(&json!({"metrics": ["exit_rate", "visits"], "dimensions": ["visit:exit_page"]})),
        json!([
            {"dimensions": ["/blog"], "metrics": [100, 1]},
            {"dimensions": ["/pricing"], "metrics": [100, 2]},
            {"dimensions": ["/"], "metrics": [50, 1]},
            {"dimensions": ["(not set)"], "metrics": [null, 1]},
        ])
    );
    // Only visits from Google: V1, V2, V5; /blog is V3's alone.
    assert_eq!(
        day(&json!({
            "metrics": ["exit_rate"], "dimensions": ["visit:exit_page"], "filters": [["is", "visit:source", ["Google"]]],
        })),
        json!([{"dimensions": ["/pricing"], "metrics": [100]}, {"dimensions": ["/"], "metrics": [50]}])
    );
    // 10:03 to 11:00 takes one visit, V2 at 11:00:00, which leaves from /; in it / is viewed once, at 11:00:00.
    assert_eq!(
        results(&json!({
            "metrics": ["exit_rate"], "dimensions": ["visit:exit_page"],
            "date_range": ["2026-09-10T10:03:00+02:00", "2026-09-10T11:00:00+02:00"],
        })),
        json!([{"dimensions": ["/"], "metrics": [100]}])
    );
}

#[test]
fn shares() {
    // Of 4 visitors: 1, 2 and 4 viewed a page, 3 sent a ping, 1 signed up.
    assert_eq!(
        day(&json!({"metrics": ["percentage"], "dimensions": ["event:name"]})),
        json!([
            {"dimensions": ["pageview"], "metrics": [75.0]},
            {"dimensions": ["ping"], "metrics": [25.0]},
            {"dimensions": ["signup"], "metrics": [25.0]},
        ])
    );
    // The filter holds for what they are shares of as well: of visitors 1, 2 and 4, who viewed a page, one did so in Germany.
    assert_eq!(
        day(&json!({
            "metrics": ["visitors", "percentage"], "dimensions": ["visit:country"],
            "filters": [["is", "event:name", ["pageview"]]],
        })),
        json!([{"dimensions": ["US"], "metrics": [2, 66.67]}, {"dimensions": ["DE"], "metrics": [1, 33.33]}])
    );
}

#[test]
fn views_by_the_hour() {
    // V1 starts at 10 and has 2, V2 at 11 has 1, V4 at 12 none, V5 at 13 and V3 at 23 one each.
    let hour = |hour: &str, views: f64| json!({"dimensions": [format!("2026-09-10 {hour}:00:00")], "metrics": [views]});
    assert_eq!(
        day(&json!({"metrics": ["views_per_visit"], "dimensions": ["time:hour"]})),
        json!([hour("10", 2.0), hour("11", 1.0), hour("12", 0.0), hour("13", 1.0), hour("23", 1.0)])
    );
    // By source: Direct V3, V4; Google V1, V2, V5. Duration (480 + 0) ÷ 2 and (1500 + 0 + 1810) ÷ 3 = 1103.3.
    assert_eq!(
        day(&json!({"metrics": ["bounce_rate", "visit_duration", "events"], "dimensions": ["visit:source"]})),
        json!([
            {"dimensions": ["Google"], "metrics": [67, 1103, 5]},
            {"dimensions": ["Direct / None"], "metrics": [50, 240, 2]},
        ])
    );
}

#[test]
fn engagement() {
    // Over two pages: V1 60 s on / and 40 s on /pricing, V5 9 s on /pricing: 109 s in 2 visits = 54.5, half up 55.
    // Deepest of V1 on / 80 and on /pricing 50: 130 ÷ 2 = 65.
    let filters = json!([["is", "event:page", ["/", "/pricing"]]]);
    assert_eq!(
        day(&json!({"metrics": ["time_on_page", "scroll_depth"], "filters": filters})),
        json!([{"dimensions": [], "metrics": [55, 65]}])
    );
    // By country: DE V1: 60 + 40 = 100 s in one visit, 65. US V5: 9 s, no scroll depth. FR V4 has an event on /, but no
    // engagement, and engagement alone is asked for: no row.
    assert_eq!(
        day(&json!({
            "metrics": ["time_on_page", "scroll_depth"], "dimensions": ["visit:country"], "filters": filters,
        })),
        json!([{"dimensions": ["DE"], "metrics": [100, 65]}, {"dimensions": ["US"], "metrics": [9, null]}])
    );
    // A page that nobody was on has nothing to average.
    assert_eq!(
        day(&json!({"metrics": ["time_on_page"], "filters": [["is", "event:page", ["/nowhere"]]]})),
        json!([{"dimensions": [], "metrics": [null]}])
    );
}

#[test]
fn midnight_to_the_millisecond() {
    // One visitor, the last millisecond of the 10th and the first of the 11th: a visit of each day, two bounces of 0 s.
    let one = |ts| Event { ts: at(ts), visitor: 1, page: "/", ..Event::default() };
    let touching = [one("2026-09-10T23:59:59.999+02:00"), one("2026-09-11T00:00:00.000+02:00")];
    let metrics = json!(["visitors", "visits", "pageviews", "bounce_rate", "visit_duration"]);
    let of = |range: Value| {
        let query = json!({"metrics": metrics, "date_range": range});
        ask(&touching, chrono_tz::Europe::Berlin, "2026-09-11T20:00:00+02:00", &query)["results"][0]["metrics"].take()
    };
    assert_eq!(of(json!(["2026-09-10", "2026-09-10"])), json!([1, 1, 1, 100, 0]));
    assert_eq!(of(json!(["2026-09-11", "2026-09-11"])), json!([1, 1, 1, 100, 0]));
    assert_eq!(of(json!(["2026-09-10", "2026-09-11"])), json!([2, 2, 2, 100, 0]));
    // The second 23:59:59 includes its last millisecond.
    assert_eq!(of(json!(["2026-09-10T23:59:59+02:00", "2026-09-10T23:59:59+02:00"])), json!([1, 1, 1, 100, 0]));
}
