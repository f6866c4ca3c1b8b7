//! What has no meaning, or asks too much, gets a 4xx that names key and value, soon.

use std::fmt::Write;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Db, Haru, expect, on_both};

on_both!(
    queries_without_a_meaning_are_refused_by_key_and_value,
    values_of_the_wrong_type_are_refused_by_key,
    what_is_too_much_is_refused_soon,
    dashboards_are_refused_by_field_too,
);

/// No refusal takes this long, not even of an unoptimised build on busy cores.
const SOON: Duration = Duration::from_secs(10);

async fn a_site(db: Db) -> (Haru, crate::harness::Place) {
    let (haru, place) = Haru::with_owner(db).await;
    let site = haru.create_site("example.com", "UTC").await;
    haru.count(&site.token, 1, json!({"p": "/"})).await;
    (haru, place)
}

/// A question with one key put into it.
fn with(key: &str, value: Value) -> Value {
    let mut query = json!({"site_id": "example.com", "metrics": ["visitors"], "date_range": "7d"});
    query[key] = value;
    query
}

/// The text of a refusal of that status, which came soon.
async fn refusal(haru: &Haru, body: String, status: StatusCode) -> String {
    let began = Instant::now();
    let shown: String = body.chars().take(200).collect();
    let request = haru.client.post(haru.url("/api/v2/query")).bearer_auth(&haru.token);
    let answer = request.header("content-type", "application/json").body(body).send().await.expect("sent");
    assert_eq!(answer.status(), status, "{shown}: {}", answer.text().await.unwrap_or_default());
    assert!(began.elapsed() < SOON, "{shown}: {:?}", began.elapsed());
    let told: Value = answer.json().await.expect("JSON");
    told["error"].as_str().expect("a line").to_owned()
}

async fn assert_refused(haru: &Haru, cases: Vec<(Value, &[&str])>) {
    for (query, words) in cases {
        let error = refusal(haru, query.to_string(), StatusCode::BAD_REQUEST).await;
        for word in words {
            assert!(error.contains(word), "{error:?} does not name {word:?}");
        }
        assert!(error.len() < 500 && !error.contains('\n'), "one line that can be shown: {error}");
    }
}

