//! Share links, and what whoever opens one sees.

mod bounds;
mod days;
mod links;
mod sessions;

use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use crate::harness::{Haru, expect, json_of, status};
use crate::socket::Socket;

const LINKS: &str = "/api/v1/sites/example.com/share-links";

const DASHBOARD: &str = "/api/v1/sites/example.com/dashboard";

/// A link of `example.com`.
async fn make(haru: &Haru, wish: Value) -> Value {
    json_of(haru.post(LINKS, &wish), StatusCode::CREATED).await
}

fn path(link: &Value) -> String {
    format!("{LINKS}/{}", link["id"].as_str().expect("an id"))
}

async fn change(haru: &Haru, link: &Value, change: Value) -> Value {
    json_of(haru.patch(&path(link), &change), StatusCode::OK).await
}

async fn revoke(haru: &Haru, link: &Value) {
    assert_eq!(status(haru.delete(&path(link))).await, StatusCode::NO_CONTENT);
}

async fn read(haru: &Haru, link: &Value) -> Value {
    json_of(haru.get(&path(link)), StatusCode::OK).await
}

/// Looks at an address as a stranger.
async fn look(haru: &Haru, slug: &str) -> Response {
    reqwest::Client::new().get(haru.url(&format!("/api/v1/share/{slug}"))).send().await.expect("sent")
}

/// Opens an address as a stranger.
async fn knock(haru: &Haru, slug: &str, body: &Value) -> Response {
    let url = haru.url(&format!("/api/v1/share/{slug}/session"));
    reqwest::Client::new().post(url).json(body).send().await.expect("sent")
}

/// A stranger who has opened the link.
async fn stranger(haru: &Haru, link: &Value) -> Haru {
    let slug = link["slug"].as_str().expect("a slug");
    let session = expect(knock(haru, slug, &json!({})).await, StatusCode::OK).await;
    haru.bearing(&session["access_token"])
}

fn question(site: &str) -> Value {
    json!({"site_id": site, "metrics": ["visitors"], "date_range": "day"})
}

/// The status of a query with these keys on top, and its answer.
async fn ask(haru: &Haru, more: Value) -> (StatusCode, Value) {
    let mut query = question("example.com");
    for (key, value) in more.as_object().expect("an object") {
        query[key] = value.clone();
    }
    let answer = haru.post("/api/v2/query", &query).send().await.expect("sent");
    (answer.status(), answer.json().await.expect("JSON"))
}

async fn dashboard(haru: &Haru, body: Value) -> (StatusCode, Value) {
    let answer = haru.post(DASHBOARD, &body).send().await.expect("sent");
    (answer.status(), answer.json().await.expect("JSON"))
}

async fn graphql(haru: &Haru, query: &str) -> Value {
    json_of(haru.post("/graphql", &json!({"query": query})), StatusCode::OK).await
}

/// Reads messages until one says so.
async fn ends_with(socket: &mut Socket, words: &str) {
    loop {
        let message = socket.next().await.expect("an answer before the end");
        if message.to_string().contains(words) {
            return;
        }
    }
}
