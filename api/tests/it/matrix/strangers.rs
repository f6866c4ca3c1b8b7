//! Two accounts with the same everything but the domain: nothing of one is ever in an answer to the other.

use haru_stats::segment::SegmentReader;
use serde_json::{Value, json};

use super::table::{ROUTES, Who};
use super::world::{Account, World, request};
use crate::harness::{Db, Haru, on_both};
use crate::sealing::run;
use crate::socket::Socket;

on_both!(
    nothing_of_one_account_is_in_an_answer_to_another,
    ids_that_are_nearly_right_open_nothing,
    an_export_holds_the_events_of_one_account,
);

/// Routes that only read, and those that answer with what they change; not the one that ends the caller's login.
fn tells_something(row: &super::table::Row) -> bool {
    !matches!(row.who, Who::Operator) && row.allowed < 300 && row.path != "/v1/auth/logout"
}

async fn nothing_of_one_account_is_in_an_answer_to_another(db: Db) {
    let world = World::new(db).await;
    let mut read = 0;
    for (own, other) in [(0, 1), (1, 0)] {
        let (own, other) = (&world.accounts[own], &world.accounts[other]);
        let mut seen_own = 0;
        for (name, caller) in own.everybody() {
            for (index, row) in ROUTES.iter().filter(|row| tells_something(row)).enumerate() {
                let body = own.filled(&row.body.replace("{n}", &format!("{index}-{}", own.domain.len())));
                let body: Option<Value> = serde_json::from_str(&body).ok();
                let path = format!("/api{}", own.filled(row.path));
                let answer = request(caller, row.method, &path, body.as_ref()).send().await.expect("sent");
                let text = answer.text().await.expect("a body");
                read += 1;
                seen_own += usize::from(own.seen_in(&text).is_some());
                let leaked = other.seen_in(&text);
                assert!(leaked.is_none(), "{} {} as {name}: {leaked:?} of the other in {text}", row.method, row.path);
            }
            let text = graphql(caller, &own.domain).await;
            assert!(other.seen_in(&text).is_none(), "GraphQL as {name}: {text}");
        }
        // The search would find something, where there is something to find.
        assert!(seen_own > 40, "own things were in {seen_own} answers only");
        live(own, other).await;
    }
    assert!(read > 500, "{read}");
}

async fn an_export_holds_the_events_of_one_account(db: Db) {
    let world = World::new(db).await;
    let [first, second] = &world.accounts;
    for (own, other) in [(first, second), (second, first)] {
        let dir = tempfile::tempdir().expect("a directory");
        let to = dir.path().display().to_string();
        let told = run(&world.place, &["export", "--site", &own.domain, "--dir", &to]).await;
        assert!(told.contains(&format!(" {} events ", own.pageviews)), "{told}");
        let files = std::fs::read_dir(dir.path()).expect("a directory").map(|file| file.expect("a file").path());
        let mut texts = vec![told];
        for file in files {
            texts.push(file.display().to_string());
            let bytes = std::fs::read(&file).expect("a file");
            let segment = SegmentReader::open(&bytes).expect("a segment");
            segment.events(|event| texts.push(format!("{event:?}"))).expect("events");
        }
        assert!(texts.len() > own.pageviews, "{}", texts.len());
        for text in texts {
            assert!(other.seen_in(&text).is_none(), "{text}");
        }
    }
}

async fn graphql(caller: &Haru, site: &str) -> String {
    let query = format!(
        r#"{{ dashboard(siteId: "{site}", query: {{date_range: "all"}}) {{ site {{ id domain name }} totals {{ pageviews {{ value }} }}
            panels {{ pages {{ rows {{ value visitors }} }} }} }}
            realtime(siteId: "{site}") {{ online pages {{ value visitors }} }} }}"#
    );
    caller.post("/graphql", &json!({"query": query})).send().await.expect("sent").text().await.expect("a body")
}

