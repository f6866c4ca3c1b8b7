//! A running service with a database of its own, and a client that uses it as a stranger would.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use clap::Parser;
use haru::config::ServeConfig;
use haru::serve::Running;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use sea_orm::{ConnectionTrait, Database};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::oneshot;

pub(crate) const CHROME_MAC: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36";
pub(crate) const FIREFOX_WINDOWS: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:131.0) Gecko/20100101 Firefox/131.0";
pub(crate) const SAFARI_IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1";
pub(crate) const GOOGLEBOT: &str = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// Makes a test of each named function for each database.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() { super::$name(crate::harness::Db::Sqlite).await })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() { super::$name(crate::harness::Db::Postgres).await })*
        }
    };
}
pub(crate) use on_both;

/// Which database a test runs on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Db {
    Sqlite,
    Postgres,
}

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    config: ServeConfig,
}

/// A data directory and database that outlive restarts of the service.
pub(crate) struct Place {
    pub(crate) dir: TempDir,
    pub(crate) database_url: Option<String>,
}

impl Place {
    pub(crate) async fn new(db: Db) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let database_url = match db {
            Db::Sqlite => None,
            Db::Postgres => Some(new_postgres_database().await),
        };
        Self { dir, database_url }
    }

    /// Settings for a free port, with more flags behind.
    pub(crate) fn config(&self, flags: &[&str]) -> ServeConfig {
        Cli::parse_from(self.flags(flags)).config
    }

    fn flags(&self, more: &[&str]) -> Vec<String> {
        let mut flags: Vec<String> = vec!["haru".into(), "--listen".into(), "127.0.0.1:0".into()];
        flags.extend(["--data-dir".into(), self.dir.path().display().to_string()]);
        if let Some(url) = &self.database_url {
            flags.extend(["--database-url".into(), url.clone()]);
            if !more.contains(&"--secret") {
                flags.extend(["--secret".into(), "a secret that is long enough for a test".into()]);
            }
        }
        flags.extend(more.iter().map(|flag| (*flag).to_owned()));
        flags
    }

    pub(crate) async fn start(&self, flags: &[&str]) -> Haru {
        Self::start_with(&self.config(flags)).await
    }

    /// The same with settings that were changed.
    pub(crate) async fn start_with(config: &ServeConfig) -> Haru {
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async move {
            let _either_way = stopped.await;
        };
        let running = haru::serve::start(config, shutdown).await.expect("the service starts");
        let base = format!("http://{}", running.address);
        Haru { base, client: client(), stop: Some(stop), running: Some(running), token: String::new() }
    }
}

/// Reads the address of the tests' server and makes a database of its own on it.
async fn new_postgres_database() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let server = std::env::var("HARU_TEST_POSTGRES_URL")
        .expect("HARU_TEST_POSTGRES_URL names a PostgreSQL server; `make test` starts one and sets it");
    let name = format!("haru_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let admin = Database::connect(format!("{server}/postgres")).await.expect("the server answers");
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.expect("a database");
    admin.close().await.expect("closed");
    format!("{server}/{name}")
}

pub(crate) fn client() -> Client {
    Client::builder().cookie_store(true).timeout(Duration::from_secs(30)).build().expect("a client")
}

/// A running service and a browser-like client of it.
pub(crate) struct Haru {
    pub(crate) base: String,
    pub(crate) client: Client,
    pub(crate) token: String,
    stop: Option<oneshot::Sender<()>>,
    running: Option<Running>,
}

/// A site, as the API answered.
pub(crate) struct Site {
    pub(crate) id: String,
    pub(crate) token: String,
}

impl Haru {
    /// Starts with no limit on hits and `127.0.0.1` as trusted proxy, so that tests can be many visitors.
    pub(crate) async fn start(db: Db) -> (Self, Place) {
        let place = Place::new(db).await;
        let flags = ["--collect-rate-limit", "0", "--trusted-proxies", "127.0.0.1", "--auth-rate-limit", "0"];
        (place.start(&flags).await, place)
    }

    /// The same with somebody registered and logged in.
    pub(crate) async fn with_owner(db: Db) -> (Self, Place) {
        let (mut haru, place) = Self::start(db).await;
        haru.register("ana@example.com").await;
        (haru, place)
    }

