//! Scan and merge of a dashboard: `cargo bench -p haru-stats --bench engine`.
#![expect(clippy::print_stdout, reason = "a benchmark reports")]

#[path = "../tests/it/memory.rs"]
mod memory;

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use haru_stats::engine::NoCache;
use haru_stats::wire::{self, Context};
use haru_stats::{Allowed, DashboardQuery, Day, Engine};
use memory::{Memory, named};
use serde_json::{Value, json};

mod support {
    use std::sync::Arc;

    use haru_stats::{Day, Part};

    pub(crate) fn parts(days: &[Arc<Day>]) -> Vec<Part> {
        days.iter().map(|day| Part::from(Arc::clone(day))).collect()
    }
}

fn dashboard(days: i64, filters: &Value) -> DashboardQuery {
    let now = haru_site::START + days * haru_site::DAY - 1;
    let context =
        Context { now, zone: chrono_tz::UTC, first_event: Some(haru_site::START), allowed: Allowed::Everything };
    let body = json!({"date_range": format!("{days}d"), "filters": filters, "comparison": "previous_period"});
    wire::dashboard(&body, &context).expect("a valid dashboard")
}

/// A million events in three days, on one thread: the size of a day is that of 10 million in 30.
fn scan(criterion: &mut Criterion) {
    let days: Vec<Arc<Day>> = haru_site::days(1, 1_000_000, 3);
    let parts = support::parts(&days);
    let engine = Engine::with_threads(1);
    let mut group = criterion.benchmark_group("scan");
    group.sample_size(20);
    for (name, filters) in [
        ("everything", json!([])),
        ("a country", json!([["is", "visit:country", ["DE"]]])),
        ("a page", json!([["is", "event:page", ["/news/article-3"]]])),
    ] {
        let query = dashboard(3, &filters);
        group.bench_function(name, |bencher| {
            bencher.iter(|| black_box(query.answer(&engine, &parts, &NoCache).expect("within the budget")));
        });
    }
}

/// A year of which everything is remembered.
fn merge(criterion: &mut Criterion) {
    let parts = named(&haru_site::days(1, 3_650_000, 365));
    let query = dashboard(365, &json!([]));
    let (engine, memory) = (Engine::default(), Memory::default());
    query.answer(&engine, &parts, &memory).expect("within the budget");
    let ((bytes, groups), _) = (memory.weight(), memory.counts());
    println!("a year remembered: {groups} groups, {bytes} bytes");
    criterion.bench_function("merge a year", |bencher| {
        bencher.iter(|| black_box(query.answer(&engine, &parts, &memory).expect("within the budget")));
    });
    let (_, misses) = memory.counts();
    assert_eq!(misses, 0, "everything is remembered");
}

criterion_group!(benches, scan, merge);
criterion_main!(benches);
