//! Regions and cities with a database that knows them: counted by code, shown with their names.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Db, Haru, Place, eventually, json_of, on_both};

on_both!(regions_and_cities_are_counted_by_code_and_shown_by_name);

/// A geo database of two halves of all IPv4 addresses, in `MaxMind`'s format
/// (<https://maxmind.github.io/MaxMind-DB/>).
mod database {
    fn entry(kind: u8, size: usize) -> Vec<u8> {
        // Kinds above 7 stand in a byte of their own.
        let (first, more) = if kind > 7 { (0, vec![kind - 7]) } else { (kind << 5, vec![]) };
        let small = |size: usize| u8::try_from(size).expect("small");
        match size {
            0..29 => [vec![first | small(size)], more].concat(),
            _ => [vec![first | 0x1d], more, vec![small(size - 29)]].concat(),
        }
    }

    fn text(text: &str) -> Vec<u8> {
        [entry(2, text.len()), text.as_bytes().to_vec()].concat()
    }

    fn number(kind: u8, number: u32) -> Vec<u8> {
        [entry(kind, 4), number.to_be_bytes().to_vec()].concat()
    }

    fn small(number: u16) -> Vec<u8> {
        [entry(5, 2), number.to_be_bytes().to_vec()].concat()
    }

    fn map(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let all = members.iter().flat_map(|(key, value)| [text(key), value.clone()].concat());
        [entry(7, members.len()), all.collect()].concat()
    }

    fn list(items: &[Vec<u8>]) -> Vec<u8> {
        [entry(11, items.len()), items.concat()].concat()
    }

    fn place(country: &str, region: (&str, &str), city: Vec<u8>) -> Vec<u8> {
        let name = |name: &str| map(&[("de", text("?")), ("en", text(name))]);
        let region = map(&[("iso_code", text(region.0)), ("names", name(region.1))]);
        map(&[("country", map(&[("iso_code", text(country))])), ("subdivisions", list(&[region])), ("city", city)])
    }

    /// The lower half lies in São Paulo, whose city has an id; the upper one in Berlin, whose city has a name alone.
    pub(super) fn bytes() -> Vec<u8> {
        let named = |name: &str| ("names", map(&[("en", text(name))]));
        let lower =
            place("BR", ("SP", "São Paulo (state)"), map(&[("geoname_id", number(6, 3_448_439)), named("São Paulo")]));
        let upper = place("DE", ("BE", "Land Berlin"), map(&[named("Berlin")]));
        let pointer = |offset: usize| u32::try_from(1 + 16 + offset).expect("small").to_be_bytes()[1..].to_vec();
        let metadata = map(&[
            ("binary_format_major_version", small(2)),
            ("binary_format_minor_version", small(0)),
            ("build_epoch", number(9, 1_788_220_800)),
            ("database_type", text("Test-City")),
            ("description", map(&[])),
            ("ip_version", small(4)),
            ("languages", list(&[])),
            ("node_count", number(6, 1)),
            ("record_size", small(24)),
        ]);
        let tree = [pointer(0), pointer(lower.len())].concat();
        [tree, vec![0; 16], lower, upper, b"\xAB\xCD\xEFMaxMind.com".to_vec(), metadata].concat()
    }
}

async fn regions_and_cities_are_counted_by_code_and_shown_by_name(db: Db) {
    let place = Place::new(db).await;
    let file = place.dir.path().join("city.mmdb");
    std::fs::write(&file, database::bytes()).expect("written");
    let flags = ["--trusted-proxies", "127.0.0.1", "--geo-db", file.to_str().expect("text")];
    let mut haru: Haru = place.start(&flags).await;
    haru.register("ana@example.com").await;
    let site = haru.create_site("example.com", "UTC").await;
    for address in ["8.8.8.8", "9.9.9.9", "193.0.6.139"] {
        let hit = haru.client.post(haru.url(&format!("/api/collect?t={}", site.token)));
        let hit = hit.header("user-agent", crate::harness::CHROME_MAC).header("x-forwarded-for", address);
        assert_eq!(hit.body(r#"{"p":"/"}"#).send().await.expect("sent").status(), StatusCode::OK);
    }
    let dashboard = async || {
        let body = json!({"date_range": "day"});
        json_of(haru.post("/api/v1/sites/example.com/dashboard", &body), StatusCode::OK).await["panels"].take()
    };
    // The first look lets the names be read.
    let panels = eventually("names", async || {
        let panels = dashboard().await;
        panels["cities"]["rows"][0].get("name").is_some().then_some(panels)
    })
    .await;
    let row = |value: &str, name: Option<&str>, visitors: u32, share: f64| {
        let mut row = json!({"value": value, "visitors": visitors, "share": share});
        if let Some(name) = name {
            row["name"] = json!(name);
        }
        row
    };
    assert_eq!(
        panels["regions"],
        json!({"dimension": "visit:region", "rows": [
            row("BR-SP", Some("São Paulo (state)"), 2, 66.67), row("DE-BE", Some("Land Berlin"), 1, 33.33),
        ]})
    );
    assert_eq!(
        panels["cities"],
        json!({"dimension": "visit:city", "rows": [
            row("3448439", Some("São Paulo"), 2, 66.67), row("Berlin", None, 1, 33.33),
        ]})
    );
    assert_eq!(panels["countries"]["rows"][0], row("BR", None, 2, 66.67), "countries have their codes alone");
    // Filters take the values as they are, and GraphQL has the names too.
    let query = r#"{ dashboard(siteId: "example.com", query: {date_range: "day", filters: [["is", "visit:city", ["3448439"]]]}) {
        totals { visitors { value } } panels { regions { rows { value name } } cities { rows { value name } } } } }"#;
    let asked =
        json_of(haru.post("/graphql", &json!({"query": query})), StatusCode::OK).await["data"]["dashboard"].take();
    let expected: Value = json!({
        "totals": {"visitors": {"value": 2}},
        "panels": {
            "regions": {"rows": [{"value": "BR-SP", "name": "São Paulo (state)"}]},
            "cities": {"rows": [{"value": "3448439", "name": "São Paulo"}]},
        },
    });
    assert_eq!(asked, expected);
    let plain = json!({"site_id": "example.com", "metrics": ["visitors"], "date_range": "day", "dimensions": ["visit:city_name"]});
    assert_eq!(
        haru.query(plain).await["results"][0]["dimensions"],
        json!(["3448439"]),
        "the query language knows codes"
    );
}
