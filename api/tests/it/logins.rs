//! Logins that hold: refresh tokens, forged access tokens, changed secrets, and ending logins from elsewhere.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use haru::config::ServeConfig;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::StatusCode;
use reqwest::header::SET_COOKIE;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::harness::{Db, Haru, PASSWORD, Place, expect, on_both, status};
use crate::sealing::database;

on_both!(
    tabs_that_refresh_at_once_all_stay_logged_in,
    a_refresh_token_used_after_the_grace_ends_its_family,
    forged_access_tokens_open_nothing,
    a_changed_secret_ends_no_login_while_the_old_one_is_named,
    a_secret_with_blanks_around_it_can_be_replaced_like_any_other,
    logins_are_listed_and_ended,
    a_name_can_be_changed,
    what_was_done_with_logins_is_in_the_audit_log,
);

const SECRET: &str = "a secret that is long enough for a test";
const NEXT_SECRET: &str = "another one that is just as long as that";

/// A login from that kind of client: the answer and the cookie.
pub(crate) async fn log_in(haru: &Haru, body: Value, agent: &str) -> (StatusCode, Value, String) {
    let sent = reqwest::Client::new().post(haru.url("/api/v1/auth/login")).header("user-agent", agent).json(&body);
    let answer = sent.send().await.expect("sent");
    let cookie = answer.headers().get(SET_COOKIE).map(|cookie| cookie.to_str().expect("text").to_owned());
    let cookie = cookie.and_then(|cookie| cookie.split(';').next().map(str::to_owned)).unwrap_or_default();
    (answer.status(), answer.json().await.expect("JSON"), cookie)
}

/// The owner of [`Haru::with_owner`] once more; answers access token and cookie.
pub(crate) async fn once_more(haru: &Haru) -> (String, String) {
    let body = json!({"email": "ana@example.com", "password": PASSWORD});
    let (status, session, cookie) = log_in(haru, body, crate::harness::FIREFOX_WINDOWS).await;
    assert_eq!(status, StatusCode::OK, "{session}");
    (session["access_token"].as_str().expect("a token").to_owned(), cookie)
}

/// Sends a refresh with that cookie alone; answers the status and the new cookie.
pub(crate) async fn refresh(haru: &Haru, cookie: &str) -> (StatusCode, String) {
    let sent = reqwest::Client::new().post(haru.url("/api/v1/auth/refresh")).header("cookie", cookie).send();
    let answer = sent.await.expect("sent");
    let cookie = answer.headers().get(SET_COOKIE).map(|cookie| cookie.to_str().expect("text").to_owned());
    (answer.status(), cookie.and_then(|cookie| cookie.split(';').next().map(str::to_owned)).unwrap_or_default())
}

/// What a route answers to that token.
pub(crate) async fn answered(haru: &Haru, token: &str) -> StatusCode {
    status(haru.client.get(haru.url("/api/v1/me")).bearer_auth(token)).await
}

async fn tabs_that_refresh_at_once_all_stay_logged_in(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let (_, first) = once_more(&haru).await;
    let tabs = futures_util::future::join_all((0..8).map(|_| refresh(&haru, &first))).await;
    let (_, successor) = tabs[0].clone();
    assert!(tabs.iter().all(|tab| *tab == (StatusCode::OK, successor.clone())), "{tabs:?}");
    assert_eq!(refresh(&haru, &successor).await.0, StatusCode::OK);
}

