//! Members of an account: what each role may do, and how one comes, changes and goes.

use reqwest::{RequestBuilder, StatusCode};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::harness::{Db, Haru, PASSWORD, Place, eventually, expect, on_both};
use crate::sealing::{database, number};
use crate::socket::Socket;

on_both!(
    each_role_has_its_rights_and_no_others,
    a_member_of_some_sites_sees_no_others,
    an_admin_of_some_sites_manages_those_who_see_no_others,
    nobody_changes_the_owner_or_themself,
    a_removed_member_is_out_at_once,
    who_leaves_their_only_account_is_gone_and_who_has_another_is_not,
    ownership_is_handed_over_with_the_password,
    a_switch_shows_the_other_account_and_nothing_of_the_first,
    a_deleted_account_leaves_nothing_and_takes_nothing_of_others,
    the_last_administrator_of_the_instance_stays,
    what_was_done_is_read_by_the_owner_alone,
    wrong_members_and_accounts_are_not_found,
);

pub(crate) fn patch(haru: &Haru, path: &str, body: &Value) -> RequestBuilder {
    haru.client.patch(haru.url(path)).bearer_auth(&haru.token).json(body)
}

pub(crate) fn delete(haru: &Haru, path: &str) -> RequestBuilder {
    haru.client.delete(haru.url(path)).bearer_auth(&haru.token)
}

pub(crate) async fn status(request: RequestBuilder) -> StatusCode {
    request.send().await.expect("sent").status()
}

pub(crate) async fn json_of(request: RequestBuilder, good: StatusCode) -> Value {
    expect(request.send().await.expect("sent"), good).await
}

/// Who a client is logged in as.
pub(crate) async fn me(haru: &Haru) -> Value {
    json_of(haru.get("/api/v1/me"), StatusCode::OK).await
}

pub(crate) async fn user_id(haru: &Haru) -> String {
    me(haru).await["user"]["id"].as_str().expect("an id").to_owned()
}

/// A service that anybody may register on.
pub(crate) async fn open(db: Db) -> (Haru, Place) {
    let place = Place::new(db).await;
    let flags = ["--registration", "open", "--auth-rate-limit", "0", "--collect-rate-limit", "0"];
    let mut haru = place.start(&[&flags[..], &["--trusted-proxies", "127.0.0.1"]].concat()).await;
    haru.register("ana@example.com").await;
    (haru, place)
}

/// Somebody else, with an account of their own.
pub(crate) async fn other(haru: &Haru, email: &str) -> Haru {
    let mut other = Haru::at(haru.base.clone());
    other.register(email).await;
    other
}

/// Makes an invitation; answers it with `token`, the secret of its link.
pub(crate) async fn invite(haru: &Haru, wish: Value) -> Value {
    let mut made = json_of(haru.post("/api/v1/account/invitations", &wish), StatusCode::CREATED).await;
    let link = made["link"].as_str().expect("a link").to_owned();
    made["token"] = json!(link.split_once("invite#").expect("a fragment").1);
    made
}

/// Somebody new who joined by an invitation.
pub(crate) async fn joined(haru: &Haru, email: &str, wish: Value) -> Haru {
    let token = invite(haru, wish).await["token"].clone();
    let mut guest = Haru::at(haru.base.clone());
    let body = json!({"token": token, "email": email, "password": PASSWORD, "name": email.split('@').next()});
    let session = json_of(guest.post("/api/v1/auth/invitation/register", &body), StatusCode::CREATED).await;
    session["access_token"].as_str().expect("a token").clone_into(&mut guest.token);
    guest
}

/// Somebody who has a user takes an invitation; their client is in that account then.
pub(crate) async fn accept(guest: &mut Haru, invitation: &Value) {
    let body = json!({"token": invitation["token"]});
    let session = json_of(guest.post("/api/v1/auth/invitation/accept", &body), StatusCode::OK).await;
    session["access_token"].as_str().expect("a token").clone_into(&mut guest.token);
}

async fn sites_of(haru: &Haru) -> Vec<String> {
    let list = json_of(haru.get("/api/v1/sites"), StatusCode::OK).await;
    list["sites"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|site| site["domain"].as_str().expect("text").to_owned())
        .collect()
}

