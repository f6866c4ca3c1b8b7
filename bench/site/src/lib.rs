//! A realistic made-up site for benchmarks and measurements: the same events for the same seed.
//!
//! Pages, referrers, places and campaigns follow Zipf's law. A visit holds three events on average: views, now and then a
//! custom event with properties, engagement of both kinds. A visitor id is random within its day, as real ones are, and
//! nearly one visitor in five comes back on the same day.
//!
//! Rule: nothing here measures, and nothing here is asked by the service.

mod words;

use std::sync::Arc;

use haru_stats::time::Span;
use haru_stats::{Day, Event, EventKind};
use rand::rngs::Xoshiro256PlusPlus as Dice;
use rand::{RngExt, SeedableRng};
use words::Words;

/// Midnight UTC of the first day, 2026-09-01, in milliseconds.
pub const START: i64 = 1_788_220_800_000;
/// Milliseconds of a day; the site's timezone is UTC.
pub const DAY: i64 = 86_400_000;

/// A site whose events are made day by day, as ten million at once would take gigabytes.
#[derive(Debug)]
pub struct Site {
    seed: u64,
    events: usize,
    days: usize,
    words: Words,
}

/// The days of a site as columns, as they are after decoding.
pub fn days(seed: u64, events: usize, days: usize) -> Vec<Arc<Day>> {
    let site = Site::new(seed, events, days);
    let day = |day| Day::from_events(site.span(day), site.events(day)).expect("events of their day");
    (0..site.days()).map(|index| Arc::new(day(index))).collect()
}

impl Site {
    /// A site with that many events in all, engagement included, spread over that many days from [`START`] on.
    pub fn new(seed: u64, events: usize, days: usize) -> Self {
        Self { seed, events, days: days.max(1), words: Words::new() }
    }

    /// How many days there are, at least one.
    pub fn days(&self) -> usize {
        self.days
    }

    /// The instants of a day.
    pub fn span(&self, day: usize) -> Span {
        let from = START + i64::try_from(day).expect("a small number") * DAY;
        Span { from, to: from + DAY }
    }

    /// The events of a day in order of arrival (about 430 bytes each).
    pub fn events(&self, day: usize) -> Vec<Event<'_>> {
        let count = self.events * (day + 1) / self.days - self.events * day / self.days;
        let mut dice = Dice::seed_from_u64(self.seed ^ (day as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut events = Vec::with_capacity(count + 64);
        while events.len() < count {
            self.visitor(&mut dice, self.span(day), &mut events);
        }
        events.truncate(count);
        events.sort_by_key(|event| event.ts);
        events
    }

    /// The visits of one visitor.
    fn visitor<'s>(&'s self, dice: &mut Dice, span: Span, events: &mut Vec<Event<'s>>) {
        let visitor = self.words.visitor(dice);
        // More by day than by night; the last half hour is left free, so that visits end in their day.
        let noon = f64::midpoint(dice.random(), dice.random());
        #[expect(clippy::cast_possible_truncation, reason = "below a day")]
        let mut ts = span.from + (noon * 82_000_000.0) as i64;
        loop {
            let arrival = self.words.arrival(dice, &visitor);
            self.visit(dice, ts, &arrival, events);
            ts += dice.random_range(3_600_000..14_400_000_i64);
            if ts > span.from + 82_000_000 || dice.random_bool(0.8) {
                return;
            }
        }
    }

    fn visit<'s>(&'s self, dice: &mut Dice, mut ts: i64, arrival: &Event<'s>, events: &mut Vec<Event<'s>>) {
        // One to eight with a mean of three.
        let mut left = 1;
        while left < 8 && dice.random_bool(0.69) {
            left += 1;
        }
        while left > 0 {
            let view = Event { ts, page: self.words.page(dice), ..*arrival };
            events.push(view);
            left -= 1;
            let shown = dice.random_range(1_000..120_000_u32);
            if left > 0 && dice.random_bool(0.08) {
                let (name, props) = self.words.action(dice);
                events.push(Event { ts: ts + i64::from(shown) / 2, kind: EventKind::Custom, name, props, ..view });
                left -= 1;
            }
            ts += i64::from(shown);
            if left > 0 && dice.random_bool(0.6) {
                let scroll_depth = Some(dice.random_range(1..=100));
                let kind = if dice.random_bool(0.9) { EventKind::Engagement } else { EventKind::Duration };
                events.push(Event { ts, kind, engaged_ms: shown, scroll_depth, ..view });
                left -= 1;
            }
        }
    }
}
