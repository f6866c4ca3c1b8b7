//! Events from servers, many at once.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object, OpenApi};
use serde_json::Value;

use super::Tag;
use super::problem::Problem;
use super::security::Called;
use crate::app::App;
use crate::error::Error;
use crate::pipeline::{BATCH_ITEMS_MAX, NotTaken};

/// What became of a batch.
#[derive(Clone, Debug, Object)]
struct BatchAnswer {
    /// Events that are committed, those seen before included.
    accepted: u64,
    /// Events that were not taken.
    rejected: Vec<Rejected>,
}

/// An event that was not taken.
#[derive(Clone, Debug, Object)]
struct Rejected {
    /// Its place in the list that was sent, from 0.
    index: u64,
    /// Why.
    error: String,
}

#[derive(ApiResponse)]
enum Accepted {
    /// The good events are committed, the others are named.
    #[oai(status = 202)]
    Done(Json<BatchAnswer>),
}

/// Routes of this module.
pub(crate) struct BatchApi;

#[OpenApi(prefix_path = "/v1", tag = "Tag::Events")]
impl BatchApi {
    /// Send up to 1,000 events of a site.
    ///
    /// Each event is an object with `name` and `url`, and as much as is known of: `id` (counted once in 48 hours),
    /// `referrer`, `timestamp` (RFC 3339, from 2000-01-01 to 10 minutes ahead), `visitor` (any string, in place of address
    /// and agent), `ip`, `user_agent`, `props`, `revenue`, `interactive`, `source`, `channel`, `utm_source` … `utm_term`,
    /// `country`, `region`, `city`, `browser`, `browser_version`, `os`, `os_version`, `device`, `screen`, `language`,
    /// `engagement_ms`, `scroll_depth`. Nothing is taken from the HTTP request itself.
    #[oai(path = "/sites/:site/events", method = "post", operation_id = "sendEvents")]
    async fn send(
        &self,
        Called(caller): Called,
        Data(app): Data<&Arc<App>>,
        /// Id or domain.
        #[oai(name = "site")]
        Path(name): Path<String>,
        Json(items): Json<Vec<Value>>,
    ) -> Result<Accepted, Problem> {
        let site = app.sites.find(caller.sends_events()?, &name).await?;
        if items.len() > BATCH_ITEMS_MAX {
            return Err(Problem::bad_request(format!("at most {BATCH_ITEMS_MAX} events at once")));
        }
        let outcome = app.pipeline.batch(&site, &items).await.map_err(refused)?;
        let rejected = outcome.rejected.into_iter();
        Ok(Accepted::Done(Json(BatchAnswer {
            accepted: outcome.accepted as u64,
            rejected: rejected.map(|item| Rejected { index: item.index as u64, error: item.error }).collect(),
        })))
    }
}

fn refused(refused: NotTaken) -> Problem {
    match refused {
        NotTaken::Invalid(errors) => Error::Invalid(errors).into(),
        NotTaken::UnknownToken => Error::NotFound("site").into(),
        NotTaken::TooMany(retry_after) => Error::TooMany { retry_after }.into(),
        NotTaken::Unavailable => Error::Unavailable.into(),
    }
}
