//! What is wrong with a segment.

use parquet::errors::ParquetError;
use thiserror::Error;

use super::FORMAT;
use crate::day::DayError;

/// A segment that can't be written or read.
#[derive(Debug, Error)]
pub enum SegmentError {
    /// The span is no day, an event lies outside of it, or a day has no room for more.
    #[error(transparent)]
    Day(#[from] DayError),
    /// The part holds as many events, or as much text, as a part may: finish it and begin the next.
    #[error("the part is full")]
    Full,
    /// A later version of Haru wrote it.
    #[error("the segment has format {0}, and this version of Haru knows formats up to {FORMAT}")]
    Newer(u32),
    /// It is not what was written.
    #[error("the segment is damaged: {0}")]
    Damaged(&'static str),
    /// The Parquet library refuses it.
    #[error("the segment's Parquet: {0}")]
    Parquet(#[from] ParquetError),
}
