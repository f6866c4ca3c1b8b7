//! `haru migrate`.

use clap::Args;

use crate::config::DatabaseConfig;
use crate::store::Store;

/// Bring the database's schema up to date and exit; `haru serve` does so by itself
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  haru migrate\n  haru migrate --database-url postgres://haru:secret@db/haru")]
pub(super) struct Migrate {
    #[command(flatten)]
    database: DatabaseConfig,
}

impl Migrate {
    #[expect(clippy::print_stdout, reason = "the command line talks to a person")]
    pub(super) async fn run(self) -> Result<(), String> {
        let store = Store::open(&self.database).await?;
        store.close().await;
        println!("The database is up to date.");
        Ok(())
    }
}
