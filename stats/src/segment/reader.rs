//! Opens a segment and reads its events back.

use bytes::Bytes;
use parquet::file::reader::{FileReader, SerializedFileReader};

use super::checksum::{Checksum, Numbers, text_hash};
use super::schema::{Text, event_of, key};
use super::{Chunk, Columns, FORMAT, SegmentError, seal};
use crate::event::Event;
use crate::time::Span;

/// A segment whose seal and format are good.
pub struct SegmentReader {
    file: SerializedFileReader<Bytes>,
    span: Span,
    part: u32,
    events: u64,
    checksum: u64,
}

impl SegmentReader {
    /// Checks the seal, the format and what the segment says of itself.
    ///
    /// # Errors
    /// [`SegmentError::Newer`] for a later format, [`SegmentError::Damaged`] or [`SegmentError::Parquet`] for what no writer
    /// has written.
    pub fn open(bytes: &[u8]) -> Result<Self, SegmentError> {
        seal::check(bytes)?;
        let file = SerializedFileReader::new(Bytes::copy_from_slice(bytes))?;
        let metadata = file.metadata().file_metadata();
        let pairs = metadata.key_value_metadata();
        let text = |key: &str| {
            let pair = pairs.into_iter().flatten().find(|pair| pair.key == key);
            pair.and_then(|pair| pair.value.as_deref()).ok_or(SegmentError::Damaged("it does not say what it is"))
        };
        let format = number(text(key::FORMAT)?)?;
        if format > FORMAT {
            return Err(SegmentError::Newer(format));
        }
        let events: u64 = number(text(key::EVENTS)?)?;
        let groups = file.num_row_groups();
        if i64::try_from(events).ok() != Some(metadata.num_rows()) || groups != usize::from(events > 0) {
            return Err(SegmentError::Damaged("it has another number of events than it says"));
        }
        let checksum = text(key::CHECKSUM)?;
        Ok(Self {
            span: Span { from: number(text(key::FROM)?)?, to: number(text(key::TO)?)? },
            part: number(text(key::PART)?)?,
            events,
            checksum: u64::from_str_radix(checksum, 16).map_err(|_| UNREADABLE)?,
            file,
        })
    }

    /// The day's instants.
    pub fn span(&self) -> Span {
        self.span
    }

    /// Number of the part among those of its day.
    pub fn part(&self) -> u32 {
        self.part
    }

    /// Number of events.
    pub fn len(&self) -> u64 {
        self.events
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.events == 0
    }

    /// The sum over the events' values: two segments of the same events in the same order have the same.
    pub fn checksum(&self) -> u64 {
        self.checksum
    }

    /// Hands out each event, by visitor, instant and arrival, and then compares the sum of what it has handed out with the
    /// sum of what was written: `Ok` proves that the segment holds what was pushed.
    ///
    /// # Errors
    /// As [`Self::open`]; what was handed out before is not to be trusted.
    pub fn events(&self, mut each: impl FnMut(&Event<'_>)) -> Result<(), SegmentError> {
        let mut sum = Checksum::new();
        if let Some(mut columns) = self.columns()? {
            let all = Text::all();
            let hashes = all.map(|text| {
                let texts = columns.text(text).dictionary().iter();
                texts.map(|value| text_hash(text, value)).collect::<Vec<_>>()
            });
            let mut chunk = Chunk::default();
            while columns.next(&mut chunk)? {
                for (row, numbers) in chunk.numbers().iter().enumerate() {
                    let code = |text: Text| chunk.codes(text)[row] as usize;
                    sum.add(numbers, all.iter().zip(&hashes).map(|(text, hashes)| hashes[code(*text)]));
                    each(&event(numbers, |text| &columns.text(text).dictionary()[code(text)]));
                }
            }
        }
        if sum.finish() == self.checksum {
            Ok(())
        } else {
            Err(SegmentError::Damaged("its events add up to another sum"))
        }
    }

    /// The columns; `None` where there are no events.
    pub(crate) fn columns(&self) -> Result<Option<Columns>, SegmentError> {
        let rows = usize::try_from(self.events).map_err(|_| UNREADABLE)?;
        if rows == 0 {
            return Ok(None);
        }
        Columns::open(&self.file, rows).map(Some)
    }
}

const UNREADABLE: SegmentError = SegmentError::Damaged("a number about it can't be read");

fn number<N: std::str::FromStr>(text: &str) -> Result<N, SegmentError> {
    text.parse().map_err(|_| UNREADABLE)
}

fn event<'e>(numbers: &Numbers, text: impl Fn(Text) -> &'e str) -> Event<'e> {
    Event {
        ts: numbers.ts,
        visitor: numbers.visitor,
        kind: numbers.kind,
        interactive: numbers.interactive,
        engaged_ms: numbers.engaged_ms,
        scroll_depth: numbers.scroll_depth,
        ..event_of(text, numbers.revenue)
    }
}
