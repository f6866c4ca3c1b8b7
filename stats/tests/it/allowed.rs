//! What is not shown is refused wherever it stands, and left out of dashboards.

use chrono_tz::Tz;
use haru_stats::engine::NoCache;
use haru_stats::query::{PanelName, PanelNames, Shown};
use haru_stats::time::SiteZones;
use haru_stats::wire::{self, Context};
use haru_stats::{Allowed, Dimension, Engine, Event, Metric, VisitDimension};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::Config;
use serde_json::{Value, json};

use crate::support::{at, date, days, parts};

const NOW: &str = "2026-09-10T12:30:00Z";

/// All panels and nothing bounded.
fn all() -> Shown {
    Shown { panels: PanelNames::all(), properties: false, since: None, until: None, last_days: None }
}

fn context(shown: Shown) -> Context {
    Context {
        now: at(NOW),
        zone: Tz::UTC,
        first_event: Some(at("2026-01-05T10:00:00Z")),
        allowed: Allowed::Shown(shown),
    }
}

fn query(shown: Shown, more: &Value) -> Result<Value, String> {
    let mut body = json!({"metrics": ["visitors"], "date_range": "7d"});
    for (key, value) in more.as_object().expect("an object") {
        body[key] = value.clone();
    }
    let request = wire::query(&body, &context(shown)).map_err(|error| {
        assert!(error.is_not_allowed(), "{body}: {error}");
        error.to_string()
    })?;
    Ok(json!(request.query.range().ends()))
}

fn dashboard(shown: Shown, body: &Value) -> Result<Value, String> {
    let query = wire::dashboard(body, &context(shown)).map_err(|error| {
        assert!(error.is_not_allowed(), "{body}: {error}");
        error.to_string()
    })?;
    let events = [Event { ts: at(NOW), visitor: 1, page: "/secret", country: "DE", ..Event::default() }];
    let days = days(&SiteZones::fixed(Tz::UTC), &events);
    let dashboard = query.answer(&Engine::default(), &parts(&days), &NoCache).expect("within the budget");
    Ok(serde_json::to_value(dashboard).expect("JSON"))
}

#[test]
fn words_name_panels() {
    for panel in PanelName::ALL {
        assert_eq!(PanelName::from_name(panel.name()), Some(panel));
        let alone: PanelNames = [panel].into_iter().collect();
        assert_eq!(alone.iter().collect::<Vec<_>>(), [panel]);
    }
    assert_eq!(PanelNames::all().iter().count(), PanelName::ALL.len());
    assert_eq!(PanelName::from_name("hostnames"), None);
}

#[test]
fn each_panel_that_is_off_takes_its_dimensions_along() {
    for off in PanelName::ALL {
        let shown = Shown { panels: PanelName::ALL.into_iter().filter(|panel| *panel != off).collect(), ..all() };
        for dimension in Dimension::all("plan").iter().filter(|dimension| **dimension != Dimension::Goal) {
            let name = dimension.to_string();
            let expected = dimension.is_time() || PanelName::of(dimension).is_some_and(|panel| panel != off);
            assert_eq!(query(shown, &json!({"dimensions": [name]})).is_ok(), expected, "{off:?} {name}");
            if !dimension.is_time() {
                let filters = json!([["is", name, ["DE"]]]);
                assert_eq!(query(shown, &json!({"filters": filters})).is_ok(), expected, "{off:?} {name}");
                let asked = json!({"date_range": "day", "filters": filters});
                assert_eq!(dashboard(shown, &asked).is_ok(), expected, "{off:?} {name}");
            }
        }
        let answer = dashboard(shown, &json!({"date_range": "day"})).expect("answered");
        for (name, panel) in answer["panels"].as_object().expect("panels") {
            let of = if name.starts_with("utm_") { "campaigns" } else { name.as_str() };
            assert_eq!(panel.is_null(), of == off.name(), "{off:?} {name}");
        }
        assert_eq!(answer["totals"]["visitors"]["value"], 1);
    }
}

#[test]
fn finer_words_than_the_panels_are_not_shown() {
    for hidden in ["visit:os_version", "visit:exit_page_hostname", "visit:browser_version", "event:hostname"] {
        let told = query(all(), &json!({"dimensions": [hidden]})).expect_err("refused");
        assert_eq!(told, format!("dimensions \"{hidden}\" is not shown here"));
    }
    assert!(query(all(), &json!({"dimensions": ["visit:country_name"]})).is_ok());
    let countries = Shown { panels: [PanelName::Countries].into_iter().collect(), ..all() };
    for finer in ["visit:region", "visit:region_name", "visit:city", "visit:city_name"] {
        assert!(query(countries, &json!({"dimensions": [finer]})).is_err(), "{finer}");
    }
}

