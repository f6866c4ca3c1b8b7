//! A column of texts, read as codes and what they stand for.

use bytes::Bytes;
use parquet::column::page::{Page, PageReader};
use parquet::errors::ParquetError;

use super::SegmentError;
use super::hybrid::Hybrid;

/// The texts of a column and its codes, read from the front.
pub(crate) struct TextColumn {
    dictionary: Vec<Box<str>>,
    /// `None` where the file lacks the column: all rows are blank.
    pages: Option<Box<dyn PageReader>>,
    codes: Hybrid,
    /// Codes left in the current page.
    left: usize,
}

impl TextColumn {
    /// A column that the file lacks: all blank.
    pub(super) fn absent() -> Self {
        Self { dictionary: vec![Box::from("")], pages: None, codes: Hybrid::default(), left: 0 }
    }

    /// The column of the pages, the first of which is its dictionary.
    pub(super) fn open(mut pages: Box<dyn PageReader>) -> Result<Self, SegmentError> {
        let Some(Page::DictionaryPage { buf, num_values, .. }) = pages.get_next_page()? else {
            return Err(SegmentError::Damaged("a text column is not dictionary coded"));
        };
        Ok(Self { dictionary: dictionary(&buf, num_values)?, pages: Some(pages), codes: Hybrid::default(), left: 0 })
    }

    /// The texts by code.
    pub(crate) fn dictionary(&self) -> &[Box<str>] {
        &self.dictionary
    }

    /// Whether all rows have the same text: code 0.
    pub(crate) fn is_constant(&self) -> bool {
        self.dictionary.len() == 1
    }

    /// Fills the whole slice with the next codes, each of which is in the dictionary.
    pub(super) fn fill(&mut self, codes: &mut [u32]) -> Result<(), SegmentError> {
        if self.is_constant() {
            codes.fill(0);
            return Ok(());
        }
        let mut rest = &mut *codes;
        while !rest.is_empty() {
            if self.left == 0 {
                self.next_page()?;
                continue;
            }
            let (now, later) = rest.split_at_mut(self.left.min(rest.len()));
            self.codes.fill(now)?;
            self.left -= now.len();
            rest = later;
        }
        let largest = codes.iter().copied().max().unwrap_or_default();
        if largest as usize >= self.dictionary.len() && !codes.is_empty() {
            return Err(SegmentError::Damaged("a code stands for nothing"));
        }
        Ok(())
    }

    fn next_page(&mut self) -> Result<(), SegmentError> {
        let page = self.pages.as_mut().map(|pages| pages.get_next_page()).transpose()?.flatten();
        let Some(Page::DataPage { buf, num_values, encoding, .. }) = page else {
            return Err(SegmentError::Damaged("a text column has too few rows"));
        };
        if encoding != parquet::basic::Encoding::RLE_DICTIONARY {
            return Err(SegmentError::Damaged("a text column is not dictionary coded"));
        }
        self.codes.open(&buf)?;
        self.left = usize::try_from(num_values).map_err(|_| SegmentError::Damaged("a page is too long"))?;
        Ok(())
    }
}

/// The texts of a dictionary page: each behind its length in four bytes, little-endian.
fn dictionary(page: &Bytes, count: u32) -> Result<Vec<Box<str>>, SegmentError> {
    let mut rest = &page[..];
    let mut texts = Vec::new();
    for _ in 0..count {
        let (length, after) = rest.split_first_chunk().ok_or(SegmentError::Damaged("a dictionary ends too early"))?;
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
        let (text, after) =
            after.split_at_checked(length).ok_or(SegmentError::Damaged("a dictionary ends too early"))?;
        let text = std::str::from_utf8(text).map_err(ParquetError::from)?;
        texts.push(Box::from(text));
        rest = after;
    }
    Ok(texts)
}
