//! What is wrong gets a 4xx that names the field; nothing is stored and nothing breaks.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Db, Haru, on_both};

on_both!(
    wrong_hits_are_refused_with_their_field,
    bodies_that_are_no_json_are_refused,
    the_api_never_answers_5xx_to_nonsense,
    what_is_no_email_address_is_refused_wherever_one_is_given,
);

async fn wrong_hits_are_refused_with_their_field(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let site = haru.create_site("example.com", "UTC").await;
    let long = format!("/{}", "x".repeat(10_000));
    let cases = [
        ("p", json!({})),
        ("p", json!({"p": 5})),
        ("p", json!({"p": long})),
        ("p", json!({"p": "/a\u{0}b"})),
        ("p", json!({"p": "data:text/html,hello"})),
        ("r", json!({"p": "/", "r": ["x"]})),
        ("n", json!({"p": "/", "n": "x".repeat(200)})),
        ("n", json!({"p": "/", "n": "a\nb"})),
        ("sw", json!({"p": "/", "sw": 0})),
        ("sw", json!({"p": "/", "sw": 10_000_000})),
        ("sh", json!({"p": "/", "sh": "tall"})),
        ("d", json!({"p": "/", "n": "duration", "d": -1})),
        ("d", json!({"p": "/", "n": "duration", "d": 1e300})),
        ("e", json!({"p": "/", "n": "engagement", "e": true})),
        ("sd", json!({"p": "/", "n": "engagement", "e": 1, "sd": 101})),
        ("c", json!({"p": "/", "c": "Brazil"})),
        ("m", json!({"p": "/", "n": "x", "m": "text"})),
        ("id", json!({"p": "/", "id": "x".repeat(500)})),
    ];
    for (field, body) in cases {
        let answer = haru.hit(&site.token, 1, &body).send().await.expect("sent");
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{field} {body}");
        let told: Value = answer.json().await.expect("JSON");
        assert!(told["errors"].get(field).is_some(), "{field} is not named in {told}");
    }
    let stored = haru.query(json!({"site_id": "example.com", "metrics": ["events"], "date_range": "all"})).await;
    assert_eq!(stored["results"][0]["metrics"], json!([0]));
}

async fn bodies_that_are_no_json_are_refused(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    let site = haru.create_site("example.com", "UTC").await;
    let url = haru.url(&format!("/api/collect?t={}", site.token));
    let send =
        |body: Vec<u8>| haru.client.post(&url).header("user-agent", crate::harness::CHROME_MAC).body(body).send();
    for body in [&b""[..], b"{", b"[]", b"null", b"\"text\"", b"{\"p\":\"/\xff\xfe\"}", b"{\"p\":\"/\",\"sw\":NaN}"] {
        let answer = send(body.to_vec()).await.expect("sent");
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{:?}", String::from_utf8_lossy(body));
    }
    let large = format!("{{\"p\":\"/\",\"x\":\"{}\"}}", "x".repeat(17 * 1024));
    assert_eq!(send(large.into_bytes()).await.expect("sent").status(), StatusCode::PAYLOAD_TOO_LARGE);
    let deep = "[".repeat(8_000);
    assert_eq!(send(deep.into_bytes()).await.expect("sent").status(), StatusCode::BAD_REQUEST);
}

async fn the_api_never_answers_5xx_to_nonsense(db: Db) {
    let (haru, _place) = Haru::with_owner(db).await;
    haru.create_site("example.com", "UTC").await;
    let paths = [
        "/api/v1/auth/register",
        "/api/v1/auth/login",
        "/api/v1/sites",
        "/api/v1/tokens",
        "/api/v1/sites/example.com/dashboard",
        "/api/v1/sites/example.com/events",
        "/api/v2/query",
        "/graphql",
    ];
    let bodies = [
        "",
        "{",
        "[]",
        "{}",
        "null",
        "\"\\u0000\"",
        "{\"email\":1}",
        "{\"date_range\":{}}",
        "{\"query\":\"{\"}",
        "[[[[[[]]]]]]",
    ];
    for path in paths {
        for body in bodies {
            let sent =
                haru.client.post(haru.url(path)).bearer_auth(&haru.token).header("content-type", "application/json");
            let answer = sent.body(body).send().await.expect("sent");
            let status = answer.status();
            assert!(!status.is_server_error(), "{path} {body}: {status}");
            if path.starts_with("/api/v1") && status.is_client_error() {
                assert_eq!(answer.headers()["content-type"], "application/problem+json", "{path} {body}");
                let problem: Value = answer.json().await.expect("JSON");
                for key in ["type", "title", "status", "detail", "request_id"] {
                    assert!(!problem[key].is_null(), "{path} {body}: no {key}");
                }
            }
        }
    }
    let zero = haru.client.post(haru.url("/api/collect?t=%00")).body(r#"{"p":"/"}"#).send().await.expect("sent");
    assert_eq!(zero.status(), StatusCode::UNAUTHORIZED);
    let zero = haru.get("/api/v1/sites?after=%00").send().await.expect("sent");
    assert_eq!(zero.status(), StatusCode::OK);
    for path in [
        "/api/v1/sites/%00",
        "/api/v1/sites/a%00/realtime",
        "/api/v1/sites/'%20OR%201=1",
        "/api/v1/sites/..%2f..",
        "/api/v1/nothing",
        "/api/nothing",
    ] {
        let answer = haru.get(path).send().await.expect("sent");
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

async fn what_is_no_email_address_is_refused_wherever_one_is_given(db: Db) {
    let (haru, _place) = crate::people::open(db).await;
    for email in [
        "a\u{0}@b.example",
        "a@b\u{0}.example",
        "a@b\n.example",
        "a@b .example",
        "a@<b>.example",
        "a@\"b\".example",
        "a@b.example.",
        "a@b..example",
    ] {
        let register = json!({"email": email, "password": crate::harness::PASSWORD, "name": "Eva"});
        for (path, body, status) in [
            ("/api/v1/auth/register", register, StatusCode::UNPROCESSABLE_ENTITY),
            (
                "/api/v1/account/invitations",
                json!({"email": email, "role": "viewer"}),
                StatusCode::UNPROCESSABLE_ENTITY,
            ),
            ("/api/v1/auth/login", json!({"email": email, "password": "not right"}), StatusCode::UNAUTHORIZED),
            ("/api/v1/auth/password/forgot", json!({"email": email}), StatusCode::ACCEPTED),
        ] {
            let answer = haru.post(path, &body).send().await.expect("sent");
            assert_eq!(answer.status(), status, "{path} {email:?}");
            if status == StatusCode::UNPROCESSABLE_ENTITY {
                let problem: Value = answer.json().await.expect("JSON");
                assert_eq!(problem["errors"][0]["field"], "email", "{path} {email:?}");
            }
        }
    }
}
