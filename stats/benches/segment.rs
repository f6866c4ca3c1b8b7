//! Sealing and decoding of a day.

mod common;

fn main() {
    let site = common::site(1, 100_000, 1);
    let events = site.events(0);
    assert_eq!(events.len(), 100_000);
    let visitors: std::collections::HashSet<i64> = events.iter().map(|event| event.visitor).collect();
    println!("{} events, {} visitors, {} days", events.len(), visitors.len(), site.days());
}
