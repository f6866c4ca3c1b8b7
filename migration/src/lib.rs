//! The schema of Haru, one small migration a subject, the same for SQLite and PostgreSQL.
//!
//! Rules: keys are declared when a table is made (SQLite cannot add them later), each migration is one transaction, and
//! a migration that has been released is never edited.

pub use sea_orm_migration::migrator::MigrationStatus;
use sea_orm_migration::{MigrationTrait, async_trait};
pub use sea_orm_migration::{MigratorTrait, SchemaManager};

mod columns;
mod event_rows;
mod m20261124_000001_accounts;
mod m20261124_000002_sites;
mod m20261124_000003_events;
mod m20261124_000004_nodes;
mod m20261124_000005_segments;
mod m20261124_000006_tokens;
mod m20261124_000007_audit;
mod m20261124_000008_members;
mod m20261124_000009_logins;
mod m20261124_000010_share_links;
mod m20261124_000011_site_settings;
mod m20261130_000012_saved_segments;
mod m20261130_000013_annotations;
mod m20261130_000014_share_panels;
mod m20261201_000015_node_mark;
mod m20261201_000016_event_id_order;
mod m20261201_000017_changes;
mod m20261201_000018_event_blocks;

/// All migrations, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261124_000001_accounts::Migration),
            Box::new(m20261124_000002_sites::Migration),
            Box::new(m20261124_000003_events::Migration),
            Box::new(m20261124_000004_nodes::Migration),
            Box::new(m20261124_000005_segments::Migration),
            Box::new(m20261124_000006_tokens::Migration),
            Box::new(m20261124_000007_audit::Migration),
            Box::new(m20261124_000008_members::Migration),
            Box::new(m20261124_000009_logins::Migration),
            Box::new(m20261124_000010_share_links::Migration),
            Box::new(m20261124_000011_site_settings::Migration),
            Box::new(m20261130_000012_saved_segments::Migration),
            Box::new(m20261130_000013_annotations::Migration),
            Box::new(m20261130_000014_share_panels::Migration),
            Box::new(m20261201_000015_node_mark::Migration),
            Box::new(m20261201_000016_event_id_order::Migration),
            Box::new(m20261201_000017_changes::Migration),
            Box::new(m20261201_000018_event_blocks::Migration),
        ]
    }
}
