//! The dashboard in one call.

use chrono_tz::Tz;
use haru_stats::engine::NoCache;
use haru_stats::time::SiteZones;
use haru_stats::wire::{self, Context};
use haru_stats::{Allowed, Engine, Event, EventKind};
use serde_json::{Value, json};

use crate::support::{at, days, parts};

const NOW: &str = "2026-09-10T12:30:00Z";

fn events() -> Vec<Event<'static>> {
    let view = |time: &str, visitor, page| Event {
        ts: at(time),
        visitor,
        page,
        country: "DE",
        utm_source: if visitor == 1 { "news" } else { "" },
        ..Event::default()
    };
    vec![
        view("2026-09-10T10:00:00Z", 1, "/"),
        view("2026-09-10T10:10:00Z", 1, "/a"),
        Event { kind: EventKind::Custom, name: "signup", ..view("2026-09-10T10:11:00Z", 1, "/a") },
        view("2026-09-10T12:00:00Z", 2, "/"),
        view("2026-09-09T09:00:00Z", 3, "/"),
        view("2026-09-09T20:00:00Z", 4, "/"), // after this time of yesterday
    ]
}

fn dashboard(body: &Value) -> Value {
    let context = Context { now: at(NOW), zone: Tz::UTC, first_event: None, allowed: Allowed::Everything };
    let query = wire::dashboard(body, &context).expect("a valid dashboard");
    let days = days(&SiteZones::fixed(Tz::UTC), &events());
    let dashboard = query.answer(&Engine::default(), &parts(&days), &NoCache).expect("within the budget");
    serde_json::to_value(dashboard).expect("JSON")
}

#[test]
fn a_day_with_its_previous() {
    let answer = dashboard(&json!({"date_range": "day", "comparison": "previous_period"}));
    assert_eq!(
        answer["range"],
        json!({"from": "2026-09-10T00:00:00+00:00", "to": "2026-09-10T23:59:59+00:00", "timezone": "UTC"})
    );
    assert_eq!(answer["comparison_range"]["to"], "2026-09-09T12:30:00+00:00");
    // Visitors 1, 2 against 3; visits 2 against 1; pageviews 3 against 1; bounces 1 of 2 against 1 of 1; (660 + 0) ÷ 2 s.
    assert_eq!(answer["totals"]["visitors"], json!({"value": 2, "previous": 1, "change": 100}));
    assert_eq!(answer["totals"]["pageviews"], json!({"value": 3, "previous": 1, "change": 200}));
    assert_eq!(answer["totals"]["views_per_visit"], json!({"value": 1.5, "previous": 1.0, "change": 50}));
    assert_eq!(answer["totals"]["bounce_rate"], json!({"value": 50, "previous": 100, "change": -50}));
    assert_eq!(answer["totals"]["visit_duration"], json!({"value": 330, "previous": 0, "change": 100}));
    assert_eq!(answer["totals"]["events"], json!({"value": 4, "previous": 1, "change": 300}));

    let series = &answer["time_series"];
    assert_eq!(series["interval"], "hour");
    assert_eq!(series["labels"].as_array().map(Vec::len), Some(24));
    assert_eq!(series["now_index"], 12);
    assert_eq!(series["partial_last"], true);
    let mut visitors = vec![0; 24];
    visitors[10] = 1;
    visitors[12] = 1;
    assert_eq!(series["current"]["visitors"], json!(visitors));
    assert_eq!(series["current"]["views_per_visit"][10], 2.0);
    assert_eq!(series["current"]["views_per_visit"][11], 0.0);
    assert_eq!(series["previous"]["labels"][9], "2026-09-09 09:00:00");
    assert_eq!(series["previous"]["labels"].as_array().map(Vec::len), Some(13));
    assert_eq!(series["previous"]["values"]["visitors"][9], 1);
}

#[test]
fn panels() {
    let panels = &dashboard(&json!({"date_range": "day"}))["panels"];
    assert_eq!(
        panels["pages"],
        json!({"dimension": "event:page", "rows": [
            {"value": "/", "visitors": 2, "share": 100.0}, {"value": "/a", "visitors": 1, "share": 50.0},
        ]})
    );
    let only = |dimension: &str, value: &str, visitors: u32, share: f64| json!({"dimension": dimension, "rows": [{"value": value, "visitors": visitors, "share": share}]});
    assert_eq!(panels["countries"], only("visit:country", "DE", 2, 100.0));
    assert_eq!(panels["sources"], only("visit:source", "Direct / None", 2, 100.0));
    assert_eq!(panels["channels"], only("visit:channel", "Direct", 2, 100.0));
    // Without a campaign and plain pageviews are left out here.
    assert_eq!(panels["utm_sources"], only("visit:utm_source", "news", 1, 50.0));
    assert_eq!(panels["utm_terms"]["rows"], json!([]));
    assert_eq!(panels["events"], only("event:name", "signup", 1, 50.0));
    assert_eq!(panels["exit_pages"]["rows"][0]["value"], "/");
    let names = [
        ("pages", "event:page"),
        ("entry_pages", "visit:entry_page"),
        ("exit_pages", "visit:exit_page"),
        ("channels", "visit:channel"),
        ("sources", "visit:source"),
        ("referrers", "visit:referrer"),
        ("utm_sources", "visit:utm_source"),
        ("utm_mediums", "visit:utm_medium"),
        ("utm_campaigns", "visit:utm_campaign"),
        ("utm_contents", "visit:utm_content"),
        ("utm_terms", "visit:utm_term"),
        ("countries", "visit:country"),
        ("regions", "visit:region"),
        ("cities", "visit:city"),
        ("languages", "visit:language"),
        ("browsers", "visit:browser"),
        ("os", "visit:os"),
        ("devices", "visit:device"),
        ("screens", "visit:screen"),
        ("events", "event:name"),
    ];
    for (name, dimension) in names {
        assert_eq!(panels[name]["dimension"], dimension, "{name}");
    }
    assert_eq!(panels.as_object().map(serde_json::Map::len), Some(names.len()));
}

