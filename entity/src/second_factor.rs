//! The second factor of a user: what their authenticator was given.

use sea_orm::entity::prelude::*;

/// One user's second factor.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "second_factor")]
pub struct Model {
    /// Whose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: String,
    /// The shared secret, encrypted with a key of the instance.
    pub secret: Vec<u8>,
    /// It is asked for at login: a code has shown that the authenticator has it.
    pub confirmed: bool,
    /// Number of the newest time step whose code was used; codes up to it are used up.
    pub last_step: i64,
    /// Wrong codes since `tries_since`.
    pub tries: i64,
    /// When the first of these came.
    pub tries_since: i64,
    /// When it was made.
    pub created_at: i64,
}

/// Relations are not declared: joins are written out in `store`.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
