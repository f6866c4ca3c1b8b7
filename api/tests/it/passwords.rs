//! Passwords: which are taken, changing one, and setting one anew by a link.

use std::process::{Command, Stdio};

use reqwest::StatusCode;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::harness::{CHROME_MAC, Db, Haru, PASSWORD, Place, eventually, expect, json_of, on_both, status};
use crate::logins::{answered, log_in, once_more, refresh};
use crate::people::{accept, invite, open, other};
use crate::sealing::{database, number};

on_both!(
    passwords_that_are_easy_to_guess_are_refused_everywhere,
    however_it_is_typed_a_password_is_the_same,
    a_changed_password_ends_the_other_logins,
    a_forgotten_password_is_set_anew_by_a_link_once,
    a_password_by_a_link_leaves_nothing_to_who_had_the_account_before,
    a_link_ends_after_an_hour_or_with_a_changed_password,
    nobody_learns_who_has_a_login,
    one_address_gets_a_few_links_only,
    only_the_administrator_sees_links,
);

pub(crate) const NEW_PASSWORD: &str = "une autre longue phrase";

/// The message about a field of a refused request.
async fn refused(answer: reqwest::Response, field: &str) -> String {
    let problem = expect(answer, StatusCode::UNPROCESSABLE_ENTITY).await;
    let errors = problem["errors"].as_array().expect("a list");
    let error = errors.iter().find(|error| error["field"] == field).unwrap_or_else(|| panic!("{field} in {problem}"));
    error["message"].as_str().expect("text").to_owned()
}

async fn post(haru: &Haru, path: &str, body: Value) -> reqwest::Response {
    haru.client.post(haru.url(path)).json(&body).send().await.expect("sent")
}

/// The requests on the administrator's list.
pub(crate) async fn requests(haru: &Haru) -> Vec<Value> {
    let list = haru.get("/api/v1/admin/password-resets").send().await.expect("sent");
    expect(list, StatusCode::OK).await["requests"].as_array().expect("a list").clone()
}

/// Asks for a link.
pub(crate) async fn forgot(haru: &Haru, email: &str) {
    let asked = post(haru, "/api/v1/auth/password/forgot", json!({"email": email})).await;
    assert_eq!(asked.status(), StatusCode::ACCEPTED);
}

/// Asks for a link, and has the administrator make one: the token in it.
pub(crate) async fn token_of_a_link(haru: &Haru, email: &str) -> String {
    let before = requests(haru).await.len();
    forgot(haru, email).await;
    let open = eventually("the request", || async {
        let open = requests(haru).await;
        (open.len() > before).then_some(open)
    })
    .await;
    assert_eq!(open[0]["email"], json!(email));
    let path = format!("/api/v1/admin/password-resets/{}/link", open[0]["id"].as_str().expect("an id"));
    let made = expect(haru.post(&path, &json!({})).send().await.expect("sent"), StatusCode::OK).await;
    let link = made["link"].as_str().expect("a link");
    let (address, token) = link.split_once('#').expect("a fragment");
    assert!(address.ends_with("/reset"), "{link}");
    token.to_owned()
}

/// Sets a password with the token of a link.
pub(crate) async fn reset(haru: &Haru, token: &str, password: &str) -> reqwest::Response {
    post(haru, "/api/v1/auth/password/reset", json!({"token": token, "password": password})).await
}

