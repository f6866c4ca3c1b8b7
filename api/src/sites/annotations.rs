//! Annotations of a site: what happened on a day, for those who wonder about its numbers.

use super::Sites;
use crate::accounts::validate::Problems;
use crate::error::Result;
use crate::ids::now_ms;
use crate::store::{Annotation, AnnotationChange, NewAnnotation, Scope};

/// Annotations that a site may have.
pub(crate) const ANNOTATIONS_MAX: u64 = 500;
/// Characters of an annotation, most.
pub(crate) const ANNOTATION_MAX: usize = 200;

/// An annotation, or a change of one, as it was asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct AnnotationWish {
    /// Local date, `YYYY-MM-DD`.
    pub(crate) date: Option<String>,
    /// What happened.
    pub(crate) text: Option<String>,
}

impl Sites {
    /// The annotations of a site by their days, those of one day by age.
    ///
    /// # Errors
    /// `NotFound`.
    pub(crate) async fn annotations(&self, scope: &Scope, name: &str) -> Result<Vec<Annotation>> {
        let site = self.find(scope, name).await?;
        self.store.annotations(&site).await
    }

    /// Notes something on a day.
    ///
    /// # Errors
    /// `NotFound`, `Invalid` by field.
    pub(crate) async fn annotate(&self, scope: &Scope, name: &str, wish: AnnotationWish) -> Result<Annotation> {
        let site = self.find(scope, name).await?;
        let change = checked(wish)?;
        let (date, text) = (change.date.unwrap_or_default(), change.text.unwrap_or_default());
        let new = NewAnnotation { date, text, at: now_ms(), at_most: ANNOTATIONS_MAX };
        self.store.annotate(scope, &site.id, new).await
    }

    /// Changes one.
    ///
    /// # Errors
    /// As [`Sites::annotate`].
    pub(crate) async fn change_annotation(
        &self,
        scope: &Scope,
        name: &str,
        id: &str,
        wish: AnnotationWish,
    ) -> Result<Annotation> {
        let site = self.find(scope, name).await?;
        self.store.change_annotation(scope, &site.id, id, checked(wish)?).await
    }

    /// Removes one.
    ///
    /// # Errors
    /// `NotFound` when the site or it is not there.
    pub(crate) async fn remove_annotation(&self, scope: &Scope, name: &str, id: &str) -> Result<()> {
        self.store.remove_annotation(scope, name, id).await
    }
}

/// What of a wish is given, in the form that is stored.
fn checked(wish: AnnotationWish) -> Result<AnnotationChange> {
    let mut problems = Problems::default();
    let date = wish.date.and_then(|date| problems.date("date", &date));
    let text = wish.text.map(|text| problems.short_text("text", &text, ANNOTATION_MAX));
    problems.into_result()?;
    Ok(AnnotationChange { date, text })
}
