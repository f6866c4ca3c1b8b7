//! An address at which the public sees a part of a site's numbers.

use sea_orm::entity::prelude::*;

/// One share link.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "share_link")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The site that it shows.
    pub site_id: i64,
    /// What it is called, for those who see it too.
    pub name: String,
    /// The end of its address, unique on the instance.
    pub slug: String,
    /// Argon2id, when it asks for a password.
    pub password_hash: Option<String>,
    /// When it ends, if it does.
    pub expires_at: Option<i64>,
    /// True: it is as if there were none.
    pub paused: bool,
    /// The panels that it shows, parted by blanks; null: all.
    pub panels: Option<String>,
    /// First day that it shows, `YYYY-MM-DD`.
    pub since: Option<String>,
    /// Last day that it shows, `YYYY-MM-DD`.
    pub until: Option<String>,
    /// It shows that many days ending today.
    pub last_days: Option<i32>,
    /// Whether it shows properties.
    pub properties: bool,
    /// Origins that may embed it, parted by blanks.
    pub embed_origins: String,
    /// How often it was opened.
    pub views: i64,
    /// When it was opened last.
    pub last_viewed_at: Option<i64>,
    /// Counts up when those who have it open must prove themselves again.
    pub version: i64,
    /// When it was made.
    pub created_at: i64,
}

/// Relations are not declared: joins are written out in `store`.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