    /// A client of a service that somebody else started.
    pub(crate) fn at(base: String) -> Self {
        Self { base, client: client(), token: String::new(), stop: None, running: None }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub(crate) async fn register(&mut self, email: &str) -> Value {
        let body = json!({"email": email, "password": PASSWORD, "name": "Ana"});
        let response = self.client.post(self.url("/api/v1/auth/register")).json(&body).send().await.expect("sent");
        let session = expect(response, StatusCode::CREATED).await;
        session["access_token"].as_str().expect("a token").clone_into(&mut self.token);
        session
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(self.url(path)).bearer_auth(&self.token)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        self.client.post(self.url(path)).bearer_auth(&self.token).json(body)
    }

    pub(crate) fn patch(&self, path: &str, body: &Value) -> RequestBuilder {
        self.client.patch(self.url(path)).bearer_auth(&self.token).json(body)
    }

    pub(crate) fn delete(&self, path: &str) -> RequestBuilder {
        self.client.delete(self.url(path)).bearer_auth(&self.token)
    }

    /// Another client of the same service, with that Bearer.
    pub(crate) fn bearing(&self, token: &Value) -> Self {
        let mut other = Self::at(self.base.clone());
        token.as_str().expect("a token").clone_into(&mut other.token);
        other
    }

    pub(crate) async fn create_site(&self, domain: &str, timezone: &str) -> Site {
        let body = json!({"name": "A site", "domain": domain, "timezone": timezone});
        let site = expect(self.post("/api/v1/sites", &body).send().await.expect("sent"), StatusCode::CREATED).await;
        let text = |key: &str| site[key].as_str().expect("text").to_owned();
        Site { id: text("id"), token: text("tracking_token") }
    }

    /// A hit of the script, not sent yet.
    pub(crate) fn hit(&self, token: &str, visitor: u8, body: &Value) -> RequestBuilder {
        self.client
            .post(self.url(&format!("/api/collect?t={token}")))
            .header("user-agent", CHROME_MAC)
            .header("x-forwarded-for", format!("198.51.100.{visitor}"))
            .header("content-type", "text/plain")
            .body(body.to_string())
    }

    /// A hit of the script that is counted.
    pub(crate) async fn count(&self, token: &str, visitor: u8, body: Value) {
        let response = self.hit(token, visitor, &body).send().await.expect("sent");
        assert!(response.headers().get("x-haru-dropped").is_none(), "{body} was dropped");
        assert_eq!(response.status(), StatusCode::OK, "{body}: {}", response.text().await.unwrap_or_default());
    }

    /// The results of a query about today.
    pub(crate) async fn results(&self, site: &str, metrics: &[&str], dimensions: &[&str]) -> Value {
        self.query(json!({"site_id": site, "metrics": metrics, "date_range": "day", "dimensions": dimensions})).await
            ["results"]
            .take()
    }

    pub(crate) async fn query(&self, query: Value) -> Value {
        expect(self.post("/api/v2/query", &query).send().await.expect("sent"), StatusCode::OK).await
    }

    /// Ends the service as SIGTERM would.
    pub(crate) async fn stop(mut self) {
        drop(self.stop.take());
        if let Some(running) = self.running.take() {
            running.finished().await.expect("a clean end");
        }
    }
}

/// The JSON of an answer of that status; anything else fails with what was answered.
pub(crate) async fn expect(response: Response, status: StatusCode) -> Value {
    let (got, url) = (response.status(), response.url().clone());
    let text = response.text().await.expect("a body");
    assert_eq!(got, status, "{url}: {text}");
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

/// The status of its answer.
pub(crate) async fn status(request: RequestBuilder) -> StatusCode {
    request.send().await.expect("sent").status()
}

/// The JSON of its answer, which has that status.
pub(crate) async fn json_of(request: RequestBuilder, good: StatusCode) -> Value {
    expect(request.send().await.expect("sent"), good).await
}

/// Asks again until the answer is there; fails after 20 seconds.
pub(crate) async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> F) -> T {
    for _ in 0..200 {
        if let Some(answer) = ask().await {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("waited in vain for {what}");
}
