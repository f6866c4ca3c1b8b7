//! Segments and annotations of a site: who reads and writes them, what they may hold, and when they go.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Db, Haru, expect, json_of, on_both, status};
use crate::people::{joined, open, other};
use crate::sealing::{database, number};

on_both!(
    a_segment_is_kept_changed_and_removed,
    wrong_segments_are_refused_by_field,
    an_annotation_is_noted_changed_and_removed,
    wrong_annotations_are_refused_by_field,
    a_site_has_so_many_and_no_more,
    viewers_read_and_do_not_write,
    they_go_with_their_site_and_their_account,
);

const SITE: &str = "/api/v1/sites/example.com";

fn path(more: &str) -> String {
    format!("{SITE}/{more}")
}

fn one(list: &str, made: &Value) -> String {
    format!("{SITE}/{list}/{}", made["id"].as_str().expect("an id"))
}

async fn made(haru: &Haru, list: &str, body: Value) -> Value {
    json_of(haru.post(&path(list), &body), StatusCode::CREATED).await
}

async fn listed(haru: &Haru, list: &str) -> Value {
    json_of(haru.get(&path(list)), StatusCode::OK).await[list].take()
}

/// The one field that an answer of that status blames.
async fn blamed(request: reqwest::RequestBuilder, good: StatusCode) -> String {
    let problem = json_of(request, good).await;
    let errors = problem["errors"].as_array().expect("errors");
    assert_eq!(errors.len(), 1, "{problem}");
    errors[0]["field"].as_str().expect("a field").to_owned()
}

async fn a_segment_is_kept_changed_and_removed(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    haru.create_site("example.org", "UTC").await;
    assert_eq!(listed(&haru, "segments").await, json!([]));
    let filters = json!([["is", "visit:country", ["BR"]], ["or", [["contains", "event:page", ["/Blog"], {"case_sensitive": false}],
        ["is_not", "visit:city", [3_448_439]]]]]);
    let brazil = made(&haru, "segments", json!({"name": "  Zé do Brasil ", "filters": filters})).await;
    assert_eq!((&brazil["name"], &brazil["filters"]), (&json!("Zé do Brasil"), &filters));
    assert_eq!(brazil.as_object().map(serde_json::Map::len), Some(4), "{brazil}");
    assert!(brazil["created_at"].as_str().is_some_and(|at| at.ends_with('Z')));
    let mobile =
        made(&haru, "segments", json!({"name": "mobile", "filters": [["is", "visit:device", ["Mobile"]]]})).await;
    assert_eq!(listed(&haru, "segments").await, json!([mobile, brazil]), "by name");

    // The filters are good for a query as they are.
    let query = json!({"site_id": "example.com", "metrics": ["visitors"], "date_range": "day", "filters": filters});
    haru.query(query).await;

    // Names are the site's, upper and lower case as they are.
    let again = json!({"name": "mobile", "filters": filters});
    assert_eq!(blamed(haru.post(&path("segments"), &again), StatusCode::CONFLICT).await, "name");
    assert_eq!(
        status(haru.post("/api/v1/sites/example.org/segments", &again)).await,
        StatusCode::CREATED,
        "another site's names are its own"
    );
    let upper = made(&haru, "segments", json!({"name": "Mobile", "filters": filters})).await;
    let taken = haru.patch(&one("segments", &upper), &json!({"name": "mobile"}));
    assert_eq!(blamed(taken, StatusCode::CONFLICT).await, "name");

    let renamed = json_of(haru.patch(&one("segments", &mobile), &json!({"name": "Phones"})), StatusCode::OK).await;
    assert_eq!((&renamed["name"], &renamed["filters"]), (&json!("Phones"), &mobile["filters"]));
    let fewer = json!({"name": "Phones", "filters": [["is", "visit:os", ["iOS"]]]});
    let changed = json_of(haru.patch(&one("segments", &mobile), &fewer), StatusCode::OK).await;
    assert_eq!((&changed["filters"], &changed["created_at"]), (&fewer["filters"], &mobile["created_at"]));
    assert_eq!(json_of(haru.patch(&one("segments", &mobile), &json!({})), StatusCode::OK).await, changed);

    assert_eq!(status(haru.delete(&one("segments", &mobile))).await, StatusCode::NO_CONTENT);
    assert_eq!(status(haru.delete(&one("segments", &mobile))).await, StatusCode::NOT_FOUND);
    assert_eq!(status(haru.patch(&one("segments", &mobile), &fewer)).await, StatusCode::NOT_FOUND);
    assert_eq!(listed(&haru, "segments").await, json!([upper, brazil]));
    // One site's id is nothing at another.
    let elsewhere = one("segments", &upper).replace("example.com", "example.org");
    assert_eq!(status(haru.delete(&elsewhere)).await, StatusCode::NOT_FOUND);
    assert_eq!(status(haru.patch(&elsewhere, &json!({"name": "Mine"}))).await, StatusCode::NOT_FOUND);
    assert_eq!(status(haru.delete(&path("segments/%00"))).await, StatusCode::NOT_FOUND);
}