async fn queries_without_a_meaning_are_refused_by_key_and_value(db: Db) {
    let (haru, _place) = a_site(db).await;
    let filter = |filter: Value| with("filters", json!([filter]));
    let by = |metric: &str, dimension: &str| {
        let mut query = with("metrics", json!([metric]));
        query["dimensions"] = json!([dimension]);
        query
    };
    let mut by_day = with("date_range", json!(["1970-01-01", "2969-12-31"]));
    by_day["dimensions"] = json!(["time:day"]);
    let cases: Vec<(Value, &[&str])> = vec![
        (with("metrics", json!(["wizards"])), &["metrics", "\"wizards\""]),
        (with("dimensions", json!(["visit:mood"])), &["dimensions", "\"visit:mood\""]),
        (with("dimensions", json!([format!("event:props:{}", "x".repeat(301))])), &["dimensions", "event:props:xxx"]),
        (by("bounce_rate", "event:name"), &["metrics", "\"bounce_rate\"", "event:name"]),
        (by("visits", "event:props:plan"), &["metrics", "\"visits\"", "event:props:plan"]),
        (filter(json!(["matches", "event:page", ["("]])), &["filters", "\"(\"", "regular expression"]),
        (filter(json!(["matches", "event:page", ["(a{500}){500}"]])), &["filters", "(a{500}){500}", "too large"]),
        (filter(json!(["matches_not", "visit:os", ["\\p{L}{999}"]])), &["filters", "p{L}{999}", "too large"]),
        (with("date_range", json!(["2026-03-02", "2026-03-01"])), &["date_range", "2026-03-01", "2026-03-02"]),
        (
            with("date_range", json!(["2026-03-02T10:00:00Z", "2026-03-02T09:59:59Z"])),
            &["date_range", "2026-03-02T09:59:59Z", "ends before it starts"],
        ),
        (with("date_range", json!(["1026-01-01", "2026-01-01"])), &["date_range", "1026-01-01", "1970 to 9998"]),
        (by_day, &["date_range", "1970-01-01", "50000"]),
        (with("date_range", json!("365000d")), &["date_range", "365000d", "5000"]),
        (with("date_range", json!("12000mo")), &["date_range", "12000mo", "240"]),
        (with("date_range", json!("2026-03-02")), &["date_range", "2026-03-02"]),
        (with("timezone", json!("Mars/Olympus")), &["timezone", "\"Mars/Olympus\""]),
        (with("include", json!({"weather": true})), &["include", "\"weather\""]),
        (with("pagination", json!({"limit": 1_000_000_000})), &["pagination", "1000000000", "10000"]),
        (with("pagination", json!({"limit": 0})), &["pagination", "\"0\""]),
        (with("pagination", json!({"offset": -1})), &["pagination", "-1"]),
        (with("pagination", json!({"offset": 1e30})), &["pagination", "1e+30"]),
        (with("order_by", json!([["visits", "asc"]])), &["order_by", "\"visits\""]),
        (with("colour", json!("red")), &["key", "\"colour\""]),
        // Empty lists.
        (with("metrics", json!([])), &["metrics"]),
        (with("date_range", json!([])), &["date_range", "[]"]),
        (filter(json!([])), &["filters", "[]"]),
        (filter(json!(["and", []])), &["filters", "\"and\""]),
        (filter(json!(["is", "event:page", []])), &["filters", "\"event:page\""]),
        (with("order_by", json!([[]])), &["order_by", "[]"]),
    ];
    assert_refused(&haru, cases).await;
    // Not wrong: a thousand years in one number, a page far behind the last, lists that may be empty.
    let far = with("pagination", json!({"offset": u64::MAX}));
    assert_eq!(haru.query(far).await["results"], json!([]));
    let mut long = with("date_range", json!(["1970-01-01", "2969-12-31"]));
    long["dimensions"] = json!([]);
    long["filters"] = json!([]);
    long["order_by"] = json!([]);
    assert_eq!(haru.query(long).await["results"], json!([{"dimensions": [], "metrics": [1]}]));
}

async fn values_of_the_wrong_type_are_refused_by_key(db: Db) {
    let (haru, _place) = a_site(db).await;
    let values = [
        json!(null),
        json!(true),
        json!(1),
        json!(-1.5),
        json!("x"),
        json!([]),
        json!({}),
        json!([null]),
        json!([1]),
        json!([[]]),
        json!([{}]),
        json!({"x": 1}),
    ];
    let keys =
        ["site_id", "metrics", "date_range", "dimensions", "filters", "order_by", "include", "pagination", "timezone"];
    let may_be_empty = |key: &str, value: &Value| match key {
        "dimensions" | "filters" | "order_by" => *value == json!([]),
        "include" | "pagination" => *value == json!({}),
        // Some site may be called that.
        "site_id" => *value == json!("x"),
        _ => false,
    };
    let mut cases: Vec<(Value, &[&str])> = Vec::new();
    for key in &keys {
        for value in values.iter().filter(|value| !may_be_empty(key, value)) {
            cases.push((with(key, value.clone()), std::slice::from_ref(key)));
        }
    }
    assert_refused(&haru, cases).await;
    let inner: [(&str, &[&str]); 4] = [
        ("include", &["imports", "time_labels", "total_rows", "explain", "comparisons"]),
        ("pagination", &["limit", "offset"]),
        ("comparisons", &["mode", "date_range", "match_day_of_week"]),
        ("filters", &["case_sensitive"]),
    ];
    let mut cases: Vec<(Value, &[&str])> = Vec::new();
    for (key, names) in &inner {
        for name in *names {
            for value in [json!(null), json!("yes"), json!([1])] {
                let query = match *key {
                    "filters" => with("filters", json!([["is", "event:page", ["/"], {*name: value}]])),
                    "comparisons" => {
                        let mut comparisons = json!({"mode": "custom", "date_range": "7d"});
                        comparisons[name] = value;
                        with("include", json!({"comparisons": comparisons}))
                    }
                    _ => with(key, json!({*name: value})),
                };
                cases.push((query, &[]));
            }
        }
    }
    assert_refused(&haru, cases).await;
    for body in ["[]", "1", "null", "\"x\"", "{}"] {
        let error = refusal(&haru, body.to_owned(), StatusCode::BAD_REQUEST).await;
        assert!(error.contains("site_id"), "{body}: {error}");
    }
}

