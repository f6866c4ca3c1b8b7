//! `docs/query-language.md` is true: its examples are answered as it says, on the data that it gives.

mod document;
mod refusals;
mod words;

use reqwest::StatusCode;
use serde_json::{Value, json};

use self::document::Document;
use crate::harness::{Db, Haru, expect, on_both};

on_both!(every_example_is_answered_as_the_document_says);

async fn every_example_is_answered_as_the_document_says(db: Db) {
    let document = Document::read();
    let (haru, _place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let sent = haru.post("/api/v1/sites/example.com/events", &json!(document.events)).send().await.expect("sent");
    let told = expect(sent, StatusCode::ACCEPTED).await;
    assert_eq!(told, json!({"accepted": document.events.len(), "rejected": []}));

    let (query, answer) = document.in_full.as_ref().expect("a query and its answer in full");
    assert_eq!(haru.query(query.clone()).await, *answer);

    let mut wrong = Vec::new();
    // The second time, what the days contributed is remembered.
    for example in document.examples.iter().chain(&document.examples) {
        if let Some(got) = differs(&haru, &example.asked, &example.answer).await {
            wrong.push(format!("{}\n   says {}\n   got  {got}", example.asked, example.answer));
        }
    }
    assert!(wrong.is_empty(), "docs/query-language.md:\n{}", wrong.join("\n"));
}

/// What an example is answered with, if it is not what the document says.
async fn differs(haru: &Haru, asked: &Value, answer: &Value) -> Option<Value> {
    let mut query = json!({
        "site_id": "example.com", "metrics": ["visitors"], "date_range": ["2025-09-10", "2025-09-10"],
    });
    for (key, value) in asked.as_object().expect("a query is an object") {
        query[key] = value.clone();
    }
    let sent = haru.post("/api/v2/query", &query).send().await.expect("sent");
    let refused = answer.get("error").is_some();
    let status = if refused { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    if sent.status() != status {
        return Some(json!(format!("{} {}", sent.status(), sent.text().await.unwrap_or_default())));
    }
    let got = expect(sent, status).await;
    let (same, got) = match answer {
        Value::Array(_) => {
            let rows = rows(&got);
            (rows == *answer, rows)
        }
        _ if refused => (got == *answer, got),
        _ => (holds(&got, answer), got),
    };
    (!same).then_some(got)
}

/// The rows in short: the values of the dimensions, then the numbers.
fn rows(answer: &Value) -> Value {
    let row = |row: &Value| {
        let cells = ["dimensions", "metrics"].into_iter().flat_map(|key| row[key].as_array().expect("a list"));
        cells.cloned().collect::<Value>()
    };
    answer["results"].as_array().expect("rows").iter().map(row).collect()
}

/// Whether every member that is said is there, and equal.
fn holds(got: &Value, said: &Value) -> bool {
    match (got, said) {
        (Value::Object(got), Value::Object(said)) => {
            said.iter().all(|(key, value)| got.get(key).is_some_and(|got| holds(got, value)))
        }
        (got, said) => got == said,
    }
}
