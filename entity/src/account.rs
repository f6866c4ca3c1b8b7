//! The tenant: it owns sites and members.

use sea_orm::entity::prelude::*;

/// One account.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Shown name.
    pub name: String,
    /// When it was made.
    pub created_at: i64,
    /// Set when it was deleted and its sites are still being removed: nothing else is left of it.
    pub deleted_at: Option<i64>,
    /// Set while the instance's administrator has disabled it.
    pub disabled_at: Option<i64>,
    /// Sites that it may have; none: as many as it likes.
    pub sites_max: Option<i64>,
    /// Events that it may have in a month; none: as many as come.
    pub events_a_month_max: Option<i64>,
    /// Month (years times twelve and months) in which its owner was told that most of its events are used.
    pub told_near: Option<i64>,
    /// Month in which its owner was told that they are used up.
    pub told_exceeded: Option<i64>,
}

/// Relations are not declared: joins are written out in `store`.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
