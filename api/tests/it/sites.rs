//! Sites, within their account.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Db, Haru, Place, expect, json_of, on_both, status};

on_both!(
    a_site_is_made_read_changed_and_deleted,
    another_accounts_sites_do_not_exist,
    listings_have_pages,
    wrong_sites_are_refused
);

async fn a_site_is_made_read_changed_and_deleted(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let wish = json!({"name": " My blog ", "domain": "https://www.Bücher.example/", "timezone": "Europe/Lisbon"});
    let made = expect(haru.post("/api/v1/sites", &wish).send().await.expect("sent"), StatusCode::CREATED).await;
    assert_eq!(made["name"], "My blog");
    assert_eq!(made["domain"], "xn--bcher-kva.example");
    assert_eq!(made["first_event_at"], Value::Null);
    let token = made["tracking_token"].as_str().expect("a token");
    let snippet = format!(r#"<script defer src="{}/js/haru.js" data-token="{token}"></script>"#, haru.base);
    assert_eq!(made["snippet"], json!(snippet));
    let id = made["id"].as_str().expect("an id");
    for name in [id, "xn--bcher-kva.example", "XN--BCHER-KVA.example"] {
        let read = expect(haru.get(&format!("/api/v1/sites/{name}")).send().await.expect("sent"), StatusCode::OK).await;
        assert_eq!(read, made, "{name}");
    }
    let change = json!({"name": "Books", "timezone": "America/New_York"});
    let changed = json_of(haru.patch(&format!("/api/v1/sites/{id}"), &change), StatusCode::OK).await;
    assert_eq!((&changed["name"], &changed["timezone"]), (&json!("Books"), &json!("America/New_York")));
    haru.count(token, 1, json!({"p": "/"})).await;
    let read = expect(haru.get(&format!("/api/v1/sites/{id}")).send().await.expect("sent"), StatusCode::OK).await;
    assert!(read["first_event_at"].is_string());
    let delete = |query: &str| status(haru.delete(&format!("/api/v1/sites/{id}{query}")));
    for unclear in ["", "?domain=", "?domain=example.com"] {
        assert_eq!(delete(unclear).await, StatusCode::UNPROCESSABLE_ENTITY, "{unclear}");
    }
    assert_eq!(delete("?domain=B%C3%BCcher.example").await, StatusCode::NO_CONTENT);
    assert_eq!(delete("?domain=B%C3%BCcher.example").await, StatusCode::NOT_FOUND);
    assert_eq!(haru.get(&format!("/api/v1/sites/{id}")).send().await.expect("sent").status(), StatusCode::NOT_FOUND);
}

async fn another_accounts_sites_do_not_exist(db: Db) {
    let place = Place::new(db).await;
    let mut haru = place.start(&["--registration", "open"]).await;
    haru.register("ana@example.com").await;
    let site = haru.create_site("example.com", "UTC").await;
    haru.register("eva@example.com").await;
    let list = expect(haru.get("/api/v1/sites").send().await.expect("sent"), StatusCode::OK).await;
    assert_eq!(list["sites"], json!([]));
    for name in [site.id.as_str(), "example.com"] {
        let path = format!("/api/v1/sites/{name}");
        let board = json!({"date_range": "day"});
        let tries = [
            haru.get(&path),
            haru.patch(&path, &json!({"name": "Mine"})),
            haru.delete(&path),
            haru.post(&format!("{path}/token"), &json!({})),
            haru.post(&format!("{path}/dashboard"), &board),
            haru.get(&format!("{path}/realtime")),
            haru.post(&format!("{path}/events"), &json!([])),
            haru.post("/api/v2/query", &json!({"site_id": name, "metrics": ["visitors"], "date_range": "day"})),
        ];
        for request in tries {
            let answer = request.send().await.expect("sent");
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{}", answer.url());
        }
        let query = format!(r#"{{ realtime(siteId: "{name}") {{ online }} }}"#);
        let told =
            expect(haru.post("/graphql", &json!({"query": query})).send().await.expect("sent"), StatusCode::OK).await;
        assert_eq!(told["errors"][0]["message"], "site not found");
    }
    // The one exception: a domain is unique on the instance.
    let taken =
        haru.post("/api/v1/sites", &json!({"name": "Mine", "domain": "www.example.com"})).send().await.expect("sent");
    assert_eq!(expect(taken, StatusCode::CONFLICT).await["errors"][0]["field"], "domain");
}

async fn listings_have_pages(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    for index in 0..5 {
        haru.create_site(&format!("site{index}.example"), "UTC").await;
    }
    let mut seen = Vec::new();
    let mut path = "/api/v1/sites?limit=2".to_owned();
    loop {
        let page = expect(haru.get(&path).send().await.expect("sent"), StatusCode::OK).await;
        seen.extend(
            page["sites"]
                .as_array()
                .expect("a list")
                .iter()
                .map(|site| site["domain"].as_str().expect("text").to_owned()),
        );
        let Some(after) = page["meta"]["after"].as_str() else { break };
        path = format!("/api/v1/sites?limit=2&after={after}");
    }
    assert_eq!(seen, (0..5).map(|index| format!("site{index}.example")).collect::<Vec<_>>());
    for limit in ["0", "1001", "x"] {
        let answer = haru.get(&format!("/api/v1/sites?limit={limit}")).send().await.expect("sent");
        assert!(answer.status().is_client_error(), "{limit}");
    }
}

async fn wrong_sites_are_refused(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    for (field, wish) in [
        ("domain", json!({"name": "A", "domain": "no host"})),
        ("domain", json!({"name": "A", "domain": "example.com/path"})),
        ("name", json!({"name": "", "domain": "example.com"})),
        ("timezone", json!({"name": "A", "domain": "example.com", "timezone": "Mars/Olympus"})),
    ] {
        let answer = haru.post("/api/v1/sites", &wish).send().await.expect("sent");
        assert_eq!(expect(answer, StatusCode::UNPROCESSABLE_ENTITY).await["errors"][0]["field"], field, "{wish}");
    }
}
