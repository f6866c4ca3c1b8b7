//! Sealed days: their segments, and which event rows these hold.

use haru_entity::{sealed_day, segment, site, watermark};
use sea_orm_migration::prelude::*;

use crate::columns::{bytes, int, integer, small};

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
                    .table(sealed_day::Entity)
                    .col(integer(sealed_day::Column::SiteId))
                    .col(integer(sealed_day::Column::StartsAt))
                    .col(integer(sealed_day::Column::EndsAt))
                    .col(integer(sealed_day::Column::Attempt))
                    .col(integer(sealed_day::Column::LeasedUntil))
                    .col(integer(sealed_day::Column::Sealed))
                    .col(integer(sealed_day::Column::SealedAt))
                    .col(int(sealed_day::Column::Parts))
                    .col(integer(sealed_day::Column::Events))
                    .col(integer(sealed_day::Column::FirstAt))
                    .col(small(sealed_day::Column::State))
                    .primary_key(Index::create().col(sealed_day::Column::SiteId).col(sealed_day::Column::StartsAt))
                    .foreign_key(
                        ForeignKey::create()
                            .from(sealed_day::Entity, sealed_day::Column::SiteId)
                            .to(site::Entity, site::Column::Id)
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("sealed_day_state")
                    .table(sealed_day::Entity)
                    .col(sealed_day::Column::State)
                    .take(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(segment::Entity)
                    .col(integer(segment::Column::SiteId))
                    .col(integer(segment::Column::StartsAt))
                    .col(integer(segment::Column::Attempt))
                    .col(int(segment::Column::Part))
                    .col(integer(segment::Column::EndsAt))
                    .col(int(segment::Column::Format))
                    .col(integer(segment::Column::Events))
                    .col(integer(segment::Column::Checksum))
                    .col(integer(segment::Column::Size))
                    .col(bytes(segment::Column::Bytes))
                    .primary_key(
                        Index::create()
                            .col(segment::Column::SiteId)
                            .col(segment::Column::StartsAt)
                            .col(segment::Column::Attempt)
                            .col(segment::Column::Part),
                    )
                    // Nobody can add a part to a day that was removed with its site.
                    .foreign_key(
                        ForeignKey::create()
                            .from(segment::Entity, (segment::Column::SiteId, segment::Column::StartsAt))
                            .to(sealed_day::Entity, (sealed_day::Column::SiteId, sealed_day::Column::StartsAt))
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .take(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(watermark::Entity)
                    .col(integer(watermark::Column::SiteId))
                    .col(integer(watermark::Column::StartsAt))
                    .col(integer(watermark::Column::Node))
                    .col(integer(watermark::Column::Seq))
                    .primary_key(
                        Index::create()
                            .col(watermark::Column::SiteId)
                            .col(watermark::Column::StartsAt)
                            .col(watermark::Column::Node),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from(watermark::Entity, (watermark::Column::SiteId, watermark::Column::StartsAt))
                            .to(sealed_day::Entity, (sealed_day::Column::SiteId, sealed_day::Column::StartsAt))
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .take(),
            )
            .await?;
        // What a reader asks: which days were sealed with rows that it has not seen?
        manager
            .create_index(
                Index::create()
                    .name("watermark_batch")
                    .table(watermark::Entity)
                    .col(watermark::Column::SiteId)
                    .col(watermark::Column::Node)
                    .col(watermark::Column::Seq)
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(watermark::Entity).take()).await?;
        manager.drop_table(Table::drop().table(segment::Entity).take()).await?;
        manager.drop_table(Table::drop().table(sealed_day::Entity).take()).await
    }
}
