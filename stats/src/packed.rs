//! Events of open days, packed: what a database keeps of them until their day is sealed.
//!
//! A block holds events that came together, in their order of arrival: a format number, then one event after the other. Many
//! events are one row so, and a reader borrows their texts instead of making them anew.
//!
//! A block never leaves its quarter of an hour. Wherever on earth, days have begun on one since 2000 (a test asks every zone), so a
//! block belongs to one local day, whatever timezone a site has or will have.

use std::hash::Hash;

use hashbrown::HashMap;
use postcard::ser_flavors::Flavor;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::event::{Event, EventKind, Revenue};

/// The form below. A reader refuses one that it does not know.
const FORMAT: u8 = 1;
/// See the module.
pub const QUARTER_MS: i64 = 15 * 60 * 1000;
/// A block that has so many bytes takes no more events, so that no row becomes large.
pub const BLOCK_BYTES: usize = 64 << 10;
/// Bytes that an event takes at most times.
const EVENT_BYTES: usize = 256;

/// What is wrong with a block.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PackedError {
    /// Its format is not known: a newer version has written it.
    #[error("a block of events has the unknown format {0:?}")]
    Format(Option<u8>),
    /// Its bytes are no events.
    #[error("a block of events is damaged: {0}")]
    Damaged(String),
}

/// Events on their way into blocks: those of each key apart, such as those of each site.
#[derive(Clone, Debug)]
pub struct Blocks<K> {
    blocks: Vec<(K, Block)>,
    /// Where the next event of a key and quarter belongs.
    open: HashMap<(K, i64), usize>,
}

/// A block of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Instant of its first event.
    pub first_at: i64,
    /// Instant of its last event.
    pub last_at: i64,
    /// Number of events.
    pub events: u32,
    /// Those of them that count ([`EventKind::counts`]).
    pub actions: u32,
    /// For [`events`].
    pub bytes: Vec<u8>,
}

/// An event as it is packed. The order of the fields is the format.
#[derive(Serialize, Deserialize)]
struct Row<'a> {
    ts: i64,
    visitor: i64,
    kind: u8,
    interactive: bool,
    engaged_ms: u32,
    scroll_depth: Option<u8>,
    name: &'a str,
    hostname: &'a str,
    page: &'a str,
    source: &'a str,
    referrer: &'a str,
    channel: &'a str,
    utm_source: &'a str,
    utm_medium: &'a str,
    utm_campaign: &'a str,
    utm_content: &'a str,
    utm_term: &'a str,
    country: &'a str,
    region: &'a str,
    city: &'a str,
    browser: &'a str,
    browser_version: &'a str,
    os: &'a str,
    os_version: &'a str,
    device: &'a str,
    screen: &'a str,
    language: &'a str,
    props: Option<&'a str>,
    revenue: Option<(i64, &'a str)>,
}

/// Appends what postcard writes.
struct Appender<'b>(&'b mut Vec<u8>);

impl Flavor for Appender<'_> {
    type Output = ();

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}

impl<K: Copy + Eq + Hash> Blocks<K> {
    /// Adds an event of a key.
    pub fn push(&mut self, key: K, event: &Event<'_>) {
        let quarter = (key, event.ts.div_euclid(QUARTER_MS));
        if let Some(index) = self.open.get(&quarter)
            && let Some((_, block)) = self.blocks.get_mut(*index)
            && block.bytes.len() < BLOCK_BYTES
        {
            return block.push(event);
        }
        let mut block = Block::starting_at(event.ts);
        block.push(event);
        self.open.insert(quarter, self.blocks.len());
        self.blocks.push((key, block));
    }

    /// The blocks: those of one key and quarter in the order of their events.
    pub fn finish(self) -> Vec<(K, Block)> {
        self.blocks
    }
}

impl<K> Default for Blocks<K> {
    fn default() -> Self {
        Self { blocks: Vec::new(), open: HashMap::new() }
    }
}

impl Block {
    fn starting_at(ts: i64) -> Self {
        let mut bytes = Vec::with_capacity(EVENT_BYTES);
        bytes.push(FORMAT);
        Self { first_at: ts, last_at: ts, events: 0, actions: 0, bytes }
    }

    fn push(&mut self, event: &Event<'_>) {
        self.first_at = self.first_at.min(event.ts);
        self.last_at = self.last_at.max(event.ts);
        self.events += 1;
        self.actions += u32::from(event.kind.counts());
        // Neither the appender nor a row of numbers and texts has anything that could fail.
        let _never_fails = postcard::serialize_with_flavor(&Row::of(event), Appender(&mut self.bytes));
    }
}

/// The first instant of the quarter of an hour that an instant is in: no block with an event of that quarter begins before it.
pub fn quarter_start(ts: i64) -> i64 {
    ts.div_euclid(QUARTER_MS).saturating_mul(QUARTER_MS)
}

