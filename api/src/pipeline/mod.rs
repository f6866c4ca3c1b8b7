//! The way of a hit: which site, which day, which salt, then `collect` makes it a [`Hit`], then `ingest` commits it.
//!
//! The three wire formats meet here; HTTP is above, the database below.

mod limit;
mod missed;
mod salts;
mod sites;

pub(crate) use limit::{CollectLimit, client_network};
pub(crate) use missed::{Missed, Refusal, RefusalReason, Tally};
pub(crate) use salts::Salts;
pub(crate) use sites::{Tracked, TrackedSites};

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::collect::{
    BatchItem, COLLECT_PAGE, CollectPayload, DropReason, EVENT_PAGE, Enrichment, EventPayload, FieldError, Hit, Kind,
    RequestFacts, VisitorKeys, assemble_batch, assemble_collect, assemble_event, claimed_hostname, past_key,
};
use crate::error::Error;
use crate::ids::{now_ms, random_bytes};
use crate::ingest::{Fate, Ingest, IngestFigures, Refused};
use crate::secret::Secret;
use crate::store::Site;

/// Items that one call of the batch route may bring.
pub(crate) const BATCH_ITEMS_MAX: usize = 1_000;

/// Why a hit was not taken.
#[derive(Debug)]
pub(crate) enum NotTaken {
    /// The body is wrong, field by field.
    Invalid(Vec<FieldError>),
    /// No site has that token.
    UnknownToken,
    /// Too many from this address; seconds until the next is allowed.
    TooMany(u64),
    /// It can't be stored, or nothing can be looked up, now.
    Unavailable,
}

impl From<Refused> for NotTaken {
    fn from(_told_in_the_log_by_ingest: Refused) -> Self {
        Self::Unavailable
    }
}

impl From<Error> for NotTaken {
    fn from(error: Error) -> Self {
        if !matches!(error, Error::Unavailable) {
            tracing::error!(%error, "a hit could not be handled");
        }
        Self::Unavailable
    }
}

/// What became of a hit that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It is committed.
    Counted,
    /// It is not counted, for this reason; the reason is.
    Dropped(DropReason),
}

/// An item of the batch route that was not accepted.
#[derive(Clone, Debug)]
pub(crate) struct RejectedItem {
    pub(crate) index: usize,
    pub(crate) error: String,
}

/// What became of a batch.
#[derive(Debug)]
pub(crate) struct BatchOutcome {
    pub(crate) accepted: usize,
    pub(crate) rejected: Vec<RejectedItem>,
}

/// Everything that a hit passes.
#[derive(Debug)]
pub(crate) struct Pipeline {
    pub(crate) sites: TrackedSites,
    pub(crate) salts: Salts,
    /// What was not counted lately.
    pub(crate) missed: Missed,
    enrichment: Enrichment,
    ingest: Ingest,
    limit: CollectLimit,
    past_secret: [u8; 32],
    /// Stands in for the address of events of past days, whose salt is gone: kept in memory, never stored.
    past_salt: [u8; 32],
    untrusted_forwarded: AtomicBool,
    drops: Mutex<BTreeMap<&'static str, u64>>,
}

impl Pipeline {
    pub(crate) fn new(
        sites: TrackedSites,
        salts: Salts,
        enrichment: Enrichment,
        ingest: Ingest,
        limit: CollectLimit,
        secret: &Secret,
    ) -> Self {
        Self {
            sites,
            salts,
            missed: Missed::default(),
            enrichment,
            ingest,
            limit,
            past_secret: secret.key("past-visitor"),
            past_salt: random_bytes(),
            untrusted_forwarded: AtomicBool::new(false),
            drops: Mutex::default(),
        }
    }

