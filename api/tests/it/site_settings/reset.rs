//! Emptying a site: nothing older is seen at once, what comes later stays, and what points at the site still does.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{change, path, site, texts};
use crate::harness::{CHROME_MAC, Db, Haru, Place, eventually, expect, json_of, on_both, status};
use crate::sealing::{FLAGS, after_restart, database, item, noon, number, run, send};

on_both!(a_reset_removes_what_was_counted_and_keeps_the_site, a_reset_moves_all_that_points_at_the_site);

async fn reset(haru: &Haru) {
    let body = json!({"domain": " https://WWW.example.com/ "});
    assert_eq!(status(haru.post(&path("/reset"), &body)).await, StatusCode::NO_CONTENT);
}

async fn shown(haru: &Haru) -> Value {
    let query = json!({"site_id": "example.com", "metrics": ["visitors", "pageviews"], "date_range": "30d"});
    haru.query(query).await["results"][0]["metrics"].clone()
}

async fn a_reset_removes_what_was_counted_and_keeps_the_site(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    let (made, other) =
        (haru.create_site("example.com", "Europe/Lisbon").await, haru.create_site("example.org", "UTC").await);
    let history: Vec<Value> = (1..=3).map(|day| item(noon(day), "ana", "/")).collect();
    send(&haru, "example.com", &history).await;
    run(&place, &["seal"]).await;
    send(&haru, "example.com", &[item(noon(2), "ben", "/late")]).await;
    haru.count(&made.token, 1, json!({"p": "/", "id": "the same"})).await;
    haru.count(&other.token, 1, json!({"p": "/", "id": "the same"})).await;
    let settings = json!({"excluded_paths": ["/admin/**"], "allowed_hostnames": ["*.example.com"], "retention_days": 90,
        "timezone": "America/New_York", "honour_dnt": true});
    let mut before = change(&haru, settings).await;
    assert_eq!(shown(&haru).await, json!([5, 5]));

    reset(&haru).await;
    assert_eq!(shown(&haru).await, json!([0, 0]), "at once");
    before.as_object_mut().expect("an object").remove("first_event_at").expect("it had events");
    assert_eq!(site(&haru).await, before, "id, token and settings stay");
    haru.count(&made.token, 2, json!({"p": "/", "id": "the same"})).await;
    assert_eq!(shown(&haru).await, json!([1, 1]), "an id of before is new");
    let database = database(&place).await;
    eventually("what it held to be removed", async || {
        let left = number(&database, "SELECT SUM(events) FROM event_block").await
            + number(&database, "SELECT COUNT(*) FROM event_id").await
            + number(&database, "SELECT COUNT(*) FROM segment").await
            + number(&database, "SELECT COUNT(*) FROM sealed_day").await;
        (left == 4).then_some(())
    })
    .await;
    assert_eq!(shown(&haru).await, json!([1, 1]));
    assert_eq!(haru.results("example.org", &["pageviews"], &[]).await[0]["metrics"], json!([1]), "the other's stay");
    assert_eq!(number(&database, "SELECT COUNT(*) FROM audit_entry WHERE action = 'site.reset'").await, 1);

    // A history can be imported again, and another reset takes that one, too.
    send(&haru, "example.com", &history).await;
    run(&place, &["seal"]).await;
    assert_eq!(shown(&haru).await, json!([4, 4]));
    let haru = after_restart(haru, &place).await;
    assert_eq!(shown(&haru).await, json!([4, 4]));
    reset(&haru).await;
    assert_eq!(shown(&haru).await, json!([0, 0]));
    assert_eq!(status(haru.delete(&path("?domain=example.com"))).await, StatusCode::NO_CONTENT);
    assert_eq!(status(haru.get(&path(""))).await, StatusCode::NOT_FOUND);
}

