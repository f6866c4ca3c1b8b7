//! What a client of the API does here: register, make a site, ask for numbers.

use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::http::Connection;
use crate::traffic::Target;

/// Password of the user that a run makes for itself.
pub(crate) const PASSWORD: &str = "only good for a benchmark";

/// A user and their site, made for one run.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    /// Domain, new for each run, so that runs may share a database.
    pub(crate) domain: String,
    /// Tracking token.
    pub(crate) token: String,
    /// Address of its user, who has [`PASSWORD`].
    pub(crate) email: String,
}

impl Site {
    /// Registers a user and makes a site.
    pub(crate) async fn create(address: SocketAddr) -> Result<Self, String> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let run = format!("bench-{}-{}", since.as_millis(), std::process::id());
        let email = format!("{run}@example.com");
        let domain = format!("{run}.example.com");
        let user = json!({"email": email, "password": PASSWORD, "name": "Bench"});
        let session = post(address, "/api/v1/auth/register", None, &user).await?;
        let access = text(&session, "access_token")?;
        let wish = json!({"name": "Bench", "domain": domain});
        let site = post(address, "/api/v1/sites", Some(&access), &wish).await?;
        Ok(Self { domain, token: text(&site, "tracking_token")?, email })
    }

    /// More sites of the same user, as many as are wanted.
    pub(crate) async fn others(&self, address: SocketAddr, number: usize) -> Result<Vec<Self>, String> {
        let access = self.log_in(address).await?;
        let mut sites = Vec::with_capacity(number);
        for index in 1..=number {
            let domain = format!("{index}.{}", self.domain);
            let site =
                post(address, "/api/v1/sites", Some(&access), &json!({"name": "Bench", "domain": domain})).await?;
            sites.push(Self { domain, token: text(&site, "tracking_token")?, email: self.email.clone() });
        }
        Ok(sites)
    }

    /// A site that `haru seed` has made with the user of that email and [`PASSWORD`]; nothing can be sent to it.
    pub(crate) fn known(domain: &str, email: &str) -> Self {
        Self { domain: domain.to_owned(), token: String::new(), email: email.to_owned() }
    }

    /// A fresh access token: those of before are good for 15 minutes only.
    pub(crate) async fn log_in(&self, address: SocketAddr) -> Result<String, String> {
        let session = json!({"email": self.email, "password": PASSWORD});
        text(&post(address, "/api/v1/auth/login", None, &session).await?, "access_token")
    }

    /// Events and pageviews that the server reports for the site.
    pub(crate) async fn totals(&self, address: SocketAddr) -> Result<(usize, usize), String> {
        let access = self.log_in(address).await?;
        self.totals_for(address, &access).await
    }

    /// The same for who is logged in already.
    pub(crate) async fn totals_for(&self, address: SocketAddr, access: &str) -> Result<(usize, usize), String> {
        let query = json!({"site_id": self.domain, "metrics": ["events", "pageviews"], "date_range": "all"});
        let answer = post(address, "/api/v2/query", Some(access), &query).await?;
        let metrics = &answer["results"][0]["metrics"];
        count(&metrics[0]).zip(count(&metrics[1])).ok_or_else(|| format!("no totals in {answer}"))
    }

    /// What the server answers to a query.
    pub(crate) async fn ask(&self, address: SocketAddr, access: &str, query: &Value) -> Result<Value, String> {
        post(address, "/api/v2/query", Some(access), query).await
    }

    /// Pages and how often each was viewed, all of them.
    pub(crate) async fn pages(&self, address: SocketAddr) -> Result<Vec<(String, usize)>, String> {
        const ROWS: usize = 10_000;
        let access = self.log_in(address).await?;
        let mut pages = Vec::new();
        loop {
            let query = json!({
                "site_id": self.domain, "metrics": ["pageviews"], "date_range": "all", "dimensions": ["event:page"],
                "pagination": {"limit": ROWS, "offset": pages.len()},
            });
            let answer = post(address, "/api/v2/query", Some(&access), &query).await?;
            let rows = answer["results"].as_array().ok_or_else(|| format!("no rows in {answer}"))?;
            for row in rows {
                let page = row["dimensions"][0].as_str().map(str::to_owned);
                pages.push(page.zip(count(&row["metrics"][0])).ok_or_else(|| format!("no page in {row}"))?);
            }
            if rows.len() < ROWS {
                return Ok(pages);
            }
        }
    }
}