async fn wrong_segments_are_refused_by_field(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let good = json!([["is", "visit:country", ["BR"]]]);
    let kept = made(&haru, "segments", json!({"name": "Kept", "filters": good})).await;
    for name in ["", "  ", &"x".repeat(61), "two\nlines", "a\u{0}b"] {
        let wrong = json!({"name": name, "filters": good});
        assert_eq!(blamed(haru.post(&path("segments"), &wrong), StatusCode::UNPROCESSABLE_ENTITY).await, "name");
        let wrong = haru.patch(&one("segments", &kept), &json!({"name": name}));
        assert_eq!(blamed(wrong, StatusCode::UNPROCESSABLE_ENTITY).await, "name");
    }
    made(&haru, "segments", json!({"name": "ö".repeat(60), "filters": good})).await;
    let many: Vec<Value> = (0..1_001).map(|_| json!(["is", "visit:os", ["iOS"]])).collect();
    let long: Vec<Value> = (0..20).map(|_| json!(["is", "event:page", ["/".repeat(1_000)]])).collect();
    for (filters, good) in [
        (json!([]), StatusCode::UNPROCESSABLE_ENTITY),
        (json!(many), StatusCode::UNPROCESSABLE_ENTITY),
        (json!(long), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({}), StatusCode::BAD_REQUEST),
        (json!("visit:country"), StatusCode::BAD_REQUEST),
        (json!([["is", "visit:planet", ["Mars"]]]), StatusCode::BAD_REQUEST),
        (json!([["equals", "visit:country", ["BR"]]]), StatusCode::BAD_REQUEST),
        (json!([["is", "visit:country", ["Brazil"]]]), StatusCode::BAD_REQUEST),
        (json!([["is", "event:goal", ["Signup"]]]), StatusCode::BAD_REQUEST),
        (json!([["is", "time:day", ["2026-11-30"]]]), StatusCode::BAD_REQUEST),
        (json!([["matches", "event:page", ["("]]]), StatusCode::BAD_REQUEST),
        (json!([["not", ["or", [["is", "event:hostname", ["example.com"]]]]]]), StatusCode::BAD_REQUEST),
    ] {
        let wrong = json!({"name": "Wrong", "filters": filters});
        assert_eq!(blamed(haru.post(&path("segments"), &wrong), good).await, "filters", "{filters}");
        let wrong = haru.patch(&one("segments", &kept), &json!({"filters": filters}));
        assert_eq!(blamed(wrong, good).await, "filters", "{filters}");
    }
    for body in
        [json!({}), json!({"name": "x"}), json!({"filters": good}), json!({"name": [7], "filters": good}), json!([])]
    {
        assert_eq!(status(haru.post(&path("segments"), &body)).await, StatusCode::BAD_REQUEST, "{body}");
    }
    let more = json!({"name": "x", "filters": good, "panels": []});
    assert_eq!(status(haru.post(&path("segments"), &more)).await, StatusCode::BAD_REQUEST);
    assert_eq!(listed(&haru, "segments").await.as_array().map(Vec::len), Some(2));
    assert_eq!(listed(&haru, "segments").await[0], kept, "unchanged");
}

