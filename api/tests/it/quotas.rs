//! Quotas of an account: how many sites and events, and who is told.

use reqwest::StatusCode;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::admin::{account_of, path_of};
use crate::harness::{Db, Haru, Place, json_of, on_both, status};
use crate::mail_server::MailServer;
use crate::people::{joined, me, open, other};
use crate::sealing::{after_restart, database, number, run};

on_both!(
    quotas_of_sites_hold_also_at_once,
    nearly_and_wholly_used_sites_are_told_of,
    events_beyond_a_quota_are_kept_and_told_of,
    an_owner_is_told_of_each_state_once_a_month,
    a_count_is_the_same_before_and_after_sealing,
);

/// Looks at the counts anew: they are believed for a minute.
async fn forgetting(haru: Haru, place: &Place) -> Haru {
    after_restart(haru, place).await
}

async fn quotas_of_sites_hold_also_at_once(db: Db) {
    let (ana, _place) = open(db).await;
    let eve = other(&ana, "eve@example.com").await;
    eve.create_site("one.example", "UTC").await;
    let path = path_of(&account_of(&eve).await);
    let changed = json_of(ana.patch(&path, &json!({"sites_max": 3})), StatusCode::OK).await;
    assert_eq!((&changed["sites_max"], &changed["sites"]), (&json!(3), &json!(1)));
    let make = |index: usize| {
        let domain = format!("many{index}.example");
        status(eve.post("/api/v1/sites", &json!({"name": "A", "domain": domain})))
    };
    let answers = futures_util::future::join_all((0..6).map(make)).await;
    let of = |wanted: StatusCode| answers.iter().filter(|status| **status == wanted).count();
    assert_eq!((of(StatusCode::CREATED), of(StatusCode::FORBIDDEN)), (2, 4), "{answers:?}");
    assert_eq!(json_of(eve.get("/api/v1/account"), StatusCode::OK).await["sites_max"], json!(3));
    // A lower quota takes nothing away; a deleted site makes room.
    json_of(ana.patch(&path, &json!({"sites_max": 1})), StatusCode::OK).await;
    assert_eq!(json_of(eve.get("/api/v1/account"), StatusCode::OK).await["sites"], json!(3));
    json_of(ana.patch(&path, &json!({"sites_max": 3})), StatusCode::OK).await;
    assert_eq!(status(eve.delete("/api/v1/sites/one.example?domain=one.example")).await, StatusCode::NO_CONTENT);
    assert_eq!(make(10).await, StatusCode::CREATED);
    assert_eq!(make(11).await, StatusCode::FORBIDDEN);
    json_of(ana.patch(&path, &json!({"sites_max": null})), StatusCode::OK).await;
    assert_eq!(make(11).await, StatusCode::CREATED);
    ana.create_site("others.example", "UTC").await;
}

async fn nearly_and_wholly_used_sites_are_told_of(db: Db) {
    let (ana, place) = open(db).await;
    let seen = ana.create_site("site0.example", "UTC").await;
    for index in 1..4 {
        ana.create_site(&format!("site{index}.example"), "UTC").await;
    }
    let ben = joined(&ana, "ben@example.com", json!({"role": "admin", "site_ids": [seen.id]})).await;
    let eva = joined(&ana, "eva@example.com", json!({"role": "viewer"})).await;
    let path = path_of(&account_of(&ana).await);
    for (max, word, notice) in [
        (json!(6), "ok", None),
        (json!(5), "near", Some("sites_quota_near")),
        (json!(4), "near", Some("sites_quota_near")),
        (json!(3), "exceeded", Some("sites_quota_exceeded")),
        (json!(null), "none", None),
    ] {
        let changed = json_of(ana.patch(&path, &json!({"sites_max": max})), StatusCode::OK).await;
        assert_eq!((&changed["sites_quota"], &changed["quota"]), (&json!(word), &json!("none")), "{max}");
        let expected: Vec<&str> = notice.into_iter().collect();
        for member in [&ana, &ben] {
            let account = json_of(member.get("/api/v1/account"), StatusCode::OK).await;
            assert_eq!(account["sites_quota"], json!(word), "all of the account's sites, of {max}");
            assert_eq!(me(member).await["notices"], json!(expected), "{max}");
        }
        assert_eq!(me(&eva).await["notices"], json!([]), "viewers are not told");
    }
    let listed = json_of(ana.get("/api/v1/admin/accounts"), StatusCode::OK).await;
    assert_eq!(listed["accounts"][0]["sites_quota"], "none");
    // Both at once.
    let both = json!({"sites_max": 3, "events_a_month_max": 1});
    json_of(ana.patch(&path, &both), StatusCode::OK).await;
    for visitor in 1..3 {
        ana.count(&seen.token, visitor, json!({"p": "/"})).await;
    }
    let ana = forgetting(ana, &place).await;
    assert_eq!(me(&ana).await["notices"], json!(["quota_exceeded", "sites_quota_exceeded"]));
}

