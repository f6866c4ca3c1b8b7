//! `POST /api/v2/query` and the dashboard: the engine's numbers through the front door.

use reqwest::StatusCode;
use serde_json::json;

use crate::harness::{Db, Haru, expect, on_both};

on_both!(
    the_dashboard_and_the_query_language_agree,
    new_hits_are_seen_at_once,
    errors_name_the_word,
    filters_and_periods_work,
    an_explained_number_is_remembered_until_a_hit_comes
);

async fn a_small_day(haru: &Haru) {
    let site = haru.create_site("example.com", "UTC").await;
    // Visitor 1: two pages from Google. Visitor 2: one page, a bounce. Visitor 3: one page and a signup.
    haru.count(&site.token, 1, json!({"p": "/", "r": "https://www.google.com/"})).await;
    haru.count(&site.token, 1, json!({"p": "/pricing"})).await;
    haru.count(&site.token, 2, json!({"p": "/pricing"})).await;
    haru.count(&site.token, 3, json!({"p": "/", "r": "https://news.ycombinator.com/"})).await;
    haru.count(&site.token, 3, json!({"p": "/", "n": "signup"})).await;
}

async fn the_dashboard_and_the_query_language_agree(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    a_small_day(&haru).await;
    let body = json!({"date_range": "7d", "comparison": "previous_period"});
    let board = haru.post("/api/v1/sites/example.com/dashboard", &body).send().await.expect("sent");
    let board = expect(board, StatusCode::OK).await;
    let value = |metric: &str| board["totals"][metric]["value"].clone();
    // 3 visitors, 3 visits, 4 pageviews, 5 events; one of three visits bounced: 33 %; 4 views in 3 visits: 1.33.
    let expected = [
        ("visitors", json!(3)),
        ("visits", json!(3)),
        ("pageviews", json!(4)),
        ("events", json!(5)),
        ("bounce_rate", json!(33)),
        ("views_per_visit", json!(1.33)),
    ];
    for (metric, number) in expected {
        assert_eq!(value(metric), number, "{metric}");
        let same = haru.query(json!({"site_id": "example.com", "metrics": [metric], "date_range": "7d"})).await;
        assert_eq!(same["results"][0]["metrics"][0], number, "{metric}");
    }
    assert_eq!(board["online"], json!(3));
    assert_eq!(board["totals"]["visitors"]["previous"], json!(0));
    assert_eq!(board["totals"]["visitors"]["change"], json!(100));
    assert_eq!(board["time_series"]["labels"].as_array().expect("labels").len(), 7);
    let days = board["time_series"]["current"]["visitors"].as_array().expect("numbers");
    assert_eq!(days.iter().filter_map(serde_json::Value::as_i64).sum::<i64>(), 3);
    let pages = &board["panels"]["pages"]["rows"];
    assert_eq!(
        pages,
        &json!([{"value": "/", "visitors": 2, "share": 66.67}, {"value": "/pricing", "visitors": 2, "share": 66.67}])
    );
    let events = &board["panels"]["events"]["rows"];
    assert_eq!(events, &json!([{"value": "signup", "visitors": 1, "share": 33.33}]));
}

async fn new_hits_are_seen_at_once(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    let site = haru.create_site("example.com", "UTC").await;
    for count in 1..=5 {
        haru.count(&site.token, 1, json!({"p": "/"})).await;
        assert_eq!(haru.results("example.com", &["pageviews"], &[]).await[0]["metrics"], json!([count]));
    }
    let token = haru.token.clone();
    haru.stop().await;
    let mut haru = place.start(&["--trusted-proxies", "127.0.0.1", "--collect-rate-limit", "0"]).await;
    haru.token = token;
    haru.count(&site.token, 1, json!({"p": "/"})).await;
    assert_eq!(
        haru.results("example.com", &["visitors", "pageviews"], &[]).await[0]["metrics"],
        json!([1, 6]),
        "the same visitor after a restart"
    );
}

