//! Invitations: taken once, by whom they are for, as long as they last.

use futures_util::future::join_all;
use reqwest::{RequestBuilder, StatusCode};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::harness::{Db, Haru, PASSWORD, Place, json_of, on_both, status};
use crate::mail_server::MailServer;
use crate::people::{accept, invite, joined, me, open, other, user_id};
use crate::sealing::{database, number};

on_both!(
    somebody_new_joins_while_registration_is_closed,
    somebody_with_a_user_joins_and_is_there,
    of_many_who_accept_at_once_one_is_in,
    an_invitation_ends_after_a_week,
    an_invitation_for_an_address_is_for_no_other,
    what_is_no_invitation_is_not_found,
    who_is_a_member_joins_no_second_time,
    invitations_go_with_what_their_maker_may,
    an_account_has_so_many_open_invitations_and_no_more,
    tries_are_limited,
    the_secret_is_nowhere,
    an_invitation_for_an_address_comes_by_mail,
);

const LIST: &str = "/api/v1/account/invitations";

fn look(haru: &Haru, token: &Value) -> RequestBuilder {
    haru.client.post(haru.url("/api/v1/auth/invitation")).json(&json!({"token": token}))
}

fn take(haru: &Haru, token: &Value) -> RequestBuilder {
    haru.post("/api/v1/auth/invitation/accept", &json!({"token": token}))
}

fn register(haru: &Haru, token: &Value, email: &str) -> RequestBuilder {
    let body = json!({"token": token, "email": email, "password": PASSWORD, "name": "Guest"});
    haru.client.post(haru.url("/api/v1/auth/invitation/register")).json(&body)
}

async fn somebody_new_joins_while_registration_is_closed(db: Db) {
    let place = Place::new(db).await;
    let mut ana = place.start(&["--registration", "closed", "--auth-rate-limit", "0"]).await;
    ana.register("ana@example.com").await;
    let site = ana.create_site("example.com", "UTC").await;
    ana.create_site("other.example", "UTC").await;
    let made = invite(&ana, json!({"role": "viewer", "site_ids": [site.id]})).await;
    let base = format!("{}/invite#", ana.base);
    let link = made["link"].as_str().expect("a link");
    assert!(link.ends_with(made["token"].as_str().expect("text")) && link.contains("/invite#"), "{link} {base}");
    assert_eq!((&made["mailed"], &made["role"], &made["invited_by"]), (&json!(false), &json!("viewer"), &json!("Ana")));
    assert!(made.get("email").is_none());
    let listed = json_of(ana.get(LIST), StatusCode::OK).await;
    let mut told = made.clone();
    for once in ["link", "mailed", "token"] {
        told.as_object_mut().expect("an object").remove(once);
    }
    assert_eq!(listed, json!({"invitations": [told]}));

    let guest = Haru::at(ana.base.clone());
    let offer = json_of(look(&guest, &made["token"]), StatusCode::OK).await;
    assert_eq!(offer, json!({"account": {"name": "Ana"}, "role": "viewer", "expires_at": made["expires_at"]}));
    let bad = json!({"token": made["token"], "email": "no address", "password": "short", "name": " "});
    let bad = guest.client.post(guest.url("/api/v1/auth/invitation/register")).json(&bad);
    let problem = json_of(bad, StatusCode::UNPROCESSABLE_ENTITY).await;
    assert_eq!(problem["errors"].as_array().expect("a list").len(), 3, "{problem}");
    let answer = register(&guest, &made["token"], "Eva@Example.com").send().await.expect("sent");
    assert_eq!(answer.status(), StatusCode::CREATED);
    assert!(answer.headers().contains_key("set-cookie"));
    let session: Value = answer.json().await.expect("JSON");
    assert_eq!(session["user"]["email"], "eva@example.com");
    assert_eq!(session["user"]["is_admin"], json!(false));
    assert_eq!(session["account"], json!({"id": me(&ana).await["account"]["id"], "name": "Ana", "role": "viewer"}));
    let mut eva = guest;
    session["access_token"].as_str().expect("a token").clone_into(&mut eva.token);
    assert_eq!(me(&eva).await["accounts"].as_array().expect("a list").len(), 1, "no account of her own");
    let sites = json_of(eva.get("/api/v1/sites"), StatusCode::OK).await;
    assert_eq!(sites["sites"].as_array().expect("a list").len(), 1);
    assert_eq!(sites["sites"][0]["id"], json!(site.id));
    // The cookie that came along is good, the invitation is not any more.
    json_of(eva.client.post(eva.url("/api/v1/auth/refresh")), StatusCode::OK).await;
    assert_eq!(status(look(&ana, &made["token"])).await, StatusCode::NOT_FOUND);
    assert_eq!(status(register(&ana, &made["token"], "leo@example.com")).await, StatusCode::NOT_FOUND);
    assert_eq!(json_of(ana.get(LIST), StatusCode::OK).await, json!({"invitations": []}));
    let again = ana.client.post(ana.url("/api/v1/auth/register"));
    let again = again.json(&json!({"email": "leo@example.com", "password": PASSWORD, "name": "Leo"}));
    assert_eq!(status(again).await, StatusCode::FORBIDDEN, "registration is closed");
}

