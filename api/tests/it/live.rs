//! GraphQL subscriptions over `graphql-transport-ws`.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Db, Haru, Place, eventually, expect, on_both, status};
use crate::socket::Socket;

on_both!(
    a_dashboard_moves_when_a_hit_is_committed,
    visitors_and_events_are_pushed,
    a_socket_needs_a_login,
    a_subscription_ends_with_its_login,
    a_subscription_ends_with_its_token,
    a_subscription_ends_when_its_login_is_ended_elsewhere,
    a_subscription_ends_with_what_it_shows,
    who_takes_nothing_is_let_go_and_others_do_not_notice,
);

async fn a_dashboard_moves_when_a_hit_is_committed(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let site = haru.create_site("example.com", "UTC").await;
    let mut socket = Socket::connected(&haru).await;
    let query = r#"subscription { liveDashboard(siteId: "example.com", query: {date_range: "day"}) { online totals { pageviews { value } } panels { pages { rows { value visitors } } } } }"#;
    socket.subscribe("1", query).await;
    let first = socket.until("1", |_| true).await;
    assert_eq!(first["liveDashboard"]["totals"]["pageviews"]["value"], json!(0), "a first value at once");
    for count in 1..=2 {
        haru.count(&site.token, 1, json!({"p": "/hello"})).await;
        let moved =
            socket.until("1", |data| data["liveDashboard"]["totals"]["pageviews"]["value"] == json!(count)).await;
        assert_eq!(moved["liveDashboard"]["panels"]["pages"]["rows"], json!([{"value": "/hello", "visitors": 1}]));
        assert_eq!(moved["liveDashboard"]["online"], json!(1));
    }
}

