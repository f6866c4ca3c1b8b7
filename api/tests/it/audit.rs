//! The audit log of an account: what is in it, who reads it, and for how long it is kept.

use reqwest::StatusCode;
use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::harness::{Db, eventually, json_of, on_both, status};
use crate::people::{invite, joined, open, other, user_id};
use crate::sealing::{database, number};

on_both!(what_was_done_is_read_by_the_owner_alone,);

async fn what_was_done_is_read_by_the_owner_alone(db: Db) {
    let (ana, place) = open(db).await;
    ana.create_site("example.com", "UTC").await;
    let ben = joined(&ana, "ben@example.com", json!({"role": "admin"})).await;
    let open = invite(&ben, json!({"role": "viewer", "email": "Eva@Example.com"})).await;
    let path = format!("/api/v1/account/invitations/{}", open["id"].as_str().expect("an id"));
    assert_eq!(status(ben.delete(&path)).await, StatusCode::NO_CONTENT);
    json_of(ben.patch("/api/v1/account", &json!({"name": " Ours "})), StatusCode::OK).await;
    let path = format!("/api/v1/account/members/{}", user_id(&ben).await);
    json_of(ana.patch(&path, &json!({"role": "viewer"})), StatusCode::OK).await;
    assert_eq!(status(ben.delete(&path)).await, StatusCode::NO_CONTENT);
    let read = |query: &str| {
        let request = ana.get(&format!("/api/v1/account/audit{query}"));
        async { json_of(request, StatusCode::OK).await }
    };
    let log = read("").await;
    assert_eq!(log["more"], json!(false));
    let entries = log["entries"].as_array().expect("a list");
    let told: Vec<(String, String, String)> = entries
        .iter()
        .filter(|entry| entry["action"] != "login.begun")
        .map(|entry| {
            let text = |key: &str| entry[key].as_str().expect("text").to_owned();
            (text("action"), text("who"), text("subject"))
        })
        .collect();
    let told: Vec<(&str, &str, &str)> = told.iter().map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).collect();
    let (ana_, ben_) = ("Ana <ana@example.com>", "ben <ben@example.com>");
    assert_eq!(
        told,
        [
            ("member.left", ben_, ben_),
            ("member.changed", ana_, "ben <ben@example.com>, viewer"),
            ("account.renamed", ben_, "Ours"),
            ("member.invitation_withdrawn", ben_, "eva@example.com, viewer"),
            ("member.invited", ben_, "eva@example.com, viewer"),
            ("member.joined", ben_, "admin"),
            ("member.invited", ana_, "whoever has the link, admin"),
            ("site.made", ana_, "example.com"),
        ]
    );
    // Page by page it is the same.
    let (mut pages, mut before) = (Vec::new(), String::new());
    loop {
        let page = read(&format!("?limit=3{before}")).await;
        let part = page["entries"].as_array().expect("a list").clone();
        before = format!("&before={}", part.last().expect("one")["id"].as_str().expect("an id"));
        pages.extend(part);
        if page["more"] == json!(false) {
            break;
        }
    }
    assert_eq!(&pages, entries);
    for bad in ["?limit=0", "?limit=201"] {
        let request = ana.get(&format!("/api/v1/account/audit{bad}"));
        assert_eq!(status(request).await, StatusCode::UNPROCESSABLE_ENTITY);
    }
    read("?before=%00").await;
    // Another owner reads their own.
    let eve = other(&ana, "eve@example.com").await;
    let foreign = json_of(eve.get("/api/v1/account/audit"), StatusCode::OK).await;
    assert!(!foreign.to_string().contains("ana@example.com"), "{foreign}");
    // Entries go after 400 days.
    let database = database(&place).await;
    let oldest = entries.last().expect("one")["id"].as_str().expect("an id");
    let old = format!("UPDATE audit_entry SET id = '018bcfe5-6800-7000-8000-000000000000' WHERE id = '{oldest}'");
    database.execute_unprepared(&old).await.expect("changed");
    let count = i64::try_from(entries.len()).expect("few");
    ana.stop().await;
    let _haru = place.start(&[]).await;
    let of_ana = "SELECT COUNT(*) FROM audit_entry WHERE account_id = (SELECT account_id FROM site)";
    eventually("the old entry to be forgotten", || async {
        (number(&database, of_ana).await == count - 1).then_some(())
    })
    .await;
}
