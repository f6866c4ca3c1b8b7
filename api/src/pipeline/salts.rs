//! The daily salts in memory, and when a date is over.

use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate};
use moka::sync::Cache;

use super::Tracked;
use crate::error::Result;
use crate::ids::random_bytes;
use crate::store::Store;

/// A date has ended everywhere on earth when it has in the zone furthest behind, UTC−12: 36 hours after it began in UTC.
const ENDED_EVERYWHERE_MS: i64 = 36 * 60 * 60 * 1000;
/// Dates with an open day at any instant: at most three, with room.
const DATES_KEPT: u64 = 8;
/// A date begins first in the zone furthest ahead, UTC+14; its salt is made these hours before, so that a database that is away
/// when a day begins is not missed.
const MADE_BEFORE_MS: i64 = (14 + 6) * 60 * 60 * 1000;

/// A local day's date and its secret.
#[derive(Clone, Debug)]
pub(crate) struct DayKeys {
    pub(crate) date: Arc<str>,
    pub(crate) salt: Arc<[u8]>,
}

/// Salts by local date.
#[derive(Debug)]
pub(crate) struct Salts {
    store: Store,
    known: Cache<NaiveDate, DayKeys>,
}

impl Salts {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, known: Cache::builder().max_capacity(DATES_KEPT).build() }
    }

    /// Date and salt of the site's local day at an instant.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn of_day(&self, site: &Tracked, at: i64) -> Result<DayKeys> {
        self.of_date(site.zones.day_at(at).date).await
    }

    /// Makes sure of the salts of the dates that go on or begin soon.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn prepare(&self, now: i64) -> Result<()> {
        let last = DateTime::from_timestamp_millis(now + MADE_BEFORE_MS).map(|last| last.date_naive());
        let Some(first) = first_open_date(now) else { return Ok(()) };
        for date in first.iter_days().take_while(|date| Some(*date) <= last) {
            self.of_date(date).await?;
        }
        Ok(())
    }

    async fn of_date(&self, date: NaiveDate) -> Result<DayKeys> {
        if let Some(keys) = self.known.get(&date) {
            return Ok(keys);
        }
        let text = date.to_string();
        // In a box: once a day, and every hit's future would be as large as this one is.
        let salt = Box::pin(self.store.salt(&text, &random_bytes::<32>())).await?;
        let keys = DayKeys { date: text.into(), salt: salt.into() };
        self.known.insert(date, keys.clone());
        Ok(keys)
    }

    /// Erases the salts of dates that have ended everywhere.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn erase_ended(&self, now: i64) -> Result<u64> {
        let Some(first_open) = first_open_date(now) else { return Ok(0) };
        let erased = self.store.erase_salts_before(&first_open.to_string()).await?;
        for (date, _) in &self.known {
            if *date < first_open {
                self.known.invalidate(date.as_ref());
            }
        }
        Ok(erased)
    }
}

/// Whether a local date has not ended everywhere yet, so that its salt still exists or may be made.
pub(crate) fn is_open(date: NaiveDate, now: i64) -> bool {
    first_open_date(now).is_none_or(|first| date >= first)
}

fn first_open_date(now: i64) -> Option<NaiveDate> {
    let last_ended = DateTime::from_timestamp_millis(now - ENDED_EVERYWHERE_MS)?.date_naive();
    last_ended.checked_add_days(Days::new(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_open_until_it_has_ended_in_the_zone_furthest_behind() {
        let date = NaiveDate::from_ymd_opt(2026, 3, 10).expect("a date");
        let at = |text: &str| text.parse::<DateTime<chrono::Utc>>().expect("an instant").timestamp_millis();
        assert!(is_open(date, at("2026-03-09T10:00:00Z")));
        assert!(is_open(date, at("2026-03-11T11:59:59Z")));
        assert!(!is_open(date, at("2026-03-11T12:00:00Z")));
    }
}
