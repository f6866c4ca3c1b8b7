//! The fields of GraphQL, asked and watched by everybody.

use serde_json::{Value, json};

use super::callers::{self, Caller};
use super::table::{FIELDS, Field};
use super::world::World;
use crate::harness::{Db, on_both};
use crate::socket::Socket;

on_both!(every_field_is_open_to_those_it_is_for);

#[expect(clippy::print_stdout, reason = "the size of the matrix is part of what the test tells")]
async fn every_field_is_open_to_those_it_is_for(db: Db) {
    let world = World::new(db).await;
    let callers = callers::all(&world);
    let (mut tried, mut wrong) = (0, Vec::new());
    for field in FIELDS {
        for caller in &callers {
            tried += 1;
            let told = match field.root {
                "Query" => asked(&world, field, caller).await,
                _ => watched(&world, field, caller).await,
            };
            if let Err(problem) = judged(&world, field, caller, &told) {
                wrong.push(format!("{}.{} as {}: {problem}", field.root, field.name, caller.name()));
            }
        }
    }
    println!("matrix: {} fields × {} callers = {tried} questions", FIELDS.len(), callers.len());
    assert!(wrong.is_empty(), "{} of {tried} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Whether an answer is what such a caller must be told.
fn judged(world: &World, field: &Field, caller: &Caller, told: &str) -> Result<(), String> {
    let account = &world.accounts[0];
    let has_value = !told.contains("\"errors\"") && !told.contains("\"error\"") && told.contains(field.name);
    let why = match caller.may(field.who) {
        Ok(()) if !caller.is_stranger => {
            return if has_value { Ok(()) } else { Err(format!("no value: {told}")) };
        }
        Ok(()) => &["site not found"][..],
        Err(401) => &["access token is", "closed"],
        Err(_) => &["lacks the scope", "a share link"],
    };
    if has_value || !why.iter().any(|why| told.contains(why)) {
        return Err(format!("expected one of {why:?}: {told}"));
    }
    match account.seen_in(told).filter(|_| caller.is_stranger) {
        Some(secret) => Err(format!("{secret} of another account is in: {told}")),
        None => Ok(()),
    }
}

async fn asked(world: &World, field: &Field, caller: &Caller) -> String {
    let query = format!("{{ {}{} }}", field.name, world.accounts[0].filled(field.text));
    let request = caller.client.client.post(caller.client.url("/graphql")).json(&json!({"query": query}));
    let request = if caller.client.token.is_empty() { request } else { request.bearer_auth(&caller.client.token) };
    request.send().await.expect("sent").text().await.expect("a body")
}

/// The first message of a subscription; while there is none, something happens on the site.
async fn watched(world: &World, field: &Field, caller: &Caller) -> String {
    let account = &world.accounts[0];
    let mut socket = Socket::open(&caller.client).await;
    let payload = json!({"authorization": format!("Bearer {}", caller.client.token)});
    socket.send(json!({"type": "connection_init", "payload": payload})).await;
    let Some(_accepted) = socket.next().await else { return "closed".to_owned() };
    socket.subscribe("1", &format!("subscription {{ {}{} }}", field.name, account.filled(field.text))).await;
    for _ in 0..40 {
        let item = json!([{"name": "pageview", "url": "https://example.com/watched", "visitor": "somebody"}]);
        let path = format!("/api/v1/sites/{}/events", account.domain);
        account.owner.post(&path, &item).send().await.expect("sent");
        let wait = std::time::Duration::from_millis(500);
        if let Ok(message) = tokio::time::timeout(wait, socket.next()).await {
            return message.as_ref().map_or("closed".to_owned(), Value::to_string);
        }
    }
    "nothing came".to_owned()
}