async fn events_beyond_a_quota_are_kept_and_told_of(db: Db) {
    let (mut ana, place) = open(db).await;
    let site = ana.create_site("example.com", "UTC").await;
    let mut ben = joined(&ana, "ben@example.com", json!({"role": "admin"})).await;
    let mut eva = joined(&ana, "eva@example.com", json!({"role": "viewer"})).await;
    let path = path_of(&account_of(&ana).await);
    let quota = async |ana: &Haru| {
        let account = json_of(ana.get("/api/v1/account"), StatusCode::OK).await;
        (account["quota"].as_str().expect("a word").to_owned(), account["events_this_month"].clone())
    };
    let changed = json_of(ana.patch(&path, &json!({"events_a_month_max": 10})), StatusCode::OK).await;
    assert_eq!((&changed["quota"], &changed["events_a_month_max"]), (&json!("ok"), &json!(10)));
    let mut sent = 0;
    for (upto, word, notice) in [
        (7, "ok", None),
        (8, "near", Some("quota_near")),
        (10, "near", Some("quota_near")),
        (11, "exceeded", Some("quota_exceeded")),
    ] {
        while sent < upto {
            ana.count(&site.token, sent, json!({"p": "/"})).await;
            ana.count(&site.token, sent, json!({"p": "/", "n": "engagement", "e": 1000})).await;
            sent += 1;
        }
        ana = forgetting(ana, &place).await;
        (ben.base, eva.base) = (ana.base.clone(), ana.base.clone());
        assert_eq!(quota(&ana).await, (word.to_owned(), json!(upto)));
        let expected: Vec<&str> = notice.into_iter().collect();
        for member in [&ana, &ben] {
            assert_eq!(me(member).await["notices"], json!(expected), "{upto}");
        }
        assert_eq!(me(&eva).await["notices"], json!([]), "viewers are not told");
    }
    assert_eq!(ana.results("example.com", &["events"], &[]).await[0]["metrics"], json!([11]), "all are counted");
    let database = database(&place).await;
    let told = "SELECT COUNT(*) FROM account WHERE told_exceeded IS NOT NULL";
    crate::harness::eventually("the owner to be told", || async { (number(&database, told).await == 1).then_some(()) })
        .await;
    let changed = json_of(ana.patch(&path, &json!({"events_a_month_max": null})), StatusCode::OK).await;
    assert_eq!(changed["quota"], "none");
    assert_eq!(me(&ana).await["notices"], json!([]));
    assert_eq!(number(&database, told).await, 0);
}

async fn an_owner_is_told_of_each_state_once_a_month(db: Db) {
    let server = MailServer::start().await;
    let place = Place::new(db).await;
    let flags = ["--smtp-url", &server.url, "--collect-rate-limit", "0", "--trusted-proxies", "127.0.0.1"];
    let mut ana = place.start(&flags).await;
    ana.register("ana@example.com").await;
    let site = ana.create_site("example.com", "UTC").await;
    let path = path_of(&account_of(&ana).await);
    let database = database(&place).await;
    // It is looked at when the service starts.
    let mut expected = 0;
    for (max, events, subject) in [
        (10, 7, None),
        (10, 1, Some("Most of your events of this month are used")),
        (10, 1, None),
        (10, 3, Some("Your events of this month are used up")),
        (10, 1, None),
    ] {
        if expected == 0 {
            json_of(ana.patch(&path, &json!({"events_a_month_max": max})), StatusCode::OK).await;
        }
        for visitor in 0..events {
            ana.count(&site.token, visitor, json!({"p": "/"})).await;
        }
        let token = ana.token.clone();
        ana.stop().await;
        ana = place.start(&flags).await;
        ana.token = token;
        match subject {
            Some(subject) => {
                let mail = server.after(expected).await;
                assert_eq!(mail.to, ["ana@example.com"]);
                assert!(mail.text.contains(&format!("Subject: {subject}")), "{}", mail.text);
                expected += 1;
            }
            None => tokio::time::sleep(std::time::Duration::from_secs(1)).await,
        }
        assert_eq!(server.mails().len(), expected);
    }
    // In the next month it would be said again.
    let before = "UPDATE account SET told_exceeded = told_exceeded - 1";
    database.execute_unprepared(before).await.expect("changed");
    ana.stop().await;
    let _haru = place.start(&flags).await;
    assert!(server.after(expected).await.text.contains("Your events of this month are used up"));
}

async fn a_count_is_the_same_before_and_after_sealing(db: Db) {
    use crate::sealing::{history, send};
    let (mut ana, place) = open(db).await;
    // As many days back as the month has, so that some of its days are over, at least with the first of them.
    ana.create_site("example.com", "Pacific/Kiritimati").await;
    send(&ana, "example.com", &history(40)).await;
    ana.create_site("other.example", "UTC").await;
    send(&ana, "other.example", &history(3)).await;
    ana = forgetting(ana, &place).await;
    let counted = async |ana: &Haru| {
        let account = json_of(ana.get("/api/v1/account"), StatusCode::OK).await;
        account["events_this_month"].as_i64().expect("a number")
    };
    let month = ana.query(json!({"site_id": "example.com", "metrics": ["events"], "date_range": "month"})).await;
    let other = ana.query(json!({"site_id": "other.example", "metrics": ["events"], "date_range": "month"})).await;
    let of = |answer: &Value| answer["results"][0]["metrics"][0].as_i64().expect("a number");
    let before = counted(&ana).await;
    assert_eq!(before, of(&month) + of(&other), "what the dashboard calls events of the month");
    for site in ["example.com", "other.example"] {
        run(&place, &["seal", "--site", site]).await;
    }
    let database = database(&place).await;
    assert!(number(&database, "SELECT COUNT(*) FROM segment").await > 0);
    ana = forgetting(ana, &place).await;
    assert_eq!(counted(&ana).await, before);
    // Rows that come late lie beside the segments.
    if before > 0 {
        send(&ana, "other.example", &[crate::sealing::item(chrono::Utc::now(), "late", "/")]).await;
        ana = forgetting(ana, &place).await;
        assert_eq!(counted(&ana).await, before + 1);
    }
}
