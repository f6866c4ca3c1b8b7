//! A dimension as a column of a day.

use std::borrow::Cow;
use std::sync::Arc;

use fixedbitset::FixedBitSet;

use super::dictionary::{Codes, Dictionary};
use super::layout::{Place, place};
use super::{Day, layout};
use crate::country;
use crate::dimension::{Dimension, VisitDimension};

/// Whether a column has a code for each row or for each visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Row,
    Visit,
}

/// The codes of a dimension and what they stand for.
pub(crate) struct Column<'d> {
    pub(crate) level: Level,
    pub(crate) codes: Cow<'d, Codes>,
    /// The counted rows that are the first of their visitor with their code, where that is known.
    pub(crate) firsts: Option<&'d FixedBitSet>,
    /// What its codes stand for; blank is empty.
    pub(crate) dictionary: Arc<Dictionary>,
}

/// The codes of a column in their own type, to be looped over.
#[derive(Clone, Copy)]
pub(crate) enum Slice<'c> {
    Blank(&'c [()]),
    U8(&'c [u8]),
    U16(&'c [u16]),
    U32(&'c [u32]),
}

/// A code of any width.
pub(crate) trait Code: Copy + Eq {
    /// As an index into tables by code.
    fn index(self) -> usize;
}

/// The only code, of blank.
impl Code for () {
    #[inline]
    fn index(self) -> usize {
        0
    }
}

impl Code for u8 {
    #[inline]
    fn index(self) -> usize {
        usize::from(self)
    }
}

impl Code for u16 {
    #[inline]
    fn index(self) -> usize {
        usize::from(self)
    }
}

impl Code for u32 {
    #[inline]
    fn index(self) -> usize {
        self as usize
    }
}

/// Runs an expression with the codes of a [`Slice`], once for each type.
macro_rules! with_codes {
    ($slice:expr, $codes:ident => $body:expr) => {
        match $slice {
            $crate::day::Slice::Blank($codes) => $body,
            $crate::day::Slice::U8($codes) => $body,
            $crate::day::Slice::U16($codes) => $body,
            $crate::day::Slice::U32($codes) => $body,
        }
    };
}

pub(crate) use with_codes;

impl Column<'_> {
    /// Number of codes.
    pub(crate) fn distinct(&self) -> usize {
        self.dictionary.len()
    }

    /// The codes in their own type.
    pub(crate) fn slice(&self) -> Slice<'_> {
        match &*self.codes {
            Codes::Blank(codes) => Slice::Blank(codes),
            Codes::U8(codes) => Slice::U8(codes),
            Codes::U16(codes) => Slice::U16(codes),
            Codes::U32(codes) => Slice::U32(codes),
        }
    }

    /// What the predicate says about each code.
    pub(crate) fn table(&self, predicate: impl Fn(&str) -> bool) -> Vec<bool> {
        self.dictionary.texts().map(predicate).collect()
    }
}

impl Day {
    /// The column of a dimension; `None` for time and goals, which are no columns.
    pub(crate) fn column(&self, dimension: &Dimension) -> Option<Column<'_>> {
        let of_rows = |codes, firsts, dictionary: &Arc<Dictionary>| Column {
            level: Level::Row,
            codes: Cow::Borrowed(codes),
            firsts: Some(firsts),
            dictionary: Arc::clone(dictionary),
        };
        match dimension {
            Dimension::Page => Some(of_rows(&self.codes.page, &self.firsts.page, &self.pages)),
            Dimension::Hostname => Some(of_rows(&self.codes.hostname, &self.firsts.hostname, &self.hostnames)),
            Dimension::EventName => Some(of_rows(&self.codes.name, &self.firsts.name, &self.names)),
            Dimension::Property(key) => Some(self.property(key)),
            Dimension::Visit(dimension) => Some(self.visit_column(*dimension)),
            Dimension::Goal | Dimension::Time | Dimension::TimeBy(_) => None,
        }
    }

    fn property(&self, key: &str) -> Column<'_> {
        let column = self.properties.get(key);
        let codes = column
            .map_or_else(|| Codes::pack(std::iter::repeat_n(0, self.rows()), 1), |column| column.dense(self.rows()));
        Column {
            level: Level::Row,
            codes: Cow::Owned(codes),
            firsts: None,
            dictionary: Arc::clone(column.map_or(&self.nothing, super::PropertyColumn::dictionary)),
        }
    }

    pub(crate) fn visit_column(&self, dimension: VisitDimension) -> Column<'_> {
        let layout::CodedColumns { entry_page, exit_page, entry_hostname, exit_hostname, attributes, .. } = &self.codes;
        let (codes, dictionary) = match place(dimension) {
            Place::EntryPage => (entry_page, &self.pages),
            Place::ExitPage => (exit_page, &self.pages),
            Place::EntryHostname => (entry_hostname, &self.hostnames),
            Place::ExitHostname => (exit_hostname, &self.hostnames),
            Place::Attribute(index) => (&attributes[index], &self.attributes[index]),
        };
        let dictionary = if dimension == VisitDimension::CountryName {
            Arc::new(dictionary.renamed(|code| country::name(code).unwrap_or(code)))
        } else {
            Arc::clone(dictionary)
        };
        Column { level: Level::Visit, codes: Cow::Borrowed(codes), firsts: None, dictionary }
    }
}
