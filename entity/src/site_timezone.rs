//! Which zone a site's days follow from when on.

use sea_orm::entity::prelude::*;

/// One era of a site's days.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "site_timezone")]
pub struct Model {
    /// The site.
    #[sea_orm(primary_key, auto_increment = false)]
    pub site_id: i64,
    /// First instant that it governs; the first era of a site has the smallest value there is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub since: i64,
    /// IANA name.
    pub timezone: String,
}

/// Relations are not declared: joins are written out in `store`.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
