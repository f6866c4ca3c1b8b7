//! Which event rows of a sealed day are in its segments: for each node those up to a batch.

use sea_orm::entity::prelude::*;

/// Of one day and node.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "watermark")]
pub struct Model {
    /// The site.
    #[sea_orm(primary_key, auto_increment = false)]
    pub site_id: i64,
    /// First instant of the day.
    #[sea_orm(primary_key, auto_increment = false)]
    pub starts_at: i64,
    /// The node.
    #[sea_orm(primary_key, auto_increment = false)]
    pub node: i64,
    /// Its last batch of which the segments hold rows; they hold all of the day's up to it.
    pub seq: i64,
}

/// Relations are not declared: joins are written out in `store`.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
