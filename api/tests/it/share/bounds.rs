//! What a share link shows, and that there is no way around it: query language, dashboard, GraphQL and live.

use reqwest::StatusCode;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use super::{ask, change, dashboard, graphql, make, stranger};
use crate::harness::{Db, GOOGLEBOT, Haru, Place, expect, json_of, on_both};
use crate::sealing::database;
use crate::socket::Socket;

on_both!(
    a_panel_that_is_off_is_nowhere,
    words_beyond_the_panels_are_refused,
    properties_are_off_unless_they_are_shown,
    what_concerns_the_operator_is_not_told,
    watchers_of_one_question_see_each_their_own,
    a_public_site_is_shown_at_its_domain,
);

/// Each panel, its dimensions, and its members of a dashboard's `panels`.
const PANELS: [(&str, &[&str], &[&str]); 16] = [
    ("pages", &["event:page"], &["pages"]),
    ("entry_pages", &["visit:entry_page"], &["entry_pages"]),
    ("exit_pages", &["visit:exit_page"], &["exit_pages"]),
    ("sources", &["visit:source"], &["sources"]),
    ("referrers", &["visit:referrer"], &["referrers"]),
    ("channels", &["visit:channel"], &["channels"]),
    (
        "campaigns",
        &["visit:utm_source", "visit:utm_medium", "visit:utm_campaign", "visit:utm_content", "visit:utm_term"],
        &["utm_sources", "utm_mediums", "utm_campaigns", "utm_contents", "utm_terms"],
    ),
    ("countries", &["visit:country", "visit:country_name"], &["countries"]),
    ("regions", &["visit:region", "visit:region_name"], &["regions"]),
    ("cities", &["visit:city", "visit:city_name"], &["cities"]),
    ("languages", &["visit:language"], &["languages"]),
    ("browsers", &["visit:browser"], &["browsers"]),
    ("os", &["visit:os"], &["os"]),
    ("devices", &["visit:device"], &["devices"]),
    ("screens", &["visit:screen"], &["screens"]),
    ("events", &["event:name"], &["events"]),
];

/// All panels of a dashboard over GraphQL.
fn all_panels() -> String {
    let names = PANELS.iter().flat_map(|(_, _, members)| members.iter());
    let fields: Vec<String> = names.map(|name| format!("{name} {{ dimension rows {{ value }} }}")).collect();
    format!("panels {{ {} }}", fields.join(" "))
}

/// The members of `panels` that are there, whether absent or null.
fn shown(panels: &Value) -> Vec<&str> {
    let members = PANELS.iter().flat_map(|(_, _, members)| members.iter().copied());
    members.filter(|member| !panels[member].is_null()).collect()
}

async fn a_panel_that_is_off_is_nowhere(db: Db) {
    let place = Place::new(db).await;
    // It asks more than a minute's worth.
    let flags = ["--api-rate-limit", "0", "--collect-rate-limit", "0", "--trusted-proxies", "127.0.0.1"];
    let mut haru = place.start(&flags).await;
    haru.register("ana@example.com").await;
    let site = haru.create_site("example.com", "UTC").await;
    haru.count(&site.token, 1, json!({"p": "/secret?utm_source=mail", "r": "https://ref.example/x"})).await;
    haru.count(&site.token, 1, json!({"p": "/secret", "n": "signup"})).await;
    let link = make(&haru, json!({"name": "Numbers"})).await;
    let stranger = stranger(&haru, &link).await;
    for (off, dimensions, members) in PANELS {
        let panels: Vec<&str> = PANELS.iter().map(|(name, ..)| *name).filter(|name| *name != off).collect();
        change(&haru, &link, json!({"panels": panels})).await;
        for (other, others, _) in PANELS {
            let expected = if other == off { StatusCode::FORBIDDEN } else { StatusCode::OK };
            for dimension in others {
                let filter = json!(["is_not", dimension, ["DE"]]);
                let by = json!({"dimensions": [dimension], "order_by": [[dimension, "asc"]]});
                assert_eq!(ask(&stranger, by).await.0, expected, "{off} off: {dimension}");
                let nested = json!({"filters": [["or", [["not", filter], filter]]]});
                assert_eq!(ask(&stranger, nested).await.0, expected, "{off} off: filter on {dimension}");
            }
        }
        let (status, told) = ask(&stranger, json!({"dimensions": [dimensions[0]]})).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        assert_eq!(told, json!({"error": format!("dimensions \"{}\" is not shown here", dimensions[0])}));
        let filter = json!([["is", dimensions[0], ["DE"]]]);
        let (status, problem) = dashboard(&stranger, json!({"date_range": "day", "filters": filter})).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (StatusCode::FORBIDDEN, &json!("filters")), "{off}");

        let rest = dashboard(&stranger, json!({"date_range": "day"})).await.1;
        let query = format!(
            "dashboard(siteId: \"example.com\", query: {{date_range: \"day\"}}) {{ totals {{ visitors {{ value }} }} {} }}",
            all_panels()
        );
        let asked = graphql(&stranger, &format!("{{ {query} }}")).await;
        let mut socket = Socket::connected(&stranger).await;
        socket.subscribe(off, &format!("subscription {{ {} }}", query.replacen("dashboard", "liveDashboard", 1))).await;
        let live = socket.until(off, |_| true).await;
        for (way, answer) in
            [("REST", &rest), ("GraphQL", &asked["data"]["dashboard"]), ("live", &live["liveDashboard"])]
        {
            assert_eq!(answer["totals"]["visitors"]["value"], 1, "{way}: totals are always shown");
            let expected: Vec<&str> = PANELS
                .iter()
                .flat_map(|(_, _, of)| of.iter().copied())
                .filter(|name| !members.contains(name))
                .collect();
            assert_eq!(shown(&answer["panels"]), expected, "{off} off over {way}");
        }
        assert!(members.iter().all(|member| rest["panels"].get(*member).is_none()), "left out, not null");
        let now = json_of(stranger.get("/api/v1/sites/example.com/realtime"), StatusCode::OK).await;
        assert_eq!(now.get("pages").is_none(), off == "pages");
        assert_eq!(now.get("sources").is_none(), off == "sources");
        let asked =
            graphql(&stranger, r#"{ realtime(siteId: "example.com") { online pages { value } sources { value } } }"#)
                .await;
        assert_eq!(asked["data"]["realtime"]["pages"].is_null(), off == "pages");
        assert_eq!(asked["data"]["realtime"]["sources"].is_null(), off == "sources");
        assert_eq!(now["online"], 1);
        if ["pages", "sources"].contains(&off) {
            let hidden = if off == "pages" { "/secret" } else { "\"mail\"" };
            assert!(!now.to_string().contains(hidden), "{now}");
        }
    }
    // A member sees all of them, whatever a link shows.
    let whole = dashboard(&haru, json!({"date_range": "day"})).await.1;
    assert_eq!(shown(&whole["panels"]).len(), 20);
    // A link may show totals and the chart alone.
    change(&haru, &link, json!({"panels": []})).await;
    let bare = dashboard(&stranger, json!({"date_range": "day"})).await.1;
    assert_eq!(bare["panels"], json!({}));
    assert!(!bare.to_string().contains("secret"), "{bare}");
}

