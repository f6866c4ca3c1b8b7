//! Share links, managed within a [`Scope`]. What they lead the public to is looked up in `shared`.

use haru_entity::{share_link, site};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder, SqlErr,
};

use super::audit::{self, Action};
use super::sites::{locked, named};
use super::{Edit, Scope, Store, sound};
use crate::error::{Error, Result};

/// A share link as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ShareLink {
    /// Public id.
    pub(crate) id: String,
    /// Internal key of its site.
    pub(crate) site_key: i64,
    /// Shown name.
    pub(crate) name: String,
    /// The end of its address.
    pub(crate) slug: String,
    /// Argon2id.
    pub(crate) password_hash: Option<String>,
    /// When it ends, if it does.
    pub(crate) expires_at: Option<i64>,
    /// True: it is as if there were none.
    pub(crate) paused: bool,
    /// Words, parted by blanks; none: all.
    pub(crate) panels: Option<String>,
    /// `YYYY-MM-DD`.
    pub(crate) since: Option<String>,
    /// `YYYY-MM-DD`.
    pub(crate) until: Option<String>,
    /// Days ending today.
    pub(crate) last_days: Option<i32>,
    /// Whether it shows properties.
    pub(crate) properties: bool,
    /// Parted by blanks.
    pub(crate) embed_origins: String,
    /// How often it was opened.
    pub(crate) views: i64,
    /// When it was opened last.
    pub(crate) last_viewed_at: Option<i64>,
    /// What a session must have been made under.
    pub(crate) version: i64,
    /// When it was made.
    pub(crate) created_at: i64,
}

impl From<share_link::Model> for ShareLink {
    fn from(row: share_link::Model) -> Self {
        Self {
            id: row.id,
            site_key: row.site_id,
            name: row.name,
            slug: row.slug,
            password_hash: row.password_hash,
            expires_at: row.expires_at,
            paused: row.paused,
            panels: row.panels,
            since: row.since,
            until: row.until,
            last_days: row.last_days,
            properties: row.properties,
            embed_origins: row.embed_origins,
            views: row.views,
            last_viewed_at: row.last_viewed_at,
            version: row.version,
            created_at: row.created_at,
        }
    }
}

/// A link to be made; values are checked already.
#[derive(Clone, Debug)]
pub(crate) struct NewShareLink {
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) password_hash: Option<String>,
    pub(crate) expires_at: Option<i64>,
    pub(crate) panels: Option<String>,
    pub(crate) since: Option<String>,
    pub(crate) until: Option<String>,
    pub(crate) last_days: Option<i32>,
    pub(crate) properties: bool,
    pub(crate) embed_origins: String,
    /// Now.
    pub(crate) at: i64,
}

/// What to change of a link; values are checked already.
#[derive(Clone, Debug, Default)]
pub(crate) struct ShareChange {
    pub(crate) name: Option<String>,
    pub(crate) slug: Option<String>,
    pub(crate) password_hash: Edit<String>,
    pub(crate) expires_at: Edit<i64>,
    pub(crate) paused: Option<bool>,
    pub(crate) panels: Edit<String>,
    pub(crate) since: Edit<String>,
    pub(crate) until: Edit<String>,
    pub(crate) last_days: Edit<i32>,
    pub(crate) properties: Option<bool>,
    pub(crate) embed_origins: Option<String>,
}

/// The only place where links are found for a member: those of a site that they see.
async fn of_site(connection: &impl ConnectionTrait, scope: &Scope, site: &str) -> Result<site::Model> {
    named(scope, site).one(connection).await?.ok_or(Error::NotFound("site"))
}

async fn with_id(connection: &impl ConnectionTrait, site: &site::Model, id: &str) -> Result<share_link::Model> {
    let found = share_link::Entity::find_by_id(sound(id)).filter(share_link::Column::SiteId.eq(site.id));
    found.one(connection).await?.ok_or(Error::NotFound("share link"))
}

impl Store {
    /// Links of a site, oldest first.
    ///
    /// # Errors
    /// `NotFound` when there is no such site that the caller may see.
    pub(crate) async fn share_links(&self, scope: &Scope, site: &str) -> Result<Vec<ShareLink>> {
        let site = of_site(&self.reader, scope, site).await?;
        let rows = share_link::Entity::find().filter(share_link::Column::SiteId.eq(site.id));
        let rows = rows.order_by_asc(share_link::Column::Id).all(&self.reader).await?;
        Ok(rows.into_iter().map(ShareLink::from).collect())
    }

