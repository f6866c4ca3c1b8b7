//! Parquet's hybrid of run lengths and packed bits, in which dictionary codes are written.
//!
//! The Parquet library has a decoder and keeps it to itself: without Arrow it hands out a text a row, whose hashing would cost
//! more than everything else. The encoding: <https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE>.

use super::SegmentError;

/// The codes of a data page, read from the front.
#[derive(Debug, Default)]
pub(super) struct Hybrid {
    /// The runs, and [`PADDING`] zeros.
    data: Vec<u8>,
    /// First byte of the next run.
    at: usize,
    /// Bits of a code, at most 32.
    width: usize,
    run: Run,
}

#[derive(Debug)]
enum Run {
    /// The same code so many times.
    Repeated { code: u32, left: usize },
    /// Codes from a bit on, lowest bit first.
    Packed { bit: usize, left: usize },
}

impl Default for Run {
    fn default() -> Self {
        Self::Repeated { code: 0, left: 0 }
    }
}

/// A packed code is taken out of eight bytes, also at the end.
const PADDING: usize = size_of::<u64>();
/// Packed codes come in groups of so many.
const GROUP: usize = 8;

const TRUNCATED: SegmentError = SegmentError::Damaged("a page ends too early");

impl Hybrid {
    /// The codes of a page: a byte with their width, then runs. The buffer is used again for the next page.
    pub(super) fn open(&mut self, page: &[u8]) -> Result<(), SegmentError> {
        let (width, runs) = page.split_first().ok_or(TRUNCATED)?;
        self.width = usize::from(*width);
        if self.width > 32 {
            return Err(SegmentError::Damaged("a page's codes are too wide"));
        }
        self.data.clear();
        self.data.extend_from_slice(runs);
        self.data.extend_from_slice(&[0; PADDING]);
        self.at = 0;
        self.run = Run::default();
        Ok(())
    }

    /// Fills the whole slice with the next codes.
    pub(super) fn fill(&mut self, mut codes: &mut [u32]) -> Result<(), SegmentError> {
        while !codes.is_empty() {
            let taken = match &mut self.run {
                Run::Repeated { left: 0, .. } | Run::Packed { left: 0, .. } => {
                    self.run = self.next_run()?;
                    0
                }
                Run::Repeated { code, left } => {
                    let taken = codes.len().min(*left);
                    codes[..taken].fill(*code);
                    *left -= taken;
                    taken
                }
                Run::Packed { bit, left } => {
                    let taken = codes.len().min(*left);
                    unpack(&self.data, *bit, self.width, &mut codes[..taken]);
                    *bit += taken * self.width;
                    *left -= taken;
                    taken
                }
            };
            codes = &mut codes[taken..];
        }
        Ok(())
    }

    fn next_run(&mut self) -> Result<Run, SegmentError> {
        let header = self.varint()?;
        let count = usize::try_from(header >> 1).map_err(|_| TRUNCATED)?;
        let bytes =
            if header & 1 == 1 { count.checked_mul(self.width).ok_or(TRUNCATED)? } else { self.width.div_ceil(8) };
        let end = self.at.checked_add(bytes).filter(|end| *end <= self.length()).ok_or(TRUNCATED)?;
        let run = if header & 1 == 1 {
            // `count × width` fits, and an empty width has no bytes that could tell how many there are.
            Run::Packed { bit: self.at * 8, left: count.checked_mul(GROUP).ok_or(TRUNCATED)? }
        } else {
            let mut code = [0; 4];
            code[..bytes].copy_from_slice(&self.data[self.at..end]);
            Run::Repeated { code: u32::from_le_bytes(code), left: count }
        };
        self.at = end;
        if count == 0 {
            return Err(SegmentError::Damaged("a run is empty"));
        }
        Ok(run)
    }

    fn varint(&mut self) -> Result<u64, SegmentError> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            if self.at >= self.length() {
                return Err(TRUNCATED);
            }
            let byte = self.data[self.at];
            self.at += 1;
            value |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(SegmentError::Damaged("a run is too long"))
    }

    fn length(&self) -> usize {
        self.data.len().saturating_sub(PADDING)
    }
}

/// Takes codes out of bits that are known to be there.
#[inline]
fn unpack(data: &[u8], mut bit: usize, width: usize, codes: &mut [u32]) {
    let mask = (1_u64 << width) - 1;
    for code in codes {
        let from = bit / 8;
        let word = data.get(from..from + PADDING).and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes);
        #[expect(clippy::cast_possible_truncation, reason = "masked to at most 32 bits")]
        let value = ((word >> (bit % 8)) & mask) as u32;
        *code = value;
        bit += width;
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_specifications_example() {
        // 0 to 7 in three bits each: 0b10001000 0b11000110 0b11111010.
        let mut hybrid = Hybrid::default();
        hybrid.open(&[3, 0b11, 0b1000_1000, 0b1100_0110, 0b1111_1010, 10 << 1, 5]).expect("a page");
        let mut codes = [9; 18];
        hybrid.fill(&mut codes[..5]).expect("codes");
        hybrid.fill(&mut codes[5..]).expect("codes");
        assert_eq!(codes, [0, 1, 2, 3, 4, 5, 6, 7, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5]);
        assert!(hybrid.fill(&mut [0]).is_err(), "there are no more");
    }

    proptest! {
        #[test]
        fn any_bytes_are_codes_or_an_error(page in vec(any::<u8>(), 0..60), count in 0..500_usize) {
            let mut hybrid = Hybrid::default();
            let mut codes = vec![0; count];
            if hybrid.open(&page).is_ok() && hybrid.fill(&mut codes).is_ok() {
                let width = u32::from(page[0]);
                // A repeated code has whole bytes.
                prop_assert!(codes.iter().all(|code| u64::from(*code) < 1 << width.next_multiple_of(8)));
            }
        }
    }
}
