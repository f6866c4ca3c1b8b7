//! The batch route.

use serde_json::{Value, json};

use super::super::{BatchItem, DropReason, Hit, Kind, VisitorKeys, assemble_batch};
use super::{ADDRESS, NOW, agents, enrichment, fields, keys, site};

fn hit(item: &Value) -> Hit {
    let item = BatchItem::parse(item, NOW).unwrap();
    assemble_batch(item, &site(), &keys(), enrichment()).unwrap()
}

#[test]
fn what_an_item_does_not_give_is_blank() {
    let hit = hit(&json!({"name": "pageview", "url": "/docs"}));
    assert_eq!((hit.kind, &*hit.page, &*hit.hostname, hit.ts_ms), (Kind::Pageview, "/docs", "example.com", NOW));
    for blank in
        [&hit.browser, &hit.os, &hit.device, &hit.country, &hit.language, &hit.screen, &hit.source, &hit.channel]
    {
        assert_eq!(blank, "");
    }
    assert!(hit.interactive && hit.props.is_none() && hit.event_id.is_none());
}

#[test]
fn attributes_are_derived() {
    let hit = hit(&json!({
        "id": "01J", "name": "signup", "url": "https://example.com/a?utm_medium=cpc&utm_source=google",
        "referrer": "news.ycombinator.com/item?id=1", "timestamp": "2026-02-28T23:30:00+02:00",
        "ip": "8.8.8.8", "user_agent": agents::CHROME, "props": {"plan": "pro"},
        "revenue": {"currency": "EUR", "amount": 9.99}, "interactive": false,
    }));
    assert_eq!((&*hit.source, &*hit.channel, &*hit.referrer), ("Google", "Paid Search", "news.ycombinator.com/item"));
    assert_eq!((&*hit.browser, &*hit.os, &*hit.device, &*hit.country), ("Chrome", "Windows", "Desktop", "US"));
    assert_eq!(hit.ts_ms, 1_772_314_200_000);
    assert_eq!((hit.revenue_amount, hit.event_id.as_deref()), (Some(9_990), Some("01J")));
    assert!(!hit.interactive);
}

#[test]
fn explicit_attributes_win() {
    let hit = hit(&json!({
        "name": "pageview", "url": "https://example.com/?utm_source=google&utm_medium=cpc",
        "referrer": "https://t.co/", "ip": "8.8.8.8", "user_agent": agents::CHROME,
        "utm_source": "letter", "utm_medium": "email", "country": "br", "region": "BR-SP", "city": 3_448_439,
        "browser": "Lynx", "browser_version": "2.9.1", "os": "Plan 9", "os_version": "4.5.6", "device": "mobile",
        "screen": 800, "language": "pt_br",
    }));
    assert_eq!(
        (&*hit.source, &*hit.utm_source, &*hit.utm_medium, &*hit.channel),
        ("letter", "letter", "email", "Email")
    );
    assert_eq!((&*hit.country, &*hit.region, &*hit.city), ("BR", "BR-SP", "3448439"));
    assert_eq!((&*hit.browser, &*hit.browser_version, &*hit.os, &*hit.os_version), ("Lynx", "2", "Plan 9", "4.5"));
    assert_eq!((&*hit.device, &*hit.screen, &*hit.language), ("Mobile", "576-991", "pt-BR"));

    let channel = |item: Value| {
        let hit = self::hit(&item);
        (hit.source, hit.channel)
    };
    let base = json!({"name": "pageview", "url": "/", "referrer": "https://t.co/"});
    let with = |key: &str, value: &str| {
        let mut item = base.clone();
        item[key] = json!(value);
        channel(item)
    };
    assert_eq!(with("source", "Google"), ("Google".into(), "Organic Search".into()));
    assert_eq!(with("source", "our shop"), ("our shop".into(), "Referral".into()));
    assert_eq!(with("source", ""), (String::new(), String::new()));
    assert_eq!(with("channel", "Partners"), ("Twitter".into(), "Partners".into()));
    assert_eq!(with("channel", "Direct"), ("Twitter".into(), String::new()));
}

