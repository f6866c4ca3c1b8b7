//! Every route and every field, tried by everybody: nobody where they don't belong. A new route that is not in the table
//! fails the test.

mod callers;
mod fields;
mod strangers;
mod table;
mod world;

use std::collections::BTreeSet;

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Db, Haru, expect, on_both};
use callers::Caller;
use table::{FIELDS, PLAIN_ROUTES, ROUTES, Row};
use world::{World, request};

on_both!(every_route_is_open_to_those_it_is_for);

/// An id that nothing has.
const NO_ID: &str = "019b0000-0000-7000-8000-000000000000";

#[tokio::test(flavor = "multi_thread")]
async fn the_table_has_every_route_and_every_field() {
    let (haru, _place) = Haru::with_owner(Db::Sqlite).await;
    let document = expect(haru.get("/api/openapi.json").send().await.expect("sent"), StatusCode::OK).await;
    let mut served = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        served.extend(methods.as_object().expect("methods").keys().map(|method| format!("{method} {path}")));
    }
    let listed: BTreeSet<String> = ROUTES.iter().map(|row| format!("{} {}", row.method, row.path)).collect();
    assert_eq!(served, listed, "routes that are served, and those of the table");
    assert_eq!(listed.len(), ROUTES.len(), "a route is listed twice");

    let query = "{ __schema { queryType { name } mutationType { name } subscriptionType { name } \
                 types { name fields { name } } } }";
    let answer = haru.post("/graphql", &json!({"query": query})).send().await.expect("sent");
    let schema = expect(answer, StatusCode::OK).await["data"]["__schema"].take();
    let roots = ["queryType", "mutationType", "subscriptionType"].map(|root| schema[root]["name"].as_str());
    let mut served = BTreeSet::new();
    for kind in schema["types"].as_array().expect("types").iter().filter(|kind| roots.contains(&kind["name"].as_str()))
    {
        let (root, fields) = (kind["name"].as_str().expect("a name"), kind["fields"].as_array().expect("fields"));
        served.extend(fields.iter().map(|field| format!("{root}.{}", field["name"].as_str().expect("a name"))));
    }
    let listed: BTreeSet<String> = FIELDS.iter().map(|field| format!("{}.{}", field.root, field.name)).collect();
    assert_eq!(served, listed, "fields that are served, and those of the table");
}

/// The document does not have them: those that the service mounts by hand are read out of where it does so.
#[tokio::test(flavor = "multi_thread")]
async fn routes_beside_the_document_tell_nothing() {
    let mounted: Vec<&str> = include_str!("../../../src/http/mod.rs")
        .split(".at(\"")
        .flat_map(|part| part.split(".nest(\""))
        .skip(1)
        .filter_map(|part| part.split('"').next())
        .collect();
    assert_eq!(mounted, PLAIN_ROUTES, "routes that are mounted, and those of the table");
    let world = World::new(Db::Sqlite).await;
    for path in PLAIN_ROUTES.iter().map(|path| path.replace('*', "any/page")) {
        for caller in callers::all(&world) {
            for method in ["get", "post", "put", "patch", "delete"] {
                let answer = request(&caller.client, method, &path, Some(&json!({}))).send().await.expect("sent");
                let text = answer.text().await.expect("a body");
                let leaked = world.accounts.iter().find_map(|account| account.seen_in(&text));
                assert!(leaked.is_none(), "{method} {path} as {}: {leaked:?} is in {text}", caller.name());
            }
        }
    }
}

#[expect(clippy::print_stdout, reason = "the size of the matrix is part of what the test tells")]
async fn every_route_is_open_to_those_it_is_for(db: Db) {
    let world = World::new(db).await;
    let callers = callers::all(&world);
    let (mut tried, mut wrong) = (0, Vec::new());
    for row in ROUTES {
        for caller in &callers {
            tried += 1;
            if let Err(problem) = try_route(&world, row, caller, tried).await {
                wrong.push(format!("{} {} as {}: {problem}", row.method, row.path, caller.name()));
            }
        }
    }
    println!("matrix: {} routes × {} callers = {tried} requests", ROUTES.len(), callers.len());
    assert!(wrong.is_empty(), "{} of {tried} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Sends the row's request about the first account's things as somebody.
async fn try_route(world: &World, row: &Row, caller: &Caller, number: usize) -> Result<(), String> {
    let account = &world.accounts[0];
    let expected = caller.expected(row);
    let may = caller.may(row.who).is_ok() && !caller.is_stranger;
    let path = if may && row.allowed == 404 { without_its_thing(row.path) } else { row.path.to_owned() };
    let body = account.filled(&row.body.replace("{n}", &number.to_string()));
    let body: Option<Value> = (!body.is_empty()).then(|| serde_json::from_str(&body).expect("JSON"));
    let path = format!("/api{}", account.filled(&path));
    let answer = request(&caller.client, row.method, &path, body.as_ref()).send().await.expect("sent");
    let status = answer.status().as_u16();
    let text = answer.text().await.expect("a body");
    if status != expected {
        return Err(format!("{status} instead of {expected}: {text}"));
    }
    let may_know = !caller.is_stranger || matches!(row.who, table::Who::Anybody | table::Who::Operator);
    match account.seen_in(&text).filter(|_| !may_know) {
        Some(secret) => Err(format!("{secret} of another account is in: {text}")),
        None => Ok(()),
    }
}

/// A path whose last parameter, if it has one, is an id that nothing has.
fn without_its_thing(path: &str) -> String {
    match (path.rfind('{'), path.rfind('}')) {
        (Some(from), Some(to)) => format!("{}{NO_ID}{}", &path[..from], &path[to + 1..]),
        _ => path.to_owned(),
    }
}
