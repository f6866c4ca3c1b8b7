//! Selections of a site's visitors under a name, always within a [`Scope`].

use haru_entity::saved_segment;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter,
};
use serde_json::Value;

use super::sites::locked;
use super::{Scope, Site, Store, sound};
use crate::error::{Error, Result};

/// Filters under a name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SavedSegment {
    /// Public id.
    pub(crate) id: String,
    /// What it is called.
    pub(crate) name: String,
    /// Filters of the query language.
    pub(crate) filters: Value,
    /// When it was made.
    pub(crate) created_at: i64,
}

impl TryFrom<saved_segment::Model> for SavedSegment {
    type Error = Error;

    fn try_from(row: saved_segment::Model) -> Result<Self> {
        let filters = serde_json::from_str(&row.filters).map_err(Error::internal)?;
        Ok(Self { id: row.id, name: row.name, filters, created_at: row.created_at })
    }
}

/// A segment to be made; values are checked already.
#[derive(Clone, Debug)]
pub(crate) struct NewSavedSegment {
    /// What it is called.
    pub(crate) name: String,
    /// JSON text of its filters.
    pub(crate) filters: String,
    /// Now.
    pub(crate) at: i64,
    /// So many a site may have.
    pub(crate) at_most: u64,
}

/// A change of one; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct SavedSegmentChange {
    /// What it is called.
    pub(crate) name: Option<String>,
    /// JSON text of its filters.
    pub(crate) filters: Option<String>,
}

impl Store {
    /// The segments of a site, in no order.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn saved_segments(&self, site: &Site) -> Result<Vec<SavedSegment>> {
        let rows = saved_segment::Entity::find().filter(saved_segment::Column::SiteId.eq(site.key));
        rows.all(&self.reader).await?.into_iter().map(SavedSegment::try_from).collect()
    }

    /// Keeps filters under a name.
    ///
    /// # Errors
    /// `NotFound`, `Conflict` when the site has one of that name, `Invalid` when it has too many.
    pub(crate) async fn save_segment(&self, scope: &Scope, name: &str, new: NewSavedSegment) -> Result<SavedSegment> {
        let transaction = self.begin_write().await?;
        let site = locked(&transaction, scope, name).await?;
        check_name(&transaction, site.id, &new.name, None).await?;
        let of_site = saved_segment::Entity::find().filter(saved_segment::Column::SiteId.eq(site.id));
        if of_site.count(&transaction).await? >= new.at_most {
            return Err(Error::field("name", format!("a site has at most {} segments", new.at_most)));
        }
        let row = saved_segment::ActiveModel {
            id: Set(crate::ids::new_id()),
            site_id: Set(site.id),
            name: Set(new.name),
            filters: Set(new.filters),
            created_at: Set(new.at),
        };
        let row = row.insert(&transaction).await?;
        transaction.commit().await?;
        row.try_into()
    }

    /// Changes one.
    ///
    /// # Errors
    /// `NotFound` when the site or it is not there, `Conflict` when the site has another of that name.
    pub(crate) async fn change_segment(
        &self,
        scope: &Scope,
        name: &str,
        id: &str,
        change: SavedSegmentChange,
    ) -> Result<SavedSegment> {
        let transaction = self.begin_write().await?;
        let site = locked(&transaction, scope, name).await?;
        let row = saved_segment::Entity::find_by_id(sound(id)).filter(saved_segment::Column::SiteId.eq(site.id));
        let row = row.one(&transaction).await?.ok_or(Error::NotFound("segment"))?;
        if change.name.is_none() && change.filters.is_none() {
            return row.try_into();
        }
        let mut row = row.into_active_model();
        if let Some(name) = change.name {
            check_name(&transaction, site.id, &name, Some(id)).await?;
            row.name = Set(name);
        }
        if let Some(filters) = change.filters {
            row.filters = Set(filters);
        }
        let row = row.update(&transaction).await?;
        transaction.commit().await?;
        row.try_into()
    }

    /// Removes one.
    ///
    /// # Errors
    /// `NotFound` when the site or it is not there.
    pub(crate) async fn remove_segment(&self, scope: &Scope, name: &str, id: &str) -> Result<()> {
        let transaction = self.begin_write().await?;
        let site = locked(&transaction, scope, name).await?;
        let removed = saved_segment::Entity::delete_by_id(sound(id))
            .filter(saved_segment::Column::SiteId.eq(site.id))
            .exec(&transaction)
            .await?;
        if removed.rows_affected == 0 {
            return Err(Error::NotFound("segment"));
        }
        transaction.commit().await?;
        Ok(())
    }
}

/// A name is free when no other segment of the site has it: the site is held, so that nobody else takes it meanwhile.
async fn check_name(transaction: &DatabaseTransaction, site: i64, name: &str, own: Option<&str>) -> Result<()> {
    let mut same = saved_segment::Entity::find()
        .filter(saved_segment::Column::SiteId.eq(site))
        .filter(saved_segment::Column::Name.eq(name));
    if let Some(own) = own {
        same = same.filter(saved_segment::Column::Id.ne(own));
    }
    match same.one(transaction).await? {
        Some(_) => Err(Error::taken("name", "is that of another segment")),
        None => Ok(()),
    }
}
