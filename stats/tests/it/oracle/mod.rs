//! A slow, obvious second implementation that must agree with the engine on generated data.
//!
//! It is written from the definitions (design.md §3, query-semantics.md) with nested loops over events, and shares nothing
//! with the engine but the types of events and queries. The engine is asked about days of rows, of sealed segments, and of both.

mod generate;
mod matching;
mod naive;
mod question;
mod series;
mod visits;

use std::sync::Arc;

use haru_stats::engine::{Part, Plan};
use haru_stats::segment::SegmentWriter;
use haru_stats::time::{SiteZones, Span};
use haru_stats::{Day, DayBuilder, Engine, Event};
use proptest::prelude::*;
use proptest::test_runner::Config;

use crate::memory::{Memory, named};
use crate::support::{answers, days};

proptest! {
    // Four queries each. `PROPTEST_CASES=20000` makes a long run.
    #![proptest_config(Config { cases: Config::default().cases.max(500), ..Config::default() })]

    #[test]
    fn the_engine_agrees_with_the_obvious(case in generate::case()) {
        let zones = SiteZones::fixed(case.zone);
        let events: Vec<Event<'_>> = case.events.iter().map(generate::Stored::event).collect();
        let days = days(&zones, &events);
        let answers = answers(1, &case.queries, &days);
        for (query, answer) in case.queries.iter().zip(&answers) {
            let expected = naive::answer(query, &zones, &events);
            prop_assert_eq!(answer, &expected, "{:#?}", query);
        }
        for ends in [vec![events.len()], vec![events.len() / 3, events.len()], vec![case.sealed]] {
            let days: Vec<Part> = sealed_days(&zones, &events, &ends).into_iter().map(Part::from).collect();
            let from_segments = Engine::with_threads(1).answer(&case.queries, &days).expect("within the budget");
            prop_assert_eq!(&from_segments, &answers, "events up to {:?} sealed: {:#?}", ends, case.queries);
        }
        // The same out of what is remembered of each query alone.
        let (memory, parts) = (Memory::default(), named(&days));
        for query in case.queries.iter().chain(&case.queries) {
            let plan = Plan::new(std::slice::from_ref(query));
            Engine::with_threads(1).answer_plan(&plan, &parts, &memory).expect("within the budget");
        }
        let remembered = Engine::with_threads(1).answer_plan(&Plan::new(&case.queries), &parts, &memory);
        prop_assert_eq!(remembered.expect("within the budget"), answers);
    }
}

/// The days that hold the events, each of a segment for the events up to each of the ends, and rows for all after the last.
fn sealed_days(zones: &SiteZones, events: &[Event<'_>], ends: &[usize]) -> Vec<Arc<Day>> {
    let (Some(first), Some(last)) =
        (events.iter().map(|event| event.ts).min(), events.iter().map(|event| event.ts).max())
    else {
        return Vec::new();
    };
    let day = |span: Span| {
        let mut builder = DayBuilder::new(span).expect("a day");
        let mut sealed = 0;
        for (part, end) in (0..).zip(ends) {
            let mut writer = SegmentWriter::new(span, part);
            for event in events[sealed..*end].iter().filter(|event| span.contains(event.ts)) {
                writer.push(event).expect("an event of the day");
            }
            let segment = writer.finish().expect("a segment");
            builder.push_segment(&segment.bytes).expect("a segment of the day");
            sealed = *end;
        }
        for event in events[sealed..].iter().filter(|event| span.contains(event.ts)) {
            builder.push(event).expect("an event of the day");
        }
        Arc::new(builder.build())
    };
    zones.days(Span { from: first, to: last + 1 }).into_iter().map(|local| day(local.span)).collect()
}

/// The generator reaches what it is meant to reach: without this, agreement could mean that nothing was compared.
#[test]
fn the_cases_are_not_empty() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut rows, mut metrics, mut filtered, mut compared) = (0, std::collections::HashSet::new(), 0, 0);
    for _ in 0..400 {
        let case = generate::case().new_tree(&mut runner).expect("a case").current();
        let zones = SiteZones::fixed(case.zone);
        let events: Vec<Event<'_>> = case.events.iter().map(generate::Stored::event).collect();
        for (query, answer) in case.queries.iter().zip(answers(2, &case.queries, &days(&zones, &events))) {
            let nonzero = |row: &haru_stats::engine::Row| row.metrics.iter().any(|value| value.as_f64() > Some(0.0));
            if answer.rows.iter().any(nonzero) {
                rows += answer.rows.len();
                filtered += usize::from(!query.filters().is_empty());
                compared += usize::from(query.comparison().is_some());
                metrics.extend(query.metrics().iter().copied());
            }
        }
    }
    assert!(rows > 1_500, "{rows} rows");
    assert!(filtered > 150, "{filtered} filtered queries with data");
    assert!(compared > 100, "{compared} compared queries with data");
    assert_eq!(metrics.len(), 11, "{metrics:?}");
}
