//! Group commits of the nodes: `(node, seq)` is unique, so a batch can be delivered once only.

use sea_orm::entity::prelude::*;

/// One group commit.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "batch")]
pub struct Model {
    /// Who wrote it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub node: i64,
    /// Number within the node, from 1 without gaps.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// When.
    pub committed_at: i64,
    /// How many events it held.
    pub events: i64,
}

/// Relations are not declared: joins are written out in `store`.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
