//! All sites at a glance: the numbers are those of queries, whoever asks sees theirs, and many sites come page by page.

use chrono::{Duration, SecondsFormat, Utc};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Db, Haru, Place, json_of, on_both, status};
use crate::people::{joined, open, other};
use crate::sealing::{after_restart, item, noon, run, send, with};

on_both!(
    the_numbers_are_those_of_queries,
    many_sites_come_page_by_page,
    each_sees_their_own_sites,
    wrong_pages_are_refused,
);

async fn overview(haru: &Haru, query: &str) -> Value {
    json_of(haru.get(&format!("/api/v1/overview{query}")), StatusCode::OK).await
}

fn domains(page: &Value) -> Vec<&str> {
    page["sites"].as_array().expect("a list").iter().map(|site| site["domain"].as_str().expect("text")).collect()
}

fn of<'v>(page: &'v Value, domain: &str) -> &'v Value {
    let sites = page["sites"].as_array().expect("a list");
    sites.iter().find(|site| site["domain"] == domain).unwrap_or_else(|| panic!("{domain} in {page}"))
}

/// So many minutes ago, but today and yesterday at the same time of a day, whatever time it is: both lie within the first minutes
/// of the site's day when the test runs right after midnight.
fn ago(seconds: i64) -> String {
    (Utc::now() - Duration::seconds(seconds)).to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// What queries tell of a site: today, yesterday up to now, and the days.
async fn asked(haru: &Haru, site: &str) -> Value {
    let today = json!({"site_id": site, "metrics": ["visitors", "pageviews"], "date_range": "day",
        "include": {"comparisons": {"mode": "previous_period"}}});
    let today = haru.query(today).await["results"][0].take();
    let days = json!({"site_id": site, "metrics": ["visitors"], "date_range": "14d", "dimensions": ["time:day"],
        "include": {"time_labels": true}});
    let days = haru.query(days).await;
    let rows = days["results"].as_array().expect("rows");
    let by_day: Vec<Value> = days["meta"]["time_labels"]
        .as_array()
        .expect("labels")
        .iter()
        .map(|date| {
            let row = rows.iter().find(|row| row["dimensions"][0] == *date);
            json!({"date": date, "visitors": row.map_or(json!(0), |row| row["metrics"][0].clone())})
        })
        .collect();
    assert_eq!(by_day.len(), 14);
    json!({
        "visitors": today["metrics"][0], "pageviews": today["metrics"][1],
        "previous_visitors": today["comparison"]["metrics"][0], "change": today["comparison"]["change"][0], "days": by_day,
    })
}

fn numbers(site: &Value) -> Value {
    let mut numbers = serde_json::Map::new();
    for key in ["visitors", "pageviews", "previous_visitors", "change", "days"] {
        numbers.insert(key.to_owned(), site[key].clone());
    }
    Value::Object(numbers)
}

async fn the_numbers_are_those_of_queries(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    let zones = [("a.example", "Pacific/Kiritimati"), ("b.example", "America/Los_Angeles"), ("c.example", "UTC")];
    for (domain, zone) in zones {
        haru.create_site(domain, zone).await;
    }
    haru.create_site("empty.example", "Asia/Kathmandu").await;
    haru.create_site("old.example", "Europe/Lisbon").await;
    send(&haru, "old.example", &[item(noon(40), "ana", "/")]).await;
    for (index, (domain, _)) in (1..).zip(zones) {
        let mut items: Vec<Value> = (1..=20)
            .flat_map(|day| (0..day % 5 + index).map(move |visitor| item(noon(day), &format!("{visitor}"), "/")))
            .collect();
        // Around now and around the same time yesterday, on both sides of it.
        for hours in [0, 1, 2, 5, 11, 22, 23, 25, 26, 30] {
            for visitor in 0..index {
                let at = json!({"timestamp": ago(hours * 3_600 + 90), "visitor": format!("{hours} {visitor}")});
                items.push(with(item(noon(1), "", "/"), &at));
                items.push(with(item(noon(1), "", "/more"), &at));
            }
        }
        send(&haru, domain, &items).await;
    }
    let check = async |haru: &Haru, how: &str| {
        let page = overview(haru, "").await;
        for domain in ["a.example", "b.example", "c.example", "empty.example", "old.example"] {
            let site = of(&page, domain);
            assert_eq!(numbers(site), asked(haru, domain).await, "{domain}, {how}");
            let listed = json_of(haru.get(&format!("/api/v1/sites/{domain}")), StatusCode::OK).await;
            for key in ["id", "name", "timezone", "public", "first_event_at"] {
                assert_eq!(site[key], listed[key], "{key} of {domain}");
            }
            let now = json_of(haru.get(&format!("/api/v1/sites/{domain}/realtime")), StatusCode::OK).await;
            assert_eq!(site["online"], now["online"], "{domain}, {how}");
        }
        let visitors: Vec<i64> = page["sites"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|site| site["visitors"].as_i64().expect("a number"))
            .collect();
        assert!(visitors.is_sorted_by(|one, next| one >= next), "most first: {visitors:?}");
        assert!(page.get("next").is_none(), "{page}");
        assert!(page["as_of"].as_str().is_some_and(|at| at.ends_with('Z')));
    };
    check(&haru, "in rows").await;
    run(&place, &["seal"]).await;
    check(&haru, "sealed").await;
    let haru = after_restart(haru, &place).await;
    check(&haru, "after a restart").await;
    send(&haru, "c.example", &[item(noon(3), "late", "/")]).await;
    check(&haru, "with a late event").await;
    let empty = of(&overview(&haru, "").await, "empty.example").clone();
    assert!(empty.get("first_event_at").is_none());
    assert_eq!((&empty["visitors"], &empty["change"], &empty["online"]), (&json!(0), &json!(0), &json!(0)));
    // What is kept no longer is not told.
    json_of(haru.patch("/api/v1/sites/c.example", &json!({"retention_days": 2})), StatusCode::OK).await;
    check(&haru, "with less kept").await;
}

async fn many_sites_come_page_by_page(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    for number in 0..130 {
        let site = haru.create_site(&format!("site-{number:03}.example"), "UTC").await;
        // The first thirty have visitors now, the next twenty had some a week ago.
        for visitor in 0..if number < 30 { number % 7 + 1 } else { 0 } {
            haru.count(&site.token, visitor, json!({"p": "/"})).await;
        }
        if (30..50).contains(&number) {
            send(&haru, &format!("site-{number:03}.example"), &[item(noon(7), "ana", "/")]).await;
        }
    }
    run(&place, &["seal"]).await;
    let whole = overview(&haru, "?limit=500").await;
    let all = domains(&whole);
    assert_eq!(all.len(), 130);
    assert!(whole.get("next").is_none());
    let mut expected: Vec<(std::cmp::Reverse<i64>, String)> = (0..130)
        .map(|number| {
            let visitors = if number < 30 { number % 7 + 1 } else { 0 };
            (std::cmp::Reverse(visitors), format!("site-{number:03}.example"))
        })
        .collect();
    expected.sort();
    assert_eq!(all, expected.iter().map(|(_, domain)| domain.as_str()).collect::<Vec<_>>());
    for (site, (std::cmp::Reverse(visitors), domain)) in
        whole["sites"].as_array().expect("a list").iter().zip(&expected)
    {
        assert_eq!((&site["visitors"], &site["online"]), (&json!(visitors), &json!(visitors)), "{domain}");
        let had = domain.as_str() >= "site-030" && domain.as_str() < "site-050";
        let days: i64 =
            site["days"].as_array().expect("days").iter().map(|day| day["visitors"].as_i64().unwrap_or(0)).sum();
        assert_eq!(days, visitors + i64::from(had), "{domain}");
    }
    assert_eq!(overview(&haru, "").await["sites"].as_array().map(Vec::len), Some(100), "unless asked otherwise");
    for limit in [1, 7, 40, 129, 130] {
        let (mut told, mut query, mut pages) = (Vec::new(), format!("?limit={limit}"), 0);
        loop {
            let page = overview(&haru, &query).await;
            assert!(domains(&page).len() <= limit);
            told.extend(domains(&page).iter().map(|domain| (*domain).to_owned()));
            pages += 1;
            let Some(next) = page.get("next") else { break };
            query = format!("?limit={limit}&after={}", next.as_str().expect("a cursor"));
        }
        assert_eq!(told, all, "pages of {limit}");
        assert_eq!(pages, 130_usize.div_ceil(limit));
    }
}

async fn each_sees_their_own_sites(db: Db) {
    let (haru, _place): (Haru, Place) = open(db).await;
    let one = haru.create_site("one.example", "UTC").await;
    let two = haru.create_site("two.example", "UTC").await;
    haru.count(&two.token, 1, json!({"p": "/"})).await;
    assert_eq!(domains(&overview(&haru, "").await), ["two.example", "one.example"]);
    let viewer = joined(&haru, "vera@example.com", json!({"role": "viewer"})).await;
    assert_eq!(domains(&overview(&viewer, "").await), ["two.example", "one.example"]);
    let limited = joined(&haru, "lia@example.com", json!({"role": "viewer", "site_ids": [one.id]})).await;
    assert_eq!(domains(&overview(&limited, "").await), ["one.example"]);
    let stranger = other(&haru, "zoe@example.com").await;
    assert_eq!(overview(&stranger, "").await["sites"], json!([]));
    stranger.create_site("three.example", "UTC").await;
    assert_eq!(domains(&overview(&stranger, "").await), ["three.example"]);

    let token = async |wish: Value| {
        let made = json_of(haru.post("/api/v1/tokens", &wish), StatusCode::CREATED).await;
        haru.bearing(&made["token"])
    };
    let all = token(json!({"name": "All", "scopes": ["stats:read"]})).await;
    assert_eq!(domains(&overview(&all, "").await), ["two.example", "one.example"]);
    let some = token(json!({"name": "Some", "scopes": ["stats:read"], "site_ids": [one.id]})).await;
    assert_eq!(domains(&overview(&some, "").await), ["one.example"]);
    let none = token(json!({"name": "None", "scopes": ["sites:read", "sites:write", "events:write"]})).await;
    assert_eq!(status(none.get("/api/v1/overview")).await, StatusCode::FORBIDDEN);

    let link = haru.post("/api/v1/sites/one.example/share-links", &json!({"name": "A link"}));
    let link = json_of(link, StatusCode::CREATED).await;
    let open = haru.url(&format!("/api/v1/share/{}/session", link["slug"].as_str().expect("a slug")));
    let session = json_of(haru.client.post(open).json(&json!({})), StatusCode::OK).await;
    let guest = haru.bearing(&session["access_token"]);
    assert_eq!(status(guest.get("/api/v1/overview")).await, StatusCode::FORBIDDEN);

    assert_eq!(status(haru.delete("/api/v1/sites/two.example?domain=two.example")).await, StatusCode::NO_CONTENT);
    assert_eq!(domains(&overview(&haru, "").await), ["one.example"]);
}

async fn wrong_pages_are_refused(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    for (query, field) in [
        ("?limit=0", "limit"),
        ("?limit=501", "limit"),
        ("?after=nonsense", "after"),
        ("?after=", "after"),
        ("?after=%00", "after"),
    ] {
        let problem = json_of(haru.get(&format!("/api/v1/overview{query}")), StatusCode::UNPROCESSABLE_ENTITY).await;
        assert_eq!(problem["errors"][0]["field"], field, "{query}");
    }
    assert_eq!(status(haru.get("/api/v1/overview?limit=many")).await, StatusCode::BAD_REQUEST);
    assert_eq!(overview(&haru, "?limit=1").await["sites"], json!([]));
}
