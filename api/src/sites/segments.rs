//! Saved segments of a site: filters that its people use again and again, under a name.

use chrono_tz::UTC;
use haru_stats::time::{Period, Range};
use haru_stats::{Metric, Query, QueryError, wire};
use serde_json::Value;

use super::Sites;
use crate::accounts::validate::Problems;
use crate::error::Result;
use crate::ids::now_ms;
use crate::store::{NewSavedSegment, SavedSegment, SavedSegmentChange, Scope};

/// Segments that a site may have.
pub(crate) const SEGMENTS_MAX: u64 = 100;
/// Characters of a segment's name, most.
pub(crate) const SEGMENT_NAME_MAX: usize = 60;
/// Bytes of a segment's filters as JSON, most: addresses of dashboards hold them.
pub(crate) const SEGMENT_BYTES_MAX: usize = 16 * 1024;

/// A segment, or a change of one, as it was asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct SegmentWish {
    /// What it is called.
    pub(crate) name: Option<String>,
    /// Filters of the query language.
    pub(crate) filters: Option<Value>,
}

impl Sites {
    /// The segments of a site by their names, upper and lower case alike.
    ///
    /// # Errors
    /// `NotFound`.
    pub(crate) async fn segments(&self, scope: &Scope, name: &str) -> Result<Vec<SavedSegment>> {
        let site = self.find(scope, name).await?;
        let mut segments = self.store.saved_segments(&site).await?;
        segments.sort_by_cached_key(|segment| (segment.name.to_lowercase(), segment.id.clone()));
        Ok(segments)
    }

    /// Keeps filters under a name.
    ///
    /// # Errors
    /// `NotFound`, `Invalid` by field, `Query` for filters that no query takes, `Conflict` when the name is taken.
    pub(crate) async fn save_segment(&self, scope: &Scope, name: &str, wish: SegmentWish) -> Result<SavedSegment> {
        let site = self.find(scope, name).await?;
        let change = checked(wish)?;
        let (name, filters) = (change.name.unwrap_or_default(), change.filters.unwrap_or_default());
        let new = NewSavedSegment { name, filters, at: now_ms(), at_most: SEGMENTS_MAX };
        self.store.save_segment(scope, &site.id, new).await
    }

    /// Changes one.
    ///
    /// # Errors
    /// As [`Sites::save_segment`].
    pub(crate) async fn change_segment(
        &self,
        scope: &Scope,
        name: &str,
        id: &str,
        wish: SegmentWish,
    ) -> Result<SavedSegment> {
        let site = self.find(scope, name).await?;
        self.store.change_segment(scope, &site.id, id, checked(wish)?).await
    }

    /// Removes one.
    ///
    /// # Errors
    /// `NotFound` when the site or it is not there.
    pub(crate) async fn remove_segment(&self, scope: &Scope, name: &str, id: &str) -> Result<()> {
        self.store.remove_segment(scope, name, id).await
    }
}

/// What of a wish is given, in the form that is stored.
fn checked(wish: SegmentWish) -> Result<SavedSegmentChange> {
    let mut problems = Problems::default();
    let name = wish.name.map(|name| problems.short_text("name", &name, SEGMENT_NAME_MAX));
    let filters = match &wish.filters {
        None => None,
        Some(filters) => {
            if *filters == Value::Array(Vec::new()) {
                problems.add("filters", "must hold a filter");
            }
            let text = filters.to_string();
            if text.len() > SEGMENT_BYTES_MAX {
                problems.add("filters", format!("must have at most {SEGMENT_BYTES_MAX} bytes"));
            }
            Some(text)
        }
    };
    problems.into_result()?;
    if let Some(filters) = &wish.filters {
        check_filters(filters)?;
    }
    Ok(SavedSegmentChange { name, filters })
}

/// Whether a query takes these filters.
fn check_filters(filters: &Value) -> Result<(), QueryError> {
    let range = Range::of(Period::Day, UTC, now_ms(), None);
    Query::builder(range).metrics([Metric::Visitors]).filters(wire::filters(filters)?).build()?;
    Ok(())
}
