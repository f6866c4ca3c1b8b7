//! People of an account: who registers, invites, joins, and who they are then.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Db, Haru, PASSWORD, Place, json_of};

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

/// Who a client is logged in as.
pub(crate) async fn me(haru: &Haru) -> Value {
    json_of(haru.get("/api/v1/me"), StatusCode::OK).await
}

pub(crate) async fn user_id(haru: &Haru) -> String {
    me(haru).await["user"]["id"].as_str().expect("an id").to_owned()
}

/// The domains of the sites that a client sees.
pub(crate) async fn sites_of(haru: &Haru) -> Vec<String> {
    let list = json_of(haru.get("/api/v1/sites"), StatusCode::OK).await;
    list["sites"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|site| site["domain"].as_str().expect("text").to_owned())
        .collect()
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
