//! Two nodes on one PostgreSQL: what changes at one is so at the other within 2 seconds, and who watches there sees it. Also when the
//! connection over which they hear of each other is ended, and with notices that never arrive.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use serde_json::{Value, json};

use crate::harness::{Db, Haru, Place, eventually, expect, json_of, status};
use crate::socket::Socket;

/// Within which everything that is remembered is forgotten everywhere.
const SOON: Duration = Duration::from_secs(2);
const FLAGS: [&str; 8] = [
    "--collect-rate-limit",
    "0",
    "--trusted-proxies",
    "127.0.0.1",
    "--auth-rate-limit",
    "0",
    "--metrics-token",
    "a-token-of-the-operator",
];

/// Two nodes, the second as the owner of the first sees it.
struct Nodes {
    one: Haru,
    other: Haru,
    _places: (Place, Place),
    database: DatabaseConnection,
}

impl Nodes {
    async fn start() -> Self {
        let place = Place::new(Db::Postgres).await;
        let beside = Place { dir: tempfile::tempdir().expect("a directory"), database_url: place.database_url.clone() };
        let mut one = place.start(&FLAGS).await;
        one.register("ana@example.com").await;
        let mut other = beside.start(&FLAGS).await;
        other.token.clone_from(&one.token);
        let database = Database::connect(place.database_url.clone().expect("an address")).await.expect("connected");
        let nodes = Self { one, other, _places: (place, beside), database };
        nodes.until_both_listen().await;
        nodes
    }

    async fn until_both_listen(&self) {
        for node in [&self.one, &self.other] {
            eventually("a node that listens", || async {
                (gauge(node, "haru_nodes_listening").await == 1).then_some(())
            })
            .await;
        }
    }

    /// Ends the connections over which nodes hear of each other.
    async fn end_listeners(&self) {
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE application_name = 'haru listener' AND datname = current_database()";
        let ended = self.database.execute_unprepared(sql).await.expect("ended").rows_affected();
        assert_eq!(ended, 2, "each node listens");
    }

    /// Has nobody be told anything from here on.
    async fn silence(&self) {
        let sql = "CREATE OR REPLACE FUNCTION haru_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                   UPDATE change SET sites = sites + 1, access = access + 1; RETURN NULL; END $$";
        self.database.execute_unprepared(sql).await.expect("replaced");
    }
}

async fn gauge(node: &Haru, name: &str) -> u64 {
    let sent = node.client.get(node.url("/metrics")).bearer_auth("a-token-of-the-operator").send().await.expect("sent");
    let text = sent.text().await.expect("a body");
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')).expect("a gauge");
    line.parse().expect("a number")
}

/// Asks every few milliseconds until it is so; how long that took.
async fn within(what: &str, most: Duration, mut is_so: impl AsyncFnMut() -> bool) -> Duration {
    let began = Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < most, "{what}: not within {most:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    began.elapsed()
}

async fn hit(node: &Haru, token: &str) -> StatusCode {
    status(node.hit(token, 1, &json!({"p": "/"}))).await
}

