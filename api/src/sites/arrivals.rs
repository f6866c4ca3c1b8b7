//! Why nothing arrives: what of a site was not counted in the last hour, and what was refused that seems to be of it.

use std::collections::{BTreeMap, BTreeSet};

use super::Sites;
use crate::collect::{DropReason, is_within};
use crate::error::Result;
use crate::ids::now_ms;
use crate::pipeline::{Refusal, RefusalReason, Tally};
use crate::store::Site;

/// Refusals that are told, at most: the last ones.
pub(crate) const REFUSALS_TOLD: usize = 100;
/// A host of so many parts is not looked at.
const LABELS: usize = 10;

/// What this process did not count in the last hour.
#[derive(Clone, Debug)]
pub(crate) struct Arrivals {
    /// Of the site, most first.
    pub(crate) drops: Vec<(DropReason, Tally)>,
    /// Refused, by reason and host of the page, last first: with the site's token, or from a page on a host of the site.
    pub(crate) refused: Vec<(RefusalReason, String, Tally)>,
}

impl Sites {
    /// What of a site did not arrive in the last hour.
    ///
    /// A refused hit without a good token is known by the host of its page alone. It is told to the site that the host is
    /// nearest to: what comes from a host that is, or lies below, the domain of another site is that one's. A site can allow any
    /// hosts, `*.com` too: here only those count that it names in full, as others' hosts would be told otherwise.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn arrivals(&self, site: &Site) -> Result<Arrivals> {
        let now = now_ms();
        let mut drops = self.pipeline.missed.drops(site.key, now);
        drops.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.count));
        let mut refused = self.pipeline.missed.refusals(now, |refusal| match refusal.site {
            Some(key) => key == site.key,
            None => may_be_of(site, &refusal.hostname),
        });
        let hosts = refused.iter().filter(|(refusal, _)| refusal.site.is_none()).map(|(refusal, _)| &refusal.hostname);
        let candidates: BTreeSet<String> = hosts.flat_map(|host| upward(host)).map(str::to_owned).collect();
        let domains = self.store.domains_among(candidates).await?;
        refused.retain(|(refusal, _)| {
            let nearest = upward(&refusal.hostname).find(|host| domains.contains(*host));
            refusal.site.is_some() || nearest.is_none_or(|domain| domain == site.domain)
        });
        let mut refused = joined(refused);
        refused.sort_by(|(reason, host, tally), (other, others_host, others)| {
            others.last_at.cmp(&tally.last_at).then_with(|| (host, reason).cmp(&(others_host, other)))
        });
        refused.truncate(REFUSALS_TOLD);
        Ok(Arrivals { drops, refused })
    }
}

/// Whether pages on a host are the site's, as far as its own settings tell. What lies below a single label, as `com` is, may be
/// anybody's.
fn may_be_of(site: &Site, host: &str) -> bool {
    let below = site.domain.contains('.') && is_within(host, &site.domain) && upward(host).count() < LABELS;
    below || host == site.domain || site.allowed_hostnames.iter().any(|allowed| allowed == host)
}

/// The same with one entry a reason and host, whether the site was known or not.
fn joined(refused: Vec<(Refusal, Tally)>) -> Vec<(RefusalReason, String, Tally)> {
    let mut all: BTreeMap<(RefusalReason, String), Tally> = BTreeMap::new();
    for (refusal, Tally { count, last_at }) in refused {
        let tally = all.entry((refusal.reason, refusal.hostname)).or_insert(Tally { count: 0, last_at });
        *tally = Tally { count: tally.count + count, last_at: tally.last_at.max(last_at) };
    }
    all.into_iter().map(|((reason, hostname), tally)| (reason, hostname, tally)).collect()
}

/// A host, and those that it lies below, nearest first.
fn upward(host: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(host), |host| host.split_once('.').map(|(_, rest)| rest)).take(LABELS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_lie_below_others() {
        assert_eq!(
            upward("a.blog.example.com").collect::<Vec<_>>(),
            ["a.blog.example.com", "blog.example.com", "example.com", "com"]
        );
        assert_eq!(upward("localhost").collect::<Vec<_>>(), ["localhost"]);
        assert_eq!(upward(&"a.".repeat(100)).count(), LABELS);
    }
}