async fn a_refresh_token_used_after_the_grace_ends_its_family(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    let (access, first) = once_more(&haru).await;
    let (_, other) = once_more(&haru).await;
    let (_, second) = refresh(&haru, &first).await;
    assert_eq!(refresh(&haru, &first).await, (StatusCode::OK, second.clone()), "within the grace");
    // The grace of 10 seconds passes.
    let id = first.trim_start_matches("haru_refresh=").split('.').next().expect("an id").to_owned();
    let earlier = format!("UPDATE session SET rotated_at = rotated_at - 11000 WHERE id = '{id}'");
    database(&place).await.execute_unprepared(&earlier).await.expect("set back");
    assert_eq!(refresh(&haru, &first).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(refresh(&haru, &second).await.0, StatusCode::UNAUTHORIZED, "the whole family is gone");
    assert_eq!(answered(&haru, &access).await, StatusCode::UNAUTHORIZED, "its access token, too");
    assert_eq!(refresh(&haru, &other).await.0, StatusCode::OK, "another login of the same user lives on");
    for strange in ["haru_refresh=%00.1.AAAA", "haru_refresh=..", "haru_refresh=a.99999999999999999999.AAAA"] {
        assert_eq!(refresh(&haru, strange).await.0, StatusCode::UNAUTHORIZED, "{strange}");
    }
}

/// HMAC-SHA-256 as the service derives its keys: each part behind its length.
fn mac(key: &[u8], part: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length");
    mac.update(&(part.len() as u64).to_be_bytes());
    mac.update(part.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn sign(header: &Value, claims: &Value, key: &[u8]) -> String {
    let text = format!("{}.{}", B64.encode(header.to_string()), B64.encode(claims.to_string()));
    let signature = Hmac::<Sha256>::new_from_slice(key).expect("any length").chain_update(&text).finalize();
    format!("{text}.{}", B64.encode(signature.into_bytes()))
}

fn decoded(part: &str) -> Value {
    serde_json::from_slice(&B64.decode(part).expect("base64")).expect("JSON")
}

async fn forged_access_tokens_open_nothing(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    let secret = match db {
        Db::Sqlite => std::fs::read(place.dir.path().join("secret")).expect("a secret"),
        Db::Postgres => SECRET.as_bytes().to_vec(),
    };
    let key = mac(&secret, "jwt");
    let parts: Vec<&str> = haru.token.split('.').collect();
    let (header, claims) = (decoded(parts[0]), decoded(parts[1]));
    assert_eq!(header["kid"], hex::encode(&mac(&secret, "key-id")[..4]), "the key's name follows from the secret");
    assert_eq!(answered(&haru, &sign(&header, &claims, &key)).await, StatusCode::OK, "signed as the service does");

    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    let with = |of: &Value, name: &str, value: Value| {
        let mut changed = of.clone();
        changed[name] = value;
        changed
    };
    let without = |of: &Value, name: &str| {
        let mut changed = of.clone();
        changed.as_object_mut().expect("an object").remove(name);
        changed
    };
    let other_session = "01900000-0000-7000-8000-000000000000";
    let unsigned = |token: String| format!("{}.", token.rsplit_once('.').expect("three parts").0);
    let none = with(&header, "alg", json!("none"));
    let forged = [
        (
            "claims changed under the signature",
            format!("{}.{}.{}", parts[0], B64.encode(with(&claims, "sid", json!(other_session)).to_string()), parts[2]),
        ),
        ("expired", sign(&header, &with(&claims, "exp", json!(now - 60)), &key)),
        ("without an end", sign(&header, &without(&claims, "exp"), &key)),
        ("alg none", unsigned(sign(&none, &claims, &key))),
        ("alg none, signed", sign(&none, &claims, &key)),
        ("alg HS512", sign(&with(&header, "alg", json!("HS512")), &claims, &key)),
        ("alg RS256", sign(&with(&header, "alg", json!("RS256")), &claims, &key)),
        ("another audience", sign(&header, &with(&claims, "aud", json!("haru-share")), &key)),
        ("without audience", sign(&header, &without(&claims, "aud"), &key)),
        ("another issuer", sign(&header, &with(&claims, "iss", json!("somebody")), &key)),
        ("without issuer", sign(&header, &without(&claims, "iss"), &key)),
        ("another kid", sign(&with(&header, "kid", json!("1")), &claims, &key)),
        ("without kid", sign(&without(&header, "kid"), &claims, &key)),
        ("another key", sign(&header, &claims, &mac(b"another secret that is long enough", "jwt"))),
        ("the bare secret", sign(&header, &claims, &secret)),
        ("no signature", unsigned(haru.token.clone())),
        ("a session that is none", sign(&header, &with(&claims, "sid", json!(other_session)), &key)),
    ];
    for (what, token) in forged {
        assert_eq!(answered(&haru, &token).await, StatusCode::UNAUTHORIZED, "{what}");
    }
}

/// The place's settings with those secrets.
pub(crate) fn with_secrets(place: &Place, secret: &str, previous: &[&str]) -> ServeConfig {
    let mut config = place.config(&["--auth-rate-limit", "0"]);
    config.secret = Some(secret.to_owned());
    config.secret_previous = previous.iter().map(|secret| (*secret).to_owned()).collect();
    config
}

async fn a_changed_secret_ends_no_login_while_the_old_one_is_named(db: Db) {
    let place = Place::new(db).await;
    let mut haru = Place::start_with(&with_secrets(&place, SECRET, &[])).await;
    haru.register("ana@example.com").await;
    let (old_access, cookie) = once_more(&haru).await;
    let (_, unused) = once_more(&haru).await;
    haru.stop().await;

    let haru = Place::start_with(&with_secrets(&place, NEXT_SECRET, &[SECRET])).await;
    assert_eq!(answered(&haru, &old_access).await, StatusCode::OK, "an access token of before");
    let (status, next) = refresh(&haru, &cookie).await;
    assert_eq!(status, StatusCode::OK, "a refresh token of before");
    assert_eq!(refresh(&haru, &cookie).await, (StatusCode::OK, next.clone()), "and a crossed one");
    let (access, _) = once_more(&haru).await;
    haru.stop().await;

    let haru = Place::start_with(&with_secrets(&place, NEXT_SECRET, &[])).await;
    assert_eq!(answered(&haru, &old_access).await, StatusCode::UNAUTHORIZED, "its key is no longer known");
    assert_eq!(refresh(&haru, &unused).await.0, StatusCode::UNAUTHORIZED, "it was not used meanwhile");
    assert_eq!(answered(&haru, &access).await, StatusCode::OK);
    assert_eq!(refresh(&haru, &next).await.0, StatusCode::OK, "it was replaced by one of the new secret");
}

async fn a_secret_with_blanks_around_it_can_be_replaced_like_any_other(db: Db) {
    let place = Place::new(db).await;
    let padded = format!(" {SECRET}\n");
    let mut first = with_secrets(&place, &padded, &[]);
    if place.database_url.is_none() {
        // As a file that an editor or `openssl rand -hex 32 >` has written.
        std::fs::write(place.dir.path().join("secret"), &padded).expect("written");
        first.secret = None;
    }
    let mut haru = Place::start_with(&first).await;
    haru.register("ana@example.com").await;
    let (access, cookie) = once_more(&haru).await;
    let parts: Vec<&str> = access.split('.').collect();
    let mut header = decoded(parts[0]);
    assert_eq!(header["kid"], hex::encode(&mac(SECRET.as_bytes(), "key-id")[..4]), "it is used without them");
    header["kid"] = json!(hex::encode(&mac(padded.as_bytes(), "key-id")[..4]));
    let earlier = sign(&header, &decoded(parts[1]), &mac(padded.as_bytes(), "jwt"));
    assert_eq!(answered(&haru, &earlier).await, StatusCode::OK, "what was made with them stays good");
    haru.stop().await;
    let haru = Place::start_with(&with_secrets(&place, NEXT_SECRET, &[&padded])).await;
    assert_eq!(answered(&haru, &access).await, StatusCode::OK);
    assert_eq!(refresh(&haru, &cookie).await.0, StatusCode::OK);
}

async fn logins_are_listed_and_ended(db: Db) {
    let place = Place::new(db).await;
    let mut haru = place.start(&["--registration", "open", "--auth-rate-limit", "0"]).await;
    haru.register("ben@example.com").await;
    let ben = haru.token.clone();
    let of_ben = expect(haru.get("/api/v1/me/sessions").send().await.expect("sent"), StatusCode::OK).await;
    haru.register("ana@example.com").await;
    let (firefox, _) = once_more(&haru).await;
    let (third, third_cookie) = once_more(&haru).await;

    let list = expect(haru.get("/api/v1/me/sessions").send().await.expect("sent"), StatusCode::OK).await;
    let sessions = list["sessions"].as_array().expect("a list");
    assert_eq!(sessions.len(), 3, "one's own alone: {list}");
    let current: Vec<&Value> = sessions.iter().filter(|session| session["current"] == json!(true)).collect();
    assert_eq!(current.len(), 1);
    let newest = &sessions[0];
    assert_eq!((&newest["client"], &newest["account"]["name"]), (&json!("Firefox on Windows"), &json!("Ana")));
    assert!(newest["last_used_at"].is_string() && newest["created_at"].is_string());

    let delete = |path: String| status(haru.delete(&path));
    for strange in [of_ben["sessions"][0]["id"].as_str().expect("an id"), "nonsense", "%00"] {
        assert_eq!(delete(format!("/api/v1/me/sessions/{strange}")).await, StatusCode::NOT_FOUND, "{strange}");
    }
    assert_eq!(answered(&haru, &ben).await, StatusCode::OK, "another's login is out of reach");

    // The list is newest first: the third login's is at its head.
    assert_eq!(answered(&haru, &third).await, StatusCode::OK);
    let ended = delete(format!("/api/v1/me/sessions/{}", newest["id"].as_str().expect("an id"))).await;
    assert_eq!(ended, StatusCode::NO_CONTENT);
    assert_eq!(answered(&haru, &third).await, StatusCode::UNAUTHORIZED, "at once");
    assert_eq!(refresh(&haru, &third_cookie).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(answered(&haru, &firefox).await, StatusCode::OK);

    assert_eq!(delete("/api/v1/me/sessions".to_owned()).await, StatusCode::NO_CONTENT);
    assert_eq!(answered(&haru, &firefox).await, StatusCode::UNAUTHORIZED);
    assert_eq!(answered(&haru, &haru.token).await, StatusCode::OK, "the one that asked lives on");
    assert_eq!(answered(&haru, &ben).await, StatusCode::OK);
}

async fn a_name_can_be_changed(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let rename = |name: &str| haru.patch("/api/v1/me", &json!({"name": name})).send();
    let me = expect(rename(" Ana <b>Maria</b> ").await.expect("sent"), StatusCode::OK).await;
    assert_eq!((&me["user"]["name"], &me["second_factor"]), (&json!("Ana <b>Maria</b>"), &json!(false)));
    let again = expect(haru.get("/api/v1/me").send().await.expect("sent"), StatusCode::OK).await;
    assert_eq!(again["user"], me["user"], "here at once");
    for bad in ["", " ", "a\0b", &"x".repeat(101)] {
        let refused = expect(rename(bad).await.expect("sent"), StatusCode::UNPROCESSABLE_ENTITY).await;
        assert_eq!(refused["errors"][0]["field"], "name", "{bad:?}");
    }
}

async fn what_was_done_with_logins_is_in_the_audit_log(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    once_more(&haru).await;
    assert_eq!(status(haru.delete("/api/v1/me/sessions")).await, StatusCode::NO_CONTENT);
    let body = json!({"current": PASSWORD, "password": "une autre longue phrase"});
    let changed = haru.post("/api/v1/me/password", &body).send().await.expect("sent");
    assert_eq!(changed.status(), StatusCode::NO_CONTENT);
    let database = database(&place).await;
    let statement = sea_orm::Statement::from_string(
        database.get_database_backend(),
        "SELECT action, who, client FROM audit_entry ORDER BY id",
    );
    let rows = database.query_all_raw(statement).await.expect("rows");
    let told: Vec<(String, String, String)> = rows
        .iter()
        .map(|row| {
            let text = |column: &str| row.try_get::<String>("", column).expect("text");
            (text("action"), text("who"), text("client"))
        })
        .collect();
    let actions: Vec<&str> = told.iter().map(|(action, ..)| action.as_str()).collect();
    assert_eq!(actions, ["login.begun", "login.begun", "login.ended", "login.password_changed"]);
    assert_eq!(told[1].1, "Ana <ana@example.com>");
    assert_eq!(told[1].2, "Firefox on Windows");
}
