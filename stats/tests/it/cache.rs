//! Partial results are remembered by part and question.

use chrono_tz::Tz;
use haru_stats::engine::{NoCache, Plan, Stop, Trace};
use haru_stats::time::SiteZones;
use haru_stats::wire::{self, Context};
use haru_stats::{Allowed, Answer, DashboardQuery, Engine, Event, Part, Query};
use serde_json::{Value, json};

use crate::memory::{Memory, named};
use crate::support::{at, days};

const PAGES: [&str; 3] = ["/", "/a", "/b"];

/// Ten days, each with three visits of two pages.
fn events() -> Vec<Event<'static>> {
    let start = at("2026-09-01T08:00:00Z");
    let event = |index: i64| Event {
        ts: start + index / 6 * 86_400_000 + index % 6 * 600_000,
        visitor: index % 6 / 2,
        page: PAGES[usize::try_from(index % 3).expect("an index")],
        country: if index % 4 < 2 { "DE" } else { "US" },
        ..Event::default()
    };
    (0..60).map(event).collect()
}

fn parts() -> Vec<Part> {
    named(&days(&SiteZones::fixed(Tz::UTC), &events()))
}

fn dashboard(from: &str, to: &str, filters: &Value) -> DashboardQuery {
    let context =
        Context { now: at("2026-09-11T00:00:00Z"), zone: Tz::UTC, first_event: None, allowed: Allowed::Everything };
    wire::dashboard(&json!({"date_range": [from, to], "filters": filters}), &context).expect("a valid dashboard")
}

fn ask(memory: &Memory, query: &DashboardQuery, parts: &[Part]) {
    let engine = Engine::with_threads(1);
    let remembered = query.answer(&engine, parts, memory).expect("within the budget");
    let fresh = query.answer(&engine, parts, &NoCache).expect("within the budget");
    assert_eq!(remembered, fresh);
}

#[test]
fn a_second_look_computes_nothing() {
    let (memory, parts) = (Memory::default(), parts());
    let query = dashboard("2026-09-01", "2026-09-07", &json!([]));
    ask(&memory, &query, &parts);
    let (hits, misses) = memory.counts();
    assert_eq!(hits, 0);
    assert!(misses >= 7 * 16, "{misses} questions of 7 days");
    ask(&memory, &query, &parts);
    assert_eq!(memory.counts(), (misses, 0));
}

#[test]
fn a_range_shifted_by_a_day_costs_a_day() {
    let (memory, parts) = (Memory::default(), parts());
    ask(&memory, &dashboard("2026-09-01", "2026-09-07", &json!([])), &parts);
    let (_, first) = memory.counts();
    ask(&memory, &dashboard("2026-09-02", "2026-09-08", &json!([])), &parts);
    assert_eq!(memory.counts(), (first / 7 * 6, first / 7));
}

#[test]
fn other_filters_and_cut_days_are_other_questions() {
    let (memory, parts) = (Memory::default(), parts());
    ask(&memory, &dashboard("2026-09-01", "2026-09-02", &json!([])), &parts);
    let (_, first) = memory.counts();
    ask(&memory, &dashboard("2026-09-01", "2026-09-02", &json!([["is", "visit:country", ["DE"]]])), &parts);
    assert_eq!(memory.counts(), (0, first));
    ask(&memory, &dashboard("2026-09-01", "2026-09-02", &json!([["is", "visit:country", ["US"]]])), &parts);
    assert_eq!(memory.counts(), (0, first));
    // The days are cut in their middles; their series are by hours then.
    ask(&memory, &dashboard("2026-09-01T09:00:00Z", "2026-09-02T08:30:00Z", &json!([])), &parts);
    assert_eq!(memory.counts().0, 0);
}

#[test]
fn a_part_without_a_name_is_not_remembered() {
    let memory = Memory::default();
    let days = days(&SiteZones::fixed(Tz::UTC), &events());
    let query = dashboard("2026-09-01", "2026-09-07", &json!([]));
    ask(&memory, &query, &crate::support::parts(&days));
    assert_eq!(memory.counts(), (0, 0));
}

#[test]
fn the_weight_follows_the_groups() {
    let (memory, parts) = (Memory::default(), parts());
    ask(&memory, &dashboard("2026-09-01", "2026-09-07", &json!([])), &parts);
    let (bytes, groups) = memory.weight();
    assert!(groups > 7 * 16, "{groups} groups");
    // A sum and a text of a few bytes each, and the frame around them.
    assert!(bytes > groups * 16, "{bytes} bytes for {groups} groups");
}

/// Queries of one plan share what is the same.
#[test]
fn equal_questions_are_asked_once() {
    let (memory, parts) = (Memory::default(), parts());
    let query = dashboard("2026-09-01", "2026-09-07", &json!([])).queries()[0].clone();
    let queries: Vec<Query> = vec![query; 3];
    let answers: Vec<Answer> =
        Engine::with_threads(1).answer_plan(&Plan::new(&queries), &parts, &memory).expect("within the budget");
    assert_eq!(memory.counts(), (0, 7));
    assert_eq!(answers[0], answers[2]);
}

/// Parts that come one by one, the last first, and are gone when the next one comes.
#[test]
fn parts_may_come_bit_by_bit_and_be_gone() {
    let (memory, parts) = (Memory::default(), parts());
    let query = dashboard("2026-09-02", "2026-09-08", &json!([]));
    let expected = query.answer(&Engine::with_threads(1), &parts, &NoCache).expect("within the budget");
    let gathering = || Engine::with_threads(2).gathering(Plan::new(query.queries()), Stop::default());
    let first = gathering();
    let mut traces = Vec::new();
    for part in parts.into_iter().rev() {
        let (id, source) = (part.id().expect("a name"), part.source());
        traces.push(Trace { id, span: source.span(), kind: part.kind(), counts: source.counts() });
        first.add(&[part], &memory).expect("within the budget");
    }
    assert_eq!(query.assemble(first.answer().expect("within the budget")), expected);
    memory.counts();
    let again = gathering();
    for trace in &traces {
        assert!(again.add_remembered(trace, &memory), "what nobody asks of it is remembered, too");
    }
    assert_eq!(query.assemble(again.answer().expect("within the budget")), expected);
    assert_eq!(memory.counts().1, 0);
    let other = Engine::with_threads(1)
        .gathering(Plan::new(dashboard("2026-09-02", "2026-09-09", &json!([])).queries()), Stop::default());
    assert_eq!(traces.iter().filter(|trace| !other.add_remembered(trace, &memory)).count(), 1, "the ninth");
}
