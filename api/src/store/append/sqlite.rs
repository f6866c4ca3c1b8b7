//! SQLite: a batch is committed right on the thread of the ingest writer, over a connection of its own.
//!
//! The pools of the other modules hand each statement to a thread of theirs and take the answer back. For statements that take
//! microseconds, and several of them a commit, that costs more than the statements.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use haru_entity::{batch, event_block, event_id};
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior, params};
use sea_orm::{EntityName, IdenStatic};

use super::super::connect::WAL_PAGES;
use super::super::events::Batch;
use super::{BLOCK_COLUMNS, Claims, Stored, blocks, number};
use crate::collect::Hit;
use crate::error::Result;

/// How long another writer is waited for, such as a backup or a request that changes something: then hits go to the journal.
const BUSY_TIMEOUT: Duration = Duration::from_millis(1_500);

/// The connection of the ingest writer.
#[derive(Debug)]
pub(in super::super) struct Direct {
    path: PathBuf,
    /// Value of the pragma `synchronous`.
    synchronous: &'static str,
    /// Opened when it is first used, and anew after an end that left it in an unknown state.
    connection: Mutex<Option<Connection>>,
}

impl Direct {
    pub(in super::super) fn new(path: PathBuf, synchronous: &'static str) -> Self {
        Self { path, synchronous, connection: Mutex::new(None) }
    }

    /// Stores the batch's hits, at least one and all of them new. Blocks the thread: for as long as the disk takes, and while
    /// somebody else writes.
    ///
    /// # Errors
    /// When nothing was stored, or it can't be told.
    pub(super) fn append(&self, batch: &Batch<'_>, claims: &Claims<'_>, hits: &[&Hit]) -> Result<Stored> {
        let mut slot = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let mut connection = match slot.take() {
            Some(connection) => connection,
            None => self.open()?,
        };
        let result = store(&mut connection, batch, claims, hits);
        if connection.is_autocommit() {
            *slot = Some(connection);
        }
        match result {
            Ok(()) => Ok(Stored::Whole),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => Ok(Stored::Conflict),
            Err(error) => Err(error.into()),
        }
    }

    /// Ends the connection.
    pub(in super::super) fn close(&self) {
        drop(self.connection.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    fn open(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "synchronous", self.synchronous)?;
        connection.pragma_update(None, "wal_autocheckpoint", WAL_PAGES)?;
        Ok(connection)
    }
}

fn store(connection: &mut Connection, batch: &Batch<'_>, claims: &Claims<'_>, hits: &[&Hit]) -> rusqlite::Result<()> {
    let blocks = blocks(hits);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut claim = transaction.prepare_cached(&insert(&event_id::Entity, &["site_id", "id", "received_at"]))?;
    for (site, id) in claims.keys() {
        claim.execute(params![site, id, batch.at])?;
    }
    let columns = BLOCK_COLUMNS.map(|column| column.as_str());
    let mut keep = transaction.prepare_cached(&insert(&event_block::Entity, &columns))?;
    for (site, block) in &blocks {
        keep.execute(params![
            site,
            batch.node,
            batch.seq,
            block.first_at,
            block.last_at,
            number(block.events),
            number(block.actions),
            block.bytes,
        ])?;
    }
    let size = i64::try_from(hits.len()).unwrap_or(i64::MAX);
    let columns = ["node", "seq", "committed_at", "events"];
    let mut take_number = transaction.prepare_cached(&insert(&batch::Entity, &columns))?;
    take_number.execute(params![batch.node, batch.seq, batch.at, size])?;
    drop((claim, keep, take_number));
    transaction.commit()
}

fn insert(table: &impl EntityName, columns: &[&str]) -> String {
    let places = vec!["?"; columns.len()].join(", ");
    format!("INSERT INTO {} ({}) VALUES ({places})", table.table_name(), columns.join(", "))
}
