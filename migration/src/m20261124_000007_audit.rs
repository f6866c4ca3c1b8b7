//! The audit log of accounts.

use haru_entity::{account, audit_entry};
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
                    .table(audit_entry::Entity)
                    .col(public_id(audit_entry::Column::Id).primary_key())
                    .col(public_id(audit_entry::Column::AccountId))
                    .col(integer(audit_entry::Column::At))
                    .col(text(audit_entry::Column::Who))
                    .col(text(audit_entry::Column::Action))
                    .col(text(audit_entry::Column::Subject))
                    .col(text(audit_entry::Column::Client))
                    .foreign_key(
                        ForeignKey::create()
                            .from(audit_entry::Entity, audit_entry::Column::AccountId)
                            .to(account::Entity, account::Column::Id)
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("audit_entry_account")
                    .table(audit_entry::Entity)
                    .col(audit_entry::Column::AccountId)
                    .col(audit_entry::Column::Id)
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(audit_entry::Entity).take()).await
    }
}
