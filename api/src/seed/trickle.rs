//! Visitors of this moment: the same kind of visits, sent to a running server as a browser would send them.
//!
//! Addresses come from 198.18.0.0/15, which is set aside for tests, and go into `X-Forwarded-For`: the server must trust
//! this machine as a proxy, and then counts each as a visitor of its own. Those addresses are in no country, so the
//! payload's hint decides.

use std::net::Ipv4Addr;
use std::time::Duration;

use chrono_tz::Tz;
use rand::RngExt;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use url::Url;

use super::chance::{Dice, dice, until_next};
use super::history::{History, Plan};
use super::visit::{Action, Step, Visit};
use super::write::{name, referrer, url};
use crate::ids::now_ms;

/// Somebody counts as online for so many minutes after the last event.
const ONLINE_MINUTES: f64 = 5.0;
/// Minutes between the first and the last event of a visit, about.
const VISIT_MINUTES: f64 = 1.6;
/// Visitors of the first half minute, as a share of those online later.
const HEAD_START: f64 = 0.5;
/// How long the server may be away before this gives up.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long one request may take.
const REQUEST: Duration = Duration::from_secs(10);

/// Where live visitors go, and how many.
#[derive(Clone, Debug)]
pub(crate) struct Trickle {
    /// The server.
    pub(crate) server: Url,
    /// The site.
    pub(crate) domain: String,
    /// Its tracking token.
    pub(crate) token: String,
    /// Its timezone.
    pub(crate) zone: Tz,
    /// Visitors online at the same time, about.
    pub(crate) online: u32,
}

/// What became of a request.
#[derive(Debug)]
enum Told {
    Counted,
    /// The server is not there, or can't take it now.
    Away,
    /// It will never take it.
    Refused(u16),
}

impl Trickle {
    /// Sends visitors until the server has been away for a minute.
    ///
    /// # Errors
    /// One line for the operator.
    pub(crate) async fn run(self) -> Result<(), String> {
        self.reachable().await?;
        let seed = now_ms().unsigned_abs();
        let mut dice = dice(seed);
        let plan = Plan { seed, events: 10_000, days: 60, end: now_ms(), zone: self.zone };
        let mut history = History::new(plan);
        let (told, mut hear) = mpsc::unbounded_channel();
        let online = f64::from(self.online);
        let between = (ONLINE_MINUTES + VISIT_MINUTES) * 60.0 / online.max(1.0);
        let head_start = Instant::now() + Duration::from_secs(30);
        let mut away_since: Option<Instant> = None;
        loop {
            let mean = if Instant::now() < head_start { 30.0 / (online * HEAD_START).max(1.0) } else { between };
            let next = sleep(Duration::from_secs_f64(until_next(&mut dice, mean).clamp(0.05, 60.0)));
            tokio::select! {
                () = next => {
                    let address = address(&mut dice);
                    tokio::spawn(self.clone().send_visit(history.visit_now(now_ms()), address, told.clone()));
                }
                Some(outcome) = hear.recv() => match outcome {
                    Told::Counted => away_since = None,
                    Told::Refused(status) => return Err(self.refused(status)),
                    Told::Away => {
                        if away_since.get_or_insert_with(Instant::now).elapsed() > PATIENCE {
                            return Err(format!("{} has been away for a minute", self.server));
                        }
                    }
                },
            }
        }
    }

    /// Waits for a server that is just starting.
    async fn reachable(&self) -> Result<(), String> {
        let address = self.address()?;
        let until = Instant::now() + PATIENCE;
        while let Err(error) = TcpStream::connect(&address).await {
            if Instant::now() > until {
                return Err(format!("cannot reach {}: {error}", self.server));
            }
            sleep(Duration::from_millis(500)).await;
        }
        Ok(())
    }

    fn address(&self) -> Result<String, String> {
        let host = self.server.host_str().filter(|_| self.server.scheme() == "http");
        let host = host.ok_or_else(|| format!("{}: expected an address such as http://127.0.0.1:8080", self.server))?;
        Ok(format!("{host}:{}", self.server.port_or_known_default().unwrap_or(80)))
    }

    fn refused(&self, status: u16) -> String {
        format!("{} answered {status} to a hit of {}: is it the server of this data?", self.server, self.domain)
    }

    async fn send_visit(self, visit: Visit, address: Ipv4Addr, told: mpsc::UnboundedSender<Told>) {
        let start = Instant::now();
        for step in &visit.steps {
            sleep_until(start + Duration::from_millis(step.after_ms.unsigned_abs())).await;
            let outcome = match timeout(REQUEST, self.send(&visit, step, address)).await {
                Ok(Ok(200)) => Told::Counted,
                Ok(Ok(429 | 500..) | Err(_)) | Err(_) => Told::Away,
                Ok(Ok(status)) => Told::Refused(status),
            };
            if told.send(outcome).is_err() {
                return;
            }
        }
    }

    async fn send(&self, visit: &Visit, step: &Step, address: Ipv4Addr) -> std::io::Result<u16> {
        let invalid = |what: String| std::io::Error::new(std::io::ErrorKind::InvalidData, what);
        let server = self.address().map_err(invalid)?;
        let mut stream = TcpStream::connect(&server).await?;
        stream.write_all(self.request(visit, step, address, &server).as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        let head = String::from_utf8_lossy(&answer);
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        status.ok_or_else(|| invalid("no HTTP status".to_owned()))
    }

    fn request(&self, visit: &Visit, step: &Step, address: Ipv4Addr, server: &str) -> String {
        let person = &visit.person;
        let mut body = json!({
            "p": url(step, &self.domain),
            "r": referrer(step, &self.domain),
            "n": name(&step.action),
            "sw": person.width,
            "c": person.country,
        });
        match &step.action {
            Action::View | Action::Custom { props: None, .. } => {}
            Action::Custom { props: Some(props), .. } => body["m"] = props.clone(),
            Action::Engage { engaged_ms, scroll_depth } => {
                body["e"] = json!(engaged_ms);
                body["sd"] = json!(scroll_depth);
            }
        }
        let body = body.to_string();
        format!(
            "POST {}api/collect?t={} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\nUser-Agent: {}\r\n\
             Accept-Language: {},en;q=0.8\r\nOrigin: https://{}\r\nX-Forwarded-For: {address}\r\n\
             Content-Type: text/plain;charset=UTF-8\r\nContent-Length: {}\r\n\r\n{body}",
            path(&self.server),
            self.token,
            person.user_agent,
            person.language,
            self.domain,
            body.len()
        )
    }
}

/// The path of the server's address, with a slash at its end.
fn path(server: &Url) -> String {
    format!("{}/", server.path().trim_end_matches('/'))
}

fn address(dice: &mut Dice) -> Ipv4Addr {
    Ipv4Addr::new(198, dice.random_range(18..20), dice.random(), dice.random_range(1..255))
}
