//! Hosts, pages and addresses that are not counted, on the three routes.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{change, path, site};
use crate::harness::{CHROME_MAC, Db, Haru, Place, Site, eventually, expect, json_of, on_both, status};

on_both!(
    pages_of_other_hosts_are_not_counted,
    excluded_pages_are_not_counted,
    excluded_addresses_are_not_counted,
    a_site_excludes_so_many_addresses_and_no_more,
    what_is_excluded_outlives_the_secret,
);

/// Why a hit of the script is not counted.
async fn dropped(haru: &Haru, site: &Site, visitor: u8, body: Value) -> Option<String> {
    reason(haru.hit(&site.token, visitor, &body), StatusCode::OK).await
}

/// Why an event of a Plausible client is not counted.
async fn dropped_event(haru: &Haru, address: &str, url: &str) -> Option<String> {
    let body = json!({"n": "pageview", "u": url, "d": "example.com"}).to_string();
    let sent = haru.client.post(haru.url("/api/event")).header("user-agent", CHROME_MAC);
    reason(sent.header("x-forwarded-for", address).body(body), StatusCode::ACCEPTED).await
}

async fn reason(request: reqwest::RequestBuilder, status: StatusCode) -> Option<String> {
    let answer = request.send().await.expect("sent");
    assert_eq!(answer.status(), status);
    answer.headers().get("x-haru-dropped").map(|reason| reason.to_str().expect("text").to_owned())
}

/// Why an item of a batch is not accepted.
async fn rejected(haru: &Haru, item: Value) -> Option<String> {
    let sent = haru.post(&path("/events"), &json!([item])).send().await.expect("sent");
    let answer = expect(sent, StatusCode::ACCEPTED).await;
    answer["rejected"][0]["error"].as_str().map(str::to_owned)
}

/// What a dashboard tells of drops, once there are so many.
async fn drops(haru: &Haru, count: i64) -> Value {
    let board = json!({"date_range": "day"});
    eventually("the drops to be committed", || async {
        let board = haru.post(&path("/dashboard"), &board).send().await.expect("sent");
        let drops = expect(board, StatusCode::OK).await["drops"].clone();
        let told: i64 = drops.as_array().expect("a list").iter().filter_map(|drop| drop["count"].as_i64()).sum();
        (told == count).then_some(drops)
    })
    .await
}

async fn exclude(haru: &Haru, body: Value) -> Value {
    json_of(haru.post(&path("/excluded-addresses"), &body), StatusCode::CREATED).await
}

async fn pages_of_other_hosts_are_not_counted(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let site = haru.create_site("example.com", "UTC").await;
    let elsewhere = "https://copied.example/";
    assert_eq!(dropped(&haru, &site, 1, json!({"p": elsewhere})).await, None, "any host, without a list");
    change(&haru, json!({"allowed_hostnames": ["*.example.com", "example.net"]})).await;
    for page in ["https://example.com/", "https://www.example.com/", "https://a.b.example.com/", "https://example.net/"]
    {
        assert_eq!(dropped(&haru, &site, 1, json!({"p": page})).await, None, "{page}");
    }
    assert_eq!(dropped(&haru, &site, 1, json!({"p": "/"})).await, None, "the site's own, when none is told");
    for page in [elsewhere, "https://shop.example.net/", "https://example.com.copied.example/"] {
        assert_eq!(dropped(&haru, &site, 1, json!({"p": page})).await.as_deref(), Some("hostname"), "{page}");
    }
    assert_eq!(dropped_event(&haru, "198.51.100.1", "https://example.net/").await, None);
    assert_eq!(dropped_event(&haru, "198.51.100.1", elsewhere).await.as_deref(), Some("hostname"));
    let item = |url: &str| json!({"name": "pageview", "url": url, "visitor": "ana"});
    assert_eq!(rejected(&haru, item("https://shop.example.com/")).await, None);
    assert_eq!(rejected(&haru, item(elsewhere)).await.as_deref(), Some("not counted: hostname"));
    assert_eq!(drops(&haru, 5).await, json!([{"reason": "hostname", "count": 5}]));
    // What is one's own is no referrer.
    haru.count(&site.token, 9, json!({"p": "https://example.com/", "r": "https://example.net/a"})).await;
    let sources = haru.results("example.com", &["visitors"], &["visit:source"]).await;
    assert_eq!(sources[0]["dimensions"], json!(["Direct / None"]), "{sources}");
    assert_eq!(sources.as_array().expect("a list").len(), 1);
    change(&haru, json!({"allowed_hostnames": []})).await;
    assert_eq!(dropped(&haru, &site, 1, json!({"p": elsewhere})).await, None);
}

async fn excluded_pages_are_not_counted(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let site = haru.create_site("example.com", "UTC").await;
    change(&haru, json!({"excluded_paths": ["/admin/**", "/*/preview", "/wörk*"]})).await;
    for page in ["/", "/admin", "/a/b/preview", "/Admin/x", "https://example.com/?at=/admin/x"] {
        assert_eq!(dropped(&haru, &site, 1, json!({"p": page})).await, None, "{page}");
    }
    for page in ["/admin/", "https://example.com/admin/users/7?a=b", "/post/preview", "/w%C3%B6rkshop"] {
        assert_eq!(dropped(&haru, &site, 1, json!({"p": page})).await.as_deref(), Some("excluded_path"), "{page}");
    }
    for name in ["order", "engagement"] {
        let hit = json!({"p": "/admin/x", "n": name});
        assert_eq!(dropped(&haru, &site, 1, hit).await.as_deref(), Some("excluded_path"), "{name}");
    }
    let reason = dropped_event(&haru, "198.51.100.1", "https://example.com/admin/x").await;
    assert_eq!(reason.as_deref(), Some("excluded_path"));
    let item = json!({"name": "pageview", "url": "/post/preview", "visitor": "ana"});
    assert_eq!(rejected(&haru, item).await.as_deref(), Some("not counted: excluded_path"));
    assert_eq!(drops(&haru, 8).await, json!([{"reason": "excluded_path", "count": 8}]));
    let counted = haru.results("example.com", &["pageviews", "events"], &[]).await;
    assert_eq!(counted[0]["metrics"], json!([5, 5]));
}

