//! Tests through the front door: a body and a request in, a hit out.

pub(crate) mod agents;
mod batch;
mod collect;
mod event;

use std::sync::LazyLock;

use serde_json::Value;

use super::{Agents, Enrichment, FieldError, Geo, RequestFacts, SiteRules, VisitorKeys};

/// An address in documentation's range; must show up nowhere.
const ADDRESS: &str = "203.0.113.77";

/// 2026-03-01T12:00:00Z
const NOW: i64 = 1_772_366_400_000;

fn enrichment() -> &'static Enrichment {
    static ENRICHMENT: LazyLock<Enrichment> = LazyLock::new(|| {
        let assets = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/");
        let read = |name: &str| std::fs::read(format!("{assets}{name}")).unwrap();
        let agents = Agents::load(&read("regexes.json"), &read("bots.json")).unwrap();
        Enrichment::new(agents, Some(Geo::from_bytes(read("country.mmdb")).unwrap().into())).unwrap()
    });
    &ENRICHMENT
}

fn request() -> RequestFacts<'static> {
    RequestFacts {
        address: Some(ADDRESS.parse().unwrap()),
        user_agent: agents::CHROME,
        accept_language: Some("pt-BR,pt;q=0.9"),
        now_ms: NOW,
        ..RequestFacts::default()
    }
}

fn site() -> SiteRules {
    SiteRules { id: 7, domain: "example.com".into(), ..SiteRules::default() }
}

fn keys() -> VisitorKeys<'static> {
    VisitorKeys::of_salt(b"salt of the day")
}

/// The fields that a body's errors name.
fn fields<T: std::fmt::Debug>(parsed: Result<T, Vec<FieldError>>) -> Vec<String> {
    let errors = parsed.unwrap_err();
    assert!(errors.iter().all(|error| !error.message.is_empty()));
    errors.into_iter().map(|error| error.field).collect()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Bytes that look like bodies, torn: every parser answers, and what it accepts has no control characters.
#[test]
fn torn_bodies_are_refused_or_clean() {
    const WORDS: [&str; 26] = [
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"p\"",
        "\"n\"",
        "\"u\"",
        "\"d\"",
        "\"m\"",
        "\"r\"",
        "\"sw\"",
        "\"/a%00%C3%A9\"",
        "\"https://www.example.com/%0a?utm_source=%07x\"",
        "\"example.com\"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "null",
        "true",
        "-1",
        "1e999",
        "NaN",
        "\u{feff}",
        " ",
        "\"",
    ];
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap()
    };
    for _ in 0..20_000 {
        let mut body = String::from("{\"p\":\"/%7f\",\"n\":\"x\",\"u\":\"app:///%01\",\"d\":\"a.b\"");
        for _ in 0..next() % 8 {
            body.push_str(WORDS[next() % WORDS.len()]);
        }
        body.push('}');
        let mut bytes = body.into_bytes();
        if next() % 4 == 0 {
            let at = next() % bytes.len();
            bytes[at] = u8::try_from(next() % 256).unwrap();
        }
        let collect = super::CollectPayload::parse(&bytes).map(|payload| payload.location);
        let event = super::EventPayload::parse(&bytes).map(|payload| payload.location);
        for location in [collect, event].into_iter().flatten() {
            let texts = location.query.into_iter().flat_map(|(key, value)| [key, value]);
            let mut texts = texts.chain([location.page]).chain(location.hostname);
            assert!(!texts.any(|text| text.chars().any(char::is_control)));
        }
    }
}
