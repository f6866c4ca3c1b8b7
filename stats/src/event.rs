//! What the store hands in: one recorded action.

/// What an event is; decides how it counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// A page was shown.
    #[default]
    Pageview,
    /// Anything a site names itself (`signup`, `download`, …).
    Custom,
    /// Time spent on a page since the last such event: `engaged_ms` values add up. Activity, never counted as an event.
    Engagement,
    /// Time spent on a page since its last pageview: `engaged_ms` is cumulative, the largest counts. Activity, never counted as an event.
    Duration,
}

impl EventKind {
    /// Whether it is counted by `events`, `visitors` and the filters (pageviews and custom events are, engagement is not).
    pub fn counts(self) -> bool {
        matches!(self, Self::Pageview | Self::Custom)
    }
}

/// One recorded action of one visitor on one site. An empty string means blank (unknown, not given).
///
/// ```
/// use haru_stats::{Event, EventKind};
/// let view = Event { ts: 1_760_000_000_000, visitor: 7, page: "/pricing", ..Event::default() };
/// assert_eq!(view.kind, EventKind::Pageview);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    /// Milliseconds since the Unix epoch, UTC. Events of one instant keep the order in which they are pushed.
    pub ts: i64,
    /// The visitor id of the site's local day (64 bits of a hash, any value).
    pub visitor: i64,
    /// Pageview, custom event or one of the two kinds of engagement.
    pub kind: EventKind,
    /// Name of a custom event; ignored for the other kinds, which have reserved names.
    pub name: &'a str,
    /// Host the page was served from.
    pub hostname: &'a str,
    /// Path without query and fragment.
    pub page: &'a str,
    /// Where the visit came from: a known name or a host.
    pub source: &'a str,
    /// The referring URL without scheme and query.
    pub referrer: &'a str,
    /// Group of the source (`Organic Search`, …).
    pub channel: &'a str,
    /// `utm_source` of the entry URL.
    pub utm_source: &'a str,
    /// `utm_medium` of the entry URL.
    pub utm_medium: &'a str,
    /// `utm_campaign` of the entry URL.
    pub utm_campaign: &'a str,
    /// `utm_content` of the entry URL.
    pub utm_content: &'a str,
    /// `utm_term` of the entry URL.
    pub utm_term: &'a str,
    /// ISO 3166-1 alpha-2 code.
    pub country: &'a str,
    /// Region: ISO 3166-2 code or name.
    pub region: &'a str,
    /// City: name, or geoname id as text.
    pub city: &'a str,
    /// Browser name.
    pub browser: &'a str,
    /// Browser major version.
    pub browser_version: &'a str,
    /// Operating system name.
    pub os: &'a str,
    /// Operating system version.
    pub os_version: &'a str,
    /// `Desktop`, `Mobile`, `Tablet`, …
    pub device: &'a str,
    /// Screen class by width.
    pub screen: &'a str,
    /// Language tag.
    pub language: &'a str,
    /// Properties as the text of one JSON object of scalars; `None`, empty or unreadable text means no properties.
    pub props: Option<&'a str>,
    /// Whether a custom event ends a bounce. Ignored for the other kinds.
    pub interactive: bool,
    /// Engaged milliseconds: an increment for [`EventKind::Engagement`], cumulative for [`EventKind::Duration`]; 0 means none.
    pub engaged_ms: u32,
    /// Scroll depth in percent, 0 to 100 (more is read as 100); read from engagement only.
    pub scroll_depth: Option<u8>,
    /// What the event earned, if anything. Kept by segments; no metric reads it yet.
    pub revenue: Option<Revenue<'a>>,
}

/// An amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revenue<'a> {
    /// Thousandths of the currency's unit: 12.50 is 12,500.
    pub amount_thousandths: i64,
    /// ISO 4217 code.
    pub currency: &'a str,
}

impl Default for Event<'_> {
    fn default() -> Self {
        Self {
            ts: 0,
            visitor: 0,
            kind: EventKind::Pageview,
            name: "",
            hostname: "",
            page: "",
            source: "",
            referrer: "",
            channel: "",
            utm_source: "",
            utm_medium: "",
            utm_campaign: "",
            utm_content: "",
            utm_term: "",
            country: "",
            region: "",
            city: "",
            browser: "",
            browser_version: "",
            os: "",
            os_version: "",
            device: "",
            screen: "",
            language: "",
            props: None,
            interactive: true,
            engaged_ms: 0,
            scroll_depth: None,
            revenue: None,
        }
    }
}
