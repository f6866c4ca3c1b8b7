//! Two accounts with the same everything but the domain, and everybody who may call.

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::harness::{Db, Haru, PASSWORD, Place, expect, json_of};
use crate::people::invite;

/// The scopes of API tokens.
pub(super) const SCOPES: [&str; 4] = ["stats:read", "sites:read", "sites:write", "events:write"];
/// Pageviews of the two sites: numbers that nothing else in an answer is by chance.
const PAGEVIEWS: [usize; 2] = [613, 727];

/// One account with one of each thing.
pub(super) struct Account {
    pub(super) owner: Haru,
    pub(super) admin: Haru,
    pub(super) viewer: Haru,
    /// Programs with one scope each, in the order of [`SCOPES`].
    pub(super) programs: Vec<Haru>,
    /// A program with all scopes.
    pub(super) program: Haru,
    /// Somebody who opened the share link.
    pub(super) guest: Haru,
    pub(super) domain: String,
    /// Ids by the names that paths give them.
    pub(super) ids: Vec<(&'static str, String)>,
    /// Texts that must never be seen by the other account.
    secrets: Vec<String>,
    /// A number that must not, either.
    pub(super) pageviews: usize,
}

/// The service, its administrator and two accounts.
pub(super) struct World {
    pub(super) operator: Haru,
    pub(super) accounts: [Account; 2],
    pub(super) place: Place,
}

/// A request of somebody.
pub(super) fn request(caller: &Haru, method: &str, path: &str, body: Option<&Value>) -> RequestBuilder {
    let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
    let mut request = caller.client.request(method, caller.url(path));
    if !caller.token.is_empty() {
        request = request.bearer_auth(&caller.token);
    }
    match body {
        Some(body) => request.json(body),
        None => request,
    }
}

async fn made(caller: &Haru, path: &str, body: Value) -> Value {
    json_of(caller.post(path, &body), StatusCode::CREATED).await
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_else(|| panic!("{key} of {value}")).to_owned()
}

/// A client of the same service with that Bearer.
pub(super) fn bearing(haru: &Haru, token: &str) -> Haru {
    haru.bearing(&json!(token))
}

impl World {
    pub(super) async fn new(db: Db) -> Self {
        let place = Place::new(db).await;
        let flags = ["--registration", "open", "--collect-rate-limit", "0", "--trusted-proxies", "127.0.0.1"];
        let flags = [&flags[..], &["--auth-rate-limit", "0", "--api-rate-limit", "0"]].concat();
        let mut operator = place.start(&flags).await;
        operator.register("operator@example.com").await;
        let first = Account::new(&operator, 0).await;
        let second = Account::new(&operator, 1).await;
        Self { operator, accounts: [first, second], place }
    }
}

impl Account {
    async fn new(operator: &Haru, index: usize) -> Self {
        let place = ["harbor", "lagoon"][index];
        let domain = format!("{place}.example");
        let mut owner = Haru::at(operator.base.clone());
        let session = owner.register(&format!("owner@{domain}")).await;
        let site = made(&owner, "/api/v1/sites", json!({"name": "A site", "domain": domain})).await;
        let mut members = Vec::new();
        let mut secrets = vec![domain.clone()];
        for (name, role) in [("admin", "admin"), ("viewer", "viewer"), ("colleague", "viewer")] {
            let email = format!("{name}@{domain}");
            let secret = text(&invite(&owner, json!({"email": email, "role": role})).await, "token");
            let body = json!({"token": secret, "email": email, "password": PASSWORD, "name": "Ana"});
            let member = Haru::at(operator.base.clone());
            let joined = made(&member, "/api/v1/auth/invitation/register", body).await;
            secrets.push(secret);
            secrets.push(text(&joined["user"], "id"));
            members.push((bearing(operator, &text(&joined, "access_token")), text(&joined["user"], "id")));
        }
        let mut programs = Vec::new();
        for scopes in SCOPES.iter().map(std::slice::from_ref).chain([&SCOPES[..]]) {
            let token = made(&owner, "/api/v1/tokens", json!({"name": "A program", "scopes": scopes})).await;
            secrets.extend([text(&token, "id"), text(&token, "token")]);
            programs.push((bearing(operator, &text(&token, "token")), text(&token, "id")));
        }
        let at = |path: &str| format!("/api/v1/sites/{domain}/{path}");
        let link = made(&owner, &at("share-links"), json!({"name": "A link"})).await;
        let visit = operator.client.post(operator.url(&format!("/api/v1/share/{}/session", text(&link, "slug"))));
        let guest = expect(visit.json(&json!({})).send().await.expect("sent"), StatusCode::OK).await;
        let address = made(&owner, &at("excluded-addresses"), json!({"address": "192.0.2.1", "note": "Office"})).await;
        let filters = json!([["is", "visit:country", ["BR"]]]);
        let segment = made(&owner, &at("segments"), json!({"name": "From Brazil", "filters": filters})).await;
        let annotation = made(&owner, &at("annotations"), json!({"date": "2026-11-30", "text": "Launch"})).await;
        let invitation = invite(&owner, json!({"email": format!("invited@{domain}"), "role": "viewer"})).await;
        let (program, token_id) = programs.pop().expect("made above");
        let (_, colleague_id) = members.pop().expect("made above");
        let (viewer, _) = members.pop().expect("made above");
        let (admin, _) = members.pop().expect("made above");
        let login = expect(owner.get("/api/v1/me/sessions").send().await.expect("sent"), StatusCode::OK).await;
        let ids = vec![
            ("site", text(&site, "id")),
            ("token", token_id),
            ("member", colleague_id),
            ("link", text(&link, "id")),
            ("slug", text(&link, "slug")),
            ("address", text(&address, "id")),
            ("segment", text(&segment, "id")),
            ("annotation", text(&annotation, "id")),
            ("invitation", text(&invitation, "id")),
            ("account", text(&session["account"], "id")),
            ("session", text(&login["sessions"][0], "id")),
        ];
        secrets.extend(ids.iter().map(|(_, id)| id.clone()));
        secrets.extend([text(&session["user"], "id"), text(&site, "tracking_token"), text(&guest, "access_token")]);
        let items: Vec<Value> = (0..PAGEVIEWS[index])
            .map(|view| json!({"name": "pageview", "url": format!("https://{domain}/"), "visitor": format!("{view}")}))
            .collect();
        let sent = owner.post(&at("events"), &json!(items)).send().await.expect("sent");
        expect(sent, StatusCode::ACCEPTED).await;
        let programs = programs.into_iter().map(|(program, _)| program).collect();
        let guest = bearing(operator, &text(&guest, "access_token"));
        Self { owner, admin, viewer, programs, program, guest, domain, ids, secrets, pageviews: PAGEVIEWS[index] }
    }

