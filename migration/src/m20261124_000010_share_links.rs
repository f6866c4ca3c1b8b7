//! Share links.

use haru_entity::{share_link, site};
use sea_orm_migration::prelude::*;

use crate::columns::{flag, integer, public_id, text};

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
                    .table(share_link::Entity)
                    .col(public_id(share_link::Column::Id).primary_key())
                    .col(integer(share_link::Column::SiteId))
                    .col(text(share_link::Column::Name))
                    .col(text(share_link::Column::Slug).unique_key())
                    .col(ColumnDef::new(share_link::Column::PasswordHash).text().null())
                    .col(ColumnDef::new(share_link::Column::ExpiresAt).big_integer().null())
                    .col(flag(share_link::Column::Paused))
                    .col(ColumnDef::new(share_link::Column::Panels).text().null())
                    .col(ColumnDef::new(share_link::Column::Since).text().null())
                    .col(ColumnDef::new(share_link::Column::Until).text().null())
                    .col(ColumnDef::new(share_link::Column::LastDays).integer().null())
                    .col(flag(share_link::Column::Properties))
                    .col(text(share_link::Column::EmbedOrigins))
                    .col(integer(share_link::Column::Views))
                    .col(ColumnDef::new(share_link::Column::LastViewedAt).big_integer().null())
                    .col(integer(share_link::Column::Version))
                    .col(integer(share_link::Column::CreatedAt))
                    .foreign_key(
                        ForeignKey::create()
                            .from(share_link::Entity, share_link::Column::SiteId)
                            .to(site::Entity, site::Column::Id)
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("share_link_site")
                    .table(share_link::Entity)
                    .col(share_link::Column::SiteId)
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(share_link::Entity).take()).await
    }
}
