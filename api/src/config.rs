//! Every setting of `haru serve`, from flags or environment: one field, its variable, its default, its meaning.
//!
//! Nothing else in the program reads the environment. A wrong value stops the start with one line that names it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::{Args, ValueEnum};
use ipnet::IpNet;
use poem::http::HeaderValue;
use sha2::{Digest, Sha256};
use url::Url;

/// Where the database and the data directory are: what every subcommand needs.
#[derive(Clone, Debug, Args)]
pub struct DatabaseConfig {
    /// Directory for the SQLite file, the secret and the identity of this node.
    #[arg(long, env = "HARU_DATA_DIR", default_value = "./haru-data", value_name = "DIR")]
    pub data_dir: PathBuf,

    /// `postgres://…` to use PostgreSQL 14 or later; by default the SQLite file `haru.db` in the data directory.
    #[arg(long, env = "HARU_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,

    /// What an acknowledged hit survives: the end of the process, or a power cut, too (SQLite and journal; PostgreSQL follows its own settings).
    #[arg(long, env = "HARU_DURABILITY", default_value = "process", value_enum)]
    pub durability: Durability,
}

/// What is acknowledged survives this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Durability {
    /// A process that is killed; a power cut may take the last commits.
    Process,
    /// A power cut: each commit waits for the disk.
    Disk,
}

impl DatabaseConfig {
    /// Checks the form of the address, so that a wrong one is told before anything else.
    ///
    /// # Errors
    /// One line for the operator.
    pub(crate) fn check(&self) -> Result<(), String> {
        match &self.database_url {
            Some(url) if !url.starts_with("postgres://") && !url.starts_with("postgresql://") => {
                Err("HARU_DATABASE_URL: expected postgres://user:password@host/database".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// The SQLite file that is used when no database is named.
    pub fn sqlite_path(&self) -> PathBuf {
        self.data_dir.join("haru.db")
    }
}

/// Who may register once the first user exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Registration {
    /// Anybody.
    Open,
    /// Invited people only, into the account that invites them.
    Invite,
    /// The same: nobody by themself.
    Closed,
}

impl Registration {
    /// The word used in configuration and API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Invite => "invite",
            Self::Closed => "closed",
        }
    }
}

/// Form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Everything that `haru serve` can be told.
#[derive(Clone, Debug, Args)]
pub struct ServeConfig {
    /// Database and data directory.
    #[command(flatten)]
    pub database: DatabaseConfig,

    /// Address and port to listen on.
    #[arg(long, env = "HARU_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDR:PORT")]
    pub listen: SocketAddr,

    /// Public address of this instance, with a path if it is served below one; by default http://ADDR:PORT/.
    #[arg(long, env = "HARU_BASE_URL", value_name = "URL")]
    pub base_url: Option<BaseUrl>,

    /// Key of tokens and hashes, 32 characters or more, without a comma; made and kept in the data directory when unset (SQLite only).
    #[arg(long, env = "HARU_SECRET", value_name = "SECRET", hide_env_values = true)]
    pub secret: Option<String>,

    /// Secrets that were in use before, comma separated: what was made with them stays good while they are named here.
    #[arg(long, env = "HARU_SECRET_PREVIOUS", value_delimiter = ',', value_name = "SECRET", hide_env_values = true)]
    pub secret_previous: Vec<String>,

    /// Who may register; the first user always may and becomes the administrator.
    #[arg(long, env = "HARU_REGISTRATION", default_value = "invite", value_enum)]
    pub registration: Registration,

    /// Networks of proxies whose forwarded headers are believed, comma separated, such as 127.0.0.1/32,10.0.0.0/8.
    #[arg(long, env = "HARU_TRUSTED_PROXIES", value_delimiter = ',', value_name = "CIDR")]
    pub trusted_proxies: Vec<Network>,

    /// Origins whose pages may call the API with a Bearer token, comma separated, such as `https://app.example.com`.
    #[arg(long, env = "HARU_CORS_ORIGINS", value_delimiter = ',', value_name = "ORIGIN")]
    pub cors_origins: Vec<Origin>,

