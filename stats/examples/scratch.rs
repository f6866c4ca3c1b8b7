mod site;
use haru_stats::engine::*;
use haru_stats::wire::{self, Context};
use haru_stats::{Engine, Part};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;
#[derive(Default)]
struct Cache(Mutex<HashMap<(SourceId, PartQuery), Arc<Partial>>>);
impl PartialCache for Cache {
    fn get(&self, s: SourceId, q: &PartQuery) -> Option<Arc<Partial>> {
        self.0.lock().unwrap().get(&(s, q.clone())).cloned()
    }
    fn put(&self, s: SourceId, q: &PartQuery, p: &Arc<Partial>) {
        self.0.lock().unwrap().insert((s, q.clone()), p.clone());
    }
}
fn main() {
    let events: usize = std::env::args().nth(1).unwrap().parse().unwrap();
    let days: usize = std::env::args().nth(2).unwrap().parse().unwrap();
    let threads: usize = std::env::args().nth(3).unwrap().parse().unwrap();
    let t = Instant::now();
    let built = site::days(1, events, days);
    let bytes: usize = built.iter().map(|d| d.bytes()).sum();
    let rows: usize = built.iter().map(|d| d.rows()).sum();
    let visits: usize = built.iter().map(|d| d.visits()).sum();
    println!("{rows} rows {visits} visits {} B/event built {:?}", bytes / rows, t.elapsed());
    let parts: Vec<Part> = built.into_iter().zip(0..).map(|(d, i)| Part::from(d).with_id(SourceId(i))).collect();
    let now = site::START + days as i64 * site::DAY - 1;
    let context = Context { now, zone: chrono_tz::UTC, first_event: Some(site::START) };
    let body =
        |filters: Value| json!({"date_range": format!("{days}d"), "filters": filters, "comparison": "previous_period"});
    let engine = Engine::with_threads(threads);
    for (name, filters) in [
        ("all", json!([])),
        ("country", json!([["is", "visit:country", ["CA"]]])),
        ("page", json!([["is", "event:page", ["/blog/article-3"]]])),
    ] {
        let query = wire::dashboard(&body(filters), &context).unwrap();
        let n = std::env::args().nth(4).map_or(9, |x| x.parse().unwrap());
        let mut times: Vec<_> = (0..n)
            .map(|_| {
                let t = Instant::now();
                std::hint::black_box(query.answer(&engine, &parts, &NoCache).unwrap());
                t.elapsed()
            })
            .collect();
        times.sort();
        let cache = Cache::default();
        let a = query.answer(&engine, &parts, &cache).unwrap();
        let mut cached: Vec<_> = (0..n)
            .map(|_| {
                let t = Instant::now();
                std::hint::black_box(query.answer(&engine, &parts, &cache).unwrap());
                t.elapsed()
            })
            .collect();
        cached.sort();
        let bytes: usize = cache.0.lock().unwrap().values().map(|p| p.bytes()).sum();
        let groups: usize = cache.0.lock().unwrap().values().map(|p| p.groups()).sum();
        println!(
            "{name}: median {:?} min {:?}; cached {:?} min {:?} ({groups} groups, {bytes} bytes) visitors {:?}",
            times[n / 2],
            times[0],
            cached[n / 2],
            cached[0],
            a.totals.visitors.value
        );
    }
}
