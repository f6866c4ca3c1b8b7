//! A process that writes events: identity of a data directory.

use sea_orm::entity::prelude::*;

/// One node.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "node")]
pub struct Model {
    /// Number that its batches carry.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Random name kept in the data directory, unique.
    pub name: String,
    /// Last start.
    pub started_at: i64,
    /// Random text of this row, by which a journal knows the database that it is for.
    pub mark: Option<String>,
}

/// Relations are not declared: joins are written out in `store`.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
