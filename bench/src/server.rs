//! Servers as child processes: started on a free port, ended politely or killed.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use clap::{Args, ValueEnum};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// How long a start may take: migrations, lists to compile, perhaps a debug build.
const START: Duration = Duration::from_mins(1);
/// How long a polite end may take.
const END: Duration = Duration::from_secs(30);

/// Who has it may read `/metrics` of a benchmark's server.
pub(crate) const METRICS_TOKEN: &str = "a-token-of-a-benchmark";

/// A running server. It is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    child: Child,
    /// Held so that the child never writes into a closed pipe.
    _stdout: Lines<BufReader<ChildStdout>>,
}

/// What a measurement is told of the server that it starts.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// The haru binary; by default the one beside this program.
    #[arg(long, value_name = "FILE")]
    haru: Option<PathBuf>,
    /// Data directory, new; by default a temporary one.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// PostgreSQL database, new; by default SQLite in the data directory.
    #[arg(long, env = "HARU_BENCH_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    database_url: Option<String>,
}

impl Place {
    /// The server, with `temporary` for its data directory unless another one was asked for.
    pub(crate) fn haru(&self, temporary: &Path) -> Result<Haru, String> {
        Ok(Haru {
            wrapper: Vec::new(),
            binary: haru_binary(self.haru.as_deref())?,
            data_dir: self.data_dir.clone().unwrap_or_else(|| temporary.to_owned()),
            database_url: self.database_url.clone(),
            durability: Durability::default(),
        })
    }
}

/// How `haru serve` is started.
#[derive(Clone, Debug)]
pub(crate) struct Haru {
    /// What starts the binary, if it is not to be started as it is: a program and its arguments, before those of the binary.
    pub(crate) wrapper: Vec<String>,
    /// The binary.
    pub(crate) binary: PathBuf,
    /// Its data directory.
    pub(crate) data_dir: PathBuf,
    /// PostgreSQL instead of SQLite.
    pub(crate) database_url: Option<String>,
    /// What an acknowledged hit survives.
    pub(crate) durability: Durability,
}

/// `HARU_DURABILITY`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Durability {
    /// The end of the process.
    #[default]
    Process,
    /// A power cut.
    Disk,
}

impl Haru {
    /// Starts the service without rate limits, with this machine as trusted proxy.
    pub(crate) async fn start(&self) -> Result<Server, String> {
        self.start_with(&[("HARU_API_RATE_LIMIT", "0")]).await
    }

    /// The same with settings that replace the limit of the API.
    pub(crate) async fn start_with(&self, settings: &[(&str, &str)]) -> Result<Server, String> {
        let mut command = self.command();
        command
            .args(["serve", "--listen", "127.0.0.1:0"])
            .env("HARU_COLLECT_RATE_LIMIT", "0")
            .env("HARU_AUTH_RATE_LIMIT", "0")
            .env("HARU_REGISTRATION", "open")
            .env("HARU_METRICS_TOKEN", METRICS_TOKEN)
            .env("HARU_TRUSTED_PROXIES", "127.0.0.1/32")
            .env("HARU_SECRET", "a secret of a benchmark that guards nothing")
            .envs(settings.iter().copied());
        Server::start(command).await
    }

    /// The binary on its database; what it is to do is still to be said.
    pub(crate) fn command(&self) -> Command {
        let mut words = self.wrapper.iter().map(OsStr::new).chain([self.binary.as_os_str()]);
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words);
        // What is set for another instance in this shell must not reach this one.
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("HARU_")) {
            command.env_remove(name);
        }
        command.env("HARU_DATA_DIR", &self.data_dir).env("HARU_LOG", "warn");
        if self.durability == Durability::Disk {
            command.env("HARU_DURABILITY", "disk");
        }
        if let Some(url) = &self.database_url {
            command.env("HARU_DATABASE_URL", url);
        }
        command
    }

    /// The database's name in a report.
    pub(crate) fn database(&self) -> &'static str {
        match (&self.database_url, self.durability) {
            (Some(_), _) => "PostgreSQL",
            (None, Durability::Process) => "SQLite (WAL, synchronous=NORMAL)",
            (None, Durability::Disk) => "SQLite (WAL, synchronous=FULL)",
        }
    }
}

impl Server {
    /// Starts a program that prints `… ready at http://ADDR:PORT/` once it listens.
    pub(crate) async fn start(mut command: Command) -> Result<Self, String> {
        let program = PathBuf::from(command.as_std().get_program());
        let failed = |error: std::io::Error| format!("cannot start {}: {error}", program.display());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().map_err(failed)?;
        let stdout = child.stdout.take().ok_or("a child without output")?;
        let mut lines = BufReader::new(stdout).lines();
        let address = timeout(START, address_of(&mut lines)).await;
        match address {
            Ok(Some(address)) => Ok(Self { address, child, _stdout: lines }),
            Ok(None) => Err(format!("{} ended before it listened", program.display())),
            Err(_) => Err(format!("{} did not listen within {} s", program.display(), START.as_secs())),
        }
    }

    /// The most memory that it has had so far, in MiB (Linux alone tells).
    pub(crate) fn peak_memory(&self) -> Result<u64, String> {
        let id = self.id()?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).map_err(|error| error.to_string())?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no peak in the status")?;
        let kib: u64 = line.trim().trim_end_matches(" kB").parse().map_err(|_| "an unreadable peak".to_owned())?;
        Ok(kib / 1024)
    }

    /// Number of the process.
    pub(crate) fn id(&self) -> Result<u32, String> {
        self.child.id().ok_or_else(|| "the server has ended by itself".to_owned())
    }

    /// Ends it as `kill -9` does, in the middle of whatever it is doing.
    pub(crate) async fn kill(mut self) -> Result<(), String> {
        self.child.kill().await.map_err(|error| format!("cannot kill the server: {error}"))
    }

    /// Asks it to end and waits until it has.
    pub(crate) async fn stop(mut self) -> Result<ExitStatus, String> {
        let id = self.id()?;
        let asked = Command::new("kill").args(["-TERM", &id.to_string()]).status().await;
        asked.map_err(|error| format!("cannot ask the server to end: {error}"))?;
        match timeout(END, self.child.wait()).await {
            Ok(status) => status.map_err(|error| error.to_string()),
            Err(_) => Err(format!("the server did not end within {} s", END.as_secs())),
        }
    }
}

async fn address_of(lines: &mut Lines<BufReader<ChildStdout>>) -> Option<SocketAddr> {
    while let Ok(Some(line)) = lines.next_line().await {
        let address = line.split_once("http://").and_then(|(_, rest)| rest.split('/').next()?.parse().ok());
        if address.is_some() {
            return address;
        }
    }
    None
}

/// The `haru` to measure: the one named, else the one beside this program, which is of the same build.
pub(crate) fn haru_binary(named: Option<&Path>) -> Result<PathBuf, String> {
    let path = match named {
        Some(path) => path.to_owned(),
        None => own_binary()?.with_file_name("haru"),
    };
    if path.is_file() {
        return Ok(path);
    }
    Err(format!("{} is missing: build it with `cargo build --release -p haru`, or name it with --haru", path.display()))
}

/// This program.
pub(crate) fn own_binary() -> Result<PathBuf, String> {
    std::env::current_exe().map_err(|error| format!("cannot find this program: {error}"))
}