#[test]
fn nine_rows_by_visitors() {
    let pages: Vec<String> = (0..12).map(|index| format!("/{index:02}")).collect();
    let view = |(index, page): (i64, &String)| (0..=index).map(|visitor| (visitor, page.clone())).collect::<Vec<_>>();
    let views: Vec<(i64, String)> = (0..).zip(&pages).flat_map(view).collect();
    let events: Vec<Event<'_>> = views
        .iter()
        .map(|(visitor, page)| Event { ts: at(NOW), visitor: *visitor, page, ..Event::default() })
        .collect();
    let context = Context { now: at(NOW), zone: Tz::UTC, first_event: None, allowed: Allowed::Everything };
    let query = wire::dashboard(&json!({"date_range": "day"}), &context).expect("a valid dashboard");
    let parts = parts(&days(&SiteZones::fixed(Tz::UTC), &events));
    let dashboard = query.answer(&Engine::default(), &parts, &NoCache).expect("within the budget");
    let shown: Vec<&str> =
        dashboard.panels.pages.iter().flat_map(|panel| &panel.rows).map(|row| row.value.as_str()).collect();
    assert_eq!(shown, ["/11", "/10", "/09", "/08", "/07", "/06", "/05", "/04", "/03"]);
}

#[test]
fn a_filter_holds_everywhere() {
    let answer = dashboard(&json!({
        "date_range": "day", "filters": [["is", "event:page", ["/a"]]], "comparison": null, "interval": "day",
    }));
    assert_eq!(answer["totals"]["visitors"], json!({"value": 1, "previous": null, "change": null}));
    assert_eq!(answer["totals"]["views_per_visit"]["value"], Value::Null);
    assert_eq!(answer["time_series"]["current"]["visitors"], json!([1]));
    assert_eq!(answer["time_series"]["previous"], Value::Null);
    assert_eq!(answer["panels"]["pages"]["rows"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_wrong_dashboard_is_refused() {
    let context = Context { now: at(NOW), zone: Tz::UTC, first_event: None, allowed: Allowed::Everything };
    for (body, word) in [
        (json!({}), "date_range"),
        (json!({"date_range": "day", "interval": "minute"}), "minute"),
        (json!({"date_range": "day", "comparison": "last_week"}), "last_week"),
        (json!({"date_range": "day", "metrics": []}), "metrics"),
        (json!({"date_range": "day", "filters": [["is", "event:goal", ["x"]]]}), "event:goal"),
        (json!({"date_range": "day", "timezone": "Nowhere"}), "Nowhere"),
        (json!({"date_range": ["1970-01-01", "2026-01-01"], "interval": "hour"}), "time:hour"),
    ] {
        let error = wire::dashboard(&body, &context).expect_err("refused").to_string();
        assert!(error.contains(word), "{body}: {error}");
    }
}

#[test]
fn places_are_named_where_their_names_are_known() {
    let place = |visitor, region, city| Event { ts: at(NOW), visitor, region, city, ..Event::default() };
    let events = [place(1, "BR-SP", "3448439"), place(2, "BR-SP", "Santos"), place(3, "BR-RJ", "7")];
    let context = Context { now: at(NOW), zone: Tz::UTC, first_event: None, allowed: Allowed::Everything };
    let query = wire::dashboard(&json!({"date_range": "day"}), &context).expect("a valid dashboard");
    let parts = parts(&days(&SiteZones::fixed(Tz::UTC), &events));
    let mut dashboard = query.answer(&Engine::default(), &parts, &NoCache).expect("within the budget");
    let names = [("BR-SP", "São Paulo"), ("3448439", "São Paulo"), ("Santos", "Santos")];
    dashboard.name_places(|code| names.iter().find(|(known, _)| *known == code).map(|(_, name)| (*name).to_owned()));
    let panels = serde_json::to_value(&dashboard.panels).expect("JSON");
    assert_eq!(
        panels["regions"]["rows"],
        json!([
            {"value": "BR-SP", "name": "São Paulo", "visitors": 2, "share": 66.67},
            {"value": "BR-RJ", "visitors": 1, "share": 33.33},
        ])
    );
    assert_eq!(
        panels["cities"]["rows"],
        json!([
            {"value": "3448439", "name": "São Paulo", "visitors": 1, "share": 33.33},
            {"value": "7", "visitors": 1, "share": 33.33},
            {"value": "Santos", "visitors": 1, "share": 33.33},
        ])
    );
}
