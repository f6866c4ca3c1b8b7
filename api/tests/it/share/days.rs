//! The days that a share link shows, and that there are no others.

use chrono::{Days, NaiveDate, Utc};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{ask, change, dashboard, make, stranger};
use crate::harness::{Db, Haru, expect, json_of, on_both};
use crate::socket::Socket;

on_both!(days_that_are_not_shown_are_nowhere, the_past_alone_can_be_shown, when_it_began_is_not_told_by_days_before,);

fn days_ago(days: u64) -> String {
    (today() - Days::new(days)).to_string()
}

fn today() -> NaiveDate {
    Utc::now().date_naive()
}

/// One pageview at noon of each of the last days but today.
async fn past(haru: &Haru, days: u64) {
    let item = |day| {
        let (url, visitor) = (format!("https://example.com/day-{day}"), format!("v{day}"));
        json!({"name": "pageview", "url": url, "visitor": visitor, "timestamp": format!("{}T12:00:00Z", days_ago(day))})
    };
    let items: Vec<Value> = (1..=days).map(item).collect();
    let sent = haru.post("/api/v1/sites/example.com/events", &json!(items)).send().await.expect("sent");
    assert_eq!(expect(sent, StatusCode::ACCEPTED).await["accepted"], json!(days));
}

async fn days_that_are_not_shown_are_nowhere(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    past(&haru, 20).await;
    let link = make(&haru, json!({"name": "Numbers", "since": days_ago(9), "until": days_ago(3)})).await;
    let stranger = stranger(&haru, &link).await;
    let range = |from, to| json!([days_ago(from), days_ago(to)]);
    let custom = |from, to| json!({"comparisons": {"mode": "custom", "date_range": range(from, to)}});
    for (more, expected) in [
        (json!({"date_range": range(9, 3)}), StatusCode::OK),
        (json!({"date_range": range(10, 3)}), StatusCode::FORBIDDEN),
        (json!({"date_range": range(9, 2)}), StatusCode::FORBIDDEN),
        (json!({"date_range": "7d"}), StatusCode::FORBIDDEN),
        (json!({"date_range": "12mo"}), StatusCode::FORBIDDEN),
        (json!({"date_range": "all"}), StatusCode::FORBIDDEN),
        (json!({"date_range": range(9, 3), "timezone": "Pacific/Auckland"}), StatusCode::FORBIDDEN),
        (json!({"date_range": range(8, 4), "timezone": "Pacific/Auckland"}), StatusCode::OK),
        (json!({"date_range": range(5, 3), "include": {"comparisons": {"mode": "previous_period"}}}), StatusCode::OK),
        (
            json!({"date_range": range(6, 3), "include": {"comparisons": {"mode": "previous_period"}}}),
            StatusCode::FORBIDDEN,
        ),
        (
            json!({"date_range": range(9, 3), "include": {"comparisons": {"mode": "year_over_year"}}}),
            StatusCode::FORBIDDEN,
        ),
        (json!({"date_range": range(9, 3), "include": custom(9, 8)}), StatusCode::OK),
        (json!({"date_range": range(9, 3), "include": custom(20, 15)}), StatusCode::FORBIDDEN),
    ] {
        assert_eq!(ask(&stranger, more.clone()).await.0, expected, "{more}");
    }
    for asked in ["all", "91d"] {
        let answer = dashboard(&stranger, json!({"date_range": asked, "comparison": "previous_period"})).await.1;
        assert_eq!(answer["range"]["from"], format!("{}T00:00:00+00:00", days_ago(9)), "{asked}");
        assert_eq!(answer["range"]["to"], format!("{}T23:59:59+00:00", days_ago(3)), "{asked}");
        assert_eq!(answer["totals"]["visitors"], json!({"value": 7}), "{asked}: nothing to compare with");
        assert!(answer.get("comparison_range").is_none(), "{asked}");
        assert!(answer["time_series"].get("previous").is_none(), "{asked}");
        assert_eq!(answer["time_series"]["labels"].as_array().map(Vec::len), Some(7), "{asked}");
        for hidden in [1, 2, 10, 20] {
            assert!(!answer.to_string().contains(&format!("/day-{hidden}\"")), "{asked}: {hidden}");
        }
    }
    let halves = dashboard(&stranger, json!({"date_range": range(5, 3), "comparison": "previous_period"})).await.1;
    assert_eq!(halves["totals"]["visitors"], json!({"value": 3, "previous": 3, "change": 0}));
    let (status, problem) = dashboard(&stranger, json!({"date_range": "yesterday"})).await;
    assert_eq!(
        (status, &problem["errors"][0]["field"]),
        (StatusCode::FORBIDDEN, &json!("date_range")),
        "nothing is left"
    );

    change(&haru, &link, json!({"since": null, "until": null, "last_days": 5})).await;
    assert_eq!(ask(&stranger, json!({"date_range": "7d"})).await.0, StatusCode::FORBIDDEN);
    let (status, answer) = ask(&stranger, json!({"date_range": "all"})).await;
    assert_eq!((status, &answer["results"][0]["metrics"]), (StatusCode::OK, &json!([4])));
    assert_eq!(answer["query"]["date_range"][0], format!("{}T00:00:00+00:00", days_ago(4)), "it does not tell of more");
}

async fn the_past_alone_can_be_shown(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let site = haru.create_site("example.com", "UTC").await;
    haru.count(&site.token, 1, json!({"p": "/now"})).await;
    past(&haru, 3).await;
    let link = make(&haru, json!({"name": "Numbers", "until": days_ago(2)})).await;
    let stranger = stranger(&haru, &link).await;
    let answer = dashboard(&stranger, json!({"date_range": "7d"})).await.1;
    assert_eq!((&answer["totals"]["visitors"]["value"], &answer["online"]), (&json!(2), &json!(0)));
    let now = json_of(stranger.get("/api/v1/sites/example.com/realtime"), StatusCode::OK).await;
    assert_eq!((&now["online"], &now["pages"]), (&json!(0), &json!([])));
    assert!(now["minutes"].as_array().expect("minutes").iter().all(|minute| minute["pageviews"] == 0), "{now}");
    let mut socket = Socket::connected(&stranger).await;
    socket.subscribe("1", r#"subscription { liveVisitors(siteId: "example.com") }"#).await;
    assert_eq!(socket.until("1", |_| true).await, json!({"liveVisitors": 0}));
    // The member's own watch of the same number is another one.
    let mut own = Socket::connected(&haru).await;
    own.subscribe("1", r#"subscription { liveVisitors(siteId: "example.com") }"#).await;
    assert_eq!(own.until("1", |_| true).await, json!({"liveVisitors": 1}));
}

/// A link that ends before the first event shows nothing, not even when that was.
async fn when_it_began_is_not_told_by_days_before(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    past(&haru, 3).await;
    let link = make(&haru, json!({"name": "Numbers", "until": days_ago(10)})).await;
    let stranger = stranger(&haru, &link).await;
    for (status, answer) in
        [ask(&stranger, json!({"date_range": "all"})).await, dashboard(&stranger, json!({"date_range": "all"})).await]
    {
        for day in 1..=3 {
            assert!(!answer.to_string().contains(&days_ago(day)), "{status}: {answer}");
        }
    }
}