async fn somebody_with_a_user_joins_and_is_there(db: Db) {
    let (ana, _place) = open(db).await;
    ana.create_site("example.com", "UTC").await;
    let mut ben = other(&ana, "ben@example.com").await;
    let made = invite(&ana, json!({"role": "admin"})).await;
    assert_eq!(status(register(&ben, &made["token"], "ben@example.com")).await, StatusCode::CONFLICT, "he has a user");
    accept(&mut ben, &made).await;
    assert_eq!(me(&ben).await["account"]["role"], "admin");
    assert_eq!(status(ben.get("/api/v1/sites/example.com")).await, StatusCode::OK);
    let refreshed = json_of(ben.client.post(ben.url("/api/v1/auth/refresh")), StatusCode::OK).await;
    assert_eq!(refreshed["account"]["role"], "admin", "his cookie leads there too");
}

async fn of_many_who_accept_at_once_one_is_in(db: Db) {
    let (ana, place) = open(db).await;
    let made = invite(&ana, json!({"role": "viewer"})).await;
    let guests: Vec<Haru> = join_all((0..10).map(|index| {
        let (haru, email) = (&ana, format!("guest{index}@example.com"));
        async move { other(haru, &email).await }
    }))
    .await;
    let accepting = guests.iter().map(|guest| status(take(guest, &made["token"])));
    let registering = (0..10).map(|index| {
        let request = register(&ana, &made["token"], &format!("new{index}@example.com"));
        status(request)
    });
    let (accepted, registered) = tokio::join!(join_all(accepting), join_all(registering));
    let answers = [accepted, registered].concat();
    let good = answers.iter().filter(|status| status.is_success()).count();
    let none = answers.iter().filter(|status| **status == StatusCode::NOT_FOUND).count();
    assert_eq!((good, none), (1, 19), "{answers:?}");
    let account = me(&ana).await["account"]["id"].as_str().expect("an id").to_owned();
    let database = database(&place).await;
    let members = format!("SELECT COUNT(*) FROM member WHERE account_id = '{account}'");
    assert_eq!(number(&database, &members).await, 2);
    let homeless = r#"SELECT COUNT(*) FROM "user" WHERE id NOT IN (SELECT user_id FROM member)"#;
    assert_eq!(number(&database, homeless).await, 0);
}

async fn an_invitation_ends_after_a_week(db: Db) {
    let (ana, place) = open(db).await;
    let ben = other(&ana, "ben@example.com").await;
    let made = invite(&ana, json!({"role": "viewer"})).await;
    let at = |key: &str| {
        let text = made[key].as_str().expect("an instant");
        text.parse::<chrono::DateTime<chrono::Utc>>().expect("an instant")
    };
    assert_eq!(at("expires_at") - at("created_at"), chrono::Duration::days(7));
    let database = database(&place).await;
    let now = chrono::Utc::now().timestamp_millis();
    database.execute_unprepared(&format!("UPDATE invitation SET expires_at = {now}")).await.expect("changed");
    assert_eq!(status(look(&ben, &made["token"])).await, StatusCode::NOT_FOUND);
    assert_eq!(status(take(&ben, &made["token"])).await, StatusCode::NOT_FOUND);
    assert_eq!(status(register(&ben, &made["token"], "new@example.com")).await, StatusCode::NOT_FOUND);
    assert_eq!(json_of(ana.get(LIST), StatusCode::OK).await, json!({"invitations": []}));
    let path = format!("{LIST}/{}", made["id"].as_str().expect("an id"));
    assert_eq!(status(ana.delete(&path)).await, StatusCode::NOT_FOUND);
    assert_eq!(number(&database, "SELECT COUNT(*) FROM member").await, 2);
}

