//! `POST /api/v1/sites/{site}/events`: one item of a batch that a server sends.

use std::net::IpAddr;

use chrono::DateTime;
use serde_json::Value;

use super::super::field::FieldError;
use super::super::hit::Kind;
use super::super::page::{Accept, Location};
use super::super::{agent, screen};
use super::read::{Fields, Key};
use super::{Revenue, kind_of, limits};

/// Every key an item may have; any other is an error, as a misspelt one would be data lost in silence.
const KEYS: [&str; 30] = [
    "id",
    "name",
    "url",
    "referrer",
    "timestamp",
    "visitor",
    "ip",
    "user_agent",
    "props",
    "revenue",
    "interactive",
    "source",
    "channel",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_content",
    "utm_term",
    "country",
    "region",
    "city",
    "browser",
    "browser_version",
    "os",
    "os_version",
    "device",
    "screen",
    "language",
    "engagement_ms",
    "scroll_depth",
];

/// A valid item of a batch.
#[derive(Clone)]
pub(crate) struct BatchItem {
    /// `id`: seen before in the last 48 hours, the item is accepted once.
    pub(crate) event_id: Option<String>,
    /// `name`
    pub(crate) name: String,
    /// What the name means.
    pub(crate) kind: Kind,
    /// `url`; its hostname is `None` where it is a path.
    pub(crate) location: Location,
    /// `referrer` as it came.
    pub(crate) referrer: String,
    /// `timestamp`, else now; milliseconds since 1970.
    pub(crate) ts_ms: i64,
    /// `visitor`: replaces address and agent in the hash.
    pub(crate) visitor: Option<String>,
    /// `ip`
    pub(crate) address: Option<IpAddr>,
    /// `user_agent`
    pub(crate) user_agent: Option<String>,
    /// `props`: JSON text of an object of strings.
    pub(crate) props: Option<String>,
    /// `revenue`
    pub(crate) revenue: Option<Revenue>,
    /// Whether the event ends a bounce.
    pub(crate) interactive: bool,
    /// `engagement_ms`, 0 when there is none.
    pub(crate) engaged_ms: i64,
    /// `scroll_depth`: deepest point seen, in percent.
    pub(crate) scroll_depth: Option<i64>,
    /// Attributes that are stated, and so not derived.
    pub(crate) explicit: Explicit,
}

impl std::fmt::Debug for BatchItem {
    /// Leaves out what tells who the visitor is: `Debug` output ends in logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BatchItem").field("name", &self.name).field("ts_ms", &self.ts_ms).finish_non_exhaustive()
    }
}

/// Attributes of a visit that an item states. `Some("")` states that there is none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Explicit {
    pub(crate) source: Option<String>,
    pub(crate) channel: Option<String>,
    pub(crate) utm_source: Option<String>,
    pub(crate) utm_medium: Option<String>,
    pub(crate) utm_campaign: Option<String>,
    pub(crate) utm_content: Option<String>,
    pub(crate) utm_term: Option<String>,
    pub(crate) country: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) city: Option<String>,
    pub(crate) browser: Option<String>,
    pub(crate) browser_version: Option<String>,
    pub(crate) os: Option<String>,
    pub(crate) os_version: Option<String>,
    pub(crate) device: Option<String>,
    pub(crate) screen: Option<String>,
    pub(crate) language: Option<String>,
}

impl BatchItem {
    /// Reads an item. `now_ms` is the server's clock, which bounds `timestamp` and stands in for it.
    pub(crate) fn parse(item: &Value, now_ms: i64) -> Result<Self, Vec<FieldError>> {
        let Some(object) = item.as_object() else {
            return Err(vec![FieldError::new("item", "must be an object")]);
        };
        let mut fields = Fields::new(object);
        for key in fields.keys().filter(|key| !KEYS.contains(key)) {
            let shown: String = key.chars().filter(|c| !c.is_control()).take(64).collect();
            fields.error(Key(&shown, &[]), "is not a known key");
        }
        let name = fields.required_text(Key("name", &["name"]), limits::NAME);
        let location = fields.location(Key("url", &["url"]), limits::URL_BYTES, Accept::UrlOrPath, false);
        let ts_ms = timestamp(&mut fields, now_ms);
        let referrer = fields.referrer(Key("referrer", &["referrer"]));
        let event_id = fields.optional_text(Key("id", &["id"]), limits::EVENT_ID);
        let visitor = fields.optional_text(Key("visitor", &["visitor"]), limits::VISITOR);
        let address = address(&mut fields);
        let user_agent = fields.optional_text(Key("user_agent", &["user_agent"]), limits::USER_AGENT);
        let props = fields.props(Key("props", &["props"]), false);
        let revenue_key = Key("revenue", &["revenue"]);
        let revenue = fields.revenue(revenue_key).unwrap_or_else(|message| {
            fields.error(revenue_key, message);
            None
        });
        let interactive = fields.boolean(Key("interactive", &["interactive"]), false).unwrap_or(true);
        let engaged = fields.integer(Key("engagement_ms", &["engagement_ms"]), 0, limits::DURATION_MS);
        let scroll_depth = fields.integer(Key("scroll_depth", &["scroll_depth"]), 0, limits::SCROLL_DEPTH);
        let explicit = Explicit::read(&mut fields);
        let item = name.zip(location).zip(ts_ms).map(|((name, location), ts_ms)| Self {
            event_id,
            kind: kind_of(name),
            name: name.to_owned(),
            location,
            referrer,
            ts_ms,
            visitor,
            address,
            user_agent,
            props,
            revenue,
            interactive,
            engaged_ms: engaged.unwrap_or(0),
            scroll_depth,
            explicit,
        });
        fields.finish(item)
    }
}

