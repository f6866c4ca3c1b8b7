//! Regions, cities, languages and screens became panels. Links that showed all panels go on showing those that there were: nobody
//! who shared countries has said that the public may see cities.

use haru_entity::share_link;
use sea_orm_migration::prelude::*;

/// All panels before these.
const PANELS: &str =
    "pages entry_pages exit_pages sources referrers channels campaigns countries browsers os devices events";

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let named = Query::update()
            .table(share_link::Entity)
            .value(share_link::Column::Panels, PANELS)
            .and_where(Expr::col(share_link::Column::Panels).is_null())
            .take();
        manager.execute(named).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let all = Query::update()
            .table(share_link::Entity)
            .value(share_link::Column::Panels, Option::<String>::None)
            .and_where(Expr::col(share_link::Column::Panels).eq(PANELS))
            .take();
        manager.execute(all).await
    }
}
