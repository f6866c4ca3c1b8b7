//! Sealed segments: what is written is read back, and what was changed on the way is refused.

use haru_stats::segment::{PART_EVENTS, PART_TEXT, SegmentError, SegmentReader, SegmentWriter};
use haru_stats::time::Span;
use haru_stats::{DayBuilder, DayError, Event, EventKind, Revenue};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::Config;

const DAY: Span = Span { from: 1_788_220_800_000, to: 1_788_220_800_000 + 86_400_000 };

/// An event that owns its texts.
#[derive(Clone, Debug)]
struct Owned {
    numbers: Event<'static>,
    texts: Vec<String>,
    props: Option<String>,
    revenue: Option<(i64, String)>,
}

impl Owned {
    fn event(&self) -> Event<'_> {
        let text = |index: usize| self.texts[index].as_str();
        Event {
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
            props: self.props.as_deref(),
            revenue: self
                .revenue
                .as_ref()
                .map(|(amount_thousandths, currency)| Revenue { amount_thousandths: *amount_thousandths, currency }),
            ..self.numbers
        }
    }
}

fn owned() -> impl Strategy<Value = Owned> {
    let kinds = vec![EventKind::Pageview, EventKind::Custom, EventKind::Engagement, EventKind::Duration];
    // Few visitors and instants, so that there are equals whose order shows; and the extremes.
    let who = select(vec![i64::MIN, -1, 0, 7, i64::MAX]);
    let when = select(vec![0, 1, 1_800_000, 86_399_999]);
    let text = prop_oneof![4 => select(vec!["", "", "/", "a", "Zürich"]).prop_map(str::to_owned), 1 => any::<String>()];
    let props = option::of(select(vec![r#"{"plan":"pro"}"#, r#"{"n":1}"#, "nonsense"]).prop_map(str::to_owned));
    let revenue = option::weighted(0.2, (any::<i64>(), select(vec!["EUR", ""]).prop_map(str::to_owned)));
    let numbers = (who, when, select(kinds), any::<bool>(), any::<u32>(), any::<Option<u8>>());
    (numbers, vec(text, 21), props, revenue).prop_map(|(numbers, texts, props, revenue)| Owned {
        numbers: Event {
            visitor: numbers.0,
            ts: DAY.from + numbers.1,
            kind: numbers.2,
            interactive: numbers.3,
            engaged_ms: numbers.4,
            scroll_depth: numbers.5,
            ..Event::default()
        },
        texts,
        props,
        revenue,
    })
}

fn seal(events: &[Event<'_>]) -> haru_stats::segment::Segment {
    let mut writer = SegmentWriter::new(DAY, 3);
    for event in events {
        writer.push(event).expect("an event of the day");
    }
    writer.finish().expect("a segment")
}

/// The events of a segment, each as text, or why they can't be read.
fn read(bytes: &[u8]) -> Result<Vec<String>, SegmentError> {
    let mut events = Vec::new();
    SegmentReader::open(bytes)?.events(|event| events.push(format!("{event:?}")))?;
    Ok(events)
}

fn in_order(events: &[Event<'_>]) -> Vec<String> {
    let mut sorted = events.to_vec();
    sorted.sort_by_key(|event| (event.visitor, event.ts));
    sorted.iter().map(|event| format!("{event:?}")).collect()
}

proptest! {
    #![proptest_config(Config { cases: 200, ..Config::default() })]

    #[test]
    fn nothing_of_an_event_is_lost(owned in vec(owned(), 0..80)) {
        let events: Vec<Event<'_>> = owned.iter().map(Owned::event).collect();
        let segment = seal(&events);
        let reader = SegmentReader::open(&segment.bytes).expect("a segment");
        prop_assert_eq!((reader.span(), reader.part(), reader.len()), (DAY, 3, events.len() as u64));
        prop_assert_eq!(reader.checksum(), segment.checksum);
        prop_assert_eq!(read(&segment.bytes).expect("events"), in_order(&events));
        prop_assert!(seal(&events) == segment, "the same events give the same bytes");
    }

    #[test]
    fn changed_bytes_are_refused(
        owned in vec(owned(), 1..20),
        flips in vec((any::<Index>(), 1..=u8::MAX), 0..4),
        end in option::of(any::<Index>()),
    ) {
        let events: Vec<Event<'_>> = owned.iter().map(Owned::event).collect();
        let bytes = seal(&events).bytes;
        let mut changed = bytes.clone();
        for (place, bits) in flips {
            let place = place.index(changed.len());
            changed[place] ^= bits;
        }
        if let Some(end) = end {
            changed.truncate(end.index(changed.len()));
        }
        let taken = DayBuilder::new(DAY).expect("a day").push_segment(&changed);
        prop_assert_eq!(taken.is_ok(), changed == bytes);
        prop_assert_eq!(read(&changed).ok(), (changed == bytes).then(|| in_order(&events)));
    }

    #[test]
    fn other_values_have_another_checksum(one in vec(owned(), 1..4), other in vec(owned(), 1..4)) {
        let events = |owned: &[Owned]| seal(&owned.iter().map(Owned::event).collect::<Vec<_>>());
        let same = format!("{:?}", in_order(&one.iter().map(Owned::event).collect::<Vec<_>>()))
            == format!("{:?}", in_order(&other.iter().map(Owned::event).collect::<Vec<_>>()));
        prop_assert_eq!(events(&one).checksum == events(&other).checksum, same);
    }
}

#[test]
fn many_rows_of_all_kinds_survive_pages_and_chunks() {
    let pages: Vec<String> = (0..70_000).map(|index| format!("/a/rather/long/path/to/page/{index}")).collect();
    let event = |(index, page): (usize, &'static str)| Event {
        ts: DAY.from + i64::try_from(index * 7_919 % 86_400_000).expect("small"),
        visitor: i64::try_from(index % 20_011).expect("small").wrapping_mul(0x09E3_779B_97F4_A7C1),
        page,
        country: ["DE", "FR", "US", ""][index / 3 % 4],
        scroll_depth: (index % 3 == 0).then_some(50),
        kind: if index % 3 == 0 { EventKind::Engagement } else { EventKind::Pageview },
        ..Event::default()
    };
    let pages: &'static [String] = pages.leak();
    let events: Vec<Event<'_>> = pages.iter().map(String::as_str).enumerate().map(event).collect();
    let segment = seal(&events);
    assert!(read(&segment.bytes).expect("events") == in_order(&events));
    let mut builder = DayBuilder::new(DAY).expect("a day");
    builder.push_segment(&segment.bytes).expect("a segment of the day");
    assert_eq!(builder.len(), events.len());
}

#[test]
fn a_part_has_an_end() {
    let mut writer = SegmentWriter::new(DAY, 0);
    let event = Event { ts: DAY.from, ..Event::default() };
    for _ in 0..PART_EVENTS {
        writer.push(&event).expect("room");
    }
    assert!(matches!(writer.push(&event), Err(SegmentError::Full)));
    assert_eq!(writer.len(), PART_EVENTS);

    let mut writer = SegmentWriter::new(DAY, 0);
    let pages: Vec<String> = (0..=64).map(|index| format!("{index}{}", "x".repeat(PART_TEXT / 64))).collect();
    for page in &pages[..64] {
        writer.push(&Event { page, ..event }).expect("room");
    }
    assert!(matches!(writer.push(&Event { page: &pages[64], ..event }), Err(SegmentError::Full)));
}

#[test]
fn other_days_are_refused() {
    let early = Event { ts: DAY.from - 1, ..Event::default() };
    let outside = |result| matches!(result, Err(SegmentError::Day(DayError::Outside { .. })));
    assert!(outside(SegmentWriter::new(DAY, 0).push(&early)));

    let next = Span { from: DAY.to, to: DAY.to + 86_400_000 };
    let segment = seal(&[Event { ts: DAY.from, ..Event::default() }]);
    assert!(outside(DayBuilder::new(next).expect("a day").push_segment(&segment.bytes)));
}