async fn words_beyond_the_panels_are_refused(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let link = make(&haru, json!({"name": "Numbers"})).await;
    let stranger = stranger(&haru, &link).await;
    for hidden in [
        "event:hostname",
        "visit:browser_version",
        "visit:os_version",
        "visit:entry_page_hostname",
        "visit:exit_page_hostname",
    ] {
        assert_eq!(ask(&stranger, json!({"dimensions": [hidden]})).await.0, StatusCode::FORBIDDEN, "{hidden}");
        assert_eq!(
            ask(&stranger, json!({"filters": [["is", hidden, ["x"]]]})).await.0,
            StatusCode::FORBIDDEN,
            "{hidden}"
        );
        assert_eq!(ask(&haru, json!({"dimensions": [hidden]})).await.0, StatusCode::OK, "{hidden} for a member");
    }
    assert_eq!(ask(&stranger, json!({"include": {"explain": true}})).await.0, StatusCode::FORBIDDEN);
    assert_eq!(
        ask(&stranger, json!({"dimensions": ["time:hour"], "include": {"time_labels": true, "total_rows": true}}))
            .await
            .0,
        StatusCode::OK
    );
    let paged = json!({"metrics": ["visitors", "time_on_page", "scroll_depth"], "dimensions": ["event:page"]});
    assert_eq!(ask(&stranger, paged).await.0, StatusCode::OK);
    change(&haru, &link, json!({"panels": ["exit_pages", "countries"]})).await;
    let nested = json!([["is", "visit:country", ["DE"]], ["has_not_done", ["and", [["is", "event:page", ["/"]]]]]]);
    for (query, expected) in [
        (json!({"metrics": ["visitors", "bounce_rate", "events"]}), StatusCode::OK),
        (json!({"metrics": ["time_on_page"], "filters": [["is", "event:page", ["/"]]]}), StatusCode::FORBIDDEN),
        (json!({"metrics": ["exit_rate"], "dimensions": ["visit:exit_page"]}), StatusCode::OK),
        (json!({"filters": nested}), StatusCode::FORBIDDEN),
    ] {
        assert_eq!(ask(&stranger, query.clone()).await.0, expected, "{query}");
    }
}

async fn properties_are_off_unless_they_are_shown(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let link = make(&haru, json!({"name": "Numbers"})).await;
    let stranger = stranger(&haru, &link).await;
    let by = json!({"dimensions": ["event:props:plan"]});
    let filtered = json!({"filters": [["has_done", ["is", "event:props:plan", ["pro"]]]]});
    for query in [&by, &filtered] {
        assert_eq!(ask(&stranger, query.clone()).await.0, StatusCode::FORBIDDEN, "{query}");
    }
    change(&haru, &link, json!({"properties": true, "panels": []})).await;
    for query in [&by, &filtered] {
        assert_eq!(ask(&stranger, query.clone()).await.0, StatusCode::OK, "{query}");
    }
}

