//! Changing a site.

use haru_entity::site_timezone;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
};

use super::audit::{self, Action};
use super::sites::{domain_taken, insert_era, locked};
use super::{Edit, Scope, Site, Store, TimezoneEra};
use crate::error::Result;

/// What to change of a site; values are checked already.
#[derive(Clone, Debug, Default)]
pub(crate) struct SiteChange {
    /// New name.
    pub(crate) name: Option<String>,
    /// New domain.
    pub(crate) domain: Option<String>,
    /// New zone and the instant from which it governs.
    pub(crate) timezone: Option<TimezoneEra>,
    /// New choice.
    pub(crate) honour_dnt: Option<bool>,
    /// New list.
    pub(crate) allowed_hostnames: Option<Vec<String>>,
    /// New list.
    pub(crate) excluded_paths: Option<Vec<String>>,
    /// How many days are kept after their end from now on; none: all.
    pub(crate) retention_days: Edit<i64>,
    /// New choice.
    pub(crate) public: Option<bool>,
    /// New tracking token.
    pub(crate) token: Option<String>,
}

impl Store {
    /// Changes a site.
    ///
    /// # Errors
    /// `NotFound`, or `Conflict` when the new domain is taken on this instance.
    pub(crate) async fn update_site(&self, scope: &Scope, name: &str, change: SiteChange) -> Result<Site> {
        let transaction = self.begin_write().await?;
        let row = locked(&transaction, scope, name).await?;
        let key = row.id;
        let (retention_days, retention_changes) = (row.retention_days, row.retention_changes);
        let action = if change.token.is_some() { Action::TrackingTokenRotated } else { Action::SiteChanged };
        audit::note(&transaction, scope, action, &row.domain).await?;
        let mut row = row.into_active_model();
        if let Some(name) = change.name {
            row.name = Set(name);
        }
        if let Some(domain) = change.domain {
            row.domain = Set(domain);
        }
        if let Some(honour) = change.honour_dnt {
            row.honour_dnt = Set(honour);
        }
        if let Some(hostnames) = change.allowed_hostnames {
            row.allowed_hostnames = Set(hostnames.join("\n"));
        }
        if let Some(paths) = change.excluded_paths {
            row.excluded_paths = Set(paths.join("\n"));
        }
        if let Some(public) = change.public {
            row.public = Set(public);
        }
        if let Edit::To(days) = change.retention_days
            && days != retention_days
        {
            row.retention_days = Set(days);
            row.retention_changes = Set(retention_changes + 1);
        }
        if let Some(token) = change.token {
            row.token = Set(token);
        }
        if let Some(era) = change.timezone {
            row.timezone = Set(era.timezone.name().to_owned());
            replace_future_eras(&transaction, key, &era).await?;
        }
        let row = row.update(&transaction).await.map_err(domain_taken)?;
        transaction.commit().await?;
        Ok(row.into())
    }
}

/// A zone that was chosen but does not govern yet is replaced, so that two changes on one day leave one new era.
async fn replace_future_eras(transaction: &DatabaseTransaction, site_key: i64, era: &TimezoneEra) -> Result<()> {
    site_timezone::Entity::delete_many()
        .filter(site_timezone::Column::SiteId.eq(site_key))
        .filter(site_timezone::Column::Since.gte(era.since))
        .exec(transaction)
        .await?;
    insert_era(transaction, site_key, era).await
}