async fn what_is_too_much_is_refused_soon(db: Db) {
    let (haru, _place) = a_site(db).await;
    let nested = |depth: usize, inner: &str| format!("{}{inner}{}", "[\"not\",".repeat(depth), "]".repeat(depth));
    let body = |filters: &str| {
        format!(r#"{{"site_id":"example.com","metrics":["visitors"],"date_range":"day","filters":[{filters}]}}"#)
    };
    let list = |item: &str, count: usize| {
        let mut list = item.to_owned();
        (1..count).for_each(|_| write!(list, ",{item}").expect("written"));
        list
    };
    let page = r#"["is","event:page",["/"]]"#;
    let expression = r#"["matches","event:page",["\\w{3}"]]"#;
    let long_clause = format!(r#"["is","event:page",["{}"]]"#, "x".repeat(2_001));
    let cases = [
        (body(&nested(50, page)), "17: at most 16 levels"),
        (body(&list(page, 100_000)), "1001: at most 1000 filters"),
        (body(&format!(r#"["is","event:page",[{}]]"#, list("\"a\"", 1_000_000))), "1000000: at most 1000 clauses"),
        (body(&format!(r#"["or",[{}]]"#, list(r#"["is","event:page",["a","b"]]"#, 900))), "1002: at most 1000 clauses"),
        (body(&list(expression, 100_000)), "21: at most 20 regular expressions"),
        (
            body(&format!(r#"["matches","event:page",[{}]]"#, list(r#""\\w{3}""#, 1_000))),
            "1000: at most 20 regular expressions",
        ),
        (body(&list(r#"["is","event:page",["/*"]]"#, 101)), "101: at most 100 regular expressions and wildcards"),
        (body(&long_clause), "2001: at most 2000 bytes"),
    ];
    for (body, told) in cases {
        let error = refusal(&haru, body, StatusCode::BAD_REQUEST).await;
        assert!(error.starts_with(&format!("Invalid filters {told}")), "{error}");
    }
    // As much as is allowed takes no longer.
    let most = refusal(&haru, body(&format!("{},{page},[]", list(expression, 20))), StatusCode::BAD_REQUEST).await;
    assert!(most.contains("filters []"), "{most}");

    // Deeper than JSON is read, and larger than a body may be: refused before anybody looks at the query.
    let error = refusal(&haru, body(&nested(20_000, page)), StatusCode::BAD_REQUEST).await;
    assert!(error.contains("recursion limit"), "{error}");
    let clauses = list("\"/page/1\"", 1_000_000);
    let error = refusal(&haru, body(&format!(r#"["is","event:page",[{clauses}]]"#)), StatusCode::PAYLOAD_TOO_LARGE);
    let error = error.await;
    assert_eq!(error, "the body is larger than the 4194304 bytes that this route takes");
}

async fn dashboards_are_refused_by_field_too(db: Db) {
    let (haru, _place) = a_site(db).await;
    let board = |key: &str, value: Value| {
        let mut body = json!({"date_range": "7d"});
        body[key] = value;
        body
    };
    let clauses = vec!["a"; 100_000];
    for (key, value) in [
        ("date_range", json!(["2026-03-02", "2026-03-01"])),
        ("date_range", json!(["1026-01-01", "2026-01-01"])),
        ("filters", json!([["is", "event:page", clauses]])),
        ("filters", json!([["matches", "event:page", ["("]]])),
        ("timezone", json!("Mars/Olympus")),
        ("interval", json!("fortnight")),
        ("comparison", json!("next_period")),
    ] {
        let sent = haru.post("/api/v1/sites/example.com/dashboard", &board(key, value)).send().await.expect("sent");
        let told = expect(sent, StatusCode::BAD_REQUEST).await;
        let field = told["errors"][0]["field"].as_str().unwrap_or_default();
        assert!(field.starts_with(key), "{key}: {told}");
    }
}
