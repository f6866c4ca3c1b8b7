//! Every refusal names the offending key or value.

use serde_json::{Value, json};

use crate::support::refused;

/// Puts a key into an otherwise valid query.
fn with(key: &str, value: Value) -> Value {
    let mut query = json!({"metrics": ["visitors"], "date_range": "7d"});
    query[key] = value;
    query
}

#[expect(clippy::needless_pass_by_value, reason = "reads better where it is called")]
fn with_filter(filter: Value) -> Value {
    with("filters", json!([filter]))
}

fn assert_refused(cases: Vec<(Value, &str)>) {
    for (query, word) in cases {
        let error = refused(&query);
        assert!(error.contains(word), "{query}: {error:?} does not name {word:?}");
    }
}

#[test]
fn unknown_words() {
    assert_refused(vec![
        (with("metrics", json!(["visitor"])), "\"visitor\""),
        (with("dimensions", json!(["visit:planet"])), "\"visit:planet\""),
        (with("dimensions", json!(["time:minute"])), "\"time:minute\""),
        (with("dimensions", json!(["event:props:"])), "\"event:props:\""),
        (with("colour", json!(1)), "\"colour\""),
        (with("include", json!({"explanations": true})), "\"explanations\""),
        (with("pagination", json!({"page": 1})), "\"page\""),
        (with("order_by", json!([["visitors", "down"]])), "\"down\""),
        (with("order_by", json!([["vistors", "asc"]])), "\"vistors\""),
        (with("date_range", json!("fortnight")), "\"fortnight\""),
        (with("date_range", json!("0d")), "\"0d\""),
        (with("date_range", json!("+7d")), "\"+7d\""),
        (with("timezone", json!("Mars/Olympus")), "\"Mars/Olympus\""),
        (with_filter(json!(["equals", "event:page", ["/"]])), "\"equals\""),
        (with_filter(json!(["is", "event:pages", ["/"]])), "\"event:pages\""),
        (with_filter(json!(["is", "event:page", ["/"], {"case": false}])), "\"case\""),
        (with("include", json!({"comparisons": {"mode": "next_period"}})), "\"next_period\""),
        (with("include", json!({"comparisons": {"mode": "year_over_year", "offset": 1}})), "\"offset\""),
    ]);
}

#[test]
fn wrong_types() {
    assert_refused(vec![
        (with("metrics", json!("visitors")), "metrics"),
        (with("metrics", json!([1])), "metrics"),
        (with("dimensions", json!({"a": 1})), "dimensions"),
        (with("filters", json!("is")), "filters"),
        (with_filter(json!(["is"])), "[\"is\"]"),
        (with_filter(json!([])), "filters"),
        (with_filter(json!(["is", "event:page", "/"])), "\"/\""),
        (with_filter(json!(["is", "event:page", [1]])), "1"),
        (with_filter(json!(["is", "visit:country", [49]])), "49"),
        (with_filter(json!(["is", "visit:city", [1.5]])), "1.5"),
        (with_filter(json!(["is", "event:page", ["/"], {"case_sensitive": "no"}])), "\"no\""),
        (with_filter(json!(["and", ["is", "event:page", ["/"]]])), "\"is\""),
        (with_filter(json!(["not"])), "not"),
        (with("pagination", json!({"limit": "10"})), "\"10\""),
        (with("pagination", json!({"offset": -1})), "-1"),
        (with("include", json!({"total_rows": 1})), "include"),
        (with("date_range", json!(["2026-01-01"])), "2026-01-01"),
        (with("date_range", json!(7)), "7"),
        (with("timezone", json!(1)), "timezone"),
        (with("order_by", json!(["visitors"])), "\"visitors\""),
    ]);
}

#[test]
fn missing_keys() {
    assert_refused(vec![
        (json!({"date_range": "7d"}), "metrics"),
        (json!({"metrics": ["visitors"]}), "date_range"),
        (with("metrics", json!([])), "metrics"),
        (with("include", json!({"comparisons": {}})), "mode"),
        (with("include", json!({"comparisons": {"mode": "custom"}})), "date_range"),
    ]);
}

