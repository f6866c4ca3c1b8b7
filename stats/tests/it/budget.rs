//! No question takes more than its share.

use std::sync::Arc;

use chrono_tz::Tz;
use haru_stats::engine::{Budget, BudgetError, NoCache, Plan, Stop};
use haru_stats::time::SiteZones;
use haru_stats::wire::{self, Context};
use haru_stats::{Allowed, Answer, Day, Engine, Event, Query};
use serde_json::{Value, json};

use crate::memory::{Memory, named};
use crate::support::{at, days, parts};

/// Each event has a property that no other has.
fn unique(count: i64) -> Vec<Arc<Day>> {
    let start = at("2026-09-09T00:00:00Z");
    let props: Vec<String> =
        (0..count).map(|index| format!(r#"{{"order":"{index}","item":"{}"}}"#, index * 7)).collect();
    let event =
        |(index, props)| Event { ts: start + index, visitor: index, page: "/", props: Some(props), ..Event::default() };
    let events: Vec<Event<'_>> = (0..).zip(&props).map(|(index, props)| event((index, props.as_str()))).collect();
    days(&SiteZones::fixed(Tz::UTC), &events)
}

fn query(dimensions: &Value) -> Query {
    let context =
        Context { now: at("2026-09-10T12:00:00Z"), zone: Tz::UTC, first_event: None, allowed: Allowed::Everything };
    let body = json!({"metrics": ["visitors", "events"], "date_range": "7d", "dimensions": dimensions});
    wire::query(&body, &context).expect("a valid query").query
}

fn ask(budget: Budget, dimensions: &Value, days: &[Arc<Day>]) -> Result<Vec<Answer>, BudgetError> {
    Engine::with_threads(1).with_budget(budget).answer(&[query(dimensions)], &parts(days))
}

#[test]
fn rows_beyond_the_budget_are_refused() {
    let days = unique(1_000);
    let enough = Budget { rows: 1_000, ..Budget::default() };
    assert!(ask(enough, &json!([]), &days).is_ok());
    let error = ask(Budget { rows: 999, ..enough }, &json!([]), &days).expect_err("refused");
    assert_eq!(error, BudgetError::Rows { rows: 1_000, limit: 999 });
    assert_eq!(error.key(), "date_range");
    assert_eq!(error.to_string(), "Invalid date_range: it holds 1000 events or more, and one question may look at 999");
}

#[test]
fn rows_of_remembered_parts_are_free() {
    let parts = named(&unique(1_000));
    let (memory, plan) = (Memory::default(), Plan::new(&[query(&json!([]))]));
    assert!(Engine::with_threads(1).answer_plan(&plan, &parts, &memory).is_ok());
    let strict = Engine::with_threads(1).with_budget(Budget { rows: 0, ..Budget::default() });
    assert!(strict.answer_plan(&plan, &parts, &memory).is_ok());
}

#[test]
fn groups_beyond_the_budget_are_refused() {
    let days = unique(20_000);
    let small = Budget { bytes: 256 << 10, ..Budget::default() };
    assert!(ask(small, &json!(["event:page"]), &days).is_ok());
    for dimensions in [
        json!(["event:props:order"]),
        json!(["event:props:order", "event:props:item"]),
        json!(["visit:source", "event:props:order", "event:props:item", "event:page", "time:hour"]),
    ] {
        let error = ask(small, &dimensions, &days).expect_err("refused");
        assert_eq!(error.key(), "dimensions");
        assert_eq!(
            error.to_string(),
            format!("Invalid dimensions {dimensions}: their groups take more than 262144 bytes")
        );
        assert!(ask(Budget::default(), &dimensions, &days).is_ok(), "{dimensions} by default");
    }
}

/// Small parts may add up to too many groups.
#[test]
fn merged_groups_count_too() {
    let parts = named(&unique(20_000));
    let (memory, plan) = (Memory::default(), Plan::new(&[query(&json!(["event:props:order"]))]));
    assert!(Engine::with_threads(1).answer_plan(&plan, &parts, &memory).is_ok());
    let strict = Engine::with_threads(1).with_budget(Budget { bytes: 256 << 10, ..Budget::default() });
    let error = strict.answer_plan(&plan, &parts, &memory).expect_err("refused");
    assert_eq!(error.key(), "dimensions");
}

/// Parts that come one by one are added up, so that a long range is refused before all of it was read.
#[test]
fn rows_of_parts_that_come_bit_by_bit_add_up() {
    let part = named(&unique(1_000));
    let engine = Engine::with_threads(1).with_budget(Budget { rows: 2_500, ..Budget::default() });
    let gathering = engine.gathering(Plan::new(&[query(&json!([]))]), Stop::default());
    assert!(gathering.add(&part, &NoCache).is_ok());
    assert!(gathering.add(&part, &NoCache).is_ok());
    let error = gathering.add(&part, &NoCache).expect_err("refused");
    assert_eq!(error, BudgetError::Rows { rows: 3_000, limit: 2_500 });
}

/// What was stopped is no answer, and what it left half done is not remembered: the same question is answered afterwards.
#[test]
fn what_was_stopped_is_no_answer_and_is_not_remembered() {
    let parts = named(&unique(1_000));
    let filtered = {
        let context =
            Context { now: at("2026-09-10T12:00:00Z"), zone: Tz::UTC, first_event: None, allowed: Allowed::Everything };
        let body =
            json!({"metrics": ["visitors"], "date_range": "7d", "filters": [["contains", "event:props:order", ["1"]]]});
        wire::query(&body, &context).expect("a valid query").query
    };
    let (engine, memory) = (Engine::with_threads(2), Memory::default());
    let stop = Stop::default();
    let gathering = engine.gathering(Plan::new(std::slice::from_ref(&filtered)), stop.clone());
    stop.now();
    assert_eq!(gathering.add(&parts, &memory), Err(BudgetError::Time));
    assert_eq!(BudgetError::Time.key(), "filters");
    let answers = engine.answer_plan(&Plan::new(std::slice::from_ref(&filtered)), &parts, &memory).expect("an answer");
    let afresh = engine.answer(&[filtered], &parts).expect("an answer");
    assert_eq!(answers[0].rows, afresh[0].rows);
    assert!(answers[0].rows[0].metrics[0].as_f64() > Some(0.0));
}
