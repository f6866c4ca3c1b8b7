//! The limit of the API: how much of it is left is in the headers of every answer to a known caller.

use reqwest::{Response, StatusCode};
use serde_json::json;

use crate::harness::{Db, Haru, Place, expect, on_both};

on_both!(answers_tell_what_is_left, each_token_has_a_limit_of_its_own, named_origins_may_read_the_headers);

/// `RateLimit-Limit`, `RateLimit-Remaining`, `RateLimit-Reset`, if the answer has them.
fn told(answer: &Response) -> Option<[u64; 3]> {
    let number = |name: &str| answer.headers().get(name)?.to_str().ok()?.parse().ok();
    Some([number("ratelimit-limit")?, number("ratelimit-remaining")?, number("ratelimit-reset")?])
}

/// A limit so low that nothing is refilled while a test runs, and its first user.
async fn start(db: Db, limit: &str) -> (Haru, Place, String) {
    let place = Place::new(db).await;
    let flags = ["--api-rate-limit", limit, "--auth-rate-limit", "0", "--cors-origins", "https://app.example.com"];
    let mut haru = place.start(&flags).await;
    let session = haru.register("ana@example.com").await;
    let token = session["access_token"].as_str().expect("a token").to_owned();
    (haru, place, token)
}

async fn answers_tell_what_is_left(db: Db) {
    let (haru, _place, _) = start(db, "4").await;
    let get = async |path: &str| haru.get(path).send().await.expect("sent");
    // A fourth of a minute each.
    let first = get("/api/v1/me").await;
    assert_eq!(told(&first), Some([4, 3, 15]));
    assert_eq!(first.headers()["ratelimit-policy"], "4;w=60");
    let missing = get("/api/v1/sites/nobodys.example").await;
    assert_eq!((missing.status(), told(&missing)), (StatusCode::NOT_FOUND, Some([4, 2, 30])), "errors, too");
    let query = json!({"query": "{ __typename }"});
    let graphql = haru.post("/graphql", &query).send().await.expect("sent");
    assert_eq!(told(&graphql), Some([4, 1, 45]));
    let invalid = haru.post("/api/v1/sites", &json!({"name": "", "domain": ""})).send().await.expect("sent");
    assert_eq!((invalid.status(), told(&invalid)), (StatusCode::UNPROCESSABLE_ENTITY, Some([4, 0, 60])));
    let refused = get("/api/v1/me").await;
    let wait: u64 = refused.headers()["retry-after"].to_str().expect("text").parse().expect("seconds");
    assert!((1..=15).contains(&wait), "{wait}");
    assert_eq!(told(&refused), Some([4, 0, wait]));
    assert_eq!(expect(refused, StatusCode::TOO_MANY_REQUESTS).await["type"], "urn:haru:problem:too-many");
    // Nobody's answers have none.
    for path in ["/api/v1/instance", "/healthz"] {
        assert_eq!(told(&haru.client.get(haru.url(path)).send().await.expect("sent")), None, "{path}");
    }
    let stranger = haru.client.get(haru.url("/api/v1/me")).bearer_auth("nonsense").send().await.expect("sent");
    assert_eq!((stranger.status(), told(&stranger)), (StatusCode::UNAUTHORIZED, None));
}

async fn each_token_has_a_limit_of_its_own(db: Db) {
    let (mut haru, _place, login) = start(db, "4").await;
    let wish = json!({"name": "A program", "scopes": ["sites:read"]});
    let made = haru.post("/api/v1/tokens", &wish).send().await.expect("sent");
    assert_eq!(told(&made).map(|[_, left, _]| left), Some(3));
    expect(made, StatusCode::CREATED).await["token"].as_str().expect("a secret").clone_into(&mut haru.token);
    let sites = async |haru: &Haru| told(&haru.get("/api/v1/sites").send().await.expect("sent"));
    assert_eq!(sites(&haru).await.map(|[_, left, _]| left), Some(3));
    assert_eq!(sites(&haru).await.map(|[_, left, _]| left), Some(2));
    haru.token = login;
    assert_eq!(sites(&haru).await.map(|[_, left, _]| left), Some(2));

    let (haru, _place, _) = start(db, "0").await;
    assert_eq!(sites(&haru).await, None, "without a limit there is nothing to tell");
}

async fn named_origins_may_read_the_headers(db: Db) {
    let (haru, _place, _) = start(db, "600").await;
    let answer = haru.get("/api/v1/me").header("origin", "https://app.example.com").send().await.expect("sent");
    let exposed = answer.headers()["access-control-expose-headers"].to_str().expect("text").to_lowercase();
    for name in ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "retry-after", "x-request-id"] {
        assert!(exposed.split(',').any(|exposed| exposed.trim() == name), "{name} in {exposed}");
    }
    let other = haru.get("/api/v1/me").header("origin", "https://other.example").send().await.expect("sent");
    assert!(other.headers().get("access-control-expose-headers").is_none());
}
