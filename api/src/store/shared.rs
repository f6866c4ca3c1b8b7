//! What share links and public domains lead to. They are for the public: this is the one place where it is looked up without a
//! [`super::Scope`], by slug or id, and what is found becomes a scope of that site alone.

use haru_entity::{share_link, site};
use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::accounts::enabled;
use super::{ShareLink, Site, Store, sound};
use crate::error::Result;

/// A link with what it leads to.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    /// The link.
    pub(crate) link: ShareLink,
    /// Its site.
    pub(crate) site: Site,
    /// The account of the site.
    pub(crate) account_id: String,
}

impl Store {
    /// What a slug leads to, whether or not it is shown now. Links are for the public: this is not tenant data being read.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn shared_by_slug(&self, slug: &str) -> Result<Option<Shared>> {
        let found = share_link::Entity::find().filter(share_link::Column::Slug.eq(sound(slug)));
        self.shared(found.one(&self.reader).await?).await
    }

    /// What the link of that id leads to, to look at it again while a share session lasts.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn shared_by_id(&self, id: &str) -> Result<Option<Shared>> {
        self.shared(share_link::Entity::find_by_id(sound(id)).one(&self.reader).await?).await
    }

    /// A site that is public, by its domain, with its account.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn public_site(&self, domain: &str) -> Result<Option<(Site, String)>> {
        self.public_where(site::Column::Domain.eq(sound(domain))).await
    }

    /// The same by its id, to look at it again while a share session lasts.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn public_site_by_id(&self, id: &str) -> Result<Option<(Site, String)>> {
        self.public_where(site::Column::PublicId.eq(sound(id))).await
    }

    async fn public_where(&self, condition: SimpleExpr) -> Result<Option<(Site, String)>> {
        let row = site::Entity::find()
            .filter(condition)
            .filter(site::Column::Public.eq(true))
            .filter(site::Column::DeletedAt.is_null())
            .one(&self.reader)
            .await?;
        let account = enabled(&self.reader, row.as_ref().map_or("", |row| &row.account_id)).await?;
        Ok(row.filter(|_| account.is_some()).map(|row| (Site::from(row.clone()), row.account_id)))
    }

    /// Asks for site and account in any case, so that no link takes about as long as one.
    async fn shared(&self, link: Option<share_link::Model>) -> Result<Option<Shared>> {
        let key = link.as_ref().map_or(i64::MIN, |link| link.site_id);
        let site = site::Entity::find_by_id(key).filter(site::Column::DeletedAt.is_null()).one(&self.reader).await?;
        let account = enabled(&self.reader, site.as_ref().map_or("", |site| &site.account_id)).await?;
        let shared = link.zip(site).filter(|_| account.is_some()).map(|(link, site)| Shared {
            link: link.into(),
            account_id: site.account_id.clone(),
            site: site.into(),
        });
        Ok(shared)
    }

    /// Counts that a link was opened; false when it is gone.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn note_share_view(&self, id: &str, at: i64) -> Result<bool> {
        let updated = share_link::Entity::update_many()
            .col_expr(share_link::Column::Views, Expr::col(share_link::Column::Views).add(1))
            .col_expr(share_link::Column::LastViewedAt, Expr::value(at))
            .filter(share_link::Column::Id.eq(id))
            .exec(&self.writer)
            .await?;
        Ok(updated.rows_affected == 1)
    }
}