async fn errors_name_the_word(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let cases = [
        ("wizards", json!({"site_id": "example.com", "metrics": ["wizards"], "date_range": "day"})),
        (
            "visit:mood",
            json!({"site_id": "example.com", "metrics": ["visitors"], "date_range": "day", "dimensions": ["visit:mood"]}),
        ),
        ("sometimes", json!({"site_id": "example.com", "metrics": ["visitors"], "date_range": "sometimes"})),
        (
            "Mars/Olympus",
            json!({"site_id": "example.com", "metrics": ["visitors"], "date_range": "day", "timezone": "Mars/Olympus"}),
        ),
        (
            "1000000000",
            json!({"site_id": "example.com", "metrics": ["visitors"], "date_range": "day", "pagination": {"limit": 1_000_000_000}}),
        ),
        ("site_id", json!({"metrics": ["visitors"], "date_range": "day"})),
    ];
    for (word, query) in cases {
        let answer = haru.post("/api/v2/query", &query).send().await.expect("sent");
        let told = expect(answer, StatusCode::BAD_REQUEST).await;
        assert!(told["error"].as_str().expect("text").contains(word), "{word}: {told}");
    }
    let board = haru
        .post("/api/v1/sites/example.com/dashboard", &json!({"date_range": "sometimes"}))
        .send()
        .await
        .expect("sent");
    assert_eq!(expect(board, StatusCode::BAD_REQUEST).await["errors"][0]["field"], "date_range");
    let unknown = haru
        .post("/api/v2/query", &json!({"site_id": "nobodys.example", "metrics": ["visitors"], "date_range": "day"}));
    assert_eq!(unknown.send().await.expect("sent").status(), StatusCode::NOT_FOUND);
}

async fn filters_and_periods_work(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    a_small_day(&haru).await;
    for range in ["day", "24h", "7d", "28d", "30d", "91d", "week", "month", "6mo", "12mo", "year", "all"] {
        let answer = haru.query(json!({"site_id": "example.com", "metrics": ["visitors"], "date_range": range})).await;
        assert_eq!(answer["results"][0]["metrics"], json!([3]), "{range}");
    }
    let yesterday =
        haru.query(json!({"site_id": "example.com", "metrics": ["visitors"], "date_range": "yesterday"})).await;
    assert_eq!(yesterday["results"][0]["metrics"], json!([0]));
    let filtered = |filters: serde_json::Value| {
        haru.query(json!({"site_id": "example.com", "metrics": ["visitors"], "date_range": "day", "filters": filters}))
    };
    for (filters, visitors) in [
        (json!([["is", "visit:source", ["Google"]]]), 1),
        (json!([["is_not", "visit:source", ["Google"]]]), 2),
        (json!([["contains", "event:page", ["pric"]]]), 2),
        (json!([["is", "event:name", ["signup"]]]), 1),
    ] {
        let answer = filtered(filters.clone()).await;
        assert_eq!(answer["results"][0]["metrics"], json!([visitors]), "{filters}");
    }
}

async fn an_explained_number_is_remembered_until_a_hit_comes(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let site = haru.create_site("example.com", "UTC").await;
    haru.count(&site.token, 1, json!({"p": "/"})).await;
    haru.count(&site.token, 2, json!({"p": "/pricing"})).await;
    let question = json!({"site_id": "example.com", "metrics": ["visitors", "exit_rate"], "date_range": "day",
        "dimensions": ["visit:exit_page"], "include": {"explain": true}});
    let first = haru.query(question.clone()).await;
    let explained = &first["meta"]["explain"];
    assert_eq!((&explained["days"], &explained["sources"]["rows"]), (&json!(1), &json!(1)));
    assert_eq!(explained["cache"]["hits"], 0);
    assert!(explained["took_ms"].as_f64().is_some_and(|took| took > 0.0), "{explained}");
    let again = haru.query(question.clone()).await;
    assert_eq!(again["results"], first["results"]);
    assert_eq!(again["meta"]["explain"]["cache"]["misses"], 0);
    assert_ne!(again["meta"]["explain"]["cache"]["hits"], 0);

    haru.count(&site.token, 3, json!({"p": "/later"})).await;
    let later = haru.query(question).await;
    assert_eq!(later["meta"]["explain"]["cache"]["hits"], 0);
    assert_ne!(later["results"], first["results"]);
}
