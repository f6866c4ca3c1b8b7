//! Saved segments of a site.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object, OpenApi};
use serde_json::Value;

use super::Tag;
use super::dashboard::instant;
use super::problem::Problem;
use super::security::Called;
use crate::app::App;
use crate::sites::SegmentWish;
use crate::store;

/// Filters under a name.
#[derive(Clone, Debug, Object)]
struct Segment {
    /// Opaque id.
    id: String,
    /// What it is called, unique on the site.
    name: String,
    /// Filters of the query language, such as `[["is", "visit:country", ["BR"]]]`.
    filters: Value,
    /// When it was made, RFC 3339.
    created_at: String,
}

impl From<store::SavedSegment> for Segment {
    fn from(segment: store::SavedSegment) -> Self {
        Self { id: segment.id, name: segment.name, filters: segment.filters, created_at: instant(segment.created_at) }
    }
}

/// Segments of a site.
#[derive(Clone, Debug, Object)]
struct SegmentList {
    /// By name.
    segments: Vec<Segment>,
}

/// A segment to be made.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
struct NewSegment {
    /// What to call it, at most 60 characters, unique on the site.
    name: String,
    /// Filters as a query takes them, at least one.
    filters: Value,
}

/// What to change of a segment; what is not given stays.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
struct SegmentChange {
    /// What to call it.
    name: Option<String>,
    /// Filters as a query takes them.
    filters: Option<Value>,
}

#[derive(ApiResponse)]
enum Saved {
    /// The segment.
    #[oai(status = 201)]
    Segment(Json<Segment>),
}

#[derive(ApiResponse)]
enum Removed {
    /// It is gone.
    #[oai(status = 204)]
    Done,
}

/// Routes of this module.
pub(crate) struct SegmentsApi;

#[OpenApi(prefix_path = "/v1", tag = "Tag::Sites")]
impl SegmentsApi {
    /// Saved segments of a site.
    #[oai(path = "/sites/:site/segments", method = "get", operation_id = "listSegments")]
    async fn list(
        &self,
        Called(caller): Called,
        Data(app): Data<&Arc<App>>,
        /// Id or domain.
        #[oai(name = "site")]
        Path(name): Path<String>,
    ) -> Result<Json<SegmentList>, Problem> {
        let segments = app.sites.segments(caller.reads_sites()?, &name).await?;
        Ok(Json(SegmentList { segments: segments.into_iter().map(Segment::from).collect() }))
    }

    /// Keep filters under a name. A site has at most 100 segments.
    #[oai(path = "/sites/:site/segments", method = "post", operation_id = "createSegment")]
    async fn create(
        &self,
        Called(caller): Called,
        Data(app): Data<&Arc<App>>,
        /// Id or domain.
        #[oai(name = "site")]
        Path(name): Path<String>,
        Json(body): Json<NewSegment>,
    ) -> Result<Saved, Problem> {
        let wish = SegmentWish { name: Some(body.name), filters: Some(body.filters) };
        let saved = app.sites.save_segment(caller.changes_sites()?, &name, wish).await?;
        Ok(Saved::Segment(Json(saved.into())))
    }

    /// Change a segment.
    #[oai(path = "/sites/:site/segments/:segment", method = "patch", operation_id = "updateSegment")]
    async fn update(
        &self,
        Called(caller): Called,
        Data(app): Data<&Arc<App>>,
        /// Id or domain.
        #[oai(name = "site")]
        Path(name): Path<String>,
        /// Id of the segment.
        #[oai(name = "segment")]
        Path(id): Path<String>,
        Json(body): Json<SegmentChange>,
    ) -> Result<Json<Segment>, Problem> {
        let wish = SegmentWish { name: body.name, filters: body.filters };
        Ok(Json(app.sites.change_segment(caller.changes_sites()?, &name, &id, wish).await?.into()))
    }

    /// Remove a segment.
    #[oai(path = "/sites/:site/segments/:segment", method = "delete", operation_id = "deleteSegment")]
    async fn delete(
        &self,
        Called(caller): Called,
        Data(app): Data<&Arc<App>>,
        /// Id or domain.
        #[oai(name = "site")]
        Path(name): Path<String>,
        /// Id of the segment.
        #[oai(name = "segment")]
        Path(id): Path<String>,
    ) -> Result<Removed, Problem> {
        app.sites.remove_segment(caller.changes_sites()?, &name, &id).await?;
        Ok(Removed::Done)
    }
}
