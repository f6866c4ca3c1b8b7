//! A login: the family of refresh tokens that began with one password.

use sea_orm::entity::prelude::*;

/// One login session.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Who logged in.
    pub user_id: String,
    /// The account that is being worked in.
    pub account_id: String,
    /// 16 random bytes that go into each refresh token's HMAC.
    pub nonce: Vec<u8>,
    /// Number of the refresh token that is valid now, from 1.
    pub generation: i64,
    /// When that token was given out.
    pub rotated_at: i64,
    /// When the login happened.
    pub created_at: i64,
    /// When the family ends if it is not used again.
    pub expires_at: i64,
    /// Kind of client, such as `Firefox on Mac`; never a full user agent.
    pub client: String,
}

/// Relations are not declared: joins are written out in `store`.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