#[test]
fn a_visitor_replaces_address_and_agent() {
    let item = |visitor: Option<&str>, ip: &str| {
        hit(&json!({"name": "pageview", "url": "/", "visitor": visitor, "ip": ip, "user_agent": agents::CHROME}))
            .visitor
    };
    assert_eq!(item(Some("u1"), "8.8.8.8"), item(Some("u1"), "1.1.1.1"));
    assert_ne!(item(Some("u1"), "8.8.8.8"), item(Some("u2"), "8.8.8.8"));
    assert_ne!(item(None, "8.8.8.8"), item(None, "1.1.1.1"));
    // The two kinds of keys are told apart.
    let keys = VisitorKeys { address: b"in memory", visitor: b"past" };
    let parse = |item: Value| BatchItem::parse(&item, NOW).unwrap();
    let visitor = |item| assemble_batch(parse(item), &site(), &keys, enrichment()).unwrap().visitor;
    let named = json!({"name": "pageview", "url": "/", "visitor": "u1"});
    let past = VisitorKeys::of_salt(b"past");
    assert_eq!(visitor(named.clone()), assemble_batch(parse(named), &site(), &past, enrichment()).unwrap().visitor);
}

#[test]
fn an_item_of_a_bot_is_dropped_by_its_own_agent() {
    let item = json!({"name": "pageview", "url": "/", "user_agent": agents::BOTS[0]});
    let item = BatchItem::parse(&item, NOW).unwrap();
    assert_eq!(assemble_batch(item, &site(), &keys(), enrichment()), Err(DropReason::Bot));
}

#[test]
fn engagement_may_lack_its_values() {
    let hit = hit(&json!({"name": "engagement", "url": "/"}));
    assert_eq!((hit.kind, hit.engaged_ms, hit.scroll_depth), (Kind::Engagement, 0, None));
    let hit = self::hit(&json!({"name": "engagement", "url": "/", "engagement_ms": 900, "scroll_depth": 100}));
    assert_eq!((hit.engaged_ms, hit.scroll_depth), (900, Some(100)));
}

#[test]
fn bad_items_name_their_fields() {
    let with = |key: &str, value: Value| {
        let mut item = json!({"name": "x", "url": "/"});
        item[key] = value;
        fields(BatchItem::parse(&item, NOW))
    };
    for (key, value) in [
        ("name", json!("")),
        ("name", json!(1)),
        ("url", json!("")),
        ("url", json!("data:x")),
        ("url", json!(format!("/{}", "x".repeat(10_000)))),
        ("referrer", json!(1)),
        ("timestamp", json!("yesterday")),
        ("timestamp", json!("2026-03-01T12:00:00")),
        ("timestamp", json!("1999-12-31T23:59:59Z")),
        ("timestamp", json!("2026-03-01T12:10:01Z")),
        ("timestamp", json!("9999-12-31T23:59:59Z")),
        ("timestamp", json!(1_772_366_400)),
        ("visitor", json!("x".repeat(501))),
        ("visitor", json!(5)),
        ("ip", json!("300.1.1.1")),
        ("ip", json!("example.com")),
        ("user_agent", json!([])),
        ("user_agent", json!("a\u{0}b")),
        ("props", json!("{}")),
        ("props", json!({"a": []})),
        ("revenue", json!({"currency": "NOPE", "amount": 1})),
        ("revenue", json!(5)),
        ("interactive", json!(1)),
        ("country", json!("Brazil")),
        ("source", json!("a\u{7}b")),
        ("source", json!(1)),
        ("utm_term", json!("x".repeat(501))),
        ("city", json!({})),
        ("screen", json!(0)),
        ("engagement_ms", json!(-1)),
        ("scroll_depth", json!(101)),
        ("id", json!("x".repeat(129))),
        ("utm_sorce", json!("x")),
        ("hostname", json!("x")),
    ] {
        assert_eq!(with(key, value.clone()), [key], "{key}: {value}");
    }
    assert_eq!(fields(BatchItem::parse(&json!({}), NOW)), ["name", "url"]);
    assert_eq!(fields(BatchItem::parse(&json!([]), NOW)), ["item"]);
    for allowed in ["2000-01-01T00:00:00Z", "2026-03-01T12:10:00Z", "2026-03-01T12:00:00.123456+05:30"] {
        let item = json!({"name": "x", "url": "/", "timestamp": allowed});
        assert!(BatchItem::parse(&item, NOW).is_ok(), "{allowed}");
    }
}

#[test]
fn neither_address_nor_agent_nor_visitor_is_shown() {
    let item =
        json!({"name": "x", "url": "/", "ip": ADDRESS, "user_agent": agents::CHROME, "visitor": "ada@example.com"});
    let item = BatchItem::parse(&item, NOW).unwrap();
    let shown = format!("{item:?}");
    let hit = assemble_batch(item, &site(), &keys(), enrichment()).unwrap();
    let wrong = json!({"name": "x", "url": "/", "ip": format!("{ADDRESS}x"), "visitor": {"ada@example.com": 1}});
    let errors = BatchItem::parse(&wrong, NOW).unwrap_err();
    for text in [shown, format!("{hit:?}"), format!("{errors:?}")] {
        for secret in [ADDRESS, "Mozilla", "ada@"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}
