//! Writes a segment.

use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::ColumnPath;

use super::checksum::{Checksum, Numbers, text_hash};
use super::schema::{Field, Text, key, kind_name, schema, texts};
use super::{FORMAT, SegmentError, seal};
use crate::day::{ATTRIBUTES, DayError, DictionaryBuilder, Tuples};
use crate::event::Event;
use crate::time::Span;

/// Events that a part holds at most: they wait for their part to be finished, 64 bytes each, and texts beside them. A part is
/// stored and removed as a whole, and comes to about 2 MB.
pub const PART_EVENTS: usize = 131_072;
/// Bytes of distinct texts from which on a part takes no more events.
pub const PART_TEXT: usize = 64 << 20;

/// Values that are handed to Parquet at once.
const BATCH: usize = 4_096;

/// A segment that was written.
#[derive(Clone, PartialEq, Eq)]
pub struct Segment {
    /// The Parquet file.
    pub bytes: Vec<u8>,
    /// Number of events.
    pub events: u64,
    /// The day's instants.
    pub span: Span,
    /// Number of the part among those of its day.
    pub part: u32,
    /// The sum over the events' values ([`super::SegmentReader::checksum`]).
    pub checksum: u64,
}

/// Collects the events of a part in order of arrival.
pub struct SegmentWriter {
    span: Span,
    part: u32,
    events: Vec<Coded>,
    /// In the order of [`Text::all`].
    texts: Vec<DictionaryBuilder>,
    attributes: Tuples,
    /// Bytes of distinct texts.
    text: usize,
}

/// An event with its texts coded.
struct Coded {
    numbers: Numbers,
    attributes: u32,
    /// Of the first texts, those that are no attributes.
    codes: [u32; Text::COUNT - ATTRIBUTES],
}

impl SegmentWriter {
    /// An empty part of a day.
    pub fn new(span: Span, part: u32) -> Self {
        Self {
            span,
            part,
            events: Vec::new(),
            texts: vec![DictionaryBuilder::default(); Text::COUNT],
            attributes: Tuples::default(),
            text: 0,
        }
    }

    /// Events so far.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Whether the next event belongs to the next part.
    pub fn is_full(&self) -> bool {
        self.events.len() >= PART_EVENTS || self.text >= PART_TEXT
    }

    /// Adds an event; the order matters only between events of one visitor and instant.
    ///
    /// # Errors
    /// [`DayError::Outside`] and [`SegmentError::Full`]; the part is unchanged then.
    pub fn push(&mut self, event: &Event<'_>) -> Result<(), SegmentError> {
        if !self.span.contains(event.ts) {
            return Err(DayError::Outside { ts: event.ts, span: self.span }.into());
        }
        if self.is_full() {
            return Err(SegmentError::Full);
        }
        let mut codes = [0; Text::COUNT];
        for ((code, dictionary), text) in codes.iter_mut().zip(&mut self.texts).zip(texts(event)) {
            let known = dictionary.dictionary().len();
            *code = dictionary.code(text);
            if dictionary.dictionary().len() > known {
                self.text += text.len();
            }
        }
        let mut attributes = [0; ATTRIBUTES];
        let mut others = [0; Text::COUNT - ATTRIBUTES];
        others.copy_from_slice(&codes[..Text::COUNT - ATTRIBUTES]);
        attributes.copy_from_slice(&codes[Text::COUNT - ATTRIBUTES..]);
        self.events.push(Coded {
            numbers: Numbers {
                visitor: event.visitor,
                ts: event.ts,
                kind: event.kind,
                interactive: event.interactive,
                engaged_ms: event.engaged_ms,
                scroll_depth: event.scroll_depth,
                revenue: event.revenue.map(|revenue| revenue.amount_thousandths),
            },
            attributes: self.attributes.code(&attributes),
            codes: others,
        });
        Ok(())
    }

    /// Sorts and writes. The same events give the same bytes.
    ///
    /// # Errors
    /// [`SegmentError::Parquet`] when the library refuses, which nothing pushed should make it do.
    pub fn finish(mut self) -> Result<Segment, SegmentError> {
        // Stable: arrival decides between equals.
        self.events.sort_by_key(|event| (event.numbers.visitor, event.numbers.ts));
        self.write(&Field::all())
    }

    pub(super) fn write(&self, fields: &[Field]) -> Result<Segment, SegmentError> {
        let checksum = self.checksum();
        let mut file = SerializedFileWriter::new(Vec::new(), schema(fields)?, Arc::new(properties()?))?;
        file.write_all(&[0; seal::LENGTH]).map_err(ParquetError::from)?;
        if !self.events.is_empty() {
            let mut group = file.next_row_group()?;
            for field in fields {
                let mut column = group.next_column()?.ok_or_else(|| ParquetError::EOF(field.name().to_owned()))?;
                self.write_column(*field, &mut column)?;
                column.close()?;
            }
            group.close()?;
        }
        let about = [
            (key::FORMAT, FORMAT.to_string()),
            (key::FROM, self.span.from.to_string()),
            (key::TO, self.span.to.to_string()),
            (key::PART, self.part.to_string()),
            (key::EVENTS, self.events.len().to_string()),
            (key::CHECKSUM, format!("{checksum:016x}")),
        ];
        for (key, value) in about {
            file.append_key_value_metadata(KeyValue::new(key.to_owned(), value));
        }
        let mut bytes = file.into_inner()?;
        seal::seal(&mut bytes)?;
        Ok(Segment { bytes, events: self.events.len() as u64, span: self.span, part: self.part, checksum })
    }