    /// Takes a hit of the script, old or new.
    pub(crate) async fn collect(&self, token: &str, body: &[u8], facts: &RequestFacts<'_>) -> Result<Taken, NotTaken> {
        let refuse = |site, reason| self.refuse(site, reason, claimed_hostname(body, COLLECT_PAGE, facts), facts);
        let Some(tracked) = self.sites.by_token(token).await? else {
            refuse(None, RefusalReason::UnknownToken);
            return Err(NotTaken::UnknownToken);
        };
        let key = Some(tracked.site.key);
        let payload = CollectPayload::parse(body).map_err(|errors| {
            refuse(key, RefusalReason::BadRequest);
            NotTaken::Invalid(errors)
        })?;
        self.check_limit(&tracked, facts, is_engagement(payload.kind))
            .inspect_err(|_| self.refuse_over_limit(&tracked, facts))?;
        let day = self.salts.of_day(&tracked, facts.now_ms).await?;
        let keys = VisitorKeys::of_salt(&day.salt);
        // In a vector at once: a hit by value would be part of the future, which is copied a good deal.
        let hits = assemble_collect(payload, facts, &tracked.rules, &keys, &self.enrichment).map(|hit| vec![hit]);
        match hits {
            Ok(hits) => {
                self.ingest.store(hits).await?;
                Ok(Taken::Counted)
            }
            Err(reason) => {
                self.count_drop(tracked.site.key, day.date.to_string(), reason, facts.now_ms);
                Ok(Taken::Dropped(reason))
            }
        }
    }

    /// Takes an event of a Plausible client: each of its domains that is a site here. Answers the reason when it was
    /// counted nowhere.
    pub(crate) async fn event(&self, body: &[u8], facts: &RequestFacts<'_>) -> Result<Taken, NotTaken> {
        let refuse = |site, reason| self.refuse(site, reason, claimed_hostname(body, EVENT_PAGE, facts), facts);
        let payload = EventPayload::parse(body).map_err(|errors| {
            refuse(None, RefusalReason::BadRequest);
            NotTaken::Invalid(errors)
        })?;
        let mut outcome = Taken::Dropped(DropReason::UnknownSite);
        let mut hits = Vec::new();
        for domain in &payload.domains {
            let Some(tracked) = self.sites.by_domain(domain).await? else { continue };
            self.check_limit(&tracked, facts, is_engagement(payload.kind))
                .inspect_err(|_| self.refuse_over_limit(&tracked, facts))?;
            let day = self.salts.of_day(&tracked, facts.now_ms).await?;
            let keys = VisitorKeys::of_salt(&day.salt);
            match assemble_event(&payload, facts, &tracked.rules, &keys, &self.enrichment) {
                Ok(hit) => hits.push(hit),
                Err(reason) => {
                    self.count_drop(tracked.site.key, day.date.to_string(), reason, facts.now_ms);
                    outcome = Taken::Dropped(reason);
                }
            }
        }
        if hits.is_empty() {
            if outcome == Taken::Dropped(DropReason::UnknownSite) {
                refuse(None, RefusalReason::UnknownSite);
            }
            return Ok(outcome);
        }
        // All or none: these payloads have no id, so what is sent again must not be half there.
        self.ingest.store(hits).await?;
        Ok(Taken::Counted)
    }

    /// Takes up to [`BATCH_ITEMS_MAX`] events from a server: good ones are committed together, bad ones named.
    pub(crate) async fn batch(&self, site: &Site, items: &[Value]) -> Result<BatchOutcome, NotTaken> {
        let now = now_ms();
        let tracked = self.sites.by_token(&site.token).await?.ok_or(NotTaken::UnknownToken)?;
        let mut hits = Vec::with_capacity(items.len());
        let mut rejected = Vec::new();
        for (index, item) in items.iter().enumerate() {
            match BatchItem::parse(item, now) {
                Ok(item) => match self.assemble_item(item, &tracked, now).await? {
                    Ok(hit) => hits.push(hit),
                    Err(reason) => {
                        let date = tracked.zones.day_at(now).date.to_string();
                        self.count_drop(site.key, date, reason, now);
                        rejected.push(RejectedItem { index, error: format!("not counted: {}", reason.as_str()) });
                    }
                },
                Err(errors) => rejected.push(RejectedItem { index, error: Error::Invalid(errors).to_string() }),
            }
        }
        let accepted = hits.len();
        self.ingest.store(hits).await?;
        Ok(BatchOutcome { accepted, rejected })
    }

