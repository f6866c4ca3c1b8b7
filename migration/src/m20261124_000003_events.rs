//! Events of open days, and the ids that make a repeated one count once.

use haru_entity::event_id;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::columns::{counted_key, flag, integer, small, text};
use crate::event_rows as event;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_event(manager).await?;
        // Its key is all that is ever looked up: on SQLite the key is the table.
        let sqlite = manager.get_database_backend() == DbBackend::Sqlite;
        manager
            .create_table(
                Table::create()
                    .table(event_id::Entity)
                    .col(integer(event_id::Column::SiteId))
                    .col(text(event_id::Column::Id))
                    .col(integer(event_id::Column::ReceivedAt))
                    .primary_key(Index::create().col(event_id::Column::SiteId).col(event_id::Column::Id))
                    .extra(if sqlite { "WITHOUT ROWID" } else { "" })
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("event_id_received")
                    .table(event_id::Entity)
                    .col(event_id::Column::ReceivedAt)
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(event_id::Entity).take()).await?;
        manager.drop_table(Table::drop().table(event::Entity).take()).await
    }
}

/// One row for each event of an open day; since migration 18 they are packed.
pub(crate) async fn create_event(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table(event::Entity)
                .col(counted_key(event::Column::Id))
                .col(integer(event::Column::SiteId))
                .col(integer(event::Column::At))
                .col(integer(event::Column::Node))
                .col(integer(event::Column::Seq))
                .col(small(event::Column::Kind))
                .col(text(event::Column::Name))
                .col(integer(event::Column::Visitor))
                .col(text(event::Column::Hostname))
                .col(text(event::Column::Page))
                .col(text(event::Column::Source))
                .col(text(event::Column::Referrer))
                .col(text(event::Column::Channel))
                .col(text(event::Column::UtmSource))
                .col(text(event::Column::UtmMedium))
                .col(text(event::Column::UtmCampaign))
                .col(text(event::Column::UtmContent))
                .col(text(event::Column::UtmTerm))
                .col(text(event::Column::Country))
                .col(text(event::Column::Region))
                .col(text(event::Column::City))
                .col(text(event::Column::Browser))
                .col(text(event::Column::BrowserVersion))
                .col(text(event::Column::Os))
                .col(text(event::Column::OsVersion))
                .col(text(event::Column::Device))
                .col(text(event::Column::Screen))
                .col(text(event::Column::Language))
                .col(ColumnDef::new(event::Column::Props).text().null())
                .col(ColumnDef::new(event::Column::RevenueAmount).big_integer().null())
                .col(ColumnDef::new(event::Column::RevenueCurrency).text().null())
                .col(flag(event::Column::Interactive))
                .col(integer(event::Column::EngagedMs))
                .col(ColumnDef::new(event::Column::ScrollDepth).small_integer().null())
                .col(small(event::Column::Bot))
                .take(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("event_site_at")
                .table(event::Entity)
                .col(event::Column::SiteId)
                .col(event::Column::At)
                .take(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("event_site_batch")
                .table(event::Entity)
                .col(event::Column::SiteId)
                .col(event::Column::Node)
                .col(event::Column::Seq)
                .take(),
        )
        .await
}
