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
    /// When it was made.
    pub created_at: i64,
    /// Set when it was deleted and its events are still being removed in steps.
    pub deleted_at: Option<i64>,
}

/// Relations are not declared: joins are written out in `store`.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
