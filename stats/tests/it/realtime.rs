//! Who is online, and the last half hour.

use chrono_tz::Tz;
use haru_stats::realtime::{ONLINE, online, realtime};
use haru_stats::time::SiteZones;
use haru_stats::{Event, EventKind, Number};

use crate::support::{at, days};

fn event(time: &str, visitor: i64, kind: EventKind) -> Event<'static> {
    Event { ts: at(time), visitor, kind, page: "/", name: "signup", ..Event::default() }
}

#[test]
fn online_counts_any_event_of_the_last_five_minutes() {
    let now = at("2026-09-10T12:30:30Z");
    let events = [
        event("2026-09-10T12:00:00Z", 1, EventKind::Pageview),
        event("2026-09-10T12:26:00Z", 1, EventKind::Engagement),
        event("2026-09-10T12:30:00Z", 1, EventKind::Pageview),
        event("2026-09-10T12:25:30Z", 2, EventKind::Pageview), // five minutes ago to the second
        event("2026-09-10T12:25:29Z", 3, EventKind::Pageview), // a second too long ago
        event("2026-09-10T12:29:00Z", 4, EventKind::Engagement), // no visit: dropped, and yet somebody is there
        event("2026-09-10T12:31:00Z", 5, EventKind::Pageview), // not yet
    ];
    let days = days(&SiteZones::fixed(Tz::UTC), &events);
    assert_eq!(online(&days, now - ONLINE, now), 3);
    assert_eq!(online(&[], now - ONLINE, now), 0);
}

#[test]
fn thirty_minutes_across_midnight() {
    let now = at("2026-09-11T00:10:30Z");
    let events = [
        event("2026-09-10T23:40:59Z", 1, EventKind::Pageview), // before the first minute, 23:41
        event("2026-09-10T23:41:00Z", 1, EventKind::Pageview),
        event("2026-09-10T23:41:30Z", 1, EventKind::Custom),
        event("2026-09-10T23:41:40Z", 2, EventKind::Pageview),
        event("2026-09-10T23:50:00Z", 2, EventKind::Engagement),
        event("2026-09-11T00:10:10Z", 3, EventKind::Pageview),
    ];
    let days = days(&SiteZones::fixed(Tz::UTC), &events);
    let live = realtime(&days, now, 9);
    assert_eq!(live.minutes.len(), 30);
    assert_eq!(live.minutes[0].minute, at("2026-09-10T23:41:00Z"));
    assert_eq!((live.minutes[0].visitors, live.minutes[0].pageviews), (2, 2));
    assert_eq!((live.minutes[9].visitors, live.minutes[9].pageviews), (0, 0));
    assert_eq!((live.minutes[29].visitors, live.minutes[29].pageviews), (1, 1));
    assert_eq!(live.online, 1);
    assert_eq!(live.pages.len(), 1);
    assert_eq!((live.pages[0].value.as_str(), live.pages[0].visitors), ("/", Number::Whole(3)));
    assert_eq!(live.pages[0].share, Number::Hundredths(10_000));
    assert_eq!(live.sources[0].value, "Direct / None");
}