async fn an_invitation_for_an_address_is_for_no_other(db: Db) {
    let (ana, _place) = open(db).await;
    let mut ben = other(&ana, "ben@bücher.example").await;
    let eve = other(&ana, "eve@example.com").await;
    let made = invite(&ana, json!({"role": "viewer", "email": " Ben@BÜCHER.example"})).await;
    assert_eq!(made["email"], "ben@xn--bcher-kva.example");
    assert_eq!(made["mailed"], json!(false), "there is no mail server");
    let offer = json_of(look(&eve, &made["token"]), StatusCode::OK).await;
    assert_eq!(offer["email"], made["email"]);
    assert_eq!(status(take(&eve, &made["token"])).await, StatusCode::FORBIDDEN);
    assert_eq!(status(register(&eve, &made["token"], "new@example.com")).await, StatusCode::FORBIDDEN);
    assert_eq!(me(&eve).await["accounts"].as_array().expect("a list").len(), 1);
    // It was not used up by that.
    accept(&mut ben, &made).await;
    assert_eq!(me(&ben).await["account"]["role"], "viewer");
    let new = invite(&ana, json!({"role": "viewer", "email": "leo@example.com"})).await;
    assert_eq!(status(register(&eve, &new["token"], "LEO@example.com")).await, StatusCode::CREATED);
    for (field, wish) in [
        ("email", json!({"role": "viewer", "email": "no address"})),
        ("email", json!({"role": "viewer", "email": "a@example.com\r\nBcc: b@example.com"})),
        ("email", json!({"role": "viewer", "email": "a\u{0}@example.com"})),
        ("role", json!({"role": "owner"})),
        ("role", json!({"role": ""})),
        ("site_ids", json!({"role": "viewer", "site_ids": []})),
        ("site_ids", json!({"role": "viewer", "site_ids": ["nothing"]})),
        ("site_ids", json!({"role": "viewer", "site_ids": ["\u{0}"]})),
    ] {
        let problem = json_of(ana.post(LIST, &wish), StatusCode::UNPROCESSABLE_ENTITY).await;
        assert_eq!(problem["errors"][0]["field"], field, "{wish}");
    }
    for wish in [json!({}), json!({"role": "viewer", "token": "mine"}), json!({"role": "viewer", "site_ids": "all"})] {
        assert_eq!(status(ana.post(LIST, &wish)).await, StatusCode::BAD_REQUEST, "{wish}");
    }
    // Somebody else's site is refused in the words for one that there is not.
    let theirs = eve.create_site("theirs.example", "UTC").await;
    let mut told = Vec::new();
    for id in [theirs.id.as_str(), "nothing"] {
        let wish = json!({"role": "viewer", "site_ids": [id]});
        told.push(json_of(ana.post(LIST, &wish), StatusCode::UNPROCESSABLE_ENTITY).await["detail"].clone());
    }
    assert_eq!(told[0], told[1]);
}

