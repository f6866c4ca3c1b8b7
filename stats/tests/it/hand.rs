//! One hand-written day; every number is derived in a comment. [`crate::hand_rates`] asks it for exits, shares and engagement;
//! the bot that changes none of it is in `api/tests/it/collect.rs`, as bots never get as far as this.
//!
//! Site in Berlin (UTC+2 in September), day 2026-09-10, local times:
//!
//! ```text
//! visitor 1 (DE, Chrome, source Google)
//!   V1  10:00:00 pageview /          ┐ visit V1: / → /pricing, signup; last activity 10:25:00 (engagement)
//!       10:05:00 pageview /pricing   │ 2 pageviews, duration 25 min = 1500 s, no bounce
//!       10:06:00 custom signup       │ engagement: 60 s on / , 30 s + 10 s on /pricing
//!       10:05:00 engagement / 60 s, scroll 80   (same instant as the pageview, pushed after it)
//!       10:06:30 engagement /pricing 30 s, scroll 40
//!       10:25:00 engagement /pricing 10 s, scroll 50
//!   V2  11:00:00 pageview /          ┘ 35 min after the engagement: a new visit, bounce, duration 0
//! visitor 2 (US, Firefox, no source)
//!       08:00:00 engagement /        no visit of hers yet: dropped
//!   V3  23:50:00 pageview /blog      one pageview, bounce; 23:58:00 engagement 8 s: duration 480 s
//!   the next day, 00:10:00: pageview /blog: another day, another visit, not counted in this day
//! visitor 3 (FR)
//!   V4  12:00:00 custom ping, not interactive, on /   no pageview: entry page (not set), no bounce, duration 0
//! visitor 4 (US, source Google)
//!   V5  13:00:00 pageview /pricing   first script's cumulative durations 4 s, 9 s (largest counts: 9 s);
//!       13:00:10 duration 4 s        13:30:10 is 30:00 min after the last activity at 13:00:10: same visit
//!       13:30:10 duration 9 s        duration 1810 s; one pageview: bounce
//! ```

use haru_stats::{Event, EventKind};
use serde_json::{Value, json};

use crate::support::{ask, at};

fn events() -> Vec<Event<'static>> {
    let one = |time: &str, page| Event {
        ts: at(&format!("2026-09-10T{time}+02:00")),
        visitor: 1,
        page,
        hostname: "example.com",
        country: "DE",
        browser: "Chrome",
        source: "Google",
        ..Event::default()
    };
    let two = |time, page| Event { visitor: 2, country: "US", browser: "Firefox", source: "", ..one(time, page) };
    let three = |time, page| Event { visitor: 3, country: "FR", browser: "", source: "", ..one(time, page) };
    let four = |time, page| Event { visitor: 4, country: "US", ..one(time, page) };
    let engaged = |event, seconds: u32, scroll_depth| Event {
        kind: EventKind::Engagement,
        engaged_ms: seconds * 1000,
        scroll_depth,
        ..event
    };
    let total = |event, seconds: u32| Event { kind: EventKind::Duration, engaged_ms: seconds * 1000, ..event };
    vec![
        // Not in order: a day sorts by itself.
        one("11:00:00", "/"),
        one("10:00:00", "/"),
        one("10:05:00", "/pricing"),
        engaged(one("10:05:00", "/"), 60, Some(80)),
        Event { kind: EventKind::Custom, name: "signup", ..one("10:06:00", "/pricing") },
        engaged(one("10:06:30", "/pricing"), 30, Some(40)),
        engaged(one("10:25:00", "/pricing"), 10, Some(50)),
        engaged(two("08:00:00", "/"), 99, Some(99)),
        two("23:50:00", "/blog"),
        engaged(two("23:58:00", "/blog"), 8, None),
        Event { ts: at("2026-09-11T00:10:00+02:00"), ..two("23:50:00", "/blog") },
        Event { kind: EventKind::Custom, name: "ping", interactive: false, ..three("12:00:00", "/") },
        four("13:00:00", "/pricing"),
        total(four("13:00:10", "/pricing"), 4),
        total(four("13:30:10", "/pricing"), 9),
    ]
}

