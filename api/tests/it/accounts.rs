//! Registration, login, refresh, logout.

use reqwest::StatusCode;
use reqwest::header::SET_COOKIE;
use serde_json::{Value, json};

use crate::harness::{Db, Haru, PASSWORD, Place, client, expect, on_both};

on_both!(
    the_first_user_registers_and_becomes_administrator,
    open_registration_gives_everyone_an_account,
    wrong_values_are_named,
    login_says_the_same_for_unknown_and_wrong,
    refresh_rotates_and_a_crossed_one_gets_the_same_successor,
    a_token_used_long_after_ends_the_login,
    logout_ends_the_login,
    a_form_of_another_site_logs_nobody_out,
    access_needs_a_good_token,
    logins_are_limited,
    browsers_of_the_same_and_of_named_origins_may_call,
);

async fn the_first_user_registers_and_becomes_administrator(db: Db) {
    let (mut haru, _place) = Haru::start(db).await;
    let instance = |haru: &Haru| haru.client.get(haru.url("/api/v1/instance")).send();
    let before = expect(instance(&haru).await.expect("sent"), StatusCode::OK).await;
    assert_eq!((&before["setup_required"], &before["registration"]), (&json!(true), &json!("invite")));
    let session = haru.register("Ana@Example.com").await;
    assert_eq!(session["user"]["email"], "ana@example.com");
    assert_eq!(session["user"]["is_admin"], json!(true));
    assert_eq!(session["account"]["role"], "owner");
    assert_eq!((&session["token_type"], &session["expires_in"]), (&json!("Bearer"), &json!(900)));
    let after = expect(instance(&haru).await.expect("sent"), StatusCode::OK).await;
    assert_eq!(after["setup_required"], json!(false));
    // Registration is by invitation from now on.
    let body = json!({"email": "ben@example.com", "password": PASSWORD, "name": "Ben"});
    let second = client().post(haru.url("/api/v1/auth/register")).json(&body).send().await.expect("sent");
    assert_eq!(second.status(), StatusCode::FORBIDDEN);
    let me = expect(haru.get("/api/v1/me").send().await.expect("sent"), StatusCode::OK).await;
    assert_eq!((&me["user"], &me["account"]), (&session["user"], &session["account"]));
}

async fn open_registration_gives_everyone_an_account(db: Db) {
    let place = Place::new(db).await;
    let mut haru = place.start(&["--registration", "open", "--auth-rate-limit", "0"]).await;
    let ana = haru.register("ana@example.com").await;
    let ben = haru.register("ben@example.com").await;
    assert_eq!(ben["user"]["is_admin"], json!(false));
    assert_ne!(ana["account"]["id"], ben["account"]["id"]);
    let body = json!({"email": "BEN@example.com", "password": PASSWORD, "name": "Ben"});
    let again = haru.client.post(haru.url("/api/v1/auth/register")).json(&body).send().await.expect("sent");
    assert_eq!(expect(again, StatusCode::CONFLICT).await["errors"][0]["field"], "email");
}

async fn wrong_values_are_named(db: Db) {
    let (haru, _place) = Haru::start(db).await;
    let body = json!({"email": "not an address", "password": "short", "name": " "});
    let answer = haru.client.post(haru.url("/api/v1/auth/register")).json(&body).send().await.expect("sent");
    let problem = expect(answer, StatusCode::UNPROCESSABLE_ENTITY).await;
    let fields: Vec<_> =
        problem["errors"].as_array().expect("a list").iter().map(|error| error["field"].clone()).collect();
    assert_eq!(fields, ["email", "password", "name"]);
}

async fn login(haru: &Haru, email: &str, password: &str) -> reqwest::Response {
    let body = json!({"email": email, "password": password});
    haru.client.post(haru.url("/api/v1/auth/login")).json(&body).send().await.expect("sent")
}

async fn login_says_the_same_for_unknown_and_wrong(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let good = expect(login(&haru, " ana@EXAMPLE.com ", PASSWORD).await, StatusCode::OK).await;
    assert_eq!(good["user"]["email"], "ana@example.com");
    let detail = |problem: Value| problem["detail"].clone();
    let wrong =
        detail(expect(login(&haru, "ana@example.com", "not the password").await, StatusCode::UNAUTHORIZED).await);
    let unknown = detail(expect(login(&haru, "eva@example.com", PASSWORD).await, StatusCode::UNAUTHORIZED).await);
    assert_eq!(wrong, unknown);
}

/// Sends a refresh with that cookie alone; answers the status and the new cookie.
async fn refresh(haru: &Haru, cookie: &str) -> (StatusCode, Option<String>) {
    let bare = reqwest::Client::new();
    let sent = bare.post(haru.url("/api/v1/auth/refresh")).header("cookie", cookie).send().await.expect("sent");
    let cookie = sent.headers().get(SET_COOKIE).map(|cookie| cookie.to_str().expect("text").to_owned());
    (sent.status(), cookie.map(|cookie| cookie.split(';').next().expect("a pair").to_owned()))
}

async fn first_cookie(haru: &Haru) -> String {
    let answer = login(haru, "ana@example.com", PASSWORD).await;
    let cookie = answer.headers()[SET_COOKIE].to_str().expect("text").to_owned();
    for attribute in ["HttpOnly", "SameSite=Strict", "Path=/api/v1/auth"] {
        assert!(cookie.contains(attribute), "{attribute} in {cookie}");
    }
    cookie.split(';').next().expect("a pair").to_owned()
}