async fn what_changes_at_one_is_so_at_the_other(nodes: &Nodes, round: u32) {
    let Nodes { one, other, .. } = nodes;
    let domain = format!("site{round}.example.com");
    let site = one.create_site(&domain, "UTC").await;
    let path = format!("/api/v1/sites/{domain}");
    assert_eq!(hit(other, &site.token).await, StatusCode::OK);

    // Settings.
    let excluded = json!({"excluded_paths": ["/**"]});
    assert_eq!(status(one.patch(&path, &excluded)).await, StatusCode::OK);
    within("settings", SOON, async || {
        let sent = other.hit(&site.token, 1, &json!({"p": "/"})).send().await.expect("sent");
        sent.headers().contains_key("x-haru-dropped")
    })
    .await;

    // The tracking token.
    let fresh = json_of(one.post(&format!("{path}/token"), &json!({})), StatusCode::OK).await;
    within("the token", SOON, async || hit(other, &site.token).await == StatusCode::UNAUTHORIZED).await;
    let token = fresh["tracking_token"].as_str().expect("a token").to_owned();
    assert_eq!(hit(other, &token).await, StatusCode::OK);

    // A share link, with somebody who has it open.
    let slug = format!("link-of-round-{round}");
    let link = one.post(&format!("{path}/share-links"), &json!({"name": "For all", "slug": slug}));
    let link = json_of(link, StatusCode::CREATED).await;
    let opened = other.post(&format!("/api/v1/share/{slug}/session"), &json!({}));
    let opened = expect(opened.send().await.expect("sent"), StatusCode::OK).await;
    let reader = other.bearing(&opened["access_token"]);
    let look = || status(reader.post(&format!("{path}/dashboard"), &json!({"date_range": "day"})));
    assert_eq!(look().await, StatusCode::OK);
    let of_link = format!("{path}/share-links/{}", link["id"].as_str().expect("an id"));
    assert_eq!(status(one.delete(&of_link)).await, StatusCode::NO_CONTENT);
    within("the link", SOON, async || look().await != StatusCode::OK).await;

    // An API token.
    let wish = json!({"name": "A program", "scopes": ["stats:read"]});
    let made = json_of(one.post("/api/v1/tokens", &wish), StatusCode::CREATED).await;
    let program = other.bearing(&made["token"]);
    let ask = || status(program.post(&format!("{path}/dashboard"), &json!({"date_range": "day"})));
    assert_eq!(ask().await, StatusCode::OK);
    let of_token = format!("/api/v1/tokens/{}", made["id"].as_str().expect("an id"));
    assert_eq!(status(one.delete(&of_token)).await, StatusCode::NO_CONTENT);
    within("the API token", SOON, async || ask().await == StatusCode::UNAUTHORIZED).await;

    // A login.
    let (elsewhere, _) = crate::logins::once_more(one).await;
    let elsewhere = other.bearing(&json!(elsewhere));
    assert_eq!(status(elsewhere.get("/api/v1/me")).await, StatusCode::OK);
    assert_eq!(status(one.delete("/api/v1/me/sessions")).await, StatusCode::NO_CONTENT);
    within("the login", SOON, async || status(elsewhere.get("/api/v1/me")).await == StatusCode::UNAUTHORIZED).await;

    // The site itself.
    assert_eq!(status(one.delete(&format!("{path}?domain={domain}"))).await, StatusCode::NO_CONTENT);
    within("the site", SOON, async || hit(other, &token).await == StatusCode::UNAUTHORIZED).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_reach_other_nodes_also_when_their_connection_is_ended() {
    let nodes = Nodes::start().await;
    what_changes_at_one_is_so_at_the_other(&nodes, 1).await;
    nodes.end_listeners().await;
    what_changes_at_one_is_so_at_the_other(&nodes, 2).await;
    nodes.until_both_listen().await;
    nodes.silence().await;
    what_changes_at_one_is_so_at_the_other(&nodes, 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_watches_at_one_node_sees_what_another_commits() {
    let nodes = Nodes::start().await;
    let Nodes { one, other, .. } = &nodes;
    let site = one.create_site("example.com", "UTC").await;
    let mut socket = Socket::connected(other).await;
    let query = r#"subscription { liveDashboard(siteId: "example.com", query: {date_range: "day"}) { totals { pageviews { value } } } }"#;
    socket.subscribe("1", query).await;
    let of = |count: u64| move |data: &Value| data["liveDashboard"]["totals"]["pageviews"]["value"] == json!(count);
    socket.until("1", of(0)).await;
    // Time enough for what was computed at once to be at rest.
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    let began = Instant::now();
    one.count(&site.token, 1, json!({"p": "/"})).await;
    socket.until("1", of(1)).await;
    assert!(began.elapsed() < SOON, "with a notice: {:?}", began.elapsed());
    nodes.end_listeners().await;
    one.count(&site.token, 1, json!({"p": "/"})).await;
    socket.until("1", of(2)).await;
    nodes.until_both_listen().await;
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    let began = Instant::now();
    one.count(&site.token, 1, json!({"p": "/"})).await;
    socket.until("1", of(3)).await;
    assert!(began.elapsed() < SOON, "with a notice again: {:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn single_events_reach_other_nodes_once() {
    let nodes = Nodes::start().await;
    let Nodes { one, other, .. } = &nodes;
    let site = one.create_site("example.com", "UTC").await;
    let mut feed = Socket::connected(other).await;
    feed.subscribe("e", r#"subscription { liveEvents(siteId: "example.com") { page } }"#).await;
    // Subscribing has no answer of its own: send until one arrives.
    loop {
        one.count(&site.token, 1, json!({"p": "/first"})).await;
        if let Ok(Some(_)) = tokio::time::timeout(Duration::from_millis(500), feed.next()).await {
            break;
        }
    }
    for node in [one, other, one] {
        node.count(&site.token, 1, json!({"p": "/later"})).await;
    }
    one.count(&site.token, 1, json!({"p": "/last"})).await;
    let mut pages = Vec::new();
    while pages.last().map(String::as_str) != Some("/last") {
        let message = feed.next().await.expect("an event");
        pages.push(message["payload"]["data"]["liveEvents"]["page"].as_str().expect("a page").to_owned());
    }
    assert_eq!(pages.iter().filter(|page| *page == "/later").count(), 3, "{pages:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_noted_at_each_use_is_no_change() {
    let nodes = Nodes::start().await;
    let Nodes { one, database, .. } = &nodes;
    let site = one.create_site("example.com", "UTC").await;
    let link = one.post("/api/v1/sites/example.com/share-links", &json!({"name": "For all", "slug": "a-link-for-all"}));
    json_of(link, StatusCode::CREATED).await;
    let wish = json!({"name": "A program", "scopes": ["stats:read"]});
    let made = json_of(one.post("/api/v1/tokens", &wish), StatusCode::CREATED).await;
    let changes = || async {
        let sql = sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, "SELECT sites, access FROM change");
        let row = database.query_one_raw(sql).await.expect("an answer").expect("a row");
        (row.try_get::<i64>("", "sites").expect("a number"), row.try_get::<i64>("", "access").expect("a number"))
    };
    let before = changes().await;
    one.count(&site.token, 1, json!({"p": "/"})).await;
    let opened = one.post("/api/v1/share/a-link-for-all/session", &json!({}));
    assert_eq!(status(opened).await, StatusCode::OK);
    let program = one.bearing(&made["token"]);
    let asked = program.post("/api/v1/sites/example.com/dashboard", &json!({"date_range": "day"}));
    assert_eq!(status(asked).await, StatusCode::OK);
    assert_eq!(status(one.client.post(one.url("/api/v1/auth/refresh"))).await, StatusCode::OK);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(changes().await, before);
}
