//! Ids of events seen in the last 48 hours, so that a repeated one counts once.

use sea_orm::entity::prelude::*;

/// One event id.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event_id")]
pub struct Model {
    /// The site.
    #[sea_orm(primary_key, auto_increment = false)]
    pub site_id: i64,
    /// The id as it came. Ids that begin with the time, as our script's do, arrive in order, and neighbours share a page.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// When it was first seen.
    pub received_at: i64,
}

/// Relations are not declared: joins are written out in `store`.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
