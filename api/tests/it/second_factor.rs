//! The second factor: turned on, asked for, and off again.

use std::time::{SystemTime, UNIX_EPOCH};

use reqwest::StatusCode;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use totp_rs::Totp;

use crate::harness::{CHROME_MAC, Db, Haru, PASSWORD, Place, expect, on_both};
use crate::logins::{log_in, with_secrets};
use crate::passwords::token_of_a_link;
use crate::sealing::{database, haru as command, number, output};

on_both!(
    the_second_factor_from_beginning_to_end,
    a_recovery_code_is_good_once,
    new_recovery_codes_cost_a_code,
    a_code_is_good_once_also_at_the_same_time,
    wrong_codes_are_limited,
    the_second_factor_is_asked_for_after_the_right_password_only,
    a_changed_secret_leaves_second_factors_alone,
    a_new_password_by_a_link_leaves_the_second_factor_on,
    a_lost_second_factor_is_reset_on_the_command_line,
);

const FACTOR: &str = "/api/v1/me/second-factor";

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs()
}

/// An authenticator and the recovery codes that came with it.
struct Factor {
    totp: Totp,
    recovery: Vec<String>,
}

impl Factor {
    /// The code that is shown now, or that many steps from now.
    fn code(&self, steps: u64) -> String {
        self.totp.generate(now() + 30 * steps).to_string()
    }
}

async fn post(haru: &Haru, path: &str, body: Value, status: StatusCode) -> Value {
    expect(haru.post(path, &body).send().await.expect("sent"), status).await
}

/// Turns it on for the caller, with the code that is shown now.
async fn turn_on(haru: &Haru) -> Factor {
    let begun = post(haru, FACTOR, json!({"password": PASSWORD}), StatusCode::OK).await;
    let totp = Totp::from_url(begun["uri"].as_str().expect("an address")).expect("readable");
    assert_eq!(totp.secret().to_base32(), begun["secret"].as_str().expect("text"));
    let code = totp.generate(now()).to_string();
    let confirmed = post(haru, &format!("{FACTOR}/confirm"), json!({"code": code}), StatusCode::OK).await;
    let codes = confirmed["recovery_codes"].as_array().expect("a list");
    let recovery = codes.iter().map(|code| code.as_str().expect("text").to_owned()).collect();
    Factor { totp, recovery }
}

/// A login of the owner; answers the status and the kind of problem.
async fn login(haru: &Haru, password: &str, code: Option<&str>) -> (StatusCode, String) {
    let mut body = json!({"email": "ana@example.com", "password": password});
    if let Some(code) = code {
        body["code"] = json!(code);
    }
    let (status, answer, _) = log_in(haru, body, CHROME_MAC).await;
    (status, answer["type"].as_str().unwrap_or_default().trim_start_matches("urn:haru:problem:").to_owned())
}

const IN: (StatusCode, &str) = (StatusCode::OK, "");
const ASKED: (StatusCode, &str) = (StatusCode::UNAUTHORIZED, "second-factor");

fn is(got: &(StatusCode, String), expected: (StatusCode, &str)) -> bool {
    (got.0, got.1.as_str()) == expected
}

async fn assert_login(haru: &Haru, code: Option<&str>, expected: (StatusCode, &str), what: &str) {
    let got = login(haru, PASSWORD, code).await;
    assert!(is(&got, expected), "{what}: {got:?}");
}

async fn has_factor(haru: &Haru) -> bool {
    let me = expect(haru.get("/api/v1/me").send().await.expect("sent"), StatusCode::OK).await;
    me["second_factor"].as_bool().expect("true or false")
}

