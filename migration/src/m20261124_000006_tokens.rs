//! API tokens and the sites that limited ones reach.

use haru_entity::{api_token, api_token_site, member, site};
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
                    .table(api_token::Entity)
                    .col(public_id(api_token::Column::Id).primary_key())
                    .col(public_id(api_token::Column::AccountId))
                    .col(public_id(api_token::Column::UserId))
                    .col(text(api_token::Column::Name))
                    .col(bytes(api_token::Column::Hash).unique_key())
                    .col(text(api_token::Column::Scopes))
                    .col(flag(api_token::Column::Limited))
                    .col(integer(api_token::Column::CreatedAt))
                    .col(ColumnDef::new(api_token::Column::ExpiresAt).big_integer().null())
                    .col(ColumnDef::new(api_token::Column::LastUsedAt).big_integer().null())
                    // Who leaves an account takes the tokens along.
                    .foreign_key(
                        ForeignKey::create()
                            .from(api_token::Entity, (api_token::Column::AccountId, api_token::Column::UserId))
                            .to(member::Entity, (member::Column::AccountId, member::Column::UserId))
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("api_token_member")
                    .table(api_token::Entity)
                    .col(api_token::Column::AccountId)
                    .col(api_token::Column::UserId)
                    .take(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(api_token_site::Entity)
                    .col(public_id(api_token_site::Column::TokenId))
                    .col(integer(api_token_site::Column::SiteId))
                    .primary_key(
                        Index::create().col(api_token_site::Column::TokenId).col(api_token_site::Column::SiteId),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from(api_token_site::Entity, api_token_site::Column::TokenId)
                            .to(api_token::Entity, api_token::Column::Id)
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from(api_token_site::Entity, api_token_site::Column::SiteId)
                            .to(site::Entity, site::Column::Id)
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("api_token_site_site")
                    .table(api_token_site::Entity)
                    .col(api_token_site::Column::SiteId)
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(api_token_site::Entity).take()).await?;
        manager.drop_table(Table::drop().table(api_token::Entity).take()).await
    }
}
