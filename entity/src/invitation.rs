//! An open invitation into an account. It goes when it is taken.

use sea_orm::entity::prelude::*;

/// One invitation.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitation")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The account that it leads into.
    pub account_id: String,
    /// The member who made it. It goes when they go.
    pub user_id: String,
    /// SHA-256 of the secret in its link, unique; the secret itself is nowhere.
    pub hash: Vec<u8>,
    /// The only address that may take it, if there is one; lower case.
    pub email: Option<String>,
    /// `admin` or `viewer`.
    pub role: String,
    /// True: who takes it sees only the sites listed in `invitation_site`.
    pub limited: bool,
    /// When it was made.
    pub created_at: i64,
    /// When it ends.
    pub expires_at: i64,
}

/// Relations are not declared: joins are written out in `store`.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