async fn what_is_no_invitation_is_not_found(db: Db) {
    let (ana, _place) = open(db).await;
    let ben = other(&ana, "ben@example.com").await;
    let made = invite(&ana, json!({"role": "viewer"})).await;
    let good = made["token"].as_str().expect("text");
    let swapped = if good.ends_with('A') { "B" } else { "A" };
    let path = format!("{LIST}/{}", made["id"].as_str().expect("an id"));
    let mut told = Vec::new();
    let tampered = format!("{}{swapped}", &good[..good.len() - 1]);
    let long = format!("{good}{good}");
    for bad in [tampered.as_str(), &long, &good[1..], "", "\u{0}", "A\u{2014}", made["id"].as_str().expect("an id")] {
        let bad = json!(bad);
        for request in [look(&ben, &bad), take(&ben, &bad), register(&ben, &bad, "new@example.com")] {
            told.push(json_of(request, StatusCode::NOT_FOUND).await["detail"].clone());
        }
    }
    assert_eq!(status(ana.delete(&path)).await, StatusCode::NO_CONTENT);
    let withdrawn = &made["token"];
    for request in [look(&ben, withdrawn), take(&ben, withdrawn), register(&ben, withdrawn, "new@example.com")] {
        told.push(json_of(request, StatusCode::NOT_FOUND).await["detail"].clone());
    }
    assert!(told.iter().all(|detail| *detail == told[0]), "{told:?}");
    assert_eq!(status(ana.delete(&path)).await, StatusCode::NOT_FOUND);
    let nobody = ana.client.post(ana.url("/api/v1/auth/invitation/accept")).json(&json!({"token": good}));
    assert_eq!(status(nobody).await, StatusCode::UNAUTHORIZED);
}

async fn who_is_a_member_joins_no_second_time(db: Db) {
    let (ana, _place) = open(db).await;
    let ben = joined(&ana, "ben@example.com", json!({"role": "viewer"})).await;
    let made = invite(&ana, json!({"role": "admin"})).await;
    assert_eq!(status(take(&ben, &made["token"])).await, StatusCode::CONFLICT);
    assert_eq!(status(take(&ana, &made["token"])).await, StatusCode::CONFLICT);
    assert_eq!(me(&ben).await["account"]["role"], "viewer");
    let mut eva = other(&ana, "eva@example.com").await;
    accept(&mut eva, &made).await;
    let wish = json!({"role": "viewer", "email": "BEN@example.com"});
    let problem = json_of(ana.post(LIST, &wish), StatusCode::CONFLICT).await;
    assert_eq!(problem["errors"][0]["field"], "email");
}

async fn invitations_go_with_what_their_maker_may(db: Db) {
    let (ana, _place) = open(db).await;
    let site = ana.create_site("example.com", "UTC").await;
    let ben = joined(&ana, "ben@example.com", json!({"role": "admin"})).await;
    let path = format!("/api/v1/account/members/{}", user_id(&ben).await);
    let kept = invite(&ana, json!({"role": "viewer"})).await;
    for change in [json!({"site_ids": [site.id]}), json!({"role": "viewer", "site_ids": null})] {
        let wish = json!({"role": "admin", "site_ids": [site.id]});
        let made = invite(&ben, wish).await;
        json_of(ana.patch(&path, &change), StatusCode::OK).await;
        assert_eq!(status(look(&ana, &made["token"])).await, StatusCode::NOT_FOUND, "{change}");
    }
    json_of(ana.patch(&path, &json!({"role": "admin"})), StatusCode::OK).await;
    let made = invite(&ben, json!({"role": "admin"})).await;
    assert_eq!(status(ana.delete(&path)).await, StatusCode::NO_CONTENT);
    assert_eq!(status(look(&ana, &made["token"])).await, StatusCode::NOT_FOUND);
    // A site that was deleted is not in it any more.
    assert_eq!(status(look(&ana, &kept["token"])).await, StatusCode::OK);
    let made = invite(&ana, json!({"role": "viewer", "site_ids": [site.id]})).await;
    assert_eq!(status(ana.delete("/api/v1/sites/example.com?domain=example.com")).await, StatusCode::NO_CONTENT);
    let mut eva = other(&ana, "eva@example.com").await;
    accept(&mut eva, &made).await;
    ana.create_site("later.example", "UTC").await;
    let sites = json_of(eva.get("/api/v1/sites"), StatusCode::OK).await;
    assert_eq!(sites["sites"], json!([]), "she was never to see another");
}

