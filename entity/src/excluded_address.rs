//! An address whose visits a site does not count.

use sea_orm::entity::prelude::*;

/// One address, or one /64 of IPv6, as a hash that only this instance can make.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "excluded_address")]
pub struct Model {
    /// UUIDv7, the id that the outside sees.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The site.
    pub site_id: i64,
    /// HMAC of site and address under a key of the instance's secret; unique on the site.
    pub hash: Vec<u8>,
    /// What its account calls it, such as `Office`; may be blank.
    pub note: String,
    /// When it was added.
    pub created_at: i64,
}

/// Relations are not declared: joins are written out in `store`.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
