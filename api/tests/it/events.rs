//! `POST /api/event`: Plausible's clients.

use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use crate::harness::{CHROME_MAC, Db, GOOGLEBOT, Haru, on_both};

on_both!(
    long_and_short_keys_mean_the_same,
    a_list_of_domains_records_into_each,
    what_is_not_counted_says_so_in_headers,
    what_is_missing_is_named,
);

async fn send(haru: &Haru, agent: &str, body: &Value) -> Response {
    let request =
        haru.client.post(haru.url("/api/event")).header("user-agent", agent).header("content-type", "text/plain");
    request.body(body.to_string()).send().await.expect("sent")
}

async fn long_and_short_keys_mean_the_same(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let long = json!({"name": "pageview", "url": "https://example.com/a", "domain": "example.com", "referrer": "https://news.ycombinator.com/item?id=1"});
    let short = json!({"n": "Download", "u": "https://example.com/a", "d": "www.example.com", "p": "{\"file\":\"x.zip\"}", "i": false});
    for body in [long, short] {
        let answer = send(&haru, CHROME_MAC, &body).await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED, "{body}");
        assert!(answer.headers().get("x-plausible-dropped").is_none());
    }
    let metrics = ["visitors", "pageviews", "events", "bounce_rate"];
    assert_eq!(haru.results("example.com", &metrics, &[]).await[0]["metrics"], json!([1, 1, 2, 100]));
    assert_eq!(
        haru.results("example.com", &["visits"], &["visit:source"]).await[0]["dimensions"],
        json!(["Hacker News"])
    );
    let files = haru.results("example.com", &["events"], &["event:props:file"]).await;
    assert!(files.as_array().expect("rows").contains(&json!({"dimensions": ["x.zip"], "metrics": [1]})));
}

async fn a_list_of_domains_records_into_each(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    haru.create_site("one.example", "UTC").await;
    haru.create_site("two.example", "UTC").await;
    let body =
        json!({"name": "pageview", "url": "https://one.example/", "domain": "one.example,two.example,nobodys.example"});
    assert_eq!(send(&haru, CHROME_MAC, &body).await.status(), StatusCode::ACCEPTED);
    for site in ["one.example", "two.example"] {
        assert_eq!(haru.results(site, &["events"], &[]).await[0]["metrics"], json!([1]), "{site}");
    }
}

async fn what_is_not_counted_says_so_in_headers(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let body = |domain: &str| json!({"name": "pageview", "url": "https://example.com/", "domain": domain});
    for (agent, domain, reason) in [(GOOGLEBOT, "example.com", "bot"), (CHROME_MAC, "nobodys.example", "unknown_site")]
    {
        let answer = send(&haru, agent, &body(domain)).await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
        assert_eq!(answer.headers()["x-plausible-dropped"], "1");
        assert_eq!(answer.headers()["x-haru-dropped"], reason);
    }
    let debug = haru.client.post(haru.url("/api/event")).header("x-debug-request", "true");
    let debug = debug.header("x-forwarded-for", "203.0.113.9, 127.0.0.1").body("").send().await.expect("sent");
    assert_eq!(debug.status(), StatusCode::OK);
    assert_eq!(debug.text().await.expect("a body"), "203.0.113.9");
    let health = haru.client.get(haru.url("/api/health")).send().await.expect("sent");
    assert_eq!(health.status(), StatusCode::OK);
}

async fn what_is_missing_is_named(db: Db) {
    let (haru, _place) = Haru::start(db).await;
    let answer = send(&haru, CHROME_MAC, &json!({"name": "pageview", "domain": "example.com"})).await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    let body: Value = answer.json().await.expect("JSON");
    assert_eq!(body, json!({"errors": {"url": ["is required"]}}));
}
