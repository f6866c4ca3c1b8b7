//! A site among others: today so far, yesterday up to the same point, and the days before.

use chrono_tz::Tz;
use haru_stats::overview::{DAYS, Overview, OverviewQuery};
use haru_stats::time::SiteZones;
use haru_stats::{Day, Engine, Event, Number};
use std::sync::Arc;

use crate::support::{at, days, parts};

fn view(ts: &str, visitor: i64) -> Event<'_> {
    Event { ts: at(ts), visitor, page: "/", ..Event::default() }
}

fn overview(zone: Tz, now: &str, days: &[Arc<Day>]) -> Overview {
    let query = OverviewQuery::new(zone, at(now)).expect("a valid question");
    assert_eq!(query.spans().len(), 3);
    let answers = Engine::default().answer(query.queries(), &parts(days)).expect("within the budget");
    query.assemble(answers)
}

fn whole(number: Number) -> i64 {
    match number {
        Number::Whole(value) => value,
        other => panic!("{other:?}"),
    }
}

#[test]
fn today_is_compared_with_yesterday_up_to_the_same_point() {
    let zone = Tz::America__Sao_Paulo;
    let events = [
        view("2026-09-09T03:00:00Z", 1),
        view("2026-09-09T12:30:00Z", 2),
        // Behind the point of the day that it is today.
        view("2026-09-09T12:30:01Z", 3),
        view("2026-09-10T03:00:00Z", 4),
        view("2026-09-10T12:00:00Z", 4),
        view("2026-09-10T12:30:00Z", 5),
        view("2026-09-10T12:30:00Z", 6),
        // Before the first of the days that are shown, and on it.
        view("2026-08-28T02:59:59Z", 7),
        view("2026-08-28T03:00:00Z", 8),
    ];
    let days = days(&SiteZones::fixed(zone), &events);
    let shown = overview(zone, "2026-09-10T12:30:00Z", &days);
    assert_eq!([shown.visitors, shown.previous_visitors, shown.change, shown.pageviews].map(whole), [3, 2, 50, 4]);
    assert_eq!(shown.days.len(), DAYS as usize);
    let days: Vec<(&str, i64)> = shown.days.iter().map(|(date, visitors)| (date.as_str(), whole(*visitors))).collect();
    assert_eq!(days[0], ("2026-08-28", 1));
    assert_eq!(days[1..12].iter().map(|(_, visitors)| visitors).sum::<i64>(), 0);
    assert_eq!(days[12..], [("2026-09-09", 3), ("2026-09-10", 3)]);
}

#[test]
fn a_site_without_events_has_zeros() {
    let shown = overview(Tz::UTC, "2026-09-10T12:30:00Z", &[]);
    assert_eq!([shown.visitors, shown.previous_visitors, shown.change, shown.pageviews].map(whole), [0, 0, 0, 0]);
    assert_eq!(shown.days.len(), DAYS as usize);
    assert!(shown.days.iter().all(|(_, visitors)| *visitors == Number::Whole(0)));
    assert_eq!(shown.days[0].0, "2026-08-28");
}