    /// What of this account is in a text, if anything.
    pub(super) fn seen_in(&self, text: &str) -> Option<String> {
        let secret = self.secrets.iter().find(|secret| text.contains(secret.as_str()));
        let numbers = || serde_json::from_str(text).is_ok_and(|value: Value| has_number(&value, self.pageviews));
        secret.cloned().or_else(|| numbers().then(|| self.pageviews.to_string()))
    }

    /// A template with this account's ids in the place of `{names}`.
    pub(super) fn filled(&self, template: &str) -> String {
        let mut filled = template.to_owned();
        for (name, id) in &self.ids {
            filled = filled.replace(&format!("{{{name}}}"), id);
        }
        filled.replace("{domain}", &self.domain)
    }

    /// Everybody of this account who has a Bearer.
    pub(super) fn everybody(&self) -> impl Iterator<Item = (&'static str, &Haru)> {
        let people = [("owner", &self.owner), ("admin", &self.admin), ("viewer", &self.viewer), ("guest", &self.guest)];
        people.into_iter().chain([("program", &self.program)]).chain(SCOPES.into_iter().zip(&self.programs))
    }
}

fn has_number(value: &Value, number: usize) -> bool {
    match value {
        Value::Number(found) => found.as_u64() == Some(number as u64),
        Value::Array(values) => values.iter().any(|value| has_number(value, number)),
        Value::Object(members) => members.values().any(|value| has_number(value, number)),
        _ => false,
    }
}