    /// Notes that a hit was refused before its body was read, so that only its headers tell which page it is of.
    pub(crate) fn refuse_unread(&self, reason: RefusalReason, facts: &RequestFacts<'_>) {
        self.refuse(None, reason, claimed_hostname(&[], &[], facts), facts);
    }

    /// What became of hits so far.
    pub(crate) fn ingest_figures(&self) -> IngestFigures {
        self.ingest.figures()
    }

    /// Hits that were dropped since the start, by reason; reasons that there were.
    pub(crate) fn drops(&self) -> Vec<(&'static str, u64)> {
        let drops = self.drops.lock().unwrap_or_else(PoisonError::into_inner);
        drops.iter().map(|(reason, count)| (*reason, *count)).collect()
    }

    /// What becomes of hits now.
    pub(crate) fn fate(&self) -> Fate {
        self.ingest.fate()
    }

    /// Takes no more hits; those queued are still committed.
    pub(crate) fn stop_ingest(&self) {
        self.ingest.stop();
    }

    /// The kind of client that a user agent names, such as `Firefox on Mac`.
    pub(crate) fn client_kind(&self, user_agent: &str) -> String {
        self.enrichment.client_kind(user_agent)
    }

    /// Remembers, and says once in the log, that a proxy forwards addresses which are not believed.
    pub(crate) fn note_untrusted_forwarded(&self, peer: std::net::IpAddr) {
        if !self.untrusted_forwarded.swap(true, Ordering::Relaxed) {
            let network = if peer.is_loopback() { "loopback" } else { "private" };
            tracing::warn!(
                network,
                "a proxy on this network forwards client addresses but is not in HARU_TRUSTED_PROXIES: all its visitors are counted as one"
            );
        }
    }

    /// Whether such a proxy has been seen since the start.
    pub(crate) fn saw_untrusted_forwarded(&self) -> bool {
        self.untrusted_forwarded.load(Ordering::Relaxed)
    }

    async fn assemble_item(
        &self,
        item: BatchItem,
        tracked: &Tracked,
        now: i64,
    ) -> Result<Result<Hit, DropReason>, NotTaken> {
        let date = tracked.zones.day_at(item.ts_ms).date;
        if salts::is_open(date, now) {
            let keys = self.salts.of_day(tracked, item.ts_ms).await?;
            return Ok(assemble_batch(item, &tracked.rules, &VisitorKeys::of_salt(&keys.salt), &self.enrichment));
        }
        let visitor = past_key(&self.past_secret, tracked.site.key, &date.to_string());
        let keys = VisitorKeys { address: &self.past_salt, visitor: &visitor };
        Ok(assemble_batch(item, &tracked.rules, &keys, &self.enrichment))
    }

    /// Beyond the limit nothing is read a second time: the site is known, and the headers mostly tell the host.
    fn refuse_over_limit(&self, tracked: &Tracked, facts: &RequestFacts<'_>) {
        self.refuse(Some(tracked.site.key), RefusalReason::RateLimited, claimed_hostname(&[], &[], facts), facts);
    }

    fn refuse(&self, site: Option<i64>, reason: RefusalReason, hostname: String, facts: &RequestFacts<'_>) {
        self.missed.refused(Refusal { site, hostname, reason }, facts.now_ms);
    }

    /// Counts a drop for the dashboards of its day, and for who looks at the last hour.
    fn count_drop(&self, site: i64, date: String, reason: DropReason, now: i64) {
        self.missed.dropped(site, reason, now);
        *self.drops.lock().unwrap_or_else(PoisonError::into_inner).entry(reason.as_str()).or_default() += 1;
        self.ingest.count_drop(site, date, reason);
    }

    fn check_limit(&self, tracked: &Tracked, facts: &RequestFacts<'_>, engagement: bool) -> Result<(), NotTaken> {
        let Some(address) = facts.address else { return Ok(()) };
        self.limit.check(address, tracked.site.key, engagement).map_err(NotTaken::TooMany)
    }
}

fn is_engagement(kind: Kind) -> bool {
    matches!(kind, Kind::Engagement | Kind::Duration)
}
