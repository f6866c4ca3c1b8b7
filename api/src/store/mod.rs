//! The only module that talks to the database. Every finder of tenant data takes a [`Scope`]; there is no unscoped one.
//!
//! Two kinds of connection: `writer` (one on SQLite, which has one writer anyway) and `reader` (several, read-only on
//! SQLite). The ingest writer has a connection of its own on PostgreSQL, so that slow requests can't hold it up.

mod accounts;
mod acting;
mod annotations;
mod append;
mod audit;
mod before_migrating;
mod blocks;
mod changes;
mod connect;
mod dropped;
mod edit;
mod events;
mod excluded_addresses;
mod instance;
mod invitations;
mod logins;
mod members;
mod nodes;
mod own_account;
mod password_resets;
mod read;
mod salts;
mod saved_segments;
mod scope;
mod seals;
mod second_factors;
mod sessions;
mod share_links;
mod shared;
mod sites;
mod sites_change;
mod sites_delete;
mod sites_reset;
mod sites_retention;
mod tokens;
mod usage;
mod users;
mod whole;

pub(crate) use accounts::{NewUser, User};
pub(crate) use annotations::{Annotation, AnnotationChange, NewAnnotation};
pub(crate) use audit::AuditEntry;
pub(crate) use before_migrating::CopyBefore;
pub(crate) use changes::{Changes, Notice};
pub(crate) use dropped::DropCount;
pub(crate) use edit::Edit;
pub(crate) use events::{Appended, Batch, EventBlock, EventStore, Piece, SealedPart, Seen, Sink, Span};
pub(crate) use excluded_addresses::{ExcludedAddress, NewExcludedAddress};
pub(crate) use instance::{AccountChange, AccountRow};
pub(crate) use invitations::{Invitation, Joining, NewInvitation, Offer};
pub(crate) use logins::ListedLogin;
pub(crate) use members::{Member, MemberChange, Reach};
pub(crate) use nodes::StartedNode;
pub(crate) use password_resets::{NewPasswordReset, PasswordReset};
pub(crate) use saved_segments::{NewSavedSegment, SavedSegment, SavedSegmentChange};
pub(crate) use scope::{Role, Scope};
pub(crate) use seals::{Attempt, SealedDay, Totals};
pub(crate) use second_factors::{Proved, SealedFactor};
pub(crate) use sessions::{Login, SessionState};
pub(crate) use share_links::{NewShareLink, ShareChange, ShareLink};
pub(crate) use shared::Shared;
pub(crate) use sites::{NewSite, Site, TimezoneEra, TrackedSite};
pub(crate) use sites_change::SiteChange;
pub(crate) use tokens::{NewToken, Token};
pub(crate) use users::Membership;
pub(crate) use whole::{Cell, Table, WholeSink, migration_number};
#[cfg(test)]
pub(crate) use whole::{Column, Kind};

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend};

use crate::config::DatabaseConfig;

/// The database of this instance.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    writer: DatabaseConnection,
    reader: DatabaseConnection,
    ingest: DatabaseConnection,
    kept: Arc<append::Kept>,
    /// On SQLite: how the ingest writer commits.
    direct: Option<Arc<append::Direct>>,
    /// Salts were erased, and SQLite's log, where they may still stand, has not been emptied since.
    log_owed: Arc<AtomicBool>,
}

impl Store {
    /// Connects and brings the schema up to date.
    ///
    /// # Errors
    /// One line for the operator: wrong address, no permission, or a database made by a newer version.
    pub(crate) async fn open(config: &DatabaseConfig) -> Result<Self, String> {
        connect::open(config, CopyBefore::Migrating).await
    }

    /// The same, and says whether a SQLite file is copied before its schema changes.
    ///
    /// # Errors
    /// As above.
    pub(crate) async fn open_and_copy(config: &DatabaseConfig, copy: CopyBefore) -> Result<Self, String> {
        connect::open(config, copy).await
    }

    /// The same, for commands about what is stored: a data directory without a database is a mistake there.
    ///
    /// # Errors
    /// As above, or when there is none.
    pub(crate) async fn open_existing(config: &DatabaseConfig) -> Result<Self, String> {
        refuse_missing(config)?;
        Self::open(config).await
    }

    /// Connects to a database that is there and leaves its schema as it is.
    ///
    /// # Errors
    /// As above.
    pub(crate) async fn open_as_it_is(config: &DatabaseConfig) -> Result<Self, String> {
        refuse_missing(config)?;
        connect::open_as_it_is(config).await
    }

    /// True on SQLite.
    pub(crate) fn is_sqlite(&self) -> bool {
        self.backend() == DbBackend::Sqlite
    }

    fn backend(&self) -> DbBackend {
        self.writer.get_database_backend()
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// When it gives none.
    pub(crate) async fn ping(&self) -> crate::error::Result<()> {
        self.reader.ping().await?;
        Ok(())
    }

    /// Folds what can be of SQLite's write-ahead log into the file, without holding up the writer.
    ///
    /// # Errors
    /// When the database can't.
    pub(crate) async fn checkpoint(&self) -> crate::error::Result<()> {
        if self.is_sqlite() {
            self.reader.execute_unprepared("PRAGMA wal_checkpoint(PASSIVE)").await?;
        }
        Ok(())
    }

    /// Ends all connections, on SQLite folding the write-ahead log into the file.
    pub(crate) async fn close(self) {
        if self.is_sqlite() {
            let _ = self.writer.execute_unprepared("PRAGMA optimize").await;
        }
        self.kept.close().await;
        if let Some(direct) = &self.direct {
            direct.close();
        }
        for connection in [self.reader, self.ingest, self.writer] {
            let _ = connection.close().await;
        }
    }
}

fn refuse_missing(config: &DatabaseConfig) -> Result<(), String> {
    if config.database_url.is_none() && !config.sqlite_path().is_file() {
        return Err(format!("HARU_DATA_DIR: there is no database in {}", config.data_dir.display()));
    }
    Ok(())
}

/// PostgreSQL refuses text with a zero byte, and no id, slug or domain has one.
fn sound(name: &str) -> &str {
    if name.contains('\0') { "" } else { name }
}
