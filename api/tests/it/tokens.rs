//! API tokens: what each may be used for, what it can't reach, and when it ends.

use std::time::Duration;

use chrono::{SecondsFormat, Utc};
use reqwest::{RequestBuilder, StatusCode};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use serde_json::{Value, json};

use crate::harness::{Db, Haru, Place, eventually, expect, json_of, on_both, status};
use crate::sealing::{database, number};

on_both!(
    a_token_is_made_listed_used_and_revoked,
    each_scope_opens_its_routes_and_no_others,
    a_token_for_some_sites_reaches_no_others,
    another_accounts_tokens_and_sites_do_not_exist,
    a_token_manages_no_tokens_and_no_account,
    a_token_ends_when_it_said,
    what_is_no_token_is_nobody,
    wrong_tokens_are_refused,
    a_token_can_do_no_more_than_its_maker_now,
    an_account_has_so_many_tokens_and_no_more,
    a_deleted_site_leaves_its_tokens,
    the_secret_is_nowhere,
);

/// A request of a program about the site at that path.
type Request = fn(&Haru, &str) -> RequestBuilder;

const ALL: [&str; 4] = ["stats:read", "sites:read", "sites:write", "events:write"];

async fn count(database: &DatabaseConnection, table: &str) -> i64 {
    number(database, &format!("SELECT COUNT(*) FROM {table}")).await
}

/// A client of the same service with that token in place of the login.
fn program(haru: &Haru, made: &Value) -> Haru {
    haru.bearing(&made["token"])
}

async fn make(haru: &Haru, wish: Value) -> Value {
    json_of(haru.post("/api/v1/tokens", &wish), StatusCode::CREATED).await
}

async fn with_scopes(haru: &Haru, scopes: &[&str]) -> Haru {
    program(haru, &make(haru, json!({"name": "A program", "scopes": scopes})).await)
}

fn question(site: &str) -> Value {
    json!({"site_id": site, "metrics": ["visitors"], "date_range": "day"})
}

fn items() -> Value {
    json!([{"name": "pageview", "url": "https://example.com/", "visitor": "ana"}])
}

async fn a_token_is_made_listed_used_and_revoked(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let wish = json!({"name": " Nightly export ", "scopes": ["sites:read", "stats:read", "stats:read"],
        "expires_at": "2999-01-31T01:00:00+01:00"});
    let made = make(&haru, wish).await;
    let secret = made["token"].as_str().expect("a secret");
    assert!(secret.starts_with("haru_") && secret.len() == 48, "{}", secret.len());
    assert_eq!(made["name"], "Nightly export");
    assert_eq!(made["scopes"], json!(["stats:read", "sites:read"]));
    assert_eq!(made["expires_at"], "2999-01-31T00:00:00.000Z");
    assert_eq!(made["created_by"]["name"], "Ana");
    for absent in ["site_ids", "last_used_at"] {
        assert_eq!(made[absent], Value::Null, "{absent}");
    }
    // Asked again, it is the same without the secret.
    let mut told = made.clone();
    told.as_object_mut().expect("an object").remove("token");
    let path = format!("/api/v1/tokens/{}", made["id"].as_str().expect("an id"));
    let read = || async { json_of(haru.get(&path), StatusCode::OK).await };
    assert_eq!(read().await, told);
    let list = json_of(haru.get("/api/v1/tokens"), StatusCode::OK).await;
    assert_eq!(list, json!({"tokens": [told]}));

    let program = program(&haru, &made);
    program.query(question("example.com")).await;
    let used =
        eventually("its last use to be told", || async { read().await["last_used_at"].as_str().map(str::to_owned) });
    let first = used.await;
    program.query(question("example.com")).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(read().await["last_used_at"], json!(first), "it is written once a minute");

    assert_eq!(status(haru.delete(&path)).await, StatusCode::NO_CONTENT);
    let answer = program.post("/api/v2/query", &question("example.com")).send().await.expect("sent");
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "at once on this node");
    for gone in [haru.get(&path), haru.delete(&path)] {
        assert_eq!(status(gone).await, StatusCode::NOT_FOUND);
    }
    let list = json_of(haru.get("/api/v1/tokens"), StatusCode::OK).await;
    assert_eq!(list, json!({"tokens": []}));
}

