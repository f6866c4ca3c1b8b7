//! What lies at the edge of what somebody may: sites of others, accounts that one enters, secrets that changed meanwhile, and what
//! there could be too much of.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::StatusCode;
use sea_orm::{ConnectionTrait, DatabaseConnection, TransactionTrait};
use serde_json::{Value, json};
use totp_rs::Totp;

use crate::harness::{Db, Haru, PASSWORD, eventually, json_of, on_both, status};
use crate::logins::once_more;
use crate::passwords::token_of_a_link;
use crate::people::{accept, invite, joined, me, open, other, user_id};
use crate::sealing::{database, number};

on_both!(
    an_admin_of_some_sites_withdraws_only_invitations_to_these,
    a_login_that_enters_an_account_is_in_its_log,
    a_password_by_a_link_is_in_the_log_of_each_account,
    a_reset_leaves_no_member_with_a_retired_site,
    a_secret_that_was_begun_anew_is_not_confirmed_by_a_code_of_the_first,
    a_deleted_site_is_no_hindrance_to_an_admin_of_some_sites,
    an_emptied_site_is_looked_at_again_when_it_goes,
    no_slug_looks_like_an_id_and_no_id_is_an_address,
    a_user_has_a_hundred_logins_at_most,
);

const CONFIRM: &str = "/api/v1/me/second-factor/confirm";

async fn noted(database: &DatabaseConnection, account: &str, action: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) FROM audit_entry WHERE account_id = '{account}' AND action = '{action}'");
    number(database, &sql).await
}

async fn account_id(haru: &Haru) -> String {
    me(haru).await["account"]["id"].as_str().expect("an id").to_owned()
}

async fn an_admin_of_some_sites_withdraws_only_invitations_to_these(db: Db) {
    let (ana, _place) = open(db).await;
    let (own, hidden) = (ana.create_site("own.example", "UTC").await, ana.create_site("hidden.example", "UTC").await);
    let ben = joined(&ana, "ben@example.com", json!({"role": "admin", "site_ids": [own.id]})).await;
    let path = |made: &Value| format!("/api/v1/account/invitations/{}", made["id"].as_str().expect("an id"));
    for wish in [
        json!({"role": "viewer"}),
        json!({"role": "viewer", "site_ids": [hidden.id]}),
        json!({"role": "viewer", "site_ids": [own.id, hidden.id]}),
    ] {
        let made = invite(&ana, wish.clone()).await;
        assert_eq!(status(ben.delete(&path(&made))).await, StatusCode::FORBIDDEN, "{wish}");
        assert_eq!(status(ana.delete(&path(&made))).await, StatusCode::NO_CONTENT, "it was still there: {wish}");
    }
    let made = invite(&ana, json!({"role": "viewer", "site_ids": [own.id]})).await;
    assert_eq!(status(ben.delete(&path(&made))).await, StatusCode::NO_CONTENT);
}

async fn a_login_that_enters_an_account_is_in_its_log(db: Db) {
    let (ana, place) = open(db).await;
    let mut ben = other(&ana, "ben@example.com").await;
    let (own, of_ana) = (account_id(&ben).await, account_id(&ana).await);
    accept(&mut ben, &invite(&ana, json!({"role": "viewer"})).await).await;
    let database = database(&place).await;
    let before = (noted(&database, &own, "login.begun").await, noted(&database, &of_ana, "login.begun").await);
    let switch = |account: &str| status(ben.post("/api/v1/auth/switch", &json!({"account_id": account})));
    assert_eq!(switch(&own).await, StatusCode::OK);
    assert_eq!(noted(&database, &own, "login.begun").await, before.0 + 1);
    assert_eq!(switch(&of_ana).await, StatusCode::OK);
    assert_eq!(noted(&database, &of_ana, "login.begun").await, before.1 + 1);
}

async fn a_password_by_a_link_is_in_the_log_of_each_account(db: Db) {
    let (ana, place) = open(db).await;
    let mut ben = other(&ana, "ben@example.com").await;
    let accounts = [account_id(&ben).await, account_id(&ana).await];
    accept(&mut ben, &invite(&ana, json!({"role": "viewer"})).await).await;
    let token = token_of_a_link(&ana, "ben@example.com").await;
    let body = json!({"token": token, "password": "une autre longue phrase"});
    let set = status(ana.client.post(ana.url("/api/v1/auth/password/reset")).json(&body)).await;
    assert_eq!(set, StatusCode::NO_CONTENT);
    let database = database(&place).await;
    for account in &accounts {
        for action in ["login.reset_link_made", "login.password_changed"] {
            assert_eq!(noted(&database, account, action).await, 1, "{action}");
        }
    }
    let log = json_of(ana.get("/api/v1/account/audit"), StatusCode::OK).await;
    let made = log["entries"].as_array().expect("a list").iter().find(|e| e["action"] == "login.reset_link_made");
    let made = made.expect("an entry");
    assert_eq!((&made["who"], &made["subject"]), (&json!("Ana <ana@example.com>"), &json!("Ana <ben@example.com>")));
}

