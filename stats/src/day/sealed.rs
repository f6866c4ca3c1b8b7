//! Takes a sealed segment into a day: codes become codes, and each text is looked at once.

use super::builder::{DayBuilder, Raw, reserved_name};
use super::dictionary::DictionaryBuilder;
use super::layout::ATTRIBUTES;
use super::property::CodedProperty;
use super::{DayError, NO_SCROLL};
use crate::segment::{Chunk, Columns, SegmentError, SegmentReader, Text};

impl DayBuilder {
    /// Adds all events of a segment, as if they were pushed one by one, a good deal faster.
    ///
    /// # Errors
    /// [`SegmentError`] for bytes that are no segment, and for one whose events lie outside of this day or have no room in it.
    /// The builder may hold some of the events then and is to be dropped.
    pub fn push_segment(&mut self, bytes: &[u8]) -> Result<(), SegmentError> {
        let reader = SegmentReader::open(bytes)?;
        let events = usize::try_from(reader.len()).map_err(|_| DayError::Full)?;
        self.room_for(events)?;
        let Some(mut columns) = reader.columns()? else {
            return Ok(());
        };
        self.events.reserve(events);
        let mut translation = Translation::new(self, &columns);
        let mut chunk = Chunk::default();
        while columns.next(&mut chunk)? {
            self.push_chunk(&columns, &chunk, &mut translation)?;
        }
        Ok(())
    }

    fn push_chunk(&mut self, columns: &Columns, chunk: &Chunk, known: &mut Translation) -> Result<(), SegmentError> {
        known.find_changes(chunk);
        let (pages, hostnames) = (chunk.codes(Text::Page), chunk.codes(Text::Hostname));
        let (names, props) = (chunk.codes(Text::Name), chunk.codes(Text::Props));
        for (row, numbers) in chunk.numbers().iter().enumerate() {
            if known.changed[row] {
                known.current = self.attributes.code(&known.tuple(chunk, row));
            }
            let index = self.room_for(1)?;
            let name = match reserved_name(numbers.kind) {
                Some(name) => {
                    *known.reserved[usize::from(numbers.kind.counts())].get_or_insert_with(|| self.names.code(name))
                }
                None => known.names[names[row] as usize],
            };
            self.events.push(Raw {
                visitor: numbers.visitor,
                time: self.time(numbers.ts)?,
                attributes: known.current,
                page: known.pages[pages[row] as usize],
                hostname: known.hostnames[hostnames[row] as usize],
                name,
                engaged_ms: numbers.engaged_ms,
                kind: numbers.kind,
                interactive: numbers.interactive,
                scroll_depth: numbers.scroll_depth.map_or(NO_SCROLL, |depth| depth.min(100)),
            });
            if numbers.kind.counts() {
                let json = props[row] as usize;
                let coded = known.props[json]
                    .get_or_insert_with(|| self.properties.code(&columns.text(Text::Props).dictionary()[json]));
                self.properties.add(index, coded);
            }
        }
        Ok(())
    }
}

/// What the segment's codes are in the day.
struct Translation {
    pages: Vec<u32>,
    hostnames: Vec<u32>,
    names: Vec<u32>,
    /// Names of engagement and of pageviews, once they are needed.
    reserved: [Option<u32>; 2],
    attributes: [Vec<u32>; ATTRIBUTES],
    /// Attributes that are not the same in all rows.
    varying: Vec<usize>,
    /// Parsed when a row needs it.
    props: Vec<Option<Vec<CodedProperty>>>,
    /// Whether a row of the chunk has other attributes than the row before.
    changed: Vec<bool>,
    /// The varying attributes of the last row of the chunk before.
    last: Option<[u32; ATTRIBUTES]>,
    /// The attributes of the current row.
    current: u32,
}

impl Translation {
    fn new(day: &mut DayBuilder, columns: &Columns) -> Self {
        let translated = |text: Text, to: &mut DictionaryBuilder| -> Vec<u32> {
            columns.text(text).dictionary().iter().map(|value| to.code(value)).collect()
        };
        let attribute = |index| translated(Text::Attribute(index), &mut day.attribute_values[index]);
        Self {
            attributes: std::array::from_fn(attribute),
            varying: (0..ATTRIBUTES).filter(|index| !columns.text(Text::Attribute(*index)).is_constant()).collect(),
            pages: translated(Text::Page, &mut day.pages),
            hostnames: translated(Text::Hostname, &mut day.hostnames),
            names: translated(Text::Name, &mut day.names),
            reserved: [None; 2],
            props: vec![None; columns.text(Text::Props).dictionary().len()],
            changed: Vec::new(),
            last: None,
            current: 0,
        }
    }

    /// Column by column, as most attributes stay the same from row to row.
    fn find_changes(&mut self, chunk: &Chunk) {
        self.changed.clear();
        self.changed.resize(chunk.numbers().len(), false);
        let mut last = [0; ATTRIBUTES];
        for index in &self.varying {
            let codes = chunk.codes(Text::Attribute(*index));
            for (changed, pair) in self.changed[1..].iter_mut().zip(codes.windows(2)) {
                *changed |= pair[0] != pair[1];
            }
            self.changed[0] |= self.last.is_none_or(|last| last[*index] != codes[0]);
            last[*index] = codes[codes.len() - 1];
        }
        self.changed[0] |= self.last.is_none();
        self.last = Some(last);
    }

    /// The attributes of a row in the day's codes.
    fn tuple(&self, chunk: &Chunk, row: usize) -> [u32; ATTRIBUTES] {
        std::array::from_fn(|index| self.attributes[index][chunk.codes(Text::Attribute(index))[row] as usize])
    }
}
