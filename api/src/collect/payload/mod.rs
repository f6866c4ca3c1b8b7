//! The wire formats: what a body must look like, and what is read out of it.
//!
//! Rule: everything a client can get wrong is found here, all of it at once and each with its field; what comes out is
//! valid. Values that a visitor's browser brings along (campaign tags) are cleaned rather than refused: they are nobody's
//! mistake.

mod batch;
mod collect;
mod event;
mod read;

pub(crate) use batch::{BatchItem, Explicit};
pub(crate) use collect::CollectPayload;
pub(crate) use event::EventPayload;

use super::hit::Kind;

/// How large things may be. Lengths are in characters where not stated otherwise. The size of a whole body, and the
/// number of items in a batch, are the routes' to check: they do so before anything is parsed.
pub(crate) mod limits {
    /// Name of an event.
    pub(crate) const NAME: usize = 120;
    /// URL in `/api/collect` and in the batch route, in bytes: room for long queries, which are not kept.
    pub(crate) const URL_BYTES: usize = 8_192;
    /// URL in `/api/event`, in bytes.
    pub(crate) const EVENT_URL_BYTES: usize = 2_000;
    /// Page, in bytes, after decoding.
    pub(crate) const PAGE_BYTES: usize = 2_000;
    /// Referrer as it comes, in bytes.
    pub(crate) const REFERRER_BYTES: usize = 8_192;
    /// Id of an event.
    pub(crate) const EVENT_ID: usize = 128;
    /// Opaque visitor in the batch route.
    pub(crate) const VISITOR: usize = 500;
    /// User agent in the batch route.
    pub(crate) const USER_AGENT: usize = 2_000;
    /// Explicit attribute in the batch route, and a campaign tag, which is cut to it.
    pub(crate) const ATTRIBUTE: usize = 500;
    /// Pairs of properties; more are dropped.
    pub(crate) const PROPS: usize = 30;
    /// Key of a property.
    pub(crate) const PROP_KEY: usize = 300;
    /// Value of a property.
    pub(crate) const PROP_VALUE: usize = 2_000;
    /// Domains in one `/api/event`.
    pub(crate) const DOMAINS: usize = 20;
    /// Width or height of a screen, in CSS pixels, from 1.
    pub(crate) const SCREEN: i64 = 100_000;
    /// Milliseconds of a duration or of engagement: a day.
    pub(crate) const DURATION_MS: i64 = 86_400_000;
    /// Scroll depth, in percent.
    pub(crate) const SCROLL_DEPTH: i64 = 100;
    /// Earliest instant of the batch route: 2000-01-01T00:00:00Z.
    pub(crate) const EARLIEST_MS: i64 = 946_684_800_000;
    /// How far ahead of the server's clock an instant of the batch route may be: ten minutes.
    pub(crate) const AHEAD_MS: i64 = 600_000;
}

/// An amount of money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Revenue {
    /// In thousandths of the currency's unit: 12.34 is 12,340. More digits are rounded, half away from zero.
    pub(crate) amount: i64,
    /// ISO 4217: `EUR`.
    pub(crate) currency: String,
}

/// The kind of an event by its name; `duration` is special in `/api/collect` only.
fn kind_of(name: &str) -> Kind {
    match name {
        "pageview" => Kind::Pageview,
        "engagement" => Kind::Engagement,
        _ => Kind::Custom,
    }
}