#[test]
fn properties_are_shown_when_it_is_said() {
    let filter = json!({"filters": [["not", ["has_done", ["is", "event:props:plan", ["pro"]]]]]});
    assert!(query(all(), &filter).is_err());
    assert!(query(Shown { properties: true, ..all() }, &filter).is_ok());
    assert!(query(all(), &json!({"dimensions": ["event:props:plan"]})).is_err());
}

#[test]
fn metrics_of_a_panel_go_with_it() {
    let pageless: PanelNames = PanelName::ALL.into_iter().filter(|panel| *panel != PanelName::Pages).collect();
    let allowed = |panels| Allowed::Shown(Shown { panels, ..all() });
    for metric in Metric::ALL {
        assert!(allowed(PanelNames::all()).metric(metric), "{metric}");
        let of_pages = metric.is_of_engagement();
        assert_eq!(allowed(pageless).metric(metric), !of_pages, "{metric}");
    }
    assert!(!allowed(PanelNames::default()).metric(Metric::ExitRate));
}

#[test]
fn how_a_number_came_about_is_not_told() {
    assert!(query(all(), &json!({"include": {"explain": true}})).is_err());
    assert!(query(all(), &json!({"include": {"total_rows": true, "imports": true}})).is_ok());
}

#[test]
fn a_query_stays_within_the_days_that_are_shown() {
    let days = |from: &str, to: &str| json!({"date_range": [from, to]});
    let bounded = Shown { since: Some(date("2026-08-01")), until: Some(date("2026-08-31")), ..all() };
    assert!(query(bounded, &days("2026-08-01", "2026-08-31")).is_ok());
    assert!(query(bounded, &days("2026-07-31", "2026-08-31")).is_err());
    assert!(query(bounded, &days("2026-08-01", "2026-09-01")).is_err());
    assert!(query(bounded, &json!({"date_range": "7d"})).is_err());
    assert!(query(bounded, &days("2026-08-01T00:00:00Z", "2026-08-31T23:59:59Z")).is_ok());
    assert!(query(bounded, &days("2026-08-01T00:00:00+00:01", "2026-08-31T23:59:59Z")).is_err());
    // The days are the site's, in whatever timezone one asks.
    let mut abroad = days("2026-08-01", "2026-08-30");
    abroad["timezone"] = json!("Asia/Tokyo");
    assert!(query(bounded, &abroad).is_err());
    // What is compared with is shown too.
    let mut compared = days("2026-08-16", "2026-08-31");
    compared["include"] = json!({"comparisons": {"mode": "previous_period"}});
    assert!(query(bounded, &compared).is_err(), "16 days before the 16th begin in July");
    let custom = json!({"comparisons": {"mode": "custom", "date_range": ["2026-01-05", "2026-01-05"]}});
    compared["include"] = custom;
    assert!(query(bounded, &compared).is_err());
    compared["include"] = json!({"comparisons": {"mode": "custom", "date_range": ["2026-08-01", "2026-08-02"]}});
    assert!(query(bounded, &compared).is_ok());

    let last = Shown { last_days: Some(7), ..all() };
    assert!(query(last, &json!({"date_range": "7d"})).is_ok());
    assert!(query(last, &json!({"date_range": "24h"})).is_ok());
    assert!(query(last, &json!({"date_range": "8d"})).is_err());
    // All is all that is shown, and does not tell whether there is more.
    let ends = query(last, &json!({"date_range": "all"})).expect("answered");
    assert_eq!(ends, json!(["2026-09-04T00:00:00+00:00", "2026-09-10T23:59:59+00:00"]));
}

#[test]
fn a_dashboard_is_cut_to_the_days_that_are_shown() {
    let bounded = Shown { since: Some(date("2026-09-03")), until: Some(date("2026-09-12")), ..all() };
    for range in ["all", "month", "30d"] {
        let answer =
            dashboard(bounded, &json!({"date_range": range, "comparison": "previous_period"})).expect("answered");
        assert_eq!(answer["range"]["from"], "2026-09-03T00:00:00+00:00", "{range}");
        let last = if range == "month" { "2026-09-12T23:59:59+00:00" } else { "2026-09-10T23:59:59+00:00" };
        assert_eq!(answer["range"]["to"], last, "{range}");
        assert_eq!(answer["comparison_range"], Value::Null, "{range}");
        assert_eq!(answer["time_series"]["previous"], Value::Null, "{range}");
        assert_eq!(answer["time_series"]["labels"][0], "2026-09-03", "{range}");
    }
    let day = json!({"date_range": "day", "comparison": "previous_period"});
    let answer = dashboard(bounded, &day).expect("answered");
    assert_eq!(answer["comparison_range"]["from"], "2026-09-09T00:00:00+00:00");
    let year = json!({"date_range": "day", "comparison": "year_over_year"});
    assert_eq!(dashboard(bounded, &year).expect("answered")["comparison_range"], Value::Null);
    let abroad = json!({"date_range": "30d", "timezone": "America/New_York"});
    let answer = dashboard(bounded, &abroad).expect("answered");
    assert_eq!(answer["range"]["from"], "2026-09-02T20:00:00-04:00");
    assert!(dashboard(bounded, &json!({"date_range": ["2026-08-01", "2026-09-02"]})).is_err(), "nothing is left");
    let both = Shown { last_days: Some(2), ..bounded };
    let answer = dashboard(both, &json!({"date_range": "24h"})).expect("answered");
    assert_eq!(answer["range"]["from"], "2026-09-09T12:30:00+00:00");
}

