//! `haru migrate`.

use clap::Args;

use crate::config::DatabaseConfig;
use crate::store::{CopyBefore, Store};

/// Bring the database's schema up to date and exit; `haru serve` does so by itself
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  haru migrate\n  haru migrate --database-url postgres://haru:secret@db/haru")]
pub(super) struct Migrate {
    #[command(flatten)]
    database: DatabaseConfig,

    /// Make no copy of a SQLite file before it is changed: you have a backup, and the disk no room.
    #[arg(long)]
    no_copy: bool,
}

impl Migrate {
    #[expect(clippy::print_stdout, reason = "the command line talks to a person")]
    pub(super) async fn run(self) -> Result<(), String> {
        let copy = if self.no_copy { CopyBefore::Nothing } else { CopyBefore::Migrating };
        let store = Store::open_and_copy(&self.database, copy).await?;
        store.close().await;
        println!("The database is up to date.");
        Ok(())
    }
}