/// The events of a block, in their order of arrival.
///
/// ```
/// use haru_stats::packed::{Blocks, events};
/// use haru_stats::Event;
/// let (site, mut blocks) = (1, Blocks::default());
/// blocks.push(site, &Event { ts: 1_760_000_000_000, page: "/", ..Event::default() });
/// blocks.push(site, &Event { ts: 1_760_000_000_001, page: "/pricing", ..Event::default() });
/// let [(1, block)] = &blocks.finish()[..] else { panic!("one block of that site") };
/// let pages: Result<Vec<_>, _> = events(&block.bytes).map(|event| event.map(|event| event.page)).collect();
/// assert_eq!(pages, Ok(vec!["/", "/pricing"]));
/// ```
pub fn events(bytes: &[u8]) -> impl Iterator<Item = Result<Event<'_>, PackedError>> {
    let (mut wrong, mut rest) = match bytes.split_first() {
        Some((&FORMAT, rest)) => (None, rest),
        other => (Some(PackedError::Format(other.map(|(format, _)| *format))), &[][..]),
    };
    std::iter::from_fn(move || {
        if let Some(error) = wrong.take() {
            return Some(Err(error));
        }
        if rest.is_empty() {
            return None;
        }
        let next = next_of(rest);
        // Behind what is damaged nothing can be told.
        rest = next.as_ref().map_or(&[][..], |(_, behind)| behind);
        Some(next.map(|(event, _)| event))
    })
}

fn next_of(bytes: &[u8]) -> Result<(Event<'_>, &[u8]), PackedError> {
    let damaged = |error: postcard::Error| PackedError::Damaged(error.to_string());
    let (row, behind) = postcard::take_from_bytes::<Row<'_>>(bytes).map_err(damaged)?;
    let kind = kind_of(row.kind).ok_or_else(|| PackedError::Damaged(format!("{} is no kind of event", row.kind)))?;
    Ok((row.event(kind), behind))
}

/// The number that a kind is stored under.
fn number_of(kind: EventKind) -> u8 {
    match kind {
        EventKind::Pageview => 0,
        EventKind::Custom => 1,
        EventKind::Engagement => 2,
        EventKind::Duration => 3,
    }
}

fn kind_of(number: u8) -> Option<EventKind> {
    let all = [EventKind::Pageview, EventKind::Custom, EventKind::Engagement, EventKind::Duration];
    all.into_iter().find(|kind| number_of(*kind) == number)
}

impl<'a> Row<'a> {
    fn of(event: &Event<'a>) -> Self {
        Self {
            ts: event.ts,
            visitor: event.visitor,
            kind: number_of(event.kind),
            interactive: event.interactive,
            engaged_ms: event.engaged_ms,
            scroll_depth: event.scroll_depth,
            name: event.name,
            hostname: event.hostname,
            page: event.page,
            source: event.source,
            referrer: event.referrer,
            channel: event.channel,
            utm_source: event.utm_source,
            utm_medium: event.utm_medium,
            utm_campaign: event.utm_campaign,
            utm_content: event.utm_content,
            utm_term: event.utm_term,
            country: event.country,
            region: event.region,
            city: event.city,
            browser: event.browser,
            browser_version: event.browser_version,
            os: event.os,
            os_version: event.os_version,
            device: event.device,
            screen: event.screen,
            language: event.language,
            props: event.props,
            revenue: event.revenue.map(|revenue| (revenue.amount_thousandths, revenue.currency)),
        }
    }

    fn event(self, kind: EventKind) -> Event<'a> {
        Event {
            ts: self.ts,
            visitor: self.visitor,
            kind,
            interactive: self.interactive,
            engaged_ms: self.engaged_ms,
            scroll_depth: self.scroll_depth,
            name: self.name,
            hostname: self.hostname,
            page: self.page,
            source: self.source,
            referrer: self.referrer,
            channel: self.channel,
            utm_source: self.utm_source,
            utm_medium: self.utm_medium,
            utm_campaign: self.utm_campaign,
            utm_content: self.utm_content,
            utm_term: self.utm_term,
            country: self.country,
            region: self.region,
            city: self.city,
            browser: self.browser,
            browser_version: self.browser_version,
            os: self.os,
            os_version: self.os_version,
            device: self.device,
            screen: self.screen,
            language: self.language,
            props: self.props,
            revenue: self.revenue.map(|(amount_thousandths, currency)| Revenue { amount_thousandths, currency }),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{NaiveDate, NaiveTime, Offset, TimeZone};
    use proptest::prelude::*;

    use super::*;
    use crate::time::{SiteZones, Span};

    const DAY_MS: i64 = 24 * 60 * 60 * 1000;
    const NOON: i64 = 1_788_264_000_000;

    fn unpacked(bytes: &[u8]) -> Result<Vec<Event<'_>>, PackedError> {
        events(bytes).collect()
    }