#[test]
fn dates() {
    assert_refused(vec![
        (with("date_range", json!(["2026-02-30", "2026-03-01"])), "2026-02-30"),
        (with("date_range", json!(["2026-3-1", "2026-03-02"])), "2026-3-1"),
        (with("date_range", json!(["2026-03-02", "2026-03-01"])), "2026-03-01"),
        (with("date_range", json!(["2026-03-01T10:00:00", "2026-03-01T11:00:00"])), "2026-03-01T10:00:00"),
        (with("date_range", json!(["2026-03-01T11:00:00Z", "2026-03-01T10:00:00Z"])), "2026-03-01T10:00:00Z"),
        (with("date_range", json!(["2026-03-01", "2026-03-01T10:00:00Z"])), "2026-03-01"),
        (with("date_range", json!(["0001-01-01", "2026-01-01"])), "0001-01-01"),
        (with("date_range", json!(["2026-01-01", "99999-01-01"])), "99999-01-01"),
        (with("date_range", json!("99999d")), "99999d"),
        (with("date_range", json!("9999999999999d")), "9999999999999d"),
        (with("date_range", json!("241mo")), "241mo"),
        (
            json!({"metrics": ["visitors"], "date_range": ["1970-01-01", "2026-01-01"], "dimensions": ["time:hour"]}),
            "1970-01-01",
        ),
    ]);
}

#[test]
fn combinations_without_a_meaning() {
    let by =
        |metrics: Value, dimensions: Value| json!({"metrics": metrics, "date_range": "7d", "dimensions": dimensions});
    assert_refused(vec![
        (by(json!(["visits"]), json!(["event:name"])), "event:name"),
        (by(json!(["bounce_rate"]), json!(["event:hostname"])), "event:hostname"),
        (by(json!(["visit_duration"]), json!(["event:props:plan"])), "event:props:plan"),
        (by(json!(["views_per_visit"]), json!(["visit:source"])), "visit:source"),
        (by(json!(["views_per_visit"]), json!(["event:page"])), "event:page"),
        (by(json!(["events"]), json!(["visit:entry_page"])), "visit:entry_page"),
        (by(json!(["events"]), json!(["visit:exit_page"])), "visit:exit_page"),
        (by(json!(["percentage"]), json!([])), "percentage"),
        (by(json!(["scroll_depth"]), json!(["visit:source"])), "scroll_depth"),
        (by(json!(["exit_rate"]), json!([])), "exit_rate"),
        (by(json!(["exit_rate"]), json!(["visit:entry_page"])), "exit_rate"),
        (by(json!(["exit_rate"]), json!(["visit:exit_page", "visit:os"])), "exit_rate"),
        (with("include", json!({"explain": 1})), "include"),
        (by(json!(["time_on_page"]), json!([])), "time_on_page"),
        (by(json!(["time_on_page"]), json!(["event:page", "event:name"])), "event:name"),
        (by(json!(["visitors", "visitors"]), json!([])), "\"visitors\""),
        (by(json!(["visitors"]), json!(["event:page", "event:page"])), "\"event:page\""),
        (by(json!(["visitors"]), json!(["time", "time:day"])), "time:day"),
        (by(json!(["visitors"]), json!(["time:hour", "time:day"])), "time:day"),
        (with("order_by", json!([["pageviews", "asc"]])), "pageviews"),
        (with("order_by", json!([["event:page", "asc"]])), "event:page"),
        (with("include", json!({"time_labels": true})), "time_labels"),
        (
            json!({"metrics": ["views_per_visit"], "date_range": "7d", "filters": [["is", "event:page", ["/"]]]}),
            "event:page",
        ),
        (
            json!({
                "metrics": ["time_on_page"], "date_range": "7d",
                "filters": [["or", [["is", "event:page", ["/"]], ["is", "visit:os", ["Mac"]]]]],
            }),
            "time_on_page",
        ),
        (with("include", json!({"comparisons": {"mode": "previous_period", "date_range": "7d"}})), "date_range"),
    ]);
}

