//! `haru seed`.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Args;
use url::Url;

use crate::accounts::validate::Problems;
use crate::accounts::{Accounts, Credentials, Registration};
use crate::config::{self, DatabaseConfig};
use crate::error::Error;
use crate::ids::{new_tracking_token, now_ms, random_bytes};
use crate::ingest::{JournalConfig, Node};
use crate::secret::Secret;
use crate::seed::{Plan, Trickle, Written, write};
use crate::store::{NewSite, Scope, Store, TrackedSite};

/// Make a demo site with a history that looks like a real one's, and send live visitors to it
#[derive(Debug, Args)]
#[command(
    long_about = "Make a demo site with a history that looks like a real one's, and send live visitors to it.\n\n\
        Without --trickle: makes a user, a site and its events. A site of that domain which exists already is left as it \
        is, so that the command can be run at every start.\n\
        With --trickle: sends visitors to the running server, in real time, until stopped. The server must be started with \
        HARU_TRUSTED_PROXIES=127.0.0.1/32, so that it believes their addresses.",
    after_help = "Examples:\n  haru seed --data-dir haru-demo\n  haru seed --data-dir haru-demo --events 500000 --days 90 --seed 7\n  \
        haru seed --data-dir haru-demo --trickle http://127.0.0.1:8080"
)]
pub(super) struct Seed {
    #[command(flatten)]
    database: DatabaseConfig,

    /// Domain of the demo site.
    #[arg(long, default_value = "lumen.blog")]
    domain: String,

    /// Timezone of the demo site.
    #[arg(long, default_value = "Europe/Berlin", value_name = "ZONE")]
    timezone: String,

    /// Email address of the demo user.
    #[arg(long, default_value = "demo@haru.local")]
    email: String,

    /// The demo user's password; made and printed when it is not given.
    #[arg(long, env = "HARU_PASSWORD", hide_env_values = true)]
    password: Option<String>,

    /// Pageviews and custom events, about; engagement comes on top.
    #[arg(long, default_value_t = 200_000, value_name = "N", value_parser = clap::value_parser!(u32).range(1_000..=20_000_000))]
    events: u32,

    /// Days that they spread over, up to now.
    #[arg(long, default_value_t = 60, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    days: u32,

    /// The same number gives the same history.
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,

    /// Send live visitors to the server at this address until stopped.
    #[arg(long, value_name = "URL")]
    trickle: Option<Url>,

    /// Live visitors online at the same time, about.
    #[arg(long, default_value_t = 30, value_name = "N", requires = "trickle", value_parser = clap::value_parser!(u32).range(1..=500))]
    online: u32,
}

impl Seed {
    pub(super) async fn run(mut self) -> Result<(), String> {
        let mut problems = Problems::default();
        self.domain = problems.domain(&self.domain);
        let zone = problems.timezone(&self.timezone);
        problems.into_result().map_err(|error| error.to_string())?;
        match self.trickle.clone() {
            Some(server) => self.send_visitors(server).await,
            None => self.make_site(zone).await,
        }
    }

    #[expect(clippy::print_stdout, reason = "the command line talks to a person")]
    async fn make_site(self, zone: chrono_tz::Tz) -> Result<(), String> {
        let store = Store::open(&self.database).await?;
        if site(&store, &self.domain).await?.is_some() {
            println!("The site {} exists already: nothing is added to it.", self.domain);
            if let Some(login) = kept_login(&self.login_file(), &self.domain) {
                println!("{login}");
            }
            store.close().await;
            return Ok(());
        }
        let journal = JournalConfig { limit: 0, durability: self.database.durability };
        let node = Node::claim(&self.database.data_dir, &store, journal).await?;
        let text = |error: Error| error.to_string();
        let plan = Plan { seed: self.seed, events: self.events, days: self.days, end: now_ms(), zone };
        let (scope, login) = self.log_in(&store).await?;
        let new = NewSite {
            name: "Lumen".to_owned(),
            domain: self.domain.clone(),
            timezone: zone,
            token: new_tracking_token(),
            at: plan.start(),
        };
        store.insert_site(&scope, new).await.map_err(text)?;
        let tracked = site(&store, &self.domain).await?.ok_or("the site vanished as it was made")?;
        let written = match write(plan, &tracked, &store, node, tell_progress()).await {
            Ok(written) => written,
            Err(error) => {
                // Half a history would be taken for a whole one the next time.
                store.delete_site(&scope, &self.domain, now_ms()).await.map_err(text)?;
                return Err(format!("the demo site could not be filled: {error}"));
            }
        };
        store.close().await;
        let Written { visits, events, engagements } = written;
        println!(
            "Made {}: {events} events and {engagements} engagements in {visits} visits over {} days.",
            self.domain, self.days
        );
        println!("{login}");
        keep_login(&self.login_file(), &self.domain, &login)
    }

