//! Segments of other formats and broken ones that no writer makes: they need the seal's and the schema's inner parts.

use super::schema::{Field, Text, key};
use super::*;
use crate::event::{Event, EventKind, Revenue};
use crate::time::Span;

const DAY: Span = Span { from: 0, to: 86_400_000 };

fn writer() -> SegmentWriter {
    let mut writer = SegmentWriter::new(DAY, 0);
    let revenue = Some(Revenue { amount_thousandths: 12_500, currency: "EUR" });
    let event =
        Event { ts: 5, page: "/a", country: "DE", language: "de", revenue, scroll_depth: Some(7), ..Event::default() };
    writer.push(&event).expect("an event");
    writer.push(&Event { ts: 9, page: "/b", kind: EventKind::Duration, ..event }).expect("an event");
    writer
}

/// Replaces a value of the file's metadata by one of the same length, and seals again.
fn with_value(bytes: &[u8], key: &str, old: &str, new: &str) -> Vec<u8> {
    let text = |value: &str| [&[u8::try_from(value.len()).expect("short")], value.as_bytes()].concat();
    // A pair is the key, the tag of the next text (0x18) and the value.
    let [old, new] = [old, new].map(|value| [key.as_bytes(), &[0x18], &text(value)].concat());
    let place = bytes.windows(old.len()).position(|window| window == old).expect("the pair");
    let mut changed = bytes.to_vec();
    changed[place..place + new.len()].copy_from_slice(&new);
    seal::seal(&mut changed).expect("a place for the seal");
    changed
}

fn events(bytes: &[u8]) -> Result<usize, SegmentError> {
    let mut count = 0;
    SegmentReader::open(bytes)?.events(|_| count += 1)?;
    Ok(count)
}

#[test]
fn a_later_format_is_refused_by_its_number() {
    let bytes = with_value(&writer().finish().expect("a segment").bytes, key::FORMAT, "1", "9");
    let error = events(&bytes).expect_err("refused");
    assert_eq!(error.to_string(), "the segment has format 9, and this version of Haru knows formats up to 1");
}

#[test]
fn another_sum_or_number_of_events_is_refused() {
    let segment = writer().finish().expect("a segment");
    let sum = format!("{:016x}", segment.checksum);
    let changed = with_value(&segment.bytes, key::CHECKSUM, &sum, "0123456789abcdef");
    assert!(matches!(events(&changed), Err(SegmentError::Damaged("its events add up to another sum"))));
    let changed = with_value(&segment.bytes, key::EVENTS, "2", "3");
    assert!(matches!(events(&changed), Err(SegmentError::Damaged("it has another number of events than it says"))));
    assert_eq!(events(&segment.bytes).expect("two"), 2);
}

#[test]
fn columns_that_an_older_format_lacks_read_as_blank() {
    let lacking = [Text::Attribute(16), Text::RevenueCurrency]
        .map(Field::Text)
        .into_iter()
        .chain([Field::RevenueAmount, Field::ScrollDepth]);
    let lacking: Vec<Field> = lacking.collect();
    let fields: Vec<Field> = Field::all().into_iter().filter(|field| !lacking.contains(field)).collect();
    // What its writer would have known: an event without these.
    let mut older = SegmentWriter::new(DAY, 0);
    let event = Event { ts: 5, page: "/a", country: "DE", ..Event::default() };
    older.push(&event).expect("an event");
    let segment = older.write(&fields).expect("a segment");
    let mut read = Vec::new();
    SegmentReader::open(&segment.bytes)
        .expect("a segment")
        .events(|event| read.push(format!("{event:?}")))
        .expect("events");
    assert_eq!(read, [format!("{event:?}")]);
    crate::DayBuilder::new(DAY).expect("a day").push_segment(&segment.bytes).expect("a segment of the day");
}

#[test]
fn a_column_that_every_format_has_must_be_there() {
    for missing in [Field::Time, Field::Visitor, Field::Kind, Field::Interactive, Field::EngagedMs] {
        let fields: Vec<Field> = Field::all().into_iter().filter(|field| *field != missing).collect();
        let segment = writer().write(&fields).expect("a segment");
        assert!(matches!(events(&segment.bytes), Err(SegmentError::Damaged("a column is missing"))), "{missing:?}");
    }
}