async fn refresh_rotates_and_a_crossed_one_gets_the_same_successor(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let first = first_cookie(&haru).await;
    let (one, other) = tokio::join!(refresh(&haru, &first), refresh(&haru, &first));
    assert_eq!((one.0, other.0), (StatusCode::OK, StatusCode::OK));
    assert_eq!(one.1, other.1, "two tabs get the same successor");
    let second = one.1.expect("a cookie");
    assert_ne!(second, first);
    assert_eq!(refresh(&haru, &second).await.0, StatusCode::OK);
    assert_eq!(refresh(&haru, "haru_refresh=nonsense").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(refresh(&haru, &format!("{second}x")).await.0, StatusCode::UNAUTHORIZED);
}

async fn a_token_used_long_after_ends_the_login(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let first = first_cookie(&haru).await;
    let second = refresh(&haru, &first).await.1.expect("a cookie");
    let third = refresh(&haru, &second).await.1.expect("a cookie");
    // Two generations back was never a crossing: somebody kept a copy.
    assert_eq!(refresh(&haru, &first).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(refresh(&haru, &third).await.0, StatusCode::UNAUTHORIZED, "the whole family is gone");
}

async fn logout_ends_the_login(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let cookie = first_cookie(&haru).await;
    let session = expect(login(&haru, "ana@example.com", PASSWORD).await, StatusCode::OK).await;
    let token = session["access_token"].as_str().expect("a token");
    let me = || haru.client.get(haru.url("/api/v1/me")).bearer_auth(token).send();
    assert_eq!(me().await.expect("sent").status(), StatusCode::OK);
    let out = haru.client.post(haru.url("/api/v1/auth/logout")).send().await.expect("sent");
    assert_eq!(out.status(), StatusCode::NO_CONTENT);
    assert_eq!(me().await.expect("sent").status(), StatusCode::UNAUTHORIZED);
    let again = haru.client.post(haru.url("/api/v1/auth/refresh")).send().await.expect("sent");
    assert_eq!(again.status(), StatusCode::UNAUTHORIZED, "the cookie was removed");
    assert_eq!(refresh(&haru, &cookie).await.0, StatusCode::OK, "the other login lives on");
}

async fn a_form_of_another_site_logs_nobody_out(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let cookie = first_cookie(&haru).await;
    let logout = || reqwest::Client::new().post(haru.url("/api/v1/auth/logout"));
    // A cookie that is SameSite=Strict stays at home.
    let form = logout().header("origin", "https://evil.example").header("sec-fetch-site", "cross-site");
    let form = form.header("content-type", "application/x-www-form-urlencoded").body("a=b").send().await.expect("sent");
    assert_eq!((form.status(), form.headers().get(SET_COOKIE)), (StatusCode::NO_CONTENT, None));
    let own = logout().header("cookie", cookie).send().await.expect("sent");
    let removed = own.headers()[SET_COOKIE].to_str().expect("text");
    assert!(removed.starts_with("haru_refresh=;") && removed.contains("Path=/api/v1/auth"), "{removed}");
    for unknown in ["haru_refresh=nonsense", "haru_refresh="] {
        let own = logout().header("cookie", unknown).send().await.expect("sent");
        assert!(own.headers().contains_key(SET_COOKIE), "what is no good goes as well");
    }
}

async fn access_needs_a_good_token(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    for token in ["", "nonsense", "a.b.c", &haru.token[..haru.token.len() - 2]] {
        let answer = haru.client.get(haru.url("/api/v1/sites")).bearer_auth(token).send().await.expect("sent");
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{token:?}");
    }
    let none = haru.client.get(haru.url("/api/v1/sites")).send().await.expect("sent");
    assert_eq!(none.status(), StatusCode::UNAUTHORIZED);
}

async fn logins_are_limited(db: Db) {
    let place = Place::new(db).await;
    let mut haru = place.start(&["--auth-rate-limit", "3"]).await;
    haru.register("ana@example.com").await;
    let mut last = StatusCode::OK;
    for _ in 0..6 {
        let answer = login(&haru, "ana@example.com", "not the password").await;
        last = answer.status();
        if last == StatusCode::TOO_MANY_REQUESTS {
            assert!(answer.headers().contains_key("retry-after"));
            break;
        }
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

async fn browsers_of_the_same_and_of_named_origins_may_call(db: Db) {
    let place = Place::new(db).await;
    let mut haru = place.start(&["--cors-origins", "https://app.example.com"]).await;
    haru.register("ana@example.com").await;
    let me = |origin: &str| haru.get("/api/v1/me").header("origin", origin).send();
    let own = haru.base.clone();
    for (origin, allowed) in [(own.as_str(), false), ("https://app.example.com", true), ("https://evil.example", false)]
    {
        let answer = me(origin).await.expect("sent");
        assert_eq!(answer.status(), StatusCode::OK, "{origin}");
        let header = answer.headers().get("access-control-allow-origin").map(|value| value.to_str().expect("text"));
        assert_eq!(header, allowed.then_some(origin), "{origin}");
        assert!(answer.headers().get("access-control-allow-credentials").is_none());
    }
    let asked = |origin: &str| {
        let request = haru.client.request(reqwest::Method::OPTIONS, haru.url("/api/v1/me")).header("origin", origin);
        request
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", "authorization")
            .send()
    };
    assert!(asked("https://app.example.com").await.expect("sent").status().is_success());
    assert!(!asked("https://evil.example").await.expect("sent").status().is_success());
}