async fn an_annotation_is_noted_changed_and_removed(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    haru.create_site("example.org", "UTC").await;
    let launch = made(&haru, "annotations", json!({"date": "2026-11-30", "text": " Launch 🚀 "})).await;
    assert_eq!((&launch["date"], &launch["text"]), (&json!("2026-11-30"), &json!("Launch 🚀")));
    assert_eq!(launch.as_object().map(serde_json::Map::len), Some(4), "{launch}");
    let second = made(&haru, "annotations", json!({"date": "2026-11-30", "text": "Launch 🚀"})).await;
    let before = made(&haru, "annotations", json!({"date": "2025-01-31", "text": "New design"})).await;
    assert_eq!(listed(&haru, "annotations").await, json!([before, launch, second]), "by day, then by age");

    let later = haru.patch(&one("annotations", &before), &json!({"date": "2026-12-01"}));
    let later = json_of(later, StatusCode::OK).await;
    assert_eq!((&later["date"], &later["text"]), (&json!("2026-12-01"), &json!("New design")));
    let told = haru.patch(&one("annotations", &launch), &json!({"text": "Launch day"}));
    let told = json_of(told, StatusCode::OK).await;
    assert_eq!(json_of(haru.patch(&one("annotations", &launch), &json!({})), StatusCode::OK).await, told);
    assert_eq!(listed(&haru, "annotations").await, json!([told, second, later]));

    let elsewhere = one("annotations", &launch).replace("example.com", "example.org");
    assert_eq!(status(haru.delete(&elsewhere)).await, StatusCode::NOT_FOUND);
    assert_eq!(status(haru.patch(&elsewhere, &json!({"text": "Mine"}))).await, StatusCode::NOT_FOUND);
    assert_eq!(status(haru.delete(&one("annotations", &launch))).await, StatusCode::NO_CONTENT);
    assert_eq!(status(haru.delete(&one("annotations", &launch))).await, StatusCode::NOT_FOUND);
    assert_eq!(status(haru.delete(&path("annotations/%00"))).await, StatusCode::NOT_FOUND);
    assert_eq!(listed(&haru, "annotations").await, json!([second, later]));
}

async fn wrong_annotations_are_refused_by_field(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let kept = made(&haru, "annotations", json!({"date": "2026-11-30", "text": "ö".repeat(200)})).await;
    for (field, value) in [
        ("date", json!("")),
        ("date", json!("2026-02-30")),
        ("date", json!("30.11.2026")),
        ("date", json!("2026-11-30T00:00:00Z")),
        ("date", json!("0001-01-01")),
        ("text", json!("")),
        ("text", json!(" ")),
        ("text", json!("x".repeat(201))),
        ("text", json!("two\nlines")),
        ("text", json!("a\u{0}b")),
    ] {
        let mut wrong = json!({"date": "2026-11-30", "text": "Launch"});
        wrong[field] = value.clone();
        assert_eq!(blamed(haru.post(&path("annotations"), &wrong), StatusCode::UNPROCESSABLE_ENTITY).await, field);
        let wrong = haru.patch(&one("annotations", &kept), &json!({field: value}));
        assert_eq!(blamed(wrong, StatusCode::UNPROCESSABLE_ENTITY).await, field);
    }
    let both = json!({"date": "someday", "text": ""});
    let answer = haru.post(&path("annotations"), &both).send().await.expect("sent");
    let problem = expect(answer, StatusCode::UNPROCESSABLE_ENTITY).await;
    assert_eq!(problem["errors"].as_array().map(Vec::len), Some(2), "all that is wrong: {problem}");
    for body in [json!({}), json!({"text": "x"}), json!({"date": [7], "text": "x"})] {
        assert_eq!(status(haru.post(&path("annotations"), &body)).await, StatusCode::BAD_REQUEST, "{body}");
    }
    assert_eq!(listed(&haru, "annotations").await, json!([kept]));
}

async fn a_site_has_so_many_and_no_more(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    haru.create_site("example.org", "UTC").await;
    let filters = json!([["is", "visit:country", ["BR"]]]);
    for number in 0..100 {
        made(&haru, "segments", json!({"name": format!("Segment {number}"), "filters": filters})).await;
    }
    let more = json!({"name": "More", "filters": filters});
    assert_eq!(blamed(haru.post(&path("segments"), &more), StatusCode::UNPROCESSABLE_ENTITY).await, "name");
    let database = database(&place).await;
    let many = "INSERT INTO annotation (id, site_id, date, text, created_at) \
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 499) \
         SELECT 'made ' || n.i, s.id, '2026-11-30', 'Note', 0 FROM n, site s WHERE s.domain = 'example.com'";
    sea_orm::ConnectionTrait::execute_unprepared(&database, many).await.expect("inserted");
    let note = json!({"date": "2026-11-30", "text": "The last"});
    let last = made(&haru, "annotations", note.clone()).await;
    assert_eq!(blamed(haru.post(&path("annotations"), &note), StatusCode::UNPROCESSABLE_ENTITY).await, "text");
    for (list, body) in [("segments", &more), ("annotations", &note)] {
        let other = format!("/api/v1/sites/example.org/{list}");
        assert_eq!(status(haru.post(&other, body)).await, StatusCode::CREATED, "another site has room: {list}");
    }
    assert_eq!(status(haru.delete(&one("annotations", &last))).await, StatusCode::NO_CONTENT);
    made(&haru, "annotations", note).await;
}

