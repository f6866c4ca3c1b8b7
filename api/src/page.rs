//! Pages of listings: how many entries one may hold, and whether there are more.

use crate::error::{Error, Result};

/// Whether a page may hold so many.
///
/// # Errors
/// `Invalid` for none and for more than `max`.
pub(crate) fn check(limit: u64, max: u64) -> Result<()> {
    if (1..=max).contains(&limit) { Ok(()) } else { Err(Error::field("limit", format!("must be 1 to {max}"))) }
}

/// Cuts off what was asked for beyond the limit, to see whether there are more; answers that.
pub(crate) fn cut<T>(rows: &mut Vec<T>, limit: u64) -> bool {
    let more = rows.len() as u64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    more
}
