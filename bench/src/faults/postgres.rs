//! A PostgreSQL of our own, to be stopped, killed and frozen.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tokio::time::sleep;

/// How often a start is tried: after a kill, what is left of the last one may take a moment to go.
const STARTS: usize = 20;

/// A cluster in a directory of its own. It is ended when this is dropped.
#[derive(Debug)]
pub(crate) struct Cluster {
    programs: PathBuf,
    data: PathBuf,
    port: u16,
    /// PostgreSQL refuses to run as root: then as this user.
    user: Option<String>,
}

impl Cluster {
    /// Makes and starts one below a directory.
    pub(crate) async fn start(below: &Path) -> Result<Self, String> {
        let programs = programs()?;
        let user = (text(Command::new("id").arg("-u"))? == "0").then(|| "postgres".to_owned());
        let home = below.join("postgres");
        std::fs::create_dir(&home).map_err(|error| error.to_string())?;
        if let Some(user) = &user {
            text(Command::new("chown").arg(user).arg(&home))?;
            // The directory above is ours alone.
            text(Command::new("chmod").arg("o+x").arg(below))?;
        }
        let cluster = Self { programs, data: home.join("data"), port: free_port()?, user };
        let mut make = cluster.program("initdb");
        make.args(["-U", "haru", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]);
        text(&mut make)?;
        cluster.begin().await?;
        Ok(cluster)
    }

    /// Address of its one database.
    pub(crate) fn url(&self) -> String {
        format!("postgres://haru@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts it again.
    pub(super) async fn begin(&self) -> Result<(), String> {
        let settings = format!("-h 127.0.0.1 -p {} -k '' -c fsync=off -c max_connections=200", self.port);
        let mut last = String::new();
        for _ in 0..STARTS {
            let mut start = self.program("pg_ctl");
            start.args(["-s", "-w", "-t", "30", "-o", &settings, "-l"]).arg(self.data.join("log")).arg("start");
            match text(&mut start) {
                Ok(_) => return Ok(()),
                Err(error) => last = error,
            }
            sleep(Duration::from_millis(300)).await;
        }
        Err(last)
    }

    /// Ends it: `fast` rolls back what is under way, `immediate` leaves all as it is.
    pub(super) fn end(&self, how: &str) -> Result<(), String> {
        text(self.program("pg_ctl").args(["-s", "-w", "-m", how, "stop"])).map(|_| ())
    }

    /// `kill -9` for its first process; the others notice.
    pub(super) fn kill(&self) -> Result<(), String> {
        signal("KILL", &[self.first_process()?])
    }

    /// Stops all its processes where they are, or lets them go on.
    pub(super) fn freeze(&self, frozen: bool) -> Result<(), String> {
        let first = self.first_process()?;
        let listed = std::fs::read_to_string(format!("/proc/{first}/task/{first}/children"));
        let children = listed.map_err(|error| error.to_string())?;
        let all: Vec<u32> = children.split_whitespace().filter_map(|id| id.parse().ok()).chain([first]).collect();
        signal(if frozen { "STOP" } else { "CONT" }, &all)
    }

    fn first_process(&self) -> Result<u32, String> {
        let told = std::fs::read_to_string(self.data.join("postmaster.pid")).map_err(|error| error.to_string())?;
        told.lines().next().and_then(|id| id.trim().parse().ok()).ok_or_else(|| "no process of PostgreSQL".to_owned())
    }

    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let mut command = match &self.user {
            None => Command::new(program),
            Some(user) => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid", user, "--regid", user, "--clear-groups"]).arg(program);
                command
            }
        };
        command.arg("-D").arg(&self.data).current_dir("/");
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _not_running = self.freeze(false);
        let _not_running = self.end("immediate");
    }
}

/// Where `initdb` is: of the newest version that Debian has installed, else on the path.
fn programs() -> Result<PathBuf, String> {
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<_> =
        installed.map(|version| version.path().join("bin")).filter(|bin| bin.join("initdb").is_file()).collect();
    found.sort();
    let on_path =
        std::env::var_os("PATH").and_then(|path| std::env::split_paths(&path).find(|bin| bin.join("initdb").is_file()));
    found.pop().or(on_path).ok_or_else(|| "PostgreSQL is missing: apt-get install postgresql".to_owned())
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    listener.map(|address| address.port()).map_err(|error| error.to_string())
}

/// Sends a signal to processes.
pub(super) fn signal(name: &str, processes: &[u32]) -> Result<(), String> {
    text(Command::new("kill").arg(format!("-{name}")).args(processes.iter().map(u32::to_string))).map(|_| ())
}

/// Runs a command to its end; what it printed, or why it failed.
pub(super) fn text(command: &mut Command) -> Result<String, String> {
    // A server that it leaves behind keeps its outputs open: only files are waited for.
    let said = tempfile::tempfile().map_err(|error| error.to_string())?;
    let both = said.try_clone().map_err(|error| error.to_string())?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(said.try_clone().map_err(|error| error.to_string())?)
        .stderr(both)
        .spawn()
        .map_err(|error| format!("{command:?}: {error}"))?;
    let status = child.wait().map_err(|error| error.to_string())?;
    let mut output = String::new();
    let mut said = said;
    std::io::Seek::rewind(&mut said).map_err(|error| error.to_string())?;
    std::io::Read::read_to_string(&mut said, &mut output).map_err(|error| error.to_string())?;
    if status.success() { Ok(output.trim().to_owned()) } else { Err(format!("{command:?}: {}", output.trim())) }
}
