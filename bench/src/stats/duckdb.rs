//! DuckDB's side: a Python process that holds the same rows in tables of DuckDB (`bench/duckdb/`).

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

use super::clock::Took;
use super::files::Sealed;
use super::{Options, THREADS};

/// The forms of its tables (`bench/duckdb/load.py`): the rows with their visits, and all that can be computed beforehand.
pub(super) const FORMS: [&str; 2] = [PLAIN, "tuned"];
/// The form that the targets are about: the same rows, visits derived.
pub(super) const PLAIN: &str = "plain";

/// The process; it ends when it is dropped.
pub(super) struct DuckDb {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// Its version.
    pub(super) version: String,
    /// Seconds for reading the files and deriving visits.
    pub(super) load: f64,
}

impl DuckDb {
    /// Starts it and waits until the tables are made.
    pub(super) fn start(options: &Options, sealed: &Sealed) -> Result<Self, String> {
        let failed = |error: std::io::Error| {
            format!("cannot start {} (`make bench-stats` makes it): {error}", options.python.display())
        };
        let mut child = Command::new(&options.python)
            .arg(&options.script)
            .arg(&sealed.dir)
            .arg(THREADS.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let (Some(questions), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("the process has no pipes".to_owned());
        };
        let mut duckdb = Self { child, questions, answers: BufReader::new(answers), version: String::new(), load: 0.0 };
        let ready = duckdb.read()?;
        ready["version"].as_str().unwrap_or("unknown").clone_into(&mut duckdb.version);
        duckdb.load = seconds(&ready, "load")?;
        Ok(duckdb)
    }

    /// The numbers of a dashboard, and how long they took.
    pub(super) fn ask(&mut self, question: &Value) -> Result<(Value, Took), String> {
        writeln!(self.questions, "{question}").map_err(|error| format!("DuckDB's process is gone: {error}"))?;
        let mut answer = self.read()?;
        let took = Took { wall: seconds(&answer, "wall")?, cpu: seconds(&answer, "cpu")? };
        Ok((answer["numbers"].take(), took))
    }

    fn read(&mut self) -> Result<Value, String> {
        let mut line = String::new();
        self.answers.read_line(&mut line).map_err(|error| format!("DuckDB's process does not answer: {error}"))?;
        serde_json::from_str(&line).map_err(|_| "DuckDB's process has failed, see above".to_owned())
    }
}

impl Drop for DuckDb {
    fn drop(&mut self) {
        // Only this child; it may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn seconds(answer: &Value, key: &str) -> Result<f64, String> {
    answer[key].as_f64().ok_or_else(|| format!("DuckDB's process does not tell {key}"))
}