/// Watches one account's site while things happen on the other's.
async fn live(own: &Account, other: &Account) {
    let mut socket = Socket::connected(&own.owner).await;
    let site = &own.domain;
    socket.subscribe("feed", &format!(r#"subscription {{ liveEvents(siteId: "{site}") {{ name page }} }}"#)).await;
    let query = r#"query: {date_range: "day"}) { site { domain } totals { pageviews { value } } panels { pages { rows { value } } } }"#;
    socket.subscribe("board", &format!(r#"subscription {{ liveDashboard(siteId: "{site}", {query} }}"#)).await;
    let page = |account: &Account| format!("/live/{}", account.domain);
    let mut seen = [false; 2];
    for round in 0..40 {
        for account in [other, own] {
            let url = format!("https://{}{}", account.domain, page(account));
            let items = json!([{"name": "pageview", "url": url, "visitor": format!("live {round}")}]);
            let path = format!("/api/v1/sites/{}/events", account.domain);
            account.owner.post(&path, &items).send().await.expect("sent");
        }
        while let Ok(Some(message)) = tokio::time::timeout(std::time::Duration::from_millis(250), socket.next()).await {
            let text = message.to_string();
            assert!(!text.contains(&page(other)) && other.seen_in(&text).is_none(), "{text}");
            seen[usize::from(message["id"] == "board")] |= text.contains(&page(own));
        }
        if seen == [true; 2] {
            return;
        }
    }
    panic!("feed and dashboard of {site} told of their own events: {seen:?}");
}

/// What a curious neighbour would try in the place of an id.
fn nearly(id: &str, domain: &str, own: &str) -> Vec<String> {
    let mut ids = vec![id.to_owned(), id.to_uppercase(), format!("{id}%00"), format!("{id}%20"), format!("%20{id}")];
    ids.extend([format!("{id}%2F"), format!("{own}%2F..%2F{id}"), format!("{own},{id}"), format!("{own}%00{id}")]);
    ids.extend(["%25".to_owned(), "*".to_owned(), "_".to_owned(), "0".to_owned(), "1".to_owned(), "-1".to_owned()]);
    ids.push("'%20OR%20'1'='1".to_owned());
    ids.extend([domain.to_owned(), domain.to_uppercase(), format!("www.{domain}"), format!("{domain}.")]);
    ids.extend([format!("https:%2F%2F{domain}"), "null".to_owned(), "undefined".to_owned(), "%F0%9F%92%A9".to_owned()]);
    // Ids carry their time: the neighbours in time, digit by digit.
    for (place, digit) in [(35, 'f'), (30, '0'), (20, '1'), (14, '7'), (7, 'a')] {
        if id.is_ascii() && id.len() > place {
            ids.push(format!("{}{digit}{}", &id[..place], &id[place + 1..]));
        }
    }
    ids
}

async fn ids_that_are_nearly_right_open_nothing(db: Db) {
    let world = World::new(db).await;
    let [own, other] = &world.accounts;
    let mut tried = 0;
    for row in ROUTES.iter().filter(|row| row.path.contains('{') && !matches!(row.who, Who::Operator)) {
        let name = &row.path[row.path.rfind('{').expect("a parameter") + 1..row.path.rfind('}').expect("its end")];
        let id = |account: &Account| account.filled(&format!("{{{name}}}"));
        if matches!(row.who, Who::Anybody) {
            continue;
        }
        for nearly in nearly(&id(other), &other.domain, &id(own)) {
            let path = format!("/api{}", own.filled(&row.path.replace(&format!("{{{name}}}"), &nearly)));
            let body: Option<Value> = serde_json::from_str(&own.filled(&row.body.replace("{n}", "9"))).ok();
            for caller in [&own.owner, &own.program, &own.guest] {
                tried += 1;
                let answer = request(caller, row.method, &path, body.as_ref()).send().await.expect("sent");
                let status = answer.status().as_u16();
                let text = answer.text().await.expect("a body");
                assert!(matches!(status, 400 | 403 | 404 | 405), "{} {path}: {status} {text}", row.method);
                assert!(other.seen_in(&text).is_none(), "{} {path}: {text}", row.method);
            }
        }
    }
    assert!(tried > 1_000, "{tried}");
    for site in nearly(&other.filled("{site}"), &other.domain, &own.domain) {
        let site = site.replace("%2F", "/").replace("%20", " ").replace("%25", "%").replace("%00", "\0");
        let query = json!({"site_id": site, "metrics": ["visitors"], "date_range": "all"});
        let answer = own.owner.post("/api/v2/query", &query).send().await.expect("sent");
        assert_eq!(answer.status().as_u16(), 404, "{site}: {}", answer.text().await.unwrap_or_default());
        let text = graphql(&own.owner, &site.replace('\0', "\\u0000")).await;
        assert!(text.contains("not found") && other.seen_in(&text).is_none(), "{site}: {text}");
    }
    // Nothing of the other account has changed.
    let theirs = request(&other.owner, "get", &format!("/api/v1/sites/{}", other.domain), None).send().await;
    assert_eq!(theirs.expect("sent").status().as_u16(), 200);
}