async fn each_role_has_its_rights_and_no_others(db: Db) {
    type Request = fn(&Haru, &str) -> RequestBuilder;
    const NO: StatusCode = StatusCode::FORBIDDEN;
    const OK: StatusCode = StatusCode::OK;
    const MADE: StatusCode = StatusCode::CREATED;
    const GONE: StatusCode = StatusCode::NO_CONTENT;
    const WRONG: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
    let (ana, _place) = Haru::with_owner(db).await;
    ana.create_site("example.com", "UTC").await;
    let ben = joined(&ana, "ben@example.com", json!({"role": "admin"})).await;
    let eva = joined(&ana, "eva@example.com", json!({"role": "viewer"})).await;
    let table: [(Request, [StatusCode; 3]); 24] = [
        (|haru, _| haru.get("/api/v1/account"), [OK, OK, OK]),
        (|haru, _| haru.get("/api/v1/sites"), [OK, OK, OK]),
        (|haru, _| haru.post("/api/v1/sites/example.com/dashboard", &json!({"date_range": "day"})), [OK, OK, OK]),
        (|haru, _| haru.post("/api/v1/tokens", &json!({"name": "A", "scopes": ["stats:read"]})), [MADE, MADE, MADE]),
        (|haru, _| haru.post("/api/v1/tokens", &json!({"name": "A", "scopes": ["sites:write"]})), [NO, MADE, MADE]),
        (|haru, _| haru.post("/api/v1/tokens", &json!({"name": "A", "scopes": ["events:write"]})), [NO, MADE, MADE]),
        (|haru, _| patch(haru, "/api/v1/sites/example.com", &json!({"name": "B"})), [NO, OK, OK]),
        (|haru, _| haru.post("/api/v1/sites/example.com/token", &json!({})), [NO, OK, OK]),
        (
            |haru, _| haru.post("/api/v1/sites", &json!({"name": "C", "domain": "nope"})),
            [NO, MADE, StatusCode::CONFLICT],
        ),
        (|haru, _| delete(haru, "/api/v1/sites/nope"), [NO, GONE, StatusCode::NOT_FOUND]),
        (
            |haru, _| {
                haru.post(
                    "/api/v1/sites/example.com/events",
                    &json!([{"name": "pageview", "url": "https://example.com/"}]),
                )
            },
            [NO, StatusCode::ACCEPTED, StatusCode::ACCEPTED],
        ),
        (|haru, _| haru.get("/api/v1/account/members"), [NO, OK, OK]),
        (|haru, _| haru.get("/api/v1/account/invitations"), [NO, OK, OK]),
        (|haru, _| haru.post("/api/v1/account/invitations", &json!({"role": "viewer"})), [NO, MADE, MADE]),
        (
            |haru, _| delete(haru, "/api/v1/account/invitations/nothing"),
            [NO, StatusCode::NOT_FOUND, StatusCode::NOT_FOUND],
        ),
        (
            |haru, victim| patch(haru, &format!("/api/v1/account/members/{victim}"), &json!({"role": "viewer"})),
            [NO, OK, OK],
        ),
        (|haru, _| delete(haru, "/api/v1/account/members/nobody"), [NO, StatusCode::NOT_FOUND, StatusCode::NOT_FOUND]),
        (|haru, _| patch(haru, "/api/v1/account", &json!({"name": "Ours"})), [NO, OK, OK]),
        (
            |haru, victim| {
                haru.post("/api/v1/account/owner", &json!({"member_id": victim, "password": "not the password"}))
            },
            [NO, NO, WRONG],
        ),
        (|haru, _| haru.post("/api/v1/account/delete", &json!({"password": "not the password"})), [NO, NO, WRONG]),
        (|haru, _| haru.get("/api/v1/account/audit"), [NO, NO, OK]),
        (|haru, _| haru.get("/api/v1/admin/accounts"), [NO, NO, OK]),
        (
            |haru, _| patch(haru, "/api/v1/admin/accounts/nothing", &json!({"disabled": true})),
            [NO, NO, StatusCode::NOT_FOUND],
        ),
        (
            |haru, _| haru.post("/api/v1/admin/domains/release", &json!({"domain": "nothing.example"})),
            [NO, NO, StatusCode::NOT_FOUND],
        ),
    ];
    let victim = joined(&ana, "leo@example.com", json!({"role": "viewer"})).await;
    let victim = user_id(&victim).await;
    for (request, expected) in table {
        for ((haru, role), expected) in [(&eva, "viewer"), (&ben, "admin"), (&ana, "owner")].into_iter().zip(expected) {
            let answer = request(haru, &victim).send().await.expect("sent");
            let (got, url) = (answer.status(), answer.url().clone());
            assert_eq!(got, expected, "{role} {url}: {}", answer.text().await.expect("a body"));
        }
    }
    // Tokens are one's own, an owner sees all.
    let tokens = |haru: &Haru| {
        let request = haru.get("/api/v1/tokens");
        async { json_of(request, StatusCode::OK).await["tokens"].as_array().expect("a list").len() }
    };
    assert_eq!((tokens(&eva).await, tokens(&ben).await, tokens(&ana).await), (1, 3, 7));
    // A program with all scopes is nobody here.
    let all = json!({"name": "All", "scopes": ["stats:read", "sites:read", "sites:write", "events:write"]});
    let made = json_of(ana.post("/api/v1/tokens", &all), StatusCode::CREATED).await;
    let mut program = Haru::at(ana.base.clone());
    made["token"].as_str().expect("a secret").clone_into(&mut program.token);
    for request in [
        program.get("/api/v1/account"),
        program.get("/api/v1/account/members"),
        program.get("/api/v1/account/invitations"),
        program.get("/api/v1/account/audit"),
        program.get("/api/v1/admin/accounts"),
        program.post("/api/v1/account/invitations", &json!({"role": "viewer"})),
        program.post("/api/v1/auth/switch", &json!({"account_id": "any"})),
        program.post("/api/v1/auth/invitation/accept", &json!({"token": "any"})),
        program.post("/api/v1/account/delete", &json!({"password": PASSWORD})),
        delete(&program, &format!("/api/v1/account/members/{victim}")),
        patch(&program, "/api/v1/account", &json!({"name": "Mine"})),
    ] {
        let answer = request.send().await.expect("sent");
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{}", answer.url());
    }
}

