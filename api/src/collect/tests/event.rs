//! `/api/event`

use super::super::{EventPayload, Hit, Kind, assemble_event};
use super::{enrichment, fields, keys, request, site};

fn parse(body: &str) -> EventPayload {
    EventPayload::parse(body.as_bytes()).unwrap()
}

fn hit(body: &str) -> Hit {
    assemble_event(&parse(body), &request(), &site(), &keys(), enrichment()).unwrap()
}

#[test]
fn long_keys() {
    let hit = hit(r#"{"name":"Purchase","url":"https://example.com/checkout?ref=producthunt","domain":"example.com",
            "referrer":"https://www.google.com/","props":{"plan":"pro","n":1.5},"interactive":false,
            "revenue":{"currency":"USD","amount":"1322.22"}}"#);
    assert_eq!((hit.kind, &*hit.name, &*hit.page), (Kind::Custom, "Purchase", "/checkout"));
    assert_eq!((&*hit.source, &*hit.referrer, &*hit.channel), ("Product Hunt", "google.com", "Organic Social"));
    assert_eq!(hit.props.as_deref(), Some(r#"{"n":"1.5","plan":"pro"}"#));
    assert_eq!((hit.revenue_amount, hit.revenue_currency.as_deref()), (Some(1_322_220), Some("USD")));
    assert!(!hit.interactive);
}

#[test]
fn short_keys() {
    let payload = parse(
        r#"{"n":"pageview","u":"https://www.example.com/a#/b","d":"www.example.com, Other.example,,example.com","r":null,
            "p":"{\"k\":\"v\"}","h":1,"v":24,"$":{"currency":"NOPE","amount":1}}"#,
    );
    assert_eq!(payload.domains, ["example.com", "other.example"]);
    assert_eq!((payload.kind, &*payload.location.page), (Kind::Pageview, "/a#/b"));
    assert_eq!(payload.props.as_deref(), Some(r#"{"k":"v"}"#));
    assert_eq!(payload.revenue, None);
    let engaged = hit(r#"{"n":"engagement","u":"https://example.com/","d":"example.com","sd":40,"e":1500,"i":0}"#);
    assert_eq!((engaged.kind, engaged.engaged_ms, engaged.scroll_depth), (Kind::Engagement, 1_500, Some(40)));
}

#[test]
fn apps_have_pages_too() {
    let hit_of = |url: &str| hit(&format!(r#"{{"n":"pageview","u":"{url}","d":"example.com"}}"#));
    let page = |url: &str| {
        let hit = hit_of(url);
        (hit.hostname, hit.page)
    };
    assert_eq!(page("app://localhost/home"), ("localhost".into(), "/home".into()));
    assert_eq!(page("app:///home"), ("(none)".into(), "/home".into()));
    assert_eq!(page("https://example.com/x#y"), ("example.com".into(), "/x".into()));
}

#[test]
fn properties_that_are_no_scalars_are_dropped() {
    for key in ["m", "meta", "p", "props"] {
        let body = format!(
            r#"{{"n":"x","u":"https://example.com/","d":"example.com","{key}":{{"a":1,"b":[1],"c":{{}},"d":null}}}}"#
        );
        assert_eq!(parse(&body).props.as_deref(), Some(r#"{"a":"1"}"#), "{key}");
    }
}

#[test]
fn bad_bodies_name_their_fields() {
    let with = |rest: &str| format!(r#"{{"n":"x","u":"https://example.com/","d":"example.com",{rest}}}"#);
    for (body, expected) in [
        ("{}".to_owned(), vec!["name", "url", "domain"]),
        (r#"{"n":"x","d":"example.com"}"#.to_owned(), vec!["url"]),
        (r#"{"n":"x","d":"example.com","u":"data:text/html,x"}"#.to_owned(), vec!["url"]),
        (r#"{"n":"x","d":"example.com","u":"/path"}"#.to_owned(), vec!["url"]),
        (r#"{"n":"x","d":"example.com","u":7}"#.to_owned(), vec!["url"]),
        (format!(r#"{{"n":"x","d":"example.com","u":"https://example.com/{}"}}"#, "x".repeat(2_000)), vec!["url"]),
        (format!(r#"{{"n":"{}","d":"example.com","u":"https://example.com/"}}"#, "x".repeat(121)), vec!["name"]),
        (r#"{"n":"x","d":" , ","u":"https://example.com/"}"#.to_owned(), vec!["domain"]),
        (r#"{"n":"x","d":[],"u":"https://example.com/"}"#.to_owned(), vec!["domain"]),
        (with(r#""p":"not json""#), vec!["props"]),
        (with(r#""p":7"#), vec!["props"]),
        (with(r#""i":"x""#), vec!["interactive"]),
        (with(r#""sd":-1"#), vec!["sd"]),
        (with(r#""e":"x""#), vec!["e"]),
        (with(r#""r":5"#), vec!["referrer"]),
        ("nonsense".to_owned(), vec!["body"]),
    ] {
        assert_eq!(fields(EventPayload::parse(body.as_bytes())), expected, "{}", &body[..body.len().min(70)]);
    }
    let errors = EventPayload::parse(br#"{"n":"x","d":"example.com"}"#).unwrap_err();
    assert_eq!(errors[0].message, "is required");
}
