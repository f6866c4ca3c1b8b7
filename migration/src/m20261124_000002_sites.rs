//! Sites, their timezones, the daily salts and the count of what was dropped.

use haru_entity::{account, dropped, salt, site, site_timezone};
use sea_orm_migration::prelude::*;

use crate::columns::{bytes, counted_key, flag, integer, public_id, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table(site::Entity)
                    .col(counted_key(site::Column::Id))
                    .col(public_id(site::Column::PublicId).unique_key())
                    .col(public_id(site::Column::AccountId))
                    .col(text(site::Column::Name))
                    .col(text(site::Column::Domain).unique_key())
                    .col(text(site::Column::Token).unique_key())
                    .col(text(site::Column::Timezone))
                    .col(flag(site::Column::HonourDnt))
                    .col(integer(site::Column::CreatedAt))
                    .col(ColumnDef::new(site::Column::DeletedAt).big_integer().null())
                    .foreign_key(
                        ForeignKey::create()
                            .from(site::Entity, site::Column::AccountId)
                            .to(account::Entity, account::Column::Id)
                            .on_delete(ForeignKeyAction::Restrict),
                    )
                    .take(),
            )
            .await?;
        manager
            .create_index(Index::create().name("site_account").table(site::Entity).col(site::Column::AccountId).take())
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(site_timezone::Entity)
                    .col(integer(site_timezone::Column::SiteId))
                    .col(integer(site_timezone::Column::Since))
                    .col(text(site_timezone::Column::Timezone))
                    .primary_key(Index::create().col(site_timezone::Column::SiteId).col(site_timezone::Column::Since))
                    .foreign_key(
                        ForeignKey::create()
                            .from(site_timezone::Entity, site_timezone::Column::SiteId)
                            .to(site::Entity, site::Column::Id)
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .take(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(salt::Entity)
                    .col(text(salt::Column::Date).primary_key())
                    .col(bytes(salt::Column::Salt))
                    .take(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(dropped::Entity)
                    .col(integer(dropped::Column::SiteId))
                    .col(text(dropped::Column::Date))
                    .col(text(dropped::Column::Reason))
                    .col(integer(dropped::Column::Count))
                    .primary_key(
                        Index::create()
                            .col(dropped::Column::SiteId)
                            .col(dropped::Column::Date)
                            .col(dropped::Column::Reason),
                    )
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(dropped::Entity).take()).await?;
        manager.drop_table(Table::drop().table(salt::Entity).take()).await?;
        manager.drop_table(Table::drop().table(site_timezone::Entity).take()).await?;
        manager.drop_table(Table::drop().table(site::Entity).take()).await
    }
}