    /// Hits a minute that one address may send to one site; 0 turns the limit off.
    #[arg(long, env = "HARU_COLLECT_RATE_LIMIT", default_value_t = 100, value_name = "N")]
    pub collect_rate_limit: u32,

    /// Largest size in MiB of the file in the data directory that keeps acknowledged hits while the database is away; 0 keeps none.
    #[arg(long, env = "HARU_JOURNAL_LIMIT", default_value_t = 1024, value_name = "MIB")]
    pub journal_limit: u32,

    /// Logins, registrations and what else is tried without a login, a minute per address and per email; 0 turns the limit off.
    #[arg(long, env = "HARU_AUTH_RATE_LIMIT", default_value_t = 10, value_name = "N")]
    pub auth_rate_limit: u32,

    /// API calls a minute per user, API token or share session, else per address; 0 turns the limit off.
    #[arg(long, env = "HARU_API_RATE_LIMIT", default_value_t = 600, value_name = "N")]
    pub api_rate_limit: u32,

    /// Questions about numbers that take longer than so many milliseconds are told in the log; 0 tells of none.
    #[arg(long, env = "HARU_SLOW_QUERY_MS", default_value_t = 1_000, value_name = "N")]
    pub slow_query_ms: u32,

    /// Token of 16 characters or more that `/metrics` (Prometheus) is read with; without one there is no such address.
    #[arg(long, env = "HARU_METRICS_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub metrics_token: Option<MetricsToken>,

    /// Mail server, such as `smtps://user:password@host`; without one, links of invitations and new passwords go to the log.
    #[arg(long, env = "HARU_SMTP_URL", value_name = "URL", hide_env_values = true)]
    pub smtp_url: Option<String>,

    /// Sender of mails; by default haru@ the host of the public address.
    #[arg(long, env = "HARU_MAIL_FROM", value_name = "ADDRESS")]
    pub mail_from: Option<String>,

    /// Geo database (.mmdb), such as a city database; by default the free country database that the build brings.
    #[arg(long, env = "HARU_GEO_DB", value_name = "FILE")]
    pub geo_db: Option<PathBuf>,

    /// What to log, such as info, debug or haru=debug,poem=warn.
    #[arg(long, env = "HARU_LOG", default_value = "info,sea_orm_migration=warn,poem=warn", value_name = "FILTER")]
    pub log: String,

    /// Form of the log.
    #[arg(long, env = "HARU_LOG_FORMAT", default_value = "text", value_enum)]
    pub log_format: LogFormat,
}

impl ServeConfig {
    /// The public address, with a path that ends in a slash.
    pub fn public_url(&self) -> BaseUrl {
        self.base_url.clone().unwrap_or_else(|| BaseUrl::of_listener(self.listen))
    }
}

/// A network in CIDR form; a bare address is a network of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network(pub IpNet);

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        text.parse::<IpNet>()
            .or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from))
            .map(Self)
            .map_err(|_| "expected a network such as 10.0.0.0/8 or an address".to_owned())
    }
}

/// The token of `/metrics`. Its `Debug` form hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct MetricsToken(String);

impl MetricsToken {
    /// Fewest characters.
    const MIN: usize = 16;

    /// Whether it is that one. What is compared are hashes, so that the time it takes tells nothing of the token.
    pub(crate) fn is(&self, token: &str) -> bool {
        Sha256::digest(&self.0) == Sha256::digest(token)
    }
}

impl std::fmt::Debug for MetricsToken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("MetricsToken(…)")
    }
}

impl FromStr for MetricsToken {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fits = text.len() >= Self::MIN && text.bytes().all(|byte| byte.is_ascii_graphic());
        if fits { Ok(Self(text.to_owned())) } else { Err(format!("expected {} visible characters or more", Self::MIN)) }
    }
}

