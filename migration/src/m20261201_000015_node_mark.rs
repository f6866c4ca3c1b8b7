//! A mark tells a database from others in which a node has the same number: what waits in a journal is for one of them.

use haru_entity::node;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mark = ColumnDef::new(node::Column::Mark).text().null().take();
        manager.alter_table(Table::alter().table(node::Entity).add_column(mark).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table(node::Entity).drop_column(node::Column::Mark).take()).await
    }
}