/// A filter that holds a condition on that dimension somewhere, wrapped as the words say.
fn wrapped(dimension: &Dimension, words: &[&str]) -> Value {
    let mut filter = json!(["is_not", dimension.to_string(), ["DE"]]);
    let harmless = json!(["is", "visit:country", ["DE"]]);
    let mut behavioural = false;
    // Hostnames are filtered at the top level only, and only events are done.
    let wraps = if *dimension == Dimension::Hostname { &[] } else { words };
    for word in wraps {
        filter = match *word {
            "and" | "or" if behavioural => json!([word, [filter]]),
            "and" => json!(["and", [harmless, filter]]),
            "or" => json!(["or", [filter, harmless]]),
            "has_done" | "has_not_done" if behavioural || !dimension.is_of_event() || *word == "x" => filter,
            "has_done" | "has_not_done" if filter.to_string().contains("visit:country") => filter,
            word => {
                behavioural |= word != "not";
                json!([word, filter])
            }
        };
    }
    filter
}

proptest! {
    #![proptest_config(Config { cases: 400, ..Config::default() })]

    #[test]
    fn what_is_hidden_is_refused_wherever_it_stands(
        panels in subsequence(PanelName::ALL.to_vec(), 0..=PanelName::ALL.len()),
        properties in any::<bool>(),
        dimension in select(Dimension::all("plan")),
        words in proptest::collection::vec(select(vec!["and", "or", "not", "has_done", "has_not_done"]), 0..8),
    ) {
        // Without countries nothing would be harmless.
        let panels: PanelNames = panels.into_iter().chain([PanelName::Countries]).collect();
        let shown = Shown { panels, properties, ..all() };
        prop_assume!(dimension != Dimension::Goal && !dimension.is_time());
        let expected = match &dimension {
            Dimension::Property(_) => properties,
            other => PanelName::of(other).is_some_and(|panel| panels.contains(panel)),
        };
        prop_assert_eq!(Allowed::Shown(shown).dimension(&dimension), expected);
        let filters = json!([["is", "visit:country", ["DE"]], wrapped(&dimension, &words)]);
        prop_assert_eq!(query(shown, &json!({"filters": filters})).is_ok(), expected, "{}", filters);
        let asked = json!({"date_range": "day", "filters": filters});
        prop_assert_eq!(wire::dashboard(&asked, &context(shown)).is_ok(), expected, "{}", filters);
        let name = dimension.to_string();
        let by = if dimension == VisitDimension::Country.into() { json!([name]) } else { json!(["visit:country", name]) };
        let ordered = json!({"dimensions": by, "order_by": [[name, "asc"]]});
        prop_assert_eq!(query(shown, &ordered).is_ok(), expected, "{}", ordered);
    }

    #[test]
    fn what_is_answered_lies_within_what_is_shown(
        since in proptest::option::of(0..40_u64),
        until in proptest::option::of(0..40_u64),
        last_days in proptest::option::of(1..40_u32),
        range in select(vec!["day", "yesterday", "24h", "7d", "30d", "week", "month", "6mo", "year", "all"]),
        zone in select(chrono_tz::TZ_VARIANTS.to_vec()),
        site in select(chrono_tz::TZ_VARIANTS.to_vec()),
        comparison in select(vec!["previous_period", "year_over_year"]),
    ) {
        let day = |days| date("2026-08-15") + chrono::Days::new(days);
        let shown = Shown { since: since.map(day), until: until.map(day), last_days, ..all() };
        let context = Context { zone: site, ..context(shown) };
        let bounds = context.allowed.span(site, context.now);
        let asked = json!({"date_range": range, "timezone": zone.name(), "comparison": comparison});
        if let Ok(dashboard) = wire::dashboard(&asked, &context) {
            prop_assert!(dashboard.spans().into_iter().all(|span| bounds.covers(span)), "{}", asked);
            let queries = dashboard.queries().iter();
            prop_assert!(queries.flat_map(haru_stats::Query::spans).all(|span| bounds.covers(span)), "{}", asked);
        }
        let include = json!({"comparisons": {"mode": comparison}});
        let asked = json!({"metrics": ["visitors"], "date_range": range, "timezone": zone.name(), "include": include});
        if let Ok(request) = wire::query(&asked, &context) {
            prop_assert!(request.query.spans().into_iter().all(|span| bounds.covers(span)), "{}", asked);
        }
    }
}
