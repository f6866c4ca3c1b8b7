//! What administrators of the instance do: accounts and domains.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Db, Haru, PASSWORD, expect, json_of, on_both, status};
use crate::people::{accept, invite, me, open, other};

on_both!(
    accounts_are_listed_with_what_they_use,
    a_disabled_account_takes_nothing_and_gives_nothing,
    a_domain_is_released_to_whom_it_belongs,
    wrong_changes_are_refused,
);

const LIST: &str = "/api/v1/admin/accounts";

pub(crate) fn path_of(account: &Value) -> String {
    format!("{LIST}/{}", account["id"].as_str().expect("an id"))
}

pub(crate) async fn account_of(haru: &Haru) -> Value {
    me(haru).await["account"].clone()
}

async fn accounts_are_listed_with_what_they_use(db: Db) {
    let (ana, _place) = open(db).await;
    let eve = other(&ana, "eve@example.com").await;
    let mut ben = other(&ana, "ben@example.com").await;
    accept(&mut ben, &invite(&eve, json!({"role": "viewer"})).await).await;
    let site = eve.create_site("example.com", "Asia/Tokyo").await;
    for visitor in 1..=3 {
        eve.count(&site.token, visitor, json!({"p": "/"})).await;
        eve.count(&site.token, visitor, json!({"p": "/", "n": "engagement", "e": 1000})).await;
    }
    eve.count(&site.token, 1, json!({"p": "/", "n": "Signup"})).await;
    let listed = json_of(ana.get(LIST), StatusCode::OK).await;
    assert_eq!(listed["more"], json!(false));
    let accounts = listed["accounts"].as_array().expect("a list");
    let owners: Vec<_> = accounts.iter().map(|account| account["owner"]["email"].as_str().expect("text")).collect();
    assert_eq!(owners, ["ana@example.com", "eve@example.com", "ben@example.com"]);
    let hers = &accounts[1];
    assert_eq!(hers["id"], account_of(&eve).await["id"]);
    assert_eq!((&hers["members"], &hers["sites"]), (&json!(2), &json!(1)));
    assert_eq!(hers["events_this_month"], json!(4), "pageviews and custom events, no engagement");
    assert_eq!((&hers["disabled"], &hers["quota"]), (&json!(false), &json!("none")));
    assert!(hers["last_activity_at"].as_str().expect("an instant") >= hers["created_at"].as_str().expect("an instant"));
    assert!(hers.get("sites_max").is_none() && hers.get("events_a_month_max").is_none(), "{hers}");
    // Page by page it is the same list.
    let (mut pages, mut after) = (Vec::new(), String::new());
    loop {
        let page = json_of(ana.get(&format!("{LIST}?limit=1{after}")), StatusCode::OK).await;
        let part = page["accounts"].as_array().expect("a list").clone();
        after = format!("&after={}", part[0]["id"].as_str().expect("an id"));
        pages.extend(part.into_iter().map(|account| account["id"].clone()));
        if page["more"] == json!(false) {
            break;
        }
    }
    assert_eq!(pages, accounts.iter().map(|account| account["id"].clone()).collect::<Vec<_>>());
    // Nobody else sees it, and it shows nobody's numbers.
    assert_eq!(status(eve.get(LIST)).await, StatusCode::FORBIDDEN);
    assert_eq!(status(ana.client.get(ana.url(LIST))).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(ana.get("/api/v1/sites/example.com")).await, StatusCode::NOT_FOUND);
    for query in ["?limit=0", "?limit=201"] {
        assert_eq!(status(ana.get(&format!("{LIST}{query}"))).await, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
    }
    json_of(ana.get(&format!("{LIST}?after=%00")), StatusCode::OK).await;
}

async fn a_disabled_account_takes_nothing_and_gives_nothing(db: Db) {
    let (ana, _place) = open(db).await;
    let eve = other(&ana, "eve@example.com").await;
    let site = eve.create_site("example.com", "UTC").await;
    eve.count(&site.token, 1, json!({"p": "/"})).await;
    let mut ben = other(&ana, "ben@example.com").await;
    let home = account_of(&ben).await;
    accept(&mut ben, &invite(&eve, json!({"role": "viewer"})).await).await;
    let open = invite(&eve, json!({"role": "viewer"})).await;
    let wish = json!({"name": "A", "scopes": ["stats:read", "sites:read"]});
    let made = json_of(eve.post("/api/v1/tokens", &wish), StatusCode::CREATED).await;
    let program = ana.bearing(&made["token"]);
    assert_eq!(status(program.get("/api/v1/sites")).await, StatusCode::OK);
    let account = account_of(&eve).await;

    let changed = json_of(ana.patch(&path_of(&account), &json!({"disabled": true})), StatusCode::OK).await;
    assert_eq!(changed["disabled"], json!(true));
    let refused = json_of(eve.get("/api/v1/sites"), StatusCode::FORBIDDEN).await;
    assert_eq!(refused["detail"], "this account is disabled");
    for request in [
        eve.get("/api/v1/account"),
        eve.get("/api/v1/tokens"),
        eve.post("/api/v1/sites/example.com/dashboard", &json!({"date_range": "day"})),
        eve.post("/api/v1/account/delete", &json!({"password": PASSWORD})),
        eve.post("/graphql", &json!({"query": "{ __typename }"})),
        ben.get("/api/v1/sites"),
    ] {
        assert_eq!(status(request).await, StatusCode::FORBIDDEN);
    }
    assert_eq!(status(program.get("/api/v1/sites")).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(eve.hit(&site.token, 2, &json!({"p": "/"}))).await, StatusCode::UNAUTHORIZED);
    let event = json!({"name": "pageview", "url": "https://example.com/", "domain": "example.com"});
    let event = ana.client.post(ana.url("/api/event")).header("user-agent", crate::harness::CHROME_MAC).json(&event);
    let dropped = event.send().await.expect("sent");
    assert_eq!(dropped.headers()["x-haru-dropped"], "unknown_site");
    let offer = ana.post("/api/v1/auth/invitation", &json!({"token": open["token"]}));
    assert_eq!(status(offer).await, StatusCode::NOT_FOUND);
    // Who is in it learns why, and whoever has another account goes there.
    assert_eq!(me(&eve).await["notices"], json!(["account_disabled"]));
    let session = json_of(ben.post("/api/v1/auth/switch", &json!({"account_id": home["id"]})), StatusCode::OK).await;
    assert_eq!(session["account"]["id"], home["id"]);
    session["access_token"].as_str().expect("a token").clone_into(&mut ben.token);
    assert_eq!(status(ben.get("/api/v1/sites")).await, StatusCode::OK);
    let back = ben.post("/api/v1/auth/switch", &json!({"account_id": account["id"]}));
    assert_eq!(status(back).await, StatusCode::FORBIDDEN);
    let login = ana.client.post(ana.url("/api/v1/auth/login"));
    let login = login.json(&json!({"email": "eve@example.com", "password": PASSWORD}));
    assert_eq!(json_of(login, StatusCode::OK).await["account"]["id"], account["id"]);

    json_of(ana.patch(&path_of(&account), &json!({"disabled": false})), StatusCode::OK).await;
    assert_eq!(status(program.get("/api/v1/sites")).await, StatusCode::OK);
    eve.count(&site.token, 3, json!({"p": "/"})).await;
    assert_eq!(eve.results("example.com", &["events"], &[]).await[0]["metrics"], json!([2]), "what it had is there");
    assert_eq!(status(ana.post("/api/v1/auth/invitation", &json!({"token": open["token"]}))).await, StatusCode::OK);
    let log = json_of(eve.get("/api/v1/account/audit"), StatusCode::OK).await.to_string();
    for told in ["account.disabled", "account.enabled", "Ana <ana@example.com>"] {
        assert!(log.contains(told), "{told} in {log}");
    }
    // An administrator whose own account is disabled can undo it.
    let own = path_of(&account_of(&ana).await);
    json_of(ana.patch(&own, &json!({"disabled": true})), StatusCode::OK).await;
    assert_eq!(status(ana.get("/api/v1/sites")).await, StatusCode::FORBIDDEN);
    json_of(ana.patch(&own, &json!({"disabled": false})), StatusCode::OK).await;
    assert_eq!(status(ana.get("/api/v1/sites")).await, StatusCode::OK);
}

async fn a_domain_is_released_to_whom_it_belongs(db: Db) {
    let (ana, _place) = open(db).await;
    let eve = other(&ana, "eve@example.com").await;
    let site = eve.create_site("example.com", "UTC").await;
    eve.count(&site.token, 1, json!({"p": "/"})).await;
    let mut ben = other(&ana, "ben@example.com").await;
    let claim = json!({"name": "Mine", "domain": "example.com"});
    assert_eq!(status(ben.post("/api/v1/sites", &claim)).await, StatusCode::CONFLICT);
    let release = |haru: &Haru, domain: &str| haru.post("/api/v1/admin/domains/release", &json!({"domain": domain}));
    assert_eq!(status(release(&ben, "example.com")).await, StatusCode::FORBIDDEN);
    assert_eq!(status(release(&ana, "nothing.example")).await, StatusCode::NOT_FOUND);
    for bad in ["", "a b", "\u{0}", "exa\u{0}mple.com"] {
        assert_eq!(status(release(&ana, bad)).await, StatusCode::UNPROCESSABLE_ENTITY, "{bad:?}");
    }
    assert_eq!(status(release(&ana, "https://www.Example.com/")).await, StatusCode::NO_CONTENT);
    json_of(ben.post("/api/v1/sites", &claim), StatusCode::CREATED).await;
    let kept = json_of(eve.get(&format!("/api/v1/sites/{}", site.id)), StatusCode::OK).await;
    let domain = kept["domain"].as_str().expect("text");
    assert!(domain.starts_with("released-") && domain.ends_with(".invalid"), "{domain}");
    assert_eq!(eve.results(&site.id, &["events"], &[]).await[0]["metrics"], json!([1]), "its data is there");
    eve.count(&site.token, 2, json!({"p": "/"})).await;
    let event = json!({"name": "pageview", "url": "https://example.com/", "domain": "example.com"});
    let event = ana.client.post(ana.url("/api/event")).header("user-agent", crate::harness::CHROME_MAC).json(&event);
    assert_eq!(event.send().await.expect("sent").status(), StatusCode::ACCEPTED);
    assert_eq!(ben.results("example.com", &["events"], &[]).await[0]["metrics"], json!([1]), "it is Ben's from now on");
    let log = json_of(eve.get("/api/v1/account/audit"), StatusCode::OK).await.to_string();
    assert!(log.contains("example.com, now released-") && log.contains("ana@example.com"), "{log}");
    assert_eq!(status(release(&ana, domain)).await, StatusCode::NO_CONTENT, "again, to the same name");
    ben.token.clear();
}

async fn wrong_changes_are_refused(db: Db) {
    let (ana, _place) = open(db).await;
    let path = path_of(&account_of(&ana).await);
    for (field, change) in [
        ("sites_max", json!({"sites_max": -1})),
        ("events_a_month_max", json!({"events_a_month_max": 0})),
        ("events_a_month_max", json!({"events_a_month_max": -5})),
    ] {
        let problem = json_of(ana.patch(&path, &change), StatusCode::UNPROCESSABLE_ENTITY).await;
        assert_eq!(problem["errors"][0]["field"], field, "{change}");
    }
    for change in
        [json!({"name": "Mine"}), json!({"disabled": "yes"}), json!({"sites_max": "many"}), json!({"sites_max": 1.5})]
    {
        assert_eq!(status(ana.patch(&path, &change)).await, StatusCode::BAD_REQUEST, "{change}");
    }
    for id in ["nothing", "%00", "%20"] {
        let request = ana.patch(&format!("{LIST}/{id}"), &json!({"disabled": true}));
        assert_eq!(expect(request.send().await.expect("sent"), StatusCode::NOT_FOUND).await["title"], "Not found");
    }
    let eve = other(&ana, "eve@example.com").await;
    assert_eq!(status(eve.patch(&path, &json!({"disabled": true}))).await, StatusCode::FORBIDDEN);
    // Nothing to change is no change.
    let same = json_of(ana.patch(&path, &json!({})), StatusCode::OK).await;
    assert_eq!((&same["disabled"], &same["quota"]), (&json!(false), &json!("none")));
}