    /// The link of that id.
    ///
    /// # Errors
    /// `NotFound` when there is none that the caller may see.
    pub(crate) async fn share_link(&self, scope: &Scope, site: &str, id: &str) -> Result<ShareLink> {
        let site = of_site(&self.reader, scope, site).await?;
        Ok(with_id(&self.reader, &site, id).await?.into())
    }

    /// Makes a link, unless the site has `max` already.
    ///
    /// # Errors
    /// `NotFound`, `Conflict` when the slug is taken on this instance, `Forbidden` beyond `max`.
    pub(crate) async fn insert_share_link(
        &self,
        scope: &Scope,
        site: &str,
        new: NewShareLink,
        max: u64,
    ) -> Result<ShareLink> {
        let transaction = self.begin_write().await?;
        // Two that are made at once must not both be the last one.
        let site = locked(&transaction, scope, site).await?;
        let of_site = share_link::Entity::find().filter(share_link::Column::SiteId.eq(site.id));
        if of_site.count(&transaction).await? >= max {
            return Err(Error::Forbidden("this site has as many share links as it may have: delete one first"));
        }
        let row = share_link::ActiveModel {
            id: Set(crate::ids::new_id()),
            site_id: Set(site.id),
            name: Set(new.name),
            slug: Set(new.slug),
            password_hash: Set(new.password_hash),
            expires_at: Set(new.expires_at),
            paused: Set(false),
            panels: Set(new.panels),
            since: Set(new.since),
            until: Set(new.until),
            last_days: Set(new.last_days),
            properties: Set(new.properties),
            embed_origins: Set(new.embed_origins),
            views: Set(0),
            last_viewed_at: Set(None),
            version: Set(1),
            created_at: Set(new.at),
        };
        let row = row.insert(&transaction).await.map_err(slug_taken)?;
        audit::note(&transaction, scope, Action::ShareLinkMade, subject(&row, &site)).await?;
        transaction.commit().await?;
        Ok(row.into())
    }

    /// Changes a link. Another password or a pause ends what was opened with it before.
    ///
    /// # Errors
    /// `NotFound`, or `Conflict` when the new slug is taken on this instance.
    pub(crate) async fn update_share_link(
        &self,
        scope: &Scope,
        site: &str,
        id: &str,
        change: ShareChange,
    ) -> Result<ShareLink> {
        let transaction = self.begin_write().await?;
        let site = locked(&transaction, scope, site).await?;
        // Locked with its site: a change that crosses with this one can't put the version back.
        let row = with_id(&transaction, &site, id).await?;
        audit::note(&transaction, scope, Action::ShareLinkChanged, subject(&row, &site)).await?;
        let ends_sessions = change.password_hash.is_edit() || (change.paused == Some(true) && !row.paused);
        let version = row.version + i64::from(ends_sessions);
        let mut row = row.into_active_model();
        let ShareChange {
            name,
            slug,
            password_hash,
            expires_at,
            paused,
            panels,
            since,
            until,
            last_days,
            properties,
            embed_origins,
        } = change;
        row.name = name.map_or(row.name, Set);
        row.slug = slug.map_or(row.slug, Set);
        row.password_hash = password_hash.or(row.password_hash);
        row.expires_at = expires_at.or(row.expires_at);
        row.paused = paused.map_or(row.paused, Set);
        row.panels = panels.or(row.panels);
        row.since = since.or(row.since);
        row.until = until.or(row.until);
        row.last_days = last_days.or(row.last_days);
        row.properties = properties.map_or(row.properties, Set);
        row.embed_origins = embed_origins.map_or(row.embed_origins, Set);
        // Written in any case, as an update of nothing is an error.
        row.version = Set(version);
        let row = row.update(&transaction).await.map_err(slug_taken)?;
        transaction.commit().await?;
        Ok(row.into())
    }

    /// Removes a link.
    ///
    /// # Errors
    /// `NotFound` when there is none that the caller may see.
    pub(crate) async fn delete_share_link(&self, scope: &Scope, site: &str, id: &str) -> Result<ShareLink> {
        let transaction = self.begin_write().await?;
        let site = locked(&transaction, scope, site).await?;
        let row = with_id(&transaction, &site, id).await?;
        share_link::Entity::delete_by_id(&row.id).exec(&transaction).await?;
        audit::note(&transaction, scope, Action::ShareLinkRevoked, subject(&row, &site)).await?;
        transaction.commit().await?;
        Ok(row.into())
    }
}

/// How the audit log calls a link.
fn subject(link: &share_link::Model, site: &site::Model) -> String {
    format!("{} ({})", link.name, site.domain)
}

fn slug_taken(error: DbErr) -> Error {
    if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) {
        return Error::taken("slug", "is taken on this instance");
    }
    error.into()
}
