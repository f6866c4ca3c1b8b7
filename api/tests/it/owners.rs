//! Accounts change hands and end: leaving, handing over, switching, deleting.

use reqwest::StatusCode;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::harness::{Db, Haru, PASSWORD, eventually, json_of, on_both, status};
use crate::people::{accept, invite, joined, me, open, other, sites_of, user_id};
use crate::sealing::{database, number};

on_both!(
    who_leaves_their_only_account_is_gone_and_who_has_another_is_not,
    ownership_is_handed_over_with_the_password,
    a_switch_shows_the_other_account_and_nothing_of_the_first,
    a_deleted_account_leaves_nothing_and_takes_nothing_of_others,
    the_last_administrator_of_the_instance_stays,
);

async fn who_leaves_their_only_account_is_gone_and_who_has_another_is_not(db: Db) {
    let (ana, place) = open(db).await;
    let eva = joined(&ana, "eva@example.com", json!({"role": "viewer"})).await;
    let mut ben = other(&ana, "ben@example.com").await;
    accept(&mut ben, &invite(&ana, json!({"role": "viewer"})).await).await;
    for leaving in [&eva, &ben] {
        let path = format!("/api/v1/account/members/{}", user_id(leaving).await);
        assert_eq!(status(leaving.delete(&path)).await, StatusCode::NO_CONTENT);
        assert_eq!(status(leaving.get("/api/v1/me")).await, StatusCode::UNAUTHORIZED);
    }
    let login = |email: &str| {
        ana.client.post(ana.url("/api/v1/auth/login")).json(&json!({"email": email, "password": PASSWORD}))
    };
    assert_eq!(status(login("eva@example.com")).await, StatusCode::UNAUTHORIZED, "there is no such user any more");
    let session = json_of(login("ben@example.com"), StatusCode::OK).await;
    assert_eq!(session["account"]["role"], "owner");
    let database = database(&place).await;
    assert_eq!(number(&database, r#"SELECT COUNT(*) FROM "user""#).await, 2);
    assert_eq!(number(&database, "SELECT COUNT(*) FROM member").await, 2);
    // The address is free again.
    other(&ana, "eva@example.com").await;
}

async fn ownership_is_handed_over_with_the_password(db: Db) {
    let (ana, _place) = Haru::with_owner(db).await;
    let site = ana.create_site("example.com", "UTC").await;
    ana.create_site("other.example", "UTC").await;
    let eva = joined(&ana, "eva@example.com", json!({"role": "viewer", "site_ids": [site.id]})).await;
    let (old, new) = (user_id(&ana).await, user_id(&eva).await);
    let hand =
        |id: &str, password: &str| ana.post("/api/v1/account/owner", &json!({"member_id": id, "password": password}));
    let wrong = json_of(hand(&new, "not the password"), StatusCode::UNPROCESSABLE_ENTITY).await;
    assert_eq!(wrong["errors"][0]["field"], "password");
    for nobody in ["nobody", "\u{0}", ""] {
        assert_eq!(status(hand(nobody, PASSWORD)).await, StatusCode::NOT_FOUND, "{nobody:?}");
    }
    let myself = json_of(hand(&old, PASSWORD), StatusCode::UNPROCESSABLE_ENTITY).await;
    assert_eq!(myself["errors"][0]["field"], "member_id");
    assert_eq!(me(&ana).await["account"]["role"], "owner");
    assert_eq!(status(hand(&new, PASSWORD)).await, StatusCode::NO_CONTENT);
    assert_eq!(me(&ana).await["account"]["role"], "admin");
    assert_eq!(me(&eva).await["account"]["role"], "owner");
    assert_eq!(sites_of(&eva).await.len(), 2, "an owner sees all");
    assert_eq!(status(hand(&new, PASSWORD)).await, StatusCode::FORBIDDEN);
    assert_eq!(status(eva.get("/api/v1/account/audit")).await, StatusCode::OK);
    // Two who hand over at once leave one owner.
    let ben = joined(&eva, "ben@example.com", json!({"role": "viewer"})).await;
    let next = [old.clone(), user_id(&ben).await];
    let both = next
        .iter()
        .map(|id| status(eva.post("/api/v1/account/owner", &json!({"member_id": id, "password": PASSWORD}))));
    let answers = futures_util::future::join_all(both).await;
    assert!(answers.contains(&StatusCode::NO_CONTENT), "{answers:?}");
    let members = json_of(ana.get("/api/v1/account/members"), StatusCode::OK).await;
    let owners = members["members"].as_array().expect("a list").iter().filter(|one| one["role"] == "owner").count();
    assert_eq!(owners, 1, "{members}");
}

async fn a_switch_shows_the_other_account_and_nothing_of_the_first(db: Db) {
    let (ana, _place) = open(db).await;
    ana.create_site("first.example", "UTC").await;
    let mut ben = other(&ana, "ben@example.com").await;
    ben.create_site("second.example", "UTC").await;
    let home = me(&ben).await["account"].clone();
    let old_token = ben.token.clone();
    accept(&mut ben, &invite(&ana, json!({"role": "viewer"})).await).await;
    let there = me(&ben).await;
    assert_eq!(there["account"]["role"], "viewer");
    assert_eq!(there["accounts"].as_array().expect("a list").len(), 2);
    assert_eq!(there["accounts"][0], home);
    assert_eq!(there["accounts"][1], there["account"]);
    assert_eq!(sites_of(&ben).await, ["first.example"]);
    // What was meant for the account of before is not done here.
    let mut before = Haru::at(ben.base.clone());
    before.token = old_token;
    assert_eq!(status(before.get("/api/v1/sites")).await, StatusCode::CONFLICT);
    let switch = |haru: &Haru, id: &Value| haru.post("/api/v1/auth/switch", &json!({"account_id": id}));
    for (account, domain) in
        [(&home, "second.example"), (&there["account"], "first.example"), (&home, "second.example")]
    {
        let session = json_of(switch(&ben, &account["id"]), StatusCode::OK).await;
        assert_eq!(session["account"], *account);
        assert_eq!(status(ben.get("/api/v1/sites")).await, StatusCode::CONFLICT, "at once");
        session["access_token"].as_str().expect("a token").clone_into(&mut ben.token);
        assert_eq!(sites_of(&ben).await, [domain]);
        for foreign in ["first.example", "second.example"].into_iter().filter(|other| *other != domain) {
            assert_eq!(status(ben.get(&format!("/api/v1/sites/{foreign}"))).await, StatusCode::NOT_FOUND);
        }
        // The cookie was left alone and leads on in the same account.
        let refreshed = json_of(ben.client.post(ben.url("/api/v1/auth/refresh")), StatusCode::OK).await;
        assert_eq!(refreshed["account"], *account);
    }
    // Ana is not in his account, and there is no way into it.
    for id in [home["id"].clone(), json!("nothing"), json!("\u{0}"), json!("")] {
        assert_eq!(status(switch(&ana, &id)).await, StatusCode::NOT_FOUND, "{id}");
    }
    assert_eq!(sites_of(&ana).await, ["first.example"]);
    let nobody = ana.client.post(ana.url("/api/v1/auth/switch")).json(&json!({"account_id": home["id"]}));
    assert_eq!(status(nobody).await, StatusCode::UNAUTHORIZED);
}

async fn a_deleted_account_leaves_nothing_and_takes_nothing_of_others(db: Db) {
    let (ana, place) = open(db).await;
    let kept = ana.create_site("kept.example", "UTC").await;
    ana.count(&kept.token, 1, json!({"p": "/"})).await;
    let eve = other(&ana, "eve@example.com").await;
    let gone = eve.create_site("gone.example", "UTC").await;
    eve.count(&gone.token, 1, json!({"p": "/", "id": "one"})).await;
    let only = joined(&eve, "only@example.com", json!({"role": "viewer", "site_ids": [gone.id]})).await;
    let mut both = other(&ana, "both@example.com").await;
    accept(&mut both, &invite(&eve, json!({"role": "admin"})).await).await;
    let wish = json!({"name": "A", "scopes": ["stats:read"], "site_ids": [gone.id]});
    json_of(eve.post("/api/v1/tokens", &wish), StatusCode::CREATED).await;
    let open = invite(&eve, json!({"role": "viewer", "site_ids": [gone.id]})).await;
    let account = me(&eve).await["account"]["id"].as_str().expect("an id").to_owned();

    let wrong = eve.post("/api/v1/account/delete", &json!({"password": "not the password"}));
    let wrong = json_of(wrong, StatusCode::UNPROCESSABLE_ENTITY).await;
    assert_eq!(wrong["errors"][0]["field"], "password");
    let done = eve.post("/api/v1/account/delete", &json!({"password": PASSWORD}));
    assert_eq!(status(done).await, StatusCode::NO_CONTENT);
    for out in [&eve, &only, &both] {
        assert_eq!(status(out.get("/api/v1/me")).await, StatusCode::UNAUTHORIZED);
    }
    let hit = ana.hit(&gone.token, 2, &json!({"p": "/"}));
    assert_eq!(status(hit).await, StatusCode::UNAUTHORIZED, "its tracking token is unknown at once");
    let offer = ana.post("/api/v1/auth/invitation", &json!({"token": open["token"]}));
    assert_eq!(status(offer).await, StatusCode::NOT_FOUND);
    let login = |email: &str| {
        ana.client.post(ana.url("/api/v1/auth/login")).json(&json!({"email": email, "password": PASSWORD}))
    };
    assert_eq!(status(login("eve@example.com")).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(login("only@example.com")).await, StatusCode::UNAUTHORIZED);
    json_of(login("both@example.com"), StatusCode::OK).await;

    let database = database(&place).await;
    let of_account = async |table: &str| {
        number(&database, &format!("SELECT COUNT(*) FROM {table} WHERE account_id = '{account}'")).await
    };
    for table in ["member", "member_site", "session", "api_token", "invitation", "audit_entry"] {
        assert_eq!(of_account(table).await, 0, "{table}");
    }
    for table in ["invitation_site", "api_token_site"] {
        assert_eq!(number(&database, &format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
    }
    let name = format!("SELECT COUNT(*) FROM account WHERE id = '{account}' AND name = ''");
    assert_eq!(number(&database, &name).await, 1, "its row waits for its sites, without its name");
    // The domain is free at once, and the events go by and by. A site's row stays for hits that were under way.
    ana.create_site("gone.example", "UTC").await;
    eventually("its events to be removed", || async {
        (number(&database, "SELECT SUM(events) FROM event_block").await == 1).then_some(())
    })
    .await;
    let late = format!("UPDATE site SET deleted_at = deleted_at - 600000 WHERE account_id = '{account}'");
    database.execute_unprepared(&late).await.expect("changed");
    assert_eq!(status(ana.delete("/api/v1/sites/gone.example?domain=gone.example")).await, StatusCode::NO_CONTENT);
    eventually("the account's last row to be removed", || async {
        (number(&database, &format!("SELECT COUNT(*) FROM account WHERE id = '{account}'")).await == 0).then_some(())
    })
    .await;
    assert_eq!(of_account("site").await, 0);
    // All others have what they had.
    assert_eq!(number(&database, r#"SELECT COUNT(*) FROM "user""#).await, 2);
    assert_eq!(sites_of(&ana).await, ["kept.example"]);
    assert_eq!(ana.results("kept.example", &["events"], &[]).await[0]["metrics"], json!([1]));
}

async fn the_last_administrator_of_the_instance_stays(db: Db) {
    let (ana, place) = open(db).await;
    let delete_it = |haru: &Haru| haru.post("/api/v1/account/delete", &json!({"password": PASSWORD}));
    let refused = json_of(delete_it(&ana), StatusCode::CONFLICT).await;
    assert_eq!(refused["errors"][0]["field"], "account");
    // Neither by leaving.
    let ben = joined(&ana, "ben@example.com", json!({"role": "admin"})).await;
    let (owner, admin) = (user_id(&ben).await, user_id(&ana).await);
    let hand = ana.post("/api/v1/account/owner", &json!({"member_id": owner, "password": PASSWORD}));
    assert_eq!(status(hand).await, StatusCode::NO_CONTENT);
    let path = format!("/api/v1/account/members/{admin}");
    for request in [ana.delete(&path), ben.delete(&path), delete_it(&ben)] {
        assert_eq!(status(request).await, StatusCode::CONFLICT);
    }
    assert_eq!(me(&ana).await["account"]["role"], "admin", "nothing of it was done");
    // With another one, or another account, they can.
    let database = database(&place).await;
    let promote = r#"UPDATE "user" SET is_admin = TRUE WHERE email = 'ben@example.com'"#;
    database.execute_unprepared(promote).await.expect("changed");
    assert_eq!(status(ana.delete(&path)).await, StatusCode::NO_CONTENT);
    assert_eq!(number(&database, r#"SELECT COUNT(*) FROM "user""#).await, 1);
}
