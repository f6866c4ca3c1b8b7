//! Notes on days of a site.

use haru_entity::{annotation, site};
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
                    .table(annotation::Entity)
                    .col(public_id(annotation::Column::Id).primary_key())
                    .col(integer(annotation::Column::SiteId))
                    .col(text(annotation::Column::Date))
                    .col(text(annotation::Column::Text))
                    .col(integer(annotation::Column::CreatedAt))
                    .foreign_key(
                        ForeignKey::create()
                            .from(annotation::Entity, annotation::Column::SiteId)
                            .to(site::Entity, site::Column::Id)
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("annotation_site")
                    .table(annotation::Entity)
                    .col(annotation::Column::SiteId)
                    .col(annotation::Column::Date)
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(annotation::Entity).take()).await
    }
}
