//! Events of days that are still open, append-only: those of one site that came in one batch and belong to one quarter of an hour,
//! packed.

use sea_orm::entity::prelude::*;

/// One block.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event_block")]
pub struct Model {
    /// Order of arrival within its batch.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The site.
    pub site_id: i64,
    /// Which node wrote it.
    pub node: i64,
    /// In which of its batches.
    pub seq: i64,
    /// When the first of its events happened.
    pub first_at: i64,
    /// When the last one did, within the same quarter of an hour.
    pub last_at: i64,
    /// Number of its events.
    pub events: i32,
    /// Pageviews and custom events among them.
    pub actions: i32,
    /// Its events: `haru_stats::packed` reads them.
    #[sea_orm(column_type = "Blob")]
    pub packed: Vec<u8>,
}

/// Relations are not declared: joins are written out in `store`.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
