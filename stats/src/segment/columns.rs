//! The columns of a segment, read in chunks of rows.

use bytes::Bytes;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{BoolType, DataType, Int32Type, Int64Type};
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};

use super::SegmentError;
use super::checksum::Numbers;
use super::schema::{Field, Text, kind_of};
use super::texts::TextColumn;
use crate::event::EventKind;

/// Rows of a chunk: all columns of one fit the processor's cache.
const CHUNK: usize = 4_096;

/// The columns, read side by side from the front.
pub(crate) struct Columns {
    left: usize,
    time: Values<Int64Type>,
    visitor: Values<Int64Type>,
    kind: TextColumn,
    kinds: Vec<EventKind>,
    interactive: Values<BoolType>,
    engaged_ms: Values<Int32Type>,
    scroll_depth: Option<Values<Int32Type>>,
    revenue: Option<Values<Int64Type>>,
    /// In the order of [`Text::all`].
    texts: Vec<TextColumn>,
}

/// Some rows: as many in each column.
#[derive(Default)]
pub(crate) struct Chunk {
    numbers: Vec<Numbers>,
    codes: Vec<Vec<u32>>,
}

impl Chunk {
    /// The values that are no texts, a row each.
    pub(crate) fn numbers(&self) -> &[Numbers] {
        &self.numbers
    }

    /// Codes of a text column, a row each.
    pub(crate) fn codes(&self, text: Text) -> &[u32] {
        &self.codes[text.index()]
    }
}

impl Columns {
    /// The columns of the file's one row group.
    pub(super) fn open(file: &SerializedFileReader<Bytes>, rows: usize) -> Result<Self, SegmentError> {
        let group = file.get_row_group(0)?;
        let of = Group { group: &*group };
        let kind = of.texts(Field::Kind)?.ok_or(MISSING)?;
        let kinds = kind.dictionary().iter().map(|name| kind_of(name)).collect::<Option<_>>();
        let texts = Text::all().map(|text| Ok(of.texts(Field::Text(text))?.unwrap_or_else(TextColumn::absent)));
        Ok(Self {
            left: rows,
            time: of.int64(Field::Time)?.ok_or(MISSING)?,
            visitor: of.int64(Field::Visitor)?.ok_or(MISSING)?,
            kind,
            kinds: kinds.ok_or(SegmentError::Damaged("an event is of no known kind"))?,
            interactive: of.bool(Field::Interactive)?.ok_or(MISSING)?,
            engaged_ms: of.int32(Field::EngagedMs)?.ok_or(MISSING)?,
            scroll_depth: of.int32(Field::ScrollDepth)?,
            revenue: of.int64(Field::RevenueAmount)?,
            texts: texts.into_iter().collect::<Result<_, SegmentError>>()?,
        })
    }

    /// A column of texts.
    pub(crate) fn text(&self, text: Text) -> &TextColumn {
        &self.texts[text.index()]
    }

    /// Reads the next rows; `false` when there are no more.
    pub(crate) fn next(&mut self, chunk: &mut Chunk) -> Result<bool, SegmentError> {
        let rows = self.left.min(CHUNK);
        self.left -= rows;
        chunk.codes.resize_with(self.texts.len() + 1, Vec::new);
        for (codes, column) in chunk.codes.iter_mut().zip(self.texts.iter_mut().chain([&mut self.kind])) {
            codes.resize(rows, 0);
            column.fill(codes)?;
        }
        for column in [&mut self.time, &mut self.visitor].into_iter().chain(self.revenue.as_mut()) {
            column.read(rows)?;
        }
        for column in [&mut self.engaged_ms].into_iter().chain(self.scroll_depth.as_mut()) {
            column.read(rows)?;
        }
        self.interactive.read(rows)?;
        let kinds = chunk.codes.last().map_or(&[][..], |kinds| kinds);
        let (mut depths, mut amounts) = (Optional::of(self.scroll_depth.as_ref()), Optional::of(self.revenue.as_ref()));
        chunk.numbers.clear();
        chunk.numbers.extend(kinds.iter().enumerate().map(|(row, kind)| Numbers {
            visitor: self.visitor.values[row],
            ts: self.time.values[row],
            kind: self.kinds[*kind as usize],
            interactive: self.interactive.values[row],
            engaged_ms: self.engaged_ms.values[row].cast_unsigned(),
            // Written from a u8.
            scroll_depth: depths.at(row).map(|depth| u8::try_from(depth).unwrap_or(u8::MAX)),
            revenue: amounts.at(row),
        }));
        Ok(rows > 0)
    }
}

