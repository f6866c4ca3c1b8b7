//! The secret of one local date that makes visitor ids one-way; erased when the date has ended everywhere on earth.

use sea_orm::entity::prelude::*;

/// One date's salt.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "salt")]
pub struct Model {
    /// Local date, `YYYY-MM-DD`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub date: String,
    /// 32 random bytes.
    pub salt: Vec<u8>,
}

/// Relations are not declared: joins are written out in `store`.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