pub(crate) fn results(query: &Value) -> Value {
    let mut answer = ask(&events(), chrono_tz::Europe::Berlin, "2026-09-10T20:00:00+02:00", query);
    answer["results"].take()
}

fn totals(metrics: &Value, filters: &Value) -> Value {
    results(&json!({"metrics": metrics, "date_range": "day", "filters": filters}))[0]["metrics"].clone()
}

#[test]
fn totals_of_the_day() {
    let metrics =
        json!(["visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "visit_duration", "events"]);
    // visitors 1, 2, 3, 4 = 4
    // visits V1 to V5 = 5
    // pageviews V1 2, V2 1, V3 1, V4 0, V5 1 = 5; per visit 5 ÷ 5 = 1
    // bounces V2, V3, V5 = 3 of 5 = 60 %
    // duration (1500 + 0 + 480 + 0 + 1810) ÷ 5 = 3790 ÷ 5 = 758 s
    // events: 5 pageviews + signup + ping = 7
    assert_eq!(totals(&metrics, &json!([])), json!([4, 5, 5, 1.0, 60, 758, 7]));
}

#[test]
fn a_filter_on_pages() {
    let metrics = json!([
        "visitors",
        "visits",
        "pageviews",
        "bounce_rate",
        "visit_duration",
        "events",
        "time_on_page",
        "scroll_depth"
    ]);
    let filters = json!([["is", "event:page", ["/pricing"]]]);
    // on /pricing: visitors 1, 4; visits V1, V5; pageviews 1 + 1; events 2 pageviews + signup = 3
    // bounce_rate: of the visits that entered at /pricing, V5 alone: 1 of 1 = 100
    // visit_duration: of V1 and V5: (1500 + 1810) ÷ 2 = 1655
    // time_on_page: V1 30 + 10 = 40 s, V5 9 s (the largest, not 4 + 9): 49 ÷ 2 = 24.5, half up 25
    // scroll_depth: V1 max(40, 50) = 50; V5 has none: 50
    assert_eq!(totals(&metrics, &filters), json!([2, 2, 2, 100, 1655, 3, 25, 50]));
}

#[test]
fn an_event_filter_takes_the_visits_that_hold_it() {
    let metrics =
        json!(["visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "visit_duration", "events"]);
    // signup: V1 alone, measured whole: 2 pageviews per visit, 1500 s; of its events one is a signup, none a pageview.
    let filters = json!([["is", "event:name", ["signup"]]]);
    assert_eq!(totals(&metrics, &filters), json!([1, 1, 0, 2.0, 0, 1500, 1]));
    // Both conditions must hold on one event: no signup happened on /.
    let filters = json!([["is", "event:name", ["signup"]], ["is", "event:page", ["/"]]]);
    assert_eq!(totals(&json!(["visitors", "visits"]), &filters), json!([0, 0]));
    // A visit that did it keeps its events: V1 viewed 2 pages and signed up.
    let filters = json!([["has_done", ["is", "event:name", ["signup"]]]]);
    assert_eq!(totals(&json!(["visitors", "visits", "events"]), &filters), json!([1, 1, 3]));
}

#[test]
fn pages() {
    let query = json!({
        "metrics": ["visitors", "visits", "pageviews", "bounce_rate", "visit_duration", "time_on_page", "scroll_depth"],
        "date_range": "day", "dimensions": ["event:page"],
    });
    // /         visitors 1, 3; visits V1, V2, V4; pageviews 10:00, 11:00; entered by V1, V2: bounce 1 of 2, (1500 + 0) ÷ 2;
    //           60 s in V1 (visitor 2's was dropped); scroll 80
    // /pricing  visitors 1, 4; visits V1, V5; pageviews 2; entered by V5: 100, 1810; (40 + 9) ÷ 2 = 25; 50
    // /blog     visitor 2; V3; 1; entered by V3: 100, 480; 8 s; no scroll depth: null
    // Ties in visitors by page: "/" before "/pricing".
    assert_eq!(
        results(&query),
        json!([
            {"dimensions": ["/"], "metrics": [2, 3, 2, 50, 750, 60, 80]},
            {"dimensions": ["/pricing"], "metrics": [2, 2, 2, 100, 1810, 25, 50]},
            {"dimensions": ["/blog"], "metrics": [1, 1, 1, 100, 480, 8, null]},
        ])
    );
}

#[test]
fn entry_and_exit_pages() {
    let query = |dimension| {
        json!({
            "metrics": ["visitors", "visits", "bounce_rate", "visit_duration", "percentage"],
            "date_range": "day", "dimensions": [dimension],
        })
    };
    // Entry: / by V1, V2 (one visitor; bounce V2; 750 s); /pricing by V5; /blog by V3; V4 has no pageview. Each 1 of 4 visitors.
    assert_eq!(
        results(&query("visit:entry_page")),
        json!([
            {"dimensions": ["(not set)"], "metrics": [1, 1, 0, 0, 25.0]},
            {"dimensions": ["/"], "metrics": [1, 2, 50, 750, 25.0]},
            {"dimensions": ["/blog"], "metrics": [1, 1, 100, 480, 25.0]},
            {"dimensions": ["/pricing"], "metrics": [1, 1, 100, 1810, 25.0]},
        ])
    );
    // Exit: V1 leaves from /pricing: visitors 1, 4; visits V1, V5; 1 bounce of 2; (1500 + 1810) ÷ 2; 2 of 4 visitors.
    assert_eq!(
        results(&query("visit:exit_page")),
        json!([
            {"dimensions": ["/pricing"], "metrics": [2, 2, 50, 1655, 50.0]},
            {"dimensions": ["(not set)"], "metrics": [1, 1, 0, 0, 25.0]},
            {"dimensions": ["/"], "metrics": [1, 1, 100, 0, 25.0]},
            {"dimensions": ["/blog"], "metrics": [1, 1, 100, 480, 25.0]},
        ])
    );
}

#[test]
fn sources_countries_and_both() {
    let query = |dimensions: Value| json!({"metrics": ["visitors", "visits", "percentage"], "date_range": "day", "dimensions": dimensions});
    // Google: visitors 1, 4 with V1, V2, V5; without source 2, 3 with V3, V4.
    assert_eq!(
        results(&query(json!(["visit:source"]))),
        json!([
            {"dimensions": ["Direct / None"], "metrics": [2, 2, 50.0]},
            {"dimensions": ["Google"], "metrics": [2, 3, 50.0]},
        ])
    );
    assert_eq!(
        results(&query(json!(["visit:country_name"]))),
        json!([
            {"dimensions": ["United States"], "metrics": [2, 2, 50.0]},
            {"dimensions": ["France"], "metrics": [1, 1, 25.0]},
            {"dimensions": ["Germany"], "metrics": [1, 2, 25.0]},
        ])
    );
    assert_eq!(
        results(&query(json!(["visit:source", "visit:country"]))),
        json!([
            {"dimensions": ["Direct / None", "FR"], "metrics": [1, 1, 25.0]},
            {"dimensions": ["Direct / None", "US"], "metrics": [1, 1, 25.0]},
            {"dimensions": ["Google", "DE"], "metrics": [1, 2, 25.0]},
            {"dimensions": ["Google", "US"], "metrics": [1, 1, 25.0]},
        ])
    );
}

#[test]
fn event_names() {
    let query =
        json!({"metrics": ["visitors", "events", "pageviews"], "date_range": "day", "dimensions": ["event:name"]});
    // pageview by 1, 2, 4: five; ping by 3, signup by 1. Engagement is no event.
    assert_eq!(
        results(&query),
        json!([
            {"dimensions": ["pageview"], "metrics": [3, 5, 5]},
            {"dimensions": ["ping"], "metrics": [1, 1, 0]},
            {"dimensions": ["signup"], "metrics": [1, 1, 0]},
        ])
    );
}

#[test]
fn hours_and_days() {
    let query = json!({"metrics": ["visitors", "visits", "pageviews"], "date_range": "day", "dimensions": ["time"]});
    // V5 lies in two hours but starts at 13; its events (one pageview) are at 13:00.
    assert_eq!(
        results(&query),
        json!([
            {"dimensions": ["2026-09-10 10:00:00"], "metrics": [1, 1, 2]},
            {"dimensions": ["2026-09-10 11:00:00"], "metrics": [1, 1, 1]},
            {"dimensions": ["2026-09-10 12:00:00"], "metrics": [1, 1, 0]},
            {"dimensions": ["2026-09-10 13:00:00"], "metrics": [1, 1, 1]},
            {"dimensions": ["2026-09-10 23:00:00"], "metrics": [1, 1, 1]},
        ])
    );
    // Over midnight: visitor 2 counts once a day, so 4 + 1 = 5 visitors and 5 + 1 visits in the two days.
    let query = json!({"metrics": ["visitors", "visits"], "date_range": ["2026-09-10", "2026-09-11"]});
    assert_eq!(results(&query), json!([{"dimensions": [], "metrics": [5, 6]}]));
    let query = json!({
        "metrics": ["visitors", "visits"], "date_range": ["2026-09-10", "2026-09-11"], "dimensions": ["time:day"],
    });
    assert_eq!(
        results(&query),
        json!([
            {"dimensions": ["2026-09-10"], "metrics": [4, 5]},
            {"dimensions": ["2026-09-11"], "metrics": [1, 1]},
        ])
    );
}

#[test]
fn a_range_that_cuts_a_visit() {
    // 10:03 to 10:59:59: events of V1 from 10:05 on; V1 started before, so no visit; visit metrics are 0, not null.
    let query = json!({
        "metrics": ["visitors", "visits", "pageviews", "events", "bounce_rate", "visit_duration"],
        "date_range": ["2026-09-10T10:03:00+02:00", "2026-09-10T10:59:59+02:00"],
    });
    assert_eq!(results(&query), json!([{"dimensions": [], "metrics": [1, 0, 1, 2, 0, 0]}]));
    // 09:00 to 10:00:00: V1's first event is at the last second, the visit is measured whole.
    let query = json!({
        "metrics": ["visitors", "visits", "pageviews", "visit_duration"],
        "date_range": ["2026-09-10T09:00:00+02:00", "2026-09-10T10:00:00+02:00"],
    });
    assert_eq!(results(&query), json!([{"dimensions": [], "metrics": [1, 1, 1, 1500]}]));
}

#[test]
fn comparison_with_the_day_before() {
    // The next day at 20:00: today one visit (V3's visitor, one pageview, a bounce of 0 s); the day before up to 20:00:
    // visitors 1, 3, 4; visits V1, V2, V4, V5; bounces V2, V5 of 4 = 50 %; change of visitors (1 − 3) ÷ 3 = −67 %,
    // of visits (1 − 4) ÷ 4 = −75 %, of bounce rate 100 − 50 = 50 points.
    let query = json!({
        "metrics": ["visitors", "visits", "bounce_rate"], "date_range": "day",
        "include": {"comparisons": {"mode": "previous_period"}},
    });
    let answer = ask(&events(), chrono_tz::Europe::Berlin, "2026-09-11T20:00:00+02:00", &query);
    assert_eq!(
        answer["results"],
        json!([{
            "dimensions": [], "metrics": [1, 1, 100],
            "comparison": {"dimensions": [], "metrics": [3, 4, 50], "change": [-67, -75, 50]},
        }])
    );
}