async fn each_scope_opens_its_routes_and_no_others(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let site = "/api/v1/sites/example.com";
    let mut programs = Vec::new();
    for scope in ALL {
        programs.push((scope, with_scopes(&haru, &[scope]).await));
    }
    let routes: [(&str, StatusCode, Request); 10] = [
        ("stats:read", StatusCode::OK, |haru, _| haru.post("/api/v2/query", &question("example.com"))),
        ("stats:read", StatusCode::OK, |haru, site| {
            haru.post(&format!("{site}/dashboard"), &json!({"date_range": "day"}))
        }),
        ("stats:read", StatusCode::OK, |haru, site| haru.get(&format!("{site}/realtime"))),
        ("sites:read", StatusCode::OK, |haru, _| haru.get("/api/v1/sites")),
        ("sites:read", StatusCode::OK, |haru, site| haru.get(site)),
        ("events:write", StatusCode::ACCEPTED, |haru, site| haru.post(&format!("{site}/events"), &items())),
        ("sites:write", StatusCode::OK, |haru, site| haru.patch(site, &json!({"name": "Renamed"}))),
        ("sites:write", StatusCode::OK, |haru, site| haru.post(&format!("{site}/token"), &json!({}))),
        ("sites:write", StatusCode::CREATED, |haru, _| {
            haru.post("/api/v1/sites", &json!({"name": "Another", "domain": "another.example"}))
        }),
        ("sites:write", StatusCode::NO_CONTENT, |haru, _| {
            haru.delete("/api/v1/sites/another.example?domain=another.example")
        }),
    ];
    for (needed, good, request) in routes {
        for (scope, program) in &programs {
            let answer = request(program, site).send().await.expect("sent");
            let url = answer.url().clone();
            if *scope == needed {
                assert_eq!(answer.status(), good, "{scope} {url}");
            } else {
                let problem = expect(answer, StatusCode::FORBIDDEN).await;
                let told = problem["error"].as_str().expect("text");
                assert_eq!(told, format!("this API token lacks the scope {needed}"), "{scope} {url}");
            }
        }
    }
    // GraphQL follows stats:read.
    let query = json!({"query": r#"{ realtime(siteId: "example.com") { online } }"#});
    for (scope, program) in &programs {
        let answer = json_of(program.post("/graphql", &query), StatusCode::OK).await;
        if *scope == "stats:read" {
            assert_eq!(answer["data"]["realtime"]["online"], json!(1), "{answer}");
        } else {
            assert_eq!(answer["errors"][0]["message"], "this API token lacks the scope stats:read");
        }
    }
}

async fn a_token_for_some_sites_reaches_no_others(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let mine = haru.create_site("mine.example", "UTC").await;
    let other = haru.create_site("other.example", "UTC").await;
    let made = make(&haru, json!({"name": "One site", "scopes": ALL, "site_ids": [mine.id, mine.id]})).await;
    assert_eq!(made["site_ids"], json!([mine.id]));
    let program = program(&haru, &made);
    let list = json_of(program.get("/api/v1/sites"), StatusCode::OK).await;
    assert_eq!(list["sites"].as_array().expect("a list").len(), 1);
    assert_eq!(list["sites"][0]["id"], json!(mine.id));
    program.query(question("mine.example")).await;
    assert_eq!(status(program.post("/api/v1/sites/mine.example/events", &items())).await, StatusCode::ACCEPTED);
    let nowhere = json_of(program.get("/api/v1/sites/nowhere.example"), StatusCode::NOT_FOUND);
    let hint = nowhere.await["detail"].clone();
    for name in [other.id.as_str(), "other.example"] {
        let path = format!("/api/v1/sites/{name}");
        let tries = [
            program.get(&path),
            program.patch(&path, &json!({"name": "Mine"})),
            program.delete(&path),
            program.post(&format!("{path}/token"), &json!({})),
            program.post(&format!("{path}/dashboard"), &json!({"date_range": "day"})),
            program.get(&format!("{path}/realtime")),
            program.post(&format!("{path}/events"), &items()),
        ];
        for request in tries {
            let answer = request.send().await.expect("sent");
            assert_eq!(expect(answer, StatusCode::NOT_FOUND).await["detail"], hint, "{name}");
        }
        let answer = program.post("/api/v2/query", &question(name)).send().await.expect("sent");
        assert_eq!(expect(answer, StatusCode::NOT_FOUND).await["error"], hint);
        let query = json!({"query": format!(r#"{{ realtime(siteId: "{name}") {{ online }} }}"#)});
        let answer = json_of(program.post("/graphql", &query), StatusCode::OK).await;
        assert_eq!(answer["errors"][0]["message"], hint);
    }
    let wish = json!({"name": "More", "domain": "more.example"});
    assert_eq!(status(program.post("/api/v1/sites", &wish)).await, StatusCode::FORBIDDEN, "it could not see it");
}

async fn another_accounts_tokens_and_sites_do_not_exist(db: Db) {
    let place = Place::new(db).await;
    let mut haru = place.start(&["--registration", "open", "--auth-rate-limit", "0"]).await;
    haru.register("ana@example.com").await;
    let site = haru.create_site("example.com", "UTC").await;
    let made = make(&haru, json!({"name": "Ana's", "scopes": ALL})).await;
    haru.register("eva@example.com").await;
    let list = json_of(haru.get("/api/v1/tokens"), StatusCode::OK).await;
    assert_eq!(list, json!({"tokens": []}));
    let path = format!("/api/v1/tokens/{}", made["id"].as_str().expect("an id"));
    for request in [haru.get(&path), haru.delete(&path), haru.get("/api/v1/tokens/%00")] {
        assert_eq!(status(request).await, StatusCode::NOT_FOUND);
    }
    // Somebody else's site is refused in the words for one that there is not.
    let mut told = Vec::new();
    for id in [site.id.as_str(), "nothing", "\0"] {
        let wish = json!({"name": "Eva's", "scopes": ["stats:read"], "site_ids": [id]});
        let answer = haru.post("/api/v1/tokens", &wish).send().await.expect("sent");
        let problem = expect(answer, StatusCode::UNPROCESSABLE_ENTITY).await;
        assert_eq!(problem["errors"][0]["field"], "site_ids");
        told.push(problem["detail"].clone());
    }
    assert!(told.iter().all(|detail| *detail == told[0]), "{told:?}");
    let program = with_scopes(&haru, &ALL).await;
    assert_eq!(status(program.get("/api/v1/sites/example.com")).await, StatusCode::NOT_FOUND);
    assert_eq!(status(program.post("/api/v2/query", &question(&site.id))).await, StatusCode::NOT_FOUND);
    assert_eq!(status(program.delete(&format!("/api/v1/sites/{}", site.id))).await, StatusCode::NOT_FOUND);
}

async fn a_token_manages_no_tokens_and_no_account(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let made = make(&haru, json!({"name": "Everything", "scopes": ALL})).await;
    let program = program(&haru, &made);
    let path = format!("/api/v1/tokens/{}", made["id"].as_str().expect("an id"));
    let tries = [
        program.get("/api/v1/tokens"),
        program.post("/api/v1/tokens", &json!({"name": "More", "scopes": ALL})),
        program.get(&path),
        program.delete(&path),
        program.get("/api/v1/me"),
    ];
    for request in tries {
        let answer = request.send().await.expect("sent");
        assert_eq!(expect(answer, StatusCode::FORBIDDEN).await["type"], "urn:haru:problem:forbidden");
    }
    assert_eq!(status(haru.get(&path)).await, StatusCode::OK, "it is still there");
}

async fn a_token_ends_when_it_said(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let end = (Utc::now() + chrono::Duration::seconds(2)).to_rfc3339_opts(SecondsFormat::Millis, true);
    let made = make(&haru, json!({"name": "Short", "scopes": ["sites:read"], "expires_at": end})).await;
    let program = program(&haru, &made);
    assert_eq!(status(program.get("/api/v1/sites")).await, StatusCode::OK);
    eventually("its end", || async {
        (status(program.get("/api/v1/sites")).await == StatusCode::UNAUTHORIZED).then_some(())
    })
    .await;
    assert!(Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true) >= end, "it was good until then");
    let list = json_of(haru.get("/api/v1/tokens"), StatusCode::OK).await;
    assert_eq!(list["tokens"][0]["expires_at"], json!(end), "it is listed for a while");
}

async fn what_is_no_token_is_nobody(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let made = make(&haru, json!({"name": "Good", "scopes": ALL})).await;
    let good = made["token"].as_str().expect("a secret");
    let swapped = if good.ends_with('A') { "B" } else { "A" };
    let tampered = format!("{}{swapped}", &good[..good.len() - 1]);
    let unknown = format!("haru_{}", "A".repeat(43));
    let id = made["id"].as_str().expect("an id");
    let long = format!("haru_{}", "A".repeat(10_000));
    let upper = good.to_uppercase();
    for bad in [tampered.as_str(), &unknown, &good[5..], &good[..47], "haru_", "haru_\u{2014}", id, &long, &upper] {
        let request = haru.client.get(haru.url("/api/v1/sites"));
        let answer = request.header("authorization", format!("Bearer {bad}")).send().await.expect("sent");
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{bad}");
    }
    let program = program(&haru, &made);
    assert_eq!(status(program.get("/api/v1/sites")).await, StatusCode::OK);
    // Hits know tracking tokens only.
    assert_eq!(status(haru.hit(good, 1, &json!({"p": "/"}))).await, StatusCode::UNAUTHORIZED);
}

async fn wrong_tokens_are_refused(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let long = "x".repeat(101);
    let many: Vec<String> = (0..1_001).map(|index| format!("site{index}")).collect();
    for (field, wish) in [
        ("name", json!({"name": " ", "scopes": ["stats:read"]})),
        ("name", json!({"name": long, "scopes": ["stats:read"]})),
        ("name", json!({"name": "a\u{0}b", "scopes": ["stats:read"]})),
        ("scopes", json!({"name": "A", "scopes": []})),
        ("scopes", json!({"name": "A", "scopes": ["stats:read", "everything"]})),
        ("scopes", json!({"name": "A", "scopes": ["stats:read sites:write"]})),
        ("site_ids", json!({"name": "A", "scopes": ["stats:read"], "site_ids": []})),
        ("site_ids", json!({"name": "A", "scopes": ["stats:read"], "site_ids": many})),
        ("expires_at", json!({"name": "A", "scopes": ["stats:read"], "expires_at": "tomorrow"})),
        ("expires_at", json!({"name": "A", "scopes": ["stats:read"], "expires_at": "2020-01-01T00:00:00Z"})),
    ] {
        let answer = haru.post("/api/v1/tokens", &wish).send().await.expect("sent");
        assert_eq!(expect(answer, StatusCode::UNPROCESSABLE_ENTITY).await["errors"][0]["field"], field, "{wish}");
    }
    for wish in [
        json!({"name": "A"}),
        json!({"scopes": ["stats:read"]}),
        json!({"name": "A", "scopes": "stats:read"}),
        json!({"name": "A", "scopes": ["stats:read"], "token": "haru_mine"}),
    ] {
        assert_eq!(status(haru.post("/api/v1/tokens", &wish)).await, StatusCode::BAD_REQUEST, "{wish}");
    }
    let nobody = haru.client.post(haru.url("/api/v1/tokens")).json(&json!({"name": "A", "scopes": ["stats:read"]}));
    assert_eq!(status(nobody).await, StatusCode::UNAUTHORIZED);
    let list = json_of(haru.get("/api/v1/tokens"), StatusCode::OK).await;
    assert_eq!(list, json!({"tokens": []}));
}

async fn a_token_can_do_no_more_than_its_maker_now(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    let seen = haru.create_site("seen.example", "UTC").await;
    let hidden = haru.create_site("hidden.example", "UTC").await;
    let program = with_scopes(&haru, &ALL).await;
    assert_eq!(status(program.get("/api/v1/sites/hidden.example")).await, StatusCode::OK);
    let connection = database(&place).await;
    let run = async |sql: &str| {
        connection.execute_unprepared(sql).await.expect("changed");
        // Longer than a membership is remembered.
        tokio::time::sleep(Duration::from_millis(2_500)).await;
    };
    let list = format!(
        "INSERT INTO member_site (account_id, user_id, site_id)
         SELECT member.account_id, member.user_id, site.id FROM member, site WHERE site.public_id = '{}'",
        seen.id
    );
    run(&format!("{list}; UPDATE member SET role = 'viewer', limited = TRUE")).await;
    let events = |name: &str| program.post(&format!("/api/v1/sites/{name}/events"), &items());
    assert_eq!(status(program.get("/api/v1/sites/hidden.example")).await, StatusCode::NOT_FOUND);
    assert_eq!(status(program.get("/api/v1/sites/seen.example")).await, StatusCode::OK);
    assert_eq!(status(events("seen.example")).await, StatusCode::FORBIDDEN);
    assert_eq!(status(program.delete("/api/v1/sites/seen.example?domain=seen.example")).await, StatusCode::FORBIDDEN);
    // As a viewer of one site, one makes tokens that read, of that site.
    for scope in ["sites:write", "events:write"] {
        let wish = json!({"name": "Too much", "scopes": ["stats:read", scope]});
        assert_eq!(status(haru.post("/api/v1/tokens", &wish)).await, StatusCode::FORBIDDEN, "{scope}");
    }
    let wish = |id: &str| json!({"name": "A", "scopes": ["stats:read", "sites:read"], "site_ids": [id]});
    let answer = haru.post("/api/v1/tokens", &wish(&hidden.id)).send().await.expect("sent");
    assert_eq!(expect(answer, StatusCode::UNPROCESSABLE_ENTITY).await["errors"][0]["field"], "site_ids");
    make(&haru, wish(&seen.id)).await;
    assert_eq!(count(&connection, "api_token").await, 2);
    // Who leaves the account takes the tokens along.
    run("DELETE FROM member").await;
    assert_eq!(count(&connection, "api_token").await + count(&connection, "api_token_site").await, 0);
    assert_eq!(status(program.get("/api/v1/sites")).await, StatusCode::UNAUTHORIZED);
}

async fn an_account_has_so_many_tokens_and_no_more(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let wish = |index: usize| json!({"name": format!("Token {index}"), "scopes": ["stats:read"]});
    for index in 0..95 {
        make(&haru, wish(index)).await;
    }
    let crowd = (95..110).map(|index| status(haru.post("/api/v1/tokens", &wish(index))));
    let answers = futures_util::future::join_all(crowd).await;
    let of = |wanted: StatusCode| answers.iter().filter(|status| **status == wanted).count();
    assert_eq!((of(StatusCode::CREATED), of(StatusCode::FORBIDDEN)), (5, 10), "{answers:?}");
    let list = json_of(haru.get("/api/v1/tokens"), StatusCode::OK).await;
    let tokens = list["tokens"].as_array().expect("a list");
    assert_eq!(tokens.len(), 100);
    let path = format!("/api/v1/tokens/{}", tokens[0]["id"].as_str().expect("an id"));
    assert_eq!(status(haru.delete(&path)).await, StatusCode::NO_CONTENT);
    make(&haru, wish(110)).await;
}

async fn a_deleted_site_leaves_its_tokens(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    let (kept, gone) = (haru.create_site("kept.example", "UTC").await, haru.create_site("gone.example", "UTC").await);
    let both = make(&haru, json!({"name": "Both", "scopes": ["sites:read"], "site_ids": [kept.id, gone.id]})).await;
    let one = make(&haru, json!({"name": "One", "scopes": ["sites:read"], "site_ids": [gone.id]})).await;
    assert_eq!(status(haru.delete("/api/v1/sites/gone.example?domain=gone.example")).await, StatusCode::NO_CONTENT);
    let list = json_of(haru.get("/api/v1/tokens"), StatusCode::OK).await;
    let of = |index: usize| list["tokens"][index]["site_ids"].clone();
    assert_eq!((of(0), of(1)), (json!([kept.id]), json!([])));
    // Without its last site a token reaches nothing, rather than everything.
    for (made, sites) in [(&both, 1), (&one, 0)] {
        let list = program(&haru, made).get("/api/v1/sites").send().await.expect("sent");
        assert_eq!(expect(list, StatusCode::OK).await["sites"].as_array().expect("a list").len(), sites);
    }
    assert_eq!(count(&database(&place).await, "api_token_site").await, 1);
}

async fn the_secret_is_nowhere(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    let made = make(&haru, json!({"name": "Secret", "scopes": ALL})).await;
    let secret = made["token"].as_str().expect("a secret").to_owned();
    let path = format!("/api/v1/tokens/{}", made["id"].as_str().expect("an id"));
    for path in ["/api/v1/tokens", path.as_str()] {
        let text = haru.get(path).send().await.expect("sent").text().await.expect("text");
        assert!(text.contains("Secret") && !text.contains("haru_"), "{text}");
    }
    let program = program(&haru, &made);
    assert_eq!(status(program.get("/api/v1/sites")).await, StatusCode::OK);
    haru.stop().await;
    if place.database_url.is_some() {
        let connection = database(&place).await;
        let sql = "SELECT CAST(api_token AS TEXT) AS row FROM api_token";
        let statement = Statement::from_string(connection.get_database_backend(), sql);
        let row = connection.query_one_raw(statement).await.expect("an answer").expect("a row");
        let row: String = row.try_get("", "row").expect("text");
        assert!(row.contains("Secret"), "{row}");
        assert!(!row.contains(&secret[5..]), "{row}");
    }
    for file in std::fs::read_dir(place.dir.path()).expect("a directory") {
        let path = file.expect("a file").path();
        let bytes = std::fs::read(&path).expect("readable");
        let found = bytes.windows(43).any(|window| window == &secret.as_bytes()[5..]);
        assert!(!found, "the secret is in {}", path.display());
    }
}