async fn viewers_read_and_do_not_write(db: Db) {
    let (haru, _place) = open(db).await;
    haru.create_site("example.com", "UTC").await;
    haru.create_site("example.org", "UTC").await;
    let seen = json_of(haru.get("/api/v1/sites/example.org"), StatusCode::OK).await["id"].take();
    let viewer = joined(&haru, "vera@example.com", json!({"role": "viewer"})).await;
    let limited = joined(&haru, "lia@example.com", json!({"role": "admin", "site_ids": [seen]})).await;
    let stranger = other(&haru, "zoe@example.com").await;
    let link = json_of(haru.post(&path("share-links"), &json!({"name": "A link"})), StatusCode::CREATED).await;
    let open = haru.url(&format!("/api/v1/share/{}/session", link["slug"].as_str().expect("a slug")));
    let session = json_of(haru.client.post(open).json(&json!({})), StatusCode::OK).await;
    let guest = haru.bearing(&session["access_token"]);
    let token = async |scope: &str| {
        let wish = json!({"name": scope, "scopes": [scope]});
        let made = json_of(haru.post("/api/v1/tokens", &wish), StatusCode::CREATED).await;
        haru.bearing(&made["token"])
    };
    let (reads, writes, numbers) = (token("sites:read").await, token("sites:write").await, token("stats:read").await);
    let lists = [
        ("segments", json!({"name": "From Brazil", "filters": [["is", "visit:country", ["BR"]]]})),
        ("annotations", json!({"date": "2026-11-30", "text": "Launch"})),
    ];
    for (list, body) in lists {
        let kept = made(&haru, list, body.clone()).await;
        let callers = [
            ("the viewer", &viewer, StatusCode::OK, StatusCode::FORBIDDEN),
            ("an admin of another site", &limited, StatusCode::NOT_FOUND, StatusCode::NOT_FOUND),
            ("a stranger", &stranger, StatusCode::NOT_FOUND, StatusCode::NOT_FOUND),
            ("a guest", &guest, StatusCode::FORBIDDEN, StatusCode::FORBIDDEN),
            ("a program that reads", &reads, StatusCode::OK, StatusCode::FORBIDDEN),
            ("a program that writes", &writes, StatusCode::FORBIDDEN, StatusCode::OK),
            ("a program for numbers", &numbers, StatusCode::FORBIDDEN, StatusCode::FORBIDDEN),
        ];
        for (who, caller, read, write) in callers {
            assert_eq!(status(caller.get(&path(list))).await, read, "{list} as {who}");
            assert_eq!(status(caller.patch(&one(list, &kept), &json!({}))).await, write, "{list} as {who}");
            if write != StatusCode::OK {
                assert_eq!(status(caller.post(&path(list), &body)).await, write, "{list} as {who}");
                assert_eq!(status(caller.delete(&one(list, &kept))).await, write, "{list} as {who}");
            }
        }
        assert_eq!(listed(&viewer, list).await, json!([kept]));
    }
}

async fn they_go_with_their_site_and_their_account(db: Db) {
    let (haru, place) = open(db).await;
    let database = database(&place).await;
    let filters = json!([["is", "visit:country", ["BR"]]]);
    let left = async || {
        number(&database, "SELECT COUNT(*) FROM saved_segment").await
            + number(&database, "SELECT COUNT(*) FROM annotation").await
    };
    let fill = async |haru: &Haru| {
        haru.create_site("example.com", "UTC").await;
        made(haru, "segments", json!({"name": "From Brazil", "filters": filters})).await;
        made(haru, "annotations", json!({"date": "2026-11-30", "text": "Launch"})).await;
    };
    fill(&haru).await;
    let before = (listed(&haru, "segments").await, listed(&haru, "annotations").await);
    let reset = haru.post(&path("reset"), &json!({"domain": "example.com"}));
    assert_eq!(status(reset).await, StatusCode::NO_CONTENT);
    assert_eq!((listed(&haru, "segments").await, listed(&haru, "annotations").await), before, "a reset keeps them");
    assert_eq!(status(haru.delete(&format!("{SITE}?domain=example.com"))).await, StatusCode::NO_CONTENT);
    assert_eq!(left().await, 0);

    let other = other(&haru, "zoe@example.com").await;
    fill(&other).await;
    let body = json!({"password": crate::harness::PASSWORD});
    assert_eq!(status(other.post("/api/v1/account/delete", &body)).await, StatusCode::NO_CONTENT);
    assert_eq!(left().await, 0);
}
