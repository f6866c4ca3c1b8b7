//! Events of open days packed, many to a row: what committing and reading them costs is mostly a matter of how many rows, columns
//! and index entries they are.

use haru_entity::event_block;
use haru_stats::packed::{Blocks, events};
use haru_stats::{Event, EventKind, Revenue};
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{
    ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::columns::{bytes, counted_key, int, integer};
use crate::event_rows as event;
use crate::m20261124_000003_events::create_event;

/// Rows that are packed, or blocks that are unpacked, at once.
const PAGE: u64 = 500;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_event_block(manager).await?;
        let connection = manager.get_connection();
        let mut after = i64::MIN;
        loop {
            let rows = event::Entity::find()
                .filter(event::Column::Id.gt(after))
                .order_by_asc(event::Column::Id)
                .limit(PAGE)
                .all(connection)
                .await?;
            let Some(last) = rows.last() else { break };
            after = last.id;
            let mut blocks = Blocks::default();
            for row in &rows {
                blocks.push((row.site_id, row.node, row.seq), &event_of(row));
            }
            let blocks = blocks.finish().into_iter().map(|((site_id, node, seq), block)| event_block::ActiveModel {
                id: NotSet,
                site_id: Set(site_id),
                node: Set(node),
                seq: Set(seq),
                first_at: Set(block.first_at),
                last_at: Set(block.last_at),
                events: Set(block.events.try_into().unwrap_or(i32::MAX)),
                actions: Set(block.actions.try_into().unwrap_or(i32::MAX)),
                packed: Set(block.bytes),
            });
            event_block::Entity::insert_many(blocks).exec_without_returning(connection).await?;
        }
        manager.drop_table(Table::drop().table(event::Entity).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_event(manager).await?;
        let connection = manager.get_connection();
        let mut after = i64::MIN;
        loop {
            let blocks = event_block::Entity::find()
                .filter(event_block::Column::Id.gt(after))
                .order_by_asc(event_block::Column::Id)
                .limit(PAGE)
                .all(connection)
                .await?;
            let Some(last) = blocks.last() else { break };
            after = last.id;
            for block in &blocks {
                let unpacked = events(&block.packed).map(|event| event.map(|event| row_of(block, &event)));
                let rows: Vec<_> =
                    unpacked.collect::<Result<_, _>>().map_err(|error| DbErr::Custom(error.to_string()))?;
                for rows in rows.chunks(usize::try_from(PAGE).unwrap_or(1)) {
                    event::Entity::insert_many(rows.to_vec()).exec_without_returning(connection).await?;
                }
            }
        }
        manager.drop_table(Table::drop().table(event_block::Entity).take()).await
    }
}

async fn create_event_block(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    use event_block::{Column, Entity};
    manager
        .create_table(
            Table::create()
                .table(Entity)
                .col(counted_key(Column::Id))
                .col(integer(Column::SiteId))
                .col(integer(Column::Node))
                .col(integer(Column::Seq))
                .col(integer(Column::FirstAt))
                .col(integer(Column::LastAt))
                .col(int(Column::Events))
                .col(int(Column::Actions))
                .col(bytes(Column::Packed))
                .take(),
        )
        .await?;
    if manager.get_database_backend() == DbBackend::Postgres {
        // It would try to compress each larger block, which takes longer than to store it.
        let external = "ALTER TABLE event_block ALTER COLUMN packed SET STORAGE EXTERNAL";
        manager.get_connection().execute_unprepared(external).await?;
    }
    let by_time = [Column::SiteId, Column::FirstAt];
    let by_batch = [Column::SiteId, Column::Node, Column::Seq];
    for (name, columns) in [("event_block_site_at", &by_time[..]), ("event_block_site_batch", &by_batch[..])] {
        let mut index = Index::create().name(name).table(Entity).take();
        for column in columns {
            index.col(*column);
        }
        manager.create_index(index).await?;
    }
    Ok(())
}

fn event_of(row: &event::Model) -> Event<'_> {
    let revenue = row.revenue_amount.zip(row.revenue_currency.as_deref());
    Event {
        ts: row.at,
        visitor: row.visitor,
        kind: match row.kind {
            0 => EventKind::Pageview,
            2 => EventKind::Engagement,
            3 => EventKind::Duration,
            _ => EventKind::Custom,
        },
        name: &row.name,
        hostname: &row.hostname,
        page: &row.page,
        source: &row.source,
        referrer: &row.referrer,
        channel: &row.channel,
        utm_source: &row.utm_source,
        utm_medium: &row.utm_medium,
        utm_campaign: &row.utm_campaign,
        utm_content: &row.utm_content,
        utm_term: &row.utm_term,
        country: &row.country,
        region: &row.region,
        city: &row.city,
        browser: &row.browser,
        browser_version: &row.browser_version,
        os: &row.os,
        os_version: &row.os_version,
        device: &row.device,
        screen: &row.screen,
        language: &row.language,
        props: row.props.as_deref(),
        interactive: row.interactive,
        engaged_ms: row.engaged_ms.try_into().unwrap_or(u32::MAX),
        scroll_depth: row.scroll_depth.and_then(|depth| depth.try_into().ok()),
        revenue: revenue.map(|(amount_thousandths, currency)| Revenue { amount_thousandths, currency }),
    }
}

fn row_of(block: &event_block::Model, event: &Event<'_>) -> event::ActiveModel {
    let text = |text: &str| Set(text.to_owned());
    event::ActiveModel {
        id: NotSet,
        site_id: Set(block.site_id),
        at: Set(event.ts),
        node: Set(block.node),
        seq: Set(block.seq),
        kind: Set(match event.kind {
            EventKind::Pageview => 0,
            EventKind::Custom => 1,
            EventKind::Engagement => 2,
            EventKind::Duration => 3,
        }),
        name: text(event.name),
        visitor: Set(event.visitor),
        hostname: text(event.hostname),
        page: text(event.page),
        source: text(event.source),
        referrer: text(event.referrer),
        channel: text(event.channel),
        utm_source: text(event.utm_source),
        utm_medium: text(event.utm_medium),
        utm_campaign: text(event.utm_campaign),
        utm_content: text(event.utm_content),
        utm_term: text(event.utm_term),
        country: text(event.country),
        region: text(event.region),
        city: text(event.city),
        browser: text(event.browser),
        browser_version: text(event.browser_version),
        os: text(event.os),
        os_version: text(event.os_version),
        device: text(event.device),
        screen: text(event.screen),
        language: text(event.language),
        props: Set(event.props.map(str::to_owned)),
        revenue_amount: Set(event.revenue.map(|revenue| revenue.amount_thousandths)),
        revenue_currency: Set(event.revenue.map(|revenue| revenue.currency.to_owned())),
        interactive: Set(event.interactive),
        engaged_ms: Set(event.engaged_ms.into()),
        scroll_depth: Set(event.scroll_depth.map(i16::from)),
        bot: Set(0),
    }
}
