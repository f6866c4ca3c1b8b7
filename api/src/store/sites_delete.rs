//! Deleting a site: hidden at once, its events removed in small steps, so that the one writer is never held for long.

use std::collections::BTreeSet;

use haru_entity::{
    annotation, api_token_site, dropped, event_block, event_id, invitation_site, member_site, saved_segment,
    share_link, site,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::audit::{self, Action};
use super::sites::locked;
use super::{Scope, Site, Store};
use crate::error::Result;

/// Ids removed in one step.
const STEP: u64 = 2_000;
/// A site's own row stays this long, so that hits that were under way, or came through another node's cache,
/// are removed too.
const LINGER_MS: i64 = 5 * 60_000;

impl Store {
    /// Hides a site and releases its domain and token; [`Store::purge_deleted_sites`] removes what it held.
    ///
    /// # Errors
    /// `NotFound` when there is none that the caller may see.
    pub(crate) async fn delete_site(&self, scope: &Scope, name: &str, at: i64) -> Result<Site> {
        let transaction = self.begin_write().await?;
        let site: Site = locked(&transaction, scope, name).await?.into();
        let placeholder = format!("deleted:{}", site.id);
        let hidden = site::ActiveModel {
            id: Set(site.key),
            domain: Set(placeholder.clone()),
            token: Set(placeholder),
            deleted_at: Set(Some(at)),
            ..Default::default()
        };
        hidden.update(&transaction).await?;
        api_token_site::Entity::delete_many()
            .filter(api_token_site::Column::SiteId.eq(site.key))
            .exec(&transaction)
            .await?;
        share_link::Entity::delete_many().filter(share_link::Column::SiteId.eq(site.key)).exec(&transaction).await?;
        // An admin who sees some sites only manages those who see no others: a site that is gone is none.
        member_site::Entity::delete_many().filter(member_site::Column::SiteId.eq(site.key)).exec(&transaction).await?;
        invitation_site::Entity::delete_many()
            .filter(invitation_site::Column::SiteId.eq(site.key))
            .exec(&transaction)
            .await?;
        saved_segment::Entity::delete_many()
            .filter(saved_segment::Column::SiteId.eq(site.key))
            .exec(&transaction)
            .await?;
        annotation::Entity::delete_many().filter(annotation::Column::SiteId.eq(site.key)).exec(&transaction).await?;
        audit::note(&transaction, scope, Action::SiteDeleted, &site.domain).await?;
        transaction.commit().await?;
        Ok(site)
    }

    /// Takes one step in removing what one of the deleted sites held; true when there may be more to do after a rest. `emptied`
    /// names those in which nothing was left: what comes late for them is removed when their own rows go.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn purge_deleted_sites(&self, now: i64, emptied: &mut BTreeSet<i64>) -> Result<bool> {
        let deleted = site::Entity::find()
            .filter(site::Column::DeletedAt.is_not_null())
            .order_by_asc(site::Column::Id)
            .all(&self.reader)
            .await?;
        let ends = |row: &site::Model| row.deleted_at.is_some_and(|at| at + LINGER_MS < now);
        let Some(row) = deleted.iter().find(|row| ends(row) || !emptied.contains(&row.id)) else {
            let there: BTreeSet<i64> = deleted.iter().map(|row| row.id).collect();
            emptied.retain(|key| there.contains(key));
            return Ok(false);
        };
        if self.purge_step(row.id).await? {
            return Ok(true);
        }
        emptied.insert(row.id);
        if ends(row) {
            // An account that was deleted has left these.
            member_site::Entity::delete_many()
                .filter(member_site::Column::SiteId.eq(row.id))
                .exec(&self.writer)
                .await?;
            site::Entity::delete_by_id(row.id).exec(&self.writer).await?;
        }
        Ok(true)
    }

    /// Returns a little of what was deleted to the file system; on PostgreSQL its own vacuum does so.
    ///
    /// # Errors
    /// When the database can't store it.
    pub(crate) async fn give_back_space(&self) -> Result<()> {
        if self.is_sqlite() {
            self.writer.execute_unprepared("PRAGMA incremental_vacuum(500)").await?;
        }
        Ok(())
    }

    async fn purge_step(&self, site_key: i64) -> Result<bool> {
        let of_site = Condition::all().add(event_block::Column::SiteId.eq(site_key));
        let more = self.remove_blocks(of_site).await?;
        // Looked for among those of all sites, as no index begins with the site: beside the writer, not under its lock.
        let ids: Vec<String> = event_id::Entity::find()
            .select_only()
            .column(event_id::Column::Id)
            .filter(event_id::Column::SiteId.eq(site_key))
            .limit(STEP)
            .into_tuple()
            .all(&self.reader)
            .await?;
        let forgotten = ids.len() as u64;
        event_id::Entity::delete_many()
            .filter(event_id::Column::SiteId.eq(site_key))
            .filter(event_id::Column::Id.is_in(ids))
            .exec(&self.writer)
            .await?;
        dropped::Entity::delete_many().filter(dropped::Column::SiteId.eq(site_key)).exec(&self.writer).await?;
        Ok(more || forgotten == STEP || self.purge_segments(site_key).await?)
    }
}
