//! Turns a request into a [`Hit`]: who, what, from where.
//!
//! What lives here is pure: no database, no async, no HTTP types. Callers hand in what they read from the request as
//! [`RequestFacts`], and get a [`Hit`], a [`DropReason`], or the [`FieldError`]s of a body that is wrong. The order is
//! cheap first: shape of the body, then what the visitor asked for, what the site does not count, then bots and user agent
//! (cached), place, source, and the visitor id last.
//!
//! The raw address, the full user agent and the opaque `visitor` of the batch route never leave this module: they are
//! in no [`Hit`], in no error text and in no `Debug` output.

mod address;
mod agent;
mod assemble;
mod bots;
mod channel;
mod claimed;
mod field;
mod geo;
mod hit;
mod host;
mod page;
mod payload;
mod places;
mod referrer;
mod rules;
mod screen;
mod source;
mod visitor;

pub(crate) use address::{ClientAddress, ForwardedHeaders, client_address};
pub(crate) use agent::Agents;
pub(crate) use assemble::{
    Enrichment, RequestFacts, assemble_batch, assemble_collect, assemble_event, is_do_not_track, is_prefetch,
};
pub(crate) use claimed::{COLLECT_PAGE, EVENT_PAGE, claimed_hostname};
pub(crate) use field::FieldError;
pub(crate) use geo::Geo;
pub(crate) use hit::{DropReason, Hit, Kind};
pub(crate) use host::{is_within, normalize_host};
pub(crate) use payload::{BatchItem, CollectPayload, EventPayload};
pub(crate) use places::PlaceNames;
pub(crate) use rules::{AddressHash, AddressKeys, ExcludedAddresses, HostPattern, SiteRules};
pub(crate) use visitor::{VisitorKeys, past_key};

#[cfg(test)]
mod tests;