    fn blocks(events: &[Event<'_>]) -> Vec<Block> {
        let mut blocks = Blocks::default();
        for event in events {
            blocks.push((), event);
        }
        blocks.finish().into_iter().map(|((), block)| block).collect()
    }

    #[test]
    fn a_block_is_of_one_key_and_quarter_and_counts() {
        let at = |ts, kind| Event { ts, kind, ..Event::default() };
        let first = at(NOON + 5, EventKind::Pageview);
        let (early, late) = (at(NOON, EventKind::Engagement), at(NOON + QUARTER_MS - 1, EventKind::Custom));
        let (before, after) = (at(NOON - 1, EventKind::Duration), at(NOON + QUARTER_MS, EventKind::Pageview));
        let mut blocks = Blocks::default();
        for event in [first, early, before, late, after] {
            blocks.push(1, &event);
        }
        blocks.push(2, &first);
        let blocks = blocks.finish();
        let held: Vec<_> = blocks.iter().map(|(key, block)| (*key, unpacked(&block.bytes).expect("events"))).collect();
        assert_eq!(held, [(1, vec![first, early, late]), (1, vec![before]), (1, vec![after]), (2, vec![first])]);
        let (_, block) = &blocks[0];
        assert_eq!((block.first_at, block.last_at, block.events, block.actions), (early.ts, late.ts, 3, 2));
        assert_eq!((quarter_start(late.ts), quarter_start(-1)), (NOON, -QUARTER_MS));
    }

    #[test]
    fn a_block_ends_when_it_is_large() {
        let page = "p".repeat(BLOCK_BYTES / 4);
        let blocks = blocks(&[Event { ts: NOON, page: &page, ..Event::default() }; 10]);
        assert_eq!(blocks.iter().map(|block| block.events).collect::<Vec<_>>(), [4, 4, 2]);
        assert_eq!(blocks.iter().map(|block| unpacked(&block.bytes).expect("events").len()).sum::<usize>(), 10);
    }

    #[test]
    fn what_is_no_block_is_told() {
        assert_eq!(unpacked(&[]), Err(PackedError::Format(None)));
        assert_eq!(unpacked(&[9, 1, 2]), Err(PackedError::Format(Some(9))));
        let blocks = blocks(&[Event { ts: NOON, page: "/pricing", ..Event::default() }]);
        let short = &blocks[0].bytes[..blocks[0].bytes.len() - 1];
        assert!(matches!(unpacked(short), Err(PackedError::Damaged(_))));
        assert_eq!(events(short).count(), 1, "nothing is read behind it");
    }

    /// What the module says of every zone. Offsets are whole quarters; where one changes, each day around is looked at.
    #[test]
    fn wherever_on_earth_days_begin_with_a_quarter() {
        let date = |year| NaiveDate::from_ymd_opt(year, 1, 1).expect("a date");
        for zone in chrono_tz::TZ_VARIANTS {
            let zones = SiteZones::fixed(zone);
            let mut last = None;
            for date in date(2000).iter_days().take_while(|day| *day < date(2050)).step_by(5) {
                let offset = zone.offset_from_utc_date(&date).fix().local_minus_utc();
                assert_eq!(offset.rem_euclid(900), 0, "{zone} on {date}");
                if last.replace(offset).is_some_and(|last| last != offset) {
                    let to = date.and_time(NaiveTime::MIN).and_utc().timestamp_millis() + DAY_MS;
                    let from = to - 7 * DAY_MS;
                    for day in zones.days(Span { from, to }) {
                        assert_eq!(quarter_start(day.span.from), day.span.from, "{zone} on {}", day.date);
                    }
                }
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_out(
            texts in prop::collection::vec("\\PC{0,40}", 23),
            numbers in any::<(i64, u32, Option<u8>, bool, u8)>(),
            props in prop::option::of("\\PC{0,40}"),
            revenue in prop::option::of((any::<i64>(), "[A-Z]{3}")),
            ts in any::<i64>(),
        ) {
            let text = |index: usize| texts[index].as_str();
            let event = Event {
                ts,
                visitor: numbers.0,
                kind: kind_of(numbers.4 % 4).unwrap_or_default(),
                name: text(0),
                hostname: text(1),
                page: text(2),
                source: text(3),
                referrer: text(4),
                channel: text(5),
                utm_source: text(6),
                utm_medium: text(7),
                utm_campaign: text(8),
                utm_content: text(9),
                utm_term: text(10),
                country: text(11),
                region: text(12),
                city: text(13),
                browser: text(14),
                browser_version: text(15),
                os: text(16),
                os_version: text(17),
                device: text(18),
                screen: text(19),
                language: text(20),
                props: props.as_deref(),
                interactive: numbers.3,
                engaged_ms: numbers.1,
                scroll_depth: numbers.2,
                revenue: revenue.as_ref().map(|(amount_thousandths, currency)| Revenue { amount_thousandths: *amount_thousandths, currency }),
            };
            let blocks = blocks(&[event, event]);
            prop_assert_eq!(unpacked(&blocks[0].bytes), Ok(vec![event, event]));
        }

        #[test]
        fn whatever_the_bytes_are_they_are_read_to_an_end(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut block = vec![FORMAT];
            block.extend(bytes);
            prop_assert!(events(&block).count() <= block.len());
        }
    }
}