async fn a_reset_leaves_no_member_with_a_retired_site(db: Db) {
    let (ana, place) = open(db).await;
    let (one, two) = (ana.create_site("one.example", "UTC").await, ana.create_site("two.example", "UTC").await);
    let ben = joined(&ana, "ben@example.com", json!({"role": "viewer", "site_ids": [two.id]})).await;
    let path = format!("/api/v1/account/members/{}", user_id(&ben).await);
    let database = database(&place).await;
    for round in 0..12 {
        let body = json!({"site_ids": if round % 2 == 0 { [&one.id] } else { [&two.id] }});
        let site = if round % 2 == 0 { "one.example" } else { "two.example" };
        let reset = ana.post(&format!("/api/v1/sites/{site}/reset"), &json!({"domain": site}));
        let (reset, changed) = tokio::join!(status(reset), status(ana.patch(&path, &body)));
        assert!(reset.is_success() && changed == StatusCode::OK, "{reset} {changed}");
        let dead =
            "SELECT COUNT(*) FROM member_site WHERE site_id NOT IN (SELECT id FROM site WHERE deleted_at IS NULL)";
        assert_eq!(number(&database, dead).await, 0, "round {round}");
    }
}

/// Begins a second factor.
async fn begun(haru: &Haru) -> Totp {
    let begun = json_of(haru.post("/api/v1/me/second-factor", &json!({"password": PASSWORD})), StatusCode::OK).await;
    Totp::from_url(begun["uri"].as_str().expect("an address")).expect("readable")
}

fn code(totp: &Totp) -> Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    json!({"code": totp.generate(now).to_string()})
}

async fn a_secret_that_was_begun_anew_is_not_confirmed_by_a_code_of_the_first(db: Db) {
    let (ana, place) = Haru::with_owner(db).await;
    let first = begun(&ana).await;
    let database = database(&place).await;
    // Another begin that is not committed when the code is looked at, and is when it is confirmed.
    let another = database.begin().await.expect("begun");
    let secret = if place.database_url.is_some() { "'\\x00'" } else { "x'00'" };
    another.execute_unprepared(&format!("UPDATE second_factor SET secret = {secret}")).await.expect("set");
    let commit = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        another.commit().await.expect("committed");
    };
    let (confirmed, ()) = tokio::join!(status(ana.post(CONFIRM, &code(&first))), commit);
    assert_eq!(confirmed, StatusCode::NOT_FOUND);
    assert_eq!(me(&ana).await["second_factor"], json!(false));
    let second = begun(&ana).await;
    let codes = json_of(ana.post(CONFIRM, &code(&second)), StatusCode::OK).await;
    // New recovery codes are told of.
    let body = json!({"password": PASSWORD, "code": codes["recovery_codes"][0]});
    let fresh = ana.post("/api/v1/me/second-factor/recovery-codes", &body);
    assert_eq!(status(fresh).await, StatusCode::OK);
    assert_eq!(noted(&database, &account_id(&ana).await, "login.recovery_codes_made").await, 1);
}

async fn a_deleted_site_is_no_hindrance_to_an_admin_of_some_sites(db: Db) {
    let (ana, _place) = open(db).await;
    let (kept, gone) = (ana.create_site("kept.example", "UTC").await, ana.create_site("gone.example", "UTC").await);
    let sites = json!([kept.id, gone.id]);
    let ben = joined(&ana, "ben@example.com", json!({"role": "admin", "site_ids": sites})).await;
    let eva = joined(&ana, "eva@example.com", json!({"role": "viewer", "site_ids": sites})).await;
    let open = invite(&ana, json!({"role": "viewer", "site_ids": sites})).await;
    assert_eq!(status(ana.delete("/api/v1/sites/gone.example?domain=gone.example")).await, StatusCode::NO_CONTENT);
    let member = format!("/api/v1/account/members/{}", user_id(&eva).await);
    assert_eq!(status(ben.patch(&member, &json!({"role": "admin"}))).await, StatusCode::OK);
    let invitation = format!("/api/v1/account/invitations/{}", open["id"].as_str().expect("an id"));
    assert_eq!(status(ben.delete(&invitation)).await, StatusCode::NO_CONTENT);
}

