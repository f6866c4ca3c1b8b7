//! Selections of a site's visitors that are kept under a name.

use haru_entity::{saved_segment, site};
use sea_orm_migration::prelude::*;

use crate::columns::{integer, public_id, text};

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
                    .table(saved_segment::Entity)
                    .col(public_id(saved_segment::Column::Id).primary_key())
                    .col(integer(saved_segment::Column::SiteId))
                    .col(text(saved_segment::Column::Name))
                    .col(text(saved_segment::Column::Filters))
                    .col(integer(saved_segment::Column::CreatedAt))
                    .foreign_key(
                        ForeignKey::create()
                            .from(saved_segment::Entity, saved_segment::Column::SiteId)
                            .to(site::Entity, site::Column::Id)
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("saved_segment_site")
                    .table(saved_segment::Entity)
                    .col(saved_segment::Column::SiteId)
                    .col(saved_segment::Column::Name)
                    .unique()
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(saved_segment::Entity).take()).await
    }
}
