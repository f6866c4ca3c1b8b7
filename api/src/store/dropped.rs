//! Hits that were not counted, by site, local day and reason.

use std::borrow::Cow;

use haru_entity::dropped;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect, Value};
use serde::{Deserialize, Serialize};

use super::{Site, Store};
use crate::error::{Error, Result};

/// So many hits of a site were dropped on a local day for a reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DropCount {
    /// The site.
    pub(crate) site: i64,
    /// Local date, `YYYY-MM-DD`.
    pub(crate) date: String,
    /// Such as `bot`.
    pub(crate) reason: Cow<'static, str>,
    /// How many.
    pub(crate) count: i64,
}

/// Adds to the counts, inside the transaction of a batch.
pub(super) async fn add_drops(transaction: &DatabaseTransaction, drops: &[DropCount]) -> Result<()> {
    let mut insert = Query::insert();
    insert
        .into_table(dropped::Entity)
        .columns([dropped::Column::SiteId, dropped::Column::Date, dropped::Column::Reason, dropped::Column::Count])
        .on_conflict(
            OnConflict::columns([dropped::Column::SiteId, dropped::Column::Date, dropped::Column::Reason])
                .value(
                    dropped::Column::Count,
                    Expr::col((dropped::Entity, dropped::Column::Count))
                        .add(Expr::col(("excluded", dropped::Column::Count))),
                )
                .to_owned(),
        );
    for drop in drops {
        let row: [Value; 4] =
            [drop.site.into(), drop.date.clone().into(), drop.reason.as_ref().into(), drop.count.into()];
        insert.values(row.map(Expr::val::<Value>)).map_err(Error::internal)?;
    }
    transaction.execute(&insert).await?;
    Ok(())
}

impl Store {
    /// What was dropped from the first to the last date, by reason, most first.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn drops(&self, site: &Site, first: &str, last: &str) -> Result<Vec<(String, i64)>> {
        let rows = dropped::Entity::find()
            .select_only()
            .column(dropped::Column::Reason)
            .column(dropped::Column::Count)
            .filter(dropped::Column::SiteId.eq(site.key))
            .filter(dropped::Column::Date.between(first, last))
            .into_tuple::<(String, i64)>()
            .all(&self.reader)
            .await?;
        let mut totals = std::collections::BTreeMap::new();
        for (reason, count) in rows {
            *totals.entry(reason).or_insert(0) += count;
        }
        let mut totals: Vec<_> = totals.into_iter().collect();
        totals.sort_by_key(|(_, count)| -count);
        Ok(totals)
    }
}
