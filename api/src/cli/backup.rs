//! `haru backup`, `haru verify` and `haru restore`.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use chrono::{DateTime, SecondsFormat};
use clap::Args;

use crate::backup::{self, Summary, printable};
use crate::config::DatabaseConfig;
use crate::store::Store;

/// Write the whole database to one file, also while `haru serve` runs
#[derive(Debug, Args)]
#[command(
    long_about = "Write the whole database to one file, also while `haru serve` runs.\n\nThe file holds what one moment holds. It is \
        the same whether the database is SQLite or PostgreSQL, and `haru restore` reads it into either. It has password hashes and \
        tracking tokens: keep it as you keep the database. The secret (HARU_SECRET, or the file in the data directory) and the \
        journal are not in it.",
    after_help = "Examples:\n  haru backup haru-$(date +%F).bk\n  haru backup - | ssh backup@host 'cat > haru.bk'\n  \
        haru backup --with-salts move.bk   # to move today, with the server stopped"
)]
pub(super) struct Backup {
    /// File to write, which must not be there; - for standard output.
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Also the salts of the days that are open, so that who was there before a move is not counted anew. Remove the file after it.
    #[arg(long)]
    with_salts: bool,

    #[command(flatten)]
    database: DatabaseConfig,
}

/// Check a backup from its first to its last byte, and show what is in it
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status 0 when all is well, 1 when not, with a line that says what is wrong.\n\nExamples:\n  \
    haru verify haru-2026-12-01.bk"
)]
pub(super) struct Verify {
    /// The file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Fill an empty database with a backup, of whichever database it was made
#[derive(Debug, Args)]
#[command(
    long_about = "Fill an empty database with a backup, of whichever database it was made.\n\nWhere anything is in the database \
        already, and while `haru serve` uses the data directory, nothing is done. All is restored, or nothing.",
    after_help = "Examples:\n  haru restore haru-2026-12-01.bk --data-dir new-data\n  \
        haru restore haru-2026-12-01.bk --database-url postgres://haru:secret@db/haru"
)]
pub(super) struct Restore {
    /// The file.
    #[arg(value_name = "FILE")]
    file: PathBuf,

    #[command(flatten)]
    database: DatabaseConfig,
}

impl Backup {
    #[expect(clippy::print_stdout, reason = "the command line talks to a person")]
    pub(super) async fn run(self) -> Result<(), String> {
        let path = (self.file != Path::new("-")).then_some(self.file.as_path());
        if path.is_none() && std::io::stdout().is_terminal() {
            return Err("a backup is not for a terminal: name a file, or send it on with `|` or `>`".to_owned());
        }
        let store = Store::open_as_it_is(&self.database).await?;
        let done = tokio::select! {
            done = backup::back_up(&store, path, self.with_salts) => done,
            stopped = super::serve::signals()? => { let () = stopped; Err("stopped; no file was written".to_owned()) }
        };
        store.close().await;
        let summary = done?;
        if let Some(path) = path {
            let rows: u64 = summary.totals.iter().map(|total| total.rows).sum();
            println!(
                "Wrote {rows} rows of {} tables, {} bytes, to {}.",
                summary.totals.len(),
                summary.bytes,
                path.display()
            );
        }
        Ok(())
    }
}

impl Verify {
    pub(super) fn run(&self) -> Result<(), String> {
        show(&backup::verify(&self.file)?);
        Ok(())
    }
}

impl Restore {
    #[expect(clippy::print_stdout, reason = "the command line talks to a person")]
    pub(super) async fn run(self) -> Result<(), String> {
        let summary = backup::restore(&self.file, &self.database).await?;
        let rows: u64 = summary.totals.iter().map(|total| total.rows).sum();
        println!("Restored {rows} rows of {} tables as of {}.", summary.totals.len(), time(&summary));
        Ok(())
    }
}

#[expect(clippy::print_stdout, reason = "the command line talks to a person")]
fn show(summary: &Summary) {
    let header = &summary.header;
    println!("taken       {}", time(summary));
    println!("by          haru {} on {}", printable(&header.haru), printable(&header.database));
    println!("schema      {}", printable(&header.migration));
    println!(
        "salts       {}",
        if header.salts { "in it: whoever has this file can try addresses" } else { "not in it" }
    );
    println!("bytes       {}", summary.bytes);
    println!("\n{:<18} {:>12}  sum of rows", "table", "rows");
    for total in &summary.totals {
        println!("{:<18} {:>12}  {}", printable(&total.table), total.rows, total.sum);
    }
    println!("\nThe archive is whole.");
}

fn time(summary: &Summary) -> String {
    let time = DateTime::from_timestamp_millis(summary.header.at).unwrap_or_default();
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
