//! Resetting a site: it goes on under another internal key, and what stood under the old one is removed like what a deleted
//! site held, in small steps.
//!
//! Everything that is known of events hangs on that key: rows, segments, counts, ids, and in memory columns, contributions and
//! what is watched. So nobody who asks from here on can meet anything older, and nobody has to be told to forget. Hits under way
//! at that moment carry the old key and go with it; on other nodes that is so for 2 seconds, until they have looked around.
//! The public id, the domain, the tracking token and the settings stay; whatever points at the site moves along.

use haru_entity::{
    annotation, api_token_site, excluded_address, invitation_site, member_site, saved_segment, share_link, site,
    site_timezone,
};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait,
    IntoActiveModel, QueryFilter,
};

use super::audit::{self, Action};
use super::sites::locked;
use super::{Scope, Store};
use crate::error::Result;

impl Store {
    /// Gives a site a new key and marks the row of the old one as deleted; [`Store::purge_deleted_sites`] removes what it held.
    ///
    /// # Errors
    /// `NotFound` when there is none that the caller may see.
    pub(crate) async fn reset_site(&self, scope: &Scope, name: &str, at: i64) -> Result<()> {
        let transaction = self.begin_write().await?;
        let row = locked(&transaction, scope, name).await?;
        let old = row.id;
        audit::note(&transaction, scope, Action::SiteReset, &row.domain).await?;
        // First, as ids, domains and tokens are unique.
        let id = crate::ids::new_id();
        let placeholder = format!("deleted:{id}");
        let retired = site::ActiveModel {
            id: Set(old),
            public_id: Set(id),
            domain: Set(placeholder.clone()),
            token: Set(placeholder),
            deleted_at: Set(Some(at)),
            ..Default::default()
        };
        retired.update(&transaction).await?;
        let fresh = site::ActiveModel { id: NotSet, ..row.into_active_model().reset_all() };
        let new = fresh.insert(&transaction).await?.id;
        let eras =
            site_timezone::Entity::find().filter(site_timezone::Column::SiteId.eq(old)).all(&transaction).await?;
        for era in eras {
            let era = site_timezone::ActiveModel { site_id: Set(new), ..era.into_active_model().reset_all() };
            era.insert(&transaction).await?;
        }
        move_along(&transaction, old, new).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Lets everything that is about the site itself, and not about its events, point at its new key. A test knows all tables.
async fn move_along(transaction: &DatabaseTransaction, old: i64, new: i64) -> Result<()> {
    member_site::Entity::update_many()
        .col_expr(member_site::Column::SiteId, Expr::value(new))
        .filter(member_site::Column::SiteId.eq(old))
        .exec(transaction)
        .await?;
    api_token_site::Entity::update_many()
        .col_expr(api_token_site::Column::SiteId, Expr::value(new))
        .filter(api_token_site::Column::SiteId.eq(old))
        .exec(transaction)
        .await?;
    excluded_address::Entity::update_many()
        .col_expr(excluded_address::Column::SiteId, Expr::value(new))
        .filter(excluded_address::Column::SiteId.eq(old))
        .exec(transaction)
        .await?;
    invitation_site::Entity::update_many()
        .col_expr(invitation_site::Column::SiteId, Expr::value(new))
        .filter(invitation_site::Column::SiteId.eq(old))
        .exec(transaction)
        .await?;
    share_link::Entity::update_many()
        .col_expr(share_link::Column::SiteId, Expr::value(new))
        .filter(share_link::Column::SiteId.eq(old))
        .exec(transaction)
        .await?;
    saved_segment::Entity::update_many()
        .col_expr(saved_segment::Column::SiteId, Expr::value(new))
        .filter(saved_segment::Column::SiteId.eq(old))
        .exec(transaction)
        .await?;
    annotation::Entity::update_many()
        .col_expr(annotation::Column::SiteId, Expr::value(new))
        .filter(annotation::Column::SiteId.eq(old))
        .exec(transaction)
        .await?;
    Ok(())
}
