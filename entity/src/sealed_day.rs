//! Local days of sites whose events are, or are about to be, in segments.

use sea_orm::entity::prelude::*;

/// One day, and which attempt at sealing it holds.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sealed_day")]
pub struct Model {
    /// The site.
    #[sea_orm(primary_key, auto_increment = false)]
    pub site_id: i64,
    /// First instant of the day.
    #[sea_orm(primary_key, auto_increment = false)]
    pub starts_at: i64,
    /// First instant behind it.
    pub ends_at: i64,
    /// Number of the last attempt that was begun, from 1.
    pub attempt: i64,
    /// Until when that attempt should be left alone; 0 when nobody is at it.
    pub leased_until: i64,
    /// Number of the attempt whose segments hold the day; 0 before the first has succeeded.
    pub sealed: i64,
    /// When that one succeeded.
    pub sealed_at: i64,
    /// Segments of that attempt.
    pub parts: i32,
    /// Events in them.
    pub events: i64,
    /// Those of them that are no engagement; none: it was sealed before they were counted.
    pub actions: Option<i64>,
    /// Instant of the first of these.
    pub first_at: i64,
    /// 0 open, 1 sealed while what it replaces is still to be removed, 2 sealed.
    pub state: i16,
}

/// Relations are not declared: joins are written out in `store`.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