async fn a_member_of_some_sites_sees_no_others(db: Db) {
    let (ana, _place) = Haru::with_owner(db).await;
    let (seen, hidden) = (ana.create_site("seen.example", "UTC").await, ana.create_site("hidden.example", "UTC").await);
    let wish = json!({"role": "viewer", "site_ids": [seen.id, seen.id]});
    let eva = joined(&ana, "eva@example.com", wish).await;
    assert_eq!(sites_of(&eva).await, ["seen.example"]);
    assert_eq!(status(eva.get(&format!("/api/v1/sites/{}", hidden.id))).await, StatusCode::NOT_FOUND);
    ana.count(&hidden.token, 1, json!({"p": "/"})).await;
    ana.count(&seen.token, 1, json!({"p": "/"})).await;
    ana.count(&seen.token, 2, json!({"p": "/"})).await;
    // She is told of what she sees, not of how much there is beside.
    let account = json_of(eva.get("/api/v1/account"), StatusCode::OK).await;
    assert_eq!((&account["sites"], &account["events_this_month"]), (&json!(1), &json!(2)), "{account}");
    let account = json_of(ana.get("/api/v1/account"), StatusCode::OK).await;
    assert_eq!((&account["sites"], &account["events_this_month"]), (&json!(2), &json!(3)), "{account}");
    assert_eq!(
        (&account["members"], &account["quota"], &account["role"]),
        (&json!(2), &json!("none"), &json!("owner"))
    );

    let path = format!("/api/v1/account/members/{}", user_id(&eva).await);
    let listed = json_of(ana.get("/api/v1/account/members"), StatusCode::OK).await;
    assert_eq!(listed["members"][1]["site_ids"], json!([seen.id]));
    assert_eq!(listed["members"][1]["email"], "eva@example.com");
    assert!(listed["members"][1]["last_seen_at"].is_string(), "{listed}");
    assert_eq!(listed["members"][0]["role"], "owner");
    assert!(listed["members"][0].get("site_ids").is_none(), "the owner sees all");
    // Another site, no change, all sites: at once.
    let changed = json_of(patch(&ana, &path, &json!({"site_ids": [hidden.id]})), StatusCode::OK).await;
    assert_eq!((&changed["site_ids"], &changed["role"]), (&json!([hidden.id]), &json!("viewer")));
    assert_eq!(sites_of(&eva).await, ["hidden.example"]);
    json_of(patch(&ana, &path, &json!({"role": "admin"})), StatusCode::OK).await;
    assert_eq!(sites_of(&eva).await, ["hidden.example"]);
    let changed = json_of(patch(&ana, &path, &json!({"site_ids": null})), StatusCode::OK).await;
    assert!(changed.get("site_ids").is_none(), "{changed}");
    assert_eq!(sites_of(&eva).await, ["seen.example", "hidden.example"]);
    for (bad, good) in [
        (json!({"site_ids": []}), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({"site_ids": ["nothing"]}), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({"site_ids": ["\u{0}"]}), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({"role": "owner"}), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({"role": "\u{0}"}), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({"email": "eva@example.com"}), StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(status(patch(&ana, &path, &bad)).await, good, "{bad}");
    }
    assert_eq!(sites_of(&eva).await.len(), 2, "nothing of that changed anything");
}

async fn an_admin_of_some_sites_manages_those_who_see_no_others(db: Db) {
    let (ana, _place) = Haru::with_owner(db).await;
    let (own, hidden) = (ana.create_site("own.example", "UTC").await, ana.create_site("hidden.example", "UTC").await);
    let ben = joined(&ana, "ben@example.com", json!({"role": "admin", "site_ids": [own.id]})).await;
    let all = user_id(&joined(&ana, "all@example.com", json!({"role": "viewer"})).await).await;
    let both = json!({"role": "viewer", "site_ids": [own.id, hidden.id]});
    let both = user_id(&joined(&ana, "both@example.com", both).await).await;
    let same = json!({"role": "viewer", "site_ids": [own.id]});
    let same = user_id(&joined(&ana, "same@example.com", same).await).await;
    let path = |id: &str| format!("/api/v1/account/members/{id}");
    for beyond in [&all, &both] {
        assert_eq!(status(patch(&ben, &path(beyond), &json!({"role": "admin"}))).await, StatusCode::FORBIDDEN);
        assert_eq!(status(patch(&ben, &path(beyond), &json!({"site_ids": [own.id]}))).await, StatusCode::FORBIDDEN);
        assert_eq!(status(delete(&ben, &path(beyond))).await, StatusCode::FORBIDDEN);
    }
    assert_eq!(status(patch(&ben, &path(&same), &json!({"site_ids": null}))).await, StatusCode::FORBIDDEN);
    let hers = json!({"site_ids": [hidden.id]});
    assert_eq!(status(patch(&ben, &path(&same), &hers)).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(status(patch(&ben, &path(&same), &json!({"role": "admin"}))).await, StatusCode::OK);
    assert_eq!(status(delete(&ben, &path(&same))).await, StatusCode::NO_CONTENT);
    let invitations = "/api/v1/account/invitations";
    assert_eq!(status(ben.post(invitations, &json!({"role": "admin"}))).await, StatusCode::FORBIDDEN);
    let hers = json!({"role": "viewer", "site_ids": [own.id, hidden.id]});
    assert_eq!(status(ben.post(invitations, &hers)).await, StatusCode::UNPROCESSABLE_ENTITY);
    invite(&ben, json!({"role": "viewer", "site_ids": [own.id]})).await;
    // Nothing that he reads names the other site.
    invite(&ana, json!({"role": "viewer", "site_ids": [own.id, hidden.id]})).await;
    for list in ["/api/v1/account/members", invitations] {
        let told = json_of(ben.get(list), StatusCode::OK).await.to_string();
        assert!(told.contains(&own.id) && !told.contains(&hidden.id), "{told}");
    }
}

async fn nobody_changes_the_owner_or_themself(db: Db) {
    let (ana, _place) = Haru::with_owner(db).await;
    let ben = joined(&ana, "ben@example.com", json!({"role": "admin"})).await;
    let (owner, admin) = (user_id(&ana).await, user_id(&ben).await);
    let path = |id: &str| format!("/api/v1/account/members/{id}");
    for request in [
        patch(&ben, &path(&owner), &json!({"role": "viewer"})),
        delete(&ben, &path(&owner)),
        patch(&ben, &path(&admin), &json!({"role": "viewer"})),
        patch(&ana, &path(&owner), &json!({"role": "admin"})),
        delete(&ana, &path(&owner)),
    ] {
        assert_eq!(status(request).await, StatusCode::FORBIDDEN);
    }
    let members = json_of(ana.get("/api/v1/account/members"), StatusCode::OK).await;
    let roles: Vec<_> = members["members"].as_array().expect("a list").iter().map(|one| one["role"].clone()).collect();
    assert_eq!(roles, ["owner", "admin"]);
}

async fn a_removed_member_is_out_at_once(db: Db) {
    let (ana, place) = open(db).await;
    ana.create_site("example.com", "UTC").await;
    let mut ben = other(&ana, "ben@example.com").await;
    let home = me(&ben).await["account"]["id"].clone();
    accept(&mut ben, &invite(&ana, json!({"role": "admin"})).await).await;
    let wish = json!({"name": "A", "scopes": ["stats:read", "sites:read"]});
    let made = json_of(ben.post("/api/v1/tokens", &wish), StatusCode::CREATED).await;
    let mut program = Haru::at(ana.base.clone());
    made["token"].as_str().expect("a secret").clone_into(&mut program.token);
    let his = invite(&ben, json!({"role": "admin"})).await;
    let mut socket = Socket::connected(&ben).await;
    socket.subscribe("1", r#"subscription { liveVisitors(siteId: "example.com") }"#).await;
    socket.until("1", |data| data["liveVisitors"] == json!(0)).await;
    assert_eq!(sites_of(&ben).await, ["example.com"]);
    assert_eq!(sites_of(&program).await, ["example.com"]);

    let path = format!("/api/v1/account/members/{}", user_id(&ben).await);
    assert_eq!(status(delete(&ana, &path)).await, StatusCode::NO_CONTENT);
    assert_eq!(status(ben.get("/api/v1/sites")).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(program.get("/api/v1/sites")).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(ben.client.post(ben.url("/api/v1/auth/refresh"))).await, StatusCode::UNAUTHORIZED);
    // The subscription is looked at every 2 seconds.
    let told = loop {
        let message = socket.next().await.expect("the connection lives");
        if message["type"] != "next" || message["payload"].get("errors").is_some() {
            break message;
        }
    };
    assert!(told.to_string().contains("the login has ended"), "{told}");
    assert_eq!(status(delete(&ana, &path)).await, StatusCode::NOT_FOUND);
    // What he made for himself is no way back.
    let offer = ana.post("/api/v1/auth/invitation", &json!({"token": his["token"]}));
    assert_eq!(status(offer).await, StatusCode::NOT_FOUND);
    let database = database(&place).await;
    assert_eq!(number(&database, "SELECT COUNT(*) FROM api_token").await, 0);
    // His own account is as it was.
    let body = json!({"email": "ben@example.com", "password": PASSWORD});
    let session = json_of(ben.post("/api/v1/auth/login", &body), StatusCode::OK).await;
    assert_eq!(session["account"]["id"], home);
}

async fn who_leaves_their_only_account_is_gone_and_who_has_another_is_not(db: Db) {
    let (ana, place) = open(db).await;
    let eva = joined(&ana, "eva@example.com", json!({"role": "viewer"})).await;
    let mut ben = other(&ana, "ben@example.com").await;
    accept(&mut ben, &invite(&ana, json!({"role": "viewer"})).await).await;
    for leaving in [&eva, &ben] {
        let path = format!("/api/v1/account/members/{}", user_id(leaving).await);
        assert_eq!(status(delete(leaving, &path)).await, StatusCode::NO_CONTENT);
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
        (number(&database, "SELECT COUNT(*) FROM event").await == 1).then_some(())
    })
    .await;
    let late = format!("UPDATE site SET deleted_at = deleted_at - 600000 WHERE account_id = '{account}'");
    database.execute_unprepared(&late).await.expect("changed");
    assert_eq!(status(delete(&ana, "/api/v1/sites/gone.example")).await, StatusCode::NO_CONTENT);
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
    for request in [delete(&ana, &path), delete(&ben, &path), delete_it(&ben)] {
        assert_eq!(status(request).await, StatusCode::CONFLICT);
    }
    assert_eq!(me(&ana).await["account"]["role"], "admin", "nothing of it was done");
    // With another one, or another account, they can.
    let database = database(&place).await;
    let promote = r#"UPDATE "user" SET is_admin = TRUE WHERE email = 'ben@example.com'"#;
    database.execute_unprepared(promote).await.expect("changed");
    assert_eq!(status(delete(&ana, &path)).await, StatusCode::NO_CONTENT);
    assert_eq!(number(&database, r#"SELECT COUNT(*) FROM "user""#).await, 1);
}

async fn what_was_done_is_read_by_the_owner_alone(db: Db) {
    let (ana, place) = open(db).await;
    ana.create_site("example.com", "UTC").await;
    let ben = joined(&ana, "ben@example.com", json!({"role": "admin"})).await;
    let open = invite(&ben, json!({"role": "viewer", "email": "Eva@Example.com"})).await;
    let path = format!("/api/v1/account/invitations/{}", open["id"].as_str().expect("an id"));
    assert_eq!(status(delete(&ben, &path)).await, StatusCode::NO_CONTENT);
    json_of(patch(&ben, "/api/v1/account", &json!({"name": " Ours "})), StatusCode::OK).await;
    let path = format!("/api/v1/account/members/{}", user_id(&ben).await);
    json_of(patch(&ana, &path, &json!({"role": "viewer"})), StatusCode::OK).await;
    assert_eq!(status(delete(&ben, &path)).await, StatusCode::NO_CONTENT);
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

async fn wrong_members_and_accounts_are_not_found(db: Db) {
    let (ana, _place) = open(db).await;
    let eve = other(&ana, "eve@example.com").await;
    let foreign = user_id(&eve).await;
    let theirs = invite(&eve, json!({"role": "viewer"})).await;
    let their_invitation = theirs["id"].as_str().expect("an id");
    for id in [foreign.as_str(), "nobody", "%00", "%20"] {
        let path = format!("/api/v1/account/members/{id}");
        assert_eq!(status(delete(&ana, &path)).await, StatusCode::NOT_FOUND, "{id}");
        assert_eq!(status(patch(&ana, &path, &json!({"role": "viewer"}))).await, StatusCode::NOT_FOUND, "{id}");
    }
    for id in [their_invitation, "nothing", "%00"] {
        let path = format!("/api/v1/account/invitations/{id}");
        assert_eq!(status(delete(&ana, &path)).await, StatusCode::NOT_FOUND, "{id}");
    }
    for (request, good) in [
        (patch(&ana, "/api/v1/account", &json!({"name": " "})), StatusCode::UNPROCESSABLE_ENTITY),
        (patch(&ana, "/api/v1/account", &json!({"name": "a\u{0}b"})), StatusCode::UNPROCESSABLE_ENTITY),
        (patch(&ana, "/api/v1/account", &json!({"name": "x".repeat(101)})), StatusCode::UNPROCESSABLE_ENTITY),
        (patch(&ana, "/api/v1/account", &json!({})), StatusCode::BAD_REQUEST),
        (patch(&ana, "/api/v1/account", &json!({"name": "A", "role": "owner"})), StatusCode::BAD_REQUEST),
        (ana.post("/api/v1/account/delete", &json!({})), StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(status(request).await, good);
    }
    for path in ["/api/v1/account", "/api/v1/account/members", "/api/v1/account/invitations", "/api/v1/account/audit"] {
        assert_eq!(status(ana.client.get(ana.url(path))).await, StatusCode::UNAUTHORIZED, "{path}");
    }
    assert_eq!(me(&eve).await["account"]["role"], "owner");
}
