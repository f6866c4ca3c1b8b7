//! The nodes that write, and the batches that each has committed.

use haru_entity::{batch, node};
use sea_orm_migration::prelude::*;

use crate::columns::{counted_key, integer, text};

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
                    .table(node::Entity)
                    .col(counted_key(node::Column::Id))
                    .col(text(node::Column::Name).unique_key())
                    .col(integer(node::Column::StartedAt))
                    .take(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(batch::Entity)
                    .col(integer(batch::Column::Node))
                    .col(integer(batch::Column::Seq))
                    .col(integer(batch::Column::CommittedAt))
                    .col(integer(batch::Column::Events))
                    .primary_key(Index::create().col(batch::Column::Node).col(batch::Column::Seq))
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(batch::Entity).take()).await?;
        manager.drop_table(Table::drop().table(node::Entity).take()).await
    }
}
