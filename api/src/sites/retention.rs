//! For how long a site keeps its days.

use haru_stats::time::SiteZones;

use super::Sites;
use crate::error::Result;
use crate::store::Site;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// From which instant on a site keeps its days: the start of the local day that it was so many days ago. Whatever ended before
/// is kept no longer, and nobody may be shown it.
pub(crate) fn kept_from(site: &Site, zones: &SiteZones, now: i64) -> i64 {
    let Some(days) = site.retention_days else { return i64::MIN };
    zones.day_at(now.saturating_sub(days.saturating_mul(DAY_MS))).span.from
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
