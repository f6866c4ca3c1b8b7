//! Plausible's Stats API v2 as JSON: requests in, answers out. Shapes: `compat.md`, "Stats".

mod dashboard;
mod dates;
mod filters;
mod read;
mod request;
mod response;

pub use dashboard::dashboard;
pub use filters::filters;
pub use request::{Request, query, site_id};

use chrono_tz::Tz;

use crate::query::Allowed;
use crate::time::Span;

/// What a request does not say itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// Milliseconds UTC.
    pub now: i64,
    /// The site's timezone.
    pub zone: Tz,
    /// Instant of the site's first event, milliseconds UTC: where `all` starts.
    pub first_event: Option<i64>,
    /// What who asks may ask.
    pub allowed: Allowed,
}

impl Context {
    /// The instants that are shown.
    fn shown(&self) -> Span {
        self.allowed.span(self.zone, self.now)
    }
}
