//! A person who can log in.

use sea_orm::entity::prelude::*;

/// One user.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "user")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Lower case, unique on the instance.
    pub email: String,
    /// Shown name.
    pub name: String,
    /// Argon2id in PHC form.
    pub password_hash: String,
    /// Administrator of the instance; the first user is one.
    pub is_admin: bool,
    /// When it was made.
    pub created_at: i64,
}

/// Relations are not declared: joins are written out in `store`.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
