//! What a site counts, for how long it keeps it, and who may see it.

use haru_entity::{excluded_address, site};
use sea_orm_migration::prelude::*;

use crate::columns::{bytes, flag, integer, public_id, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            text(site::Column::AllowedHostnames).default("").take(),
            text(site::Column::ExcludedPaths).default("").take(),
            ColumnDef::new(site::Column::RetentionDays).big_integer().null().take(),
            integer(site::Column::RetentionChanges).default(0).take(),
            flag(site::Column::Public).default(false).take(),
        ];
        for column in columns {
            manager.alter_table(Table::alter().table(site::Entity).add_column(column).take()).await?;
        }
        manager
            .create_table(
                Table::create()
                    .table(excluded_address::Entity)
                    .col(public_id(excluded_address::Column::Id).primary_key())
                    .col(integer(excluded_address::Column::SiteId))
                    .col(bytes(excluded_address::Column::Hash))
                    .col(text(excluded_address::Column::Note))
                    .col(integer(excluded_address::Column::CreatedAt))
                    .foreign_key(
                        ForeignKey::create()
                            .from(excluded_address::Entity, excluded_address::Column::SiteId)
                            .to(site::Entity, site::Column::Id)
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("excluded_address_site")
                    .table(excluded_address::Entity)
                    .col(excluded_address::Column::SiteId)
                    .col(excluded_address::Column::Hash)
                    .unique()
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(excluded_address::Entity).take()).await?;
        let columns = [
            site::Column::Public,
            site::Column::RetentionChanges,
            site::Column::RetentionDays,
            site::Column::ExcludedPaths,
            site::Column::AllowedHostnames,
        ];
        for column in columns {
            manager.alter_table(Table::alter().table(site::Entity).drop_column(column).take()).await?;
        }
        Ok(())
    }
}