/// A site that another node knows by its old key for a moment.
#[tokio::test(flavor = "multi_thread")]
async fn hits_on_other_nodes_stay_soon_after_a_reset() {
    let (haru, place) = Haru::with_owner(Db::Postgres).await;
    let made = haru.create_site("example.com", "UTC").await;
    let elsewhere = Place { dir: tempfile::tempdir().expect("a directory"), database_url: place.database_url.clone() };
    let other = elsewhere.start(&FLAGS).await;
    other.count(&made.token, 1, json!({"p": "/"})).await;
    assert_eq!(shown(&haru).await, json!([1, 1]));
    reset(&haru).await;
    assert_eq!(shown(&haru).await, json!([0, 0]));
    eventually("the other node to know", || async {
        other.count(&made.token, 2, json!({"p": "/later"})).await;
        (shown(&haru).await != json!([0, 0])).then_some(())
    })
    .await;
}

async fn a_reset_moves_all_that_points_at_the_site(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    let made = haru.create_site("example.com", "UTC").await;
    let address = json!({"address": "203.0.113.7"});
    let added = haru.post(&path("/excluded-addresses"), &address).send().await.expect("sent");
    expect(added, StatusCode::CREATED).await;
    let wish = json!({"name": "A program", "scopes": ["sites:read", "stats:read"], "site_ids": [made.id]});
    let token = json_of(haru.post("/api/v1/tokens", &wish), StatusCode::CREATED).await;
    let program = haru.bearing(&token["token"]);
    let database = database(&place).await;
    let listed = "INSERT INTO member_site (account_id, user_id, site_id) \
         SELECT m.account_id, m.user_id, s.id FROM member m, site s";
    sea_orm::ConnectionTrait::execute_unprepared(&database, listed).await.expect("inserted");
    let link = haru.post(&path("/share-links"), &json!({"name": "A link"})).send().await.expect("sent");
    expect(link, StatusCode::CREATED).await;
    let segment = json!({"name": "From Brazil", "filters": [["is", "visit:country", ["BR"]]]});
    json_of(haru.post(&path("/segments"), &segment), StatusCode::CREATED).await;
    let note = json!({"date": "2026-11-30", "text": "Launch"});
    json_of(haru.post(&path("/annotations"), &note), StatusCode::CREATED).await;
    let invitation = json!({"role": "viewer", "site_ids": [made.id]});
    let invitation = haru.post("/api/v1/account/invitations", &invitation).send().await.expect("sent");
    expect(invitation, StatusCode::CREATED).await;

    reset(&haru).await;
    let excluded = haru.client.post(haru.url(&format!("/api/collect?t={}", made.token)));
    let excluded = excluded.header("user-agent", CHROME_MAC).header("x-forwarded-for", "203.0.113.7");
    let answer = excluded.body(r#"{"p":"/"}"#).send().await.expect("sent");
    assert_eq!(answer.headers()["x-haru-dropped"], "excluded_address");
    assert_eq!(site(&program).await["id"], json!(made.id));
    assert_eq!(shown(&program).await, json!([0, 0]));

    // Whoever adds a table that points at sites decides what a reset does to it, in `store/sites_reset.rs` and here.
    let tables = if place.database_url.is_some() {
        "SELECT table_name::text FROM information_schema.columns WHERE column_name = 'site_id' ORDER BY table_name"
    } else {
        "SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c \
         WHERE m.type = 'table' AND c.name = 'site_id' ORDER BY m.name"
    };
    let moved = [
        "annotation",
        "api_token_site",
        "excluded_address",
        "invitation_site",
        "member_site",
        "saved_segment",
        "share_link",
    ];
    let left_behind = ["dropped", "event_block", "event_id", "sealed_day", "segment", "watermark"];
    let mut known = [&moved[..], &left_behind[..], &["site_timezone"]].concat();
    known.sort_unstable();
    assert_eq!(texts(&database, tables).await, known);
    let key = number(&database, "SELECT id FROM site WHERE domain = 'example.com'").await;
    for table in moved {
        let there = number(&database, &format!("SELECT COUNT(*) FROM {table} WHERE site_id = {key}")).await;
        assert_eq!((there, number(&database, &format!("SELECT COUNT(*) FROM {table}")).await), (1, 1), "{table}");
    }
}
