//! The hit: one event as it is stored, and the reasons not to store one.
//!
//! Rule: a hit holds nothing that tells who a visitor is: no address, no full user agent, no full version.

use haru_stats::{Event, EventKind, Revenue};
use serde::{Deserialize, Serialize};

/// What kind of event a hit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// A page was viewed.
    Pageview,
    /// Anything else that a site records, under a name of its own.
    Custom,
    /// A page was looked at for a while: an increment.
    Engagement,
    /// The first script's form of engagement: cumulative since the page's last pageview.
    Duration,
}

/// One event, ready to be stored. A blank text is "not known" (for source, referrer and channel: direct). The names of its
/// fields stand in journals, which a newer version must still be able to read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Hit {
    /// The site it belongs to.
    pub(crate) site_id: i64,
    /// When, in milliseconds since 1970.
    pub(crate) ts_ms: i64,
    pub(crate) kind: Kind,
    /// `pageview`, `engagement`, `duration`, or the name of a custom event.
    pub(crate) name: String,
    /// The visitor's id of that day.
    pub(crate) visitor: i64,
    pub(crate) hostname: String,
    pub(crate) page: String,
    pub(crate) source: String,
    pub(crate) referrer: String,
    pub(crate) channel: String,
    pub(crate) utm_source: String,
    pub(crate) utm_medium: String,
    pub(crate) utm_campaign: String,
    pub(crate) utm_content: String,
    pub(crate) utm_term: String,
    /// ISO 3166-1 alpha-2.
    pub(crate) country: String,
    /// ISO 3166-2.
    pub(crate) region: String,
    /// A name or a `GeoNames` id.
    pub(crate) city: String,
    pub(crate) browser: String,
    pub(crate) browser_version: String,
    pub(crate) os: String,
    pub(crate) os_version: String,
    pub(crate) device: String,
    /// Class of the screen's width.
    pub(crate) screen: String,
    pub(crate) language: String,
    /// JSON text of an object whose values are strings.
    pub(crate) props: Option<String>,
    /// In thousandths of the currency's unit.
    pub(crate) revenue_amount: Option<i64>,
    /// ISO 4217.
    pub(crate) revenue_currency: Option<String>,
    /// Whether the event ends a bounce.
    pub(crate) interactive: bool,
    /// Milliseconds; an increment, but cumulative for [`Kind::Duration`]. 0 when there is none.
    pub(crate) engaged_ms: i64,
    /// Percent.
    pub(crate) scroll_depth: Option<i16>,
    /// Unique on the site for as long as ids are remembered.
    pub(crate) event_id: Option<String>,
}

impl Hit {
    /// The hit as the stats engine takes it.
    pub(crate) fn event(&self) -> Event<'_> {
        let revenue = self.revenue_amount.zip(self.revenue_currency.as_deref());
        Event {
            ts: self.ts_ms,
            visitor: self.visitor,
            kind: match self.kind {
                Kind::Pageview => EventKind::Pageview,
                Kind::Custom => EventKind::Custom,
                Kind::Engagement => EventKind::Engagement,
                Kind::Duration => EventKind::Duration,
            },
            name: &self.name,
            hostname: &self.hostname,
            page: &self.page,
            source: &self.source,
            referrer: &self.referrer,
            channel: &self.channel,
            utm_source: &self.utm_source,
            utm_medium: &self.utm_medium,
            utm_campaign: &self.utm_campaign,
            utm_content: &self.utm_content,
            utm_term: &self.utm_term,
            country: &self.country,
            region: &self.region,
            city: &self.city,
            browser: &self.browser,
            browser_version: &self.browser_version,
            os: &self.os,
            os_version: &self.os_version,
            device: &self.device,
            screen: &self.screen,
            language: &self.language,
            props: self.props.as_deref(),
            interactive: self.interactive,
            engaged_ms: u32::try_from(self.engaged_ms).unwrap_or(u32::MAX),
            scroll_depth: self.scroll_depth.and_then(|depth| u8::try_from(depth).ok()),
            revenue: revenue.map(|(amount_thousandths, currency)| Revenue { amount_thousandths, currency }),
        }
    }
}

/// Why an event that is well-formed is not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum DropReason {
    /// The user agent is that of a program.
    Bot,
    /// The page was loaded ahead, nobody looks at it.
    Prefetch,
    /// The visitor asked not to be tracked and the site honours it.
    DoNotTrack,
    /// The site counts pages of other hosts only.
    Hostname,
    /// The site does not count this page.
    ExcludedPath,
    /// The site does not count this address.
    ExcludedAddress,
    /// No such site; for the routes, which know the sites.
    UnknownSite,
}

impl DropReason {
    /// Every reason.
    pub(crate) const ALL: [Self; 7] = [
        Self::Bot,
        Self::Prefetch,
        Self::DoNotTrack,
        Self::Hostname,
        Self::ExcludedPath,
        Self::ExcludedAddress,
        Self::UnknownSite,
    ];

    /// The reason's name in headers and counts.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Bot => "bot",
            Self::Prefetch => "prefetch",
            Self::DoNotTrack => "dnt",
            Self::Hostname => "hostname",
            Self::ExcludedPath => "excluded_path",
            Self::ExcludedAddress => "excluded_address",
            Self::UnknownSite => "unknown_site",
        }
    }
}

impl Hit {
    /// A hit of which nothing is known yet.
    pub(crate) fn blank(site_id: i64, ts_ms: i64) -> Self {
        Self { site_id, ts_ms, ..Self::default() }
    }
}

impl Default for Hit {
    fn default() -> Self {
        Self {
            site_id: 0,
            ts_ms: 0,
            kind: Kind::Pageview,
            name: String::new(),
            visitor: 0,
            hostname: String::new(),
            page: String::new(),
            source: String::new(),
            referrer: String::new(),
            channel: String::new(),
            utm_source: String::new(),
            utm_medium: String::new(),
            utm_campaign: String::new(),
            utm_content: String::new(),
            utm_term: String::new(),
            country: String::new(),
            region: String::new(),
            city: String::new(),
            browser: String::new(),
            browser_version: String::new(),
            os: String::new(),
            os_version: String::new(),
            device: String::new(),
            screen: String::new(),
            language: String::new(),
            props: None,
            revenue_amount: None,
            revenue_currency: None,
            interactive: true,
            engaged_ms: 0,
            scroll_depth: None,
            event_id: None,
        }
    }
}
