//! `/api/collect`

use haru_stats::query::Glob;

use super::super::{
    AddressKeys, CollectPayload, DropReason, ExcludedAddresses, Hit, HostPattern, Kind, RequestFacts, SiteRules,
    assemble_collect,
};
use super::{ADDRESS, agents, enrichment, fields, keys, request, site};

fn parse(body: &str) -> CollectPayload {
    CollectPayload::parse(body.as_bytes()).unwrap()
}

fn refused(body: &[u8]) -> Vec<String> {
    fields(CollectPayload::parse(body))
}

fn assemble_with(body: &str, request: &RequestFacts<'_>, site: &SiteRules) -> Result<Hit, DropReason> {
    assemble_collect(parse(body), request, site, &keys(), enrichment())
}

fn hit(body: &str) -> Hit {
    assemble_with(body, &request(), &site()).unwrap()
}

#[test]
fn a_pageview_of_our_script() {
    let hit = hit(r#"{"p":"https://www.example.com/blog/caf%C3%A9?utm_source=ig&utm_medium=social&utm_campaign=x#top",
            "r":"https://l.instagram.com/?u=secret","n":"pageview","sw":1440,"sh":900,"id":"k3j4",
            "m":{"plan":"pro","seats":3,"trial":true,"none":null,"blank":""}}"#);
    assert_eq!((hit.kind, &*hit.name, hit.site_id, hit.ts_ms), (Kind::Pageview, "pageview", 7, super::NOW));
    assert_eq!((&*hit.hostname, &*hit.page), ("example.com", "/blog/café"));
    assert_eq!((&*hit.source, &*hit.referrer, &*hit.channel), ("Instagram", "l.instagram.com", "Organic Social"));
    assert_eq!((&*hit.utm_source, &*hit.utm_medium, &*hit.utm_campaign), ("ig", "social", "x"));
    assert_eq!((&*hit.browser, &*hit.browser_version), ("Chrome", "120"));
    assert_eq!((&*hit.os, &*hit.os_version, &*hit.device), ("Windows", "10", "Desktop"));
    assert_eq!((&*hit.screen, &*hit.language), ("1440-1919", "pt-BR"));
    assert_eq!(hit.props.as_deref(), Some(r#"{"plan":"pro","seats":"3","trial":"true"}"#));
    assert_eq!(hit.event_id.as_deref(), Some("k3j4"));
    assert!(hit.interactive);
}

#[test]
fn hash_routing_keeps_the_fragment() {
    let page = |h: &str| hit(&format!(r#"{{"p":"https://example.com/app#/inbox"{h}}}"#)).page;
    assert_eq!(page(""), "/app");
    assert_eq!(page(r#","h":0"#), "/app");
    assert_eq!(page(r#","h":1"#), "/app#/inbox");
    assert_eq!(page(r#","h":true"#), "/app#/inbox");
}

#[test]
fn the_first_script() {
    let view = hit(r#"{"p":"/pricing","r":"","sw":390,"sh":844,"n":"pageview","c":"de"}"#);
    assert_eq!((view.kind, &*view.page, &*view.hostname), (Kind::Pageview, "/pricing", "example.com"));
    assert_eq!((&*view.country, &*view.screen, &*view.channel, &*view.source), ("DE", "under 576", "", ""));
    let end = hit(r#"{"p":"/pricing","n":"duration","d":12345.6}"#);
    assert_eq!((end.kind, &*end.name, end.engaged_ms), (Kind::Duration, "duration", 12_346));
    let bare = hit(r#"{"p":"/"}"#);
    assert_eq!((bare.kind, &*bare.name), (Kind::Pageview, "pageview"));
}

#[test]
fn engagement_and_custom_events() {
    let engaged = hit(r#"{"p":"https://example.com/","n":"engagement","e":4200,"sd":73}"#);
    assert_eq!((engaged.kind, engaged.engaged_ms, engaged.scroll_depth), (Kind::Engagement, 4_200, Some(73)));
    assert_eq!(hit(r#"{"p":"/","n":"engagement"}"#).engaged_ms, 0);
    let custom = hit(r#"{"p":"/","n":" signup ","i":false}"#);
    assert_eq!((custom.kind, &*custom.name, custom.interactive), (Kind::Custom, "signup", false));
    assert_eq!(hit(r#"{"p":"/","n":"duration"}"#).kind, Kind::Custom);
}

#[test]
fn the_hostname_comes_from_the_page_else_the_request_else_the_site() {
    let with = |origin, referer| {
        let request = RequestFacts { origin, referer, ..request() };
        assemble_with(r#"{"p":"/x"}"#, &request, &site()).unwrap().hostname
    };
    assert_eq!(with(None, None), "example.com");
    assert_eq!(with(Some("https://www.Blog.Example.com"), None), "blog.example.com");
    assert_eq!(with(Some("null"), Some("https://shop.example.com/x?y")), "shop.example.com");
    assert_eq!(with(Some("garbage\u{1}"), None), "example.com");
    assert_eq!(hit(r#"{"p":"https://other.example/"}"#).hostname, "other.example");
}

fn site_of_two_hosts() -> SiteRules {
    let hostnames = ["*.example.com", "example.net"].map(|host| HostPattern::parse(host).unwrap());
    SiteRules { hostnames: hostnames.into(), ..site() }
}

#[test]
fn own_hosts_are_no_referrers() {
    for referrer in
        ["https://example.com/a", "https://www.example.com/", "https://blog.example.com/", "https://example.net/"]
    {
        let body = format!(r#"{{"p":"https://example.com/","r":"{referrer}"}}"#);
        let hit = assemble_with(&body, &request(), &site_of_two_hosts()).unwrap();
        assert_eq!((&*hit.source, &*hit.referrer, &*hit.channel), ("", "", ""), "{referrer}");
    }
    let hit = hit(r#"{"p":"/","r":"https://www.other.example/a/?q=1"}"#);
    assert_eq!((&*hit.source, &*hit.referrer, &*hit.channel), ("other.example", "other.example/a", "Referral"));
}

#[test]
fn the_country_is_the_database_s_else_the_proxy_s_else_the_hint() {
    let with = |address: &str, proxy_country| {
        let request = RequestFacts { address: address.parse().ok(), proxy_country, ..request() };
        assemble_with(r#"{"p":"/","c":"FR"}"#, &request, &site()).unwrap().country
    };
    assert_eq!(with("8.8.8.8", Some("BR")), "US");
    assert_eq!(with(ADDRESS, Some("BR")), "BR");
    assert_eq!(with(ADDRESS, Some("XX")), "FR");
    assert_eq!(with(ADDRESS, None), "FR");
    assert_eq!(hit(r#"{"p":"/","c":"XX"}"#).country, "");
}

#[test]
fn what_is_not_counted() {
    let body = r#"{"p":"/"}"#;
    let bot = RequestFacts { user_agent: agents::BOTS[0], ..request() };
    assert_eq!(assemble_with(body, &bot, &site()), Err(DropReason::Bot));
    let nobody = RequestFacts { user_agent: "", ..request() };
    assert_eq!(assemble_with(body, &nobody, &site()), Err(DropReason::Bot));
    let ahead = RequestFacts { prefetch: true, ..request() };
    assert_eq!(assemble_with(body, &ahead, &site()), Err(DropReason::Prefetch));
    let shy = RequestFacts { do_not_track: true, ..request() };
    assert!(assemble_with(body, &shy, &site()).is_ok(), "only where the site honours it");
    let polite = SiteRules { honour_dnt: true, ..site() };
    assert_eq!(assemble_with(body, &shy, &polite), Err(DropReason::DoNotTrack));
    assert!(assemble_with(body, &request(), &polite).is_ok());
}

#[test]
fn what_the_site_does_not_count() {
    let two = site_of_two_hosts();
    let dropped = |body: &str, site: &SiteRules| assemble_with(body, &request(), site).err();
    for page in ["https://www.example.com/", "https://blog.example.com/", "https://example.net/", "/"] {
        assert_eq!(dropped(&format!(r#"{{"p":"{page}"}}"#), &two), None, "{page}");
    }
    for page in ["https://www.example.net.evil.example/", "https://shop.example.net/", "https://localhost/"] {
        assert_eq!(dropped(&format!(r#"{{"p":"{page}"}}"#), &two), Some(DropReason::Hostname), "{page}");
        assert_eq!(dropped(&format!(r#"{{"p":"{page}"}}"#), &site()), None, "any, without a list");
    }
    let elsewhere = RequestFacts { origin: Some("https://evil.example"), ..request() };
    assert_eq!(assemble_with(r#"{"p":"/"}"#, &elsewhere, &two), Err(DropReason::Hostname));

    let paths = SiteRules { excluded_paths: vec![Glob::new("/admin/**"), Glob::new("/*/preview")], ..site() };
    for (page, reason) in [
        ("/admin/", Some(DropReason::ExcludedPath)),
        ("https://example.com/admin/users/7?x=/", Some(DropReason::ExcludedPath)),
        ("/a/preview", Some(DropReason::ExcludedPath)),
        ("/a/b/preview", None),
        ("/admin", None),
        ("/Admin/", None),
    ] {
        assert_eq!(dropped(&format!(r#"{{"p":"{page}"}}"#), &paths), reason, "{page}");
        assert_eq!(dropped(&format!(r#"{{"p":"{page}","n":"order"}}"#), &paths), reason, "{page}");
    }

    let keys = AddressKeys::new([[7; 32]]);
    let hashes = keys.hashes("a site", ADDRESS.parse().unwrap()).collect();
    let site = SiteRules { excluded_addresses: ExcludedAddresses::new("a site", hashes, keys), ..site() };
    assert_eq!(dropped(r#"{"p":"/"}"#, &site), Some(DropReason::ExcludedAddress));
    let other = RequestFacts { address: "203.0.113.78".parse().ok(), ..request() };
    assert!(assemble_with(r#"{"p":"/"}"#, &other, &site).is_ok());
    let nowhere = RequestFacts { address: None, ..request() };
    assert!(assemble_with(r#"{"p":"/"}"#, &nowhere, &site).is_ok());
}

#[test]
fn bad_bodies_name_their_fields() {
    let long = |key: &str, length| format!(r#"{{"p":"/","{key}":"{}"}}"#, "x".repeat(length));
    for (body, expected) in [
        (r#"{"p":1}"#.to_owned(), vec!["p"]),
        ("{}".to_owned(), vec!["p"]),
        (r#"{"p":null}"#.to_owned(), vec!["p"]),
        (r#"{"p":""}"#.to_owned(), vec!["p"]),
        (format!(r#"{{"p":"/{}"}}"#, "x".repeat(10_000)), vec!["p"]),
        (format!(r#"{{"p":"/{}"}}"#, "x".repeat(2_000)), vec!["p"]),
        (r#"{"p":"/a\u0000b"}"#.to_owned(), vec!["p"]),
        (r#"{"p":"/a\nb"}"#.to_owned(), vec!["p"]),
        (r#"{"p":"data:text/html,x"}"#.to_owned(), vec!["p"]),
        (r#"{"p":"http://[bad/"}"#.to_owned(), vec!["p"]),
        (r#"{"p":"/","r":[]}"#.to_owned(), vec!["r"]),
        (r#"{"p":"/","r":"https://a.b/\u0007"}"#.to_owned(), vec!["r"]),
        (long("r", 9_000), vec!["r"]),
        (r#"{"p":"/","n":5}"#.to_owned(), vec!["n"]),
        (r#"{"p":"/","n":"a\u0001"}"#.to_owned(), vec!["n"]),
        (long("n", 121), vec!["n"]),
        (r#"{"p":"/","sw":0}"#.to_owned(), vec!["sw"]),
        (r#"{"p":"/","sw":-5}"#.to_owned(), vec!["sw"]),
        (r#"{"p":"/","sw":100001,"sh":1e300}"#.to_owned(), vec!["sw", "sh"]),
        (r#"{"p":"/","sw":"1440"}"#.to_owned(), vec!["sw"]),
        (r#"{"p":"/","n":"duration","d":-1}"#.to_owned(), vec!["d"]),
        (r#"{"p":"/","n":"duration","d":99999999999}"#.to_owned(), vec!["d"]),
        (r#"{"p":"/","c":"Brazil"}"#.to_owned(), vec!["c"]),
        (r#"{"p":"/","c":7}"#.to_owned(), vec!["c"]),
        (r#"{"p":"/","m":"x"}"#.to_owned(), vec!["m"]),
        (r#"{"p":"/","m":[]}"#.to_owned(), vec!["m"]),
        (r#"{"p":"/","m":{"a":{}}}"#.to_owned(), vec!["m"]),
        (r#"{"p":"/","m":{"a":"\u0000"}}"#.to_owned(), vec!["m"]),
        (r#"{"p":"/","m":{"":"x"}}"#.to_owned(), vec!["m"]),
        (format!(r#"{{"p":"/","m":{{"{}":1}}}}"#, "k".repeat(301)), vec!["m"]),
        (format!(r#"{{"p":"/","m":{{"k":"{}"}}}}"#, "v".repeat(2_001)), vec!["m"]),
        (r#"{"p":"/","i":"no"}"#.to_owned(), vec!["i"]),
        (r#"{"p":"/","e":-1}"#.to_owned(), vec!["e"]),
        (r#"{"p":"/","sd":101}"#.to_owned(), vec!["sd"]),
        (long("id", 129), vec!["id"]),
        (r#"{"p":"/","id":{}}"#.to_owned(), vec!["id"]),
        (r#"{"p":"/","sw":NaN}"#.to_owned(), vec!["sw"]),
        (r#"{"n":1,"sw":"x","sd":"y"}"#.to_owned(), vec!["p", "n", "sw", "sd"]),
        ("[]".to_owned(), vec!["body"]),
        ("null".to_owned(), vec!["body"]),
        ("{".to_owned(), vec!["body"]),
        (String::new(), vec!["body"]),
    ] {
        assert_eq!(refused(body.as_bytes()), expected, "{}", &body[..body.len().min(60)]);
    }
    assert_eq!(refused(b"{\"p\":\"/\xc3\x28\"}"), ["p"]);
}

#[test]
fn more_than_thirty_properties_are_dropped_and_lines_may_break() {
    let many: Vec<String> = (0..40).map(|i| format!(r#""k{i:02}":{i}"#)).collect();
    let body = format!(r#"{{"p":"/","m":{{{}}}}}"#, many.join(","));
    let props = hit(&body).props.unwrap();
    assert_eq!(super::json(&props).as_object().unwrap().len(), 30);
    let hit = hit(r#"{"p":"/","m":{"message":"two\nlines"}}"#);
    assert_eq!(hit.props.as_deref(), Some(r#"{"message":"two\nlines"}"#));
}

#[test]
fn a_campaign_tag_is_cut_and_cleaned_not_refused() {
    let body = format!(r#"{{"p":"/?utm_source=%00a%0Ab&utm_term={}"}}"#, "é".repeat(600));
    let hit = hit(&body);
    assert_eq!((&*hit.utm_source, &*hit.source), ("ab", "ab"));
    assert_eq!(hit.utm_term.chars().count(), 500);
}

#[test]
fn neither_address_nor_user_agent_is_kept_or_shown() {
    let request = request();
    let hit = assemble_with(r#"{"p":"/","r":"https://example.org/"}"#, &request, &site()).unwrap();
    for text in [format!("{hit:?}"), format!("{request:?}")] {
        for secret in [ADDRESS, "Mozilla", "AppleWebKit", "120.0"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}

#[test]
fn a_visitor_is_address_and_agent_on_a_site_on_a_day() {
    let id = hit(r#"{"p":"/a"}"#).visitor;
    assert_eq!(id, hit(r#"{"p":"/b","n":"engagement"}"#).visitor);
    let other = RequestFacts { address: "203.0.113.78".parse().ok(), ..request() };
    assert_ne!(id, assemble_with(r#"{"p":"/a"}"#, &other, &site()).unwrap().visitor);
    let other = RequestFacts { user_agent: agents::PEOPLE[1], ..request() };
    assert_ne!(id, assemble_with(r#"{"p":"/a"}"#, &other, &site()).unwrap().visitor);
    let other = SiteRules { id: 8, ..site() };
    assert_ne!(id, assemble_with(r#"{"p":"/a"}"#, &request(), &other).unwrap().visitor);
}