const MISSING: SegmentError = SegmentError::Damaged("a column is missing");
const MISTYPED: SegmentError = SegmentError::Damaged("a column has another type");
const SHORT: SegmentError = SegmentError::Damaged("a column has too few rows");

/// A column of numbers and the values of the current chunk.
struct Values<T: DataType> {
    reader: ColumnReaderImpl<T>,
    /// Values of the rows that have one.
    values: Vec<T::T>,
    /// A row each: 1 where it has a value. Empty where all have.
    present: Vec<i16>,
    optional: bool,
}

impl<T: DataType> Values<T> {
    fn read(&mut self, rows: usize) -> Result<(), SegmentError> {
        self.values.clear();
        self.present.clear();
        let mut read = 0;
        while read < rows {
            let present = self.optional.then_some(&mut self.present);
            let (records, ..) = self.reader.read_records(rows - read, present, None, &mut self.values)?;
            if records == 0 {
                return Err(SHORT);
            }
            read += records;
        }
        let values = if self.optional { self.present.iter().filter(|level| **level == 1).count() } else { rows };
        if values == self.values.len() { Ok(()) } else { Err(SHORT) }
    }
}

/// Walks the values of a column that not every row has.
struct Optional<'v, V> {
    present: &'v [i16],
    values: std::slice::Iter<'v, V>,
}

impl<'v, V: Copy> Optional<'v, V> {
    fn of<T: DataType<T = V>>(column: Option<&'v Values<T>>) -> Self {
        let (present, values) = column.map_or((&[][..], &[][..]), |column| (&column.present, &column.values));
        Self { present, values: values.iter() }
    }

    /// The value of a row; rows must be asked for one after the other.
    fn at(&mut self, row: usize) -> Option<V> {
        if self.present.get(row) == Some(&1) { self.values.next().copied() } else { None }
    }
}

/// The file's row group, and columns by name.
struct Group<'f> {
    group: &'f dyn RowGroupReader,
}

impl Group<'_> {
    fn place(&self, field: Field) -> Option<usize> {
        let schema = self.group.metadata().schema_descr();
        schema.columns().iter().position(|column| column.name() == field.name())
    }

    fn texts(&self, field: Field) -> Result<Option<TextColumn>, SegmentError> {
        let Some(place) = self.place(field) else {
            return Ok(None);
        };
        TextColumn::open(self.group.get_column_page_reader(place)?).map(Some)
    }

    fn numbers<T: DataType>(
        &self,
        field: Field,
        typed: impl FnOnce(ColumnReader) -> Option<ColumnReaderImpl<T>>,
    ) -> Result<Option<Values<T>>, SegmentError> {
        let Some(place) = self.place(field) else {
            return Ok(None);
        };
        let reader = typed(self.group.get_column_reader(place)?).ok_or(MISTYPED)?;
        let levels = self.group.metadata().schema_descr().column(place).max_def_level();
        let optional = matches!(field, Field::ScrollDepth | Field::RevenueAmount);
        if levels != i16::from(optional) {
            return Err(MISTYPED);
        }
        Ok(Some(Values { reader, values: Vec::new(), present: Vec::new(), optional }))
    }

    fn int64(&self, field: Field) -> Result<Option<Values<Int64Type>>, SegmentError> {
        self.numbers(
            field,
            |reader| if let ColumnReader::Int64ColumnReader(reader) = reader { Some(reader) } else { None },
        )
    }

    fn int32(&self, field: Field) -> Result<Option<Values<Int32Type>>, SegmentError> {
        self.numbers(
            field,
            |reader| if let ColumnReader::Int32ColumnReader(reader) = reader { Some(reader) } else { None },
        )
    }

    fn bool(&self, field: Field) -> Result<Option<Values<BoolType>>, SegmentError> {
        self.numbers(
            field,
            |reader| if let ColumnReader::BoolColumnReader(reader) = reader { Some(reader) } else { None },
        )
    }
}
