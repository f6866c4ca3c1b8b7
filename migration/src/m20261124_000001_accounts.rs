//! Accounts, users, memberships, logins.

use haru_entity::{account, member, member_site, session, user};
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
        manager
            .create_table(
                Table::create()
                    .table(account::Entity)
                    .col(public_id(account::Column::Id).primary_key())
                    .col(text(account::Column::Name))
                    .col(integer(account::Column::CreatedAt))
                    .take(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(user::Entity)
                    .col(public_id(user::Column::Id).primary_key())
                    .col(text(user::Column::Email).unique_key())
                    .col(text(user::Column::Name))
                    .col(text(user::Column::PasswordHash))
                    .col(flag(user::Column::IsAdmin))
                    .col(integer(user::Column::CreatedAt))
                    .take(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(member::Entity)
                    .col(public_id(member::Column::AccountId))
                    .col(public_id(member::Column::UserId))
                    .col(text(member::Column::Role))
                    .col(flag(member::Column::Limited))
                    .col(integer(member::Column::CreatedAt))
                    .primary_key(Index::create().col(member::Column::AccountId).col(member::Column::UserId))
                    .foreign_key(
                        ForeignKey::create()
                            .from(member::Entity, member::Column::AccountId)
                            .to(account::Entity, account::Column::Id)
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from(member::Entity, member::Column::UserId)
                            .to(user::Entity, user::Column::Id)
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .take(),
            )
            .await?;
        manager
            .create_index(Index::create().name("member_user").table(member::Entity).col(member::Column::UserId).take())
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(member_site::Entity)
                    .col(public_id(member_site::Column::AccountId))
                    .col(public_id(member_site::Column::UserId))
                    .col(integer(member_site::Column::SiteId))
                    .primary_key(
                        Index::create()
                            .col(member_site::Column::AccountId)
                            .col(member_site::Column::UserId)
                            .col(member_site::Column::SiteId),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from(member_site::Entity, (member_site::Column::AccountId, member_site::Column::UserId))
                            .to(member::Entity, (member::Column::AccountId, member::Column::UserId))
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .take(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(session::Entity)
                    .col(public_id(session::Column::Id).primary_key())
                    .col(public_id(session::Column::UserId))
                    .col(public_id(session::Column::AccountId))
                    .col(bytes(session::Column::Nonce))
                    .col(integer(session::Column::Generation))
                    .col(integer(session::Column::RotatedAt))
                    .col(integer(session::Column::CreatedAt))
                    .col(integer(session::Column::ExpiresAt))
                    .col(text(session::Column::Client))
                    .foreign_key(
                        ForeignKey::create()
                            .from(session::Entity, (session::Column::AccountId, session::Column::UserId))
                            .to(member::Entity, (member::Column::AccountId, member::Column::UserId))
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create().name("session_user").table(session::Entity).col(session::Column::UserId).take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(session::Entity).take()).await?;
        manager.drop_table(Table::drop().table(member_site::Entity).take()).await?;
        manager.drop_table(Table::drop().table(member::Entity).take()).await?;
        manager.drop_table(Table::drop().table(user::Entity).take()).await?;
        manager.drop_table(Table::drop().table(account::Entity).take()).await
    }
}
