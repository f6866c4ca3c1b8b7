//! `POST /api/collect`: our own script, and the first one's.

use super::super::field::{FieldError, parse_object};
use super::super::hit::Kind;
use super::super::page::{Accept, Location};
use super::read::{Fields, Key};
use super::{kind_of, limits};

/// A valid body of `/api/collect`. Keys it doesn't know are ignored, so that older and newer scripts keep working.
#[derive(Clone, Debug)]
pub(crate) struct CollectPayload {
    /// `p`: the page, with its fragment where `h` is 1; its hostname is `None` where `p` is a path.
    pub(crate) location: Location,
    /// `r`: the referrer as it came.
    pub(crate) referrer: String,
    /// `n`, by default `pageview`.
    pub(crate) name: String,
    /// What `n` means.
    pub(crate) kind: Kind,
    /// `sw`: width of the screen.
    pub(crate) width: Option<i64>,
    /// `c`: a hint, used when nothing better is known.
    pub(crate) country: Option<String>,
    /// `m`: JSON text of an object of strings.
    pub(crate) props: Option<String>,
    /// `i`: whether the event ends a bounce.
    pub(crate) interactive: bool,
    /// `e`, or `d` for [`Kind::Duration`]; 0 when there is none.
    pub(crate) engaged_ms: i64,
    /// `sd`: deepest point seen, in percent.
    pub(crate) scroll_depth: Option<i64>,
    /// `id`: so that an event that is sent twice counts once.
    pub(crate) event_id: Option<String>,
}

impl CollectPayload {
    /// Reads a body; the caller has checked its size.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Vec<FieldError>> {
        let object = parse_object(body).map_err(|error| vec![error])?;
        let mut fields = Fields::new(&object);
        let keep_hash = fields.boolean(Key("h", &["h"]), true).unwrap_or(false);
        let location = fields.location(Key("p", &["p"]), limits::URL_BYTES, Accept::UrlOrPath, keep_hash);
        let referrer = fields.referrer(Key("r", &["r"]));
        let name = fields
            .text(Key("n", &["n"]), limits::NAME)
            .filter(|name| !name.is_empty())
            .unwrap_or("pageview")
            .to_owned();
        let width = fields.integer(Key("sw", &["sw"]), 1, limits::SCREEN);
        // Checked like the width, for a wrong one shows a wrong sender, but of no use.
        let _height = fields.integer(Key("sh", &["sh"]), 1, limits::SCREEN);
        let duration = fields.integer(Key("d", &["d"]), 0, limits::DURATION_MS);
        let country = fields.country(Key("c", &["c"]));
        let props = fields.props(Key("m", &["m"]), false);
        let interactive = fields.boolean(Key("i", &["i"]), true).unwrap_or(true);
        let engaged = fields.integer(Key("e", &["e"]), 0, limits::DURATION_MS);
        let scroll_depth = fields.integer(Key("sd", &["sd"]), 0, limits::SCROLL_DEPTH);
        let event_id = fields.optional_text(Key("id", &["id"]), limits::EVENT_ID);
        let (kind, engaged_ms) = match (name.as_str(), duration) {
            ("duration", Some(duration)) => (Kind::Duration, duration),
            (name, _) => (kind_of(name), engaged.unwrap_or(0)),
        };
        fields.finish(location.map(|location| Self {
            location,
            referrer,
            name,
            kind,
            width,
            country,
            props,
            interactive,
            engaged_ms,
            scroll_depth,
            event_id,
        }))
    }
}
