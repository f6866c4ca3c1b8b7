//! Members of an account: what each role may do, how one is changed, and removed.

use reqwest::{RequestBuilder, StatusCode};
use serde_json::json;

use crate::harness::{Db, Haru, PASSWORD, json_of, on_both, status};
use crate::people::{accept, invite, joined, me, open, other, sites_of, user_id};
use crate::sealing::{database, number};
use crate::socket::Socket;

on_both!(
    each_role_has_its_rights_and_no_others,
    a_member_of_some_sites_sees_no_others,
    an_admin_of_some_sites_manages_those_who_see_no_others,
    nobody_changes_the_owner_or_themself,
    a_removed_member_is_out_at_once,
    wrong_members_and_accounts_are_not_found,
);

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
        (|haru, _| haru.patch("/api/v1/sites/example.com", &json!({"name": "B"})), [NO, OK, OK]),
        (|haru, _| haru.post("/api/v1/sites/example.com/token", &json!({})), [NO, OK, OK]),
        (
            |haru, _| haru.post("/api/v1/sites", &json!({"name": "C", "domain": "nope"})),
            [NO, MADE, StatusCode::CONFLICT],
        ),
        (|haru, _| haru.delete("/api/v1/sites/nope?domain=nope"), [NO, GONE, StatusCode::NOT_FOUND]),
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
            |haru, _| haru.delete("/api/v1/account/invitations/nothing"),
            [NO, StatusCode::NOT_FOUND, StatusCode::NOT_FOUND],
        ),
        (
            |haru, victim| haru.patch(&format!("/api/v1/account/members/{victim}"), &json!({"role": "viewer"})),
            [NO, OK, OK],
        ),
        (|haru, _| haru.delete("/api/v1/account/members/nobody"), [NO, StatusCode::NOT_FOUND, StatusCode::NOT_FOUND]),
        (|haru, _| haru.patch("/api/v1/account", &json!({"name": "Ours"})), [NO, OK, OK]),
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
            |haru, _| haru.patch("/api/v1/admin/accounts/nothing", &json!({"disabled": true})),
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
    let program = ana.bearing(&made["token"]);
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
        program.delete(&format!("/api/v1/account/members/{victim}")),
        program.patch("/api/v1/account", &json!({"name": "Mine"})),
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
    let changed = json_of(ana.patch(&path, &json!({"site_ids": [hidden.id]})), StatusCode::OK).await;
    assert_eq!((&changed["site_ids"], &changed["role"]), (&json!([hidden.id]), &json!("viewer")));
    assert_eq!(sites_of(&eva).await, ["hidden.example"]);
    json_of(ana.patch(&path, &json!({"role": "admin"})), StatusCode::OK).await;
    assert_eq!(sites_of(&eva).await, ["hidden.example"]);
    let changed = json_of(ana.patch(&path, &json!({"site_ids": null})), StatusCode::OK).await;
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
        assert_eq!(status(ana.patch(&path, &bad)).await, good, "{bad}");
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
        assert_eq!(status(ben.patch(&path(beyond), &json!({"role": "admin"}))).await, StatusCode::FORBIDDEN);
        assert_eq!(status(ben.patch(&path(beyond), &json!({"site_ids": [own.id]}))).await, StatusCode::FORBIDDEN);
        assert_eq!(status(ben.delete(&path(beyond))).await, StatusCode::FORBIDDEN);
    }
    assert_eq!(status(ben.patch(&path(&same), &json!({"site_ids": null}))).await, StatusCode::FORBIDDEN);
    let hers = json!({"site_ids": [hidden.id]});
    assert_eq!(status(ben.patch(&path(&same), &hers)).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(status(ben.patch(&path(&same), &json!({"role": "admin"}))).await, StatusCode::OK);
    assert_eq!(status(ben.delete(&path(&same))).await, StatusCode::NO_CONTENT);
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
        ben.patch(&path(&owner), &json!({"role": "viewer"})),
        ben.delete(&path(&owner)),
        ben.patch(&path(&admin), &json!({"role": "viewer"})),
        ana.patch(&path(&owner), &json!({"role": "admin"})),
        ana.delete(&path(&owner)),
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
    let program = ana.bearing(&made["token"]);
    let his = invite(&ben, json!({"role": "admin"})).await;
    let mut socket = Socket::connected(&ben).await;
    socket.subscribe("1", r#"subscription { liveVisitors(siteId: "example.com") }"#).await;
    socket.until("1", |data| data["liveVisitors"] == json!(0)).await;
    assert_eq!(sites_of(&ben).await, ["example.com"]);
    assert_eq!(sites_of(&program).await, ["example.com"]);

    let path = format!("/api/v1/account/members/{}", user_id(&ben).await);
    assert_eq!(status(ana.delete(&path)).await, StatusCode::NO_CONTENT);
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
    assert_eq!(status(ana.delete(&path)).await, StatusCode::NOT_FOUND);
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

async fn wrong_members_and_accounts_are_not_found(db: Db) {
    let (ana, _place) = open(db).await;
    let eve = other(&ana, "eve@example.com").await;
    let foreign = user_id(&eve).await;
    let theirs = invite(&eve, json!({"role": "viewer"})).await;
    let their_invitation = theirs["id"].as_str().expect("an id");
    for id in [foreign.as_str(), "nobody", "%00", "%20"] {
        let path = format!("/api/v1/account/members/{id}");
        assert_eq!(status(ana.delete(&path)).await, StatusCode::NOT_FOUND, "{id}");
        assert_eq!(status(ana.patch(&path, &json!({"role": "viewer"}))).await, StatusCode::NOT_FOUND, "{id}");
    }
    for id in [their_invitation, "nothing", "%00"] {
        let path = format!("/api/v1/account/invitations/{id}");
        assert_eq!(status(ana.delete(&path)).await, StatusCode::NOT_FOUND, "{id}");
    }
    for (request, good) in [
        (ana.patch("/api/v1/account", &json!({"name": " "})), StatusCode::UNPROCESSABLE_ENTITY),
        (ana.patch("/api/v1/account", &json!({"name": "a\u{0}b"})), StatusCode::UNPROCESSABLE_ENTITY),
        (ana.patch("/api/v1/account", &json!({"name": "x".repeat(101)})), StatusCode::UNPROCESSABLE_ENTITY),
        (ana.patch("/api/v1/account", &json!({})), StatusCode::BAD_REQUEST),
        (ana.patch("/api/v1/account", &json!({"name": "A", "role": "owner"})), StatusCode::BAD_REQUEST),
        (ana.post("/api/v1/account/delete", &json!({})), StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(status(request).await, good);
    }
    for path in ["/api/v1/account", "/api/v1/account/members", "/api/v1/account/invitations", "/api/v1/account/audit"] {
        assert_eq!(status(ana.client.get(ana.url(path))).await, StatusCode::UNAUTHORIZED, "{path}");
    }
    assert_eq!(me(&eve).await["account"]["role"], "owner");
}
