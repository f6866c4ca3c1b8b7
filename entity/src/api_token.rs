//! A key for programs: it acts for the member who made it, within its scopes.

use sea_orm::entity::prelude::*;

/// One API token.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_token")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The account that it works in.
    pub account_id: String,
    /// The member who made it and whose rights bound it.
    pub user_id: String,
    /// What its maker calls it.
    pub name: String,
    /// SHA-256 of the secret, unique; the secret itself is nowhere.
    pub hash: Vec<u8>,
    /// Words such as `stats:read`, parted by blanks.
    pub scopes: String,
    /// True: reaches only the sites listed in `api_token_site`.
    pub limited: bool,
    /// When it was made.
    pub created_at: i64,
    /// When it ends, if it does.
    pub expires_at: Option<i64>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<i64>,
}

/// Relations are not declared: joins are written out in `store`.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
