//! What administrators of the instance do: accounts, quotas, domains.

use reqwest::StatusCode;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::harness::{Db, Haru, PASSWORD, Place, expect, on_both};
use crate::mail_server::MailServer;
use crate::members::{accept, delete, invite, joined, json_of, me, open, other, patch, status};
use crate::sealing::{after_restart, database, number, run};

on_both!(
    accounts_are_listed_with_what_they_use,
    a_disabled_account_takes_nothing_and_gives_nothing,
    quotas_of_sites_hold_also_at_once,
    events_beyond_a_quota_are_kept_and_told_of,
    an_owner_is_told_of_each_state_once_a_month,
    a_count_is_the_same_before_and_after_sealing,
    a_domain_is_released_to_whom_it_belongs,
    wrong_changes_are_refused,
);

const LIST: &str = "/api/v1/admin/accounts";

fn path_of(account: &Value) -> String {
    format!("{LIST}/{}", account["id"].as_str().expect("an id"))
}

async fn account_of(haru: &Haru) -> Value {
    me(haru).await["account"].clone()
}

/// Looks at the counts anew: they are believed for a minute.
async fn forgetting(haru: Haru, place: &Place) -> Haru {
    after_restart(haru, place).await
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
    let mut program = Haru::at(ana.base.clone());
    made["token"].as_str().expect("a secret").clone_into(&mut program.token);
    assert_eq!(status(program.get("/api/v1/sites")).await, StatusCode::OK);
    let account = account_of(&eve).await;

    let changed = json_of(patch(&ana, &path_of(&account), &json!({"disabled": true})), StatusCode::OK).await;
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
    assert_eq!(status(ben.get("/api/v1/sites")).await, StatusCode::OK);
    let back = ben.post("/api/v1/auth/switch", &json!({"account_id": account["id"]}));
    assert_eq!(status(back).await, StatusCode::FORBIDDEN);
    let login = ana.client.post(ana.url("/api/v1/auth/login"));
    let login = login.json(&json!({"email": "eve@example.com", "password": PASSWORD}));
    assert_eq!(json_of(login, StatusCode::OK).await["account"]["id"], account["id"]);

    json_of(patch(&ana, &path_of(&account), &json!({"disabled": false})), StatusCode::OK).await;
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
    json_of(patch(&ana, &own, &json!({"disabled": true})), StatusCode::OK).await;
    assert_eq!(status(ana.get("/api/v1/sites")).await, StatusCode::FORBIDDEN);
    json_of(patch(&ana, &own, &json!({"disabled": false})), StatusCode::OK).await;
    assert_eq!(status(ana.get("/api/v1/sites")).await, StatusCode::OK);
}

async fn quotas_of_sites_hold_also_at_once(db: Db) {
    let (ana, _place) = open(db).await;
    let eve = other(&ana, "eve@example.com").await;
    eve.create_site("one.example", "UTC").await;
    let path = path_of(&account_of(&eve).await);
    let changed = json_of(patch(&ana, &path, &json!({"sites_max": 3})), StatusCode::OK).await;
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
    json_of(patch(&ana, &path, &json!({"sites_max": 1})), StatusCode::OK).await;
    assert_eq!(json_of(eve.get("/api/v1/account"), StatusCode::OK).await["sites"], json!(3));
    json_of(patch(&ana, &path, &json!({"sites_max": 3})), StatusCode::OK).await;
    assert_eq!(status(delete(&eve, "/api/v1/sites/one.example")).await, StatusCode::NO_CONTENT);
    assert_eq!(make(10).await, StatusCode::CREATED);
    assert_eq!(make(11).await, StatusCode::FORBIDDEN);
    json_of(patch(&ana, &path, &json!({"sites_max": null})), StatusCode::OK).await;
    assert_eq!(make(11).await, StatusCode::CREATED);
    ana.create_site("others.example", "UTC").await;
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
    let changed = json_of(patch(&ana, &path, &json!({"events_a_month_max": 10})), StatusCode::OK).await;
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
    let changed = json_of(patch(&ana, &path, &json!({"events_a_month_max": null})), StatusCode::OK).await;
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
            json_of(patch(&ana, &path, &json!({"events_a_month_max": max})), StatusCode::OK).await;
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
        let problem = json_of(patch(&ana, &path, &change), StatusCode::UNPROCESSABLE_ENTITY).await;
        assert_eq!(problem["errors"][0]["field"], field, "{change}");
    }
    for change in
        [json!({"name": "Mine"}), json!({"disabled": "yes"}), json!({"sites_max": "many"}), json!({"sites_max": 1.5})]
    {
        assert_eq!(status(patch(&ana, &path, &change)).await, StatusCode::BAD_REQUEST, "{change}");
    }
    for id in ["nothing", "%00", "%20"] {
        let request = patch(&ana, &format!("{LIST}/{id}"), &json!({"disabled": true}));
        assert_eq!(expect(request.send().await.expect("sent"), StatusCode::NOT_FOUND).await["title"], "Not found");
    }
    let eve = other(&ana, "eve@example.com").await;
    assert_eq!(status(patch(&eve, &path, &json!({"disabled": true}))).await, StatusCode::FORBIDDEN);
    // Nothing to change is no change.
    let same = json_of(patch(&ana, &path, &json!({})), StatusCode::OK).await;
    assert_eq!((&same["disabled"], &same["quota"]), (&json!(false), &json!("none")));
}
