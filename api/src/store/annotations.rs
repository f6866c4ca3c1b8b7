//! Notes on days of a site, always within a [`Scope`].

use haru_entity::annotation;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder,
};

use super::sites::locked;
use super::{Scope, Site, Store, sound};
use crate::error::{Error, Result};

/// A note on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Annotation {
    /// Public id.
    pub(crate) id: String,
    /// Local date, `YYYY-MM-DD`.
    pub(crate) date: String,
    /// What happened.
    pub(crate) text: String,
    /// When it was made.
    pub(crate) created_at: i64,
}

impl From<annotation::Model> for Annotation {
    fn from(row: annotation::Model) -> Self {
        Self { id: row.id, date: row.date, text: row.text, created_at: row.created_at }
    }
}

/// An annotation to be made; values are checked already.
#[derive(Clone, Debug)]
pub(crate) struct NewAnnotation {
    /// Local date, `YYYY-MM-DD`.
    pub(crate) date: String,
    /// What happened.
    pub(crate) text: String,
    /// Now.
    pub(crate) at: i64,
    /// So many a site may have.
    pub(crate) at_most: u64,
}

/// A change of one; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct AnnotationChange {
    /// Local date, `YYYY-MM-DD`.
    pub(crate) date: Option<String>,
    /// What happened.
    pub(crate) text: Option<String>,
}

impl Store {
    /// The annotations of a site by their days, those of one day by age.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(crate) async fn annotations(&self, site: &Site) -> Result<Vec<Annotation>> {
        let rows = annotation::Entity::find()
            .filter(annotation::Column::SiteId.eq(site.key))
            .order_by_asc(annotation::Column::Date)
            .order_by_asc(annotation::Column::Id);
        Ok(rows.all(&self.reader).await?.into_iter().map(Annotation::from).collect())
    }

    /// Notes something on a day.
    ///
    /// # Errors
    /// `NotFound`, `Invalid` when the site has too many.
    pub(crate) async fn annotate(&self, scope: &Scope, name: &str, new: NewAnnotation) -> Result<Annotation> {
        let transaction = self.begin_write().await?;
        let site = locked(&transaction, scope, name).await?;
        let of_site = annotation::Entity::find().filter(annotation::Column::SiteId.eq(site.id));
        if of_site.count(&transaction).await? >= new.at_most {
            return Err(Error::field("text", format!("a site has at most {} annotations", new.at_most)));
        }
        let row = annotation::ActiveModel {
            id: Set(crate::ids::new_id()),
            site_id: Set(site.id),
            date: Set(new.date),
            text: Set(new.text),
            created_at: Set(new.at),
        };
        let row = row.insert(&transaction).await?;
        transaction.commit().await?;
        Ok(row.into())
    }

    /// Changes one.
    ///
    /// # Errors
    /// `NotFound` when the site or it is not there.
    pub(crate) async fn change_annotation(
        &self,
        scope: &Scope,
        name: &str,
        id: &str,
        change: AnnotationChange,
    ) -> Result<Annotation> {
        let transaction = self.begin_write().await?;
        let site = locked(&transaction, scope, name).await?;
        let row = annotation::Entity::find_by_id(sound(id)).filter(annotation::Column::SiteId.eq(site.id));
        let row = row.one(&transaction).await?.ok_or(Error::NotFound("annotation"))?;
        if change.date.is_none() && change.text.is_none() {
            return Ok(row.into());
        }
        let mut row = row.into_active_model();
        if let Some(date) = change.date {
            row.date = Set(date);
        }
        if let Some(text) = change.text {
            row.text = Set(text);
        }
        let row = row.update(&transaction).await?;
        transaction.commit().await?;
        Ok(row.into())
    }

    /// Removes one.
    ///
    /// # Errors
    /// `NotFound` when the site or it is not there.
    pub(crate) async fn remove_annotation(&self, scope: &Scope, name: &str, id: &str) -> Result<()> {
        let transaction = self.begin_write().await?;
        let site = locked(&transaction, scope, name).await?;
        let removed = annotation::Entity::delete_by_id(sound(id))
            .filter(annotation::Column::SiteId.eq(site.id))
            .exec(&transaction)
            .await?;
        if removed.rows_affected == 0 {
            return Err(Error::NotFound("annotation"));
        }
        transaction.commit().await?;
        Ok(())
    }
}
