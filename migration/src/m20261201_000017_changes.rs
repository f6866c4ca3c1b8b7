//! On PostgreSQL: what tells nodes that something has changed which they remember. SQLite has one node, and none of this.
//!
//! One row counts changes; nodes look at it every second. A notice goes with each change, so that mostly they needn't wait for that.
//! Triggers do both within the transaction that changes, whoever it is of, and at its end: the row is the last thing that any
//! transaction locks, so that two can't wait for each other.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Tables and what is done to them, with what is to be looked up again then. What is noted at each use (views, last uses, refreshed
/// logins) is no change.
const TRIGGERS: [(&str, &str, &str); 12] = [
    ("site", "INSERT OR UPDATE OR DELETE", "sites"),
    ("site_timezone", "INSERT OR UPDATE OR DELETE", "sites"),
    ("excluded_address", "INSERT OR UPDATE OR DELETE", "sites"),
    ("session", "DELETE OR UPDATE OF user_id, account_id", "access"),
    ("api_token", "DELETE OR UPDATE OF user_id, account_id, hash, scopes, limited, expires_at", "access"),
    ("api_token_site", "INSERT OR UPDATE OR DELETE", "access"),
    (
        "share_link",
        "DELETE OR UPDATE OF site_id, name, slug, password_hash, expires_at, paused, panels, since, until, last_days, \
         properties, embed_origins, version",
        "access",
    ),
    ("member", "INSERT OR UPDATE OR DELETE", "access"),
    ("member_site", "INSERT OR UPDATE OR DELETE", "access"),
    ("account", "DELETE OR UPDATE OF deleted_at, disabled_at, sites_max", "access"),
    ("\"user\"", "DELETE OR UPDATE OF email, name, password_hash, is_admin", "access"),
    ("second_factor", "INSERT OR DELETE", "access"),
];

/// `sites_by` and `access_by` name the last transaction, so that one that changes many rows counts once.
const COUNTER: &str = "
CREATE TABLE change (
    id bigint PRIMARY KEY,
    sites bigint NOT NULL, sites_by bigint NOT NULL,
    access bigint NOT NULL, access_by bigint NOT NULL
);
INSERT INTO change VALUES (1, 0, 0, 0, 0);
CREATE FUNCTION haru_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_ARGV[0] = 'sites' THEN
        UPDATE change SET sites = sites + 1, sites_by = txid_current() WHERE sites_by <> txid_current();
    ELSE
        UPDATE change SET access = access + 1, access_by = txid_current() WHERE access_by <> txid_current();
    END IF;
    PERFORM pg_notify('haru', TG_ARGV[0]);
    RETURN NULL;
END $$;";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        let connection = manager.get_connection();
        connection.execute_unprepared(COUNTER).await?;
        for (table, what, subject) in TRIGGERS {
            let trigger = format!(
                "CREATE CONSTRAINT TRIGGER haru_changed AFTER {what} ON {table} DEFERRABLE INITIALLY DEFERRED \
                 FOR EACH ROW EXECUTE FUNCTION haru_changed('{subject}')"
            );
            connection.execute_unprepared(&trigger).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        let connection = manager.get_connection();
        connection.execute_unprepared("DROP FUNCTION haru_changed() CASCADE").await?;
        connection.execute_unprepared("DROP TABLE change").await?;
        Ok(())
    }
}
