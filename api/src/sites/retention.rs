//! For how long a site keeps its days.

use chrono::Days;
use haru_stats::time::SiteZones;

use super::Sites;
use crate::error::Result;
use crate::store::Site;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// From which instant on a site keeps its days: the start of the local day that it was so many days ago. Whatever ended before
/// is kept no longer, and nobody may be shown it.
pub(crate) fn kept_from(site: &Site, zones: &SiteZones, now: i64) -> i64 {
    site.retention_days.map_or(i64::MIN, |days| day_ago(zones, now, days))
}

/// Start of the local day that it was so many days ago. Days are counted by their dates: some have 23 hours, some 25.
fn day_ago(zones: &SiteZones, now: i64, days: i64) -> i64 {
    let today = zones.day_at(now).date;
    let Some(date) = today.checked_sub_days(Days::new(days.unsigned_abs())) else { return i64::MIN };
    // From two days before where it is about: changed clocks and zones move it by less.
    let mut day = zones.day_at(now.saturating_sub(days.saturating_add(2).saturating_mul(DAY_MS)));
    while day.date < date && day.span.to <= now {
        day = zones.day_at(day.span.to);
    }
    day.span.from
}

impl Sites {
    /// Takes one step in removing what sites keep no longer; true when there is more to do at once.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn forget_what_is_not_kept(&self, now: i64) -> Result<bool> {
        for site in self.store.sites_with_retention().await? {
            let zones = self.store.zones(&site).await?;
            let from = kept_from(&site, &zones, now);
            let date = zones.day_at(from).date.to_string();
            if self.store.forget_days_before(&site, from, &date).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<chrono::DateTime<chrono::Utc>>().expect("an instant").timestamp_millis()
    }

    #[test]
    fn days_are_counted_by_their_dates_however_long_they_are() {
        let zones = SiteZones::fixed(chrono_tz::Europe::Berlin);
        // The 25th of October 2026 has 25 hours: at half past eleven in the evening, 24 hours before is the same date.
        assert_eq!(day_ago(&zones, at("2026-10-25T22:30:00Z"), 1), at("2026-10-23T22:00:00Z"));
        assert_eq!(day_ago(&zones, at("2026-10-25T23:00:00Z"), 1), at("2026-10-24T22:00:00Z"));
        // The 29th of March has 23: half an hour after it, 24 hours before is the 28th.
        assert_eq!(day_ago(&zones, at("2026-03-29T22:30:00Z"), 1), at("2026-03-28T23:00:00Z"));
        assert_eq!(day_ago(&zones, at("2026-11-24T12:00:00Z"), 100), at("2026-08-15T22:00:00Z"));
    }
}
