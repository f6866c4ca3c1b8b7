//! Events of sealed days as columns.

use sea_orm::entity::prelude::*;

/// One part of a day, written by one attempt at sealing it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "segment")]
pub struct Model {
    /// The site.
    #[sea_orm(primary_key, auto_increment = false)]
    pub site_id: i64,
    /// First instant of the day.
    #[sea_orm(primary_key, auto_increment = false)]
    pub starts_at: i64,
    /// The attempt; readers take those of the attempt that holds the day.
    #[sea_orm(primary_key, auto_increment = false)]
    pub attempt: i64,
    /// Number among the parts of the attempt, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub part: i32,
    /// First instant behind the day.
    pub ends_at: i64,
    /// Format of the bytes.
    pub format: i32,
    /// How many events.
    pub events: i64,
    /// Sum over their values.
    pub checksum: i64,
    /// How many bytes, so that they need not be read to be counted.
    pub size: i64,
    /// A Parquet file.
    pub bytes: Vec<u8>,
}

/// Relations are not declared: joins are written out in `store`.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
