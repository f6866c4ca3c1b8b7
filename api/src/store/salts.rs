//! Daily salts: made once by whichever node needs a date first, erased when the date has ended everywhere.

use std::sync::atomic::Ordering;
use std::time::Duration;

use haru_entity::salt;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, QueryFilter, QueryTrait,
    Statement,
};

use super::Store;
use crate::error::{Error, Result};

/// Times that emptying the log is tried at once.
const LOG_TRIES: usize = 20;
/// Pause between two tries.
const LOG_PAUSE: Duration = Duration::from_millis(50);

impl Store {
    /// The salt of a local date (`YYYY-MM-DD`), made of `fresh` if there is none yet.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn salt(&self, date: &str, fresh: &[u8]) -> Result<Vec<u8>> {
        if let Some(row) = salt::Entity::find_by_id(date).one(&self.reader).await? {
            return Ok(row.salt);
        }
        let row = salt::ActiveModel { date: Set(date.to_owned()), salt: Set(fresh.to_vec()) };
        salt::Entity::insert(row)
            .on_conflict(OnConflict::column(salt::Column::Date).do_nothing().to_owned())
            .exec_without_returning(&self.writer)
            .await?;
        let row = salt::Entity::find_by_id(date).one(&self.writer).await?;
        row.map(|row| row.salt).ok_or_else(|| Error::internal("a salt vanished as it was made"))
    }

    /// Erases the salts of all dates before `date`; on SQLite also from the pages and the log that held them.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn erase_salts_before(&self, date: &str) -> Result<u64> {
        let old = salt::Entity::delete_many().filter(salt::Column::Date.lt(date));
        if !self.is_sqlite() {
            return Ok(old.exec(&self.writer).await?.rows_affected);
        }
        let erased = salt::Entity::find().filter(salt::Column::Date.lt(date)).count(&self.reader).await?;
        if erased > 0 {
            // Before it is done: whoever gives up waiting still owes it.
            self.log_owed.store(true, Ordering::Relaxed);
            // One call, so that it is one connection that is told to overwrite and that deletes, whatever becomes of the asker.
            let old = old.build(DbBackend::Sqlite);
            let script = format!("PRAGMA secure_delete = ON; {old}; PRAGMA secure_delete = OFF");
            self.writer.execute_unprepared(&script).await?;
        }
        if self.log_owed.load(Ordering::Relaxed) {
            self.empty_log().await?;
        }
        Ok(erased)
    }

    /// Empties SQLite's write-ahead log, where erased salts may still stand. A reader can be in the way: then it is tried
    /// again here, and at each later round until it has been done.
    async fn empty_log(&self) -> Result<()> {
        for _ in 0..LOG_TRIES {
            let statement = Statement::from_string(DbBackend::Sqlite, "PRAGMA wal_checkpoint(TRUNCATE)");
            let row = self.writer.query_one_raw(statement).await?;
            let busy = row.map(|row| row.try_get_by_index::<i64>(0)).transpose()?;
            if busy == Some(0) {
                self.log_owed.store(false, Ordering::Relaxed);
                return Ok(());
            }
            tokio::time::sleep(LOG_PAUSE).await;
        }
        Ok(())
    }
}
