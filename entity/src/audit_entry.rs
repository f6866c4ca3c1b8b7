//! What somebody did in an account, as its owner can read it later.

use sea_orm::entity::prelude::*;

/// One action.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entry")]
pub struct Model {
    /// UUIDv7, so that the newest sort last.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The account that it happened in.
    pub account_id: String,
    /// When.
    pub at: i64,
    /// Who, as they were called then: they may be gone by now.
    pub who: String,
    /// A word such as `site.deleted`.
    pub action: String,
    /// What it was done to, as it was called then.
    pub subject: String,
    /// From which kind of client, such as `Firefox on Mac` or `API token Nightly`.
    pub client: String,
}

/// Relations are not declared: joins are written out in `store`.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