/// Somebody with several API tokens, so that more may be watched than one of them may.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    /// Part of each domain, new for each run.
    run: String,
    /// API tokens, which outlast a login's access token.
    pub(crate) tokens: Vec<String>,
}

impl Owner {
    /// Registers a user and makes so many tokens.
    pub(crate) async fn create(address: SocketAddr, tokens: usize) -> Result<Self, String> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let run = format!("bench-{}-{}", since.as_millis(), std::process::id());
        let user = json!({"email": format!("{run}@example.com"), "password": PASSWORD, "name": "Bench"});
        let access = text(&post(address, "/api/v1/auth/register", None, &user).await?, "access_token")?;
        let mut made = Vec::with_capacity(tokens);
        for number in 0..tokens.max(1) {
            let wish = json!({"name": format!("Bench {number}"), "scopes": ["stats:read", "sites:write"]});
            made.push(text(&post(address, "/api/v1/tokens", Some(&access), &wish).await?, "token")?);
        }
        Ok(Self { run, tokens: made })
    }

    /// Makes so many sites, whose domains begin with a word.
    pub(crate) async fn make_sites(
        &self,
        address: SocketAddr,
        word: &str,
        sites: usize,
    ) -> Result<Vec<Target>, String> {
        let mut targets = Vec::with_capacity(sites);
        for number in 0..sites {
            let domain = format!("{word}-{number}.{}.example.com", self.run);
            let wish = json!({"name": "Bench", "domain": domain});
            let site = post(address, "/api/v1/sites", Some(self.token()), &wish).await?;
            targets.push(Target { address, domain, token: text(&site, "tracking_token")? });
        }
        Ok(targets)
    }

    /// Today's dashboard of a site, as it is answered.
    pub(crate) async fn dashboard(&self, address: SocketAddr, domain: &str) -> Result<String, String> {
        let path = format!("/api/v1/sites/{domain}/dashboard");
        post(address, &path, Some(self.token()), &json!({"date_range": "day"})).await.map(|answer| answer.to_string())
    }

    fn token(&self) -> &str {
        self.tokens.first().map_or("", String::as_str)
    }
}

/// A `POST` of JSON as it is sent.
pub(crate) fn request(address: SocketAddr, path: &str, access: Option<&str>, body: &Value) -> String {
    let body = body.to_string();
    let authorization = access.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nUser-Agent: haru-bench\r\nContent-Type: application/json\r\n\
         {authorization}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

async fn post(address: SocketAddr, path: &str, access: Option<&str>, body: &Value) -> Result<Value, String> {
    let request = request(address, path, access, body);
    let failed = |error: std::io::Error| format!("POST {path}: {error}");
    let mut connection = Connection::open(address).await.map_err(failed)?;
    let answer = connection.send(request.as_bytes()).await.map_err(failed)?;
    let text = String::from_utf8_lossy(connection.body(&answer)).into_owned();
    if !(200..300).contains(&answer.status) {
        return Err(format!("POST {path} was answered {}: {text}", answer.status));
    }
    serde_json::from_str(&text).map_err(|error| format!("POST {path}: {error}"))
}

fn text(value: &Value, key: &str) -> Result<String, String> {
    value[key].as_str().map(str::to_owned).ok_or_else(|| format!("no {key} in an answer"))
}

fn count(value: &Value) -> Option<usize> {
    value.as_u64().and_then(|count| usize::try_from(count).ok())
}
