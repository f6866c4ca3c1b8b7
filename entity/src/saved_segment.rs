//! A selection of a site's visitors under a name. Not to be taken for `segment`, which holds sealed events.

use sea_orm::entity::prelude::*;

/// Filters that are kept under a name.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "saved_segment")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The site.
    pub site_id: i64,
    /// What it is called; unique on the site.
    pub name: String,
    /// Filters of the query language, as JSON.
    pub filters: String,
    /// When it was made.
    pub created_at: i64,
}

/// Relations are not declared: joins are written out in `store`.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