/// An origin: scheme, host and port, nothing behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(pub HeaderValue);

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let complaint = || "expected an origin such as https://app.example.com".to_owned();
        let url = Url::parse(text.trim()).map_err(|_| complaint())?;
        let origin = url.origin().ascii_serialization();
        if !matches!(url.scheme(), "http" | "https") || origin != text.trim().trim_end_matches('/') {
            return Err(complaint());
        }
        HeaderValue::from_str(&origin).map(Self).map_err(|_| complaint())
    }
}

/// The instance's public address; its path always ends in a slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl BaseUrl {
    fn of_listener(listen: SocketAddr) -> Self {
        let host = if listen.ip().is_unspecified() { "localhost".to_owned() } else { listen.ip().to_string() };
        let host = if host.contains(':') { format!("[{host}]") } else { host };
        format!("http://{host}:{}/", listen.port()).parse().unwrap_or_else(|_| {
            Self(Url::parse("http://localhost/").unwrap_or_else(|_| unreachable!("a constant address parses")))
        })
    }

    /// The path, `/` or such as `/stats/`.
    pub fn path(&self) -> &str {
        self.0.path()
    }

    /// An address below it; `relative` has no leading slash.
    pub fn join(&self, relative: &str) -> String {
        format!("{}{relative}", self.0)
    }

    /// The host, without a port.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or("localhost")
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// True when browsers reach it over TLS, so that cookies can be marked `Secure`.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }
}

impl FromStr for BaseUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let complaint = || "expected an address such as https://stats.example.com/ without query".to_owned();
        let mut url = Url::parse(text.trim()).map_err(|_| complaint())?;
        if !matches!(url.scheme(), "http" | "https") || url.query().is_some() || url.fragment().is_some() {
            return Err(complaint());
        }
        if !url.path().ends_with('/') {
            let path = format!("{}/", url.path());
            url.set_path(&path);
        }
        Ok(Self(url))
    }
}

impl std::fmt::Display for BaseUrl {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Makes the data directory, readable by its owner alone.
///
/// # Errors
/// One line that names the directory.
pub fn prepare_data_dir(dir: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("HARU_DATA_DIR: cannot use {}: {error}", dir.display());
    if !dir.is_dir() {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(dir).map_err(failed)?;
    }
    let probe = dir.join(".write-test");
    std::fs::write(&probe, b"").map_err(failed)?;
    match std::fs::remove_file(&probe) {
        // Another process that starts at the same moment has removed it.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(failed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_url_gets_a_trailing_slash_and_refuses_queries() {
        let base: BaseUrl = "https://stats.example.com/stats".parse().expect("a good address");
        assert_eq!(base.path(), "/stats/");
        assert_eq!(base.join("js/haru.js"), "https://stats.example.com/stats/js/haru.js");
        assert!("https://x.example/?a=1".parse::<BaseUrl>().is_err());
        assert!("ftp://x.example/".parse::<BaseUrl>().is_err());
    }

    #[test]
    fn processes_that_start_at_once_share_a_data_directory() {
        let parent = tempfile::tempdir().expect("a directory");
        let dir = parent.path().join("haru-data");
        std::thread::scope(|scope| {
            let starts: Vec<_> =
                (0..4).map(|_| scope.spawn(|| (0..500).try_for_each(|_| prepare_data_dir(&dir)))).collect();
            for start in starts {
                assert_eq!(start.join().expect("no panic"), Ok(()));
            }
        });
        assert_eq!(std::fs::read_dir(&dir).expect("readable").count(), 0, "nothing is left");
    }

    #[test]
    fn networks_take_bare_addresses() {
        assert_eq!("10.1.2.3".parse::<Network>().map(|n| n.0.to_string()), Ok("10.1.2.3/32".to_owned()));
        assert!("10.0.0.0/99".parse::<Network>().is_err());
    }

    #[test]
    fn origins_are_bare() {
        assert!("https://app.example.com".parse::<Origin>().is_ok());
        assert!("https://app.example.com/path".parse::<Origin>().is_err());
        assert!("app.example.com".parse::<Origin>().is_err());
    }
}
