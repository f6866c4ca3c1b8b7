//! A made-up site: three events a visit, Zipf in everything people choose. The same seed gives the same events.

use std::sync::Arc;

use haru_stats::time::Span;
use haru_stats::{Day, DayBuilder, Event, EventKind};

/// Milliseconds of a day in UTC.
pub(crate) const DAY: i64 = 86_400_000;

/// 2026-09-01T00:00:00Z.
pub(crate) const START: i64 = 1_788_220_800_000;

/// Pseudo-random numbers: `SplitMix64`.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap_or(0)
    }

    fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }
}

/// Words of which the first are the most frequent: the n-th about 1/n as often as the first.
struct Zipf {
    words: Vec<String>,
    /// Cumulated weights, scaled to 2³².
    weights: Vec<u64>,
}

impl Zipf {
    fn new(count: u64, word: impl Fn(u64) -> String) -> Self {
        let cumulated = (1..=count).scan(0u64, |sum, rank| {
            *sum += (1 << 32) / rank;
            Some(*sum)
        });
        Self { weights: cumulated.collect(), words: (0..count).map(word).collect() }
    }

    fn pick(&self, random: &mut Random) -> &str {
        let all = self.weights.last().copied().unwrap_or(1);
        let drawn = random.next() % all;
        &self.words[self.weights.partition_point(|weight| *weight <= drawn)]
    }
}

struct Words {
    pages: Zipf,
    sources: Zipf,
    referrers: Zipf,
    channels: Zipf,
    campaigns: Zipf,
    countries: Zipf,
    cities: Zipf,
    browsers: Zipf,
    versions: Zipf,
    os: Zipf,
    devices: Zipf,
    names: Zipf,
}

impl Words {
    fn new() -> Self {
        let numbered = |count: u64, text: &'static str| Zipf::new(count, move |index| format!("{text}{index}"));
        Self {
            pages: numbered(5_000, "/blog/article-"),
            sources: numbered(300, "Source "),
            referrers: numbered(2_000, "example.org/path/"),
            channels: numbered(12, "Channel "),
            campaigns: numbered(40, "campaign-"),
            countries: Zipf::new(100, |index| {
                let letter = |index: u64| char::from(b'A' + u8::try_from(index % 26).unwrap_or(0));
                format!("{}{}", letter(index), letter(index / 26))
            }),
            cities: numbered(2_000, "City "),
            browsers: numbered(15, "Browser "),
            versions: numbered(80, ""),
            os: numbered(8, "System "),
            devices: numbered(3, "Device "),
            names: numbered(8, "goal "),
        }
    }
}

/// Days of a site with about that many events altogether.
pub(crate) fn days(seed: u64, events: usize, days: usize) -> Vec<Arc<Day>> {
    let words = Words::new();
    (0..).take(days).map(|day| Arc::new(build(seed, day, events / days, &words))).collect()
}

fn build(seed: u64, day: i64, events: usize, words: &Words) -> Day {
    let from = START + day * DAY;
    let mut random = Random(seed ^ day.cast_unsigned().wrapping_mul(0xA076_1D64_78BD_642F));
    let mut builder = DayBuilder::new(Span { from, to: from + DAY }).expect("a day");
    let mut visitor = 0;
    let mut first: Option<Event<'_>> = None;
    for _ in 0..events / 3 {
        // One visit in five is a further one of the last visitor, hours later.
        let again = first.filter(|event| event.ts < from + 20 * DAY / 24 && random.one_in(5));
        let start =
            again.map_or_else(|| from + random.below(86_000_000).cast_signed() as i64, |event| event.ts + DAY / 12);
        if again.is_none() {
            visitor = random.next().cast_signed();
        }
        let tagged = random.one_in(8);
        let tag = |random: &mut Random| if tagged { words.campaigns.pick(random) } else { "" };
        let direct = random.one_in(3);
        let event = Event {
            ts: start,
            visitor,
            hostname: "example.com",
            source: if direct { "" } else { words.sources.pick(&mut random) },
            referrer: if direct { "" } else { words.referrers.pick(&mut random) },
            channel: words.channels.pick(&mut random),
            utm_source: tag(&mut random),
            utm_medium: tag(&mut random),
            utm_campaign: tag(&mut random),
            country: words.countries.pick(&mut random),
            city: words.cities.pick(&mut random),
            browser: words.browsers.pick(&mut random),
            browser_version: words.versions.pick(&mut random),
            os: words.os.pick(&mut random),
            device: words.devices.pick(&mut random),
            ..Event::default()
        };
        first = Some(event);
        // One to five events, three in the mean.
        let mut ts = start;
        for _ in 0..=random.below(5) {
            let custom = ts > start && random.one_in(10);
            let kind = if custom { EventKind::Custom } else { EventKind::Pageview };
            let page = words.pages.pick(&mut random);
            let name = if custom { words.names.pick(&mut random) } else { "" };
            builder.push(&Event { ts, kind, page, name, ..event }).expect("an event of the day");
            ts = (ts + 1_000 + random.below(90_000).cast_signed() as i64).min(from + DAY - 1);
        }
    }
    builder.build()
}
