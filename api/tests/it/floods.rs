//! Ways around limits that there are not.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Db, Haru, Place, expect, on_both};
use crate::socket::Socket;

on_both!(
    a_query_that_would_be_walked_for_ever_is_refused_at_once,
    a_query_is_as_long_as_one_needs,
    questions_over_a_socket_are_counted_like_calls,
    an_address_is_counted_however_it_is_spelled,
    refreshes_are_counted,
    looks_at_the_instance_are_counted,
    made_up_api_tokens_are_not_looked_up_for_ever,
    a_token_of_before_a_switch_does_nothing_in_the_other_account,
    who_sees_some_sites_makes_no_others,
);

async fn start(db: Db, flags: &[&str]) -> (Haru, Place) {
    let place = Place::new(db).await;
    let mut haru = place.start(flags).await;
    haru.register("ana@example.com").await;
    (haru, place)
}

async fn questions_over_a_socket_are_counted_like_calls(db: Db) {
    let (haru, _place) = start(db, &["--api-rate-limit", "8", "--auth-rate-limit", "0"]).await;
    haru.create_site("example.com", "UTC").await;
    let link = json!({"name": "A link"});
    let link = haru.post("/api/v1/sites/example.com/share-links", &link).send().await.expect("sent");
    let slug = expect(link, StatusCode::CREATED).await["slug"].as_str().expect("a slug").to_owned();
    let open = haru.client.post(haru.url(&format!("/api/v1/share/{slug}/session"))).json(&json!({}));
    let guest = expect(open.send().await.expect("sent"), StatusCode::OK).await;
    let mut caller = Haru::at(haru.base.clone());
    guest["access_token"].as_str().expect("a token").clone_into(&mut caller.token);
    for caller in [&haru, &caller] {
        let mut socket = Socket::connected(caller).await;
        let mut refused = 0;
        for id in 0..12 {
            socket.subscribe(&id.to_string(), r#"query { realtime(siteId: "example.com") { online } }"#).await;
        }
        let mut done = 0;
        while done < 12 {
            let message = socket.next().await.expect("the connection lives");
            refused += usize::from(message.to_string().contains("too many requests"));
            done += usize::from(message["type"] == "complete" || message["type"] == "error");
        }
        assert!(refused >= 4, "{refused} of 12 were refused");
    }
}

/// Each fragment spreads the next one twice: a kilobyte of text, two to the power of thirty ways through it.
async fn a_query_that_would_be_walked_for_ever_is_refused_at_once(db: Db) {
    let (haru, _place) = start(db, &[]).await;
    let fragment = |index| format!(" fragment f{index} on Query {{ ...f{next} ...f{next} }}", next = index + 1);
    let fragments: Vec<String> = (0..30).map(fragment).collect();
    let query = format!("{{ ...f0 }}{} fragment f30 on Query {{ __typename }}", fragments.concat());
    let nobody = Haru::at(haru.base.clone());
    let answer = nobody.client.post(nobody.url("/graphql")).json(&json!({"query": query})).send().await.expect("sent");
    assert!(answer.text().await.expect("a body").contains("at most 20 fragments"));
    let mut socket = Socket::connected(&haru).await;
    socket.subscribe("1", &query).await;
    assert!(socket.next().await.expect("an answer").to_string().contains("at most 20 fragments"));
    // What an explorer asks first still is answered.
    let explorer = "query { __schema { types { ...T } } } fragment T on __Type { name fields { type { ...R } } } \
                    fragment R on __Type { name ofType { name ofType { name } } }";
    let answer = haru.post("/graphql", &json!({"query": explorer})).send().await.expect("sent");
    assert!(expect(answer, StatusCode::OK).await["data"]["__schema"]["types"].is_array());
}

async fn a_query_is_as_long_as_one_needs(db: Db) {
    let (haru, _place) = start(db, &[]).await;
    let long = format!("{{ {} }}", "x ".repeat(40_000));
    let answer = haru.post("/graphql", &json!({"query": long})).send().await.expect("sent");
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let tagged = format!("{{ __typename {} }}", "@skip(if: false) ".repeat(6));
    let answer = haru.post("/graphql", &json!({"query": tagged})).send().await.expect("sent");
    assert!(answer.text().await.expect("a body").contains("directives"));
}

async fn an_address_is_counted_however_it_is_spelled(db: Db) {
    let (haru, _place) = start(db, &["--auth-rate-limit", "4", "--trusted-proxies", "127.0.0.1"]).await;
    let mut answers = Vec::new();
    for (from, email) in [
        "ana@exa\u{ad}mple.com",
        "ANA@example.com",
        " ana@example.com",
        "ana@\u{ff45}xample.com",
        "ana@example\u{3002}com",
    ]
    .iter()
    .enumerate()
    {
        let body = json!({"email": email, "password": "not the right password"});
        let request = haru.client.post(haru.url("/api/v1/auth/login")).json(&body);
        let answer = request.header("x-forwarded-for", format!("203.0.113.{from}")).send().await.expect("sent");
        answers.push(answer.status().as_u16());
    }
    // The registration was the first of four.
    assert_eq!(answers, [401, 401, 401, 429, 429]);
}

async fn refreshes_are_counted(db: Db) {
    let (haru, _place) = start(db, &["--api-rate-limit", "5"]).await;
    let mut answers = Vec::new();
    for _ in 0..7 {
        let refresh = haru.client.post(haru.url("/api/v1/auth/refresh")).send().await.expect("sent");
        answers.push(refresh.status().as_u16());
    }
    assert_eq!(answers, [200, 200, 200, 200, 200, 429, 429]);
}

async fn looks_at_the_instance_are_counted(db: Db) {
    let (haru, _place) = start(db, &["--api-rate-limit", "5"]).await;
    let mut answers = Vec::new();
    for _ in 0..7 {
        let instance = haru.client.get(haru.url("/api/v1/instance")).send().await.expect("sent");
        answers.push(instance.status().as_u16());
    }
    assert_eq!(answers, [200, 200, 200, 200, 200, 429, 429]);
}

/// What looks like the secret of an API token.
fn made_up(index: usize) -> String {
    format!("haru_{index:A>43}")
}

async fn made_up_api_tokens_are_not_looked_up_for_ever(db: Db) {
    let flags = ["--api-rate-limit", "4", "--auth-rate-limit", "0", "--trusted-proxies", "127.0.0.1"];
    let (haru, _place) = start(db, &flags).await;
    let mut programs = Vec::new();
    for name in ["at work", "new"] {
        let made = haru.post("/api/v1/tokens", &json!({"name": name, "scopes": ["sites:read"]}));
        let made = expect(made.send().await.expect("sent"), StatusCode::CREATED).await;
        programs.push(made["token"].as_str().expect("a token").to_owned());
    }
    let sites = async |token: &str, from: &str| {
        let request = haru.client.get(haru.url("/api/v1/sites")).bearer_auth(token);
        request.header("x-forwarded-for", from).send().await.expect("sent").status().as_u16()
    };
    let (crowd, elsewhere) = ("203.0.113.1", "203.0.113.2");
    assert_eq!(sites(&programs[0], crowd).await, 200);
    let mut answers = Vec::new();
    for index in 0..6 {
        answers.push(sites(&made_up(index), crowd).await);
    }
    assert_eq!(answers, [401, 401, 401, 401, 429, 429]);
    // That it is good shows that it is looked up: from there it isn't any more, unless it was at work before.
    assert_eq!(sites(&programs[1], crowd).await, 429, "it might be made up");
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    assert_eq!(sites(&programs[0], crowd).await, 200, "it is known, though it has to be looked up again");
    assert_eq!(sites(&programs[1], elsewhere).await, 200);
    assert_eq!(sites(&programs[1], crowd).await, 200, "and is known from then on");
    // Over a socket and for what is a person's own it is the same.
    let of_person = haru.client.get(haru.url("/api/v1/me")).bearer_auth(made_up(9)).header("x-forwarded-for", crowd);
    assert_eq!(of_person.send().await.expect("sent").status(), StatusCode::TOO_MANY_REQUESTS);
}

/// Somebody with an account of their own who was invited into Ana's, for those sites.
async fn invited(haru: &Haru, wish: Value) -> (Haru, String) {
    let mut ben = Haru::at(haru.base.clone());
    ben.register("ben@example.com").await;
    let me = expect(haru.get("/api/v1/me").send().await.expect("sent"), StatusCode::OK).await;
    let made = haru.post("/api/v1/account/invitations", &wish).send().await.expect("sent");
    let made = expect(made, StatusCode::CREATED).await;
    let secret = made["link"].as_str().expect("a link").split_once('#').expect("a secret").1;
    let accept = ben.post("/api/v1/auth/invitation/accept", &json!({"token": secret})).send().await.expect("sent");
    let session = expect(accept, StatusCode::OK).await;
    session["access_token"].as_str().expect("a token").clone_into(&mut ben.token);
    (ben, me["account"]["id"].as_str().expect("an id").to_owned())
}

async fn a_token_of_before_a_switch_does_nothing_in_the_other_account(db: Db) {
    let (haru, _place) = start(db, &["--registration", "open"]).await;
    let (mut ben, anas) = invited(&haru, json!({"role": "admin"})).await;
    let me = expect(ben.get("/api/v1/me").send().await.expect("sent"), StatusCode::OK).await;
    let accounts = me["accounts"].as_array().expect("a list");
    let own = accounts.iter().find(|account| account["id"] != json!(anas)).expect("one of their own");
    let switch = ben.post("/api/v1/auth/switch", &json!({"account_id": own["id"]})).send().await.expect("sent");
    let session = expect(switch, StatusCode::OK).await;
    let site = json!({"name": "A site", "domain": "example.com"});
    let meant_for_ana =
        expect(ben.post("/api/v1/sites", &site).send().await.expect("sent"), StatusCode::CONFLICT).await;
    assert_eq!(meant_for_ana["errors"][0]["field"], "account", "{meant_for_ana}");
    session["access_token"].as_str().expect("a token").clone_into(&mut ben.token);
    ben.create_site("example.com", "UTC").await;
    let anas = expect(haru.get("/api/v1/sites").send().await.expect("sent"), StatusCode::OK).await;
    assert_eq!(anas["sites"], json!([]));
}

async fn who_sees_some_sites_makes_no_others(db: Db) {
    let (haru, _place) = start(db, &["--registration", "open"]).await;
    let site = haru.create_site("example.com", "UTC").await;
    let (ben, _) = invited(&haru, json!({"role": "admin", "site_ids": [site.id]})).await;
    let wish = json!({"name": "A site", "domain": "another.example"});
    let refused = ben.post("/api/v1/sites", &wish).send().await.expect("sent");
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    haru.create_site("another.example", "UTC").await;
}
