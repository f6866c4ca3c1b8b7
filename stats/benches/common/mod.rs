//! A realistic site for benches and measurements: the same events for the same seed.
//!
//! Pages, referrers and campaigns follow Zipf's law, visits hold three events on average (views, now and then a custom event
//! with properties, engagement of both kinds), and a visitor id is random within its day, as real ones are.

use haru_stats::time::Span;
use haru_stats::{Event, EventKind};
use rand::rngs::Xoshiro256PlusPlus as Dice;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, Zipf};

/// Midnight UTC of the first day, 2026-09-01.
pub(crate) const START: i64 = 1_788_220_800_000;
/// Milliseconds.
pub(crate) const DAY: i64 = 86_400_000;

const COUNTRIES: [&str; 12] = ["US", "DE", "GB", "FR", "IN", "BR", "JP", "NL", "ES", "IT", "PL", "CA"];
const LANGUAGES: [&str; 5] = ["en-US", "de-DE", "fr-FR", "en-GB", "pt-BR"];

/// A site whose events are made day by day, as ten million at once would take gigabytes.
pub(crate) struct Site {
    seed: u64,
    start: i64,
    events: usize,
    days: usize,
    pages: Vec<String>,
    referrers: Vec<String>,
    campaigns: Vec<String>,
    cities: Vec<String>,
    props: Vec<String>,
}

/// A site with that many events in all, spread over days from [`START`] on.
pub(crate) fn site(seed: u64, events: usize, days: usize) -> Site {
    let numbered = |count: usize, text: fn(usize) -> String| (0..count).map(text).collect();
    Site {
        seed,
        start: START,
        events,
        days: days.max(1),
        pages: numbered(5_000, |index| format!("/{}/article-{index}", ["blog", "docs", "guide", "news"][index % 4])),
        referrers: numbered(600, |index| format!("site-{index}.example/posts/{index}")),
        campaigns: numbered(40, |index| format!("campaign-{index}")),
        cities: numbered(2_000, |index| format!("{}", 2_600_000 + index * 37)),
        props: numbered(300, |index| {
            format!(r#"{{"plan":"{}","seats":{}}}"#, ["free", "pro", "team"][index % 3], index / 3)
        }),
    }
}

impl Site {
    /// The instants of a day.
    pub(crate) fn span(&self, day: usize) -> Span {
        let from = self.start + i64::try_from(day).expect("a small number") * DAY;
        Span { from, to: from + DAY }
    }

    /// The events of a day in order of arrival (about 430 bytes each).
    pub(crate) fn events(&self, day: usize) -> Vec<Event<'_>> {
        let count = self.events * (day + 1) / self.days - self.events * day / self.days;
        let mut dice = Dice::seed_from_u64(self.seed ^ (day as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut events = Vec::with_capacity(count + 16);
        while events.len() < count {
            self.visit(&mut dice, self.span(day), &mut events);
        }
        events.truncate(count);
        events.sort_by_key(|event| event.ts);
        events
    }

    fn visit<'s>(&'s self, dice: &mut Dice, span: Span, events: &mut Vec<Event<'s>>) {
        let visitor = self.visitor(dice);
        // More by day than by night; the last half hour is left free, so that visits end in their day.
        let noon = f64::midpoint(dice.random(), dice.random());
        #[expect(clippy::cast_possible_truncation, reason = "below a day")]
        let mut ts = span.from + (noon * 82_000_000.0) as i64;
        // One to eight with a mean of three.
        let mut left = 1;
        while left < 8 && dice.random_bool(0.69) {
            left += 1;
        }
        let mut page = pick(dice, &self.pages, 1.05);
        while left > 0 {
            let view = Event { ts, page, ..visitor };
            events.push(view);
            left -= 1;
            let shown = dice.random_range(1_000..120_000_u32);
            if left > 0 && dice.random_bool(0.08) {
                let props = dice.random_bool(0.6).then(|| pick(dice, &self.props, 0.8));
                let name = ["signup", "download", "outbound link"][dice.random_range(0..3)];
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
            page = pick(dice, &self.pages, 1.05);
        }
    }

    /// What all events of a visit share.
    fn visitor<'s>(&'s self, dice: &mut Dice) -> Event<'s> {
        let (source, channel, referrer) = match dice.random_range(0..100) {
            0..40 => ("Google", "Organic Search", "google.com"),
            40..70 => ("", "Direct", ""),
            70..80 => ("Twitter", "Organic Social", "t.co"),
            _ => {
                let referrer = pick(dice, &self.referrers, 1.0);
                (referrer.split('/').next().unwrap_or_default(), "Referral", referrer)
            }
        };
        let campaign = if dice.random_bool(0.1) { pick(dice, &self.campaigns, 1.0) } else { "" };
        let tagged = |text| if campaign.is_empty() { "" } else { text };
        let (device, os, os_version, screen) = match dice.random_range(0..10) {
            0..4 => ("Desktop", "Windows", ["10", "11"][dice.random_range(0..2)], "Desktop"),
            4..5 => ("Desktop", "Mac", ["14.6", "15.1", "15.2"][dice.random_range(0..3)], "Laptop"),
            5..8 => ("Mobile", "Android", ["13", "14", "15"][dice.random_range(0..3)], "Mobile"),
            _ => ("Mobile", "iOS", ["17.6", "18.0", "18.1"][dice.random_range(0..3)], "Mobile"),
        };
        Event {
            visitor: dice.random(),
            hostname: "example.com",
            source,
            channel,
            referrer,
            utm_source: tagged("newsletter"),
            utm_medium: tagged("email"),
            utm_campaign: campaign,
            country: COUNTRIES[zipf(dice, COUNTRIES.len(), 1.0)],
            city: pick(dice, &self.cities, 1.0),
            browser: ["Chrome", "Safari", "Firefox", "Microsoft Edge"][zipf(dice, 4, 1.0)],
            browser_version: ["131", "130", "129", "18", "17", "132"][zipf(dice, 6, 1.0)],
            os,
            os_version,
            device,
            screen,
            language: LANGUAGES[zipf(dice, LANGUAGES.len(), 1.0)],
            ..Event::default()
        }
    }
}

/// An index below `count`; small ones are frequent.
fn zipf(dice: &mut Dice, count: usize, exponent: f64) -> usize {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    let law = Zipf::new(f64::from(count), exponent).expect("a count above zero");
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number from 1 to count")]
    let rank = law.sample(dice) as usize;
    rank.clamp(1, count as usize) - 1
}

fn pick<'s>(dice: &mut Dice, list: &'s [String], exponent: f64) -> &'s str {
    &list[zipf(dice, list.len(), exponent)]
}