async fn what_concerns_the_operator_is_not_told(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let site = haru.create_site("example.com", "UTC").await;
    let bot = haru.client.post(haru.url(&format!("/api/collect?t={}", site.token))).header("user-agent", GOOGLEBOT);
    let bot = bot.header("content-type", "text/plain").body(json!({"p": "/"}).to_string()).send().await.expect("sent");
    assert_eq!(bot.headers()["x-haru-dropped"], "bot");
    haru.count(&site.token, 1, json!({"p": "/"})).await;
    let link = make(&haru, json!({"name": "Numbers"})).await;
    let stranger = stranger(&haru, &link).await;
    crate::harness::eventually("the drop to be counted", || async {
        let own = dashboard(&haru, json!({"date_range": "day"})).await.1;
        (own["drops"] != json!([])).then_some(())
    })
    .await;
    let answer = dashboard(&stranger, json!({"date_range": "day"})).await.1;
    assert_eq!((&answer["drops"], &answer["notices"]), (&json!([]), &json!([])));
    let asked = r#"{ dashboard(siteId: "example.com", query: {date_range: "day"}) { drops { reason } notices } }"#;
    assert_eq!(graphql(&stranger, asked).await["data"]["dashboard"], json!({"drops": [], "notices": []}));
}

async fn watchers_of_one_question_see_each_their_own(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let site = haru.create_site("example.com", "UTC").await;
    haru.count(&site.token, 1, json!({"p": "/secret"})).await;
    let pages = stranger(&haru, &make(&haru, json!({"name": "Pages", "panels": ["pages"]})).await).await;
    let none = stranger(&haru, &make(&haru, json!({"name": "None", "panels": []})).await).await;
    let asked = r#"subscription { liveDashboard(siteId: "example.com", query: {date_range: "day"}) { panels { pages { rows { value } } } } }"#;
    let (mut owner, mut one, mut two) =
        (Socket::connected(&haru).await, Socket::connected(&pages).await, Socket::connected(&none).await);
    let page = json!({"rows": [{"value": "/secret"}]});
    for (socket, expected) in [(&mut owner, &page), (&mut one, &page), (&mut two, &Value::Null)] {
        socket.subscribe("1", asked).await;
        assert_eq!(&socket.until("1", |_| true).await["liveDashboard"]["panels"]["pages"], expected);
    }
    let hidden = r#"subscription { liveDashboard(siteId: "example.com", query: {date_range: "day", filters: [["is", "event:page", ["/"]]]}) { online } }"#;
    let mut two = Socket::connected(&none).await;
    two.subscribe("2", hidden).await;
    let refused = two.next().await.expect("an answer");
    assert!(refused.to_string().contains("is not shown here"), "{refused}");
}

async fn a_public_site_is_shown_at_its_domain(db: Db) {
    let (haru, place) = Haru::with_owner(db).await;
    let site = haru.create_site("example.com", "UTC").await;
    haru.count(&site.token, 1, json!({"p": "/hello"})).await;
    let open = || haru.client.post(haru.url("/api/v1/share/example.com/session")).json(&json!({})).send();
    assert_eq!(open().await.expect("sent").status(), StatusCode::NOT_FOUND);
    let public = |yes: bool| format!("UPDATE site SET public = {yes}");
    let database = database(&place).await;
    database.execute_unprepared(&public(true)).await.expect("public");
    let door = haru.client.get(haru.url("/api/v1/share/Example.com")).send().await.expect("sent");
    let shown = json!({"name": "A site", "domain": "example.com"});
    assert_eq!(expect(door, StatusCode::OK).await, json!({"needs_password": false, "site": shown, "name": "A site"}));
    let session = expect(open().await.expect("sent"), StatusCode::OK).await;
    assert_eq!((&session["embed"], &session["properties"]), (&json!(false), &json!(false)));
    let panels: Vec<&str> =
        PANELS.iter().map(|(name, ..)| *name).filter(|name| !["regions", "cities"].contains(name)).collect();
    assert_eq!(session["panels"], json!(panels), "all but places finer than countries");
    let visitor = haru.bearing(&session["access_token"]);
    assert_eq!(ask(&visitor, json!({"dimensions": ["event:page"]})).await.1["results"][0]["dimensions"][0], "/hello");
    for hidden in ["event:props:plan", "visit:city"] {
        assert_eq!(ask(&visitor, json!({"dimensions": [hidden]})).await.0, StatusCode::FORBIDDEN, "{hidden}");
    }
    let page = haru.client.get(haru.url("/share/example.com")).send().await.expect("sent");
    assert!(page.headers()["content-security-policy"].to_str().expect("text").ends_with("frame-ancestors 'none'"));
    let mut socket = Socket::connected(&visitor).await;
    socket.subscribe("1", r#"subscription { liveVisitors(siteId: "example.com") }"#).await;
    socket.until("1", |data| data["liveVisitors"] == json!(1)).await;
    database.execute_unprepared(&public(false)).await.expect("not public");
    loop {
        let message = socket.next().await.expect("an answer before the end");
        if message.to_string().contains("the share session has ended") {
            break;
        }
    }
    assert_eq!(ask(&visitor, json!({})).await.0, StatusCode::UNAUTHORIZED);
}
