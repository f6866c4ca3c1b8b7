//! Addresses that sites do not count, as hashes: nothing here can be turned back into an address.

use std::collections::{BTreeMap, BTreeSet};

use haru_entity::excluded_address;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::audit::{self, Action};
use super::sites::locked;
use super::{Scope, Site, Store, sound};
use crate::collect::AddressHash;
use crate::error::{Error, Result};

/// One of a site's excluded addresses, as its account sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExcludedAddress {
    /// Public id.
    pub(crate) id: String,
    /// What its account calls it; may be blank.
    pub(crate) note: String,
    /// When it was added.
    pub(crate) created_at: i64,
}

impl From<excluded_address::Model> for ExcludedAddress {
    fn from(row: excluded_address::Model) -> Self {
        Self { id: row.id, note: row.note, created_at: row.created_at }
    }
}

/// An address to be excluded; values are checked already.
#[derive(Clone, Debug)]
pub(crate) struct NewExcludedAddress {
    /// Its hash by the key of today, then those by earlier keys, under which it may be excluded already.
    pub(crate) hashes: Vec<AddressHash>,
    /// What it is called.
    pub(crate) note: String,
    /// Now.
    pub(crate) at: i64,
    /// So many a site may have.
    pub(crate) at_most: u64,
}

impl Store {
    /// The excluded addresses of a site, oldest first.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn excluded_addresses(&self, site: &Site) -> Result<Vec<ExcludedAddress>> {
        let rows = excluded_address::Entity::find()
            .filter(excluded_address::Column::SiteId.eq(site.key))
            .order_by_asc(excluded_address::Column::Id);
        Ok(rows.all(&self.reader).await?.into_iter().map(ExcludedAddress::from).collect())
    }

    /// How many there are of each site that has some.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn excluded_counts(&self, sites: impl Iterator<Item = i64> + Send) -> Result<BTreeMap<i64, i64>> {
        let counts = excluded_address::Entity::find()
            .select_only()
            .column(excluded_address::Column::SiteId)
            .column_as(Expr::col(excluded_address::Column::Id).count(), "count")
            .filter(excluded_address::Column::SiteId.is_in(sites))
            .group_by(excluded_address::Column::SiteId)
            .into_tuple::<(i64, i64)>();
        Ok(counts.all(&self.reader).await?.into_iter().collect())
    }

    /// Excludes an address of a site.
    ///
    /// # Errors
    /// `NotFound`, `Conflict` when it is excluded already, `Invalid` when the site has too many.
    pub(crate) async fn exclude_address(
        &self,
        scope: &Scope,
        name: &str,
        new: NewExcludedAddress,
    ) -> Result<ExcludedAddress> {
        let transaction = self.begin_write().await?;
        let site = locked(&transaction, scope, name).await?;
        let of_site = excluded_address::Entity::find().filter(excluded_address::Column::SiteId.eq(site.id));
        let known = new.hashes.iter().map(|hash| hash.to_vec());
        let same = of_site.clone().filter(excluded_address::Column::Hash.is_in(known)).one(&transaction).await?;
        if same.is_some() {
            return Err(Error::taken("address", "is excluded already"));
        }
        if of_site.count(&transaction).await? >= new.at_most {
            return Err(Error::field("address", format!("a site has at most {}", new.at_most)));
        }
        let hash = new.hashes.first().ok_or_else(|| Error::internal("no key to hash an address with"))?;
        let row = excluded_address::ActiveModel {
            id: Set(crate::ids::new_id()),
            site_id: Set(site.id),
            hash: Set(hash.to_vec()),
            note: Set(new.note),
            created_at: Set(new.at),
        };
        let row = row.insert(&transaction).await?;
        audit::note(&transaction, scope, Action::SiteChanged, site.domain).await?;
        transaction.commit().await?;
        Ok(row.into())
    }

    /// Counts an address of a site again.
    ///
    /// # Errors
    /// `NotFound` when the site or it is not there.
    pub(crate) async fn include_address(&self, scope: &Scope, name: &str, id: &str) -> Result<()> {
        let transaction = self.begin_write().await?;
        let site = locked(&transaction, scope, name).await?;
        let removed = excluded_address::Entity::delete_by_id(sound(id))
            .filter(excluded_address::Column::SiteId.eq(site.id))
            .exec(&transaction)
            .await?;
        if removed.rows_affected == 0 {
            return Err(Error::NotFound("address"));
        }
        audit::note(&transaction, scope, Action::SiteChanged, site.domain).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The hashes of a site, for `collect`.
    pub(super) async fn excluded_hashes(&self, site: i64) -> Result<BTreeSet<AddressHash>> {
        let hashes = excluded_address::Entity::find()
            .select_only()
            .column(excluded_address::Column::Hash)
            .filter(excluded_address::Column::SiteId.eq(site))
            .into_tuple::<Vec<u8>>();
        Ok(hashes.all(&self.reader).await?.into_iter().filter_map(|hash| hash.try_into().ok()).collect())
    }
}
