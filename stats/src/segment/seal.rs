//! The seal: a hash of all other bytes of a segment, so that changed bytes are refused before anything reads them.
//!
//! It lies between Parquet's magic bytes and the first column, where Parquet allows bytes that belong to nothing:
//! other tools pass over it.

use parquet::errors::ParquetError;
use twox_hash::XxHash3_64;

use super::SegmentError;

/// Parquet's first bytes.
const MAGIC: &[u8; 4] = b"PAR1";
/// Where the seal ends and the rest begins.
const END: usize = MAGIC.len() + LENGTH;
/// Bytes of a seal.
pub(super) const LENGTH: usize = size_of::<u64>();

/// Fills the place that was left for it.
pub(super) fn seal(bytes: &mut [u8]) -> Result<(), SegmentError> {
    let Some((head, rest)) = bytes.split_at_mut_checked(END) else {
        return Err(ParquetError::General("no place for the seal".to_owned()).into());
    };
    head[MAGIC.len()..].copy_from_slice(&XxHash3_64::oneshot(rest).to_le_bytes());
    Ok(())
}

/// Whether all bytes are those that were sealed.
pub(super) fn check(bytes: &[u8]) -> Result<(), SegmentError> {
    let Some((head, rest)) = bytes.split_at_checked(END) else {
        return Err(SegmentError::Damaged("it is too short"));
    };
    let Some(sealed) = head.strip_prefix(MAGIC) else {
        return Err(SegmentError::Damaged("it is not Parquet"));
    };
    if sealed == XxHash3_64::oneshot(rest).to_le_bytes() {
        Ok(())
    } else {
        Err(SegmentError::Damaged("its seal is broken"))
    }
}