async fn the_second_factor_from_beginning_to_end(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    let wrong = post(&haru, FACTOR, json!({"password": "not the password"}), StatusCode::UNPROCESSABLE_ENTITY).await;
    assert_eq!(wrong["errors"][0]["field"], "password");
    let confirm = format!("{FACTOR}/confirm");
    post(&haru, &confirm, json!({"code": "123456"}), StatusCode::NOT_FOUND).await;

    // Begun and not confirmed, it changes nothing; beginning again makes another secret.
    let begun = post(&haru, FACTOR, json!({"password": PASSWORD}), StatusCode::OK).await;
    assert!(!has_factor(&haru).await);
    assert_login(&haru, None, IN, "not confirmed").await;
    let wrong = post(&haru, &confirm, json!({"code": "12345"}), StatusCode::UNPROCESSABLE_ENTITY).await;
    assert_eq!(wrong["errors"][0]["field"], "code");

    let factor = turn_on(&haru).await;
    assert_ne!(Some(factor.totp.secret().to_base32().as_str()), begun["secret"].as_str());
    assert_eq!(factor.recovery.len(), 10);
    assert!(has_factor(&haru).await);
    post(&haru, FACTOR, json!({"password": PASSWORD}), StatusCode::CONFLICT).await;
    post(&haru, &confirm, json!({"code": factor.code(0)}), StatusCode::NOT_FOUND).await;

    assert_login(&haru, None, ASKED, "no code").await;
    assert_login(&haru, Some(""), ASKED, "a blank code").await;
    assert_login(&haru, Some(&factor.code(0)), ASKED, "the code that confirmed it").await;
    let next = factor.code(1);
    let typed = format!(" {} {} ", &next[..3], &next[3..]);
    assert_login(&haru, Some(&typed), IN, "the next code, as authenticators show it").await;
    assert_login(&haru, Some(&next), ASKED, "the same code again").await;
    assert_login(&haru, Some(&factor.code(7)), ASKED, "a code of the future").await;

    let disable = format!("{FACTOR}/disable");
    let body = |password: &str, code: &str| json!({"password": password, "code": code});
    for (password, code, field) in [("not the password", "123456", "password"), (PASSWORD, &next, "code")] {
        let refused = post(&haru, &disable, body(password, code), StatusCode::UNPROCESSABLE_ENTITY).await;
        assert_eq!(refused["errors"][0]["field"], field);
    }
    post(&haru, &disable, body(PASSWORD, &factor.recovery[0]), StatusCode::NO_CONTENT).await;
    assert!(!has_factor(&haru).await);
    assert_login(&haru, None, IN, "it is off").await;
    post(&haru, &disable, body(PASSWORD, "123456"), StatusCode::NOT_FOUND).await;
    assert_eq!(number(&database(&place).await, "SELECT COUNT(*) FROM recovery_code").await, 0);
    let told =
        number(&database(&place).await, "SELECT COUNT(*) FROM audit_entry WHERE action LIKE '%second_factor%'").await;
    assert_eq!(told, 2, "on and off");
}

async fn a_recovery_code_is_good_once(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    let factor = turn_on(&haru).await;
    let code = &factor.recovery[3];
    assert_login(&haru, Some(&code.to_uppercase().replace('-', " ")), IN, "as people type it").await;
    assert_login(&haru, Some(code), ASKED, "again").await;
    assert_eq!(number(&database(&place).await, "SELECT COUNT(*) FROM recovery_code").await, 9);
}

