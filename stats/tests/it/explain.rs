//! `include.explain` tells how a number came about.

use std::time::Duration;

use chrono_tz::Tz;
use haru_stats::engine::{Plan, SourceKind};
use haru_stats::time::SiteZones;
use haru_stats::wire::{self, Context, Request};
use haru_stats::{Allowed, Engine, Event, EventKind, Metric, Part};
use serde_json::{Value, json};

use crate::memory::{Memory, named};
use crate::support::{at, days};

/// Visitor 1: a visit of two events and engagement on the 9th. Visitor 2: a visit on the 9th, two on the 10th.
fn events() -> Vec<Event<'static>> {
    let view = |time: &str, visitor, country| Event { ts: at(time), visitor, page: "/", country, ..Event::default() };
    vec![
        view("2026-09-09T10:00:00Z", 1, "DE"),
        Event { kind: EventKind::Custom, name: "signup", ..view("2026-09-09T10:01:00Z", 1, "DE") },
        Event { kind: EventKind::Engagement, engaged_ms: 900, ..view("2026-09-09T10:02:00Z", 1, "DE") },
        view("2026-09-09T11:00:00Z", 2, "US"),
        view("2026-09-10T08:00:00Z", 2, "US"),
        view("2026-09-10T10:00:00Z", 2, "DE"),
    ]
}

fn request(explain: bool) -> Request {
    let context =
        Context { now: at("2026-09-10T12:00:00Z"), zone: Tz::UTC, first_event: None, allowed: Allowed::Everything };
    let body = json!({
        "metrics": ["visitors", "bounce_rate"], "date_range": "7d", "dimensions": ["event:page"],
        "filters": [["is", "visit:country", ["DE"]]], "include": {"explain": explain},
    });
    wire::query(&body, &context).expect("a valid query")
}

fn explain(request: &Request, parts: &[Part], memory: &Memory) -> Value {
    let plan = Plan::new(std::slice::from_ref(&request.query));
    let mut answers = Engine::with_threads(1).answer_plan(&plan, parts, memory).expect("within the budget");
    if let Some(explanation) = &mut answers[0].explanation {
        explanation.took = Some(Duration::from_micros(1_250));
    }
    request.response(&answers[0])["meta"]["explain"].take()
}

#[test]
fn what_an_answer_rests_on() {
    let days = named(&days(&SiteZones::fixed(Tz::UTC), &events()));
    let memory = Memory::default();
    let explained = explain(&request(true), &days, &memory);
    let definition = |metric: Metric| json!({"metric": metric, "definition": metric.definition()});
    assert_eq!(
        explained,
        json!({
            "metrics": [definition(Metric::Visitors), definition(Metric::BounceRate)],
            "days": 2,
            "sources": {"rows": 2, "segments": 0, "mixed": 0},
            // Pages, and all that matches, of each day.
            "cache": {"hits": 0, "misses": 4},
            // Engagement is no event.
            "looked_at": {"events": 5, "visits": 4},
            "matched": {"events": 3, "visits": 2},
            "took_ms": 1.25,
        })
    );
    let again = explain(&request(true), &days, &memory);
    assert_eq!(again["cache"], json!({"hits": 4, "misses": 0}));
    assert_eq!(again["matched"], explained["matched"]);
}

#[test]
fn sources_by_kind() {
    let days = days(&SiteZones::fixed(Tz::UTC), &events());
    let kinds = [SourceKind::Segment, SourceKind::Mixed];
    let parts: Vec<Part> = days.into_iter().zip(kinds).map(|(day, kind)| Part::new(day, kind)).collect();
    let explained = explain(&request(true), &parts, &Memory::default());
    assert_eq!(explained["sources"], json!({"rows": 0, "segments": 1, "mixed": 1}));
}

#[test]
fn nothing_is_explained_unasked() {
    let days = named(&days(&SiteZones::fixed(Tz::UTC), &events()));
    assert_eq!(explain(&request(false), &days, &Memory::default()), Value::Null);
}

#[test]
fn every_metric_has_a_definition() {
    let mut seen = std::collections::BTreeSet::new();
    for metric in Metric::ALL {
        assert!(metric.definition().ends_with('.'), "{metric}");
        assert!(seen.insert(metric.definition()), "{metric} has the definition of another");
    }
}