async fn an_account_has_so_many_open_invitations_and_no_more(db: Db) {
    let (ana, place) = open(db).await;
    for _ in 0..95 {
        invite(&ana, json!({"role": "viewer"})).await;
    }
    let wish = json!({"role": "viewer"});
    let answers = join_all((0..10).map(|_| status(ana.post(LIST, &wish)))).await;
    let of = |wanted: StatusCode| answers.iter().filter(|status| **status == wanted).count();
    assert_eq!((of(StatusCode::CREATED), of(StatusCode::FORBIDDEN)), (5, 5), "{answers:?}");
    // Those that have ended don't count.
    let database = database(&place).await;
    let end = "UPDATE invitation SET expires_at = 1 WHERE id = (SELECT MIN(id) FROM invitation)";
    database.execute_unprepared(end).await.expect("changed");
    invite(&ana, json!({"role": "viewer"})).await;
    assert_eq!(status(ana.post(LIST, &wish)).await, StatusCode::FORBIDDEN);
    let eve = other(&ana, "eve@example.com").await;
    invite(&eve, json!({"role": "viewer"})).await;
}

async fn tries_are_limited(db: Db) {
    let place = Place::new(db).await;
    let mut ana = place.start(&["--auth-rate-limit", "5", "--trusted-proxies", "127.0.0.1"]).await;
    ana.register("ana@example.com").await;
    let token = invite(&ana, json!({"role": "viewer"})).await["token"].clone();
    // From as many addresses as one likes: the secret itself is counted, good or not.
    for token in [token, json!("A".repeat(43))] {
        let tries =
            (0..8).map(|index| status(look(&ana, &token).header("x-forwarded-for", format!("198.51.{index}.1"))));
        let answers = join_all(tries).await;
        assert!(answers.contains(&StatusCode::TOO_MANY_REQUESTS), "{answers:?}");
    }
    // One address and many secrets.
    let tries = (0..8).map(|index| {
        let guess = json!(format!("{index}").repeat(43));
        status(look(&ana, &guess).header("x-forwarded-for", "203.0.113.9"))
    });
    let answers = join_all(tries).await;
    assert!(answers.contains(&StatusCode::TOO_MANY_REQUESTS), "{answers:?}");
}

async fn the_secret_is_nowhere(db: Db) {
    let (ana, place) = open(db).await;
    let made = invite(&ana, json!({"role": "viewer", "email": "eva@example.com"})).await;
    let secret = made["token"].as_str().expect("text");
    assert_eq!(secret.len(), 43);
    for path in [LIST, "/api/v1/account/audit", "/api/v1/account"] {
        let told = json_of(ana.get(path), StatusCode::OK).await.to_string();
        assert!(!told.contains(secret), "{path}");
    }
    if place.database_url.is_none() {
        for file in std::fs::read_dir(place.dir.path()).expect("a directory") {
            let bytes = std::fs::read(file.expect("a file").path()).expect("readable");
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
        }
    }
    let database = database(&place).await;
    assert_eq!(number(&database, "SELECT COUNT(*) FROM invitation WHERE length(hash) = 32").await, 1);
}

async fn an_invitation_for_an_address_comes_by_mail(db: Db) {
    let server = MailServer::start().await;
    let place = Place::new(db).await;
    let mut ana = place.start(&["--smtp-url", &server.url, "--auth-rate-limit", "5"]).await;
    ana.register("ana@example.com").await;
    json_of(ana.patch("/api/v1/account", &json!({"name": "Ünïted"})), StatusCode::OK).await;
    let made = invite(&ana, json!({"role": "viewer", "email": "eva@example.com"})).await;
    assert_eq!(made["mailed"], json!(true));
    let mail = server.after(0).await;
    assert_eq!(mail.to, ["eva@example.com"]);
    assert!(mail.text.contains("Subject: An invitation to Haru"), "{}", mail.text);
    assert_eq!(mail.link(&ana.base), made["link"].as_str().expect("a link"));
    // A link for nobody in particular is mailed to nobody.
    assert_eq!(invite(&ana, json!({"role": "viewer"})).await["mailed"], json!(false));
    // An account is no machine for mails to strangers.
    let wish = |index: usize| json!({"role": "viewer", "email": format!("stranger{index}@example.com")});
    let answers = join_all((0..10).map(|index| {
        let wish = wish(index);
        let request = ana.post(LIST, &wish);
        status(request)
    }));
    let answers = answers.await;
    let refused = answers.iter().filter(|status| **status == StatusCode::TOO_MANY_REQUESTS).count();
    assert!(refused >= 5, "{answers:?}");
    assert_eq!(server.mails().len(), 1 + answers.len() - refused);
}