async fn passwords_that_are_easy_to_guess_are_refused_everywhere(db: Db) {
    let place = Place::new(db).await;
    let mut haru = place.start(&["--registration", "open", "--auth-rate-limit", "0"]).await;
    haru.register("ana@example.com").await;
    let register = |password: &str| {
        post(&haru, "/api/v1/auth/register", json!({"email": "eva@example.com", "password": password, "name": "Eva Q"}))
    };
    for easy in ["password1234", "qwertyuiop12", "eva@example.com", "aaaaaaaaaaaaaaaaaaaa"] {
        let why = refused(register(easy).await, "password").await;
        assert!(why.starts_with("is too easy to guess: "), "{easy}: {why}");
    }
    let (long, accents) = ("x".repeat(129), "e\u{301}".repeat(11));
    for wrong in ["elevenchars", &accents, &long, &"x".repeat(100_000)] {
        let why = refused(register(wrong).await, "password").await;
        assert_eq!(why, "must have 12 to 128 characters", "{}", wrong.len());
    }
    let change = json!({"current": PASSWORD, "password": "password1234"});
    let changed = haru.post("/api/v1/me/password", &change).send().await.expect("sent");
    assert!(refused(changed, "password").await.starts_with("is too easy to guess: "));
    let token = token_of_a_link(&haru, "ana@example.com").await;
    let why = refused(reset(&haru, &token, "ana@example.com").await, "password").await;
    assert!(why.starts_with("is too easy to guess: "), "{why}");
    assert_eq!(reset(&haru, &token, NEW_PASSWORD).await.status(), StatusCode::NO_CONTENT, "the link is still good");

    let mut command = Command::new(env!("CARGO_BIN_EXE_haru"));
    command.args(["user", "create", "--email", "eva@example.com", "--name", "Eva", "--data-dir"]).arg(place.dir.path());
    if let Some(url) = &place.database_url {
        command.args(["--database-url", url]);
    }
    let output = command.env("HARU_PASSWORD", "password1234").stdin(Stdio::null()).output().expect("it runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && told.contains("password is too easy to guess"), "{told}");
}

async fn however_it_is_typed_a_password_is_the_same(db: Db) {
    let (haru, _place) = Haru::start(db).await;
    let body = json!({"email": "eva@example.com", "password": "tre\u{300}s longue phrase", "name": "Eva"});
    expect(post(&haru, "/api/v1/auth/register", body).await, StatusCode::CREATED).await;
    for (typed, status) in [
        ("tr\u{e8}s longue phrase", StatusCode::OK),
        ("tre\u{300}s longue phrase", StatusCode::OK),
        ("tres longue phrase", StatusCode::UNAUTHORIZED),
    ] {
        let (got, ..) = log_in(&haru, json!({"email": "eva@example.com", "password": typed}), CHROME_MAC).await;
        assert_eq!(got, status, "{typed}");
    }
}

async fn a_changed_password_ends_the_other_logins(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let (other, other_cookie) = once_more(&haru).await;
    let change = |current: &str, password: &str| {
        haru.post("/api/v1/me/password", &json!({"current": current, "password": password})).send()
    };
    assert_eq!(refused(change("not the password", NEW_PASSWORD).await.expect("sent"), "current").await, "is wrong");
    refused(change(PASSWORD, "short").await.expect("sent"), "password").await;
    assert_eq!(answered(&haru, &other).await, StatusCode::OK, "nothing has changed");
    assert_eq!(change(PASSWORD, NEW_PASSWORD).await.expect("sent").status(), StatusCode::NO_CONTENT);
    assert_eq!(answered(&haru, &other).await, StatusCode::UNAUTHORIZED, "at once");
    assert_eq!(refresh(&haru, &other_cookie).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(answered(&haru, &haru.token).await, StatusCode::OK, "this one lives on");
    let refreshed = haru.client.post(haru.url("/api/v1/auth/refresh")).send().await.expect("sent");
    assert_eq!(refreshed.status(), StatusCode::OK);
    for (password, status) in [(PASSWORD, StatusCode::UNAUTHORIZED), (NEW_PASSWORD, StatusCode::OK)] {
        let (got, ..) = log_in(&haru, json!({"email": "ana@example.com", "password": password}), CHROME_MAC).await;
        assert_eq!(got, status, "{password}");
    }
}

async fn a_forgotten_password_is_set_anew_by_a_link_once(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    let token = token_of_a_link(&haru, "ana@example.com").await;
    let database = database(&place).await;
    let plain = format!("SELECT COUNT(*) FROM password_reset WHERE CAST(hash AS TEXT) LIKE '%{token}%'");
    assert_eq!(number(&database, &plain).await, 0, "the token itself is not kept");
    let (other, cookie) = once_more(&haru).await;
    for wrong in ["", "nonsense", &format!("{token}x"), &token.to_lowercase(), "\0"] {
        assert_eq!(reset(&haru, wrong, NEW_PASSWORD).await.status(), StatusCode::NOT_FOUND, "{wrong}");
    }
    let passwords = [NEW_PASSWORD, "yet another long phrase"];
    let (one, two) = tokio::join!(reset(&haru, &token, passwords[0]), reset(&haru, &token, passwords[1]));
    let statuses = [one.status(), two.status()];
    let winner = statuses.iter().position(|status| *status == StatusCode::NO_CONTENT).expect("one was set");
    assert_eq!(statuses[1 - winner], StatusCode::NOT_FOUND, "of two at once one");
    assert_eq!(reset(&haru, &token, NEW_PASSWORD).await.status(), StatusCode::NOT_FOUND, "it was used");
    for access in [&other, &haru.token] {
        assert_eq!(answered(&haru, access).await, StatusCode::UNAUTHORIZED, "all logins have ended");
    }
    assert_eq!(refresh(&haru, &cookie).await.0, StatusCode::UNAUTHORIZED);
    for (password, status) in [
        (PASSWORD, StatusCode::UNAUTHORIZED),
        (passwords[1 - winner], StatusCode::UNAUTHORIZED),
        (passwords[winner], StatusCode::OK),
    ] {
        let (got, ..) = log_in(&haru, json!({"email": "ana@example.com", "password": password}), CHROME_MAC).await;
        assert_eq!(got, status, "{password}");
    }
}

async fn a_password_by_a_link_leaves_nothing_to_who_had_the_account_before(db: Db) {
    let (ana, place) = open(db).await;
    // Somebody registers with Eva's address, whose mails they can't read, and works in two accounts.
    let mut squatter = other(&ana, "eva@example.com").await;
    let wish = json!({"name": "Nightly", "scopes": ["sites:read"]});
    let mut programs = Vec::new();
    let mut make = async |haru: &Haru| {
        let made = json_of(haru.post("/api/v1/tokens", &wish), StatusCode::CREATED).await;
        programs.push(haru.bearing(&made["token"]));
    };
    make(&ana).await;
    make(&squatter).await;
    let of_squatter = invite(&squatter, json!({"role": "admin"})).await;
    accept(&mut squatter, &invite(&ana, json!({"role": "viewer"})).await).await;
    make(&squatter).await;
    let of_ana = invite(&ana, json!({"role": "viewer"})).await;
    for program in &programs {
        assert_eq!(status(program.get("/api/v1/sites")).await, StatusCode::OK);
    }

    let token = token_of_a_link(&ana, "eva@example.com").await;
    assert_eq!(reset(&ana, &token, NEW_PASSWORD).await.status(), StatusCode::NO_CONTENT);
    let mut answers = Vec::new();
    for program in &programs {
        answers.push(status(program.get("/api/v1/sites")).await);
    }
    assert_eq!(answers, [StatusCode::OK, StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED], "at once; Ana's stays");
    let offer = |made: &Value| status(ana.post("/api/v1/auth/invitation", &json!({"token": made["token"]})));
    assert_eq!((offer(&of_squatter).await, offer(&of_ana).await), (StatusCode::NOT_FOUND, StatusCode::OK));
    let database = database(&place).await;
    for (action, told) in [("token.revoked", 2), ("member.invitation_withdrawn", 1)] {
        let entries = format!("SELECT COUNT(*) FROM audit_entry WHERE action = '{action}'");
        assert_eq!(number(&database, &entries).await, told, "{action} is in the logs");
    }
}

async fn a_link_ends_after_an_hour_or_with_a_changed_password(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    let database = database(&place).await;
    let token = token_of_a_link(&haru, "ana@example.com").await;
    let left = number(&database, "SELECT expires_at - requested_at FROM password_reset").await;
    assert!((3_590_000..3_700_000).contains(&left), "an hour: {left}");
    let an_hour = "UPDATE password_reset SET expires_at = expires_at - 3601000";
    database.execute_unprepared(an_hour).await.expect("set back");
    assert_eq!(reset(&haru, &token, NEW_PASSWORD).await.status(), StatusCode::NOT_FOUND);
    assert!(requests(&haru).await.is_empty(), "nobody has to hand it on");

    let token = token_of_a_link(&haru, "ana@example.com").await;
    let change = json!({"current": PASSWORD, "password": NEW_PASSWORD});
    let changed = haru.post("/api/v1/me/password", &change).send().await.expect("sent");
    assert_eq!(changed.status(), StatusCode::NO_CONTENT);
    assert_eq!(reset(&haru, &token, "yet another long phrase").await.status(), StatusCode::NOT_FOUND);
}

async fn nobody_learns_who_has_a_login(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    for email in ["ana@example.com", "eva@example.com", "no address", ""] {
        let answer = post(&haru, "/api/v1/auth/password/forgot", json!({"email": email})).await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED, "{email}");
        assert_eq!(answer.text().await.expect("a body"), "", "{email}");
    }
    eventually("the link of the one who exists", || async { requests(&haru).await.pop() }).await;
    assert_eq!(number(&database(&place).await, "SELECT COUNT(*) FROM password_reset").await, 1);
}

async fn one_address_gets_a_few_links_only(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    for _ in 0..3 {
        token_of_a_link(&haru, "ana@example.com").await;
    }
    for _ in 0..5 {
        let answer = post(&haru, "/api/v1/auth/password/forgot", json!({"email": "ana@example.com"})).await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
    }
    assert_eq!(requests(&haru).await.len(), 3);
    let place = Place::new(db).await;
    let mut haru = place.start(&["--auth-rate-limit", "3"]).await;
    haru.register("ana@example.com").await;
    let mut last = StatusCode::ACCEPTED;
    for _ in 0..6 {
        last = post(&haru, "/api/v1/auth/password/forgot", json!({"email": "eva@example.com"})).await.status();
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS, "whether or not there is such a user");
}

async fn only_the_administrator_sees_links(db: Db) {
    let place = Place::new(db).await;
    let mut haru = place.start(&["--registration", "open", "--auth-rate-limit", "0"]).await;
    haru.register("ana@example.com").await;
    token_of_a_link(&haru, "ana@example.com").await;
    let id = requests(&haru).await[0]["id"].as_str().expect("an id").to_owned();
    for strange in ["nonsense", "%00"] {
        let path = format!("/api/v1/admin/password-resets/{strange}/link");
        assert_eq!(haru.post(&path, &json!({})).send().await.expect("sent").status(), StatusCode::NOT_FOUND);
    }
    haru.register("ben@example.com").await;
    let list = haru.get("/api/v1/admin/password-resets").send().await.expect("sent");
    assert_eq!(list.status(), StatusCode::FORBIDDEN);
    let path = format!("/api/v1/admin/password-resets/{id}/link");
    assert_eq!(haru.post(&path, &json!({})).send().await.expect("sent").status(), StatusCode::FORBIDDEN);
}
