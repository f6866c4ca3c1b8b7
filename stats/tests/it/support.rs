//! Shared by the tests: instants from text, answers as JSON.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;
use haru_stats::time::{SiteZones, Span};
use haru_stats::wire::{self, Context};
use haru_stats::{Allowed, Answer, Day, DayBuilder, Engine, Event, Part, Query};
use serde_json::Value;

/// Milliseconds of an RFC 3339 text.
pub(crate) fn at(text: &str) -> i64 {
    DateTime::parse_from_rfc3339(text).expect("an RFC 3339 datetime").timestamp_millis()
}

pub(crate) fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

/// The site's local days that hold the events.
pub(crate) fn days(zones: &SiteZones, events: &[Event<'_>]) -> Vec<Arc<Day>> {
    let (Some(first), Some(last)) =
        (events.iter().map(|event| event.ts).min(), events.iter().map(|event| event.ts).max())
    else {
        return Vec::new();
    };
    let day = |day: haru_stats::time::LocalDay| {
        let mut builder = DayBuilder::new(day.span).expect("a day");
        for event in events.iter().filter(|event| day.span.contains(event.ts)) {
            builder.push(event).expect("an event of the day");
        }
        Arc::new(builder.build())
    };
    zones.days(Span { from: first, to: last + 1 }).into_iter().map(day).collect()
}

/// Answers of that many threads, nothing remembered.
pub(crate) fn answers(threads: usize, queries: &[Query], days: &[Arc<Day>]) -> Vec<Answer> {
    Engine::with_threads(threads).answer(queries, &parts(days)).expect("within the budget")
}

/// The days as parts of rows.
pub(crate) fn parts(days: &[Arc<Day>]) -> Vec<Part> {
    days.iter().map(|day| Part::from(Arc::clone(day))).collect()
}

/// The whole JSON answer to a JSON query on events of a site with one timezone.
pub(crate) fn ask(events: &[Event<'_>], zone: Tz, now: &str, query: &Value) -> Value {
    let first_event = events.iter().map(|event| event.ts).min();
    let context = Context { now: at(now), zone, first_event, allowed: Allowed::Everything };
    let request = wire::query(query, &context).expect("a valid query");
    let days = days(&SiteZones::fixed(zone), events);
    let answers = answers(1, std::slice::from_ref(&request.query), &days);
    request.response(&answers[0])
}

/// The error text of a JSON query.
pub(crate) fn refused(query: &Value) -> String {
    let context =
        Context { now: at("2026-09-10T12:00:00Z"), zone: Tz::UTC, first_event: None, allowed: Allowed::Everything };
    wire::query(query, &context).expect_err("refused").to_string()
}