async fn visitors_and_events_are_pushed(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let site = haru.create_site("example.com", "UTC").await;
    let mut socket = Socket::connected(&haru).await;
    socket.subscribe("v", r#"subscription { liveVisitors(siteId: "example.com") }"#).await;
    socket.until("v", |data| data["liveVisitors"] == json!(0)).await;
    haru.count(&site.token, 1, json!({"p": "/"})).await;
    haru.count(&site.token, 2, json!({"p": "/"})).await;
    socket.until("v", |data| data["liveVisitors"] == json!(2)).await;
    let mut feed = Socket::connected(&haru).await;
    feed.subscribe(
        "e",
        r#"subscription { liveEvents(siteId: "example.com") { kind name page source browser os device } }"#,
    )
    .await;
    // Subscribing has no answer of its own: send until one arrives.
    let event = loop {
        haru.count(&site.token, 3, json!({"p": "/feed", "n": "signup"})).await;
        if let Ok(Some(message)) = tokio::time::timeout(Duration::from_millis(500), feed.next()).await {
            break message["payload"]["data"]["liveEvents"].clone();
        }
    };
    assert_eq!(
        event,
        json!({"kind": "custom", "name": "signup", "page": "/feed", "source": "", "browser": "Chrome", "os": "Mac", "device": "Desktop"})
    );
}

async fn a_socket_needs_a_login(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let mut socket = Socket::open(&haru).await;
    socket.send(json!({"type": "connection_init", "payload": {"authorization": "Bearer nonsense"}})).await;
    assert_eq!(socket.next().await, None, "the connection is refused");
    let mut socket = Socket::connected(&haru).await;
    socket.subscribe("1", r#"subscription { liveVisitors(siteId: "nobodys.example") }"#).await;
    let told = socket.next().await.expect("an answer");
    assert!(told.to_string().contains("site not found"), "{told}");
    let nobody = haru
        .client
        .post(haru.url("/graphql"))
        .json(&json!({"query": r#"{ realtime(siteId: "example.com") { online } }"#}));
    let nobody: Value = nobody.send().await.expect("sent").json().await.expect("JSON");
    assert_eq!(nobody["errors"][0]["message"], "an access token is required");
}

async fn a_subscription_ends_with_its_login(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let mut socket = Socket::connected(&haru).await;
    socket.subscribe("1", r#"subscription { liveVisitors(siteId: "example.com") }"#).await;
    socket.until("1", |_| true).await;
    let out = haru.client.post(haru.url("/api/v1/auth/logout")).send().await.expect("sent");
    assert_eq!(out.status(), StatusCode::NO_CONTENT);
    loop {
        let message = socket.next().await.expect("an answer before the end");
        if message.to_string().contains("the login has ended") {
            break;
        }
    }
}

async fn a_subscription_ends_with_its_token(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let wish = json!({"name": "A screen on the wall", "scopes": ["stats:read"]});
    let made = expect(haru.post("/api/v1/tokens", &wish).send().await.expect("sent"), StatusCode::CREATED).await;
    let program = haru.bearing(&made["token"]);
    let mut socket = Socket::connected(&program).await;
    socket.subscribe("1", r#"subscription { liveVisitors(siteId: "example.com") }"#).await;
    socket.until("1", |_| true).await;
    let path = format!("/api/v1/tokens/{}", made["id"].as_str().expect("an id"));
    assert_eq!(status(haru.delete(&path)).await, StatusCode::NO_CONTENT);
    loop {
        let message = socket.next().await.expect("an answer before the end");
        if message.to_string().contains("the API token is not valid") {
            break;
        }
    }
}

async fn a_subscription_ends_when_its_login_is_ended_elsewhere(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let mut socket = Socket::connected(&haru).await;
    socket.subscribe("1", r#"subscription { liveVisitors(siteId: "example.com") }"#).await;
    socket.until("1", |_| true).await;
    let (elsewhere, _) = crate::logins::once_more(&haru).await;
    let elsewhere = haru.bearing(&json!(elsewhere));
    assert_eq!(status(elsewhere.delete("/api/v1/me/sessions")).await, StatusCode::NO_CONTENT);
    loop {
        let message = socket.next().await.expect("an answer before the end");
        if message.to_string().contains("the login has ended") {
            break;
        }
    }
}

async fn a_subscription_ends_with_what_it_shows(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let site = haru.create_site("example.com", "UTC").await;
    haru.count(&site.token, 1, json!({"p": "/"})).await;
    let mut socket = Socket::connected(&haru).await;
    socket.subscribe("1", r#"subscription { liveVisitors(siteId: "example.com") }"#).await;
    socket.until("1", |data| data["liveVisitors"] == json!(1)).await;
    let reset = haru.post("/api/v1/sites/example.com/reset", &json!({"domain": "example.com"}));
    assert_eq!(reset.send().await.expect("sent").status(), StatusCode::NO_CONTENT);
    loop {
        let message = socket.next().await.expect("an answer before the end");
        if message.to_string().contains("what was counted of this site") {
            break;
        }
    }
    socket.subscribe("2", r#"subscription { liveVisitors(siteId: "example.com") }"#).await;
    loop {
        let message = socket.next().await.expect("the connection lives");
        if message["id"] == "2" {
            assert_eq!(message["payload"]["data"]["liveVisitors"], json!(0));
            break;
        }
    }
}

async fn who_takes_nothing_is_let_go_and_others_do_not_notice(db: Db) {
    const SUBSCRIPTIONS: usize = 150;
    let place = Place::new(db).await;
    let flags = ["--collect-rate-limit", "0", "--api-rate-limit", "0", "--metrics-token", "a-token-of-the-operator"];
    let mut haru = place.start(&flags).await;
    haru.register("ana@example.com").await;
    let site = haru.create_site("example.com", "UTC").await;
    let gauge = async |name: &str| {
        let sent =
            haru.client.get(haru.url("/metrics")).bearer_auth("a-token-of-the-operator").send().await.expect("sent");
        let text = sent.text().await.expect("a body");
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')).expect("a gauge");
        line.parse::<usize>().expect("a number")
    };
    let query = r#"subscription { liveDashboard(siteId: "example.com", query: {date_range: "day"}) { totals { pageviews { value } }
        time_series { labels current { visitors pageviews events } } } }"#;
    let mut slow = Socket::connected(&haru).await;
    for number in 0..SUBSCRIPTIONS {
        slow.subscribe(&number.to_string(), query).await;
    }
    let mut reads = Socket::connected(&haru).await;
    reads.subscribe("1", query).await;
    // It says that it is there, but reads nothing; the other is told of each hit meanwhile.
    let mut count = 0;
    while gauge("haru_live_connections_cut_off_total").await == 0 {
        assert!(count < 100, "it is never let go");
        count += 1;
        haru.count(&site.token, 1, json!({"p": "/"})).await;
        reads.until("1", |data| data["liveDashboard"]["totals"]["pageviews"]["value"] == json!(count)).await;
        let _broken_at_last = slow.try_send(json!({"type": "ping"})).await;
    }
    eventually("its subscriptions to end", || async { (gauge("haru_live_subscribers").await == 1).then_some(()) })
        .await;
    // However many watch, and however long: once a second for both.
    assert!(gauge("haru_live_dashboards_computed_total").await <= 2 * count + 10, "computed once for all");
}