    fn write_column(&self, field: Field, column: &mut SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
        for events in self.events.chunks(BATCH) {
            let numbers = events.iter().map(|event| &event.numbers);
            match field {
                Field::Time => {
                    let values: Vec<i64> = numbers.map(|numbers| numbers.ts).collect();
                    column.typed::<Int64Type>().write_batch(&values, None, None)?;
                }
                Field::Visitor => {
                    let values: Vec<i64> = numbers.map(|numbers| numbers.visitor).collect();
                    column.typed::<Int64Type>().write_batch(&values, None, None)?;
                }
                Field::Interactive => {
                    let values: Vec<bool> = numbers.map(|numbers| numbers.interactive).collect();
                    column.typed::<BoolType>().write_batch(&values, None, None)?;
                }
                Field::EngagedMs => {
                    let values: Vec<i32> = numbers.map(|numbers| numbers.engaged_ms.cast_signed()).collect();
                    column.typed::<Int32Type>().write_batch(&values, None, None)?;
                }
                Field::ScrollDepth => {
                    let values = numbers.clone().filter_map(|numbers| numbers.scroll_depth.map(i32::from));
                    let present: Vec<i16> = numbers.map(|numbers| i16::from(numbers.scroll_depth.is_some())).collect();
                    column.typed::<Int32Type>().write_batch(&values.collect::<Vec<_>>(), Some(&present), None)?;
                }
                Field::RevenueAmount => {
                    let values = numbers.clone().filter_map(|numbers| numbers.revenue);
                    let present: Vec<i16> = numbers.map(|numbers| i16::from(numbers.revenue.is_some())).collect();
                    column.typed::<Int64Type>().write_batch(&values.collect::<Vec<_>>(), Some(&present), None)?;
                }
                Field::Kind => {
                    let text =
                        |numbers: &Numbers| ByteArray::from(Bytes::from_static(kind_name(numbers.kind).as_bytes()));
                    let values: Vec<ByteArray> = numbers.map(text).collect();
                    column.typed::<ByteArrayType>().write_batch(&values, None, None)?;
                }
                Field::Text(_) => {}
            }
        }
        if let Field::Text(text) = field { self.write_texts(text, column) } else { Ok(()) }
    }

    fn write_texts(&self, text: Text, column: &mut SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
        let values = self.texts[text.index()].dictionary().texts();
        let values: Vec<ByteArray> = values.map(|value| ByteArray::from(value.as_bytes().to_vec())).collect();
        for events in self.events.chunks(BATCH) {
            let batch: Vec<ByteArray> =
                events.iter().map(|event| values[self.code(event, text) as usize].clone()).collect();
            column.typed::<ByteArrayType>().write_batch(&batch, None, None)?;
        }
        Ok(())
    }

    fn code(&self, event: &Coded, text: Text) -> u32 {
        match text {
            Text::Attribute(index) => self.attributes.get(event.attributes)[index],
            _ => event.codes[text.index()],
        }
    }

    fn checksum(&self) -> u64 {
        let all = Text::all();
        let hashes = all.map(|text| {
            let texts = self.texts[text.index()].dictionary().texts();
            texts.map(|value| text_hash(text, value)).collect::<Vec<_>>()
        });
        let mut sum = Checksum::new();
        for event in &self.events {
            let hashes = all.iter().zip(&hashes).map(|(text, hashes)| hashes[self.code(event, *text) as usize]);
            sum.add(&event.numbers, hashes);
        }
        sum.finish()
    }
}

fn properties() -> Result<WriterProperties, ParquetError> {
    let path = |field: Field| ColumnPath::from(field.name());
    let mut properties = WriterProperties::builder()
        .set_created_by("haru".to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true)
        // Readers take codes for texts: a column must never fall back to plain texts.
        .set_dictionary_page_size_limit(usize::MAX)
        .set_data_page_row_count_limit(PART_EVENTS)
        .set_column_statistics_enabled(path(Field::Time), EnabledStatistics::Chunk);
    for field in [Field::Time, Field::Visitor, Field::EngagedMs, Field::RevenueAmount] {
        properties = properties
            .set_column_dictionary_enabled(path(field), false)
            .set_column_encoding(path(field), Encoding::DELTA_BINARY_PACKED);
    }
    Ok(properties.build())
}
