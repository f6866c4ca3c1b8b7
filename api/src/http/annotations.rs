//! Annotations of a site.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object, OpenApi};

use super::Tag;
use super::dashboard::instant;
use super::problem::Problem;
use super::security::Called;
use crate::app::App;
use crate::sites::AnnotationWish;
use crate::store;

/// What happened on a day.
#[derive(Clone, Debug, Object)]
struct Annotation {
    /// Opaque id.
    id: String,
    /// Day in the site's timezone, `YYYY-MM-DD`.
    date: String,
    /// What happened.
    text: String,
    /// When it was noted, RFC 3339.
    created_at: String,
}

impl From<store::Annotation> for Annotation {
    fn from(annotation: store::Annotation) -> Self {
        Self {
            id: annotation.id,
            date: annotation.date,
            text: annotation.text,
            created_at: instant(annotation.created_at),
        }
    }
}

/// Annotations of a site.
#[derive(Clone, Debug, Object)]
struct AnnotationList {
    /// By day, those of one day by age.
    annotations: Vec<Annotation>,
}

/// An annotation to be made.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
struct NewAnnotation {
    /// Day in the site's timezone, `YYYY-MM-DD`.
    date: String,
    /// What happened, at most 200 characters.
    text: String,
}

/// What to change of an annotation; what is not given stays.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
struct AnnotationChange {
    /// Day in the site's timezone, `YYYY-MM-DD`.
    date: Option<String>,
    /// What happened.
    text: Option<String>,
}

#[derive(ApiResponse)]
enum Annotated {
    /// The annotation.
    #[oai(status = 201)]
    Annotation(Json<Annotation>),
}

#[derive(ApiResponse)]
enum Removed {
    /// It is gone.
    #[oai(status = 204)]
    Done,
}

/// Routes of this module.
pub(crate) struct AnnotationsApi;

#[OpenApi(prefix_path = "/v1", tag = "Tag::Sites")]
impl AnnotationsApi {
    /// Annotations of a site.
    #[oai(path = "/sites/:site/annotations", method = "get", operation_id = "listAnnotations")]
    async fn list(
        &self,
        Called(caller): Called,
        Data(app): Data<&Arc<App>>,
        /// Id or domain.
        #[oai(name = "site")]
        Path(name): Path<String>,
    ) -> Result<Json<AnnotationList>, Problem> {
        let annotations = app.sites.annotations(caller.reads_sites()?, &name).await?;
        Ok(Json(AnnotationList { annotations: annotations.into_iter().map(Annotation::from).collect() }))
    }

    /// Note what happened on a day. A site has at most 500 annotations.
    #[oai(path = "/sites/:site/annotations", method = "post", operation_id = "createAnnotation")]
    async fn create(
        &self,
        Called(caller): Called,
        Data(app): Data<&Arc<App>>,
        /// Id or domain.
        #[oai(name = "site")]
        Path(name): Path<String>,
        Json(body): Json<NewAnnotation>,
    ) -> Result<Annotated, Problem> {
        let wish = AnnotationWish { date: Some(body.date), text: Some(body.text) };
        let annotated = app.sites.annotate(caller.changes_sites()?, &name, wish).await?;
        Ok(Annotated::Annotation(Json(annotated.into())))
    }

    /// Change an annotation.
    #[oai(path = "/sites/:site/annotations/:annotation", method = "patch", operation_id = "updateAnnotation")]
    async fn update(
        &self,
        Called(caller): Called,
        Data(app): Data<&Arc<App>>,
        /// Id or domain.
        #[oai(name = "site")]
        Path(name): Path<String>,
        /// Id of the annotation.
        #[oai(name = "annotation")]
        Path(id): Path<String>,
        Json(body): Json<AnnotationChange>,
    ) -> Result<Json<Annotation>, Problem> {
        let wish = AnnotationWish { date: body.date, text: body.text };
        Ok(Json(app.sites.change_annotation(caller.changes_sites()?, &name, &id, wish).await?.into()))
    }

    /// Remove an annotation.
    #[oai(path = "/sites/:site/annotations/:annotation", method = "delete", operation_id = "deleteAnnotation")]
    async fn delete(
        &self,
        Called(caller): Called,
        Data(app): Data<&Arc<App>>,
        /// Id or domain.
        #[oai(name = "site")]
        Path(name): Path<String>,
        /// Id of the annotation.
        #[oai(name = "annotation")]
        Path(id): Path<String>,
    ) -> Result<Removed, Problem> {
        app.sites.remove_annotation(caller.changes_sites()?, &name, &id).await?;
        Ok(Removed::Done)
    }
}
