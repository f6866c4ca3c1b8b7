//! What a request was let in by is looked at again where it takes effect: it may have changed while the request waited.
//!
//! Here the other change is one that is not committed yet when the request is let in, and is when the request goes on.

use std::time::Duration;

use reqwest::{RequestBuilder, StatusCode};
use sea_orm::{ConnectionTrait, DatabaseConnection, TransactionTrait};
use serde_json::json;

use crate::harness::{Db, Haru, PASSWORD, on_both, status};
use crate::logins::once_more;
use crate::passwords::token_of_a_link;
use crate::people::{joined, open, user_id};
use crate::sealing::{database, number};

on_both!(
    a_login_with_a_password_that_was_changed_meanwhile_does_not_begin,
    a_change_of_password_that_was_overtaken_changes_nothing,
    a_reset_and_a_change_of_the_same_password_do_not_wait_for_each_other,
    no_token_is_made_by_who_lost_the_right_meanwhile,
    nothing_is_made_by_a_login_that_ended_meanwhile,
);

/// The answer to a request beside which those statements are run and committed once the request waits for them.
async fn beside(database: &DatabaseConnection, statements: &[&str], request: RequestBuilder) -> StatusCode {
    let other = database.begin().await.expect("begun");
    for statement in statements {
        other.execute_unprepared(statement).await.expect("run");
    }
    let commit = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        other.commit().await.expect("committed");
    };
    tokio::join!(status(request), commit).0
}

/// What a new password does, whoever sets it.
const NEW_PASSWORD: [&str; 2] = ["UPDATE \"user\" SET password_hash = 'another'", "DELETE FROM session"];

async fn a_login_with_a_password_that_was_changed_meanwhile_does_not_begin(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    let database = database(&place).await;
    let body = json!({"email": "ana@example.com", "password": PASSWORD});
    let login = haru.client.post(haru.url("/api/v1/auth/login")).json(&body);
    assert_eq!(beside(&database, &NEW_PASSWORD, login).await, StatusCode::UNAUTHORIZED);
    assert_eq!(number(&database, "SELECT COUNT(*) FROM session").await, 0);
}

async fn a_change_of_password_that_was_overtaken_changes_nothing(db: Db) {
    let (mut haru, place) = Haru::with_owner(db).await;
    let database = database(&place).await;
    let change = json!({"current": PASSWORD, "password": "une autre longue phrase"});
    let [set, end] = NEW_PASSWORD;
    let ended = beside(&database, &[end], haru.post("/api/v1/me/password", &change)).await;
    assert_eq!(ended, StatusCode::UNAUTHORIZED, "the login has ended");
    haru.token = once_more(&haru).await.0;
    let overtaken = beside(&database, &[set], haru.post("/api/v1/me/password", &change)).await;
    assert_eq!(overtaken, StatusCode::UNAUTHORIZED, "another password was set");
    assert_eq!(number(&database, "SELECT COUNT(*) FROM \"user\" WHERE password_hash = 'another'").await, 1);
}

async fn a_reset_and_a_change_of_the_same_password_do_not_wait_for_each_other(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    let database = database(&place).await;
    let token = token_of_a_link(&haru, "ana@example.com").await;
    let body = json!({"token": token, "password": "une autre longue phrase"});
    let reset = haru.client.post(haru.url("/api/v1/auth/password/reset")).json(&body);
    // What a change does, step by step: while the reset waits for the user, it must not hold the link.
    let change = database.begin().await.expect("begun");
    change.execute_unprepared(NEW_PASSWORD[0]).await.expect("set");
    let goes_on = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        change.execute_unprepared("DELETE FROM password_reset").await.expect("not in each other's way");
        change.commit().await.expect("committed");
    };
    let (reset, ()) = tokio::join!(status(reset), goes_on);
    assert_eq!(reset, StatusCode::NOT_FOUND, "the change ended the link");
}

async fn no_token_is_made_by_who_lost_the_right_meanwhile(db: Db) {
    let (ana, place) = open(db).await;
    let (one, two) = (ana.create_site("one.example", "UTC").await, ana.create_site("two.example", "UTC").await);
    let ben = joined(&ana, "ben@example.com", json!({"role": "admin"})).await;
    let id = user_id(&ben).await;
    let database = database(&place).await;
    let make = |scope: &str, site: &str| {
        ben.post("/api/v1/tokens", &json!({"name": "A program", "scopes": [scope], "site_ids": [site]}))
    };
    // What changes a member holds the account.
    let held = "UPDATE account SET name = name";
    let limited = format!("UPDATE member SET limited = TRUE WHERE user_id = '{id}'");
    let listed = format!(
        "INSERT INTO member_site (account_id, user_id, site_id) SELECT account_id, '{id}', id FROM site \
         WHERE public_id = '{}'",
        one.id
    );
    let hidden = beside(&database, &[held, &limited, &listed], make("stats:read", &two.id)).await;
    assert_eq!(hidden, StatusCode::UNPROCESSABLE_ENTITY, "the site is hidden from them");
    let viewer = format!("UPDATE member SET role = 'viewer' WHERE user_id = '{id}'");
    assert_eq!(beside(&database, &[held, &viewer], make("events:write", &one.id)).await, StatusCode::FORBIDDEN);
    assert_eq!(number(&database, "SELECT COUNT(*) FROM api_token").await, 0);
    assert_eq!(status(make("stats:read", &one.id)).await, StatusCode::CREATED, "what viewers may");
}

async fn nothing_is_made_by_a_login_that_ended_meanwhile(db: Db) {
    let (mut ana, place) = Haru::with_owner(db).await;
    let database = database(&place).await;
    for (path, body, table) in [
        ("/api/v1/tokens", json!({"name": "A program", "scopes": ["stats:read"]}), "api_token"),
        ("/api/v1/account/invitations", json!({"role": "admin"}), "invitation"),
    ] {
        let made = beside(&database, &NEW_PASSWORD[1..], ana.post(path, &body)).await;
        assert_eq!(made, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(number(&database, &format!("SELECT COUNT(*) FROM {table}")).await, 0);
        ana.token = once_more(&ana).await.0;
        assert_eq!(status(ana.post(path, &body)).await, StatusCode::CREATED, "{path}");
    }
}
