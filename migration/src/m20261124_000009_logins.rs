//! Links for a new password, second factors and their recovery codes.

use haru_entity::{password_reset, recovery_code, second_factor, user};
use sea_orm_migration::prelude::*;

use crate::columns::{bytes, flag, integer, public_id};

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
                    .table(password_reset::Entity)
                    .col(public_id(password_reset::Column::Id).primary_key())
                    .col(public_id(password_reset::Column::UserId))
                    .col(bytes(password_reset::Column::Hash).unique_key())
                    .col(integer(password_reset::Column::RequestedAt))
                    .col(integer(password_reset::Column::ExpiresAt))
                    .col(flag(password_reset::Column::Mailed))
                    .foreign_key(&mut of_user(password_reset::Entity, password_reset::Column::UserId))
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("password_reset_user")
                    .table(password_reset::Entity)
                    .col(password_reset::Column::UserId)
                    .take(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(second_factor::Entity)
                    .col(public_id(second_factor::Column::UserId).primary_key())
                    .col(bytes(second_factor::Column::Secret))
                    .col(flag(second_factor::Column::Confirmed))
                    .col(integer(second_factor::Column::LastStep))
                    .col(integer(second_factor::Column::Tries))
                    .col(integer(second_factor::Column::TriesSince))
                    .col(integer(second_factor::Column::CreatedAt))
                    .foreign_key(&mut of_user(second_factor::Entity, second_factor::Column::UserId))
                    .take(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(recovery_code::Entity)
                    .col(public_id(recovery_code::Column::UserId))
                    .col(bytes(recovery_code::Column::Hash))
                    .primary_key(Index::create().col(recovery_code::Column::UserId).col(recovery_code::Column::Hash))
                    .foreign_key(&mut of_user(recovery_code::Entity, recovery_code::Column::UserId))
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(recovery_code::Entity).take()).await?;
        manager.drop_table(Table::drop().table(second_factor::Entity).take()).await?;
        manager.drop_table(Table::drop().table(password_reset::Entity).take()).await
    }
}

/// Goes with its user.
fn of_user<E: Iden + 'static, C: Iden + 'static>(table: E, column: C) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from(table, column)
        .to(user::Entity, user::Column::Id)
        .on_delete(ForeignKeyAction::Cascade)
        .take()
}
