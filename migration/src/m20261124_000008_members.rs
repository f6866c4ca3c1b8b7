//! Invitations, and what the instance's administrator sets of accounts.

use haru_entity::{account, invitation, invitation_site, member, sealed_day, session, site};
use sea_orm_migration::prelude::*;

use crate::columns::{bytes, flag, integer, public_id, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const ACCOUNT_COLUMNS: [account::Column; 6] = [
    account::Column::DeletedAt,
    account::Column::DisabledAt,
    account::Column::SitesMax,
    account::Column::EventsAMonthMax,
    account::Column::ToldNear,
    account::Column::ToldExceeded,
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite takes one change of a table at a time.
        for column in ACCOUNT_COLUMNS {
            let column = ColumnDef::new(column).big_integer().null().take();
            manager.alter_table(Table::alter().table(account::Entity).add_column(column).take()).await?;
        }
        let column = ColumnDef::new(sealed_day::Column::Actions).big_integer().null().take();
        manager.alter_table(Table::alter().table(sealed_day::Entity).add_column(column).take()).await?;
        // Who is removed from an account loses the logins in it.
        let index = Index::create()
            .name("session_member")
            .table(session::Entity)
            .col(session::Column::AccountId)
            .col(session::Column::UserId)
            .take();
        manager.create_index(index).await?;
        invitations(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(invitation_site::Entity).take()).await?;
        manager.drop_table(Table::drop().table(invitation::Entity).take()).await?;
        manager.drop_index(Index::drop().name("session_member").table(session::Entity).to_owned()).await?;
        let column = sealed_day::Column::Actions;
        manager.alter_table(Table::alter().table(sealed_day::Entity).drop_column(column).take()).await?;
        for column in ACCOUNT_COLUMNS {
            manager.alter_table(Table::alter().table(account::Entity).drop_column(column).take()).await?;
        }
        Ok(())
    }
}

async fn invitations(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table(invitation::Entity)
                .col(public_id(invitation::Column::Id).primary_key())
                .col(public_id(invitation::Column::AccountId))
                .col(public_id(invitation::Column::UserId))
                .col(bytes(invitation::Column::Hash).unique_key())
                .col(ColumnDef::new(invitation::Column::Email).text().null())
                .col(text(invitation::Column::Role))
                .col(flag(invitation::Column::Limited))
                .col(integer(invitation::Column::CreatedAt))
                .col(integer(invitation::Column::ExpiresAt))
                // Who leaves an account can't come back by what they made before.
                .foreign_key(
                    ForeignKey::create()
                        .from(invitation::Entity, (invitation::Column::AccountId, invitation::Column::UserId))
                        .to(member::Entity, (member::Column::AccountId, member::Column::UserId))
                        .on_delete(ForeignKeyAction::Cascade),
                )
                .take(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("invitation_member")
                .table(invitation::Entity)
                .col(invitation::Column::AccountId)
                .col(invitation::Column::UserId)
                .take(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                .table(invitation_site::Entity)
                .col(public_id(invitation_site::Column::InvitationId))
                .col(integer(invitation_site::Column::SiteId))
                .primary_key(
                    Index::create().col(invitation_site::Column::InvitationId).col(invitation_site::Column::SiteId),
                )
                .foreign_key(
                    ForeignKey::create()
                        .from(invitation_site::Entity, invitation_site::Column::InvitationId)
                        .to(invitation::Entity, invitation::Column::Id)
                        .on_delete(ForeignKeyAction::Cascade),
                )
                .foreign_key(
                    ForeignKey::create()
                        .from(invitation_site::Entity, invitation_site::Column::SiteId)
                        .to(site::Entity, site::Column::Id)
                        .on_delete(ForeignKeyAction::Cascade),
                )
                .take(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("invitation_site_site")
                .table(invitation_site::Entity)
                .col(invitation_site::Column::SiteId)
                .take(),
        )
        .await
}