async fn an_emptied_site_is_looked_at_again_when_it_goes(db: Db) {
    let (ana, place) = Haru::with_owner(db).await;
    let database = database(&place).await;
    let drops = "SELECT COUNT(*) FROM dropped";
    let lingering = "SELECT COUNT(*) FROM site WHERE deleted_at IS NOT NULL";
    let mut key = 0;
    for domain in ["first.example", "second.example"] {
        let site = ana.create_site(domain, "UTC").await;
        ana.count(&site.token, 1, json!({"p": "/"})).await;
        let row = number(&database, &format!("SELECT id FROM site WHERE domain = '{domain}'")).await;
        assert_eq!(
            status(ana.delete(&format!("/api/v1/sites/{domain}?domain={domain}"))).await,
            StatusCode::NO_CONTENT
        );
        eventually("its events to be removed", || async {
            (number(&database, &format!("SELECT SUM(events) FROM event_block WHERE site_id = {row}")).await == 0)
                .then_some(())
        })
        .await;
        if key == 0 {
            key = row;
            // The visit that removed the event has found the rest empty when the next site's round has come.
            let other = ana.create_site("between.example", "UTC").await;
            ana.count(&other.token, 1, json!({"p": "/"})).await;
            assert_eq!(
                status(ana.delete("/api/v1/sites/between.example?domain=between.example")).await,
                StatusCode::NO_CONTENT
            );
            eventually("the round", || async {
                (number(&database, "SELECT SUM(events) FROM event_block").await == 0).then_some(())
            })
            .await;
            let late =
                format!("INSERT INTO dropped (site_id, date, reason, count) VALUES ({key}, '2026-01-01', 'bot', 1)");
            database.execute_unprepared(&late).await.expect("inserted");
        }
    }
    assert_eq!(number(&database, drops).await, 1, "it was not looked at in the round of the second");
    assert_eq!(number(&database, lingering).await, 3);
    database.execute_unprepared("UPDATE site SET deleted_at = deleted_at - 400000").await.expect("set back");
    ana.create_site("third.example", "UTC").await;
    assert_eq!(status(ana.delete("/api/v1/sites/third.example?domain=third.example")).await, StatusCode::NO_CONTENT);
    eventually("the end of those that lingered", || async {
        (number(&database, lingering).await == 1 && number(&database, drops).await == 0).then_some(())
    })
    .await;
}

async fn no_slug_looks_like_an_id_and_no_id_is_an_address(db: Db) {
    let (ana, _place) = Haru::with_owner(db).await;
    let site = ana.create_site("example.com", "UTC").await;
    let links = "/api/v1/sites/example.com/share-links";
    let link = |slug: &str| json!({"name": "Press", "slug": slug});
    let refused = json_of(ana.post(links, &link(&site.id)), StatusCode::UNPROCESSABLE_ENTITY).await;
    assert_eq!(refused["errors"][0]["field"], "slug");
    json_of(ana.post(links, &link("0190163d8694739bae30a1d1a2b3c4d5")), StatusCode::CREATED).await;
    json_of(ana.patch("/api/v1/sites/example.com", &json!({"public": true})), StatusCode::OK).await;
    let look = |name: &str| status(ana.client.get(ana.url(&format!("/api/v1/share/{name}"))));
    assert_eq!(look("example.com").await, StatusCode::OK);
    assert_eq!(look(&site.id).await, StatusCode::NOT_FOUND);
}

async fn a_user_has_a_hundred_logins_at_most(db: Db) {
    let (ana, place) = Haru::with_owner(db).await;
    let database = database(&place).await;
    let columns = "user_id, account_id, nonce, generation, created_at, expires_at, client";
    for index in 1..=120 {
        let sql = format!(
            "INSERT INTO session (id, rotated_at, {columns}) SELECT 'old-{index:03}', rotated_at - {index}000, {columns} \
             FROM session WHERE id NOT LIKE 'old-%'"
        );
        database.execute_unprepared(&sql).await.expect("inserted");
    }
    once_more(&ana).await;
    assert_eq!(number(&database, "SELECT COUNT(*) FROM session").await, 100);
    let left = "SELECT COUNT(*) FROM session WHERE id <= 'old-098' OR id NOT LIKE 'old-%'";
    assert_eq!(number(&database, left).await, 100, "the longest unused have ended");
    let listed = json_of(ana.get("/api/v1/me/sessions"), StatusCode::OK).await;
    assert_eq!(listed["sessions"].as_array().map(Vec::len), Some(100), "{listed}");
}
