//! Mail over SMTP, and what becomes of links that no mail server takes.

use std::process::Stdio;
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{ChildStderr, Command};

use crate::harness::{CHROME_MAC, Db, Haru, Place, expect, on_both};
use crate::logins::log_in;
use crate::mail_server::{MailServer, nowhere};
use crate::passwords::{NEW_PASSWORD, forgot, requests, reset};

on_both!(
    a_forgotten_passwords_link_comes_by_mail,
    what_the_mail_server_refuses_waits_for_the_administrator,
    an_invitation_is_mailed_also_when_its_maker_hangs_up,
);

async fn says_it_has_mail(haru: &Haru) -> bool {
    let instance = haru.client.get(haru.url("/api/v1/instance")).send().await.expect("sent");
    expect(instance, StatusCode::OK).await["mail"].as_bool().expect("true or false")
}

async fn a_forgotten_passwords_link_comes_by_mail(db: Db) {
    let server = MailServer::start().await;
    let place = Place::new(db).await;
    let flags = ["--smtp-url", &server.url, "--mail-from", "Our stats <stats@example.com>", "--auth-rate-limit", "0"];
    let mut haru = place.start(&flags).await;
    assert!(says_it_has_mail(&haru).await);
    haru.register("ana@example.com").await;
    forgot(&haru, "eva@example.com").await;
    forgot(&haru, "ana@example.com").await;
    let mail = server.after(0).await;
    assert_eq!((mail.from.as_str(), mail.to.as_slice()), ("stats@example.com", &["ana@example.com".to_owned()][..]));
    for line in ["From: \"Our stats\" <stats@example.com>", "To: ana@example.com", "Subject: A new password for Haru"] {
        assert!(mail.text.contains(line), "{line} in {}", mail.text);
    }
    assert!(mail.text.contains("Hello Ana,"), "{}", mail.text);
    let link = mail.link(&haru.base);
    let token = link.strip_prefix(&format!("{}/reset#", haru.base)).expect("the page for it");
    assert!(requests(&haru).await.is_empty(), "nothing is left for the administrator");
    assert_eq!(reset(&haru, token, NEW_PASSWORD).await.status(), StatusCode::NO_CONTENT);
    let body = json!({"email": "ana@example.com", "password": NEW_PASSWORD});
    assert_eq!(log_in(&haru, body, CHROME_MAC).await.0, StatusCode::OK);
    assert_eq!(server.mails().len(), 1, "the stranger got none");
}

async fn what_the_mail_server_refuses_waits_for_the_administrator(db: Db) {
    let server = MailServer::start().await;
    let place = Place::new(db).await;
    let mut haru = place.start(&["--smtp-url", &server.url, "--auth-rate-limit", "0"]).await;
    haru.register("refused@example.com").await;
    forgot(&haru, "refused@example.com").await;
    let open = crate::harness::eventually("the request", || async { requests(&haru).await.pop() }).await;
    assert_eq!(open["email"], json!("refused@example.com"));
    assert!(server.mails().is_empty());
}

async fn an_invitation_is_mailed_also_when_its_maker_hangs_up(db: Db) {
    let server = MailServer::start_busy().await;
    let place = Place::new(db).await;
    let mut haru = place.start(&["--smtp-url", &server.url, "--auth-rate-limit", "0"]).await;
    haru.register("ana@example.com").await;
    let wish = json!({"role": "viewer", "email": "eva@example.com"});
    // Over HTTP/2, where one request is ended, and dropped, while its connection lives on.
    let client = reqwest::Client::builder().http2_prior_knowledge().timeout(Duration::from_secs(2)).build();
    let client = client.expect("a client");
    let invite = client.post(haru.url("/api/v1/account/invitations")).bearer_auth(&haru.token).json(&wish);
    assert!(invite.send().await.expect_err("it waits for the mail server").is_timeout());
    tokio::time::sleep(Duration::from_millis(500)).await;
    server.go_on();
    let mail = server.after(0).await;
    assert_eq!(mail.to, ["eva@example.com"]);
    let link = mail.link(&haru.base);
    let (_, token) = link.split_once("invite#").expect("an invitation");
    let offer = haru.post("/api/v1/auth/invitation", &json!({"token": token})).send().await.expect("sent");
    assert_eq!(expect(offer, StatusCode::OK).await["email"], json!("eva@example.com"));
}

/// `haru serve` as a process: its address and its log.
async fn serve(place: &Place, flags: &[&str]) -> (Haru, Lines<BufReader<ChildStderr>>, tokio::process::Child) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_haru"));
    command.args(["serve", "--listen", "127.0.0.1:0", "--auth-rate-limit", "0"]).args(flags);
    command.env("HARU_DATA_DIR", place.dir.path()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().expect("it runs");
    let mut lines = BufReader::new(child.stdout.take().expect("an output")).lines();
    let ready = lines.next_line().await.expect("readable").expect("a line");
    let base = ready.split_whitespace().last().expect("an address").trim_end_matches('/').to_owned();
    let log = BufReader::new(child.stderr.take().expect("a log")).lines();
    (Haru::at(base), log, child)
}

/// The token of the link in the log.
async fn logged_token(log: &mut Lines<BufReader<ChildStderr>>) -> String {
    let found = async {
        loop {
            let line = log.next_line().await.expect("readable").expect("the log goes on");
            if let Some((before, rest)) = line.split_once("reset#") {
                assert!(before.contains("WARN") && line.contains("ana@example.com"), "{line}");
                return rest.split('"').next().expect("an end").to_owned();
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), found).await.expect("a link in the log")
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_mail_server_or_when_it_is_down_links_are_in_the_log_and_on_the_administrators_list() {
    for url in [None, Some(nowhere())] {
        let place = Place::new(Db::Sqlite).await;
        let flags: Vec<&str> = url.iter().flat_map(|url| ["--smtp-url", url]).collect();
        let (mut haru, mut log, _child) = serve(&place, &flags).await;
        assert_eq!(says_it_has_mail(&haru).await, url.is_some());
        haru.register("ana@example.com").await;
        forgot(&haru, "ana@example.com").await;
        let logged = logged_token(&mut log).await;
        let open = requests(&haru).await;
        assert_eq!(open.len(), 1, "{open:?}");
        // The administrator's fresh link takes the place of the one in the log.
        let path = format!("/api/v1/admin/password-resets/{}/link", open[0]["id"].as_str().expect("an id"));
        let made = expect(haru.post(&path, &json!({})).send().await.expect("sent"), StatusCode::OK).await;
        assert_eq!(reset(&haru, &logged, NEW_PASSWORD).await.status(), StatusCode::NOT_FOUND);
        let (_, token) = made["link"].as_str().and_then(|link| link.split_once('#')).expect("a fragment");
        assert_eq!(reset(&haru, token, NEW_PASSWORD).await.status(), StatusCode::NO_CONTENT);

        // And the one in the log is good as long as nobody asks for another.
        forgot(&haru, "ana@example.com").await;
        let logged = logged_token(&mut log).await;
        assert_eq!(reset(&haru, &logged, NEW_PASSWORD).await.status(), StatusCode::NO_CONTENT);
    }
}
