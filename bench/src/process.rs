//! What a server's process takes, from `/proc`, and what it tells of itself at `/metrics`. Linux alone has the former.

use std::net::SocketAddr;
use std::time::Duration;

use crate::http::Connection;
use crate::server::METRICS_TOKEN;

/// Ticks of processor time a second: what Linux tells every program.
const TICKS: u64 = 100;
/// Open files that ten thousand sockets at one end, and a database, may take.
const FILES_WANTED: u64 = 16_384;

/// A process, by its number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Process(pub(crate) u32);

impl Process {
    /// Processor time that it has used so far, in the system and itself.
    pub(crate) fn processor_time(self) -> Result<Duration, String> {
        let stat = self.read("stat")?;
        // The name, in brackets, may hold anything; behind it the 12th and 13th fields are the two times.
        let fields = stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace()).ok_or("an unreadable stat")?;
        let ticks: u64 = fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
        Ok(Duration::from_millis(ticks * 1000 / TICKS))
    }

    /// Memory that it has now, in MiB.
    pub(crate) fn memory(self) -> Result<f64, String> {
        let status = self.read("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no memory in the status")?;
        let kib: f64 = line.trim().trim_end_matches(" kB").parse().map_err(|_| "an unreadable memory".to_owned())?;
        Ok(kib / 1024.0)
    }

    /// Files and sockets that it has open.
    pub(crate) fn open_files(self) -> Result<usize, String> {
        let listed = std::fs::read_dir(format!("/proc/{}/fd", self.0)).map_err(|error| error.to_string())?;
        Ok(listed.count())
    }

    fn read(self, what: &str) -> Result<String, String> {
        std::fs::read_to_string(format!("/proc/{}/{what}", self.0)).map_err(|error| error.to_string())
    }
}

/// The counters and gauges of a server at one instant.
#[derive(Clone, Debug)]
pub(crate) struct Gauges(String);

impl Gauges {
    /// Asks for them.
    pub(crate) async fn read(address: SocketAddr) -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("GET /metrics: {error}");
        let request =
            format!("GET /metrics HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {METRICS_TOKEN}\r\n\r\n");
        let mut connection = Connection::open(address).await.map_err(failed)?;
        let answer = connection.send(request.as_bytes()).await.map_err(failed)?;
        if answer.status != 200 {
            return Err(format!("GET /metrics was answered {}", answer.status));
        }
        Ok(Self(String::from_utf8_lossy(connection.body(&answer)).into_owned()))
    }

    /// One of them.
    pub(crate) fn of(&self, name: &str) -> Result<u64, String> {
        let value = self.0.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok());
        value.ok_or_else(|| format!("/metrics does not tell {name}"))
    }
}

/// Lets this program, and the servers that it starts, open as many files as ten thousand sockets need. A sentence when the system
/// does not let it.
pub(crate) fn raise_file_limit() -> Option<String> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let (now, most) = (limit.current.unwrap_or(u64::MAX), limit.maximum.unwrap_or(u64::MAX));
    if now >= FILES_WANTED {
        return None;
    }
    let wanted = FILES_WANTED.min(most);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: limit.maximum });
    (raised.is_err() || wanted < FILES_WANTED).then(|| {
        format!(
            "only {} files may be open: {FILES_WANTED} are wanted (ulimit -n)",
            if raised.is_ok() { wanted } else { now }
        )
    })
}
