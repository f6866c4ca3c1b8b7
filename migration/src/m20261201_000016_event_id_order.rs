//! Event ids by id, then by site. Ids that begin with the time, as our script's do, then come in their order whichever site they
//! are for, and those of one commit share a page; by site first, each site's were on a page of its own.

use haru_entity::event_id;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::columns::{integer, text};

/// What the table is called while another takes its place.
const BEFORE: &str = "event_id_before";
/// Old ids are found by it, and on the way those of a site.
const RECEIVED: &str = "event_id_received";

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let key = [event_id::Column::Id, event_id::Column::SiteId];
        replace(manager, key, &[event_id::Column::ReceivedAt, event_id::Column::SiteId]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let key = [event_id::Column::SiteId, event_id::Column::Id];
        replace(manager, key, &[event_id::Column::ReceivedAt]).await
    }
}

/// Makes the table anew with another key and index, with the rows that it has.
async fn replace(
    manager: &SchemaManager<'_>,
    key: [event_id::Column; 2],
    received: &[event_id::Column],
) -> Result<(), DbErr> {
    let columns = [event_id::Column::SiteId, event_id::Column::Id, event_id::Column::ReceivedAt];
    manager.drop_index(Index::drop().name(RECEIVED).table(event_id::Entity).to_owned()).await?;
    manager.rename_table(Table::rename().table(event_id::Entity, BEFORE).take()).await?;
    // Its key is all that is ever looked up: on SQLite the key is the table.
    let sqlite = manager.get_database_backend() == DbBackend::Sqlite;
    let [first, second] = key;
    manager
        .create_table(
            Table::create()
                .table(event_id::Entity)
                .col(integer(event_id::Column::SiteId))
                .col(text(event_id::Column::Id))
                .col(integer(event_id::Column::ReceivedAt))
                .primary_key(Index::create().col(first).col(second))
                .extra(if sqlite { "WITHOUT ROWID" } else { "" })
                .take(),
        )
        .await?;
    let rows =
        Query::select().columns(columns).from(BEFORE).order_by_columns(key.map(|column| (column, Order::Asc))).take();
    let copied = Query::insert()
        .into_table(event_id::Entity)
        .columns(columns)
        .select_from(rows)
        .map_err(|error| DbErr::Custom(error.to_string()))?
        .take();
    manager.execute(copied).await?;
    manager.drop_table(Table::drop().table(BEFORE).take()).await?;
    let mut index = Index::create().name(RECEIVED).table(event_id::Entity).take();
    for column in received {
        index.col(*column);
    }
    manager.create_index(index).await
}
