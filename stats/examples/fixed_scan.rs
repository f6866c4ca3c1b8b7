//! A fixed piece of work: some dashboards over a small made-up site. `tests/it/instructions.rs` counts its instructions.

use haru_stats::engine::NoCache;
use haru_stats::wire::{self, Context};
use haru_stats::{Allowed, DashboardQuery, Engine, Part};
use serde_json::{Value, json};

fn dashboard(filters: &Value) -> Result<DashboardQuery, haru_stats::QueryError> {
    let now = haru_site::START + 4 * haru_site::DAY;
    let context =
        Context { now, zone: chrono_tz::UTC, first_event: Some(haru_site::START), allowed: Allowed::Everything };
    let body = json!({"date_range": ["2026-09-01", "2026-09-04"], "filters": filters, "comparison": "previous_period"});
    wire::dashboard(&body, &context)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let parts: Vec<Part> = haru_site::days(1, 60_000, 4).into_iter().map(Part::from).collect();
    dashboards(&parts)
}

/// What is counted: making up the site would drown it.
#[inline(never)]
fn dashboards(parts: &[Part]) -> Result<(), Box<dyn std::error::Error>> {
    let engine = Engine::with_threads(1);
    for filters in
        [json!([]), json!([["is", "visit:country", ["DE"]]]), json!([["is", "event:page", ["/news/article-3"]]])]
    {
        std::hint::black_box(dashboard(&filters)?.answer(&engine, parts, &NoCache)?);
    }
    Ok(())
}