async fn excluded_addresses_are_not_counted(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let tracked = haru.create_site("example.com", "UTC").await;
    let other = haru.create_site("example.org", "UTC").await;
    let hit = async |site: &Site, address: &str| {
        let sent = haru.client.post(haru.url(&format!("/api/collect?t={}", site.token)));
        let sent = sent.header("user-agent", CHROME_MAC).header("x-forwarded-for", address);
        reason(sent.body(r#"{"p":"/"}"#), StatusCode::OK).await
    };
    assert_eq!(hit(&tracked, "203.0.113.7").await, None);
    let office = exclude(&haru, json!({"address": "203.0.113.7", "note": " Office "})).await;
    assert_eq!(office["note"], "Office");
    let home = exclude(&haru, json!({"address": "2001:db8:1:2:aaaa::1"})).await;
    // The caller's own, past trusted proxies.
    let own = haru.post(&path("/excluded-addresses"), &json!({})).header("x-forwarded-for", "198.51.100.200");
    let own = expect(own.send().await.expect("sent"), StatusCode::CREATED).await;
    assert_eq!((&home["note"], &own["note"]), (&json!(""), &json!("")));
    for same in ["203.0.113.7", "::ffff:203.0.113.7", "2001:db8:1:2::9"] {
        let again = haru.post(&path("/excluded-addresses"), &json!({"address": same})).send().await.expect("sent");
        assert_eq!(expect(again, StatusCode::CONFLICT).await["errors"][0]["field"], "address", "{same}");
    }
    let list = json_of(haru.get(&path("/excluded-addresses")), StatusCode::OK).await;
    assert_eq!(list, json!({"addresses": [office, home, own]}));
    assert_eq!(site(&haru).await["excluded_addresses"], 3);

    for address in ["203.0.113.7", "::ffff:203.0.113.7", "2001:db8:1:2:ffff::", "198.51.100.200"] {
        assert_eq!(hit(&tracked, address).await.as_deref(), Some("excluded_address"), "{address}");
        assert_eq!(hit(&other, address).await, None, "{address} on another site");
    }
    for address in ["203.0.113.8", "2001:db8:1:3::1"] {
        assert_eq!(hit(&tracked, address).await, None, "{address}");
    }
    let url = "https://example.com/";
    assert_eq!(dropped_event(&haru, "203.0.113.7", url).await.as_deref(), Some("excluded_address"));
    let item = json!({"name": "pageview", "url": url, "ip": "203.0.113.7", "visitor": "ana"});
    assert_eq!(rejected(&haru, item).await.as_deref(), Some("not counted: excluded_address"));
    let without = json!({"name": "pageview", "url": url, "visitor": "ana"});
    assert_eq!(rejected(&haru, without).await, None, "the sender's own address is nobody's");
    assert_eq!(drops(&haru, 6).await, json!([{"reason": "excluded_address", "count": 6}]));

    let path = path(&format!("/excluded-addresses/{}", office["id"].as_str().expect("an id")));
    assert_eq!(status(haru.delete(&path)).await, StatusCode::NO_CONTENT);
    assert_eq!(status(haru.delete(&path)).await, StatusCode::NOT_FOUND);
    assert_eq!(hit(&tracked, "203.0.113.7").await, None);
    assert_eq!(site(&haru).await["excluded_addresses"], 2);
}

async fn a_site_excludes_so_many_addresses_and_no_more(db: Db) {
    let (haru, _place): (Haru, Place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    for number in 0..100 {
        exclude(&haru, json!({"address": format!("203.0.113.{number}")})).await;
    }
    let more = haru.post(&path("/excluded-addresses"), &json!({"address": "203.0.113.100"})).send().await;
    let told = expect(more.expect("sent"), StatusCode::UNPROCESSABLE_ENTITY).await;
    assert_eq!(told["errors"][0]["field"], "address");
    assert_eq!(site(&haru).await["excluded_addresses"], 100);
}

async fn what_is_excluded_outlives_the_secret(db: Db) {
    let place = Place::new(db).await;
    let (first, second) =
        ("the first secret of this instance is long", "the second secret of it is long enough as well");
    let mut haru = place.start(&["--secret", first]).await;
    haru.register("ana@example.com").await;
    let site = haru.create_site("example.com", "UTC").await;
    exclude(&haru, json!({})).await;
    haru.stop().await;
    let dropped = async |flags: &[&str]| {
        let haru = place.start(flags).await;
        let dropped = dropped(&haru, &site, 1, json!({"p": "/"})).await;
        haru.stop().await;
        dropped
    };
    let rotated = ["--secret", second, "--secret-previous", first];
    assert_eq!(dropped(&rotated).await.as_deref(), Some("excluded_address"));
    assert_eq!(dropped(&["--secret", second]).await, None, "nobody can tell any more");
}