#[test]
fn filters_without_a_meaning() {
    let nested_hostname = json!(["not", ["is", "event:hostname", ["example.com"]]]);
    assert_refused(vec![
        (with_filter(json!(["is", "time", ["2026-09-10"]])), "\"time\""),
        (with_filter(json!(["is", "time:day", ["2026-09-10"]])), "time:day"),
        (with_filter(json!(["is", "visit:country", ["Germany"]])), "Germany"),
        (with_filter(json!(["is", "visit:country", ["D1"]])), "D1"),
        (with_filter(json!(["is", "event:page", []])), "event:page"),
        (with_filter(json!(["and", []])), "and"),
        (with_filter(json!(["matches", "event:page", ["("]])), "("),
        (with_filter(json!(["matches", "event:page", ["(a{500}){500}"]])), "(a{500}){500}"),
        (with_filter(json!(["matches", "event:page", ["a"], {"case_sensitive": false}])), "case_sensitive"),
        (with_filter(nested_hostname), "event:hostname"),
        (with_filter(json!(["has_done", ["is", "visit:source", ["Google"]]])), "visit:source"),
        (with_filter(json!(["has_done", ["has_not_done", ["is", "event:page", ["/"]]]])), "has_not_done"),
    ]);
}

#[test]
fn what_is_too_large() {
    let mut deep = json!(["is", "event:page", ["/"]]);
    for _ in 0..50 {
        deep = json!(["not", deep]);
    }
    let clauses: Vec<String> = (0..1_000_000).map(|index| format!("/{index}")).collect();
    let halves = [&clauses[..600], &clauses[..600]];
    let many: Vec<Value> = halves.iter().map(|clauses| json!(["is", "event:page", clauses])).collect();
    let regexes: Vec<&str> = vec!["a.*b"; 21];
    let wildcards: Vec<&str> = vec!["/a/*"; 101];
    assert_refused(vec![
        (with_filter(deep), "at most 16 levels"),
        (with_filter(json!(["is", "event:page", clauses])), "1000000"),
        (with("filters", json!(many)), "1200"),
        (with_filter(json!(["matches", "event:page", regexes])), "21"),
        (with_filter(json!(["is", "event:page", wildcards])), "101"),
        (with_filter(json!(["is", "event:page", ["x".repeat(5000)]])), "5000"),
        (with("pagination", json!({"limit": 1_000_000_000})), "1000000000"),
        (with("pagination", json!({"limit": 10_001})), "10001"),
        (with("pagination", json!({"limit": 0})), "\"0\""),
        (with("filters", json!(vec![json!(["has_done", ["is", "event:page", ["/"]]]); 1001])), "1001"),
        (
            with(
                "dimensions",
                json!([
                    "visit:source",
                    "visit:os",
                    "visit:browser",
                    "visit:country",
                    "visit:city",
                    "visit:region",
                    "visit:device",
                    "visit:screen",
                    "visit:language",
                ]),
            ),
            "9",
        ),
    ]);
}

#[test]
fn what_is_not_built_yet() {
    let metric = |name: &str| with("metrics", json!([name]));
    assert_refused(vec![
        (metric("conversion_rate"), "\"conversion_rate\" is not supported yet"),
        (metric("group_conversion_rate"), "\"group_conversion_rate\" is not supported yet"),
        (metric("average_revenue"), "\"average_revenue\" is not supported yet"),
        (metric("total_revenue"), "\"total_revenue\" is not supported yet"),
        (with("dimensions", json!(["event:goal"])), "\"event:goal\" is not supported yet"),
        (with_filter(json!(["is", "event:goal", ["Signup"]])), "\"event:goal\" is not supported yet"),
    ]);
}
