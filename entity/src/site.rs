//! One tracked property.

use sea_orm::entity::prelude::*;

/// One site.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "site")]
pub struct Model {
    /// Internal key, used in event rows.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// UUIDv7, the id that the outside sees.
    pub public_id: String,
    /// The account that owns it.
    pub account_id: String,
    /// Shown name.
    pub name: String,
    /// Lower case, without `www.`, unique on the instance.
    pub domain: String,
    /// Tracking token, unique; public by nature.
    pub token: String,
    /// IANA name of the zone that its days follow now (history in `site_timezone`).
    pub timezone: String,
    /// Do not count browsers that send Do Not Track or Global Privacy Control.
    pub honour_dnt: bool,
    /// Hosts whose pages are counted, one a line; blank: all.
    pub allowed_hostnames: String,
    /// Patterns of pages that are not counted, one a line.
    pub excluded_paths: String,
    /// Days that are kept after their end; for ever when null.
    pub retention_days: Option<i64>,
    /// How often that was changed: what was remembered before a change may be gone by now.
    pub retention_changes: i64,
    /// Whether everybody may see its numbers.
    pub public: bool,
    /// When it was made.
    pub created_at: i64,
    /// Set when it was deleted and its events are still being removed in steps.
    pub deleted_at: Option<i64>,
}

/// Relations are not declared: joins are written out in `store`.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