async fn new_recovery_codes_cost_a_code(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    let again = format!("{FACTOR}/recovery-codes");
    let body = |password: &str, code: &str| json!({"password": password, "code": code});
    post(&haru, &again, body(PASSWORD, "123456"), StatusCode::NOT_FOUND).await;
    let factor = turn_on(&haru).await;
    post(&haru, &again, json!({"password": PASSWORD}), StatusCode::BAD_REQUEST).await;
    for (password, code, field) in [
        ("not the password", factor.recovery[0].as_str(), "password"),
        (PASSWORD, "", "code"),
        (PASSWORD, "aaaa-aaaa-aaaa-aaaa", "code"),
    ] {
        let refused = post(&haru, &again, body(password, code), StatusCode::UNPROCESSABLE_ENTITY).await;
        assert_eq!(refused["errors"][0]["field"], field, "{code}");
    }
    // By a recovery code, and by a code of the authenticator.
    for code in [&factor.recovery[0], &factor.code(1)] {
        let fresh = post(&haru, &again, body(PASSWORD, code), StatusCode::OK).await;
        let fresh = fresh["recovery_codes"].as_array().expect("a list").clone();
        assert_eq!(fresh.len(), 10);
        post(&haru, &again, body(PASSWORD, code), StatusCode::UNPROCESSABLE_ENTITY).await;
        assert_login(&haru, Some(&factor.recovery[4]), ASKED, "one of the earlier ones").await;
        assert_login(&haru, fresh[0].as_str(), IN, "one of the new ones").await;
    }
    assert_eq!(number(&database(&place).await, "SELECT COUNT(*) FROM recovery_code").await, 9);
    // Wrong ones are counted with those at login.
    for _ in 0..10 {
        post(&haru, &again, body(PASSWORD, "aaaa-aaaa-aaaa-aaaa"), StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    post(&haru, &again, body(PASSWORD, "123456"), StatusCode::TOO_MANY_REQUESTS).await;
}

async fn a_code_is_good_once_also_at_the_same_time(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let factor = turn_on(&haru).await;
    for code in [factor.code(1), factor.recovery[0].clone()] {
        let tries = futures_util::future::join_all((0..4).map(|_| login(&haru, PASSWORD, Some(&code)))).await;
        assert_eq!(tries.iter().filter(|got| is(got, IN)).count(), 1, "{tries:?}");
        assert_eq!(tries.iter().filter(|got| is(got, ASKED)).count(), 3, "{tries:?}");
    }
}

async fn wrong_codes_are_limited(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    let factor = turn_on(&haru).await;
    for _ in 0..10 {
        assert_login(&haru, Some("aaaa-aaaa-aaaa-aaaa"), ASKED, "wrong").await;
    }
    let limited = (StatusCode::TOO_MANY_REQUESTS, "too-many");
    assert_login(&haru, Some(&factor.recovery[0]), limited, "a right one, after ten wrong ones").await;
    assert_login(&haru, None, ASKED, "nothing was tried").await;
    let later = "UPDATE second_factor SET tries_since = tries_since - 901000";
    database(&place).await.execute_unprepared(later).await.expect("set back");
    assert_login(&haru, Some(&factor.recovery[0]), IN, "a quarter of an hour later").await;
    assert_eq!(number(&database(&place).await, "SELECT tries FROM second_factor").await, 0);
}

async fn the_second_factor_is_asked_for_after_the_right_password_only(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let factor = turn_on(&haru).await;
    let nobody = (StatusCode::UNAUTHORIZED, "unauthenticated");
    for code in [None, Some(factor.recovery[0].as_str())] {
        let got = login(&haru, "not the password", code).await;
        assert!(is(&got, nobody), "{got:?}");
    }
    assert_login(&haru, Some(&factor.recovery[0]), IN, "it was not used up").await;
}

async fn a_changed_secret_leaves_second_factors_alone(db: Db) {
    const OLD: &str = "a secret that is long enough for a test";
    const NEW: &str = "another one that is just as long as that";
    let place = Place::new(db).await;
    let mut haru = Place::start_with(&with_secrets(&place, OLD, &[])).await;
    haru.register("ana@example.com").await;
    let factor = turn_on(&haru).await;
    haru.stop().await;
    // A start with both encrypts it anew, so that the earlier one isn't needed any more.
    Place::start_with(&with_secrets(&place, NEW, &[OLD])).await.stop().await;
    let haru = Place::start_with(&with_secrets(&place, NEW, &[])).await;
    assert_login(&haru, Some(&factor.code(1)), IN, "the authenticator of before").await;
}

async fn a_new_password_by_a_link_leaves_the_second_factor_on(db: Db) {
    const NEW_PASSWORD: &str = "une autre longue phrase";
    let (haru, _place) = Haru::with_owner(db).await;
    let factor = turn_on(&haru).await;
    let token = token_of_a_link(&haru, "ana@example.com").await;
    let body = json!({"token": token, "password": NEW_PASSWORD});
    let set = haru.client.post(haru.url("/api/v1/auth/password/reset")).json(&body).send().await.expect("sent");
    assert_eq!(set.status(), StatusCode::NO_CONTENT);
    for (code, expected) in [(None, ASKED), (Some(factor.recovery[0].as_str()), IN)] {
        let got = login(&haru, NEW_PASSWORD, code).await;
        assert!(is(&got, expected), "{code:?}: {got:?}");
    }
}

async fn a_lost_second_factor_is_reset_on_the_command_line(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    let reset = |email: &'static str| output(command(&place, &["user", "reset-second-factor", "--email", email]));
    for (email, why) in [
        ("ana@example.com", "haru: second factor not found\n"),
        ("eva@example.com", "haru: user not found\n"),
        ("nobody", "haru: email is not an email address\n"),
    ] {
        let refused = reset(email).await;
        assert_eq!((refused.status.code(), String::from_utf8_lossy(&refused.stderr).as_ref()), (Some(1), why));
    }
    turn_on(&haru).await;
    assert_login(&haru, None, ASKED, "it is on").await;
    let done = reset("Ana@Example.com").await;
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_login(&haru, None, IN, "at once, while the service runs").await;
    assert!(!has_factor(&haru).await);
    assert_eq!(number(&database(&place).await, "SELECT COUNT(*) FROM recovery_code").await, 0);
    let log = expect(haru.get("/api/v1/account/audit").send().await.expect("sent"), StatusCode::OK).await;
    let told = log["entries"].as_array().expect("a list").iter().find(|e| e["action"] == "login.second_factor_reset");
    let told = told.expect("an entry");
    assert_eq!((&told["who"], &told["client"]), (&json!("Operator of this instance"), &json!("command line")));
    assert_eq!(told["subject"], "Ana <ana@example.com>");
    turn_on(&haru).await;
}
