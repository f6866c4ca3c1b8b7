//! A link by which somebody who forgot their password may set a new one.

use sea_orm::entity::prelude::*;

/// One link. It is removed when it is used.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "password_reset")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Whose password.
    pub user_id: String,
    /// SHA-256 of the link's token, unique.
    pub hash: Vec<u8>,
    /// When it was asked for.
    pub requested_at: i64,
    /// When the link ends.
    pub expires_at: i64,
    /// A mail server has taken it; otherwise the administrator has to hand it on.
    pub mailed: bool,
}

/// Relations are not declared: joins are written out in `store`.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
