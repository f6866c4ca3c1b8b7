//! The ingest writer's connection to PostgreSQL, kept from one commit to the next.
//!
//! The driver's pool tries a connection whenever it gets one back: a trip more for each commit, and a task that makes it.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::postgres::{PgConnection, PgPool, Postgres};
use sea_orm::sqlx::{self, Connection};
use tokio::time::timeout;

use super::super::connect::TRY_AFTER_IDLE;

/// How long a connection is kept: as long as the pool would.
const KEPT_FOR: Duration = Duration::from_mins(30);
/// How long the trial of one that was idle may take; with the wait for another, less than a commit may take.
const TRY_FOR: Duration = Duration::from_secs(1);

/// Where the connection is between two commits.
#[derive(Default)]
pub(in super::super) struct Kept(Mutex<Option<Held>>);

/// A connection in use. Dropped, as after a failure or by who waited too long, it is closed, not given back: the pool would
/// wait for a peer that has vanished, and have one connection less.
pub(super) struct Held {
    connection: Option<PoolConnection<Postgres>>,
    since: Instant,
    used: Instant,
}

impl fmt::Debug for Kept {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Kept(…)")
    }
}

impl Kept {
    /// The kept connection while it is good, else one of the pool's.
    ///
    /// # Errors
    /// When the pool has none to give.
    pub(super) async fn take(&self, pool: &PgPool) -> Result<Held, sqlx::Error> {
        let kept = self.slot().take();
        if let Some(mut held) = kept
            && held.is_good().await
        {
            return Ok(held);
        }
        let now = Instant::now();
        Ok(Held { connection: Some(pool.acquire().await?), since: now, used: now })
    }

    /// Keeps a connection that has answered.
    pub(super) fn keep(&self, mut held: Held) {
        held.used = Instant::now();
        *self.slot() = Some(held);
    }

    /// Ends the connection, for the pool waits for it at its own end.
    pub(in super::super) async fn close(&self) {
        let kept = self.slot().take();
        if let Some(connection) = kept.and_then(|mut held| held.connection.take()) {
            // The runtime of its socket may have ended before it.
            let _ended_either_way = connection.close().await;
        }
    }

    fn slot(&self) -> std::sync::MutexGuard<'_, Option<Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    async fn is_good(&mut self) -> bool {
        let is_young = self.since.elapsed() < KEPT_FOR;
        let was_busy = self.used.elapsed() < TRY_AFTER_IDLE;
        let Ok(connection) = self.connection() else { return false };
        is_young && (was_busy || matches!(timeout(TRY_FOR, connection.ping()).await, Ok(Ok(()))))
    }

    /// The connection itself.
    ///
    /// # Errors
    /// Never: it is there until this is dropped.
    pub(super) fn connection(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
        self.connection.as_deref_mut().ok_or(sqlx::Error::PoolClosed)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        drop(self.connection.take().map(PoolConnection::detach));
    }
}