impl Explicit {
    fn read(fields: &mut Fields<'_>) -> Self {
        let mut text = |key: &str| stated(fields, key);
        let mut explicit = Self {
            source: text("source"),
            channel: text("channel").map(|channel| {
                // Direct is stored as nothing, like every channel that is missing.
                if channel.eq_ignore_ascii_case("direct") { String::new() } else { channel }
            }),
            utm_source: text("utm_source"),
            utm_medium: text("utm_medium"),
            utm_campaign: text("utm_campaign"),
            utm_content: text("utm_content"),
            utm_term: text("utm_term"),
            region: text("region"),
            browser: text("browser"),
            os: text("os"),
            device: text("device").map(|device| device_name(&device)),
            language: text("language").map(|language| match screen::language(&language) {
                tag if tag.is_empty() => language,
                tag => tag,
            }),
            ..Self::default()
        };
        explicit.city = text_or_number(fields, "city");
        // A full version never gets past this module, whoever states it.
        explicit.browser_version = text_or_number(fields, "browser_version").map(|it| agent::browser_version(&it));
        explicit.os_version = text_or_number(fields, "os_version").map(|it| agent::system_version(&it));
        explicit.screen = screen_of(fields);
        let country = Key("country", &["country"]);
        if fields.value(country).is_some() {
            explicit.country = Some(fields.country(country).unwrap_or_default());
        }
        explicit
    }
}

/// A text, or a number where people may send one: ids of cities, versions.
fn text_or_number(fields: &mut Fields<'_>, key: &str) -> Option<String> {
    let key = Key(key, &[key]);
    match fields.value(key) {
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => stated(fields, key.0),
    }
}

/// A stated attribute. The labels under which blanks are shown and exported are blanks again.
fn stated(fields: &mut Fields<'_>, key: &str) -> Option<String> {
    let text = fields.text(Key(key, &[key]), limits::ATTRIBUTE)?;
    let blank = matches!(text, "(not set)" | "Direct / None");
    Some(if blank { String::new() } else { text.to_owned() })
}

/// A class by name, or a width that has one.
fn screen_of(fields: &mut Fields<'_>) -> Option<String> {
    let key = Key("screen", &["screen"]);
    if fields.value(key).is_some_and(Value::is_number) {
        let width = fields.integer(key, 1, limits::SCREEN)?;
        return Some(screen::screen_class(width).to_owned());
    }
    stated(fields, key.0)
}

/// The known devices in their spelling, any other as it came.
fn device_name(device: &str) -> String {
    ["Desktop", "Mobile", "Tablet"]
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(device))
        .unwrap_or(device)
        .to_owned()
}

fn address(fields: &mut Fields<'_>) -> Option<IpAddr> {
    let key = Key("ip", &["ip"]);
    let text = fields.text(key, 64).filter(|text| !text.is_empty())?;
    let address = text.parse::<IpAddr>().ok().map(|address| address.to_canonical());
    if address.is_none() {
        fields.error(key, "must be an IP address");
    }
    address
}

fn timestamp(fields: &mut Fields<'_>, now_ms: i64) -> Option<i64> {
    let key = Key("timestamp", &["timestamp"]);
    if fields.value(key).is_none() {
        return Some(now_ms);
    }
    let text = fields.text(key, 64)?;
    let Ok(instant) = DateTime::parse_from_rfc3339(text) else {
        fields.error(key, "must be an RFC 3339 instant such as 2026-01-31T12:00:00Z");
        return None;
    };
    let ts_ms = instant.timestamp_millis();
    if !(limits::EARLIEST_MS..=now_ms.saturating_add(limits::AHEAD_MS)).contains(&ts_ms) {
        fields.error(key, "must be from 2000-01-01 to 10 minutes ahead");
        return None;
    }
    Some(ts_ms)
}