    /// Makes the demo user and logs them in for a moment, as what may be done with a site is a matter of a login.
    async fn log_in(&self, store: &Store) -> Result<(Scope, String), String> {
        let password = self.password.clone().unwrap_or_else(|| URL_SAFE_NO_PAD.encode(random_bytes::<12>()));
        let accounts = Accounts::new(store.clone(), &Secret::throwaway(), config::Registration::Open);
        let accounts = accounts.map_err(|error| error.to_string())?;
        let (email, name) = (self.email.clone(), "Demo".to_owned());
        match accounts.create_user(Registration { email: email.clone(), password: password.clone(), name }).await {
            Ok(_) => {}
            Err(Error::Conflict(_)) if self.password.is_some() => {}
            Err(Error::Conflict(_)) => {
                return Err(format!("{email} exists already: give the password with --password"));
            }
            Err(error) => return Err(error.to_string()),
        }
        let credentials = Credentials { email: email.clone(), password: password.clone(), code: None };
        let grant = accounts.login(credentials, "haru seed").await.map_err(|error| error.to_string())?;
        accounts.logout(&grant.refresh_token).await.map_err(|error| error.to_string())?;
        Ok((grant.state.scope.clone(), format!("Log in with {email} and the password {password}")))
    }

    #[expect(clippy::print_stdout, reason = "the command line talks to a person")]
    async fn send_visitors(self, server: Url) -> Result<(), String> {
        let store = Store::open(&self.database).await?;
        let tracked = site(&store, &self.domain).await?;
        store.close().await;
        let tracked = tracked.ok_or_else(|| format!("there is no site {}: run `haru seed` first", self.domain))?;
        println!("Sending about {} visitors to {} at {server}, until stopped.", self.online, self.domain);
        let trickle = Trickle {
            server,
            domain: self.domain,
            token: tracked.site.token.clone(),
            zone: tracked.zones.latest(),
            online: self.online,
        };
        trickle.run().await
    }

    /// Where a demo's login is kept, so that a second start can tell it again.
    fn login_file(&self) -> PathBuf {
        self.database.data_dir.join("demo-login")
    }
}

async fn site(store: &Store, domain: &str) -> Result<Option<TrackedSite>, String> {
    store.tracked_by_domain(domain).await.map_err(|error| error.to_string())
}

/// Tells on a terminal how far it is.
#[expect(clippy::print_stderr, reason = "the command line talks to a person")]
fn tell_progress() -> impl FnMut(&Written) + Send {
    let terminal = std::io::stderr().is_terminal();
    move |written| {
        if terminal {
            eprint!("\r{} events …\r", written.events);
        }
    }
}

/// The login of the demo of that domain, if it was made with this data directory.
fn kept_login(path: &Path, domain: &str) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    let (of, login) = text.split_once('\n')?;
    (of == domain).then(|| login.trim_end().to_owned())
}

/// Keeps a login for [`kept_login`], for the owner of the data directory alone.
fn keep_login(path: &Path, domain: &str, login: &str) -> Result<(), String> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| write!(file, "{domain}\n{login}\n"));
    written.map_err(|error| format!("cannot write {}: {error}", path.display()))
}
