//! `POST /api/event`: Plausible's events payload.

use serde_json::Value;

use super::super::field::{FieldError, parse_object};
use super::super::hit::Kind;
use super::super::host::normalize_host;
use super::super::page::{Accept, Location};
use super::read::{Fields, Key};
use super::{Revenue, kind_of, limits};

/// A valid body of `/api/event`. The short key of a field goes before its long one; keys it doesn't know are ignored.
#[derive(Clone, Debug)]
pub(crate) struct EventPayload {
    /// `domain`: the sites to record into, without `www.`, in lower case.
    pub(crate) domains: Vec<String>,
    /// `name`
    pub(crate) name: String,
    /// What the name means.
    pub(crate) kind: Kind,
    /// `url`; its hostname is there always.
    pub(crate) location: Location,
    /// `referrer` as it came.
    pub(crate) referrer: String,
    /// `props`: JSON text of an object of strings.
    pub(crate) props: Option<String>,
    /// `revenue`, unless it is invalid.
    pub(crate) revenue: Option<Revenue>,
    /// Whether the event ends a bounce.
    pub(crate) interactive: bool,
    /// `e`: engaged milliseconds, 0 when there are none.
    pub(crate) engaged_ms: i64,
    /// `sd`: deepest point seen, in percent.
    pub(crate) scroll_depth: Option<i64>,
}

impl EventPayload {
    /// Reads a body; the caller has checked its size. Errors go by the long names.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Vec<FieldError>> {
        let object = parse_object(body).map_err(|error| vec![error])?;
        let mut fields = Fields::new(&object);
        let name = fields.required_text(Key("name", &["n", "name"]), limits::NAME);
        let keep_hash = match fields.value(Key("h", &["h", "hashMode"])) {
            Some(Value::Bool(keep)) => *keep,
            Some(Value::Number(number)) => number.as_i64() == Some(1),
            Some(Value::String(text)) => text == "1" || text == "true",
            _ => false,
        };
        let url = Key("url", &["u", "url"]);
        let location = fields.location(url, limits::EVENT_URL_BYTES, Accept::Url, keep_hash);
        let domains = domains(&mut fields);
        let referrer = fields.referrer(Key("referrer", &["r", "referrer"]));
        let props = fields.props(Key("props", &["m", "meta", "p", "props"]), true);
        let revenue = fields.revenue(Key("revenue", &["$", "revenue"])).unwrap_or_default();
        let interactive = fields.boolean(Key("interactive", &["i", "interactive"]), true).unwrap_or(true);
        let engaged = fields.integer(Key("e", &["e"]), 0, limits::DURATION_MS);
        let scroll_depth = fields.integer(Key("sd", &["sd"]), 0, limits::SCROLL_DEPTH);
        let payload = name.zip(location).zip(domains).map(|((name, location), domains)| Self {
            domains,
            kind: kind_of(name),
            name: name.to_owned(),
            location,
            referrer,
            props,
            revenue,
            interactive,
            engaged_ms: engaged.unwrap_or(0),
            scroll_depth,
        });
        fields.finish(payload)
    }
}

fn domains(fields: &mut Fields<'_>) -> Option<Vec<String>> {
    let key = Key("domain", &["d", "domain"]);
    let text = fields.required_text(key, limits::DOMAINS * 254)?;
    let mut domains: Vec<String> = Vec::new();
    for domain in text.split(',').map(str::trim).filter(|domain| !domain.is_empty()) {
        let domain = normalize_host(domain).unwrap_or_else(|| domain.to_lowercase());
        if !domains.contains(&domain) {
            domains.push(domain);
        }
    }
    if domains.is_empty() {
        fields.error(key, "is required");
        return None;
    }
    if domains.len() > limits::DOMAINS {
        fields.error(key, format!("must be at most {} domains", limits::DOMAINS));
        return None;
    }
    Some(domains)
}
